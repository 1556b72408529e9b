"""What can be switched off in a case, and how park and forecast differ without it, with common random numbers.

Mechanisms are listed in ``mechanisms.yaml``: parameters at the value at which each does nothing, or edits of facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.arrays import Floats
from copark.calibration.observations import STAND_INS, ObservationModel, Target, noise, targets
from copark.calibration.prior import study_of
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.yaml_loader import read_yaml
from copark.errors import Fault
from copark.model.variables import catalogue
from copark.simulation.case_edits import happenings
from copark.simulation.readouts.compare import COUNTS, OutcomeChange, Pair, compare, dates_compared, pair
from copark.simulation.run import simulate
from copark.simulation.sample import DrawSource
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import LinkChange, Scenario, Study
from copark.simulation.study_entries import Title
from copark.stats.effects import Effect
from copark.stats.scores import crps
from copark.texts import LANGUAGES, text

if TYPE_CHECKING:
    import xarray as xr

FILE = Path(__file__).parent / "mechanisms.yaml"
NEEDED = ("framework", "visits")
"""Mechanisms that have nothing to do in a case without facts of that name."""
ROOMS = {"world": "global", "governments": "intergovernmental", "company": "park", "enterprises": "enterprise"}


@dataclass(frozen=True)
class Ablation:
    """Something switched off."""

    key: str
    """Of the mechanism, or ``link/<name>`` of a link."""
    kind: str
    """mechanism or link."""
    scale: str
    """global, intergovernmental, park or enterprise; of a link that it comes from."""
    title: Title
    whole: Scenario
    """The scenario in which it never was."""
    since_cut: Scenario | None = None
    """The scenario in which it ends with the cut; ``None`` where the model can only be without it for good."""


@cache
def listed() -> dict[str, dict[str, Any]]:
    """The file of mechanisms, entry by entry."""
    faults: list[Fault] = []
    tree = read_yaml(FILE.read_text(encoding="utf-8"), FILE.name, faults)
    assert tree is not None, faults  # noqa: S101 - a file of the package
    return dict(tree.data)


def ablations_of(case: Case, cut: Quarter | None = None, *, links: bool = True) -> tuple[Ablation, ...]:
    """Everything that can be switched off in a case: mechanisms in the order of their file, then links.

    cut: the quarter after which ``since_cut`` begins; none are made where it is not given.
    """
    return (*_mechanisms(case, cut), *(_links() if links else ()))


def _mechanisms(case: Case, cut: Quarter | None) -> Iterator[Ablation]:
    titles = {one.key: one.title for one in happenings(case)}
    for key, entry in listed().items():
        if key in NEEDED and not getattr(case, key):
            continue
        if key.endswith("/*"):  # everything of a kind that happened, one by one
            for name in (one for one in titles if one.startswith(key[:-1])):
                dashed = name.replace("/", "-").replace("_", "-")
                yield _ablation(case, dashed, entry | {"edits": {"drop": [name]}}, titles[name], cut)
            continue
        edits = dict(entry.get("edits", {}))
        if "drop" in edits:
            starts = tuple(pattern.removesuffix("*") for pattern in edits["drop"])
            edits["drop"] = [name for start in starts for name in titles if name.startswith(start)]
            if not edits["drop"]:
                continue
        title = Title(**{lang: text(f"ablate.mechanism.{key}.title", lang) for lang in LANGUAGES})
        yield _ablation(case, key, entry | {"edits": edits}, title, cut)


def _ablation(case: Case, key: str, entry: Mapping[str, Any], title: Title, cut: Quarter | None) -> Ablation:
    known = catalogue().parameters
    parameters = {
        name: max(known[name].low, min(known[name].high, float(value)))
        for name, value in entry.get("parameters", {}).items()
    }
    edits = Edits.model_validate(entry["edits"])
    whole = Scenario(key=f"without-{key}"[:64], title=title, parameters=parameters, edits=edits)
    later = None if cut is None else _since(case, entry, cut)
    since = None if later is None else whole.model_copy(update={"key": f"{whole.key[:60]}-cut", "edits": later})
    return Ablation(key, "mechanism", str(entry["scale"]), title, whole, since)


def _since(case: Case, entry: Mapping[str, Any], cut: Quarter) -> Edits | None:
    """The edits made from the quarter after the cut on, where they can be."""
    kind = entry.get("since")
    if kind == "depth":
        return Edits.model_validate({"depth": {**entry["edits"]["depth"], "from": str(cut + 1)}})
    if kind == "framework" and case.framework is not None:
        return Edits.model_validate({"framework": {"on": "on", "to": str(cut)}})
    if kind == "partners" and case.partners:
        here = {one.key for one in case.partners if min(span.since.quarter("event") for span in one.presence) <= cut}
        stays = {one.key: {"to": str(cut)} if one.key in here else "drop" for one in case.partners}
        return Edits.model_validate({"partners": stays})
    return None


def _links() -> Iterator[Ablation]:
    for name, link in catalogue().links.items():
        title = Title(en=link.en, zh=link.zh)
        key = f"cut-{name.replace('_', '-')}"[:64]
        scenario = Scenario(key=key, title=title, links={name: LinkChange(strength=0.0)})
        yield Ablation(f"link/{name}", "link", ROOMS[link.source_room], title, scenario)


REPORTED_SEED = 0x61626C
SMALLEST = 1e-9


def later_targets(case: Case, cut: Quarter) -> tuple[Target, ...]:
    """What the case observed after a cut, as far as it is a value and not only a bound or a range."""
    found = targets(case, ("fit", "score"), after=cut)
    return tuple(one for one in found if one.bound in {"exact", "about"} and one.variable not in STAND_INS)


def scores(counterparts: Floats, asked: Sequence[Target]) -> Floats:
    """CRPS of an ensemble on each target, errors of observation included, in the target's unit; shape (targets,)."""
    model = ObservationModel(tuple(asked))
    finite = counterparts[np.isfinite(counterparts).all(axis=1)]
    reports = finite + model.errors * noise(REPORTED_SEED, 0, len(finite), len(asked))
    return np.array([crps(reports[:, n], one.value) for n, one in enumerate(asked)])


def by_observable(values: Floats, asked: Sequence[Target]) -> dict[str, float]:
    """Means over the targets of each observable."""
    names = [one.variable for one in asked]
    return {name: float(np.mean(values[[own == name for own in names]])) for name in dict.fromkeys(names)}


def log_ratio(values: Floats, reference: Floats, asked: Sequence[Target]) -> float:
    """How much worse than a reference: mean over observables of ln(mean score / mean score); 0.1 is a tenth worse."""
    own, other = by_observable(values, asked), by_observable(reference, asked)
    if not own:
        return float("nan")
    return float(np.mean([np.log((own[name] + SMALLEST) / (other[name] + SMALLEST)) for name in own]))


COMPARED = ("operating", "jobs", "registered", "serviced_area", "result_cumulative", "benefit_home", "benefit_host")
"""Outputs compared at the ends of years 12 and 20."""
HARDLY = 0.05
"""A mechanism *hardly* works if on average it moves no output compared by more than this share of its spread…"""
HARDLY_FAILED = 0.01
"""…and the probability of failure by no more than this."""
LEAST_SPREAD = 0.05
"""Share of its mean that an output's spread is taken to be at least: the land plan is carried out in nearly every
run."""


@dataclass(frozen=True)
class AblationEffect:
    """What is different without something."""

    differences: tuple[Effect, ...]
    """Without less with, by output and quarter; of counts in log points."""
    failed: OutcomeChange
    """How the probability of failure changes."""
    size: float
    """Largest over outputs and quarters of the mean size of the difference, in spreads of the output."""
    first: str | None
    """The first quarter anything differs in any run; ``None`` if nothing ever does."""
    verdict: str
    """nothing (identical in every run), hardly, or works."""
    scores: Floats
    """CRPS on each later target, shape (targets,)."""

    def of(self, output: str, quarter: str) -> Effect:
        """One of the differences."""
        return next(row for row in self.differences if (row.measure, row.quarter) == (output, quarter))


@dataclass(frozen=True)
class AblationBench:
    """What every arm is run on."""

    case: Case
    study: Study
    """A study of one scenario: its runs, seed, draws and futures."""
    source: DrawSource | None
    asked: tuple[Target, ...]
    """Later targets that arms are scored on."""
    threads: int = 1

    def run(self, scenario: Scenario, seed: int | None = None) -> xr.Dataset:
        """Run a scenario; of another seed, with other random numbers after the cut."""
        changes = {"scenarios": (scenario,), "seed": self.study.seed if seed is None else seed}
        return simulate(
            self.study.model_copy(update=changes), self.case, threads=self.threads, source=self.source
        )  # fmt: skip

    def scores(self, result: xr.Dataset) -> Floats:
        """CRPS of a result on each later target."""
        if not self.asked:
            return np.zeros(0)
        model = ObservationModel(self.asked)
        out = np.stack([result[name].to_numpy()[0] for name in model.variables], axis=1)
        return scores(model.counterparts(out, model.variables), self.asked)


def bench_of(
    case: Case, source: DrawSource | None, *, runs: int, futures: int, seed: int, asked: tuple[Target, ...] = (),
    threads: int = 1,
) -> AblationBench:  # fmt: skip
    """Make the bench: the posterior's pairs with some futures each, or draws from the prior where there is none."""
    kept = tuple(dict.fromkeys((*COMPARED, *(one.variable for one in asked))))
    draws = "prior" if source is None else "posterior"
    study = study_of(case, seed).with_changes(runs=runs, futures=futures, draws=draws, keep=kept)
    return AblationBench(case, study, source, asked, threads)


def effect(bench: AblationBench, reference: xr.Dataset, without: Scenario) -> AblationEffect:
    """Compare the park without something with the park as it is."""
    from copark.simulation.readouts.compare import begins

    arm = bench.run(without)
    one = pair(reference, arm)
    quarters = dates_compared(one.before)
    table = compare([one], COMPARED, quarters)
    failed = next(row for row in table.outcomes if row.outcome == "failed")
    shown = tuple(row for row in table.differences if row.log or row.unit not in COUNTS)
    first, size = begins(one, [*COMPARED]), _size(one, quarters)
    hardly = size < HARDLY and abs(failed.change) < HARDLY_FAILED
    verdict = "nothing" if first is None else "hardly" if hardly else "works"
    return AblationEffect(shown, failed, size, first, verdict, bench.scores(arm))


def _size(one: Pair, quarters: tuple[str, ...]) -> float:
    """Mean size of the differences in spreads of the output, the largest over outputs and quarters."""
    at = [one.labels.index(quarter) for quarter in quarters]
    found = 0.0
    for name in COMPARED:
        values, moved = one.before[name].to_numpy()[:, at], one.difference(name)[:, at]
        spread = np.maximum(values.std(axis=0), LEAST_SPREAD * abs(values.mean(axis=0)))
        found = max(found, float((abs(moved).mean(axis=0) / np.maximum(spread, 1e-12)).max()))
    return found


def quarters_compared(case: Case) -> tuple[str, ...]:
    """Ends of years 12 and 20, or of a shorter horizon."""
    ends = (min(4 * year, case.clock.quarters) - 1 for year in (12, 20))
    return tuple(dict.fromkeys(str(case.clock.start + end) for end in ends))
