"""The page of a forecast: what the model expects from what was known at a date, how sure it is, what it leans on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.cases.quarters import Quarter
from copark.inference.diagnostics import Movement, Note, movements, title_of
from copark.inference.forecast import Frozen
from copark.inference.source import PosteriorSource
from copark.inference.spread import PAST, SHOCKS, SOURCES
from copark.inference.validate import CONDITIONAL
from copark.presentation.numbers import NOTHING, number, percent, reach, spoken
from copark.report.blocks import Block, Bullets, Cards, Drawing, Grid, Numbers, Section, Studio, Words, open_studio
from copark.report.calibration.fans import ends, known_points, looked_points
from copark.report.calibration.files import save_table
from copark.report.calibration.method_names import observable_title, titled, value
from copark.report.figures.frame import year_of
from copark.report.figures.validation import QUANTILES, Fan
from copark.report.tables import Table, grouped
from copark.report.words import join
from copark.simulation.trust import Trust
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.inference.artefacts import Stored
    from copark.inference.spread import Spread

NAMED = 0.03
"""Share of the variance from which a parameter is named."""
CURVE = "line"


@dataclass(frozen=True)
class ForecastFindings:
    """A forecast about to be shown.

    Parameters
    ----------
    content
        The forecast as it is frozen, or would be.
    stored
        The posterior it is made from, and of the past.
    past
        Quantiles of every observable from the start to the cut, shape (levels, quarters).
    widths
        What the variance at the end comes from, by observable.
    notes
        Numbers of health of the posterior, with words; none where it was not examined here.
    case
        The case as it is in the casebook.
    used
        Which values the posterior was fitted to, in a sentence.
    file
        Where it is frozen, if it is.
    """

    content: Mapping[str, Any]
    stored: Stored
    past: Mapping[str, np.ndarray]
    widths: Mapping[str, Spread]
    notes: tuple[Note, ...]
    case: Case
    used: str
    file: Path | None
    lang: str

    def say(self, key: str, **values: Any) -> str:
        """A text of the area ``forecast``."""
        return text(f"forecast.{key}", self.lang, **values)

    @property
    def trust(self) -> Trust:
        """Where the parameters come from, and how far they may be trusted."""
        return PosteriorSource.of(self.stored, "own").trust

    @cached_property
    def frozen(self) -> Frozen:
        """The forecast, ready to be asked."""
        return Frozen(self.content)

    @property
    def observables(self) -> tuple[str, ...]:
        """What is forecast."""
        return tuple(self.content["forecast"])

    @cached_property
    def verdicts(self) -> dict[str, Movement]:
        """What the data said of each parameter, by name."""
        own = self.stored.parameters
        return {one.name: one for one in movements(own.space, own.points, own.weights)}

    def at(self, variable: str, quarter: Quarter) -> tuple[float, ...]:
        """Quantiles of an observable at the end of a quarter."""
        place = self.content["quarters"].index(str(quarter))
        return tuple(float(one) for one in self.frozen.band(variable, QUANTILES)[:, place])

    def leaning(self) -> tuple[Movement, ...]:
        """Parameters the forecast leans on that the data did not move, or only a little; most leaned on first."""
        found: dict[str, float] = {}
        for one in self.widths.values():
            for name, share in one.leading:
                if share >= NAMED:
                    found[name] = max(found.get(name, 0.0), share)
        ordered = sorted(found, key=lambda name: -found[name])
        return tuple(
            self.verdicts[name] for name in ordered if name in self.verdicts and self.verdicts[name].verdict != "moved"
        )


def write_forecast(
    findings: ForecastFindings, out_dir: Path, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Write the page of a forecast, its figures and its table; give the page.

    Parameters
    ----------
    out_dir
        Where ``forecast-<lang>.html``, ``figures/`` and the table go; made if missing.
    progress
        Called with figures done and figures in all.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    from copark.report.write import render_page, write_whole

    lang, content = findings.lang, findings.content
    total = len(findings.observables) + 1
    studio = open_studio(out_dir, lang, str(content["identity"]), progress, total)
    sections = [summary(findings), fans(findings, studio), widths(findings, studio), origin(findings)]
    made = findings.say(
        "page.made", identity=content["identity"], cut=content["cut"], until=content["until"],
        pairs=number(content["pairs"], 0),
    )  # fmt: skip
    title = findings.say("page.title", park=findings.case.title.get(lang), until=content["until"])
    page = out_dir / f"forecast-{lang}.html"
    kicker, subtitle = findings.say("page.kicker"), findings.say("page.subtitle")
    write_whole(page, render_page(lang, title, made, sections, kicker=kicker, subtitle=subtitle, trust=findings.trust))
    save_table(band_table(findings), out_dir, f"forecast-{lang}")
    return page


def footer(findings: ForecastFindings) -> str:
    """What made a figure."""
    made, seed = findings.content, findings.stored.recipe["settings"]["seed"]
    return findings.say(
        "page.footer", identity=made["identity"], cut=made["cut"], pairs=number(made["pairs"], 0), seed=seed
    )


def landmarks(content: Mapping[str, Any]) -> list[Quarter]:
    """Quarters a table shows: the ends of years, and the last."""
    cut = Quarter.parse(content["cut"])
    quarters = [one for one in map(Quarter.parse, content["quarters"]) if one > cut]
    found = [one for one in quarters if one.quarter == 4]
    return found if quarters[-1] in found else [*found, quarters[-1]]


def band_table(findings: ForecastFindings) -> Table:
    """Quantiles at the ends of years and at the end, grouped by observable; the straight line beside them."""
    rows, groups = [], []
    shown = landmarks(findings.content)
    for variable in findings.observables:
        line = findings.frozen.naive_band(variable, CURVE, (0.05, 0.5, 0.95))
        for quarter in shown:
            low, lower, middle, upper, high = (value(one, variable) for one in findings.at(variable, quarter))
            place = findings.content["quarters"].index(str(quarter))
            curve = ""
            if line is not None:
                curve = "{1} ({0} – {2})".format(*(value(float(one), variable) for one in line[:, place]))
            groups.append(titled(variable, findings.lang))
            rows.append((str(quarter), low, lower, middle, upper, high, curve))
    heads = (findings.say("column.quarter"), "5%", "25%", findings.say("column.median"), "75%", "95%",
             findings.say("column.line"))  # fmt: skip
    return Table(heads, tuple(rows), frozenset(range(1, 7)), frozenset((0,)), groups=grouped(groups))


def summary(findings: ForecastFindings) -> Section:
    """The forecast in brief."""
    lang, content = findings.lang, findings.content
    last = Quarter.parse(content["until"])
    cards = []
    for variable in ("registered", "operating", "jobs", "realised_investment"):
        if variable in findings.observables:
            low, _, middle, _, high = findings.at(variable, last)
            unit = unit_of(variable)
            band = findings.say("card.band", band=reach(low, high, unit, lang))
            cards.append((spoken(middle, unit, lang), observable_title(variable, lang), band))
    sentences = [findings.used, findings.say("brief.bands")]
    if findings.file is not None:
        sentences.append(findings.say("brief.frozen", file=findings.file.name, identity=content["identity"]))
    else:
        sentences.append(findings.say("brief.not_frozen"))
    if content["method"] == CONDITIONAL:
        sentences.append(findings.say("brief.told"))
    blocks: list[Block] = [Words(findings.say("brief.at", quarter=content["until"])), Cards(tuple(cards))]
    blocks += [Words(findings.say("caveat"), "caveat"), Bullets(tuple(sentences))]
    leaning = findings.leaning()
    if leaning:
        blocks.append(Words(text("inference.leaning.lead", lang)))
        blocks.append(Bullets(tuple(one.sentence(lang) for one in leaning)))
    poor = tuple(note.sentence(lang) for note in findings.notes if note.word != "good")
    if poor:
        blocks += [Words(findings.say("health.head"), "heading"), Bullets(poor)]
    return Section("summary", findings.say("section.summary"), tuple(blocks))


def unit_of(variable: str) -> str:
    """The unit symbol of an observable."""
    from copark.model.variables import catalogue

    return catalogue().outputs[variable].unit


def fans(findings: ForecastFindings, studio: Studio) -> Section:
    """A fan for each observable, and the numbers."""
    from copark.report.figures.validation import scored_fan

    lang, drawn = findings.lang, list[Drawing]()
    last = Quarter.parse(findings.content["until"])
    for variable in findings.observables:
        low, _, middle, _, high = findings.at(variable, last)
        unit = unit_of(variable)
        words = findings.say(
            "fans.desc", title=observable_title(variable, lang), quarter=last, median=spoken(middle, unit, lang),
            band=reach(low, high, unit, lang),
        )  # fmt: skip
        points = (
            *known_points(findings.case, findings.frozen.cut, variable, ("fit", "score")),
            *looked_points(findings.case, findings.frozen.cut, variable),
        )
        other = curve_of(findings, variable)
        build = partial(
            scored_fan, titled(variable, lang), findings.say("fans.subtitle", cut=findings.content["cut"]),
            whole_fan(findings, variable), other, points, year_of(findings.frozen.cut), lang, footer(findings),
            text("validation.method.line", lang),
        )  # fmt: skip
        drawn.append(studio.draw(f"fan_{variable}", build, words, words, caption=words, wide=False))
    blocks: tuple[Block, ...] = (
        Words(findings.say("fans.lead")), Grid(tuple(drawn)), Numbers(band_table(findings), findings.say("fans.table"))
    )  # fmt: skip
    return Section("fans", findings.say("section.fans"), blocks)


def whole_fan(findings: ForecastFindings, variable: str) -> Fan:
    """The past by the posterior's runs, and the forecast as it is frozen, in one."""
    past, later = findings.past[variable], findings.frozen.band(variable, QUANTILES)
    levels = np.concatenate([past[:, : findings.frozen.first], later], axis=1)
    return Fan(ends(findings.frozen.start, range(levels.shape[1])), levels)


def curve_of(findings: ForecastFindings, variable: str) -> Fan | None:
    """The straight line as it is frozen; ``None`` if the past was too short for it."""
    found = findings.frozen.naive_band(variable, CURVE, QUANTILES)
    if found is None:
        return None
    first = findings.frozen.first
    return Fan(ends(findings.frozen.start, range(first, first + found.shape[1])), found)


def widths(findings: ForecastFindings, studio: Studio) -> Section:
    """What the width at the end comes from, and which parameters it leans on."""
    from copark.report.figures.validation import width_bars

    lang = findings.lang
    rows = [
        (observable_title(name, lang), one.shares, f"± {value(one.sd, name)}") for name, one in findings.widths.items()
    ]
    means = {source: float(np.mean([one.shares[source] for one in findings.widths.values()])) for source in SOURCES}
    parts = [
        text("validation.width.part", lang, source=text(f"validation.source.{name}", lang), share=percent(share))
        for name, share in means.items()
        if name not in (SHOCKS, PAST) or share >= 0.005
    ]
    words = findings.say("width.overall", parts=join(parts, lang))
    title = findings.say("width.title", quarter=findings.content["until"])
    build = partial(width_bars, rows, lang, footer(findings), title, findings.say("width.subtitle"))
    picture = studio.draw("width", build, title, words, caption=words)
    sentences = tuple(lean_sentence(findings, name, one) for name, one in findings.widths.items())
    lead = Words(text("validation.width.lead", lang))
    return Section("width", findings.say("section.width"), (lead, picture, Bullets(sentences)))


def lean_sentence(findings: ForecastFindings, variable: str, one: Spread) -> str:
    """Which parameters an observable leans on most, each with whether the data moved it."""
    lang = findings.lang
    named = [
        findings.say("width.leading", title=title_of(name, lang), share=percent(share),
                     word=text(f"calibration.word.{findings.verdicts[name].verdict}", lang))
        for name, share in one.leading
        if share >= NAMED and name in findings.verdicts
    ]  # fmt: skip
    if not named:
        return findings.say("width.no_leading", title=observable_title(variable, lang))
    names = text("validation.join", lang).join(named)
    return findings.say("width.names", title=observable_title(variable, lang), names=names)


def origin(findings: ForecastFindings) -> Section:
    """What it was made from, and how it is kept and scored."""
    content = findings.content
    keys = ("identity", "made_on", "case", "case_hash", "model_hash", "code_version", "cut", "until", "method", "pairs")
    said = {**content, "method": text(f"validation.method.{content['method']}", findings.lang)}
    entries = [(findings.say(f"entry.{key}"), str(said[key]) or NOTHING) for key in keys]
    entries += [(findings.say("entry.from", name=name), str(found)) for name, found in content["made_from"].items()]
    heads = (text("validation.column.entry", findings.lang), text("validation.column.content", findings.lang))
    table = Table(heads, tuple(entries), wide=frozenset((1,)))
    return Section("provenance", findings.say("section.origin"), (Words(findings.say("origin.lead")), Numbers(table)))
