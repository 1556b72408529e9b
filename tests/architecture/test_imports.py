"""Who may know what: the import rules (`make check`) would notice, and asking for help loads nothing heavy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "numba", "llvmlite", "numpy", "scipy", "pandas", "xarray", "zarr", "h5netcdf", "matplotlib", "openpyxl", "jinja2",
)  # fmt: skip
LOADED = """
import sys
from copark.cli import main
try:
    main(sys.argv[1:])
except SystemExit as leaving:
    assert leaving.code == 0, leaving.code
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("arguments", [["run", "--help"], ["--lang", "zh", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", LOADED, *arguments]
    found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert found.returncode == 0, found.stderr
    loaded = set(found.stdout.rpartition("LOADED")[2].split())
    assert "copark" in loaded
    assert loaded.isdisjoint(HEAVY), loaded & set(HEAVY)


DRAWING = ("matplotlib", "PIL", "fontTools", "jinja2", "xlsxwriter", "scipy.stats", "pandas", "xarray", "sklearn")
"""What draws or writes files, and what only work needs: nothing of it to show a stored answer on the screen."""
COMPILING = ("numba", "llvmlite", "copark.model.kernel", "copark.store.runs")
"""What makes and stores runs: a stored answer reads what was found of them."""
SEARCHING = ("copark.calibration.annealing", "copark.calibration.tempering", "copark.calibration.diagnostics")
"""What makes and examines a calibration: whoever reads a stored one does neither."""
COUNTED = """
import sys
from copark.cli import main
try:
    main(sys.argv[1:])
except SystemExit as leaving:
    assert leaving.code == 0, leaving.code
print("LOADED", *sorted(sys.modules))
"""


@pytest.mark.parametrize(
    ("arguments", "forbidden", "most"),
    [
        (["brief", "thilawa", "--now", "2026Q4"], (*DRAWING, *COMPILING, *SEARCHING), 600),
        (["claims", "great-stone"], (*DRAWING, *COMPILING), 765),
        (["run", "great-stone", "--runs", "20", "--no-report"], ("matplotlib", "PIL", "scipy.stats", "sklearn"), 2050),
    ],
    ids=["brief", "claims", "run"],
)
@pytest.mark.documents
def test_a_command_imports_only_what_it_shows(
    arguments: list[str], forbidden: tuple[str, ...], most: int, tmp_path: Path
) -> None:
    """Shipped answers on the screen draw nothing and write nothing; runs without a report draw nothing."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", COUNTED, *arguments]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert found.returncode == 0, found.stderr
    loaded = set(found.stdout.rpartition("LOADED")[2].split())
    assert loaded.isdisjoint(forbidden), loaded & set(forbidden)
    assert len(loaded) <= most, len(loaded)
    assert not (tmp_path / "out" / "reports").exists(), "files are written when they are asked for"
