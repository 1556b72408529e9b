"""A case for the page, and what a person may move: every lever with its range, its unit and what is on record.

Keys are places in a scenario: ``edits.equity``, ``parameters.value_home``, ``levers.world.exposure_pandemic``,
``links.network_to_arrivals``. A test moves each to both ends of its range and beyond.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.cases.completeness import missing_growth
from copark.cases.facts import used
from copark.cases.pack import case_parameters
from copark.errors import CoparkError
from copark.model.variables import ORIGINS, Variable, catalogue
from copark.simulation.counterfactual_events import happenings
from copark.simulation.sample import prior_of
from copark.simulation.scenario_edits import Depth
from copark.simulation.study import baseline
from copark.simulation.study import levers as dated_levers
from copark.texts import LANGUAGES
from copark.workflows.serving.answers import Answer, CaseName, Said
from copark.workflows.serving.shelf import MOST_KEPT, Shelf, take
from copark.workflows.serving.simulation import case_name
from copark.workflows.serving.wording import both, own, said, unit_title

if TYPE_CHECKING:
    from copark.cases import Case, Fact
    from copark.model.arrays import Inputs
    from copark.workflows.serving.engine import Engine
    from copark.workflows.serving.shelf import Shelved

WHOLE = 10_000


class DatedValue(Answer):
    """What the record has from a date on."""

    date: str
    values: dict[str, float]
    """The value, under ``value``; of shares, basis points by side; of terms, by origin; empty where there is none."""
    grade: str
    source: list[str]
    note: Said | None


class Option(Answer):
    """One of the things a lever lets choose or switch."""

    key: str
    title: Said
    date: str | None
    """When it happened, or since when it is there."""
    spans: list[tuple[str, str | None]]
    """Of actors: from when to when they were there; null where it lasts."""
    side: str | None


class Slider(Answer):
    """A range that is useful to move in; the whole range is wider. A judgement of presentation, not of fact."""

    low: float
    high: float
    step: float


class LeverInfo(Answer):
    """Something that may be moved."""

    key: str
    form: str
    """How it is written: shares, steps, framework, switches, presence, date, drop, choice, rivals, terms, number, dated
    or link."""
    title: Said
    unit: str
    unit_title: Said
    low: float | None
    high: float | None
    slider: Slider | None
    options: list[Option]
    """What may be chosen, switched, dropped or moved."""
    baseline: list[DatedValue]
    """What the record has, by date; of parameters the value without drawing."""
    prior: str | None
    """Of a parameter, its prior; null where it is fixed."""
    moved: str | None
    """Of a parameter, whether data moved it from its prior: moved, weakly or unmoved."""
    grade: str | None
    """Of a parameter, how far it is trusted."""
    source: Said | None
    """Of what belongs to the model, where it is from."""


class UploadAnswer(Answer):
    """A case that was taken."""

    case: CaseName
    """The case; its name is what to ask for it by, and nobody can guess it."""
    kept: int
    """Uploaded cases that are kept before the oldest goes."""
    notes: list[Said]
    """Whose growth is not on record, and what stands there; empty where it is."""


class CaseAnswer(Answer):
    """What a page needs of a case, but for its evidence."""

    case: CaseName
    sides: dict[str, Said]
    levers: list[LeverInfo]
    notes: list[Said]
    """Whose growth is not on record, and what stands there; empty where it is."""


def cases_of(shelf: Shelf, uploads: Sequence[str] = ()) -> list[CaseName]:
    """Uploaded cases, but those that can no longer be read, and every case of the casebook."""
    found: list[CaseName] = []
    for name in uploads:
        with suppress(CoparkError):
            found.append(case_name(shelf.get(name)))
    return [*found, *(case_name(shelf.get(name)) for name in shelf.names())]


def uploaded(shelf: Shelf, content: bytes, *, workbook: bool, owner: str) -> UploadAnswer:
    """Take an uploaded case."""
    shelved = take(shelf, content, workbook=workbook, owner=owner)
    return UploadAnswer(case=case_name(shelved), kept=MOST_KEPT, notes=growth_told(shelved.case))


def describe(engine: Engine, shelved: Shelved) -> CaseAnswer:
    """Describe a case."""
    case, study = shelved.case, baseline(shelved.case.name)
    inputs = engine.inputs(study, shelved, study.scenarios[0])
    sides = {"home": both(case.sides.home.title), "host": both(case.sides.host.title)}
    return CaseAnswer(case=case_name(shelved), sides=sides, levers=levers_of(case, inputs), notes=growth_told(case))


def growth_told(case: Case) -> list[Said]:
    """That no growth of a case's countries is on record, in both languages."""
    told = (missing_growth(case, lang) for lang in LANGUAGES)
    return [Said(**dict(zip(LANGUAGES, words, strict=True))) for words in zip(*told, strict=True)]


def lever(key: str, form: str, title: Said, unit: str = "1", **more: Any) -> LeverInfo:
    """Make a lever of what it has; the rest is empty."""
    empty: dict[str, Any] = dict.fromkeys(("low", "high", "slider", "prior", "moved", "grade", "source"))
    empty |= {"options": [], "baseline": []}
    return LeverInfo(key=key, form=form, title=title, unit=unit, unit_title=unit_title(unit), **(empty | more))


def levers_of(case: Case, inputs: Inputs) -> list[LeverInfo]:
    """Everything that may be moved in a case."""
    return [
        *_facts(case),
        *_actors(case),
        *_rules(case),
        *(_parameter(variable, case) for variable in catalogue().parameters.values()),
        *(_dated(name, variable, inputs) for name, variable in dated_levers().items()),
        *_links(inputs),
    ]


def _facts(case: Case) -> Iterator[LeverInfo]:
    def steps(name: str, facts: Iterable[Fact], unit: str, low: float, high: float, slider: Slider) -> LeverInfo:
        return lever(
            f"edits.{name}", "steps", said(f"web.lever.{name}"), unit, low=low, high=high, slider=slider,
            baseline=[_fact(one, unit) for one in used(facts)],
        )  # fmt: skip

    most = max((fact.in_unit("ha") for fact in used(case.land.plan)), default=1000.0)
    slider = Slider(low=0, high=WHOLE, step=50)
    tables = [
        DatedValue(
            date=str(table.date),
            values={side: float(table.basis_points_of(side)) for side in (*ORIGINS, "none")},
            grade=table.holdings[0].grade,
            source=sorted({key for one in table.holdings for key in one.source}),
            note=None,
        )
        for table in used(case.equity)
    ]
    equity = said("web.lever.equity")
    yield lever("edits.equity", "shares", equity, "bp", low=0, high=WHOLE, slider=slider, baseline=tables)
    yield steps("quota", case.quota, "bp", 1, WHOLE, Slider(low=5001, high=WHOLE, step=1))
    yield steps("threshold", case.regime.threshold, "M USD", 0, 1e6, Slider(low=0, high=10, step=0.1))
    yield steps("profit_tax", case.regime.profit_tax, "1", 0, 1, Slider(low=0, high=0.3, step=0.01))
    yield steps("capability", case.capability, "1", 0, 1, Slider(low=0, high=1, step=0.05))
    yield steps("plan", case.land.plan, "ha", 0, 1e5, Slider(low=0, high=2 * most, step=10))


def _fact(fact: Fact, unit: str) -> DatedValue:
    return DatedValue(
        date=str(fact.date),
        values={"value": fact.in_unit(unit)},
        grade=fact.grade,
        source=list(fact.source),
        note=None if fact.note is None else both(fact.note),
    )


def _option(key: str, title: Said, date: str | None = None, side: str | None = None, spans: Any = ()) -> Option:
    return Option(key=key, title=title, date=date, side=side, spans=list(spans))


def _actors(case: Case) -> Iterator[LeverInfo]:
    def span(one: Any) -> tuple[str, str | None]:
        return str(one.since), None if one.until is None else str(one.until)

    framework = case.framework
    spans = [] if framework is None else [span(framework)]
    options = [_option("framework", said("web.lever.framework"), spans=spans)]
    yield lever("edits.framework", "framework", said("web.lever.framework"), options=options)
    switches = [name for name in Depth.model_fields if name != "since"]
    options = [_option(name, said(f"web.depth.{name}")) for name in switches]
    yield lever("edits.depth", "switches", said("web.lever.depth"), options=options)
    options = [
        _option(one.key, both(one.title), str(one.presence[0].since), one.side, map(span, one.presence))
        for one in case.partners
    ]
    yield lever("edits.partners", "presence", said("web.lever.partners"), options=options)
    options = [_option(one.key, both(one.title), str(one.since), one.side, [span(one)]) for one in case.shareholders]
    yield lever("edits.shareholders", "presence", said("web.lever.shareholders"), options=options)


def _rules(case: Case) -> Iterator[LeverInfo]:
    options = [_option(one.key, both(one.title), str(one.date)) for one in happenings(case)]
    yield lever("edits.drop", "drop", said("web.lever.drop"), options=options)
    until = case.regime.narrow_until
    narrow = [_option("narrow_until", said("web.lever.narrow_until"), None if until is None else str(until))]
    yield lever("edits.narrow_until", "date", said("web.lever.narrow_until"), options=narrow)
    kinds = [_option(kind, said(f"workflows.kind.{kind}")) for kind in ("intergovernmental", "mixed", "enterprise-led")]
    yield lever("edits.kind", "choice", said("web.lever.kind"), options=kinds)
    slider = Slider(low=0, high=3, step=0.1)
    sides = [_option("home", both(case.sides.home.title)), _option("host", both(case.sides.host.title))]
    yield lever("edits.rivals", "rivals", said("web.lever.rivals"), low=0, high=100, slider=slider, options=sides)
    slider = Slider(low=-0.1, high=0.1, step=0.005)
    terms = [_option(key, said(f"web.term.{key}")) for key in ("cost", "market")]
    yield lever(
        "edits.terms", "terms", said("web.lever.terms"), "1/yr", low=-1, high=1, slider=slider, options=terms,
        baseline=[
            DatedValue(
                date=str(one.since), values={origin: float(getattr(one, origin)) for origin in ORIGINS},
                grade=one.grade, source=list(one.source), note=both(one.title),
            )
            for one in case.terms
        ],
    )  # fmt: skip


def _parameter(variable: Variable, case: Case) -> LeverInfo:
    prior, given = prior_of(variable, case), case.parameters.get(variable.name)
    values = case_parameters(case).get(variable.name, variable.default)
    names = ["value"] if len(values) == 1 else list(ORIGINS) if variable.axes == ("origin",) else None
    named = {str(n) if names is None else names[n]: float(value) for n, value in enumerate(values)}
    grade = variable.grade if given is None else given.grade
    source = [] if given is None else list(given.source)
    fixed = prior is None or prior.kind == "fixed"
    return lever(
        f"parameters.{variable.name}", "number", both(variable), variable.unit, low=variable.low, high=variable.high,
        slider=_useful(variable, None if fixed else prior, values), grade=grade, moved=variable.moved,
        prior=None if fixed or prior is None else prior.density_kind(),
        source=own(variable.source),
        baseline=[DatedValue(date=str(case.clock.start), values=named, grade=grade, source=source, note=None)],
    )  # fmt: skip


def _useful(variable: Variable, prior: Any, values: Sequence[float]) -> Slider | None:
    """Nine tenths of the prior, and the value itself; the whole range where nothing is drawn and it is not wide."""
    if variable.shape not in ((), (1,)):
        return None
    low, high = variable.low, variable.high
    if prior is not None:
        ends = np.clip(prior.quantile(np.array([0.025, 0.975]), variable.default[0]), low, high)
        low, high = float(ends[0]), float(ends[1])
    low, high = min(low, *values, values[0]), max(high, *values, values[0])
    return Slider(low=low, high=high, step=float(f"{(high - low) / 100.0:.1g}"))


def _dated(name: str, variable: Variable, inputs: Inputs) -> LeverInfo:
    """A lever or driver of the model by quarter, told where it changes; of several numbers the first ones alone.

    What lies outside its own range is no value but the mark for none (a land plan of -1 ha), and is left out.
    """
    column = np.asarray(getattr(inputs, variable.room)[variable.name], dtype=np.float64)
    told = column.reshape(len(column), -1)
    values = [
        DatedValue(
            date=str(t),
            values={str(n): float(x) for n, x in enumerate(told[t]) if variable.low <= x <= variable.high},
            grade="derived",
            source=[],
            note=None,
        )
        for t in range(len(told))
        if t == 0 or (told[t] != told[t - 1]).any()
    ]
    return lever(
        f"levers.{name}", "dated", both(variable), variable.unit, low=variable.low, high=variable.high,
        baseline=values, source=own(variable.source),
    )  # fmt: skip


def _links(inputs: Inputs) -> Iterator[LeverInfo]:
    for link in catalogue().links.values():
        values = {"strength": 1.0, "delay": float(inputs.link_delay[link.number])}
        yield lever(
            f"links.{link.name}", "link", both(link), "1", low=0, high=10, slider=Slider(low=0, high=2, step=0.05),
            baseline=[DatedValue(date="0", values=values, grade="judgement", source=[], note=None)],
        )  # fmt: skip
