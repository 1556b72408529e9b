"""Fixtures of both kinds of database, for tests anywhere."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from tests.database.server import Server, binaries


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A private server; without binaries of PostgreSQL its tests say so."""
    found = binaries()
    if found is None:
        pytest.skip("there is no PostgreSQL of at least 15 on this machine (Debian: apt-get install postgresql)")
    server = Server(found)
    yield server
    server.remove()


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """An empty database of the server's."""
    return postgres.new_database(f"t{secrets.token_hex(6)}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What holds with SQLite must hold with PostgreSQL."""
    if request.param == "postgresql":
        monkeypatch.setenv("COPARK_DATABASE_URL", request.getfixturevalue("postgres_url"))
    return str(request.param)
