"""Simulated worlds: in each the effects that are claimed, what is known already, and what could be observed.

A world is a draw of the parameters, with its past where that is calibrated. What is observed in it comes of its first
future; the expected effect of an intervention is the mean over the others, on common random numbers, so that the luck
of the reports is not that of the effects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.arrays import Floats
from copark.identity import canonical
from copark.inference.claims.effects import Ridge, expected
from copark.inference.claims.evidence import by_run, looks_of
from copark.inference.claims.scenarios import bench_of
from copark.inference.claims.severity import drawn_values
from copark.inference.claims.verdict import holds as is_met
from copark.inference.observations import ObservationModel, Target, targets
from copark.inference.target_selection import everything_fitted
from copark.inference.voi.candidates import RESIDENTS, Candidate, candidates, columns_of, outputs
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.study import baseline

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr

    from copark.cases.case import Case
    from copark.cases.quarters import Quarter
    from copark.inference.case_parameters import Source
    from copark.inference.claims.reading import ClaimsFile
    from copark.inference.claims.schema import Claim, Part, Statistic

MEASURED = frozenset(("log", "difference", "change", "share", "level"))
"""Kinds of statistics that are told of one draw at a time."""
MOST_ARMS = 2
"""Arms of a part that is tried unless it is asked for."""


def measurable(part: Part) -> bool:
    """Whether the statistics that a part's rule looks at can be told of one world."""
    return all(part.statistics[name].kind in MEASURED for name in part.judged)


def parts_of(file: ClaimsFile, wanted: Sequence[str] = ()) -> tuple[tuple[Claim, Part], ...]:
    """Parts of claims that are tried: those wanted, or those that make a headline and compare two arms at most.

    wanted: keys as of :func:`key_of`.
    """
    every = [(claim, part) for claim, part in file.claims.of(file.claims.claims) if measurable(part)]
    if wanted:
        return tuple((claim, part) for claim, part in every if key_of(claim, part) in wanted)
    return tuple(
        (claim, part) for claim, part in every
        if part.key in claim.headline.parts and len(part.uses) <= MOST_ARMS
    )  # fmt: skip


def key_of(claim: Claim, part: Part) -> str:
    """Key of a part among all claims."""
    return f"{claim.id}/{part.key}"


@dataclass(frozen=True)
class InformationPlan:
    """How worlds are made."""

    case: Case
    file: ClaimsFile
    parts: tuple[tuple[Claim, Part], ...]
    """Parts of claims whose effects are measured."""
    source: Source | None
    """Draws of the parameters; the prior where there is none."""
    cut: Quarter | None
    """Last quarter that the draws reproduce already; ``None`` where they reproduce nothing."""
    draws: int
    futures: int
    """draws, futures: worlds, and runs of each."""
    seed: int

    @property
    def runs(self) -> int:
        """Runs to make."""
        arms = {canonical(self.file.claims.arms[key].alone.content()) for _, part in self.parts for key in part.uses}
        return self.draws * (len(arms) * (self.futures - 1) + 1)

    @property
    def known(self) -> tuple[Target, ...]:
        """Values on record that the draws do not reproduce by themselves."""
        return targets(everything_fitted(self.case), after=self.cut)


def make(plan: InformationPlan, threads: int, tell: Callable[[int, int], None]) -> xr.Dataset:
    """Run the worlds.

    Returns
    -------
    xarray.Dataset
        ``known`` (draw, target): counterparts of values on record; ``values`` (draw, column): what candidates would
        see, without error; ``residents`` (quarter); ``parameters`` (draw, parameter); ``statistics`` (draw, statistic):
        expected over luck, NaN where not known; ``luck`` (statistic): standard deviation of one run of a draw.
    """
    import xarray as xr

    case, arms, done = plan.case, plan.file.claims.arms, 0
    runs = plan.draws * plan.futures
    kind = "prior" if plan.source is None else "posterior"
    study = baseline(case.name).with_changes(
        runs=runs, futures=plan.futures, seed=plan.seed, draws=kind, keep=[RESIDENTS]
    )
    whole = bench_of(case, study, looks_of([part for _, part in plan.parts]), plan.source, threads)
    bench = whole.chosen(plan.draws, range(1, plan.futures))

    def more(count: int) -> None:
        nonlocal done
        done += count
        tell(min(done, plan.runs), plan.runs)

    bench.run_all([arms[key].alone for _, part in plan.parts for key in part.uses], more)
    drawn = drawn_values(whole.draws, plan.futures)
    ridge = Ridge(drawn)
    statistics: dict[str, Floats] = {}
    luck: dict[str, float] = {}
    for claim, part in plan.parts:
        judged = {
            name: by_run(part.statistics[name], lambda key: bench.run(arms[key].alone), case) for name in part.judged
        }
        effects = expected(part, judged, ridge)
        for name, values in judged.items():
            full = f"{key_of(claim, part)}/{name}"
            statistics[full] = np.full(len(values), np.nan)
            if effects is not None:
                statistics[full][effects.known] = effects.means[name]
            luck[full] = _spread(values)
    model = ObservationModel(plan.known)
    names = tuple(dict.fromkeys((*outputs(), *model.variables)))
    first = whole.chosen(plan.draws, (0,)).draws
    seen = Ensemble(inputs_of(case), first, names, threads=threads, progress=more).run()
    out = seen.of_finished(seen.out)
    columns = columns_of(candidates(case, tuple(drawn)))
    return xr.Dataset(
        {
            "known": (("draw", "target"), model.counterparts(out, names)),
            "values": (("draw", "column"), np.stack(
                [drawn[one.name] if one.quarter < 0 else one.read(out, names) for one in columns], axis=1
            )),
            "residents": ("quarter", np.nanmedian(out[:, names.index(RESIDENTS), :], axis=0)),
            "parameters": ("parameter", list(drawn)),
            "statistics": (("draw", "statistic"), np.stack(list(statistics.values()), axis=1)),
            "luck": ("statistic", np.array(list(luck.values()))),
        }
    )  # fmt: skip


def named(parts: Iterable[tuple[Claim, Part]]) -> list[tuple[str, Statistic]]:
    """Statistics that the rules of parts look at, by name."""
    return [(f"{key_of(claim, part)}/{name}", part.statistics[name]) for claim, part in parts for name in part.judged]


def _spread(values: Floats) -> float:
    """Standard deviation that luck gives one run of a draw; values of shape (draws, runs)."""
    whole = values[np.isfinite(values).all(axis=1)]
    return float(np.sqrt(whole.var(axis=1, ddof=1).mean())) if len(whole) and values.shape[1] > 1 else 0.0


def holds(plan: InformationPlan, worlds: xr.Dataset) -> np.ndarray:
    """Whether the condition of support of each part holds in each world, shape (draws, parts)."""
    columns = dict(zip((name for name, _ in named(plan.parts)), worlds["statistics"].to_numpy().T, strict=True))
    made = []
    for claim, part in plan.parts:
        own = {name: columns[f"{key_of(claim, part)}/{name}"] for name in part.judged}
        made.append(is_met(part.rule.supported, own, plan.file.claims.sizes) > 0.5)
    return np.array(made, dtype=bool).T


def first_of(plan: InformationPlan) -> list[int]:
    """Places of the statistics that tell the effect of each part: the first its rule looks at, of an output if any."""
    names = [name for name, _ in named(plan.parts)]

    def first(part: Part) -> str:
        return next((name for name in part.judged if part.statistics[name].output), part.judged[0])

    return [names.index(f"{key_of(claim, part)}/{first(part)}") for claim, part in plan.parts]


def tried(plan: InformationPlan, worlds: xr.Dataset) -> tuple[Candidate, ...]:
    """Candidates of which the worlds have the values."""
    return candidates(plan.case, tuple(map(str, worlds["parameters"].to_numpy())))
