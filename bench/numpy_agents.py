"""The full model with NumPy arrays over the enterprises of one park, and a Python loop over quarters.

What one writes when Python is too slow for agents: every stage is a few array expressions. World, governments and
company are those of `institutions`, as in `mesa_park`.
"""

from __future__ import annotations

import math

import numpy as np

from bench.facts import Facts, Parameters, Record
from bench.institutions import DT, HOME, HOST, NOT_IMPLEMENTED, Company, Governments, World, appeal, report_institutions
from copark.model.outputs import NAMES

RECORDED = tuple(name for name in NAMES if name not in NOT_IMPLEMENTED)
REGISTERED, BUILDING, OPERATING = 0, 1, 2
STAGE, ORIGIN, CAPITAL, LAND, PERMANENT, BELIEVED, BUILD_TIME, LEFT, START, TRANSITORY, AGE, RETURNS = range(12)
ROWS = RETURNS + 4
SQRT2 = math.sqrt(2.0)


def number(condition: np.ndarray) -> float:
    """How many meet a condition."""
    return float(np.count_nonzero(condition))


def chance(hazard: np.ndarray) -> np.ndarray:
    """Chance that an event of a yearly hazard happens within a quarter."""
    made: np.ndarray = -np.expm1(-hazard * DT)
    return made


class Park:
    """A park: one run of the model."""

    def __init__(self, facts: Facts, p: Parameters, seed: int) -> None:
        self.facts, self.p = facts, p
        self.rng = np.random.default_rng(seed)
        self.world, self.governments = World(facts, p, self.rng), Governments(facts, p, self.rng)
        self.company = Company(facts, p, self.rng)
        self.firms = np.zeros((ROWS, 0))
        self.registered_ever = 0.0
        self.occupied = self.land_taken = self.invested = self.reputation = self.common = 0.0
        self.terms = np.zeros(3)
        self.flow: dict[str, float] = {}
        self.totals: dict[str, float] = {}

    def step(self, t: int) -> dict[str, float]:
        """One quarter; give its outputs."""
        self.flow = dict.fromkeys(("arrivals", "arrivals_own", "arrivals_incumbent", "arrivals_partner", "lapses"), 0.0)
        alive = not self.company.failed
        self.world.open_quarter(t)
        offer, commitment = self.governments.offer(t), list(self.governments.commitment)
        self.company.decide(t, commitment, offer, self.world, self.occupied)
        today, regime = self.facts.enterprises[t], self.facts.governments[t]
        p = self.p
        self.common = (
            p["return_mean"]
            + p["output_capital"] * p["agglomeration"] * math.log1p(self.number(OPERATING) / p["industrial_base"])
            + p["service_return"] * self.company.log_service
            + p["market_response"] * self.world.growth_host
        )
        ties = p["network_return"] * np.array(self.company.network)
        self.terms = np.array(today["term_cost"]) + today["term_market"] + ties
        left = self.shut() if self.governments.closed else (0.0, 0.0)
        if alive:
            self.arrive(t, today, regime, commitment)
        self.start_or_lapse(t, min(commitment), regime["profit_tax"], alive)
        self.build()
        self.operate(regime["profit_tax"])
        self.flow["lapses"] += left[0]
        self.flow["exits"] += left[1]
        self.company.keep_books(t, self.land_taken, self.occupied, offer)
        rescue = self.governments.step(t, self.gains(), self.company, self.totals, alive)
        self.company.settle(rescue, self.governments.closed)
        self.world.close_quarter(t, self.company.network, self.reputation, offer["mobilised"])
        return self.report()

    def number(self, stage: int) -> float:
        """How many enterprises are in a stage."""
        return number(self.firms[STAGE] == stage)

    def by_origin(self, stage: int) -> np.ndarray:
        """How many of each origin are in a stage."""
        return np.bincount(self.firms[ORIGIN][self.firms[STAGE] == stage].astype(int), minlength=3)

    def shut(self) -> tuple[float, float]:
        """Everybody leaves a park that a government has closed; count those that had not opened, and the others."""
        working = self.number(OPERATING)
        waiting = self.firms.shape[1] - working
        self.firms = self.firms[:, :0]
        self.occupied = 0.0
        return waiting, working

    def arrive(self, t: int, today: Record, regime: Record, commitment: list[float]) -> None:
        """Dated arrivals and enquiries (MODEL §3(3))."""
        p, park, operating = self.p, self.company, self.by_origin(OPERATING)
        own, partner = p["follow_own"] * np.log1p(operating), np.array(park.network)
        pull = own + partner + p["service_pull"] * park.log_service + np.array(self.world.demand)
        pull += appeal(p, today, park, commitment)
        pull += p["reputation_pull"] * self.reputation / p["return_spread"]
        pull -= p["tax_pull"] * 100.0 * (regime["profit_tax"] - today["reference_tax"])
        certified = np.repeat(np.arange(3), np.array(today["certificates"], int))
        if certified.size:
            drawn = self.rng.lognormal(p["declared_mean"], p["declared_spread"], certified.size)
            self.register(certified, np.maximum(drawn, regime["threshold"]))
            self.flow["arrivals_own"] += certified.size
        for anchor in self.facts.anchors:
            if anchor["quarter"] == t:
                self.register(np.array([anchor["origin"]]), np.array([anchor["declared"]]), anchor)
                self.flow["arrivals_own"] += 1.0
        scale = math.exp(-p["narrow_list_drag"] * regime["narrow_list"]) * p["enquiry_rate"]
        scale *= max(1.0 - self.registered_ever / (p["pool_years"] * p["enquiry_rate"]), 0.0)
        if park.usable_area < today["first_area"]:
            scale *= 1.0 - p["no_land_discount"]
        enquiries = self.rng.poisson(scale * np.array(p["origin_weight"]) * np.exp(pull) * DT)
        origin = np.repeat(np.arange(3), enquiries)
        declared = self.rng.lognormal(p["declared_mean"], p["declared_spread"], origin.size)
        origin, declared = origin[declared >= regime["threshold"]], declared[declared >= regime["threshold"]]
        if origin.size:
            self.register(origin, declared)
            self.attribute(own[origin], partner[origin])
        self.flow["arrivals"] = sum(self.flow[f"arrivals_{who}"] for who in ("own", "incumbent", "partner"))

    def attribute(self, own: np.ndarray, partner: np.ndarray) -> None:
        """Whom arrivals are owed to, by Aumann and Shapley."""
        both = own + partner
        by_others = self.rng.random(own.size) >= np.exp(-both)
        by_incumbents = by_others & (self.rng.random(own.size) * both < own)
        self.flow["arrivals_own"] += number(~by_others)
        self.flow["arrivals_incumbent"] += number(by_incumbents)
        self.flow["arrivals_partner"] += number(by_others & ~by_incumbents)

    def register(self, origin: np.ndarray, declared: np.ndarray, anchor: Record | None = None) -> None:
        """Append enterprises; draw what they are worth and what they believe of themselves (MODEL §3(5))."""
        p, n = self.p, origin.size
        known, spread = p["self_knowledge"], p["return_spread"] / SQRT2
        z, noise = self.rng.standard_normal((2, n))
        rents = declared < p["rent_below"]
        built = np.maximum(self.rng.gamma(4.0, p["build_quarters"] / 4.0, n), 0.25)
        new = np.zeros((ROWS, n))
        new[ORIGIN] = origin
        new[CAPITAL] = p["realised_share"] * declared
        new[LAND] = np.where(rents, 0.0, p["land_per_capital"] * declared)
        new[PERMANENT] = spread * z
        new[BELIEVED] = spread * math.sqrt(known) * (math.sqrt(known) * z + math.sqrt(1.0 - known) * noise)
        new[BUILD_TIME] = np.where(rents, p["rent_quarters"], built)
        new[START] = -1.0
        if anchor is not None:
            new[CAPITAL], new[LAND] = declared, anchor["land"]
            new[BUILD_TIME], new[START] = anchor["build_quarters"], anchor["start_quarter"]
        new[LEFT] = new[BUILD_TIME]
        self.firms = np.concatenate([self.firms, new], axis=1)
        self.registered_ever += n

    def remove(self, gone: np.ndarray) -> None:
        """Forget enterprises."""
        if gone.any():
            self.firms = self.firms[:, ~gone]

    def start_or_lapse(self, t: int, least: float, tax: float, alive: bool) -> None:
        """Start if it wants to and there is land, oldest first, else perhaps lapse (MODEL §3(5))."""
        p, f = self.p, self.firms
        waiting = f[STAGE] == REGISTERED
        gross = self.common + f[BELIEVED] + self.terms[f[ORIGIN].astype(int)]
        hurdle = p["hurdle"] + p["risk_premium"] * (1.0 - least)
        willing = 1.0 / (1.0 + np.exp((hurdle - gross + tax * np.maximum(gross, 0.0)) / p["hurdle_spread"]))
        service = math.exp(self.company.log_service)
        drawn = self.rng.random((2, willing.size))
        dated = f[START] >= 0.0
        wants = np.where(dated, t >= f[START], drawn[0] < chance(p["start_rate"] * service * willing))
        starts = waiting & wants & alive
        starts &= self.fitting(starts)
        lapses = waiting & ~starts & ~dated & (drawn[1] < chance(p["lapse_rate"] * (2.0 - willing)))
        f[STAGE][starts] = BUILDING
        self.land_taken = float(f[LAND][starts].sum())
        self.occupied += self.land_taken
        self.flow["starts"], self.flow["lapses"] = number(starts), number(lapses)
        self.remove(lapses)

    def fitting(self, starts: np.ndarray) -> np.ndarray:
        """Who of those that want to start finds land, one after another."""
        need = np.where(starts, self.firms[LAND], 0.0)
        free = self.company.usable_area - self.occupied
        fits: np.ndarray = need <= 0.0
        if need.sum() <= free:
            return np.ones_like(fits)
        for i in np.flatnonzero(~fits):
            if need[i] <= free:
                fits[i] = True
                free -= need[i]
        return fits

    def build(self) -> None:
        """Spend, and open when the time is up (MODEL §3(6))."""
        f = self.firms
        building = f[STAGE] == BUILDING
        worked = np.where(building, np.minimum(f[LEFT], 1.0), 0.0)
        f[LEFT] -= worked
        self.invested += float((f[CAPITAL] * worked / f[BUILD_TIME]).sum())
        opens = building & (f[LEFT] <= 0.0)
        f[STAGE][opens] = OPERATING
        self.flow["completions"] = number(opens)
        f[TRANSITORY][opens] = self.p["return_spread"] / SQRT2 * self.rng.standard_normal(np.count_nonzero(opens))

    def operate(self, tax: float) -> None:
        """Earn, pay tax, reinvest, leave (MODEL §3(4), (7))."""
        p, f = self.p, self.firms
        at_work = f[STAGE] == OPERATING
        phi, ramp = p["transitory_persistence"] ** DT, p["startup_years"] / DT
        noise = p["return_spread"] / SQRT2 * math.sqrt(1.0 - phi * phi) * self.rng.standard_normal(at_work.size)
        f[TRANSITORY] = np.where(at_work, phi * f[TRANSITORY] + noise, 0.0)
        gross = self.common + f[PERMANENT] + f[TRANSITORY] + self.terms[f[ORIGIN].astype(int)]
        gross -= p["startup_loss"] * (1.0 - np.minimum(f[AGE] / ramp, 1.0))
        r = np.where(at_work, gross - tax * np.maximum(gross, 0.0), 0.0)
        f[AGE] += at_work
        f[RETURNS + 1 :] = f[RETURNS:-1].copy()
        f[RETURNS] = r
        mean = f[RETURNS:].sum(axis=0) / np.minimum(np.maximum(f[AGE], 1.0), 4.0)
        profit, count = r * f[CAPITAL], number(at_work)
        taxes = float((tax * np.maximum(gross, 0.0) * f[CAPITAL])[at_work].sum())
        grown = f[CAPITAL] * p["reinvested_share"] * np.maximum(r, 0.0) * DT
        f[CAPITAL] += grown
        self.invested += float(grown.sum())
        at = np.where(at_work, f[CAPITAL], 0.0)
        self.totals = {
            "profit": float(profit.sum()),
            "profit_home": float(profit[f[ORIGIN] == HOME].sum()),
            "taxes": taxes,
            "jobs": float((at * np.minimum(f[AGE] / ramp, 1.0)).sum()) / p["capital_per_job"],
            "capital": float(at.sum()),
            "mean_return": float(mean.sum()) / count if count else 0.0,
            "loss_share": number(mean[at_work] < 0.0) / count if count else 0.0,
        }
        reference = p["reference_return"]
        self.reputation = (5.0 * reference + float(mean.sum())) / (5.0 + count) - reference
        hazard = p["exit_rate"] * np.exp((reference - mean) / p["return_spread"])
        exits = at_work & (self.rng.random(at_work.size) < chance(hazard))
        self.flow["exits"] = number(exits)
        self.occupied -= float(f[LAND][exits].sum())
        self.remove(exits)

    def gains(self) -> list[float]:
        """What the quarter gives the two sides beyond their strategic values (MODEL §3(9))."""
        p, flows, totals = self.p, self.company.flows, self.totals
        margin = p["contractor_margin_rate"] * flows["land_cost"]
        return [
            totals["profit_home"] + flows["interest"] + margin + self.company.dividends[HOME],
            p["tax_per_job"] * totals["jobs"] + totals["taxes"] + self.company.dividends[HOST],
        ]

    def report(self) -> dict[str, float]:
        """Outputs of the quarter, by the model's names."""
        inside = np.bincount(self.firms[ORIGIN].astype(int), minlength=3).tolist()
        operating = self.by_origin(OPERATING).tolist()
        made = report_institutions(self.world, self.governments, self.company, self.totals) | self.totals | self.flow
        made |= dict(zip(("registered_home", "registered_host", "registered_third"), inside, strict=True))
        made |= dict(zip(("operating_home", "operating_host", "operating_third"), operating, strict=True))
        return made | {
            "registered": sum(inside),
            "registered_ever": self.registered_ever,
            "building": self.number(BUILDING),
            "operating": sum(operating),
            "occupied_area": self.occupied,
            "enterprise_investment": self.invested,
            "realised_investment": self.invested + self.company.infrastructure + self.company.aid,
        }


def run_park(facts: Facts, p: Parameters, seed: int) -> np.ndarray:
    """Run a park to its horizon; outputs float64 of shape (recorded, quarters), in the order of `RECORDED`."""
    park = Park(facts, p, seed)
    rows = [park.step(t) for t in range(facts.quarters)]
    return np.array([[row[name] for row in rows] for name in RECORDED], float)
