"""Stages of long work, kept as they are done, so that the same command goes on after its process was killed.

A stage has a name and, as far as it has come, a state: arrays and plain values. A state is one file, put in its place
whole. It begins with a line that holds size and SHA-256 of the rest, then a line of JSON (identity of the work, name,
share that is done, plain values), then the arrays as ``.npz``. What is torn, of other work or under another name is as
if it were not there. Numbers come back to the last bit.

Work is named by everything its bits depend on; its stages lie in a folder of that name until the work is done.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.store.files import lock_of, only_one, written_file
from copark.texts import text

Arrays = Mapping[str, NDArray[Any]]
FORMAT = 1
SUFFIX = ".stage"
FOLDER = "stages-"
"""What the folder of a piece of work begins with; its identity follows."""
EVERY = 5.0
"""Seconds of work after which a stage that is not done is kept: what a kill may cost."""


@dataclass(frozen=True)
class State:
    """State of a stage: how far it has come."""

    share: float
    """Of the stage that is done, 1 at its end."""
    arrays: Arrays
    values: Mapping[str, Any]
    """Whatever JSON can hold."""


def write_state(path: Path, identity: str, state: State) -> None:
    """Write a state of the work of an identity, whole or not at all.

    Parameters
    ----------
    path
        File of the state.
    identity
        Identity of the work; a state of another one is not read.
    state
        How far it is (0 to 1), its arrays and plain values.
    """
    about = {"format": FORMAT, "identity": identity, "name": path.name, "share": state.share, "values": state.values}
    packed = BytesIO()
    np.savez(packed, allow_pickle=False, **dict(state.arrays))
    body = json.dumps(about).encode() + b"\n" + packed.getvalue()
    with written_file(path) as place, place.open("wb") as stream:
        stream.write(_mark(body) + b"\n")
        stream.write(body)


def read_state(path: Path, identity: str) -> State | None:
    """Read a state; ``None`` if it is not there, torn, or of other work."""
    try:
        mark, _, body = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if mark != _mark(body):
        return None
    line, _, packed = body.partition(b"\n")
    try:
        about = json.loads(line)
        if (about["format"], about["identity"], about["name"]) != (FORMAT, identity, path.name):
            return None
        with np.load(BytesIO(packed), allow_pickle=False) as arrays:
            return State(float(about["share"]), {name: arrays[name] for name in arrays.files}, about["values"])
    except (ValueError, KeyError, TypeError):
        return None


def _mark(body: bytes) -> bytes:
    """Compute size and SHA-256 of the rest of a file."""
    return f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode()


class Stage:
    """One stage of the work of an identity; its state is kept in a file, if one is given."""

    def __init__(self, path: Path | None, identity: str) -> None:
        self._path = path
        self._identity = identity
        self.found = None if path is None else read_state(path, identity)
        self._kept = time.monotonic()

    def keep(self, share: float, arrays: Arrays, values: Mapping[str, Any] | None = None) -> None:
        """Keep how far it has come; 1 is its end.

        Parameters
        ----------
        share
            Share of the stage that is done; 1 is its end.
        arrays
            Its arrays, by name.
        values
            Further values that JSON can hold.
        """
        if self._path is not None:
            write_state(self._path, self._identity, State(share, arrays, values or {}))
        self._kept = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Return whether it is worth keeping again."""
        return self._path is not None and time.monotonic() - self._kept >= EVERY


@dataclass(frozen=True)
class Tally:
    """Progress of an earlier attempt."""

    done: int
    """Stages that were there already."""
    begun: bool
    """Whether another was begun."""
    whole: int
    """Stages in all."""


def tally_of(shares: Collection[float], whole: int) -> Tally:
    """Count stages by the share of each that was there."""
    return Tally(sum(share >= 1.0 for share in shares), any(share < 1.0 for share in shares), whole)


@dataclass
class Stages:
    """The stages of a piece of work."""

    folder: Path | None = None
    """Where folders of stages lie; nothing is kept if none is given."""
    identity: str = ""
    """Name of the work, by everything its bits depend on."""
    _shares: dict[str, float | None] = field(default_factory=dict, repr=False)

    @property
    def home(self) -> Path | None:
        """Folder of the stages of this work."""
        return None if self.folder is None else self.folder / f"{FOLDER}{self.identity}"

    def stage(self, name: str) -> Stage:
        """Begin a stage, or find how far it has come."""
        stage = Stage(None if self.home is None else self.home / f"{name}{SUFFIX}", self.identity)
        self.count(name, None if stage.found is None else stage.found.share)
        return stage

    def result(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        """Return the arrays a stage ends with, made now or found."""
        stage = self.stage(name)
        if stage.found is not None:
            return stage.found.arrays
        arrays = make()
        stage.keep(1.0, arrays)
        return arrays

    def plain(self, name: str, make: Callable[[], Any]) -> Any:
        """Return what JSON can hold that a stage ends with, made now or found."""
        stage = self.stage(name)
        if stage.found is not None:
            return stage.found.values["made"]
        value = make()
        stage.keep(1.0, {}, {"made": value})
        return value

    def count(self, name: str, share: float | None) -> None:
        """Count a stage of which a share was there already, or nothing."""
        self._shares.setdefault(name, share)

    def there(self) -> dict[str, float]:
        """Return the share that is done of every stage that is kept."""
        paths = () if self.home is None else sorted(self.home.glob(f"*{SUFFIX}"))
        states = {path.stem: read_state(path, self.identity) for path in paths}
        return {name: state.share for name, state in states.items() if state is not None}

    def tally(self) -> Tally:
        """Count what was there already of the stages that were begun since."""
        return tally_of([share for share in self._shares.values() if share is not None], len(self._shares))

    def alone(self, waiting: Callable[[], None] | None = None) -> AbstractContextManager[bool]:
        """Lock the work, so that nobody else does it meanwhile; yield whether somebody else had it first."""
        return nullcontext(False) if self.home is None else only_one(lock_of(self.home), waiting)

    def remove(self) -> None:
        """Remove all states: the work is done, and its result is kept."""
        if self.home is not None:
            shutil.rmtree(self.home, ignore_errors=True)


def went_on(tally: Tally | None, lang: str = "en") -> str:
    """Describe in a sentence what was there already of an earlier attempt; empty if nothing was."""
    if tally is None or not (tally.done or tally.begun):
        return ""
    key = "went_on_within" if tally.begun else "went_on"
    return text(f"workflows.{key}", lang, done=tally.done, whole=tally.whole)
