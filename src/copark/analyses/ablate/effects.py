"""Mechanisms and links of a case that can be switched off, and their effects on park and forecast.

Everything is a scenario of one experiment, with common random numbers: :func:`experiment_of`.

Mechanisms are listed in ``mechanisms.yaml``: parameters or dated inputs at the value at which each does
nothing, or edits of facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.calibration.observations import STAND_INS, ObservationModel, Target, noise, targets
from copark.calibration.prior import study_of
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.yaml_loader import read_yaml
from copark.errors import Fault
from copark.json_types import JsonObject
from copark.model.variables import catalogue
from copark.simulation.case_edits import dated_events
from copark.simulation.experiment import Experiment
from copark.simulation.measures import OutputPaths, ScenarioMeasures
from copark.simulation.sample import DrawSource
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import InputChange, LinkChange, Scenario
from copark.simulation.study_entries import Title
from copark.stats.effects import Effects
from copark.stats.scores import crps
from copark.texts import text

FILE = Path(__file__).parent / "mechanisms.yaml"
SCALE_OF = {"world": "global", "governments": "intergovernmental", "company": "park", "enterprises": "enterprise"}


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
def listed() -> dict[str, JsonObject]:
    """Read the file of mechanisms, entry by entry."""
    faults: list[Fault] = []
    tree = read_yaml(FILE.read_text(encoding="utf-8"), FILE.name, faults)
    assert tree is not None, faults  # noqa: S101 - a file of the package
    return dict(tree.data)


def ablations_of(case: Case, cut: Quarter | None = None, *, links: bool = True) -> tuple[Ablation, ...]:
    """List everything that can be switched off in a case: mechanisms in the order of their file, then links.

    Parameters
    ----------
    case
        The case.
    cut
        Quarter after which ``since_cut`` begins; ``None`` to make none.
    links
        False to leave links out.
    """
    return (*_mechanisms(case, cut), *(_links() if links else ()))


def _mechanisms(case: Case, cut: Quarter | None) -> Iterator[Ablation]:
    titles = {event.key: event.title for event in dated_events(case)}
    for key, entry in listed().items():
        if not _has(case, entry.get("needs")):
            continue
        if key.endswith("/*"):  # everything of a kind that happened, one by one
            for name in (event_key for event_key in titles if event_key.startswith(key[:-1])):
                dashed = name.replace("/", "-").replace("_", "-")
                yield _ablation(case, dashed, entry | {"edits": {"drop": [name]}}, titles[name], cut)
            continue
        edits = dict(entry.get("edits", {}))
        if "drop" in edits:
            starts = tuple(pattern.removesuffix("*") for pattern in edits["drop"])
            edits["drop"] = [name for start in starts for name in titles if name.startswith(start)]
            if not edits["drop"]:
                continue
        title = Title.by_language(partial(text, f"ablate.mechanism.{key}.title"))
        yield _ablation(case, key, entry | {"edits": edits}, title, cut)


def _has(case: Case, needs: str | None) -> bool:
    """Check whether a case has the facts that a mechanism needs; of interests, any that something there serves."""
    if needs is None:
        return True
    if needs == "interests":
        return any(interest.served_by is not None for interest in case.interests)
    return bool(getattr(case, needs))


def _ablation(case: Case, key: str, entry: Mapping[str, Any], title: Title, cut: Quarter | None) -> Ablation:
    variables = catalogue().parameters
    parameters = {
        name: max(variables[name].low, min(variables[name].high, float(value)))
        for name, value in entry.get("parameters", {}).items()
    }
    edits = Edits.model_validate(entry["edits"])
    changed: dict[str, Any] = {
        "inputs": {name: (InputChange(value=value),) for name, value in entry.get("inputs", {}).items()}
    }
    whole = Scenario(key=f"without-{key}"[:64], title=title, parameters=parameters, edits=edits, **changed)
    later = None if cut is None else _since(case, entry, cut)
    since = None if later is None else whole.model_copy(update={"key": f"{whole.key[:60]}-cut", "edits": later})
    return Ablation(key, "mechanism", str(entry["scale"]), title, whole, since)


def _since(case: Case, entry: Mapping[str, Any], cut: Quarter) -> Edits | None:
    """Return the edits made from the quarter after the cut on, where they can be."""
    kind = entry.get("since")
    if kind == "depth":
        return Edits.model_validate({"depth": {**entry["edits"]["depth"], "from": str(cut + 1)}})
    if kind == "framework" and case.framework is not None:
        return Edits.model_validate({"framework": {"on": "on", "to": str(cut)}})
    if kind == "partners" and case.partners:
        present = {
            partner.key
            for partner in case.partners
            if min(span.since.quarter("event") for span in partner.presence) <= cut
        }
        stays = {partner.key: {"to": str(cut)} if partner.key in present else "drop" for partner in case.partners}
        return Edits.model_validate({"partners": stays})
    return None


def _links() -> Iterator[Ablation]:
    for name, link in catalogue().links.items():
        title = Title.by_language(link.title)
        key = f"cut-{name.replace('_', '-')}"[:64]
        scenario = Scenario(key=key, title=title, links={name: LinkChange(strength=0.0)})
        yield Ablation(f"link/{name}", "link", SCALE_OF[link.source_submodel], title, scenario)


REPORTED_SEED = 0x61626C
SMALLEST = 1e-9


def later_targets(case: Case, cut: Quarter) -> tuple[Target, ...]:
    """Return what the case observed after a cut, as far as it is a value and not only a bound or a range."""
    observed = targets(case, ("fit", "score"), after=cut)
    return tuple(
        target for target in observed if target.bound in {"exact", "about"} and target.variable not in STAND_INS
    )


def scores(counterparts: Floats, later: Sequence[Target]) -> Floats:
    """Score an ensemble on each target by its CRPS, errors of observation included.

    Parameters
    ----------
    counterparts
        What runs have in the place of the targets, shape (runs, targets); runs that did not finish are left out.
    later
        The targets.

    Returns
    -------
    Scores in the targets' units, shape (targets,).
    """
    model = ObservationModel(tuple(later))
    finite = counterparts[np.isfinite(counterparts).all(axis=1)]
    reports = finite + model.errors * noise(REPORTED_SEED, 0, len(finite), len(later))
    return np.array([crps(reports[:, n], target.value) for n, target in enumerate(later)])


def by_observable(values: Floats, later: Sequence[Target]) -> dict[str, float]:
    """Average over the targets of each observable."""
    names = [target.variable for target in later]
    return {name: float(np.mean(values[[own == name for own in names]])) for name in dict.fromkeys(names)}


def log_ratio(values: Floats, reference: Floats, later: Sequence[Target]) -> float:
    """Describe how much worse scores are than a reference's: 0.1 is a tenth worse.

    Parameters
    ----------
    values, reference
        Scores, each of shape (targets,).
    later
        The targets.

    Returns
    -------
    Mean over observables of ln(mean score / mean score); not a number without a target.
    """
    own = by_observable(values, later)
    other = by_observable(reference, later)
    if not own:
        return float("nan")
    return float(np.mean([np.log((own[name] + SMALLEST) / (other[name] + SMALLEST)) for name in own]))


COMPARED = ("operating", "jobs", "registered", "serviced_area", "result_cumulative", "benefit_home", "benefit_host")
"""Outputs compared at the ends of years 12 and 20."""
LEAST_SPREAD = 0.05
"""Share of its mean that an output's spread is taken to be at least: the land plan is carried out in nearly every
run."""


def experiment_of(
    case: Case,
    source: DrawSource | None,
    *,
    runs: int,
    replicates: int,
    seed: int,
    later: Sequence[Target] = (),
    threads: int = 1,
) -> Experiment:
    """Set up the experiment in which things are switched off.

    Parameters
    ----------
    case
        The case.
    source
        Where draws come from: the posterior's pairs; from the prior where there is none.
    runs
        Runs of each scenario.
    replicates
        Replicates of each draw.
    seed
        Of random numbers.
    later
        Targets that scenarios are scored on, whose outputs are read beside those compared.
    threads
        Threads; they do not change the numbers.
    """
    outputs = tuple(dict.fromkeys((*COMPARED, *(target.variable for target in later))))
    draws = "prior" if source is None else "posterior"
    study = study_of(case, seed).with_changes(runs=runs, replicates=replicates, draws=draws)
    return Experiment(study, case, OutputPaths(outputs), source=source, threads=threads)


def scores_of(runs: ScenarioMeasures, outputs: Sequence[str], later: Sequence[Target]) -> Floats:
    """Score a scenario's runs on each target, from the paths of outputs; shape (targets,).

    Parameters
    ----------
    runs
        Runs of the scenario, with the paths of outputs as measures.
    outputs
        Names of these outputs, in order.
    later
        Targets; none give an empty array.

    Returns
    -------
    CRPS on each, in the target's unit.
    """
    if not later:
        return np.zeros(0)
    return scores(ObservationModel(tuple(later)).counterparts(runs.values, outputs), later)


def size_of(effects: Effects, scenario: str, quarters: Sequence[str]) -> float:
    """Measure an effect by the mean size of its differences in spreads of the output, the largest of all.

    Parameters
    ----------
    effects
        Effects on outputs.
    scenario
        Key of the scenario.
    quarters
        Quarters that count.
    """
    columns = [effects.quarters.index(quarter) for quarter in quarters]
    largest = 0.0
    for output in COMPARED:
        values = effects.before(scenario, output)[:, columns]
        moved = effects.differences(scenario, output)[:, columns]
        spread = np.maximum(values.std(axis=0), LEAST_SPREAD * abs(values.mean(axis=0)))
        largest = max(largest, float((abs(moved).mean(axis=0) / np.maximum(spread, 1e-12)).max()))
    return largest


def quarters_compared(case: Case) -> tuple[str, ...]:
    """Return the ends of years 12 and 20, or of a shorter horizon."""
    ends = (min(4 * year, case.clock.quarters) - 1 for year in (12, 20))
    return tuple(dict.fromkeys(str(case.clock.start + end) for end in ends))
