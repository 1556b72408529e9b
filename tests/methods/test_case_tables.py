"""Tables from anyone's hand: what is read, and what each fault says, all at once, in both languages."""

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from copark.analyses import case_table as options
from copark.cases import files
from copark.cases import user_tables as reading
from copark.cases.user_tables import read_case_table
from copark.errors import FaultsFound
from copark.setmethods.table import TableFaults


def written(tmp_path, content, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def faults_of(path, needed=("A", "B", "Y"), **how):
    with pytest.raises(TableFaults) as caught:
        read_case_table(path, needed, **how)
    return caught.value.faults


def codes(faults):
    return [fault.code.rpartition(".")[2] for fault in faults]


def test_where_the_labels_are(tmp_path):
    """By name, or the first column if it is not used and not numeric, or as asked; else numbers."""
    for header, label, expected in (
        ("案例,A,Y", None, "p"), ("park,A,Y", None, "p"), ("whatever,A,Y", None, "p"), (",A,Y", None, "p"),
        ("Y,A,name", None, "1"), ("A,Y,other", None, "1"), ("A,Y,other", "other", "1"),
    ):  # fmt: skip
        first = "p" if expected == "p" else "0.5"
        table = read_case_table(written(tmp_path, f"{header}\n{first},0.5,1\n"), ["A", "Y"], label=label)
        assert table.cases == (expected,), header


def test_workbooks_are_read_like_csv(tmp_path):
    book = Workbook()
    for row in (["case", "A", "B", "Y"], ["one", 0.2, 1, 0.9], ["two", 0.5, 0, "0.1"], [], ["three", 1, 1, 0]):
        book.active.append(row)
    book.create_sheet("second").append(["nothing"])
    book.save(tmp_path / "table.xlsx")
    table = read_case_table(tmp_path / "table.xlsx", ["A", "B", "Y"])
    assert table.cases == ("one", "two", "three")
    assert table.values["Y"].tolist() == [0.9, 0.1, 0.0]


def test_all_faults_come_at_once_with_line_cause_and_repair(tmp_path):
    content = "case,A,B,Y\none,high,0.5,2\none,0.5,,0.5\n,1_0,80%,inf\nfour,1,1,1,1\n"
    faults = faults_of(written(tmp_path, content), memberships=["A", "B", "Y"])
    assert [(fault.line, fault.key, code) for fault, code in zip(faults, codes(faults), strict=True)] == [
        (2, "A", "not_a_number"), (2, "Y", "not_a_membership"), (3, "case", "repeated_case"), (3, "B", "missing_value"),
        (4, "case", "no_label"), (4, "A", "not_a_number"), (4, "B", "not_a_number"), (4, "Y", "not_a_number"),
        (5, "", "cell_count"),
    ]  # fmt: skip
    assert all(fault.cause(lang) and fault.repair(lang) for fault in faults for lang in ("en", "zh"))
    assert "“80%”" in faults[6].cause("en")


def test_missing_columns_are_named_with_the_nearest(tmp_path):
    faults = faults_of(written(tmp_path, "case,Equity,GOV\nx,1,1\n"), ("EQUITY", "GOVV", "Y"))
    assert codes(faults) == ["missing_column"] * 3
    assert "Equity" in faults[0].repair("en")
    assert "GOV" in faults[1].repair("zh")


def test_files_that_are_none_or_too_much_are_refused(tmp_path, monkeypatch):
    assert codes(faults_of(tmp_path / "no.csv")) == ["no_file"]
    assert codes(faults_of(tmp_path)) == ["not_a_file"]
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    Workbook().save(tmp_path / "bomb.xlsx")
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    for name, content, code in (
        ("x.xlsx", b"PK\x03\x04 broken", "not_a_workbook"),
        ("x.xls", b"\xd0\xcf\x11\xe0", "old_workbook"),
        ("other.xlsx", (tmp_path / "other.xlsx").read_bytes(), "not_a_workbook"),
        ("large.csv", b"x" * 5_000_001, "too_large"),
        ("long.csv", "A,B,Y\n" + "1,1,1\n" * 9, "too_many_rows"),
        ("wide.csv", ",".join(f"c{number}" for number in range(501)) + "\n", "too_many_columns"),
    ):
        assert code in codes(faults_of(written(tmp_path, content, name))), name
    monkeypatch.setattr(files, "MOST_INSIDE", 100)
    assert codes(faults_of(tmp_path / "bomb.xlsx")) == ["workbook_too_large"]


def test_cases_with_missing_values_are_left_out_if_asked(tmp_path):
    content = "case,A,Y,other\none,1,1,\ntwo,,1,3\nthree,NA,,4\nfour,0,0,5\n"
    path = written(tmp_path, content)
    table = read_case_table(path, ["A", "Y"], drop_missing=True)
    assert table.cases == ("one", "four")
    assert table.left_out == (("two", ("A",)), ("three", ("A", "Y")))
    other = read_case_table(path, ["A", "Y", "other"], drop_missing=True, optional=["other"])
    assert other.cases == ("one", "four")
    assert np.isnan(other.values["other"][0])
    nothing = written(tmp_path, "case,A,Y\nx,,1\n")
    assert codes(faults_of(nothing, ("A", "Y"), drop_missing=True)) == ["no_complete_case"]


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda words: words.encode("utf-8", "replace")))
def test_any_bytes_give_a_table_or_faults_with_words(content):
    with tempfile.TemporaryDirectory() as folder:
        for name in ("x.csv", "x.xlsx"):
            sentences = ["read"]
            try:
                read_case_table(written(Path(folder), content, name), ["A"], drop_missing=True)
            except FaultsFound as error:
                sentences = [fault.sentence("zh") for fault in error.faults]
            assert sentences
            assert all(sentences)


def test_options_collect_their_faults():
    faults = []
    options.expectations("1,0,-,2,yes", faults)
    options.calibrations(["A=1,2,3", "B=3,1,2", "C", "A=1", "D=x,2,3", "E=crisp:1,2", "F=other:1,2,3"], faults, "ABDEF")
    options.scope("1,2,3", faults)
    options.ranges(["x=1", "y=a,b", "z=0,1"], faults)
    options.fractions("--weights", "1,1e3,x", faults)
    assert codes(faults) == [
        "bad_expectation", "bad_expectation", "bad_pair", "twice", "bad_anchors", "bad_number", "multi_value",
        "bad_anchors", "scope_count", "range_ends", "bad_number", "bad_number", "bad_number", "bad_number",
    ]  # fmt: skip
    assert all(fault.repair("zh") for fault in faults)
