"""Document of ablations: what matters, what each mechanism and link does, and what forecasts are without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp
from typing import TYPE_CHECKING

from copark.analyses.ablate import Answer
from copark.analyses.ablate.effects import listed
from copark.analyses.contract import Texts, assemble
from copark.analyses.show import AnswerShow, Columns
from copark.labels import join, observable_title, with_unit
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import shown

if TYPE_CHECKING:
    from copark.analyses.ablate.ablations import AblationRow, ScoreChange

OUTPUTS = ("jobs", "registered", "serviced_area", "result_cumulative", "benefit_home", "benefit_host")
"""Outputs of the folded tables, beside operating enterprises and failure."""
DRAWN = (("operating", 0), ("operating", -1), ("result_cumulative", -1))
"""Outputs drawn, and at which of the quarters compared."""
SCORED = ("refitted", "since_cut", "replayed")
READING = ("verdict", "parameters")
READING_SCORES = ("whole", "since", "refit", "noise")
NAMED = 4
"""Mechanisms named in a sentence at most."""
FAILS_MORE = 0.02
"""A rise of P(failed) is told if its interval lies above this."""
LOG = doc.plain(doc.Kind.change, places=2)


def document(answer: Answer, t: Texts) -> doc.Document:
    """Write the answer first: what the park would be without each."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key=f"ablate-{answer.case}",
        title=t("question", park=t.of(answer.park)),
        headline=show.headline(),
        sections=tuple(show.sections()),
        provenance={"seed": answer.settings.seed, "horizon": answer.quarters[-1]},
    )


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.last = answer.quarters[-1]
        self.refitted = [row for row in answer.rows if row.refitted is not None]

    def name(self, row: AblationRow) -> str:
        return self.t.of(row.title)

    def moved(self, row: AblationRow) -> float:
        """Return the median difference of operating enterprises at the last quarter, log points."""
        return row.of("operating", self.last).median

    def by_size(self, rows: Sequence[AblationRow]) -> list[AblationRow]:
        return sorted(rows, key=lambda row: -abs(self.moved(row)))

    def sections(self) -> Iterator[doc.Section]:
        yield self.summary()
        for kind in self.answer.kinds:
            yield self.effects(kind)
        if self.answer.asked:
            yield self.scores()
        yield self.reading()

    def headline(self) -> str:
        t = self.t
        answer = self.answer
        first = self.by_size(answer.rows)[0]
        deadly = self.deadliest()
        sentences = []
        if abs(change := exp(self.moved(first)) - 1.0) >= 0.005:
            share = t(f"headline.{'more' if change > 0.0 else 'fewer'}", share=shown(abs(change), doc.SHARE, t.lang))
            sentences.append(t("headline.matters", title=self.name(first), quarter=self.last, change=share))
        else:
            sentences.append(t("headline.nothing", count=len(answer.rows)))
        if deadly is not None:
            points = self.said(deadly.failed.change, doc.POINTS)
            which = "too" if deadly is first else "failure"
            sentences.append(t(f"headline.{which}", title=self.name(deadly), quarter=self.last, change=points))
        if self.refitted:
            sentences.append(t("headline.scores", worse=len(self.refits("worse")), all=len(self.refitted)))
        return t.sentences(sentences)

    def deadliest(self) -> AblationRow | None:
        rows = [row for row in self.answer.rows if row.failed.low > FAILS_MORE]
        return max(rows, key=lambda row: row.failed.change, default=None)

    def refits(self, verdict: str) -> list[AblationRow]:
        rows = [(row.refitted.ratio, row) for row in self.refitted if row.refitted and row.refitted.verdict == verdict]
        return [row for _, row in sorted(rows, key=lambda entry: -abs(entry[0]))]

    def summary(self) -> doc.Section:
        answer = self.answer
        bullets = doc.Bullets((*self.worked(), *self.scored()))
        lead = self.text("lead", pairs=answer.pairs)
        caveats = self.caveats(answer, caveat=True, prior=not answer.asked)
        return self.section("summary", doc.Cards(tuple(self.cards())), lead, bullets, *caveats)

    def cards(self) -> Iterator[doc.Card]:
        """Show the largest effects, how many have none, and how many the data support."""
        t = self.t
        answer = self.answer
        first = self.by_size(answer.rows)[0]
        deadly = self.deadliest()
        title = t("card.operating", title=self.name(first), quarter=self.last)
        yield doc.Card(title, doc.SHARE, exp(self.moved(first)) - 1.0, t("card.operating.note", pairs=answer.pairs))
        if deadly is not None:
            failed = deadly.failed
            note = t("card.failed.note", interval=shown(doc.Interval(failed.low, failed.high), doc.POINTS, t.lang))
            yield doc.Card(
                t("card.failed", title=self.name(deadly), quarter=self.last), doc.POINTS, failed.change, note
            )
        yield doc.Card(t("card.idle"), doc.COUNT, len(answer.idle()), t("card.idle.note", all=len(answer.rows)))
        if self.refitted:
            worse = len(self.refits("worse"))
            yield doc.Card(t("card.worse"), doc.COUNT, worse, t("card.worse.note", all=len(self.refitted)))

    def listing(self, rows: Sequence[AblationRow]) -> str:
        return join([self.name(row) for row in rows], self.t.lang)

    def worked(self) -> Iterator[str]:
        t = self.t
        for kind in self.answer.kinds:
            rows = self.answer.of_kind(kind)
            largest = [row for row in self.by_size(rows) if row.verdict == "works"][:NAMED]
            deadly = [row for row in rows if row.failed.low > FAILS_MORE]
            deadly = sorted(deadly, key=lambda row: -row.failed.change)[:NAMED]
            if largest:
                items = [t("one", title=self.name(row), change=self.said(self.moved(row), LOG)) for row in largest]
                yield t(f"largest.{kind}", quarter=self.last, which=join(items, t.lang))
            if deadly:
                points = ((self.name(row), self.said(row.failed.change, doc.POINTS)) for row in deadly)
                items = [t("one", title=name, change=change) for name, change in points]
                yield t("deadly", quarter=self.last, which=join(items, t.lang))
            for verdict in ("hardly", "nothing"):
                some = [row for row in rows if row.verdict == verdict]
                if some:
                    yield t(f"{verdict}.{kind}", which=self.listing(some))

    def scored(self) -> Iterator[str]:
        t = self.t
        answer = self.answer
        if self.refitted:
            for verdict in ("worse", "better"):
                some = self.refits(verdict)
                if some:
                    yield t(f"score.{verdict}.which", which=self.listing(some[: 2 * NAMED]))
                else:
                    yield t(f"score.none.{verdict}")
            noise = shown(
                None if answer.noise_refitted is None else 2.0 * answer.noise_refitted, _number("n", 2), t.lang
            )
            yield t("score.alike.count", alike=len(self.refits("alike")), all=len(self.refitted), noise=noise)
        later = [row for row in answer.rows if row.since_cut is not None and row.since_cut.verdict == "worse"]
        if later:
            yield t("score.since", which=self.listing(later), cut=answer.cut)

    def effects(self, kind: str) -> doc.Section:
        from copark.analyses.compare.figures import effect_dots

        t = self.t
        answer = self.answer
        charts = [
            doc.Chart(
                f"{kind}-{name}-{answer.quarters[place]}",
                t("chart.effect", output=observable_title(name, t.lang), quarter=answer.quarters[place]),
                t("alt.effect"),
                lambda name=name, place=place: effect_dots(answer, name, answer.quarters[place], kind, t.lang),  # type: ignore[misc]
                t("caption.effect"),
            )
            for name, place in dict.fromkeys((name, place % len(answer.quarters)) for name, place in DRAWN)
        ]
        lead = [self.text("lead.effect")] if kind == answer.kinds[0] else []
        return self.section(kind, *lead, self.table_of(kind), *charts, self.outputs(kind))

    def table_of(self, kind: str) -> doc.Table:
        t = self.t
        answer = self.answer
        quarters = answer.quarters
        columns: Columns = (
            "off verdict standing",
            *(
                doc.Column(
                    f"operating_{quarter}", t("column.operating", quarter=quarter), doc.Kind.change, "log points", 2
                )
                for quarter in quarters
            ),
            "failed:points",
            "refitted:change:2 refitted_verdict" if self.refitted else "",
        )
        rows = []
        for row in self.by_size(answer.of_kind(kind)):
            failed = row.failed
            cells: list[doc.Value] = [self.name(row), t(f"verdict.{row.verdict}"), self.standing(row)]
            cells += [_middle(row, "operating", quarter) for quarter in quarters]
            cells.append(doc.Interval(failed.low, failed.high, failed.change))
            rows.append(cells + (self.score(row.refitted) if self.refitted else []))
        return self.table(kind, columns, rows)

    def standing(self, row: AblationRow) -> str | None:
        return self.t(f"standing.{row.standing}") if row.standing else None

    def score(self, change: ScoreChange | None) -> list[doc.Value]:
        return [None, None] if change is None else [change.ratio, self.t(f"score.{change.verdict}")]

    def outputs(self, kind: str) -> doc.Table:
        rows = self.by_size(self.answer.of_kind(kind))
        units = {name: rows[0].of(name, self.last).unit for name in OUTPUTS}
        columns = [
            doc.Column(
                name, observable_title(name, self.t.lang), doc.Kind.change, unit, 2 if unit == "log points" else None
            )
            for name, unit in units.items()
        ]
        cells: list[Sequence[doc.Value]] = [
            (self.name(row), *(_middle(row, name, self.last) for name in OUTPUTS)) for row in rows
        ]
        return self.table(OUTPUTS_OF[kind], ("off", *columns), cells, folded=True)

    def scores(self) -> doc.Section:
        t = self.t
        answer = self.answer
        outputs = catalogue().outputs
        whole = [
            (
                with_unit(outputs[name].title(t.lang), outputs[name].unit, t.lang),
                answer.crps.get(name),
                answer.crps_refitted.get(name),
            )
            for name in dict.fromkeys((*answer.crps, *answer.crps_refitted))
        ]
        verdict = t("column.refitted_verdict")
        scored = (column for name in SCORED for column in (f"{name}:change:2", doc.Column(f"{name}_verdict", verdict)))
        rows = [
            (self.name(row), *(cell for name in SCORED for cell in self.score(getattr(row, name))), row.misfit)
            for row in answer.rows
        ]
        heads = "observable crps:number crps_refitted:number"
        return self.section(
            "scores",
            self.text("lead.scores", cut=answer.cut, count=answer.asked),
            self.table("whole", heads, whole),
            self.table("scores", ("off", *scored, "misfit:change:2"), rows),
        )

    def reading(self) -> doc.Section:
        t = self.t
        mechanisms = listed()
        rows = [(self.name(row), t(f"mechanism.{row.key}.off")) for row in self.answer.rows if row.key in mechanisms]
        keys = (*READING, *(READING_SCORES if self.answer.asked else ()))
        blocks: list[doc.Block] = [doc.Bullets(tuple(t(f"reading.{key}") for key in keys))]
        if rows:
            blocks.append(self.table("off", "off off_means:note", rows, folded=True))
        return self.section("reading", *blocks)


OUTPUTS_OF = {"mechanism": "mechanism-outputs", "link": "link-outputs"}
"""Keys of tables of the other outputs, by kind."""


def _number(key: str, places: int) -> doc.Column:
    return doc.Column(key, "", doc.Kind.number, places=places)


def _middle(row: AblationRow, output: str, quarter: str) -> doc.Interval:
    """Return the median of a difference and 90 % of the pairs."""
    difference = row.of(output, quarter)
    return doc.Interval.of(difference)
