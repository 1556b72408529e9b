"""The commands ``qca`` and ``coupling``: JSON, tables, warnings and faults, in both languages."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len

import copark.cli.set_methods  # noqa: F401 - adds its commands to the application
from copark.cli import main
from tests.methods.shared import ORACLE, beside, differences, oracle

PARKS = "case,A,B,Y,W\na,0.9,0.2,0.8,3\nb,0.8,0.9,0.9,5\nc,0.1,0.3,0.2,1\nd,0.2,0.8,0.1,2\ne,0.5,0.7,0.6,4\n"
COMMANDS = ("qca",)


@pytest.fixture
def parks(tmp_path):
    path = tmp_path / "parks.csv"
    path.write_text(PARKS, encoding="utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    for name in ("COPARK_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "COPARK_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def call(arguments, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    found = capsys.readouterr()
    return leaving.value.code, found.out, found.err


def asked(parks, method):
    return {
        "qca": ["qca", parks, "--outcome", "Y", "--conditions", "A,B", "--dir-exp", "1,-"],
    }[method]


def test_help_fits_eighty_columns_and_leaves_no_key(capsys, subtests):
    for name in COMMANDS:
        for lang in ["en", "zh"]:
            with subtests.test(name=name, lang=lang):
                code, out, _ = call([name, "--lang", lang, "--help"], capsys)
                assert code == 0
                assert all(cell_len(line) <= 80 for line in out.splitlines())
                assert "set_methods." not in out
                assert "…" not in out


@pytest.mark.parametrize("method", COMMANDS)
def test_json_is_json_and_nothing_else(parks, method, capsys):
    code, out, _ = call([*asked(parks, method), "--json"], capsys)
    assert code == 0
    assert json.loads(out)["id"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("method", COMMANDS)
def test_the_screen_shows_tables(parks, method, lang, capsys):
    code, out, _ = call([*asked(parks, method), "--lang", lang], capsys)
    assert code == 0
    assert "set_methods" not in out
    assert all(cell_len(line) <= 80 for line in out.splitlines())
    assert {"qca": "A"}[method] in out


@beside
@pytest.mark.parametrize("name", ["LF_SURV_08_n2", "LF_notSURV_08"])
def test_the_command_agrees_with_published_files(name, capsys):
    files = oracle(f"qca_{name}")
    arguments = [
        "qca", str(ORACLE / f"data_{files['dataset']}.csv"), "--outcome", files["outcome"].removeprefix("~"),
        "--conditions", ",".join(files["conditions"]), "--incl-cut", str(files["incl_cut"]), "--n-cut",
        str(files["n_cut"]), "--pri-cut", str(files["pri_cut"]),
        "--dir-exp", ",".join(files["intermediate"]["dir_exp"]),
        "--json", *(["--negate"] if files["outcome"].startswith("~") else []),
    ]  # fmt: skip
    code, out, _ = call(arguments, capsys)
    found = json.loads(out)
    assert code == 0
    for key in ("outcome", "truth_table", "SA", "necessity", "sufficiency"):
        assert not differences(found[key], files[key])
    for key in ("complex", "parsimonious"):
        assert not differences(found[key]["solutions"], files[key]["solutions"])


def test_negate_and_a_tilde_are_the_same(parks, capsys):
    first = json.loads(call([*asked(parks, "qca"), "--negate", "--json"], capsys)[1])
    again = ["qca", parks, "--outcome", "~Y", "--conditions", "A,B", "--dir-exp", "1,-", "--json"]
    assert json.loads(call(again, capsys)[1]) == first
    assert first["outcome"] == "~Y"


def test_a_crossover_case_is_warned_of_loudly_even_with_json(parks, capsys):
    code, out, err = call([*asked(parks, "qca"), "--json"], capsys)
    assert code == 0
    assert "LEFT OUT OF EVERY ROW" in err
    assert json.loads(out)["crossover"] == ["e"]
    assert "未计入任何一行" in call([*asked(parks, "qca"), "--lang", "zh"], capsys)[2]


def test_calibration_on_the_way(parks, capsys):
    arguments = ["qca", parks, "--outcome", "Y", "--conditions", "W", "--calibrate", "W=1,2.5,5", "--json"]
    found = json.loads(call(arguments, capsys)[1])
    assert found["n_cases"] == 5
    code, _, err = call(["qca", parks, "--outcome", "Y", "--conditions", "W"], capsys)
    assert code == 1
    assert "--calibrate" in err
    assert "parks.csv:2: W" in err


def test_faults_of_options_and_table_come_together(parks, capsys):
    arguments = ["qca", parks, "--outcome", "Z", "--conditions", "A,A,Q", "--incl-cut", "3", "--dir-exp", "1,x"]
    code, out, err = call(arguments, capsys)
    assert (code, out) == (1, "")
    for words in ("--dir-exp", "named twice", "not between 0 and 1", "no column “Z”", "no column “Q”"):
        assert words in err
    assert "Traceback" not in err
    _, _, err = call([*arguments, "--lang", "zh"], capsys)
    assert "没有“Z”列" in err


WRONG_OPTIONS = [
    (["nca", "T", "--x", "A", "--y", "Y", "--scope", "0,1"], "four limits"),
    (["power", "--weights", "1,x", "--quota", "1"], "not a number"),
    (["power", "--weights", "1,2", "--quota", "9"], "not within reach"),
    (["power", "--weights", "1,2", "--quota", "2", "--voters", "a"], "1 names for 2 weights"),
    (["qca", "nowhere.csv", "--outcome", "Y", "--conditions", "A"], "no such file"),
    (["qca", "T", "--outcome", "Y", "--conditions", "A", "--idm", "2"], "--idm"),
]


def test_wrong_options_are_told_in_words(parks, capsys, subtests):
    for arguments, words in WRONG_OPTIONS:
        with subtests.test(arguments=arguments, words=words):
            given = [parks if one == "T" else one for one in arguments]
            code, out, err = call(given, capsys)
            assert (code, out) == (1, "")
            assert words in err
            assert "Repair" in err


def test_out_writes_a_page_and_says_where(parks, tmp_path, capsys):
    target = tmp_path / "made"
    code, out, _ = call([*asked(parks, "qca"), "--out", str(target)], capsys)
    assert code == 0
    assert (target / "qca-en.html").is_file()
    assert "qca-en.html" in out


def test_the_casebooks_own_scores_have_a_name(capsys, tmp_path, monkeypatch):
    """``parks`` is the table of 39 cases of the casebook, of which 36 are complete; a file of that name comes first."""
    monkeypatch.chdir(tmp_path)
    asked = ["--outcome", "OUTCOME", "--conditions", "GOV,EQUITY,NETWORK", "--drop-missing", "--json"]
    code, out, _ = call(["qca", "parks", *asked], capsys)
    assert code == 0
    assert "36" in out
    (tmp_path / "parks").write_text(PARKS, encoding="utf-8")
    code, _, err = call(["qca", "parks", *asked], capsys)
    assert code != 0
    assert err
