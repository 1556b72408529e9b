"""Documents on outcome probabilities beside what became of the parks: parks, scores, the correction."""

from collections.abc import Iterator, Sequence

from copark.analyses.contract import Texts, assemble
from copark.analyses.reliability import Answer
from copark.analyses.reliability.findings import SAID, WELL
from copark.analyses.show import AnswerShow, Columns
from copark.labels import join
from copark.model.outcomes import BY_KEY, OUTCOMES
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent
from copark.texts import text

METHODS = 4
LIMITS = 4


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show everything that is told of it."""
    show = _Show(answer, t)
    return assemble(
        answer,
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


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.happened = sum(park.goes_well for park in answer.parks)
        self.values = {
            "parks": len(answer.parks),
            "said": percent(answer.mean),
            "happened": self.happened,
            "share": percent(answer.observed),
            "known": answer.known,
            "going_well": answer.going_well,
            "base_rate": percent(answer.base_rate),
            "auc": number(answer.discrimination, 2),
            "auc_low": number(answer.discrimination_low, 2),
            "auc_high": number(answer.discrimination_high, 2),
            "failed": sum(park.recorded == "failed" for park in answer.parks),
            "failed_said": percent(sum(park.shares[0] for park in answer.parks) / len(answer.parks)),
            "calibrated": len(answer.calibrated),
            "calibrated_said": percent(answer.calibrated_mean),
            "calibrated_happened": sum(park.goes_well for park in answer.calibrated),
            "at_half": percent(answer.corrected(0.5)),
            "at_most": percent(answer.corrected(0.95)),
        }

    def headline(self) -> str:
        """Return whether they are too high, right or too low, and whether they tell parks apart."""
        gap = self.answer.mean - self.answer.observed
        key = "over" if gap > 0.05 else "under" if gap < -0.05 else "level"
        return self.t(f"headline.{key}", tells=self.tells(), **self.values)

    def tells(self) -> str:
        firm = self.answer.discrimination_low > 0.5
        return self.t(f"tells.{'yes' if firm else 'no'}", **self.values)

    def summary(self) -> doc.Section:
        t = self.t
        answer = self.answer
        cards = (
            doc.Card(t("card.said"), doc.SHARE, answer.mean, t("card.said.note", **self.values)),
            doc.Card(t("card.happened"), doc.SHARE, answer.observed, t("card.happened.note", **self.values)),
            doc.Card(t("card.base_rate"), doc.SHARE, answer.base_rate, t("card.base_rate.note", **self.values)),
        )
        correction = "correction" if self.answer.slope > 0.0 else "no_correction"
        words = tuple(t(f"said.{key}", **self.values) for key in (correction, "calibrated", "failed", "selection"))
        return self.section("summary", doc.Cards(cards), doc.Bullets(words))

    def parks(self) -> doc.Section:
        from copark.analyses.reliability.figures import parks

        answer = self.answer
        t = self.t
        shares = [doc.Column(outcome.key, outcome.title(t.lang), doc.Kind.share) for outcome in OUTCOMES]
        columns: Columns = ("park recorded judged:quarter", *shares, "corrected:share calibrated:share")
        rows: list[Sequence[doc.Value]] = [
            (
                park.title.text(t.lang),
                self.recorded(park.recorded),
                park.judged,
                *park.shares,
                park.corrected,
                park.calibrated,
            )
            for park in answer.parks
        ]
        chart = self.chart("parks", lambda: parks(answer, t.lang), self.table("parks", columns, rows))
        return self.section("parks", self.text("parks.lead"), chart)

    def recorded(self, outcome: str) -> str:
        return text(f"parks.status.{outcome}", self.t.lang)

    def scores(self) -> doc.Section:
        rows = [
            (
                self.t(f"way.{score.key}"),
                score.parks,
                score.brier,
                None if score.key == "base_rate" else doc.Interval(score.low, score.high),
            )
            for score in self.answer.scores
        ]
        return self.section("scores", self.table("scores", "way of:count brier:number:3 difference:change:3", rows))

    def words(self) -> Iterator[doc.Section]:
        values = {
            **self.values,
            "outcome": BY_KEY[SAID].title(self.t.lang),
            "classes": join([self.recorded(name) for name in WELL], self.t.lang),
        }
        for key, count in (("method", METHODS), ("limit", LIMITS)):
            yield self.section(key, self.numbered(key, count, **values))
