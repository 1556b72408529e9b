"""A replay posterior as the source of a study's draws: pairs of parameters and past luck, with futures of their own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from copark.cases.quarters import Quarter
from copark.inference.artefacts import StoredPosterior
from copark.inference.prior import PriorSpace
from copark.inference.replay import ReplayPosterior
from copark.model.arrays import Draws
from copark.simulation.counterfactual import hash_of, varying
from copark.simulation.study import Study
from copark.simulation.trust import Kind, Trust

STRIDE = 0.6180339887498949
"""Pairs are taken in steps of the golden section, so that the first few are spread over all populations."""


class PosteriorSource:
    """Draws of a replay posterior.

    Run r has draw d = r // futures, which is pair d of an order spread over all pairs, begun again when they are used
    up. Up to the cut it has the pair's luck, from then on that of (the study's seed, r).
    """

    def __init__(self, replay: ReplayPosterior, *, stale: bool = False, kind: Kind = "shipped") -> None:
        self.replay = replay
        self.stale = stale
        self.kind = kind

    @classmethod
    def of(cls, stored: StoredPosterior, kind: Kind = "shipped") -> PosteriorSource:
        """The replay posterior of posteriors that were read."""
        return cls(stored.replay, stale=stored.stale, kind=kind)

    @property
    def cut(self) -> Quarter | None:
        """Last quarter of the record that the draws reproduce."""
        return self.replay.cut

    @property
    def space(self) -> PriorSpace:
        """The prior of what is drawn."""
        return self.replay.space

    @property
    def points(self) -> np.ndarray:
        """Points of the prior's cube, shape (pairs, axes)."""
        return self.replay.points

    @property
    def trust(self) -> Trust:
        """Calibrated to the record up to the cut; stale where model or case have changed since."""
        disagreement = self.replay.disagreement()
        return Trust(
            "stale" if self.stale else "calibrated", self.kind, self.replay.space.case.name, str(self.replay.cut),
            len(self.replay.model.targets),
            scale_reduction=round(float(np.max(disagreement, initial=1.0, where=np.isfinite(disagreement))), 3),
        )  # fmt: skip

    @cached_property
    def whole(self) -> Draws:
        """Draws of all pairs."""
        return self.replay.draws()

    @cached_property
    def order(self) -> np.ndarray:
        """Order in which pairs are taken, shape (pairs,)."""
        spread: np.ndarray = np.argsort((np.arange(self.replay.pairs) * STRIDE) % 1.0, kind="stable")
        found: np.ndarray = np.argsort(spread, kind="stable")
        return found

    @property
    def drawn(self) -> tuple[str, ...]:
        """Parameters, one number each, that differ between pairs."""
        return tuple(varying(self.whole))

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """Entries of provenance: the hash of all draws, the cut, how many pairs, whether it is of another model."""
        return {
            "draws_hash": hash_of(self.whole),
            "posterior_cut": str(self.replay.cut),
            "posterior_pairs": self.replay.pairs,
            "posterior_stale": self.stale,
            "trust": self.trust.content(),
        }

    def draws(self, study: Study, first: int, last: int) -> Draws:
        """Parameters and random numbers of runs first … last - 1, before any scenario."""
        runs = np.arange(first, last)
        pairs = self.order[runs // study.futures % self.replay.pairs]
        made = Draws(*(room[pairs].copy() for room in self.whole))
        made.luck["cut"] = self.replay.cut - self.replay.space.case.clock.start + 1
        made.luck["later_seed"] = study.seed
        made.luck["later_run"] = runs
        return made
