"""Levers: what decision-makers control, what each setting changes and for whom, and which settings are robust.

Every setting of a case's levers tried under every structure of the model, with common random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from copark.analyses.contract import AheadParams, Choice, Keys, Option, Result, Said
from copark.analyses.how_sure import NONE, Doubts, doubts_of
from copark.analyses.levers.findings import LeverFindings, find
from copark.analyses.levers.recommendation import Reason, Recommendation, recommend
from copark.analyses.levers.runner import Asked, ask, carry_out, from_dataset, to_dataset
from copark.analyses.levers.schema import load_levers, wanted_levers
from copark.stats.shares import Share

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import xarray as xr

    from copark.analyses.context import Context
    from copark.analyses.levers.schema import LeverFile, Since


def levers_of(context: Context, given: Mapping[str, Any]) -> list[Choice]:
    """Levers of a case that have settings since the founding, or from now on."""
    found = load_levers(context.case(given["case"]), given["file"], given.get("now"))
    since = since_of(found, given["since"])
    return [Choice(one.key, Said(one.title.en, one.title.zh)) for one in found.levers if one.settings(since)]


def since_of(file: LeverFile, asked: Since | None) -> Since:
    """When levers are pulled: as asked for, else from now on where something can still be decided."""
    return asked or ("now" if any(one.settings("now") for one in file.levers) else "start")


class Params(AheadParams):
    """What may be asked of a case's levers."""

    draws: Annotated[int, Field(ge=1, le=100_000)] = 200
    futures: Annotated[int, Field(ge=1, le=10_000)] = 5
    levers: Annotated[tuple[str, ...], Keys(levers_of)] = ()
    since: Annotated[Literal["start", "now"] | None, Option("--from")] = None
    file: Path | None = None
    served: ClassVar[Mapping[str, float]] = {"draws": 1000, "futures": 20}


@dataclass(frozen=True, kw_only=True)
class Answer(LeverFindings, Result):
    """What each setting changes, for whom, which is robust, and what all this rests on."""

    doubts: Doubts = NONE
    """What is assumed of the park, imposed on it, and what its record says against the model."""

    @cached_property
    def recommendation(self) -> Recommendation:
        """What may be recommended, by the rule that ships; nothing where the model's word cannot be relied on."""
        return recommend(self.gains, self.choice, self.doubt)

    @property
    def doubt(self) -> Reason | None:
        """Why nothing may be recommended on the model's word: what happened contradicts it, or it is not calibrated."""
        if self.doubts.contradiction is not None:
            return "contradicted"
        return None if self.trust is None or self.trust.shows_outcomes else "uncalibrated"

    @property
    def outcomes(self) -> tuple[Share, ...]:
        """Shares of the baseline's runs that stand alone and that failed."""
        if not self.gains:
            return ()
        baseline = [self.gain(self.gains[0].setting, name) for name in ("self_standing", "failed")]
        return tuple(
            Share(gain.measure.name, round(gain.before * gain.pairs), gain.pairs, gain.before, *gain.before_interval)
            for gain in baseline
            if gain.pairs
        )

    def to_frame(self) -> pd.DataFrame:
        """Every setting's gain in every measure, a row each."""
        import pandas as pd

        return pd.DataFrame(
            {
                "lever": lever.key, "setting": setting.key, "measure": one.measure.name, "unit": one.measure.unit,
                "pairs": one.pairs, "before": one.before, "after": one.after, "mean": one.mean, "median": one.median,
                "p05": one.levels[0], "p95": one.levels[4], "interval_low": one.low, "interval_high": one.high,
                "share_better": one.better, "share_equal": one.equal, "verdict": one.verdict,
            }
            for lever, setting in self.settings for one in self.gains if one.setting == setting.key
        )  # fmt: skip


def depends_on(params: Params, context: Context) -> dict[str, Any]:
    """The file of levers, the case's own or the general one, and which of its variants."""
    file = asked_of(params, context).file
    return {"file": file.model_dump(mode="json", by_alias=True), "since": since_of(file, params.since)}


def asked_of(params: Params, context: Context) -> Asked:
    """What is tried, on the parameters the case has."""
    case = context.case(params.case)
    file = load_levers(case, params.file, params.now)
    since = since_of(file, params.since)
    keys = wanted_levers(file, since, params.levers)
    has = context.parameters(params.case, *params.wanted)
    runs = params.draws * params.futures
    return ask(file, case, since, keys, has, runs=runs, futures=params.futures, seed=params.seed)


def compute(params: Params, context: Context) -> Answer:
    """Measure every run, or read the measures again, and say what follows from them."""
    asked = asked_of(params, context)
    single = asked.single
    tell, total = context.stage("simulate"), asked.runs + single.runs

    def measure(one: Asked, before: int) -> xr.Dataset:
        if not before:
            context.announce(asked.blocks[0].study, asked.case, asked.source, len(asked.blocks) + 1)

        def told(done: int, _: int) -> None:
            tell(before + done, total)

        return to_dataset(carry_out(one, threads=context.threads, progress=told))

    measured = from_dataset(context.kept("measures", lambda: measure(asked, 0)))
    alone = from_dataset(context.kept("single-measures", lambda: measure(single, asked.runs)))
    context.stage("analyse")(0, 0)
    found = vars(find(asked, measured, alone))
    answer = Answer(**found | context.origin(params, measured.provenance))
    shows_outcomes = answer.trust is None or answer.trust.shows_outcomes
    known = shows_outcomes and bool(answer.outcomes)
    return replace(answer, doubts=doubts_of(asked.case, answer.outcomes, shows_outcomes=known))
