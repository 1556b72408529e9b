"""Simulated panels: run r of every park has the same mechanisms, and a size, an operator and luck of its own.

Mechanisms are on the common design of :func:`copark.inference.pool.batches.design`. Scales and what is a park's own
are drawn afresh for every park; the score of its enquiries is ``√a z_area + √w z_operator + √(1 - a - w) z_park``,
where a and w are the shares of the variance of size that go with the area on record and that parks of one operator
have in common, so that its prior stays what it was. What the model leaves out is the panel's discrepancy
(:func:`copark.inference.pool.batches.courses`), whose size is drawn too. Runs are kept in pieces, each written whole or
not at all: a further question of the same parks makes none again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from copark.arrays import Floats
from copark.inference.joint.members import CODER, EDGES, FURTHER, Member
from copark.inference.observations import ObservationModel, noise
from copark.inference.pool.abc_regression import scores_of
from copark.inference.pool.batches import courses, design, errors_at, make_panel_batch
from copark.inference.pool.parks import AXES, COLUMN
from copark.inference.prior import EDGE
from copark.inference.summaries import features

MECHANISMS = tuple(name for name, axis in AXES.items() if axis.role == "mechanism")
HYPER = ("area_share", "operator_share", "left_out")
"""Shares of the variance of size that go with area and with the operator; standard deviation of the discrepancy."""
RANGES = ((0.0, 0.45), (0.0, 0.45), (0.15, 0.8))
"""Uniform priors of them."""
SERVICE_ERROR = 0.1
"""Standard deviation of a service level that would be observed, on its scale of 0 to 1."""
SIZE = "enquiry_rate"
OWN, RUNNER, ABOUT = 0x6F776E, 0x6F70, 0x68797065
"""Second keys of generators: what a park, an operator and a panel draw."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Panels:
    """Simulated panels."""

    members: tuple[Member, ...]
    """Parks, in order."""
    seed: int
    """Of everything drawn."""
    theta: Floats
    """Mechanisms and hyperparameters on the scale of normal scores, shape (panels, axes)."""
    counterparts: tuple[Floats, ...]
    """By park: shape (panels, targets), NaN where a run failed."""

    @property
    def count(self) -> int:
        """How many."""
        return len(self.theta)

    @property
    def spread(self) -> Floats:
        """Discrepancy of each panel, shape (panels,)."""
        return hyper_values(self.theta)[:, HYPER.index("left_out")]

    def features(self, again: int = 0) -> list[Floats]:
        """Features of reports with errors drawn anew for every ``again``; shape (panels, features) each.

        By park what is on record, then by park what could be observed, a family after the other.
        """
        told_by = [
            told(member, runs, self.spread, self.seed + 7919 * again)
            for member, runs in zip(self.members, self.counterparts, strict=True)
        ]
        pairs = list(zip(self.members, told_by, strict=True))
        return [
            *(read(member, reports) for member, reports in pairs),
            *(features(_part(member, at), reports[:, list(at)])
              for key in FURTHER for member, reports in pairs for at in [member.further[key]]),
        ]  # fmt: skip


def names_of() -> tuple[str, ...]:
    """What is inferred: mechanisms, then hyperparameters."""
    return (*MECHANISMS, *HYPER)


def hyper_values(theta: Floats) -> Floats:
    """Hyperparameters at normal scores, shape (panels, hyperparameters)."""
    from scipy.special import ndtr

    low, high = np.array(RANGES).T
    found: Floats = low + (high - low) * ndtr(theta[:, len(MECHANISMS) :])
    return found


def _random(seed: int, key: int, name: str) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=np.array([seed, (key << 32) | crc32(name.encode())], np.uint64)))


def hyper(runs: int, seed: int) -> Floats:
    """Normal scores of the hyperparameters, shape (runs, hyperparameters)."""
    return _random(seed, ABOUT, "hyper").standard_normal((runs, len(HYPER)))


@dataclass(frozen=True)
class Sizes:
    """Moves the common design to where one park has its own: a warp of :func:`make_panel_batch`."""

    member: Member
    seed: int
    area: float
    """Score of its area among parks; 0 where it is not known."""
    shares: Floats
    """Of area and operator in the variance of size, shape (runs, 2)."""
    apart: float = 0.0
    """How far mechanisms of parks differ, of the prior's standard deviation: nothing, but where that is to be tried."""

    def __call__(self, points: Floats, names: tuple[str, ...]) -> Floats:
        """Draw afresh what parks do not share."""
        from scipy.special import ndtr

        moved = np.array(points, copy=True)
        own = _random(self.seed, OWN, self.member.name).random((len(points), len(AXES)))
        runner = _random(self.seed, RUNNER, self.member.operator).standard_normal(len(points))
        for at, name in enumerate(names):
            free = own[:, COLUMN[name]]
            if name in self.member.shared:
                if self.apart:
                    common = np.sqrt(1.0 - self.apart**2) * scores_of(moved[:, at])
                    moved[:, at] = ndtr(common + self.apart * scores_of(free))
                continue
            moved[:, at] = free
            if name == SIZE:
                parts = np.stack([np.full(len(points), self.area), runner, scores_of(free)], axis=1)
                shares = np.concatenate([self.shares, 1.0 - self.shares.sum(axis=1, keepdims=True)], axis=1)
                moved[:, at] = ndtr((np.sqrt(shares) * parts).sum(axis=1))
        return np.clip(moved, EDGE, 1.0 - EDGE)


def simulate(
    members: Sequence[Member], count: int, seed: int, *, apart: float = 0.0, threads: int = 1,
    folder: Path | None = None, progress: Progress | None = None,
) -> Panels:  # fmt: skip
    """Simulate panels, or find them simulated.

    Parameters
    ----------
    count
        Panels, a power of two.
    apart
        How far mechanisms of parks differ, as of :class:`Sizes`.
    folder
        Where runs are kept; in memory only if none is given.
    """
    above = hyper(count, seed)
    theta = np.concatenate([scores_of(design(count, seed)[:, [COLUMN[name] for name in MECHANISMS]]), above], axis=1)
    shares, areas = hyper_values(theta)[:, :2], scores_of_area(members)
    made = []
    for done, member in enumerate(members):
        if progress is not None:
            progress(done, len(members))
        warp = Sizes(member, seed, float(areas[done]), shares, apart)
        about: dict[str, Any] = {"joint": 2, "operator": member.operator, "area": float(areas[done]),
                                 "ranges": [list(one) for one in RANGES]}  # fmt: skip
        own = [name for name in MECHANISMS if name not in member.shared]
        about |= ({"own": own} if own else {}) | ({"apart": apart} if apart else {})
        batch = make_panel_batch(member.park, count, seed, warp=warp, warped=about, threads=threads, folder=folder)
        made.append(batch.counterparts)
    return Panels(tuple(members), seed, theta, tuple(made))


def scores_of_area(members: Sequence[Member]) -> Floats:
    """Logarithms of areas on record, centred and scaled over parks; 0 where none is known; shape (parks,)."""
    logs = np.log(np.array([one.area for one in members]))
    if np.isfinite(logs).sum() < 2:
        return np.zeros(len(logs))
    found: Floats = np.nan_to_num((logs - np.nanmean(logs)) / np.nanstd(logs))
    return found


def told(member: Member, runs: Floats, spread: Floats, seed: int) -> Floats:
    """What a park would report in each panel: values off the model's course with errors, classes, what could be.

    Parameters
    ----------
    runs
        Counterparts, shape (panels, targets), as what is returned.
    spread
        Discrepancy of each panel, shape (panels,).
    """
    park, looks = member.park, slice(member.counted, member.reported)
    own = (seed << 32) ^ crc32(member.name.encode())
    strayed = runs * np.exp(spread[:, np.newaxis] * courses(park.model, park.ages, len(runs), own))
    free = noise(own, 0, len(runs), runs.shape[1])
    found = park.model.hide(strayed + errors_at(park.model, strayed) * free)
    found[:, looks] = classes(strayed[:, looks], CODER * free[:, looks])
    service = list(member.further["service"])
    found[:, service] = runs[:, service] + SERVICE_ERROR * free[:, service]
    return found


def classes(operating: Floats, error: Floats) -> Floats:
    """Position of the class a coder would give, from operating enterprises and an error of ln(1 + operating)."""
    seen = np.expm1(np.log1p(np.maximum(operating, 0.0)) + error)
    return np.where(np.isfinite(seen), np.digitize(seen, EDGES), np.nan).astype(np.float64)


def read(member: Member, reports: Floats) -> Floats:
    """Features of what a park has on record: logarithms and growth of values, and classes; (panels, features)."""
    values = _part(member, range(member.counted))
    found = features(values, reports[:, : member.counted])
    return np.concatenate([found, reports[:, member.counted : member.reported]], axis=1)


def _part(member: Member, at: Sequence[int]) -> ObservationModel:
    """The observation model of some targets."""
    return ObservationModel(tuple(member.park.model.targets[n] for n in at))
