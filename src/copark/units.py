"""The units of the casebook and the model, and the conversions between them.

A controlled list, not an algebra: a unit that is not in it is a fault in a file, and only conversions that need no
exchange rate or other outside number are made (local currency is never converted silently).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit: its symbol as written in files, what it measures, and its size in the quantity's model unit.

    ``cf`` is its dimension as UDUNITS, and so the CF conventions, can write it: they know neither money nor things
    counted, of which the number alone is left (``1e6 year-1`` for M USD/yr).
    """

    symbol: str
    quantity: str
    factor: float
    cf: str
    en: str
    zh: str


_LIST = (
    Unit("1", "ratio", 1.0, "1", "", ""),
    Unit("%", "ratio", 0.01, "%", "%", "%"),
    Unit("bp", "ratio", 0.0001, "1e-4", "basis points", "基点"),
    Unit("M USD", "money", 1.0, "1e6", "M USD", "百万美元"),
    Unit("BYN m", "money BYN", 1.0, "1e6", "M BYN", "百万白俄罗斯卢布"),
    Unit("SGD m", "money SGD", 1.0, "1e6", "M SGD", "百万新加坡元"),
    Unit("CNY m", "money CNY", 1.0, "1e6", "M CNY", "百万人民币"),
    Unit("BYN", "money BYN", 1e-6, "1", "BYN", "白俄罗斯卢布"),
    Unit("M USD/yr", "money per year", 1.0, "1e6 year-1", "M USD/yr", "百万美元/年"),
    Unit("M USD/ha", "money per area", 1.0, "1e6 ha-1", "M USD/ha", "百万美元/公顷"),
    Unit("M USD/ha/yr", "money per area and year", 1.0, "1e6 ha-1 year-1", "M USD/ha/yr", "百万美元/公顷/年"),
    Unit("M USD/job", "money per job", 1.0, "1e6", "M USD/job", "百万美元/岗位"),
    Unit("M USD/job/yr", "money per job and year", 1.0, "1e6 year-1", "M USD/job/yr", "百万美元/岗位/年"),
    Unit("ha", "area", 1.0, "ha", "ha", "公顷"),
    Unit("km2", "area", 100.0, "km2", "km²", "平方公里"),
    Unit("ha/M USD", "area per money", 1.0, "1e-6 ha", "ha/M USD", "公顷/百万美元"),
    Unit("persons", "persons", 1.0, "1", "persons", "人"),
    Unit("companies", "companies", 1.0, "1", "companies", "家"),
    Unit("companies/quarter", "companies per quarter", 1.0, "4 year-1", "companies/quarter", "家/季度"),
    Unit("companies/yr", "companies per year", 1.0, "year-1", "companies/yr", "家/年"),
    Unit("buildings", "buildings", 1.0, "1", "buildings", "栋"),
    Unit("countries", "countries", 1.0, "1", "countries", "个国家"),
    Unit("delegations", "delegations", 1.0, "1", "delegations", "个代表团"),
    Unit("partners", "partners", 1.0, "1", "partners", "个"),
    Unit("yr", "time", 1.0, "year", "years", "年"),
    Unit("quarters", "time", 0.25, "0.25 year", "quarters", "季度"),
    Unit("1/yr", "rate", 1.0, "year-1", "per year", "每年"),
    Unit("log points", "log points", 1.0, "1", "log points", "对数点"),
    Unit("log points/pp", "log points per point", 1.0, "1", "log points/pp", "对数点/百分点"),
    Unit("ratio", "growth ratio", 1.0, "1", "times", "倍"),
)

UNITS: dict[str, Unit] = {unit.symbol: unit for unit in _LIST}
SINGULAR = {
    "companies": "company",
    "persons": "person",
    "buildings": "building",
    "countries": "country",
    "delegations": "delegation",
    "partners": "partner",
    "yr": "year",
    "quarters": "quarter",
}
"""English names of what is counted, where it is one."""


def known(symbol: str) -> bool:
    """Return whether a unit is in the list."""
    return symbol in UNITS


def in_chinese(millions: float) -> str:
    """Write an amount of millions as Chinese counts it, every digit kept: 0.5 is 50万, 170 is 1.7亿."""
    is_large = abs(millions) >= 100.0
    scaled = millions / 100.0 if is_large else millions * 100.0
    return f"{round(scaled, 6):.12g}{'亿' if is_large else '万'}"


def convertible(source: str, target: str) -> bool:
    """Return whether a value in one unit can be given in another without an outside number."""
    return known(source) and known(target) and UNITS[source].quantity == UNITS[target].quantity


def convert(value: float, source: str, target: str) -> float:
    """Return a value of one unit in another.

    Parameters
    ----------
    value
        The value, in ``source``.
    source, target
        Symbols of the units; a symbol that stands on both sides need not be in the list.

    Returns
    -------
    float
        The value in ``target``.

    Raises
    ------
    ValueError
        If the two measure different things, or one of them is not in the list.
    """
    if source == target:
        return value
    if not convertible(source, target):
        raise ValueError(f"{source!r} cannot be given in {target!r}")
    return value * UNITS[source].factor / UNITS[target].factor


def title(symbol: str, lang: str = "en") -> str:
    """Return the unit as a person reads it."""
    unit = UNITS[symbol]
    return unit.zh if lang == "zh" else unit.en
