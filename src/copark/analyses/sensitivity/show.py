"""Report of the sensitivity analysis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analyses.contract import Texts, assemble
from copark.analyses.sensitivity import Answer
from copark.analyses.show import Columns, Show
from copark.labels import DUMMY, join, marked, named
from copark.presentation import document as doc
from copark.presentation.numbers import number

if TYPE_CHECKING:
    from copark.analyses.sensitivity.exploration import GivenSet
    from copark.analyses.sensitivity.samples import Readout

SEEN = ("operating-20", "failed-20", "result_cumulative-20")
"""Outputs whose tables of samples at hand are not folded away; indices are drawn for all."""
FIRST = "operating-20"
"""The output the answer begins with."""
MOST = 15
"""Rows of a table beside a chart; the tables of all numbers have all."""
NAMED = 3
"""Factors named in a sentence at most."""
READING = ("prior", "total", "dummy", "common", "mean", "moved", "replicates")
SHARE = doc.plain(doc.Kind.number, places=2)


def document(found: Answer, t: Texts) -> doc.Document:
    """The answer first: what matters."""
    show = _Show(found, t)
    settings = found.settings
    made = {
        "over": t(f"over.{settings.over}"),
        "size": settings.size,
        "replicates": settings.replicates,
        "sample": settings.sample,
        "seed": settings.seed,
    }
    return assemble(
        found,
        t,
        key=f"sensitivity-{found.case}",
        title=t("question", park=t.of(found.park)),
        headline=show.headline(),
        sections=tuple(show.sections()),
        provenance=made,
    )


def _first(values: Any, most: int | None = None) -> list[int]:
    """Places of the largest values, the largest first."""
    return [int(n) for n in np.argsort(-np.asarray(values), kind="stable")[:most]]


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.named = (*found.names, DUMMY)

    def table(
        self,
        key: str,
        columns: Columns,
        rows: Iterable[Sequence[doc.Value]],
        *,
        folded: bool = False,
        groups: tuple[tuple[str, int], ...] = (),
    ) -> doc.Table:
        """A table; what data did to a parameter is left out where no data were compared with it."""
        made = self.columns(columns)
        kept = [n for n, one in enumerate(made) if one.key != "moved" or self.found.moved]
        some = ([row[n] for n in kept] for row in rows)
        return super().table(key, [made[n] for n in kept], some, folded=folded, groups=groups)

    def sections(self) -> Iterator[doc.Section]:
        """The sections in their order; those of methods not asked for are left out."""
        found = self.found
        yield self.summary()
        if found.indices:
            yield self.sobol()
        if found.given:
            yield self.given()
        yield self.section("reading", doc.Bullets(tuple(self.t(f"reading.{key}") for key in READING)))

    def leading(self) -> tuple[Readout, list[tuple[str, float]], str] | None:
        if (first := next(self.ranked(), None)) is None:
            return None
        method, readouts, names, values = first
        at = next((n for n, one in enumerate(readouts) if one.key == FIRST), 0)
        size, clear = values[at]
        factors = [(names[n], float(size[n])) for n in _first(size[: len(names)]) if bool(clear[n])]
        return readouts[at], factors, method

    def ranked(self) -> Iterator[tuple[str, Sequence[Readout], Sequence[str], list[tuple[Any, Any]]]]:
        """By method, the surest first: outputs, factors, and by output the size of each and whether it is clear."""
        found = self.found
        if found.indices:
            yield "sobol", found.readouts, found.names, [(one.total, one.total_clear) for one in found.indices]
        for kept in sorted(found.given, key=lambda one: one.kind != "posterior"):
            sizes = [(one.first, one.first_clear) for one in kept.found]
            yield f"given.{kept.kind}", kept.readouts, kept.names, sizes

    def headline(self) -> str:
        t = self.t
        told = []
        leading = self.leading()
        if leading is not None:
            readout, factors, method = leading
            if factors:
                first = [t("title_of", title=named(name, t.lang)) for name, _ in factors[:NAMED]]
                told.append(t(f"headline.{method}", readout=readout.title(t.lang), which=join(first, t.lang)))
            else:
                told.append(t("headline.nothing", readout=readout.title(t.lang)))
        return t.sentences(told)

    def cards(self) -> Iterator[doc.Card]:
        t = self.t
        leading = self.leading()
        if leading is None:
            return
        readout, factors, method = leading
        for name, share in factors[:NAMED]:
            yield doc.Card(named(name, t.lang), SHARE, share, t(f"card.{method}", readout=readout.title(t.lang)))
        yield doc.Card(t("card.clear"), doc.COUNT, len(factors), t("card.clear.note", all=len(self.found.names)))

    def summary(self) -> doc.Section:
        found = self.found
        blocks: list[doc.Block] = []
        if cards := tuple(self.cards()):
            blocks.append(doc.Cards(cards))
        blocks.append(self.text("lead"))
        if found.indices:
            blocks.append(self.text(f"summary.sobol.{found.settings.over}"))
            blocks.append(doc.Bullets(tuple(self.drivers(n) for n in range(len(found.readouts)))))
            if leaning := self.leaning():
                blocks.append(doc.Caveat(leaning))
        for kept in found.given:
            if kept.kind == "posterior" or not found.indices:
                blocks.append(self.text(f"summary.given.{kept.kind}"))
                blocks.append(doc.Bullets(tuple(self.leaders(kept, n) for n in range(len(kept.readouts)))))
        return self.section("summary", *blocks, *self.doubts(found, caveat=True))

    def drivers(self, at: int) -> str:
        """What one output depends on by total index: the clear factors, largest first."""
        t = self.t
        found = self.found
        one = self.found.indices[at]
        readout = found.readouts[at].title(t.lang)
        names = found.names
        clear = [n for n in _first(one.total[: len(names)]) if bool(one.total_clear[n])]
        if not clear:
            return t("drivers.none", readout=readout)
        told = [
            t(
                "drivers.one",
                title=marked(names[n], found.moved, t.lang),
                total=self.said(float(one.total[n]), SHARE),
                low=self.said(float(one.total_low[n]), SHARE),
                high=self.said(float(one.total_high[n]), SHARE),
            )
            for n in clear[:NAMED]
        ]
        return t(
            "drivers.some",
            readout=readout,
            drivers=join(told, t.lang),
            rest=len(names) - len(clear),
            count=len(names),
            dummy=self.said(float(one.total[-1]), SHARE),
        )

    def leaders(self, kept: GivenSet, at: int) -> str:
        t = self.t
        one = kept.found[at]
        readout = kept.readouts[at].title(self.t.lang)
        clear = [n for n in _first(one.first) if bool(one.first_clear[n])]
        if not clear:
            return t("drivers.sample_none", readout=readout)
        told = [
            t(
                "drivers.given",
                title=marked(kept.names[n], self.found.moved, t.lang),
                share=self.said(float(one.first[n]), SHARE),
                error=self.said(float(one.first_error[n]), SHARE),
            )
            for n in clear[:NAMED]
        ]
        return t(
            "drivers.sample",
            readout=readout,
            drivers=join(told, t.lang),
            rest=len(kept.names) - len(clear),
            count=len(kept.names),
        )

    def leaning(self, most: int = 5) -> str:
        """Which of the parameters that matter the data did not inform; empty where there is none."""
        t = self.t
        found = self.found
        scores = {
            name: max(float(one.total[n]) for one in found.indices)
            for n, name in enumerate(found.names)
            if found.moved.get(name) == "unmoved" and any(bool(one.total_clear[n]) for one in found.indices)
        }
        if not scores:
            return "" if found.moved else t("leaning.unknown")
        first = sorted(scores, key=lambda name: -scores[name])[:most]
        return t("leaning.some", count=len(scores), which=join([named(one, t.lang) for one in first], t.lang))

    def informed(self, name: str) -> str | None:
        return self.t(f"moved.{self.found.moved[name]}") if name in self.found.moved else None

    def sobol(self) -> doc.Section:
        from copark.analyses.compare.figures import sobol_bars

        t = self.t
        found = self.found
        charts = [
            doc.Chart(
                f"sobol-{one.key}",
                t("chart.sobol", readout=one.title(t.lang)),
                t("desc.sobol"),
                partial(sobol_bars, found, n, t.lang),
                t("caption.marks"),
                self.indices_of(n),
            )
            for n, one in enumerate(found.readouts)
        ]
        lead = self.text("lead.sobol", rows=found.settings.size, replicates=found.settings.replicates)
        lost = max(found.settings.size - one.rows for one in found.indices)
        caveats = [self.caveat("lost", rows=lost)] if lost else []
        return self.section("sobol", lead, self.overview(), *charts, *caveats)

    def overview(self) -> doc.Table:
        """Total indices of all outputs side by side; none where a factor is not told from the dummy."""
        found = self.found
        totals = np.stack([one.total for one in found.indices], axis=1)
        clear = np.stack([one.total_clear for one in found.indices], axis=1)
        largest = np.where(clear, totals, 0.0).max(axis=1)
        order = [n for n in _first(largest[:-1]) if clear[n].any()]
        rows: list[Sequence[doc.Value]] = [
            (
                named(found.names[n], self.t.lang),
                *(float(value) if sure else None for value, sure in zip(totals[n], clear[n], strict=True)),
                self.informed(found.names[n]),
            )
            for n in order
        ]
        rows.append((named(DUMMY, self.t.lang), *map(float, totals[-1]), None))
        columns: Columns = (
            "factor",
            *(
                doc.Column(one.key, self.t(f"brief.{one.output}", quarter=one.quarter), doc.Kind.number, places=2)
                for one in found.readouts
            ),
            "moved",
        )
        return self.table("overview", columns, rows)

    def beside(
        self,
        key: str,
        readout: Readout,
        columns: Sequence[doc.Column],
        rows: Sequence[Sequence[doc.Value]],
        *,
        folded: bool = False,
    ) -> doc.Table:
        return doc.Table(key, readout.title(self.t.lang), tuple(columns), tuple(map(tuple, rows)), folded=folded)

    def indices_of(self, at: int) -> doc.Table:
        one = self.found.indices[at]
        columns = self.columns("factor first:number:2 first_clear:flag total:number:2 total_clear:flag moved")
        rows: list[Sequence[doc.Value]] = [
            (
                named(self.named[n], self.t.lang),
                doc.Interval(float(one.first_low[n]), float(one.first_high[n]), float(one.first[n])),
                bool(one.first_clear[n]),
                doc.Interval(float(one.total_low[n]), float(one.total_high[n]), float(one.total[n])),
                bool(one.total_clear[n]),
                self.informed(self.named[n]),
            )
            for n in [*_first(one.total[:-1], MOST), len(self.named) - 1]
        ]
        return self.beside(f"sobol-{self.found.readouts[at].key}", self.found.readouts[at], columns, rows)

    def given(self) -> doc.Section:
        """What samples at hand tell: of the prior, and of the forecast."""
        found = self.found
        blocks: list[doc.Block] = [self.text("lead.given")]
        for kept in found.given:
            counts = {"runs": number(kept.runs, 0), "replicates": kept.replicates}
            blocks.append(self.text(f"given.{kept.kind}", quarter=kept.readouts[0].quarter, **counts))
            if kept.kind == "posterior":
                blocks.append(self.caveat("given.posterior.caveat"))
            blocks += [self.given_of(kept, n, folded=one.key not in SEEN) for n, one in enumerate(kept.readouts)]
        return self.section("given", *blocks)

    def given_of(self, kept: GivenSet, at: int, *, folded: bool = False) -> doc.Table:
        one = kept.found[at]
        readout = kept.readouts[at]
        columns = self.columns("factor share:number:3 total_clear:flag pawn:number:3 pawn_clear:flag moved")
        rows: list[Sequence[doc.Value]] = [
            (
                named(kept.names[n], self.t.lang),
                _around(one.first[n], one.first_error[n]),
                bool(one.first_clear[n]),
                _around(one.pawn[n], one.pawn_error[n]),
                bool(one.pawn_clear[n]),
                self.informed(kept.names[n]),
            )
            for n in _first(one.first, MOST)
        ]
        rows.append((named(DUMMY, self.t.lang), one.first_floor, None, one.pawn_floor, None, None))
        return self.beside(f"given-{kept.kind}-{readout.key}", readout, columns, rows, folded=folded)


def _around(value: Any, error: Any) -> doc.Interval:
    return doc.Interval(float(value - error), float(value + error), float(value))
