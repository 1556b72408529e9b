"""Effects: the park with and without something, on the same draws and random numbers.

Scores of a forecast with something off, beside those of the whole model.

Refits: the model without something, calibrated anew, cheaply, and what it then forecasts.

A small prior batch to the cut, summaries by linear regression, the nearest runs, and their parameters run on with fresh
luck. Rougher than a calibration (the nearest are taken as they are: moving them by a regression on so few runs makes
scores jump from seed to seed); but every arm and the whole model are treated alike, on the same points and the same
luck, so that what differs is the mechanism. Fresh luck forgets where the park was at the cut: such forecasts are wider
and worse than those of the replay posterior, all alike.

Mechanisms: what can be switched off in a case, and how.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.identity import identity_of
from copark.inference.observations import STAND_INS, ObservationModel, Target, noise, targets
from copark.inference.posterior import Neighbours, systematic
from copark.inference.prior import PriorSpace, study_of
from copark.inference.summaries import features, one_thread
from copark.model.variables import catalogue
from copark.simulation.counterfactual_events import happenings
from copark.simulation.draw_sources import DrawSource
from copark.simulation.ensemble import Ensemble
from copark.simulation.readouts.compare import COUNTS, Difference, OutcomeChange, Pair, compare, ends_of_years, pair
from copark.simulation.run import inputs_of, simulate
from copark.simulation.scenario_edits import Edits
from copark.simulation.schemas import Title
from copark.simulation.study import LinkChange, Scenario, Study
from copark.stats.precision import Split
from copark.stats.scores import crps
from copark.store.checkpoints import Stages
from copark.texts import text

if TYPE_CHECKING:
    import xarray as xr


FILE = Path(__file__).parent / "mechanisms.yaml"
EVERY = "/*"
"""Ends a key that stands for everything of its kind that happened in the case."""
NEEDS = {"framework": "framework", "visits": "visits"}
"""Facts of the case without which a mechanism has nothing to do."""


@dataclass(frozen=True)
class Ablation:
    """Something switched off."""

    key: str
    """Of the mechanism, or ``link/<name>`` of an arrow."""
    kind: str
    """mechanism or link."""
    scale: str
    """global, intergovernmental, park or enterprise; of an arrow that it comes from."""
    title: Title
    """Its name in both languages."""
    whole: Scenario
    """The scenario in which it never was."""
    since_cut: Scenario | None = None
    """The scenario in which it ends with the cut; ``None`` where the model can only be without it for good."""


@cache
def listed() -> dict[str, dict[str, Any]]:
    """The file of mechanisms, entry by entry."""
    import yaml

    class Words(yaml.SafeLoader):
        """A loader that leaves on and off as words."""

    Words.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    entries: dict[str, dict[str, Any]] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=Words)  # noqa: S506
    return entries


def ablations_of(case: Case, cut: Quarter | None = None, *, links: bool = True) -> tuple[Ablation, ...]:
    """Everything that can be switched off in a case: mechanisms in the order of their file, then arrows.

    cut: the quarter after which `since_cut` begins; none are made where it is not given. links: whether arrows are
    among them.
    """
    made = list(_mechanisms(case, cut))
    return (*made, *_links()) if links else tuple(made)


def _mechanisms(case: Case, cut: Quarter | None) -> Iterator[Ablation]:
    keys = {one.key: one.title for one in happenings(case)}
    for key, entry in listed().items():
        if key in NEEDS and not getattr(case, NEEDS[key]):
            continue
        if key.endswith(EVERY):
            for name in (one for one in keys if one.startswith(key[:-1])):
                title = keys[name]
                yield _ablation(
                    case, name.replace("/", "-").replace("_", "-"), entry | {"edits": {"drop": [name]}}, title, cut
                )
            continue
        dropped = _expanded(entry, tuple(keys))
        if dropped is not None:
            title = Title(
                en=text(f"ablate.mechanism.{key}.title", "en"), zh=text(f"ablate.mechanism.{key}.title", "zh")
            )
            yield _ablation(case, key, dropped, title, cut)


def _expanded(entry: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any] | None:
    """The entry with everything of a kind named; ``None`` where the case has nothing of the kind."""
    edits = dict(entry.get("edits", {}))
    if "drop" not in edits:
        return dict(entry)
    drop = [key for pattern in edits["drop"] for key in keys if key.startswith(pattern.removesuffix("*"))]
    return dict(entry) | {"edits": edits | {"drop": drop}} if drop else None


def _ablation(case: Case, key: str, entry: Mapping[str, Any], title: Title, cut: Quarter | None) -> Ablation:
    whole = Scenario(
        key=f"without-{key}"[:64], title=title, parameters=_parameters(entry.get("parameters", {})),
        edits=Edits.model_validate(entry.get("edits", {})),
    )  # fmt: skip
    later = None if cut is None else _since(case, entry, cut)
    since = None if later is None else whole.model_copy(update={"key": f"{whole.key[:60]}-cut", "edits": later})
    return Ablation(key, "mechanism", str(entry["scale"]), title, whole, since)


def _parameters(given: Mapping[str, float]) -> dict[str, float]:
    known = catalogue().parameters
    return {name: max(known[name].low, min(known[name].high, float(value))) for name, value in given.items()}


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
    rooms = {"world": "global", "governments": "intergovernmental", "company": "park", "enterprises": "enterprise"}
    for name, link in catalogue().links.items():
        title = Title(en=link.en, zh=link.zh)
        key = f"cut-{name.replace('_', '-')}"[:64]
        scenario = Scenario(key=key, title=title, links={name: LinkChange(strength=0.0)})
        yield Ablation(f"link/{name}", "link", rooms[link.source_room], title, scenario)


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
"""Share of its mean that an output's spread is taken to be at least."""


@dataclass(frozen=True)
class AblationEffect:
    """What is different without something."""

    differences: tuple[Difference, ...]
    """Without less with, by output and quarter."""
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

    def plain(self) -> dict[str, Any]:
        """Everything as plain values."""
        return asdict(self) | {"scores": self.scores.tolist()}

    @classmethod
    def of_plain(cls, told: Mapping[str, Any]) -> AblationEffect:
        """The same from plain values."""
        splits = (None if one["split"] is None else Split(**one["split"]) for one in told["differences"])
        rows = (
            Difference(**{**one, "split": split}) for one, split in zip(told["differences"], splits, strict=True)
        )  # fmt: skip
        return cls(
            tuple(rows), OutcomeChange(**told["failed"]), told["size"], told["first"], told["verdict"],
            np.array(told["scores"], dtype=np.float64),
        )  # fmt: skip

    def of(self, output: str, quarter: str) -> Difference:
        """One of the differences: of counts in log points.

        Raises KeyError if it was not compared.
        """
        for row in self.differences:
            if (row.output, row.quarter, row.log) == (output, quarter, row.unit == "log points"):
                return row
        raise KeyError((output, quarter))


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
        """Run a scenario; of another seed, with other luck after the cut."""
        study = self.study.model_copy(
            update={"scenarios": (scenario,), "seed": self.study.seed if seed is None else seed}
        )
        return simulate(study, self.case, threads=self.threads, source=self.source)

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
    quarters = ends_of_years(one.before)
    table = compare([one], COMPARED, quarters)
    failed = next(row for row in table.outcomes if row.outcome == "failed")
    shown = tuple(row for row in table.differences if row.log == (row.unit == "log points") and _once(row))
    first = begins(one, [*COMPARED])
    size = _size(one, quarters)
    hardly = size < HARDLY and abs(failed.change) < HARDLY_FAILED
    verdict = "nothing" if first is None else "hardly" if hardly else "works"
    return AblationEffect(shown, failed, size, first, verdict, bench.scores(arm))


def _once(row: Difference) -> bool:
    """Counts are compared both ways; kept is the comparison of logarithms."""
    return row.log or row.unit not in COUNTS


def _size(one: Pair, quarters: tuple[str, ...]) -> float:
    """Mean size of the differences in spreads of the output, the largest over outputs and quarters.

    Where an output hardly varies (the land plan is carried out in nearly every run), a twentieth of its mean stands in
    for its spread.
    """
    found = 0.0
    for name in COMPARED:
        values, moved = one.before[name].to_numpy(), one.difference(name)
        for quarter in quarters:
            at = one.labels.index(quarter)
            spread = max(float(values[:, at].std()), LEAST_SPREAD * abs(float(values[:, at].mean())), 1e-12)
            found = max(found, float(np.abs(moved[:, at]).mean()) / spread)
    return found


def quarters_compared(case: Case) -> tuple[str, ...]:
    """Ends of years 12 and 20, or of a shorter horizon."""
    last = case.clock.start + (case.clock.quarters - 1)
    ends: list[Quarter] = [min(case.clock.start + (4 * year - 1), last) for year in (12, 20)]
    return tuple(dict.fromkeys(str(end) for end in ends))


ACCEPTED_SHARE = 0.02
LEAST_ACCEPTED = 50
MEMBERS = 1000
FUTURES = 2
BEST = 0.01
"""Share of the batch whose misfit says how easily the structure reaches the record."""
RIDGE = 1e-3


@dataclass(frozen=True)
class Refit:
    """What is left without something."""

    scores: Floats
    """CRPS on each later target, shape (targets,)."""
    misfit: float
    """Root mean square distance to the record, in errors of observation, that the best hundredth of the batch's runs
    stay below: smaller means that the structure reaches the record more easily."""


@dataclass(frozen=True)
class Refitting:
    """What all refits share: the record to the cut, points and luck."""

    case: Case
    cut: Quarter
    size: int
    """Runs of the batch."""
    seed: int
    """Of points, errors of observation and luck."""
    asked: tuple[Target, ...]
    threads: int = 1
    stages: Stages = field(default_factory=Stages)
    """Where refits are kept as they are done."""

    @property
    def quarters(self) -> int:
        """Quarters to the cut."""
        return self.cut - self.case.clock.start + 1

    @property
    def quarters_after(self) -> int:
        """Quarters to the last target."""
        return max((one.last for one in self.asked), default=self.quarters - 1) + 1

    def refit(self, without: Scenario) -> Refit:
        """Refit the model without something, or find it refitted among the stages."""
        arm = identity_of({"without": without.model_dump(mode="json"), "seed": self.seed})
        kept = self.stages.result(f"refit-{arm}", lambda: self._refit(without))
        return Refit(kept["scores"], float(kept["misfit"]))

    def _refit(self, without: Scenario) -> dict[str, Floats]:
        """Fit the model without something to the record, roughly, and score its forecast."""
        case, seed = self.case, self.seed
        space, model = PriorSpace.of(case), ObservationModel(targets(case, cut=self.cut))
        points = space.sobol(0, self.size, seed)
        counterparts = self._run(space, model, without, points, seed, self.quarters)
        whole = np.isfinite(counterparts).all(axis=1)
        points, counterparts = points[whole], counterparts[whole]
        reports = model.reports(counterparts, seed)
        learned, residual = regression(features(model, reports), points)
        recorded = learned(features(model, model.recorded[np.newaxis, :]))[0]
        near = Neighbours(points, learned(features(model, reports)), residual)
        members = np.tile(nearest(points, near.distances(recorded)), (FUTURES, 1))
        later = ObservationModel(self.asked)
        ahead = self._run(space, later, without, members, seed + 1, self.quarters_after)
        z = (model.hide(counterparts) - model.recorded) / model.errors
        misfit = np.quantile(np.sqrt((z**2).mean(axis=1)), BEST)
        return {"scores": scores(ahead, self.asked), "misfit": np.asarray(misfit, dtype=np.float64)}

    def _run(
        self, space: PriorSpace, model: ObservationModel, arm: Scenario, points: Floats, seed: int, quarters: int
    ) -> Floats:
        """Run points under an arm and read the targets; not a number where a run did not end well."""
        draws = space.draws(points, seed, scenario=arm)
        runs = Ensemble(inputs_of(self.case, arm, quarters), draws, model.variables, threads=self.threads).run()
        return runs.of_finished(model.counterparts(runs.out, runs.names))


def nearest(points: Floats, far: Floats) -> Floats:
    """Points nearest to the record, weighted by distance (Epanechnikov) and drawn again evenly; (MEMBERS, axes)."""
    count = min(max(LEAST_ACCEPTED, int(ACCEPTED_SHARE * len(points))), len(points) - 1)
    order = np.argsort(far, kind="stable")[: count + 1]
    weights = np.maximum(1.0 - (far[order[:-1]] / max(float(far[order[-1]]), 1e-300)) ** 2, 1e-12)
    found: Floats = points[order[:-1]][systematic(weights, MEMBERS)]
    return found


@dataclass(frozen=True)
class Linear:
    """Summaries by ridge regression on features and their squares."""

    centre: Floats
    scale: Floats
    slopes: Floats

    def __call__(self, x: Floats) -> Floats:
        """Expected places in the cube, shape (runs, axes)."""
        found: Floats = self.design(x) @ self.slopes
        return found

    def design(self, x: Floats) -> Floats:
        """Features, scaled, with a constant before and their squares behind, shape (runs, 2 · features + 1)."""
        z = np.clip((x - self.centre) / self.scale, -6.0, 6.0)
        return np.concatenate([np.ones((len(z), 1)), z, z**2], axis=1)


def regression(x: Floats, points: Floats) -> tuple[Linear, Floats]:
    """Regress points on features; give the summaries and the covariance of what they leave unexplained."""
    centre, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    made = Linear(centre, scale, np.zeros((2 * x.shape[1] + 1, points.shape[1])))
    with one_thread():
        table = made.design(x)
        penalty = RIDGE * len(x) * np.eye(table.shape[1])
        penalty[0, 0] = 0.0
        slopes = np.asarray(np.linalg.solve(table.T @ table + penalty, table.T @ points), dtype=np.float64)
        residual = np.cov(points - table @ slopes, rowvar=False)
    return Linear(centre, scale, slopes), residual
