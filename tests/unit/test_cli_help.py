"""Help and usage errors speak the reader's language and fit 80 columns."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len
from tests.asked import call

from copark.cli.help import language

COMMANDS = (
    "run", "check", "new", "list", "show", "export", "verify", "schema", "runs",
    "claims", "compare", "counterfactual", "sensitivity", "ablate", "link-impact", "levers", "plan",
    "calibrate", "validate", "forecast", "score", "pool", "stack", "typology", "suzhou",
    "parks", "qca", "nca", "coupling", "power", "workspace", "serve", "database", "completion", "settings",
)  # fmt: skip


pytestmark = pytest.mark.usefixtures("eighty_columns")

NAMED = [
    ([], {}, "en"),
    ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
    ([], {"LANG": "C.UTF-8"}, "en"),
    ([], {"LANG": "de_DE.UTF-8"}, "en"),
    ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
    ([], {"LANG": "zh_CN.UTF-8", "COPARK_LANG": "en"}, "en"),
    (["run", "x", "--lang", "zh"], {"COPARK_LANG": "en"}, "zh"),
    (["--lang=en", "run"], {"LANG": "zh_CN.UTF-8"}, "en"),
    (["--lang"], {}, "en"),
    (["--", "--lang", "zh"], {}, "en"),
]


def test_the_language_is_the_nearest_that_was_named(subtests: pytest.Subtests) -> None:
    for arguments, environment, expected in NAMED:
        with subtests.test(arguments=arguments, environment=environment, expected=expected):
            assert language(arguments, environment) == expected


def test_help_names_every_command_fits_eighty_columns_and_leaves_no_key(
    capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests
) -> None:
    lines = [line.split()[0] for line in call(["--help"], capsys)[1].splitlines() if re.match("  [^ ]", line)]
    assert tuple(line for line in lines if line in COMMANDS) == COMMANDS
    for lang, usage in (("en", "Usage: copark"), ("zh", "用法：copark")):
        for name in ([], *([name] for name in COMMANDS)):
            with subtests.test(lang=lang, name=name):
                code, out, err = call([*name, "--lang", lang, "--help"], capsys)
                assert (code, err) == (0, "")
                assert all(cell_len(line) <= 80 for line in out.splitlines())
                assert "cli." not in out
                assert "…" not in out
                assert out.startswith(usage)


WRONG = [
    (["fly"], "Unknown command fly", "没有命令 fly"),
    (["runn"], "Did you mean: run?", "是否要用：run？"),
    (["run"], "NAME|PATH is missing", "缺少 NAME|PATH"),
    (["export", "abcd"], "--to is missing", "缺少 --to"),
    (["run", "x", "--rums", "3"], "Did you mean --runs?", "是否要用 --runs？"),
    (["brief", "thilawa", "--fromat", "html"], "Did you mean --format?", "是否要用 --format？"),
    (["levers", "lekki", "--since", "now"], "Did you mean --from?", "是否要用 --from？"),
    (["forecast", "lekki", "--xyzzy"], "Unknown option --xyzzy. See", "没有选项 --xyzzy。"),
    (["run", "x", "--runs", "0"], "integer from 1 to 100000000", "1 到"),
    (["run", "x", "--runs", "many"], "integer from 1 to 100000000", "1 到"),
    (["run", "x", "--runs"], "integer ≥ 1", "不小于 1"),
    (["run", "x", "--runs", "100000001"], "integer from 1 to 100000000", "1 到 100000000"),
    (["run", "x", "--seed", "-1"], "integer from 0", "0 到"),
    (["run", "x", "--lang", "fr"], "one of en | zh", ""),
    (["export", "abcd", "--format", "pdf", "--to", "x"], "parquet, dta or xlsx", "parquet、dta 或 xlsx"),
    (["parks", "--status", "well"], "one of thriving | surviving | stalled | failed", "应为下列之一：thriving"),
    (["check", "one", "two"], "Unexpected argument: two", "多余的参数：two"),
    (["--lang", "xx"], "one of en | zh", ""),
]


def test_a_quarter_that_is_written_otherwise_is_told_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, quarter in (
        (["forecast", "lekki", "--to", "2030-12"], "2030Q4"),
        (["run", "jinfei", "--now", "2027"], "2027Q4"),
        (["calibrate", "vsip", "--cut", "2020年第二季度"], "2020Q2"),
        (["link-impact", "thilawa", "--from", "soon"], "2030Q4"),
    ):
        for lang, words in (("en", "is not a quarter. Write it as"), ("zh", "不是季度。请写成")):
            code, _, err = call([*arguments, "--lang", lang], capsys)
            assert (code, f"{words} `{quarter}`" in err) == (2, True), err


def test_wrong_usage_is_told_in_one_line_with_code_two(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    for arguments, english, chinese in WRONG:
        for lang, words in (("en", english), ("zh", chinese)):
            with subtests.test(arguments=arguments, lang=lang):
                monkeypatch.setenv("COPARK_LANG", lang)
                code, out, err = call(arguments, capsys)
                assert (code, out, err.count("\n")) == (2, "", 1)
                assert words in err
                assert "--help`" in err


def test_the_short_help_fits_a_screen_and_the_long_one_ends_with_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    for lang, examples, codes in (("en", "Examples", "Exit codes: 0 done; 1 "), ("zh", "示例", "退出码：0 完成；1 ")):
        for name in ([], ["levers"], ["workspace"], ["workspace", "pack"]):
            code, short, err = call([*name, "-h", "--lang", lang], capsys)
            assert (code, err) == (0, "")
            assert examples in short
            assert "--out" not in short or "  --out  " in short, "options are named and not told"
            lines = short.splitlines()
            assert len(lines) <= (24 if name else 60)
            assert all(cell_len(line) <= 80 for line in lines)
        assert codes in call(["--help", "--lang", lang], capsys)[1]
