"""The panel: what parks share, what is held out, resuming, threads, scores, the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from copark.cases import list_cases, load_case
from copark.errors import NotFound, RunRefused
from copark.inference.pool.axes import AXES, POOLED, is_pooled
from copark.inference.pool.batches import design, make_panel_batch
from copark.inference.pool.growth import Past, fit_growth
from copark.inference.pool.movement import panel_movements
from copark.inference.pool.panel import Panel, Settings, learn, pooled_prior, score_panel
from copark.inference.pool.parks import LAST, park_of, parks_of
from copark.inference.pool.scoring import PanelScore, contest, winners
from copark.inference.pool.similar import base_rates
from copark.workflows import pooling

NAMES = ("great-stone", "teda-suez", "thilawa", "imip")
SETTINGS = Settings(runs=256, seed=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pool")


@pytest.fixture(scope="module")
def panel(folder: Path) -> Panel:
    return learn(parks_of(NAMES), SETTINGS, folder=folder)


@pytest.fixture(scope="module")
def scores(panel: Panel, folder: Path) -> tuple[PanelScore, ...]:
    return score_panel(panel, folder=folder)


@pytest.mark.parametrize("name", list_cases())
def test_every_axis_of_every_case_has_a_role(name: str) -> None:
    park = park_of(load_case(name))
    assert set(park.space.names) <= set(AXES)
    assert all(one.observation.date.last_day <= LAST.last_day for one in park.model.targets)


def test_suzhou_keeps_what_it_reads_off_its_own_facts() -> None:
    case = load_case("suzhou")
    assert not is_pooled(case, "start_rate")
    assert is_pooled(case, "enquiry_rate"), "sizes are compared on one prior"
    assert is_pooled(load_case("great-stone"), "start_rate")


def test_shared_axes_have_the_same_points_in_every_park() -> None:
    uniforms = design(64, 5)
    first, second = (park_of(load_case(name)) for name in ("suzhou", "thilawa"))
    for name in set(first.space.names) & set(second.space.names):
        one, two = (uniforms[:, park.columns[park.space.names.index(name)]] for park in (first, second))
        assert np.array_equal(one, two)


def test_what_is_held_out_comes_after_all_that_is_known() -> None:
    park = park_of(load_case("thilawa"))
    later, known = park.held("registered")
    days = [one.observation.date.last_day for one in park.model.targets]
    assert len(later) == 2
    assert max(days[n] for n in known) < min(days[n] for n in later)


def test_closures_are_not_fitted() -> None:
    park = park_of(load_case("kaesong"))
    assert all(one.value > 0 for one in park.model.targets)


def test_batches_do_not_depend_on_threads_and_are_resumed(tmp_path: Path) -> None:
    park = park_of(load_case("teda-suez"))
    one = make_panel_batch(park, 128, 7, threads=1, folder=tmp_path)
    two = make_panel_batch(park, 128, 7, threads=2)
    assert np.array_equal(one.counterparts, two.counterparts, equal_nan=True)
    piece = next(tmp_path.rglob("runs-*.npy"))
    kept = piece.stat().st_mtime_ns
    again = make_panel_batch(park, 128, 7, folder=tmp_path)
    assert piece.stat().st_mtime_ns == kept
    assert np.array_equal(one.counterparts, again.counterparts, equal_nan=True)
    piece.write_bytes(b"half a piece")
    assert np.array_equal(
        make_panel_batch(park, 128, 7, folder=tmp_path).counterparts, one.counterparts, equal_nan=True
    )


def test_a_panel_is_kept_and_found(panel: Panel, folder: Path) -> None:
    again = learn(parks_of(NAMES), SETTINGS, folder=folder)
    assert again.identity == panel.identity
    assert np.array_equal(again.pooled.mu, panel.pooled.mu)
    assert (folder / panel.identity / "pool.json").is_file()


def test_a_park_without_data_says_nothing(panel: Panel) -> None:
    assert panel.local["imip"].values == 0
    assert panel.local["imip"].readings.count == 0
    assert panel.lenders()["imip"] == 0.0
    assert sum(panel.lenders().values()) == pytest.approx(1.0)


def test_records_tell_the_size_of_a_park(panel: Panel) -> None:
    moved = {one.name: one for one in panel_movements(panel)}
    assert set(moved) == set(POOLED)
    assert moved["enquiry_rate"].mean.verdict == "moved"


def test_pooled_prior_moves_pooled_axes_only(panel: Panel) -> None:
    park, points = pooled_prior(panel, load_case("mckip"), 128)
    own = [n for n, name in enumerate(park.space.names) if AXES[name].role == "own"]
    assert np.array_equal(points[:, own], design(128, 1)[:, park.columns[own]])
    assert ((points > 0) & (points < 1)).all()
    draws = park.space.table(points)["enquiry_rate"]
    assert 1.0 < np.median(draws) < 150.0


def test_every_method_is_scored_on_the_same_values(scores: tuple[PanelScore, ...]) -> None:
    table = contest(scores, "left_out", "", ("pooled", "alone", "growth"))
    assert table is not None
    assert table.standings[0].log_crps == min(one.log_crps for one in table.standings)
    assert len({one.values for one in table.standings}) == 1
    assert all(np.isfinite(one.crps) and one.log_crps >= 0 for one in scores)
    assert set(winners(scores, "left_out")) == set(NAMES)
    assert {one.park for one in scores if one.method == "logistic"} <= set(NAMES)


def test_growth_curve_recovers_a_power_law() -> None:
    ages = np.array([1.0, 3.0, 6.0, 10.0])
    pasts = [Past(ages, np.expm1(a + b * np.log(ages))) for a, b in ((1.0, 0.9), (1.5, 1.1), (2.0, 1.0), (0.5, 1.0))]
    found = fit_growth(pasts)
    assert found is not None
    assert found.mean == pytest.approx([1.25, 1.0], abs=0.1)
    last = Past(ages[:3], pasts[1].counts[:3])
    assert float(np.median(found.ensemble(last, 10.0))) == pytest.approx(pasts[1].counts[3], rel=0.1)
    assert fit_growth(pasts[:1]) is None


def test_base_rates_name_their_parks(panel: Panel) -> None:
    rates = base_rates(panel.parks, "intergovernmental", "registered", ages=(5.0,))
    same = next(one for one in rates if one.same_type)
    assert {peer.park for peer in same.peers} <= {"great-stone", "thilawa"}
    assert same.values[0] <= same.values[1] <= same.values[2]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_and_tables(folder: Path, panel: Panel, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copark.report.pool.page.MOST_FORESTS", 1)
    monkeypatch.setattr("copark.report.figures.files.FORMATS", ("svg",))
    (folder / "out").mkdir(exist_ok=True)
    if not (folder / "out" / "pool").exists():
        (folder / "out" / "pool").symlink_to(folder, target_is_directory=True)
    answer = pooling.pool(
        cases=NAMES, runs="2^8", seed=3, forecast="mckip", to="2030Q4", threads=1, lang=lang, out=folder / "out"
    )  # fmt: skip
    assert answer.identity == panel.identity, "the kept panel is found"
    assert answer.report is not None
    page = answer.report.read_text(encoding="utf-8")
    assert answer.identity in page
    assert "<svg" in page
    assert answer.borrowed in page
    names = {path.name for path in answer.files}
    assert f"pool-{lang}.xlsx" in names
    assert f"pool-scores-{lang}.csv" in names
    assert len(answer.contests) == 3
    assert answer.outlook[-1].quarter == "2030Q4"


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        pooling.pool(cases=("great-stone", "atlantis"), out=tmp_path)
    with pytest.raises(RunRefused):
        pooling.pool(cases=("great-stone",), out=tmp_path)
    with pytest.raises(RunRefused):
        pooling.runs_of("1000")
    with pytest.raises(RunRefused):
        pooling.pool(cases=NAMES, forecast="mckip", to="1990Q1", out=tmp_path)
    assert pooling.runs_of("2^10") == 1024
