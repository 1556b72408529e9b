"""Tables of later observations: every fault with file, line, cause and repair; the same columns as a case's series."""

from __future__ import annotations

import pytest

from copark.errors import FaultsFound, NotFound
from copark.inference.forecast import read_later

HEAD = "date,variable,value,high,bound,unit,basis,grade,source,use,role,note\n"
GOOD = "2026-06-30,registered,170,,exact,companies,stock,high,belta-2026,yes,score,\n"


def write(tmp_path, content, name="later.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def test_a_sound_table_is_read(tmp_path) -> None:
    ((line, row),) = read_later(write(tmp_path, HEAD + GOOD))
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


def test_faults_say_where_what_and_how_to_mend(tmp_path, subtests: pytest.Subtests) -> None:
    for name, (content, line, word) in BAD.items():
        with subtests.test(name=name):
            with pytest.raises(FaultsFound) as found:
                read_later(write(tmp_path, content))
            fault = found.value.faults[0]
            assert (fault.file, fault.line) == ("later.csv", line)
            for lang in ("en", "zh"):
                assert fault.cause(lang)
                assert fault.repair(lang)
            assert word in found.value.faults[0].sentence()


def test_all_faults_come_at_once_in_reading_order(tmp_path) -> None:
    rows = GOOD.replace("170", "many") + GOOD.replace("companies", "ha").replace("06-30", "09-30")
    with pytest.raises(FaultsFound) as found:
        read_later(write(tmp_path, HEAD + rows))
    assert [one.line for one in found.value.faults] == [2, 3]


def test_a_missing_file_a_folder_and_a_link_are_refused(tmp_path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.csv"):
        read_later(tmp_path / "nowhere.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FaultsFound):
        read_later(tmp_path / "folder.csv")
    write(tmp_path, HEAD + GOOD)
    (tmp_path / "link.csv").symlink_to(tmp_path / "later.csv")
    with pytest.raises(FaultsFound):
        read_later(tmp_path / "link.csv")
