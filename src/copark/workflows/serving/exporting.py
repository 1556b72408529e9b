"""Files of a result: tables for spreadsheets and statistics, netCDF for science, the study itself.

A result that is stored is read; another is made again, bit by bit the same, in a place of its own that is then removed.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from copark.analyses.compare.moves import sheets, sheets_of
from copark.presentation.exports import export_run, summary_table, write_csv
from copark.simulation.run import simulate
from copark.store import RunStore
from copark.store.summary import summary_of
from copark.texts import text
from copark.workflows.serving.asking import MOST_RUNS
from copark.workflows.serving.engine import Engine, Ticket
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.simulation import moves_between

if TYPE_CHECKING:
    import xarray as xr

    from copark.presentation.exports import PlainTable
    from copark.simulation.study import Study
    from copark.store import RunRecord

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "nc": "application/x-netcdf",
    "metadata.json": "application/json",
    "study.yaml": "application/yaml",
}
METADATA = ("identity", "created", "runs", "kept", "scenarios", "variables", "status", "outcome", "provenance")
"""What made a result, and what its runs came to."""


@contextmanager
def at_hand(
    engine: Engine, study: Study, shelved: Shelved, data: Path
) -> Iterator[tuple[RunStore, RunRecord, xr.Dataset]]:
    """A result as a stored one: that of the data folder, or one made for the moment."""
    identity = engine.identity(study, shelved)
    store = RunStore.of(data)
    found = store.find(identity)
    if found is not None:
        yield store, found, store.load(identity)
        return
    folder = data / f".export-{secrets.token_hex(8)}"
    try:
        store = RunStore(folder)
        made = simulate(study, shelved.case, threads=1, source=engine.source(study, shelved))
        record = store.save(made)
        yield store, record, made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def export(engine: Engine, study: Study, shelved: Shelved, form: str, scratch: Path, data: Path, lang: str) -> bytes:
    """A result in a form of :data:`FORMS`; a study is a file that ``copark run`` takes, with the same identity."""
    if form == "study.yaml":
        words: str = yaml.safe_dump(study.content(), allow_unicode=True, sort_keys=False, width=120)
        return f"# {text('web.study_file')} / {text('web.study_file', 'zh')}\n{words}".encode()
    with at_hand(engine, study, shelved, data) as (store, record, dataset):
        if form == "metadata.json":
            told = {name: getattr(record, name) for name in METADATA}
            return (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
        try:
            if form == "csv":
                write_csv(summary_table(store.load_summary(record.identity) or summary_of(dataset), lang), scratch)
            else:
                more = changes(engine, study, shelved, store, record, lang) if form == "xlsx" else ()
                export_run(store, record.identity, "netcdf" if form == "nc" else form, scratch, lang=lang, more=more)
            return scratch.read_bytes()
        finally:
            scratch.unlink(missing_ok=True)


def changes(
    engine: Engine, study: Study, shelved: Shelved, store: RunStore, record: RunRecord, lang: str
) -> tuple[PlainTable, ...]:
    """Why outcomes change, from the runs that are held; of more runs than that, from what is stored of them."""
    if len(study.scenarios) < 2 or study.runs > MOST_RUNS:
        return sheets_of(store, record, lang)
    first, *others = engine.arms(study, shelved, Ticket())
    keys = [scenario.key for scenario in study.scenarios[1:]]
    return sheets([(key, moves_between(first, one)) for key, one in zip(keys, others, strict=True)], lang)
