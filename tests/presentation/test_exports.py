"""Exports give other programs the numbers as they are stored, and never a formula to run."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from copark import export_casebook
from copark.cases import load_case
from copark.model.variables import SUBMODELS
from copark.presentation.run_export import PlainTable, export_run, safe, write_csv, write_workbook
from copark.simulation.ensemble import Runs, ScenarioRuns
from copark.simulation.outcomes import NOT_OK
from copark.simulation.results import MEANINGS, STATUS, Label, assemble
from copark.simulation.study import baseline
from copark.simulation.trust import Trust
from copark.store.errors import ExportRefused
from copark.store.runs import RunStore
from tests.packaging.checkers import checker
from tests.unit.ensembles import ensemble

IDENTITY = "0123456789abcdef"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    found = RunStore(tmp_path_factory.mktemp("runs"))
    dataset = ensemble(12)
    dataset = dataset.assign_coords(scenario=["=HYPERLINK(1)", "without-operator"])
    found.save(dataset)
    return found


def table(*rows, head="run"):
    return PlainTable("draws", [head], iter(rows), len(rows))


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_netcdf_holds_the_same_bits_names_units_and_provenance(store, tmp_path):
    path = export_run(store, IDENTITY, "netcdf", tmp_path / "run.nc")
    stored = store.load(IDENTITY).load()
    with xr.open_dataset(path, engine="h5netcdf") as found:
        named = found.swap_dims(scenario_index="scenario", parameter_index="parameter")
        for name in stored.data_vars:
            assert named[name].dims == stored[name].dims
            assert named[name].values.tobytes() == stored[name].values.tobytes()
        for name in ("scenario", "run", "label", "parameter"):
            assert list(named[name].values) == list(stored[name].values)
        assert found["cash"].attrs["units_en"] == "M USD"
        assert found["cash"].attrs["units_zh"] == "百万美元"
        assert found["cash"].attrs["title_zh"] == "现金"
        assert found["outcome"].attrs["title_zh"].endswith("结局")
        assert json.loads(found.attrs["provenance"])["seed"] == 1
        np.testing.assert_array_equal(found["quarter"].values, stored["quarter"].values)


WORD = re.compile(r"[A-Za-z0-9_.+@-]+")
"""What CF lets a meaning be made of (§3.5)."""


def of_the_model(*, early=False):
    """Two runs as the model gives them, one of which broke off; ``early``: with flags as first stored."""
    study = baseline("great-stone").model_copy(update={"keep": ("operating", "cash")})
    names, status = ("operating", "cash"), np.array([[0, 0, 0], [1, 5, 3]])
    out = np.zeros((2, len(names), 80))
    out[:, 0] = 60.0
    runs = Runs(
        (ScenarioRuns(names, out, status, np.array([3, -1], np.int8)),), {"hurdle": np.ones(2)}, 0, out[np.newaxis]
    )
    label = Label(IDENTITY, json.dumps({"created": "2026-11-27"}), Trust.without("great-stone", "defaults"))
    made = assemble(study, load_case("great-stone"), label, runs)
    if early:
        made["status"].attrs = {"flag_values": [0, 1, 2, 3], "flag_meanings": "; ".join(STATUS)}
        made["status_room"].attrs = {"flag_meanings": "; ".join(SUBMODELS)}
        made["outcome"].attrs = {"flag_values": [0, 1, 2, 3], "flag_meanings": "; ".join(MEANINGS)}
    return made


@pytest.mark.parametrize("early", [False, True])
def test_netcdf_says_what_cf_wants(tmp_path, early):
    """What exports broke: §2.2 types, §2.6 attributes, §3.1 units, §3.5 flags, §5 numbers as coordinates."""
    store = RunStore(tmp_path / "runs")
    store.save(of_the_model(early=early))
    path = export_run(store, IDENTITY, "netcdf", tmp_path / "run.nc")
    with h5py.File(path) as file:
        assert file.attrs["Conventions"] == "CF-1.8"
        assert all(file.attrs[name] for name in ("title", "history"))
        found = {name: dict(one.attrs) | {"dtype": one.dtype} for name, one in file.items()}
    assert not [name for name, said in found.items() if said["dtype"] == np.int64]
    assert {said.get("units", "1") for said in found.values()} == {"1", "1e6", "days since 1970-01-01"}
    words = {}
    for name in ("status", "status_room", "outcome"):
        words[name] = found[name]["flag_meanings"].split(" ")
        assert all(WORD.fullmatch(word) for word in words[name])
        assert found[name]["flag_values"].dtype == found[name]["dtype"]
        assert len(found[name]["flag_values"]) == len(words[name])
    assert words["status"] == ["ok", "not_finite", "out_of_range", "too_many_enterprises"]
    assert words["outcome"][-4:] == list(MEANINGS)
    assert early or found["outcome"]["flag_values"][0] == NOT_OK
    assert {"scenario_index", "parameter_index"} <= set(found), "names are labels along a dimension, not its coordinate"


@pytest.mark.long
def test_a_public_checker_finds_nothing_against_cf(tmp_path):
    store = RunStore(tmp_path / "runs")
    store.save(of_the_model())
    path = export_run(store, IDENTITY, "netcdf", tmp_path / "run.nc")
    command = [checker("compliance-checker"), "--test", "cf:1.8", "--criteria", "strict", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert "All tests passed!" in done.stdout, done.stdout
    assert "exceptions occurred" not in done.stderr


def test_a_tidy_csv_has_a_row_for_each_scenario_run_and_quarter(store, tmp_path):
    path = export_run(store, IDENTITY, "csv", tmp_path / "run.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # without the mark Excel shows Chinese as noise
    header, *rows = read_csv(path)
    assert header == ["scenario", "run", "quarter", "registered", "cash"]
    assert len(rows) == 2 * 12 * 8
    stored = store.load(IDENTITY)
    row = rows[12 * 8 + 5 * 8 + 2]
    assert row[:3] == ["without-operator", "5", "2013Q1"]
    assert float(row[4]) == stored["cash"].values[1, 5, 2]
    failed = rows[12 * 8 + 3 * 8]
    assert failed[3:] == ["", ""]
    assert {row[0] for row in rows} == {"'=HYPERLINK(1)", "without-operator"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_folder_of_csv_holds_everything(store, tmp_path, lang):
    folder = export_run(store, IDENTITY, "csv", tmp_path / "all", lang=lang)
    assert {path.name for path in folder.iterdir()} == {
        "paths.csv",
        "summary.csv",
        "outcomes.csv",
        "draws.csv",
        "variables.csv",
        "provenance.csv",
        "provenance.json",
    }
    header, *rows = read_csv(folder / "summary.csv")
    assert len(rows) == 2 * 2 * 8
    assert header[0] == {"en": "scenario", "zh": "情景"}[lang]
    assert rows[0][2] == {"en": "Registered companies", "zh": "注册企业数"}[lang]
    header, *rows = read_csv(folder / "draws.csv")
    assert header[-1] == "'=danger"
    assert len(rows) == 12
    shares = [float(row[3]) for row in read_csv(folder / "outcomes.csv")[1:]]
    assert sum(shares) == pytest.approx(2.0)
    assert json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["numba"] == "0.68.0"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_workbook_has_its_sheets_and_no_formula(store, tmp_path, lang):
    path = export_run(store, IDENTITY, "xlsx", tmp_path / "run.xlsx", lang=lang)
    book = openpyxl.load_workbook(path)
    expected = {
        "en": ["Summary", "Outcomes", "Parameter draws", "Variables", "Provenance"],
        "zh": ["汇总", "结局", "参数抽样", "变量", "生成信息"],
    }
    assert book.sheetnames == expected[lang]
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    summary = book.worksheets[0]
    assert summary.freeze_panes == "A2"
    assert summary.cell(2, 1).value == "=HYPERLINK(1)"
    stored = store.load(IDENTITY)
    assert summary.cell(2, 6).value == pytest.approx(float(stored["registered"].values[0, :, 0].mean()))
    entries = {row[0].value: row[1].value for row in book.worksheets[-1].iter_rows(min_row=2)}
    assert entries["identity"] == IDENTITY
    assert entries["study.name"] == "made-up"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_file_of_stata_has_labels_in_the_readers_language_and_the_same_bytes_twice(store, tmp_path, lang):
    path = export_run(store, IDENTITY, "dta", tmp_path / "run.dta", lang=lang)
    assert path.read_bytes() == export_run(store, IDENTITY, "dta", tmp_path / "again.dta", lang=lang).read_bytes()
    with pd.read_stata(path, iterator=True) as found:
        titles, words = found.variable_labels(), found.value_labels()
        assert b"<release>118</release>" in path.read_bytes()[:100]
        assert IDENTITY in found.data_label
    assert all(titles.values())
    assert titles["cash"] == {"en": "Cash (M USD)", "zh": "现金（百万美元）"}[lang]
    assert titles["outcome"] == {"en": "outcome", "zh": "结局"}[lang]
    assert words["outcome"][4] == {"en": "not finished", "zh": "未完成"}[lang]
    table = pd.read_stata(path, convert_categoricals=False)
    assert len(table) == 2 * 12 * 8
    assert table["quarter"].dt.to_period("Q").astype(str).unique().tolist()[:2] == ["2012Q3", "2012Q4"]
    row = table[(table["scenario_key"] == "without-operator") & (table["run"] == 5)].iloc[2]
    assert row["cash"] == store.load(IDENTITY)["cash"].values[1, 5, 2]
    failed = table[(table["scenario"] == 1) & (table["run"] == 3)]
    assert failed["cash"].isna().all()
    assert set(failed["outcome_key"]) == {"none"}
    folder = export_run(store, IDENTITY, "dta", tmp_path / "all", lang=lang)
    assert {path.name for path in folder.iterdir()} == {
        *(f"{name}.dta" for name in ("paths", "summary", "outcomes", "draws")), "provenance.json",
    }  # fmt: skip
    assert {"en": "M USD", "zh": "百万美元"}[lang] in set(pd.read_stata(folder / "summary.dta")["unit"])
    assert pd.read_stata(folder / "outcomes.dta")["share"].sum() == pytest.approx(2.0)
    assert all(len(name) <= 32 for path in folder.glob("*.dta") for name in pd.read_stata(path).columns)


def test_nothing_is_replaced_unasked(store, tmp_path):
    path = export_run(store, IDENTITY, "dta", tmp_path / "run.dta")
    with pytest.raises(ExportRefused, match="already taken"):
        export_run(store, IDENTITY, "dta", path, replace=False)
    folder = export_run(store, IDENTITY, "csv", tmp_path / "all")
    export_run(store, IDENTITY, "csv", folder)
    (folder / "mine.txt").write_text("", encoding="utf-8")
    with pytest.raises(ExportRefused, match="already taken"):
        export_run(store, IDENTITY, "csv", folder)


@pytest.mark.long
def test_a_file_of_parquet_has_titles_in_both_languages(store, tmp_path):
    """Written by a Python that has pyarrow among its packages, which is that of the public checkers."""
    (place,) = Path(checker("python")).parents[1].glob("lib/python*/site-packages/pyarrow")
    (tmp_path / "pyarrow").symlink_to(place)
    script = (
        "import sys; from pathlib import Path; from copark.presentation.run_export import export_run;"
        "from copark.store.runs import RunStore; from pyarrow import parquet;"
        f"store = RunStore(Path({str(store.root)!r}));"
        f"found = [export_run(store, {IDENTITY!r}, 'parquet', Path(name)) for name in ('a.parquet', 'b.parquet')];"
        "table = parquet.read_table('a.parquet'); assert found[0].read_bytes() == found[1].read_bytes();"
        "assert table.num_rows == 192; said = table.schema.field('cash').metadata;"
        "assert said[b'title_en'] == b'Cash (M USD)' and said[b'title_zh'].decode() == '\u73b0\u91d1（百万美元）';"
        "assert b'identity' in table.schema.metadata"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(tmp_path)])}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


RECIPES = Path(__file__).parents[2] / "docs/how-to"
R_CODE = re.compile(r"```r\n(.*?)```", re.DOTALL)
R_CHECK = """
options(warn = 2)
{recipe}
stopifnot(nrow(operating) > 50, nrow(observations) == {observations}, inherits(observations$last_day, "Date"))
stopifnot(nrow(paths) == 160, all(paths$when %in% seq(1990, 2100, 0.25)))
said <- c(attr(paths$cash, "label"), attr(paths, "label"), levels(as_factor(paths$outcome)))
writeLines(enc2utf8(said), "said.txt", useBytes = TRUE)
"""


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_lines_for_r_do_what_is_printed_and_read_the_labels_of_the_language(lang, tmp_path):
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not on this machine")
    recipe = "".join(R_CODE.findall((RECIPES / f"r-stata-excel.{lang}.md").read_text(encoding="utf-8")))
    packages = sorted(set(re.findall(r"library\((\w+)\)", recipe)))
    asked = "".join(f"if (!requireNamespace('{name}', quietly = TRUE)) cat('{name} ')\n" for name in packages)
    missing = subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True, check=True).stdout
    if missing:
        pytest.skip(f"R is without {missing.strip()}")
    folder = export_casebook(tmp_path / "casebook")
    store = RunStore(tmp_path / "runs")
    store.save(of_the_model())
    export_run(store, IDENTITY, "dta", tmp_path / "tables", lang=lang)
    observations = len(read_csv(folder / "data/observations.csv")) - 1
    script = tmp_path / "recipe.R"
    script.write_text(R_CHECK.format(recipe=recipe, observations=observations), encoding="utf-8")
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["Rscript", "--no-init-file", script.name], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    cash, file, *outcomes = (tmp_path / "said.txt").read_text(encoding="utf-8").splitlines()
    assert cash == {"en": "Developer's cash (M USD)", "zh": "开发公司现金（百万美元）"}[lang]
    assert IDENTITY in file
    assert {"en": "self-standing", "zh": "自立"}[lang] in outcomes
    assert {"en": "not finished", "zh": "未完成"}[lang] in outcomes


RUN = ("=", "+", "-", "@", "\t", "\r", "\n")


@given(st.text(max_size=8))
def test_no_text_in_a_csv_begins_like_a_formula(rest):
    for value in (rest, *(f"{mark}{rest}" for mark in RUN)):
        found = safe(value)
        assert not found.startswith(RUN)
        assert found in (value, f"'{value}")


def test_numbers_below_zero_stay_numbers():
    assert safe(-5) == -5
    assert safe(-0.5) == -0.5


def test_a_table_too_long_for_excel_is_refused_with_another_way(tmp_path):
    long = PlainTable("draws", ["run"], iter([]), 1_048_576)
    with pytest.raises(ExportRefused, match=r"1,048,577 rows.*1,048,576.*csv or netcdf"):
        write_workbook([long], tmp_path / "long.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_control_characters_and_endless_texts_do_not_break_a_workbook(tmp_path):
    path = write_workbook([table(["a\x07b"], ["z" * 40_000], head="x\x00y")], tmp_path / "odd.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [sheet.cell(row, 1).value for row in (1, 2)] == ["xy", "ab"]
    assert len(str(sheet.cell(3, 1).value)) == 32_767
    assert str(sheet.cell(3, 1).value).endswith("…")


def test_an_export_that_fails_leaves_no_file(tmp_path):
    def rows():
        yield [1]
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        write_csv(PlainTable("draws", ["run"], rows(), 2), tmp_path / "half.csv")
    assert list(tmp_path.iterdir()) == []
