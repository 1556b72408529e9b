"""The full model in Mesa 3: the second implementation, written from the equations of MODEL §3.

Enterprises are agents; world, governments and company are attributes of the model (`institutions`). Random numbers are
those of NumPy's Generator, consumed in order, so that nothing is shared with the kernel but the specification: runs
differ one by one and agree in distribution.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Any

import mesa
import numpy as np

from bench.facts import Facts, Parameters
from bench.institutions import (
    DT,
    HOME,
    HOST,
    NOT_IMPLEMENTED,
    Company,
    Governments,
    World,
    appeal,
    logistic,
    report_institutions,
    within_a_quarter,
)
from copark.model.outputs import NAMES

RECORDED = tuple(name for name in NAMES if name not in NOT_IMPLEMENTED)
SQRT2 = math.sqrt(2.0)


class Stage(Enum):
    """Where an enterprise stands on its way; those that are gone are no longer in the model."""

    REGISTERED = 0
    BUILDING = 1
    OPERATING = 2


class Enterprise(mesa.Agent):
    """An enterprise: registers, starts or lapses, builds, operates, leaves."""

    def __init__(self, model: Park, origin: int, declared: float, anchor: dict[str, Any] | None = None) -> None:
        """Register; draw what it is worth and what it believes of itself (MODEL §3(5))."""
        super().__init__(model)
        p, rng = model.p, model.rng
        self.origin, self.stage, self.anchor = origin, Stage.REGISTERED, anchor
        known = p["self_knowledge"]
        z, noise = rng.standard_normal(2).tolist()
        self.permanent = p["return_spread"] / SQRT2 * z
        signal = math.sqrt(known) * z + math.sqrt(1.0 - known) * noise
        self.believed = p["return_spread"] / SQRT2 * math.sqrt(known) * signal
        if anchor:
            self.capital, self.land, self.build_time = declared, anchor["land"], anchor["build_quarters"]
        elif declared < p["rent_below"]:
            self.capital, self.land, self.build_time = p["realised_share"] * declared, 0.0, p["rent_quarters"]
        else:
            self.capital, self.land = p["realised_share"] * declared, p["land_per_capital"] * declared
            self.build_time = max(rng.gamma(4.0, p["build_quarters"] / 4.0), 0.25)
        self.left_to_build = self.build_time
        self.spent = self.transitory = self.profit = self.tax = self.worked = 0.0
        self.returns: list[float] = []
        self.age = 0

    @property
    def mean_return(self) -> float:
        """Its own mean return of up to four quarters."""
        recent = self.returns[-4:]
        return sum(recent) / len(recent)

    def consider(self) -> None:
        """Start if it wants to and there is land, else perhaps lapse (MODEL §3(5)). Anchors follow their dates."""
        park, p = self.model, self.model.p
        gross = park.common + self.believed + park.terms[self.origin]
        expected = gross - park.tax * max(gross, 0.0)
        willing = logistic((expected - park.hurdle) / p["hurdle_spread"])
        start = self.anchor["start_quarter"] if self.anchor else -1.0
        dated = start >= 0.0
        if dated:
            wants = park.t >= start
        else:
            wants = park.rng.random() < within_a_quarter(p["start_rate"] * park.service * willing)
        free = self.land <= 0.0 or park.occupied + self.land <= park.company.usable_area
        if wants and free and not park.company.failed:
            self.stage = Stage.BUILDING
            park.occupied += self.land
            park.land_taken += self.land
            park.count["starts"] += 1
        elif not dated and park.rng.random() < within_a_quarter(p["lapse_rate"] * (2.0 - willing)):
            park.count["lapses"] += 1
            self.remove()

    def build(self) -> None:
        """Spend a quarter's part of the investment; open when the time is up (MODEL §3(6))."""
        worked = min(self.left_to_build, 1.0)
        self.left_to_build -= worked
        self.model.invested += self.capital * worked / self.build_time
        if self.left_to_build <= 0.0:
            self.stage = Stage.OPERATING
            self.transitory = self.model.p["return_spread"] / SQRT2 * self.model.rng.standard_normal()
            self.model.count["completions"] += 1

    def operate(self) -> None:
        """Earn, pay tax, reinvest (MODEL §3(4), (7))."""
        park, p = self.model, self.model.p
        phi = p["transitory_persistence"] ** DT
        innovation = p["return_spread"] / SQRT2 * math.sqrt(1.0 - phi * phi)
        self.transitory = phi * self.transitory + innovation * park.rng.standard_normal()
        ramp = p["startup_years"] / DT
        starting = p["startup_loss"] * (1.0 - min(self.age / ramp, 1.0))
        gross = park.common + self.permanent + self.transitory + park.terms[self.origin] - starting
        r = gross - park.tax * max(gross, 0.0)
        self.age += 1
        self.returns.append(r)
        self.profit = r * self.capital
        self.tax = park.tax * max(gross, 0.0) * self.capital
        grown = self.capital * p["reinvested_share"] * max(r, 0.0) * DT
        self.capital += grown
        park.invested += grown
        self.worked = self.capital * min(self.age / ramp, 1.0)

    def stay_or_leave(self) -> None:
        """Leave the sooner, the worse the last year was; the land is free again."""
        park, p = self.model, self.model.p
        hazard = p["exit_rate"] * math.exp(-(self.mean_return - p["reference_return"]) / p["return_spread"])
        if park.rng.random() < within_a_quarter(hazard):
            park.count["exits"] += 1
            park.occupied -= self.land
            self.remove()


class Park(mesa.Model):
    """A park: one run of the model."""

    def __init__(self, facts: Facts, p: Parameters, seed: int) -> None:
        super().__init__(rng=seed)
        self.facts, self.p = facts, p
        self.world = World(facts, p, self.rng)
        self.governments = Governments(facts, p, self.rng)
        self.company = Company(facts, p, self.rng)
        self.t = -1
        self.occupied = self.land_taken = self.invested = 0.0
        self.common = self.hurdle = self.tax = self.service = 0.0
        self.terms = [0.0, 0.0, 0.0]
        self.appeal = [0.0, 0.0, 0.0]
        self.registered_ever = 0
        self.reputation = 0.0
        self.count: dict[str, int] = {}
        self.totals: dict[str, float] = {}
        self.datacollector = mesa.DataCollector(
            model_reporters={name: [self.output, [name]] for name in RECORDED},
        )

    def in_stage(self, stage: Stage) -> Any:
        """Enterprises in a stage, in the order in which they registered."""
        return self.agents.select(lambda enterprise: enterprise.stage is stage)

    def step(self) -> None:
        """One quarter."""
        self.t += 1
        self.count = dict.fromkeys(("own", "incumbent", "partner", "lapses", "starts", "completions", "exits"), 0)
        self.land_taken = 0.0
        alive = not self.company.failed
        self.world.open_quarter(self.t)
        offer = self.governments.offer(self.t)
        commitment = list(self.governments.commitment)
        self.company.decide(self.t, commitment, offer, self.world, self.occupied)
        self.prepare(commitment)
        if self.governments.closed:
            self.shut()
        if alive:
            self.arrive()
        self.in_stage(Stage.REGISTERED).do("consider")
        self.in_stage(Stage.BUILDING).do("build")
        operating = self.in_stage(Stage.OPERATING)
        operating.do("operate")
        self.add_up(operating)
        operating.do("stay_or_leave")
        self.company.keep_books(self.t, self.land_taken, self.occupied, offer)
        rescue = self.governments.step(self.t, self.gains(), self.company, self.totals, alive)
        self.company.settle(rescue, self.governments.closed)
        self.world.close_quarter(self.t, self.company.network, self.reputation, offer["mobilised"])
        self.report()
        self.datacollector.collect(self)

    def prepare(self, commitment: list[float]) -> None:
        """What all enterprises face alike this quarter: returns, terms, tax, hurdle, service (MODEL §3(4), (5))."""
        p, today = self.p, self.facts.enterprises[self.t]
        operating = len(self.in_stage(Stage.OPERATING))
        self.common = (
            p["return_mean"]
            + p["output_capital"] * p["agglomeration"] * math.log(1.0 + operating / p["industrial_base"])
            + p["service_return"] * self.company.log_service
            + p["market_response"] * self.world.growth_host
        )
        offered = zip(today["term_cost"], today["term_market"], self.company.network, strict=True)
        self.terms = [cost + market + p["network_return"] * ties for cost, market, ties in offered]
        self.tax = self.facts.governments[self.t]["profit_tax"]
        self.appeal = appeal(p, today, self.company, commitment)
        self.hurdle = p["hurdle"] + p["risk_premium"] * (1.0 - min(commitment))
        self.service = math.exp(self.company.log_service)

    def shut(self) -> None:
        """Everybody leaves a park that a government has closed."""
        for enterprise in list(self.agents):
            self.count["exits" if enterprise.stage is Stage.OPERATING else "lapses"] += 1
            enterprise.remove()
        self.occupied = 0.0

    def arrive(self) -> None:
        """Register those whom the record names, then those who enquire and reach the threshold (MODEL §3(3))."""
        p, rng = self.p, self.rng
        threshold = self.facts.governments[self.t]["threshold"]
        operating = self.in_stage(Stage.OPERATING)
        by_origin = [sum(e.origin == o for e in operating) for o in range(3)]
        for origin, number in enumerate(self.facts.enterprises[self.t]["certificates"]):
            for _ in range(int(number)):
                self.register(origin, max(rng.lognormal(p["declared_mean"], p["declared_spread"]), threshold))
        for anchor in self.facts.anchors:
            if anchor["quarter"] == self.t:
                self.register(anchor["origin"], anchor["declared"], anchor)
        rates = [self.enquiries_per_year(o, by_origin[o]) for o in range(3)]
        for origin in range(3):
            led = [p["follow_own"] * math.log(1.0 + by_origin[origin]), self.company.network[origin]]
            for _ in range(rng.poisson(rates[origin] * DT)):
                declared = rng.lognormal(p["declared_mean"], p["declared_spread"])
                if declared >= threshold:
                    self.register(origin, declared, found_by=self.found_by(*led))

    def register(
        self, origin: int, declared: float, anchor: dict[str, Any] | None = None, found_by: str = "own"
    ) -> None:
        """Give the status of resident."""
        Enterprise(self, origin, declared, anchor)
        self.registered_ever += 1
        self.count[found_by] += 1

    def enquiries_per_year(self, origin: int, operating: int) -> float:
        """Enquiries of an origin a year."""
        p, today, park = self.p, self.facts.governments[self.t], self.company
        facts = self.facts.enterprises[self.t]
        pull = (
            p["follow_own"] * math.log(1.0 + operating)
            + park.network[origin]
            + p["service_pull"] * park.log_service
            + p["reputation_pull"] * self.reputation / p["return_spread"]
            - p["tax_pull"] * 100.0 * (self.tax - facts["reference_tax"])
            + self.world.demand[origin]
            + self.appeal[origin]
        )
        regime = math.exp(-p["narrow_list_drag"] * today["narrow_list"])
        if park.usable_area < facts["first_area"]:
            regime *= 1.0 - p["no_land_discount"]
        left = max(1.0 - self.registered_ever / (p["pool_years"] * p["enquiry_rate"]), 0.0)
        return float(p["enquiry_rate"] * p["origin_weight"][origin] * left * regime * math.exp(pull))

    def found_by(self, own_pull: float, partner_pull: float) -> str:
        """Whom an arrival is owed to, by Aumann and Shapley."""
        both = own_pull + partner_pull
        if self.rng.random() < math.exp(-both):
            return "own"
        return "incumbent" if self.rng.random() * both < own_pull else "partner"

    def add_up(self, operating: Any) -> None:
        """Sum over the enterprises that operated this quarter, before any leaves."""
        p, count = self.p, len(operating)
        means = operating.get("mean_return")
        profits = operating.get(["origin", "profit"])
        self.totals = {
            "profit": operating.agg("profit", sum),
            "profit_home": sum(profit for origin, profit in profits if origin == HOME),
            "taxes": operating.agg("tax", sum),
            "jobs": operating.agg("worked", sum) / p["capital_per_job"],
            "capital": operating.agg("capital", sum),
            "mean_return": sum(means) / count if count else 0.0,
            "loss_share": sum(mean < 0.0 for mean in means) / count if count else 0.0,
        }
        reference = p["reference_return"]
        self.reputation = (5.0 * reference + sum(means)) / (5.0 + count) - reference

    def gains(self) -> list[float]:
        """What the quarter gives the two sides beyond their strategic values (MODEL §3(9))."""
        p, flows, totals = self.p, self.company.flows, self.totals
        margin = p["contractor_margin_rate"] * flows["land_cost"]
        return [
            totals["profit_home"] + flows["interest"] + margin + self.company.dividends[HOME],
            p["tax_per_job"] * totals["jobs"] + totals["taxes"] + self.company.dividends[HOST],
        ]

    def report(self) -> None:
        """Put the quarter's outputs together."""
        stage = {s: [0, 0, 0] for s in Stage}
        for enterprise in self.agents:
            stage[enterprise.stage][enterprise.origin] += 1
        operating, inside = stage[Stage.OPERATING], [sum(column) for column in zip(*stage.values(), strict=True)]
        n = self.count
        self.outputs = report_institutions(self.world, self.governments, self.company, self.totals) | self.totals
        self.outputs |= {f"operating_{o}": operating[i] for i, o in enumerate(("home", "host", "third"))}
        self.outputs |= {f"registered_{o}": inside[i] for i, o in enumerate(("home", "host", "third"))}
        self.outputs |= {
            "registered": sum(inside),
            "registered_ever": self.registered_ever,
            "building": sum(stage[Stage.BUILDING]),
            "operating": sum(operating),
            "arrivals": n["own"] + n["incumbent"] + n["partner"],
            "arrivals_own": n["own"],
            "arrivals_incumbent": n["incumbent"],
            "arrivals_partner": n["partner"],
            "occupied_area": self.occupied,
            "enterprise_investment": self.invested,
            "realised_investment": self.invested + self.company.infrastructure + self.company.aid,
        }
        self.outputs |= {name: n[name] for name in ("lapses", "starts", "completions", "exits")}

    def output(self, name: str) -> float:
        """One output of the quarter."""
        return self.outputs[name]


def run_park(facts: Facts, p: Parameters, seed: int) -> np.ndarray:
    """Run a park to its horizon; outputs float64 of shape (recorded, quarters), in the order of `RECORDED`."""
    park = Park(facts, p, seed)
    for _ in range(facts.quarters):
        park.step()
    collected = park.datacollector.model_vars
    return np.array([collected[name] for name in RECORDED], float)
