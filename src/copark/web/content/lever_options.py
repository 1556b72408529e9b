"""What can still be decided about a park: its stored levers as data for a chart, each ready to be simulated."""

from dataclasses import replace
from functools import partial
from math import isfinite
from typing import Any

from copark.analyses.answer import find, load
from copark.analyses.contract import Texts
from copark.analyses.how_sure import how_sure, structure_range
from copark.analyses.levers import Answer as Levers
from copark.analyses.levers.findings import Gain
from copark.analyses.levers.measures import BUDGETS, SIDES, measure_of
from copark.analyses.levers.recommendation import Judgement
from copark.analyses.levers.schema import Lever, Setting
from copark.analyses.levers.show import SIGNS, advice_words, answers, change, forbidding, middle
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import shown
from copark.texts import LANGUAGES
from copark.web.content.analyses import analysis_of, home_of, results_of
from copark.web.content.case_registry import OwnersView
from copark.web.content.responses import Answer, Said
from copark.web.content.sentences import spoken_in


class SideEffect(Answer):
    """What an option means for one side."""

    side: str
    """home, host, developer or enterprises."""
    sign: str
    """Its verdict as a sign, from ++ to −−."""
    verdict: Said
    """In how many runs the side gains or loses."""
    median: Said
    amount: Said
    """Median gain and the range of 90 % of runs."""


class DecisionOption(Answer):
    """A setting of a lever, what it changes and for whom."""

    key: str
    title: Said
    reason: Said
    lever: Said
    lever_key: str
    owner: Said
    change: float
    """Change of the chance to be self-standing."""
    low: float
    high: float
    """low, high: its Monte Carlo interval (95 %)."""
    told: Said
    """The change and its interval in percentage points."""
    across: Said
    """Least and largest change under the structures of the model that were tried."""
    flips: bool
    sides: list[SideEffect]
    acceptable: float | None
    """Share of states in which it meets every requirement; null where none could be compared."""
    advice: str
    """What the rule says of it: recommended, avoid, unchanged or unreliable; neither of the first two where the model
    gives no ground for a choice."""
    advice_reason: Said
    """The advice in words, with the tests that an unreliable option fails."""
    losing: list[Said]
    """Sides that are worse off in most runs."""
    twins: list[Said]
    """Other options whose numbers are the same in every measure: they are told as one."""
    companies: Said
    """Median change of operating companies at the horizon, and the range of 90 % of runs."""
    jobs: Said
    """Median change of jobs at the horizon, and the range of 90 % of runs."""
    budgets: list[Said]
    """Median change of the home and of the host budget up to the horizon: taxes on profits less rescues."""
    scenario: dict[str, Any]


class LeverParameter(Answer):
    """A parameter that the effect of a lever depends on."""

    title: Said
    moved: Said
    """How far the data inform it, in words."""


class LeverStory(Answer):
    """What a lever is in the world, and what its effect rests on in the model."""

    key: str
    title: Said
    owner: Said
    reason: Said
    """What it is: an institution, a rule or a decision of this park."""
    rests: list[LeverParameter]
    """What its effect depends on."""


class DecisionAnswer(Answer):
    """What can still be decided about a park, from its newest stored analysis of levers."""

    run_id: str | None
    """Run ID of that analysis; null where none is stored."""
    sentences: list[Said]
    """The answer: what forbids to rely on it, what may be recommended, what to avoid, what changes nothing."""
    since: str
    """``now``: from the present on; ``start``: had it been so from the founding; empty without a result."""
    pulled: str
    """First quarter of the change."""
    horizon: str
    """Quarter at which the park is judged."""
    general: bool
    """Whether these are the general levers, none having been written for the case."""
    before: float | None
    """Chance to be self-standing in the baseline."""
    before_low: float | None
    before_high: float | None
    """before_low, before_high: its Monte Carlo interval (95 %)."""
    between: Said | None
    """The chance under the other structures of the model; null where none was tried."""
    sure: list[Said]
    """How sure the chance is, a sentence each, the gravest doubt first; what the record says stands in the answer."""
    runs: int
    left_out: int
    """Of these, runs that do not count: the park had failed before the change, as the observations rule out."""
    acceptable: float | None
    """Share of states in which the baseline meets every requirement."""
    states: int
    """States compared: parameter draws under structures of the model."""
    structures: int
    requirements: list[Said]
    sides: list[Said]
    """Names of the four sides, in the order of every option's."""
    budgets: list[Said]
    """Names of the two budgets, in the order of every option's."""
    levers: list[LeverStory]
    """The levers of the options."""
    options: list[DecisionOption]
    """Every option, those with the same numbers once: what helps first, what to avoid last."""


NOTHING = DecisionAnswer(
    run_id=None,
    sentences=[],
    since="",
    pulled="",
    horizon="",
    general=False,
    before=None,
    before_low=None,
    before_high=None,
    between=None,
    sure=[],
    runs=0,
    left_out=0,
    acceptable=None,
    states=0,
    structures=0,
    requirements=[],
    sides=[],
    budgets=[],
    levers=[],
    options=[],
)


def decisions_of(view: OwnersView, case: str) -> DecisionAnswer:
    """What the newest stored result of a case's levers says; that with the usual settings, if there is one."""
    analysis = analysis_of("levers")
    results = results_of(analysis, view, case).results
    plain = analysis.params.model_validate({"case": case}).model_dump(mode="json")
    usual = [one for one in results if all(plain[name] == value for name, value in one.params.items())]
    for one in (*usual, *results):
        home, _ = home_of(analysis, view, one.run_id)
        stored = load(find(home, analysis, one.run_id), analysis)
        if stored is not None and isinstance(stored.result, Levers):
            return decision_answer(stored.result)
    return NOTHING


def decision_answer(found: Levers) -> DecisionAnswer:
    """Say what an analysis of levers found, as data for the page to decide on."""
    choice, acceptable = found.choice, dict[str, float]()
    if choice is not None:
        acceptable = dict(zip(choice.options, choice.ranking("satisficing").scores.tolist(), strict=True))
    judgements = {judgement.setting: judgement for judgement in found.recommendation.distinct}
    options = [
        _option(found, lever, setting, judgements[setting.key], acceptable.get(setting.key))
        for lever, setting in found.settings
        if setting.key in judgements
    ]
    first = found.gains[0] if found.gains and isfinite(found.gains[0].before) else None
    low, high = (None, None) if first is None else first.before_interval
    return DecisionAnswer.of(
        found,
        before=None if first is None else first.before,
        before_low=low,
        before_high=high,
        between=_between(found),
        sure=_sure(found),
        runs=found.draws * found.futures,
        left_out=0 if first is None else found.draws * found.futures - first.pairs,
        acceptable=acceptable.get(found.options[0]),
        states=0 if choice is None else choice.states,
        structures=len(found.readings),
        requirements=[one.title for one in found.file.thresholds],
        sentences=_sentences(found),
        sides=[_lever_words(f"side.{side}") for side in SIDES],
        budgets=[_lever_words(f"measure.{budget}") for budget in BUDGETS],
        levers=_stories(found, {option.lever_key for option in options}),
        options=sorted((option for option in options if isfinite(option.change)), key=_order),
    )


def _stories(found: Levers, keys: set[str]) -> list[LeverStory]:
    """Tell what each lever with options is, in the order of their file."""
    levers = {lever.key: lever for lever, _ in found.settings if lever.key in keys}
    rests: dict[str, list[LeverParameter]] = {key: [] for key in levers}
    for key, name, moved in found.rests:
        if key in rests:
            title = spoken_in(catalogue().parameters[name].title)
            rests[key].append(LeverParameter(title=title, moved=_lever_words(f"moved.{moved}")))
    return [
        LeverStory.of(lever, owner=_lever_words(f"owner.{lever.controlled_by}"), rests=rests[key])
        for key, lever in levers.items()
    ]


ORDER = ("recommended", "unreliable", "unchanged", "avoid")


def _order(option: DecisionOption) -> tuple[int, float]:
    """Order options by what the rule says of them, then by their change of the probability."""
    return ORDER.index(option.advice), -option.change


def _sentences(found: Levers) -> list[Said]:
    """Give the sentences of the answer in both languages, after what forbids to rely on it."""
    in_english, in_chinese = (
        [*forbidding(found, words), *answers(found, words)] for words in (Texts("levers", lang) for lang in LANGUAGES)
    )
    return [
        Said(en=_ended(english, "."), zh=_ended(chinese, "。"))
        for english, chinese in zip(in_english, in_chinese, strict=True)
    ]


def _between(found: Levers) -> Said | None:
    """Say between what the chance lies under the other structures."""
    between = structure_range(found.readings)
    if between is None:
        return None
    low, high, count = between
    interval = doc.Interval(low, high)
    return spoken_in(lambda lang: Texts("levers", lang)("between", band=shown(interval, doc.SHARE, lang), count=count))


def _sure(found: Levers) -> list[Said]:
    """Say how sure the chance is, in both languages, but for what the record says: the answer begins with that."""
    if not found.outcomes:
        return []
    doubts = replace(found.doubts, contradiction=None, partial_agreement=None)
    by_language = [how_sure(found.trust, found.outcomes, found.readings, doubts, lang) for lang in LANGUAGES]
    return [Said(en=english, zh=chinese) for english, chinese in zip(*by_language, strict=True)]


def _ended(sentence: str, stop: str) -> str:
    return sentence if sentence.endswith(stop) else sentence + stop


def _lever_words(key: str) -> Said:
    return spoken_in(lambda lang: Texts("levers", lang)(key))


def _told(value: doc.Value, one: Gain) -> Said:
    return spoken_in(
        lambda lang: shown(value, change(measure_of(one.measure.name), Texts("levers", lang)), lang, with_unit=True)
    )


def _option(
    found: Levers, lever: Lever, setting: Setting, judgement: Judgement, acceptable: float | None
) -> DecisionOption:
    standing = found.gain(setting.key, "self_standing")
    known = [value for value in standing.by_structure if isfinite(value)]
    scenario = setting.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"reason"})
    twins = found.recommendation.twins(setting.key)
    return DecisionOption.of(
        setting,
        standing,
        lever=lever.title,
        lever_key=lever.key,
        owner=_lever_words(f"owner.{lever.controlled_by}"),
        change=standing.mean,
        told=_told(middle(standing), standing),
        across=_told(doc.Interval(min(known), max(known)) if known else None, standing),
        sides=[_side_effect(found.gain(setting.key, side), side) for side in SIDES],
        acceptable=acceptable,
        advice="unreliable" if found.doubt is not None and judgement.word == "avoid" else judgement.word,
        advice_reason=spoken_in(lambda lang: advice_words(found, setting.key, Texts("levers", lang))),
        losing=[_lever_words(f"side.{side}") for side in judgement.losing],
        twins=[spoken_in(partial(found.named, key)) for key in twins],
        companies=_amount(found.gain(setting.key, "companies")),
        jobs=_amount(found.gain(setting.key, "jobs")),
        budgets=[_median(found.gain(setting.key, budget)) for budget in BUDGETS],
        scenario=scenario,
    )


def _side_effect(gain: Gain, side: str) -> SideEffect:
    return SideEffect(
        side=side,
        sign=SIGNS[gain.verdict],
        verdict=_lever_words(f"verdict.{gain.verdict}"),
        median=_median(gain),
        amount=_amount(gain),
    )


def _median(gain: Gain) -> Said:
    return _told(gain.median, gain)


def _amount(gain: Gain) -> Said:
    """Say the median of a difference and the range of 90 % of runs."""
    return _told(middle(gain), gain)
