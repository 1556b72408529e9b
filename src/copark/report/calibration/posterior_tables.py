"""Tables of a calibration's page."""

from __future__ import annotations

from copark.inference.diagnostics import title_of
from copark.model.variables import catalogue
from copark.presentation.numbers import band, bare, number, percent, percentile, unit_title
from copark.report.calibration.findings import PosteriorFindings
from copark.report.parameters import precise
from copark.report.tables import Cell, SourceKeys, Table, grade_title, grouped, with_unit
from copark.report.words import bounded


def heads(findings: PosteriorFindings, *names: str) -> tuple[str, ...]:
    """Heads of columns."""
    return tuple(findings.say(f"column.{name}") for name in names)


def interval(low: float, high: float) -> str:
    """An interval of a parameter."""
    return f"{precise(low)} – {precise(high)}"


def parameter_rows(findings: PosteriorFindings) -> Table:
    """Every parameter before and after, most moved first."""
    lang, refined = findings.lang, findings.examination.refined
    rows: list[tuple[Cell, ...]] = []
    for one in findings.movements:
        low, middle, high = refined.get(one.name, (float("nan"),) * 3)
        fine = f"{precise(middle)} ({interval(low, high)})" if one.name in refined and one.verdict == "moved" else ""
        rows.append(
            (
                one.title(lang),
                one.variable.symbol,
                unit_title(one.variable.unit, lang),
                precise(one.prior[2]),
                interval(one.prior[0], one.prior[4]),
                precise(one.posterior[2]),
                interval(one.posterior[0], one.posterior[4]),
                percent(one.shrink) if one.shrink >= 0 else number(100.0 * one.shrink, 0) + "%",
                percent(one.overlap),
                findings.say(f"word.{one.verdict}"),
                fine,
            )
        )
    names = heads(
        findings, "parameter", "symbol", "unit", "prior", "prior_band", "posterior", "posterior_band", "shrink",
        "overlap", "verdict", "refined",
    )  # fmt: skip
    return Table(names, tuple(rows), frozenset((3, 4, 5, 6, 7, 8, 10)))


def check_table(findings: PosteriorFindings) -> Table:
    """Every fitted value beside the replays' reports, grouped by observable."""
    lang, rows, groups = findings.lang, list[tuple[Cell, ...]](), list[str]()
    for check in findings.checks:
        target, known = check.target, catalogue().outputs[check.target.variable]
        groups.append(with_unit(known.title(lang), known.unit if known.unit != "1/yr" else "", lang))
        rows.append(
            (
                target.date,
                bounded(target.value, target.high, target.bound, known.unit, lang, "bare"),
                bare(target.error, known.unit),
                bare(check.median, known.unit),
                band(check.low, check.high, known.unit, check.width),
                percentile(check.percentiles),
                grade_title(target.observation.grade, lang),
                SourceKeys(tuple(target.observation.source)),
            )
        )
    names = heads(findings, "date", "reported", "error", "median", "band", "percentile", "grade", "source")
    return Table(names, tuple(rows), frozenset((1, 2, 3, 4, 5)), frozenset((0,)), frozenset((7,)), grouped(groups))


def rank_table(findings: PosteriorFindings) -> Table:
    """Coverage of every parameter's intervals over simulated records."""
    axes = findings.examination.anywhere.names
    shares = [ranks.coverage(level) for level in (0.9, 0.5) for ranks in findings.ranks.values()]
    rows = tuple(
        (title_of(name, findings.lang), *(percent(float(share[n])) for share in shares)) for n, name in enumerate(axes)
    )
    names = heads(findings, "parameter", "anywhere_90", "near_90", "anywhere_50", "near_50")
    return Table(names, rows, frozenset(range(1, 5)))


def origin_table(findings: PosteriorFindings) -> Table:
    """What the calibration was made from and with."""
    recipe = findings.stored.recipe
    batch, settings, made_with = recipe["batch"], recipe["settings"], recipe["made_with"]
    entries: list[tuple[str, str]] = [
        (findings.say("entry.case"), findings.case.name),
        (findings.say("entry.case_hash"), str(batch["case"])),
        (findings.say("entry.model_hash"), str(batch["model"])),
        (findings.say("entry.cut"), str(recipe["cut"])),
        (findings.say("entry.values"), number(len(batch["targets"]), 0)),
        (findings.say("entry.axes"), number(len(recipe["axes"]), 0)),
        (findings.say("entry.points"), str(batch["points"])),
    ]
    entries += [(findings.say("entry.setting", name=name), str(value)) for name, value in sorted(settings.items())]
    entries += [(findings.say("entry.made_with", name=name), str(value)) for name, value in sorted(made_with.items())]
    return Table(heads(findings, "entry", "value"), tuple(entries), wide=frozenset((1,)))
