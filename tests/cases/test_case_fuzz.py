"""Whatever a person's files hold, the answer is a case or faults: never another error."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.cases.bad_cases import CASE, EQUITY, PARAMETERS, SERIES, SOURCES
from tests.cases.conftest import MINIATURE

from copark.cases.case import Case
from copark.cases.check import examine
from copark.errors import Fault

FILES = (CASE, EQUITY, "events.csv", SERIES, SOURCES, "enterprises.csv", "host_context.csv")
ORIGINAL = {name: (MINIATURE / name).read_bytes() for name in FILES}
FRAGMENTS = [
    *(
        mark.encode()
        for mark in ("\n", "\r", "\t", "  ", ":", ": ", "- ", "? ", "[", "]", "{", "}", ",", ";", '"', "'")
    ),
    *(mark.encode() for mark in ("'", "#", "|", ">", "&a ", "*a", "!!int ", "!x ", "<<: ", "---\n", "...\n", "%", "@")),
    *(word.encode() for word in ("null", "~", "true", "no", ".nan", "-.inf", "1e999", "-1", "9" * 50, "0x10", "1_000")),
    *(
        word.encode()
        for word in ("2012-02-30", "0000", "中文", "٣", "\u2028", "judgement", "source: x\n", "=cmd|' /C'!A0")
    ),
    *(b"=cmd|' /C'!A0", b"`", b"\0", b"\x85", b"\xff", b"\xef\xbb\xbf"),
]

PATIENT = settings(derandomize=True, suppress_health_check=[HealthCheck.too_slow])
"""Each of them is few: thousands of mutated folders are in tests/hostile."""


def as_bytes(text):
    return text.encode("utf-8", "surrogatepass")


def check(changed):
    """Check the miniature with some files changed; the answer must be a case or faults that can be told."""
    folder = Path(tempfile.mkdtemp())
    try:
        for name, raw in (ORIGINAL | changed).items():
            (folder / name).write_bytes(raw)
        case, faults = examine(folder, PARAMETERS)
    finally:
        shutil.rmtree(folder)
    assert all(isinstance(fault, Fault) for fault in faults)
    assert isinstance(case, Case) is (not faults)
    for fault in faults:
        assert fault.sentence("en").isprintable()
        assert fault.sentence("zh").isprintable()
        assert fault.line is None or fault.line >= 1
    if case is not None:
        assert len(case.hash) == 64
    return case


def test_unchanged():
    assert check({}) is not None


@PATIENT
@given(name=st.sampled_from(FILES), raw=st.binary(max_size=400) | st.text(max_size=300).map(as_bytes))
@example(name=CASE, raw=b"")
@example(name=SERIES, raw=b"\xef\xbb\xbf")
def test_arbitrary_bytes_and_text(name, raw):
    check({name: raw})


@st.composite
def mutated(draw, raw):
    """The miniature's file with a few pieces cut, doubled, moved or put in."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.sampled_from([0, 0, 1, 2, 5, 20, 200])))
        piece = draw(st.sampled_from([*FRAGMENTS, raw[start:end] * 2, b""]))
        raw = raw[:start] + piece + raw[end:]
    return raw


@PATIENT
@given(data=st.data(), name=st.sampled_from(FILES))
def test_some_mutated_files(data, name):
    check({name: data.draw(mutated(ORIGINAL[name]))})


@pytest.mark.long
@PATIENT
@given(data=st.data())
def test_several_mutated_files(data):
    names = data.draw(st.lists(st.sampled_from(FILES), unique=True, min_size=2))
    check({name: data.draw(mutated(ORIGINAL[name])) for name in names})


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS | st.sampled_from(["2015", "2015Q1", "bp", "M USD"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["en", "key", "date", "source"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.long
@PATIENT
@given(data=st.data(), value=VALUES)
def test_any_value_anywhere_in_the_case_file(data, value):
    import yaml

    tree = yaml.safe_load(ORIGINAL[CASE])
    node, step = tree, data.draw(st.sampled_from(sorted(tree)))
    while isinstance(node[step], (dict, list)) and node[step] and data.draw(st.booleans()):
        node = node[step]
        step = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
    node[step] = value
    check({CASE: yaml.safe_dump(tree, allow_unicode=True).encode()})
