"""What is shown of outcome probabilities beside what became of the parks: parks, scores, the correction."""

from collections.abc import Iterator, Sequence

from copark.analyses.contract import Texts, assemble
from copark.analyses.reliability import Answer
from copark.analyses.reliability.findings import DONE, SAID
from copark.analyses.show import Columns, Show
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent
from copark.simulation.outcomes import OUTCOMES
from copark.texts import text

METHODS = 4
LIMITS = 4


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of it."""
    show = _Show(found, t)
    return assemble(
        found,
        t,
        key="reliability",
        title=t("title"),
        headline=t.sentences([show.headline()]),
        sections=[
            show.summary(),
            show.parks(),
            show.scores(),
            *show.words(),
        ],
    )


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.happened = sum(one.thrives for one in found.parks)
        self.values = {
            "parks": len(found.parks),
            "said": percent(found.mean),
            "happened": self.happened,
            "share": percent(found.observed),
            "known": found.known,
            "thriving": found.thriving,
            "base_rate": percent(found.base_rate),
            "auc": number(found.discrimination, 2),
            "auc_low": number(found.discrimination_low, 2),
            "auc_high": number(found.discrimination_high, 2),
            "failed": sum(one.recorded == "failed" for one in found.parks),
            "failed_said": percent(sum(one.shares[0] for one in found.parks) / len(found.parks)),
            "calibrated": len(found.calibrated),
            "calibrated_said": percent(found.calibrated_mean),
            "calibrated_happened": sum(one.thrives for one in found.calibrated),
            "calibrated_alive": percent(found.calibrated_alive),
            "at_half": percent(found.corrected(0.5)),
            "at_most": percent(found.corrected(0.95)),
        }

    def headline(self) -> str:
        """Too high, right or too low; and whether they tell parks apart."""
        gap = self.found.mean - self.found.observed
        key = "over" if gap > 0.05 else "under" if gap < -0.05 else "level"
        return self.t(f"headline.{key}", tells=self.tells(), **self.values)

    def tells(self) -> str:
        firm = self.found.discrimination_low > 0.5
        return self.t(f"tells.{'yes' if firm else 'no'}", **self.values)

    def summary(self) -> doc.Section:
        t = self.t
        found = self.found
        cards = (
            doc.Card(t("card.said"), doc.SHARE, found.mean, t("card.said.note", **self.values)),
            doc.Card(t("card.happened"), doc.SHARE, found.observed, t("card.happened.note", **self.values)),
            doc.Card(t("card.base_rate"), doc.SHARE, found.base_rate, t("card.base_rate.note", **self.values)),
        )
        words = tuple(t(f"said.{key}", **self.values) for key in ("correction", "calibrated", "failed", "selection"))
        return self.section("summary", doc.Cards(cards), doc.Bullets(words))

    def parks(self) -> doc.Section:
        from copark.analyses.reliability.figures import parks

        found = self.found
        t = self.t
        shares = [doc.Column(name, text(f"analysis.outcome.{name}", t.lang), doc.Kind.share) for name in OUTCOMES]
        columns: Columns = ("park recorded judged:quarter", *shares, "corrected:share calibrated:share")
        rows: list[Sequence[doc.Value]] = [
            (one.title.get(t.lang), self.recorded(one.recorded), one.judged, *one.shares, one.corrected, one.calibrated)
            for one in found.parks
        ]
        drawn = self.chart("parks", lambda: parks(found, t.lang), self.table("parks", columns, rows))
        return self.section("parks", self.text("parks.lead"), drawn)

    def recorded(self, outcome: str) -> str:
        return text(f"parks.status.{outcome}", self.t.lang)

    def scores(self) -> doc.Section:
        rows = [
            (
                self.t(f"way.{one.key}"),
                one.parks,
                one.brier,
                None if one.key == "base_rate" else doc.Interval(one.low, one.high),
            )
            for one in self.found.scores
        ]
        return self.section("scores", self.table("scores", "way of:count brier:number:3 difference:change:3", rows))

    def words(self) -> Iterator[doc.Section]:
        values = {**self.values, "outcome": text(f"analysis.outcome.{SAID}", self.t.lang), "class": self.recorded(DONE)}
        for key, count in (("method", METHODS), ("limit", LIMITS)):
            yield self.section(key, self.numbered(key, count, **values))
