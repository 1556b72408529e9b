"""World, governments and development company, once a park: plain Python, written from MODEL §3.

Enterprises are elsewhere: agents in `mesa_park`, arrays in `numpy_agents`. Sides and origins are home, host and third.
Money is million USD, flows are per year and a quarter moves a quarter of them.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from bench.facts import Facts, Parameters, Record

DT = 0.25
HOME, HOST, THIRD = range(3)
ABSENT, PRESENT = 0.0, 1.0
LEFT_OPEN, NOBODY = -1.0, -2.0


def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + math.exp(-x))


def within_a_quarter(hazard: float) -> float:
    """Chance that an event of a yearly hazard happens within a quarter."""
    return -math.expm1(-hazard * DT)


def wins(votes: tuple[int, ...], share: list[float], quota: float) -> bool:
    """Whether those who vote yes hold the quota."""
    return sum(s for s, yes in zip(share, votes, strict=True) if yes) >= quota


def chance_to_pass(share: list[float], quota: float, yes: list[float]) -> float:
    """Chance that a vote passes when holder i says yes with probability yes[i], independently."""
    total = 0.0
    for votes in product((0, 1), repeat=len(share)):
        if wins(votes, share, quota):
            total += math.prod(p if vote else 1.0 - p for p, vote in zip(yes, votes, strict=True))
    return total


def banzhaf_index(share: list[float], quota: float) -> list[float]:
    """Each holder's part of all swings: votes that its yes turns from lost to won."""
    swings = [0 for _ in share]
    for votes in product((0, 1), repeat=len(share)):
        for i in range(len(share)):
            without = tuple(0 if j == i else vote for j, vote in enumerate(votes))
            if votes[i] and wins(votes, share, quota) and not wins(without, share, quota):
                swings[i] += 1
    total = sum(swings)
    return [s / total if total else 0.0 for s in swings]


NOT_IMPLEMENTED = ("ledger_gap",)
"""Outputs that the other implementations lack: a check of the kernel's own."""

CONTRACTOR, OPERATOR, AUTHORITY, INVESTOR = range(4)
FLOWS = (
    "land_sales", "fees", "grants", "calls", "state_funding", "draws", "operating_cost", "land_cost", "interest",
    "principal",
)  # fmt: skip
"""Yearly flows of the company, M USD/yr."""


class Group(NamedTuple):
    """Holders of a side that live by the same business; of the third bloc all are one group."""

    side: int
    business: int
    share: float


def groups_of(today: Record) -> list[Group]:
    """Divide the shares of each side by business; whoever has none on record is an investor."""
    share = today["share"]
    groups = []
    for side, name in ((HOME, "business_home"), (HOST, "business_host")):
        parts = [*today[name], max(1.0 - sum(today[name]), 0.0)]
        groups += [Group(side, business, share[side] * part) for business, part in enumerate(parts)]
    groups.append(Group(THIRD, INVESTOR, share[THIRD]))
    return [group for group in groups if group.share > 0.0]


class World:
    """Growth gaps, investment climate, dated shocks and global partners (MODEL §3(0), (10))."""

    def __init__(self, facts: Facts, p: Parameters, rng: np.random.Generator) -> None:
        self.facts, self.p, self.rng = facts, p, rng
        self.climate = (p["climate_spread"] * rng.standard_normal(3)).tolist()
        self.growth_host, self.growth_source = 0.0, [0.0, 0.0, 0.0]
        self.year_drawn: float | None = None
        self.shock = [0.0, 0.0, 0.0]
        self.demand = [0.0, 0.0, 0.0]
        self.partners = [ABSENT] * 5

    def open_quarter(self, t: int) -> None:
        """Apply the record, draw what it leaves open."""
        p, today = self.p, self.facts.world[t]
        for j, recorded in enumerate(today["partner_forced"]):
            if recorded != LEFT_OPEN:
                self.partners[j] = ABSENT if recorded == NOBODY else recorded
        self.grow(today)
        if t > 0:
            phi = p["climate_persistence"] ** DT
            noise = p["climate_spread"] * math.sqrt(1.0 - phi * phi) * self.rng.standard_normal(3)
            self.climate = [phi * x + z for x, z in zip(self.climate, noise.tolist(), strict=True)]
        for o in range(3):
            self.shock[o] = (
                p["market_shift"] * today["exposure_market_shift"][o]
                - p["pandemic"] * today["exposure_pandemic"][o]
                - p["sanctions"] * today["exposure_sanctions"][o]
            )
            self.demand[o] = (
                p["host_growth_pull"] * self.growth_host
                + p["source_growth_pull"] * self.growth_source[o]
                + self.climate[o]
                + self.shock[o]
            )

    def grow(self, today: Record) -> None:
        """Growth on record; afterwards, one whole past year for every future year."""
        if today["growth_known"]:
            self.growth_host, self.growth_source = today["growth_host"], list(today["growth_source"])
        elif today["year"] != self.year_drawn:
            self.year_drawn = today["year"]
            past = self.facts.history[self.rng.integers(len(self.facts.history))]
            self.growth_host, self.growth_source = past[0], past[1:]

    def close_quarter(self, t: int, network: list[float], reputation: float, mobilised: float) -> None:
        """Partners whom the record leaves open come, for ties, success and governments, or go, for shocks and failure.

        Reputation is an excess return per year; what is mobilised is the commitment that the quarter began with.
        """
        p = self.p
        success = reputation / p["return_spread"]
        reasons = max(sum(network) / 3.0, 0.0) + max(success, 0.0) + p["partner_mobilisation"] * mobilised
        joins = within_a_quarter(p["partner_join"] * (1.0 - math.exp(-reasons)))
        reasons = max(-self.shock[THIRD], 0.0) + max(-success, 0.0)
        leaves = within_a_quarter(p["partner_leave"] + p["partner_leave_shock"] * reasons)
        for j, recorded in enumerate(self.facts.world[t]["partner_forced"]):
            if recorded == LEFT_OPEN:
                if self.partners[j]:
                    self.partners[j] = ABSENT if self.rng.random() < leaves else PRESENT
                else:
                    self.partners[j] = PRESENT if self.rng.random() < joins else ABSENT


class Governments:
    """Two governments: what they gain, how they bargain over a rescue, how committed they are (MODEL §3(9))."""

    def __init__(self, facts: Facts, p: Parameters, rng: np.random.Generator) -> None:
        self.facts, self.p, self.rng = facts, p, rng
        self.closed = False
        self.private = bool(facts.governments[0]["private_owner"])
        self.benefit = [0.0 if self.private else p["value_home"], p["value_host"]]
        self.commitment = [self.justified(u) for u in self.benefit]
        if self.private:
            self.commitment[HOME] = 1.0
        self.pays = [0.0, 0.0]
        self.outlay = [0.0, 0.0]
        self.alignment = p["alignment"] if facts.governments[0]["framework"] else 0.0
        self.conceded_to_home = 0.0
        self.state_debt = self.state_interest = self.state_principal = 0.0
        self.surplus = sum(self.benefit)

    def justified(self, net_benefit: float) -> float:
        """Commitment that a net benefit justifies."""
        return logistic((net_benefit - self.p["effort_cost"]) / self.p["benefit_spread"])

    def offer(self, t: int) -> dict[str, Any]:
        """What governments offer this quarter: credit, a land plan, a council that mediates, calls on partners."""
        today = self.facts.governments[t]
        on = bool(today["framework"])
        limits = {
            name: (today[f"commercial_{name}"] + today[name] * on) * bool(today["credit_open"])
            for name in ("credit", "state_credit")
        }
        return {
            "credit": limits["credit"],
            "state_credit": 0.0 if today["state_repayment_quarters"] > 0.0 else limits["state_credit"],
            "state_debt": self.state_debt,
            "plan": today["plan_area"] if on and today["plan_open"] else None,
            "mediates": bool(on and today["mediation_open"] and self.surplus > 0.0),
            "mobilised": sum(self.commitment) / 2.0 if on and not self.closed else 0.0,
        }

    def step(self, t: int, gains: list[float], company: Company, totals: dict[str, float], alive: bool) -> float:
        """Feel the quarter's gains, decide on a rescue (returned, M USD/yr), move alignment and commitment."""
        p = self.p
        today = self.facts.governments[t]
        shortfall = company.shortfall
        self.serve_debt(today, company.flows["state_funding"])
        memory = -math.expm1(-DT / p["benefit_memory"])
        values = [0.0 if self.private else p["value_home"], p["value_host"]]
        owed = [self.state_interest, -self.state_interest - self.state_principal]
        for g in (HOME, HOST):
            value = values[g] * self.served(g, today, company.control, totals, alive)
            self.benefit[g] += memory * (value + gains[g] + owed[g] - self.benefit[g])
        self.align(today)
        self.conceded_to_home = 0.0
        if not self.private:
            self.conceded_to_home = self.alignment * (p["home_bargaining"] * sum(self.benefit) - self.benefit[HOME])
        worth = [self.benefit[HOME] + self.conceded_to_home, self.benefit[HOST] - self.conceded_to_home]
        self.pays = self.bargain(today, worth, shortfall, company.control) if shortfall > 0.0 else [0.0, 0.0]
        self.surplus = sum(self.benefit) - shortfall
        inertia = -math.expm1(-p["commitment_rate"] * DT)
        for g in (HOME, HOST):
            self.outlay[g] += self.pays[g] * DT
            drift = self.justified(worth[g] - self.pays[g]) - self.commitment[g]
            visit = today["visit"][g]
            jump = visit * p["visit_weight"] if visit > 0.0 else visit
            self.commitment[g] = min(max(self.commitment[g] + inertia * drift + jump, 0.0), 1.0)
        self.outlay[HOST] += (self.state_interest + self.state_principal) * DT
        if self.private:
            self.commitment[HOME] = 1.0 if alive else 0.0
        if not today["closure"]:
            self.close()
        return sum(self.pays)

    def close(self) -> None:
        """Close the park for good, the likelier the further a government's commitment is below the threshold."""
        of_states = self.commitment[HOST:] if self.private else self.commitment
        lacking = sum(max(1.0 - m / self.p["closure_threshold"], 0.0) for m in of_states)
        if self.rng.random() < within_a_quarter(self.p["closure_rate"] * lacking):
            self.closed = True

    def serve_debt(self, today: Record, funding: float) -> None:
        """Interest and principal of what the host state borrowed; what it passes on is added to its debt."""
        left = today["state_repayment_quarters"]
        due = self.state_debt / left if left >= 1.0 else 0.0
        self.state_interest = today["state_credit_rate"] * self.state_debt
        self.state_principal = due / DT
        self.state_debt += funding * DT - due

    def served(self, g: int, today: Record, control: list[float], totals: dict[str, float], alive: bool) -> float:
        """How far a side's interests are served: growth, technology, control, burden, and presence with the rest."""
        growth, technology, power, burden = today[("interest_weight_home", "interest_weight_host")[g]]
        jobs = totals["jobs"]
        per_job = totals["capital"] / jobs if jobs > 0.0 else 0.0
        paid = sum(self.outlay)
        left_to_other = self.outlay[1 - g] / paid if paid > 0.0 else 0.5
        presence = 1.0 - growth - technology - power - burden
        return (
            alive * (presence + power * control[g] + burden * left_to_other)
            + growth * jobs / (jobs + self.p["interest_jobs"])
            + technology * per_job / (per_job + self.p["interest_technology"])
        )

    def align(self, today: Record) -> None:
        """Alignment: back to what the framework sustains, and up in a quarter with a visit under it."""
        p = self.p
        on = bool(today["framework"])
        self.alignment += -math.expm1(-DT / p["alignment_memory"]) * (p["alignment"] * on - self.alignment)
        if on and max(today["visit"]) > 0.0:
            self.alignment += p["session_effect"] * (1.0 - self.alignment)

    def bargain(self, today: Record, worth: list[float], x: float, control: list[float]) -> list[float]:
        """Who pays how much of a shortfall x: by treaty both, else one side alone, who controls it first, or nobody."""
        u = [min(w, most) if most > 0.0 else w for w, most in zip(worth, today["rescue_limit"], strict=True)]
        if today["framework"] and today["rescue_by_treaty"] and sum(u) >= x:
            home = min(max(u[HOME] - self.p["home_bargaining"] * (sum(u) - x), 0.0), x)
            shares = [home, x - home]
            if all(u[g] >= shares[g] for g in (HOME, HOST)):
                return shares
        for payer in (HOME, HOST) if control[HOME] >= control[HOST] else (HOST, HOME):
            if today["rescue_alone"][payer] and u[payer] >= x:
                return [x if g == payer else 0.0 for g in (HOME, HOST)]
        return [0.0, 0.0]


class Company:
    """The development company: votes, stakes and service, ties, land and money (MODEL §3(1), (2), (8))."""

    def __init__(self, facts: Facts, p: Parameters, rng: np.random.Generator) -> None:
        self.facts, self.p, self.rng = facts, p, rng
        self.cash = self.paid_in = facts.company[0]["paid_in_at_start"]
        self.debt = self.area = self.developed = 0.0
        self.delivered = self.passed_on = 0.0
        self.delivered_by_quarter: list[float] = []
        self.result_cumulative = self.infrastructure = self.aid = 0.0
        self.insolvent_quarters = 0
        self.failed = False
        self.flows: dict[str, float] = {}
        self.dividends = [0.0, 0.0, 0.0]
        self.rescue = self.shortfall = 0.0
        self.control: list[float] = []
        self.capability = 0.0
        self.decided_by: tuple[list[Group], float] | None = None
        self.power: tuple[list[float], list[float]] = ([], [])
        self.attention = [1.0, 1.0]
        self.passes = self.log_service = self.plan = 0.0
        self.network = [0.0, 0.0, 0.0]

    @property
    def usable_area(self) -> float:
        """Land delivered long enough ago to be built on."""
        past = len(self.delivered_by_quarter) - 1 - self.facts.land_delay
        return self.delivered_by_quarter[past] if past >= 0 else 0.0

    @property
    def price(self) -> float:
        """Price of a hectare, whose margin a rival of the host undercuts."""
        margin = max(self.p["land_price"] - self.p["servicing_cost"], 0.0)
        return float(self.p["land_price"] - margin * (1.0 - self.attention[HOST]))

    def decide(self, t: int, commitment: list[float], offer: dict[str, Any], world: World, occupied: float) -> None:
        """Vote, serve, tie, and service land."""
        today = self.facts.company[t]
        self.vote(today, commitment, offer["mediates"], occupied)
        self.serve(today, commitment)
        ties = list(today["shareholder_ties"])
        for here, partner in zip(world.partners, today["partner_ties"], strict=True):
            ties = [tie + here * extra for tie, extra in zip(ties, partner, strict=True)]
        self.network = [0.0 if self.failed else self.p["network_strength"] * tie for tie in ties]
        self.developed = self.develop(today, offer, occupied)
        lot = 0.0 if offer["plan"] is None else min(today["lot_area"], offer["plan"])
        if self.area + self.developed >= lot - 1e-6:
            self.delivered = self.area + self.developed
        self.delivered_by_quarter.append(self.delivered)

    def vote(self, today: Record, commitment: list[float], mediates: bool, occupied: float) -> None:
        """Control by the Banzhaf index; the chance that a land vote passes, mediated where the council can.

        In a part of the votes sides vote as one, in the others each group of holders by what it lives on.
        """
        share = today["share"]
        quota = today["quota"]
        groups = groups_of(today)
        if quota <= 10_000.0:
            quota = min(quota, sum(share))
        held = [group.share for group in groups]
        if self.decided_by != (groups, quota):
            self.decided_by = groups, quota
            self.power = banzhaf_index(share, quota), banzhaf_index(held, quota)
        of_sides, of_groups = self.power
        blocs = [*commitment, sum(commitment) / 2.0]
        own = self.p["group_interest"]
        wants = [self.interest(group, blocs, occupied) for group in groups]
        self.passes = (1.0 - own) * chance_to_pass(share, quota, blocs) + own * chance_to_pass(held, quota, wants)
        if mediates:
            self.passes += (1.0 - self.passes) * self.p["mediation"]
        control = [
            (1.0 - own) * of_sides[group.side] * group.share / share[group.side] + own * power
            for group, power in zip(groups, of_groups, strict=True)
        ]
        self.control = [sum(c for c, group in zip(control, groups, strict=True) if group.side == g) for g in range(3)]
        self.capability = self.capability_of(groups, control, today["capability"])

    def interest(self, group: Group, commitment: list[float], occupied: float) -> float:
        """Chance that a group says yes to land: contractors always, authorities as governments, others as it fills."""
        if group.side == THIRD or group.business == AUTHORITY:
            return commitment[group.side]
        if group.business == CONTRACTOR or self.area <= 0.0:
            return 1.0
        return min(occupied / (0.6 * self.area), 1.0)

    def capability_of(self, groups: list[Group], control: list[float], on_record: float) -> float:
        """Capability to run the park: in part as on record, in part that of whoever controls the company."""
        p = self.p
        able = [*p["business_capability"], p["investor_capability"]]
        held = [(c, able[group.business]) for c, group in zip(control, groups, strict=True) if group.side != THIRD]
        total = sum(c for c, _ in held)
        of_owners = sum(c * capability for c, capability in held) / total if total > 0.0 else on_record
        return (1.0 - p["owner_weight"]) * on_record + p["owner_weight"] * float(of_owners)

    def serve(self, today: Record, commitment: list[float]) -> None:
        """Service level Q of the two-sided moral-hazard game, less what undecided matters cost."""
        p = self.p
        spill = [p["spill_home"], p["spill_host"]]
        kept = 1.0 - sum(spill)
        efforts = []
        for g in (HOME, HOST):
            weight = p["control_weight"]
            stake = kept * ((1.0 - weight) * today["share"][g] / 1e4 + weight * self.control[g]) + spill[g]
            rival = today["rival_size"][g] * (kept * today["rival_share"][g] + spill[g])
            self.attention[g] = stake / (stake + rival) if rival > 0.0 else 1.0
            efforts.append(max(stake * self.attention[g] * max(commitment[g], 0.01), 1e-4))
        alpha = p["home_contribution"]
        limit = 1.0 - p["capability_weight"] * (1.0 - self.capability)
        quality = limit * (efforts[HOME] / alpha) ** alpha * (efforts[HOST] / (1.0 - alpha)) ** (1.0 - alpha)
        undecided = p["deadlock"] * math.log(max(self.passes, 0.01))
        self.log_service = min(math.log(quality) + undecided, 0.0)

    def develop(self, today: Record, offer: dict[str, Any], occupied: float) -> float:
        """Service a block where the plan has room, the money is in reach and the vote passes."""
        plan = offer["plan"]
        self.plan = max(today["first_area"], occupied / 0.6 + today["block_area"]) if plan is None else plan
        block = min(today["block_area"], self.plan - self.area)
        if self.failed or block <= 0.0:
            return 0.0
        reach = max(self.cash, 0.0) + sum(self.in_reach(today, offer))
        affordable = reach >= self.p["servicing_cost"] * block
        return block if affordable and self.rng.random() < self.passes else 0.0

    def in_reach(self, today: Record, offer: dict[str, Any]) -> tuple[float, float, float]:
        """Equity not yet called, money of the state and credit not yet drawn; none once repayment begins."""
        repaying = today["repayment_quarters"] > 0.0
        return (
            max(today["registered_capital"] - self.paid_in, 0.0),
            max(offer["state_credit"] - self.passed_on, 0.0),
            0.0 if repaying else max(offer["credit"] - self.debt, 0.0),
        )

    def keep_books(self, t: int, land_taken: float, occupied: float, offer: dict[str, Any]) -> None:
        """Move the quarter's money, or none if the company has failed."""
        self.flows = dict.fromkeys(FLOWS, 0.0)
        self.dividends = [0.0, 0.0, 0.0]
        self.rescue = self.shortfall = 0.0
        if not self.failed:
            self.account(self.facts.company[t], land_taken, occupied, offer)

    def account(self, today: Record, land_taken: float, occupied: float, offer: dict[str, Any]) -> None:
        """K' = K + sales + fees - costs - debt service + calls + state money + draws + grants - dividends."""
        p, f = self.p, self.flows
        f["land_sales"] = self.price * land_taken / DT
        f["fees"] = p["service_fee"] * occupied
        f["operating_cost"] = p["overhead"] * (1.0 + p["overhead_per_area"] * self.area)
        f["land_cost"] = p["servicing_cost"] * self.developed / DT
        f["interest"] = p["interest_rate"] * self.debt
        f["grants"] = today["grants"] / DT
        left = today["repayment_quarters"]
        f["principal"] = self.debt / left / DT if left >= 1.0 else 0.0
        result = f["land_sales"] + f["fees"] + f["grants"] - f["operating_cost"] - f["land_cost"] - f["interest"]
        self.cash += DT * (result - f["principal"])
        self.debt -= DT * f["principal"]
        equity, from_state, line = self.in_reach(today, offer)
        calls = min(max(-self.cash, 0.0), equity)
        funding = min(max(-self.cash - calls, 0.0), from_state)
        draws = min(max(-self.cash - calls - funding, 0.0), line)
        f["calls"], f["state_funding"], f["draws"] = calls / DT, funding / DT, draws / DT
        self.cash += calls + funding + draws
        self.paid_in += calls
        self.passed_on += funding
        self.debt += draws
        if self.debt <= 0.0 and offer["state_debt"] <= 0.0:
            pot = p["dividend_rate"] * max(self.cash - p["cash_reserve"], 0.0)
            self.dividends = [pot * share / 1e4 for share in today["share"]]
            self.cash -= DT * sum(self.dividends)
        self.result_cumulative += DT * result
        self.area += self.developed
        self.infrastructure += DT * f["land_cost"]
        self.aid += today["other_investment"]
        self.shortfall = max(-self.cash, 0.0) / DT

    def settle(self, rescue: float, closed: bool) -> None:
        """Take the rescue; fail after four quarters insolvent without one, or with the park."""
        if not self.failed:
            self.rescue = rescue
            self.cash += DT * rescue
            self.insolvent_quarters = self.insolvent_quarters + 1 if self.cash < -1e-9 else 0
            self.failed = self.insolvent_quarters >= 4
        self.failed = self.failed or closed


def appeal(p: Parameters, today: Record, company: Company, commitment: list[float]) -> list[float]:
    """What draws enquiries of each origin beside ties, service, success and demand (MODEL §3(3)).

    Terms of cost and market access, the commitment of the government that could send them, and the price of land.
    """
    known = company.price > 0.0 and p["reference_price"] > 0.0
    dear = math.log(company.price / p["reference_price"]) if known else 0.0
    return [
        p["arbitrage_pull"] * (cost + market) - p["mobilisation"] * (1.0 - sends) - p["price_pull"] * dear
        for cost, market, sends in zip(today["term_cost"], today["term_market"], [*commitment, 1.0], strict=True)
    ]


def report_institutions(
    world: World, governments: Governments, company: Company, totals: dict[str, float]
) -> dict[str, float]:
    """Outputs of the three submodels, by the model's names; `totals` are those of the enterprises."""
    f, c = company.flows, company
    return {
        "serviced_area": c.area, "usable_area": c.usable_area, "planned_area": c.plan,
        "cash": c.cash, "debt": c.debt, "paid_in_equity": c.paid_in, "result_cumulative": c.result_cumulative,
        "service_level": math.exp(c.log_service), "vote_pass": c.passes,
        "control_home": c.control[HOME], "control_host": c.control[HOST],
        "network_home": c.network[HOME], "network_host": c.network[HOST], "network_third": c.network[THIRD],
        "land_sales": f["land_sales"], "fees": f["fees"], "operating_cost": f["operating_cost"],
        "land_cost": f["land_cost"], "interest": f["interest"], "principal": f["principal"], "calls": f["calls"],
        "state_funding": f["state_funding"],
        "draws_credit": f["draws"], "grants": f["grants"], "dividends": sum(c.dividends), "rescue": c.rescue,
        "shortfall": c.shortfall, "insolvent_quarters": float(c.insolvent_quarters), "failed": float(c.failed),
        "commitment_home": governments.commitment[HOME], "commitment_host": governments.commitment[HOST],
        "benefit_home": governments.benefit[HOME], "benefit_host": governments.benefit[HOST],
        "surplus": governments.surplus,
        "contribution_home": governments.pays[HOME], "contribution_host": governments.pays[HOST],
        "public_income": governments.p["tax_per_job"] * totals["jobs"] + totals["taxes"],
        "public_outlay": company.aid + sum(governments.outlay),
        "closed": float(governments.closed),
        "alignment": governments.alignment, "transfer_home": governments.conceded_to_home,
        "state_debt": governments.state_debt,
        "state_debt_service": governments.state_interest + governments.state_principal,
        "demand_home": world.demand[HOME], "demand_host": world.demand[HOST], "demand_third": world.demand[THIRD],
        "growth_gap_host": world.growth_host, "partners": float(sum(world.partners)),
    }  # fmt: skip
