"""What can still be decided about a park: its stored levers as data for a chart, each ready to be simulated."""

from math import isfinite
from typing import Any

from copark.analyses.answer import find, load
from copark.analyses.contract import Texts
from copark.analyses.levers import Answer as Levers
from copark.analyses.levers.show import SIGNS, change, middle
from copark.inference.levers import Gain
from copark.inference.levers.measures import SIDES, measure_of
from copark.inference.levers.schema import Lever, Setting
from copark.presentation import document as doc
from copark.presentation.numbers import shown
from copark.workflows.serving.analyses import analysis_of, home_of, results_of
from copark.workflows.serving.case_registry import OwnersView
from copark.workflows.serving.responses import Answer, Said
from copark.workflows.serving.sentences import spoken_in


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
    scenario: dict[str, Any]


class DecisionAnswer(Answer):
    """What can still be decided about a park, from its newest stored analysis of levers."""

    run_id: str | None
    """Run ID of that analysis; null where none is stored."""
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
    options: list[DecisionOption]
    """Every option, the largest gain in the chance to be self-standing first."""


NOTHING = DecisionAnswer(
    run_id=None, since="", pulled="", horizon="", general=False, before=None, before_low=None, before_high=None,
    runs=0, left_out=0, acceptable=None, states=0, structures=0, requirements=[], sides=[], options=[],
)  # fmt: skip


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
            return _decisions(stored.result)
    return NOTHING


def _decisions(found: Levers) -> DecisionAnswer:
    choice, acceptable = found.choice, dict[str, float]()
    if choice is not None:
        acceptable = dict(zip(choice.options, choice.ranking("satisficing").scores.tolist(), strict=True))
    options = [_option(found, lever, setting, acceptable.get(setting.key)) for lever, setting in found.settings]
    first = found.gains[0] if found.gains and isfinite(found.gains[0].before) else None
    low, high = (None, None) if first is None else first.before_interval
    return DecisionAnswer.of(
        found,
        before=None if first is None else first.before,
        before_low=low,
        before_high=high,
        runs=found.draws * found.futures,
        left_out=0 if first is None else found.draws * found.futures - first.pairs,
        acceptable=acceptable.get(found.options[0]),
        states=0 if choice is None else choice.states,
        structures=len(found.readings),
        requirements=[one.title for one in found.file.thresholds],
        sides=[_lever_words(f"side.{side}") for side in SIDES],
        options=sorted((one for one in options if isfinite(one.change)), key=lambda one: -one.change),
    )


def _lever_words(key: str) -> Said:
    return spoken_in(lambda lang: Texts("levers", lang)(key))


def _told(value: doc.Value, one: Gain) -> Said:
    return spoken_in(
        lambda lang: shown(value, change(measure_of(one.measure.name), Texts("levers", lang)), lang, with_unit=True)
    )


def _option(found: Levers, lever: Lever, setting: Setting, acceptable: float | None) -> DecisionOption:
    standing = found.gain(setting.key, "self_standing")
    known = [value for value in standing.by_structure if isfinite(value)]
    sides = []
    for side in SIDES:
        one = found.gain(setting.key, side)
        words = {"verdict": _lever_words(f"verdict.{one.verdict}"), "amount": _told(middle(one), one)}
        sides.append(SideEffect(side=side, sign=SIGNS[one.verdict], median=_told(one.median, one), **words))
    scenario = setting.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"reason"})
    return DecisionOption.of(
        setting,
        standing,
        lever=lever.title,
        owner=_lever_words(f"owner.{lever.controlled_by}"),
        change=standing.mean,
        told=_told(middle(standing), standing),
        across=_told(doc.Interval(min(known), max(known)) if known else None, standing),
        sides=sides,
        acceptable=acceptable,
        scenario=scenario,
    )
