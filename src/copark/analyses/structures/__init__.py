"""Structural choices of a park crossed, every combination of them: what the answer owes to the shape of the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, cast

import numpy as np
from pydantic import Field

from copark.analyses.contract import AheadParams, Choice, Keys, Result, Rows
from copark.analyses.structures.choices import (
    CHOICES,
    WIDE,
    Cell,
    UncrossedChoice,
    cells_of,
    choices_of,
    wide_weights,
)
from copark.analyses.structures.contrasts import Grid, MonteCarloEstimate, interaction, main_effect
from copark.analyses.structures.measures import NAMES, GridMeasures
from copark.arrays import Booleans, Floats, Integers
from copark.cases.table_schemas import MORE_THAN
from copark.errors import NotFound, RunRefused
from copark.json_types import JsonObject
from copark.model.outcomes import ENDED, GOOD
from copark.progress import part_of
from copark.stats.precision import effective
from copark.stats.quantiles import BAND, weighted_quantiles
from copark.texts import text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.analyses.levers import Answer as Levers
    from copark.analyses.levers import Params as LeverParams
    from copark.analyses.levers.recommendation import Judgement
    from copark.decisions.lever_file import LeverOption
    from copark.simulation.experiment import Experiment
    from copark.simulation.measures import ScenarioMeasures
    from copark.simulation.study import Scenario

SHARES = (GOOD.key, ENDED.key)
"""Measures that are shares of runs."""
SIZES = ("operating", "jobs")
"""Measures of size."""
COMPARED = (GOOD.key, ENDED.key, "log_operating", "log_jobs")
"""Measures whose effects are shown."""
AIM_MEASURES = {GOOD.key: GOOD.key, "operating": "log_operating"}
"""Measure of the grid by the aim of a judgement."""
ADVISED = ("recommended", "avoid")
"""Words of options whose sign is tried in every cell."""


def keys_of(_context: Context, _given: Mapping[str, Any]) -> list[Choice]:
    """Return the choices that there are; a park need not have all of them."""
    return [Choice(key, LocalizedText.by_language(partial(text, f"structures.choice.{key}"))) for key in CHOICES]


class Params(AheadParams):
    """Parameters of a grid of structures."""

    runs: Annotated[int, Field(ge=10, le=100_000)] = 1000
    """Runs of each combination, each with a draw of its own."""
    choices: Annotated[tuple[str, ...], Keys(keys_of)] = ()
    """Keys of the choices to cross; by default all that the park has."""
    served: ClassVar[Mapping[str, float]] = {"runs": 2000}


@dataclass(frozen=True)
class CellResult:
    """Outcome of the park under a combination of sides."""

    sides: tuple[int, ...]
    """Side of each choice, 0 or 1, in the order of the choices."""
    self_standing: MonteCarloEstimate
    """Share of runs that are self-standing."""
    failed: MonteCarloEstimate
    """Share of runs that failed."""
    operating: tuple[float, float, float]
    """Operating enterprises: 5 %, median and 95 % of runs."""
    jobs: tuple[float, float, float]
    """Jobs, likewise."""


@dataclass(frozen=True)
class ChoiceEffect:
    """Effect of a choice, or of two together, on a measure."""

    measure: str
    """One of :data:`COMPARED`."""
    choices: tuple[str, ...]
    """Key of the choice, or of the two that interact."""
    effect: MonteCarloEstimate
    """Of one: its second side less its first, the mean over the sides of the others. Of two: how much larger the effect
    of the one is on the second side of the other."""


@dataclass(frozen=True)
class OptionSigns:
    """An option that is recommended or advised against, and the sign of its effect in every cell."""

    option: str
    """Key of the option."""
    title: LocalizedText
    """The option with its lever."""
    word: Literal["recommended", "avoid"]
    """What the analysis of levers says of it."""
    aim: str
    """The aim that it helps or harms most."""
    effects: tuple[MonteCarloEstimate | None, ...]
    """Effect on that aim in every cell, a difference of shares or log points; ``None`` where option and cell change the
    same fact."""

    @property
    def turned(self) -> tuple[int, ...]:
        """Places of the cells in which its sign is the contrary one beyond Monte Carlo error."""
        return tuple(self._places(-1.0))

    @property
    def held(self) -> tuple[int, ...]:
        """Places of the cells in which its sign is the same beyond Monte Carlo error."""
        return tuple(self._places(1.0))

    @property
    def fades(self) -> bool:
        """Return whether it has no effect beyond Monte Carlo error in some cell, though none has the contrary sign."""
        tried = sum(effect is not None for effect in self.effects)
        return not self.turned and len(self.held) < tried

    def _places(self, way: float) -> Iterator[int]:
        sign = way if self.word == "recommended" else -way
        for place, effect in enumerate(self.effects):
            if effect is not None and effect.is_beyond_error and effect.value * sign > 0.0:
                yield place


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """The park under every combination of structural choices."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Name of the park."""
    quarter: str
    """Quarter in which the park is judged."""
    asked: int
    """Runs of each cell that were requested, each with a draw of its own."""
    choices: tuple[str, ...]
    """Keys of the choices that are crossed."""
    left_out: tuple[UncrossedChoice, ...]
    """Choices that are not, and why."""
    cells: tuple[CellResult, ...]
    """Every combination, the last choice changing fastest."""
    as_modelled: int | None
    """Place of the combination that is the model as it is; ``None`` where none is."""
    effects: tuple[ChoiceEffect, ...]
    """Effects of choices and of every two of them, on each measure."""
    options: tuple[OptionSigns, ...]
    """Options that are recommended or advised against, with the sign of each in every cell."""
    effective: float | None
    """Draws that the reweighted ones are worth, where the reading of "more than" is crossed."""
    runs: int
    """Runs of each cell that finished in all of them."""

    def main_table(self) -> Rows:
        """Return a row for each cell."""
        return (
            {
                **dict(zip(self.choices, cell.sides, strict=True)),
                **{
                    f"{name}{end}": getattr(getattr(cell, name), part)
                    for name in SHARES
                    for end, part in (("", "value"), ("_low", "low"), ("_high", "high"))
                },
                **{
                    f"{name}{end}": getattr(cell, name)[part]
                    for name in SIZES
                    for part, end in enumerate(("_p05", "", "_p95"))
                },
                "as_modelled": place == self.as_modelled,
            }
            for place, cell in enumerate(self.cells)
        )

    def of(self, measure: str, *choices: str) -> MonteCarloEstimate:
        """Return the effect of a choice, or of two, on a measure."""
        return next(row.effect for row in self.effects if (row.measure, row.choices) == (measure, choices))

    def range_of(self, measure: str) -> tuple[float, float]:
        """Return the lowest and the highest over all cells: of a share, or of the median of a size."""
        by_cell = [getattr(cell, measure) for cell in self.cells]
        values = [entry.value if isinstance(entry, MonteCarloEstimate) else entry[1] for entry in by_cell]
        return min(values), max(values)

    def strongest(self, measure: str) -> ChoiceEffect | None:
        """Find the choice that moves a measure most, beyond Monte Carlo error; ``None`` where none does."""
        single = [row for row in self.effects if row.measure == measure and len(row.choices) == 1]
        felt = [row for row in single if row.effect.is_beyond_error]
        return max(felt, key=lambda row: round(abs(row.effect.value), 9), default=None)


def depends_on(params: Params, context: Context) -> JsonObject:
    """Name the question of its levers, where it has any, and what is crossed."""
    from copark.analyses.answer import run_id_of
    from copark.analyses.registry import REGISTRY

    lever_params = _lever_params(params, context)
    run_id = "" if lever_params is None else run_id_of(REGISTRY["levers"], lever_params, context)
    return {"levers": run_id, "choices": list(params.choices)}


def compute(params: Params, context: Context) -> Answer:
    """Run every cell, and in every cell each option that is advised for or against.

    Raises
    ------
    RunRefused
        If the park has none of the choices that are asked for.
    """
    case = context.case(params.case)
    parameters = context.parameters(params.case, *params.wanted)
    posterior = parameters.posterior
    weights = None if posterior is None else wide_weights(posterior, params.runs)
    choices, left_out = choices_of(case, weights, params.choices)
    if not choices:
        raise RunRefused.of("structures.refused.none", case=case.name)
    cells = cells_of(choices)
    judged = _advised(params, context)
    with context.stages({"structures": context.run_id}) as stages:
        runs = _GridRuns(params, context, cells, [option for option, _ in judged], stages)
        measured = [runs.of(cell) for cell in cells]
        pulled = [[runs.of(cell, option) for cell in cells] for option, _ in judged]
        provenance = runs.first.provenance
        as_modelled = runs.as_modelled()
    # Draws of a posterior begin again when all of its pairs are used.
    draw_of_run = np.arange(params.runs, dtype=np.int64) % (
        params.runs if posterior is None else posterior.replay.pairs
    )
    by_cell = _weights_by_cell(cells, weights, params.runs)
    finished: Booleans = np.logical_and.reduce([runs_of_cell.finished for runs_of_cell in measured])
    grids = {
        name: Grid(
            np.stack([runs_of_cell.values[finished, place, 0] for runs_of_cell in measured]),
            by_cell[:, finished],
            draw_of_run[finished],
        )
        for place, name in enumerate(NAMES)
    }
    crossed = weights if any(choice.key == "more_than" for choice in choices) else None
    return Answer(
        case=case.name,
        park=case.title,
        quarter=runs.first.quarter_labels[-1],
        asked=params.runs,
        choices=tuple(choice.key for choice in choices),
        left_out=left_out,
        cells=tuple(_result(cell, place, grids) for place, cell in enumerate(cells)),
        as_modelled=as_modelled,
        effects=tuple(_effects(np.array([cell.sides for cell in cells]), [choice.key for choice in choices], grids)),
        options=tuple(
            _signs(option, judgement, with_option, measured, by_cell, draw_of_run)
            for (option, judgement), with_option in zip(judged, pulled, strict=True)
        ),
        effective=None if crossed is None else effective(crossed),
        runs=int(finished.sum()),
        **context.result_fields(params, provenance),
    )


class _GridRuns:
    """Runs of all cells: an experiment for each way to book the loan, on the same draws and random numbers."""

    def __init__(
        self, params: Params, context: Context, cells: Sequence[Cell], options: Sequence[LeverOption], stages: Any
    ) -> None:
        from copark.cases.horizon import now_for
        from copark.simulation.experiment import Experiment
        from copark.simulation.study import baseline

        self.case = context.case(params.case)
        self.cells = cells
        now = now_for(self.case, params.now)
        study = baseline(self.case.name).with_changes(name="structures", runs=params.runs, seed=params.seed, now=now)
        scenarios_by_borrower = {
            borrower: [
                self.scenario(cell, option)
                for cell in cells
                if cell.borrower == borrower
                for option in (None, *options)
            ]
            for borrower in dict.fromkeys(cell.borrower for cell in cells)
        }
        counts = {borrower: len(_different(scenarios)) for borrower, scenarios in scenarios_by_borrower.items()}
        total = sum(counts.values())
        progress = context.stage("simulate")
        self.first = context.experiment(study, self.case, GridMeasures(), *params.wanted, announced_studies=total)
        self.experiments: dict[str | None, Experiment] = {}
        before = 0
        for borrower, scenarios in scenarios_by_borrower.items():
            cell = next(cell for cell in cells if cell.borrower == borrower)
            experiment = Experiment(
                self.first.study,
                cell.case(self.case),
                GridMeasures(),
                source=self.first.source,
                threads=context.cores,
                progress=part_of(progress, before * study.runs, total * study.runs),
                checkpoint=stages.stage(f"cells-{borrower}"),
            )
            experiment.extend([scenario for scenario in scenarios if scenario is not None])
            self.experiments[borrower] = experiment
            before += counts[borrower]

    def scenario(self, cell: Cell, option: LeverOption | None = None) -> Scenario | None:
        """Make the scenario of a cell, with an option if one is pulled; ``None`` where both change the same fact."""
        if option is None:
            return cell.scenario()
        edits = cell.edits.joined(option.entry.edits)
        if edits is None or cell.dated.keys() & option.entry.dated_inputs.keys() or cell.settled(option.entry.edits):
            return None
        return cell.scenario(edits, option.entry.dated_inputs)

    def of(self, cell: Cell, option: LeverOption | None = None) -> Any:
        """Return the runs of a cell, with an option if one is pulled; ``None`` where that cannot be."""
        scenario = self.scenario(cell, option)
        return None if scenario is None else self.experiments[cell.borrower].measured(scenario)

    def as_modelled(self) -> int | None:
        """Find the cell that is the model as it is: its case is the case, and its scenario alters nothing."""
        for place, cell in enumerate(self.cells):
            is_case = cell.case(self.case).hash == self.case.hash
            if is_case and cell.reading in (None, MORE_THAN) and not self.first.alters(cell.scenario()):
                return place
        return None


def _different(scenarios: Sequence[Scenario | None]) -> set[str]:
    from copark.simulation.experiment import memo_key

    return {memo_key(scenario) for scenario in scenarios if scenario is not None}


def _weights_by_cell(cells: Sequence[Cell], weights: Floats | None, runs: int) -> Floats:
    """Return the weight of every run in every cell: that of its draw where "more than" is read widely, else 1."""
    plain = np.ones(runs)
    wide = plain if weights is None else weights
    return np.stack([wide if cell.reading == WIDE else plain for cell in cells])


def _result(cell: Cell, place: int, grids: Mapping[str, Grid]) -> CellResult:
    bands = {}
    for name in SIZES:
        low, middle, high = weighted_quantiles(grids[name].values[place], grids[name].weights[place], BAND).tolist()
        bands[name] = (low, middle, high)
    return CellResult(
        sides=cell.sides,
        self_standing=grids[GOOD.key].share(place),
        failed=grids[ENDED.key].share(place),
        operating=bands["operating"],
        jobs=bands["jobs"],
    )


def _effects(sides: Integers, keys: Sequence[str], grids: Mapping[str, Grid]) -> Iterator[ChoiceEffect]:
    for measure in COMPARED:
        for place, key in enumerate(keys):
            yield ChoiceEffect(measure, (key,), grids[measure].contrast(main_effect(sides, place)))
        for first, second in combinations(range(len(keys)), 2):
            effect = grids[measure].contrast(interaction(sides, first, second))
            yield ChoiceEffect(measure, (keys[first], keys[second]), effect)


def _signs(
    option: LeverOption,
    judgement: Judgement,
    pulled: Sequence[ScenarioMeasures | None],
    measured: Sequence[ScenarioMeasures],
    weights: Floats,
    draw_of_run: Integers,
) -> OptionSigns:
    """Compare a cell with the option and without it, run by run, in every cell."""
    place = NAMES.index(AIM_MEASURES[judgement.aim])
    effects: list[MonteCarloEstimate | None] = []
    for cell, (after, before) in enumerate(zip(pulled, measured, strict=True)):
        if after is None:
            effects.append(None)
            continue
        both = after.finished & before.finished
        grid = Grid(
            np.stack([before.values[both, place, 0], after.values[both, place, 0]]),
            np.stack([weights[cell, both]] * 2),
            draw_of_run[both],
        )
        effects.append(grid.contrast((-1.0, 1.0)))
    return OptionSigns(
        option.key,
        LocalizedText.by_language(option.name),
        cast("Literal['recommended', 'avoid']", judgement.word),
        judgement.aim,
        tuple(effects),
    )


def _lever_params(params: Params, context: Context) -> LeverParams | None:
    """Return the parameters of its analysis of levers; ``None`` if the park is closed or its facts allow no lever."""
    from copark.analyses.levers import Params as LeverParams
    from copark.analyses.levers import options_of
    from copark.cases.horizon import horizon_for

    case = context.case(params.case)
    if case.closed_by(horizon_for(case, params.now)) is not None:
        return None
    common = {name: getattr(params, name) for name in ("case", "parameters", "cut", "seed", "now")}
    replicates = LeverParams.model_fields["replicates"].default
    lever_params = LeverParams(**common, draws=max(params.runs // replicates, 1), replicates=replicates)
    try:
        options_of(lever_params, context)
    except NotFound:
        return None
    return lever_params


def _advised(params: Params, context: Context) -> list[tuple[LeverOption, Judgement]]:
    """List the options that the analysis of levers recommends or advises against; a stored answer is read."""
    from copark.analyses.answer import answer
    from copark.analyses.registry import REGISTRY

    lever_params = _lever_params(params, context)
    if lever_params is None:
        return []
    levers = cast("Levers", answer(REGISTRY["levers"], lever_params, replace(context)).result)
    by_key = {option.key: option for option in levers.options}
    judgements = [judgement for word in ADVISED for judgement in levers.recommendation.with_word(cast("Any", word))]
    return [(by_key[judgement.option], judgement) for judgement in judgements]
