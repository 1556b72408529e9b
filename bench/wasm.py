"""`python -m bench.wasm [--write]`: the kernel of the browser beside the native one; about two minutes.

Runs of five parks, all outputs, on one thread: by machine code for this processor, and by the module under Node (V8).
The two are timed in turn by the processor's clock, and a ratio is of one round. Equal are runs whose every output in
every quarter differs by less than 1e-9 of the greater of 1 and its size.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.arguments import parser_of
from bench.measure import OtherWork, machine
from bench.tables import OTHERS, QUIET
from bench.wasm_engines import Node, Wasmtime, function_named
from copark.analyses.context import Context
from copark.browser.module_build import NoLinker, build, packed_size
from copark.browser.module_files import FOLDER, is_current
from copark.calibration.case_parameters import settle
from copark.cases.horizon import now_for
from copark.model.arrays import make_workspace
from copark.model.outputs import NAMES
from copark.simulation.ensemble import runs_of
from copark.simulation.run import prepare
from copark.simulation.study import baseline

HERE = Path(__file__).parent
PARKS = ("great-stone", "suzhou", "lekki", "jinfei", "imip")
WHOLE, SMOKE = (1000, 7), (8, 1)
"""Runs, and rounds."""
HEAD = """# The kernel in the browser

Written by `python -m bench.wasm --write`; do not edit. What is measured is said in the docstring of `bench/wasm.py`.

"""


@dataclass
class ParkTimes:
    """What was measured of a park."""

    park: str
    runs: int
    equal: float = float("nan")
    to_the_bit: float = float("nan")
    statuses: bool = False
    engines_alike: bool | None = None
    native: list[float] = field(default_factory=list)
    module: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """How much longer the module takes, of each round."""
        return [module / native for module, native in zip(self.module, self.native, strict=True)]


def park_of(name: str, runs: int) -> tuple[Any, Any]:
    """Inputs and draws of a park as its brief has them, a draw for each run."""
    case = Context().case(name)
    study = baseline(name).with_changes(runs=runs, seed=1, now=now_for(case, None))
    settled, parameters = settle(study, case, None, None, None)
    prepared = prepare(settled, case, parameters.source)
    (draws,) = prepared.ensemble(1).draws(0, runs).by_scenario
    return prepared.inputs[0], draws


def arguments_of(inputs: Any, draws: Any) -> tuple[Any, ...]:
    """Arguments of the kernel, with arrays of its own to write."""
    runs = len(draws.addresses)
    keep = np.arange(len(NAMES))
    out = np.zeros((runs, len(keep), len(inputs.world)))
    own = type(draws)(*(records.copy() for records in draws))
    nothing_kept = 0, 0, np.zeros(1), np.zeros(2, np.int64)
    return inputs, own, make_workspace(inputs), keep, 0, runs, out, np.zeros((runs, 3), np.int64), *nothing_kept


def measured(name: str, module: Path, runs: int, rounds: int) -> ParkTimes:
    """Compare and time the two on a park."""
    inputs, draws = park_of(name, runs)
    told = ParkTimes(name, runs)
    native = partial(runs_of, inputs, draws, NAMES)
    expected = native()
    function = function_named("simulate")
    node = Node(module)
    for number in range(rounds):
        start = time.process_time()
        native()
        told.native.append(1000.0 * (time.process_time() - start))
        arguments = arguments_of(inputs, draws)
        node.call(function, arguments, repeats=4)  # the first is compiled meanwhile
        told.module.append(statistics.median(node.times[1:]))
        if number == 0:
            out, status = arguments[6:8]
            close = np.isclose(out, expected.out, rtol=1e-9, atol=1e-9, equal_nan=True)
            told.equal = float(close.all(axis=(1, 2)).mean())
            told.to_the_bit = float(((out == expected.out) | np.isnan(out)).mean())
            told.statuses = bool(np.array_equal(status, expected.status))
            told.engines_alike = _alike(module, inputs, draws, out)
    return told


def _alike(module: Path, inputs: Any, draws: Any, out: np.ndarray) -> bool | None:
    """Whether another engine gives the same bits; None where it is not here."""
    try:
        engine = Wasmtime(module)
    except ImportError:
        return None
    arguments = arguments_of(inputs, draws)
    engine.call(function_named("simulate"), arguments)
    return bool(arguments[6].tobytes() == out.tobytes())


def report(found: list[ParkTimes], module: Path, where: dict[str, Any], loading: float) -> str:
    """The page of results."""
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    kilobytes = module.stat().st_size / 1000
    size = f"{kilobytes:.1f} kB, {packed_size(module) / 1000:.1f} kB gzipped (at most 40)"
    heads = ("park", "runs", "equal", "values to the bit", "statuses equal", "V8 and Cranelift")
    times = ("native, ms a run", "module, ms a run", "ratio (least – greatest)")
    lines = [f"The module: {size}, compiled by V8 in {loading:.1f} ms. It imports its memory alone.", ""]
    lines += ["| " + " | ".join((*heads, *times)) + " |", "|---|---:|---:|---:|---|---|---:|---:|---:|"]
    words = {True: "the same bits", False: "**differ**", None: "not compared"}
    for park in found:
        ratios = park.ratios
        cells = (
            park.park,
            f"{park.runs:,}",
            f"{park.equal:.1%}",
            f"{park.to_the_bit:.1%}",
            "yes" if park.statuses else "**no**",
            words[park.engines_alike],
            f"{statistics.median(park.native) / park.runs:.3f}",
            f"{statistics.median(park.module) / park.runs:.3f}",
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} – {max(ratios):.2f})",
        )
        lines.append("| " + " | ".join(cells) + " |")
    middle = statistics.median(statistics.median(park.ratios) for park in found)
    lines += [
        "",
        f"Median ratio over the parks {middle:.2f}; the target of 2 is {'met' if middle <= 2 else 'not met'}.",
    ]
    busy = where[OTHERS]
    if isinstance(busy, float) and busy > QUIET:
        lines += ["", f"**Not a quiet machine.** Other processes kept {busy:g} of {where['cores']} processors busy."]
    facts = "\n".join(f"- {name}: {value}" for name, value in {**where, "node": version}.items())
    return HEAD + "\n".join(lines) + "\n\n## Machine\n\n" + facts + "\n"


def main() -> int:
    """Measure, show, and write on request."""
    parser = parser_of("bench.wasm", __doc__)
    parser.add_argument("--write", action="store_true", help="write bench/WASM.md")
    parser.add_argument("--parks", nargs="+", default=PARKS, help="parks that are measured")
    asked = parser.parse_args()
    if not Node.is_here():
        print("Node is not on this machine.")
        return 0
    runs, rounds = SMOKE if asked.smoke else WHOLE
    with tempfile.TemporaryDirectory() as folder:
        try:
            module = build(FOLDER if is_current() else Path(folder))
        except NoLinker as problem:
            print(problem)
            return 0
        others = OtherWork()
        parks = asked.parks[:1] if asked.smoke else asked.parks
        found = [measured(name, module, runs, rounds) for name in parks]
        node = Node(module)
        node.call(function_named("simulate"), arguments_of(*park_of(parks[0], 1)))
        where = {**machine(), OTHERS: others.processors()}
        text = report(found, module, where, node.loading)
    print(text)
    if asked.write and not asked.smoke:
        (HERE / "WASM.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
