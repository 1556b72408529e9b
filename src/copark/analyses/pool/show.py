"""What is shown of parks pooled: who forecasts best, every park, and what it rests on."""

from collections.abc import Iterator, Sequence
from functools import partial

from copark.analyses.contract import Texts, assemble
from copark.analyses.pool.ask import Answer
from copark.analyses.show import Show, grouped, made_again
from copark.inference.diagnostics import title_of
from copark.inference.panels import PanelFindings, ParkFindings
from copark.inference.pool.forecasts import GROWTH, ROLLING, SCHEMES, Contest
from copark.inference.pool.forecasts import POOLED as MODEL
from copark.inference.pool.parks import AXES, SIZES
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent
from copark.texts import text
from copark.words import observable_title

METHODS = 12
"""Sentences about method and limits."""
UNSURE_REACH = 0.05
"""A record farther from the runs than this share of them would be is called hard to reach."""


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of a panel."""
    if found.again is not None:
        return made_again(found, found.again, t, key="pool-check", stale=found.stale, parks=found.parks)
    if found.pooled is None:
        raise ValueError("nothing was pooled")
    show = _Show(found.pooled, t)
    return assemble(
        found, t, key="pool", title=t("question", parks=found.parks), headline=show.headline(),
        sections=[
            show.summary(), show.parks(), show.forecasts(), show.fans(), show.roles(), show.method(),
        ],
        provenance={"parks": found.parks, "runs": number(found.pooled.runs, 0), "seed": found.pooled.seed},
    )  # fmt: skip


class _Show(Show):
    def __init__(self, found: PanelFindings, t: Texts) -> None:
        super().__init__(t)
        self.found = found

    def park(self, name: str) -> str:
        return self.t.of(self.found.park(name).title)

    def headline(self) -> str:
        t, found = self.t, self.found
        told = []
        for scheme in SCHEMES:
            table = found.main(scheme)
            if table is not None:
                told.append(t(f"headline.{scheme}", winner=t(f"name.{table.winner}"), sure=self.sure(table)))
        return t.sentences(told)

    def sure(self, table: Contest) -> str:
        return self.t("firm" if table.firm else "not_firm")

    def summary(self) -> doc.Section:
        t, found = self.t, self.found
        silent = sum(one.values == 0 for one in found.parks)
        cards = [
            doc.Card(t("card.parks"), doc.COUNT, len(found.parks), t("card.silent", count=silent) if silent else ""),
            doc.Card(t("card.values"), doc.COUNT, found.values),
        ]
        tables = [table for table in map(found.main, SCHEMES) if table is not None]
        cards += [
            doc.Card(t(f"card.{one.scheme}"), doc.Column("", ""), t(f"method.{one.winner}"), self.sure(one))
            for one in tables
        ]
        said = [*map(self.winner, tables), self.discrepancy(), *self.coverage(tables)]
        return self.section(
            "summary", doc.Cards(tuple(cards)), doc.Bullets(tuple(said)),
            self.caveat("caveat.defaults")
        )  # fmt: skip

    def winner(self, table: Contest) -> str:
        t = self.t
        score = {one.method: number(one.log_crps, 3) for one in table.standings}
        ranked = list(score)
        won = [one.method for one in self.found.winners if one.scheme == table.scheme]
        wins = t("comma").join(
            t("wins", method=t(f"name.{one}"), parks=won.count(one))
            for one in sorted(sorted(set(won)), key=lambda each: -won.count(each))
        )
        return t(
            "winner.own" if ranked[0] == MODEL else "winner.other", scheme=t(f"scheme.{table.scheme}"),
            values=table.standings[0].values, parks=table.standings[0].parks, sure=self.sure(table), wins=wins,
            winner=t(f"name.{ranked[0]}"), score=score[ranked[0]], second=t(f"name.{ranked[1]}"),
            behind=score[ranked[1]], mine=score[MODEL], alone=score["alone"], place=ranked.index(MODEL) + 1,
            of=len(ranked),
        )  # fmt: skip

    def discrepancy(self) -> str:
        spread = self.found.spread
        return self.t("discrepancy", companies=percent(spread.companies), jobs=percent(spread.jobs))

    def coverage(self, tables: Sequence[Contest]) -> Iterator[str]:
        """Whether 90 % intervals hold 90 %."""
        for table in tables:
            held = {row.method: percent(row.coverage) for row in table.standings}
            yield self.t(f"held.{table.scheme}", pooled=held[MODEL], growth=held[GROWTH])

    def parks(self) -> doc.Section:
        rows = [self.one_park(one) for one in self.found.parks]
        columns = (
            "park kind values:count reach:share remark directions:count shrinkage_size:share "
            "shrinkage_rest:share lent:share"
        )
        return self.section("parks", self.text("lead.parks"), self.table("parks", columns, rows))

    def one_park(self, one: ParkFindings) -> Sequence[doc.Value]:
        remark = "" if one.values else self.t("no_record")
        if one.values and one.reach < UNSURE_REACH:
            remark = self.t("hard_to_reach")
        return (
            self.t.of(one.title), text(f"workflows.kind.{one.kind}", self.t.lang), one.values, one.reach, remark,
            one.directions, one.shrinkage_size, one.shrinkage_rest, one.lent,
        )  # fmt: skip

    def forecasts(self) -> doc.Section:
        blocks: list[doc.Block] = [self.text("lead.scores")]
        for scheme in SCHEMES:
            if self.found.main(scheme) is not None:
                if scheme == ROLLING:
                    blocks.append(self.text("lead.rolling"))
                blocks += [self.contest(scheme), self.contest(scheme, by_indicator=True)]
        return self.section("scores", *blocks, self.winners(), self.trials(), self.scores())

    def contest(self, scheme: str, *, by_indicator: bool = False) -> doc.Table:
        """Methods on the same values, best first: over all counts, or by indicator."""
        contests = [one for one in self.found.contests if one.scheme == scheme and bool(one.variable) is by_indicator]
        rows, heads = [], []
        for one in contests:
            for place, row in enumerate(one.standings, start=1):
                rows.append((self.t(f"method.{row.method}"), row.log_crps, row.crps, row.coverage, place))
                heads.append(
                    self.t("contest", observable=self.observable(one.variable), values=row.values, parks=row.parks,
                           methods=len(one.standings), sure=self.sure(one))
                )  # fmt: skip
        columns = "method log_crps:number:3 crps:number:1 coverage:share place:count"
        key = scheme.replace("_", "-") + ("-indicators" if by_indicator else "")
        return self.table(key, columns, rows, groups=grouped(heads), folded=by_indicator)

    def observable(self, variable: str) -> str:
        """What an observable is called; all of them for an empty word."""
        return observable_title(variable, self.t.lang) if variable else self.t("all_counts")

    def winners(self) -> doc.Table:
        won = {(one.park, one.scheme): one for one in self.found.winners}
        rows: list[Sequence[doc.Value]] = []
        for park in self.found.parks:
            row: list[doc.Value] = [self.t.of(park.title)]
            for scheme in SCHEMES:
                one = won.get((park.name, scheme))
                row += [None] * 3 if one is None else [self.t(f"method.{one.method}"), one.score, one.pooled]
            rows.append(row)
        columns = [self.column("park")]
        for scheme in SCHEMES:
            name = self.t(f"scheme.{scheme}")
            columns += [
                doc.Column(f"{scheme}_{key}", self.t(f"column.{key}", scheme=name), kind, places=places)
                for key, kind, places in (("winner", doc.Kind.text, None), ("score_winner", doc.Kind.number, 3),
                                          ("score_pooled", doc.Kind.number, 3))
            ]  # fmt: skip
        return self.table("winners", columns, rows, folded=True)

    def trials(self) -> doc.Table:
        rows = [(self.t(f"family.{one.family}"), one.parks, one.spread, one.log_density, one.chosen)
                for one in self.found.trials]  # fmt: skip
        columns = "observable parks:count spread:share log_density:number:3 chosen:flag"
        return self.table("trials", columns, rows, folded=True)

    def scores(self) -> doc.Table:
        rows = [
            (self.park(one.park), self.t(f"scheme.{one.scheme}"), self.t(f"method.{one.method}"),
             self.observable(one.variable), one.date, one.age, one.value, doc.Interval(one.low, one.high, one.median),
             one.log_crps, one.crps, one.covered)
            for one in self.found.scores
        ]  # fmt: skip
        columns = (
            "park scheme method observable date:quarter age:number:1:yr value:number forecast:count "
            "log_crps:number:3 crps:number:1 covered:flag"
        )
        return self.table("scores", columns, rows, folded=True)

    def fans(self) -> doc.Section:
        """Small multiples: every park as the others would have forecast it."""
        from copark.figures.validation import fans

        draw = partial(fans, self.found, self.t.lang)
        chart = doc.Chart("fans", self.t("figure.fans"), self.t("alt.fans"), draw)
        return self.section("fans", self.text("lead.fans"), chart)

    def roles(self) -> doc.Section:
        rows = [
            (title_of(name, self.t.lang), self.t(f"role.{axis.role}"), self.t(f"reason.{axis.reason}"), name in SIZES)
            for name, axis in AXES.items()
        ]  # fmt: skip
        table = self.table("roles", "parameter role reason:note widened:flag", rows)
        return self.section("roles", self.text("lead.roles"), table, folded=True)

    def method(self) -> doc.Section:
        rows = [(self.t.of(one.title), one.name, one.case_hash) for one in self.found.parks]
        return self.section(
            "method",
            self.numbered("method_said", METHODS),
            self.table("cases", "park case case_hash", rows),
            folded=True,
        )
