"""The whole panel in order: a batch of every park, how far parks stray from the model, what each says, what all say.

A panel that was interrupted goes on where it stopped, and one that is done is found. Under a folder lie ``batches/``
(runs of each park, in pieces, by identity), ``steps/<identity>/`` (a file for each step of a panel: forecasts of a
park, trials of the discrepancy) and ``<identity>/`` (a panel: ``pool.json`` with its recipe and results, ``pool.npz``
with the parks' readings and draws of the hierarchy). Each is written whole or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.identity import hash_content, hash_sources, identity_of
from copark.inference.pool.abc_regression import LocalPosterior, local_posterior, scores_of, trials_of, windows
from copark.inference.pool.batches import Discrepancy, PanelBatch, SpreadTrial, chosen, design, make_panel_batch
from copark.inference.pool.hierarchy import ALIKE, SWEEPS, Pooled, Readings, pool
from copark.inference.pool.parks import AXES, POOLED, SIZES, Park, bare, park_of, points_at
from copark.inference.provenance import made_with
from copark.model.compiler import model_hash, versions
from copark.stats.quantiles import band
from copark.store.checkpoints import SUFFIX, State, read_state, write_state


def step(folder: Path | None, identity: str, name: str, make: Callable[[], Any]) -> Any:
    """Give plain values that a step makes, from its file if they are there.

    Numbers come back from a file as they went in, to the last bit.
    """
    if folder is None:
        return make()
    path = folder / "steps" / identity / f"{name}{SUFFIX}"
    whole = identity_of({"panel": identity, "made_with": dict(made_with())})
    kept = read_state(path, whole)
    if kept is not None:
        return kept.values["made"]
    found = make()
    write_state(path, whole, State(1.0, {}, {"made": found}))
    return found


def save(local: Mapping[str, LocalPosterior], pooled: Pooled, about: Mapping[str, Any], home: Path) -> None:
    """Keep a panel, whole or not at all.

    Parameters
    ----------
    about
        Its identity and recipe.
    """
    from copark.store.atomic import written_folder

    arrays: dict[str, Floats] = {"mu": pooled.mu, "tau": pooled.tau}
    for name, one in local.items():
        read = one.readings
        parts = {"mean": one.mean, "variance": one.variance, "rows": read.rows, "middles": read.middles,
                 "precisions": read.precisions}  # fmt: skip
        arrays |= {f"{part}/{name}": values for part, values in parts.items()}
    record = {
        **about,
        "made_with": dict(versions()),
        "axes": list(POOLED),
        "local": {
            name: {"names": list(one.names), "ess": _plain(one.ess), "reach": _plain(one.reach), "values": one.values}
            for name, one in local.items()
        },
        "pooled": {
            name: {"mean": float(pooled.mu[:, n].mean()), "sd": float(pooled.mu[:, n].std()),
                   "tau": list(band(pooled.tau[:, n]))}
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


RUNS = 1 << 13
FORMAT = 2
LEFT_SWEEPS = 800
"""Sweeps of the hierarchy where one park is left out."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PanelSettings:
    """What a panel may be asked: runs of each park, a power of two, and the seed of design, luck and errors."""

    runs: int = RUNS
    seed: int = 1


@dataclass(frozen=True)
class Warping:
    """A pooled prior as a move of the unit cube: a park of which nothing is known, drawn from the hierarchy."""

    pooled: Pooled
    """The hierarchy it is drawn from."""
    names: tuple[str, ...]
    """Axes that are moved; all others stay where they are."""
    identity: str
    """Of what the hierarchy depends on."""

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
    """Parks together."""

    settings: PanelSettings
    parks: tuple[Park, ...]
    """settings, parks: what was asked."""
    trials: tuple[SpreadTrial, ...]
    """How well forecasts from each park's own past did, by spread of the discrepancy."""
    spread: Discrepancy
    """The discrepancy that follows from all of them."""
    local: Mapping[str, LocalPosterior]
    """What each park says alone, by name."""
    pooled: Pooled
    """The hierarchy over all parks, in the order of ``parks``; its axes are ``POOLED``."""
    identity: str
    """Of everything it depends on."""

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

    def lenders(self, without: str = "") -> dict[str, float]:
        """How much of what was learned comes from each park: its share in the mean, over all axes."""
        others = [name for name in self.local if name != without]
        total = self.without(without).lent().sum(axis=1)
        share = total / total.sum() if total.sum() > 0 else total
        return {name: float(x) for name, x in zip(others, share, strict=True)}

    def step(self, folder: Path | None, name: str, make: Callable[[], Any]) -> Any:
        """Do a step of the work on the panel, or find it done."""
        return step(folder, self.identity, name, make)


def pooled_axes(local: Mapping[str, LocalPosterior], seed: int, sweeps: int | None = None) -> Pooled:
    """Pool all axes over parks; a park in which an axis is its own says nothing of it."""
    alike = np.array([ALIKE[AXES[name].role] for name in POOLED])
    parks = []
    for one in local.values():
        rows = np.zeros((one.readings.count, len(POOLED)))
        rows[:, [POOLED.index(name) for name in one.names]] = one.readings.rows
        parks.append(Readings(rows, one.readings.middles, one.readings.precisions))
    return pool(parks, alike, seed, SWEEPS if sweeps is None else sweeps)


def warping_of(
    panel: Panel, others: Mapping[str, LocalPosterior], park: Park, spread: Discrepancy, until: int | None = None
) -> Warping:
    """Pooled prior of a park, learned from what others' records say.

    others: every other park, by a day and with a spread of the discrepancy.
    """
    identity = identity_of(
        {"panel": panel.identity, "parks": sorted(others), "spread": asdict(spread), "until": until,
         "sweeps": LEFT_SWEEPS}
    )  # fmt: skip
    return Warping(pooled_axes(others, panel.settings.seed, LEFT_SWEEPS), park.pooled, identity)


def panel_identity(parks: Sequence[Park], settings: PanelSettings) -> str:
    """Identity of a panel: parks, model, settings and the code of pooling."""
    return identity_of(recipe_of(parks, settings))


def recipe_of(parks: Sequence[Park], settings: PanelSettings) -> dict[str, Any]:
    """What a panel depends on, as plain values."""
    here = Path(__file__).parent
    shared = [here.parent / f"{name}.py" for name in ("observations", "posterior", "prior", "summaries")]
    return {
        "format": FORMAT,
        "parks": {park.name: hash_content(park.content) for park in parks},
        "model": model_hash(),
        "settings": asdict(settings),
        "axes": {name: [axis.role, axis.group] for name, axis in AXES.items()},
        "sizes": {name: list(prior) for name, prior in SIZES.items()},
        "alike": ALIKE,
        "code": hash_sources([*sorted(here.glob("*.py")), *shared], here.parent),
    }


def learn(
    parks: Sequence[Park],
    settings: PanelSettings,
    *,
    threads: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Panel:
    """Run every park on its prior, see how far parks stray from the model, infer each, pool them.

    folder: where batches, steps and panels are kept; in memory only if none is given. progress: called with steps done
    and steps in all.
    """
    identity = panel_identity(parks, settings)
    tell, whole = progress or (lambda _done, _total: None), 3 * len(parks)
    trials: list[SpreadTrial] = []
    for done, park in enumerate(parks):
        tell(2 * done, whole)
        rows = step(folder, identity, f"trials-{park.name}", partial(_trials, park, settings, threads, folder))
        trials += [SpreadTrial(park.name, name, day, tuple(logs)) for name, day, logs in rows]
    spread = chosen(trials)
    kept = None if folder is None else load_local(parks, folder / identity)
    local = dict(kept or {})
    for done, park in enumerate(parks):
        tell(2 * len(parks) + done, whole)
        if park.name not in local:
            batch = prior_batch(park, settings, threads, folder)
            local[park.name] = local_posterior(batch, settings.seed, spread, reach=True)
    ordered = {park.name: local[park.name] for park in parks}
    pooled = pooled_axes(ordered, settings.seed)
    panel = Panel(settings, tuple(parks), tuple(trials), spread, ordered, pooled, identity)
    if folder is not None and kept is None:
        save(ordered, pooled, {"identity": identity, "recipe": recipe_of(parks, settings)}, folder / identity)
    return panel


def _trials(park: Park, settings: PanelSettings, threads: int, folder: Path | None) -> list[Any]:
    batch = prior_batch(park, settings, threads, folder)
    found = [one for window in windows(park) for one in trials_of(window, batch, settings.seed)]
    return [[one.family, one.day, list(one.log_density)] for one in found]


def prior_batch(park: Park, settings: PanelSettings, threads: int = 1, folder: Path | None = None) -> PanelBatch:
    """Runs of a park on its own prior, made or found."""
    home = None if folder is None else folder / "batches"
    return make_panel_batch(park, settings.runs, settings.seed, threads=threads, folder=home)


def pooled_prior(panel: Panel, case: Case, runs: int, seed: int = 1) -> tuple[Park, Floats]:
    """Points of a case's prior as the panel's other parks have moved it; the park read bare, and shape (runs, axes)."""
    park = park_of(bare(case))
    others = {name: one for name, one in panel.local.items() if name != park.name}
    warp = warping_of(panel, others, park, panel.spread)
    return park, warp(points_at(park, design(runs, seed)), park.space.names)
