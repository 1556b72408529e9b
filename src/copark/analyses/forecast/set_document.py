"""Document of a set of frozen forecasts: what was forecast, from what, under which hash, and how it is scored."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import get_args

import numpy as np

from copark.analyses.contract import Texts, assemble
from copark.analyses.forecast.frozen_set import FrozenForecasts, FrozenPark
from copark.analyses.show import AnswerShow, Columns, interval, value_column
from copark.calibration.forecast import OBSERVABLES
from copark.calibration.frozen_sets import MANIFEST, TABLE
from copark.cases.observed_variables import SERIES
from copark.cases.table_schemas import Bound
from copark.labels import join, observable_title, titled
from copark.presentation import document as doc
from copark.presentation.numbers import number

SHOWN_FIRST = ("registered", "operating", "jobs")
"""Observables of the table of all parks."""
EXAMPLE = (
    ("example-park", "2027-12-31", "registered", "120", "", "exact", "companies", "end of year", "medium"),
    ("example-park", "2027-12-31", "jobs", "15000", "", "more-than", "persons", "end of year", "low"),
    ("other-example", "2027", "profit", "30", "", "about", "M USD/yr", "annual", "medium"),
)
"""Invented rows of a table of later observations, from the park to the grade."""
EXAMPLE_END = ("invented-source", "yes", "score", "")
"""Last cells of each of them: source, use, role and note."""
WRITTEN: dict[str, tuple[str, ...]] = {
    "bound": get_args(Bound),
    "grade": ("high", "medium", "low", "derived", "judgement"),
}
"""Words that a column may hold; what is graded ``background`` is never scored."""
EXAMPLE_COLUMNS = (
    *("park", "date", "variable", "value", "high", "bound", "unit", "basis", "grade"),
    *("source", "use", "role", "note"),
)


def document(answer: FrozenForecasts, t: Texts) -> doc.Document:
    """Write the document of a set."""
    show = _SetShow(answer, t)
    return assemble(
        answer,
        t,
        key=f"forecasts-{answer.until}",
        title=t("set.title", parks=show.count(), until=answer.until),
        headline=show.headline(),
        sections=tuple(show.sections()),
        provenance={"set_hash": answer.hash, "known_until": answer.known_until, "until": answer.until},
    )


class _SetShow(AnswerShow[FrozenForecasts]):
    """The parts of the document in one language."""

    def count(self) -> str:
        """Describe how many parks there are."""
        parks = len(self.answer.parks)
        return self.t("set.title_park" if parks == 1 else "set.title_parks", count=parks)

    def words(self, key: str) -> str:
        """Describe a sentence of the set, with its numbers filled in."""
        answer = self.answer
        return self.t(
            f"set.{key}",
            count=self.count(),
            first=answer.first[:4],
            last=answer.until[:4],
            known=answer.known_until,
            made_on=answer.made_on,
            hash=answer.hash,
            folder=quote(answer.folder),
            manifest=MANIFEST,
            table=TABLE,
            kept=answer.kept,
            model=answer.provenance["model_version"],
            code=answer.provenance["code_version"],
            values=number(sum(park.values for park in answer.parks), 0),
            borrowed=sum(park.lent > 0 for park in answer.parks),
        )

    def headline(self) -> str:
        return self.words("headline")

    def sections(self) -> Iterator[doc.Section]:
        yield self.summary()
        yield self.section("set.parks", *self.parks())
        yield self.scoring()
        yield self.section("set.deposit", *(doc.Paragraph(self.words(f"deposit.{n}")) for n in (1, 2)))
        yield self.forecasts()

    def summary(self) -> doc.Section:
        """Describe what was forecast, from what, when, and what is not in it."""
        answer = self.answer
        keys = ["what", "from"]
        keys += ["borrowed"] if any(park.lent for park in answer.parks) else []
        keys += ["bands", "unseen"]
        keys += ["kept"] if answer.kept else []
        bullets = [self.words(key) for key in keys]
        blocks: list[doc.Block] = [doc.Bullets(tuple(bullets)), doc.Paragraph(self.words("hash"))]
        return self.section("set.summary", *blocks)

    def band(self, park: FrozenPark, variable: str, year: str) -> doc.Interval | None:
        """Return median and 90 % of an observable at the end of a year; ``None`` where it is not forecast."""
        if variable not in park.bands or year not in park.quarters:
            return None
        return interval(park.bands[variable][:, park.quarters.index(year)])

    def parks(self) -> Iterator[doc.Block]:
        """Show every park with its file, and those that are not forecast."""
        answer = self.answer
        columns: Columns = (
            "park",
            *(value_column(self.t.lang, name) for name in SHOWN_FIRST),
            "set_cut:quarter file set_id",
        )
        rows = [
            (
                self.t.of(park.title),
                *(self.band(park, name, answer.until) for name in SHOWN_FIRST),
                park.cut,
                park.file,
                park.forecast,
            )
            for park in answer.parks
        ]
        yield doc.Paragraph(self.words("parks.lead"))
        yield self.table("set_parks", columns, rows)
        closed = [
            self.t("set.closed_park", park=self.t.of(park.title), since=park.closed_since)
            for park in answer.parks
            if park.closed_since
        ]
        if closed:
            yield doc.Caveat(self.t("set.closed", parks=self.t("join").join(closed)))
        if answer.left_out:
            left = [(self.t.of(entry.title), self.t.of(entry.reason)) for entry in answer.left_out]
            yield self.table("set_left_out", "park reason:note", left)

    def scoring(self) -> doc.Section:
        """State how the set is scored: the command, the columns, an example, what can be scored and by which rules."""
        lang = self.t.lang
        columns = [
            (name, self.t(f"set.column.{name}", values=join(WRITTEN.get(name, ()), lang))) for name in EXAMPLE_COLUMNS
        ]
        example = [doc.Column(name, name) for name in EXAMPLE_COLUMNS]
        observables = [
            (name, observable_title(name, lang), ", ".join(SERIES[name].units()), self.t(f"set.rule.{_rule(name)}"))
            for name in OBSERVABLES
        ]
        return self.section(
            "set.scoring",
            doc.Paragraph(self.words("scoring.lead")),
            self.table("set_columns", "name meaning:note", columns),
            self.table("set_example", example, [(*row, *EXAMPLE_END) for row in EXAMPLE]),
            self.table("set_observables", "name observable units scored_as", observables),
            doc.Paragraph(self.t("set.rules")),
            doc.Bullets(tuple(self.words(f"rules.{n}") for n in range(1, 7))),
        )

    def forecasts(self) -> doc.Section:
        """Show medians and 90 % intervals at the ends of years, a table for each park."""
        return self.section(
            "set.forecasts", doc.Paragraph(self.words("forecasts.lead")), *map(self.of, self.answer.parks)
        )

    def of(self, park: FrozenPark) -> doc.Table:
        """Show the forecasts of a park, an observable a row.

        Values are written, not numbers: the rows differ in their units.
        """
        columns = [
            self.column("observable"),
            *(doc.Column(year, self.t("set.end_of", year=year[:4])) for year in park.quarters),
        ]
        rows = []
        for name in park.bands:
            cells = [self.bare(self.band(park, name, year), value_column(self.t.lang, name)) for year in park.quarters]
            rows.append((titled(name, self.t.lang), *cells))
        return doc.Table(
            f"forecast-{park.park}",
            self.t.of(park.title),
            tuple(columns),
            tuple(rows),
            note=self.t("set.of_file", file=park.file, identity=park.forecast, cut=park.cut),
            folded=True,
        )

    def bare(self, band: doc.Interval | None, column: doc.Column) -> str | None:
        """Write a median and its interval without the unit, which stands at the head of the row."""
        from copark.presentation.numbers import shown

        return None if band is None or np.isnan(band.low) else shown(band, column, self.t.lang)


def _rule(variable: str) -> str:
    """Describe how an observable is scaled: on the logarithm, or on one that keeps the sign."""
    return "signed" if SERIES[variable].lowest is None else "log"
