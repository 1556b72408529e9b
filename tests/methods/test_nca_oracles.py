"""NCA against three published analyses with six conditions: scope, zones, lines, peers, bottlenecks, p."""

from __future__ import annotations

import pytest

from copark.cases.user_tables import read_case_table
from copark.setmethods.nca import NcaRequest, analyse
from tests.methods.records import nca_record
from tests.methods.shared import ORACLE, beside, oracle

pytestmark = beside
NAMES = ("example", "example2", "likert")
OWN = {"p-value", "p-accuracy", "_row"}


@pytest.fixture(scope="module")
def results():
    found = {}
    for name in NAMES:
        files = oracle(f"nca_{name}")
        conditions = files["x"] if isinstance(files["x"], list) else [files["x"]]
        table = read_case_table(ORACLE / f"data_nca.{name}.csv", [*conditions, files["y"]])
        found[name] = files, nca_record(analyse(table, NcaRequest(files["y"], tuple(conditions), permutations=5000)))
    return found


def ceilings(results, name):
    files, mine = results[name]
    for theirs, ours in zip(files["models"], mine["models"], strict=True):
        published = {one["_row"]: one for one in theirs["params"]}
        for one in ours["params"]:
            yield theirs["x"], one, published[one["_row"]]


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_agrees(results, name):
    """Zone, effect, slope, intercept, cases above, complexity, fit, accuracy, inefficiencies: to 1e-9."""
    checked = 0
    for condition, mine, theirs in ceilings(results, name):
        for key in mine.keys() - OWN:
            value = theirs[key]
            if value in ("NA", None):
                assert mine[key] is None, (condition, mine["_row"], key)
            else:
                # the file keeps 13 digits; per cents and areas are as exact as these
                assert mine[key] == pytest.approx(value, rel=1e-9, abs=1e-9), (condition, mine["_row"], key)
                checked += 1
    assert checked >= 20


@pytest.mark.parametrize("name", NAMES)
def test_scope_and_peers_agree(results, name):
    files, mine = results[name]
    for theirs, ours in zip(files["models"], mine["models"], strict=True):
        assert ours["global"] == pytest.approx(theirs["global"], abs=1e-9)
        for kind in ours["ceilings"]:
            spots = [(one["X"], one["Y"]) for one in ours["peers"][kind]]
            assert spots == [(one["X"], one["Y"]) for one in theirs["peers"][kind]]
            labels = [one["_row"] for one in theirs["peers"][kind] if "_row" in one]
            assert labels in ([], [one["_row"] for one in ours["peers"][kind]])


@pytest.mark.parametrize("name", NAMES)
def test_bottlenecks_agree(results, name):
    files, mine = results[name]
    for kind in ("ce_fdh", "cr_fdh"):
        rows = [list(row.values()) for row in mine["bottlenecks"][kind]]
        assert rows == [list(row.values()) for row in files["bottlenecks"][kind]]


@pytest.mark.parametrize("name", NAMES)
def test_p_agrees_within_monte_carlo_error(results, name):
    """Two estimates differ by less than four standard errors of their difference."""
    files, _ = results[name]
    for condition, mine, theirs in ceilings(results, name):
        p, q = mine["p-value"], theirs["p-value"]
        error = (p * (1.0 - p) / 5000 + q * (1.0 - q) / files["test_rep"]) ** 0.5
        assert abs(p - q) < 4.0 * error + 1e-3, (condition, mine["_row"], p, q)
