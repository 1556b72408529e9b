"""Factors, conditions, boxes and trees in words."""

from collections.abc import Mapping, Sequence
from math import isfinite

from copark.analysis.discovery.prim import BoxCondition, BoxStatistics, Node
from copark.inference.exploration.explore import Found
from copark.inference.exploration.settings import HOME_SHARE, factor_title, lever_title, unit_of
from copark.model.variables import catalogue
from copark.presentation.numbers import percent, quantity
from copark.texts import text
from copark.words import join

DUMMY = "dummy"
UNMOVED = "\N{WHITE CIRCLE}"
"""Mark of a parameter that the data did not move."""
SLIGHTLY = "\N{CIRCLE WITH LEFT HALF BLACK}"
"""Mark of a parameter that the data moved a little."""
WORTH_TELLING = 0.1
"""A box is told if its share of cases exceeds the share among all runs by this part of what is left to 1."""


def is_parameter(name: str) -> bool:
    """Whether a factor is a parameter of the model (or a share of the mix), not a lever or the dummy."""
    return name.partition(".")[0] in catalogue().parameters


def named(name: str, lang: str) -> str:
    """Title of a factor, a lever or the dummy."""
    if name == DUMMY:
        return text("sensitivity.dummy", lang)
    return factor_title(name, lang) if is_parameter(name) else lever_title(name, lang)


def mark(name: str, moved: Mapping[str, str]) -> str:
    """Mark of a parameter by what the data did to it; empty where they moved it, or where it is not known."""
    return {"unmoved": UNMOVED, "weakly": SLIGHTLY}.get(moved.get(name, ""), "")


def marked(name: str, moved: Mapping[str, str], lang: str) -> str:
    """Title with its mark."""
    sign = mark(name, moved)
    return f"{named(name, lang)} {sign}" if sign else named(name, lang)


def lowered(title: str, lang: str) -> str:
    """A title inside a sentence: in English without its capital, unless it is one word's own."""
    if lang != "en" or title[1:2].isupper():
        return title
    return title[:1].lower() + title[1:]


def value_of(name: str, value: float, lang: str) -> str:
    """A value of a factor with its unit."""
    if name == HOME_SHARE:
        return percent(value)
    return quantity(value, unit_of(name), lang)


def condition(one: BoxCondition, names: Sequence[str], lang: str) -> str:
    """A condition in words."""
    name = names[one.factor]
    if not is_parameter(name) and name != HOME_SHARE:
        way = "with" if isfinite(one.low) else "without"
        return text(f"sensitivity.lever.{name}.{way}", lang)
    title = lowered(named(name, lang), lang)
    low, high = (value_of(name, value, lang) if isfinite(value) else "" for value in (one.low, one.high))
    if low and high:
        return text("sensitivity.condition.between", lang, title=title, low=low, high=high)
    if low:
        return text("sensitivity.condition.above", lang, title=title, value=low)
    return text("sensitivity.condition.below", lang, title=title, value=high)


def conditions(given: Sequence[BoxCondition], names: Sequence[str], lang: str) -> str:
    """Conditions in words, joined."""
    said = [condition(one, names, lang) for one in merged(given)]
    if len(said) < 2:
        return "".join(said)
    return text("report.join.list", lang).join(said[:-1]) + text("sensitivity.condition.last", lang) + said[-1]


def merged(given: Sequence[BoxCondition]) -> list[BoxCondition]:
    """Conditions with the two limits of one factor told together."""
    made: dict[int, BoxCondition] = {}
    for one in given:
        had = made.get(one.factor, BoxCondition(one.factor))
        made[one.factor] = BoxCondition(one.factor, max(had.low, one.low), min(had.high, one.high))
    return list(made.values())


def excess(held: BoxStatistics) -> float:
    """By how much the share of cases exceeds that among all runs, as part of what is left to 1."""
    return (held.density - held.rate) / (1.0 - held.rate) if held.runs and held.rate < 1.0 else 0.0


def box_sentence(found: Found, number: int, lang: str) -> str:
    """A box in one sentence: where, how often, how much of it."""
    box = found.discovery.boxes[number]
    held = box.held
    happens = text(f"sensitivity.happens.{found.outcome}", lang, share=percent(held.density))
    return text(
        f"sensitivity.box.{'further' if number else 'first'}",
        lang,
        where=conditions(box.conditions, found.names, lang),
        happens=happens,
        rate=percent(held.rate),
        mass=percent(held.mass),
        coverage=percent(held.coverage),
        those=text(f"sensitivity.those.{found.outcome}", lang),
    )


def surety(found: Found, number: int, lang: str) -> str:
    """How sure the conditions of a box are: those that came back seldom, or all of them."""
    box = found.discovery.boxes[number]
    seldom = [side for side in box.sides if side.comes_back < 0.8 or not side.quasi_p < 0.05]
    if not seldom:
        return text("sensitivity.surety.all", lang)
    told = [
        text(
            "sensitivity.surety.one",
            lang,
            condition=condition(side.condition, found.names, lang),
            share=percent(side.comes_back),
        )
        for side in seldom
    ]
    return text("sensitivity.surety.seldom", lang, which=join(told, lang))


def told_boxes(found: Found) -> list[int]:
    """Boxes worth telling."""
    return [n for n, box in enumerate(found.discovery.boxes) if box.sides and excess(box.held) >= WORTH_TELLING]


def found_sentences(found: Found, lang: str) -> list[str]:
    """What was found of an outcome, sentence by sentence."""
    said = []
    for n in told_boxes(found):
        said += [box_sentence(found, n, lang), surety(found, n, lang)]
    if said:
        return said
    those = text(f"sensitivity.those.{found.outcome}", lang)
    return [text("sensitivity.box.none", lang, those=those, rate=percent(found.rate))]


def leaf_sentence(leaf: Node, found: Found, lang: str) -> str:
    """A leaf of the tree in one sentence."""
    happens = text(f"sensitivity.happens.{found.outcome}", lang, share=percent(leaf.held.density))
    where = conditions(leaf.conditions, found.names, lang)
    return text("sensitivity.leaf", lang, where=where, happens=happens, mass=percent(leaf.held.mass))


def leaf_sentences(found: Found, lang: str) -> list[str]:
    """The tree in words: its leaves, those where it happens most first; empty where nothing is worth a cut."""
    leaves = sorted(found.tree.leaves(), key=lambda leaf: -leaf.held.density)
    return [leaf_sentence(leaf, found, lang) for leaf in leaves] if len(leaves) > 1 else []
