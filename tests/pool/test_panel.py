"""The panel: what parks share, what is held out, resuming, threads, scores, the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import copark
from copark.analyses import REGISTRY
from copark.analyses.answer import Answered, answer, load, place_of
from copark.analyses.context import Context
from copark.analyses.forecast import Answer
from copark.analyses.pool import Answer as PoolAnswer
from copark.cases import load_case, new_case
from copark.errors import NotFound, RunRefused
from copark.inference import draw_sources
from copark.inference.forecast import Frozen, read
from copark.inference.panels import runs_of
from copark.inference.pool.abc_regression import windows
from copark.inference.pool.batches import design, make_panel_batch
from copark.inference.pool.benchmarks import Past, fit_growth
from copark.inference.pool.forecasts import Forecast, Race, from_origin, unseen
from copark.inference.pool.panel import Panel, PanelSettings, learn
from copark.inference.pool.parks import POOLED, Park, bare, is_pooled, park_of, parks_of, points_at, year_end
from copark.inference.stacking import largest_difference, trials_of
from copark.labels import method_title
from copark.presentation.document import Chart
from copark.texts import text

NAMES = ("great-stone", "teda-suez", "thilawa", "imip")
SETTINGS = PanelSettings(runs=1 << 8, seed=3)


@pytest.fixture(scope="module", autouse=True)
def few_sweeps() -> Iterator[None]:
    """Fewer sweeps of the hierarchy: nothing here depends on how many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.inference.pool.panel.SWEEPS", 260)
        patch.setattr("copark.inference.pool.panel.LEFT_SWEEPS", 230)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pool")


@pytest.fixture(scope="module")
def panel(folder: Path) -> Panel:
    return learn(parks_of(NAMES), SETTINGS, folder=folder)


def test_suzhou_keeps_what_it_reads_off_its_own_facts() -> None:
    case = load_case("suzhou")
    assert not is_pooled(case, "start_rate")
    assert is_pooled(case, "enquiry_rate"), "sizes are compared on one prior"
    assert is_pooled(load_case("great-stone"), "start_rate")


def test_shared_axes_have_the_same_points_in_every_park() -> None:
    uniforms = design(64, 5)
    first, second = (park_of(load_case(name)) for name in ("suzhou", "thilawa"))
    for name in set(first.space.names) & set(second.space.names):
        one, two = (points_at(park, uniforms)[:, park.space.names.index(name)] for park in (first, second))
        assert np.array_equal(one, two)


def test_a_park_that_is_forecast_is_read_without_what_its_record_told() -> None:
    stripped = park_of(bare(load_case("suzhou")))
    assert "start_rate" in stripped.pooled
    assert not bare(load_case("great-stone")).certificates
    assert bare(load_case("great-stone"), past=True).certificates, "known by their dates"


def told_otherwise(park: Park, factor: float, after: int = 0) -> Park:
    """The park had it reported other values, a factor off, after a day."""
    rows = [
        one if one.date.last_day.toordinal() <= after or one.bound == "range"
        else one.model_copy(update={"value": one.value * factor})
        for one in park.case.observations
    ]  # fmt: skip
    return park_of(park.case.model_copy(update={"observations": tuple(rows)}))


@pytest.mark.long
def test_a_park_left_out_is_forecast_blindly(folder: Path) -> None:
    """Whatever is reported of it, the forecast is the same, to the last bit."""
    said = []
    for factor in (1.0, 3.0):
        parks = [park if park.name != "thilawa" else told_otherwise(park, factor) for park in parks_of(NAMES[:3])]
        panel = learn(parks, SETTINGS, folder=folder)
        said.append(list(unseen(Race(panel), panel.park("thilawa"))))
    assert_same_forecasts(*said)


@pytest.mark.long
def test_from_an_origin_nothing_later_is_known() -> None:
    """Whatever any park reports later, the forecast is the same, to the last bit."""
    said = []
    for factor in (1.0, 3.0):
        panel = learn([told_otherwise(park, factor, year_end(2016)) for park in parks_of(NAMES)], SETTINGS)
        window = next(one for one in windows(panel.park("thilawa")) if one.year == 2016)
        said.append(list(from_origin(Race(panel), window)))
    assert {method for method, _, _ in said[0]} >= {"model", "growth", "persistence"}
    assert_same_forecasts(*said)


def assert_same_forecasts(first: list[Forecast], second: list[Forecast]) -> None:
    for one, other in zip(first, second, strict=True):
        assert one[:2] == other[:2]
        assert np.array_equal(one[2], other[2])


def test_batches_do_not_depend_on_threads_and_are_resumed(tmp_path: Path) -> None:
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


def test_a_park_without_data_says_nothing() -> None:
    case = load_case("imip")
    rows = tuple(one.model_copy(update={"role": "context"}) for one in case.observations)
    parks = [*parks_of(NAMES[:2]), park_of(case.model_copy(update={"observations": rows}))]
    panel = learn(parks, SETTINGS)
    assert panel.local["imip"].values == 0
    assert panel.local["imip"].readings.count == 0
    assert panel.lenders()["imip"] == 0.0
    assert sum(panel.lenders().values()) == pytest.approx(1.0)


@pytest.mark.long
def test_an_interrupted_panel_goes_on_where_it_stopped(panel: Panel, tmp_path: Path) -> None:
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


def test_growth_curve_recovers_a_power_law() -> None:
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
def pooled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Answered:
    """The panel asked as its command asks; what is kept of it is found."""
    out = folder / "out"
    out.mkdir(exist_ok=True)
    if not (out / "pool").exists():
        (out / "pool").symlink_to(folder, target_is_directory=True)
    return answer(POOL, POOL.params(cases=NAMES, runs="2^8", seed=3), Context(out, threads=1))


def test_what_is_told_of_a_panel_is_what_was_found(
    pooled: Answered, panel: Panel, folder: Path, subtests: pytest.Subtests
) -> None:
    """The answer is stored whole; both languages show its numbers."""
    told = pooled.result
    assert isinstance(told, PoolAnswer)
    found = told.pooled
    assert found is not None
    assert told.run_id == found.panel == panel.identity, "the kept panel is found"
    assert told.to_frame()["values"].tolist() == [one.values for one in panel.local.values()]
    assert found.values == sum(one.values for one in panel.local.values())
    stored = load(place_of(folder / "out", POOL, told.run_id), POOL)
    assert stored is not None
    for lang in ("en", "zh"):
        with subtests.test(lang=lang):
            shown = stored.result.document(lang)
            assert str(shown) == str(told.document(lang)), "a stored answer shows the same"
            tables = {one.key: one for one in shown.tables()}
            assert [row[-1] for row in tables["parks"].rows] == [one.lent for one in found.parks]
            assert [row[2] for row in tables["trials"].rows if row[-1]] == [found.spread.companies, found.spread.jobs]
            charts = [one for one in shown.blocks() if isinstance(one, Chart)]
            assert [one.key for one in charts] == ["fans"]
            for chart in charts:
                assert chart.figure().axes


def test_the_shipped_panel_is_made_again_and_compared(
    panel: Panel, folder: Path, pooled: Answered, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    same = draw_sources.thinned(panel)
    for shift, word in ((0.0, "identical"), (1e-4, "close"), (0.1, "different")):
        with subtests.test(word=word):
            shipped = replace(same, mu=same.mu + shift)
            monkeypatch.setattr(draw_sources, "shipped_draws", lambda shipped=shipped: shipped)
            found = answer(POOL, POOL.params(check=True), Context(folder / "out", threads=1)).result
            assert isinstance(found, PoolAnswer)
            assert found.again is not None
            assert (found.parks, found.passed, found.stale) == (len(NAMES), word != "different", False)
            for lang in ("en", "zh"):
                assert text(f"pool.again.{word}", lang)[:4] in found.document(lang).headline


def forecast(out: Path, lang: str = "en", **asked: object) -> Answer:
    """Ask for a forecast."""
    found = answer(FORECAST, FORECAST.params(**asked), Context(out, threads=1, lang=lang)).result
    assert isinstance(found, Answer)
    return found


def test_a_park_without_a_history(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A skeleton as it is made: forecast by what others teach, with names and numbers of those it borrows from."""
    monkeypatch.setattr("copark.inference.pool.forecasts.RUNS", 128)
    monkeypatch.setattr("copark.inference.panels.list_cases", lambda: NAMES)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "pool").symlink_to(folder, target_is_directory=True)
    case = str(new_case("my-park", tmp_path))
    file = tmp_path / "frozen.json"
    found = forecast(tmp_path / "out", case=case, to="2030Q4", freeze=file, runs="2^8", seed=3)
    assert found.quarters()[-1] == "2030Q4"
    assert found.borrowed is not None
    assert set(found.borrowed.lenders) == set(NAMES)
    borrowed_axes = {one.name: one for one in found.borrowed.taken}
    assert set(borrowed_axes) == set(POOLED)
    assert borrowed_axes["enquiry_rate"].verdict != "unmoved"
    assert borrowed_axes["enquiry_rate"].before != borrowed_axes["enquiry_rate"].after
    assert sum(found.borrowed.lenders.values()) == pytest.approx(1.0, abs=0.02)
    assert set(found.methods) == {"model", "growth"}
    for variable, weights in found.weights.items():
        assert sum(weights.values()) == pytest.approx(np.ones(len(found.quarters())))
        parts = [found.methods[name][variable][2] for name in weights]
        assert (found.bands[variable][2] >= np.min(parts, axis=0) - HALF_A_COUNT).all()
        assert (found.bands[variable][2] <= np.max(parts, axis=0) + HALF_A_COUNT).all()
    assert any(one.same_type for one in found.borrowed.rates)
    for lang in ("en", "zh"):
        shown = found.document(lang)
        keys = ["summary", "fans", "borrowed", "rates", "held", "limits"]
        tables = {one.key: one for one in shown.tables()}
        assert [one.key for one in tables["ends"].columns] == ["quarter", "forecast", "model", "growth", "alone"]
        assert sum(tables["weights"].rows[0][1:]) == pytest.approx(1.0)
        assert [one.key for one in shown.sections] == keys
        assert load_case("thilawa").title.get(lang) in str(shown.sections[2])
        assert found.trust is not None
        assert found.trust.label(lang) in shown.trust
        assert found.frozen_id in str(shown.sections[0])
    frozen_and_scored(file, found, tmp_path)


HALF_A_COUNT = 0.5
HALF_STEP = 0.0125
"""Between two of the levels that a frozen forecast holds lies each that is shown."""
ROUNDED = 0.5
HEAD = "date,variable,value,high,bound,unit,basis,grade,source,use,role,note\n"


def frozen_and_scored(file: Path, found: Answer, tmp_path: Path) -> None:
    """What was frozen without a history says so, holds what was shown, and is scored beside the growth curve."""
    content = read(file)
    assert (content["cut"], content["until"]) == ("2024Q4", "2030Q4")
    assert (content["method"], content["made_from"]["parameters"]) == ("model-borrowed", "borrowed")
    assert found.borrowed is not None
    assert content["made_from"]["panel"] == found.borrowed.panel
    assert not any(content["naive"].values())
    frozen = Frozen(content)
    for variable in content["forecast"]:
        for row, level in ((0, 0.05), (2, 0.5), (4, 0.95)):
            below, above = frozen.band(variable, (level - HALF_STEP, level + HALF_STEP))[:, -1]
            assert below - ROUNDED <= found.methods["model"][variable][row, -1] <= above + ROUNDED, (variable, level)
            stack = frozen.naive_band(variable, "stack", (level,))
            assert stack is not None
            assert stack[0, -1] == pytest.approx(found.bands[variable][row, -1], rel=1e-4)
    table = tmp_path / "later.csv"
    rows = ("2025-01-31,registered,12", "2026-06-30,registered,20", "2026-06-30,jobs,500", "2024-06-30,jobs,400")
    table.write_text(
        HEAD + "".join(f"{row},,exact,{'persons' if 'jobs' in row else 'companies'},stock,high,somebody,yes,score,\n"
                       for row in rows),
        encoding="utf-8",
    )  # fmt: skip
    scored = copark.score(file, data=table)
    assert (len(scored.values), [row.line for row in scored.left]) == (3, [5])
    assert [set(row.crps) for row in scored.lines] == [{"model-borrowed", "growth", "stack"}] * 2
    assert all(one.benchmark is not None for one in scored.values)
    for lang in ("en", "zh"):
        told = str(scored.document(lang).sections)
        assert method_title("growth", lang) in told
        assert text("score.borrowed", lang, parks=len(NAMES)) in told


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        copark.pool(cases=("great-stone", "atlantis"), out=tmp_path)
    with pytest.raises(RunRefused):
        copark.pool(cases=("great-stone",), out=tmp_path)
    with pytest.raises(RunRefused):
        runs_of("1000")
    server = Context(tmp_path, calibrates=False)
    with pytest.raises(RunRefused, match="copark pool"):
        answer(POOL, POOL.params(cases=NAMES), server)
    with pytest.raises(RunRefused):
        forecast(tmp_path, case="mckip", to="1990Q1")
    with pytest.raises(RunRefused, match=r"--cut needs observations of the park, and .*my-park has none"):
        forecast(tmp_path, case=str(new_case("my-park", tmp_path)), cut="2020Q4")
    with pytest.raises(RunRefused, match="Leave out --pool to use them, or leave out --told"):
        forecast(tmp_path, case="great-stone", told=True, pool=True)
    assert runs_of("2^10") == 1024
