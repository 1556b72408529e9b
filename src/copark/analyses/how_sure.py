"""Describe how sure a chance is: other structures, the record of such chances, the park's own record, what is assumed.

Simulation error is the smallest of the doubts and is told last, by whoever tells the chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import isfinite, nan
from typing import TYPE_CHECKING, cast

from copark.analyses.accounts_on_record import accounts_on_record
from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.assumed_facts import Lacking, assumed_facts, decisions_on, untold_of_own
from copark.analyses.on_record import record_of
from copark.analyses.own_sheets import OwnSheet, has_sheet, sheets_of_own, sheets_words
from copark.analyses.registry import REGISTRY
from copark.labels import join
from copark.model.outcomes import ENDED, GOOD
from copark.presentation.document import SHARE, Interval
from copark.presentation.numbers import percent, percent_words, shown
from copark.texts import text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.reliability import Answer as Reliability
    from copark.cases.case import Case
    from copark.cases.parks import ParkMembership
    from copark.decisions.effects import StructureBaseline
    from copark.simulation.scenario_edits import Edits
    from copark.simulation.trust import Trust
    from copark.stats.shares import Share

CHANGED = {"equity": "equity", "quota": "quota", "threshold": "threshold", "profit_tax": "tax", "plan": "land"}
"""Facts that an edit of a case sets, by the word of the edit (:data:`~copark.analyses.assumed_facts.ASSUMED`)."""
DEPTH_CHANGED = {"plan": "land", "rescue_by_treaty": "capital"}
"""Facts that a switch of the framework bears on: without a limit to capital nobody ever needs to be rescued."""
CONTRADICTED = 1.0 / 2.0
"""Chance below which what the model gives a recorded outcome contradicts it: most runs say otherwise."""
LIKELY = 2.0 / 3.0
"""Chance below which record and model agree only in part: the model would not call the recorded outcome likely, as the
IPCC uses the word. This threshold and the one above are told in decision 0085."""


@dataclass(frozen=True)
class Doubts:
    """Knowledge of a case before any result: facts that are assumed, and what the record says against the model."""

    assumed: tuple[str, ...] = ()
    """Facts that are assumed: equity, quota, threshold, tax, capital, land."""
    imposed: tuple[str, ...] = ()
    """Closures that are imposed on every run, as years."""
    contradiction: LocalizedText | None = None
    """How the recorded outcome contradicts the shares of outcomes; ``None`` where it does not or none is recorded."""
    partial_agreement: LocalizedText | None = None
    """How far the recorded outcome and the shares of outcomes agree, where they agree only in part."""
    untold: tuple[tuple[str, Lacking], ...] = ()
    """How much a park of one's own leaves untold of facts and accounts, where it tells anything of them."""
    sheets: tuple[OwnSheet, ...] = ()
    """Books, signal and instruments of a park of one's own, which no run uses."""

    def record_words(self, lang: str) -> list[str]:
        """Describe what the record has against the model, for the first sentence; nothing where it has nothing."""
        objections = (self.contradiction, self.partial_agreement)
        return [words.text(lang) for words in objections if words is not None]

    def assumed_words(self, lang: str) -> str:
        """List the facts that are assumed, each with what stands in its place: options are compared with that."""
        return join([text(f"sure.assumed_as.{word}", lang) for word in self.assumed], lang)

    def sentences(self, lang: str) -> list[str]:
        """Describe what is assumed and imposed."""
        sentences = []
        if self.assumed:
            sentences.append(text("sure.assumed", lang, facts=self.assumed_words(lang)))
        if "capital" in self.assumed:  # the default has no limit (copark.cases.defaults)
            sentences.append(text("sure.unlimited", lang))
        if self.imposed:
            sentences.append(text("sure.imposed", lang, years=join(self.imposed, lang)))
        return sentences


NO_DOUBTS = Doubts()
"""Of a result that was made without a case."""


def facts_changed(edits: Edits) -> tuple[str, ...]:
    """Return the facts that edits of a case set: an option that sets one is compared with what stands in its place."""
    facts = [fact for edit, fact in CHANGED.items() if getattr(edits, edit)]
    if edits.depth is not None:
        facts += [fact for switch, fact in DEPTH_CHANGED.items() if switch in edits.depth.model_fields_set]
    return tuple(dict.fromkeys(facts))


def doubts_of(case: Case, shares: Sequence[Share], *, shows_outcomes: bool) -> Doubts:
    """Gather what a case assumes and imposes, and whether its recorded outcome contradicts the model.

    Parameters
    ----------
    case
        The park.
    shares
        Shares of outcomes at the horizon.
    shows_outcomes
        Whether shares are told at all; where they are not, the record has nothing to be set beside.
    """
    by_name = {share.name: share.share for share in shares}
    assumed = assumed_facts(case)
    if by_name[ENDED.key] >= 1.0:  # capital keeps no closed park open
        assumed = tuple(fact for fact in assumed if fact != "capital")
    imposed = tuple(str(closure.since.year) for closure in case.closures)
    record = record_of(case)
    doubts = Doubts(assumed, imposed, untold=untold_of_own(case), sheets=sheets_of_own(case))
    if record is None or record.outcome is None or not shows_outcomes:
        return doubts
    standing = by_name[GOOD.key]
    failed = by_name[ENDED.key]
    chances = {"thriving": standing, "surviving": 1.0 - failed, "stalled": 1.0 - standing, "failed": failed}
    chance = chances[record.outcome]
    # Enterprises may thrive around a company whose accounts do not stand: a coder who counts enterprises is
    # contradicted by a park that fails, and no more than in part by a fragile one.
    denied = 1.0 - failed if record.outcome == "thriving" else chance
    if denied < CONTRADICTED:
        return replace(doubts, contradiction=_beside_the_record("contradiction", record, by_name))
    if chance < LIKELY:
        return replace(doubts, partial_agreement=_beside_the_record("partial", record, by_name))
    return doubts


def _beside_the_record(key: str, record: ParkMembership, shares: Mapping[str, float]) -> LocalizedText:
    """Set the share of runs that concerns a recorded outcome beside it, and what most runs say, in both languages."""
    concerns_failure = record.outcome in ("surviving", "failed") or (
        record.outcome == "thriving" and key == "contradiction"
    )
    outcome = ENDED.key if concerns_failure else GOOD.key
    commonest = max(shares, key=lambda name: shares[name])

    def words(lang: str) -> str:
        kind = text(f"trust.recorded_class.{record.outcome}", lang)
        share = percent_words(shares[outcome], lang)
        most = ""
        if commonest != outcome:
            most = text(f"sure.most.{commonest}", lang, share=percent_words(shares[commonest], lang))
        return text(f"sure.{key}.{outcome}", lang, kind=kind, why=record.outcome_facts(lang), share=share, most=most)

    return LocalizedText.by_language(words)


def structure_range(baselines: Sequence[StructureBaseline], chance: float) -> tuple[float, float, int] | None:
    """Return the least and the largest chance over all structures, the model as it is among them, and their number.

    Parameters
    ----------
    baselines
        The case as it is under each structure, the model as it is first.
    chance
        Chance under the model as it is, as it is told beside the range, which holds it; NaN where no run of it counts.

    Returns
    -------
    tuple or None
        ``None`` where no other structure was tried, or none has runs that count.
    """
    other_standings = [baseline.standing for baseline in baselines[1:] if isfinite(baseline.standing)]
    if not other_standings:
        return None
    standings = [standing for standing in (chance, *other_standings) if isfinite(standing)]
    return min(standings), max(standings), len(standings)


def ends_in_words(low: float, high: float, lang: str) -> tuple[str, str]:
    """Describe the ends of a range of shares, alike where they round alike: "more than 99%" and "100%" are no range.

    Parameters
    ----------
    low, high
        Ends of the range, 0 to 1.
    lang
        Language, ``en`` or ``zh``.

    Returns
    -------
    tuple of str
        Lower and upper end; the same words twice where a sentence has no range to tell.
    """
    low_words = percent_words(low, lang)
    high_words = percent_words(high, lang)
    if high_words == percent_words(1.0, lang) and percent(low).startswith(">"):
        return low_words, low_words
    if low_words == percent_words(0.0, lang) and percent(high).startswith("<"):
        return high_words, high_words
    return low_words, high_words


def structures_note(baselines: Sequence[StructureBaseline], chance: float, lang: str) -> str:
    """Write the note below a chance: its range over all structures; nothing where no other was tried.

    Parameters
    ----------
    baselines
        The case as it is under each structure, the model as it is first.
    chance
        The chance that it stands below.
    lang
        Language, ``en`` or ``zh``.
    """
    span = structure_range(baselines, chance)
    if span is None:
        return ""
    low, high, count = span
    low_words, high_words = ends_in_words(low, high, lang)
    if low_words == high_words:
        nearest = high if low_words == percent_words(high, lang) else low
        return text("sure.card_alike", lang, value=shown(nearest, SHARE, lang), count=count)
    return text("sure.card", lang, band=shown(Interval(low, high), SHARE, lang), count=count)


SELDOM = 1.0 / 3.0
"""Chance below which one structure of the model says the opposite of one above ``MOSTLY``."""
MOSTLY = 2.0 / 3.0
"""Chance above which one structure of the model says the opposite of one below ``SELDOM``."""


def structures_disagree(baselines: Sequence[StructureBaseline], chance: float) -> bool:
    """Return whether one structure of the model says the opposite of another, so that the chance hangs on which holds.

    Parameters
    ----------
    baselines
        The case as it is under each structure, the model as it is first.
    chance
        Chance of being self-standing under the model as it is, 0 to 1.
    """
    span = structure_range(baselines, chance)
    return span is not None and span[0] < SELDOM and span[1] > MOSTLY


def structures_words(baselines: Sequence[StructureBaseline], chance: float, lang: str) -> str:
    """Write between what the chance lies over all structures; empty where no other was tried."""
    structure_span = structure_range(baselines, chance)
    if structure_span is None:
        return ""
    low, high = ends_in_words(*structure_span[:2], lang)
    key = "sure.structures_alike" if low == high else "sure.structures"
    return text(key, lang, count=structure_span[2], low=low, high=high)


def accounts_words(case: Case | str, shares: Iterable[Share], lang: str) -> str:
    """State what the tests of accounts rest on; empty of a park that fails in every run, as one that is closed does.

    Of what a park of one's own tells on its sheets :func:`copark.analyses.own_sheets.sheets_words` speaks.
    """
    is_failed = any(share.name == ENDED.key and share.share >= 1.0 for share in shares)
    if is_failed:
        return ""
    if isinstance(case, str):
        return accounts_on_record(case, lang)
    sheets = sheets_of_own(case)
    accounts = "" if has_sheet(sheets, "books") else accounts_on_record(case, lang)
    decisions = "" if has_sheet(sheets, "instruments") else decisions_words(case, lang)
    return (" " if lang == "en" else "").join(words for words in (accounts, decisions) if words)


def decisions_words(case: Case, lang: str) -> str:
    """Write of which assumed facts sources tell decisions that the model does not use yet; empty where of none."""
    facts = []
    for fact in dict.fromkeys(assumed_facts(case)):
        count = len(decisions_on(fact, case))
        if count:
            title = text(f"sure.decisions.fact.{fact}", lang)
            facts.append(text("sure.decisions.of", lang, fact=title, count=count))
    return text("sure.decisions", lang, facts=join(facts, lang)) if facts else ""


def corrected(trust: Trust | None, shares: Iterable[Share], lang: str, *, is_told: bool = True) -> str:
    """Describe what a share of self-standing runs means by the record of other parks.

    The correction was learned from parks drawn as if never seen. Of calibrated parks it is told how often theirs came
    true, which is no test of them. A park that is closed needs neither.

    Parameters
    ----------
    trust
        Trust in the park's parameters; ``None`` where it is not known.
    shares
        Shares of all outcomes.
    lang
        Language, ``en`` or ``zh``.
    is_told
        Whether the share itself is told; else the sentence does not name it.

    Returns
    -------
    str
        A sentence; empty where none is needed, or no record of other parks ships.
    """
    by_name = {share.name: share.share for share in shares}
    if trust is None or trust.state not in ("borrowed", "calibrated") or by_name[ENDED.key] >= 1.0:
        return ""
    record = _reliability()
    if record is None or (trust.state == "calibrated" and not record.calibrated):
        return ""
    if trust.state == "calibrated":
        return text(
            "trust.came_true",
            lang,
            parks=len(record.calibrated),
            mean=percent(record.calibrated_mean),
            well=percent(record.calibrated_observed),
        )
    standing = by_name[GOOD.key]
    # where the record gives no ground for a correction the base rate is all that it says
    told = "trust.corrected" if record.slope > 0.0 else "trust.base_rate_alone"
    return text(
        told if is_told else "trust.base_rate_untold",
        lang,
        parks=len(record.parks),
        mean=percent(record.mean),
        well=percent(record.observed),
        said=percent(standing),
        corrected=percent(record.corrected(standing)),
        base_rate=percent(record.base_rate),
    )


@cache
def _reliability() -> Reliability | None:
    """Read how reliable chances of outcomes without a calibration are, as it ships; ``None`` where nothing fits."""
    analysis = REGISTRY["reliability"]
    folders = (place_of(SHIPPED, analysis, run_id) for run_id, _ in listed(SHIPPED, analysis))
    stored = (load(folder, analysis) for folder in folders)
    return next((cast("Reliability", entry.result) for entry in stored if entry is not None), None)


def how_sure(
    case: Case | str,
    trust: Trust | None,
    shares: Sequence[Share],
    baselines: Sequence[StructureBaseline],
    doubts: Doubts,
    lang: str,
) -> list[str]:
    """Describe how sure a chance is, a sentence each, the gravest doubt first.

    Parameters
    ----------
    case
        The park, or its name where a stored answer has no more.
    trust
        Where the parameters come from.
    shares
        Shares of outcomes.
    baselines
        The case as it is under each structure, the model as it is first; empty where none was tried.
    doubts
        What is assumed and imposed, and what the record has against the model.
    lang
        Language.
    """
    is_shown = trust is None or trust.shows_outcomes
    chance = next((share.share for share in shares if share.name == GOOD.key), nan)
    structures = structures_words(baselines, chance, lang) if is_shown else ""
    recorded = doubts.record_words(lang)
    is_told = has_sheet(doubts.sheets, "books")
    accounts = accounts_words(case, shares, lang) if is_shown and not is_told else ""
    own = sheets_words(doubts.sheets, lang)
    record = corrected(trust, shares, lang, is_told=is_shown)
    sentences = [*recorded, structures, accounts, *own, record, *doubts.sentences(lang)]
    return [sentence for sentence in sentences if sentence]
