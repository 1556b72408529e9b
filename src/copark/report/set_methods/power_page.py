"""The page of voting power."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.report.blocks import Block, Words
from copark.report.figures.set_methods import power_bars
from copark.report.set_methods.pages import Desk, Origin, Progress, write_page
from copark.report.set_methods.sheets import sheet
from copark.report.sheets import Sheet

if TYPE_CHECKING:
    from copark.setmethods.power import Power


def write_power(
    found: Power,
    voters: Sequence[str],
    record: Mapping[str, Any],
    origin: Origin,
    lang: str,
    out_dir: Path,
    progress: Progress | None = None,
) -> tuple[Path, tuple[Path, ...]]:
    """Write the page of a weighted game.

    Parameters
    ----------
    found, record
        Power of each voter, and the same as plain data.
    voters
        Their names.
    origin
        What made it.
    lang
        ``en`` or ``zh``.
    out_dir
        Folder; made if missing.
    progress
        Told figures done and figures in all.
    """
    desk = Desk(Path(out_dir), lang, origin, progress)
    blocks: list[Block] = [Words(desk.say("lead.power"))]
    blocks += [Words(words, "caveat") for words in notes(found, voters, lang)]
    drawing = desk.draw(
        "power", desk.say("figure.power.title"), lambda lang, foot: power_bars(found, voters, lang, foot)
    )
    parts = [
        desk.section("summary", *blocks),
        desk.section("power", drawing, desk.table(power_sheet(found, voters, lang))),
        desk.method(2),
        desk.provenance(),
    ]
    return write_page(desk, desk.say("page.title_power", voters=len(voters)), parts, record)


def notes(found: Power, voters: Sequence[str], lang: str) -> list[str]:
    """What is remarkable in a game: a dictator, dummies, a quota that lets two coalitions win."""
    from copark.texts import text

    said = []
    if found.dictator is not None:
        said.append(text("set_methods.dictator", lang, voter=voters[found.dictator]))
    if found.dummies:
        names = text("set_methods.join", lang).join(voters[at] for at in found.dummies)
        said.append(text("set_methods.dummy", lang, voters=names))
    if 2 * found.quota <= sum(found.weights):
        said.append(text("set_methods.low_quota", lang))
    return said


def power_sheet(found: Power, voters: Sequence[str], lang: str) -> Sheet:
    """Weight and power of each voter; fractions as they are."""
    rows = [
        (voter, found.weights[at], str(found.shapley_shubik[at]), float(found.shapley_shubik[at]),
         str(found.banzhaf_normalized[at]), float(found.banzhaf_normalized[at]), found.banzhaf_raw[at])
        for at, voter in enumerate(voters)
    ]  # fmt: skip
    columns = ("voter", "weight", "shapley", "shapley_number", "banzhaf", "banzhaf_number", "banzhaf_raw")
    return sheet("power", lang, columns, rows, places=4)
