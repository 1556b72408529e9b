"""Frozen forecasts: they cannot be changed unseen, and are scored as if the day were today."""

from __future__ import annotations

import json

import numpy as np
import pytest

import copark
from copark.cases.dates import Date
from copark.cases.quarters import Quarter
from copark.cases.tables import Row
from copark.errors import RunRefused
from copark.identity import identity_of
from copark.inference.annealing import replay_posterior
from copark.inference.forecast import (
    ForecastRefused,
    end_of,
    freeze,
    later_targets,
    read,
    score_later,
    write,
)
from copark.inference.observations import targets
from copark.inference.tempering import Plan
from tests.inference.conftest import CUT

UNTIL = Quarter(2024, 4)


def numbered(observations):
    """Observations as the rows of a table, which begin on its second line."""
    return [Row(line, one) for line, one in enumerate(observations, 2)]


def scored(frozen, observations):
    return score_later(frozen, later_targets(frozen, numbered(observations)).targets)


def on_day(great_stone, day):
    row = next(row for row in great_stone.observations if row.role == "score" and row.variable == "registered")
    return row.model_copy(update={"date": Date.parse(day), "bound": "exact", "high": None, "value": 70.0})


@pytest.fixture(scope="module")
def replay(batch, record):
    plan = Plan(members=48, sweeps=1, last_sweeps=2)
    return replay_posterior(batch, record, np.arange(len(record.targets)), CUT, plan=plan, populations=2)


@pytest.fixture(scope="module")
def frozen(replay):
    return freeze(replay, UNTIL, made_on="2021-01-01")


def test_it_is_read_as_it_was_written_and_never_overwritten(frozen, tmp_path) -> None:
    write(frozen, tmp_path / "f.json")
    assert read(tmp_path / "f.json") == frozen
    assert (tmp_path / "f.json").stat().st_size < 300_000
    with pytest.raises(ForecastRefused, match="already exists"):
        write(frozen, tmp_path / "f.json")


def test_a_number_changed_is_noticed_and_other_files_are_refused_in_words(frozen, tmp_path) -> None:
    changed = json.loads(json.dumps(frozen))
    changed["forecast"]["registered"][3][20] += 1.0
    told = {json.dumps(changed): "modified after it was frozen"}
    told |= dict.fromkeys(("", "[]", "{}", "not json", '{"kind": "other"}', "\x00\x01"), "not a frozen forecast")
    for content, words in told.items():
        (tmp_path / "f.json").write_text(content, encoding="utf-8")
        with pytest.raises(ForecastRefused, match=words):
            read(tmp_path / "f.json")


def test_what_came_later_is_scored_beside_naive_curves(great_stone, frozen) -> None:
    scores = scored(frozen, [row for row in great_stone.observations if row.role == "score"])
    assert len([one for one in scores if one.method == "model"]) == len(targets(great_stone, ("score",)))
    assert {one.method for one in scores} >= {"line", "persistence"}
    assert all(np.isfinite(one.crps) for one in scores)


def frozen_again(frozen, **changes):
    """A file whose content was changed by somebody who knows how its identity is made."""
    content = {name: value for name, value in frozen.items() if name != "identity"} | changes
    return {"identity": identity_of(content), **content}


WRONG = (
    {"quarters": ["2021Q1"]}, {"curves": {"growth": {"registered": [[1.0]]}}}, {"curves": []},
    {"fitted": [["registered"]]}, {"forecast": {"registered": [[1.0]]}}, {"levels": [0.5]}, {"start": "yesterday"},
    {"naive": {"registered": {"line": {"centre": [1.0], "scale": [1.0], "freedom": 1}}}},
    {"naive": {"registered": {"line": {}}}}, {"forecast": None},
)  # fmt: skip


def test_a_file_with_a_right_identity_and_wrong_shapes_is_refused_too(frozen, tmp_path) -> None:
    for changes in WRONG:
        (tmp_path / "f.json").write_text(json.dumps(frozen_again(frozen, **changes)), encoding="utf-8")
        with pytest.raises(ForecastRefused, match="not a frozen forecast"):
            read(tmp_path / "f.json")


def test_what_cannot_be_scored_is_sorted_by_reason(great_stone, frozen) -> None:
    rows = {row.note or str(row.date): row for row in great_stone.observations}
    score = next(row for row in rows.values() if row.role == "score" and row.variable == "registered")
    far = score.model_copy(update={"date": type(score.date).parse("2031-06-30")})
    unused = next(row for row in rows.values() if not row.use and row.variable == "registered")
    early = next(row for row in rows.values() if row.role == "fit" and row.variable == "registered")
    other = next(row for row in rows.values() if row.variable == "area")
    land = next(row for row in great_stone.observations if row.variable == "usable_area" and row.use)
    told = score.model_copy(update={"grade": "background"})
    flow = next(row for row in great_stone.observations if row.variable == "profit" and row.date.precision == "year")
    year = flow.model_copy(update={"date": Date.parse("2021"), "use": True, "grade": "medium"})
    later = later_targets(frozen_again(frozen, cut="2021Q2"), numbered([far, unused, early, other, land, told, year]))
    assert later.targets == ()
    assert [(one.line, one.reason) for one in later.left_out] == list(
        enumerate(("beyond", "unused", "before", "nothing_like_it", "not_forecast", "background", "straddles"), 2)
    )


@pytest.mark.parametrize("day", ["2021-01-01", "2021-01-31", "2021-02-20", "2021-03-30", "2021-03-31", "2021-04-01"])
def test_every_day_after_the_cut_is_scored(great_stone, frozen, day) -> None:
    """Those of the first half-quarter too, though a calibration to the cut would count them as known by then."""
    row = on_day(great_stone, day)
    (target,) = later_targets(frozen, numbered([row])).targets
    assert sum(target.weights) == pytest.approx(1.0)
    rows = np.median(np.array(frozen["forecast"]["registered"]), axis=1)
    read = sum(weight * rows[quarter - 33] for quarter, weight in zip(target.quarters, target.weights, strict=True))
    assert min(rows[:3]) <= read <= max(rows[:3])
    (model, *others) = score_later(frozen, [target])
    assert np.isfinite(model.crps)
    assert {one.method for one in others} >= {"line", "persistence"}


def test_what_the_parameters_were_fitted_to_is_no_test_of_them(great_stone, frozen) -> None:
    row = on_day(great_stone, "2021-01-31")
    again = frozen_again(frozen, fitted=[["registered", "2021-01-31"]])
    (left,) = later_targets(again, numbered([row])).left_out
    assert left.reason == "fitted"
    assert later_targets(again, numbered([on_day(great_stone, "2021-02-01")])).targets


@pytest.mark.parametrize("day", ["2021-01-31", "2021-03-31", "2021-05-15"])
def test_a_file_of_the_first_format_is_scored_too(great_stone, frozen, tmp_path, day) -> None:
    """It begins with the first quarter after the cut: what is dated within it is set beside its end."""
    shorter = {name: rows[1:] for name, rows in frozen["forecast"].items()}
    naive = {
        name: {
            key: {**curve, "centre": curve["centre"][1:], "scale": curve["scale"][1:]} for key, curve in curves.items()
        }
        for name, curves in frozen["naive"].items()
    }
    old = {name: value for name, value in frozen.items() if name not in ("fitted", "curves")}
    first = frozen_again(old, format=1, quarters=frozen["quarters"][1:], forecast=shorter, naive=naive)
    (tmp_path / "f.json").write_text(json.dumps(first), encoding="utf-8")
    content, rows = read(tmp_path / "f.json"), numbered([on_day(great_stone, day)])
    (target,) = later_targets(content, rows).targets
    assert min(target.quarters) >= 34
    now = {one.method: one.crps for one in scored(frozen, [rows[0].record])}
    then = {one.method: one.crps for one in score_later(content, [target])}
    assert set(then) == set(now)
    assert (then == pytest.approx(now)) is (day >= "2021-03-31")


TABLE = (
    "date,variable,value,high,bound,unit,basis,grade,source,use,role,note\n"
    "2021-01-31,registered,70,,exact,companies,stock,high,somebody,yes,score,\n"
    "2021-06-30,registered,75,,exact,companies,stock,high,somebody,yes,check,\n"
    "2019-12-31,registered,60,,exact,companies,stock,high,somebody,yes,score,\n"
    "2022-06-30,area,112,,exact,km2,stock,high,somebody,yes,context,\n"
    "2026-06-30,jobs,4000,,exact,persons,stock,high,somebody,yes,score,\n"
)
LEFT = {4: ("2019-12-31", "not after 2020Q4"), 5: ("2022-06-30", "no output"), 6: ("2026-06-30", "after 2024Q4")}


@pytest.fixture
def files(frozen, tmp_path):
    write(frozen, tmp_path / "f.json")
    (tmp_path / "later.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path / "f.json", tmp_path / "later.csv", tmp_path / "out"


def test_of_each_row_left_out_the_reason_is_told(files) -> None:
    file, data, out = files
    found = copark.score(file, data=data, out=out)
    assert (len(found.values), len(found.left)) == (2, 3)
    told = next(one for one in found.document().tables() if one.key == "left")
    assert {row[0]: row[1] for row in told.rows} == {line: date for line, (date, _) in LEFT.items()}
    for row in told.rows:
        assert LEFT[row[0]][1] in row[3]


def test_a_forecast_from_the_end_of_the_clock_goes_three_years_on(great_stone) -> None:
    short = great_stone.model_copy(update={"clock": great_stone.clock.model_copy(update={"quarters": 50})})
    assert end_of(short, Quarter(2024, 4), None) == Quarter(2027, 4)
    assert end_of(short, Quarter(2020, 4), None) == Quarter(2024, 4)
    assert end_of(great_stone, Quarter(2024, 4), None) == Quarter(2032, 2)


@pytest.mark.parametrize("to", ["2024Q4", "2019Q1", "2075Q1", "soon"])
def test_an_end_that_cannot_be_is_refused_with_one_that_can(great_stone, to) -> None:
    assert end_of(great_stone, Quarter(2024, 4), "2074Q4") == Quarter(2074, 4)
    for lang, said in (("en", "after 2024Q4 and no later than 2074Q4"), ("zh", "--to 2032Q2")):
        with pytest.raises(RunRefused, match=said):
            end_of(great_stone, Quarter(2024, 4), to, lang)
