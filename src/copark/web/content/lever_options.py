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
from copark.texts.localized import LocalizedText
from copark.web.content.analyses import analysis_of, context_of, locate_result, results_of, said
from copark.web.content.case_registry import OwnerView
from copark.web.content.responses import ApiModel, Reading
from copark.web.content.sentences import said as said_by_key

SHOWN = (GOOD.key, "companies", "jobs", *BUDGETS, *FOUR_SIDES)
"""Measures whose effects the page shows."""


class OptionEffect(Reading):
    """The effect of an option on a measure."""

    sign: str
    """Its verdict as a sign, from ++ to −−."""
    verdict: str
    """In how many runs there is a gain or a loss: a key of the answer's ``verdicts``."""


class DecisionOption(ApiModel):
    """An option of a lever, what it changes and for whom."""

    key: str
    """Key of the option."""
    title: LocalizedText
    """Title of the option."""
    reason: LocalizedText
    """Why it is tried."""
    lever: str
    """Key of its lever among the answer's ``levers``."""
    effects: dict[str, OptionEffect]
    """By measure: the answer's ``good``, companies and jobs at the horizon, budget_home and budget_host (taxes on
    profits less rescues) and the gains of home, host, developer and enterprises up to the horizon."""
    across: LocalizedText
    """Least and largest change of the chance to be self-standing under the structures of the model that were tried."""
    flips: bool
    """Whether structures of the model disagree about the sign of that change."""
    acceptable: float | None
    """Share of states in which it meets every requirement; null where none could be compared."""
    advice: str
    """What the rule says of it: recommended, avoid, unchanged or unreliable; neither of the first two where the model
    gives no ground for a choice."""
    advice_reason: LocalizedText
    """The advice in words, with the tests that an unreliable option fails."""
    losing: list[str]
    """Sides that are worse off in most runs, as keys of ``effects``."""
    twins: list[LocalizedText]
    """Other options whose numbers are the same in every measure: they are told as one."""
    scenario: JsonObject
    """What it changes in the case, as a scenario that can be simulated."""


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
    rests: list[LocalizedText]
    """Parameters its effect depends on, each with how far the data inform it."""


class Decision(ApiModel):
    """Options that can still be decided on, by an analysis of a park's levers."""

    run_id: str
    """Run ID of that analysis."""
    sentences: list[LocalizedText]
    """The answer: what forbids to rely on it, what may be recommended, what to avoid, what changes nothing."""
    since: str
    """``now``: from the present on; ``start``: had it been so from the founding."""
    pulled: str
    """First quarter of the change."""
    horizon: str
    """Quarter at which the park is judged."""
    general: bool
    """Whether these are the general levers, none having been written for the case."""
    before: Share | None
    """Chance to be self-standing in the baseline, as the brief has it; null where it is not known."""
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
    """The smallest effect that advice acts on, and why."""
    requirements: list[LocalizedText]
    """What a state must reach for an option to be acceptable in it."""
    sides: dict[str, LocalizedText]
    """Names of the four sides, by measure."""
    budgets: dict[str, LocalizedText]
    """Names of the two budgets, by measure."""
    good: str
    """Measure that is told first, the share of runs that come to the good outcome: a key of every option's effects."""
    verdicts: dict[str, LocalizedText]
    """Verdicts on effects in words, by key."""
    levers: list[LeverStory]
    """The levers of the options."""
    options: list[DecisionOption]
    """Every option, those with the same numbers once: what helps first, what to avoid last."""


class DecisionAnswer(ApiModel):
    """What can still be decided about a park."""

    found: Decision | None
    """By its newest stored analysis of levers; null where none is stored."""


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
    return DecisionAnswer(found=None if levers is None else decision_of(levers, outcomes_of_brief(view, case, levers)))


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


def decision_of(levers: Levers, outcomes: Sequence[Share] = ()) -> Decision:
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
        if option.key in judgements and isfinite(levers.effect(option.key, GOOD.key).mean)
    ]
    runs = levers.draws * levers.replicates
    first = levers.effects[0] if levers.effects and isfinite(levers.effects[0].before) else None
    standing = next((share for share in known if share.name == GOOD.key), None)
    return Decision.of(
        levers,
        before=standing,
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
        sides={side: _lever_words(f"side.{side}") for side in FOUR_SIDES},
        budgets={budget: _lever_words(f"measure.{budget}") for budget in BUDGETS},
        good=GOOD.key,
        verdicts={verdict: _lever_words(f"verdict.{verdict}") for verdict in SIGNS},
        levers=_stories(levers, {option.lever for option in options}),
        options=sorted(options, key=_order),
    )


def _stories(answer: Levers, keys: set[str]) -> list[LeverStory]:
    """Return what each lever with options is, in the order of their file."""
    levers = {option.lever.key: option.lever for option in answer.options if option.lever.key in keys}
    rests: dict[str, list[LocalizedText]] = {key: [] for key in levers}
    for key, name, moved in answer.rests:
        if key in rests:
            title = LocalizedText.by_language(catalogue().parameters[name].title)
            rests[key].append(said_by_key("presentation.head", title=title, unit=_lever_words(f"moved.{moved}")))
    return [
        LeverStory.of(lever, owner=_lever_words(f"owner.{lever.controlled_by}"), rests=rests[key])
        for key, lever in levers.items()
    ]


ORDER = ("recommended", "unreliable", "unchanged", "avoid")
"""What is said of options, in the order in which they are shown."""


def _order(option: DecisionOption) -> tuple[int, float]:
    """Order options by what the rule says of them, then by their change of the probability."""
    return ORDER.index(option.advice), -(option.effects[GOOD.key].value or 0.0)


def _sentences(levers: Levers) -> list[LocalizedText]:
    """Return the sentences of the answer in both languages, each with its stop, after what forbids to rely on it."""

    def sentences(lang: str) -> list[str]:
        stop = "。" if lang == "zh" else "."
        return [words.removesuffix(stop) + stop for words in answer_sentences(levers, Texts("levers", lang))]

    return LocalizedText.each(sentences)


def _between(levers: Levers, chance: float) -> LocalizedText | None:
    """Write between what the chance lies over all structures; ``None`` where no other was tried."""
    words = LocalizedText.by_language(lambda lang: structures_note(levers.baselines, chance, lang))
    return words if words.en else None


def _sure(levers: Levers, outcomes: Sequence[Share]) -> list[LocalizedText]:
    """Describe how sure the chance is, in both languages, but for what the record says: the answer begins with that."""
    if not outcomes:
        return []
    doubts = replace(levers.doubts, contradiction=None, partial_agreement=None)
    return LocalizedText.each(
        lambda lang: how_sure(case_of(levers), levers.trust, outcomes, levers.baselines, doubts, lang)
    )


_lever_words = partial(said, analysis_of("levers"))
"""Return a text of levers in both languages."""


def _relevance() -> LocalizedText:
    """Describe what the smallest effect is that advice acts on."""
    reason = recommendation_rule().relevance.reason
    return LocalizedText.by_language(lambda lang: Texts("levers", lang)("limits.relevance", reason=reason.text(lang)))


def _amount(effect: LeverEffect, value: doc.Value) -> LocalizedText:
    """Describe a value in the unit of an effect, as a change."""
    return LocalizedText.by_language(
        lambda lang: shown(value, change_column(effect.measure, Texts("levers", lang)), lang, with_unit=True)
    )


def _effect(effect: LeverEffect) -> OptionEffect:
    """Describe the effect of an option on a measure."""
    interval = effect_interval(effect)
    return OptionEffect(
        value=effect.centre,
        low=interval.low,
        high=interval.high,
        middle=_amount(effect, effect.centre),
        shown=_amount(effect, interval),
        sign=SIGNS[effect.verdict],
        verdict=effect.verdict,
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
    twins = levers.recommendation.twins(option.key)
    return DecisionOption.of(
        option.entry,
        lever=option.lever.key,
        effects={name: _effect(levers.effect(option.key, name)) for name in SHOWN},
        across=_amount(standing, across_structures(standing)),
        flips=standing.flips,
        acceptable=acceptable,
        advice=judgement.advice,
        advice_reason=LocalizedText.by_language(lambda lang: advice_words(levers, option.key, Texts("levers", lang))),
        losing=list(judgement.losing),
        twins=[LocalizedText.by_language(partial(levers.name, key)) for key in twins],
        scenario=option.entry.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"reason"}),
    )
