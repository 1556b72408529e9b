"""Tables of the page of levers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from copark.analysis.robust import Stability
from copark.inference.levers.choice import Choice
from copark.inference.levers.findings import Findings
from copark.inference.levers.measures import NAMES, RANKED, SIDES
from copark.model.variables import catalogue
from copark.presentation.numbers import number, percent
from copark.report.figures.levers_choice import ordered
from copark.report.levers.words import band, level, measure_title, shown, side_title, signed
from copark.report.tables import Cell, Table, grouped
from copark.texts import text


def heads(names: Iterable[str], lang: str) -> tuple[str, ...]:
    """Heads of columns."""
    return tuple(text(f"levers.column.{name}", lang) for name in names)


def lever_heads(found: Findings, lang: str) -> tuple[tuple[str, int], ...]:
    """Levers as heads of groups of rows, with who controls them."""
    return grouped(
        text(
            "levers.head", lang, lever=getattr(lever.title, lang),
            owner=text(f"levers.owner.{lever.controlled_by}", lang),
        )
        for lever, _ in found.settings
    )  # fmt: skip


def settings_table(found: Findings, lang: str) -> Table:
    """Every setting: what it is and why it is tried."""
    rows = [(getattr(setting.title, lang), getattr(setting.reason, lang)) for _, setting in found.settings]
    return Table(heads(("setting", "reason"), lang), tuple(rows), wide=frozenset((1,)), groups=lever_heads(found, lang))


def levers_table(found: Findings, lang: str) -> Table:
    """Every lever: who controls it and what it is."""
    levers = dict.fromkeys(lever.key for lever, _ in found.settings)
    known = {lever.key: lever for lever in found.asked.file.levers}
    rows = [
        (
            getattr(known[key].title, lang),
            text(f"levers.owner.{known[key].controlled_by}", lang),
            getattr(known[key].reason, lang),
        )
        for key in levers
    ]
    return Table(heads(("lever", "controlled_by", "what"), lang), tuple(rows), wide=frozenset((2,)))


def gains_table(found: Findings, lang: str) -> Table:
    """What each setting changes in every measure: the middle and the band."""
    columns = (text("levers.column.setting", lang), *(measure_title(name, lang) for name in NAMES))
    rows = [
        (getattr(setting.title, lang), *(band(found.gain(setting.key, name), lang) for name in NAMES))
        for _, setting in found.settings
    ]
    numeric = frozenset(range(1, len(columns)))
    return Table(columns, tuple(rows), numeric, groups=lever_heads(found, lang))


def measure_table(found: Findings, measure: str, lang: str) -> Table:
    """One measure by setting: before, after, the difference and its band, share of runs better and alike."""
    names = ("setting", "before", "after", "difference", "band", "better", "equal", "across")
    rows = []
    for _, setting in found.settings:
        one = found.gain(setting.key, measure)
        share = one.measure.kind == "share"
        low, high = (one.low, one.high) if share else (one.levels[0], one.levels[4])
        known = [value for value in one.by_structure if np.isfinite(value)]
        rows.append(
            (
                getattr(setting.title, lang),
                level(one, one.before),
                level(one, one.after),
                shown(one, one.mean if share else one.median),
                text("levers.between", lang, low=shown(one, low), high=shown(one, high)),
                percent(one.better),
                percent(one.equal),
                text("levers.between", lang, low=shown(one, min(known)), high=shown(one, max(known))) if known else "",
            )
        )
    return Table(heads(names, lang), tuple(rows), frozenset(range(1, len(names))), groups=lever_heads(found, lang))


def sources_table(found: Findings, measures: Sequence[str], lang: str) -> Table:
    """Shares of structure, parameters and luck in the variance of each gain."""
    columns = [text("levers.column.setting", lang)]
    for name in measures:
        columns += [
            text("levers.column.part", lang, part=text(f"levers.part.{part}", lang), measure=measure_title(name, lang))
            for part in ("structure", "parameters", "luck")
        ]
    rows = [
        (
            getattr(setting.title, lang),
            *(percent(share) for name in measures for share in found.gain(setting.key, name).sources.shares),
        )
        for _, setting in found.settings
    ]
    return Table(tuple(columns), tuple(rows), frozenset(range(1, len(columns))), groups=lever_heads(found, lang))


def structures_table(found: Findings, lang: str) -> Table:
    """Every structure: why it is tried, what becomes of the case as it is in it, runs that count."""
    rows = []
    for place, structure in enumerate(found.structures):
        usable = found.measured.usable(place)
        standing, failed = (found.measured.of(name, place)[0, usable] for name in ("self_standing", "failed"))
        title = text("levers.as_modelled", lang) if structure is None else getattr(structure.title, lang)
        reason = text("levers.as_modelled.reason", lang) if structure is None else getattr(structure.reason, lang)
        shares = [percent(float(one.mean())) if one.size else percent(float("nan")) for one in (standing, failed)]
        rows.append((title, reason, *shares, number(int(usable.sum()), 0)))
    names = ("structure", "reason", "standing", "failed", "runs")
    return Table(heads(names, lang), tuple(rows), frozenset((2, 3, 4)), wide=frozenset((1,)))


def thresholds_table(found: Findings, lang: str) -> Table:
    """What a state must reach, why, and how often the case as it is does."""
    reached = None if found.choice is None else found.choice.met
    rows = [
        (
            getattr(one.title, lang),
            getattr(one.reason, lang),
            percent(float("nan") if reached is None else float(reached[place, 0])),
        )
        for place, one in enumerate(found.asked.file.thresholds)
    ]
    return Table(heads(("threshold", "reason", "met"), lang), tuple(rows), frozenset((2,)), wide=frozenset((1,)))


def ranking_table(found: Findings, lang: str) -> Table:
    """Options by the share of states in which they do well enough; largest and mean regret by measure, with ranks."""
    columns = [*heads(("option", "enough", "rank", "first"), lang)]
    for criterion, name in REGRETS:
        head = text(f"levers.criterion.{criterion}", lang)
        columns.append(text("levers.column.regret", lang, criterion=head, measure=measure_title(name, lang)))
    choice = found.choice
    rows = [] if choice is None else [_ranked(found, choice, at, lang) for at in ordered(choice)]
    return Table(tuple(columns), tuple(rows), frozenset(range(1, len(columns))))


REGRETS = tuple((criterion, name) for name in RANKED for criterion in ("minimax_regret", "mean_regret"))


def _ranked(found: Findings, choice: Choice, at: int, lang: str) -> tuple[Cell, ...]:
    enough = choice.ranking("satisficing")
    cells: list[Cell] = [
        found.title(choice.options[at], lang),
        percent(float(enough.scores[at]), 1),
        _rank(enough.stability, at, lang),
        percent(float(enough.stability.best[at])),
    ]
    for criterion, name in REGRETS:
        one = choice.ranking(criterion, name)
        value = _score(float(one.scores[at]), name)
        cells.append(text("levers.ranked", lang, value=value, rank=_rank(one.stability, at, lang)))
    return tuple(cells)


def _rank(firm: Stability, at: int, lang: str) -> str:
    values = {"rank": int(firm.rank[at]), "low": int(firm.low[at]), "high": int(firm.high[at])}
    return text("levers.rank", lang, **values)


def _score(value: float, measure: str) -> str:
    if measure == "self_standing":
        return number(100.0 * value, 1)
    return number(value, 2 if measure == "operating" else 0)


def pareto_table(found: Findings, lang: str) -> Table:
    """Mean gains of the four sides over all states, and how often nobody dominates an option."""
    choice = found.choice
    columns = (
        *heads(("option",), lang),
        *(side_title(side, lang) for side in SIDES),
        *heads(("pareto", "chance"), lang),
    )
    rows: list[tuple[Cell, ...]] = []
    if choice is not None:
        first = sorted(range(len(choice.options)), key=lambda at: (-float(choice.chance[at]), at))
        rows += [
            (
                found.title(choice.options[at], lang),
                *(signed(float(value), 1) for value in choice.means[at]),
                text("presentation.answer.yes" if choice.pareto[at] else "presentation.answer.no", lang),
                percent(float(choice.chance[at])),
            )
            for at in first
        ]
    return Table(columns, tuple(rows), frozenset((1, 2, 3, 4, 6)))


def rests_table(found: Findings, lang: str) -> Table:
    """Parameters that each lever's mechanism passes through, and whether data moved them."""
    known = {lever.key: getattr(lever.title, lang) for lever in found.asked.file.levers}
    rows = [
        (catalogue().parameters[name].title(lang), text(f"levers.moved.{verdict}", lang))
        for _, name, verdict in found.rests
    ]
    groups = grouped(known[key] for key, _, _ in found.rests)
    return Table(heads(("parameter", "moved"), lang), tuple(rows), groups=groups)


def leaning_table(found: Findings, lang: str) -> Table:
    """Parameters that each setting's gain in operating enterprises moves with over the draws."""
    rows = [
        (
            found.title(one.setting, lang),
            catalogue().parameters[one.parameter].title(lang),
            signed(one.correlation, 2),
            text(f"levers.moved.{one.verdict}", lang),
        )
        for one in found.leanings
    ]
    return Table(heads(("setting", "parameter", "correlation", "moved"), lang), tuple(rows), frozenset((2,)))


def origin_table(found: Findings, lang: str) -> Table:
    """What made the page."""
    made = found.measured.provenance
    study = found.asked.blocks[0].study
    entries = {
        "identity": found.measured.identity,
        "case": found.asked.case.name,
        "case_hash": found.asked.case.hash,
        "model_hash": made.get("model_hash", ""),
        "experiment_hash": made.get("experiment_hash", ""),
        "draws": study.draws,
        "draws_hash": made.get("draws_hash", ""),
        "posterior_cut": made.get("posterior_cut", ""),
        "posterior_stale": made.get("posterior_stale", ""),
        "runs": study.runs,
        "futures": study.futures,
        "seed": study.seed,
        "code_version": made.get("code_version", ""),
        "created": made.get("created", ""),
    }
    rows = [(name, str(value)) for name, value in entries.items() if value != ""]
    return Table(heads(("entry", "value"), lang), tuple(rows))
