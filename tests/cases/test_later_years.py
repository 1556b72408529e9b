"""Years after 2024: the shipped casebook ends there, a user's case goes to the present; growth beyond its record."""

import math
from datetime import date

import pytest
from pydantic import ValidationError
from tests.cases.bad_cases import CASE, SERIES

from copark.calibration.calibrate import CalibrationSettings, CalibrationTask
from copark.calibration.calibration_setup import cut_of
from copark.calibration.observations import targets
from copark.calibration.prior import run_piece
from copark.calibration.replay_posterior import years_known
from copark.cases import Quarter, load_case
from copark.cases.completeness import growth_notes
from copark.cases.load import check_case
from copark.cases.model_inputs import pack
from copark.cases.observed_variables import country_name
from copark.cases.schema import Clock
from copark.cases.workbook_reading import read_workbook
from copark.cases.workbook_writing import workbook_of
from copark.cases.world import growth_gaps, years_on_record
from copark.errors import RunRefused
from copark.simulation.readouts.observed_vs_model import comparisons
from copark.simulation.run import simulate
from copark.simulation.study import baseline

TODAY = date(2026, 11, 27)
GROWTH = "growth.csv"
HEAD = "country,year,growth_percent,source\n"


@pytest.fixture(autouse=True)
def that_day(monkeypatch):
    monkeypatch.setattr("copark.cases.dates.today", lambda: TODAY)


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def add_growth(folder, rows):
    (folder / GROWTH).write_text(HEAD + "".join(rows), encoding="utf-8")


def test_a_case_of_ones_own_goes_to_the_present_quarter_and_no_further(miniature):
    """Beyond it, it is refused with the quarter to write."""
    change(miniature, CASE, "data_end: 2020Q4", "data_end: 2026Q4")
    assert str(load_case(miniature).clock.data_end) == "2026Q4"
    change(miniature, CASE, "data_end: 2026Q4", "data_end: 2027Q1")
    (fault,) = check_case(miniature)
    assert (fault.code, fault.key) == ("cases.data_end", "clock.data_end")
    assert "2012Q3" in fault.repair("en")
    assert "2026Q4" in fault.repair("zh")


def test_a_park_that_is_only_planned_may_start_later_than_today():
    """Its data then end with the quarter it starts in; what is planned for then is no observation."""
    assert Clock(start="2027Q2", quarters=40, data_end="2027Q2").data_end == Quarter(2027, 2)
    with pytest.raises(ValidationError, match="data_end"):
        Clock(start="2027Q2", quarters=40, data_end="2027Q3")


def test_what_has_not_happened_yet_is_no_observation(miniature):
    change(miniature, CASE, "data_end: 2020Q4", "data_end: 2026Q4")
    before = "2018-12-31"
    for day in ("2026-11-28", "2026-12", "2031-06-30"):
        change(miniature, SERIES, f"{before},registered,41", f"{day},registered,41")
        (fault,) = check_case(miniature)
        assert (fault.file, fault.code, fault.key) == (SERIES, "cases.ahead", "date")
        assert day in fault.cause("en")
        assert "2026-11-27" in fault.cause("zh")
        before = day


def test_later_values_are_run_compared_and_fitted(miniature):
    change(miniature, CASE, "quarters: 40, data_end: 2020Q4", "quarters: 60, data_end: 2026Q3")
    change(miniature, SERIES, "2018-12-31,registered,41", "2025-06-30,registered,41")
    change(miniature, "sources.yaml", "date: 2020-05-12", "date: 2025-09")
    case = load_case(miniature)
    result = simulate(baseline(str(miniature)).with_changes(runs=8), case, threads=1)
    (row,) = [
        comparison
        for comparison in comparisons(result, case.observations)
        if str(comparison.observation.date) == "2025-06-30"
    ]
    assert (row.quarter, row.value) == ("2025Q2", 41)
    assert math.isfinite(row.median)
    assert cut_of(case, None) == cut_of(case, "2026Q3") == Quarter(2026, 3)
    assert "2025-06-30" in {target.date for target in targets(case, cut=Quarter(2026, 3))}
    recipe = CalibrationTask(case, Quarter(2025, 2), CalibrationSettings(runs=64), is_read=True).recipe
    piece = run_piece(recipe, 0, 64, 1)
    assert piece.shape[1] >= len(recipe.model.targets) > 0
    with pytest.raises(RunRefused, match="2026Q3"):
        cut_of(case, "2026Q4")


def test_growth_beyond_its_record_is_drawn_and_the_check_says_so(miniature):
    change(miniature, CASE, "data_end: 2020Q4", "data_end: 2026Q3")
    change(miniature, CASE, "quarters: 40", "quarters: 60")
    case = load_case(miniature)
    is_on_record = pack(case).world["growth_known"]
    years = [(case.clock.start + t).year for t in range(60)]
    assert [bool(flag) for flag in is_on_record] == [year <= 2023 for year in years]
    (note,) = growth_notes(case)
    assert "to 2023" in note
    assert "2026Q3" in note
    assert growth_notes(case, "zh") != growth_notes(case)


def test_a_country_without_a_series_is_named_with_what_stands_in_its_place(miniature):
    change(miniature, CASE, "source: {home: CHN, host: BLR, third: WLD}", "source: {home: CHN, host: SUR, third: WLD}")
    case = load_case(miniature)
    for lang in ("en", "zh"):
        (note,) = growth_notes(case, lang)
        assert country_name("SUR", lang) in note
        assert GROWTH in note
        assert "CHN" not in note
    packed = pack(case)
    assert not packed.world["growth_known"].any()
    assert not packed.history.any(), "as the note says: at its usual pace"


def test_growth_of_ones_own_is_used_for_an_unknown_country_and_for_later_years(miniature, tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("back")
    change(miniature, CASE, "source: {home: CHN, host: BLR, third: WLD}", "source: {home: CHN, host: SUR, third: WLD}")
    rows = [f"SUR,{year},{2 + year % 3},gazette\n" for year in range(2005, 2026)]
    rows += [f"{name},{year},4,gazette\n" for name in ("CHN", "BLR", "WLD") for year in (2024, 2025)]
    without = load_case(miniature).hash
    add_growth(miniature, rows)
    case = load_case(miniature)
    assert growth_notes(case) == ()
    assert case.hash != without
    read_workbook(workbook_of(miniature)).write(tmp_path)
    assert load_case(tmp_path).hash == case.hash, "a workbook carries it"
    assert years_on_record(case) == list(range(2008, 2026))
    assert years_known(case, Quarter(2020, 4)) == 13
    mean = sum(2 + year % 3 for year in range(2005, 2015)) / 10
    assert growth_gaps(case)[2][2015] == pytest.approx((2 + 2015 % 3 - mean) / 100)
    row = pack(case).world[10]
    assert row["growth_known"] == 1.0
    assert row["growth_source"][1] == pytest.approx(growth_gaps(case)[2][2015])


def test_faults_of_growth_are_told_by_line(miniature):
    for row, code, key in (
        ("SUR,2015,3,nowhere", "unknown_source", "source"),
        ("SUR,2014,3,gazette", "duplicate", "year"),
        ("SUR,2027,3,gazette", "ahead", "year"),
        ("Utopia,2015,3,gazette", "bad_country", "country"),
        ("SUR,2015,fast,gazette", "not_a_number", "growth_percent"),
        ("SUR,2015,-101,gazette", "limit", "growth_percent"),
        ("SUR,2015.5,3,gazette", "not_whole", "year"),
    ):
        add_growth(miniature, ["SUR,2014,2,gazette\n", f"{row}\n"])
        (fault,) = check_case(miniature)
        assert (fault.file, fault.line, fault.code, fault.key) == (GROWTH, 3, f"cases.{code}", key)
