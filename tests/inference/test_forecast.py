"""Frozen forecasts: they cannot be changed unseen, and are scored as if the day were today."""

from __future__ import annotations

import json

import numpy as np
import pytest

from copark.cases.quarters import Quarter
from copark.errors import NotFound
from copark.identity import identity_of
from copark.inference.forecast import (
    LEVELS,
    ForecastRefused,
    Frozen,
    freeze,
    later_targets,
    read,
    score_later,
    widths_at,
    write,
)
from copark.inference.observations import targets
from copark.inference.replay import replay_posterior
from copark.inference.tempering import Plan
from tests.inference.conftest import CUT

UNTIL = Quarter(2024, 4)


@pytest.fixture(scope="module")
def replay(batch, record):
    plan = Plan(members=48, sweeps=1, last_sweeps=2)
    return replay_posterior(batch, record, np.arange(len(record.targets)), CUT, plan=plan, populations=2)[0]


@pytest.fixture(scope="module")
def frozen(replay):
    return freeze(replay, UNTIL, made_on="2021-01-01")


def test_it_is_read_as_it_was_written(frozen, tmp_path) -> None:
    write(frozen, tmp_path / "f.json")
    assert read(tmp_path / "f.json") == frozen
    assert (tmp_path / "f.json").stat().st_size < 300_000


def test_the_identity_is_of_everything_else(frozen) -> None:
    assert frozen["identity"] == identity_of({k: v for k, v in frozen.items() if k != "identity"})
    assert frozen["quarters"][0] == "2021Q1"
    assert frozen["quarters"][-1] == "2024Q4"


def test_a_number_changed_is_noticed(frozen, tmp_path) -> None:
    changed = json.loads(json.dumps(frozen))
    changed["forecast"]["registered"][3][20] += 1.0
    (tmp_path / "f.json").write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(ForecastRefused, match="changed after it was frozen"):
        read(tmp_path / "f.json")


def test_an_existing_file_is_not_overwritten(frozen, tmp_path) -> None:
    write(frozen, tmp_path / "f.json")
    with pytest.raises(ForecastRefused, match="there already"):
        write(frozen, tmp_path / "f.json")


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json", '{"kind": "other"}', "\x00\x01"])
def test_other_files_are_refused_in_words(content, tmp_path) -> None:
    (tmp_path / "f.json").write_text(content, encoding="utf-8")
    with pytest.raises(ForecastRefused, match="not a frozen forecast"):
        read(tmp_path / "f.json")


def test_a_missing_file_is_said_to_be_missing(tmp_path) -> None:
    with pytest.raises(NotFound):
        read(tmp_path / "nowhere.json")


def test_quantiles_do_not_cross(frozen) -> None:
    for rows in frozen["forecast"].values():
        assert len(rows) == 16
        assert (np.diff(rows, axis=1) >= 0).all()
        assert len(rows[0]) == len(LEVELS)


def test_what_came_later_is_scored_beside_naive_curves(great_stone, frozen) -> None:
    scores = score_later(frozen, [row for row in great_stone.observations if row.role == "score"])
    by_method = {name: [one for one in scores if one.method == name] for name in ("model", "line", "persistence")}
    assert len(by_method["model"]) == len(targets(great_stone, ("score",), after=CUT))
    assert by_method["line"]
    assert by_method["persistence"]
    assert all(np.isfinite(one.crps) for one in scores)


def test_what_was_known_at_the_cut_is_not_scored(great_stone, frozen) -> None:
    assert score_later(frozen, [row for row in great_stone.observations if row.role == "fit"]) == ()


def test_between_quarter_ends_the_forecast_lies_between(great_stone, frozen) -> None:
    later = {one.name: one for one in targets(great_stone, ("score",), after=CUT)}["registered 2022-11-03"]
    rows = np.median(np.array(frozen["forecast"]["registered"]), axis=1)
    first = later.quarters[0] - 34
    assert rows[first] - 1.0 <= np.median(Frozen(frozen).ensemble(later)) <= rows[first + 1] + 1.0


def test_a_blind_forecast_says_that_it_is(replay) -> None:
    found = freeze(replay, Quarter(2021, 2), blindly=True, observables=("registered",))
    assert found["method"] == "model-blind"
    assert list(found["forecast"]) == ["registered"]


def frozen_again(frozen, **changes):
    """A file whose content was changed by somebody who knows how its identity is made."""
    content = {name: value for name, value in frozen.items() if name != "identity"} | changes
    return {"identity": identity_of(content), **content}


@pytest.mark.parametrize(
    "changes",
    [
        {"quarters": ["2021Q1"]},
        {"forecast": {"registered": [[1.0]]}},
        {"levels": [0.5]},
        {"start": "yesterday"},
        {"naive": {"registered": {"line": {"centre": [1.0], "scale": [1.0], "freedom": 1}}}},
        {"naive": {"registered": {"line": {}}}},
        {"forecast": None},
    ],
)
def test_a_file_with_a_right_identity_and_wrong_shapes_is_refused_too(frozen, tmp_path, changes) -> None:
    (tmp_path / "f.json").write_text(json.dumps(frozen_again(frozen, **changes)), encoding="utf-8")
    with pytest.raises(ForecastRefused, match="not a frozen forecast"):
        read(tmp_path / "f.json")


def test_numbers_that_are_none_are_noticed(frozen, tmp_path) -> None:
    changed = json.loads(json.dumps(frozen))
    changed["forecast"]["registered"][3][20] = float("nan")
    (tmp_path / "f.json").write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(ForecastRefused, match="changed after"):
        read(tmp_path / "f.json")


def test_a_changed_day_of_freezing_is_noticed(frozen, tmp_path) -> None:
    (tmp_path / "f.json").write_text(json.dumps({**frozen, "made_on": "2019-01-01"}), encoding="utf-8")
    with pytest.raises(ForecastRefused, match="changed after"):
        read(tmp_path / "f.json")


def test_what_cannot_be_scored_is_sorted_by_reason(great_stone, frozen) -> None:
    rows = {row.note or str(row.date): row for row in great_stone.observations}
    score = next(row for row in rows.values() if row.role == "score" and row.variable == "registered")
    far = score.model_copy(update={"date": type(score.date).parse("2031-06-30")})
    unused = next(row for row in rows.values() if not row.use and row.variable == "registered")
    early = next(row for row in rows.values() if row.role == "fit" and row.variable == "registered")
    other = next(row for row in rows.values() if row.variable == "area")
    land = next(row for row in great_stone.observations if row.variable == "usable_area" and row.use)
    later = later_targets(frozen, [far, unused, early, other, land])
    assert later.targets == ()
    assert [reason for _, reason in later.left_out] == [
        "beyond", "unused", "before", "nothing_like_it", "not_forecast",
    ]  # fmt: skip


def test_bands_are_read_off_the_frozen_quantiles(frozen) -> None:
    found = Frozen(frozen)
    levels = (0.05, 0.5, 0.95)
    model, line = found.band("registered", levels), found.naive_band("registered", "line", levels)
    assert model.shape == line.shape == (3, 16)
    assert (np.diff(model, axis=0) >= 0).all()
    assert line[1] == pytest.approx(frozen["naive"]["registered"]["line"]["centre"])
    assert found.naive_band("registered", "nothing", levels) is None


def test_the_case_named_is_that_of_the_casebook(great_stone, replay) -> None:
    other = great_stone.model_copy(update={"observations": great_stone.observations[:-1]})
    found = freeze(replay, Quarter(2021, 2), case=other, observables=("registered",), made_from={"values": 3})
    assert found["case_hash"] == other.hash != great_stone.hash
    assert found["made_from"] == {"values": 3}


def test_the_width_at_the_end_is_split_by_source(replay) -> None:
    (found,) = widths_at(replay, Quarter(2022, 4), ("registered",)).values()
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert all(share >= 0.0 for share in found.shares.values())
