"""What a reader sees: results on standard output, errors on standard error; 80 columns are enough."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copark.cli.progress import duration
from copark.errors import Fault, FaultsFound, printable
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from copark.workflows import Catalogue, Description, RunOutcome, Verdict
    from copark.workflows.claims import ClaimsAnswer

    Trusted = RunOutcome | ClaimsAnswer

TRUST_STYLES = {"calibrated": "green", "borrowed": "yellow", "uncalibrated": "yellow", "stale": "yellow"}


def say(key: str, lang: str, **values: Any) -> None:
    """One line on standard output, not broken, so that it can be copied or piped."""
    print(plain(text(key, lang, **values)))


def plain(words: str) -> str:
    """Lines without control characters: names of files and cases are somebody's own."""
    return "\n".join(printable(line) for line in words.split("\n"))


def numbers(*values: float) -> list[str]:
    """Numbers that belong together, with as many decimals as the greatest needs; a dash where there is none."""
    greatest = max((abs(value) for value in values if isfinite(value)), default=0.0)
    whole = all(value == int(value) for value in values if isfinite(value))
    places = 0 if whole or greatest >= 100 else 1 if greatest >= 10 else 2
    return [f"{value:,.{places}f}" if isfinite(value) else "—" for value in values]


def show_error(error: Exception, lang: str) -> None:
    """An error that was foreseen: every fault it carries, or its message."""
    if isinstance(error, FaultsFound):
        show_faults(error.faults, lang)
    else:
        Console(markup=False, stderr=True).print(plain(str(error)), highlight=False, markup=False, soft_wrap=True)


def show_faults(faults: Iterable[Fault], lang: str) -> None:
    """Each fault on standard error: where, what is wrong, how to mend it."""
    console = Console(markup=False, stderr=True)
    found = list(faults)
    for fault in found:
        place = Text(fault.place(), style="bold")
        if fault.key:
            place.append(f": {fault.key}", style="cyan")
        console.print(place, soft_wrap=True)
        console.print(Text(f"  {fault.cause(lang)}"), soft_wrap=True)
        repair = text("cli.label.repair", lang, repair=fault.repair(lang))
        console.print(Text(f"  {repair}", style="green"), soft_wrap=True)
    console.print(Text(text("cli.error.faults", lang, count=len(found)), style="bold red"), soft_wrap=True)


def show_trust(console: Console, answer: Trusted, lang: str) -> None:
    """What is on record of how the park fared, how far the parameters may be trusted, and how to do better."""
    trust, recorded = answer.trust, getattr(answer, "recorded", "")
    if recorded:
        console.print(Text(recorded, style="bold"))
    console.print(Text(text("trust.line", lang, label=trust.label(lang)), style=TRUST_STYLES[trust.state]))
    if trust.renew(lang):
        console.print(trust.renew(lang), highlight=False, style="dim")


def show_outcome(outcome: RunOutcome, lang: str, *, shares: bool = False) -> None:
    """What a run gave: trust state, the table beside the observations, the outcomes, where everything is.

    Parameters
    ----------
    shares
        Show shares of outcomes of a park that is not calibrated, too.
    """
    console = Console(markup=False)
    title = text("cli.run.title", lang, case=outcome.case, study=outcome.study, runs=outcome.runs, seed=outcome.seed)
    console.print(Text(title, style="bold"))
    if outcome.reused:
        console.print(text("cli.run.reused", lang), highlight=False)
    else:
        console.print(text("cli.run.took", lang, time=duration(outcome.seconds, lang)), highlight=False)
    if outcome.failed:
        failed = text("cli.run.failed", lang, count=outcome.failed, total=outcome.runs * len(outcome.outcomes))
        console.print(Text(failed, style="bold red"))
    if outcome.kept < outcome.runs:
        console.print(text("cli.run.summarised", lang, runs=outcome.runs, kept=outcome.kept), highlight=False)
    show_trust(console, outcome, lang)
    _show_table(console, outcome, lang)
    if outcome.trust.shows_outcomes or shares:
        _show_shares(console, outcome, lang)
    else:
        console.print(f"\n{text('trust.outcomes_hidden', lang)}", highlight=False)
    for note in outcome.notes:
        console.print(note, highlight=False)
    console.print()
    for key, value in (("identity", outcome.identity), ("stored", outcome.path), ("report", outcome.report)):
        if value is not None:
            line = text("cli.run.line", lang, label=text(f"cli.run.{key}", lang), value=value)
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _show_table(console: Console, outcome: RunOutcome, lang: str) -> None:
    if not outcome.table:
        console.print(text("cli.run.no_observations", lang))
        return
    table = blank_table(console, text("cli.run.table", lang))
    table.add_column(text("cli.run.variable", lang), overflow="fold", min_width=11)
    for key in ("quarter", "observed", "median", "band", "width", "percentile"):
        table.add_column(text(f"cli.run.{key}", lang), justify="left" if key == "quarter" else "right", no_wrap=True)
    for row in outcome.table:
        name = f"{row.title} ({row.unit})" if row.unit else row.title
        low, median, upper = numbers(row.low, row.median, row.upper)
        observed = "–".join(numbers(row.observed) if row.high is None else numbers(row.observed, row.high))
        wide = f"{100 * row.width:.0f}%" if isfinite(row.width) else "—"
        place = Text(row.percentile, style="yellow" if row.outside else "")
        table.add_row(Text(name), row.quarter, f"{row.bound}{observed}", median, f"{low} – {upper}", wide, place)
    console.print(table)
    console.print(text("cli.run.reading", lang), highlight=False)
    words = text(
        "cli.run.outside", lang, outside=outcome.outside, total=outcome.compared, expected=outcome.expected,
        scenario=outcome.outcomes[0].scenario,
    )  # fmt: skip
    console.print(words, highlight=False)


def _show_shares(console: Console, outcome: RunOutcome, lang: str) -> None:
    assumed = text("trust.outcomes_assumed", lang, label=outcome.trust.label(lang))
    table = blank_table(console, text("cli.run.outcomes", lang) if outcome.trust.shows_outcomes else assumed)
    table.add_column(text("cli.run.scenario", lang), overflow="fold")
    for name, _ in outcome.outcomes[0].shares:
        table.add_column(text(f"cli.outcome.{name}", lang), justify="right")
    for shares in outcome.outcomes:
        table.add_row(Text(shares.scenario), *(percent(share) for _, share in shares.shares))
    console.print(table)


def percent(share: float) -> str:
    """A share in per cent; a dash where there is none."""
    return f"{100 * share:.1f} %" if isfinite(share) else "—"


def blank_table(console: Console, title: str) -> Table:
    """A table under its title, which may be wider than the table."""
    from rich import box

    console.print()
    console.print(Text(title, style="bold"), soft_wrap=True)
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)


def show_catalogue(catalogue: Catalogue, lang: str) -> None:
    """All cases, studies and stored runs."""
    console = Console(markup=False)
    for key, entries in (("cases", catalogue.cases), ("studies", catalogue.studies)):
        table = blank_table(console, text(f"cli.list.{key}", lang))
        table.add_column(text("cli.list.name", lang), no_wrap=True)
        table.add_column(text("cli.list.title", lang), overflow="fold")
        for name, title in entries:
            table.add_row(Text(name), Text(title))
        console.print(table)
    _show_runs(console, catalogue, lang)
    if catalogue.unfinished:
        words = text("cli.list.unfinished", lang, count=catalogue.unfinished, folder=catalogue.folder)
        console.print(words, highlight=False, soft_wrap=True)
    if catalogue.damaged:
        show_faults(catalogue.damaged, lang)


def _show_runs(console: Console, catalogue: Catalogue, lang: str) -> None:
    if not catalogue.runs:
        console.print(text("cli.list.no_runs", lang, folder=catalogue.folder), highlight=False, soft_wrap=True)
        return
    table = blank_table(console, text("cli.list.runs", lang, folder=catalogue.folder))
    table.add_column(text("cli.run.identity", lang), no_wrap=True)
    table.add_column(text("cli.list.study", lang), overflow="fold")
    for key in ("runs_column", "seed", "size", "created"):
        table.add_column(text(f"cli.list.{key}", lang), justify="right", overflow="fold")
    for run in catalogue.runs:
        runs = f"{run.runs:,}"
        if run.failed:
            runs = text("cli.list.failed", lang, runs=run.runs, failed=run.failed)
        cells = (run.study, runs, str(run.seed), f"{run.bytes / 1e6:,.1f} MB", run.created[:10])
        table.add_row(run.identity, *map(Text, cells))
    console.print(table)


def show_description(description: Description, lang: str) -> None:
    """What a case, a study or a stored run holds."""
    console = Console(markup=False)
    table = blank_table(console, description.title)
    table.add_column(text("cli.show.entry", lang), no_wrap=True)
    table.add_column(text("cli.show.value", lang), overflow="fold")
    for entry, value in description.entries:
        table.add_row(Text(entry), Text(value))
    console.print(table)


def show_verdict(verdict: Verdict, lang: str) -> None:
    """Whether a replay gave what is stored, and what has changed if it did not."""
    console = Console(markup=False)
    values: dict[str, Any] = {"count": verdict.runs, "largest": verdict.largest}
    if verdict.first is not None:
        values |= vars(verdict.first)
    is_shape = verdict.first is not None and not verdict.first.quarter and verdict.first.run < 0
    words = text("cli.verify.shape" if is_shape else f"cli.verify.{verdict.kind}", lang, **values)
    console.print(Text(words, style="bold green" if verdict.passed else "bold red"), soft_wrap=True)
    if verdict.kind == "identical":
        return
    console.print(text("cli.verify.changed" if verdict.changes else "cli.verify.unchanged", lang), highlight=False)
    for name, stored, now in verdict.changes:
        line = text("cli.verify.was", lang, name=name, stored=stored, now=now)
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
    if verdict.changes:
        console.print(text("cli.verify.promise", lang), highlight=False)
