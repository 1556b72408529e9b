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
@pytest.mark.parametrize("vector", [vector for vector in VECTORS if "U" in vector], ids=lambda vector: vector["name"])
def test_published_degrees(vector):
    names = [f"U{number}" for number in range(len(vector["U"]))]
    table = table_of({name: [value] for name, value in zip(names, vector["U"], strict=True)})
    coupled, expected = couple(table, plain(*names, weights=tuple(vector["weights"]))), vector["expected"]
    assert coupled.development[0] == pytest.approx(expected["T"], abs=1e-9)
    for form, name in (("standard", "trad"), ("wang2021", "wang2021")):
        degrees = coupled.forms[form]
        assert degrees.coupling[0] == pytest.approx(expected[f"C_{name}"], abs=1e-9)
        assert degrees.coordination[0] == pytest.approx(expected[f"D_{name}"], abs=1e-9)
        assert text(f"analysis.grade.{degrees.grades[0]}", "zh") == expected[f"grade_{name}"]


@beside
@pytest.mark.parametrize("vector", [vector for vector in VECTORS if "X" in vector], ids=lambda vector: vector["name"])
def test_published_entropy_weights(vector):
    """As one subsystem of all indicators beside another, so that the table's own path is taken."""
    columns = np.array(vector["X"], dtype=float).T
    positive = [direction > 0 for direction in vector.get("directions", [1] * len(columns))]
    names = [f"x{number}" for number in range(len(columns))]
    indicators = tuple(Indicator(name, way) for name, way in zip(names, positive, strict=True))
    table = table_of({**dict(zip(names, columns, strict=True)), "other": columns[0]})
    request = CouplingRequest(
        (Subsystem("all", indicators), Subsystem("other", (Indicator("other"),))),
        indicator_weights="entropy", ranging="minmax",
    )  # fmt: skip
    coupled = couple(table, request)
    expected, scores = vector["expected"], coupled.indicator_scores[:, :-1]
    if "normalised" in expected:
        assert np.allclose(scores, expected["normalised"], atol=1e-9)
        assert np.allclose(coupled.scores[:, 0], expected["U"], atol=1e-9)
    assert np.allclose(degree.entropy(scores), expected["e"], atol=1e-9)
    assert np.allclose(coupled.shares[:-1, 0], expected["w"], atol=1e-9)


TREND = np.linspace(0.1, 0.9, 12)
TABLE = table_of(
    {"A": TREND, "B": TREND**2, "C": TREND[::-1], "waste": 10.0 - 5.0 * TREND, "flat": np.ones(12)},
    [str(2010 + year) for year in range(12)],
)


def codes(coupled, **more):
    return {warned.code for warned in warnings_of(coupled, **more)}


def test_groups_weights_and_directions_by_hand():
    """Economy: A over 0 to 1 and waste over 5 to 10, less is better; ecology: C. Case 2010: A .1, waste 9.5."""
    request = CouplingRequest(
        (Subsystem("economy", (Indicator("A"), Indicator("waste", False))), Subsystem("ecology", (Indicator("C"),))),
        weights=(0.75, 0.25), ranges={"waste": (5.0, 10.0)},
    )  # fmt: skip
    coupled = couple(TABLE, request)
    assert coupled.scores[0] == pytest.approx([(0.1 + 0.1) / 2.0, 0.9])
    assert coupled.development[0] == pytest.approx(0.75 * 0.1 + 0.25 * 0.9)
    closeness = 2.0 * sqrt(0.1 * 0.9) / 1.0
    assert coupled.forms["standard"].coupling[0] == pytest.approx(closeness)
    assert coupled.forms["standard"].coordination[0] == pytest.approx(sqrt(closeness * 0.3))
    assert coupled.ranges["waste"].source == "given"
    assert coupled.ranges["A"].source == "unit"


def test_entropy_weights_of_few_or_lopsided_cases_are_warned_of():
    rng = np.random.default_rng(1)
    few = table_of({"A": rng.random(5), "B": rng.random(5) ** 6})
    coupled = couple(few, plain("A", "B", weights="entropy"))
    assert {"few_for_entropy", "entropy_unstable", "weights_in_t_only"} <= codes(coupled)
    low, high = degree.bootstrap_weights(coupled.scores, 1)
    assert np.all(low <= high)
    assert "few_for_entropy" not in codes(couple(few, plain("A", "B")))


def test_the_null_tells_common_courses_from_chance():
    """Scores that move together couple more closely than shuffled ones; unrelated ones do not; smooth ones of unlike
    phase pass the shuffle, which destroys their course, and not the shift, which keeps it."""
    rng = np.random.default_rng(3)
    wave = 0.5 + 0.4 * rng.standard_normal(30).clip(-1, 1)
    together = table_of({"A": wave, "B": np.clip(wave + 0.02 * rng.standard_normal(30), 0, 1)})
    test_of_chance = null(couple(together, plain("A", "B")), 499, 1)
    assert test_of_chance.p["shuffle"]["mean_coupling"] == pytest.approx(1.0 / 500.0)
    independent = table_of({"A": rng.random(30), "B": rng.random(30)})
    unrelated = couple(independent, plain("A", "B"))
    chance = null(unrelated, 499, 1)
    assert chance.p["shuffle"]["mean_coupling"] > 0.05
    assert "chance" in codes(unrelated, null=chance)
    assert "no_null" in codes(unrelated)
    time = np.arange(40) / 40 * 2 * np.pi
    waves = table_of({"A": 0.5 + 0.4 * np.sin(time), "B": 0.5 + 0.4 * np.sin(time + 0.9)})
    test_of_chance = couple(waves, plain("A", "B"))
    dealt = null(test_of_chance, 499, 2)
    assert dealt.p["shuffle"]["mean_coupling"] < 0.01
    assert dealt.p["shift"]["mean_coupling"] > 0.1
    assert "common_growth" in codes(test_of_chance, null=dealt)


def test_the_ensemble_holds_the_degree_and_moves_the_grade():
    coupled = couple(TABLE, plain("A", "B", "C"))
    drawn = ensemble(coupled, 400, 1)
    assert drawn.shares.shape == (12, len(degree.GRADES))
    assert np.allclose(drawn.shares.sum(axis=1), 1.0)
    assert np.all(np.diff(drawn.levels, axis=0) >= 0.0)
    assert 0.0 <= drawn.stays["both"] <= 1.0
    assert max(drawn.met) > 1
    assert codes(coupled, ensemble=drawn) >= ({"grade_moves"} if drawn.stays["both"] < 0.5 else set())


def test_every_wrong_setting_is_told_at_once():
    twice = (Subsystem("one", (Indicator("A"), Indicator("A"))),)
    request = CouplingRequest(twice, weights=(0.5, 0.6), ranges={"B": (0.0, 1.0), "A": (2.0, 1.0)})
    with pytest.raises(SettingFaults) as caught:
        couple(TABLE, request)
    codes_told = {fault.code.rpartition(".")[2] for fault in caught.value.faults}
    assert codes_told == {"few_subsystems", "twice", "weight_count", "range_of_nothing", "range_order"}
    with pytest.raises(SettingFaults, match=r"0\.333333,0\.666667"):
        couple(TABLE, plain("A", "B", weights=(1.0, 2.0)))
