"""Forecast of a park from what was known at a date: on its own calibration, or by what other parks teach."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analyses.contract import Result
from copark.analyses.forecast.basis import ForecastBasis, asked_of, kept_calibration, looked_at
from copark.analyses.forecast.frozen_content import content_from_others, content_on_own
from copark.analyses.forecast.frozen_set import FrozenForecasts, check_set, freeze_set, set_depends_on
from copark.analyses.forecast.parameter_sources import Borrowed, Informed, Taken
from copark.analyses.forecast.params import Params
from copark.analyses.own_sheets import OwnSheet, sheets_of_own
from copark.analyses.provenance import current_provenance, today
from copark.analyses.stack.stacking import BEGUN, LINE, STACK, StackComparison, StackedForecast, shipped
from copark.arrays import Floats
from copark.calibration import forecast as engine
from copark.calibration import panels
from copark.calibration.diagnostics import BINS, Note, judged, movements, verdict
from copark.calibration.pool.forecasts import GROWTH, MODEL, PooledOutlook
from copark.calibration.pool.panel import Panel, mixture_quantiles
from copark.calibration.pool.parks import AXES, POOLED
from copark.calibration.pool.selection import chance_of_nothing, has_begun
from copark.calibration.rolling_origin import BORROWED, KnownRecord, Point
from copark.calibration.validation_study import Spread
from copark.cases.horizon import horizon_for, now_for
from copark.cases.park_counts import load_counts
from copark.json_types import JsonObject
from copark.stats.quantiles import LEVELS, band
from copark.stats.shares import z_of
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from copark.analyses.context import Context
    from copark.analyses.how_sure import Doubts
    from copark.calibration.calibrations import KeptPosterior

NAMED = 0.03
"""Share of the variance from which a parameter is named."""
RANKS = (np.arange(2000) + 0.5) / 2000
"""Ranks at which quantiles of a pooled parameter are read."""
COMPONENTS = 280
"""Draws of the hierarchy, evenly taken, that quantiles are read off: each is a normal distribution of its own."""
LEAST_LENT = 0.01
"""Share in the mean of all parks from which a park is said to lend something."""


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """A forecast."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the case."""
    start: str
    """First quarter of the case."""
    cut: str
    """Last quarter known."""
    until: str
    """Last quarter forecast."""
    horizon: str
    """Quarter in which every page judges the park."""
    method: str
    """Method of the model's forecast: on its own calibration, or borrowed from other parks."""
    pairs: int
    """Pairs of parameters and past random numbers it runs on; of a borrowed forecast its runs."""
    content: JsonObject
    """The forecast as it is frozen, or would be; empty where it ends before the data do."""
    file: str
    """Name of the file it is frozen in; empty if it is not."""
    runs: int
    """Runs of the calibration or panel."""
    seed: int
    """Seed of the calibration or panel."""
    values: int
    """Values that the parameters were fitted to."""
    everything: bool
    """Whether these are all values, not only those meant to be fitted."""
    bands: dict[str, Floats]
    """By observable: quantiles of the forecast from the start on, shape (levels, quarters): of the stack where there is
    one, before the cut and otherwise of the model."""
    methods: dict[str, dict[str, Floats]]
    """By method and observable: quantiles of what was stacked, the model and curves, in the quarters from ``since`` on;
    of what is not stacked, of the model and a line."""
    since: int
    """Quarters from the start to the first of ``methods`` and ``weights``."""
    weights: dict[str, dict[str, Floats]]
    """By observable and method: weights in the stack in the same quarters, shape (quarters,)."""
    held: StackComparison
    """Scores of such forecasts on the parks of the casebook, each without a say in its weights."""
    reported: dict[str, tuple[Point, ...]]
    """By observable: values on record."""
    widths: dict[str, Spread]
    """By observable: sources of the variance at the end; empty where it was not split."""
    informed: tuple[Informed, ...]
    """Parameters the forecast depends on, most first."""
    health: tuple[Note, ...]
    """Numbers of health of the posterior."""
    as_elsewhere: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """By observable: 5, 95 and 50 % of the runs that every other page shows of the park, at the end; nothing where the
    forecast is of another quarter, or rests on other observations."""
    contradiction: LocalizedText | None = None
    """Contradiction of the recorded outcome and the runs that every other page shows; ``None`` if there is none."""
    partial_agreement: LocalizedText | None = None
    """Agreement of the recorded outcome and these runs, where they agree only in part; ``None`` elsewhere."""
    sheets: tuple[OwnSheet, ...] = ()
    """Books, signal and instruments of a park of one's own, which no run uses."""
    closed_since: str = ""
    """First quarter of a closure that stands at the end; empty if there is none."""
    closed_by: LocalizedText | None = None
    """Title of that closure; ``None`` if there is none."""
    borrowed: Borrowed | None = None
    """Other parks it rests on, where the park's own observations were not used."""

    @property
    def frozen_id(self) -> str:
        """Identity of the frozen forecast: a hash of all of it."""
        return str(self.content.get("identity", ""))

    def quarters(self) -> list[str]:
        """Return all quarters from the start on."""
        from copark.cases.quarters import Quarter

        return [str(Quarter.parse(self.start) + n) for n in range(next(iter(self.bands.values())).shape[1])]

    def to_frame(self) -> pd.DataFrame:
        """Return quantiles at the end of every quarter, a row each: the forecast, then every method with its weight."""
        import pandas as pd

        quarters = self.quarters()
        rows_by_method = [("forecast", self.bands, quarters)]
        rows_by_method += [(method, bands, quarters[self.since :]) for method, bands in self.methods.items()]
        return pd.concat(
            [
                pd.DataFrame(
                    {
                        "variable": name,
                        "method": method,
                        "quarter": when,
                        "weight": self.weights.get(name, {}).get(method),
                    }
                    | {f"p{100 * level:02.0f}": row for level, row in zip(LEVELS, band, strict=True)}
                )
                for method, bands, when in rows_by_method
                for name, band in bands.items()
            ],
            ignore_index=True,
        )


Answers = Answer | FrozenForecasts
"""What is answered: the forecast of a park, or a set of frozen ones."""


def anew(params: Params, _context: Context) -> bool:
    """Return whether to work although an answer is stored: what is written into a folder is not kept beside it."""
    return params.freeze_all is not None


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the source of the parameters, cut and end, and what other parks tell.

    Where the forecast is frozen, the file and the day too; of a set the same of each park.
    """
    if params.freeze_all is not None:
        return set_depends_on(params, params.freeze_all, context)
    check_set(params)
    basis = asked_of(params, context)
    parks = panels.other_parks(basis.case, context.lang)
    made_on = basis.calibration if basis.panel is None else basis.panel.identity
    sheets = sheets_of_own(basis.case)
    return {
        "made_on": made_on,
        "cut": str(basis.cut),
        "until": str(basis.until),
        "freeze": "" if params.freeze is None else f"{params.freeze.name} {today()}",
        "stack": shipped().stack.identity,
        "parks": {park.name: park.reports for park in parks if park.reports},
        **({"sheets": [asdict(sheet) for sheet in sheets]} if sheets else {}),
    }


def deliver(params: Params, answer: Answers, _context: Context) -> None:
    """Write the frozen forecast where that was asked; the files of a set are written as they are made.

    Parameters
    ----------
    params
        What was asked, with the file to freeze it in; ``None`` for none.
    answer
        The answer, with the content of that file.
    _context
        Not needed.
    """
    if params.freeze is not None and isinstance(answer, Answer):
        engine.write(answer.content, params.freeze)


def compute(params: Params, context: Context) -> Answers:
    """Find or make what the forecast rests on, and run it forward; or freeze a forecast of every park."""
    if params.freeze_all is not None:
        return freeze_set(params, params.freeze_all, context)
    return _forecast(params, context)


def _forecast(params: Params, context: Context) -> Answer:
    """Forecast a park."""
    from copark.calibration.calibrate import CalibrationSettings

    basis = asked_of(params, context)
    day = "" if params.freeze is None else today()
    settings: Any
    if basis.panel is not None:
        settings = basis.panel.settings
        look = looked_at(basis, basis.panel, context)
        contents = _pooled(basis, look, day)
        trust = look[1].trust
    else:
        calibration = kept_calibration(params, basis, context)
        context.stage("forecast")(0, 0)
        contents = _on_own(basis, calibration, context, later_facts=params.told, day=day)
        trust = calibration.trust
        settings = CalibrationSettings.of(calibration.stored.recipe)
    case = basis.case
    horizon = horizon_for(case, params.now)
    closure = case.closed_by(basis.until)
    others = (params.cut, params.runs, params.seed)
    is_usual = basis.until == horizon and not params.told and others == (None, None, None)
    bands, doubts = _as_elsewhere(params, context) if is_usual else ({}, None)
    return Answer(
        case=case.name,
        park=case.title,
        start=str(case.clock.start),
        cut=str(basis.cut),
        until=str(basis.until),
        horizon=str(horizon),
        closed_since="" if closure is None else str(closure.since),
        closed_by=None if closure is None else closure.title,
        as_elsewhere=bands,
        contradiction=None if doubts is None else doubts.contradiction,
        partial_agreement=None if doubts is None else doubts.partial_agreement,
        sheets=sheets_of_own(case),
        file="" if params.freeze is None else params.freeze.name,
        runs=settings.runs,
        seed=settings.seed,
        held=shipped().judged,
        **contents,
        **context.result_fields_of(
            case, trust, current_provenance(posterior_cut="" if basis.panel is not None else str(basis.cut))
        ),
    )


def _as_elsewhere(params: Params, context: Context) -> tuple[dict[str, tuple[float, float, float]], Doubts]:
    """Read the runs that every other page shows of the park, in the quarter it is judged.

    Returns
    -------
    bands, doubts
        5, 95 and 50 % by observable, and what the park's record has against the runs.
    """
    from copark.analyses.how_sure import doubts_of
    from copark.simulation.outcomes import OUTCOMES
    from copark.simulation.study import baseline
    from copark.stats.shares import shares

    case = context.case(params.park)
    study = baseline(params.park).with_changes(now=now_for(case, params.now))
    runs = context.simulate(study, case)
    bands = {}
    for name in engine.OBSERVABLES:
        if name in runs:
            low, middle, high = band(runs[name].isel(scenario=0, quarter=-1).to_numpy())
            bands[name] = (low, high, middle)
    shows_outcomes = context.parameters(params.park).trust.shows_outcomes
    outcomes = shares(runs["outcome"].to_numpy()[0], OUTCOMES)
    return bands, doubts_of(case, outcomes, shows_outcomes=shows_outcomes)


def _methods(frozen: engine.Frozen, stacks: Mapping[str, StackedForecast]) -> dict[str, dict[str, Floats]]:
    """Return what was stacked, by method and observable, beside the line of what is not stacked."""
    methods: dict[str, dict[str, Floats]] = {MODEL: {}}
    for name in frozen.content["forecast"]:
        methods[MODEL][name] = frozen.band(name, LEVELS)
        line = frozen.naive_band(name, LINE, LEVELS)
        if name in stacks:
            for method, rows in stacks[name].levels.items():
                if method not in (STACK, MODEL):
                    methods.setdefault(method, {})[name] = engine.read_levels(rows, LEVELS)
        elif line is not None:
            methods.setdefault(LINE, {})[name] = line
    return methods


def _on_own(
    basis: ForecastBasis, calibration: KeptPosterior, context: Context, *, later_facts: bool, day: str
) -> dict[str, Any]:
    """Run a calibration forward, stack it, and split the width of the model's forecast."""
    from copark.calibration.replay_posterior import project

    replay = calibration.stored.replay
    threads = context.cores
    case = basis.case
    content, stacks = content_on_own(basis, calibration, context, later_facts=later_facts, day=day)
    frozen = engine.Frozen(content)
    names = tuple(content["forecast"])
    before = project(replay, basis.cut, names, threads=threads)
    ahead = {
        name: engine.read_levels(stacks[name].levels[STACK], LEVELS) if name in stacks else frozen.band(name, LEVELS)
        for name in names
    }
    moved = {movement.name: movement for movement in movements(replay.space, replay.points)}
    verdicts = {name: movement.verdict for name, movement in moved.items()}
    widths = engine.widths_at(replay, basis.until, names, verdicts, threads)
    shares: dict[str, float] = {}
    for name, share in (pair for spread in widths.values() for pair in spread.leading):
        if share >= NAMED and name in moved:
            shares[name] = max(shares.get(name, 0.0), share)
    record = KnownRecord(case, basis.cut, ("fit", "score"))
    return {
        "method": content["method"],
        "pairs": content["pairs"],
        "content": content,
        "values": content["made_from"]["values"],
        "everything": content["made_from"]["all_values"],
        "widths": widths,
        "methods": _methods(frozen, stacks),
        "since": frozen.first,
        "weights": {name: dict(stacked.weights) for name, stacked in stacks.items()},
        "bands": {
            name: np.concatenate([before.bands(name, LEVELS)[:, : frozen.first], ahead[name]], axis=1) for name in names
        },
        "reported": {name: record.points(name) for name in names},
        "informed": tuple(
            Informed(
                name,
                share,
                moved[name].verdict,
                moved[name].prior[2],
                tuple(float(moved[name].posterior[n]) for n in (0, 2, 4)),
            )
            for name, share in sorted(shares.items(), key=lambda pair: -pair[1])
        ),
        "health": () if calibration.examination is None else judged(calibration.examination.health),
    }


def _pooled(basis: ForecastBasis, look: tuple[Panel, PooledOutlook], day: str) -> dict[str, Any]:
    """Stack the model on the pooled prior and the growth curve as for a park that was never seen, and say from whom."""
    case = basis.case
    panel, outlook = look
    content, stacks = content_from_others(basis, look, day)
    taken = sorted((_taken_parameter(panel, name) for name in POOLED), key=lambda pair: pair[0])
    return {
        "method": BORROWED,
        "pairs": outlook.runs,
        "content": content,
        "values": sum(local.values for local in panel.local.values()),
        "everything": False,
        "widths": {},
        "informed": (),
        "health": (),
        "methods": {MODEL: dict(outlook.pooled), GROWTH: dict(outlook.growth), **_begun(stacks)},
        "since": 0,
        "bands": {name: engine.read_levels(stacked.levels[STACK], LEVELS) for name, stacked in stacks.items()},
        "weights": {name: dict(stacked.weights) for name, stacked in stacks.items()},
        "reported": dict.fromkeys(outlook.pooled, ()),
        "borrowed": Borrowed(
            panel.identity,
            _titles(panel),
            dict(outlook.lenders),
            dict(outlook.alone),
            tuple(parameter for _, parameter in taken),
            tuple(rate for rates in outlook.rates.values() for rate in rates),
            bool(case.not_known),
            None if has_begun(case, basis.cut) else chance_of_nothing(len(panel.parks)),
        ),
    }


def _titles(panel: Panel) -> dict[str, LocalizedText]:
    """Return the titles of the panel's parks, and of parks without a case, which base rates tell."""
    counted = {park.name: park.dates for park in load_counts().parks}
    titles = {name: LocalizedText(en=dates.name_en, zh=dates.name_zh) for name, dates in counted.items()}
    return titles | {park.name: park.case.title for park in panel.parks}


def _begun(stacks: Mapping[str, StackedForecast]) -> dict[str, dict[str, Floats]]:
    """Return the stacks of a park that comes about, where they are mixed with the chance that it does not."""
    bands = {
        name: engine.read_levels(stacked.levels[BEGUN], LEVELS)
        for name, stacked in stacks.items()
        if BEGUN in stacked.levels
    }
    return {BEGUN: bands} if bands else {}


def _taken_parameter(panel: Panel, name: str) -> tuple[float, Taken]:
    """Return a pooled parameter of a park of which nothing is known, and how much it has in common with its prior."""
    from scipy.special import ndtri

    pooled = panel.pooled
    j = POOLED.index(name)
    thin = slice(None, None, max(pooled.draws // COMPONENTS, 1))
    wide = pooled.variance[thin, j] + pooled.tau[thin, j] ** 2
    scores = mixture_quantiles(pooled.mean[thin, j], wide, np.ones(len(wide)), RANKS)
    ranks = np.interp(scores, ndtri(RANKS), RANKS)
    first, third = np.interp((0.25, 0.75), RANKS, ranks)
    below = np.interp(np.linspace(0.0, 1.0, BINS + 1), ranks, RANKS, left=0.0, right=1.0)
    overlap = float(np.minimum(np.diff(below), 1.0 / BINS).sum())
    before = _values_at(panel, name, z_of(0.90) * np.array([-1.0, 0.0, 1.0]))
    after = np.interp((0.05, 0.5, 0.95), RANKS, _values_at(panel, name, scores))
    shares = sorted(zip(panel.names, pooled.lent()[:, j].tolist(), strict=True), key=lambda pair: -pair[1])
    return overlap, Taken(
        name,
        AXES[name].group,
        tuple(before.tolist()),
        tuple(after.tolist()),
        verdict(float(1.0 - (third - first) / 0.5), overlap),
        tuple((park, share) for park, share in shares if share >= LEAST_LENT),
    )


def _values_at(panel: Panel, name: str, scores: Floats) -> Floats:
    """Return the values of a pooled parameter at normal scores, by the prior that parks share."""
    from scipy.special import ndtr

    space = next(park.space for park in panel.parks if name in park.pooled)
    coordinate = space.coordinates[space.names.index(name)]
    if coordinate.prior is None:
        return np.asarray(scores, dtype=np.float64)
    drawn = coordinate.prior.quantile(np.clip(ndtr(scores), 1e-12, 1 - 1e-12), coordinate.variable.default[0])
    return np.clip(drawn, coordinate.variable.low, coordinate.variable.high)
