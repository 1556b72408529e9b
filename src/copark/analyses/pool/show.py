"""What is shown of parks pooled: how far they stray from the model, every park, and what it rests on."""

from collections.abc import Sequence
from functools import partial

from copark.analyses.contract import Texts, assemble
from copark.analyses.pool import Answer
from copark.analyses.show import Show, made_again
from copark.calibration.diagnostics import title_of
from copark.calibration.panels import PanelFindings, ParkFindings
from copark.calibration.pool.parks import AXES
from copark.calibration.size_priors import SIZES
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent
from copark.texts import text

METHODS = 11
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
        found,
        t,
        key="pool",
        title=t("question", parks=found.parks),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.parks(),
            show.fans(),
            show.roles(),
            show.method(),
        ],
        provenance={"parks": found.parks, "runs": number(found.pooled.runs, 0), "seed": found.pooled.seed},
    )


class _Show(Show):
    def __init__(self, found: PanelFindings, t: Texts) -> None:
        super().__init__(t)
        self.found = found

    def headline(self) -> str:
        spread = self.found.spread
        return self.t("discrepancy", companies=percent(spread.companies), jobs=percent(spread.jobs))

    def summary(self) -> doc.Section:
        t = self.t
        found = self.found
        silent = sum(one.values == 0 for one in found.parks)
        cards = (
            doc.Card(t("card.parks"), doc.COUNT, len(found.parks), t("card.silent", count=silent) if silent else ""),
            doc.Card(t("card.values"), doc.COUNT, found.values),
            doc.Card(t("card.companies"), doc.SHARE, found.spread.companies),
            doc.Card(t("card.jobs"), doc.SHARE, found.spread.jobs),
        )
        return self.section("summary", doc.Cards(cards), self.trials(), self.caveat("caveat.defaults"))

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
            self.t.of(one.title),
            text(f"workflows.kind.{one.kind}", self.t.lang),
            one.values,
            one.reach,
            remark,
            one.directions,
            one.shrinkage_size,
            one.shrinkage_rest,
            one.lent,
        )

    def trials(self) -> doc.Table:
        rows = [
            (self.t(f"family.{one.family}"), one.parks, one.spread, one.log_density, one.chosen)
            for one in self.found.trials
        ]
        columns = "observable parks:count spread:share log_density:number:3 chosen:flag"
        return self.table("trials", columns, rows, folded=True)

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
        ]
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
