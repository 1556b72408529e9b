"""Facts that a case assumes and about which a reader would decide, beside the decisions that sources tell of them.

The decisions are evidence alone (decision 0128): the model has what is assumed until a version that fits them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from copark.cases.casebook import casebook_path
from copark.cases.decisions import SoughtTopic, load_sought

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.decisions import Decision, Sought

ASSUMED = {
    "equity": ("equity",),
    "quota": ("quota",),
    "regime": ("threshold", "tax"),
    "regime.threshold": ("threshold",),
    "regime.profit_tax": ("tax",),
    "finance": ("capital",),
    "finance.registered_capital": ("capital",),
    "land": ("land",),
    "land.plan": ("land",),
}
"""Facts about which a reader would decide, by the word of ``not_known`` that says that the case does not hold them."""
TOLD_BY = {
    "equity": ("share-sale",),
    "quota": ("voting-rule",),
    "threshold": ("entry-threshold",),
    "tax": ("tax-rate", "tax-holiday"),
    "capital": ("capital",),
    "land": ("phase",),
}
"""Instruments of dated decisions that tell something of these facts."""
SOUGHT_AS: Mapping[str, SoughtTopic] = {
    "tax": "tax",
    "threshold": "entry-threshold",
    "quota": "voting-quota",
    "capital": "capital",
}
"""Facts that are weighed against what sources tell, by the topic under which they were looked for."""
ACCOUNTS = "accounts"
"""The accounts of the development company, asked for like a fact."""
BOOKS = ("operating_cost", "fees")
"""Observed variables with which a park's accounts need not be asked for: the two that no other source tells."""
MAJORITY = 50.0
"""Share of votes above which a rule asks for more than the simple majority that is assumed, %."""
ALL = 100.0
"""Percent: a tax that is waived altogether."""

Verdict = Literal["agrees", "for_a_time", "differs", "a_sum", "no_number"]
"""How a decision stands to what is assumed: the same; the same for a time; another; a sum that was paid or promised,
which is no limit to capital; or without a number to compare."""
Lacking = Literal["all", "rest", "afterwards", "nothing"]
"""How much of a fact sources leave untold: all of it, a rest, what holds after a holiday, nothing."""


@dataclass(frozen=True)
class Weighed:
    """A fact that a case assumes, beside a decision that sources tell of it, or none."""

    fact: str
    """Tax, threshold, quota or capital."""
    decision: Decision | None
    """The decision; ``None`` where none is on record."""
    verdict: Verdict | None
    """How it stands to what is assumed; ``None`` where none is on record."""
    sought: Sought | None
    """What was looked for; ``None`` where nothing was."""


def assumed_facts(case: Case) -> tuple[str, ...]:
    """Return the facts of a case that are assumed, since it does not hold them.

    Of capital only what is without limit counts: it alone keeps a company from failing. Of land only the plan: where
    there is none, what is serviced follows demand, and the share of it that is taken up follows from that.
    """
    return tuple(fact for word, facts in ASSUMED.items() if word in case.not_known for fact in facts)


def decisions_on(fact: str, case: Case) -> list[Decision]:
    """Return the decisions of a case that tell something of a fact, by date."""
    told = (decision for decision in case.decisions if decision.instrument in TOLD_BY.get(fact, ()))
    return sorted(told, key=lambda decision: decision.date)


def weighed(case: Case) -> Iterator[Weighed]:
    """Yield tax, threshold, quota and capital as far as a case assumes them, with every decision told of each."""
    assumed = assumed_facts(case)
    for fact in SOUGHT_AS:
        if fact not in assumed:
            continue
        sought = _sought(fact, case)
        decisions = decisions_on(fact, case)
        yield from (Weighed(fact, decision, verdict_of(fact, decision), sought) for decision in decisions)
        if not decisions:
            yield Weighed(fact, None, None, sought)


def verdict_of(fact: str, decision: Decision) -> Verdict:
    """Return how a decision stands to what is assumed: no tax, no threshold, a simple majority, no limit to capital.

    Parameters
    ----------
    fact
        Tax, threshold, quota or capital.
    decision
        A decision that tells something of it.
    """
    value = decision.value
    if value is None:
        return "no_number"
    if fact == "tax" and decision.instrument == "tax-holiday":
        if decision.unit == "yr":
            return "for_a_time"
        return "agrees" if value == ALL else "differs"
    if fact == "capital":
        return "a_sum" if decision.unit == "M" and value > 0.0 else "no_number"
    if fact in ("tax", "quota") and decision.unit != "%":
        return "no_number"
    least = MAJORITY if fact == "quota" else 0.0
    return "differs" if value > least else "agrees"


def lacking(fact: str, case: Case) -> Lacking:
    """Return how much of a fact the decisions of a case leave untold.

    Sums paid tell no limit to capital, and sales of shares not who holds how much: these two are never told.

    Parameters
    ----------
    fact
        One of :data:`ASSUMED`.
    case
        The case.
    """
    verdicts = [verdict_of(fact, decision) for decision in decisions_on(fact, case)]
    if not verdicts or fact in ("capital", "equity"):
        return "all"
    if fact == "land":
        return "rest"
    has_number = any(verdict in ("agrees", "differs") for verdict in verdicts)
    sought = _sought(fact, case)
    if has_number:
        return "rest" if sought is not None and sought.found == "partly" else "nothing"
    if fact == "tax":
        return "afterwards" if "for_a_time" in verdicts else "all"
    return "rest" if fact == "threshold" else "all"


def untold_of_own(case: Case) -> tuple[tuple[str, Lacking], ...]:
    """Return what a park of one's own leaves untold of its facts and accounts, where it tells anything of them.

    Of a park of the casebook it is worked out when an answer is shown; a park of one's own is not at hand then.

    Parameters
    ----------
    case
        The case; nothing is returned of one of the casebook.
    """
    if case.folder.parent == casebook_path():
        return ()
    facts = [(fact, lacking(fact, case)) for fact in dict.fromkeys(assumed_facts(case))]
    untold = [(fact, much) for fact, much in facts if much != "all"]
    if all(case.observed(variable) for variable in BOOKS):
        untold.append((ACCOUNTS, "nothing"))
    return tuple(untold)


def _sought(fact: str, case: Case) -> Sought | None:
    """Return what was looked for of a fact of a case."""
    topic = SOUGHT_AS.get(fact)
    return next((entry for entry in load_sought() if entry.park == case.name and entry.what == topic), None)
