"""A folder of one's own, and options that are put back."""

import pytest

import copark as cp


@pytest.fixture(autouse=True)
def session(tmp_path, monkeypatch):
    """A folder in which ``./out`` is, and options as a session begins with them."""
    monkeypatch.chdir(tmp_path)
    with cp.set_options(lang="en", out=None, threads=1, progress=False):
        yield
