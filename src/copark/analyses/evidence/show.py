"""Document of the evidence of mechanisms: each family over all parks, on whom it hangs, and every park."""

from __future__ import annotations

from collections.abc import Iterator

from copark.analyses.contract import Texts, assemble
from copark.analyses.evidence import Answer
from copark.analyses.evidence.figures import families
from copark.analyses.evidence.findings import ERRORS, FEWEST, LEAST, EvidenceSum, strength_of
from copark.analyses.show import AnswerShow, grouped
from copark.presentation import document as doc
from copark.presentation.numbers import number

METHODS = 5
"""Sentences about method and limits."""
WORDS = {"favoured": "told", "disfavoured": "against", "silent": "silent", "cannot": "cannot"}
"""Words for evidence, and the part of the headline that names the families of each."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Write the document of the evidence of mechanisms."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key="evidence",
        title=t("question", parks=len(answer.parks)),
        headline=show.headline(),
        sections=[show.families(), show.parks(), show.section("method", show.numbered("method", METHODS))],
        provenance={"members": answer.members, "seed": answer.seed},
    )


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.titles = {park.case: t.of(park.park) for park in answer.parks}

    def family(self, key: str) -> str:
        return self.t(f"family.{key}")

    def word(self, evidence: EvidenceSum) -> str:
        """Return the word for a sum, with the strength of evidence where it says something."""
        word = self.t(f"word.{evidence.word}")
        if evidence.word not in ("favoured", "disfavoured"):
            return word
        return self.t("with_strength", word=word, strength=self.t(f"strength.{strength_of(evidence.log_ratio)}"))

    def headline(self) -> str:
        """Name the families by what the observations say of them."""
        sentences = []
        for word, part in WORDS.items():
            names = [self.family(family.key) for family in self.answer.families if family.word == word]
            if names:
                sentences.append(self.t(f"headline.{part}", **{word: self.t("join").join(names)}))
        return self.t.sentences(sentences)

    def families(self) -> doc.Section:
        """Show each family over all parks, and without the park that moves it most."""
        rows = [
            (
                self.family(family.key),
                family.parks,
                family.log_ratio if family.parks else None,
                family.error if family.parks else None,
                self.word(family),
                self.titles.get(family.influential),
                family.others.log_ratio if family.others.parks else None,
                self.word(family.others),
            )
            for family in self.answer.families
        ]
        has_evidence = any(family.parks for family in self.answer.families)
        chart = self.chart("families", lambda: families(self.answer, self.t.lang)) if has_evidence else None
        columns = self.columns(
            "family parks:count evidence:change:1 error:number:1 word influential others:change:1 word_others"
        )
        return self.section(
            "families",
            doc.Paragraph(self.t.sentences([self.t("lead.families"), *self.resolution()])),
            *(() if chart is None else (chart,)),
            self.table("families", columns, rows),
            doc.Bullets(tuple(self.remarks())),
        )

    def resolution(self) -> Iterator[str]:
        """Describe how much evidence could not have been told, of the family whose error is the largest."""
        coarsest = max(self.answer.families, key=lambda family: family.error if family.parks else 0.0, default=None)
        if coarsest is not None and coarsest.parks and ERRORS * coarsest.error > LEAST:
            least = number(ERRORS * coarsest.error, 1)
            yield self.t("said.resolution", family=self.family(coarsest.key), least=least)

    def remarks(self) -> Iterator[str]:
        """Describe which single parks turn a word, and which parks are not asked."""
        turns = [(family.key, turn) for family in self.answer.families for turn in family.turns]
        for key, turn in turns:
            word = self.t(f"word.{turn.word}")
            yield self.t("said.hangs", family=self.family(key), park=self.titles[turn.case], word=word)
        if not turns:
            yield self.t("said.firm")
        if self.answer.uncalibrated:
            from copark.cases.load import load_case

            names = [self.t.of(load_case(case).title) for case in self.answer.uncalibrated]
            yield self.t("said.uncalibrated", parks=self.t("join").join(names))

    def parks(self) -> doc.Section:
        """Show every family in every park that has something of it."""
        rows = [
            (
                self.titles[park.case],
                park.values,
                evidence.log_ratio if evidence.can_be_told else None,
                evidence.error if evidence.can_be_told else None,
                evidence.effective,
                self.t(f"word.{evidence.word}"),
            )
            for key in (family.key for family in self.answer.families)
            for park in self.answer.parks
            for evidence in park.families
            if evidence.family == key
        ]
        heads = grouped(
            self.family(family.key)
            for family in self.answer.families
            for park in self.answer.parks
            for evidence in park.families
            if evidence.family == family.key
        )
        columns = self.columns("park values:count evidence:change:1 error:number:1 effective:number:0 word")
        lead = self.text("lead.parks", fewest=number(FEWEST, 0))
        return self.section("parks", lead, self.table("parks", columns, rows, groups=heads))
