"""Facts of the data-only parks beside their series: who, when, with whose money, and how a park ends."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from tests.cases.test_light_cases import LIGHT

from copark.cases import list_cases, load_case
from copark.cases.casebook import casebook_path
from copark.cases.completeness import MECHANISMS, mechanisms_of
from copark.cases.pack import is_closed, pack
from copark.cases.quarters import Quarter
from copark.model.governments.equations import NO_PLAN
from copark.simulation.case_edits import edited
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.run import inputs_of, simulate
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import baseline

EVENTS = {
    "batamindo": 12, "cmqip": 12, "eiz-ethiopia": 12, "imip": 13, "itpl-bangalore": 14, "jinfei": 14, "kaesong": 19,
    "lekki": 13, "longjiang": 6, "mckip": 15, "saysettha": 11, "sihanoukville": 17, "teda-suez": 18, "thilawa": 14,
    "tianjin-ecocity": 13, "vsip": 17, "wsip": 8,
}  # fmt: skip
"""Dated events in the evidence; two more have no date."""
ACTING = {
    "framework": {"batamindo", "cmqip", "jinfei", "kaesong", "mckip", "saysettha", "sihanoukville", "thilawa",
                  "tianjin-ecocity", "vsip"},
    "share_changes": {"itpl-bangalore"},
    "network": {"saysettha"},
    "partners": {"lekki", "mckip", "saysettha"},
    "solvency": {"cmqip", "jinfei", "longjiang", "saysettha", "sihanoukville", "teda-suez", "tianjin-ecocity"},
    "credit": {"sihanoukville"},
    "grants": {"longjiang"},
    "land_plan": {"jinfei", "kaesong", "thilawa"},
    "tax": {"kaesong"},
    "anchors": {"mckip"},
    "shocks": {"cmqip"},
    "closures": {"imip", "kaesong"},
}  # fmt: skip
"""Mechanisms that few parks carry, by hand."""
IDLE = {"credit": {"eiz-ethiopia", "longjiang", "teda-suez", "vsip"}}
MIRRORS = ("ohl1yru", "allnav", "eslwa", "slrbs", "15m8", "jsszyb", "awingyg", "wangzhuano", "healinghandsltd",
           "salonsbyjcnaples", "wxssfood", "page-analytics", "solondais", "perceptioda", "wiki.riteme", "enwikipedia",
           "9aivip", "jizihe", "handmsg", "worldwrestlingcamps", "denamall", "blh621", "234365w", "xb824", "ttav89",
           "chaoshiw", "chetecut", "tyjgjz", "ksrykj", "gasoto04")  # fmt: skip
"""Copies whose addresses stay out of the casebook."""


@pytest.fixture(scope="module")
def parks():
    return {name: load_case(name) for name in LIGHT}


# ---------------------------------------------------------------- what can act where


def test_which_mechanism_can_act_in_which_park(parks, subtests):
    states = {name: mechanisms_of(park) for name, park in parks.items()}
    for mechanism, acting in ACTING.items():
        with subtests.test(mechanism):
            assert {name for name, found in states.items() if found[mechanism] == "acts"} == acting
            idle = {name for name, found in states.items() if found[mechanism] == "idle"}
            assert idle == IDLE.get(mechanism, set())
    assert all(tuple(found) == MECHANISMS for found in states.values())


def test_what_acts_is_in_the_models_inputs_and_what_does_not_is_not(subtests):
    """The other way round: read off the packed arrays, not off the case."""
    for name in list_cases():
        case = load_case(name)
        inputs, found = pack(case), mechanisms_of(case)
        governments, company, enterprises = inputs.governments, inputs.company, inputs.enterprises
        on = governments["framework"] > 0.5
        limited = (company["registered_capital"] < 100_000.0).any() and name != "kaesong"
        felt = {
            "framework": on.any(),
            "visits": (np.abs(governments["visit"]) % 1.0 > 0.0).any(),
            "network": company["shareholder_ties"].any() or company["partner_ties"].any(),
            "rivals": company["rival_size"].any(),
            "solvency": limited,
            "credit": limited and governments["credit"][on].any(),
            "land_plan": (governments["plan_area"][on] > NO_PLAN).any(),
            "start_up_area": (company["first_area"] > 0.0).any(),
            "tax": governments["profit_tax"].any(),
            "grants": company["other_investment"].any(),
            "shocks": any(inputs.world[f"exposure_{key}"].any() for key in ("pandemic", "sanctions", "market_shift")),
            "anchors": len(inputs.anchors) > 0 or enterprises["certificates"].any(),
            "closures": (governments["threshold"] >= 1000.0).any(),
        }
        for mechanism, acts in felt.items():
            with subtests.test(name, mechanism=mechanism):
                assert (found[mechanism] == "acts") == bool(acts)


def test_unknown_is_not_none(parks):
    """Nothing is claimed of what no source tells: charter, capability and, but for one park, the law."""
    for park in parks.values():
        found = mechanisms_of(park)
        assert found["quota"] == found["capability"] == "unknown"
        assert found["threshold"] == "unknown"
    assert mechanisms_of(parks["thilawa"])["network"] == "unknown", "JICA's ties are not in the evidence"


# ---------------------------------------------------------------- events and sources


def test_every_dated_event_is_there_in_both_languages(parks, subtests):
    for name, park in parks.items():
        with subtests.test(name):
            assert len(park.events) == EVENTS[name]
            assert all(event.date.year <= 2024 for event in park.events)
            for event in park.events:
                for words in (event.actors_zh, event.event_zh):
                    assert words.isascii() is (words in ("VSIP", "MJTD", "MTSH"))
            assert len({event.event_en for event in park.events}) > EVENTS[name] - 2
    assert sum(EVENTS.values()) == 228


def test_addresses_of_copies_stay_out():
    for path in Path(casebook_path()).rglob("*.*"):
        if path.suffix in (".yaml", ".csv"):
            text = path.read_text(encoding="utf-8")
            assert not [mirror for mirror in MIRRORS if f"{mirror}." in text or f"{mirror}/" in text], path


def test_what_is_remembered_is_in_no_input(parks):
    for name, park in parks.items():
        graded = [event for event in park.events if event.grade == "background"]
        assert len(graded) == (1 if name in ("eiz-ethiopia", "mckip") else 0)
        with (casebook_path() / name / "case.yaml").open(encoding="utf-8") as stream:
            assert "background" not in stream.read()


# ---------------------------------------------------------------- money, land, people


MONEY = [
    ("cmqip", 285.0, "low"), ("jinfei", 80.0, "high"), ("longjiang", 100.0, "high"), ("saysettha", 128.0, "high"),
    ("sihanoukville", 96.0, "judgement"), ("teda-suez", 100.0, "high"), ("tianjin-ecocity", 570.0, "low"),
]  # fmt: skip


def test_capital_on_record(parks, subtests):
    for name, amount, grade in MONEY:
        with subtests.test(name):
            last = [fact for fact in parks[name].finance.registered_capital if fact.use][-1]
            assert (last.value, last.unit, last.grade) == (amount, "M USD", grade)


LOANS = [
    ("eiz-ethiopia", "2011", 36.0, False), ("longjiang", "2008", 14.0, False), ("sihanoukville", "2010", 224.0, True),
    ("teda-suez", "2009", 90.0, False), ("vsip", "2022-08-22", 200.0, True),
]  # fmt: skip


def test_loans_on_record_have_no_invented_terms(parks, subtests):
    assert {name for name, park in parks.items() if park.finance.credit} == {name for name, *_ in LOANS}
    for name, since, amount, use in LOANS:
        with subtests.test(name):
            (line,) = parks[name].finance.credit
            assert (str(line.since), line.amount.value, line.use) == (since, amount, use)
            assert line.rate is line.grace_years is line.maturity_years is None


def test_amounts_of_2021_are_turned_back_by_the_data_sets_own_deflator():
    """AidData gives both prices for 17 M USD of 2010 and 41 M USD of 2009; so the loans of those years follow."""
    assert round(311_970_833.6 / (23_676_357.9 / 17e6) / 1e6) == 224
    assert round(135_180_904.3 / (61_582_412.0 / 41e6) / 1e6) == 90


def test_land_taken_back_by_a_government_leaves_the_plan(parks):
    plan = pack(parks["jinfei"]).governments["plan_area"]
    start = parks["jinfei"].clock.start
    at = {year: float(plan[Quarter(year, 4) - start]) for year in (2010, 2016, 2024)}
    assert at == {2010: 211.05, 2016: 73.85, 2024: 44.3}


def test_holders_of_the_cap_tables_have_names_in_both_languages(parks, subtests):
    """Keys of shareholders, but for sums of several holders and tables that are not used."""
    for name, park in parks.items():
        with subtests.test(name):
            keys = {holder.key for holder in park.shareholders}
            others = [
                one.holder for table in park.equity if table.use for one in table.holdings if one.holder not in keys
            ]
            assert set(others) <= {"home", "host", "Tata and the state board", "Myanmar side",
                                   "Korea Land Corporation and Hyundai Asan together"}  # fmt: skip


# ---------------------------------------------------------------- how a park ends


@pytest.fixture(scope="module")
def kaesong():
    return simulated("kaesong")


def simulated(name, case=None):
    study = baseline(name).with_changes(runs=40, keep=["operating", "jobs", "arrivals", "commitment_home", "failed"])
    return simulate(study.with_changes(draws="prior"), case or load_case(name), threads=1)


def at(name, quarter):
    return Quarter.parse(quarter) - load_case(name).clock.start


def test_kaesong_ends_when_seoul_closes_it(kaesong):
    before, after = at("kaesong", "2015Q4"), at("kaesong", "2016Q4")
    operating, jobs = kaesong["operating"].values[0], kaesong["jobs"].values[0]
    assert np.median(operating[:, before]) > 10
    assert not operating[:, after:].any()
    assert jobs[:, after:].max() < 100, "few that had registered still start, and leave at once"
    assert (kaesong["outcome"].values[0] == OUTCOMES.index("failed")).all()


def test_a_government_that_closes_is_committed_no_more(kaesong):
    since = at("kaesong", "2016Q1")
    commitment = kaesong["commitment_home"].values[0]
    assert (commitment[:, since - 1] > 0.0).all()
    assert not commitment[:, since:].any()


def test_a_ban_on_newcomers_keeps_those_inside(kaesong):
    since, end = at("kaesong", "2010Q2"), at("kaesong", "2015Q4")
    assert kaesong["arrivals"].values[0][:, :since].any()
    assert not kaesong["arrivals"].values[0][:, since:].any()
    assert np.median(kaesong["operating"].values[0][:, end]) > 10


def test_nothing_moves_before_a_closure_and_a_scenario_may_undo_it(kaesong):
    case = load_case("kaesong")
    changed, problems = edited(case, Edits.model_validate({"drop": ["closure/closed-2016"]}))
    assert problems == []
    open_still = simulated("kaesong", changed)
    since = at("kaesong", "2016Q1")
    for name in ("operating", "jobs", "arrivals", "commitment_home"):
        assert np.array_equal(open_still[name].values[..., :since], kaesong[name].values[..., :since])
    assert open_still["operating"].values[0][:, -1].any()
    assert (open_still["outcome"].values[0] != OUTCOMES.index("failed")).all()


def test_a_park_is_closed_while_its_closure_lasts():
    """Closed and opened again: inputs are those of an open park after it, and the outcome is judged by them."""
    case = load_case("kaesong")
    (ban, closed) = case.closures
    lifted = case.model_copy(update={"closures": (closed.model_copy(update={"until": Quarter(2017, 4)}),)})
    inputs, plain = pack(lifted), pack(case.model_copy(update={"closures": ()}))
    first, last = at("kaesong", "2016Q1"), at("kaesong", "2017Q4")
    assert [is_closed(inputs, t) for t in (first - 1, first, last, last + 1)] == [False, True, True, False]
    for room in ("governments", "company", "enterprises"):
        for name in getattr(inputs, room).dtype.names:
            ours, others = getattr(inputs, room)[name], getattr(plain, room)[name]
            assert np.array_equal(
                np.delete(ours, np.s_[first : last + 1], 0), np.delete(others, np.s_[first : last + 1], 0)
            )
    assert ban.scope == "newcomers"
    assert not is_closed(pack(case.model_copy(update={"closures": (ban,)})), first)


def test_a_forecast_from_before_knows_of_no_closure():
    from copark.inference.target_selection import blind

    case = load_case("kaesong")
    known = blind(inputs_of(case), case, Quarter(2009, 4))
    assert not any(is_closed(known, t) for t in range(len(known.world)))
    assert not (known.governments["threshold"] >= 1000.0).any()


def test_the_evidence_of_a_closure_is_an_event_and_an_observation():
    with (casebook_path() / "kaesong" / "events.csv").open(encoding="utf-8", newline="") as stream:
        dates = {row["date"] for row in csv.DictReader(stream)}
    assert {"2010-05-24", "2013-04-09", "2013-09-16", "2016-02-10"} <= dates
    closed = {one.key: (str(one.since), one.side, one.scope) for one in load_case("kaesong").closures}
    assert closed == {"ban-2010": ("2010Q2", "home", "newcomers"), "closed-2016": ("2016Q1", "home", "park")}
