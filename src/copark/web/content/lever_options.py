"""Decisions still open about a park: its stored levers as the whole Decide page shows them, in words and numbers.

Every option carries its scenario, ready to be simulated.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from math import isfinite
from pathlib import Path

from copark.analyses.accounts_on_record import case_of
from copark.analyses.answer import SHIPPED, find, load
from copark.analyses.brief import Answer as Brief
from copark.analyses.contract import Texts
from copark.analyses.how_sure import how_sure, structures_note
from copark.analyses.lever_columns import SIGNS, across_structures, change_column, effect_interval
from copark.analyses.levers import Answer as Levers
from copark.analyses.levers.advice_words import advice_words
from copark.analyses.levers.recommendation import Judgement
from copark.analyses.levers.show import answer_sentences
from copark.analyses.shipped import is_current
from copark.decisions.effects import LeverEffect
from copark.decisions.lever_file import AS_IT_IS, LeverOption
from copark.decisions.measures import BUDGETS, FOUR_SIDES
from copark.decisions.recommendation_rule import recommendation_rule
from copark.json_types import JsonObject
from copark.model.outcomes import GOOD
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import shown
from copark.stats.shares import Share
from copark.texts import LANGUAGES
from copark.texts.localized import LocalizedText
from copark.web.content.analyses import analysis_of, context_of, locate_result, results_of
from copark.web.content.case_registry import OwnerView
from copark.web.content.responses import ApiModel


class SideEffect(ApiModel):
    """The effect of an option on one side."""

    side: str
    """home, host, developer or enterprises."""
    sign: str
    """Its verdict as a sign, from ++ to −−."""
    verdict: LocalizedText
    """In how many runs the side gains or loses."""
    median: LocalizedText
    """Median gain."""
    amount: LocalizedText
    """Median gain and the range of 90 % of runs."""


class DecisionOption(ApiModel):
    """An option of a lever, what it changes and for whom."""

    key: str
    """Key of the option."""
    title: LocalizedText
    """Title of the option."""
    reason: LocalizedText
    """Why it is tried."""
    lever: LocalizedText
    """Title of the lever."""
    lever_key: str
    """Key of that lever, which the answer's ``levers`` tell of."""
    owner: LocalizedText
    """Who can pull the lever."""
    change: float
    """Change of the chance to be self-standing."""
    low: float
    """Lower end of the Monte Carlo interval (95 %) of the change."""
    high: float
    """Upper end of that interval."""
    told: LocalizedText
    """The change and its interval in percentage points."""
    across: LocalizedText
    """Least and largest change under the structures of the model that were tried."""
    flips: bool
    """Whether structures of the model disagree about the sign of the change."""
    sides: list[SideEffect]
    """What it means for each of the four sides."""
    acceptable: float | None
    """Share of states in which it meets every requirement; null where none could be compared."""
    advice: str
    """What the rule says of it: recommended, avoid, unchanged or unreliable; neither of the first two where the model
    gives no ground for a choice."""
    advice_reason: LocalizedText
    """The advice in words, with the tests that an unreliable option fails."""
    losing: list[LocalizedText]
    """Sides that are worse off in most runs."""
    twins: list[LocalizedText]
    """Other options whose numbers are the same in every measure: they are told as one."""
    companies: LocalizedText
    """Median change of operating companies at the horizon, and the range of 90 % of runs."""
    jobs: LocalizedText
    """Median change of jobs at the horizon, and the range of 90 % of runs."""
    budgets: list[LocalizedText]
    """Median change of the home and of the host budget up to the horizon: taxes on profits less rescues."""
    scenario: JsonObject
    """What it changes in the case, as a scenario that can be simulated."""


class LeverParameter(ApiModel):
    """A parameter that the effect of a lever depends on."""

    title: LocalizedText
    """Title of the parameter."""
    moved: LocalizedText
    """How far the data inform it, in words."""


class LeverStory(ApiModel):
    """A lever in the world, and the parameters its effect rests on in the model."""

    key: str
    """Key of the lever."""
    title: LocalizedText
    """Title of the lever."""
    owner: LocalizedText
    """Who can pull it."""
    reason: LocalizedText
    """What it is: an institution, a rule or a decision of this park."""
    rests: list[LeverParameter]
    """What its effect depends on."""


class DecisionAnswer(ApiModel):
    """Options that can still be decided on, from a park's newest stored analysis of levers."""

    run_id: str | None
    """Run ID of that analysis; null where none is stored."""
    sentences: list[LocalizedText]
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
    """Chance to be self-standing in the baseline, as the brief has it."""
    before_low: float | None
    """Lower end of its Monte Carlo interval (95 %)."""
    before_high: float | None
    """Upper end of that interval."""
    between: LocalizedText | None
    """Range of the chance over all structures of the model; null where no other was tried."""
    sure: list[LocalizedText]
    """How sure the chance is, a sentence each, the gravest doubt first; what the record says stands in the answer."""
    runs: int
    """Runs of the baseline and of every option."""
    left_out: int
    """Of these, runs that do not count: the park had failed before the change, as the observations rule out."""
    acceptable: float | None
    """Share of states in which the baseline meets every requirement."""
    states: int
    """States compared: parameter draws under structures of the model."""
    structures: int
    """Structures of the model that were tried, the model as it is among them."""
    relevance: LocalizedText
    """The smallest effect that advice acts on, and why; empty without a result."""
    requirements: list[LocalizedText]
    """What a state must reach for an option to be acceptable in it."""
    sides: list[LocalizedText]
    """Names of the four sides, in the order of every option's."""
    budgets: list[LocalizedText]
    """Names of the two budgets, in the order of every option's."""
    levers: list[LeverStory]
    """The levers of the options."""
    options: list[DecisionOption]
    """Every option, those with the same numbers once: what helps first, what to avoid last."""


NO_DECISIONS = DecisionAnswer(
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
    relevance=LocalizedText(en="", zh=""),
    requirements=[],
    sides=[],
    budgets=[],
    levers=[],
    options=[],
)


BRIEFS = 1_000
"""Stored briefs of which is remembered what they tell: to read one takes longer than all the rest of an answer."""


def newest_levers(view: OwnerView, case: str) -> Levers | None:
    """Read the newest stored result of a case's levers; one with the usual settings, if there is one.

    One that a former version of the model or the method made, or that is of other facts or another calibration than the
    case has now, is no answer: its park is computed again.
    """
    analysis = analysis_of("levers")
    results = results_of(analysis, view, case).results
    plain = analysis.params.model_validate({"case": case}).model_dump(mode="json")
    usual = [entry for entry in results if all(plain[name] == value for name, value in entry.params.items())]
    for entry in (*usual, *results):
        out, _ = locate_result(analysis, view, entry.run_id)
        folder = find(out, analysis, entry.run_id)
        stored = load(folder, analysis)
        if stored is None or not isinstance(stored.result, Levers):
            continue
        # Results that ship are listed where they answer here alone.
        if SHIPPED in folder.parents:
            return stored.result
        header = {"params": stored.params, "created": stored.created}
        if is_current(analysis, entry.run_id, header, context_of(out, view.get(case))):
            return stored.result
    return None


def decisions_of(view: OwnerView, case: str) -> DecisionAnswer:
    """Describe what can still be decided about a park, by the newest stored result of its levers."""
    levers = newest_levers(view, case)
    return NO_DECISIONS if levers is None else decision_answer(levers, outcomes_of_brief(view, case, levers))


def outcomes_of_brief(view: OwnerView, case: str, levers: Levers) -> tuple[Share, ...]:
    """Read the shares of outcomes of the stored brief that tells of these levers; empty where there is none.

    They are of all runs, as on every page, where levers leave out those in which the park had failed before.
    """
    analysis = analysis_of("brief")
    for entry in results_of(analysis, view, case).results:
        out, code = locate_result(analysis, view, entry.run_id)
        told, outcomes = _told_by_brief(find(out, analysis, entry.run_id), code)
        if told == levers.run_id:
            return outcomes
    return ()


@lru_cache(maxsize=BRIEFS)
def _told_by_brief(folder: Path, _code: str) -> tuple[str, tuple[Share, ...]]:
    """Return the run ID of the levers that a stored brief tells of, empty if of none, and its shares of outcomes."""
    stored = load(folder, analysis_of("brief"))
    if stored is None or not isinstance(stored.result, Brief) or stored.result.levers is None:
        return "", ()
    return stored.result.levers.run_id, stored.result.outcomes


def decision_answer(levers: Levers, outcomes: Sequence[Share] = ()) -> DecisionAnswer:
    """Return what an analysis of levers found, as data for the page to decide on.

    Parameters
    ----------
    levers
        What was found.
    outcomes
        Shares of outcomes of all runs of the case as it is, as a brief has them; without them the chance is of the
        runs that count for levers.
    """
    known = tuple(outcomes) or levers.outcomes
    choice = levers.choice
    acceptable: dict[str, float] = {}
    if choice is not None:
        acceptable = dict(zip(choice.options, choice.ranking("satisficing").scores.tolist(), strict=True))
    judgements = {judgement.option: judgement for judgement in levers.recommendation.distinct}
    options = [
        _option(levers, option, judgements[option.key], acceptable.get(option.key))
        for option in levers.options
        if option.key in judgements
    ]
    runs = levers.draws * levers.replicates
    first = levers.effects[0] if levers.effects and isfinite(levers.effects[0].before) else None
    standing = next((share for share in known if share.name == GOOD.key), None)
    return DecisionAnswer.of(
        levers,
        before=None if standing is None else standing.share,
        before_low=None if standing is None else standing.low,
        before_high=None if standing is None else standing.high,
        between=None if standing is None else _between(levers, standing.share),
        sure=_sure(levers, known),
        runs=runs,
        left_out=0 if first is None else runs - first.pairs,
        acceptable=acceptable.get(AS_IT_IS),
        states=0 if choice is None else choice.states,
        structures=len(levers.baselines),
        relevance=_relevance(),
        requirements=[threshold.title for threshold in levers.file.thresholds],
        sentences=_sentences(levers),
        sides=[_lever_words(f"side.{side}") for side in FOUR_SIDES],
        budgets=[_lever_words(f"measure.{budget}") for budget in BUDGETS],
        levers=_stories(levers, {option.lever_key for option in options}),
        options=sorted((option for option in options if isfinite(option.change)), key=_order),
    )


def _stories(answer: Levers, keys: set[str]) -> list[LeverStory]:
    """Return what each lever with options is, in the order of their file."""
    levers = {option.lever.key: option.lever for option in answer.options if option.lever.key in keys}
    rests: dict[str, list[LeverParameter]] = {key: [] for key in levers}
    for key, name, moved in answer.rests:
        if key in rests:
            title = LocalizedText.by_language(catalogue().parameters[name].title)
            rests[key].append(LeverParameter(title=title, moved=_lever_words(f"moved.{moved}")))
    return [
        LeverStory.of(lever, owner=_lever_words(f"owner.{lever.controlled_by}"), rests=rests[key])
        for key, lever in levers.items()
    ]


ORDER = ("recommended", "unreliable", "unchanged", "avoid")
"""What is said of options, in the order in which they are shown."""


def _order(option: DecisionOption) -> tuple[int, float]:
    """Order options by what the rule says of them, then by their change of the probability."""
    return ORDER.index(option.advice), -option.change


def _sentences(levers: Levers) -> list[LocalizedText]:
    """Return the sentences of the answer in both languages, after what forbids to rely on it."""
    in_english, in_chinese = (
        answer_sentences(levers, words) for words in (Texts("levers", lang) for lang in LANGUAGES)
    )
    return [
        LocalizedText(en=_ended(english, "."), zh=_ended(chinese, "。"))
        for english, chinese in zip(in_english, in_chinese, strict=True)
    ]


def _between(levers: Levers, chance: float) -> LocalizedText | None:
    """Write between what the chance lies over all structures; ``None`` where no other was tried."""
    words = LocalizedText.by_language(lambda lang: structures_note(levers.baselines, chance, lang))
    return words if words.en else None


def _sure(levers: Levers, outcomes: Sequence[Share]) -> list[LocalizedText]:
    """Describe how sure the chance is, in both languages, but for what the record says: the answer begins with that."""
    if not outcomes:
        return []
    doubts = replace(levers.doubts, contradiction=None, partial_agreement=None)
    by_language = [
        how_sure(case_of(levers), levers.trust, outcomes, levers.baselines, doubts, lang) for lang in LANGUAGES
    ]
    return [LocalizedText(en=english, zh=chinese) for english, chinese in zip(*by_language, strict=True)]


def _ended(sentence: str, stop: str) -> str:
    """End a sentence with its stop."""
    return sentence if sentence.endswith(stop) else sentence + stop


def _lever_words(key: str) -> LocalizedText:
    """Return a text of levers in both languages."""
    return LocalizedText.by_language(lambda lang: Texts("levers", lang)(key))


def _relevance() -> LocalizedText:
    """Describe what the smallest effect is that advice acts on."""
    reason = recommendation_rule().relevance.reason
    return LocalizedText.by_language(lambda lang: Texts("levers", lang)("limits.relevance", reason=reason.text(lang)))


def _amount(effect: LeverEffect, value: doc.Value) -> LocalizedText:
    """Describe a value in the unit of an effect, as a change."""
    return LocalizedText.by_language(
        lambda lang: shown(value, change_column(effect.measure, Texts("levers", lang)), lang, with_unit=True)
    )


def _option(levers: Levers, option: LeverOption, judgement: Judgement, acceptable: float | None) -> DecisionOption:
    """Put an option into the form of the page.

    Parameters
    ----------
    levers
        What is known of the case's levers.
    option
        The option.
    judgement
        What the rule says of it.
    acceptable
        Share of states in which it meets every requirement.
    """
    standing = levers.effect(option.key, GOOD.key)
    companies = levers.effect(option.key, "companies")
    jobs = levers.effect(option.key, "jobs")
    budgets = [levers.effect(option.key, budget) for budget in BUDGETS]
    sides = [levers.effect(option.key, side) for side in FOUR_SIDES]
    twins = levers.recommendation.twins(option.key)
    return DecisionOption.of(
        option.entry,
        lever=option.lever.title,
        lever_key=option.lever.key,
        owner=_lever_words(f"owner.{option.lever.controlled_by}"),
        change=standing.mean,
        low=standing.monte_carlo_low,
        high=standing.monte_carlo_high,
        told=_amount(standing, effect_interval(standing)),
        across=_amount(standing, across_structures(standing)),
        flips=standing.flips,
        sides=[
            SideEffect(
                side=side.measure,
                sign=SIGNS[side.verdict],
                verdict=_lever_words(f"verdict.{side.verdict}"),
                median=_amount(side, side.median),
                amount=_amount(side, effect_interval(side)),
            )
            for side in sides
        ],
        acceptable=acceptable,
        advice=judgement.advice,
        advice_reason=LocalizedText.by_language(lambda lang: advice_words(levers, option.key, Texts("levers", lang))),
        losing=[_lever_words(f"side.{side}") for side in judgement.losing],
        twins=[LocalizedText.by_language(partial(levers.name, key)) for key in twins],
        companies=_amount(companies, effect_interval(companies)),
        jobs=_amount(jobs, effect_interval(jobs)),
        budgets=[_amount(budget, budget.median) for budget in budgets],
        scenario=option.entry.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"reason"}),
    )
