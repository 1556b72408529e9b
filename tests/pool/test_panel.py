"""The panel: what parks share, what is held out, resuming, threads, scores, the page."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import copark
from copark.analyses import REGISTRY
from copark.analyses.answer import answer, load, place_of
from copark.analyses.context import Context
from copark.analyses.stack.stacking import largest_difference, trials_of
from copark.calibration import draw_sources
from copark.calibration.calibrate import CalibrationSettings
from copark.calibration.forecast import LEVELS, Frozen, read
from copark.calibration.observations import error_scales
from copark.calibration.panels import runs_of
from copark.calibration.pool.abc_regression import windows
from copark.calibration.pool.batches import design, make_panel_batch
from copark.calibration.pool.benchmarks import REPORT, Past, fit_growth, held_up, trend
from copark.calibration.pool.forecasts import OriginCalibrations, Race, from_origin, unseen
from copark.calibration.pool.panel import PanelSettings, PanelTask, learn, thinned
from copark.calibration.pool.parks import COUNTS, POOLED, bare, is_pooled, park_of, parks_of, points_at, year_end
from copark.calibration.pool.records import counted_pasts, offered_after
from copark.calibration.pool.selection import chance_of_nothing, has_begun, mixed_with_nothing
from copark.cases import load_case, new_case
from copark.cases.park_counts import LAST
from copark.cases.quarters import Quarter
from copark.errors import NotFound, RunRefused
from copark.presentation.document import Chart
from copark.texts import text

NAMES = ("great-stone", "teda-suez", "thilawa", "imip")
SETTINGS = PanelSettings(runs=1 << 8, seed=3)
SMALLEST = CalibrationSettings(runs=1 << 11, members=16, sweeps=1, last_sweeps=1, populations=2, discrepancy=1.0)


@pytest.fixture(scope="module", autouse=True)
def few_sweeps():
    """Make fewer sweeps of the hierarchy: nothing here depends on how many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.calibration.pool.panel.SWEEPS", 260)
        patch.setattr("copark.calibration.pool.panel.LEFT_SWEEPS", 230)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pool")


@pytest.fixture(scope="module")
def panel(folder):
    return learn(PanelTask(parks_of(NAMES), SETTINGS, folder=folder))


def test_suzhou_keeps_what_it_reads_off_its_own_facts():
    case = load_case("suzhou")
    assert not is_pooled(case, "start_rate")
    assert is_pooled(case, "enquiry_rate"), "sizes are compared on one prior"
    assert is_pooled(load_case("great-stone"), "start_rate")


def test_shared_axes_have_the_same_points_in_every_park():
    uniforms = design(64, 5)
    first, second = (park_of(load_case(name)) for name in ("suzhou", "thilawa"))
    for name in set(first.space.names) & set(second.space.names):
        points, others = (points_at(park, uniforms)[:, park.space.names.index(name)] for park in (first, second))
        assert np.array_equal(points, others)


def test_a_park_that_is_forecast_is_read_without_what_its_record_told():
    stripped = park_of(bare(load_case("suzhou")))
    assert "start_rate" in stripped.pooled
    assert not bare(load_case("great-stone")).certificates


def told_otherwise(park, factor, after=0):
    """Give the park had it reported other values, a factor off, after a day."""
    rows = [
        row
        if row.date.last_day.toordinal() <= after or row.bound == "range"
        else row.model_copy(update={"value": row.value * factor})
        for row in park.case.observations
    ]
    return park_of(park.case.model_copy(update={"observations": tuple(rows)}))


def assert_same_forecasts(first, second):
    for forecast, other in zip(first, second, strict=True):
        assert forecast[:2] == other[:2]
        assert np.array_equal(forecast[2], other[2])


@pytest.mark.long
def test_a_park_left_out_is_forecast_blindly(folder):
    """Whatever is reported of it, the forecast is the same, to the last bit."""
    forecasts = []
    for factor in (1.0, 3.0):
        parks = [park if park.name != "thilawa" else told_otherwise(park, factor) for park in parks_of(NAMES[:3])]
        panel = learn(PanelTask(tuple(parks), SETTINGS, folder=folder))
        forecasts.append(list(unseen(Race(panel), panel.park("thilawa"))))
    assert_same_forecasts(*forecasts)


@pytest.mark.long
def test_from_an_origin_nothing_later_is_known():
    """Whatever any park reports later, the forecast is the same, to the last bit."""
    forecasts = []
    for factor in (1.0, 3.0):
        parks = [told_otherwise(park, factor, year_end(2016)) for park in parks_of(NAMES)]
        park = next(park for park in parks if park.name == "thilawa")
        window = next(origin for origin in windows(park) if origin.year == 2016)
        forecasts.append(list(from_origin(parks, window, OriginCalibrations(SMALLEST))))
    assert {method for method, _, _ in forecasts[0]} >= {"model", "growth", "persistence"}
    assert_same_forecasts(*forecasts)


def test_batches_do_not_depend_on_threads_and_are_resumed(tmp_path):
    park = park_of(load_case("teda-suez"))
    first = make_panel_batch(park, 128, 7, threads=1, folder=tmp_path)
    second = make_panel_batch(park, 128, 7, threads=2)
    assert np.array_equal(first.counterparts, second.counterparts, equal_nan=True)
    piece = next(tmp_path.rglob("runs-*.piece"))
    written = piece.stat().st_mtime_ns
    again = make_panel_batch(park, 128, 7, folder=tmp_path)
    assert piece.stat().st_mtime_ns == written
    assert np.array_equal(first.counterparts, again.counterparts, equal_nan=True)
    piece.write_bytes(b"half a piece")
    assert np.array_equal(
        make_panel_batch(park, 128, 7, folder=tmp_path).counterparts, first.counterparts, equal_nan=True
    )


def test_a_park_without_data_says_nothing():
    case = load_case("imip")
    rows = tuple(row.model_copy(update={"role": "context"}) for row in case.observations)
    parks = [*parks_of(NAMES[:2]), park_of(case.model_copy(update={"observations": rows}))]
    panel = learn(PanelTask(tuple(parks), SETTINGS))
    assert panel.local["imip"].values == 0
    assert panel.local["imip"].readings.count == 0
    assert panel.lenders()["imip"] == 0.0
    assert sum(panel.lenders().values()) == pytest.approx(1.0)


@pytest.mark.long
def test_an_interrupted_panel_goes_on_where_it_stopped(panel, tmp_path):
    """A step that is there is not done again; half a file is."""
    moved = replace(panel, task=replace(panel.task, folder=tmp_path))
    learn(moved.task)
    first = trials_of(moved, calibrations=OriginCalibrations(SMALLEST))
    paths = sorted((tmp_path / "steps" / panel.identity).glob("stack-*-unseen-*.stage"))
    assert len(paths) == len(NAMES)
    times = [path.stat().st_mtime_ns for path in paths]
    paths[0].write_text("[[half a st")
    again = trials_of(moved, calibrations=OriginCalibrations(SMALLEST))
    assert largest_difference(again, first) == 0.0
    assert [path.stat().st_mtime_ns for path in paths][1:] == times[1:]


def test_growth_curve_recovers_a_power_law():
    ages = np.array([1.0, 3.0, 6.0, 10.0])
    pasts = [Past(ages, np.expm1(a + b * np.log(ages))) for a, b in ((1.0, 0.9), (1.5, 1.1), (2.0, 1.0), (0.5, 1.0))]
    curve = fit_growth(pasts)
    assert curve is not None
    assert curve.mean == pytest.approx([1.25, 1.0], abs=0.1)
    last = Past(ages[:3], pasts[1].counts[:3])
    assert float(np.median(curve.ensemble(last, 10.0))) == pytest.approx(pasts[1].counts[3], rel=0.1)
    assert fit_growth(pasts[:1]) is None


def test_a_trend_fades_and_gives_no_stock_none():
    """Ten a year at first, at most eighty more; a count that falls does so by its share."""
    ages = np.array([1.0, 2.0, 3.0, 4.0])
    rising = Past(ages, np.array([10.0, 20.0, 30.0, 40.0]))
    medians = [float(np.median(trend(rising, age))) for age in (5.0, 14.0, 200.0)]
    assert medians[0] == pytest.approx(40.0 + 80.0 * (1.0 - np.exp(-1.0 / 8.0)), rel=1e-2)
    assert medians == sorted(medians)
    assert medians[-1] == pytest.approx(120.0, rel=1e-2)
    assert trend(rising, 5.0).min() > 20.0, "the worst of a thousand next year is above half of what stands"
    falling = trend(Past(ages, np.array([40.0, 30.0, 20.0, 10.0])), 10.0)
    assert 0.0 < np.median(falling) < 10.0
    assert trend(Past(np.array([4.0, 4.1]), np.array([40.0, 60.0])), 6.0) is None, "a month tells no slope"


def test_a_trend_takes_no_slope_from_values_a_few_days_apart():
    """Three counts of a fortnight lie apart by their errors: the slope is that since the value before them."""
    ages = np.array([2.0, 5.0, 10.0, 10.02, 10.04])
    close = trend(Past(ages, np.array([20.0, 60.0, 100.0, 101.0, 110.0])), 13.0)
    slope = (np.mean([100.0, 101.0, 110.0]) - 60.0) / 5.02
    assert np.median(close) == pytest.approx(110.0 + 8.0 * slope * (1.0 - np.exp(-(13.0 - 10.04) / 8.0)), rel=0.01)


def test_values_of_one_day_are_their_mean_in_a_trend():
    ages = np.array([2.0, 10.0, 10.0, 10.0])
    several = trend(Past(ages, np.array([20.0, 90.0, 100.0, 110.0])), 12.0)
    assert (several == trend(Past(ages[:2], np.array([20.0, 100.0])), 12.0)).all()
    assert trend(Past(ages[1:], np.array([90.0, 100.0, 110.0])), 12.0) is None, "one day tells no slope"


def test_the_spread_around_a_trend_is_that_of_the_lasting_discrepancy():
    past = Past(np.array([1.0, 2.0, 3.0]), np.array([100.0, 100.0, 100.0]))
    logs = np.log1p(trend(past, 7.0))
    size = error_scales()["lasting"]["companies"]["value"]
    assert logs.std() == pytest.approx(np.sqrt(2.0 * REPORT + 4.0 * size**2), rel=0.01)


def test_enterprises_fall_little_below_what_stands_and_jobs_as_they_may():
    past = Past(np.array([1.0, 5.0]), np.array([60.0, 100.0]))
    members = np.array([10.0, 90.0, 130.0])
    held = held_up("registered", past, members)
    assert held[0] == pytest.approx(np.expm1(0.75 * np.log1p(100.0) + 0.25 * np.log1p(10.0)))
    assert held[0] < held[1] < 100.0
    assert held[2] == 130.0
    assert (held_up("jobs", past, members) == members).all()
    assert (held_up("registered", Past(np.zeros(0), np.zeros(0)), members) == members).all()


def test_ages_run_from_when_land_was_on_offer_where_that_is_known():
    """Thilawa was founded in October 2013 and sold land from May 2014; before that day nobody knows it."""
    park = park_of(load_case("thilawa"))
    before, after = (offered_after(park.case, date(2014, month, 30).toordinal()) for month in (4, 6))
    assert before == 0.0
    assert after == pytest.approx(0.63, abs=0.02)
    assert (park.ages - park.curve_ages()).max() == pytest.approx(after)
    assert offered_after(park.case.model_copy(update={"name": "my-park"})) == 0.0


def test_parks_without_a_case_teach_the_growth_curve_by_what_was_known_of_them():
    until = date(2018, 12, 31).toordinal()
    known, all_of_them = (list(counted_pasts("registered", day)) for day in (until, None))
    assert 3 <= len(known) < len(all_of_them)
    assert len(list(counted_pasts("registered", without="kitic"))) == len(all_of_them) - 1
    assert all((past.counts > 0.0).all() for past in all_of_them), "those that came to nothing are no growth"


def test_the_chance_of_nothing_follows_from_records_and_is_not_for_a_park_that_has_begun():
    chance = chance_of_nothing(19)
    assert chance.middle == pytest.approx(3.5 / 29.0)
    assert chance.low < chance.middle < chance.high
    assert has_begun(load_case("great-stone"), LAST)
    levels = np.linspace(10.0, 100.0, len(LEVELS))
    assert (mixed_with_nothing(levels, 0.0) == levels).all()
    assert (mixed_with_nothing(levels, 0.3) <= levels + 1e-9).all()


def test_a_park_has_begun_by_what_is_on_record_of_it_by_the_cut_and_not_by_plans():
    case = load_case("thilawa").model_copy(update={"anchors": ()})
    first = min(
        (row for row in case.observations if row.variable in COUNTS and row.use and row.value > 0.0),
        key=lambda row: row.date.last_day,
    )
    after = Quarter.of_day(first.date.last_day)

    def begun(cut, **changes):
        return has_begun(case.model_copy(update={"observations": (first.model_copy(update=changes),)}), cut)

    assert begun(after)
    assert not begun(after + -1), "nobody knows it yet"
    assert not begun(after, role="context", other_basis="announced")
    assert not begun(after, use=False)
    assert not begun(after, bound="at-most"), "at most so many may be none"
    assert not begun(after, value=0.0)


def test_an_anchor_begins_a_park_once_it_is_registered():
    """Alliance Steel was registered in Kuantan in April 2014."""
    case = load_case("mckip").model_copy(update={"observations": ()})
    assert [has_begun(case, Quarter(2014, quarter)) for quarter in (1, 2)] == [False, True]


POOL = REGISTRY["pool"]
FORECAST = REGISTRY["forecast"]


@pytest.fixture
def out(tmp_path, folder):
    """Make a folder of results with the panel in it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "pool").symlink_to(folder, target_is_directory=True)
    return tmp_path / "out"


def test_what_is_told_of_a_panel_is_what_was_found(panel, out):
    """The kept panel is found, the answer stored whole; both languages show its numbers."""
    result = answer(POOL, POOL.params(cases=NAMES, runs="2^8", seed=3), Context(out, threads=1)).result
    findings = result.pooled
    assert findings.panel == panel.identity
    assert result.to_frame()["values"].tolist() == [local.values for local in panel.local.values()]
    stored = load(place_of(out, POOL, result.run_id), POOL)
    for lang in ("en", "zh"):
        shown = stored.result.document(lang)
        assert str(shown) == str(result.document(lang))
        tables = {table.key: table for table in shown.tables()}
        assert [row[-1] for row in tables["parks"].rows] == [park.lent for park in findings.parks]
        assert [row[2] for row in tables["trials"].rows if row[-1]] == [findings.spread.companies, findings.spread.jobs]
        (chart,) = (block for block in shown.blocks() if isinstance(block, Chart))
        assert chart.figure().axes


def test_the_shipped_panel_is_made_again_and_compared(panel, out, monkeypatch):
    same = thinned(panel)
    for shift, word in ((0.0, "identical"), (1e-4, "close"), (0.1, "different")):
        shipped = replace(same, mu=same.mu + shift)
        monkeypatch.setattr(draw_sources, "shipped_draws", lambda shipped=shipped: shipped)
        result = answer(POOL, POOL.params(check=True), Context(out, threads=1)).result
        assert (result.parks, result.passed, result.stale) == (len(NAMES), word != "different", False)
        for lang in ("en", "zh"):
            assert text(f"pool.again.{word}", lang)[:4] in result.document(lang).headline


def forecast(out, **options):
    return answer(FORECAST, FORECAST.params(**options), Context(out, threads=1)).result


HALF_A_COUNT = 0.5


def test_a_park_without_a_history(tmp_path, out, monkeypatch):
    """A skeleton as it is made: forecast by what others teach, with names and numbers of those it borrows from."""
    monkeypatch.setattr("copark.calibration.pool.forecasts.RUNS", 128)
    monkeypatch.setattr("copark.calibration.panels.list_cases", lambda: NAMES)
    file = tmp_path / "frozen.json"
    result = forecast(out, case=str(new_case("my-park", tmp_path)), to="2030Q4", freeze=file, runs="2^8", seed=3)
    assert set(result.borrowed.lenders) == set(NAMES)
    assert sum(result.borrowed.lenders.values()) == pytest.approx(1.0, abs=0.02)
    taken = {movement.name: movement for movement in result.borrowed.taken}
    assert set(taken) == set(POOLED)
    assert taken["enquiry_rate"].verdict != "unmoved"
    assert set(result.methods) == {"model", "growth", "begun"}
    assert result.borrowed.chance[1] < result.borrowed.chance[0] < result.borrowed.chance[2]
    for variable, weights in result.weights.items():
        assert sum(weights.values()) == pytest.approx(np.ones(len(result.quarters())))
        parts = [result.methods[name][variable][2] for name in weights]
        begun = result.methods["begun"][variable]
        if variable != "operating":  # which those registered may bound
            assert (begun[2] >= np.min(parts, axis=0) - HALF_A_COUNT).all()
        assert (begun[2] <= np.max(parts, axis=0) + HALF_A_COUNT).all()
        assert (result.bands[variable] <= begun + HALF_A_COUNT).all(), "the chance of nothing only lowers"
    assert (result.bands["operating"] <= result.bands["registered"] + HALF_A_COUNT).all()
    for lang in ("en", "zh"):
        shown = result.document(lang)
        tables = {table.key: table for table in shown.tables()}
        assert [column.key for column in tables["ends"].columns] == [
            "quarter", "forecast", "model", "growth", "begun", "alone",
        ]  # fmt: skip
        assert sum(tables["weights"].rows[0][1:]) == pytest.approx(1.0)
        assert load_case("thilawa").title.text(lang) in str(shown.sections[2])
        assert result.trust.label(lang) in shown.trust
        assert result.frozen_id in str(shown.sections[0])
    frozen_and_scored(file, result, tmp_path)


HALF_STEP = 0.0125
"""Between two of the levels that a frozen forecast holds lies each that is shown."""
HEAD = "date,variable,value,high,bound,unit,basis,grade,source,use,role,note\n"


def frozen_and_scored(file, result, tmp_path):
    """Check that a forecast without a history says so, holds what was shown, and is scored beside the curve."""
    content = read(file)
    assert (content["cut"], content["until"], content["method"]) == ("2024Q4", "2030Q4", "model-borrowed")
    assert content["made_from"]["panel"] == result.borrowed.panel
    frozen = Frozen(content)
    for variable in content["forecast"]:
        for row, level in ((0, 0.05), (2, 0.5), (4, 0.95)):
            below, above = frozen.band(variable, (level - HALF_STEP, level + HALF_STEP))[:, -1]
            shown = result.methods["model"][variable][row, -1]
            assert below - HALF_A_COUNT <= shown <= above + HALF_A_COUNT, (variable, level)
            stack = frozen.naive_band(variable, "stack", (level,))
            assert stack[0, -1] == pytest.approx(result.bands[variable][row, -1], rel=1e-4)
    rows = (
        "2025-01-31,registered,12,,exact,companies",
        "2026-06-30,registered,20,,exact,companies",
        "2026-06-30,jobs,500,,exact,persons",
        "2024-06-30,jobs,400,,exact,persons",
    )
    table = tmp_path / "later.csv"
    table.write_text(HEAD + "".join(f"{row},stock,high,somebody,yes,score,\n" for row in rows), encoding="utf-8")
    scored = copark.score(file, data=table)
    assert (len(scored.values), [row.line for row in scored.left]) == (3, [5])
    assert [set(row.crps) for row in scored.lines] == [{"model-borrowed", "growth", "stack", "begun"}] * 2
    for lang in ("en", "zh"):
        assert text("score.borrowed", lang, parks=len(NAMES)) in str(scored.document(lang).sections)


def test_what_cannot_be_asked_is_refused(tmp_path):
    assert runs_of("2^10") == 1024
    with pytest.raises(NotFound):
        copark.pool(cases=("great-stone", "atlantis"), out=tmp_path)
    server = Context(tmp_path, may_calibrate=False)
    park = str(new_case("my-park", tmp_path))
    for request, message in (
        (lambda: copark.pool(cases=("great-stone",), out=tmp_path), "."),
        (lambda: runs_of("1000"), "."),
        (lambda: answer(POOL, POOL.params(cases=NAMES), server), "copark pool"),
        (lambda: forecast(tmp_path, case="mckip", to="1990Q1"), "."),
        (
            lambda: forecast(tmp_path, case=park, cut="2020Q4"),
            "--cut needs observations of the park, and .*my-park has none",
        ),
        (
            lambda: forecast(tmp_path, case="great-stone", told=True, pool=True),
            "Leave out --pool to use them, or leave out --told",
        ),
    ):
        with pytest.raises(RunRefused, match=message):
            request()
