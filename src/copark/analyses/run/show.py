"""What is shown of a run: what becomes of the park and how sure that is, then the runs, then the case.

The figures, all tables and the answer are of the first scenario; the others stand beside it among the outcomes.
"""

from math import isfinite

from copark.analyses.contract import Texts, assemble
from copark.analyses.run.ask import Answer
from copark.analyses.run.show_case import evidence
from copark.analyses.run.show_runs import AboutRuns
from copark.analyses.show import Columns
from copark.analyses.trust import corrected
from copark.cases.completeness import missing_growth
from copark.cases.quarters import Quarter
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent, percent_words, reach, shown
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.readouts.observed import ObservedComparison, expected_outside, misses
from copark.simulation.readouts.outcomes import quarters_apart, sweep
from copark.texts import text
from copark.words import scenario_title

SUMMARY, OUTCOME_SECTION = "summary", "outcomes"
THRESHOLD = 50.0
"""Operating companies from which on a park is self-standing."""


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of a run."""
    show = _Show(found, t)
    return assemble(
        found, t, key="report", title=t("title", park=found.case.title.get(t.lang)), headline=show.headline(),
        sections=show.sections(), evidence=evidence(found, t),
        provenance={
            "runs": found.provenance.get("runs", found.runs), "seed": found.provenance.get("seed", ""),
            "variables_hash": found.provenance.get("variables_hash", ""),
            "cpu_features": found.provenance.get("cpu_features", ""),
        },
    )  # fmt: skip


class _Show(AboutRuns):
    """The parts of the document in one language."""

    def headline(self) -> str:
        """What becomes of the park: shares of outcomes where it is calibrated, else its size, as an assumption."""
        found, t = self.found, self.t
        if not found.finished:
            return t("headline.none")
        words = {"park": self.case.title.get(t.lang), "last": found.labels[found.last],
                 "runs": number(found.finished, 0)}  # fmt: skip
        operating = found.final("operating")
        size = ""
        if operating is not None:
            low, median, high = (number(value, 0) for value in operating)
            size = t("headline.size", low=low, median=median, high=high, **words)
        if not found.shows_outcomes:
            return t.sentences([t("headline.assumed", **words), *([size] if size else [])])
        shares = {one.name: percent_words(one.share, t.lang) for one in found.outcomes[0]}
        return t.sentences([t("headline", **shares, **words), *([size] if size else [])])

    def sections(self) -> tuple[doc.Section, ...]:
        return (
            self.summary(), self.outcomes(), self.fans(), self.record(), self.ledgers(), self.phases(),
            self.coordination(), self.weight(), self.limits(), self.network(), self.timeline(), self.equity(),
            self.observations(), self.parameters(), self.status(),
        )  # fmt: skip

    def summary(self) -> doc.Section:
        """The numbers to be seen first, why, and the latest observations beside the runs."""
        found, t = self.found, self.t
        blocks: list[doc.Block] = [doc.Cards(self.cards())] if found.finished else []
        blocks.append(doc.Bullets(tuple(self.reasons())))
        if found.finished and found.compared:
            blocks.append(self.beside("latest", found.latest))
        if found.finished and found.shows_outcomes and len(found.outcomes) > 1:
            blocks.append(self.by_scenario())
        if str(self.case.clock.data_end) < found.labels[-1]:
            blocks.append(doc.Caveat(t("far", data_end=str(self.case.clock.data_end))))
        blocks += map(doc.Caveat, missing_growth(self.case, t.lang))
        return self.section(SUMMARY, *blocks)

    def cards(self) -> tuple[doc.Card, ...]:
        """Chance to stand alone, size and money at the end, and how many observations lie outside."""
        found, t, last = self.found, self.t, self.found.labels[self.found.last]
        cards = []
        if found.shows_outcomes:
            one = found.share("self_standing")
            interval = shown(doc.Interval(one.low, one.high), doc.SHARE, t.lang)
            cards.append(doc.Card(t("card.self_standing"), doc.SHARE, one.share, t("card.error", interval=interval)))
        for output in ("operating", "jobs", "cash"):
            final = found.final(output)
            if final is None:
                continue
            unit = found.unit(output)
            title = t("card.at", title=self.title(output), last=last)
            note = t("card.band", band=reach(final[0], final[2], unit, t.lang))
            cards.append(doc.Card(title, doc.plain(doc.Kind.number, unit), final[1], note))
        if found.compared:
            count = len(found.compared)
            value = t("card.outside_value", outside=found.outside, compared=count)
            expected = t("card.expected", expected=expected_outside(count))
            cards.append(doc.Card(t("card.outside"), doc.plain(doc.Kind.text), value, expected))
        return tuple(cards)

    def reasons(self) -> list[str]:
        """On what the answer rests: the threshold, the record, the parameters, the runs."""
        found, t = self.found, self.t
        told = []
        swept = sweep(found.ensemble) if found.finished and found.shows_outcomes else {}
        if swept:
            low, high = (
                next(one.share for one in swept[value] if one.name == "self_standing") for value in (15.0, 100.0)
            )
            told.append(t("why.threshold", low=percent_words(low, t.lang), high=percent_words(high, t.lang)))
        told += self.against_the_record()
        if found.trust is not None:
            told.append(found.trust.meaning(t.lang))
        if found.finished:
            told += filter(None, [corrected(found.trust, found.outcomes[0], t.lang)])
        if found.unfinished:
            told.append(t("why.unfinished", count=number(found.unfinished, 0), total=number(found.runs, 0)))
        made = found.provenance.get("runs")
        if isinstance(made, int) and made > found.runs:
            told.append(t("why.kept", all=number(made, 0), kept=number(found.runs, 0)))
        return told

    def against_the_record(self) -> list[str]:
        """How many observations lie outside the band, and what to make of it."""
        found, t = self.found, self.t
        if not found.finished:
            return []
        rows = found.compared
        if not rows:
            return [t("why.beside_none")]
        told = [t("why.beside", compared=len(rows), outside=found.outside, expected=expected_outside(len(rows)))]
        counts: dict[str, int] = {}
        for role in ("fit", "score"):
            of = [row for row in rows if row.observation.role == role and not (role == "score" and self.knows(row))]
            counts |= {role: len(of), f"{role}_outside": len(misses(of))}
        if counts["fit"] and counts["score"]:
            told.append(t("why.by_role", **counts))
        share = found.outside / len(rows)
        kind = "covered" if share < 0.05 else "as_many" if share <= 0.15 else "too_many"
        return [*told, t(f"why.{kind}", section=t("section.record"))]

    def knows(self, row: ObservedComparison) -> bool:
        """Whether the calibration used an observation kept for validation: then it is none to be tested by."""
        from copark.inference.target_selection import uses_everything

        trust = self.found.trust
        if trust is None or not trust.cut:
            return False
        cut = Quarter.parse(trust.cut)
        return uses_everything(self.case, cut) and Quarter.of_day(row.observation.date.last_day) <= cut

    def outcomes(self) -> doc.Section:
        """How often each outcome happens; of a park that is not calibrated only when asked for."""
        from copark import figures

        found, t = self.found, self.t
        named = [f"{text(f'analysis.outcome.{one.name}', t.lang)} {percent(one.share)}" for one in found.outcomes[0]]
        quarters = (found.last + 1) * quarters_apart(found.ensemble)
        years = number(quarters / 4.0, 0 if quarters % 4 == 0 else 2)
        lead = t("outcomes.lead", last=found.labels[found.last], years=years, runs=number(found.finished, 0))
        blocks: list[doc.Block] = []
        if found.trust is not None and not found.shows_outcomes:
            blocks.append(doc.Caveat(text("trust.outcomes_assumed", t.lang, label=found.trust.label(t.lang))))
            blocks += [doc.Caveat(one) for one in (corrected(found.trust, found.outcomes[0], t.lang),) if one]
        blocks += [
            doc.Paragraph(lead),
            self.picture(
                "outcomes", lambda: figures.outcome_bars(found.ensemble, t.lang), text("report.outcomes.title", t.lang),
                t("outcomes.alt", values=self.joined(named)),
            ),
            self.shares(),
        ]  # fmt: skip
        if len(found.outcomes) > 1 and not found.shows_outcomes:
            blocks.append(self.by_scenario())
        swept = sweep(found.ensemble)
        if swept:
            columns: Columns = ("threshold:count", *self.outcome_columns())
            rows: list[tuple[doc.Value, ...]] = [
                (value, *(one.share for one in shares)) for value, shares in swept.items()
            ]
            blocks.append(self.table("sweep", columns, rows))
        return self.section(OUTCOME_SECTION, *blocks, folded=not found.shows_outcomes)

    def outcome_columns(self) -> list[doc.Column]:
        return [
            doc.Column(name, text(f"analysis.outcome.{name}", self.t.lang), doc.Kind.share, places=1)
            for name in OUTCOMES
        ]

    def shares(self) -> doc.Table:
        """Outcomes with what they mean, their shares and Monte Carlo intervals."""
        rows = [
            (
                text(f"analysis.outcome.{one.name}", self.t.lang),
                text(f"analysis.outcome.{one.name}.meaning", self.t.lang, threshold=number(THRESHOLD, 0)),
                one.count, doc.Interval(one.low, one.high, one.share) if isfinite(one.share) else None,
            )
            for one in self.found.outcomes[0]
        ]  # fmt: skip
        return self.table("shares", "outcome meaning:note runs:count share:share:1", rows)

    def by_scenario(self) -> doc.Table:
        """Shares of outcomes in every scenario of the study."""
        columns: Columns = ("scenario", *self.outcome_columns())
        rows: list[tuple[doc.Value, ...]] = [
            (scenario_title(self.found.ensemble, at, self.t.lang), *(one.share for one in shares))
            for at, shares in enumerate(self.found.outcomes)
        ]
        return self.table("scenarios", columns, rows)
