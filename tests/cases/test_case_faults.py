"""Every fault is told with its file, its line, its key, its cause and its repair, in both languages."""

import re
import shutil
from collections import Counter

import pytest
from tests.cases.bad_cases import CASE, EQUITY, SERIES, SPOILINGS, Spoiling

from copark.cases.casebook import list_cases
from copark.cases.load import check_case, examine, load_case
from copark.cases.workbook_writing import content_of
from copark.errors import CaseFaults, NotFound


def codes(faults):
    return Counter(fault.code.removeprefix("cases.") for fault in faults)


def test_each_fault_is_told_and_not_many_times(miniature, subtests):
    """A mistake may have one plain consequence (a removed column leaves its name unknown), but no cascade."""
    for name, spoiling in SPOILINGS.items():
        with subtests.test(name):
            sound = (miniature / spoiling.file).read_bytes()
            line = spoiling.apply(miniature)
            faults = check_case(miniature)
            (miniature / spoiling.file).write_bytes(sound)
            assert len(faults) <= 2
            matching = [
                fault for fault in faults if fault.code == f"cases.{spoiling.code}" and fault.key == spoiling.key
            ]
            assert [(fault.file, fault.line) for fault in matching] == [(spoiling.file, line)], faults
            for lang in ("en", "zh"):
                sentence = matching[0].sentence(lang)
                assert sentence.startswith(f"{spoiling.file}:{line}: ")
                assert matching[0].cause(lang)
                assert matching[0].repair(lang)
                assert not re.search(r"\{[a-z_]+\}", sentence)


def test_all_faults_are_told_at_once_in_reading_order(miniature):
    names = (
        "unknown key", "bad country", "negative land", "unknown source", "unknown anchor", "unknown parameter",
        "read from nowhere", "equity does not sum to 100", "unknown scale", "non-numeric cell", "range upside down",
        "unknown stage", "negative population",
    )  # fmt: skip
    for name in names:
        SPOILINGS[name].apply(miniature)
    faults = check_case(miniature)
    assert codes(faults) == Counter(SPOILINGS[name].code for name in names)
    files = list(dict.fromkeys(fault.file for fault in faults))
    assert [files[0], files[1], files[-1]] == [CASE, EQUITY, "host_context.csv"]


def test_a_suggestion_is_given_for_a_misspelt_word(miniature):
    Spoiling("", SERIES, "registered,41", "registred,41").apply(miniature)
    (fault,) = check_case(miniature)
    assert (fault.repair("en"), fault.repair("zh")) == ("Write registered.", "请改为 registered。")


def test_what_contradicts_itself_is_told_once(miniature, subtests):
    """Tables, shocks, certificates and partners that are sound one by one and not together."""
    case, equity = ((miniature / name).read_text(encoding="utf-8") for name in (CASE, EQUITY))
    shock = case[case.index("  - key: pandemic") : case.index("renegotiations:")]
    partner = case[case.index("  - key: port") : case.index("anchors:\n")]
    ports = "".join(partner.replace("key: port", f"key: port{number}") for number in range(6))
    rumour = "rumour,2015-05,oblast,host,3001,registered capital,low,agency,no,\n"
    for code, name, text in (
        ("two_tables", EQUITY, equity.replace("entry,2015-05", "entry,2012-08-27")),
        ("no_used_table", EQUITY, equity.replace(",yes,", ",no,why")),
        ("starts_late", EQUITY, equity.replace("founding,2012-08-27", "founding,2013")),
        ("equity_over", EQUITY, equity + rumour),
        ("overlap", CASE, case.replace(shock, shock + shock.replace("2020Q1", "2021Q2"))),
        ("duplicate", CASE, case.replace("anchors: [hub]", "anchors: [hub, hub]", 1)),
        ("too_long", CASE, case.replace(partner, ports)),
    ):
        with subtests.test(code):
            sound = (miniature / name).read_bytes()
            (miniature / name).write_text(text, encoding="utf-8")
            assert codes(check_case(miniature)) == {code: 1}
            (miniature / name).write_bytes(sound)


def test_many_faults_are_counted_not_printed_without_end(miniature):
    row = "2018,registered,x,,exact,companies,stock,high,gazette,yes,fit,\n"
    path = miniature / SERIES
    path.write_text(path.read_text(encoding="utf-8") + row * 700, encoding="utf-8")
    faults = check_case(miniature)
    assert len(faults) == 501
    assert faults[-1].code == "cases.more_faults"
    assert faults[-1].sentence("zh").startswith("series.csv: 至少还有 ")


def test_load_of_an_unknown_name():
    with pytest.raises(NotFound, match="no-such-park"):
        load_case("no-such-park")


def test_an_unknown_name_is_told_which_park_may_be_meant():
    for written in ("Dukem", "埃塞俄比亚东方工业园", "eiz-etiopia"):
        with pytest.raises(NotFound, match="Did you mean eiz-ethiopia"):
            load_case(written)
    for written, name in (
        ("蒂拉瓦", "thilawa"),
        ("莱基", "lekki"),
        ("毛里求斯晋菲园区", "jinfei"),
        ("西港特区", "sihanoukville"),
        ("某园区", ""),
    ):
        with pytest.raises(NotFound, match=f"Did you mean {name}" if name else "Choose one of"):
            load_case(written)
    with pytest.raises(NotFound, match=re.escape(" | ".join(list_cases()))):
        load_case("no-such-park")


def test_a_workbook_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(CaseFaults) as told:
        content_of(tmp_path / "missing.xlsx")
    assert codes(told.value.faults) == {"no_such_file": 1}


def test_which_files_may_be_missing_and_that_none_may_be_empty(miniature):
    for name in ("enterprises.csv", "host_context.csv"):
        (miniature / name).unlink()
    case, faults = examine(miniature)
    assert faults == []
    assert case is not None
    assert case.enterprises == ()
    for name, content in ((EQUITY, ""), (SERIES, "\n,,\n"), (CASE, "# only a comment\n"), (CASE, "")):
        (miniature / name).write_text(content)
        assert codes(check_case(miniature))["empty_file"] >= 1, name
    (miniature / EQUITY).unlink()
    (miniature / "sources.yaml").unlink()
    assert codes(check_case(miniature))["missing_file"] == 2


def test_a_misnamed_file_is_told_and_others_of_ones_own_are_not(miniature):
    shutil.move(miniature / "enterprises.csv", miniature / "enterprise.csv")
    for name in ("notes.md", ".hidden.csv", "picture.png"):
        (miniature / name).write_bytes(b"\x89PNG")
    (fault,) = check_case(miniature)
    assert fault.code == "cases.unknown_file"
    assert "enterprises.csv" in fault.repair("en")
