"""`python -m bench.live_numbers [--write]`: what live pages show, beside Python's answers; a few minutes.

A static site of four parks, one of them an own park as `copark new` makes it, is built and opened from the disk with
the network off, in Chromium and, where it is here, in Firefox. Of the park as it is and of a lever pulled from now on,
shares of outcomes and medians at the horizon are read from the page and set beside those of the native kernel on the
same draws, which are the brief's.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.arguments import parser_of
from bench.firefox import Firefox, firefox
from bench.measure import OtherWork, machine
from bench.page_browser import browsing
from bench.tables import OTHERS, QUIET
from copark.analyses.brief import Params
from copark.analyses.context import Context
from copark.analyses.shipped import at_release
from copark.browser.live_page import packer_of
from copark.browser.packed_park import ParkPacker
from copark.browser.payload import KEPT, SHOWN
from copark.simulation.ensemble import Ensemble
from copark.simulation.outcomes import OUTCOMES
from copark.stats.quantiles import LEVELS, quantiles
from copark.stats.shares import shares
from copark.web.limits import DIST, SITE
from copark.workflows.case_commands import new
from copark.workflows.site import BuiltSite, SiteInputs, build_site

HERE = Path(__file__).parent
PARKS = ("great-stone", "suzhou", "lekki")
OWN = "my-park"
RUNS = 1000
READY = f'section.live[data-runs="{RUNS}"]'
READ = """(() => {
  const section = document.querySelector('section.live');
  const shown = (section.wrappedJSObject ?? section).shown;
  const bands = shown.bands.map((levels) => Array.from(levels, (level) => level.at(-1)));
  const shares = shown.shares.map((reading) => reading.scenario_share);
  return JSON.stringify({ bands, shares, keys: Array.from(shown.keys), first: Number(section.dataset.firstBand) });
})()"""
MEDIAN = LEVELS.index(0.5)
HEAD = """# What live pages show, beside Python

Written by `python -m bench.live_numbers --write`; do not edit. What is measured is said in the docstring of `bench/live_numbers.py`.

"""


@dataclass
class Row:
    """A park and a choice: what Python answers, and what each browser shows."""

    park: str
    choice: str
    """Key of the choice; empty for the park as it is."""
    python: dict[str, list[float]]
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The choice in the table."""
        return f"`{self.choice}`" if self.choice else "as it is"


def answers(packer: ParkPacker, park: str) -> Iterator[Row]:
    """What Python answers of a park as it is, and of its first lever from now on."""
    judged = packer.study.judged_in(len(packer.inputs.world))
    pulled = [choice for choice in packer.choices if choice.since == "now"][:1]
    for choice in (None, *pulled):
        inputs, draws = (packer.inputs, packer.draws) if choice is None else packer.packed(choice.scenario)
        runs = Ensemble(inputs, draws, KEPT, judged=judged).run()
        found = {
            "shares": [share.share for share in shares(runs.outcome, OUTCOMES)],
            "bands": np.array([quantiles(runs[name], LEVELS)[:, -1] for name in SHOWN]).ravel().tolist(),
        }
        yield Row(park, "" if choice is None else choice.key, found)


@contextmanager
def chromium_pages() -> Iterator[Callable[[str], dict[str, Any]]]:
    """Open pages in Chromium, with the network off."""
    with browsing() as browser:
        context = browser.new_context(offline=True, viewport={"width": 1440, "height": 900})

        def read(address: str) -> dict[str, Any]:
            page = context.new_page()
            page.goto(address)
            page.wait_for_selector(READY, timeout=120_000)
            found: dict[str, Any] = json.loads(page.evaluate(READ))
            page.close()
            return found

        yield read


@contextmanager
def firefox_pages() -> Iterator[Callable[[str], dict[str, Any]]]:
    """Open pages in Firefox, with the network off."""
    with Firefox() as browser:

        def read(address: str) -> dict[str, Any]:
            browser.open("about:blank")
            browser.open(address)
            browser.wait_for(f"document.querySelector('{READY}') !== null")
            found: dict[str, Any] = json.loads(browser.run(f"return {READ}"))
            return found

        yield read


def largest(row: Row, browser: str) -> float:
    """Return the largest difference of a browser's shares and bands from Python's, relative to the greater of 1 and size."""
    shown = row.shown[browser]
    expected = np.array([*row.python["shares"], *row.python["bands"]])
    found = np.array([*shown["shares"], *(value for levels in shown["bands"] for value in levels)], dtype=float)
    return float(np.max(np.abs(found - expected) / np.maximum(1.0, np.abs(expected))))


def _percent(values: list[float]) -> str:
    return " / ".join(f"{100.0 * value:.1f}" for value in values)


def _medians(values: list[float]) -> str:
    return " / ".join(f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}" for value in values)


def report(rows: list[Row], browsers: dict[str, str], site: BuiltSite, busy: Any, where: dict[str, Any]) -> str:
    """The page of results."""
    names = list(browsers)
    megabytes = {"all": site.size / 1e6, "documentation": site.documentation / 1e6}
    lines = [
        f"A site of {site.parks} parks: {site.files:,} files, {megabytes['all']:.1f} MB, of which the documentation "
        f"{megabytes['documentation']:.1f} MB; built in {site.seconds:.0f} s, answers of parks of the casebook read.",
        "",
        f"Browsers: {', '.join(f'{name} {version}' for name, version in browsers.items())}.",
    ]
    if "Firefox" not in browsers:
        lines.append("Firefox is not on this machine.")
    lines += ["", f"## Shares of {' / '.join(OUTCOMES)}, per cent", ""]
    lines += [_line("park", "choice", "Python", *names), _line("---", "---", *["---:"] * (1 + len(names)))]
    for row in rows:
        shown = [_percent(row.shown[name]["shares"]) for name in names]
        lines.append(_line(row.park, row.name, _percent(row.python["shares"]), *shown))
    lines += ["", f"## Medians at the horizon: {' / '.join(SHOWN)}", ""]
    lines += [_line("park", "choice", "Python", *names), _line("---", "---", *["---:"] * (1 + len(names)))]
    for row in rows:
        python = np.reshape(row.python["bands"], (len(SHOWN), len(LEVELS)))[:, MEDIAN].tolist()
        shown = [_medians([levels[MEDIAN] for levels in row.shown[name]["bands"]]) for name in names]
        lines.append(_line(row.park, row.name, _medians(python), *shown))
    lines += [
        "",
        "## Differences",
        "",
        "The largest of shares and of 5, 25, 50, 75 and 95 % of all six, relative to the greater of 1 and the value; and "
        "milliseconds from the start of the page's script to the first band.",
        "",
        _line("park", "choice", *(f"{name}: {words}" for name in names for words in ("difference", "first band, ms"))),
        _line("---", "---", *["---:"] * (2 * len(names))),
    ]
    for row in rows:
        cells = [cell for name in names for cell in (f"{largest(row, name):.1g}", str(row.shown[name]["first"]))]
        lines.append(_line(row.park, row.name, *cells))
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
    others = OtherWork()
    parks = ("lekki",) if asked.smoke else PARKS
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        own = [] if asked.smoke else [Path(new(OWN, folder))]
        inputs = SiteInputs(DIST / "icon.svg", SITE)
        site = build_site(folder / "site", inputs, only=parks, own=own, out=folder / "out")
        rows: list[Row] = []
        with at_release():
            for name in (*parks, *map(str, own)):
                packer = packer_of(Params(case=name), Context(folder / "out"))
                rows += answers(packer, Path(name).name)
        engines: dict[str, Any] = {"Chromium": chromium_pages}
        if firefox() is not None and not asked.smoke:
            engines["Firefox"] = firefox_pages
        versions: dict[str, str] = {}
        for browser, pages in engines.items():
            began = time.monotonic()
            with pages() as read:
                for row in rows:
                    page = (folder / "site" / "en" / "parks" / f"{row.park}.html").as_uri()
                    chosen = f"#choose={row.choice.replace('/', '%2F')}" if row.choice else ""
                    row.shown[browser] = read(page + chosen)
                    assert row.shown[browser]["keys"] == ([row.choice] if row.choice else [])
            print(f"{browser}: {time.monotonic() - began:.0f} s", file=sys.stderr)
            versions[browser] = version_of(browser)
        where = {**machine(), OTHERS: others.processors()}
        text = report(rows, versions, site, where[OTHERS], where)
    print(text)
    if asked.write and not asked.smoke:
        (HERE / "LIVE.md").write_text(text, encoding="utf-8")
    return 0


def version_of(browser: str) -> str:
    """Version of a browser, as its program says it."""
    import subprocess

    from bench.page_browser import chromium

    program = chromium() if browser == "Chromium" else str(firefox())
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return next((word for word in said.split() if word[:1].isdigit()), "")


if __name__ == "__main__":
    sys.exit(main())
