"""Frozen forecasts cannot be changed unseen and are scored as if the day were today; tables of later data."""

import json

import numpy as np
import pytest

from copark.calibration import forecast
from copark.calibration.annealing import replay_posterior
from copark.calibration.forecast import read
from copark.calibration.tempering import TemperingPlan
from copark.cases.dates import Date
from copark.cases.horizon import with_quarters
from copark.cases.quarters import Quarter
from copark.cases.tables import TableRow
from copark.errors import FaultsFound, NotFound, RunRefused
from copark.identity import identity_of
from tests.calibration.conftest import CUT

UNTIL = Quarter(2024, 4)


def numbered(observations):
    """Give observations as the rows of a table, which begin on its second line."""
    return [TableRow(line, observation) for line, observation in enumerate(observations, 2)]


def scored(frozen, observations):
    return forecast.score_later(frozen, forecast.later_targets(frozen, numbered(observations)).targets)


def on_day(great_stone, day):
    row = next(row for row in great_stone.observations if row.role == "score" and row.variable == "registered")
    return row.model_copy(update={"date": Date.parse(day), "bound": "exact", "high": None, "value": 70.0})


@pytest.fixture(scope="module")
def replay(batch, record):
    plan = TemperingPlan(members=48, sweeps=1, last_sweeps=2)
    return replay_posterior(batch, record, np.arange(len(record.targets)), CUT, plan=plan, populations=2)


@pytest.fixture(scope="module")
def frozen(replay):
    return forecast.freeze(replay, UNTIL, made_on="2021-01-01")


def test_it_is_read_as_it_was_written_and_never_overwritten(frozen, tmp_path):
    forecast.write(frozen, tmp_path / "f.json")
    assert read(tmp_path / "f.json") == frozen
    assert (tmp_path / "f.json").stat().st_size < 300_000
    with pytest.raises(forecast.ForecastRefused, match="already exists"):
        forecast.write(frozen, tmp_path / "f.json")


def test_a_number_changed_is_noticed_and_other_files_are_refused_in_words(frozen, tmp_path):
    changed = json.loads(json.dumps(frozen))
    changed["forecast"]["registered"][3][20] += 1.0
    messages = {json.dumps(changed): "modified after it was frozen"}
    messages |= dict.fromkeys(("", "[]", "{}", "not json", '{"kind": "other"}', "\x00\x01"), "not a frozen forecast")
    for content, words in messages.items():
        (tmp_path / "f.json").write_text(content, encoding="utf-8")
        with pytest.raises(forecast.ForecastRefused, match=words):
            read(tmp_path / "f.json")


def frozen_again(frozen, **changes):
    """Make a file whose content was changed by somebody who knows how its identity is made."""
    content = {name: value for name, value in frozen.items() if name != "identity"} | changes
    return {"identity": identity_of(content), **content}


WRONG = (
    {"quarters": ["2021Q1"]},
    {"curves": {"growth": {"registered": [[1.0]]}}},
    {"curves": []},
    {"fitted": [["registered"]]},
    {"forecast": {"registered": [[1.0]]}},
    {"levels": [0.5]},
    {"start": "yesterday"},
    {"naive": {"registered": {"line": {"centre": [1.0], "scale": [1.0], "freedom": 1}}}},
    {"naive": {"registered": {"line": {}}}},
    {"forecast": None},
    {"method": "guess"},
    {"curves": {"oracle": {}}},
    {"forecast": {}, "naive": {}},
    {"naive": {"weather": {}}},
    {"made_from": []},
    {"made_from": {"parks": "many"}},
    {"made_on": 20261130},
    {"until": "soon"},
    {"case": ["great-stone"]},
    {"quarters": []},
)


def test_a_file_with_a_right_identity_and_wrong_shapes_is_refused_too(frozen, tmp_path):
    for changes in WRONG:
        (tmp_path / "f.json").write_text(json.dumps(frozen_again(frozen, **changes)), encoding="utf-8")
        with pytest.raises(forecast.ForecastRefused, match="not a frozen forecast"):
            read(tmp_path / "f.json")


def test_a_number_that_is_none_is_refused_whatever_way_it_is_written(frozen, tmp_path):
    words = json.dumps(frozen)
    value = json.dumps(frozen["forecast"]["registered"][3][20])
    for number in ("NaN", "1e999", "-Infinity", "1" + "0" * 400, "[" * 5000 + "]" * 5000):
        (tmp_path / "f.json").write_text(words.replace(value, number, 1), encoding="utf-8")
        with pytest.raises(forecast.ForecastRefused):
            read(tmp_path / "f.json")
    rows = json.loads(words)["forecast"]
    rows["registered"][3][20] = 10**400
    (tmp_path / "f.json").write_text(json.dumps(frozen_again(frozen, forecast=rows)), encoding="utf-8")
    with pytest.raises(forecast.ForecastRefused, match="not a frozen forecast"):
        read(tmp_path / "f.json")


def test_what_cannot_be_scored_is_sorted_by_reason(great_stone, frozen):
    rows = {row.note or str(row.date): row for row in great_stone.observations}
    score = next(row for row in rows.values() if row.role == "score" and row.variable == "registered")
    far = score.model_copy(update={"date": type(score.date).parse("2031-06-30")})
    unused = next(row for row in rows.values() if not row.use and row.variable == "registered")
    early = next(row for row in rows.values() if row.role == "fit" and row.variable == "registered")
    other = next(row for row in rows.values() if row.variable == "area")
    land = next(row for row in great_stone.observations if row.variable == "usable_area" and row.use)
    background = score.model_copy(update={"grade": "background"})
    flow = next(row for row in great_stone.observations if row.variable == "profit" and row.date.precision == "year")
    year = flow.model_copy(update={"date": Date.parse("2021"), "use": True, "grade": "medium"})
    later = forecast.later_targets(
        frozen_again(frozen, cut="2021Q2"), numbered([far, unused, early, other, land, background, year])
    )
    assert later.targets == ()
    assert [(row_left.line, row_left.reason) for row_left in later.left_out] == list(
        enumerate(("beyond", "unused", "before", "nothing_like_it", "not_forecast", "background", "straddles"), 2)
    )


@pytest.mark.parametrize("day", ["2021-01-01", "2021-01-31", "2021-02-20", "2021-03-30", "2021-03-31", "2021-04-01"])
def test_every_day_after_the_cut_is_scored(great_stone, frozen, day):
    """Those of the first half-quarter too, though a calibration to the cut would count them as known by then."""
    row = on_day(great_stone, day)
    (target,) = forecast.later_targets(frozen, numbered([row])).targets
    assert sum(target.weights) == pytest.approx(1.0)
    rows = np.median(np.array(frozen["forecast"]["registered"]), axis=1)
    read = sum(weight * rows[quarter - 33] for quarter, weight in zip(target.quarters, target.weights, strict=True))
    assert min(rows[:3]) <= read <= max(rows[:3])
    (model, *others) = forecast.score_later(frozen, [target])
    assert np.isfinite(model.crps)
    assert {score.method for score in others} >= {"line", "persistence"}


def test_what_the_parameters_were_fitted_to_is_no_test_of_them(great_stone, frozen):
    row = on_day(great_stone, "2021-01-31")
    again = frozen_again(frozen, fitted=[["registered", "2021-01-31"]])
    (left,) = forecast.later_targets(again, numbered([row])).left_out
    assert left.reason == "fitted"
    assert forecast.later_targets(again, numbered([on_day(great_stone, "2021-02-01")])).targets


@pytest.mark.parametrize("day", ["2021-01-31", "2021-03-31", "2021-05-15"])
def test_a_file_of_the_first_format_is_scored_too(great_stone, frozen, tmp_path, day):
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
    content = read(tmp_path / "f.json")
    rows = numbered([on_day(great_stone, day)])
    (target,) = forecast.later_targets(content, rows).targets
    assert min(target.quarters) >= 34
    now = {score.method: score.crps for score in scored(frozen, [rows[0].record])}
    then = {score.method: score.crps for score in forecast.score_later(content, [target])}
    assert set(then) == set(now)
    assert (then == pytest.approx(now)) is (day >= "2021-03-31")


def test_a_forecast_ends_in_the_quarter_in_which_every_page_judges_the_park(great_stone):
    short = with_quarters(great_stone, 50)
    for case in (short, great_stone):
        assert forecast.end_of(case, Quarter(2024, 4), None) == Quarter(2036, 4)
        assert forecast.end_of(case, Quarter(2020, 4), None) == Quarter(2036, 4)
        assert forecast.end_of(case, Quarter(2024, 4), None, now=Quarter(2030, 1)) == Quarter(2040, 1)
    assert forecast.end_of(with_quarters(great_stone, 120), Quarter(2024, 4), None) == Quarter(2042, 2)


@pytest.mark.parametrize("to", ["2024Q4", "2019Q1", "2075Q1"])
def test_an_end_that_cannot_be_is_refused_with_one_that_can(great_stone, to):
    assert forecast.end_of(great_stone, Quarter(2024, 4), "2074Q4") == Quarter(2074, 4)
    for lang, words in (("en", "after 2024Q4 and no later than 2074Q4"), ("zh", "--to 2036Q4")):
        with pytest.raises(RunRefused, match=words):
            forecast.end_of(great_stone, Quarter(2024, 4), to, lang)


HEAD = "date,variable,value,high,bound,unit,basis,grade,source,use,role,note\n"
GOOD = "2026-06-30,registered,170,,exact,companies,stock,high,belta-2026,yes,score,\n"


def put(tmp_path, content, name="later.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def test_a_sound_table_is_read(tmp_path):
    ((line, row),) = forecast.read_later(put(tmp_path, HEAD + GOOD))
    assert line == 2
    assert (row.variable, row.value, row.role, row.source) == ("registered", 170.0, "score", ("belta-2026",))


BAD = {
    "unknown variable": (HEAD + GOOD.replace("registered", "registred"), 2, "registered"),
    "a day that has not come": (HEAD + GOOD.replace("2026-06-30", "2998-06-30"), 2, "future"),
    "missing column": (HEAD.replace(",unit", "") + GOOD.replace("companies,", ""), 1, "unit"),
    "two used values of one day": (HEAD + GOOD + GOOD.replace("170", "171"), 3, ""),
    "judgement without a reason": (HEAD + GOOD.replace("belta-2026", "judgement").replace("high", "judgement"), 2, ""),
    "another encoding": ((HEAD + GOOD.replace(",\n", ",\u00e9\n")).encode("latin-1"), 2, "UTF-8"),
    "heads alone": (HEAD, None, ""),
}
"""Tables of observations are read as a case's own: of what can be wrong with those, one of a kind."""


def test_faults_say_where_what_and_how_to_mend(tmp_path, subtests):
    for name, (content, line, word) in BAD.items():
        with subtests.test(name=name):
            with pytest.raises(FaultsFound) as refused:
                forecast.read_later(put(tmp_path, content))
            fault = refused.value.faults[0]
            assert (fault.file, fault.line) == ("later.csv", line)
            for lang in ("en", "zh"):
                assert fault.cause(lang)
                assert fault.repair(lang)
            assert word in refused.value.faults[0].sentence()


def test_a_missing_file_a_folder_and_a_link_are_refused(tmp_path):
    with pytest.raises(NotFound, match=r"nowhere\.csv"):
        forecast.read_later(tmp_path / "nowhere.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FaultsFound):
        forecast.read_later(tmp_path / "folder.csv")
    put(tmp_path, HEAD + GOOD)
    (tmp_path / "link.csv").symlink_to(tmp_path / "later.csv")
    with pytest.raises(FaultsFound):
        forecast.read_later(tmp_path / "link.csv")
