"""A set of frozen forecasts: written once, resumed, checked against its hash, and scored over parks."""

import csv
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.forecast import frozen_set
from copark.analyses.forecast.set_document import EXAMPLE, EXAMPLE_COLUMNS, EXAMPLE_END
from copark.analyses.score import league
from copark.calibration import forecast as engine
from copark.calibration import frozen_sets
from copark.calibration.forecast import LEVELS, ForecastRefused, Frozen, read
from copark.calibration.frozen_sets import MANIFEST, PAGES, TABLE, read_manifest, read_set
from copark.cases import dates
from copark.cases.quarters import Quarter
from copark.errors import FaultsFound, NotFound, RunRefused, StudyFaults
from copark.identity import hash_content, identity_of
from copark.web.content.analyses import params_of
from tests.asked import call, table
from tests.calibration.conftest import LEFT_OPEN

RELEASED = Path(__file__).parents[2] / "forecasts"
"""Sets on record, each in a folder named by its day."""
PARKS = ("jinfei", "lekki")
CUT = Quarter(2024, 4)
UNTIL = Quarter(2031, 4)


def freeze(folder, out, parks=PARKS, threads=1, **options):
    """Freeze a set, as the command does."""
    analysis = REGISTRY["forecast"]
    params = analysis.params(freeze_all=folder, parks=parks, **options)
    return answer(analysis, params, Context(out, threads=threads)).result


def score(folder, data, lang="en"):
    """Score a set, as the command does."""
    analysis = REGISTRY["score"]
    return answer(analysis, analysis.params(file=folder, data=data), Context(lang=lang)).result


@pytest.fixture(scope="module")
def frozen_example(tmp_path_factory):
    """Freeze two parks, and ask for one that has no calibration."""
    folder = tmp_path_factory.mktemp("sets") / "set"
    return folder, freeze(folder, folder.parent / "out", (*PARKS, "kaesong"))


# --- sets on record -------------------------------------------------------------------------------------------------


def test_sets_on_record_are_as_they_were_frozen():
    """Their hashes were told: whatever is wrong in them stays."""
    folders = [folder for folder in RELEASED.iterdir() if folder.is_dir()]
    assert folders
    for folder in folders:
        frozen = read_set(folder)
        assert not frozen.damaged, folder.name
        assert frozen.manifest.made_on == folder.name
        for page in PAGES.values():
            assert frozen.manifest.identity in (folder / page).read_text(encoding="utf-8"), "the page tells the hash"


# --- a set is frozen -------------------------------------------------------------------------------------------------


def test_every_park_has_a_file_and_the_manifest_one_hash_for_all(frozen_example):
    folder, result = frozen_example
    manifest = read_manifest(folder)
    assert (manifest.parks, manifest.identity) == (PARKS, result.hash)
    assert (manifest.until, manifest.known_until) == ("2031Q4", "2024Q4")
    names = {*map(frozen_sets.file_of, PARKS), MANIFEST, TABLE, *PAGES.values()}
    assert {path.name for path in folder.iterdir()} == names
    frozen = read_set(folder)
    assert frozen.damaged == ()
    for entry in manifest.forecasts:
        content = read(folder / entry.file)
        assert content == frozen.forecasts[entry.park]
        assert content["identity"] == entry.identity
        assert {"2025Q4", "2026Q4", "2031Q4"} <= set(content["quarters"])
        assert {"stack", "growth"} <= set(content["curves"])


def test_a_park_without_a_calibration_is_told_with_the_reason_and_stops_nothing(frozen_example):
    folder, result = frozen_example
    (left,) = result.left_out
    assert left.park == "kaesong"
    for lang, words in (("en", "Closed since 2016Q1"), ("zh", "自2016年第一季度起关闭")):
        assert words in left.reason.text(lang)
        assert "copark calibrate kaesong" in left.reason.text(lang)
        assert left.reason.text(lang) in str(table(result.document(lang), "set_left_out").rows)
    assert read_manifest(folder).left_out[0].reason == left.reason


@pytest.mark.long
def test_the_hash_is_the_same_on_any_number_of_threads_and_a_file_is_what_a_single_forecast_freezes(
    frozen_example, tmp_path
):
    _, result = frozen_example
    again = freeze(tmp_path / "again", tmp_path / "out", (*PARKS, "kaesong"), threads=2)
    assert again.hash == result.hash
    analysis = REGISTRY["forecast"]
    params = analysis.params(case="jinfei", to="2031Q4", freeze=tmp_path / "jinfei.json")
    single = answer(analysis, params, Context(tmp_path / "out", threads=2)).result
    assert single.frozen_id == result.parks[0].forecast


def test_the_table_of_the_ends_of_years_holds_what_is_frozen(frozen_example):
    folder, result = frozen_example
    with (folder / TABLE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == frozen_sets.COLUMNS
    assert len(rows) == len(result.to_frame())
    content = read(folder / "lekki.json")
    chosen = [row for row in rows if (row["park"], row["variable"]) == ("lekki", "operating")]
    assert {row["quarter"] for row in chosen} == {f"{year}Q4" for year in range(2025, 2032)}
    assert {"model-blind", "stack", "growth", "persistence"} <= {row["method"] for row in chosen}
    frozen = Frozen(content)
    for row in chosen:
        band = frozen.any_band("operating", row["method"], (0.05, 0.5, 0.95))
        position = content["quarters"].index(row["quarter"])
        written = [float(row[name]) for name in ("p05", "p50", "p95")]
        assert written == pytest.approx(band[:, position], rel=1e-5)


def test_its_pages_say_what_was_forecast_and_how_to_score_it_in_both_languages(frozen_example):
    folder, result = frozen_example
    for lang, words in (("en", "invented parks, invented values"), ("zh", "园区与数值均为虚构")):
        page = (folder / PAGES[lang]).read_text(encoding="utf-8")
        assert not LEFT_OPEN.search(page)
        assert result.hash in page
        assert words in page
        assert "copark score set --data later.csv" in page
        for park in result.parks:
            assert f"| {park.file} | {park.forecast} |" in page
            assert f"### {park.title.text(lang)}" in page
        assert f"| {' | '.join(EXAMPLE_COLUMNS)} |" in page
        document = result.document(lang)
        assert len(table(document, "forecast-lekki").rows) == len(engine.OBSERVABLES)
        assert [column.key for column in table(document, "forecast-lekki").columns][1:] == [
            f"{year}Q4" for year in range(2025, 2032)
        ]


def test_the_example_of_a_table_is_read_once_its_day_has_come(tmp_path, monkeypatch):
    monkeypatch.setattr(dates, "today", lambda: date(2028, 3, 1))
    rows = [",".join((*row, *EXAMPLE_END)) for row in EXAMPLE]
    path = written(tmp_path, "\n".join((",".join(EXAMPLE_COLUMNS), *rows)))
    read_rows = frozen_sets.read_later_of_parks(path, {row[0] for row in EXAMPLE})
    assert [row.record.variable for row in read_rows] == ["registered", "jobs", "profit"]


# --- nothing is overwritten, nothing is lost -------------------------------------------------------------------------


@pytest.fixture
def copied(frozen_example, tmp_path):
    """Copy the set, so that a test may change it."""
    folder = tmp_path / "set"
    folder.mkdir()
    for path in frozen_example[0].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_a_complete_set_is_never_overwritten(copied, tmp_path):
    before = {path.name: path.read_bytes() for path in copied.iterdir()}
    with pytest.raises(ForecastRefused, match="already holds a complete set"):
        freeze(copied, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in copied.iterdir()} == before


def test_an_interrupted_set_is_resumed_and_has_the_hash_it_would_have_had(
    frozen_example, copied, tmp_path, monkeypatch
):
    (copied / MANIFEST).unlink()
    (copied / "jinfei.json").unlink()
    (copied / ".writing-jinfei.json-1-00000000").write_text("{", encoding="utf-8")
    made_of = []
    content = frozen_set._content

    def noted(params, basis, context):
        made_of.append(basis.case.name)
        return content(params, basis, context)

    monkeypatch.setattr(frozen_set, "_content", noted)
    result = freeze(copied, tmp_path / "out", (*PARKS, "kaesong"))
    assert "lekki" not in made_of
    assert (result.hash, result.kept) == (frozen_example[1].hash, 1)
    assert not list(copied.glob(".writing-*"))


def test_what_would_not_be_frozen_now_is_refused_by_name(copied, tmp_path):
    (copied / MANIFEST).unlink()
    content = read(copied / "lekki.json")
    other = {name: value for name, value in content.items() if name != "identity"} | {"case_hash": "0" * 64}
    (copied / "lekki.json").write_text(json.dumps({"identity": identity_of(other), **other}), encoding="utf-8")
    (copied / "jinfei.json").write_text("half of a fi", encoding="utf-8")
    with pytest.raises(ForecastRefused, match=r"jinfei\.json, lekki\.json\. Delete these files"):
        freeze(copied, tmp_path / "out")
    (copied / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ForecastRefused, match=r"not part of the set to be frozen: notes\.txt"):
        freeze(copied, tmp_path / "out")
    with pytest.raises(ForecastRefused, match="is not a folder"):
        freeze(copied / "notes.txt", tmp_path / "out")


def test_options_that_do_not_go_together_are_refused_with_what_to_do(tmp_path, capsys):
    for lang, words in (("en", "does not take CASE, --to"), ("zh", "不接受 CASE, --to")):
        arguments = ("forecast", "lekki", "--to", "2030Q4", "--freeze-all", tmp_path / "set", "--lang", lang)
        code, _, err = call(arguments, capsys)
        assert code != 0
        assert words in err
    for options, words in (
        ({"case": "lekki", "parks": ("lekki",)}, "Add --freeze-all DIR"),
        ({}, "No case was named"),
    ):
        analysis = REGISTRY["forecast"]
        with pytest.raises(RunRefused, match=words):
            answer(analysis, analysis.params(**options), Context(tmp_path / "out"))
    with pytest.raises(FaultsFound, match="lekki"):
        freeze(tmp_path / "set", tmp_path / "out", ("leki",))
    with pytest.raises(RunRefused, match="nothing was frozen"):
        freeze(tmp_path / "set", tmp_path / "out", ("kaesong",))
    assert not list((tmp_path / "set").iterdir())


def test_a_server_asks_for_a_case_and_takes_no_folder():
    analysis = REGISTRY["forecast"]
    served = {field.name: field for field in analysis.params.form(served=True)}
    assert served["case"].required
    assert not {"freeze_all", "parks"} & set(served)
    for entered, key in (({}, "params.case"), ({"case": "lekki", "freeze_all": "x"}, "params.freeze_all")):
        with pytest.raises(StudyFaults) as refused:
            params_of(analysis, entered)
        assert [fault.key for fault in refused.value.faults] == [key]


# --- a set is scored -------------------------------------------------------------------------------------------------

HEAD = "park,date,variable,value,high,bound,unit,basis,grade,source,use,role,note"
TEN = tuple(f"park-{number}" for number in range(10))
TRUTH = {park: 20.0 * 2.0**number for number, park in enumerate(TEN)}
"""What every invented park has in the end: ten sizes, each twice the one before."""


def row_of(park, value, variable="registered", day="2025-12-31", unit="companies", **more):
    cells = {"high": "", "bound": "exact", "grade": "medium", "use": "yes", "role": "score", **more}
    return (
        f"{park},{day},{variable},{value},{cells['high']},{cells['bound']},{unit},invented,{cells['grade']},invented,"
        f"{cells['use']},{cells['role']},"
    )


def written(folder, content, name="later.csv"):
    path = folder / name
    path.write_text(f"{content}\n", encoding="utf-8")
    return path


def invented(case, park, factors):
    """Freeze a forecast of a made-up park: medians that miss the truth by a factor, by method."""
    quarters = len(engine.quarters_of(case, CUT, UNTIL))

    def rows(method):
        return [engine.rounded(TRUTH[park] * factors[method] * np.exp(0.3 * norm.ppf(LEVELS)))] * quarters

    invented_case = case.model_copy(update={"name": park})
    return engine.sealed(
        invented_case,
        CUT,
        UNTIL,
        method="model-blind",
        pairs=100,
        forecast={"registered": rows("model"), "profit": rows("model")},
        naive={
            "registered": {
                "persistence": {
                    "centre": [TRUTH[park] * factors["persistence"]] * quarters,
                    "scale": [0.3 * TRUTH[park]] * quarters,
                    "freedom": 5.0,
                }
            }
        },
        curves={name: {"registered": rows(name)} for name in ("stack", "growth")},
        made_on="2026-11-30",
        made_from={"values": 3},
    )


NEAR_TRUTH = {"stack": 1.05, "model": 1.6, "growth": 1.4, "persistence": 0.6}


def set_of(folder, case, factors=NEAR_TRUTH, parks=TEN):
    """Write a set of made-up parks."""
    contents = {park: invented(case, park, factors) for park in parks}
    folder.mkdir()
    for park, content in contents.items():
        frozen_sets.write_forecast(folder, park, content)
    files = {park: (folder / frozen_sets.file_of(park)).read_bytes() for park in parks}
    rows = frozen_sets.written_table(contents.values())
    frozen_sets.write_text(folder, TABLE, rows)
    manifest = frozen_sets.manifest_of(files, [], rows, made_on="2026-11-30", known_until=CUT, until=UNTIL)
    frozen_sets.write_manifest(folder, manifest)
    return folder


@pytest.fixture
def later(tmp_path):
    """Write what every park came to, exactly."""
    return written(tmp_path, "\n".join((HEAD, *(row_of(park, round(value)) for park, value in TRUTH.items()))))


def test_the_method_that_is_nearest_wins_and_the_interval_says_how_surely(great_stone, later, tmp_path):
    result = score(set_of(tmp_path / "set", great_stone), later)
    main = result.main
    assert [row.method for row in main.rows] == ["stack", "growth", "model", "persistence"]
    assert (main.parks, main.values, main.benchmark) == (10, 10, "growth")
    stack = main.row("stack")
    assert stack.difference == pytest.approx(stack.score - main.row("growth").score)
    assert stack.low <= stack.difference <= stack.high < 0.0
    assert main.row("growth").difference is None
    assert result.passed
    assert (result.in_half, result.in_wide) == (10, 10)
    for lang, words in (
        ("en", "were better than the best benchmark, the pooled growth curve"),
        ("zh", "优于最好的基准（合并增长曲线）"),
    ):
        document = result.document(lang)
        assert words in document.headline
        assert not LEFT_OPEN.search(f"{document.title} {document.headline} {document.sections}".replace("None", ""))
        assert [row[0] for row in table(document, "league_counts").rows] == [
            row[0] for row in table(document, "league_observables").rows
        ]
        assert len(table(document, "league_parks").rows) == len(TEN)


@pytest.mark.parametrize(
    ("factors", "verdict"),
    [
        ({**NEAR_TRUTH, "stack": 2.5}, "worse than the best benchmark"),
        ({**NEAR_TRUTH, "stack": 1.4}, "cannot be told from the best benchmark"),
    ],
)
def test_a_forecast_that_is_no_better_is_said_to_be_none(great_stone, later, tmp_path, factors, verdict):
    assert verdict in score(set_of(tmp_path / "set", great_stone, factors), later).document().headline


def test_large_parks_count_as_small_ones_do(great_stone, later, tmp_path):
    """Every park is missed by the same factor, from 20 enterprises to 10,240: they have much the same score."""
    result = score(set_of(tmp_path / "set", great_stone), later)
    scores = [park.benchmark for park in result.parks]
    assert max(scores) < 1.5 * min(scores)


def test_of_few_parks_nothing_is_told(great_stone, tmp_path):
    folder = set_of(tmp_path / "set", great_stone)
    path = written(tmp_path, "\n".join((HEAD, *(row_of(park, round(TRUTH[park])) for park in TEN[:3]))))
    result = score(folder, path)
    assert result.main.row("stack").low is None
    for lang, words in (("en", "Nothing can be told yet"), ("zh", "尚无法判断")):
        assert words in result.document(lang).headline
    bounds = written(
        tmp_path,
        "\n".join((HEAD, row_of(TEN[0], 15, bound="at-least"), row_of(TEN[1], -3, "profit", "2026", "M USD/yr"))),
    )
    result = score(folder, bounds)
    assert result.main is None
    assert [value.variable for value in result.values] == ["registered", "profit"]
    assert "none is an exact count" in result.document().headline


def test_what_may_be_negative_keeps_its_sign():
    assert league.scaled(np.array([-3.0, 0.0, 3.0]), "profit") == pytest.approx([-np.log(4), 0.0, np.log(4)])
    assert league.scaled(np.array([-3.0, 0.0, 3.0]), "jobs") == pytest.approx([0.0, 0.0, np.log(4)])


def test_the_interval_over_parks_is_that_of_a_mean():
    differences = np.random.default_rng(3).normal(1.0, 2.0, size=400)
    low, high = league.interval_of(differences)
    half = norm.ppf(0.95) * differences.std() / 20.0
    assert (low, high) == pytest.approx((differences.mean() - half, differences.mean() + half), abs=0.02)
    assert (low, high) == league.interval_of(differences)


def test_rows_that_cannot_be_scored_are_left_out_with_their_reasons(great_stone, tmp_path):
    folder = set_of(tmp_path / "set", great_stone)
    (folder / "park-3.json").unlink()
    rows = (
        row_of("park-0", 20),
        row_of("park-1", 20, day="2024-12-31"),
        row_of("kaesong", 20),
        row_of("park-3", 20),
        row_of("park-2", 20, "jobs", unit="persons"),
        row_of("park-2", 20, use="no"),
    )
    result = score(folder, written(tmp_path, "\n".join((HEAD, *rows))))
    assert [(row.line, row.reason) for row in result.left] == [
        (3, "known"), (4, "no_forecast"), (5, "damaged"), (6, "not_forecast"), (7, "unused"),
    ]  # fmt: skip
    for lang in ("en", "zh"):
        assert len(table(result.document(lang), "left").rows) == len(result.left)
    with pytest.raises(RunRefused, match=r"later\.csv:2, 2025-12-31, kaesong, Registered residents: the set holds no"):
        score(folder, written(tmp_path, "\n".join((HEAD, rows[2]))))


# --- what is read was written by anybody -----------------------------------------------------------------------------


def test_a_changed_file_is_told_and_not_scored(great_stone, later, tmp_path, capsys):
    folder = set_of(tmp_path / "set", great_stone)
    content = json.loads((folder / "park-4.json").read_text(encoding="utf-8"))
    content["forecast"]["registered"][4][20] += 1.0
    body = {name: value for name, value in content.items() if name != "identity"}
    resealed = {"identity": identity_of(body), **body}
    (folder / "park-4.json").write_text(json.dumps(resealed), encoding="utf-8")
    (folder / "park-5.json").unlink()
    (folder / "park-5.json").symlink_to(folder / "park-6.json")
    (folder / "park-7.json").unlink()
    with (folder / TABLE).open("a", encoding="utf-8") as file:
        file.write("more\n")
    result = score(folder, later)
    assert [(damage.file, damage.problem) for damage in result.damaged] == [
        ("park-4.json", "changed"), ("park-5.json", "changed"), ("park-7.json", "missing"), (TABLE, "changed"),
    ]  # fmt: skip
    assert not result.passed
    assert {park.park for park in result.parks} == set(TEN) - {"park-4", "park-5", "park-7"}
    for lang, words in (("en", "park-4.json (changed)"), ("zh", "park-4.json（被改动）")):
        assert words in str(result.document(lang).sections[0])
    code, out, _ = call(("score", folder, "--data", later, "--out", tmp_path / "out", "--no-report"), capsys)
    assert code == 1
    assert "Not as they were frozen" in out


def resealed(manifest, **changes):
    """Change a manifest as somebody would who knows how its hash is made."""
    body = {name: value for name, value in manifest.items() if name != "identity"} | changes
    return {"identity": hash_content(body), **body}


def test_a_manifest_that_is_none_or_was_changed_is_refused(great_stone, later, tmp_path):
    folder = set_of(tmp_path / "set", great_stone, parks=TEN[:2])
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    first = manifest["forecasts"][0]
    messages = {json.dumps({**manifest, "made_on": "2020-01-01"}): "modified after the set was frozen"}
    wrong = [
        {"forecasts": []},
        {"forecasts": [first, first]},
        {"forecasts": [{**first, "park": "../park-0"}]},
        {"forecasts": [{**first, "file": "../park-0.json"}]},
        {"forecasts": [{**first, "cut": "2040Q1"}]},
        {"forecasts": [{**first, "more": 1}]},
        {"until": "soon"},
        {"kind": "other"},
        {"left_out": [{"park": "a", "reason": "none"}]},
    ]
    unreadable = [json.dumps(resealed(manifest, **changes)) for changes in wrong]
    unreadable += ["", "[]", "null", "{}", "not json", "[" * 100_000, '{"kind": NaN}']
    messages |= dict.fromkeys(unreadable, "is not the manifest")
    for content, words in messages.items():
        (folder / MANIFEST).write_text(content, encoding="utf-8")
        with pytest.raises(ForecastRefused, match=words):
            score(folder, later)
    (folder / MANIFEST).unlink()
    with pytest.raises(NotFound, match="finishes one that was interrupted"):
        score(folder, later)


BAD = (
    (row_of("park-00", 20), 2, "park", "Write the name of its file"),
    (row_of("park-1", 20, "registred"), 3, "variable", "registered"),
    (row_of("park-1", -5), 4, "value", ""),
    (row_of("park-1", 20, day="2998"), 5, "date", "future"),
    (row_of("park-2", 20), None, "", ""),
    (row_of("park-2", 21), 7, "use", "Two values"),
    ("../park-1,2025,registered,1,,exact,companies,a,high,b,yes,score,", 8, "park", ""),
    (row_of("park-1", "1e999"), 9, "value", ""),
)


def test_faults_of_a_table_are_told_by_line_all_at_once(great_stone, tmp_path):
    folder = set_of(tmp_path / "set", great_stone)
    path = written(tmp_path, "\n".join((HEAD, *(row for row, *_ in BAD))))
    with pytest.raises(FaultsFound) as refused:
        score(folder, path)
    expected = {(line, key) for _, line, key, _ in BAD if line is not None}
    assert {(fault.line, fault.key) for fault in refused.value.faults} == expected
    sentences = {fault.line: fault.sentence() for fault in refused.value.faults}
    for _, line, _, words in BAD:
        assert words in sentences.get(line, "")
    for fault in refused.value.faults:
        assert fault.file == "later.csv"
        assert fault.cause("zh")
        assert fault.repair("zh")
    lacking = written(tmp_path, f"{HEAD.removeprefix('park,')}\n{row_of('', 20).removeprefix(',')}")
    with pytest.raises(FaultsFound, match=r"later\.csv:1: park: The column “park” is missing"):
        score(folder, lacking)
