"""Three verdicts side by side: the class of agreement, and reasons chosen by rule from what was found."""

import dataclasses
from itertools import product

from copark.inference.claims.rules import VERDICTS, WORDS
from copark.inference.cross_park.reasons import AGREEMENTS, REASONS, Facts, agreement_of, reasons_of
from copark.texts import has_text


def agreed(intervention, qca, nca, compares=True):
    return agreement_of({"intervention": intervention, "qca": qca, "nca": nca}, compares)


DECIDED = [
    (("established", "supported", "no_word"), "agree"),
    (("likely", "supported", "no_word"), "agree"),
    (("unlikely", "contradicted", "not_supported"), "agree"),
    (("small", "contradicted", "not_supported"), "agree"),
    (("likely", "not_supported", "supported"), "disagree"),
    (("contradicted", "supported", "no_word"), "disagree"),
    (("open", "supported", "contradicted"), "disagree"),
    (("open", "undetermined", "supported"), "one_decides"),
    (("established", "no_word", "no_word"), "one_decides"),
    (("open", "undetermined", "no_word"), "none_decides"),
]


def test_only_those_that_decide_are_compared(subtests):
    for verdicts, expected in DECIDED:
        with subtests.test(verdicts=verdicts, expected=expected):
            assert agreed(*verdicts) == expected


def test_every_triple_has_a_class():
    words = (*VERDICTS, "no_word")
    found = {agreed(*three, compares) for three in product(WORDS, words, words) for compares in (True, False)}
    assert found == set(AGREEMENTS)


BARE = Facts("none_decides", "open", "not_supported", "not_supported")
CHOSEN = {
    "asks_other": {"agreement": "disagree"},
    "prior": {"why": frozenset(("prior",))},
    "lacking": {"why": frozenset(("lacking",))},
    "block": {"turned": True},
    "built_in": {"intervention": "likely", "held": 0.99},
    "overlap": {"qca": "undetermined", "overlapping": True},
    "scale": {"families": frozenset(("scores",))},
    "coder": {"nca": "supported", "scaled": True},
    "one_case": {"families": frozenset(("cases",))},
    "cutoffs": {"families": frozenset(("ceilings",))},
    "dependent": {"families": frozenset(("dependent",))},
    "grades": {"families": frozenset(("grades",))},
    "conditions": {"families": frozenset(("conditions",))},
    "tied": {"tied": True},
    "chance": {"nca": "not_identified"},
    "selection": {"qca": "supported", "tests": frozenset(("core",))},
    "floor": {"floored": True, "tests": frozenset(("needed",))},
}


def test_a_reason_is_given_where_its_rule_is_met(subtests):
    for key in REASONS:
        with subtests.test(key=key):
            assert reasons_of(dataclasses.replace(BARE, **CHOSEN[key])) == (key,)
            assert has_text(f"across.reason.{key}")
            assert has_text(f"across.rule.{key}")


def test_the_likeliest_reason_comes_first():
    facts = dataclasses.replace(BARE, agreement="disagree", turned=True, families=frozenset(("cases", "grades")))
    assert reasons_of(facts) == ("asks_other", "block", "one_case", "grades")
