"""Numbers and words of a park for a page with the kernel, as one compressed piece.

A head in JSON, then numbers of eight bytes. Their bytes are laid out place by place (all first bytes, all second ones),
which a compressor makes a third smaller; a page puts them back.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.browser.choices import SCENARIOS, STRUCTURES, ParkChoice
from copark.browser.packed_park import ParkPacker
from copark.browser.patches import SUBMODELS, Patch, Words, columns, words_of
from copark.calibration.rolling_origin import KnownRecord
from copark.decisions.measures import FOUR_SIDES, OUTPUTS_READ, discounting
from copark.json_types import JsonObject
from copark.model.arrays import Draws
from copark.model.outcomes import OUTCOMES
from copark.model.outputs import NAMES
from copark.model.variables import catalogue
from copark.presentation.numbers import unit_title
from copark.simulation.accounts import NEEDED
from copark.stats.quantiles import BAND, LEVELS
from copark.stats.shares import z_of
from copark.texts import LANGUAGES, text
from copark.texts.localized import LocalizedText

FORMAT = 1
SHOWN = ("operating", "jobs", "realised_investment", "serviced_area", "cash", "taxes")
"""Outputs whose bands are drawn."""
ON_THE_WAY = (
    "vote_pass",
    "service_level",
    "network_home",
    "network_host",
    "network_third",
    "commitment_home",
    "commitment_host",
    "alignment",
    "mean_return",
    "partners",
)
"""Outputs at the horizon that tell through what a choice acts."""


@dataclass
class WordPool:
    """Numbers of eight bytes, one array behind the other."""

    parts: list[Words] = field(default_factory=list)
    size: int = 0

    def add(self, values: NDArray[Any]) -> list[int]:
        """Add an array; return its place and its length."""
        words = np.ascontiguousarray(values).view(np.int64).ravel()
        place = [self.size, words.size]
        self.parts.append(words)
        self.size += words.size
        return place

    def content(self) -> bytes:
        """Return the bytes of all numbers, place by place."""
        words = np.concatenate(self.parts) if self.parts else np.zeros(0, np.int64)
        return words.view(np.uint8).reshape(-1, 8).T.tobytes()


@dataclass(frozen=True)
class Followed:
    """Outputs that a page follows, of all that are kept of a run."""

    shown: tuple[str, ...] = SHOWN
    """Those whose bands are drawn."""
    on_the_way: tuple[str, ...] = ON_THE_WAY
    """Those that are compared pair by pair at the horizon."""

    @property
    def kept(self) -> tuple[str, ...]:
        """All that are kept of every run."""
        return tuple(dict.fromkeys((*self.shown, *self.on_the_way, *NEEDED, *OUTPUTS_READ)))


KEPT = Followed().kept
"""Outputs that are kept of every run of a live brief."""


def payload(
    packer: ParkPacker,
    layout: JsonObject,
    more: Mapping[str, Any],
    followed: Followed = Followed(),
    pool: WordPool | None = None,
) -> bytes:
    """Pack a park for a page.

    Parameters
    ----------
    packer
        Packs the park.
    layout
        Places of the arguments of the module's functions.
    more
        What else the page shows, as plain values.
    followed
        Outputs that the page follows.
    pool
        Numbers that ``more`` names places of; without, it names none.
    """
    numbers = WordPool() if pool is None else pool
    return packed({"format": FORMAT, "layout": layout, **_park(packer, numbers, followed), **more}, numbers)


def packed(head: JsonObject, pool: WordPool) -> bytes:
    """Pack a head and numbers as one compressed piece.

    Parameters
    ----------
    head
        Plain values; of numbers it names the places.
    pool
        The numbers.
    """
    content = json.dumps(head, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    content += b" " * (-len(content) % 8)
    length = np.array([len(content)], "<u8").tobytes()
    return gzip.compress(length + content + pool.content(), 9, mtime=0)


def words(title: LocalizedText) -> JsonObject:
    """Return a text in both languages as plain values."""
    return {lang: title.text(lang) for lang in LANGUAGES}


def _park(packer: ParkPacker, pool: WordPool, followed: Followed) -> JsonObject:
    inputs = packer.inputs
    quarters = len(inputs.world)
    start = packer.case.clock.start
    pulled = {"start": 0} if packer.file is None else {"start": 0, "now": packer.file.now - start}
    rate = 0.0 if packer.file is None else packer.file.discount.rate
    lengths = {"quarters": quarters, "years": len(inputs.history), "anchors": len(inputs.anchors)}
    return {
        "lengths": lengths | {"runs": packer.study.runs, "kept": len(followed.kept)},
        "kept": list(followed.kept),
        "keep": [output_place(name) for name in followed.kept],
        "shown": [_output(name) for name in followed.shown],
        "on_the_way": [_output(name) for name in followed.on_the_way],
        "sides": [{"key": name, "title": _both(f"levers.side.{name}")} for name in FOUR_SIDES],
        "outcomes": [
            {
                "key": outcome.key,
                "title": {lang: outcome.title(lang) for lang in LANGUAGES},
                "colour": outcome.colour,
            }
            for outcome in OUTCOMES
        ],
        "quarters": [str(start + number) for number in range(quarters)],
        "judged": packer.study.judged_in(quarters),
        "pulled": pulled,
        "weights": {since: pool.add(discounting(quarters, first, rate)) for since, first in pulled.items()},
        "levels": list(LEVELS),
        "band": list(BAND),
        "z": z_of(),
        "inputs": pool.add(words_of(inputs)),
        "draws": _draws(packer.draws, pool),
        "groups": _groups(packer),
        "choices": [_choice(choice, packer.patches.single[choice.key], pool) for choice in packer.choices],
        "refused": [list(pair) for pair in sorted(packer.patches.refused)],
        "observed": {name: _observed(packer, name) for name in followed.shown},
    }


def output_place(name: str) -> int:
    """Return the place of an output among all of the model."""
    return NAMES.index(name)


def _both(key: str) -> JsonObject:
    return {lang: text(key, lang) for lang in LANGUAGES}


def _output(name: str) -> JsonObject:
    output = catalogue().outputs[name]
    return {
        "key": name,
        "title": {lang: output.title(lang) for lang in LANGUAGES},
        "unit": {lang: unit_title(output.unit, lang) for lang in LANGUAGES},
    }


def _draws(draws: Draws, pool: WordPool) -> JsonObject:
    """Pack draws: what is alike in all runs once, the rest of each draw once, and which draw a run has."""
    tables = [columns(getattr(draws, submodel)) for submodel in SUBMODELS]
    addresses = columns(draws.addresses)
    whole = np.concatenate(tables, axis=1)
    _, first, index = np.unique(whole, axis=0, return_index=True, return_inverse=True)
    return {
        "submodels": [[submodel, table.shape[1]] for submodel, table in zip(SUBMODELS, tables, strict=True)],
        "rows": len(first),
        "row_of_run": pool.add(index.ravel().astype(np.int64)),
        "parameters": _columns(whole[first], pool),
        "addresses": _columns(addresses, pool),
    }


def _columns(table: Words, pool: WordPool) -> list[list[int]]:
    """Pack a table column by column: place and length, which is 1 where all rows are alike."""
    return [pool.add(values[:1] if (values == values[0]).all() else values) for values in table.T]


def patch_entries(patch: Patch, pool: WordPool) -> JsonObject:
    """Describe a patch by the places of its cells and values.

    Parameters
    ----------
    patch
        The patch.
    pool
        Takes its numbers.
    """
    parameters = [[submodel, word, pool.add(change.values)] for (submodel, word), change in patch.parameters.items()]
    return {"cells": pool.add(patch.cells), "values": pool.add(patch.values), "parameters": parameters}


def _choice(choice: ParkChoice, patch: Patch, pool: WordPool) -> JsonObject:
    return {
        "key": choice.key,
        "kind": choice.kind,
        "group": choice.group,
        "since": choice.since,
        "title": words(choice.title),
        **({} if choice.reason is None else {"reason": words(choice.reason)}),
        **patch_entries(patch, pool),
    }


def _groups(packer: ParkPacker) -> list[JsonObject]:
    """List levers, then structures and scenarios, those that have choices."""
    used = {choice.group for choice in packer.choices}
    groups: list[JsonObject] = []
    for lever in () if packer.file is None else packer.file.levers:
        if lever.key in used:
            owner = _both(f"levers.owner.{lever.controlled_by}")
            shown_words = {"title": words(lever.title), "reason": words(lever.reason), "owner": owner}
            groups.append({"key": lever.key, **shown_words})
    groups += [{"key": key, "title": _both(f"live.{key}")} for key in (STRUCTURES, SCENARIOS) if key in used]
    return groups


def _observed(packer: ParkPacker, name: str) -> list[JsonObject]:
    """List what was reported of an output, by quarter."""
    points = KnownRecord(packer.case, packer.case.clock.data_end, ("fit", "score")).points(name)
    observed: list[JsonObject] = []
    for point in points:
        year = int(point.at)
        quarter = f"{year}Q{min(int(4.0 * (point.at - year)), 3) + 1}"
        observed.append(
            {
                "quarter": quarter,
                "value": point.value,
                "high": point.high,
                "bound": point.bound,
                "use": point.state == "known",
            }
        )
    return observed
