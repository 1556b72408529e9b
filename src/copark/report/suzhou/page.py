"""The page of the natural experiment of Suzhou: arms beside the record, differences, and what it cannot show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.presentation.numbers import number, percent
from copark.report.blocks import Bullets, Cards, Numbers, Section, Studio, Words, open_studio
from copark.report.sheets import Sheet, heads, write_sheets
from copark.report.suzhou.answer import Arm, Band, SuzhouAnswer
from copark.report.write import render_page, write_whole
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case

AREA = "suzhou"
FACTUAL = "control-swap"
CAN, CANNOT, METHODS = 3, 6, 5
"""Sentences about what it shows, what it does not, and how it was made."""
columns = partial(heads, AREA)


def write_suzhou(
    found: SuzhouAnswer, case: Case, lang: str, out_dir: Path, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Write the page, its figures and its tables; give the page.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    folder = Path(out_dir)
    studio = open_studio(folder, lang, found.identity, progress, 3)

    def say(key: str, **values: Any) -> str:
        return text(f"suzhou.{key}", lang, **values)

    sections = [
        _summary(found, say, lang),
        _developer(found, case, studio, say, lang),
        _contrasts(found, studio, say, lang),
        _enterprises(found, case, studio, say, lang),
        Section("can", say("section.can"), (
            Words(say("can.head"), "heading"), Bullets(tuple(say(f"can.{n}") for n in range(1, CAN + 1))),
            Words(say("cannot.head"), "heading"), Bullets(tuple(say(f"cannot.{n}") for n in range(1, CANNOT + 1))),
        )),
        Section("method", say("section.method"), (Bullets(tuple(
            say(f"method.{n}", runs=f"{found.runs:,}", accepted=f"{found.accepted:,}", seed=found.seed)
            for n in range(1, METHODS + 1)
        )),)),
    ]  # fmt: skip
    made = say("made", identity=found.identity, runs=f"{found.runs:,}", accepted=f"{found.accepted:,}")
    page = render_page(lang, say("title"), made, sections, kicker=say("kicker"), subtitle=say("subtitle"))
    target = folder / f"suzhou-{lang}.html"
    write_whole(target, page)
    tables = (arm_sheet(found, lang), year_sheet(found, lang), contrast_sheet(found, lang), course_sheet(found))
    write_sheets(tables, folder, "suzhou", lang, AREA)
    return target


def told(band: Band, places: int = 0) -> str:
    """A median with its band and signs."""
    return f"{signed(band.median, places)} [{signed(band.low, places)}, {signed(band.high, places)}]"


def signed(value: float, places: int = 0) -> str:
    """A number with its sign."""
    written = number(value, places)
    return f"+{written}" if value > 0.0 and float(f"{value:.{places}f}") != 0.0 else written


def arm_named(key: str, lang: str) -> str:
    """Short name of an arm."""
    return text(f"parks.suzhou.short.{key}", lang)


def _summary(found: SuzhouAnswer, say: Callable[..., str], lang: str) -> Section:
    arms = {arm.key: arm for arm in found.arms}
    by_key = {one.key: one for one in found.contrasts}
    swap, end = by_key["swap_in_rivalry"], by_key["end_unswapped"]
    cards = [
        (percent(arms[FACTUAL].turned), say("card.turned"), ""),
        (signed(swap.band.median), say("card.swap"), f"{signed(swap.band.low)} … {signed(swap.band.high)}"),
        (signed(end.band.median), say("card.rivalry"), f"{signed(end.band.low)} … {signed(end.band.high)}"),
    ]
    ranked = sorted(found.arms, key=lambda arm: -arm.turned)
    join = say("join")
    words = (
        say("said.turn", best=join.join(
            say("said.arm", arm=arm_named(arm.key, lang), share=percent(arm.turned)) for arm in ranked
        )),
        say("said.swap", inside=told(swap.band), inside_above=percent(swap.above),
            after=told(by_key["swap_after_rivalry"].band), after_above=percent(by_key["swap_after_rivalry"].above)),
        say("said.rivalry", band=told(end.band), above=percent(end.above)),
        say("said.cleared", share=percent(arms[FACTUAL].cleared), band=told(arms[FACTUAL].result_2003)),
    )  # fmt: skip
    blocks = (Words(say("lead")), Cards(tuple(cards)), Bullets(words), Words(say("caveat"), "caveat"))
    return Section("summary", say("section.summary"), blocks)


def _developer(found: SuzhouAnswer, case: Case, studio: Studio, say: Callable[..., str], lang: str) -> Section:
    from copark.report.figures.suzhou import courses

    picture = studio.draw(
        "developer", lambda: courses(found, case, lang), say("figure.developer.title"), say("figure.developer.desc")
    )
    blocks = (
        Words(say("developer.lead")), picture, Numbers(arm_sheet(found, lang).on_page()),
        Words(say("developer.read")), Numbers(year_sheet(found, lang).on_page(), say("developer.years")),
    )  # fmt: skip
    return Section("developer", say("section.developer"), blocks)


def _contrasts(found: SuzhouAnswer, studio: Studio, say: Callable[..., str], lang: str) -> Section:
    from copark.report.figures.suzhou import contrasts

    picture = studio.draw(
        "contrasts", lambda: contrasts(found, lang), say("figure.contrasts.title"), say("figure.contrasts.desc")
    )
    blocks = (Words(say("contrasts.lead")), picture, Numbers(contrast_sheet(found, lang).on_page()))
    return Section("contrasts", say("section.contrasts"), blocks)


def _enterprises(found: SuzhouAnswer, case: Case, studio: Studio, say: Callable[..., str], lang: str) -> Section:
    from copark.report.figures.suzhou import enterprises

    picture = studio.draw(
        "enterprises", lambda: enterprises(found, case, lang), say("figure.enterprises.title"),
        say("figure.enterprises.desc"),
    )  # fmt: skip
    return Section("enterprises", say("section.enterprises"), (Words(say("enterprises.lead")), picture))


def arm_sheet(found: SuzhouAnswer, lang: str) -> Sheet:
    """Every arm: fit before the swap, result and its turn, price of land, enterprises."""
    rows = tuple(_arm_row(arm, lang) for arm in found.arms)
    names = (
        "arm", "misfit", "loss_1999", "y2000", "y2001", "result_2003", "turned", "first_profit", "cleared",
        "price_2000", "price_2002", "operating_2002",
    )  # fmt: skip
    return Sheet("arms", columns(lang, *names), rows, places=1, short=frozenset({2, 3, 4, 5, 9, 10, 11}))


def _arm_row(arm: Arm, lang: str) -> tuple[str | float, ...]:
    years = dict(arm.years)
    low, high = number(arm.operating_2002.low, 0), number(arm.operating_2002.high, 0)
    return (
        arm_named(arm.key, lang), arm.misfit, told(arm.loss_1999), told(years[2000]), told(years[2001]),
        told(arm.result_2003), percent(arm.turned), percent(arm.first_profit), percent(arm.cleared),
        f"{arm.land_price_2000.median:.2f}", f"{arm.land_price_2002.median:.2f}",
        f"{number(arm.operating_2002.median, 0)} [{low}, {high}]",
    )  # fmt: skip


def year_sheet(found: SuzhouAnswer, lang: str) -> Sheet:
    """Result of each year in each arm, M USD a year."""
    years = [year for year, _ in found.arms[0].years]
    rows = tuple((arm_named(arm.key, lang), *(told(band) for _, band in arm.years)) for arm in found.arms)
    short = frozenset(range(1, len(years) + 1))
    return Sheet("years", (*columns(lang, "arm"), *(str(year) for year in years)), rows, short=short)


def contrast_sheet(found: SuzhouAnswer, lang: str) -> Sheet:
    """Differences between arms at the end of 2003."""
    rows = tuple(
        (text(f"parks.suzhou.contrast.{one.key}", lang), one.band.median, one.band.low, one.band.high,
         percent(one.above))
        for one in found.contrasts
    )  # fmt: skip
    return Sheet("contrasts", columns(lang, "contrast", "median", "low", "high", "above"), rows, places=0)


def course_sheet(found: SuzhouAnswer) -> Sheet:
    """Every quarter of every arm with all digits, for other programs; names in English."""
    rows = tuple(
        (arm.key, quarter, result.median, result.low, result.high, at_work.median, at_work.low, at_work.high)
        for arm in found.arms
        for quarter, result, at_work in zip(found.quarters, arm.course, arm.operating_course, strict=True)
    )
    names = (
        "arm", "quarter", "accumulated_result_median_m_usd", "accumulated_result_p05", "accumulated_result_p95",
        "operating_median", "operating_p05", "operating_p95",
    )  # fmt: skip
    return Sheet("quarters", names, rows)
