"""Packing: a case as the arrays the model reads, one record per quarter and scale.

What the case says by date becomes what holds in each quarter; nothing is estimated here. The one convention: a fact
holds from the quarter that contains its date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from copark.arrays import Floats
from copark.cases.actors import Ties
from copark.cases.case import Case
from copark.cases.dates import quarter_of
from copark.cases.facts import Fact, used
from copark.cases.quarters import Quarter, quarters_from
from copark.cases.schema import Anchor, Credit, Partner
from copark.cases.table_schemas import CapTable
from copark.cases.world import growth_gaps, in_order, years_on_record
from copark.model.arrays import Inputs, make_inputs
from copark.model.dimensions import PARTNERS
from copark.model.enterprises.records import FREE_TO_DECIDE
from copark.model.governments.records import CLOSES_PARK, NO_PLAN
from copark.model.variables import ORIGINS, catalogue
from copark.model.world.records import ABSENT, FREE, NO_PARTNER, PRESENT
from copark.units import convert

if TYPE_CHECKING:
    from copark.model.jit import Record

SIDE_NAMES = ("home", "host")
BESIDE_INVESTORS = ("contractor", "operator", "authority")
BESIDE_PRESENCE = ("growth", "technology", "control", "burden")
"""Names by their place on the axes of the model."""
NOBODY_ENTERS = 1000.0
"""Least declared investment that nobody reaches, M USD: the upper end of the model's range."""
NO_VOTE_PASSES = 10_001
"""Quota above all shares, in basis points: nothing can be decided."""


def values_in_force(facts: tuple[Fact, ...], quarters: list[Quarter], unit: str, before: float) -> list[float]:
    """Return the value that holds in each quarter.

    Parameters
    ----------
    facts
        Dated values of one key.
    quarters
        The quarters.
    unit
        Unit in which values are given.
    before
        Value where nothing holds yet, in that unit.
    """
    held = [(quarter_of(fact.date, "event"), fact.in_unit(unit)) for fact in used(facts)]
    values = []
    value = before
    n = 0
    for quarter in quarters:
        while n < len(held) and held[n][0] <= quarter:
            value = held[n][1]
            n += 1
        values.append(value)
    return values


def quarters_of(case: Case) -> list[Quarter]:
    """Return the quarters of a case's horizon."""
    return list(quarters_from(case.clock.start, case.clock.quarters))


def pack(case: Case) -> Inputs:
    """Return the model's inputs for a case, with every link at full strength and its own delay."""
    quarters = quarters_of(case)
    gaps = growth_gaps(case)
    years = years_on_record(case)
    inputs = make_inputs(len(quarters), max(len(years), 1), len(case.anchors))
    for link in catalogue().links.values():
        inputs.link_delay[link.number] = link.delay
    inputs.history[:] = [[gap[year] for gap in gaps] for year in years] or 0.0
    pack_world(case, quarters, gaps, inputs)
    pack_governments(case, quarters, inputs)
    pack_company(case, quarters, inputs)
    pack_finance(case, quarters, inputs)
    pack_enterprises(case, quarters, inputs)
    pack_closures(case, quarters, inputs)
    check_numbers(inputs)
    return inputs


def check_numbers(inputs: Inputs) -> None:
    """Refuse inputs that are no numbers, with ValueError: inside the model a comparison could swallow them.

    The checker of cases lets none through, so that this is a fault of the program.
    """
    for record in (inputs.world, inputs.governments, inputs.company, inputs.enterprises, inputs.anchors):
        for name in record.dtype.names or ():
            if not np.isfinite(record[name]).all():
                raise ValueError(f"{name} is not finite")


def span(quarters: list[Quarter], since: Quarter, until: Quarter | None = None) -> slice:
    """Return the places of the quarters from one to another, both included; without an end, to the last.

    Parameters
    ----------
    quarters
        Quarters that are simulated, in order.
    since
        First quarter; one before the start means from the start on.
    until
        Last quarter, included; ``None`` for no end.

    Returns
    -------
    Slice of rows; empty where the quarters lie outside those simulated.
    """
    return slice(max(since - quarters[0], 0), None if until is None else max(until - quarters[0] + 1, 0))


def pack_world(case: Case, quarters: list[Quarter], gaps: tuple[dict[int, float], ...], inputs: Inputs) -> None:
    """Pack growth while it is known, exposure to dated shocks, and who among the partners was there.

    Parameters
    ----------
    case
        The case.
    quarters
        Quarters that are simulated.
    gaps
        Growth gaps by year, as shares: of the host, then of the sources of home, host and third.
    inputs
        Written: `world`.
    """
    dated = inputs.world
    dated["year"] = [max(t - (quarter.quarter - 1), 0) for t, quarter in enumerate(quarters)]
    for t, quarter in enumerate(quarters):
        # All or none: where one series has ended a whole year is drawn for all countries, which keeps them correlated.
        if all(quarter.year in gap for gap in gaps):
            dated["growth_known"][t] = 1.0
            dated["growth_host"][t] = gaps[0][quarter.year]
            dated["growth_source"][t] = [gap[quarter.year] for gap in gaps[1:]]
    for shock in case.shocks:
        hit = [getattr(shock.exposure, origin) for origin in ORIGINS]
        dated[f"exposure_{shock.key}"][span(quarters, shock.since, shock.until)] += hit
    observed = sum(quarter <= case.clock.data_end for quarter in quarters)
    # Up to the last quarter with data presence is as observed; behind it the model lets partners join and leave.
    dated["partner_forced"] = NO_PARTNER
    for j, partner in enumerate(case.partners[:PARTNERS]):
        dated["partner_forced"][observed:, j] = FREE
        dated["partner_forced"][:observed, j] = [presence(partner, quarter) for quarter in quarters[:observed]]


def presence(partner: Partner, quarter: Quarter) -> int:
    """Return whether a partner was there in a quarter, by the observed dates."""
    for stay in partner.presence:
        if stay.since.quarter() <= quarter and (stay.until is None or quarter <= stay.until.quarter()):
            return PRESENT
    return ABSENT


def pack_governments(case: Case, quarters: list[Quarter], inputs: Inputs) -> None:
    """Pack framework, visits, land plan, legal regime; rescue is open to both sides, and by treaty to both together.

    Parameters
    ----------
    case
        The case.
    quarters
        Quarters that are simulated.
    inputs
        Written: `governments`.
    """
    framework = case.framework
    narrow = case.regime.narrow_until
    dated = inputs.governments
    dated["plan_area"] = values_in_force(case.land.plan, quarters, "ha", 0.0 if case.land.plan else NO_PLAN)
    dated["threshold"] = values_in_force(case.regime.threshold, quarters, "M USD", 0.0)
    dated["profit_tax"] = values_in_force(case.regime.profit_tax, quarters, "1", 0.0)
    # Levers are open by default: which of them act follows from the framework, and scenarios close them one by one. A
    # private owner is asked for a rescue as a government is: it pays at most what it earns in the park.
    for switch in ("rescue_by_treaty", "rescue_alone", "credit_open", "plan_open", "mediation_open"):
        dated[switch] = 1.0
    for side in SIDE_NAMES:
        dated[f"interest_weight_{side}"] = interest_weights(case, side)
    dated["private_owner"] = float(case.kind == "enterprise-led")
    if framework is not None:
        dated["framework"][span(quarters, framework.since, framework.until)] = 1.0
    if narrow is not None:
        dated["narrow_list"][: max(narrow.quarter() - quarters[0], 0)] = 1.0
    for visit in case.visits:
        quarter = visit.date.quarter()
        dated["visit"][span(quarters, quarter, quarter)] += [visit.home, visit.host]


def interest_weights(case: Case, side: str) -> list[float]:
    """Return the weights of a side's strategic interests beside presence, by what serves them; presence has the rest.

    Of a side whose interests nothing is known to serve, the park's presence is all that counts.
    """
    served = [interest for interest in case.interests if interest.side == side and interest.served_by is not None]
    total = in_order(interest.weight for interest in served)
    weights = [0.0] * len(BESIDE_PRESENCE)
    for interest in served:
        if interest.served_by in BESIDE_PRESENCE:
            weights[BESIDE_PRESENCE.index(interest.served_by)] += interest.weight / total
    return weights


def pack_company(case: Case, quarters: list[Quarter], inputs: Inputs) -> None:
    """Pack cap tables, quota, capability, land steps, and the ties of shareholders present and of partners.

    Parameters
    ----------
    case
        The case.
    quarters
        Quarters that are simulated.
    inputs
        Written: `company`; shares are of the day of each cap table, the unallocated left out.
    """
    dated = inputs.company
    dated["quota"] = values_in_force(case.quota, quarters, "bp", 5001.0)
    dated["capability"] = values_in_force(case.capability, quarters, "1", 1.0)
    dated["first_area"] = case.land.first_area.in_unit("ha")
    dated["block_area"] = case.land.block.in_unit("ha")
    dated["lot_area"] = values_in_force(case.land.lots, quarters, "ha", 0.0)
    dated["paid_in_at_start"] = case.finance.paid_in_at_start.in_unit("M USD")
    for j, partner in enumerate(case.partners[:PARTNERS]):
        dated["partner_ties"][:, j, :] = strengths(partner.ties)
    for since in sorted({quarter_of(table.date, "event") for table in used(case.equity)}):
        table = case.cap_table(since)
        if table is not None:
            held = span(quarters, since)
            dated["share"][held] = [table.basis_points_of(side) for side in ORIGINS]
            for side in SIDE_NAMES:
                dated[f"business_{side}"][held] = businesses_of(case, table, side)
    for holder in case.shareholders:
        until = None if holder.until is None else holder.until.quarter()
        dated["shareholder_ties"][span(quarters, holder.since.quarter(), until)] += strengths(holder.ties)
    if case.rivals:
        for t, quarter in enumerate(quarters):
            pack_rivals(case, quarter, dated[t])


def businesses_of(case: Case, table: CapTable, side: str) -> list[float]:
    """Return the parts of a side's shares that contractors, operators and authorities hold.

    Parameters
    ----------
    case
        The case, whose shareholders have their line of business.
    table
        Cap table, in basis points.
    side
        Side of the holdings counted, ``home`` or ``host``.

    Returns
    -------
    list of float
        Parts of the side's own shares, 0 to 1, in the order of :data:`BESIDE_INVESTORS`; the rest is held by investors
        and by holders whose business is not stated. All 0 where the side has no share.
    """
    of_holder = {holder.key: holder.business for holder in case.shareholders}
    total = table.basis_points_of(side)
    parts = [0.0] * len(BESIDE_INVESTORS)
    for holding in table.holdings:
        business = of_holder.get(holding.holder)
        if holding.side == side and business in BESIDE_INVESTORS and total:
            parts[BESIDE_INVESTORS.index(business)] += holding.basis_points / total
    return parts


def strengths(ties: Ties | None) -> list[float]:
    """Return the ties to enterprises of each origin; none where they are not known."""
    return [0.0 if ties is None else getattr(ties, origin) for origin in ORIGINS]


def pack_rivals(case: Case, quarter: Quarter, row: Record) -> None:
    """Pack size and stake of the rivals of each side; several at a time act as one of their joint size and mean stake.

    Attention is a = omega/(omega + sum_i rho_i omega_i), and omega_i is linear in the stake, so that nothing is lost.

    Parameters
    ----------
    case
        The case, with its rivals.
    quarter
        The quarter.
    row
        Written: the company's record of the quarter; sizes are multiples of this park, stakes 0 to 1.
    """
    for g, side in enumerate(SIDE_NAMES):
        present = [
            rival
            for rival in case.rivals
            if rival.side == side
            and rival.since.quarter() <= quarter
            and (rival.until is None or quarter <= rival.until.quarter())
        ]
        size = in_order(rival.size for rival in present)
        row.rival_size[g] = size
        if len(present) == 1:
            row.rival_share[g] = present[0].stake
        elif size > 0.0:
            row.rival_share[g] = in_order(rival.size * rival.stake for rival in present) / size


def pack_finance(case: Case, quarters: list[Quarter], inputs: Inputs) -> None:
    """Pack registered capital, credit lines and repayment, and the infrastructure others paid for.

    Aid and budget money is spent by those who give it: it counts in realised investment and never passes through the
    company's cash. A line is booked to who owes it, the company or the host state; commercial lines are apart, since
    they need no framework.

    Parameters
    ----------
    case
        The case.
    quarters
        Quarters that are simulated.
    inputs
        Written: `company`, and the credit that `governments` open, M USD.
    """
    dated = inputs.company
    dated["registered_capital"] = values_in_force(case.finance.registered_capital, quarters, "M USD", 0.0)
    owed_by_company = credit_lines(case, "company")
    inputs.governments["credit"] = agreed_to_date(concessional(owed_by_company), quarters)
    inputs.governments["commercial_credit"] = agreed_to_date(commercial(owed_by_company), quarters)
    dated["repayment_quarters"] = quarters_to_repay(owed_by_company, quarters)
    owed_by_state = credit_lines(case, "host")
    inputs.governments["state_credit"] = agreed_to_date(concessional(owed_by_state), quarters)
    inputs.governments["commercial_state_credit"] = agreed_to_date(commercial(owed_by_state), quarters)
    inputs.governments["state_repayment_quarters"] = quarters_to_repay(owed_by_state, quarters)
    known_rate = rate_of(owed_by_state)
    if owed_by_state:
        default_rate = catalogue().parameters["interest_rate"].default[0]
        inputs.governments["state_credit_rate"] = default_rate if known_rate is None else known_rate
    for grant in used(case.finance.grants):
        paid_in = grant.date.quarter()
        dated["other_investment"][span(quarters, paid_in, paid_in)] += grant.in_unit("M USD")


def credit_lines(case: Case, borrower: str) -> list[Credit]:
    """Return the credit lines that the model uses and that somebody owes: company or host."""
    return [line for line in case.finance.credit if line.use and line.borrower == borrower]


def concessional(lines: list[Credit]) -> list[Credit]:
    """Return the credit lines that depend on the framework."""
    return [line for line in lines if line.concessional]


def commercial(lines: list[Credit]) -> list[Credit]:
    """Return the credit lines that can be drawn without a framework."""
    return [line for line in lines if not line.concessional]


def agreed_to_date(lines: list[Credit], quarters: list[Quarter]) -> list[float]:
    """Return what may be drawn of credit lines by each quarter, M USD."""
    agreed = [(line.since.quarter(), line.amount.in_unit("M USD")) for line in lines]
    return [in_order(amount for start, amount in agreed if start <= quarter) for quarter in quarters]


def quarters_to_repay(lines: list[Credit], quarters: list[Quarter]) -> list[float]:
    """Return over how many quarters the debt of each quarter is still repaid, at least one; 0 before the end of grace.

    Several lines are repaid as one, from the first end of grace to the last maturity; those whose terms are not known
    are not repaid.
    """
    grace = [line.since.quarter() + round(4 * line.grace_years) for line in lines if line.grace_years is not None]
    ends = [line.since.quarter() + round(4 * line.maturity_years) for line in lines if line.maturity_years is not None]
    if not grace:
        return [0.0] * len(quarters)
    first = min(grace)
    last = max(ends)
    return [float(max(last - quarter, 1)) if quarter >= first else 0.0 for quarter in quarters]


def rate_of(lines: list[Credit]) -> float | None:
    """Return the mean rate of credit lines by their amounts, 1/yr; ``None`` if no line tells its rate."""
    rates = [(line.amount.in_unit("M USD"), line.rate.in_unit("1/yr")) for line in lines if line.rate is not None]
    if not rates:
        return None
    owed = in_order(amount for amount, _ in rates)
    return in_order(amount * rate for amount, rate in rates) / owed


def pack_enterprises(case: Case, quarters: list[Quarter], inputs: Inputs) -> None:
    """Pack terms that enterprises arbitrage, dated certificates and anchor projects.

    Parameters
    ----------
    case
        The case.
    quarters
        Quarters that are simulated.
    inputs
        Written: `enterprises` and `anchors`.
    """
    dated = inputs.enterprises
    named = {anchor.key: anchor for anchor in case.anchors}
    dated["reference_tax"] = case.regime.reference_tax.in_unit("1")
    dated["first_area"] = case.land.first_area.in_unit("ha")
    for term in case.terms:
        dated[f"term_{term.key}"][span(quarters, term.since)] += [getattr(term, origin) for origin in ORIGINS]
    for batch in case.certificates:
        quarter = batch.date.quarter()
        counts = {origin: getattr(batch, origin) for origin in ORIGINS}
        for key in batch.anchors:
            # A certificate of an anchor project is that project: it must not register twice.
            counts[named[key].origin] -= 1
        dated["certificates"][span(quarters, quarter, quarter)] += [max(counts[origin], 0) for origin in ORIGINS]
    for n, anchor in enumerate(case.anchors):
        pack_anchor(anchor, quarters[0], inputs.anchors[n])


def pack_anchor(anchor: Anchor, start: Quarter, row: Record) -> None:
    """Write an anchor project's dates into a row, as quarters since the start.

    One that opened in a quarter has built through that quarter. Where the start of building or the opening is not
    known, the enterprise decides for itself, or builds for the model's mean time.

    Parameters
    ----------
    anchor
        The project, as its case dates it.
    start
        First quarter that is simulated.
    row
        Written: its record; times in quarters, money in M USD, land in ha.
    """
    registered = anchor.registered.quarter() - start
    row.quarter = registered
    row.origin = ORIGINS.index(anchor.origin)
    row.declared = anchor.declared.in_unit("M USD")
    mean = catalogue().parameters["land_per_capital"].default[0]
    row.land = mean * row.declared if anchor.land is None else anchor.land.in_unit("ha")
    row.start_quarter = FREE_TO_DECIDE if anchor.started is None else anchor.started.quarter() - start
    row.build_quarters = catalogue().parameters["build_quarters"].default[0]
    if anchor.operating is not None:
        begun = registered if anchor.started is None else anchor.started.quarter() - start
        # Both ends count: a project that starts and opens in one quarter has built for one.
        row.build_quarters = max(anchor.operating.quarter() - start - begun + 1, 1)
        row.start_quarter = begun


def pack_closures(case: Case, quarters: list[Quarter], inputs: Inputs) -> None:
    """Pack closures: whoever is let in, works, decides or pays there does so no longer.

    To newcomers: the least investment asked is the model's greatest. Of the park: besides, all enterprises are gone, as
    in a park that a government closes in the model; no vote passes; framework, credit, plan, rescue and further equity
    end; the government that closes is not committed as long as it lasts. A closure on record may end, so that the
    company does not fail by it and a park may begin again.

    Parameters
    ----------
    case
        The case, with its closures.
    quarters
        Quarters that are simulated.
    inputs
        Written over, so that it comes last: governments, company and enterprises while a closure lasts.
    """
    governments = inputs.governments
    company = inputs.company
    enterprises = inputs.enterprises
    for closure in case.closures:
        closed = span(quarters, closure.since, closure.until)
        governments["threshold"][closed] = NOBODY_ENTERS
        enterprises["certificates"][closed] = 0.0
        if closure.scope == "newcomers":
            continue
        for name in ("framework", "rescue_by_treaty", "rescue_alone", "credit_open", "plan_open"):
            governments[name][closed] = 0.0
        company["quota"][closed] = NO_VOTE_PASSES
        company["registered_capital"][closed] = 0.0
        governments["closure"][closed] = 1.0
        enterprises["closure"][closed] = 1.0
        if closure.side is not None:
            governments["visit"][closed, SIDE_NAMES.index(closure.side)] = CLOSES_PARK


def is_closed(inputs: Inputs, t: int) -> bool:
    """Return whether a park is closed in a quarter, newcomers and those inside alike."""
    return bool(inputs.enterprises["closure"][t] > 0.5)


def case_parameters(case: Case) -> dict[str, tuple[float, ...]]:
    """Return values of the model's parameters that are facts of the case, and the rate of its credit, where known.

    The price at which enterprises do not mind paying for land is the case's own: what keeps them away is a departure
    from it, and not the level of prices in a country.
    """
    variables = catalogue().parameters
    values: dict[str, tuple[float, ...]] = {}
    rate = rate_of(credit_lines(case, "company"))
    if rate is not None:
        values["interest_rate"] = (rate,)
    for name, parameter in case.parameters.items():
        values[name] = tuple(convert(value, parameter.unit, variables[name].unit) for value in parameter.values)
    if "land_price" in values:
        values.setdefault("reference_price", values["land_price"])
    return values


def set_reference_price(values: dict[str, Floats], case: Case) -> None:
    """Have the reference price of land follow the price of each draw, unless the case says what it is.

    Parameters
    ----------
    values
        Parameters of runs by name, each of shape (runs, *shape); written: `reference_price`.
    case
        The case.
    """
    if "reference_price" not in case.parameters:
        values["reference_price"] = values["land_price"].copy()
