"""A case for the page, and what a person may move: every lever with its range, its unit and what is on record.

Keys are places in a scenario: ``edits.equity``, ``parameters.value_home``, ``levers.world.exposure_pandemic``,
``links.network_to_arrivals``. A test moves each to both ends of its range and beyond.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from copark.cases import load_case
from copark.cases.completeness import missing_growth
from copark.cases.facts import MOST_AREA, MOST_TAX, MOST_THRESHOLD, used
from copark.cases.model_inputs import case_parameters
from copark.errors import CoparkError
from copark.model.variables import ORIGINS, Variable, catalogue
from copark.simulation.case_edits import happenings
from copark.simulation.sample import prior_of
from copark.simulation.scenario_edits import Depth
from copark.simulation.study import baseline
from copark.simulation.study import levers as dated_levers
from copark.texts import LANGUAGES
from copark.web.content.actor_network import span
from copark.web.content.case_registry import OwnersView, Shelf, take
from copark.web.content.own_parks import DeletedPark
from copark.web.content.responses import Answer, CaseName, Said
from copark.web.content.sentences import own, said
from copark.web.content.simulation import case_name

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.model.arrays import Inputs
    from copark.web.content.case_registry import Shelved
    from copark.web.content.engine import Engine

WHOLE = 10_000


class DatedValue(Answer):
    """What the record has from a date on."""

    date: str
    values: dict[str, float]
    """The value, under ``value``; of shares, basis points by side; of terms, by origin; empty where there is none."""
    grade: str
    source: list[str] = Field(default_factory=list)
    note: Said | None = None


class Option(Answer):
    """One of the things a lever lets choose or switch."""

    key: str
    title: Said
    date: str | None = None
    """When it happened, or since when it is there."""
    spans: list[tuple[str, str | None]] = Field(default_factory=list)
    """Of actors: from when to when they were there; null where it lasts."""
    side: str | None = None


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
    low: float | None = None
    high: float | None = None
    slider: Slider | None = None
    options: list[Option] = Field(default_factory=list)
    """What may be chosen, switched, dropped or moved."""
    baseline: list[DatedValue] = Field(default_factory=list)
    """What the record has, by date; of parameters the value without drawing."""
    prior: str | None = None
    """Of a parameter, its prior; null where it is fixed."""
    moved: str | None = None
    """Of a parameter, whether data moved it from its prior: moved, weakly or unmoved."""
    grade: str | None = None
    """Of a parameter, how far it is trusted."""
    source: Said | None = None
    """Of what belongs to the model, where it is from."""


class UploadAnswer(Answer):
    """A case that was taken."""

    case: CaseName
    """The case; its name is what to ask for it by, and nobody can guess it."""
    most: int
    """Uploaded cases that one owner may keep."""
    notes: list[Said]
    """Whose growth is not on record, and what stands there; empty where it is."""


class DeletedCase(Answer):
    """A deleted case that can still be restored."""

    name: str
    title: Said
    until: str
    """When it is removed for good, with everything computed about it, UTC, ISO 8601."""


class CaseAnswer(Answer):
    """What a page needs of a case, but for its evidence."""

    case: CaseName
    sides: dict[str, Said]
    levers: list[LeverInfo]
    notes: list[Said]
    """Whose growth is not on record, and what stands there; empty where it is."""


def cases_of(view: OwnersView, uploads: Sequence[str] = ()) -> list[CaseName]:
    """Uploaded cases, but those that can no longer be read, and every case of the casebook."""
    found: list[CaseName] = []
    for name in uploads:
        with suppress(CoparkError):
            found.append(case_name(view.get(name)))
    return [*found, *(case_name(view.get(name)) for name in view.names())]


def deleted_of(view: OwnersView) -> list[DeletedCase]:
    """An owner's deleted cases that can still be restored."""
    found = []
    for one in view.shelf.parks.deleted_of(view.owner):
        with suppress(CoparkError):
            found.append(deleted_case(view.shelf, one))
    return found


def deleted_case(shelf: Shelf, deleted: DeletedPark) -> DeletedCase:
    """A deleted case as its owner is told of it."""
    title = load_case(shelf.uploads / deleted.name).title
    until = datetime.fromtimestamp(deleted.until, UTC).isoformat(timespec="seconds")
    return DeletedCase(name=deleted.name, title=Said(en=title.en, zh=title.zh), until=until)


def uploaded(shelf: Shelf, content: bytes, *, workbook: bool, owner: str) -> UploadAnswer:
    """Take an uploaded case."""
    shelved = take(shelf, content, workbook=workbook, owner=owner)
    return UploadAnswer(case=case_name(shelved), most=shelf.parks.quota.each, notes=growth_told(shelved.case))


def describe(engine: Engine, shelved: Shelved) -> CaseAnswer:
    """Describe a case."""
    case, study = shelved.case, baseline(shelved.case.name)
    inputs = engine.inputs(study, shelved, study.scenarios[0])
    sides = {"home": case.sides.home.title, "host": case.sides.host.title}
    return CaseAnswer.of(case=case_name(shelved), sides=sides, levers=levers_of(case, inputs), notes=growth_told(case))


def growth_told(case: Case) -> list[Said]:
    """That no growth of a case's countries is on record, in both languages."""
    told = (missing_growth(case, lang) for lang in LANGUAGES)
    return [Said(**dict(zip(LANGUAGES, words, strict=True))) for words in zip(*told, strict=True)]


def lever(key: str, form: str, title: Any = None, unit: str = "1", **more: Any) -> LeverInfo:
    """Make a lever of what it has; the rest is empty."""
    words = said(f"web.lever.{key.rpartition('.')[2]}") if title is None else title
    return LeverInfo.of(key=key, form=form, title=words, unit=unit, **more)


def levers_of(case: Case, inputs: Inputs) -> list[LeverInfo]:
    """Everything that may be moved in a case, packed as it is."""
    return [
        *_facts(case),
        *_actors(case),
        *_rules(case),
        *(_parameter(variable, case) for variable in catalogue().parameters.values()),
        *(_dated(name, variable, inputs) for name, variable in dated_levers().items()),
        *_links(inputs),
    ]


def _facts(case: Case) -> Iterator[LeverInfo]:
    tables = [
        DatedValue(
            date=str(table.date),
            values={side: float(table.basis_points_of(side)) for side in (*ORIGINS, "none")},
            grade=table.holdings[0].grade,
            source=sorted({key for one in table.holdings for key in one.source}),
        )
        for table in used(case.equity)
    ]
    slider = Slider(low=0, high=WHOLE, step=50)
    yield lever("edits.equity", "shares", unit="bp", low=0, high=WHOLE, slider=slider, baseline=tables)
    most = max((fact.in_unit("ha") for fact in used(case.land.plan)), default=1000.0)
    steps: dict[str, tuple[Any, str, tuple[float, float], tuple[float, float, float]]] = {
        "quota": (case.quota, "bp", (1, WHOLE), (5001, WHOLE, 1)),
        "threshold": (case.regime.threshold, "M USD", (0, MOST_THRESHOLD), (0, 10, 0.1)),
        "profit_tax": (case.regime.profit_tax, "1", (0, MOST_TAX), (0, 0.3, 0.01)),
        "capability": (case.capability, "1", (0, 1), (0, 1, 0.05)),
        "plan": (case.land.plan, "ha", (0, MOST_AREA), (0, min(2 * most, MOST_AREA), 10)),
    }
    for name, (facts, unit, (low, high), (left, right, step)) in steps.items():
        values = [DatedValue.of(one, date=str(one.date), values={"value": one.in_unit(unit)}) for one in used(facts)]
        slider = Slider(low=left, high=right, step=step)
        yield lever(f"edits.{name}", "steps", unit=unit, low=low, high=high, slider=slider, baseline=values)


def _actors(case: Case) -> Iterator[LeverInfo]:
    spans = [] if case.framework is None else [span(case.framework)]
    options = [Option(key="framework", title=said("web.lever.framework"), spans=spans)]
    yield lever("edits.framework", "framework", options=options)
    switches = [name for name in Depth.model_fields if name != "since"]
    yield lever("edits.depth", "switches", options=[Option(key=x, title=said(f"web.depth.{x}")) for x in switches])
    stays: dict[str, list[tuple[Any, Any]]] = {
        "partners": [(one, one.presence) for one in case.partners],
        "shareholders": [(one, (one,)) for one in case.shareholders],
    }
    for name, actors in stays.items():
        options = [
            Option(key=one.key, title=one.title, date=str(there[0].since), side=one.side, spans=list(map(span, there)))
            for one, there in actors
        ]
        yield lever(f"edits.{name}", "presence", options=options)


def _rules(case: Case) -> Iterator[LeverInfo]:
    options = [Option(key=one.key, title=one.title, date=str(one.date)) for one in happenings(case)]
    yield lever("edits.drop", "drop", options=options)
    until, name = case.regime.narrow_until, "narrow_until"
    narrow = Option(key=name, title=said(f"web.lever.{name}"), date=None if until is None else str(until))
    yield lever("edits.narrow_until", "date", options=[narrow])
    kinds = ("intergovernmental", "mixed", "enterprise-led")
    options = [Option(key=kind, title=said(f"workflows.kind.{kind}")) for kind in kinds]
    yield lever("edits.kind", "choice", options=options)
    slider = Slider(low=0, high=3, step=0.1)
    sides = [Option(key="home", title=case.sides.home.title), Option(key="host", title=case.sides.host.title)]
    yield lever("edits.rivals", "rivals", low=0, high=100, slider=slider, options=sides)
    slider = Slider(low=-0.1, high=0.1, step=0.005)
    terms = [Option(key=key, title=said(f"web.term.{key}")) for key in ("cost", "market")]
    baseline = []
    for one in case.terms:
        values = {origin: float(getattr(one, origin)) for origin in ORIGINS}
        baseline.append(DatedValue.of(one, date=str(one.since), values=values, note=one.title))
    yield lever("edits.terms", "terms", None, "1/yr", low=-1, high=1, slider=slider, options=terms, baseline=baseline)


def _parameter(variable: Variable, case: Case) -> LeverInfo:
    prior, given = prior_of(variable, case), case.parameters.get(variable.name)
    values = case_parameters(case).get(variable.name, variable.default)
    names = ["value"] if len(values) == 1 else list(ORIGINS) if variable.axes == ("origin",) else None
    named = {str(n) if names is None else names[n]: float(value) for n, value in enumerate(values)}
    grade = variable.grade if given is None else given.grade
    source = [] if given is None else list(given.source)
    drawn = None if prior is None or prior.kind == "fixed" else prior
    return lever(
        f"parameters.{variable.name}", "number", variable, variable.unit, low=variable.low, high=variable.high,
        slider=_useful(variable, drawn, values), grade=grade, moved=variable.moved, source=own(variable.source),
        prior=None if drawn is None else drawn.density_kind(),
        baseline=[DatedValue(date=str(case.clock.start), values=named, grade=grade, source=source)],
    )  # fmt: skip


def _useful(variable: Variable, prior: Any, values: Sequence[float]) -> Slider | None:
    """Nine tenths of the prior, and the value itself; the whole range where nothing is drawn and it is not wide."""
    if variable.shape not in ((), (1,)):
        return None
    low, high = variable.low, variable.high
    if prior is not None:
        low, high = np.clip(prior.quantile(np.array([0.025, 0.975]), variable.default[0]), low, high).tolist()
    low, high = min(low, *values, values[0]), max(high, *values, values[0])
    return Slider(low=low, high=high, step=float(f"{(high - low) / 100.0:.1g}"))


def _dated(name: str, variable: Variable, inputs: Inputs) -> LeverInfo:
    """A lever or driver of the model by quarter, told where it changes; of several numbers the first ones alone.

    What lies outside its own range is no value but the mark for none (a land plan of -1 ha), and is left out.
    """
    column = np.asarray(getattr(inputs, variable.room)[variable.name], dtype=np.float64)
    told = column.reshape(len(column), -1)
    values = []
    for t in range(len(told)):
        if t == 0 or (told[t] != told[t - 1]).any():
            there = {str(n): float(x) for n, x in enumerate(told[t]) if variable.low <= x <= variable.high}
            values.append(DatedValue(date=str(t), values=there, grade="derived"))
    return lever(
        f"levers.{name}", "dated", variable, variable.unit, low=variable.low, high=variable.high, baseline=values,
        source=own(variable.source),
    )  # fmt: skip


def _links(inputs: Inputs) -> Iterator[LeverInfo]:
    slider = Slider(low=0, high=2, step=0.05)
    for link in catalogue().links.values():
        values = {"strength": 1.0, "delay": float(inputs.link_delay[link.number])}
        recorded = [DatedValue(date="0", values=values, grade="judgement")]
        yield lever(f"links.{link.name}", "link", link, low=0, high=10, slider=slider, baseline=recorded)
