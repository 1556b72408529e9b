"""Document of a grid of structures: the range over combinations, what each choice does, whether advice holds."""

from __future__ import annotations

from collections.abc import Sequence

from copark.analyses.contract import Texts, assemble
from copark.analyses.show import AnswerShow, known
from copark.analyses.structures import COMPARED, SHARES, Answer, ChoiceEffect, OptionSigns
from copark.analyses.structures.choices import UncrossedChoice
from copark.analyses.structures.contrasts import MonteCarloEstimate
from copark.model.outcomes import ENDED, GOOD
from copark.presentation import document as doc
from copark.presentation.document import Column, Kind
from copark.presentation.numbers import number, percent_words

POINTS = Column("points", "", Kind.points, places=1)
CHANGE = Column("change", "", Kind.change, "log points", 2)
EFFECT_COLUMNS = f"{GOOD.key}:points:1 {ENDED.key}:points:1 log_operating:change:2 log_jobs:change:2"


def document(answer: Answer, t: Texts) -> doc.Document:
    """Describe over what range the answer lies and whether advice holds, then show every combination."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key=f"structures-{answer.case}",
        title=t("question", park=t.of(answer.park)),
        headline=show.headline(),
        sections=[show.cells(), show.effects(), show.advice(), show.method()],
    )


class _Show(AnswerShow[Answer]):
    def headline(self) -> str:
        """Return the range over all combinations, what matters most, and whether any advice turns."""
        answer = self.answer
        return self.t(
            "headline" if len(answer.choices) > 1 else "headline.one",
            choice=self.t(f"choice.{answer.choices[0]}"),
            cells=len(answer.cells),
            choices=len(answer.choices),
            park=self.t.of(answer.park),
            quarter=answer.quarter,
            range=self.range(GOOD.key),
            failed=self.range(ENDED.key),
            size=self.size(),
            most=self.most(),
            advice=self.advised(),
        )

    def range(self, measure: str) -> str:
        return self.between(*(percent_words(value, self.t.lang) for value in self.answer.range_of(measure)))

    def size(self) -> str:
        """Return the lowest and the highest median of operating enterprises."""
        return self.between(*(number(value, 0) for value in self.answer.range_of("operating")))

    def between(self, low: str, high: str) -> str:
        return self.t("range.same" if low == high else "range.wide", low=low, high=high)

    def most(self) -> str:
        """Name the choice that moves being self-standing most, and that of failure and size where it is another."""
        sentences: list[str] = []
        named: list[tuple[str, ...]] = []
        for measure in (GOOD.key, ENDED.key, "log_operating"):
            strongest = self.answer.strongest(measure)
            if strongest is not None and strongest.choices not in named:
                sentences.append(self.t(f"most.{measure}", **self.moved(strongest)))
                named.append(strongest.choices)
            elif strongest is None and measure == GOOD.key:
                sentences.append(self.t("most.none"))
        return self.t.sentences(sentences)

    def moved(self, effect: ChoiceEffect) -> dict[str, str]:
        (choice,) = effect.choices
        column = POINTS if effect.measure in SHARES else CHANGE
        return {"choice": self.turned(choice), "moved": self.said(effect.effect.value, column)}

    def turned(self, choice: str) -> str:
        """Name a choice with its two sides."""
        first, second = (self.side(choice, side) for side in (0, 1))
        return self.t("side.from_to", choice=self.t(f"choice.{choice}"), first=first, second=second)

    def side(self, choice: str, side: int) -> str:
        return self.t(f"side.{choice}.{side}")

    def advised(self) -> str:
        """Return whether the sign of any advice is another in some combination, or is no longer felt there."""
        options = self.answer.options
        if not options:
            return self.t("advice.nothing")
        turned = [option for option in options if option.turned]
        fading = [option for option in options if option.fades]
        first = self.t("advice.holds", count=len(options))
        if turned:
            first = self.t("advice.turns", count=len(options), turned=len(turned), which=self.names(turned))
        fades = [self.t("advice.fades", fading=len(fading), which=self.names(fading))] if fading else []
        return self.t.sentences([first, *fades])

    def names(self, options: Sequence[OptionSigns]) -> str:
        return self.t("lister").join(self.t("named", title=self.t.of(option.title)) for option in options)

    def cells(self) -> doc.Section:
        from copark.analyses.structures.figures import cells

        answer = self.answer
        columns = [
            *answer.choices,
            *(f"{name}:share" for name in SHARES),
            "operating:count::companies jobs:count::persons as_modelled:flag",
        ]
        rows: list[Sequence[doc.Value]] = [
            (
                *(self.side(choice, side) for choice, side in zip(answer.choices, cell.sides, strict=True)),
                *(_interval(getattr(cell, name)) for name in SHARES),
                *(doc.Interval(low, high, middle) for low, middle, high in (cell.operating, cell.jobs)),
                place == answer.as_modelled,
            )
            for place, cell in enumerate(answer.cells)
        ]
        chart = self.chart("cells", lambda: cells(answer, self.t.lang))
        return self.section("cells", chart, self.table("cells", columns, rows))

    def effects(self) -> doc.Section:
        """Show what each choice does on the average over the others, and where two do not simply add up."""
        answer = self.answer
        main: list[Sequence[doc.Value]] = [
            (
                self.t(f"choice.{choice}"),
                self.side(choice, 0),
                self.side(choice, 1),
                *(_interval(answer.of(measure, choice)) for measure in COMPARED),
            )
            for choice in answer.choices
        ]
        blocks: list[doc.Block] = [self.table("main", f"choice first second {EFFECT_COLUMNS}", main)]
        pairs = dict.fromkeys(effect.choices for effect in answer.effects if len(effect.choices) == 2)
        if pairs:
            rows: list[Sequence[doc.Value]] = [
                (
                    self.t("pair", first=self.t(f"choice.{first}"), second=self.t(f"choice.{second}")),
                    *(_interval(answer.of(measure, first, second)) for measure in COMPARED),
                )
                for first, second in pairs
            ]
            blocks.append(self.table("pairs", f"pair {EFFECT_COLUMNS}", rows))
        return self.section("effects", *blocks)

    def advice(self) -> doc.Section:
        if not self.answer.options:
            return self.section("advice", self.text("advice.none"))
        columns = "option word lowest highest held:count turned:count tried:count"
        return self.section(
            "advice", self.table("advice", columns, [self.signs(option) for option in self.answer.options])
        )

    def signs(self, option: OptionSigns) -> Sequence[doc.Value]:
        """Return the row of an option: its lowest and highest effect, and in how many combinations its sign holds."""
        values = [effect.value for effect in option.effects if effect is not None]
        column = POINTS if option.aim == GOOD.key else CHANGE
        ends = [self.said(end, column) for end in (min(values), max(values))] if values else [None, None]
        counts = (len(option.held), len(option.turned), len(values))
        return (self.t.of(option.title), self.t(f"word.{option.word}"), *ends, *counts)

    def method(self) -> doc.Section:
        answer = self.answer
        caveats = ("caveat.levers", "caveat.sides", "caveat.error")
        blocks: list[doc.Block] = list(map(self.caveat, caveats))
        if answer.effective is not None:
            worth = number(answer.effective, 0)
            blocks.append(self.caveat("caveat.more_than", effective=worth, runs=number(answer.asked, 0)))
        if answer.left_out:
            blocks.append(doc.Bullets(tuple(map(self.lacking, answer.left_out))))
        return self.section("method", *blocks)

    def lacking(self, left_out: UncrossedChoice) -> str:
        worth = "" if left_out.effective is None else number(left_out.effective, 0)
        choice = self.t(f"choice.{left_out.choice}")
        return self.t(f"left_out.{left_out.reason}", choice=choice, effective=worth)


def _interval(estimate: MonteCarloEstimate) -> doc.Value:
    return None if known(estimate.value) is None else doc.Interval(estimate.low, estimate.high, estimate.value)
