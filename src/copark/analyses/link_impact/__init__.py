"""Link impact: what changes in a park when a link between scales is cut or made stronger.

Each link between scales cut, and those with an effect at several strengths, with common random numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from copark.analyses.contract import CaseParams, Choice, Keys, Option, Result, Rows, Said
from copark.inference.ablations.effects import Impact, LinkResponse, impacts, responses, strongest
from copark.simulation.counterfactual import OUTPUTS, STRENGTHS, cut_study, key_of, links_named, strength_study

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.cases import Case
    from copark.simulation.readouts.compare import Pair

HEADLINE = "operating"
READ = (HEADLINE, "jobs", "cash")
"""Outputs whose response to strengths is read; a link with no effect on any of them is only cut."""


def links_of(_context: Context, _given: Mapping[str, Any]) -> list[Choice]:
    """Links between scales."""
    return [Choice(one.name, Said(one.en, one.zh)) for one in links_named()]


class Params(CaseParams):
    """What may be asked of the links between scales."""

    links: Annotated[tuple[str, ...], Keys(links_of)] = ()
    since: Annotated[str | None, Option("--from")] = None
    draws: Annotated[int, Field(ge=2, le=100_000)] = 200
    served: ClassVar[Mapping[str, float]] = {"draws": 1000}


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """What the cutting of each link changes, and how outputs respond to the strength of a link."""

    case: str
    park: Said
    studies: tuple[str, ...]
    """Run IDs of the ensembles: links cut; links at several strengths, if any has an effect."""
    since: str
    end: str
    """since, end: quarter of the cut and of the reading."""
    pairs: int
    """Pairs of runs."""
    impacts: tuple[Impact, ...]
    """Of every link on every output."""
    responses: tuple[LinkResponse, ...]
    """Of some outputs to every link with an effect on one of them."""

    @property
    def links(self) -> tuple[str, ...]:
        """Names of the links that were cut, in the order of the model."""
        return tuple(dict.fromkeys(one.link for one in self.impacts))

    def impact(self, link: str, output: str = HEADLINE) -> Impact:
        """What the cutting of a link does to an output."""
        return next(one for one in self.impacts if (one.link, one.output) == (link, output))

    def response(self, link: str, output: str = HEADLINE) -> tuple[LinkResponse, ...]:
        """How an output responds to the strengths of a link."""
        return tuple(one for one in self.responses if (one.link, one.output) == (link, output))

    def main_table(self) -> Rows:
        """The effect of every cut on every output, a row each."""
        return (vars(one) for one in self.impacts)


def depends_on(params: Params, _context: Context) -> dict[str, Any]:
    """The links that are cut: all that the model has, where none is named."""
    return {"links": list(params.links) or [one.name for one in links_named()]}


def compute(params: Params, context: Context) -> Answer:
    """Cut every link, then run those with an effect at several strengths."""
    from copark.simulation.readouts.compare import pairs_of

    case = context.case(params.case)
    at = _quarter(case, params, context)
    links = links_named(params.links)
    # What links do is asked of the time the case was filed for, as the claims about them are.
    length = case.clock.quarters
    study = cut_study(case, at, links, runs=params.draws, seed=params.seed, quarters=length)
    runs = context.simulate(study, case, *params.wanted, times=2)
    keys = {key_of(link.name, 0.0): link.name for link in links}
    cuts = {keys[pair.arm]: pair for pair in pairs_of(runs)}
    found = tuple(impacts(cuts, OUTPUTS, at))
    studies = [str(runs.attrs["identity"])]
    answers: dict[tuple[str, float], Pair] = {}
    chosen = strongest(found, len(links), READ)
    if chosen:
        study = strength_study(case, at, links_named(chosen), runs=params.draws, seed=params.seed, quarters=length)
        again = context.simulate(study, case, *params.wanted, times=0)
        studies.append(str(again.attrs["identity"]))
        strengths = {key_of(link, strength): (link, strength) for link in chosen for strength in STRENGTHS}
        answers = {strengths[pair.arm]: pair for pair in pairs_of(again)}
    labels = [str(label) for label in runs["label"].to_numpy()]
    return Answer(
        case=case.name, park=Said(case.title.en, case.title.zh), studies=tuple(studies), since=labels[at],
        end=labels[-1], pairs=next(iter(cuts.values())).before.sizes["run"], impacts=found,
        responses=tuple(responses(answers, READ)), **context.origin(params, runs),
    )  # fmt: skip


def _quarter(case: Case, params: Params, context: Context) -> int:
    """The quarter of the cut, counted from the start: the first not calibrated to, or the first of all if none is left.

    Raises RunRefused if it lies outside the case's time.
    """
    from copark.cases.quarters import Quarter
    from copark.errors import RunRefused, printable

    first, last = case.clock.start, case.clock.start + (case.clock.quarters - 1)
    if params.since is None:
        source = context.parameters(params.case, *params.wanted).source
        known = 0 if source is None or source.cut is None else source.cut - first + 1
        return known if known < case.clock.quarters else 0
    try:
        at = Quarter.parse(params.since) - first
    except ValueError:
        at = -1
    if not 0 <= at < case.clock.quarters:
        told = {"found": printable(params.since[:40]), "first": str(first), "last": str(last)}
        raise RunRefused.of("link_impact.no_since", **told)
    return at
