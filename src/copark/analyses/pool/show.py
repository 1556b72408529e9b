"""Documents on parks pooled: how far they stray from the model, every park, and what it rests on."""

from collections.abc import Sequence
from functools import partial

from copark.analyses.contract import Texts, assemble
from copark.analyses.pool import Answer
from copark.analyses.show import Show, made_again
from copark.calibration.panels import PanelFindings, ParkFindings
from copark.calibration.parameter_titles import title_of
from copark.calibration.pool.parks import AXES
from copark.calibration.size_priors import SIZES
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent
from copark.texts import text

METHODS = 11
"""Sentences about method and limits."""
UNSURE_REACH = 0.05
"""A record farther from the runs than this share of them would be is called hard to reach."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show everything that is told of a panel."""
    if answer.again is not None:
        return made_again(answer, answer.again, t, key="pool-check", stale=answer.stale, parks=answer.parks)
    if answer.pooled is None:
        raise ValueError("nothing was pooled")
    show = _Show(answer.pooled, t)
    return assemble(
        answer,
        t,
        key="pool",
        title=t("question", parks=answer.parks),
        headline=show.headline(),
        sections=[
            show.summary(),
            show.parks(),
            show.fans(),
            show.roles(),
            show.method(),
        ],
        provenance={"parks": answer.parks, "runs": number(answer.pooled.runs, 0), "seed": answer.pooled.seed},
    )


class _Show(Show):
    def __init__(self, panel: PanelFindings, t: Texts) -> None:
        super().__init__(t)
        self.panel = panel

    def headline(self) -> str:
        spread = self.panel.spread
        return self.t("discrepancy", companies=percent(spread.companies), jobs=percent(spread.jobs))

    def summary(self) -> doc.Section:
        t = self.t
        panel = self.panel
        silent = sum(park.values == 0 for park in panel.parks)
        cards = (
            doc.Card(t("card.parks"), doc.COUNT, len(panel.parks), t("card.silent", count=silent) if silent else ""),
            doc.Card(t("card.values"), doc.COUNT, panel.values),
            doc.Card(t("card.companies"), doc.SHARE, panel.spread.companies),
            doc.Card(t("card.jobs"), doc.SHARE, panel.spread.jobs),
        )
        return self.section("summary", doc.Cards(cards), self.trials(), self.caveat("caveat.defaults"))

    def parks(self) -> doc.Section:
        rows = [self.one_park(park) for park in self.panel.parks]
        columns = (
            "park kind values:count reach:share remark directions:count shrinkage_size:share "
            "shrinkage_rest:share lent:share"
        )
        return self.section("parks", self.text("lead.parks"), self.table("parks", columns, rows))

    def one_park(self, park: ParkFindings) -> Sequence[doc.Value]:
        remark = "" if park.values else self.t("no_record")
        if park.values and park.reach < UNSURE_REACH:
            remark = self.t("hard_to_reach")
        return (
            self.t.of(park.title),
            text(f"workflows.kind.{park.kind}", self.t.lang),
            park.values,
            park.reach,
            remark,
            park.directions,
            park.shrinkage_size,
            park.shrinkage_rest,
            park.lent,
        )

    def trials(self) -> doc.Table:
        rows = [
            (self.t(f"family.{trial.family}"), trial.parks, trial.spread, trial.log_density, trial.chosen)
            for trial in self.panel.trials
        ]
        columns = "observable parks:count spread:share log_density:number:3 chosen:flag"
        return self.table("trials", columns, rows, folded=True)

    def fans(self) -> doc.Section:
        """Show small multiples: every park as the others would have forecast it."""
        from copark.figures.validation import fans

        draw = partial(fans, self.panel, self.t.lang)
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
        rows = [(self.t.of(park.title), park.name, park.case_hash) for park in self.panel.parks]
        return self.section(
            "method",
            self.numbered("method_said", METHODS),
            self.table("cases", "park case case_hash", rows),
            folded=True,
        )
