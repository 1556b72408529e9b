"""Parks, observations and parameters from data frames: the same checks as of folders, told by row and column."""

import numpy as np
import pandas as pd
import pytest

import copark as cp
from copark.cases.frames import cell
from copark.errors import CaseFaults, NotFound

FACTS = {
    "title": {"en": "Blue Bay", "zh": "蓝湾"},
    "kind": "mixed",
    "sides.home.country": "CHN",
    "sides.host.country": "KEN",
    "clock.start": pd.Period("2010Q1"),
    "clock.data_end": "2020Q4",
}
SOURCES = pd.DataFrame({"key": ["press"], "outlet": ["Gazette"], "read": ["original"], "url": [None]})


def observations(**changes):
    return pd.DataFrame(
        {
            "date": ["2012", pd.Timestamp("2014-06-30"), pd.Period("2016Q2"), "2018", "2020-12"],
            "variable": "registered",
            "value": [3, 8.0, 20, 31, 40],
            "grade": "high",
            "source": "press",
        }
        | changes,
        index=["a", "b", "c", "d", "e"],
    )


@pytest.fixture(scope="module")
def park():
    return cp.park_from_frames("blue-bay", FACTS, observations(), SOURCES)


def test_a_park_is_made_of_frames(park):
    assert [(str(row.date), row.value, row.unit, row.role) for row in park.observed("registered")][1:3] == [
        ("2014-06-30", 8.0, "companies", "fit"),
        ("2016-06", 20.0, "companies", "fit"),
    ]
    assert "finance" in park.not_known
    assert cp.simulate(park, runs=4, replicates=1).sizes["run"] == 4
    assert "Blue Bay" in repr(cp.levers(park, draws=4, replicates=1))
    with pytest.raises(NotFound, match="park_from_frames"):
        cp.run(park)


def test_a_park_in_a_folder_is_that_in_memory_and_any_command_finds_it(park, tmp_path):
    kept = cp.park_from_frames("blue-bay", FACTS, observations(), SOURCES, folder=tmp_path)
    assert kept.hash == park.hash == cp.load_case(tmp_path / "blue-bay").hash
    assert cp.check_case(tmp_path / "blue-bay").empty


def test_a_park_in_memory_is_not_taken_for_a_folder_of_its_name(park, tmp_path):
    other = observations(value=[3, 8.0, 20, 31, 41])
    kept = cp.park_from_frames("blue-bay", FACTS, other, SOURCES, folder=".")  # the current folder is one of its own
    assert kept.hash != park.hash
    with pytest.raises(NotFound, match="park_from_frames"):
        cp.run(park)
    study = cp.Study(kept, runs=2, draws_from="defaults", name="bay")
    assert cp.load_case(cp.Study.from_yaml(study.to_yaml("bay.yaml")).case).hash == kept.hash
    assert study.run(out=tmp_path).identity


def test_all_faults_are_told_by_frame_row_and_column():
    wrong = observations(value=[3, "eight", 20, 31, 40], grade=["high", "high", "hihg", "high", "high"], valeu=1)
    parameters = {"land_price": {"value": 0.5, "unit": "M USD/ha", "grade": "high", "source": "pres"}}
    with pytest.raises(CaseFaults) as raised:
        cp.park_from_frames("blue-bay", FACTS | {"clock.start": "20x"}, wrong, SOURCES, parameters=parameters)
    places = {(fault.file, fault.key) for fault in raised.value.faults}
    assert places >= {
        ("facts", "clock.start"),
        ("parameters", "land_price.source"),
        ("observations", "valeu"),
        ("observations[b]", "value"),
        ("observations[c]", "grade"),
    }
    assert "observations[b]: value: “eight” is not a number." in str(raised.value)
    with cp.set_options(lang="zh"), pytest.raises(CaseFaults, match="不是"):
        cp.park_from_frames("blue-bay", FACTS, wrong, SOURCES)


def test_books_and_signal_are_frames_of_years():
    """Each cell is an observation; a fault names the frame, the row and the column, and is told once."""
    books = pd.DataFrame(
        {"date": ["2018", "2019"], "land_sales": [4, None], "fees": [12.5, 13.8], "per_usd": [None, 6.9]},
        index=[2018, 2019],
    ).assign(source="press")
    signal = pd.DataFrame({"date": ["2018"], "night_light": [1.5], "error": [0.1], "source": ["press"]})
    park = cp.park_from_frames("blue-bay", FACTS, observations(), SOURCES, books=books, signal=signal)
    assert [(row.value, row.unit, row.role) for row in park.observed("fees")] == [
        (12.5, "M USD/yr", "context"),
        (2.0, "M USD/yr", "context"),
    ]
    (light,) = (row for row in park.observations if row.variable == "night_light")
    assert (light.error, light.role) == (0.15, "context")
    wrong = books.assign(fees=[12.5, "many"], source=["nowhere", "press"], per_usd=[-1, 6.9], feess=1)
    with pytest.raises(CaseFaults) as raised:
        cp.park_from_frames("blue-bay", FACTS, observations(), SOURCES, books=wrong)
    assert sorted((fault.file, fault.key) for fault in raised.value.faults) == [
        ("books", "feess"), ("books[2018]", "per_usd"), ("books[2018]", "source"), ("books[2019]", "fees"),
    ]  # fmt: skip


def test_instruments_are_a_frame_of_decisions():
    """They are kept with the sources that they alone name, come back as a frame, and are no part of the case's hash."""
    row = {"date": "2025", "until": "2035", "decider": "host-government", "instrument": "tax-holiday", "grade": "high",
           "what_en": "No tax for ten years", "value": 10, "unit": "yr", "quote": "ten years",
           "source": "law"}  # fmt: skip
    instruments = pd.DataFrame([row], index=["holiday"])
    law = pd.DataFrame([{"key": "law", "outlet": "Investment Act", "read": "original"}])
    sources = pd.concat([SOURCES, law])
    bare = cp.park_from_frames("blue-bay", FACTS, observations(), SOURCES)
    park = cp.park_from_frames("blue-bay", FACTS, observations(), sources, instruments=instruments)
    assert park.hash == bare.hash
    assert [(one.value, one.bound, one.what_zh) for one in park.decisions] == [(10, "exact", row["what_en"])]
    frames = cp.frames(park)
    again = cp.park_from_frames("blue-bay", FACTS, observations(), frames["sources"], instruments=frames["instruments"])
    assert (again.decisions, again.evidence_sources) == (park.decisions, park.evidence_sources)
    with pytest.raises(CaseFaults) as raised:
        cp.park_from_frames(
            "blue-bay", FACTS, observations(), SOURCES, instruments=instruments.assign(instrument="holiday", unit="y")
        )
    assert {(fault.file, fault.key) for fault in raised.value.faults} == {
        ("instruments[holiday]", "instrument"), ("instruments[holiday]", "unit"),
    }  # fmt: skip


PLAIN = {key: value for key, value in FACTS.items() if not key.startswith("sides")}


@pytest.mark.parametrize(
    ("facts", "places"),
    [
        (PLAIN | {"sides": {"home": "CHN", "host": {"country": "KEN"}}}, {"sides.home"}),
        (PLAIN | {"sides": "x"}, {"sides"}),
        (PLAIN | {"sides": None}, {"sides"}),
        (PLAIN | {"sides": "x", "sides.home": "y"}, {"sides", "sides.home"}),
        (FACTS | {"sides": {"home": {"country": "CHN"}}}, {"sides.home.country"}),
        ({key: value for key, value in FACTS.items() if "clock" not in key} | {"clock": "2010Q1"}, {"clock"}),
        (FACTS | {"world": 3, "finance": 3, "land": "x", "regime": [1]}, {"world", "finance", "land", "regime"}),
        (FACTS | {"world.source": "x"}, {"world.source"}),
        (FACTS | {"not_known": 3}, {"not_known"}),
        (FACTS | {"not_known": "land", "sides.home.country": ["CHN"]}, {"not_known", "sides.home.country"}),
        ([1], {""}),
    ],
)  # fmt: skip
def test_malformed_facts_are_told_by_their_key(facts, places):
    with pytest.raises(CaseFaults) as raised:
        cp.park_from_frames("blue-bay", facts, observations(), SOURCES)
    assert {(fault.file, fault.key) for fault in raised.value.faults} == {("facts", place) for place in places}
    assert all(fault.cause(lang) and fault.repair(lang) for fault in raised.value.faults for lang in ("en", "zh"))


def test_malformed_arguments_are_told_all_at_once():
    def places(function, *given, **named):
        with pytest.raises(CaseFaults) as raised:
            function(*given, **named)
        return sorted((fault.file, fault.key) for fault in raised.value.faults)

    make = cp.park_from_frames
    assert places(make, "blue-bay", FACTS, [1], 3, parameters=["a"], events={"a": 1}) == [
        ("events", ""), ("observations", ""), ("parameters", ""), ("sources", ""),
    ]  # fmt: skip
    wrong = {"a": "X", "press": {"outlet": "Gazette", "read": "original"}}
    assert places(make, "blue-bay", FACTS, observations(), wrong, parameters={"start_rate": 3.0}) == [
        ("parameters", "start_rate"), ("sources", "a"),
    ]  # fmt: skip
    rows = pd.concat([SOURCES, SOURCES.assign(outlet="Other"), SOURCES.assign(key=pd.NA)], ignore_index=True)
    for sources in (rows, rows.set_index("key", drop=False).set_axis(range(3))):
        assert places(make, "blue-bay", FACTS, observations(), sources) == [
            ("sources[1]", "press"), ("sources[2]", "key"),
        ]  # fmt: skip
    assert places(cp.with_observations, "lekki", [1], sources={"a": "X"}, data_end="x") == [
        ("observations", ""), ("sources", "a"), ("with_observations()", "data_end"),
    ]  # fmt: skip


def test_cells_of_nullable_columns_may_be_missing(park):
    notes = pd.array(["counted", pd.NA, pd.NA, pd.NA, pd.NA], dtype="string")
    nullable = observations(value=pd.array([3, 8, 20, 31, 40], dtype="Int64"), note=notes)
    made = cp.park_from_frames("blue-bay", FACTS, nullable.convert_dtypes(), SOURCES.convert_dtypes())
    assert [row.value for row in made.observed("registered")] == [row.value for row in park.observed("registered")]
    lacking = observations(value=pd.array([3, pd.NA, 20, 31, 40], dtype="Int64"))
    with pytest.raises(CaseFaults, match=r"observations\[b\]: value"):
        cp.park_from_frames("blue-bay", FACTS, lacking, SOURCES)
    with pytest.raises(CaseFaults, match=r"facts: clock\.start"):
        cp.park_from_frames("blue-bay", FACTS | {"clock.start": pd.NA}, observations(), SOURCES)


def test_known_parameters_come_from_a_frame(park):
    given = pd.DataFrame(
        {"value": [0.5], "unit": ["M USD/ha"], "grade": ["high"], "source": ["press"]},
        index=["land_price"],
    )  # fmt: skip
    try:
        made = cp.park_from_frames("blue-bay", FACTS, observations(), SOURCES, parameters=given)
    except CaseFaults as error:
        raise AssertionError(str(error)) from None
    assert made.parameters["land_price"].value == 0.5
    assert made.hash != park.hash


@pytest.mark.parametrize("name", ["great-stone", "suzhou", "lekki"])
def test_frames_of_a_case_make_the_same_observations_again(name):
    case = cp.load_case(name)
    again = cp.with_observations(case, cp.frames(case)["observations"], replace_all=True)
    assert again.hash == case.hash


def test_observations_are_added_and_checked():
    case = cp.load_case("lekki")
    new = pd.DataFrame(
        {"date": ["2016-12"], "variable": ["jobs"], "value": [1234], "grade": ["high"], "source": ["own"]}
    )
    with pytest.raises(CaseFaults, match=r"observations\[0\]: source: “own”"):
        cp.with_observations(case, new)
    sources = {"own": {"outlet": "Own survey", "read": "original"}}
    more = cp.with_observations(case, new, sources=sources)
    assert len(more.observations) == len(case.observations) + 1
    assert more.hash != case.hash
    assert cp.load_case("lekki").hash == case.hash
    with pytest.raises(CaseFaults, match=r"observations\[0\]: use: Two values .* the first is series\.csv"):
        cp.with_observations(case, new.assign(date="2024-12"), sources=sources)
    with pytest.raises(CaseFaults, match="sources"):
        cp.with_observations(case, new, sources={"own": {"outlet": "Own survey", "read": "seen"}})
    late = new.assign(date="2025-03")
    with pytest.raises(CaseFaults, match=r'with_observations\(…, data_end="2025Q1"\)'):
        cp.with_observations(case, late, sources=sources)
    assert cp.with_observations(case, late, sources=sources, data_end="2025Q1").clock.data_end.year == 2025
    facts = FACTS | {"clock.data_end": "2014Q4"}
    with pytest.raises(CaseFaults, match=r"clock\.data_end of the facts to 20"):
        cp.park_from_frames("blue-bay", facts, observations(), SOURCES)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""), (float("nan"), ""), (pd.NaT, ""), (pd.NA, ""), (np.float64("nan"), ""), (np.int64(3), "3"),
        (np.bool_(True), "yes"), (np.array(["a", "b"]), "a; b"), (True, "yes"),
        (5.0, "5"), (1e-7, "0.0000001"), (0.25, "0.25"),
        (pd.Timestamp("2020-02-03"), "2020-02-03"), (pd.Period("2016Q2"), "2016-06"), (["a", "b"], "a; b"),
        ("two\nlines", "two lines"),
    ],
)  # fmt: skip
def test_cells_are_written_as_tables_have_them(value, written):
    assert cell(value) == written
