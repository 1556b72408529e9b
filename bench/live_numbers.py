"""`python -m bench.live_numbers [--write]`: numbers of live pages, beside Python's answers; a few minutes.

A static site of all parks, and of an own park as `copark new` makes it, is built. Pages of four are opened from the
disk with the network off, in Chromium and, where it is here, in Firefox. Of the park as it is and of a lever pulled
from now on, shares of outcomes and medians at the horizon are read from the page and set beside those of the native
kernel on the same draws, which are the brief's, and of a server.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from starlette.testclient import TestClient

from bench.arguments import parser_of
from bench.firefox import Firefox, firefox
from bench.measure import OtherWork, machine
from bench.page_browser import browsing, chromium
from bench.tables import OTHERS, QUIET
from copark.analyses.answer import at_release
from copark.analyses.brief import Params
from copark.analyses.context import Context
from copark.browser.live_page import packer_of
from copark.browser.packed_park import ParkPacker
from copark.browser.payload import KEPT, SHOWN
from copark.errors import NotFound
from copark.simulation.ensemble import runs_of
from copark.simulation.outcomes import OUTCOMES
from copark.stats.quantiles import LEVELS, quantiles
from copark.stats.shares import shares
from copark.version import RELEASE_QUARTER
from copark.web.limits import ServerSettings
from copark.web.places import DIST, SITE
from copark.web.server import create_app
from copark.workflows.case_commands import new
from copark.workflows.site import BuiltSite, SiteInputs, build_site

HERE = Path(__file__).parent
PARKS = ("great-stone", "suzhou", "lekki")
OWN = "my-park"
OWNER = {"X-Copark-Owner": "the-bench-of-live-numbers"}
RUNS = 1000
READY = f'section.live[data-runs="{RUNS}"]'
NUMBERS_SHOWN = """(() => {
  const section = document.querySelector('section.live');
  const shown = (section.wrappedJSObject ?? section).shown;
  const bands = shown.bands.map((levels) => Array.from(levels, (level) => level.at(-1)));
  const shares = shown.shares.map((reading) => reading.scenario_share);
  return JSON.stringify({ bands, shares, keys: Array.from(shown.keys), first: Number(section.dataset.firstBand) });
})()"""
MEDIAN = LEVELS.index(0.5)
HEAD = """# What live pages show, beside Python

Written by `python -m bench.live_numbers --write`; do not edit. What is measured is said in the docstring of
`bench/live_numbers.py`.

"""


DIFFERENCES = """\
The largest of shares and of 5, 25, 50, 75 and 95 % of all six, relative to the greater of 1 and the value; and
milliseconds from the start of the page's script to the first band. A server is asked for the park as it is alone, and
tells shares and medians; an own park is sent to it first."""


@dataclass
class Row:
    """A park and a choice: what Python answers, and what each browser shows."""

    park: str
    choice: str
    """Key of the choice; empty for the park as it is."""
    python: dict[str, list[float]]
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    server: dict[str, Any] | None = None
    """What a server answers; None where it was not asked."""

    @property
    def name(self) -> str:
        """Return the choice as the table has it."""
        return f"`{self.choice}`" if self.choice else "as it is"


def answers(packer: ParkPacker, park: str) -> Iterator[Row]:
    """Answer in Python of a park as it is, and of its first lever from now on."""
    judged = packer.study.judged_in(len(packer.inputs.world))
    pulled = [choice for choice in packer.choices if choice.since == "now"][:1]
    for choice in (None, *pulled):
        inputs, draws = (packer.inputs, packer.draws) if choice is None else packer.packed(choice.scenario)
        runs = runs_of(inputs, draws, KEPT, judged=judged)
        numbers = {
            "shares": [share.share for share in shares(runs.outcome, OUTCOMES)],
            "bands": np.array([quantiles(runs[name], LEVELS)[:, -1] for name in SHOWN]).ravel().tolist(),
        }
        yield Row(park, "" if choice is None else choice.key, numbers)


def server_answers(parks: Sequence[str], own: Sequence[Path], data: Path) -> dict[str, dict[str, Any]]:
    """Ask a server about parks as they are; return shares, and medians at the horizon."""
    answers_by_park: dict[str, dict[str, Any]] = {}
    with TestClient(create_app(ServerSettings(data=data, warm=False)), base_url="http://localhost") as client:
        names = {name: name for name in parks}
        for folder in own:
            content = io.BytesIO()
            with zipfile.ZipFile(content, "w") as archive:
                for path in sorted(folder.iterdir()):
                    archive.write(path, f"{folder.name}/{path.name}")
            kind = {"content-type": "application/zip", **OWNER}
            sent = client.post("/api/v1/cases", content=content.getvalue(), headers=kind).json()
            names[folder.name] = sent["case"]["name"]
        for park, name in names.items():
            question = {"case": name, "baseline": None, "runs": RUNS}
            answer = client.post("/api/v1/simulate", json=question, headers=OWNER).json()
            (scenario,) = answer["scenarios"]
            share_of = {outcome["name"]: outcome["share"] for outcome in scenario["outcomes"]}
            medians = [
                scenario["bands"][output][MEDIAN][-1] if output in scenario["bands"] else float("nan")
                for output in SHOWN
            ]
            answers_by_park[park] = {"shares": [share_of[name] for name in OUTCOMES], "medians": medians}
    return answers_by_park


@contextmanager
def chromium_pages() -> Iterator[Callable[[str], dict[str, Any]]]:
    """Open pages in Chromium, with the network off."""
    with browsing() as browser:
        context = browser.new_context(offline=True, viewport={"width": 1440, "height": 900})

        def numbers_of(address: str) -> dict[str, Any]:
            page = context.new_page()
            page.goto(address)
            page.wait_for_selector(READY, timeout=120_000)
            numbers: dict[str, Any] = json.loads(page.evaluate(NUMBERS_SHOWN))
            page.close()
            return numbers

        yield numbers_of


@contextmanager
def firefox_pages() -> Iterator[Callable[[str], dict[str, Any]]]:
    """Open pages in Firefox, with the network off."""
    with Firefox() as browser:

        def numbers_of(address: str) -> dict[str, Any]:
            browser.open("about:blank")
            browser.open(address)
            browser.wait_for(f"document.querySelector('{READY}') !== null")
            numbers: dict[str, Any] = json.loads(browser.run(f"return {NUMBERS_SHOWN}"))
            return numbers

        yield numbers_of


def largest(row: Row, browser: str) -> float:
    """Return the largest difference of a browser's shares and bands from Python's, as the table tells it."""
    shown = row.shown[browser]
    expected = np.array([*row.python["shares"], *row.python["bands"]])
    found = np.array([*shown["shares"], *(value for levels in shown["bands"] for value in levels)], dtype=float)
    return float(np.max(np.abs(found - expected) / np.maximum(1.0, np.abs(expected))))


def from_server(row: Row) -> str:
    """Return the largest difference of a server's shares and medians from Python's, as a cell."""
    if row.server is None:
        return "–"
    medians = np.reshape(row.python["bands"], (len(SHOWN), len(LEVELS)))[:, MEDIAN]
    expected = np.array([*row.python["shares"], *medians])
    found = np.array([*row.server["shares"], *row.server["medians"]], dtype=float)
    return f"{float(np.nanmax(np.abs(found - expected) / np.maximum(1.0, np.abs(expected)))):.1g}"


def _percent(values: list[float]) -> str:
    return " / ".join(f"{100.0 * value:.1f}" for value in values)


def _medians(values: list[float]) -> str:
    finite = (value for value in values if isfinite(value))  # a server tells few without being asked for more
    return " / ".join(f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}" for value in finite)


def report(rows: list[Row], browsers: dict[str, str], built: tuple[BuiltSite, float], where: dict[str, Any]) -> str:
    """Write the page of results."""
    names = list(browsers)
    site, seconds = built
    busy = where[OTHERS]
    documentation = f"{site.documentation / 1e6:.1f} MB of documentation"
    size = f"{site.files:,} files, {site.size / 1e6:.1f} MB, among them {documentation}"
    lines = [
        f"A site of {site.parks} parks: {size}; built in {site.seconds:.0f} s ({seconds:.0f} s of processor time).",
        "",
        f"Browsers: {', '.join(f'{name} {version}' for name, version in browsers.items())}.",
    ]
    if "Firefox" not in browsers:
        lines.append("Firefox is not on this machine.")
    lines += ["", f"## Shares of {' / '.join(OUTCOMES)}, per cent", ""]
    lines += [_line("park", "choice", "Python", "server", *names), _line("---", "---", *["---:"] * (2 + len(names)))]
    for row in rows:
        served = "–" if row.server is None else _percent(row.server["shares"])
        shown = [_percent(row.shown[name]["shares"]) for name in names]
        lines.append(_line(row.park, row.name, _percent(row.python["shares"]), served, *shown))
    lines += ["", f"## Medians at the horizon: {' / '.join(SHOWN)}", ""]
    lines += [_line("park", "choice", "Python", "server", *names), _line("---", "---", *["---:"] * (2 + len(names)))]
    for row in rows:
        python = np.reshape(row.python["bands"], (len(SHOWN), len(LEVELS)))[:, MEDIAN].tolist()
        served = "–" if row.server is None else _medians(row.server["medians"])
        shown = [_medians([levels[MEDIAN] for levels in row.shown[name]["bands"]]) for name in names]
        lines.append(_line(row.park, row.name, _medians(python), served, *shown))
    lines += [
        "",
        "## Differences",
        "",
        DIFFERENCES,
        "",
        _line(
            "park",
            "choice",
            "server: difference",
            *(f"{name}: {words}" for name in names for words in ("difference", "first band, ms")),
        ),
        _line("---", "---", *["---:"] * (1 + 2 * len(names))),
    ]
    for row in rows:
        cells = [cell for name in names for cell in (f"{largest(row, name):.1g}", str(row.shown[name]["first"]))]
        lines.append(_line(row.park, row.name, from_server(row), *cells))
    if len(names) > 1:
        alike = all(
            row.shown[names[0]][part] == row.shown[names[1]][part] for row in rows for part in ("shares", "bands")
        )
        lines += ["", f"{' and '.join(names)} show {'the same bits' if alike else '**different numbers**'}."]
    if isinstance(busy, float) and busy > QUIET:
        lines += ["", f"**Not a quiet machine.** Other processes kept {busy:g} of {where['cores']} processors busy."]
    facts = "\n".join(f"- {name}: {value}" for name, value in where.items())
    return HEAD + "\n".join(lines) + "\n\n## Machine\n\n" + facts + "\n"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Compare, show, and write on request."""
    parser = parser_of("bench.live_numbers", __doc__)
    parser.add_argument("--write", action="store_true", help="write bench/LIVE.md")
    asked = parser.parse_args()
    if not shutil.which("chromium"):
        print("Chromium is not on this machine.")
        return 0
    os.environ["COPARK_NOW"] = RELEASE_QUARTER
    others = OtherWork()
    parks = ("lekki",) if asked.smoke else PARKS
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        own = [] if asked.smoke else [Path(new(OWN, folder))]
        inputs = SiteInputs(DIST / "icon.svg", SITE)
        began = time.process_time()
        try:
            site = build_site(folder / "site", inputs, only=parks if asked.smoke else (), own=own, out=folder / "out")
        except NotFound as missing:
            print(missing)
            return 0
        seconds = time.process_time() - began
        rows: list[Row] = []
        with at_release():
            for name in (*parks, *map(str, own)):
                packer = packer_of(Params(case=name), Context(folder / "out"))
                rows += answers(packer, Path(name).name)
        served = server_answers(parks, own, folder / "server")
        for row in rows:
            row.server = None if row.choice else served[row.park]
        engines: dict[str, Any] = {"Chromium": chromium_pages}
        if firefox() is not None and not asked.smoke:
            engines["Firefox"] = firefox_pages
        versions: dict[str, str] = {}
        for browser, pages in engines.items():
            began = time.monotonic()
            with pages() as numbers_of:
                for row in rows:
                    page = (folder / "site" / "en" / "parks" / f"{row.park}.html").as_uri()
                    chosen = f"#choose={row.choice.replace('/', '%2F')}" if row.choice else ""
                    row.shown[browser] = numbers_of(page + chosen)
                    assert row.shown[browser]["keys"] == ([row.choice] if row.choice else [])
            print(f"{browser}: {time.monotonic() - began:.0f} s", file=sys.stderr)
            versions[browser] = version_of(browser)
        where = {**machine(), OTHERS: others.processors()}
        text = report(rows, versions, (site, seconds), where)
    print(text)
    if asked.write and not asked.smoke:
        (HERE / "LIVE.md").write_text(text, encoding="utf-8")
    return 0


def version_of(browser: str) -> str:
    """Return the version of a browser, as its program says it."""
    program = chromium() if browser == "Chromium" else str(firefox())
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return next((word for word in said.split() if word[:1].isdigit()), "")


if __name__ == "__main__":
    sys.exit(main())
