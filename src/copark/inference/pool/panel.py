"""The whole panel in order: a batch of every park, what each says alone, what they say together; kept and resumed.

Under a folder lie ``batches/`` (runs of each park, by identity) and ``<identity>/`` (a panel: ``pool.json`` with its
recipe and results, ``pool.npz`` with the parks' readings and the draws of the hierarchy).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.identity import hash_content, identity_of
from copark.inference.pool.axes import AXES, POOLED, SIZES
from copark.inference.pool.batches import PanelBatch, make_panel_batch
from copark.inference.pool.hierarchy import ALIKE, SWEEPS, Pooled, Readings, pool
from copark.inference.pool.local import ERRORS, NEAR, LocalPosterior, local_posterior, scores_of
from copark.inference.pool.parks import Park, park_of
from copark.inference.pool.scoring import ALONE, PanelScore, curves_without, left_out, rolling
from copark.inference.pool.scoring import POOLED as POOLED_METHOD
from copark.model.compiler import model_hash, versions

Floats = NDArray[np.float64]
RUNS = 1 << 13
SCORED = 2
"""A park's batch on the pooled prior has the panel's runs divided by this."""
FORMAT = 1
LEFT_SWEEPS = 800
"""Sweeps of the hierarchy where one park is left out."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Settings:
    """What a panel may be asked: runs of each park, a power of two, and the seed of design, luck and errors."""

    runs: int = RUNS
    seed: int = 1


@dataclass(frozen=True)
class Warping:
    """A pooled prior as a move of the unit cube: a park of which nothing is known, drawn from the hierarchy.

    Parameters
    ----------
    pooled
        The hierarchy it is drawn from.
    names
        Axes that are moved; all others stay where they are.
    identity
        Of what the hierarchy depends on.
    """

    pooled: Pooled
    names: tuple[str, ...]
    identity: str

    def __call__(self, points: Floats, names: tuple[str, ...]) -> Floats:
        """Move points of named axes."""
        from scipy.special import ndtr

        scores = np.zeros((len(points), len(POOLED)))
        for at, name in enumerate(names):
            if name in self.names:
                scores[:, POOLED.index(name)] = scores_of(points[:, at])
        drawn = ndtr(self.pooled.new(scores))
        moved = np.array(points, copy=True)
        for at, name in enumerate(names):
            if name in self.names:
                moved[:, at] = drawn[:, POOLED.index(name)]
        return moved


@dataclass(frozen=True)
class Panel:
    """Parks together.

    Parameters
    ----------
    settings, parks
        What was asked.
    local
        What each park says alone, by name.
    pooled
        The hierarchy over all parks, in the order of ``parks``; its axes are ``POOLED``.
    identity
        Of everything it depends on.
    """

    settings: Settings
    parks: tuple[Park, ...]
    local: Mapping[str, LocalPosterior]
    pooled: Pooled
    identity: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the parks."""
        return tuple(park.name for park in self.parks)

    def park(self, name: str) -> Park:
        """A park by name."""
        return self.parks[self.names.index(name)]

    def without(self, name: str) -> Pooled:
        """The hierarchy over all parks but one; over all where there is no such park."""
        if name not in self.local:
            return self.pooled
        others = {key: one for key, one in self.local.items() if key != name}
        return pooled_axes(others, self.settings.seed, LEFT_SWEEPS)

    def warping(self, park: Park) -> Warping:
        """Pooled prior of a park, learned from all others."""
        name = park.name if park.name in self.local else ""
        identity = identity_of({"panel": self.identity, "without": name, "sweeps": LEFT_SWEEPS})
        return Warping(self.without(name), park.pooled, identity)

    def lenders(self, without: str = "") -> dict[str, float]:
        """How much of what was learned comes from each park: its share in the mean, over all axes."""
        others = [name for name in self.local if name != without]
        total = self.without(without).lent().sum(axis=1)
        share = total / total.sum() if total.sum() > 0 else total
        return {name: float(x) for name, x in zip(others, share, strict=True)}


def pooled_axes(local: Mapping[str, LocalPosterior], seed: int, sweeps: int = SWEEPS) -> Pooled:
    """Pool all axes over parks; a park in which an axis is its own says nothing of it."""
    alike = np.array([ALIKE[AXES[name].role] for name in POOLED])
    parks = []
    for one in local.values():
        rows = np.zeros((one.readings.count, len(POOLED)))
        rows[:, [POOLED.index(name) for name in one.names]] = one.readings.rows
        parks.append(Readings(rows, one.readings.middles, one.readings.precisions))
    return pool(parks, alike, seed, sweeps)


def panel_identity(parks: Sequence[Park], settings: Settings) -> str:
    """Identity of a panel: parks, model, settings and the rules of pooling."""
    return identity_of(recipe_of(parks, settings))


def recipe_of(parks: Sequence[Park], settings: Settings) -> dict[str, Any]:
    """What a panel depends on, as plain values."""
    return {
        "format": FORMAT,
        "parks": {park.name: hash_content(park.content) for park in parks},
        "model": model_hash(),
        "settings": asdict(settings),
        "axes": {name: [axis.role, axis.group] for name, axis in AXES.items()},
        "sizes": {name: list(prior) for name, prior in SIZES.items()},
        "alike": ALIKE,
        "accepted": NEAR,
        "errors": ERRORS,
    }


def learn(
    parks: Sequence[Park],
    settings: Settings,
    *,
    threads: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Panel:
    """Run every park on its prior, infer each, pool them; keep the panel if there is a folder.

    Parameters
    ----------
    folder
        Of ``batches/`` and panels.
    progress
        Called with parks done and parks in all.
    """
    identity = panel_identity(parks, settings)
    kept = None if folder is None else load_local(parks, folder / identity)
    local = dict(kept or {})
    for done, park in enumerate(parks):
        if progress is not None:
            progress(done, len(parks))
        if park.name not in local:
            local[park.name] = local_posterior(prior_batch(park, settings, threads, folder), settings.seed)
    ordered = {park.name: local[park.name] for park in parks}
    panel = Panel(settings, tuple(parks), ordered, pooled_axes(ordered, settings.seed), identity)
    if folder is not None and kept is None:
        save(panel, folder / identity)
    return panel


def prior_batch(park: Park, settings: Settings, threads: int = 1, folder: Path | None = None) -> PanelBatch:
    """Runs of a park on its own prior, made or found."""
    home = None if folder is None else folder / "batches"
    return make_panel_batch(park, settings.runs, settings.seed, threads=threads, folder=home)


def pooled_batch(panel: Panel, park: Park, threads: int = 1, folder: Path | None = None) -> PanelBatch:
    """Runs of a park on the pooled prior of the others, made or found."""
    warp = panel.warping(park)
    home = None if folder is None else folder / "batches"
    return make_panel_batch(
        park, max(panel.settings.runs // SCORED, 2), panel.settings.seed, warp=warp, warped={"prior": warp.identity},
        threads=threads, folder=home,
    )  # fmt: skip


def score_panel(
    panel: Panel, *, threads: int = 1, folder: Path | None = None, progress: Progress | None = None
) -> tuple[PanelScore, ...]:
    """Let every method forecast every park that has something to score."""
    found: list[PanelScore] = []
    for done, park in enumerate(panel.parks):
        if progress is not None:
            progress(done, len(panel.parks))
        if not park.model.targets:
            continue
        batches = {
            POOLED_METHOD: pooled_batch(panel, park, threads, folder),
            ALONE: prior_batch(park, panel.settings, threads, folder),
        }
        curves = curves_without(panel.parks, park.name)
        found += left_out(park, batches, curves, panel.settings.seed)
        found += rolling(park, batches, curves, panel.settings.seed)
    return tuple(found)


def pooled_prior(panel: Panel, case: Case, runs: int, seed: int = 1) -> tuple[Park, Floats]:
    """Points of a case's prior as the panel's other parks have moved it; the park as read, and shape (runs, axes)."""
    from copark.inference.pool.batches import design
    from copark.inference.pool.parks import points_at

    park = park_of(case)
    warp = panel.warping(park)
    return park, warp(points_at(park, design(runs, seed)), park.space.names)


def save(panel: Panel, home: Path) -> None:
    """Keep a panel, whole or not at all."""
    from copark.store.atomic import written_folder

    pooled = panel.pooled
    arrays: dict[str, Floats] = {"mu": pooled.mu, "tau": pooled.tau}
    for name, one in panel.local.items():
        read = one.readings
        parts = {"mean": one.mean, "variance": one.variance, "rows": read.rows, "middles": read.middles,
                 "precisions": read.precisions}  # fmt: skip
        arrays |= {f"{part}/{name}": values for part, values in parts.items()}
    record = {
        "identity": panel.identity,
        "recipe": recipe_of(panel.parks, panel.settings),
        "made_with": dict(versions()),
        "axes": list(POOLED),
        "local": {
            name: {"names": list(one.names), "ess": _plain(one.ess), "reach": _plain(one.reach), "values": one.values}
            for name, one in panel.local.items()
        },
        "pooled": {
            name: {"mean": float(pooled.mu[:, n].mean()), "sd": float(pooled.mu[:, n].std()),
                   "tau": [float(x) for x in np.quantile(pooled.tau[:, n], (0.05, 0.5, 0.95))]}
            for n, name in enumerate(POOLED)
        },
    }  # fmt: skip
    with written_folder(home) as folder:
        np.savez_compressed(folder / "pool.npz", **arrays)  # type: ignore[arg-type]
        words = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        (folder / "pool.json").write_text(words + "\n", encoding="utf-8")


def load_local(parks: Sequence[Park], home: Path) -> dict[str, LocalPosterior] | None:
    """Read what each park says alone from a kept panel; ``None`` if there is none, or not a whole one."""
    try:
        record = json.loads((home / "pool.json").read_text(encoding="utf-8"))["local"]
        with np.load(home / "pool.npz", allow_pickle=False) as kept:
            return {
                park.name: LocalPosterior(
                    tuple(record[park.name]["names"]), kept[f"mean/{park.name}"], kept[f"variance/{park.name}"],
                    Readings(*(kept[f"{part}/{park.name}"] for part in ("rows", "middles", "precisions"))),
                    _number(record[park.name]["ess"], np.inf), _number(record[park.name]["reach"], np.nan),
                    int(record[park.name]["values"]),
                )
                for park in parks
            }  # fmt: skip
    except (OSError, KeyError, ValueError, TypeError):
        return None


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _number(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)
