"""Compare: what changes in a park from one scenario to another, with common random numbers, and why.

Scenarios of studies or stored runs against a reference, pair by pair on the same parameters and random numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from copark.analyses.compare.outcome_attribution import (
    Books,
    OutcomeMoves,
    OutcomeParts,
    books_of,
    moves_of,
    outcome_parts,
)
from copark.analyses.contract import AnalysisParams, Argument, Cut, ParametersOf, Result, Rows, StudyName
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.readouts.compare import (
    DRAWN,
    MAIN,
    DifferenceCourse,
    OutcomeChange,
    Pair,
    begins,
    course,
    dates_compared,
    pairs_between,
    provenance,
)
from copark.simulation.readouts.compare import compare as compare_pairs
from copark.stats.effects import Effect
from copark.texts import LANGUAGES, Said, text

if TYPE_CHECKING:
    import xarray as xr

    from copark.analyses.context import Context
    from copark.analyses.contract import Wanted
    from copark.cases import Case
    from copark.errors import RunRefused
    from copark.simulation.study import Study

STANDING = "self_standing"


class Params(AnalysisParams):
    """What may be compared."""

    reference: Annotated[str, StudyName(), Field(min_length=1, max_length=1000)]
    """Study, case or run ID of a stored run; its first scenario is the reference."""
    arm: Annotated[str | None, StudyName(), Argument(), Field(max_length=1000)] = None
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
    title: Said
    """key, title: what it is called in files, and in words."""
    begins: str | None
    """First quarter in which any pair of runs differs in one of the main outputs; none where none ever does."""
    differences: tuple[Effect, ...]
    """By output and date."""
    outcomes: tuple[OutcomeChange, ...]
    """How often each outcome happens in both, in one, in none."""
    moves: OutcomeMoves
    """Which runs go from which outcome to which, and through which account."""
    courses: tuple[DifferenceCourse, ...]
    """Differences over time, of the outputs that are drawn."""
    books: Books | None = None
    """Bail-outs and debts; none where they were not kept."""
    parts: OutcomeParts | None = None
    """The changes of outcome shares, shared out among links: of the scenario that changes the share of self-standing
    runs most; none where nothing changes, where shares are not told, or where runs cannot be made again."""

    def difference(self, output: str, quarter: str, *, log: bool = False) -> Effect | None:
        """The difference of an output at a date; none where it was not kept."""
        wanted = (output, quarter, log)
        return next((one for one in self.differences if (one.measure, one.quarter, one.log) == wanted), None)

    def outcome(self, name: str) -> OutcomeChange:
        """How often an outcome happens."""
        return next(one for one in self.outcomes if one.outcome == name)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Scenarios beside a reference."""

    park: Said
    """Title of the case."""
    titles: tuple[Said, ...]
    """Titles of the studies."""
    reference: Said
    """Title of the reference."""
    studies: tuple[str, ...]
    """Run IDs of the ensembles."""
    pairs: int
    """Pairs of runs in the first comparison; those that did not finish in both are left out."""
    ends: tuple[str, ...]
    """Quarters differences are told at."""
    scenarios: tuple[ComparedScenario, ...]
    """What is compared with the reference."""
    shows_outcomes: bool
    """Whether outcome shares are told unasked."""
    unfinished: int = 0
    """Runs of the ensembles that did not finish and count in nothing."""

    def main_table(self) -> Rows:
        """Every difference, a row each."""
        return (_row(effect) for one in self.scenarios for effect in one.differences)


def _row(effect: Effect) -> dict[str, Any]:
    """Give an effect as a row of the published table, columns by the names they have had."""
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


def depends_on(params: Params, context: Context) -> dict[str, Any]:
    """The runs that are compared, however they were named: they tell studies, seed and parameters."""
    runs = [
        one if isinstance(one, str) else context.identity(one, context.case(one.case), params.parameters, params.cut)
        for one in _asked(params, context)
    ]
    return {**dict.fromkeys(("arm", "seed", "now", "parameters", "cut")), "reference": None, "runs": runs}


def compute(params: Params, context: Context) -> Answer:
    """Find or make the runs and set them side by side.

    Raises RunRefused if there is one scenario alone; NotComparable if the two are not of the same case, model, random
    numbers and draws.
    """
    asked = list(_asked(params, context))
    if len(asked) == 1 and not isinstance(asked[0], str) and len(asked[0].scenarios) == 1:
        raise _nothing_beside(params.reference, asked[0].case, context.lang)
    wanted = (params.parameters, params.cut)
    runs = [
        context.stored(one) if isinstance(one, str) else context.run(one, context.case(one.case), *wanted)
        for one in asked
    ]
    context.stage("analyse")(0, 0)
    case = context.case(str(provenance(runs[0])["study"]["case"]))
    pairs = pairs_between(runs[0], runs[1] if len(runs) > 1 else None)
    if not pairs:
        raise _nothing_beside(params.reference, case.name, context.lang)
    found, origin = answer_of(pairs, runs, case, context, outcomes=params.outcomes, wanted=wanted)
    return Answer(**vars(found), **origin)


def _nothing_beside(name: str, case: str, lang: str) -> RunRefused:
    """What there would be to compare a reference with: studies of its case, and how to write one."""
    from copark.errors import RunRefused
    from copark.simulation.study import list_studies, load_study

    others = [one for one in list_studies() if one != name and load_study(one).case == case]
    shipped = text("compare.arms", lang, names=(", " if lang == "en" else "、").join(others)) if others else ""
    return RunRefused(text("compare.no_arm", lang, name=name, case=case, shipped=shipped))


def _asked(params: Params, context: Context) -> Iterator[str | Study]:
    """The run ID of a stored run, or else a study as it is to be run."""
    from copark.simulation.study import load_study
    from copark.store import RunStore

    for name in (params.reference, params.arm):
        if name is not None:
            stored = None if context.source is None else RunStore.of(context.source).named(name)
            yield stored or load_study(name).with_changes(runs=params.runs, seed=params.seed, now=params.now)


def answer_of(
    pairs: Sequence[Pair], runs: Sequence[xr.Dataset], case: Case, context: Context, *, outcomes: bool = False,
    wanted: Wanted = (None, None),
) -> tuple[Compared, dict[str, Any]]:  # fmt: skip
    """What is found of at least one pair, and the fields every result has.

    runs, case: the results they are of, and their case; outcomes: whether outcome shares are told even where the park
    is not calibrated; wanted: which parameters were asked for, of which cut.
    """
    from copark.simulation.trust import Trust
    from copark.simulation.unfinished import unfinished_in

    made, first = provenance(runs[0]), pairs[0]
    trust = Trust.of(made)
    shows = outcomes or trust.shows_outcomes
    most = max(pairs, key=_standing_moved)
    parts = outcome_parts(most, case, context, wanted) if shows else None
    titles = (Said(*(str(one.attrs.get(f"title_{lang}", "")) for lang in LANGUAGES)) for one in runs)
    found = Compared(
        park=Said(case.title.en, case.title.zh),
        titles=tuple(dict.fromkeys(titles)),
        reference=_title(first, first.reference),
        studies=tuple(dict.fromkeys(str(one.attrs.get("identity", "")) for one in (first.before, first.after))),
        pairs=first.before.sizes["run"],
        ends=dates_compared(first.before),
        scenarios=tuple(_scenario(one, parts if one is most else None) for one in pairs),
        shows_outcomes=shows,
        unfinished=sum(map(unfinished_in, runs)),
    )
    return found, context.stamped(case, trust, made)


def _standing_moved(pair: Pair) -> float:
    """How far the share of self-standing runs moves."""
    standing = OUTCOMES.index(STANDING)
    before, after = (float((one["outcome"].to_numpy() == standing).mean()) for one in (pair.before, pair.after))
    return abs(after - before) if isfinite(after - before) else 0.0


def _scenario(pair: Pair, parts: OutcomeParts | None) -> ComparedScenario:
    """A scenario beside the reference; of a study that keeps none of the main outputs all it keeps are told."""
    main = [name for name in MAIN if name in pair.outputs] or list(pair.outputs)
    table, drawn = compare_pairs([pair], main), [one for one in DRAWN if one in main] or main
    return ComparedScenario(
        pair.arm, _title(pair, pair.arm), begins(pair, main), table.differences, table.outcomes, moves_of(pair),
        tuple(course(pair, name) for name in drawn), books_of(pair), parts,
    )  # fmt: skip


def _title(pair: Pair, key: str) -> Said:
    """The title of one of the two scenarios of a pair; its key where the result has no titles."""
    for one in (pair.after, pair.before) if key == pair.arm else (pair.before, pair.after):
        titles = json.loads(one.attrs.get("scenario_titles", "{}"))
        if key in titles:
            return Said(**{lang: str(titles[key][lang]) for lang in LANGUAGES})
    return Said(key, key)
