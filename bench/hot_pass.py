"""The hot pass twice: the kernel's own functions in a compiled loop, and `hot_pass.c`; the same data for both.

The pass is one quarter of the operating enterprises (`copark.model.enterprises.operating`: draw, earn, add_up, leave).
After each quarter the count is set back, so that all quarters have the same work; leavers are moved as they come.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np

from copark.model import rng
from copark.model.addresses import ADDRESS, NEVER
from copark.model.arrays import Draws, lay_out, records
from copark.model.clock import DT
from copark.model.enterprises import records as rows
from copark.model.enterprises.operating import add_up, draw, earn, leave
from copark.model.enterprises.records import ALL_ROWS, WIDTH, Dated, Firms, Receives, State
from copark.model.jit import OPTIONS

SOURCE = Path(__file__).with_name("hot_pass.c")
WIDE = "-mprefer-vector-width=512"
FLAGS = ("-O3", "-march=native", "-ffast-math", "-fno-finite-math-only", "-shared", "-fPIC")
SUMS = (
    "profit", "profit_home", "capital", "jobs", "taxes", "return_sum", "losses", "investment", "occupied_area", "exits",
    "gone", "operating_by_origin", "registered_by_origin",
)  # fmt: skip


class Park(NamedTuple):
    """A stock of operating enterprises, and what bears on them."""

    firms: Firms
    memory: np.ndarray
    state: np.ndarray
    receives: np.ndarray
    dated: np.ndarray
    parameters: np.ndarray
    address: np.ndarray
    common: float


def make_park(count: int, draws: Draws, seed: int = 1) -> Park:
    """Make a plausible stock of enterprises under the parameters of the first draw."""
    generator = np.random.default_rng(seed)
    tables = [np.zeros(ALL_ROWS * WIDTH) for _ in range(3)]
    ids = [np.zeros(WIDTH, np.int64) for _ in range(3)]
    table = tables[2].reshape(ALL_ROWS, WIDTH)[:, :count]
    values = {
        rows.ORIGIN: generator.integers(0, 3, count),
        rows.CAPITAL: generator.lognormal(1.1, 1.2, count),
        rows.PERMANENT: 0.07 * generator.standard_normal(count),
        rows.LAND: generator.uniform(0.0, 3.0, count),
        rows.TRANSITORY: 0.07 * generator.standard_normal(count),
        rows.AGE: generator.integers(0, 40, count),
    }
    for row, value in values.items():
        table[row // WIDTH] = value
    ids[2][:count] = generator.choice(80 * 3 * 4096, count, replace=False)
    memory, (state, receives) = lay_out([State, Receives])
    state["operating"] = count
    state["occupied_area"] = table[rows.LAND // WIDTH].sum()
    receives["profit_tax"] = 0.18
    address = records(ADDRESS, 1)
    address["seed"], address["cut"] = seed, NEVER
    address["early"] = generator.integers(0, 1 << 32, 2)
    firms = Firms(tables[0], ids[0], tables[1], ids[1], tables[2], ids[2])
    parameters = draws.enterprises[:1].copy()
    return Park(firms, memory, state, receives, records(Dated, 1), parameters, address, 0.06)


@numba.njit(**OPTIONS)  # type: ignore[untyped-decorator]
def ours(park: Park, table: np.ndarray, ids: np.ndarray, memory: np.ndarray, quarters: int, repeats: int) -> None:
    """Run quarters of the kernel's pass, `repeats` times from the same start."""
    firms, state = park.firms, park.state[0]
    for _ in range(repeats):
        park.memory[:] = memory
        count = int(state.operating)
        for row in range(rows.OPERATING_ROWS):
            for i in range(count):
                firms.operating[row * WIDTH + i] = table[row * WIDTH + i]
        for i in range(count):
            firms.operating_id[i] = ids[i]
        for t in range(quarters):
            draw(t, firms, count, park.address[0])
            earn(firms, count, park.receives[0], park.dated[0], park.parameters[0], park.common)
            add_up(firms, state, park.receives[0], park.parameters[0])
            leave(firms, state)
            state.operating = count


class Terms(ctypes.Structure):
    """What bears on all enterprises alike; as in the C source."""

    _fields_ = (
        ("base", ctypes.c_double * 3),
        *((name, ctypes.c_double) for name in (
            "persistence", "innovation", "tax", "loss", "ramp", "growth", "exit_rate", "spread", "reference",
            "capital_per_job",
        )),
    )  # fmt: skip


class Sums(ctypes.Structure):
    """Sums over the enterprises; as in the C source."""

    _fields_ = (
        *((name, ctypes.c_double) for name in SUMS[:-2]),
        ("operating_by_origin", ctypes.c_double * 3),
        ("registered_by_origin", ctypes.c_double * 3),
    )


@cache
def library(more: str = "") -> Any:
    """Compile the C source for this machine, with one more flag if asked and known, and load it."""
    known = (
        more and subprocess.run(["gcc", more, "-E", "-"], input=b"", capture_output=True, check=False).returncode == 0
    )
    extra = [more] if known else []
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "hot_pass.so"
        subprocess.run(["gcc", *FLAGS, *extra, f"-DWIDTH={WIDTH}", "-o", str(target), str(SOURCE), "-lm"], check=True)
        loaded = ctypes.CDLL(str(target))
    loaded.hot_passes.restype = None
    return loaded


def terms_of(park: Park) -> Terms:
    """What `earn` makes of its records before its loop."""
    p, tax = park.parameters[0], float(park.receives["profit_tax"][0])
    persistence = float(p["transitory_persistence"]) ** DT
    spread = float(p["return_spread"])
    base = [park.common + float(park.dated["term_cost"][0, o] + park.dated["term_market"][0, o]) for o in range(3)]
    return Terms(
        base=(ctypes.c_double * 3)(*base),
        persistence=persistence,
        innovation=spread * 0.7071067811865476 * float(np.sqrt(1.0 - persistence * persistence)),
        tax=tax,
        loss=float(p["startup_loss"]),
        ramp=float(p["startup_years"]) / DT,
        growth=float(p["reinvested_share"]) * DT,
        exit_rate=float(p["exit_rate"]),
        spread=spread,
        reference=float(p["reference_return"]),
        capital_per_job=float(p["capital_per_job"]),
    )


def pointer(array: np.ndarray) -> ctypes.c_void_p:
    """Address of an array's data."""
    return ctypes.c_void_p(array.ctypes.data)


class Pair:
    """The two implementations on copies of one park."""

    def __init__(self, count: int, draws: Draws) -> None:
        self.count = count
        self.park = make_park(count, draws)
        self.table, self.ids = self.park.firms.operating.copy(), self.park.firms.operating_id.copy()
        self.memory = self.park.memory.copy()
        self.c_table, self.c_ids = self.table.copy(), self.ids.copy()
        self.root = self.park.address["early"][0].astype(np.int64)
        self.terms, self.sums, self.zero = terms_of(self.park), Sums(), Sums()
        self.zero.occupied_area = float(self.park.state["occupied_area"][0])

    def run_ours(self, quarters: int, repeats: int) -> None:
        """Quarters of the kernel's pass."""
        ours(self.park, self.table, self.ids, self.memory, quarters, repeats)

    def run_c(self, quarters: int, repeats: int, more: str = "") -> None:
        """Quarters of the pass in C, compiled with one more flag if asked."""
        long = ctypes.c_int64
        library(more).hot_passes(
            pointer(self.c_table), pointer(self.c_ids), pointer(self.table), pointer(self.ids), long(self.count),
            long(quarters), long(repeats), pointer(self.root), ctypes.c_uint32(rng.TRANSITORY),
            ctypes.c_uint32(rng.EXIT), ctypes.byref(self.terms), ctypes.byref(self.sums), ctypes.byref(self.zero),
        )  # fmt: skip

    def difference(self) -> float:
        """Greatest difference between the two in any property or sum, relative where that is larger than one."""
        shape, state = (ALL_ROWS, WIDTH), self.park.state[0]
        mine = [self.park.firms.operating.reshape(shape)[: rows.OPERATING_ROWS, : self.count].ravel()]
        theirs = [self.c_table.reshape(shape)[: rows.OPERATING_ROWS, : self.count].ravel()]
        mine.append(self.park.firms.operating_id[: self.count].astype(float))
        theirs.append(self.c_ids[: self.count].astype(float))
        for name in SUMS:
            mine.append(np.atleast_1d(state[name]))
            theirs.append(np.atleast_1d(np.array(getattr(self.sums, name))))
        a, b = np.concatenate(mine), np.concatenate(theirs)
        return float(np.max(np.abs(a - b) / np.maximum(1.0, np.abs(b))))
