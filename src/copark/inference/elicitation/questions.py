"""What experts may be asked of a case: parameters of its claims, the effects that decide them, what is ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import expm1, log1p
from typing import Literal

import numpy as np

from copark import units
from copark.cases.case import Case
from copark.cases.types import Bilingual
from copark.inference.claims.reading import ClaimsFile
from copark.model.variables import catalogue
from copark.simulation.sample import prior_of
from copark.simulation.schemas import Title
from copark.texts import LANGUAGES, text

Kind = Literal["parameter", "effect", "outlook"]
EDGES = (0.001, 0.999)
"""Quantiles of a prior between which a parameter may be given: what lies beyond is hardly ever drawn."""
AHEAD = (12, 32)
"""Quarters after the data's end of which outputs are asked."""
OUTPUTS = ("registered", "operating", "jobs")
MOST = 1e6
TOP = 1000.0
"""Largest size, and largest change in per cent, that is taken."""


@dataclass(frozen=True)
class Question:
    """A quantity that experts may be asked for."""

    key: str
    kind: Kind
    """``parameter``: of the model; ``effect``: of one scenario against another, expected over luck; ``outlook``: an
    output of one run at a date."""
    title: Bilingual
    unit: Bilingual | Title
    low: float
    high: float
    """low, high: the range in which quantiles are taken, ends included."""
    scale: Literal["plain", "log", "share"] = "plain"
    """How what is given becomes what the model has: as it is; ln(1 + x/100); x/100."""

    def inside(self, given: float) -> float:
        """A given value as the model has it."""
        return log1p(given / 100.0) if self.scale == "log" else given / 100.0 if self.scale == "share" else given

    def outside(self, value: float) -> float:
        """A value of the model as it is given."""
        return 100.0 * expm1(value) if self.scale == "log" else 100.0 * value if self.scale == "share" else value


def questions(case: Case, file: ClaimsFile) -> tuple[Question, ...]:
    """All of them, by kind."""
    return (*_parameters(case, file), *_effects(case, file), *_outlooks(case))


def _said(key: str, **values: dict[str, str]) -> Bilingual:
    found = {lang: text(f"experts.{key}", lang, **{name: one[lang] for name, one in values.items()})
             for lang in LANGUAGES}  # fmt: skip
    return Bilingual(**found)


def _unit(symbol: str) -> Title:
    return Title(**{lang: units.title(symbol, lang) if units.known(symbol) else symbol for lang in LANGUAGES})


def _parameters(case: Case, file: ClaimsFile) -> Iterator[Question]:
    """Parameters that a claim rests on and the case draws."""
    for name in dict.fromkeys(name for claim in file.claims.claims for name in claim.mechanism.parameters):
        variable = catalogue().parameters[name]
        prior = prior_of(variable, case)
        if variable.shape != () or prior is None or prior.kind == "fixed":
            continue
        ends = prior.quantile(np.array(EDGES), variable.default[0]).tolist()
        low, high = (float(f"{min(max(end, variable.low), variable.high):.3g}") for end in ends)
        yield Question(name, "parameter", Bilingual(en=variable.en, zh=variable.zh), _unit(variable.unit), low, high)


def _effects(case: Case, file: ClaimsFile) -> Iterator[Question]:
    """Effects that the rules of deciding parts look at, each once."""
    known: set[str] = set()
    for claim, part in file.claims.of(file.claims.claims):
        for name in part.judged if part.key in claim.headline.parts else ():
            one = part.statistics[name]
            content = one.model_dump_json()
            if one.kind not in ("log", "change") or content in known or one.arm is None or one.reference is None:
                continue
            known.add(content)
            arm, reference = ({lang: getattr(file.claims.arms[key].title, lang) for lang in LANGUAGES}
                              for key in (one.arm, one.reference))  # fmt: skip
            if one.outcome:
                outcome = {lang: text(f"analysis.outcome.{one.outcome}", lang) for lang in LANGUAGES}
                title = _said("ask.change", outcome=outcome, arm=arm, reference=reference)
            else:
                what = _output(case, str(one.output), one.at or 0)
                title = _said("ask.log", arm=arm, reference=reference, **what)
            low, unit = (-100.0, "ask.points") if one.outcome else (-99.0, "ask.percent")
            yield Question(
                f"{claim.id}/{part.key}/{name}", "effect", title, _said(unit), low, 100.0 if one.outcome else TOP,
                "share" if one.outcome else "log",
            )  # fmt: skip


def _outlooks(case: Case) -> Iterator[Question]:
    """Outputs some years after the data's end, as far as the case's time reaches."""
    last = case.clock.quarters - 1
    ends = dict.fromkeys(min(case.clock.data_end - case.clock.start + ahead, last) for ahead in AHEAD)
    for at in ends:
        for name in OUTPUTS:
            what = _output(case, name, at)
            unit = _unit(catalogue().outputs[name].unit)
            yield Question(f"{name}/{case.clock.start + at}", "outlook", _said("ask.outlook", **what), unit, 0.0, MOST)


def _output(case: Case, name: str, at: int) -> dict[str, dict[str, str]]:
    variable, quarter = catalogue().outputs[name], str(case.clock.start + at)
    return {"output": {lang: variable.title(lang) for lang in LANGUAGES}, "quarter": dict.fromkeys(LANGUAGES, quarter)}
