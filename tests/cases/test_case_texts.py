"""Every word of the casebook exists in both languages, and none is left unused."""

from __future__ import annotations

import ast
import string
from pathlib import Path

from copark import cases
from copark.cases import foreign_tables
from copark.cases.validation import _RENAMED
from copark.texts import entries

SAYING = {"fault", "wrong", "say", "Problem", "_refuse", "_harm", "_written"}
"""Functions that are given the code of a fault."""
ENTRIES = entries("cases")
FAULTS = sorted({name.rpartition(".")[0] for name in ENTRIES if name.endswith((".cause", ".repair"))})


def codes_in_source():
    """The codes that the package gives to what says faults, from its own source; foreign tables have other texts."""
    found = {*_RENAMED.values(), "invalid"}
    for path in set(Path(cases.__file__).parent.rglob("*.py")) - {Path(foreign_tables.__file__)}:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in SAYING:
                found |= {
                    constant.value
                    for argument in node.args[:2]
                    for constant in ast.walk(argument)
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
                }
    return found


def test_every_fault_has_its_texts():
    used = codes_in_source() & set(FAULTS)
    assert used == set(FAULTS), "texts that no fault uses"
    assert {f"{code}.{part}" for code in used for part in ("cause", "repair")} <= ENTRIES.keys()


def test_every_code_is_known():
    """Codes are told from the other words in those calls by their form."""
    names = {word for word in codes_in_source() if word.isidentifier() and "_" in word}
    columns = {"basis_points", "grace_years", "data_end"}
    assert names - columns <= set(FAULTS)


def fields(words):
    return sorted({field for _, field, _, _ in string.Formatter().parse(words) if field})


def test_both_languages_say_the_same(subtests):
    for name in ENTRIES:
        with subtests.test(name=name):
            entry = ENTRIES[name]
            assert set(entry) == {"en", "zh"}
            if not name.endswith(".repair"):
                assert fields(entry["en"]) == fields(entry["zh"])
            assert any("\u4e00" <= mark <= "\u9fff" for mark in entry["zh"])
            if not name.startswith(("variable.", "mechanism.", "can_act.")) and not name.endswith("no_header.repair"):
                assert entry["en"].endswith((".", "}"))
                assert entry["zh"].endswith(("。", "}"))
