"""Prices, fees, costs and payouts that companies publish, by kind of site, in one unit each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from copark.analyses.accounts.published import PARTS
from copark.cases.accounts import load_accounts

if TYPE_CHECKING:
    from copark.cases.accounts import Account
    from copark.cases.case import Case

Site = Literal["metropolitan", "provincial", "several"]
"""Where a park lies: within about 90 km of a metropolis or main container port, across a border too; farther away; or a
company, survey or network with parks of both kinds."""
Measure = Literal["land_price", "fee", "servicing_cost", "interest_rate", "payout"]
MEASURES: Mapping[Measure, str] = {
    "land_price": "M USD/ha",
    "fee": "M USD/ha/yr",
    "servicing_cost": "M USD/ha",
    "interest_rate": "%",
    "payout": "%",
}
"""What is compared between companies, and its unit."""
SITES: Mapping[str, Site] = {
    "13 public parks": "several",
    "Amata City Bien Hoa": "metropolitan",
    "Amata City Chonburi": "metropolitan",
    "Amata, all estates": "several",
    "An Phat": "metropolitan",
    "Asia Clean": "metropolitan",
    "Cikarang": "metropolitan",
    "Greenland, Kota Deltamas": "metropolitan",
    "Huu Thanh": "metropolitan",
    "Industrial parks of Vietnam": "several",
    "Industrial parks of central Vietnam": "provincial",
    "Industrial parks of northern Vietnam": "several",
    "Industrial zones of Yangon": "metropolitan",
    "Long Hau 3": "metropolitan",
    "Mekelle": "provincial",
    "Mingaladon": "metropolitan",
    "Nhi Thanh": "metropolitan",
    "Nhon Hoi": "provincial",
    "Phu Tai, Long My": "provincial",
    "Phnom Penh SEZ": "metropolitan",
    "Pinthong 6": "metropolitan",
    "Rojana Chon Buri 2": "metropolitan",
    "Saysettha": "metropolitan",
    "Suryacipta Karawang": "metropolitan",
    "Suryacipta Karawang, Subang": "several",
    "Suryacipta Karawang, phase 3": "metropolitan",
    "Suryacipta Subang": "provincial",
    "Suzhou Industrial Park": "metropolitan",
    "Suzhou Industrial Park and others": "metropolitan",
    "TEDA Suez, phase 1": "metropolitan",
    "Thilawa": "metropolitan",
    "VSIP, all parks": "several",
    "World Food Valley": "provincial",
}
"""Kind of site of each estate whose figures are compared, read off a map: a judgement. Estates that are not named, such
as land for housing, are not compared."""
WHOLE_YEAR = 360
"""Days from which on a period counts as a year."""
DIRECT: Mapping[str, tuple[Measure, float]] = {
    "land_price": ("land_price", 0.01),
    "land_fee": ("fee", 0.01),
    "service_fee": ("fee", 0.01),
    "interest_rate": ("interest_rate", 1.0),
    "payout": ("payout", 1.0),
}
"""Quantities that are compared as they are, and what their unit is worth in that of the measure."""

DERIVED: tuple[tuple[Measure, tuple[str, ...], tuple[str, ...], float], ...] = (
    ("land_price", ("land_revenue",), ("land_sold",), 1.0),
    ("servicing_cost", ("servicing_cost", "park_investment"), ("serviced_area", "park_area"), 1.0),
    ("payout", ("dividends",), ("result_after_tax",), 100.0),
)
"""Measures that are the ratio of two quantities of one company, estate and period: dollars over an area, or two amounts
of one currency, where the payout itself is not published."""


@dataclass(frozen=True)
class Elsewhere:
    """A price, fee, cost or payout that a company published."""

    measure: Measure
    """What it is."""
    site: Site
    """Kind of site."""
    estates: str
    """Estate that it is of."""
    company: str
    """Company, survey or state that published it."""
    year: int
    """Year, that of the end of its period."""
    value: float
    """Value, in the measure's unit; the lower end of a range."""
    high: float
    """Upper end of a range; the value where there is none."""
    is_own: bool
    """Whether it is of the park that is asked about."""
    source: tuple[str, ...]
    """Keys of its sources."""

    @property
    def middle(self) -> float:
        """Middle of a range, or the value."""
        return (self.value + self.high) / 2.0


def elsewhere_of(case: Case) -> tuple[Elsewhere, ...]:
    """Return what companies of the casebook published of prices, fees, costs and payouts, those of a park among them.

    Parameters
    ----------
    case
        The park that is asked about.
    """
    from copark.cases import list_cases, load_case

    prices = list(_compared(case.accounts, is_own=True))
    for name in list_cases():
        if name != case.name:
            prices += _compared(load_case(name).accounts, is_own=False)
    prices += _compared(load_accounts().rows, is_own=False)
    order = list(MEASURES)
    return tuple(
        sorted(
            prices, key=lambda price: (order.index(price.measure), price.site, price.estates, price.year, price.value)
        )
    )


def _compared(rows: Iterable[Account], *, is_own: bool) -> Iterator[Elsewhere]:
    """Yield what of some accounts is compared: what is published as such, and what follows from two of them."""
    rows = [row for row in rows if row.estates in SITES or (is_own and row.estates not in PARTS)]
    for row in rows:
        if row.quantity in DIRECT:
            measure, factor = DIRECT[row.quantity]
            value = row.value if row.currency is None else row.in_usd
            if value is not None:
                yield _published_price(row, measure, value * factor, is_own=is_own)
    paid_out = {(row.company, row.estates, row.period) for row in rows if row.quantity == "payout"}
    for measure, above, below, factor in DERIVED:
        bases = {(row.company, row.estates, row.period): row for row in rows if row.quantity in below}
        for row in rows:
            place = (row.company, row.estates, row.period)
            base = bases.get(place)
            if row.quantity not in above or base is None or base.value <= 0.0 or _is_part_of_year(row):
                continue
            is_in_dollars = base.currency is None
            value = row.in_usd if is_in_dollars else row.value
            if value is not None and (is_in_dollars or (row.currency == base.currency and place not in paid_out)):
                yield _published_price(row, measure, factor * value / base.value, is_own=is_own)


def _is_part_of_year(row: Account) -> bool:
    """Return whether a figure is of a period shorter than a year, in which sales and what is booked of them differ."""
    return row.since is not None and (row.until.last_day - row.since.first_day).days < WHOLE_YEAR


def _published_price(row: Account, measure: Measure, value: float, *, is_own: bool) -> Elsewhere:
    high = value if row.high is None else value * row.high / row.value
    year = row.until.last_day.year
    site = SITES.get(row.estates, "several")
    return Elsewhere(measure, site, row.estates, row.company, year, value, high, is_own, tuple(row.source))
