"""Document of the case: its actors, events and owners, what is known, assumed and cannot be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analyses.contract import Texts
from copark.analyses.on_record import HEADLINES
from copark.analyses.run import Answer
from copark.analyses.show import AnswerShow, Columns, grouped
from copark.cases.completeness import growth_notes, notes_of
from copark.cases.own_words import own_words
from copark.cases.table_schemas import UNALLOCATED
from copark.cases.types import JUDGEMENT
from copark.labels import grade_title, join, mechanism_title, observed, output_title, variable_title
from copark.model.variables import SUBMODELS, Variable, catalogue
from copark.presentation.document import Block, Bullets, Chart, Evidence, Kind, Paragraph, Section, Table, Value
from copark.presentation.numbers import number, percent, precise, quantity, shares_of, unit_title
from copark.simulation.readouts.coupling import SCALES
from copark.simulation.readouts.observed_vs_model import RelativeSize, dates_of_growth, weigh
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.cases.dates import Date
    from copark.cases.schema import CasePrior, Parameter
    from copark.model.variables import Prior

MOVED = {"moved": "moved", "weakly": "weakly", "unmoved": "not_moved"}
"""Keys of the texts of verdicts on parameters."""
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
    """Write keys of sources as a cell holds them."""
    return "; ".join(keys)


def evidence(answer: Answer, t: Texts) -> tuple[Evidence, ...]:
    """List every source: outlet, title, date, how it was read, note."""
    entries = []
    for key, source in sorted(answer.case.shown_sources.items()):
        note = "" if source.note is None else source.note.text(t.lang)
        parts = (
            own_words(source.outlet, t.lang),
            source.title,
            str(source.date or ""),
            t(f"sources.{source.read}"),
            note,
        )
        entries.append(Evidence(key, t("join.source").join(filter(None, parts)), source.url or ""))
    return tuple(entries)


class AboutCase(AnswerShow[Answer]):
    """Sections on the case, and what all sections have in common."""

    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.case = answer.case

    def title(self, output: str) -> str:
        """Return an output's title."""
        return output_title(self.answer.ensemble, output, self.t.lang)

    def joined(self, parts: Sequence[str]) -> str:
        """Join a list in words."""
        return join(parts, self.t.lang)

    def listed(
        self, key: str, heads: str, rows: Iterable[Sequence[Value]], groups: Iterable[str] = (), *, folded: bool = True
    ) -> Table:
        """Make a table whose columns are known by their keys.

        Parameters
        ----------
        key
            Key of the table.
        heads
            Keys of its columns, separated by spaces.
        rows
            Cells of each row.
        groups
            Name of the group of each row; none by default.
        folded
            Whether the table is folded away.
        """
        columns = (f"{head}:{KINDS.get(head, Kind.text).value}" for head in heads.split())
        return self.table(key, columns, rows, folded=folded, groups=grouped(groups))

    def picture(
        self,
        key: str,
        figure: str,
        *arguments: Any,
        alternative: str,
        caption: str = "",
        title: str = "",
        numbers: Table | None = None,
        wide: bool = True,
    ) -> Chart:
        """Make a chart of a function of :mod:`copark.figures`.

        Parameters
        ----------
        key
            Key of the chart.
        figure
            Name of the function.
        arguments
            Arguments of the function before the language.
        alternative
            Words that stand for the picture; they hold numbers.
        caption
            Words below it; the title by default.
        title
            Title of the chart; that of its key by default.
        numbers
            Table of the numbers drawn.
        wide
            Whether it takes the whole width.
        """
        lang = self.t.lang
        words = title or text(f"report.{key}.title", self.t.lang)

        def draw() -> Figure:
            return getattr(import_module("copark.figures"), figure)(*arguments, lang)

        return Chart(key, words, alternative, draw, caption or words, numbers, wide)

    def network(self) -> Section:
        """Show what the park is, its actors, and what the two governments want."""
        case = self.case
        t = self.t
        counts = {
            "partners": len(case.partners),
            "institutions": len(case.institutions),
            "holders": len(case.shareholders),
            "anchors": len(case.anchors),
        }
        picture = self.picture("network", "network", case, alternative=t("network.alt", **counts))
        blocks: list[Block] = [Paragraph(self.known_facts()), self.text("network.lead"), picture]
        if case.interests:
            rows = [
                (
                    self.side(interest.side),
                    interest.title.text(t.lang),
                    interest.meaning.text(t.lang),
                    grade_title(interest.grade, t.lang),
                    sources(interest.source),
                )
                for interest in case.interests
            ]
            blocks.append(self.listed("interests", "side interest meaning grade source", rows, folded=False))
        parties: list[tuple[Any, str, str, Date, Date | None]] = [
            *(
                (partner, "partner", partner.side, partner.presence[0].since, partner.presence[-1].until)
                for partner in case.partners
            ),
            *(
                (institution, institution.kind, "", institution.since, institution.until)
                for institution in case.institutions
            ),
            *((holder, "holder", holder.side, holder.since, holder.until) for holder in case.shareholders),
            *((anchor, "anchor", anchor.origin, anchor.registered, None) for anchor in case.anchors),
        ]
        actors = [
            (
                party.title.text(t.lang),
                t(f"kind.{kind}"),
                self.side(side),
                f"{since} –" if until is None else f"{since} – {until}",
                grade_title(party.grade, t.lang),
                sources(party.source),
                "" if party.note is None else party.note.text(t.lang),
            )
            for party, kind, side, since, until in parties
        ]
        return self.section("network", *blocks, self.listed("actors", "actor kind side date grade source note", actors))

    def known_facts(self) -> str:
        """Describe what is known of the park, before any model."""
        case = self.case
        t = self.t
        kind = {"intergovernmental": "known.intergovernmental", "enterprise-led": "known.enterprise_led"}
        first = t(
            kind.get(case.kind, "known.park"),
            park=case.title.text(t.lang),
            home=case.sides.home.title.text(t.lang),
            host=case.sides.host.title.text(t.lang),
            start=str(case.clock.start),
        )
        counts = t(
            "known.casebook",
            observations=len(case.observations),
            events=len(case.events),
            sources=len(case.sources),
            data_end=str(case.clock.data_end),
            compared=len(self.answer.rows),
            high=sum(row.observation.grade == "high" for row in self.answer.rows),
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
        sentences = [first, counts, *([t("known.latest", values=t("join.clause").join(latest))] if latest else [])]
        return t.sentences(sentences)

    def side(self, name: str) -> str:
        """Name a side in words."""
        return text(f"report.side.{name}", self.t.lang) if name else ""

    def timeline(self) -> Section:
        """Show the events by scale."""
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
            for event in sorted(case.events, key=lambda event: event.date.first_day)
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
        """Show who owned the development company, and when."""
        from copark.figures.ledgers import cap_tables, side_shares

        case = self.case
        t = self.t
        sentences = []
        for cap_table in cap_tables(case):
            shares = [
                f"{self.side(side)} {shares_of(points)}" for side, points in side_shares(cap_table).items() if points
            ]
            sentences.append(t("equity.since", date=str(cap_table.date), shares=self.joined(shares)))
        owners = {name: getattr(case.sides, name).title for name in ("home", "host")}
        owners |= {owner.key: owner.title for owner in case.shareholders}
        names = {UNALLOCATED: self.side("none"), **{key: title.text(t.lang) for key, title in owners.items()}}
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
            for cap in sorted(case.equity, key=lambda cap_table: cap_table.date.first_day)
            for row in cap.holdings
        ]
        words = t("equity.alt", values=t("join.clause").join(sentences))
        picture = self.picture("equity", "equity", case, alternative=words, caption=t("equity.caption"))
        table = self.listed("equity", "date holder side share basis use grade source note", rows)
        return self.section("equity", picture, table)

    def weight(self) -> Section:
        """Show the park's weight in its host city and country."""
        answer = self.answer
        case = self.case
        t = self.t
        if not case.host_context:
            return self.section("weight", self.text("weight.no_context"))
        weights = weigh(answer.ensemble, case.host_context, case.observations)
        sentences = [words for size in weights if not size.reason for words in self.weighed(size)]
        blocks: list[Block] = [self.text("weight.lead")]
        blocks.append(Bullets(tuple(sentences)) if sentences else self.text("weight.nothing"))
        rows = [
            (
                variable_title(size.context.variable, t.lang),
                str(size.context.date),
                quantity(size.context.value, size.context.unit, t.lang, reported=True),
                self.translated(size.context.basis),
                t(f"reason.{size.reason}"),
                sources(size.context.source),
            )
            for size in weights
            if size.reason
        ]
        if rows:
            blocks.append(self.listed("unmatched", "variable date value basis reason source", rows))
        if not dates_of_growth(case.host_context):
            blocks.append(self.text("weight.growth"))
        return self.section("weight", *blocks)

    def weighed(self, size: RelativeSize) -> Iterator[str]:
        """Write sentences on one value of the host and what of the park stands beside it."""
        t = self.t
        words = {
            "park": variable_title(size.counterpart, t.lang),
            "date": str(size.context.date),
            "host": variable_title(size.context.variable, t.lang),
        }
        if size.model is not None:
            low, median, high = (percent(share, 2) for share in size.model)
            reach = text("presentation.number.reach", t.lang, low=low, high=high)
            yield t("weight.model_share", band=reach, median=median, **words)
        if size.recorded is not None:
            yield t("weight.record_share", share=percent(size.recorded[1], 2), **words)
        yield t("weight.scope", basis=own_words(size.context.note or size.context.basis, t.lang).rstrip(" .。"))

    def observations(self) -> Section:
        """Show every dated value of the park, used or not, with its source."""
        t = self.t
        ordered = sorted(
            self.case.observations, key=lambda observation: (observation.variable, observation.date.first_day)
        )
        rows = [
            (
                str(observation.date),
                observed(observation, t.lang),
                self.translated(observation.basis),
                text(f"report.role.{observation.role}", t.lang),
                observation.use,
                grade_title(observation.grade, t.lang),
                sources(observation.source),
                self.translated(observation.note or ""),
            )
            for observation in ordered
        ]
        groups = (variable_title(observation.variable, t.lang) for observation in ordered)
        table = self.listed("observations", "date value basis role use grade source note", rows, groups)
        return self.section("observations", self.text("observations.lead", count=len(rows)), table)

    def parameters(self) -> Section:
        """Show every parameter with value, prior, grade and source, and whether the data informed it."""
        variables = catalogue().parameters
        case_parameters = self.case.parameters
        rows = [self.parameter(variable, case_parameters.get(name)) for name, variable in variables.items()]
        columns: Columns = "parameter symbol value unit prior origin moved grade source:note"
        return self.section(
            "parameters",
            *map(Paragraph, self.drawn()),
            self.text("parameters.lead", count=len(rows)),
            self.uninformed(),
            self.table("parameters", columns, rows, folded=True),
        )

    def uninformed(self) -> Block:
        """Describe how many parameters no data informed: of this park where that is known, else of Great Stone."""
        if self.answer.moved is not None:
            words = [word for word in self.answer.moved.values() if word != "fixed"]
            return self.caveat("parameters.unmoved_here", unmoved=words.count("unmoved"), drawn=len(words))
        variables = catalogue().parameters
        case_parameters = self.case.parameters
        words = [
            variable.moved for name, variable in variables.items() if variable.drawn and name not in case_parameters
        ]
        return self.caveat("parameters.unmoved", unmoved=words.count("unmoved"), drawn=len(words))

    def drawn(self) -> list[str]:
        """Describe how the parameters of the runs were drawn, where the trust state does not say it all."""
        answer = self.answer
        t = self.t
        provenance = answer.provenance
        drawn = answer.ensemble.sizes.get("parameter", 0)
        if "posterior_pairs" in provenance:
            pairs = number(int(provenance["posterior_pairs"]), 0)
            return [t("parameters.posterior", cut=str(provenance["posterior_cut"]), pairs=pairs, drawn=drawn)]
        if answer.trust is not None and answer.trust.kind == "unsettled":
            informed = sum(variable.moved == "moved" for variable in catalogue().parameters.values())
            return [t("parameters.uncalibrated", held=informed, drawn=drawn)]
        return []

    def parameter(self, variable: Variable, own: Parameter | None) -> tuple[Value, ...]:
        """Write a parameter of the model, with the case's own value where it has one."""
        t = self.t
        word = variable.moved if self.answer.moved is None else self.answer.moved.get(variable.name, "")
        moved = MOVED.get(word)
        defaults = (variable.default, variable.unit, variable.prior, variable.grade, variable.source)
        values, unit, prior, grade, source = (
            defaults
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
        """Describe what the report cannot tell."""
        case = self.case
        lang = self.t.lang
        labels = self.answer.labels
        after = sum(label > str(case.clock.data_end) for label in labels)
        sentences = [text(f"report.limits.{key}", lang) for key in ("bands", "interested", "nominal")]
        if 0 < after < len(labels):
            years = number(after / 4.0, 0 if after % 4 == 0 else 1)
            sentences.append(text("report.limits.far", lang, years=years))
        sentences += (*notes_of(case, lang), *growth_notes(case, lang))
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
            *case.land.lots,
            *case.regime.threshold,
            *case.regime.profit_tax,
        )
        count = sum(entry.grade == "judgement" or "judgement" in entry.source for entry in graded)
        if count:
            sentences.append(text("report.limits.judgement", lang, count=count))
        sentences += [text(f"report.limits.{key}", lang) for key in ("one_case", "causes")]
        return self.section("limits", Bullets(tuple(sentences)))

    def status(self) -> Section:
        """Count runs by status, and say where those that did not finish stopped first."""
        chosen = self.answer.ensemble.isel(scenario=0)
        t = self.t
        labels = self.answer.labels
        status = chosen["status"].to_numpy()
        rows = []
        for code in map(int, np.unique(status)):
            note = ""
            if code and "status_quarter" in chosen and "status_room" in chosen:
                where = np.flatnonzero(status == code)
                stopped = chosen["status_quarter"].to_numpy()[where]
                first = where[np.argmin(stopped)]
                quarter_index = int(stopped.min())
                submodel = SUBMODELS[int(chosen["status_room"].to_numpy()[first])]
                quarter = labels[quarter_index] if 0 <= quarter_index < len(labels) else str(quarter_index)
                note = t("status.at", quarter=quarter, submodel=text(f"database.submodel.{submodel}", t.lang))
            words = t(f"status.{code}") if t.has(f"status.{code}") else t("status.other", code=code)
            rows.append((words, int(np.count_nonzero(status == code)), note))
        return self.section("status", self.listed("status", "status runs note", rows, folded=False))


def prior_title(prior: Prior | CasePrior | None, lang: str) -> str:
    """Write a prior in words."""
    if prior is None or prior.kind == "fixed":
        return text("report.prior.fixed", lang)
    return text(f"report.prior.{prior.kind}", lang, a=precise(prior.a), b=precise(prior.b))
