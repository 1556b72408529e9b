"""``copark calibrate``: its command, and what a reader sees of a calibration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copark.cli.app import OUT, Lang, Out, Threads, app
from copark.cli.clustering import Scheduler, Workers
from copark.cli.speech import SpokenCommand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from copark.analyses.execution import Means
    from copark.workflows.calibrating import Planned
    from copark.workflows.calibration_answers import Calibrated, Rechecked
    from copark.workflows.crosschecking import CrossChecked

SHOWN = 15
"""Parameters on the screen; the page has the others."""
WORTH_TELLING = 10.0
"""Seconds from which a plan is told before the work begins."""
STYLES = {"good": "green", "fair": "yellow", "poor": "bold red"}

Runs = Annotated[str | None, typer.Option("--runs", help="calibration.help.runs", metavar="N")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="calibration.help.seed", metavar="N")]
CaseName = Annotated[str, typer.Argument(metavar="CASE", help="cli.help.check.case")]
NoReport = Annotated[bool, typer.Option("--no-report", help="calibration.help.no_report")]


@app.command("calibrate", cls=SpokenCommand, help="calibration.help.calibrate")
def calibrate(
    ctx: typer.Context,
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="cli.help.check.case")] = None,
    *,
    pool: Annotated[bool, typer.Option("--pool", help="pool.help.calibrate_pool")] = False,
    cases: Annotated[str | None, typer.Option("--cases", help="pool.help.cases", metavar="A,B,...")] = None,
    cut: Annotated[str | None, typer.Option("--cut", help="calibration.help.cut", metavar="QUARTER")] = None,
    runs: Runs = None,
    seed: Seed = None,
    refine: Annotated[bool, typer.Option("--refine/--no-refine", help="calibration.help.refine")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="calibration.help.fresh")] = False,
    check: Annotated[bool, typer.Option("--check", help="calibration.help.check")] = False,
    crosscheck: Annotated[bool, typer.Option("--crosscheck", help="calibration.help.crosscheck")] = False,
    threads: Threads = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    _lang: Lang = None,
    out: Out = OUT,
    no_report: NoReport = False,
) -> None:
    """Calibrate a case, or all parks together; or make the shipped posterior again and compare."""
    from copark.analyses.execution import Means
    from copark.cli.progress import Progress
    from copark.workflows import calibrating, pooling

    asked = {"--cut": cut is not None, "--no-refine": not refine, "--fresh": fresh,
             "--crosscheck": crosscheck, "--workers": bool(workers), "--scheduler": bool(scheduler)}  # fmt: skip
    means = Means(threads, scheduler, workers)
    pooling.check_asked(case, pool=pool, cases=cases, others=[name for name, on in asked.items() if on], lang=ctx.obj)
    if check:
        recheck(None if pool else case, means, ctx.obj, out)
        return
    if pool or case is None:
        calibrate_pool(cases, runs, seed, threads, ctx.obj, out, report=not no_report)
        return
    if crosscheck:
        cross_checked(case, runs, seed, means, ctx.obj, out)
        return
    planned = calibrating.plan_calibration(
        case, cut=cut, runs=runs, seed=seed, threads=threads, out=out, lang=ctx.obj, refine=refine, fresh=fresh
    )
    tell_plan(planned, ctx.obj)
    with Progress(ctx.obj) as progress:
        made = calibrating.calibrate(
            case, cut=cut, runs=runs, seed=seed, refine=refine, fresh=fresh, threads=threads, means=means,
            lang=ctx.obj, out=out, report=not no_report, progress=progress,
        )  # fmt: skip
    show_calibrated(made, ctx.obj)


def recheck(case: str | None, means: Means, lang: str, out: Path) -> None:
    """Make the posterior that ships with a case, or of no case the panel's, again; end with 1 if it is another."""
    from copark.cli.progress import Progress
    from copark.workflows import calibrating, pooling

    with Progress(lang) as progress:
        if case is None:
            found = pooling.check_pool(threads=means.threads, lang=lang, out=out, progress=progress)
        else:
            found = calibrating.check_posterior(
                case, threads=means.threads, means=means, out=out, lang=lang, progress=progress
            )  # fmt: skip
    show_rechecked(found, lang)
    if not found.passed:
        raise typer.Exit(1)


def cross_checked(
    case: str, runs: str | None, seed: int | None, means: Means, lang: str, out: Path
) -> None:  # fmt: skip
    """Compare a calibration with another method's, and show where they differ."""
    from copark.cli.progress import Progress
    from copark.workflows.crosschecking import cross_check

    with Progress(lang) as progress:
        said = cross_check(
            case, runs=runs, seed=seed, threads=means.threads, means=means, lang=lang, out=out, progress=progress
        )  # fmt: skip
    show_crosschecked(said, lang)


def calibrate_pool(
    cases: str | None, runs: str | None, seed: int | None, threads: int | None, lang: str, out: Path, *, report: bool
) -> None:
    """Calibrate all parks together, or those named, and show what came of it."""
    from copark.cli.pooling import show_pool
    from copark.cli.progress import Progress
    from copark.workflows import pooling

    chosen = [name.strip() for name in (cases or "").split(",") if name.strip()]
    with Progress(lang) as progress:
        answer = pooling.pool(
            cases=chosen, runs=runs, seed=1 if seed is None else seed, threads=threads, lang=lang, out=out,
            report=report, progress=progress,
        )  # fmt: skip
    show_pool(answer, lang)


def show_crosschecked(said: CrossChecked, lang: str) -> None:
    """Where two methods differ most, and whether it matters."""
    from rich.console import Console
    from rich.text import Text

    from copark.cli.progress import duration
    from copark.cli.screen import blank_table
    from copark.texts import text

    console = Console(markup=False)
    console.print(Text(text("calibration.crosscheck.title", lang, case=said.case, cut=said.cut), style="bold"))
    console.print(text("calibration.screen.took", lang, time=duration(said.seconds, lang)), highlight=False)
    table = blank_table(console, text("calibration.crosscheck.table", lang))
    table.add_column(text("calibration.column.parameter", lang), overflow="fold")
    for key in ("crosscheck.own", "crosscheck.other", "crosscheck.shift"):
        table.add_column(text(f"calibration.{key}", lang), justify="right", no_wrap=True)
    for row in said.rows[:SHOWN]:
        both = (f"{one[1]:.3g} ({one[0]:.3g} – {one[2]:.3g})" for one in (row.own, row.other))
        table.add_row(Text(row.title), *both, f"{100 * row.shift:.0f} %")
    console.print(table)
    values = {"apart": said.apart, "count": len(said.rows), "width": f"{said.width:.2f}"}
    console.print(Text(text("calibration.crosscheck.sum", lang, **values)))


def tell_plan(planned: Planned | None, lang: str) -> None:
    """What the work will take, on standard error, before it begins, and what is there; nothing if it takes seconds."""
    import sys

    from copark.cli.progress import duration
    from copark.texts import text

    if planned is None or planned.seconds < WORTH_TELLING:
        return
    words = text(
        "calibration.screen.planned", lang, runs=planned.runs, time=duration(planned.seconds, lang),
        megabytes=planned.megabytes, folder=planned.folder,
    )  # fmt: skip
    print(*filter(None, (planned.went_on, words)), sep="\n", file=sys.stderr, flush=True)


def show_calibrated(made: Calibrated, lang: str) -> None:
    """What the data say of each parameter, whether to believe it, where everything is."""
    from rich.console import Console
    from rich.text import Text

    from copark.texts import text

    console = Console(markup=False)
    console.print(Text(text("calibration.screen.title", lang, case=made.case, cut=made.cut), style="bold"))
    if made.reused:
        console.print(text("calibration.screen.reused", lang), highlight=False)
    else:
        show_took(console, made.seconds, made.went_on, lang)
    console.print(Text(made.used))
    _show_parameters(console, made, lang)
    console.print()
    console.print(Text(text("calibration.screen.health", lang), style="bold"))
    for share, key in zip(made.coverage, ("anywhere", "near"), strict=True):
        records = text(f"calibration.records.{key}", lang)
        console.print(Text(text("calibration.screen.coverage", lang, share=f"{100 * share:.1f}", records=records)))
    checks = text(
        "calibration.screen.checks", lang, outside=len(made.missed), count=made.compared, expected=made.expected
    )
    console.print(Text(checks))
    for sentence in made.missed:
        console.print(Text(f"  {sentence}", style="yellow"))
    for word, sentence in made.notes:
        console.print(Text(sentence, style=STYLES[word]))
    console.print()
    show_lines(console, (("identity", made.identity), ("folder", made.folder), ("report", made.report)), lang)


def _show_parameters(console: Console, made: Calibrated, lang: str) -> None:
    from rich.text import Text

    from copark.cli.screen import blank_table
    from copark.texts import text

    table = blank_table(console, text("calibration.screen.moved", lang))
    table.add_column(text("calibration.column.parameter", lang), overflow="fold")
    for key in ("screen.before", "screen.after", "column.verdict"):
        last = key == "column.verdict"
        table.add_column(text(f"calibration.{key}", lang), justify="left" if last else "right", no_wrap=True)
    shown = [row for row in made.parameters if row.verdict != "unmoved"][:SHOWN]
    for row in shown:
        after = f"{row.median:.3g} ({row.low:.3g} – {row.high:.3g})"
        table.add_row(Text(row.title), f"{row.before:.3g}", after, text(f"calibration.word.{row.verdict}", lang))
    console.print(table)
    rest = len(made.parameters) - len(shown)
    if rest:
        console.print(text("calibration.screen.more", lang, count=rest), highlight=False)


def show_bullets(console: Console, sentences: Iterable[str]) -> None:
    """Sentences as a list; a Chinese one, which has no blanks to break at, begins beside its mark too."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for sentence in sentences:
        table.add_row("•", Text(sentence))
    console.print(table)


def show_lines(console: Console, lines: tuple[tuple[str, object], ...], lang: str) -> None:
    """Labels and what they name, a line each, not broken, so that they can be copied; none for what there is not."""
    from copark.texts import text

    for key, value in lines:
        if value is not None:
            label = text("calibration.screen.folder" if key == "folder" else f"cli.run.{key}", lang)
            line = text("cli.run.line", lang, label=label, value=value)
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def show_rechecked(found: Rechecked, lang: str) -> None:
    """Whether the shipped posterior could be made again."""
    from rich.console import Console
    from rich.text import Text

    from copark.texts import text

    console = Console(markup=False)
    if found.stale:
        console.print(Text(text("calibration.screen.checked.stale", lang), style="yellow"))
    words = text(f"calibration.screen.checked.{found.kind}", lang, largest=found.largest)
    console.print(Text(words, style="bold green" if found.passed else "bold red"))
    show_took(console, found.seconds, found.went_on, lang)


def show_took(console: Console, seconds: float, went_on: str, lang: str) -> None:
    """How long it took, and what was there already of an earlier attempt."""
    from copark.cli.progress import duration
    from copark.texts import text

    took = text("calibration.screen.took", lang, time=duration(seconds, lang))
    console.print(f"{took} {went_on}".strip(), highlight=False)
