"""What holds for every test: its own database, no deadline for an example, and what the fast tests leave unread."""

from __future__ import annotations

import gc
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hypothesis import settings

from copark.version import RELEASE_QUARTER

settings.register_profile("fast", deadline=None, max_examples=25)
settings.register_profile("thorough", deadline=None)

FAST = "not long and not documents"
DOCUMENTS = "documents and not long"
"""Tests of documents, texts and the shape of files, which `make check` runs."""
QUICK = (FAST, DOCUMENTS)
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
typer.main.get_command = cache(typer.main.get_command)  # every test of the command line would build all commands anew
typer.get_app_dir = lambda *_, **__: os.devnull  # settings of whoever runs the tests change none
ELSEWHERE = re.compile(r"^pytestmark = .*\bpytest\.mark\.(long|documents)\b", re.MULTILINE)
NAMED = {DOCUMENTS: "pytest.mark.documents", "long and alone": "pytest.mark.alone"}
"""What stands in every file that has a test of a kind."""


def pytest_configure(config: pytest.Config) -> None:
    """Look at parks from the quarter of the release; few examples in the fast tests, unless COPARK_EXAMPLES says so."""
    os.environ["COPARK_NOW"] = RELEASE_QUARTER
    settings.load_profile(os.environ.get("COPARK_EXAMPLES", "fast" if config.option.markexpr in QUICK else "thorough"))


def pytest_collection_finish() -> None:
    """What is imported stays: to look through it for garbage again and again took a quarter of the tests' time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One for all tests of a process, which may have but one Playwright."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as made:
        found = made.chromium.launch(executable_path=CHROMIUM, args=options)
        yield found
        found.close()


@pytest.fixture(autouse=True)
def embedded_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COPARK_DATABASE_URL", raising=False)


FEW_RUNS = 2
"""The largest ensemble that the tests make with compilation off, where a run takes a second or more."""


@pytest.fixture(scope="session", autouse=True)
def no_large_ensembles_uncompiled() -> Iterator[None]:
    """Skip what asks for an ensemble where compilation is off, as `make coverage` has it: it would take hours."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0"):
        yield
        return
    from copark.simulation.ensemble import Ensemble

    run = Ensemble._run_block

    def run_a_few(self: Ensemble, scenario: Any, *block: Any) -> Any:
        if len(scenario) > FEW_RUNS:
            pytest.skip(f"an ensemble of {len(scenario)} runs is left out with compilation off")
        return run(self, scenario, *block)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ensemble, "_run_block", run_a_few)
        yield


@cache
def to_be_made(names: tuple[str, ...]) -> str:
    """Analyses, of some that are named or of some parks, whose results are outdated or do not ship, with how many."""
    from copark.analyses import shipped

    count = Counter(one.name.split()[0] for one in shipped.shipped(names) if one.state != "listed")
    return ", ".join(f"{name} ({number})" for name, number in count.items())


@pytest.fixture(autouse=True)
def shipped_results(request: pytest.FixtureRequest) -> None:
    """Skip what asks for results that ship where they are outdated, and say which; at a release that is a failure."""
    mark = request.node.get_closest_marker("ships")
    stale = "" if mark is None else to_be_made(mark.args)
    if stale:
        words = f"to be made at the release (make release-results): {stale}"
        if os.environ.get("COPARK_RELEASE"):
            pytest.fail(words)
        pytest.skip(words)


@pytest.fixture(scope="session")
def great_stone() -> Any:
    """The park of the paper, as the casebook has it."""
    from copark.cases import load_case

    return load_case("great-stone")


@pytest.fixture
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A narrow screen, whose reader has said nothing of a language."""
    for name in ("COPARK_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "COPARK_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")


DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
    "5478da6368000000820081da45083b0000000049454e44ae426082"
)
"""A PNG of one point."""


def blank(_figure: object, kind: str, _title: str = "", identity: str = "", **_: object) -> bytes:
    """A drawing of nothing, by the run that made it."""
    if kind == "png":
        return DOT
    return f'<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"><desc>{identity}</desc></svg>'.encode()


@pytest.fixture(scope="session", autouse=True)
def draw(pytestconfig: pytest.Config) -> Iterator[Callable[[pytest.MonkeyPatch], None]]:
    """Figures of pages are SVG alone, and in the fast tests neither made nor drawn; give what has them drawn again.

    They take most of a page's time. Tests of the figures, and those that ask for ``drawn``, make and draw them.
    """
    from copark.presentation import figures as files

    render, styled = files.render, files.styled

    def draw(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(files, "render", render)
        patch.setattr(files, "styled", styled)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "FORMATS", ("svg",))
        if pytestconfig.option.markexpr in QUICK:
            patch.setattr(files, "render", blank)
            patch.setattr(files, "styled", lambda _make: lambda: None)
        yield draw


@pytest.fixture
def drawn(draw: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of pages and files are drawn, as SVG, PDF and PNG."""
    draw(monkeypatch)
    monkeypatch.setattr("copark.presentation.figures.FORMATS", ("svg", "pdf", "png"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Files without a test that is wanted are not even read: what they import takes seconds."""
    wanted = config.option.markexpr
    if wanted not in (FAST, *NAMED) or not collection_path.match("test_*.py"):
        return None
    content = collection_path.read_text(encoding="utf-8")
    return bool(ELSEWHERE.search(content) if wanted == FAST else NAMED[wanted] not in content) or None


FIRST = (
    "equations/test_uncompiled", "packaging/test_lowest_versions", "web/browser/",
    "known_answers/test_second_implementation", "golden/test_golden", "architecture/test_targets", "cluster/test_kills",
    "calibration/test_validating", "hostile/test_hostile_input", "calibration/test_killed",
    "database/test_jobs", "calibration/", "web/test_privacy", "analyses/test_shipped",
    "sensitivity/", "unit/test_workflows", "web/test_answers", "web/test_connections", "analyses/",
)  # fmt: skip
"""Files that take long: they come first, so that at the end no core waits for one."""


ALONE = ("test_second_implementation",)
"""Files whose tests share nothing and take minutes: whoever is free takes the next."""
SHARING = ("calibration", "claims", "sensitivity")
"""Folders whose fast tests share what is dear, so that one process has them all; else each file is by itself."""
ONE_SERVER = "browser"
"""Folder whose files share a server, its answers and a browser, and get in each other's way where two run at once."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = [f"tests/{name}" for name in FIRST]
    items.sort(
        key=lambda item: next((n for n, place in enumerate(places) if item.nodeid.startswith(place)), len(FIRST))
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand tests out by what they share (`--dist=loadgroup` of xdist 3.8 groups nothing with pytest 9.2)."""
    from xdist.scheduler import LoadScopeScheduling

    class Sharing(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = Path(nodeid.partition("::")[0])
            if file.stem in ALONE:
                return nodeid
            shares = file.parent.name in SHARING and config.option.markexpr == FAST
            return str(file.parent if shares or file.parent.name == ONE_SERVER else file)

    return Sharing(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """As many as there are cores, since each reads all tests; one more for long tests, which often wait."""
    return (os.cpu_count() or 1) + (config.option.markexpr != FAST)
