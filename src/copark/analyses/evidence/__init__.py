"""Evidence of the observations of parks for the source's keys: each family of mechanisms against the model without it.

Equity, network, framework and rival, each switched off in every park that has it, with the error model of calibrations.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from copark.analyses.contract import AnalysisParams, Keys, Result, Rows, calibrated_parks
from copark.analyses.evidence.findings import FamilyEvidence, ParkEvidence, summed
from copark.analyses.provenance import current_provenance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from copark.analyses.context import Context
    from copark.analyses.evidence.families import MechanismFamily
    from copark.calibration.calibrations import StoredPosterior
    from copark.json_types import JsonObject
    from copark.store.checkpoints import Stages


class Params(AnalysisParams):
    """Parameters of the evidence: which parks, with how many pairs of each."""

    cases: Annotated[tuple[str, ...], Keys(calibrated_parks, closed=False)] = ()
    """Names of parks; by default every park of the casebook that is calibrated."""
    members: Annotated[int, Field(ge=16, le=1000)] = 320
    """Pairs of parameters and random numbers of each park that cross from the whole model to the one without."""
    sweeps: Annotated[int, Field(ge=1, le=20)] = 1
    """Sweeps at each stone of the way: more make the two ways agree better, and take as many times as long."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    """Seed of the random numbers."""
    served: ClassVar[Mapping[str, float]] = {"members": 320, "sweeps": 1}


@dataclass(frozen=True, kw_only=True)
class Answer(Result):
    """Evidence of families of mechanisms, by park and over all."""

    parks: tuple[ParkEvidence, ...]
    """Parks, in the order they were asked in."""
    families: tuple[FamilyEvidence, ...]
    """Families over all parks that have something of them."""
    uncalibrated: tuple[str, ...]
    """Parks of the casebook that are not asked because they have no calibration."""
    members: int
    """Pairs of each park."""
    seed: int
    """Seed of the random numbers."""

    def main_table(self) -> Rows:
        """Return a row for each family over all parks, then one for each family of each park."""
        over_all = (
            {
                "family": family.key,
                "case": "",
                "parks": family.parks,
                "log_evidence": family.log_ratio,
                "error": family.error,
                "word": family.word,
                "most_influential": family.influential,
                "without_it": family.others.log_ratio,
                "word_without_it": family.others.word,
            }
            for family in self.families
        )
        by_park = (
            {
                "family": evidence.family,
                "case": park.case,
                "parks": 1,
                "log_evidence": evidence.log_ratio,
                "error": evidence.error,
                "word": evidence.word,
                "effective": evidence.effective,
                "hysteresis": evidence.hysteresis,
                "stones": evidence.stones,
            }
            for park in self.parks
            for evidence in park.families
        )
        return chain(over_all, by_park)


def _names(params: Params) -> tuple[str, ...]:
    from copark.calibration.case_parameters import shipped_cases

    return tuple(dict.fromkeys(params.cases)) or tuple(shipped_cases())


def _posterior(name: str, context: Context) -> StoredPosterior:
    """Return the calibration of a park.

    Raises
    ------
    RunRefused
        If it has none of its own.
    """
    from copark.errors import RunRefused

    stored = context.parameters(name).stored
    if stored is None:
        raise RunRefused.of("evidence.no_posterior", case=name)
    return stored


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the parks with their calibrations, and what is switched off in them."""
    from copark.analyses.evidence.families import families_of

    parks = {}
    for name in _names(params):
        stored = _posterior(name, context)
        families = families_of(stored.replay.space.case)
        parks[name] = [context.parameters(name).identity, [_content(family) for family in families]]
    return {"cases": parks}


def _content(family: MechanismFamily) -> JsonObject:
    scenario = family.without
    return {
        "family": family.key,
        "parameters": dict(scenario.parameters),
        "edits": scenario.edits.model_dump(mode="json", by_alias=True, exclude_defaults=True),
    }


def compute(params: Params, context: Context) -> Answer:
    """Switch each family off in every park; what was done before a stop is found again.

    Raises
    ------
    RunRefused
        Where nothing that takes minutes is computed, or a park has no calibration of its own.
    """
    from copark.cases import list_cases
    from copark.errors import RunRefused

    if not context.may_calibrate:
        raise RunRefused.of("evidence.not_here")
    names = _names(params)
    content = {
        "evidence": depends_on(params, context),
        "members": params.members,
        "sweeps": params.sweeps,
        "seed": params.seed,
    }
    with context.stages(content) as stages:
        parks = tuple(_parks(names, params, context, stages))
    return Answer(
        run_id=context.run_id,
        provenance=current_provenance(),
        parks=parks,
        families=summed(parks),
        uncalibrated=() if params.cases else tuple(name for name in list_cases() if name not in names),
        members=params.members,
        seed=params.seed,
    )


def _parks(names: tuple[str, ...], params: Params, context: Context, stages: Stages) -> Iterator[ParkEvidence]:
    from copark.analyses.evidence.families import families_of
    from copark.analyses.evidence.findings import EvidenceInPark

    report = context.stage("simulate")
    for done, name in enumerate(names):
        stored = _posterior(name, context)
        replay = stored.replay
        evidence = []
        families = families_of(replay.space.case)
        for n, family in enumerate(families):
            report(100 * done + 100 * n // len(families), 100 * len(names))
            crossing = stages.plain(f"{name}-{family.key}", partial(_crossed, stored, family, params, context.cores))
            values = dict(crossing)
            if values.pop("differs"):
                evidence.append(EvidenceInPark(family=family.key, **values))
        yield ParkEvidence(name, context.case(name).title, len(replay.model.targets), str(replay.cut), tuple(evidence))
    report(100 * len(names), 100 * len(names))


def _crossed(stored: StoredPosterior, family: MechanismFamily, params: Params, threads: int) -> JsonObject:
    from copark.analyses.evidence.bridge import cross, plan_of

    plan = plan_of(stored, params.sweeps)
    return asdict(cross(stored.replay, family.without, plan, params.members, params.seed, threads))
