"""Link impact: sizes, lags and responses against numbers made by hand; the whole on Great Stone in both languages."""

import numpy as np
import pytest
from tests.asked import table

import copark
from copark.analyses import REGISTRY
from copark.analyses.answer import SHIPPED, check_keys, listed, load, place_of
from copark.analyses.context import Context
from copark.analyses.link_impact.impacts import (
    direction,
    half_width,
    impacts,
    lag_of,
    share_changed,
    strongest,
)
from copark.analyses.link_impact.scenarios import STRENGTHS, cut_study, key_of, links_named
from copark.cases.load import load_case
from copark.errors import NotFound
from copark.model.variables import catalogue
from copark.presentation.document import Caveat, Chart
from copark.presentation.figures import render
from copark.presentation.style import styled
from copark.stats.effects import Effects

BEFORE = np.zeros((101, 6))
BEFORE[:, -1] = np.arange(101)
"""Reference runs that end evenly between 0 and 100."""


def effects_of(**differences):
    """Effects of scenarios on one output, made of their differences."""
    return Effects(
        measures=("operating",),
        units=("companies",),
        quarters=tuple(f"203{quarter}Q1" for quarter in range(6)),
        reference="as-it-is",
        reference_values=BEFORE[:, None, :],
        values={key: (BEFORE + difference)[:, None, :] for key, difference in differences.items()},
        finished=dict.fromkeys(differences, np.ones(len(BEFORE), bool)),
        draw_of_run=np.arange(len(BEFORE)),
    )


def test_a_size_is_in_half_widths_of_the_reference():
    difference = np.zeros_like(BEFORE)
    difference[:, -1] = -9.0
    (impact,) = impacts(effects_of(cut=difference), {"cut": "network_to_arrivals"}, 2)
    assert half_width(BEFORE[:, -1]) == pytest.approx(45.0)
    assert (impact.link, impact.output) == ("network_to_arrivals", "operating")
    assert (impact.size, impact.low, impact.high) == pytest.approx((-0.2, -0.2, -0.2))
    assert (impact.mean, impact.typical, impact.largest) == pytest.approx((-0.2, 0.2, 0.2))
    assert (impact.changed, impact.exists, impact.rare) == (1.0, True, False)
    assert impact.lag == 3


def test_what_is_felt_in_few_runs_is_an_effect_and_moves_no_median():
    """Two of 101 runs lose 45 companies, a half-width, from the fifth quarter on; in another scenario one run does."""
    felt, alone = np.zeros_like(BEFORE), np.zeros_like(BEFORE)
    felt[:2, 4:] = alone[:1, 4:] = -45.0
    few, alone_impact = impacts(
        effects_of(few=felt, one=alone), {"few": "opening_to_enterprises", "one": "tax_to_returns"}, 2
    )
    assert (few.size, few.typical) == (0.0, 0.0)
    assert few.mean == pytest.approx(-2 / 101)
    assert few.largest == pytest.approx(2 / 101)
    assert few.changed == pytest.approx(2 / 101)
    assert (few.exists, few.rare, few.lag) == (True, True, 2)
    assert (alone_impact.exists, alone_impact.rare, alone_impact.lag) == (False, False, None)


def test_a_pair_is_changed_by_more_than_a_hundredth_of_the_half_width():
    sizes = np.array([[0.0, 0.4], [0.6, 0.6], [0.0, 0.0], [0.0, 0.7]])
    assert share_changed(sizes, 50.0) == 0.5
    assert share_changed(sizes, float("nan")) == 0.75, "where runs are all alike any difference counts"


def test_a_lag_counts_from_the_cut_to_a_tenth_of_the_largest():
    course = np.array([0.0, 0.5, 1.0, 7.0, 10.0])
    assert lag_of(np.tile(course, (3, 1))) == 2
    assert lag_of(np.zeros((3, 5))) is None


@pytest.mark.parametrize(
    ("medians", "way"),
    [
        ((-10.0, -5.0, 5.0, 10.0), "rising"),
        ((1.0, 0.5, -0.5, -1.0), "falling"),
        ((-1.0, 0.0, 0.0, -1.0), "bent"),
        ((0.0, 0.0, 0.0, 0.0), "flat"),
    ],
)
def test_a_response_has_a_direction(medians, way):
    keys = ("a", "b", "c", "d")
    differences = {key: np.full_like(BEFORE, median) for key, median in zip(keys, medians, strict=True)}
    rows = {row.scenario: row for row in effects_of(**differences).select(quarters=["2035Q1"]).rows()}
    assert [rows[key].median for key in keys] == pytest.approx(medians)
    assert direction(dict(zip(STRENGTHS, (rows[key] for key in keys), strict=True))) == way


def test_each_scenario_cuts_its_own_link_from_the_quarter_on():
    study = cut_study(load_case("great-stone"), 34, links_named(), runs=4)
    assert len(study.scenarios) == 1 + len(catalogue().links)
    for scenario in study.scenarios[1:]:
        ((name, change),) = scenario.links.items()
        assert (change.strength, change.since, scenario.key) == (0.0, 34, key_of(name, 0.0))


def test_an_unknown_link_is_answered_with_the_nearest():
    analysis = REGISTRY["link-impact"]
    with pytest.raises(NotFound, match="network_to_arrivals"):
        check_keys(analysis, analysis.params(case="great-stone", links=("network_to_arrival",)), Context())


NAMES = ("network_to_arrivals", "jobs_to_host", "taxes_to_host")


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    out = tmp_path_factory.mktemp("link-impact")
    return copark.link_impact("great-stone", links=NAMES, since="2021Q1", draws=12, out=out, threads=1)


def test_links_of_great_stone(answer):
    assert answer.links == NAMES
    assert len(answer.to_frame()) == len(answer.impacts) == 3 * 15
    quiet = answer.impact("taxes_to_host")  # residents pay no profit tax
    assert (quiet.lag, quiet.exists) == (None, False)
    assert all(impact.lag is None or 0 <= impact.lag < 46 for impact in answer.impacts)
    assert answer.impact("network_to_arrivals").lag is not None
    assert list(answer.response("network_to_arrivals")) == list(STRENGTHS)
    assert answer.response("taxes_to_host") == {}
    assert "taxes_to_host" not in answer.responding
    assert answer.trust.state == "calibrated"


def test_the_document_says_it_in_both_languages(answer):
    """Of the links that company and enterprises send, those felt in a scale and the soonest quarter."""
    (first,) = strongest(answer.impacts, 1, ("operating",))
    for lang, words in (
        ("en", f"Of the 3 links between scales that were cut, “{catalogue().links[first].en}” matters most"),
        ("zh", f"在所切断的3条尺度间传导渠道中，“{catalogue().links[first].zh}”影响最大"),
    ):
        document = answer.document(lang)
        assert document.headline.startswith(words)
        assert [section.key for section in document.sections] == ["summary", "map", "reach", "responses", "limits"]
        assert any(isinstance(block, Caveat) for block in document.sections[0].blocks)
        charts = [block for block in document.blocks() if isinstance(block, Chart)]
        assert {"map", "response-network-to-arrivals"} <= {chart.key for chart in charts}
        assert all(render(styled(chart.figure)(), "svg") for chart in charts)
    lag = answer.impact("network_to_arrivals").lag
    own = [row for row in table(answer.document(), "reach").rows if row[0] == "Enterprises"]
    assert any(row[1] == 1 and row[2] == 1.0 and row[3] <= lag for row in own)


def test_where_no_quarter_is_left_after_the_calibration_links_are_cut_from_the_first(tmp_path):
    """Suzhou's calibration knows 2019; its simulated period ended in 2014."""
    answer = copark.link_impact("suzhou", links=NAMES[:1], draws=4, out=tmp_path, threads=1)
    assert answer.since == "1994Q2"


def test_what_few_runs_feel_is_named_with_their_share(tmp_path):
    """Suzhou's company fails in some runs: what hangs on its survival is felt there, and moves no median."""
    links = ("opening_to_enterprises", "opening_to_interests")
    options = {"links": links, "since": "1994Q2", "draws": 60, "parameters": "prior"}
    answer = copark.link_impact("suzhou", out=tmp_path, threads=1, **options)
    rare = [impact for impact in answer.impacts if impact.rare]
    assert {impact.link for impact in rare} == set(links)
    assert not any(impact.exists and not impact.rare for impact in answer.impacts)
    assert all(0.01 <= impact.changed < 0.5 and impact.lag is not None for impact in rare)
    assert "change some runs all the same" in str(answer.document("en").sections[0].blocks)
    assert "不改变中位数" in str(answer.document("zh").sections[0].blocks)


def test_a_link_that_carries_two_things_is_said_to_where_it_is_cut(answer):
    analysis = REGISTRY["link-impact"]
    run_id = next(key for key, head in listed(SHIPPED, analysis) if head["params"]["case"] == "thilawa")
    found = load(place_of(SHIPPED, analysis, run_id), analysis).result
    for lang, words in (("en", "fees and planning together"), ("zh", "收费与规划的合计")):
        assert words in str(found.document(lang).sections[0].blocks)
        assert words not in str(answer.document(lang).sections[0].blocks), "the link was not cut"
