"""Questions to put to a room about a park: a guess first, then what the brief says, and how sure that is.

They are made of the contents of a brief, so that a question is asked only where there is something to answer it with.
Where nothing is settled the answer says that it is open; what no model answers is asked last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import isfinite
from typing import Literal

from copark.analyses.brief import Answer
from copark.analyses.brief.show import headline_of, open_words, spelled, sure_words
from copark.analyses.contract import Texts
from copark.analyses.how_sure import structures_disagree, structures_words
from copark.analyses.lever_columns import across_structures, change_column, effect_interval
from copark.analyses.levers.advice_words import advice_words
from copark.analyses.levers.recommendation import AimEffect
from copark.analyses.size_words import band_words, spans_too_much
from copark.calibration.rolling_origin import year_of_moment
from copark.decisions.effects import LeverEffect
from copark.decisions.measures import FOUR_SIDES
from copark.labels import join
from copark.model.outcomes import GOOD
from copark.model.variables import catalogue
from copark.presentation.numbers import bounded, percent_words, reach, shown, spoken, unit_title
from copark.simulation.readouts.observed_vs_model import expected_outside
from copark.texts import LANGUAGES, text
from copark.texts.localized import LocalizedText

COUNT = 5
"""Questions that are put to a room."""
MOST_OPTIONS = 4
"""Options to choose from, beside none."""
LOSING = ("loses_surely", "loses_mostly")
"""Verdicts on a side that is worse off in at least three of four runs."""
CLEAR = (*LOSING, "gains_surely", "gains_mostly")
"""Verdicts that say which way it goes."""
FACTS = ("equity", "quota", "threshold", "tax", "capital", "land")
"""Facts that may be assumed."""

Guess = Literal["percent", "number", "choice", "words"]
"""How a room guesses: a percentage, a number, one thing of several, in its own words."""


@dataclass(frozen=True)
class MeetingQuestion:
    """A question to a room, and its answer."""

    key: str
    """What it is about."""
    guess: Guess
    """How a room guesses."""
    ask: LocalizedText
    """The question."""
    unit: LocalizedText
    """Unit of a number, beside its box; empty of anything else."""
    choices: tuple[LocalizedText, ...]
    """What is chosen from; empty where nothing is."""
    right: tuple[int, ...]
    """Places of the choices that are right; empty where the answer is open."""
    span: tuple[float, float] | None
    """Range within which a number is near; ``None`` where there is none."""
    answer: LocalizedText
    """The answer."""
    sure: LocalizedText
    """How sure it is."""
    open: LocalizedText | None
    """Why it is open; ``None`` where it is settled, as far as a model settles anything."""


@dataclass(frozen=True)
class _Spoken:
    """A question in one language."""

    key: str
    guess: Guess
    ask: str
    answer: str
    sure: str
    open: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    span: tuple[float, float] | None = None


def meeting_questions(answer: Answer) -> tuple[MeetingQuestion, ...]:
    """Make five questions of a brief.

    Parameters
    ----------
    answer
        The brief.
    """
    spoken_by_language = [_Questions(answer, lang).chosen() for lang in LANGUAGES]
    return tuple(_joined(*each) for each in zip(*spoken_by_language, strict=True))


def meeting_words(answer: Answer) -> dict[str, LocalizedText]:
    """Return the first sentences of a brief and how sure they are, for whoever shows one thing at a time."""

    def words(of: Callable[[Answer, Texts], Sequence[str]]) -> LocalizedText:
        return LocalizedText.by_language(lambda lang: _in_a_row(of(answer, Texts("brief", lang)), lang))

    return {
        "headline": LocalizedText.by_language(lambda lang: headline_of(answer, Texts("brief", lang))),
        "sure": words(sure_words),
        "next": words(open_words),
    }


def _in_a_row(sentences: Sequence[str], lang: str) -> str:
    return ("" if lang == "zh" else " ").join(sentences)


def _joined(english: _Spoken, chinese: _Spoken) -> MeetingQuestion:
    def both(name: str) -> LocalizedText:
        return LocalizedText(en=getattr(english, name), zh=getattr(chinese, name))

    choices = tuple(LocalizedText(en=en, zh=zh) for en, zh in zip(english.choices, chinese.choices, strict=True))
    return MeetingQuestion(
        english.key,
        english.guess,
        both("ask"),
        both("unit"),
        choices,
        english.right,
        english.span,
        both("answer"),
        both("sure"),
        both("open") if english.open else None,
    )


def _says_most(effects: Sequence[LeverEffect]) -> tuple[int, float]:
    """Rank an option by how many sides it clearly moves, then by the runs in which it moves any."""
    return sum(effect.verdict in CLEAR for effect in effects), sum(1.0 - effect.equal for effect in effects)


class _Questions:
    """Questions about a park in one language."""

    def __init__(self, answer: Answer, lang: str) -> None:
        self.answer = answer
        self.lang = lang
        self.t = Texts("brief", lang)
        self.levers = Texts("levers", lang)
        self.words = {"park": self.t.of(answer.park), "horizon": spelled(answer.horizon, self.t)}
        self.baselines = () if answer.levers is None else answer.levers.baselines

    def chosen(self) -> list[_Spoken]:
        """Choose the first five that there is an answer to."""
        return list(islice(self._pool(), COUNT))

    def _pool(self) -> Iterator[_Spoken]:
        yield from self._chance()
        yield from self._size("operating")
        yield from self._best_lever()
        yield from self._losers()
        yield from self._assumed()
        yield from self._record()
        yield from self._size("jobs")
        yield self._without_a_model("mind", _in_a_row(open_words(self.answer, self.t), self.lang))
        yield self._without_a_model("unknown", self.t("meeting.answer.unknown", count=len(self.answer.events)))
        yield self._without_a_model("promise", self.t("meeting.answer.promise"))

    def _without_a_model(self, key: str, answer: str) -> _Spoken:
        """Ask what no model answers."""
        return _Spoken(
            key, "words", self.t(f"meeting.ask.{key}", **self.words), answer, "", self.t("meeting.open.mind")
        )

    def _chance(self) -> Iterator[_Spoken]:
        answer = self.answer
        if not answer.shows_outcomes or answer.closed is not None:
            return
        share = answer.share(GOOD.key)
        standings = [baseline.standing for baseline in self.baselines[1:] if isfinite(baseline.standing)]
        low, high = (percent_words(end, self.lang) for end in (share.low, share.high))
        others = structures_words(self.baselines, share.share, self.lang) or self.t("meeting.sure.no_structure")
        sure = self.t("meeting.sure.chance", structures=others, low=low, high=high)
        doubts = answer.doubts.record_words(self.lang)
        if structures_disagree(self.baselines, share.share):
            doubts = [*doubts, text("sure.disagree", self.lang, park=self.words["park"])]
        yield _Spoken(
            "chance",
            "percent",
            self.t("meeting.ask.chance", **self.words),
            self.t("meeting.answer.chance", share=percent_words(share.share, self.lang)),
            sure,
            self.t.sentences(doubts) if doubts else "",
            span=(100.0 * min([share.low, *standings]), 100.0 * max([share.high, *standings])),
        )

    def _size(self, name: str) -> Iterator[_Spoken]:
        closed = self.answer.closed
        bands = self.answer.bands if closed is None else closed.bands
        if name not in bands:
            return
        low, _, middle, _, high = (float(value) for value in bands[name][:, -1])
        output = catalogue().outputs[name]
        is_open = spans_too_much(low, high)
        band = band_words(reach(low, high, output.unit, self.lang), low, high, self.lang)
        ask = self.t(f"meeting.ask.{name}.{'closed' if closed else 'open'}", **self.words)
        reasons = [] if self.answer.shows_outcomes or closed else ["uncalibrated_size"]
        if closed:
            reasons.append("closed")
        elif is_open:
            reasons.append("size")
        yield _Spoken(
            name,
            "number",
            ask + (self._last_report() if name == "operating" and closed is None else ""),
            self.t("meeting.answer.size", median=spoken(middle, output.unit, self.lang), band=band),
            self.t("meeting.sure.size"),
            _in_a_row([self.t(f"meeting.open.{reason}") for reason in reasons], self.lang),
            unit=unit_title(output.unit, self.lang),
            span=(low, high),
        )

    def _last_report(self) -> str:
        """Describe what was reported last; nothing where nothing was."""
        if not self.answer.reported:
            return ""
        point = max(self.answer.reported, key=lambda reported: reported.at)
        value = bounded(point.value, point.high, point.bound, "companies", self.lang, "spoken")
        return self.t("meeting.ask.reported", value=value, year=year_of_moment(point.at))

    @cached_property
    def _effects(self) -> list[LeverEffect]:
        """Effects of the best option of each lever, the best first; options with the same numbers once."""
        levers = self.answer.levers
        if levers is None or self.answer.closed is not None:
            return []
        measure = GOOD.key if self.answer.shows_outcomes else "companies"
        lever_of = {option.key: option.lever.key for option in levers.options}
        best: dict[str, LeverEffect] = {}
        for judgement in levers.recommendation.distinct:
            effect = levers.effect(judgement.option, measure)
            lever = lever_of.get(judgement.option)
            if lever is None or not isfinite(effect.centre):
                continue
            if lever not in best or effect.centre > best[lever].centre:
                best[lever] = effect
        return sorted(best.values(), key=lambda effect: -effect.centre)

    @cached_property
    def _offered(self) -> list[LeverEffect]:
        """The best three and the worst, in the order of the file, which tells nothing about the answer."""
        levers = self.answer.levers
        effects = self._effects
        if levers is None or not effects:
            return []
        place = {option.key: number for number, option in enumerate(levers.options)}
        return sorted({*effects[: MOST_OPTIONS - 1], effects[-1]}, key=lambda effect: place[effect.scenario])

    def _change_words(self, effect: LeverEffect) -> str:
        column = change_column(effect.measure, self.levers)
        return shown(effect_interval(effect), column, self.lang, with_unit=True)

    def _option_name(self, effect: LeverEffect) -> str:
        levers = self.answer.levers
        return "" if levers is None else levers.name(effect.scenario, self.lang)

    def _best_lever(self) -> Iterator[_Spoken]:
        levers = self.answer.levers
        effects = self._effects
        if levers is None or len(effects) < 2:
            return
        best, second = effects[:2]
        offered = self._offered
        none = len(offered)
        by_measure = {effect.measure: effect for effect in levers.effects if effect.scenario == best.scenario}
        gain = AimEffect.of(by_measure, GOOD.key if best.is_share else "operating")
        is_nothing = gain.sign <= 0
        are_alike = second.monte_carlo_high >= best.monte_carlo_low
        right = [none] if is_nothing else [offered.index(effect) for effect in effects[: 2 if are_alike else 1]]
        reasons: list[str] = [] if levers.no_advice_because is None else [levers.no_advice_because]
        if best.monte_carlo_low <= 0.0:
            reasons.append("nothing")
        elif are_alike and not is_nothing:
            reasons.append("alike")
        reasons += ["flips"] if best.flips and not is_nothing else []
        doubts = [self.t(f"meeting.open.{reason}") for reason in reasons]
        judgement = levers.recommendation.of(best.scenario)
        is_told = judgement.word == "recommended" or judgement.is_only_too_small
        if levers.no_advice_because is None and best.monte_carlo_low > 0.0 and not is_told:
            doubts.append(self.t("meeting.open.advice", advice=advice_words(levers, best.scenario, self.levers)))
        across = across_structures(best)
        column = change_column(best.measure, self.levers)
        others = "" if across is None else shown(across, column, self.lang, with_unit=True)
        kind = "chance" if best.is_share else "companies"
        sure = self.t("meeting.sure.lever", second=self._option_name(second), change=self._change_words(second))
        yield _Spoken(
            "lever",
            "choice",
            self.t(f"meeting.ask.lever.{kind}", **self.words),
            self.t(
                "meeting.answer.nothing" if is_nothing else "meeting.answer.lever",
                option=self._option_name(best),
                change=self._change_words(best),
            ),
            _in_a_row([*([self.t("meeting.sure.across", across=others)] if others else []), sure], self.lang),
            _in_a_row(doubts, self.lang),
            choices=(*(self._option_name(effect) for effect in offered), self.t("meeting.none")),
            right=tuple(right),
        )

    def _losers(self) -> Iterator[_Spoken]:
        levers = self.answer.levers
        if levers is None or not self._offered:
            return
        by_option = {
            offered.scenario: [(side, levers.effect(offered.scenario, side)) for side in FOUR_SIDES]
            for offered in self._offered
        }
        # The option of which most can be said, whether or not it is the best: one question must not answer the other.
        option = max(by_option, key=lambda key: _says_most([effect for _, effect in by_option[key]]))
        sides = by_option[option]
        if not all(isfinite(effect.above) for _, effect in sides):
            return
        names = {side: self.levers(f"side.{side}") for side in FOUR_SIDES}
        losing = [number for number, (_, effect) in enumerate(sides) if effect.verdict in LOSING]
        unclear = [names[side] for side, effect in sides if effect.verdict == "unclear"]
        side_words = [
            self.t(
                "meeting.answer.side",
                side=names[side],
                worse=percent_words(effect.below, self.lang),
                better=percent_words(effect.above, self.lang),
            )
            for side, effect in sides
        ]
        losers = join([names[FOUR_SIDES[number]] for number in losing], self.lang)
        reasons = [self.t("meeting.open.sides", sides=join(unclear, self.lang))] if unclear else []
        if levers.no_advice_because is not None:
            reasons.append(self.t(f"meeting.open.{levers.no_advice_because}"))
        yield _Spoken(
            "losers",
            "choice",
            self.t("meeting.ask.losers", option=levers.name(option, self.lang)),
            self.t("meeting.answer.losers", sides=losers) if losing else self.t("meeting.answer.nobody"),
            self.t("meeting.sure.sides", sides=self.t("meeting.semicolon").join(side_words)),
            _in_a_row(reasons, self.lang),
            choices=(*(names[side] for side in FOUR_SIDES), self.t("meeting.nobody")),
            right=tuple(losing) if losing else (len(FOUR_SIDES),),
        )

    def _assumed(self) -> Iterator[_Spoken]:
        assumed = self.answer.doubts.assumed
        if not assumed or len(assumed) == len(FACTS):
            return
        names = [text(f"sure.fact.{fact}", self.lang) for fact in FACTS]
        yield _Spoken(
            "assumed",
            "choice",
            self.t("meeting.ask.assumed", **self.words),
            self.t(
                "meeting.answer.assumed",
                facts=join([text(f"sure.fact.{fact}", self.lang) for fact in assumed], self.lang),
            ),
            self.t("meeting.sure.assumed"),
            choices=tuple(names),
            right=tuple(number for number, fact in enumerate(FACTS) if fact in assumed),
        )

    def _record(self) -> Iterator[_Spoken]:
        answer = self.answer
        if not answer.compared or answer.closed is not None:
            return
        is_calibrated = answer.trust is not None and answer.trust.state == "calibrated"
        outside = float(answer.outside)
        yield _Spoken(
            "record",
            "number",
            self.t("meeting.ask.record", compared=answer.compared, **self.words),
            self.t("meeting.answer.record", outside=answer.outside, expected=expected_outside(answer.compared)),
            self.t("meeting.sure.record" if is_calibrated else "meeting.sure.record_unused"),
            unit=self.t("meeting.numbers"),
            span=(outside, outside),
        )
