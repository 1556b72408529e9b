"""The page of the typology, its figures and its tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from copark.presentation.numbers import percent
from copark.report.blocks import Block, Bullets, Cards, Grid, Numbers, Section, Studio, Words, open_studio
from copark.report.sheets import write_sheets
from copark.report.typology import sheets
from copark.report.typology.findings import TYPES, TypologyFindings, summary
from copark.report.write import render_page, write_whole

DRAWN = (("land", 10), ("operating", 20), ("self_standing", 20), ("failed", 20))
"""Readings whose difference is drawn by factor, and at which age."""
ARMS = (("serviced_area", 10), ("operating", 20))
"""Outputs of the study of twins that are drawn arm by arm, and after how many years."""
METHODS_SAID = 7
"""Sentences about method and limits."""
FIGURES = 2 + len(DRAWN) + len(ARMS)


def write_typology(
    found: TypologyFindings, out_dir: Path, progress: Callable[[int, int], None] | None = None
) -> tuple[Path, tuple[Path, ...]]:
    """Write the page, its figures and its tables; give the page and the other files.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    folder = Path(out_dir)
    studio = open_studio(folder, found.lang, found.identities[0], progress, FIGURES)
    parts = [
        _summary(found),
        _record(found, studio),
        _twins(found, studio),
        _together(found),
        Section(
            "method", found.say("section.method"),
            (Bullets(tuple(found.say(f"method.{at}", **_method(found)) for at in range(1, METHODS_SAID + 1))),),
        ),
        Section("provenance", found.say("section.provenance"), (Numbers(sheets.provenance_sheet(found).on_page()),)),
    ]  # fmt: skip
    made = found.say("made", identity=", ".join(found.identities), runs=f"{found.runs:,}")
    page = render_page(
        found.lang, found.say("title"), made, parts, kicker=found.say("kicker"), subtitle=found.say("subtitle")
    )
    target = folder / f"typology-{found.lang}.html"
    write_whole(target, page)
    made_of = (
        sheets.outcome_sheet(found), sheets.contrast_sheet(found), sheets.value_sheet(found),
        sheets.reading_sheet(found), sheets.part_sheet(found), sheets.number_sheet(found),
        sheets.agreement_sheet(found), sheets.provenance_sheet(found),
    )  # fmt: skip
    return target, write_sheets(made_of, folder, "typology", found.lang, sheets.AREA)


def _method(found: TypologyFindings) -> dict[str, object]:
    return {"count": found.homes[0], "country": found.homes[1], "total": sum(found.outcomes[TYPES[-1]].values())}


def _summary(found: TypologyFindings) -> Section:
    cards = [
        (str(sum(found.outcomes[type_].values())), found.say("card.parks", type=_typed(found, type_)), "")
        for type_ in TYPES
    ]
    end = found.reading("self_standing", 20)
    cards.append((f"{percent(end.first)} / {percent(end.second)}", found.say("card.standing"), ""))
    blocks = (
        Cards(tuple(cards)),
        Words(found.say("lead")),
        Bullets(tuple(summary(found))),
        Words(found.say("caveat"), "caveat"),
    )
    return Section("summary", found.say("section.summary"), blocks)


def _typed(found: TypologyFindings, type_: str) -> str:
    from copark.texts import text

    return text(f"parks.type.{type_}", found.lang)


def _record(found: TypologyFindings, studio: Studio) -> Section:
    from copark.report.figures import typology as figures

    blocks = (
        Words(found.say("record.lead", **_method(found))),
        studio.draw(
            "outcomes", lambda: figures.outcomes(found), found.say("figure.outcomes.title"),
            found.say("figure.outcomes.desc"),
        ),
        Numbers(sheets.outcome_sheet(found).on_page()),
        studio.draw(
            "measures", lambda: figures.strips(found), found.say("figure.strips.title"), found.say("figure.strips.desc")
        ),
        Words(found.say("record.read")),
        Numbers(sheets.contrast_sheet(found).on_page()),
        Numbers(sheets.value_sheet(found).on_page(), found.say("record.values", count=len(found.measured))),
    )  # fmt: skip
    return Section("record", found.say("section.record"), blocks)


def _twins(found: TypologyFindings, studio: Studio) -> Section:
    from copark.analysis.compare import ends_of_years
    from copark.report.figures import typology as figures
    from copark.report.figures.comparison import arms

    drawn = [
        studio.draw(
            f"factors-{name}-{year}", lambda name=name, year=year: figures.factors(found, name, year),  # type: ignore[misc]
            found.say("figure.factors.title", name=found.say(f"reading.{name}"), year=year),
            found.say("figure.factors.desc"), wide=False,
        )
        for name, year in DRAWN
    ]  # fmt: skip
    sides = []
    for output, year in ARMS:
        (quarter,) = ends_of_years(found.pairs[0].before, (year,))
        title = found.say("figure.arms.title", quarter=quarter)
        sides.append(
            studio.draw(
                f"arms-{output}", lambda o=output, q=quarter: arms(found.pairs, o, q, found.lang),  # type: ignore[misc]
                title, found.say("figure.arms.desc"),
            )
        )  # fmt: skip
    blocks: tuple[Block, ...] = (
        Words(found.say("twins.lead")),
        Words(found.say("twins.factors"), "heading"),
        Words(found.say("twins.shapley")),
        Grid(tuple(drawn)),
        Numbers(sheets.part_sheet(found).on_page(), found.say("twins.parts", count=len(found.parts))),
        Words(found.say("twins.side"), "heading"),
        Numbers(sheets.reading_sheet(found).on_page()),
        Words(found.say("twins.arms"), "heading"),
        Words(found.say("twins.arms_lead")),
        *sides,
        Words(found.say("twins.caveat"), "caveat"),
    )
    return Section("twins", found.say("section.twins"), blocks)


def _together(found: TypologyFindings) -> Section:
    blocks = (
        Words(found.say("together.lead")),
        Numbers(sheets.agreement_sheet(found).on_page()),
        Words(found.say("together.caveat"), "caveat"),
    )
    return Section("together", found.say("section.together"), blocks)
