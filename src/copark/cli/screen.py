"""Printing: results on standard output, errors and how far the work is on standard error; 80 columns do.

Each function does what :mod:`copark.cli.output` asks for: a quiet command prints its answer and errors alone, one that
was asked for JSON keeps what it has for its record.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from copark.cli.output import output, printable_lines
from copark.cli.settings import SettingsFaults
from copark.errors import CoparkError, Fault, FaultsFound, NotFound
from copark.json_types import JsonObject
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from copark.presentation.document import Document, Table
    from copark.presentation.reply import ErrorKind
    from copark.workflows import ReplayVerdict, RunOutcome
    from copark.workflows.case_commands import Checked, Entries

PATIENCE = 2.0
"""Seconds before anything is shown of how far the work is."""
BETWEEN_LINES = 5.0
"""Seconds between lines where there is no terminal."""


def say(key: str, lang: str, **values: Any) -> None:
    """Report in a line what was done, not broken, so that it can be copied or piped."""
    output().tell(text(key, lang, **values), key, values)


def give(**data: Any) -> None:
    """Return data for the record of a command that was asked for JSON, by name; others show them in words."""
    output().data.update(data)


def styled(words: str, *, err: bool = False, **look: Any) -> None:
    """Print words in a colour or in bold, where a terminal has such."""
    from typer import echo, style

    shown = printable_lines(words)
    echo(shown if os.environ.get("NO_COLOR") else style(shown, **look), err=err)


def show_plan(sentences: Sequence[str]) -> None:
    """Print a plan on standard error, before the work begins: standard output is for what is asked for alone."""
    for sentence in sentences if not output().is_quiet else ():
        print(sentence, file=sys.stderr, flush=True)


def fail(kind: ErrorKind, words: str, code: int) -> int:
    """Describe why a command did not do what was asked; return the code of its end.

    Parameters
    ----------
    kind
        What kind of error it is, for programs.
    words
        What is wrong, for people.
    code
        The code.
    """
    _tell_error(kind, words)
    return code


def _tell_error(kind: ErrorKind, words: str) -> None:
    answer = output()
    remark = _origins(answer.lang)
    answer.error = kind, printable_lines(f"{words} {remark}".strip())
    if not answer.is_json or answer.holds_file:  # the record was printed already, as of a server that was ready
        print(printable_lines(f"{words}\n{remark}".strip()), file=sys.stderr)


def _origins(lang: str) -> str:
    """Describe which options were neither typed nor the default: what is wrong may lie there."""
    places = [text("cli.origin", lang, option=flag, place=place) for flag, place in output().origins.items()]
    return text("cli.origins", lang, options=text("cli.origin.and", lang).join(places)) if places else ""


def show_error(error: CoparkError) -> int:
    """Describe an error that was foreseen, with every fault it carries; return the code of its end."""
    from copark.cli.exit_codes import code_of

    lang = output().lang
    code = code_of(error)
    if not isinstance(error, FaultsFound):
        return fail("not_found" if isinstance(error, NotFound) else "refused", error.said(lang), code)
    show_faults(error.faults, lang)
    output().error = "faults", text("cli.error.faults", lang, count=len(error.faults))
    if not isinstance(error, SettingsFaults):
        output().remark(_origins(lang))
    return code


def show_faults(faults: Iterable[Fault], lang: str) -> None:
    """Print each fault on standard error: where, what is wrong, how to fix it."""
    all_faults = list(faults)
    output().faults += all_faults
    if output().is_json:
        return
    for fault in all_faults:
        styled(f"{fault.place()}: {fault.key}" if fault.key else fault.place(), err=True, bold=True)
        print(printable_lines(f"  {fault.cause(lang)}"), file=sys.stderr)
        styled(f"  {text('cli.label.repair', lang, repair=fault.repair(lang))}", err=True, fg="green")
    styled(text("cli.error.faults", lang, count=len(all_faults)), err=True, bold=True, fg="red")


def show_checked(parts: Iterable[Checked], lang: str) -> bool:
    """Show what a check of the casebook found, the faults of each part; return whether all is sound."""
    sound = True
    parts = list(parts)
    give(checked=[{"name": part.name, "fault_count": len(part.faults), "notes": part.notes} for part in parts])
    for part in parts:
        key = "part_faults" if part.faults else "part_notes" if part.notes else "part"
        say(f"cli.check.{key}", lang, name=part.name, count=len(part.faults or part.notes))
        if part.faults:
            sound = False
            show_faults(part.faults, lang)
    return sound


def console() -> Console:
    """Return standard output, as wide as it is."""
    from rich.console import Console

    return Console(markup=False, highlight=False)


def show_outcome(outcome: RunOutcome, lang: str, *, shares: bool = False) -> None:
    """Print what a run gave: the answer, on what it rests, the observations beside it, where everything is.

    Parameters
    ----------
    outcome
        The stored run, with the answer read from it.
    lang
        Language, ``en`` or ``zh``.
    shares
        Print shares of outcomes also of a park that is not calibrated.
    """
    from copark.presentation.terminal import print_lines, show

    answer = outcome.answer
    give(
        run_id=outcome.identity,
        path=outcome.path,
        runs=outcome.runs,
        failed=outcome.failed,
        seed=outcome.seed,
        reused=outcome.reused,
        files=outcome.files,
    )
    if not output().is_wordy or output().holds_file:
        show_answer(answer.document(lang))
        for note in outcome.notes:
            output().remark(note)
        return
    out = console()
    shows_shares = shares and not answer.shows_outcomes
    only = ("summary", "outcomes") if shows_shares else ("summary",)
    show(answer.summary(lang, only), out, only=only)
    out.print()
    if not (answer.shows_outcomes or shares):
        print_lines(out, text("trust.outcomes_hidden", lang))
    for note in outcome.notes:
        print_lines(out, note)
    if outcome.failed > answer.unfinished:
        words = text("cli.run.failed", lang, count=outcome.failed, total=outcome.runs * len(answer.outcomes))
        print_lines(out, words, style="bold red")
    if outcome.kept < outcome.runs:
        print_lines(out, text("cli.run.summarised", lang, runs=outcome.runs, kept=outcome.kept))
    took = text("cli.run.took", lang, time=duration(outcome.seconds, lang))
    title = text("cli.run.title", lang, study=outcome.study, runs=outcome.runs, seed=outcome.seed)
    gap = "" if lang == "zh" else " "
    print_lines(out, f"{title}{gap}{text('cli.run.reused', lang) if outcome.reused else took}")
    places: list[tuple[str, object]] = [("identity", outcome.identity), ("stored", outcome.path)]
    for key, value in (*places, *(("report", path) for path in outcome.files.values())):
        say("cli.run.line", lang, label=text(f"cli.run.{key}", lang), value=value)


def listing(key: str, lang: str, *tables: Table) -> Document:
    """Make a document of tables."""
    from copark.presentation.document import Document, Section

    title = tables[0].title if tables else key
    return Document(key, lang, title, title, sections=(Section(key, title, tables),))


def show_answer(document: Document, files: Mapping[str, Path] | None = None, *, whole: bool = False) -> None:
    """Show the answer to a question: in words, its first sentence and how sure it is, or its data.

    Parameters
    ----------
    document
        The answer.
    files
        What was written of it, by format.
    whole
        Show all sections and whole tables, not a summary.
    """
    answer = output()
    answer.document = document
    if answer.is_json or answer.holds_file:
        return
    if answer.is_quiet:
        print(*filter(None, (document.headline, document.trust)), sep="\n")
        return
    from copark.presentation.terminal import show

    show(document, console(), files, whole=whole)


def show_listing(document: Document) -> None:
    """Print tables; a quiet command prints the first column of each, as names for other programs.

    As data they are lists of rows, by the key of the table.
    """
    from copark.presentation.rendered_document import plain
    from copark.presentation.terminal import show_tables

    answer = output()
    tables = list(document.tables())
    rows = {
        table.key: [
            {column.key: plain(value) for column, value in zip(table.columns, row, strict=True)} for row in table.rows
        ]
        for table in tables
    }
    give(**{key: values for key, values in rows.items() if key not in answer.data})
    if answer.is_json:
        return
    if answer.is_quiet:
        for table in tables:
            for row in table.rows:
                print(printable_lines(str(row[0])))
        return
    show_tables(document, console())


def listed(key: str, lang: str, titles: tuple[str, str], tables: Mapping[str, tuple[str, Entries]]) -> Document:
    """List names with what they are, in a table or more, each with its title; columns have titles of ``cli.<key>``.

    Parameters
    ----------
    key
        Key of the document.
    lang
        Language of its titles, ``en`` or ``zh``.
    titles
        Keys of the two columns: names, and what they are.
    tables
        Title and rows of each table, by key.
    """
    from copark.presentation.document import Column, Kind, Table

    name, words = (text(f"cli.{key}.{title}", lang) for title in titles)
    columns = Column(titles[0], name), Column(titles[1], words, Kind.note)
    return listing(key, lang, *(Table(table, title, columns, rows) for table, (title, rows) in tables.items()))


def show_verdict(verdict: ReplayVerdict, lang: str) -> None:
    """Return whether a replay gave what is stored, and what has changed if it did not."""
    give(passed=verdict.passed, verdict=verdict)
    colour = "green" if verdict.passed else "red"
    key = f"cli.verify.{_kind(verdict)}"
    values = {"count": verdict.runs, "largest": verdict.largest} | _first_difference(verdict, lang)
    if not output().is_wordy:
        say(key, lang, **values)
        if not (output().is_json or verdict.passed):
            styled(text(key, lang, **values), err=True, bold=True, fg=colour)
        return
    styled(text(key, lang, **values), bold=True, fg=colour)
    for name, stored, now in verdict.descriptions:
        print(printable_lines(f"  {text('cli.verify.was', lang, name=name, stored=stored, now=now)}"))
    if verdict.passed:
        say("cli.verify.vouches", lang)
    if verdict.kind == "identical":
        return
    say("cli.verify.changed" if verdict.changes else "cli.verify.unchanged", lang)
    for name, stored, now in verdict.changes:
        print(printable_lines(f"  {text('cli.verify.was', lang, name=name, stored=stored, now=now)}"))
    if verdict.changes:
        say("cli.verify.promise", lang)


def _kind(verdict: ReplayVerdict) -> str:
    if verdict.first is None:
        return "described" if verdict.descriptions else verdict.kind
    has_place = verdict.first.quarter or verdict.first.run >= 0
    return "different" if has_place else "shape"


def _first_difference(verdict: ReplayVerdict, lang: str) -> JsonObject:
    """Describe where the first number differs."""
    first = verdict.first
    if first is None:
        return {}
    places = [first.variable]
    if first.statistic:
        places.append(text(f"store.column.{first.statistic}", lang))
    if first.scenario:
        places.append(text("cli.verify.scenario", lang, scenario=first.scenario))
    if first.run >= 0:
        places.append(text("cli.verify.run", lang, run=first.run))
    if first.quarter:
        places.append(text("cli.verify.quarter", lang, quarter=first.quarter))
    place = text("cli.verify.between", lang).join(places)
    return {"place": place, "variable": first.variable, "stored": first.stored, "replayed": first.replayed}


def duration(seconds: float, lang: str) -> str:
    """Put a span of time in words."""
    whole = max(0, round(seconds))
    if whole < 60:
        return text("cli.seconds", lang, seconds=whole)
    if whole < 3600:
        return text("cli.minutes", lang, minutes=whole // 60, seconds=whole % 60)
    return text("cli.hours", lang, hours=whole // 3600, minutes=whole % 3600 // 60)


class ProgressBar:
    """Reports how far a stage is and how long it will still take, once the work takes longer than ``PATIENCE``.

    On a terminal a bar; elsewhere a plain line every ``BETWEEN_LINES`` seconds. All on standard error.
    """

    def __init__(self, lang: str) -> None:
        from rich.console import Console

        self._lang = lang
        self._console = Console(stderr=True)
        self._lock = threading.Lock()
        self._timer = threading.Timer(PATIENCE, self._lose_patience)
        self._timer.daemon = True
        self._is_silent = output().is_quiet
        self._bar: Any = None
        self._task: Any = None
        self._stage = "prepare"
        self._done = 0
        self._total = 0
        self._there = 0
        self._began = time.monotonic()
        self._last_line = self._began

    def __enter__(self) -> Self:
        if not self._is_silent:
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note of how far a stage is; a total of 0 means that nobody can tell.

        What is done when a stage is first told was there before, and does not say how fast the work goes.
        """
        if self._is_silent:
            return
        with self._lock:
            now = time.monotonic()
            if stage != self._stage:
                self._stage = stage
                self._began = now
                self._last_line = now
                self._task = None
                self._there = done
            self._done = done
            self._total = total
            if self._bar is not None:
                self._draw()
            elif not self._console.is_terminal and now - self._last_line > BETWEEN_LINES and done < total:
                self._print_line(now)

    def _lose_patience(self) -> None:
        with self._lock:
            if not self._console.is_terminal:
                self._print_line(time.monotonic())
            elif self._bar is None:
                self._bar = _bar(self._console, self._lang)
                self._bar.start()
                self._draw()

    def _print_line(self, now: float) -> None:
        self._last_line = now
        advance = self._done - self._there
        words = text(f"cli.stage.{self._stage}", self._lang)
        key = "cli.progress.start"
        left = ""
        if advance > 0:
            key = "cli.progress.line"
            left = duration((now - self._began) * (self._total - self._done) / advance, self._lang)
        line = text(key, self._lang, stage=words, done=self._done, total=self._total, left=left)
        print(line, file=sys.stderr, flush=True)

    def _draw(self) -> None:
        if self._task is None:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._task = self._bar.add_task(text(f"cli.stage.{self._stage}", self._lang), total=None)
        self._bar.update(self._task, completed=self._done, total=self._total or None)


def _bar(console: Console, lang: str) -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    left = TimeRemainingColumn(compact=True), TextColumn(text("cli.progress.left", lang))
    shown = TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), *left
    return Bar(*shown, console=console, transient=True)
