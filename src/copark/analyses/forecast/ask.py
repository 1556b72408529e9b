"""A park forecast from what was known at a date: on its own calibration, or by what other parks teach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from copark.analyses.contract import AnalysisParams, PowerOfTwo, Result, Said
from copark.arrays import Floats
from copark.inference.assessment import Spread
from copark.inference.diagnostics import Note
from copark.inference.stacking import Judged
from copark.inference.validate import Point, known_points
from copark.stats.quantiles import LEVELS
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from copark.analyses.context import Context
    from copark.cases.case import Case
    from copark.cases.quarters import Quarter
    from copark.inference.calibrate import Settings
    from copark.inference.calibrations import KeptPosterior
    from copark.inference.forecast import Frozen
    from copark.inference.panels import Looked
    from copark.inference.pool.panel import PanelSettings
    from copark.inference.stacking import StackedForecast

NAMED = 0.03
"""Share of the variance from which a parameter is named."""


class Params(AnalysisParams):
    """What may be asked of a forecast."""

    case: Annotated[str, Field(min_length=1, max_length=1000)]
    cut: str | None = None
    to: str | None = None
    freeze: Path | None = None
    told: bool = False
    pool: bool = False
    runs: PowerOfTwo = None
    seed: Annotated[int | None, Field(ge=0, le=2**63 - 1)] = None


@dataclass(frozen=True)
class Informed:
    """A parameter the forecast depends on: largest share of a variance, and what the data said of it."""

    name: str
    share: float
    """Largest share of the variance of an observable that it explains by itself."""
    verdict: str
    """moved, weakly or unmoved."""
    before: float
    after: tuple[float, ...]
    """before, after: median before the data; 5, 50 and 95 % after them."""


@dataclass(frozen=True)
class Taken:
    """A parameter of a park without a history: 5, 50 and 95 % before and after other parks were asked, and whose."""

    name: str
    group: str
    before: tuple[float, ...]
    after: tuple[float, ...]
    verdict: str
    """moved, weakly or unmoved."""
    lenders: tuple[tuple[str, float], ...]
    """Share of each park in what was learned of it, largest first."""


@dataclass(frozen=True)
class Rate:
    """What parks had become at an age: lowest, middle and highest, and every park's value."""

    variable: str
    age: float
    same_type: bool
    values: tuple[float, float, float]
    peers: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Borrowed:
    """What a forecast without a history rests on."""

    panel: str
    """Identity of the panel."""
    parks: dict[str, Said]
    """Titles of its parks by name."""
    lenders: dict[str, float]
    """Share of each park in what was learned."""
    alone: dict[str, Floats]
    """By observable: quantiles on the prior alone, shape (levels, quarters)."""
    taken: tuple[Taken, ...]
    rates: tuple[Rate, ...]
    """taken, rates: parameters, most changed first; base rates."""
    open_facts: bool
    """Whether the case leaves much open, for which defaults stand."""


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """A forecast."""

    case: str
    park: Said
    start: str
    cut: str
    until: str
    clock_end: str
    """start, cut, until, clock_end: first quarter of the case; last quarter known; last quarter forecast; end of the
    case's clock."""
    method: str
    pairs: int
    content: dict[str, Any]
    """The forecast as it is frozen, or would be; empty where it ends before the data do."""
    file: str
    """Name of the file it is frozen in; empty if it is not."""
    runs: int
    seed: int
    """runs, seed: of the calibration or the panel."""
    values: int
    everything: bool
    """values, everything: how many values the parameters were fitted to; whether all were, not only those meant to be
    fitted."""
    bands: dict[str, Floats]
    """By observable: quantiles of the forecast from the start on, shape (levels, quarters): of the stack where there is
    one, before the cut and otherwise of the model."""
    methods: dict[str, dict[str, Floats]]
    since: int
    """methods, since: by method and observable: the same of what was stacked, the model and curves, from this many
    quarters after the start on; of what is not stacked, of the model and a line."""
    weights: dict[str, dict[str, Floats]]
    """By observable and method: weights in the stack in the same quarters, shape (quarters,)."""
    held: Judged
    """How such forecasts did on the parks of the casebook, each without a say in its weights."""
    reported: dict[str, tuple[Point, ...]]
    """By observable: values on record."""
    widths: dict[str, Spread]
    informed: tuple[Informed, ...]
    """widths, informed: what the variance at the end comes from; parameters it depends on, most first."""
    health: tuple[Note, ...]
    """Numbers of health of the posterior."""
    borrowed: Borrowed | None = None
    """What it rests on where the park's own observations were not used."""

    @property
    def frozen_id(self) -> str:
        """Identity of the frozen forecast: a hash of all of it."""
        return str(self.content.get("identity", ""))

    def quarters(self) -> list[str]:
        """All quarters from the start on."""
        from copark.cases.quarters import Quarter

        return [str(Quarter.parse(self.start) + n) for n in range(next(iter(self.bands.values())).shape[1])]

    def to_frame(self) -> pd.DataFrame:
        """Quantiles at the end of every quarter, a row each: the forecast, then every method with its weight."""
        import pandas as pd

        quarters = self.quarters()
        rows = [self._rows("forecast", name, band, quarters) for name, band in self.bands.items()]
        for method, bands in self.methods.items():
            rows += [self._rows(method, name, band, quarters[self.since :]) for name, band in bands.items()]
        return pd.concat(rows, ignore_index=True)

    def _rows(self, method: str, variable: str, band: Floats, quarters: list[str]) -> pd.DataFrame:
        import pandas as pd

        weight = self.weights.get(variable, {}).get(method)
        return pd.DataFrame(
            {"variable": variable, "method": method, "quarter": quarters, "weight": weight}
            | {f"p{100 * level:02.0f}": row for level, row in zip(LEVELS, band, strict=True)}
        )  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is forecast and on what: a calibration that is there, one to be found or made, or a panel of other parks."""

    case: Case
    cut: Quarter
    until: Quarter
    settings: Settings | None = None
    own: KeptPosterior | None = None
    panel: PanelSettings | None = None


def asked_of(params: Params, context: Context) -> Asked:
    """Decide what a forecast is made on; whatever cannot be is refused before any work.

    Raises copark.errors.CoparkError if the case is missing or has faults, cut or end cannot be used, options do not go
    together, or the file is there already.
    """
    from copark.inference import calibrations, panels
    from copark.inference.case_parameters import own_calibration, shipped_calibration
    from copark.inference.forecast import end_of, refuse_existing
    from copark.inference.pool.panel import PanelSettings
    from copark.inference.reading import cut_of

    if params.freeze is not None:
        refuse_existing(params.freeze)
    case, lang = context.case(params.case), context.lang
    if params.pool or not panels.has_history(case):
        _refuse_own_options(params, lang)
        after = case.clock.start if params.freeze is None else None
        until = end_of(case, case.clock.data_end, params.to, lang, after=after)
        panel = PanelSettings(panels.runs_of(params.runs, lang), 1 if params.seed is None else params.seed)
        return Asked(case, case.clock.data_end, until, panel=panel)
    given = params.cut or params.runs or params.seed is not None
    own = None if given else own_calibration(case, context.home)
    cut = cut_of(case, params.cut) if own is None else own.cut
    wanted = calibrations.settings_of(params.runs, params.seed, lang)
    if own is None and not calibrations.is_kept(calibrations.place_of(case, cut, wanted, out=context.home)[1]):
        own = shipped_calibration(
            case, cut, None if params.runs is None else wanted.runs, params.seed
        )  # fmt: skip
    return Asked(case, cut, end_of(case, cut, params.to, lang), wanted, own)


def _refuse_own_options(params: Params, lang: str) -> None:
    """Refuse options that need a park's own observations.

    Raises RunRefused with what to write instead.
    """
    from copark.errors import RunRefused

    given = {"--cut": params.cut is not None, "--told": params.told}
    options = ", ".join(name for name, on in given.items() if on)
    if options:
        key = "forecast.not_with_set_aside" if params.pool else "forecast.not_with_new"
        raise RunRefused(text(key, lang, options=options, case=params.case))


def run_id(params: Params, context: Context) -> str:
    """Hash of the case, what its parameters come from, cut and end; of file and day too where it is frozen."""
    from copark.identity import hash_content, identity_of
    from copark.inference.panels import other_parks
    from copark.inference.pool.panel import panel_identity
    from copark.inference.stacking import shipped
    from copark.model.compiler import model_hash

    asked = asked_of(params, context)
    parks = other_parks(asked.case, context.lang)
    if asked.panel is not None:
        made_on = panel_identity(parks, asked.panel)
    else:
        made_on = asked.own.identity if asked.own is not None else _place(asked, context)[0]
    frozen = "" if params.freeze is None else f"{params.freeze.name} {_today()}"
    return identity_of(
        {"forecast": 2, "case": asked.case.hash, "model": model_hash(), "made_on": made_on, "cut": str(asked.cut),
         "until": str(asked.until), "told": params.told, "pooled": asked.panel is not None, "frozen": frozen,
         "stack": shipped().stack.identity, "parks": hash_content({one.name: one.content for one in parks})}
    )  # fmt: skip


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def deliver(params: Params, found: Answer, _context: Context) -> None:
    """Write the frozen forecast where that was asked."""
    from copark.inference.forecast import write

    if params.freeze is not None:
        write(found.content, params.freeze)


def compute(params: Params, context: Context) -> Answer:
    """Find or make what the forecast rests on, and run it forward."""
    from copark.analyses.forecast.pooled import forecast_pooled
    from copark.inference.calibrate import Settings
    from copark.inference.stacking import shipped
    from copark.model.compiler import model_hash
    from copark.version import __version__

    asked = asked_of(params, context)
    day = "" if params.freeze is None else _today()
    if asked.panel is not None:
        looked = _looked(asked, asked.panel, context)
        found, trust = forecast_pooled(asked.case, asked.until, looked, day), looked.outlook.trust
        made: Any = asked.panel
    else:
        kept = _kept(asked, context, is_own=params.case in context.folders)
        context.stage("forecast")(0, 0)
        found, trust = _on_own(asked, kept, context, told=params.told, day=day), kept.trust
        made = Settings.of(kept.stored.recipe)
    case = asked.case
    common = {
        "case": case.name, "park": Said(case.title.en, case.title.zh), "start": str(case.clock.start),
        "cut": str(asked.cut), "until": str(asked.until),
        "clock_end": str(case.clock.start + (case.clock.quarters - 1)),
        "file": "" if params.freeze is None else params.freeze.name, "runs": made.runs, "seed": made.seed,
        "held": shipped().judged,
    }  # fmt: skip
    provenance = {
        "model_hash": model_hash(), "code_version": __version__, "created": datetime.now(UTC).isoformat("T", "seconds"),
        "posterior_cut": "" if asked.panel is not None else str(asked.cut),
    }  # fmt: skip
    return Answer(**common, **found, **context.stamped(case, trust, provenance))


def _looked(asked: Asked, settings: PanelSettings, context: Context) -> Looked:
    """The other parks' panel, and the park as they would forecast it."""
    from copark.inference.panels import look, other_parks
    from copark.simulation.ensemble import default_threads

    _refuse_long_work(asked, context)
    return look(
        asked.case, asked.until, other_parks(asked.case, context.lang), settings,
        threads=context.threads or default_threads(), folder=context.home / "pool",
        progress=context.stage("pool"), waiting=context.stage("waiting"),
    )  # fmt: skip


def _place(asked: Asked, context: Context) -> tuple[str, Path]:
    """Identity and folder of the calibration that is needed, kept or not."""
    from copark.inference.calibrations import place_of

    if asked.settings is None:
        raise ValueError("nothing to calibrate")
    return place_of(asked.case, asked.cut, asked.settings, out=context.home)


def _kept(asked: Asked, context: Context, *, is_own: bool) -> KeptPosterior:
    """The calibration: one's own, one that is kept, or a new one, after saying what that will take.

    ``is_own``: whether the case is an upload, which is calibrated in a minute, for its owner alone.
    """
    from copark.inference.calibrations import is_kept, kept_posterior, plan_of

    if asked.own is not None:
        return asked.own
    if asked.settings is None:
        raise ValueError("nothing to calibrate")
    out, given = context.home, (asked.case, asked.cut, asked.settings)
    if not is_kept(_place(asked, context)[1]):
        if not is_own:
            _refuse_long_work(asked, context)
        if context.planning is not None:
            context.planning(plan_of(*given, threads=context.threads, out=out, lang=context.lang))
    return kept_posterior(*given, threads=context.threads, out=out, progress=context.progress)


def _refuse_long_work(asked: Asked, context: Context) -> None:
    from copark.errors import RunRefused

    if not context.calibrates:
        raise RunRefused.of("forecast.not_here", case=asked.case.name)


def _stacked(
    content: dict[str, Any], asked: Asked, context: Context
) -> tuple[dict[str, Any], dict[str, StackedForecast]]:  # fmt: skip
    """A forecast put together with benchmark curves; not one that is told what came later, which is no forecast."""
    import numpy as np

    from copark.inference.forecast import quarters_of
    from copark.inference.panels import other_parks
    from copark.inference.stacking import shipped, stacks_of, with_stacks
    from copark.inference.validate import BLIND

    if content["method"] != BLIND:
        return content, {}
    case, stack = asked.case, shipped().stack
    model = {name: np.array(rows) for name, rows in content["forecast"].items()}
    quarters = quarters_of(case, asked.cut, asked.until)
    made = stacks_of(case, asked.cut, model, quarters, other_parks(case, context.lang), stack)
    return with_stacks(content, made, stack), made


def leading(frozen: Frozen, stacks: Mapping[str, StackedForecast]) -> dict[str, Floats]:
    """By observable: quantiles of the stack where there is one, otherwise of the model, from the cut on."""
    from copark.inference.forecast import read_levels
    from copark.inference.stacking import STACK

    return {
        name: read_levels(stacks[name].levels[STACK], LEVELS) if name in stacks else frozen.band(name, LEVELS)
        for name in frozen.content["forecast"]
    }


def shown_of(frozen: Frozen, stacks: Mapping[str, StackedForecast]) -> dict[str, Any]:
    """Fields of the answer: what was stacked, with its weights, beside the line of what is not stacked."""
    from copark.inference.forecast import read_levels
    from copark.inference.pool.forecasts import MODEL
    from copark.inference.stacking import LINE, STACK

    methods: dict[str, dict[str, Floats]] = {MODEL: {}}
    for name in frozen.content["forecast"]:
        methods[MODEL][name] = frozen.band(name, LEVELS)
        line = frozen.naive_band(name, LINE, LEVELS)
        if name in stacks:
            for method, rows in stacks[name].levels.items():
                if method not in (STACK, MODEL):
                    methods.setdefault(method, {})[name] = read_levels(rows, LEVELS)
        elif line is not None:
            methods.setdefault(LINE, {})[name] = line
    weights = {name: dict(one.weights) for name, one in stacks.items()}
    return {"methods": methods, "since": frozen.first, "weights": weights}


def _on_own(asked: Asked, kept: KeptPosterior, context: Context, *, told: bool, day: str) -> dict[str, Any]:
    """Run a calibration forward and stack it; what the model's width comes from."""
    import numpy as np

    from copark.inference import forecast as engine
    from copark.inference.diagnostics import judged, movements
    from copark.inference.reading import uses_everything
    from copark.inference.replay import project
    from copark.simulation.ensemble import default_threads

    replay, threads, case = kept.stored.replay, context.threads or default_threads(), asked.case
    everything, recipe = uses_everything(case, asked.cut), kept.stored.recipe["settings"]
    made_from = {
        "calibration": kept.identity, "runs": recipe["runs"], "seed": recipe["seed"],
        "values": len(replay.model.targets), "all_values": everything,
    }  # fmt: skip
    content, stacks = _stacked(
        engine.freeze(
            replay, asked.until, case=case, blindly=not told, made_on=day, made_from=made_from, threads=threads
        ), asked, context,
    )  # fmt: skip
    frozen, names = engine.Frozen(content), tuple(content["forecast"])
    before = project(replay, asked.cut, names, threads=threads)
    own = kept.stored.parameters
    moved = {one.name: one for one in movements(own.space, own.points, own.weights)}
    verdicts = {name: one.verdict for name, one in moved.items()}
    widths = engine.widths_at(replay, asked.until, names, verdicts, threads)
    shares: dict[str, float] = {}
    for name, share in (pair for one in widths.values() for pair in one.leading):
        if share >= NAMED and name in moved:
            shares[name] = max(shares.get(name, 0.0), share)
    return {
        "method": content["method"], "pairs": content["pairs"], "content": content, "values": made_from["values"],
        "everything": everything, "widths": widths, **shown_of(frozen, stacks),
        "bands": {name: np.concatenate([before.bands(name, LEVELS)[:, : frozen.first], ahead], axis=1)
                  for name, ahead in leading(frozen, stacks).items()},
        "reported": {name: known_points(case, asked.cut, name, ("fit", "score")) for name in names},
        "informed": tuple(
            Informed(name, share, moved[name].verdict, moved[name].prior[2],
                     tuple(float(moved[name].posterior[n]) for n in (0, 2, 4)))
            for name, share in sorted(shares.items(), key=lambda pair: -pair[1])
        ),
        "health": () if kept.examination is None else judged(kept.examination.health),
    }  # fmt: skip
