"""Link impact: what changes in a park when a link between scales is cut or made stronger.

Each link between scales cut, and those with an effect at several strengths, with common random numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from copark.analyses.contract import CaseParams, Choice, Keys, Option, Result, Rows
from copark.analyses.link_impact.impacts import Impact, impacts, strongest
from copark.analyses.link_impact.scenarios import (
    OUTPUTS,
    STRENGTHS,
    cut_study,
    key_of,
    links_named,
    strength_study,
)
from copark.json_types import JsonObject
from copark.model.variables import catalogue
from copark.stats.effects import Effect
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.cases import Case

HEADLINE = "operating"
READ = (HEADLINE, "jobs", "cash")
"""Outputs whose response to strengths is read; a link with no effect on any of them is only cut."""
DOSED = 24
"""Links that are run at several strengths at most, the strongest: a study has room for a hundred scenarios."""


def links_of(_context: Context, _given: Mapping[str, Any]) -> list[Choice]:
    """Return the links between scales."""
    return [Choice(link.name, LocalizedText.by_language(link.title)) for link in catalogue().links.values()]


class Params(CaseParams):
    """Parameters of the impact of links between scales."""

    links: Annotated[tuple[str, ...], Keys(links_of)] = ()
    """Names of the links to cut; by default all."""
    since: Annotated[str | None, Option("--from")] = None
    """First quarter of the cut, such as 2021Q1; by default the first after the calibration, or the start."""
    draws: Annotated[int, Field(ge=2, le=100_000)] = 200
    """Number of parameter draws."""
    served: ClassVar[Mapping[str, float]] = {"draws": 1000}


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Effects of cutting each link, and responses of outputs to the strength of a link."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Name of the park."""
    studies: tuple[str, ...]
    """Run IDs of the studies: links cut; links at several strengths, if any has an effect."""
    since: str
    """First quarter of the cut."""
    end: str
    """Horizon: the quarter of the reading."""
    pairs: int
    """Pairs of runs."""
    impacts: tuple[Impact, ...]
    """Of every link on every output."""
    responses: tuple[Effect, ...]
    """Effects at the horizon of links with an effect on :data:`READ`, at each strength: scenarios are named by
    :func:`~copark.analyses.link_impact.scenarios.key_of`."""

    @property
    def links(self) -> tuple[str, ...]:
        """Names of the links that were cut, in the order of the model."""
        return tuple(dict.fromkeys(impact.link for impact in self.impacts))

    @property
    def responding(self) -> tuple[str, ...]:
        """Names of the links that were run at several strengths, the strongest first."""
        link_of = {key_of(link, strength): link for link in self.links for strength in STRENGTHS}
        return tuple(dict.fromkeys(link_of[effect.scenario] for effect in self.responses))

    def impact(self, link: str, output: str = HEADLINE) -> Impact:
        """Return the impact of a cut on an output."""
        return next(impact for impact in self.impacts if (impact.link, impact.output) == (link, output))

    def response(self, link: str, output: str = HEADLINE) -> dict[float, Effect]:
        """Return the effects of a link on an output by its strength; none where it was only cut."""
        strength_of = {key_of(link, strength): strength for strength in STRENGTHS}
        return {
            strength_of[effect.scenario]: effect
            for effect in self.responses
            if effect.measure == output and effect.scenario in strength_of
        }

    def main_table(self) -> Rows:
        """Return the impact of every cut on every output, a row each."""
        return (vars(impact) for impact in self.impacts)


def depends_on(params: Params, _context: Context) -> JsonObject:
    """Return the links that are cut: all where none is named."""
    return {"links": list(params.links) or [link.name for link in links_named()]}


def compute(params: Params, context: Context) -> Answer:
    """Cut every link that is named, or all, then run those with an effect at several strengths."""
    from copark.simulation.measures import OutputPaths

    case = context.case(params.case)
    since = _quarter(case, params, context)
    links = links_named(params.links)
    # What links do is asked of the time the case was filed for, as the claims about them are.
    fields = {"runs": params.draws, "seed": params.seed, "quarters": case.clock.quarters}
    cuts = cut_study(case, since, links, **fields)
    as_it_is, *cut = cuts.scenarios
    experiment = context.experiment(cuts, case, OutputPaths(OUTPUTS), *params.wanted, announced_studies=2)
    effects = experiment.effects(cut, against=as_it_is)
    all_impacts = tuple(impacts(effects, {key_of(link.name, 0.0): link.name for link in links}, since))
    end = effects.quarters[-1]
    studies = [experiment.run_id]
    responses: tuple[Effect, ...] = ()
    chosen = strongest(all_impacts, DOSED, READ)
    if chosen:
        strengths = strength_study(case, since, links_named(chosen), **fields)
        studies.append(context.stored_run_id(strengths, case, *params.wanted))
        dosed = experiment.effects(strengths.scenarios[1:], against=as_it_is)
        responses = tuple(dosed.select(measures=READ, quarters=[end]).rows())
    return Answer(
        case=case.name,
        park=case.title,
        studies=tuple(studies),
        since=effects.quarters[since],
        end=end,
        pairs=effects.pairs(effects.scenarios[0]),
        impacts=all_impacts,
        responses=responses,
        **context.result_fields(params, experiment.provenance),
    )


def _quarter(case: Case, params: Params, context: Context) -> int:
    """Return the first quarter of the cut, counted from 0: the first not calibrated to, or the first if none is left.

    Raises
    ------
    RunRefused
        If it lies outside the case's time.
    """
    from copark.cases.quarters import Quarter
    from copark.errors import WrongUsage, printable

    first = case.clock.start
    last = case.clock.start + (case.clock.quarters - 1)
    if params.since is None:
        source = context.parameters(params.case, *params.wanted).source
        quarters_known = 0 if source is None or source.cut is None else source.cut - first + 1
        return quarters_known if quarters_known < case.clock.quarters else 0
    quarter = Quarter.asked(params.since, "--from") - first
    if not 0 <= quarter < case.clock.quarters:
        values = {"found": printable(params.since[:40]), "first": str(first), "last": str(last)}
        raise WrongUsage.of("link_impact.no_since", **values)
    return quarter
