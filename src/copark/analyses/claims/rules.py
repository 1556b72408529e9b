"""Rules: a small language in which a claims file says in numbers, beforehand, what a part of a claim means.

A condition is a statement about statistics::

    {of: size, below: -0.05}            size < -0.05
    {of: failed, above: risk}           a margin may be named; -risk is its negative
    {of: size, within: operating}       not below -m, not above m
    {of: size, beyond: key}             below -m, or above m
    {all: [...]}  {any: [...]}  {not: ...}

The standard of proof reads of a rule the condition ``supported`` alone: it is what is claimed, and its probability is
the share of draws that meet it (:mod:`~copark.analyses.claims.verdict`). ``contradicted``, ``not_supported`` and the
probabilities that conditions name by ``with`` are of the standard before it
(:mod:`~copark.analyses.claims.earlier_standard`), whose verdict is still shown. What the head of a claims file of
November 2026 calls ``copark.inference.claims.rules`` is these two modules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from copark.cases.types import wrong
from copark.simulation.study_entries import Key, StudyEntry

RELATIONS = ("above", "below", "within", "beyond")


def _bound(value: Any) -> Any:
    """Read a number, also written as text; anything else is the name of a margin, with a minus sign perhaps."""
    if isinstance(value, bool):
        raise wrong("claims_bound", found=value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value.strip()
    return value


Bound = Annotated[float | str, BeforeValidator(_bound)]


class RuleCondition(StudyEntry):
    """One condition of a rule, or several joined; see the module."""

    of: Key | None = None
    """Key of the statistic; left out of conditions that join others."""
    above: Bound | None = None
    """It must lie above this number or margin."""
    below: Bound | None = None
    """It must lie below this number or margin."""
    within: Bound | None = None
    """It must lie neither below minus this margin nor above it."""
    beyond: Bound | None = None
    """It must lie below minus this margin, or above it."""
    probability: Annotated[float, Field(gt=0.5, le=1.0, alias="with")] = 0.95
    """With which probability it must, above 0.5, by the earlier standard; the present one asks for the probability."""
    every: Annotated[tuple[RuleCondition, ...] | None, Field(alias="all", min_length=1)] = None
    """Conditions that must all be met."""
    some: Annotated[tuple[RuleCondition, ...] | None, Field(alias="any", min_length=1)] = None
    """Conditions of which one must be met."""
    negated: Annotated[RuleCondition | None, Field(alias="not")] = None
    """A condition that must not be met."""

    @model_validator(mode="after")
    def _check_form(self) -> RuleCondition:
        heads = [name for name in ("of", "every", "some", "negated") if getattr(self, name) is not None]
        relations = [name for name in RELATIONS if getattr(self, name) is not None]
        if len(heads) != 1:
            raise wrong("claims_condition_head", found=len(heads))
        if (heads == ["of"]) != (len(relations) == 1):
            raise wrong("claims_condition_relation", found=len(relations))
        return self

    @property
    def relation(self) -> tuple[str, float | str]:
        """The relation of a simple condition, and its bound as written."""
        return next((name, getattr(self, name)) for name in RELATIONS if getattr(self, name) is not None)

    @property
    def parts(self) -> tuple[RuleCondition, ...]:
        """Conditions that are joined in it; nothing in a simple condition."""
        return self.every or self.some or (() if self.negated is None else (self.negated,))

    def simple(self) -> Iterator[RuleCondition]:
        """List every simple condition in it."""
        if self.of is not None:
            yield self
        for part in self.parts:
            yield from part.simple()


class Rule(StudyEntry):
    """Meaning of a part of a claim in numbers; all but ``supported`` is read by the earlier standard alone."""

    supported: RuleCondition
    """What is claimed."""
    not_supported: RuleCondition
    """When the earlier standard called the claim not supported."""
    contradicted: RuleCondition | None = None
    """When the earlier standard called it contradicted; left out if nothing could contradict it."""

    def simple(self) -> Iterator[RuleCondition]:
        """List every simple condition in it."""
        for condition in (self.supported, self.not_supported, self.contradicted):
            if condition is not None:
                yield from condition.simple()


def resolve(bound: float | str, margins: Mapping[str, float]) -> float:
    """Return the number of a bound."""
    if isinstance(bound, str):
        return -margins[bound[1:].strip()] if bound.startswith("-") else margins[bound.removeprefix("+").strip()]
    return bound
