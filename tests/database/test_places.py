"""Places: whose rows are whose where several folders and machines share a database."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from copark.store.database import open_ledger
from copark.store.database.opening import address_for, open_database
from copark.store.database.request_log import AskedStudy, RequestLog

STUDY = {"name": "toy"}


@pytest.fixture
def shared(postgres_url, monkeypatch):
    """A database of a server's, for whichever folder."""
    monkeypatch.setenv("COPARK_DATABASE_URL", postgres_url)


def place_of(folder):
    with closing(open_database(folder)) as database:
        return database.place


def begun(folder, name):
    with open_ledger(folder) as ledger:
        ledger.begin(name, STUDY, "x", 1)
        ledger.fail(name, "as meant")
        assert ledger.trouble is None


def names(folder):
    with open_ledger(folder) as ledger:
        return {one.identity for one in ledger.executions()}


def test_a_folder_is_known_by_its_word_wherever_it_is_reached(tmp_path, shared):
    """Another machine has another folder of the same path; a third reaches the first one by another path."""
    here = tmp_path / "out"
    begun(here, "aaaa")
    word = place_of(here)
    assert len(word) == 32
    here.rename(tmp_path / "elsewhere")
    assert names(here) == set(), "what lies under the old path now is another folder"
    assert place_of(here) != word
    assert place_of(tmp_path / "elsewhere") == word
    assert names(tmp_path / "elsewhere") == {"aaaa"}


def test_studies_asked_for_are_forgotten_by_their_count(tmp_path, either):
    """Numbers of rows have gaps: a row that is there already takes one, too."""
    with closing(open_database(tmp_path)) as database:
        book = RequestLog(database, most=3)
        for n in [0, 1, 2] * 4:
            book._recent.clear()
            book.remember(f"{n:04x}", AskedStudy("x", {"name": f"{n}"}))
            book.write()
        book._recent.clear()
        assert [book.find(f"{n:04x}") is not None for n in range(3)] == [True] * 3
        for n in range(3, 5):
            book.remember(f"{n:04x}", AskedStudy("x", {"name": f"{n}"}))
            book.write()
        book._recent.clear()
        assert [book.find(f"{n:04x}") is not None for n in range(5)] == [False, False, True, True, True]
        book.close()


def test_folders_of_one_database_do_not_see_each_other(tmp_path, shared):
    begun(tmp_path / "a", "aaaa")
    begun(tmp_path / "b", "bbbb")
    assert (names(tmp_path / "a"), names(tmp_path / "b")) == ({"aaaa"}, {"bbbb"})
    assert Path(address_for(tmp_path / "a").place) == (tmp_path / "a").resolve()
