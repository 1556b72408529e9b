"""Compare: what changes in a park from one scenario to another, with common random numbers, and why.

Scenarios of studies or stored runs against a reference, pair by pair on the same parameters and random numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from copark.analyses.compare.outcome_attribution import (
    NEEDED,
    Books,
    OutcomeMoves,
    OutcomeParts,
    books_of,
    moves_of,
    outcome_parts,
)
from copark.analyses.contract import AnalysisParams, Argument, Cut, ParametersOf, Result, Rows, StudyName
from copark.arrays import Floats
from copark.cases.types import renamed
from copark.json_types import JsonObject
from copark.model.outcomes import GOOD
from copark.simulation.readouts.compare import (
    COUNTS,
    DRAWN,
    MAIN,
    dates_compared,
    differences,
    effects_of,
    judged_column,
    outcome_effects_of,
    outputs_of,
    paired,
    provenance,
    quarters_apart,
)
from copark.stats.effects import Effect, Effects, ShareEffect
from copark.stats.quantiles import quantiles
from copark.texts import text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    import xarray as xr

    from copark.analyses.context import Context
    from copark.analyses.contract import Wanted
    from copark.cases import Case
    from copark.errors import RunRefused
    from copark.simulation.study import Study


class Params(AnalysisParams):
    """Parameters of a comparison."""

    reference: Annotated[str, StudyName(), Field(min_length=1, max_length=1000)]
    """Study, case or run ID of a stored run; its first scenario is the reference."""
    scenario: Annotated[str | None, StudyName(), Argument(), Field(max_length=1000), renamed("scenario", "arm")] = None
    """A second study, whose scenarios are compared with the reference; by default the other scenarios of the first."""
    runs: Annotated[int | None, Field(ge=1, le=10_000_000)] = None
    """Number of runs; by default as the study says."""
    seed: Annotated[int | None, Field(ge=0, le=2**63 - 1)] = None
    """Seed of the random numbers; by default as the study says."""
    parameters: ParametersOf | None = None
    """Which parameters to use, in the place of the best the case has."""
    cut: Cut = None
    """Last quarter of the observations that the calibration knows, such as 2020Q4; by default the latest there is."""
    now: Annotated[str | None, Field(max_length=20)] = None
    """Quarter the park is looked at from, such as 2026Q4; by default the present one."""
    outcomes: bool = False
    """Whether to show shares of outcomes even of a park that is not calibrated; they then follow from assumptions."""
    served: ClassVar[Mapping[str, float]] = {"runs": 2000}


@dataclass(frozen=True)
class ComparedScenario:
    """A scenario beside the reference."""

    key: str
    """What it is called in files."""
    title: LocalizedText
    """What it is called in words."""
    differences: tuple[Effect, ...]
    """Effects by output and date; of counts also on logarithms."""
    outcomes: tuple[ShareEffect, ...]
    """Effects on the share of each outcome."""
    moves: OutcomeMoves
    """Which runs go from which outcome to which, and through which account."""
    courses: Mapping[str, Floats]
    """Quantiles of the differences (5, 25, 50, 75 and 95 %) over time, of the outputs that are drawn, each of shape
    (levels, quarters): of logarithms where they are counts; NaN where no pair finished."""
    first_differences: Mapping[str, str]
    """First quarter in which any pair of runs differs, by main output; without those in which none ever does."""
    books: Books | None = None
    """Bail-outs and debts; none where they were not kept."""
    parts: OutcomeParts | None = None
    """The changes of outcome shares, shared out among links: of the scenario that changes the share of self-standing
    runs most; none where nothing changes, where shares are not told, or where runs cannot be made again."""

    @property
    def begins(self) -> str | None:
        """First quarter in which any pair of runs differs in one of the main outputs; none where none ever does."""
        return min(self.first_differences.values(), default=None)

    def difference(self, output: str, quarter: str, *, log: bool = False) -> Effect | None:
        """Return the effect on an output at a date; none where it was not kept.

        Parameters
        ----------
        output
            Name of the output.
        quarter
            Date, as a label such as ``2035Q4``.
        log
            True for the effect on logarithms, which counts have.

        Returns
        -------
        The effect; ``None`` where the output was not kept or the date is none of those compared.
        """
        address = (output, quarter, log)
        return next((row for row in self.differences if (row.measure, row.quarter, row.log) == address), None)

    def drawn(self, output: str, quarter: str) -> Effect:
        """Return the effect on an output that is drawn: on logarithms where it is a count."""
        rows = [row for row in self.differences if (row.measure, row.quarter) == (output, quarter)]
        return max(rows, key=lambda row: row.log)

    def outcome(self, name: str) -> ShareEffect:
        """Return the effect on the share of an outcome."""
        return next(row for row in self.outcomes if row.measure == name)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Scenarios beside a reference."""

    park: LocalizedText
    """Title of the case."""
    titles: tuple[LocalizedText, ...]
    """Titles of the studies."""
    reference: LocalizedText
    """Title of the reference."""
    studies: tuple[str, ...]
    """Run IDs of the ensembles."""
    pairs: int
    """Pairs of runs in the first comparison; those that did not finish in both are left out."""
    quarters: tuple[str, ...]
    """Quarters in which differences are followed over time."""
    ends: tuple[str, ...]
    """Quarters differences are told at."""
    scenarios: tuple[ComparedScenario, ...]
    """What is compared with the reference."""
    shows_outcomes: bool
    """Whether outcome shares are told unasked."""
    unfinished: int = 0
    """Runs of the ensembles that did not finish and count in nothing."""

    def main_table(self) -> Rows:
        """Return every difference, a row each."""
        return (_row(effect) for scenario in self.scenarios for effect in scenario.differences)


def _row(effect: Effect) -> JsonObject:
    """Return an effect as a row of the published table, columns by the names they have had."""
    return {
        "arm": effect.scenario,
        "reference": effect.reference,
        "output": effect.measure,
        "unit": effect.unit,
        "quarter": effect.quarter,
        "log": effect.log,
        "pairs": effect.pairs,
        "reference_median": effect.reference_median,
        "arm_median": effect.scenario_median,
        "low": effect.low,
        "median": effect.median,
        "high": effect.high,
        "above": effect.above,
        "equal": effect.equal,
        "split": None if effect.split is None else effect.split.share,
    }


@dataclass(frozen=True, kw_only=True)
class Answer(Compared, Result):
    """Scenarios beside a reference, how outcomes change and why."""

    dimensions: ClassVar[tuple[str, ...]] = ("arm", "output", "quarter", "log")


def depends_on(params: Params, context: Context) -> JsonObject:
    """Name the runs that are compared, however they were named: they tell studies, seed and parameters."""
    runs = [
        run
        if isinstance(run, str)
        else context.stored_run_id(run, context.case(run.case), params.parameters, params.cut)
        for run in _runs_named(params, context)
    ]
    return {**dict.fromkeys(("arm", "seed", "now", "parameters", "cut")), "reference": None, "runs": runs}


def compute(params: Params, context: Context) -> Answer:
    """Find or make the runs and set them side by side.

    Raises
    ------
    RunRefused
        If there is one scenario alone.
    NotComparable
        If the two are not of the same case, model, random numbers and draws.
    """
    named = list(_runs_named(params, context))
    if len(named) == 1 and not isinstance(named[0], str) and len(named[0].scenarios) == 1:
        raise _nothing_beside(params.reference, named[0].case, context.lang)
    parameters = (params.parameters, params.cut)
    results = [
        context.load_run(run) if isinstance(run, str) else context.stored_run(run, context.case(run.case), *parameters)
        for run in named
    ]
    context.stage("analyse")(0, 0)
    case = context.case(str(provenance(results[0])["study"]["case"]))
    reference, scenarios = paired(results[0], results[1] if len(results) > 1 else None)
    if not scenarios.sizes["scenario"]:
        raise _nothing_beside(params.reference, case.name, context.lang)
    comparison, origin = answer_of(
        reference, scenarios, results, case, context, outcomes=params.outcomes, parameters=parameters
    )
    return Answer(**vars(comparison), **origin)


def _nothing_beside(name: str, case: str, lang: str) -> RunRefused:
    """Describe what there would be to compare a reference with: studies of its case, and how to write one."""
    from copark.errors import RunRefused
    from copark.simulation.study import list_studies, load_study

    others = [other for other in list_studies() if other != name and load_study(other).case == case]
    shipped = text("compare.studies", lang, names=(", " if lang == "en" else "、").join(others)) if others else ""
    return RunRefused(text("compare.no_scenario", lang, name=name, case=case, shipped=shipped))


def _runs_named(params: Params, context: Context) -> Iterator[str | Study]:
    """Return the run ID of a stored run, or else a study as it is to be run."""
    from copark.cases.quarters import asked_quarter
    from copark.simulation.study import load_study
    from copark.store.runs import RunStore

    now = asked_quarter(params.now, "--now")
    for name in (params.reference, params.scenario):
        if name is not None:
            stored = None if context.lookup_folder is None else RunStore.of(context.lookup_folder).named(name)
            yield stored or load_study(name).with_changes(runs=params.runs, seed=params.seed, now=now)


def answer_of(
    reference: xr.Dataset,
    scenarios: xr.Dataset,
    results: Sequence[xr.Dataset],
    case: Case,
    context: Context,
    *,
    outcomes: bool = False,
    parameters: Wanted = (None, None),
) -> tuple[Compared, JsonObject]:
    """Set at least one scenario beside the reference.

    Parameters
    ----------
    reference, scenarios
        As of :func:`copark.simulation.readouts.compare.paired`.
    results
        The results they are of.
    case
        Their case.
    context
        Runs scenarios again with links cut.
    outcomes
        Whether outcome shares are told even where the park is not calibrated.
    parameters
        Which parameters were asked for, of which cut.

    Returns
    -------
    The comparison, and the fields every result has.
    """
    from copark.simulation.trust import Trust
    from copark.simulation.unfinished import unfinished_in

    made_of = provenance(results[0])
    trust = Trust.of(made_of)
    shows_outcomes = outcomes or trust.shows_outcomes
    ends = dates_compared(reference)
    shares = outcome_effects_of(reference, scenarios)
    most = _most_moved(shares)
    parts = None
    if shows_outcomes:
        parts = outcome_parts(reference, scenarios, shares, most, case, context, parameters)
    titles = (LocalizedText.by_language(partial(_study_title, result)) for result in results)
    compared = Compared(
        park=case.title,
        titles=tuple(dict.fromkeys(titles)),
        reference=_title(shares.reference, reference, scenarios),
        studies=tuple(dict.fromkeys(str(result.attrs.get("identity", "")) for result in (reference, scenarios))),
        pairs=shares.pairs(shares.scenarios[0]),
        quarters=tuple(str(label) for label in reference["label"].to_numpy()),
        ends=ends,
        scenarios=tuple(
            _scenario(key, reference, scenarios, shares, ends, parts if key == most else None)
            for key in shares.scenarios
        ),
        shows_outcomes=shows_outcomes,
        unfinished=sum(map(unfinished_in, results)),
    )
    return compared, context.result_fields_of(case, trust, made_of)


def _most_moved(outcomes: Effects) -> str:
    """Name the scenario that moves the share of self-standing runs most, the first of several."""
    moved = {
        row.scenario: abs(row.scenario_share - row.reference_share) if row.pairs else 0.0
        for row in outcomes.select(measures=[GOOD.key]).shares()
    }
    return max(moved, key=lambda key: moved[key])


def _scenario(
    key: str,
    reference: xr.Dataset,
    scenarios: xr.Dataset,
    outcomes: Effects,
    ends: Sequence[str],
    parts: OutcomeParts | None,
) -> ComparedScenario:
    """Set a scenario beside the reference; of a study that keeps none of the main outputs all it keeps are told.

    Parameters
    ----------
    key
        Of the scenario.
    reference, scenarios
        As of :func:`copark.simulation.readouts.compare.paired`.
    outcomes
        Effects on the shares of outcomes.
    ends
        Quarters differences are told at.
    parts
        Parts of the change of outcomes, if they were asked for.
    """
    outputs = outputs_of(reference, scenarios)
    main = [name for name in MAIN if name in outputs] or list(outputs)
    drawn = [name for name in DRAWN if name in main] or main
    chosen = scenarios.sel(scenario=[key])
    judged = judged_column(reference)
    # Accounts need every quarter. They are read first and let go, so that memory holds them or the main outputs.
    is_quarterly = quarters_apart(reference) == 1
    accounts = [name for name in (*NEEDED, "debt") if name in outputs] if is_quarterly else []
    effects = effects_of(reference, chosen, accounts)
    moves = moves_of(effects, outcomes, key, judged)
    books = books_of(effects, key, judged)
    effects = effects_of(reference, chosen, main)
    units = dict(zip(effects.measures, effects.units, strict=True))
    first = {name: effects.first_difference(key, name) for name in main}
    return ComparedScenario(
        key=key,
        title=_title(key, scenarios, reference),
        differences=tuple(differences(effects, main, ends)),
        outcomes=tuple(outcomes.select(scenarios=[key]).shares()),
        moves=moves,
        courses={name: quantiles(effects.differences(key, name, log=units[name] in COUNTS)) for name in drawn},
        first_differences={name: quarter for name, quarter in first.items() if quarter is not None},
        books=books,
        parts=parts,
    )


def _study_title(result: xr.Dataset, lang: str) -> str:
    """Return the title of a result's study; empty where it has none."""
    return str(result.attrs.get(f"title_{lang}", ""))


def _title(key: str, *results: xr.Dataset) -> LocalizedText:
    """Look up the title of a scenario, in the first result that knows it; its key where none does."""
    for result in results:
        titles = json.loads(result.attrs.get("scenario_titles", "{}"))
        if key in titles:
            return LocalizedText.model_validate(titles[key])
    return LocalizedText.same(key)
