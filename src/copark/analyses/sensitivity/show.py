"""Report of the sensitivity analysis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analyses.contract import Texts, assemble
from copark.analyses.sensitivity import Answer
from copark.analyses.show import AnswerShow, Columns
from copark.labels import DUMMY, join, marked, named
from copark.model.outcomes import ENDED, GOOD
from copark.presentation import document as doc
from copark.presentation.numbers import number

if TYPE_CHECKING:
    from copark.analyses.sensitivity.exploration import GivenSet
    from copark.analyses.sensitivity.samples import Readout

SEEN = ("operating-20", f"{GOOD.key}-20", f"{ENDED.key}-20", "result_cumulative-20")
"""Outputs whose tables of samples at hand are not folded away; indices are drawn for all."""
FIRST = "operating-20"
"""The output the answer begins with."""
MOST = 15
"""Rows of a table beside a chart; the tables of all numbers have all."""
NAMED = 3
"""Factors named in a sentence at most."""
READING = ("prior", "total", "dummy", "common", "mean", "moved", "replicates")
"""Keys of the sentences on how to read the tables."""
SHARE = doc.plain(doc.Kind.number, places=2)
"""Format of an index."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Write the document of the sensitivity analysis, what matters first."""
    show = _Show(answer, t)
    settings = answer.settings
    provenance = {
        "over": t(f"over.{settings.over}"),
        "fixed": settings.fixed,
        "size": settings.size,
        "replicates": settings.replicates,
        "sample": settings.sample,
        "seed": settings.seed,
    }
    return assemble(
        answer,
        t,
        key=f"sensitivity-{answer.case}",
        title=t("question", park=t.of(answer.park)),
        headline=show.headline(),
        sections=tuple(show.sections()),
        provenance=provenance,
    )


def _first(values: Any, most: int | None = None) -> list[int]:
    """Return the positions of the largest values, the largest first."""
    return [int(n) for n in np.argsort(-np.asarray(values), kind="stable")[:most]]


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.factors = (*answer.names, DUMMY)

    def table(
        self,
        key: str,
        columns: Columns,
        rows: Iterable[Sequence[doc.Value]],
        *,
        folded: bool = False,
        groups: tuple[tuple[str, int], ...] = (),
    ) -> doc.Table:
        """Make a table; what data did to a parameter is left out where no data were compared with it.

        Parameters
        ----------
        key
            Key of the table.
        columns
            Columns, as :meth:`Show.columns` reads them.
        rows
            A value for each column, also for one that is left out.
        folded
            True to fold the table away.
        groups
            Heads of groups of rows, and the rows of each.
        """
        every_column = self.columns(columns)
        positions = [n for n, column in enumerate(every_column) if column.key != "moved" or self.answer.moved]
        shown_rows = ([row[n] for n in positions] for row in rows)
        return super().table(key, [every_column[n] for n in positions], shown_rows, folded=folded, groups=groups)

    def sections(self) -> Iterator[doc.Section]:
        """Return the sections in their order; those of methods not asked for are left out."""
        answer = self.answer
        yield self.summary()
        if answer.indices:
            yield self.sobol()
        if answer.given:
            yield self.given()
        yield self.section("reading", doc.Bullets(tuple(self.t(f"reading.{key}") for key in READING)))

    def leading(self) -> tuple[Readout, list[tuple[str, float]], str] | None:
        if (first := next(self.ranked(), None)) is None:
            return None
        method, readouts, names, values = first
        position = next((n for n, readout in enumerate(readouts) if readout.key == FIRST), 0)
        size, clear = values[position]
        factors = [(names[n], float(size[n])) for n in _first(size[: len(names)]) if bool(clear[n])]
        return readouts[position], factors, method

    def ranked(self) -> Iterator[tuple[str, Sequence[Readout], Sequence[str], list[tuple[Any, Any]]]]:
        """Return by method, the surest first, outputs, factors, and by output the size of each and if it is clear."""
        answer = self.answer
        if answer.indices:
            yield (
                "sobol",
                answer.readouts,
                answer.names,
                [(indices.total, indices.total_clear) for indices in answer.indices],
            )
        for given_set in sorted(answer.given, key=lambda given_set: given_set.kind != "posterior"):
            sizes = [(reading.first, reading.first_clear) for reading in given_set.found]
            yield f"given.{given_set.kind}", given_set.readouts, given_set.names, sizes

    def headline(self) -> str:
        t = self.t
        sentences = []
        leading = self.leading()
        if leading is not None:
            readout, factors, method = leading
            if factors:
                first = [t("title_of", title=named(name, t.lang)) for name, _ in factors[:NAMED]]
                sentences.append(t(f"headline.{method}", readout=readout.title(t.lang), which=join(first, t.lang)))
            else:
                sentences.append(t("headline.nothing", readout=readout.title(t.lang)))
        return t.sentences(sentences)

    def cards(self) -> Iterator[doc.Card]:
        t = self.t
        leading = self.leading()
        if leading is None:
            return
        readout, factors, method = leading
        for name, share in factors[:NAMED]:
            yield doc.Card(named(name, t.lang), SHARE, share, t(f"card.{method}", readout=readout.title(t.lang)))
        note = t("card.clear.note", all=len(self.answer.names), readout=readout.title(t.lang))
        yield doc.Card(t("card.clear"), doc.COUNT, len(factors), note)

    def summary(self) -> doc.Section:
        answer = self.answer
        blocks: list[doc.Block] = []
        if cards := tuple(self.cards()):
            blocks.append(doc.Cards(cards))
        blocks.append(self.text("lead"))
        if answer.indices:
            blocks.append(self.text(f"summary.sobol.{answer.settings.over}"))
            blocks.append(doc.Bullets(tuple(self.drivers(n) for n in range(len(answer.readouts)))))
            if leaning := self.leaning():
                blocks.append(doc.Caveat(leaning))
        for given_set in answer.given:
            if given_set.kind == "posterior" or not answer.indices:
                blocks.append(self.text(f"summary.given.{given_set.kind}"))
                blocks.append(doc.Bullets(tuple(self.leaders(given_set, n) for n in range(len(given_set.readouts)))))
        return self.section("summary", *blocks, *self.caveats(answer, caveat=True))

    def drivers(self, position: int) -> str:
        """Describe what one output depends on by total index: the clear factors, largest first."""
        t = self.t
        answer = self.answer
        indices = self.answer.indices[position]
        readout = answer.readouts[position].title(t.lang)
        names = answer.names
        clear = [n for n in _first(indices.total[: len(names)]) if bool(indices.total_clear[n])]
        if not clear:
            return t("drivers.none", readout=readout)
        drivers = [
            t(
                "drivers.one",
                title=marked(names[n], answer.moved, t.lang),
                total=self.said(float(indices.total[n]), SHARE),
                low=self.said(float(indices.total_low[n]), SHARE),
                high=self.said(float(indices.total_high[n]), SHARE),
            )
            for n in clear[:NAMED]
        ]
        return t(
            "drivers.some",
            readout=readout,
            drivers=join(drivers, t.lang),
            rest=len(names) - len(clear),
            count=len(names),
            dummy=self.said(float(indices.total[-1]), SHARE),
        )

    def leaders(self, given_set: GivenSet, position: int) -> str:
        t = self.t
        reading = given_set.found[position]
        readout = given_set.readouts[position].title(self.t.lang)
        clear = [n for n in _first(reading.first) if bool(reading.first_clear[n])]
        if not clear:
            return t("drivers.sample_none", readout=readout)
        drivers = [
            t(
                "drivers.given",
                title=marked(given_set.names[n], self.answer.moved, t.lang),
                share=self.said(float(reading.first[n]), SHARE),
                error=self.said(float(reading.first_error[n]), SHARE),
            )
            for n in clear[:NAMED]
        ]
        return t(
            "drivers.sample",
            readout=readout,
            drivers=join(drivers, t.lang),
            rest=len(given_set.names) - len(clear),
            count=len(given_set.names),
        )

    def leaning(self, most: int = 5) -> str:
        """Describe which of the parameters that matter the data did not inform; empty where there is none."""
        t = self.t
        answer = self.answer
        scores = {
            name: max(float(indices.total[n]) for indices in answer.indices)
            for n, name in enumerate(answer.names)
            if answer.moved.get(name) == "unmoved" and any(bool(indices.total_clear[n]) for indices in answer.indices)
        }
        if not scores:
            return "" if answer.moved else t("leaning.unknown")
        first = sorted(scores, key=lambda name: -scores[name])[:most]
        return t("leaning.some", count=len(scores), which=join([named(name, t.lang) for name in first], t.lang))

    def informed(self, name: str) -> str | None:
        return self.t(f"moved.{self.answer.moved[name]}") if name in self.answer.moved else None

    def sobol(self) -> doc.Section:
        from copark.analyses.compare.figures import sobol_bars

        t = self.t
        answer = self.answer
        charts = [
            doc.Chart(
                f"sobol-{readout.key}",
                t("chart.sobol", readout=readout.title(t.lang)),
                t("desc.sobol"),
                partial(sobol_bars, answer, n, t.lang),
                t("caption.marks"),
                self.indices_of(n),
            )
            for n, readout in enumerate(answer.readouts)
        ]
        lead = self.text("lead.sobol", rows=answer.settings.size, replicates=answer.settings.replicates)
        lost = max(answer.settings.size - indices.rows for indices in answer.indices)
        caveats = [self.caveat("lost", rows=lost)] if lost else []
        return self.section("sobol", lead, self.overview(), *charts, *caveats)

    def overview(self) -> doc.Table:
        """Show total indices of all outputs side by side; none where a factor is not told from the dummy."""
        answer = self.answer
        totals = np.stack([indices.total for indices in answer.indices], axis=1)
        clear = np.stack([indices.total_clear for indices in answer.indices], axis=1)
        largest = np.where(clear, totals, 0.0).max(axis=1)
        order = [n for n in _first(largest[:-1]) if clear[n].any()]
        rows: list[Sequence[doc.Value]] = [
            (
                named(answer.names[n], self.t.lang),
                *(float(value) if sure else None for value, sure in zip(totals[n], clear[n], strict=True)),
                self.informed(answer.names[n]),
            )
            for n in order
        ]
        rows.append((named(DUMMY, self.t.lang), *map(float, totals[-1]), None))
        columns: Columns = (
            "factor",
            *(
                doc.Column(
                    readout.key, self.t(f"brief.{readout.output}", quarter=readout.quarter), doc.Kind.number, places=2
                )
                for readout in answer.readouts
            ),
            "moved",
        )
        return self.table("overview", columns, rows)

    def readout_table(
        self,
        key: str,
        readout: Readout,
        columns: Sequence[doc.Column],
        rows: Sequence[Sequence[doc.Value]],
        *,
        folded: bool = False,
    ) -> doc.Table:
        """Make a table of one read-out, under its title.

        Parameters
        ----------
        key
            Key of the table.
        readout
            The read-out.
        columns
            The columns.
        rows
            A value for each column.
        folded
            True to fold the table away.
        """
        return doc.Table(key, readout.title(self.t.lang), tuple(columns), tuple(map(tuple, rows)), folded=folded)

    def indices_of(self, position: int) -> doc.Table:
        indices = self.answer.indices[position]
        columns = self.columns("factor first:number:2 first_clear:flag total:number:2 total_clear:flag moved")
        rows: list[Sequence[doc.Value]] = [
            (
                named(self.factors[n], self.t.lang),
                doc.Interval(float(indices.first_low[n]), float(indices.first_high[n]), float(indices.first[n])),
                bool(indices.first_clear[n]),
                doc.Interval(float(indices.total_low[n]), float(indices.total_high[n]), float(indices.total[n])),
                bool(indices.total_clear[n]),
                self.informed(self.factors[n]),
            )
            for n in [*_first(indices.total[:-1], MOST), len(self.factors) - 1]
        ]
        return self.readout_table(
            f"sobol-{self.answer.readouts[position].key}", self.answer.readouts[position], columns, rows
        )

    def given(self) -> doc.Section:
        """Show what samples at hand tell: of the prior, and of the forecast."""
        answer = self.answer
        blocks: list[doc.Block] = [self.text("lead.given")]
        for given_set in answer.given:
            counts = {"runs": number(given_set.runs, 0), "replicates": given_set.replicates}
            blocks.append(self.text(f"given.{given_set.kind}", quarter=given_set.readouts[0].quarter, **counts))
            if given_set.kind == "posterior":
                blocks.append(self.caveat("given.posterior.caveat"))
            blocks += [
                self.given_of(given_set, n, folded=readout.key not in SEEN)
                for n, readout in enumerate(given_set.readouts)
            ]
        return self.section("given", *blocks)

    def given_of(self, given_set: GivenSet, position: int, *, folded: bool = False) -> doc.Table:
        """Tabulate the indices of one read-out that given runs tell, with those of a dummy in the last row.

        Parameters
        ----------
        given_set
            Runs that were given and what was read of them.
        position
            Place of the read-out among theirs.
        folded
            True to fold the table away.
        """
        reading = given_set.found[position]
        readout = given_set.readouts[position]
        columns = self.columns("factor share:number:3 total_clear:flag pawn:number:3 pawn_clear:flag moved")
        rows: list[Sequence[doc.Value]] = [
            (
                named(given_set.names[n], self.t.lang),
                _around(reading.first[n], reading.first_error[n]),
                bool(reading.first_clear[n]),
                _around(reading.pawn[n], reading.pawn_error[n]),
                bool(reading.pawn_clear[n]),
                self.informed(given_set.names[n]),
            )
            for n in _first(reading.first, MOST)
        ]
        rows.append((named(DUMMY, self.t.lang), reading.first_floor, None, reading.pawn_floor, None, None))
        return self.readout_table(f"given-{given_set.kind}-{readout.key}", readout, columns, rows, folded=folded)


def _around(value: Any, error: Any) -> doc.Interval:
    return doc.Interval(float(value - error), float(value + error), float(value))
