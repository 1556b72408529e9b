"""Cascades: sizes, lags and doses against numbers made by hand; the whole on Great Stone in both languages."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from copark.analysis.cascade import Dose, direction, doses, feelings, half_width, lag_of, strongest
from copark.cases.load import load_case
from copark.errors import NotFound, RunRefused
from copark.report.cascade import reach_table
from copark.simulation.cascades import cut_study, dose_study, key_of, links_named
from copark.workflows.cascading import cascade

RUNS = 101


def pair_of(before, after):
    """A pair that knows one output."""
    return SimpleNamespace(
        before={"operating": SimpleNamespace(to_numpy=lambda: before)}, difference=lambda _output: after - before
    )


@pytest.fixture
def spread():
    """Reference runs that end evenly between 0 and 100."""
    before = np.zeros((RUNS, 6))
    before[:, -1] = np.arange(RUNS)
    return before


def test_a_size_is_in_half_widths_of_the_reference(spread):
    after = spread.copy()
    after[:, -1] -= 9.0
    (found,) = feelings({"network_to_arrivals": pair_of(spread, after)}, ["operating"], 2)
    assert half_width(spread[:, -1]) == pytest.approx(45.0)
    assert (found.size, found.low, found.high) == pytest.approx((-0.2, -0.2, -0.2))
    assert found.differing == 1.0
    assert found.lag == 3


def test_what_never_differs_is_felt_by_nobody(spread):
    (found,) = feelings({"network_to_arrivals": pair_of(spread, spread.copy())}, ["operating"], 2)
    assert (found.size, found.largest, found.differing, found.lag) == (0.0, 0.0, 0.0, None)
    assert strongest([found], 3, ("operating",)) == ()


def test_a_lag_counts_from_the_cut_to_a_tenth_of_the_largest():
    course = np.array([0.0, 0.0, 0.0, 0.5, 1.0, 7.0, 10.0])
    assert lag_of(np.tile(course, (3, 1)), 2, 1.0) == 2
    assert lag_of(-np.tile(course, (3, 1)), 2, 1.0) == 2
    assert lag_of(np.tile(course, (3, 1)), 2, 2000.0) is None


def test_runs_that_do_not_differ_have_no_scale():
    assert np.isnan(half_width(np.ones(9)))


def test_doses_are_medians_of_pairs_and_have_a_direction(spread):
    found = tuple(
        doses(
            {("a", dose): pair_of(spread, spread + 10.0 * (dose - 1.0)) for dose in (0.0, 0.5, 1.5, 2.0)}, ["operating"]
        )
    )
    assert [one.median for one in found] == pytest.approx([-10.0, -5.0, 5.0, 10.0])
    assert direction(found) == "rising"
    assert direction([Dose("a", "b", dose, 0, -(dose - 1.0), 0) for dose in (0.0, 2.0)]) == "falling"
    assert direction([Dose("a", "b", dose, 0, -abs(dose - 1.0), 0) for dose in (0.0, 2.0)]) == "bent"
    assert direction([Dose("a", "b", dose, 0, 0.0, 0) for dose in (0.0, 2.0)]) == "flat"


def test_each_arm_cuts_its_own_arrow_from_the_quarter_on():
    study = cut_study(load_case("great-stone"), 34, links_named(), runs=4)
    assert len(study.scenarios) == 33
    for scenario in study.scenarios[1:]:
        ((name, change),) = scenario.links.items()
        assert (change.strength, change.since, scenario.key) == (0.0, 34, key_of(name, 0.0))


def test_doses_have_keys_of_their_own():
    study = dose_study(load_case("great-stone"), 0, links_named(["network_to_arrivals"]), runs=4)
    assert [one.key for one in study.scenarios[1:]] == [
        f"network-to-arrivals-x{dose}" for dose in ("0", "0-5", "1-5", "2")
    ]


def test_an_unknown_arrow_is_answered_with_the_nearest():
    with pytest.raises(NotFound, match="network_to_arrivals"):
        links_named(["network_to_arrival"])


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
def test_a_cascade_of_great_stone(tmp_path, lang):
    names = ["network_to_arrivals", "jobs_to_host", "results_to_partners"]
    found = cascade("great-stone", names, since="2021Q1", draws=12, lang=lang, out=tmp_path, threads=1)
    assert [one.link for one in found.arrows][-1] == "results_to_partners"
    assert found.arrows[-1].lag is None
    assert all(one.lag is None or 0 <= one.lag < 46 for one in found.arrows)
    assert found.report is not None
    page = found.report.read_text(encoding="utf-8")
    assert ("级联图" if lang == "zh" else "Cascade map") in page


def test_what_is_cut_is_felt_in_its_own_scale_first(tmp_path):
    """Cutting arrivals' network is felt by enterprises before the host's commitment."""
    found = cascade("great-stone", ["network_to_arrivals"], since="2021Q1", draws=40, out=tmp_path, report=False)
    assert found.arrows[0].lag is not None


@pytest.mark.parametrize("since", ["soon", "2011Q1", "2033Q1", "2021-01"])
def test_a_quarter_outside_the_case_is_refused(tmp_path, since):
    with pytest.raises(RunRefused, match="2012Q3"):
        cascade("great-stone", since=since, draws=2, out=tmp_path, report=False)


def test_reach_tells_share_and_lag():
    from copark.analysis.cascade import Feeling

    def felt(link, output, lag):
        return Feeling(link, output, 0.3, 0.1, 0.5, 0.3, 1.0, lag)

    found = [felt("network_to_arrivals", "operating", 4), felt("network_to_partners", "operating", None)]
    table = reach_table(found, "en")
    assert table.rows[2][-1] == "50% · 4 q"
