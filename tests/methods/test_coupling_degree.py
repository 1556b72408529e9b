"""The coupling coordination degree of a table: published vectors, worked cases, warnings for each known misuse."""

import json
from math import sqrt

import numpy as np
import pytest

from copark.setmethods import coupling_degree as degree
from copark.setmethods.coupling_chance import ensemble, null
from copark.setmethods.coupling_degree import CouplingRequest, Indicator, Subsystem, couple
from copark.setmethods.coupling_warnings import warnings_of
from copark.setmethods.table import SettingFaults, table_of
from copark.texts import text
from tests.methods.shared import METHODS, beside

VECTORS = json.loads((METHODS / "ccd_vectors.json").read_text(encoding="utf-8")) if METHODS.is_dir() else []


def plain(*names, **more):
    return CouplingRequest(tuple(Subsystem(name, (Indicator(name),)) for name in names), **more)


@beside
@pytest.mark.parametrize("vector", [one for one in VECTORS if "U" in one], ids=lambda one: one["name"])
def test_published_degrees(vector):
    names = [f"U{at}" for at in range(len(vector["U"]))]
    table = table_of({name: [value] for name, value in zip(names, vector["U"], strict=True)})
    found, told = couple(table, plain(*names, weights=tuple(vector["weights"]))), vector["expected"]
    assert found.development[0] == pytest.approx(told["T"], abs=1e-9)
    for form, name in (("standard", "trad"), ("wang2021", "wang2021")):
        made = found.forms[form]
        assert made.coupling[0] == pytest.approx(told[f"C_{name}"], abs=1e-9)
        assert made.coordination[0] == pytest.approx(told[f"D_{name}"], abs=1e-9)
        assert text(f"analysis.grade.{made.grades[0]}", "zh") == told[f"grade_{name}"]


@beside
@pytest.mark.parametrize("vector", [one for one in VECTORS if "X" in one], ids=lambda one: one["name"])
def test_published_entropy_weights(vector):
    """As one subsystem of all indicators beside another, so that the table's own path is taken."""
    columns = np.array(vector["X"], dtype=float).T
    positive = [one > 0 for one in vector.get("directions", [1] * len(columns))]
    names = [f"x{at}" for at in range(len(columns))]
    indicators = tuple(Indicator(name, way) for name, way in zip(names, positive, strict=True))
    table = table_of({**dict(zip(names, columns, strict=True)), "other": columns[0]})
    request = CouplingRequest(
        (Subsystem("all", indicators), Subsystem("other", (Indicator("other"),))),
        indicator_weights="entropy", ranging="minmax",
    )  # fmt: skip
    found = couple(table, request)
    told, scores = vector["expected"], found.indicator_scores[:, :-1]
    if "normalised" in told:
        assert np.allclose(scores, told["normalised"], atol=1e-9)
        assert np.allclose(found.scores[:, 0], told["U"], atol=1e-9)
    assert np.allclose(degree.entropy(scores), told["e"], atol=1e-9)
    assert np.allclose(found.shares[:-1, 0], told["w"], atol=1e-9)


TREND = np.linspace(0.1, 0.9, 12)
TABLE = table_of(
    {"A": TREND, "B": TREND**2, "C": TREND[::-1], "waste": 10.0 - 5.0 * TREND, "flat": np.ones(12)},
    [str(2010 + at) for at in range(12)],
)


def codes(found, **more):
    return {warned.code for warned in warnings_of(found, **more)}


def test_groups_weights_and_directions_by_hand():
    """Economy: A over 0 to 1 and waste over 5 to 10, less is better; ecology: C. Case 2010: A .1, waste 9.5."""
    request = CouplingRequest(
        (Subsystem("economy", (Indicator("A"), Indicator("waste", False))), Subsystem("ecology", (Indicator("C"),))),
        weights=(0.75, 0.25), ranges={"waste": (5.0, 10.0)},
    )  # fmt: skip
    found = couple(TABLE, request)
    assert found.scores[0] == pytest.approx([(0.1 + 0.1) / 2.0, 0.9])
    assert found.development[0] == pytest.approx(0.75 * 0.1 + 0.25 * 0.9)
    closeness = 2.0 * sqrt(0.1 * 0.9) / 1.0
    assert found.forms["standard"].coupling[0] == pytest.approx(closeness)
    assert found.forms["standard"].coordination[0] == pytest.approx(sqrt(closeness * 0.3))
    assert found.ranges["waste"].source == "given"
    assert found.ranges["A"].source == "unit"


def test_entropy_weights_of_few_or_lopsided_cases_are_warned_of():
    rng = np.random.default_rng(1)
    few = table_of({"A": rng.random(5), "B": rng.random(5) ** 6})
    found = couple(few, plain("A", "B", weights="entropy"))
    assert {"few_for_entropy", "entropy_unstable", "weights_in_t_only"} <= codes(found)
    low, high = degree.bootstrap_weights(found.scores, 1)
    assert np.all(low <= high)
    assert "few_for_entropy" not in codes(couple(few, plain("A", "B")))


def test_the_null_tells_common_courses_from_chance():
    """Scores that move together couple more closely than shuffled ones; unrelated ones do not; smooth ones of unlike
    phase pass the shuffle, which destroys their course, and not the shift, which keeps it."""
    rng = np.random.default_rng(3)
    wave = 0.5 + 0.4 * rng.standard_normal(30).clip(-1, 1)
    together = table_of({"A": wave, "B": np.clip(wave + 0.02 * rng.standard_normal(30), 0, 1)})
    found = null(couple(together, plain("A", "B")), 499, 1)
    assert found.p["shuffle"]["mean_coupling"] == pytest.approx(1.0 / 500.0)
    apart = table_of({"A": rng.random(30), "B": rng.random(30)})
    unrelated = couple(apart, plain("A", "B"))
    chance = null(unrelated, 499, 1)
    assert chance.p["shuffle"]["mean_coupling"] > 0.05
    assert "chance" in codes(unrelated, null=chance)
    assert "no_null" in codes(unrelated)
    time = np.arange(40) / 40 * 2 * np.pi
    waves = table_of({"A": 0.5 + 0.4 * np.sin(time), "B": 0.5 + 0.4 * np.sin(time + 0.9)})
    found = couple(waves, plain("A", "B"))
    dealt = null(found, 499, 2)
    assert dealt.p["shuffle"]["mean_coupling"] < 0.01
    assert dealt.p["shift"]["mean_coupling"] > 0.1
    assert "common_growth" in codes(found, null=dealt)


def test_the_ensemble_holds_the_degree_and_moves_the_grade():
    found = couple(TABLE, plain("A", "B", "C"))
    drawn = ensemble(found, 400, 1)
    assert drawn.shares.shape == (12, len(degree.GRADES))
    assert np.allclose(drawn.shares.sum(axis=1), 1.0)
    assert np.all(np.diff(drawn.levels, axis=0) >= 0.0)
    assert 0.0 <= drawn.stays["both"] <= 1.0
    assert max(drawn.met) > 1
    assert codes(found, ensemble=drawn) >= ({"grade_moves"} if drawn.stays["both"] < 0.5 else set())


def test_every_wrong_setting_is_told_at_once():
    twice = (Subsystem("one", (Indicator("A"), Indicator("A"))),)
    request = CouplingRequest(twice, weights=(0.5, 0.6), ranges={"B": (0.0, 1.0), "A": (2.0, 1.0)})
    with pytest.raises(SettingFaults) as caught:
        couple(TABLE, request)
    found = {one.code.rpartition(".")[2] for one in caught.value.faults}
    assert found == {"few_subsystems", "twice", "weight_count", "range_of_nothing", "range_order"}
    with pytest.raises(SettingFaults, match=r"0\.333333,0\.666667"):
        couple(TABLE, plain("A", "B", weights=(1.0, 2.0)))
