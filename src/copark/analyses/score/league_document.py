"""Documents on a scored set: whether the forecasts beat the benchmarks, how sure that is, every park and value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copark.analyses.contract import Texts, assemble
from copark.analyses.score import count_left
from copark.analyses.score.league import (
    FEWEST,
    HORIZONS,
    MODEL,
    League,
    LeagueRow,
    LeagueTable,
    LeagueValue,
    why_left_of_set,
)
from copark.analyses.show import AnswerShow, Columns, grouped
from copark.cases.observed_variables import series_title
from copark.labels import join, method_title, observable_title, park_title, titled
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import bounded, number, percentile
from copark.texts import has_text, text

PLACES = 3
STANDING: Columns = f"method score:number:{PLACES} difference:change:{PLACES} in_half:share in_wide:share"


def document(answer: LeagueTable, t: Texts) -> doc.Document:
    """Show everything that is told of a set that was scored."""
    show = _LeagueShow(answer, t)
    provenance = {
        "set_hash": answer.hash,
        "made_on": answer.made_on,
        "known_until": answer.known_until,
        "until": answer.until,
        "data": answer.data,
    }
    return assemble(
        answer,
        t,
        key="score-set",
        title=t("league.heading"),
        headline=show.headline(),
        sections=tuple(show.sections()),
        provenance=provenance,
    )


class _LeagueShow(AnswerShow[LeagueTable]):
    def method(self, name: str) -> str:
        return self.t("league.model") if name == MODEL else method_title(name, self.t.lang)

    def spoken(self, name: str) -> str:
        """Name a benchmark as it stands inside a sentence."""
        key = f"validate.called.{name}"
        return text(key, self.t.lang) if has_text(key) else self.t(f"league.called.{name}")

    def verdict(self, league: League | None) -> str:
        """Describe how the leading forecast stands to the best benchmark, in a word of the texts."""
        if league is None:
            return "none"
        row = league.row(league.leading)
        if row.low is None or row.high is None:
            return "few"
        return "better" if row.high < 0.0 else "worse" if row.low > 0.0 else "open"

    def headline(self) -> str:
        """Describe first who forecast best, then how often the intervals held."""
        answer = self.answer
        main = answer.main
        words = self.t(f"league.headline.{self.verdict(main)}", **self.numbers(main))
        total = len(answer.values)
        held = self.t("league.headline.held", wide=answer.in_wide, half=answer.in_half, total=total)
        return self.t.sentences([words, held])

    def count(self, values: int) -> str:
        """Describe how many values there are."""
        return self.t("league.value" if values == 1 else "league.values", count=values)

    def of_parks(self, parks: int) -> str:
        """Describe how many parks there are."""
        return self.t("league.park" if parks == 1 else "league.parks", count=parks)

    def numbers(self, league: League | None) -> dict[str, object]:
        """Return what sentences on a comparison name."""
        if league is None:
            return {"fewest": FEWEST, "values": self.count(len(self.answer.values))}
        row = league.row(league.leading)
        signed = [number(value, PLACES) for value in (row.difference, row.low, row.high) if value is not None]
        difference, low, high = (*signed, "", "", "")[:3]
        return {
            "fewest": FEWEST,
            "values": self.count(league.values),
            "parks": self.of_parks(league.parks),
            "benchmark": self.spoken(league.benchmark),
            "score": number(row.score, PLACES),
            "other": number(league.row(league.benchmark).score, PLACES),
            "difference": difference,
            "low": low,
            "high": high,
        }

    def sections(self) -> Iterator[doc.Section]:
        yield self.summary()
        yield self.scores()
        yield self.section("league.parks", self.parks())
        yield self.section("league.values", self.values(), *self.left())

    def summary(self) -> doc.Section:
        """Describe how sure the answer is, and whether the files are as they were frozen."""
        t = self.t
        answer = self.answer
        main = answer.main
        blocks: list[doc.Block] = []
        if answer.damaged:
            files = [t(f"league.damaged.{damage.problem}", file=damage.file) for damage in answer.damaged]
            blocks.append(self.caveat("league.damaged", files=join(files, t.lang)))
        cards = []
        if main is not None:
            row = main.row(main.leading)
            note = t(
                "league.card.against",
                benchmark=self.spoken(main.benchmark),
                other=number(main.row(main.benchmark).score, PLACES),
            )
            column = doc.Column("score", t("league.card.score"), doc.Kind.number, places=PLACES)
            cards.append(doc.Card(t("league.card.score"), column, row.score, note))
        total = len(answer.values)
        cards += [
            doc.Card(t(f"league.card.{name}"), doc.SHARE, reached / total, t(f"league.card.{name}.promised"))
            for name, reached in (("wide", answer.in_wide), ("half", answer.in_half))
        ]
        blocks += [doc.Cards(tuple(cards)), doc.Bullets(tuple(self.how_sure()))]
        return self.section("summary", *blocks)

    def how_sure(self) -> Iterator[str]:
        """Describe how many parks and values the answer rests on, and what it cannot say."""
        t = self.t
        answer = self.answer
        main = answer.main
        yield t("league.rests", values=self.count(len(answer.values)), parks=self.of_parks(len(answer.parks)))
        if main is not None:
            yield t("league.compared" if main.parks >= FEWEST else "league.compared_few", **self.numbers(main))
        curves = next((league for league in answer.leagues if league.scope == "curves"), None)
        if curves is not None and main is not None and curves.benchmark != main.benchmark:
            yield t("league.curves", **self.numbers(curves))
        if not answer.damaged:
            yield t("league.intact", forecasts=answer.forecasts, made_on=answer.made_on, known=answer.known_until)
        if answer.left:
            yield count_left([row.reason for row in answer.left], t)

    def scores(self) -> doc.Section:
        """Show the league table, then the comparisons by time ahead and by indicator."""
        leagues = {league.scope: league for league in self.answer.leagues}
        blocks: list[doc.Block] = [self.text("league.lead")]
        blocks += [
            self.table(
                f"league_{scope}", STANDING, map(self.standing, leagues[scope].rows), groups=self.head(leagues[scope])
            )
            for scope in ("counts", "curves")
            if scope in leagues
        ]
        horizons = [leagues[name] for name, _ in HORIZONS if name in leagues]
        named = {"counts", "curves", *(name for name, _ in HORIZONS)}
        observables = [league for league in self.answer.leagues if league.scope not in named]
        for key, group in (("league_horizons", horizons), ("league_observables", observables)):
            if group:
                rows = [self.standing(row) for league in group for row in league.rows]
                heads = tuple(head for league in group for head in self.head(league))
                blocks.append(self.table(key, STANDING, rows, groups=heads))
        return self.section("league.scores", *blocks)

    def head(self, league: League) -> tuple[tuple[str, int], ...]:
        """Write the head above the rows of a comparison."""
        named = {"counts", "curves", *(name for name, _ in HORIZONS)}
        key = f"league.scope.{league.scope}"
        scope = self.t(key) if league.scope in named else observable_title(league.scope, self.t.lang)
        words = self.t("league.head", scope=scope, values=self.count(league.values), parks=self.of_parks(league.parks))
        return ((words, len(league.rows)),)

    def standing(self, row: LeagueRow) -> Sequence[doc.Value]:
        difference: doc.Value = row.difference
        if row.difference is not None and row.low is not None and row.high is not None:
            difference = doc.Interval(row.low, row.high, row.difference)
        return (self.method(row.method), row.score, difference, row.in_half, row.in_wide)

    def parks(self) -> doc.Table:
        rows = [
            (
                self.t.of(park.title),
                park.values,
                park.compared,
                park.score,
                park.benchmark,
                park.in_half / park.values,
                park.in_wide / park.values,
                park.forecast,
            )
            for park in self.answer.parks
        ]
        columns = (
            f"park values:count compared:count score:number:{PLACES} best:number:{PLACES} "
            "in_half:share in_wide:share set_id"
        )
        return self.table("league_parks", columns, rows)

    def values(self) -> doc.Table:
        lang = self.t.lang
        rows = [
            (
                titled(value.variable, lang),
                value.date,
                self.reported(value),
                doc.Interval(value.low, value.upper, value.median),
                percentile(value.place),
                value.scores.get("stack", value.scores.get(MODEL)),
                "; ".join(value.sources),
            )
            for value in self.answer.values
        ]
        heads = grouped(self.t.of(park_title(value.park)) for value in self.answer.values)
        columns = f"observable date:quarter reported forecast:number percentile score:number:{PLACES} source:source"
        return self.table("league_values", columns, rows, groups=heads, folded=True)

    def reported(self, value: LeagueValue) -> str:
        """Write a value as it was reported, with its bound."""
        unit = catalogue().outputs[value.variable].unit
        return bounded(value.value, value.high, value.bound, unit, self.t.lang, "bare")

    def left(self) -> Iterator[doc.Block]:
        """Show the rows that could not be scored."""
        if not self.answer.left:
            return
        lang = self.t.lang
        rows = [
            (
                row.line,
                row.park,
                row.date,
                series_title(row.variable, lang),
                why_left_of_set(row, self.answer.known_until, self.t),
            )
            for row in self.answer.left
        ]
        yield self.table("left", "line:count park date:quarter observable reason:note", rows)
