"""A case for the page, and what a person may move: every lever with its range, its unit and what is on record.

Keys are places in a scenario: ``edits.equity``, ``parameters.value_home``, ``levers.world.exposure_pandemic``,
``links.network_to_arrivals``. A test moves each to both ends of its range and beyond.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from copark.cases import load_case
from copark.cases.completeness import missing_growth
from copark.cases.facts import MOST_AREA, MOST_TAX, MOST_THRESHOLD, used
from copark.cases.model_inputs import case_parameters
from copark.errors import CoparkError
from copark.model.variables import ORIGINS, Variable, catalogue
from copark.simulation.case_edits import dated_events
from copark.simulation.sample import prior_of
from copark.simulation.scenario_edits import Depth
from copark.simulation.study import baseline, dated_inputs
from copark.texts.localized import LocalizedText
from copark.web.content.actor_network import span
from copark.web.content.case_registry import CaseRegistry, OwnerView, accept_upload
from copark.web.content.own_parks import DeletedPark
from copark.web.content.responses import ApiModel, CaseName
from copark.web.content.sentences import own, said
from copark.web.content.simulation import case_name

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.model.arrays import Inputs
    from copark.web.content.case_registry import CaseEntry
    from copark.web.content.engine import Engine

WHOLE = 10_000


class DatedValue(ApiModel):
    """A value on record, from a date on."""

    date: str
    """When it holds from, as the source gives it (YYYY, YYYY-MM or YYYY-MM-DD); of parameters the case's first quarter;
    of levers of the model and of links the quarter's number, 0 being the case's first."""
    values: dict[str, float]
    """The value, under ``value``; of shares, basis points by side (home, host, third, none); of terms and parameters by
    origin, those by origin; of links, ``strength`` and ``delay``; else by number; empty where there is none."""
    grade: str
    """How far it is trusted: high, medium, low, derived or judgement."""
    source: list[str] = Field(default_factory=list)
    """Keys of its sources among those of the case's evidence; empty where the model has it."""
    note: LocalizedText | None = None
    """What to know of it; null where there is nothing."""


class LeverOptionInfo(ApiModel):
    """One of the things a lever lets choose or switch."""

    key: str
    """Key to put into a scenario: of an actor, a dated event, a kind of park, a switch or a term; home or host of a
    rival's side."""
    title: LocalizedText
    """The thing in words."""
    date: str | None = None
    """When it happened, or since when it is there, as the source gives it; null where it has no date."""
    spans: list[tuple[str, str | None]] = Field(default_factory=list)
    """Of actors and of the framework: from when to when they were there; null as the end where it lasts."""
    side: str | None = None
    """Side of an actor: home, host or third; null of what has none."""


class Slider(ApiModel):
    """A range that is useful to move in; the whole range is wider. A judgement of presentation, not of fact."""

    low: float
    """Lower end, in the lever's unit."""
    high: float
    """Upper end, in the lever's unit."""
    step: float
    """Smallest move, in the lever's unit."""


class LeverInfo(ApiModel):
    """Something that may be moved."""

    key: str
    """Its place in a scenario, such as ``edits.quota``, ``parameters.value_home``, ``levers.world.exposure_pandemic``
    or ``links.network_to_arrivals``."""
    form: str
    """How it is written: shares, steps, framework, switches, presence, date, drop, choice, rivals, terms, number, dated
    or link."""
    title: LocalizedText
    """What it is, for a reader."""
    unit: str
    """Symbol of the unit of its values; ``1`` for a pure number and for what has no value."""
    unit_title: LocalizedText
    """The unit in words; empty for a pure number."""
    low: float | None = None
    """Least value that is taken; null of what is no number."""
    high: float | None = None
    """Largest value that is taken; null of what is no number."""
    slider: Slider | None = None
    """A narrower range that is useful to move in; null where there is none."""
    options: list[LeverOptionInfo] = Field(default_factory=list)
    """What may be chosen, switched, dropped or moved."""
    baseline: list[DatedValue] = Field(default_factory=list)
    """Values on record, by date; of a parameter its value where nothing is drawn."""
    prior: str | None = None
    """Of a parameter, its prior, such as ``uniform(0, 0.4)``; null where it is fixed."""
    moved: str | None = None
    """Of a parameter, whether data moved it from its prior: moved, weakly or unmoved; null of anything else."""
    grade: str | None = None
    """Of a parameter, how far it is trusted; null of anything else."""
    source: LocalizedText | None = None
    """Of what belongs to the model, where it is from; null of anything else."""


class UploadAnswer(ApiModel):
    """A case that was taken."""

    case: CaseName
    """The case; its name is what to ask for it by, and nobody can guess it."""
    most: int
    """Uploaded cases that one owner may keep."""
    notes: list[LocalizedText]
    """Whose growth is not on record, and what stands there, a sentence each; empty where it is."""


class DeletedCase(ApiModel):
    """A deleted case that can still be restored."""

    name: str
    """Name of the case."""
    title: LocalizedText
    """The park's name for a reader."""
    until: str
    """When it is removed for good, with everything computed about it, UTC, ISO 8601."""


class CaseAnswer(ApiModel):
    """A case with everything that may be moved in it."""

    case: CaseName
    """The case as in the list of cases."""
    sides: dict[str, LocalizedText]
    """Names of the two countries, under ``home`` (the investing one) and ``host``."""
    levers: list[LeverInfo]
    """Everything that may be moved."""
    notes: list[LocalizedText]
    """Whose growth is not on record, and what stands there, a sentence each; empty where it is."""


def cases_of(view: OwnerView, uploads: Sequence[str] = ()) -> list[CaseName]:
    """List uploaded cases, but those that can no longer be read, and every case of the casebook."""
    cases: list[CaseName] = []
    for name in uploads:
        with suppress(CoparkError):
            cases.append(case_name(view.get(name)))
    return [*cases, *(case_name(view.get(name)) for name in view.names())]


def deleted_of(view: OwnerView) -> list[DeletedCase]:
    """List an owner's deleted cases that can still be restored."""
    cases = []
    for park in view.registry.parks.deleted_of(view.owner):
        with suppress(CoparkError):
            cases.append(deleted_case(view.registry, park))
    return cases


def deleted_case(registry: CaseRegistry, deleted: DeletedPark) -> DeletedCase:
    """Describe a deleted case to its owner."""
    title = load_case(registry.uploads / deleted.name).title
    until = datetime.fromtimestamp(deleted.until, UTC).isoformat(timespec="seconds")
    return DeletedCase(name=deleted.name, title=title, until=until)


def uploaded(registry: CaseRegistry, content: bytes, *, workbook: bool, owner: str) -> UploadAnswer:
    """Take an uploaded case.

    Parameters
    ----------
    registry
        Registry that keeps the case.
    content
        The bytes of an archive or of a workbook.
    workbook
        Whether it is a workbook.
    owner
        Whose the case becomes.
    """
    case_entry = accept_upload(registry, content, workbook=workbook, owner=owner)
    return UploadAnswer(case=case_name(case_entry), most=registry.parks.quota.each, notes=growth_notes(case_entry.case))


def describe(engine: Engine, case_entry: CaseEntry) -> CaseAnswer:
    """Describe a case."""
    case = case_entry.case
    study = baseline(case.name)
    inputs = engine.inputs(study, case_entry, study.scenarios[0])
    sides = {"home": case.sides.home.title, "host": case.sides.host.title}
    return CaseAnswer.of(
        case=case_name(case_entry), sides=sides, levers=levers_of(case_entry, inputs), notes=growth_notes(case)
    )


def growth_notes(case: Case) -> list[LocalizedText]:
    """Describe in both languages whose growth is not on record."""
    return LocalizedText.each(partial(missing_growth, case))


def lever(key: str, form: str, title: LocalizedText | None = None, unit: str = "1", **more: Any) -> LeverInfo:
    """Make a lever of what it has; the rest is empty.

    Parameters
    ----------
    key
        Key of the lever; its last part names the texts.
    form
        How it is written, as of :attr:`LeverInfo.form`.
    title
        Its title; by default the texts of the key.
    unit
        Symbol of the unit of its values; ``1`` for a pure number.
    more
        Further fields of :class:`LeverInfo`.
    """
    words = said(f"web.lever.{key.rpartition('.')[2]}") if title is None else title
    return LeverInfo.of(key=key, form=form, title=words, unit=unit, **more)


def levers_of(case_entry: CaseEntry, inputs: Inputs) -> list[LeverInfo]:
    """List everything that may be moved in a case, whose inputs are packed as it is."""
    case = case_entry.case
    return [
        *_facts(case),
        *_actors(case),
        *_rules(case),
        *(_parameter(variable, case_entry) for variable in catalogue().parameters.values()),
        *(_dated(name, variable, inputs) for name, variable in dated_inputs().items()),
        *_links(inputs),
    ]


def _facts(case: Case) -> Iterator[LeverInfo]:
    tables = [
        DatedValue(
            date=str(table.date),
            values={side: float(table.basis_points_of(side)) for side in (*ORIGINS, "none")},
            grade=table.holdings[0].grade,
            source=sorted({key for holding in table.holdings for key in holding.source}),
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
        values = [
            DatedValue.of(fact, date=str(fact.date), values={"value": fact.in_unit(unit)}) for fact in used(facts)
        ]
        slider = Slider(low=left, high=right, step=step)
        yield lever(f"edits.{name}", "steps", unit=unit, low=low, high=high, slider=slider, baseline=values)


def _actors(case: Case) -> Iterator[LeverInfo]:
    spans = [] if case.framework is None else [span(case.framework)]
    options = [LeverOptionInfo(key="framework", title=said("web.lever.framework"), spans=spans)]
    yield lever("edits.framework", "framework", options=options)
    switches = [name for name in Depth.model_fields if name != "since"]
    options = [LeverOptionInfo(key=name, title=said(f"web.depth.{name}")) for name in switches]
    yield lever("edits.depth", "switches", options=options)
    stays: dict[str, list[tuple[Any, Any]]] = {
        "partners": [(partner, partner.presence) for partner in case.partners],
        "shareholders": [(holder, (holder,)) for holder in case.shareholders],
    }
    for name, actors in stays.items():
        options = [
            LeverOptionInfo(
                key=actor.key,
                title=actor.title,
                date=str(times[0].since),
                side=actor.side,
                spans=list(map(span, times)),
            )
            for actor, times in actors
        ]
        yield lever(f"edits.{name}", "presence", options=options)


def _rules(case: Case) -> Iterator[LeverInfo]:
    options = [LeverOptionInfo(key=event.key, title=event.title, date=str(event.date)) for event in dated_events(case)]
    yield lever("edits.drop", "drop", options=options)
    until = case.regime.narrow_until
    date = None if until is None else str(until)
    narrow = LeverOptionInfo(key="narrow_until", title=said("web.lever.narrow_until"), date=date)
    yield lever("edits.narrow_until", "date", options=[narrow])
    kinds = ("intergovernmental", "mixed", "enterprise-led")
    options = [LeverOptionInfo(key=kind, title=said(f"workflows.kind.{kind}")) for kind in kinds]
    yield lever("edits.kind", "choice", options=options)
    slider = Slider(low=0, high=3, step=0.1)
    sides = [
        LeverOptionInfo(key="home", title=case.sides.home.title),
        LeverOptionInfo(key="host", title=case.sides.host.title),
    ]
    yield lever("edits.rivals", "rivals", low=0, high=100, slider=slider, options=sides)
    slider = Slider(low=-0.1, high=0.1, step=0.005)
    terms = [LeverOptionInfo(key=key, title=said(f"web.term.{key}")) for key in ("cost", "market")]
    recorded = []
    for term in case.terms:
        values = {origin: float(getattr(term, origin)) for origin in ORIGINS}
        recorded.append(DatedValue.of(term, date=str(term.since), values=values, note=term.title))
    yield lever("edits.terms", "terms", None, "1/yr", low=-1, high=1, slider=slider, options=terms, baseline=recorded)


def _parameter(variable: Variable, case_entry: CaseEntry) -> LeverInfo:
    case = case_entry.case
    prior = prior_of(variable, case)
    fact = case.parameters.get(variable.name)
    values = case_parameters(case).get(variable.name, variable.default)
    names = ["value"] if len(values) == 1 else list(ORIGINS) if variable.axes == ("origin",) else None
    by_name = {str(n) if names is None else names[n]: float(value) for n, value in enumerate(values)}
    grade = variable.grade if fact is None else fact.grade
    source = [] if fact is None else list(fact.source)
    drawn = None if prior is None or prior.kind == "fixed" else prior
    return lever(
        f"parameters.{variable.name}",
        "number",
        LocalizedText.by_language(variable.title),
        variable.unit,
        low=variable.low,
        high=variable.high,
        slider=_useful(variable, drawn, values),
        grade=grade,
        moved=case_entry.moved[variable.name],
        source=own(variable.source),
        prior=None if drawn is None else drawn.density_kind(),
        baseline=[DatedValue(date=str(case.clock.start), values=by_name, grade=grade, source=source)],
    )


def _useful(variable: Variable, prior: Any, values: Sequence[float]) -> Slider | None:
    """Return a slider over 95 % of the prior and the value itself; over the whole range where nothing is drawn."""
    if variable.shape not in ((), (1,)):
        return None
    low = variable.low
    high = variable.high
    if prior is not None:
        low, high = np.clip(prior.quantile(np.array([0.025, 0.975]), variable.default[0]), low, high).tolist()
    low = min(low, *values, values[0])
    high = max(high, *values, values[0])
    return Slider(low=low, high=high, step=float(f"{(high - low) / 100.0:.1g}"))


def _dated(name: str, variable: Variable, inputs: Inputs) -> LeverInfo:
    """Return a lever or driver of the model with its value in every quarter in which it changes.

    What lies outside its own range is no value but the mark for none (a land plan of -1 ha), and is left out.
    """
    column = np.asarray(getattr(inputs, variable.submodel)[variable.name], dtype=np.float64)
    rows = column.reshape(len(column), -1)
    changes = []
    for t, row in enumerate(rows):
        if t == 0 or (row != rows[t - 1]).any():
            values = {str(n): float(value) for n, value in enumerate(row) if variable.low <= value <= variable.high}
            changes.append(DatedValue(date=str(t), values=values, grade="derived"))
    return lever(
        f"levers.{name}",
        "dated",
        LocalizedText.by_language(variable.title),
        variable.unit,
        low=variable.low,
        high=variable.high,
        baseline=changes,
        source=own(variable.source),
    )


def _links(inputs: Inputs) -> Iterator[LeverInfo]:
    slider = Slider(low=0, high=2, step=0.05)
    for link in catalogue().links.values():
        values = {"strength": 1.0, "delay": float(inputs.link_delay[link.number])}
        recorded = [DatedValue(date="0", values=values, grade="judgement")]
        title = LocalizedText.by_language(link.title)
        yield lever(f"links.{link.name}", "link", title, low=0, high=10, slider=slider, baseline=recorded)
