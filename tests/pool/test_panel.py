"""The panel: what parks share, what is held out, resuming, threads, scores, the page."""

from dataclasses import replace

import numpy as np
import pytest

import copark
from copark.analyses import REGISTRY
from copark.analyses.answer import answer, load, place_of
from copark.analyses.context import Context
from copark.analyses.stack.stacking import largest_difference, trials_of
from copark.calibration import draw_sources
from copark.calibration.forecast import Frozen, read
from copark.calibration.panels import runs_of
from copark.calibration.pool.abc_regression import windows
from copark.calibration.pool.batches import design, make_panel_batch
from copark.calibration.pool.benchmarks import Past, fit_growth
from copark.calibration.pool.forecasts import Race, from_origin, unseen
from copark.calibration.pool.panel import PanelSettings, learn
from copark.calibration.pool.parks import POOLED, bare, is_pooled, park_of, parks_of, points_at, year_end
from copark.cases import load_case, new_case
from copark.errors import NotFound, RunRefused
from copark.presentation.document import Chart
from copark.texts import text

NAMES = ("great-stone", "teda-suez", "thilawa", "imip")
SETTINGS = PanelSettings(runs=1 << 8, seed=3)


@pytest.fixture(scope="module", autouse=True)
def few_sweeps():
    """Fewer sweeps of the hierarchy: nothing here depends on how many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.calibration.pool.panel.SWEEPS", 260)
        patch.setattr("copark.calibration.pool.panel.LEFT_SWEEPS", 230)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pool")


@pytest.fixture(scope="module")
def panel(folder):
    return learn(parks_of(NAMES), SETTINGS, folder=folder)


def test_suzhou_keeps_what_it_reads_off_its_own_facts():
    case = load_case("suzhou")
    assert not is_pooled(case, "start_rate")
    assert is_pooled(case, "enquiry_rate"), "sizes are compared on one prior"
    assert is_pooled(load_case("great-stone"), "start_rate")


def test_shared_axes_have_the_same_points_in_every_park():
    uniforms = design(64, 5)
    first, second = (park_of(load_case(name)) for name in ("suzhou", "thilawa"))
    for name in set(first.space.names) & set(second.space.names):
        one, two = (points_at(park, uniforms)[:, park.space.names.index(name)] for park in (first, second))
        assert np.array_equal(one, two)


def test_a_park_that_is_forecast_is_read_without_what_its_record_told():
    stripped = park_of(bare(load_case("suzhou")))
    assert "start_rate" in stripped.pooled
    assert not bare(load_case("great-stone")).certificates
    assert bare(load_case("great-stone"), past=True).certificates, "known by their dates"


def told_otherwise(park, factor, after=0):
    """The park had it reported other values, a factor off, after a day."""
    rows = [
        one if one.date.last_day.toordinal() <= after or one.bound == "range"
        else one.model_copy(update={"value": one.value * factor})
        for one in park.case.observations
    ]  # fmt: skip
    return park_of(park.case.model_copy(update={"observations": tuple(rows)}))


def assert_same_forecasts(first, second):
    for one, other in zip(first, second, strict=True):
        assert one[:2] == other[:2]
        assert np.array_equal(one[2], other[2])


@pytest.mark.long
def test_a_park_left_out_is_forecast_blindly(folder):
    """Whatever is reported of it, the forecast is the same, to the last bit."""
    said = []
    for factor in (1.0, 3.0):
        parks = [park if park.name != "thilawa" else told_otherwise(park, factor) for park in parks_of(NAMES[:3])]
        panel = learn(parks, SETTINGS, folder=folder)
        said.append(list(unseen(Race(panel), panel.park("thilawa"))))
    assert_same_forecasts(*said)


@pytest.mark.long
def test_from_an_origin_nothing_later_is_known():
    """Whatever any park reports later, the forecast is the same, to the last bit."""
    said = []
    for factor in (1.0, 3.0):
        panel = learn([told_otherwise(park, factor, year_end(2016)) for park in parks_of(NAMES)], SETTINGS)
        window = next(one for one in windows(panel.park("thilawa")) if one.year == 2016)
        said.append(list(from_origin(Race(panel), window)))
    assert {method for method, _, _ in said[0]} >= {"model", "growth", "persistence"}
    assert_same_forecasts(*said)


def test_batches_do_not_depend_on_threads_and_are_resumed(tmp_path):
    park = park_of(load_case("teda-suez"))
    one = make_panel_batch(park, 128, 7, threads=1, folder=tmp_path)
    two = make_panel_batch(park, 128, 7, threads=2)
    assert np.array_equal(one.counterparts, two.counterparts, equal_nan=True)
    piece = next(tmp_path.rglob("runs-*.piece"))
    kept = piece.stat().st_mtime_ns
    again = make_panel_batch(park, 128, 7, folder=tmp_path)
    assert piece.stat().st_mtime_ns == kept
    assert np.array_equal(one.counterparts, again.counterparts, equal_nan=True)
    piece.write_bytes(b"half a piece")
    assert np.array_equal(
        make_panel_batch(park, 128, 7, folder=tmp_path).counterparts, one.counterparts, equal_nan=True
    )


def test_a_park_without_data_says_nothing():
    case = load_case("imip")
    rows = tuple(one.model_copy(update={"role": "context"}) for one in case.observations)
    parks = [*parks_of(NAMES[:2]), park_of(case.model_copy(update={"observations": rows}))]
    panel = learn(parks, SETTINGS)
    assert panel.local["imip"].values == 0
    assert panel.local["imip"].readings.count == 0
    assert panel.lenders()["imip"] == 0.0
    assert sum(panel.lenders().values()) == pytest.approx(1.0)


@pytest.mark.long
def test_an_interrupted_panel_goes_on_where_it_stopped(panel, tmp_path):
    """A step that is there is not done again; half a file is."""
    learn(parks_of(NAMES), SETTINGS, folder=tmp_path)
    first = trials_of(panel, folder=tmp_path)
    kept = sorted((tmp_path / "steps" / panel.identity).glob("stack-unseen-*.stage"))
    assert len(kept) == len(NAMES)
    times = [path.stat().st_mtime_ns for path in kept]
    kept[0].write_text("[[half a st")
    again = trials_of(panel, folder=tmp_path)
    assert largest_difference(again, first) == 0.0
    assert [path.stat().st_mtime_ns for path in kept][1:] == times[1:]


def test_growth_curve_recovers_a_power_law():
    ages = np.array([1.0, 3.0, 6.0, 10.0])
    pasts = [Past(ages, np.expm1(a + b * np.log(ages))) for a, b in ((1.0, 0.9), (1.5, 1.1), (2.0, 1.0), (0.5, 1.0))]
    found = fit_growth(pasts)
    assert found is not None
    assert found.mean == pytest.approx([1.25, 1.0], abs=0.1)
    last = Past(ages[:3], pasts[1].counts[:3])
    assert float(np.median(found.ensemble(last, 10.0))) == pytest.approx(pasts[1].counts[3], rel=0.1)
    assert fit_growth(pasts[:1]) is None


POOL, FORECAST = REGISTRY["pool"], REGISTRY["forecast"]


@pytest.fixture
def out(tmp_path, folder):
    """A folder of results with the panel in it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "pool").symlink_to(folder, target_is_directory=True)
    return tmp_path / "out"


def test_what_is_told_of_a_panel_is_what_was_found(panel, out):
    """The kept panel is found, the answer stored whole; both languages show its numbers."""
    told = answer(POOL, POOL.params(cases=NAMES, runs="2^8", seed=3), Context(out, threads=1)).result
    found = told.pooled
    assert found.panel == panel.identity
    assert told.to_frame()["values"].tolist() == [one.values for one in panel.local.values()]
    stored = load(place_of(out, POOL, told.run_id), POOL)
    for lang in ("en", "zh"):
        shown = stored.result.document(lang)
        assert str(shown) == str(told.document(lang))
        tables = {one.key: one for one in shown.tables()}
        assert [row[-1] for row in tables["parks"].rows] == [one.lent for one in found.parks]
        assert [row[2] for row in tables["trials"].rows if row[-1]] == [found.spread.companies, found.spread.jobs]
        (chart,) = (one for one in shown.blocks() if isinstance(one, Chart))
        assert chart.figure().axes


def test_the_shipped_panel_is_made_again_and_compared(panel, out, monkeypatch):
    same = draw_sources.thinned(panel)
    for shift, word in ((0.0, "identical"), (1e-4, "close"), (0.1, "different")):
        shipped = replace(same, mu=same.mu + shift)
        monkeypatch.setattr(draw_sources, "shipped_draws", lambda shipped=shipped: shipped)
        found = answer(POOL, POOL.params(check=True), Context(out, threads=1)).result
        assert (found.parks, found.passed, found.stale) == (len(NAMES), word != "different", False)
        for lang in ("en", "zh"):
            assert text(f"pool.again.{word}", lang)[:4] in found.document(lang).headline


def forecast(out, **asked):
    return answer(FORECAST, FORECAST.params(**asked), Context(out, threads=1)).result


HALF_A_COUNT = 0.5


def test_a_park_without_a_history(tmp_path, out, monkeypatch):
    """A skeleton as it is made: forecast by what others teach, with names and numbers of those it borrows from."""
    monkeypatch.setattr("copark.calibration.pool.forecasts.RUNS", 128)
    monkeypatch.setattr("copark.calibration.panels.list_cases", lambda: NAMES)
    file = tmp_path / "frozen.json"
    found = forecast(out, case=str(new_case("my-park", tmp_path)), to="2030Q4", freeze=file, runs="2^8", seed=3)
    assert set(found.borrowed.lenders) == set(NAMES)
    assert sum(found.borrowed.lenders.values()) == pytest.approx(1.0, abs=0.02)
    taken = {one.name: one for one in found.borrowed.taken}
    assert set(taken) == set(POOLED)
    assert taken["enquiry_rate"].verdict != "unmoved"
    assert set(found.methods) == {"model", "growth"}
    for variable, weights in found.weights.items():
        assert sum(weights.values()) == pytest.approx(np.ones(len(found.quarters())))
        parts = [found.methods[name][variable][2] for name in weights]
        assert (found.bands[variable][2] >= np.min(parts, axis=0) - HALF_A_COUNT).all()
        assert (found.bands[variable][2] <= np.max(parts, axis=0) + HALF_A_COUNT).all()
    for lang in ("en", "zh"):
        shown = found.document(lang)
        tables = {one.key: one for one in shown.tables()}
        assert [one.key for one in tables["ends"].columns] == ["quarter", "forecast", "model", "growth", "alone"]
        assert sum(tables["weights"].rows[0][1:]) == pytest.approx(1.0)
        assert load_case("thilawa").title.get(lang) in str(shown.sections[2])
        assert found.trust.label(lang) in shown.trust
        assert found.frozen_id in str(shown.sections[0])
    frozen_and_scored(file, found, tmp_path)


HALF_STEP = 0.0125
"""Between two of the levels that a frozen forecast holds lies each that is shown."""
HEAD = "date,variable,value,high,bound,unit,basis,grade,source,use,role,note\n"


def frozen_and_scored(file, found, tmp_path):
    """What was frozen without a history says so, holds what was shown, and is scored beside the growth curve."""
    content = read(file)
    assert (content["cut"], content["until"], content["method"]) == ("2024Q4", "2030Q4", "model-borrowed")
    assert content["made_from"]["panel"] == found.borrowed.panel
    frozen = Frozen(content)
    for variable in content["forecast"]:
        for row, level in ((0, 0.05), (2, 0.5), (4, 0.95)):
            below, above = frozen.band(variable, (level - HALF_STEP, level + HALF_STEP))[:, -1]
            shown = found.methods["model"][variable][row, -1]
            assert below - HALF_A_COUNT <= shown <= above + HALF_A_COUNT, (variable, level)
            stack = frozen.naive_band(variable, "stack", (level,))
            assert stack[0, -1] == pytest.approx(found.bands[variable][row, -1], rel=1e-4)
    rows = (
        "2025-01-31,registered,12,,exact,companies", "2026-06-30,registered,20,,exact,companies",
        "2026-06-30,jobs,500,,exact,persons", "2024-06-30,jobs,400,,exact,persons",
    )  # fmt: skip
    table = tmp_path / "later.csv"
    table.write_text(HEAD + "".join(f"{row},stock,high,somebody,yes,score,\n" for row in rows), encoding="utf-8")
    scored = copark.score(file, data=table)
    assert (len(scored.values), [row.line for row in scored.left]) == (3, [5])
    assert [set(row.crps) for row in scored.lines] == [{"model-borrowed", "growth", "stack"}] * 2
    for lang in ("en", "zh"):
        assert text("score.borrowed", lang, parks=len(NAMES)) in str(scored.document(lang).sections)


def test_what_cannot_be_asked_is_refused(tmp_path):
    assert runs_of("2^10") == 1024
    with pytest.raises(NotFound):
        copark.pool(cases=("great-stone", "atlantis"), out=tmp_path)
    server, park = Context(tmp_path, calibrates=False), str(new_case("my-park", tmp_path))
    for asked, told in (
        (lambda: copark.pool(cases=("great-stone",), out=tmp_path), "."),
        (lambda: runs_of("1000"), "."),
        (lambda: answer(POOL, POOL.params(cases=NAMES), server), "copark pool"),
        (lambda: forecast(tmp_path, case="mckip", to="1990Q1"), "."),
        (lambda: forecast(tmp_path, case=park, cut="2020Q4"),
         "--cut needs observations of the park, and .*my-park has none"),
        (lambda: forecast(tmp_path, case="great-stone", told=True, pool=True),
         "Leave out --pool to use them, or leave out --told"),
    ):  # fmt: skip
        with pytest.raises(RunRefused, match=told):
            asked()
