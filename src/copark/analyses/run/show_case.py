"""What is shown of the case: its actors, events and owners, what is known, assumed and cannot be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analyses.contract import Texts
from copark.analyses.on_record import HEADLINES
from copark.analyses.run import Answer
from copark.analyses.show import Columns, Show, grouped
from copark.cases.completeness import growth_notes, notes_of
from copark.cases.own_words import own_words
from copark.cases.table_schemas import UNALLOCATED
from copark.cases.types import JUDGEMENT
from copark.labels import grade_title, join, mechanism_title, observed, output_title, variable_title
from copark.model.variables import ROOMS, Variable, catalogue
from copark.presentation.document import Block, Bullets, Chart, Evidence, Kind, Paragraph, Section, Table, Value
from copark.presentation.numbers import number, percent, precise, quantity, shares_of, unit_title
from copark.simulation.readouts.coupling import SCALES
from copark.simulation.readouts.observed_vs_model import RelativeSize, dates_of_growth, weigh
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.cases.dates import Date
    from copark.cases.schema import Parameter
    from copark.cases.schema import Prior as CasePrior
    from copark.model.variables import Prior

MOVED = {"moved": "moved", "weakly": "weakly", "unmoved": "not_moved"}
KINDS = {
    "source": Kind.source,
    "date": Kind.quarter,
    "quarter": Kind.quarter,
    "use": Kind.flag,
    "runs": Kind.count,
    **dict.fromkeys(("note", "event", "meaning", "reason", "actors"), Kind.note),
}
"""Columns that are no plain words, by key."""


def sources(keys: Iterable[str]) -> str:
    """Keys of sources as a cell holds them."""
    return "; ".join(keys)


def evidence(found: Answer, t: Texts) -> tuple[Evidence, ...]:
    """Every source: outlet, title, date, how it was read, note."""
    listed = []
    for key, one in sorted(found.case.sources.items()):
        note = "" if one.note is None else one.note.get(t.lang)
        parts = (own_words(one.outlet, t.lang), one.title, str(one.date or ""), t(f"sources.{one.read}"), note)
        listed.append(Evidence(key, t("join.source").join(filter(None, parts)), one.url or ""))
    return tuple(listed)


class AboutCase(Show):
    """The sections on the case, and what all sections have in common."""

    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.case = found.case

    def title(self, output: str) -> str:
        """An output's title."""
        return output_title(self.found.ensemble, output, self.t.lang)

    def joined(self, parts: Sequence[str]) -> str:
        """A list in words."""
        return join(parts, self.t.lang)

    def listed(
        self, key: str, heads: str, rows: Iterable[Sequence[Value]], groups: Iterable[str] = (), *, folded: bool = True
    ) -> Table:
        """A table whose columns are known by their keys; ``groups`` names the group of each row."""
        columns = (f"{head}:{KINDS.get(head, Kind.text).value}" for head in heads.split())
        return self.table(key, columns, rows, folded=folded, groups=grouped(groups))

    def picture(
        self,
        key: str,
        figure: str,
        *given: Any,
        alternative: str,
        caption: str = "",
        title: str = "",
        numbers: Table | None = None,
        wide: bool = True,
    ) -> Chart:
        """A function of :mod:`copark.figures`, by its name and what it is given; its words hold numbers."""
        lang = self.t.lang
        words = title or text(f"report.{key}.title", self.t.lang)

        def draw() -> Figure:
            return getattr(import_module("copark.figures"), figure)(*given, lang)

        return Chart(key, words, alternative, draw, caption or words, numbers, wide)

    def network(self) -> Section:
        """What the park is, its actors, and what the two governments want."""
        case = self.case
        t = self.t
        counts = {
            "partners": len(case.partners),
            "institutions": len(case.institutions),
            "holders": len(case.shareholders),
            "anchors": len(case.anchors),
        }
        picture = self.picture("network", "network", case, alternative=t("network.alt", **counts))
        blocks: list[Block] = [Paragraph(self.known()), self.text("network.lead"), picture]
        if case.interests:
            rows = [
                (
                    self.side(one.side),
                    one.title.get(t.lang),
                    one.meaning.get(t.lang),
                    grade_title(one.grade, t.lang),
                    sources(one.source),
                )
                for one in case.interests
            ]
            blocks.append(self.listed("interests", "side interest meaning grade source", rows, folded=False))
        found: list[tuple[Any, str, str, Date, Date | None]] = [
            *((one, "partner", one.side, one.presence[0].since, one.presence[-1].until) for one in case.partners),
            *((one, one.kind, "", one.since, one.until) for one in case.institutions),
            *((one, "holder", one.side, one.since, one.until) for one in case.shareholders),
            *((one, "anchor", one.origin, one.registered, None) for one in case.anchors),
        ]
        actors = [
            (
                one.title.get(t.lang),
                t(f"kind.{kind}"),
                self.side(side),
                f"{since} –" if until is None else f"{since} – {until}",
                grade_title(one.grade, t.lang),
                sources(one.source),
                "" if one.note is None else one.note.get(t.lang),
            )
            for one, kind, side, since, until in found
        ]
        return self.section("network", *blocks, self.listed("actors", "actor kind side date grade source note", actors))

    def known(self) -> str:
        """What is known of the park, before any model."""
        case = self.case
        t = self.t
        kind = {"intergovernmental": "known.intergovernmental", "enterprise-led": "known.enterprise_led"}
        first = t(
            kind.get(case.kind, "known.park"),
            park=case.title.get(t.lang),
            home=case.sides.home.title.get(t.lang),
            host=case.sides.host.title.get(t.lang),
            start=str(case.clock.start),
        )
        counts = t(
            "known.casebook",
            observations=len(case.observations),
            events=len(case.events),
            sources=len(case.sources),
            data_end=str(case.clock.data_end),
            compared=len(self.found.rows),
            high=sum(row.observation.grade == "high" for row in self.found.rows),
        )
        latest = [
            t(
                "known.latest_one",
                title=variable_title(name, t.lang),
                value=observed(rows[-1], t.lang, "spoken"),
                date=str(rows[-1].date),
            )
            for name in HEADLINES
            for rows in [case.observed(name)]
            if rows
        ]
        told = [first, counts, *([t("known.latest", values=t("join.clause").join(latest))] if latest else [])]
        return t.sentences(told)

    def side(self, name: str) -> str:
        """A side in words."""
        return text(f"report.side.{name}", self.t.lang) if name else ""

    def timeline(self) -> Section:
        """Events by scale."""
        case = self.case
        t = self.t
        scales = {scale: text(f"analysis.scale.{scale}", t.lang) for scale in SCALES}
        counts = Counter(str(event.scale) for event in case.events)
        named = self.joined([f"{title} {counts[scale]}" for scale, title in scales.items()])
        rows = [
            (
                str(event.date),
                scales[event.scale],
                mechanism_title(event.mechanism, t.lang),
                event.actors(t.lang),
                event.event(t.lang),
                grade_title(event.grade, t.lang),
                sources(event.source),
            )
            for event in sorted(case.events, key=lambda one: one.date.first_day)
        ]
        picture = self.picture(
            "timeline",
            "timeline",
            case,
            alternative=t("timeline.alt", values=named),
            caption=t("timeline.caption", count=len(case.events)),
        )
        table = self.listed("events", "date scale mechanism actors event grade source", rows)
        return self.section("timeline", picture, table)

    def equity(self) -> Section:
        """Who owned the development company, and when."""
        from copark.figures.ledgers import cap_tables, side_shares

        case = self.case
        t = self.t
        told = []
        for one in cap_tables(case):
            held = [f"{self.side(side)} {shares_of(points)}" for side, points in side_shares(one).items() if points]
            told.append(t("equity.since", date=str(one.date), shares=self.joined(held)))
        owners = {name: getattr(case.sides, name).title for name in ("home", "host")}
        owners |= {owner.key: owner.title for owner in case.shareholders}
        names = {UNALLOCATED: self.side("none"), **{key: title.get(t.lang) for key, title in owners.items()}}
        rows = [
            (
                str(cap.date),
                names.get(row.holder) or self.translated(row.holder),
                self.side(row.side),
                shares_of(row.basis_points),
                self.translated(row.basis),
                cap.use,
                grade_title(row.grade, t.lang),
                sources(row.source),
                self.translated(row.note or ""),
            )
            for cap in sorted(case.equity, key=lambda one: one.date.first_day)
            for row in cap.holdings
        ]
        words = t("equity.alt", values=t("join.clause").join(told))
        picture = self.picture("equity", "equity", case, alternative=words, caption=t("equity.caption"))
        table = self.listed("equity", "date holder side share basis use grade source note", rows)
        return self.section("equity", picture, table)

    def weight(self) -> Section:
        """The park's weight in its host city and country."""
        found = self.found
        case = self.case
        t = self.t
        if not case.host_context:
            return self.section("weight", self.text("weight.no_context"))
        weights = weigh(found.ensemble, case.host_context, case.observations)
        told = [words for one in weights if not one.reason for words in self.weighed(one)]
        blocks: list[Block] = [self.text("weight.lead")]
        blocks.append(Bullets(tuple(told)) if told else self.text("weight.nothing"))
        rows = [
            (
                variable_title(one.context.variable, t.lang),
                str(one.context.date),
                quantity(one.context.value, one.context.unit, t.lang, reported=True),
                self.translated(one.context.basis),
                t(f"reason.{one.reason}"),
                sources(one.context.source),
            )
            for one in weights
            if one.reason
        ]
        if rows:
            blocks.append(self.listed("unmatched", "variable date value basis reason source", rows))
        if not dates_of_growth(case.host_context):
            blocks.append(self.text("weight.growth"))
        return self.section("weight", *blocks)

    def weighed(self, one: RelativeSize) -> Iterator[str]:
        """Sentences on one value of the host and what of the park stands beside it."""
        t = self.t
        words = {
            "park": variable_title(one.counterpart, t.lang),
            "date": str(one.context.date),
            "host": variable_title(one.context.variable, t.lang),
        }
        if one.model is not None:
            low, median, high = (percent(share, 2) for share in one.model)
            reach = text("presentation.number.reach", t.lang, low=low, high=high)
            yield t("weight.model_share", band=reach, median=median, **words)
        if one.recorded is not None:
            yield t("weight.record_share", share=percent(one.recorded[1], 2), **words)
        yield t("weight.scope", basis=own_words(one.context.note or one.context.basis, t.lang).rstrip(" .。"))

    def observations(self) -> Section:
        """Every dated value of the park, used or not, with its source."""
        t = self.t
        ordered = sorted(self.case.observations, key=lambda one: (one.variable, one.date.first_day))
        rows = [
            (
                str(one.date),
                observed(one, t.lang),
                self.translated(one.basis),
                text(f"report.role.{one.role}", t.lang),
                one.use,
                grade_title(one.grade, t.lang),
                sources(one.source),
                self.translated(one.note or ""),
            )
            for one in ordered
        ]
        groups = (variable_title(one.variable, t.lang) for one in ordered)
        table = self.listed("observations", "date value basis role use grade source note", rows, groups)
        return self.section("observations", self.text("observations.lead", count=len(rows)), table)

    def parameters(self) -> Section:
        """Every parameter with value, prior, grade and source, and whether the data informed it."""
        known = catalogue().parameters
        own = self.case.parameters
        rows = [self.parameter(variable, own.get(name)) for name, variable in known.items()]
        columns: Columns = "parameter symbol value unit prior origin moved grade source:note"
        return self.section(
            "parameters",
            *map(Paragraph, self.drawn()),
            self.text("parameters.lead", count=len(rows)),
            self.uninformed(),
            self.table("parameters", columns, rows, folded=True),
        )

    def uninformed(self) -> Block:
        """Say how many parameters no data informed: of this park where that is known, else of Great Stone."""
        if self.found.moved is not None:
            words = [word for word in self.found.moved.values() if word != "fixed"]
            return self.caveat("parameters.unmoved_here", unmoved=words.count("unmoved"), drawn=len(words))
        known = catalogue().parameters
        own = self.case.parameters
        words = [variable.moved for name, variable in known.items() if variable.drawn and name not in own]
        return self.caveat("parameters.unmoved", unmoved=words.count("unmoved"), drawn=len(words))

    def drawn(self) -> list[str]:
        """How the parameters of the runs were drawn, where the trust state does not say it all."""
        found = self.found
        t = self.t
        made = found.provenance
        drawn = found.ensemble.sizes.get("parameter", 0)
        if "posterior_pairs" in made:
            pairs = number(int(made["posterior_pairs"]), 0)
            return [t("parameters.posterior", cut=str(made["posterior_cut"]), pairs=pairs, drawn=drawn)]
        if found.trust is not None and found.trust.kind == "unsettled":
            held = sum(one.moved == "moved" for one in catalogue().parameters.values())
            return [t("parameters.uncalibrated", held=held, drawn=drawn)]
        return []

    def parameter(self, variable: Variable, own: Parameter | None) -> tuple[Value, ...]:
        """A parameter of the model, with the case's own value where it has one."""
        t = self.t
        word = variable.moved if self.found.moved is None else self.found.moved.get(variable.name, "")
        moved = MOVED.get(word)
        held = (variable.default, variable.unit, variable.prior, variable.grade, variable.source)
        values, unit, prior, grade, source = (
            held
            if own is None
            else (
                own.values,
                own.unit,
                own.prior,
                own.grade,
                sources(grade_title(key, t.lang) if key == JUDGEMENT else key for key in own.source),
            )
        )
        return (
            variable.title(t.lang),
            variable.symbol,
            ", ".join(map(precise, values)),
            unit_title(unit, t.lang),
            prior_title(prior, t.lang),
            t(f"parameters.{'default' if own is None else 'case'}"),
            t(f"parameters.{moved}") if moved and (variable.drawn or own is not None) else "",
            grade_title(grade, t.lang) if grade else "",
            self.translated(source),
        )

    def limits(self) -> Section:
        """What the report cannot tell."""
        case = self.case
        lang = self.t.lang
        labels = self.found.labels
        after = sum(label > str(case.clock.data_end) for label in labels)
        told = [text(f"report.limits.{key}", lang) for key in ("bands", "interested", "nominal")]
        if 0 < after < len(labels):
            years = number(after / 4.0, 0 if after % 4 == 0 else 1)
            told.append(text("report.limits.far", lang, years=years))
        told += (*notes_of(case, lang), *growth_notes(case, lang))
        graded: tuple[Any, ...] = (
            *case.shareholders,
            *case.institutions,
            *case.finance.credit,
            *case.quota,
            *case.capability,
            *case.partners,
            *case.anchors,
            *case.visits,
            *case.shocks,
            *case.terms,
            *case.land.plan,
            *case.regime.threshold,
            *case.regime.profit_tax,
        )
        count = sum(one.grade == "judgement" or "judgement" in one.source for one in graded)
        if count:
            told.append(text("report.limits.judgement", lang, count=count))
        told += [text(f"report.limits.{key}", lang) for key in ("one_case", "causes")]
        return self.section("limits", Bullets(tuple(told)))

    def status(self) -> Section:
        """Runs by status, and where those that did not finish stopped first."""
        chosen = self.found.ensemble.isel(scenario=0)
        t = self.t
        labels = self.found.labels
        status = chosen["status"].to_numpy()
        rows = []
        for code in map(int, np.unique(status)):
            note = ""
            if code and "status_quarter" in chosen and "status_room" in chosen:
                where = np.flatnonzero(status == code)
                stopped = chosen["status_quarter"].to_numpy()[where]
                first = where[np.argmin(stopped)]
                at = int(stopped.min())
                room = ROOMS[int(chosen["status_room"].to_numpy()[first])]
                quarter = labels[at] if 0 <= at < len(labels) else str(at)
                note = t("status.at", quarter=quarter, room=text(f"database.room.{room}", t.lang))
            words = t(f"status.{code}") if t.has(f"status.{code}") else t("status.other", code=code)
            rows.append((words, int(np.count_nonzero(status == code)), note))
        return self.section("status", self.listed("status", "status runs note", rows, folded=False))


def prior_title(prior: Prior | CasePrior | None, lang: str) -> str:
    """A prior in words."""
    if prior is None or prior.kind == "fixed":
        return text("report.prior.fixed", lang)
    return text(f"report.prior.{prior.kind}", lang, a=precise(prior.a), b=precise(prior.b))
