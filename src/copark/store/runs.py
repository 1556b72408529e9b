"""The database of runs: one folder for each identity, whole or not there.

A folder holds ``arrays.zarr`` (the numbers), ``metadata.json`` (what made them and how the runs ended) and
``manifest.json`` (every file with its checksum, written last). Above ``SUMMARY_ABOVE`` runs, ``arrays.zarr`` keeps
the first ``SUMMARY_PATHS`` runs, ``summary.zarr`` the bands over all of them, and ``every_run.zarr`` the status,
outcome and draws of each; a run's random numbers depend on its number alone, so the first are as good a sample as any.

Whenever a run is read, its identity is made again from its provenance: what lies in the folder of another identity is
misplaced (:mod:`copark.store.manifest`), neither used nor shown, and moved aside by whoever writes to that folder.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from copark.errors import Fault
from copark.store.array_forms import ARRAYS, CHUNK, EVERY_RUN, SUMMARY, faults_of_form
from copark.store.arrays import in_thousands, open_dataset
from copark.store.errors import DamagedRun, ExportRefused, MisplacedRun, RunNotStored, fault
from copark.store.files import (
    IN_SHARDS,
    REPLACED,
    flush,
    if_free,
    lock_of,
    place_of,
    put_back,
    take_place,
    written_folder,
)
from copark.store.headlines import faults_of_headlines
from copark.store.manifest import (
    IDENTITY,
    METADATA,
    QUARANTINE,
    UNREADABLE,
    faults_of,
    misplacement,
    set_aside,
    unreadable,
)
from copark.store.run_record import RunRecord, record_of
from copark.store.shards import ShardFolder, ShardPlan, ShardWriter, join

if TYPE_CHECKING:
    import xarray as xr

OUT = Path("out")
"""The output folder where none is named."""
SUMMARY_ABOVE = 100_000
"""Runs above which a summary is kept in the place of all paths, where nobody decides otherwise.

A server decides otherwise (:data:`copark.web.content.job_tasks.SUMMARY_ABOVE`), and so does a study that names the
outputs to keep (:func:`copark.analyses.stored_runs.plan_stored_run`). Hence a run ID may be stored in either form: the
numbers are the same, and a summary never replaces paths.
"""
SUMMARY_PATHS = 10_000
"""Runs whose paths are kept beside a summary: the first ones."""
LEAST_COMPRESSION = 0.2
"""Ensembles were never seen to shrink to less than this share of their size in memory."""


class RunStore:
    """Stored runs under one folder, which is made when the first run is saved."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    @classmethod
    def of(cls, out: Path) -> RunStore:
        """Return the runs of an output folder."""
        return cls(Path(out) / "runs")

    def save(self, dataset: xr.Dataset, *, replace: bool = False) -> RunRecord:
        """Store an ensemble held whole; see :meth:`save_stream`."""
        return self.save_stream([dataset], dataset.sizes["run"], replace=replace)

    def save_stream(
        self, chunks: Iterable[xr.Dataset], runs: int, *, replace: bool = False, summarise: bool | None = None
    ) -> RunRecord:
        """Store an ensemble that comes in chunks along ``run``, with the memory of a chunk or of a thousand runs.

        Parameters
        ----------
        chunks
            With ``identity`` and ``provenance`` among their attributes.
        runs
            Runs in all.
        replace
            Whether a run of the same identity is replaced; it stays otherwise.
        summarise
            Whether bands are kept over all runs and the paths of the first only; by default above ``SUMMARY_ABOVE``.

        Raises
        ------
        ExportRefused
            If the disk has no room, or other runs come than announced.
        """
        stream = iter(chunks)
        first = next(stream, None)
        if first is None:
            raise ExportRefused([fault("runs_differ", self.root, found=0, wanted=runs)])
        identity = str(first.attrs["identity"])
        bands = runs > SUMMARY_ABOVE if summarise is None else summarise
        plan = ShardPlan(identity, runs, min(SUMMARY_PATHS, runs) if bands else runs, bands, CHUNK)
        self.need_room(first, plan.kept)
        set_aside(self.root / identity)
        with written_folder(self.root / identity, replace=replace) as folder:
            shards = ShardFolder(folder)
            writer = ShardWriter(shards, plan, 0, runs)
            for chunk in in_thousands(chain([first], stream)):
                writer.add(chunk)
                if writer.made > runs:
                    break
            if writer.made != runs:
                raise ExportRefused([fault("runs_differ", folder, found=writer.made, wanted=runs)])
            join(shards, plan, [writer.close({}, {})], first.isel(run=slice(0, 1)))
        return self.record(identity)

    def need_room(self, first: xr.Dataset, runs: int) -> None:
        """Refuse (``ExportRefused``) what the disk has no room for: so many runs like those given."""
        need = int(first.nbytes / first.sizes["run"] * runs * LEAST_COMPRESSION)
        self.root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.root).free
        if need > free:
            raise ExportRefused([fault("disk_full", self.root, need=f"{need / 1e9:.1f}", free=f"{free / 1e9:.1f}")])

    def find(self, identity: str) -> RunRecord | None:
        """Find a stored run as :meth:`get` does, but ``None`` if it is not there, or misplaced."""
        name = self.named(identity)
        try:
            return None if name is None else self.record(name)
        except MisplacedRun:
            return None

    def named(self, identity: str) -> str | None:
        """Name the folder of an identity, or the only one that begins so; ``RunNotStored`` if several do."""
        if not IDENTITY.fullmatch(identity):
            return None
        if (self.root / identity).is_dir():
            return identity
        names = [name for name in self.names() if name.startswith(identity)]
        if len(names) > 1:
            raise RunNotStored([fault("ambiguous", self.root, identity, found=", ".join(names))])
        return names[0] if names else None

    def get(self, identity: str) -> RunRecord:
        """Read the stored run of an identity as :meth:`record` does; ``RunNotStored`` if there is none."""
        name = self.named(identity)
        if name is None:
            raise RunNotStored([fault("not_stored", self.root, identity, identity=identity)])
        return self.record(name)

    def record(self, identity: str, *, deep: bool | None = None, checked: bool = True) -> RunRecord:
        """Read what is known of a stored run, after checking that its folder is whole and its own.

        Checksums are compared up to 256 MB, or whatever the size if ``deep``; the forms of its arrays with what its
        study gives, and how its runs ended with what its arrays say. Not ``checked``, as for a list of many, what
        describes the run is believed.

        Parameters
        ----------
        identity
            Run ID, the name of the folder.
        deep
            True to compare checksums of any size, False of none but the small files that describe the run; ``None``
            for those of up to 256 MB in all.
        checked
            False to believe what describes the run.

        Returns
        -------
        Place, metadata and size of the run; its arrays are not read.

        Raises
        ------
        DamagedRun
            If the folder is half-written or damaged.
        MisplacedRun
            If another run lies in it, or one whose metadata contradict themselves.
        """
        folder = self.root / identity
        faults = faults_of(folder, deep=deep) if checked else []
        if faults:
            raise DamagedRun(faults)
        try:
            metadata = json.loads((folder / METADATA).read_text(encoding="utf-8"))
            record = record_of(folder, metadata)
            wrong = misplacement(metadata, identity, folder)
        except FileNotFoundError:
            raise DamagedRun([fault("metadata_unreadable", folder, METADATA)]) from None
        except OSError as error:
            raise DamagedRun([unreadable(folder, METADATA, error)]) from error
        except UNREADABLE as error:
            raise DamagedRun([fault("metadata_unreadable", folder, METADATA)]) from error
        if wrong is not None:
            raise MisplacedRun([wrong])
        if checked:
            faults = faults_of_form(record) or faults_of_headlines(record)
            if faults:
                raise DamagedRun(faults)
        return record

    def load(self, identity: str) -> xr.Dataset:
        """Open the kept paths of a run lazily: numbers are read when they are asked for."""
        record = self.get(identity)
        return open_dataset(record.path / ARRAYS, list(record.variables))

    def load_summary(self, identity: str) -> xr.Dataset | None:
        """Open the bands over all runs, where the store keeps them instead of all paths."""
        record = self.get(identity)
        if record.form != "summarised":
            return None
        return open_dataset(record.path / SUMMARY, list(record.variables))

    def load_every_run(self, identity: str) -> xr.Dataset:
        """Open status, outcome and draws of every run, also of those whose paths were not kept."""
        record = self.get(identity)
        if record.form == "summarised":
            return open_dataset(record.path / EVERY_RUN, list(record.variables))
        return self.load(record.identity).drop_dims("quarter")

    def records(self) -> tuple[list[RunRecord], list[Fault]]:
        """Read all stored runs, newest first, and the faults of those that cannot be read."""
        records: list[RunRecord] = []
        faults: list[Fault] = []
        for name in self.names():
            try:
                records.append(self.record(name, deep=False))
            except (DamagedRun, MisplacedRun) as refusal:
                faults.append(refusal.faults[0])
        return sorted(records, key=lambda record: record.created, reverse=True), faults

    def shards_of(self, identity: str) -> Path:
        """Name the folder in which a run is made in shards, whether it is there or not."""
        return self.root / f"{IN_SHARDS}{identity}"

    def adopt(self, identity: str) -> RunRecord:
        """Move a run made in shards to its place among the stored runs, replacing an older one of its identity."""
        set_aside(self.root / identity)
        folder = self.shards_of(identity)
        take_place(folder, self.root / identity, replace=True)
        shutil.rmtree(folder, ignore_errors=True)
        flush(self.root)
        return self.record(identity)

    def put_back_replaced(self) -> None:
        """Return runs their place again whose replacement was killed between its two moves."""
        for path in self.root.glob(f"{REPLACED}*"):
            target = place_of(path)
            if target.exists() or faults_of(path, deep=False):
                continue
            with suppress(OSError), if_free(lock_of(self.shards_of(target.name))) as is_free:
                if is_free:
                    put_back(path)

    def names(self) -> list[str]:
        """Name the folders of stored runs, sound or not, in their place or not."""
        self.put_back_replaced()
        paths = self.root.iterdir() if self.root.is_dir() else ()
        shown = (path for path in paths if not path.name.startswith(".") and path.name != QUARANTINE)
        return sorted(path.name for path in shown if path.is_dir())
