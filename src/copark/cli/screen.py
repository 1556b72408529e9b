"""What a reader sees: results on standard output, errors on standard error; 80 columns are enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from copark.cli.progress import duration
from copark.errors import CoparkError, Fault, FaultsFound, printable
from copark.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from copark.presentation.document import Document, Table
    from copark.workflows import Catalogue, Description, ReplayVerdict, RunOutcome
    from copark.workflows.inspect import Checked


def say(key: str, lang: str, **values: Any) -> None:
    """One line on standard output, not broken, so that it can be copied or piped."""
    print(plain(text(key, lang, **values)))


def plain(words: str) -> str:
    """Lines without control characters: names of files and cases are somebody's own."""
    return "\n".join(printable(line) for line in words.split("\n"))


def show_error(error: Exception, lang: str) -> None:
    """An error that was foreseen: every fault it carries, or its message."""
    if isinstance(error, FaultsFound):
        show_faults(error.faults, lang)
    else:
        words = error.said(lang) if isinstance(error, CoparkError) else str(error)
        Console(markup=False, stderr=True).print(plain(words), highlight=False, markup=False, soft_wrap=True)


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


def show_checked(found: Iterable[Checked], lang: str) -> bool:
    """Show what a check of the casebook found, the faults of each part; whether all is sound."""
    sound = True
    for part in found:
        if part.faults:
            sound = False
            say("cli.check.part_faults", lang, name=part.name, count=len(part.faults))
            show_faults(part.faults, lang)
        else:
            key = "cli.check.part_notes" if part.notes else "cli.check.part"
            say(key, lang, name=part.name, count=len(part.notes))
    return sound


def show_outcome(outcome: RunOutcome, lang: str, *, shares: bool = False) -> None:
    """What a run gave: the answer, on what it rests, the observations beside it, where everything is.

    Parameters
    ----------
    shares
        Show shares of outcomes of a park that is not calibrated, too.
    """
    from copark.presentation.terminal import show

    console = Console(markup=False, highlight=False)
    asked = shares and not outcome.answer.shows_outcomes
    show(outcome.answer.document(lang), console, only=("summary", "outcomes") if asked else ("summary",))
    console.print()
    if not (outcome.answer.shows_outcomes or shares):
        console.print(text("trust.outcomes_hidden", lang))
    for note in outcome.notes:
        console.print(note)
    if outcome.failed > outcome.answer.unfinished:
        total = outcome.runs * len(outcome.answer.outcomes)
        console.print(Text(text("cli.run.failed", lang, count=outcome.failed, total=total), style="bold red"))
    if outcome.kept < outcome.runs:
        console.print(text("cli.run.summarised", lang, runs=outcome.runs, kept=outcome.kept))
    took = text("cli.run.took", lang, time=duration(outcome.seconds, lang))
    title = text("cli.run.title", lang, study=outcome.study, runs=outcome.runs, seed=outcome.seed)
    console.print(f"{title} {text('cli.run.reused', lang) if outcome.reused else took}")
    places = [("identity", outcome.identity), ("stored", outcome.path)]
    places += [("report", path) for path in outcome.files.values()]
    for key, value in places:
        line = text("cli.run.line", lang, label=text(f"cli.run.{key}", lang), value=value)
        console.print(line, markup=False, soft_wrap=True)


def listing(key: str, lang: str, *tables: Table) -> Document:
    """Tables as a document."""
    from copark.presentation.document import Document, Section

    title = tables[0].title if tables else key
    return Document(key, lang, title, title, sections=(Section(key, title, tables),))


def show_listing(document: Document, *, as_json: bool = False) -> None:
    """Tables on standard output, or their data."""
    if as_json:
        from copark.cli.analyses import print_json

        print_json(document)
        return
    from copark.presentation.terminal import show_tables

    show_tables(document, Console(markup=False, highlight=False))


def catalogue_of(catalogue: Catalogue, lang: str) -> Document:
    """All cases and studies."""
    from copark.presentation.document import Column, Kind, Table

    columns = Column("name", text("cli.list.name", lang)), Column("title", text("cli.list.title", lang), Kind.note)
    every = (("cases", catalogue.cases), ("studies", catalogue.studies))
    return listing("list", lang, *(Table(key, text(f"cli.list.{key}", lang), columns, rows) for key, rows in every))


def description_of(description: Description, lang: str) -> Document:
    """What a case, a study or a stored run holds."""
    from copark.presentation.document import Column, Kind, Table

    columns = Column("entry", text("cli.show.entry", lang)), Column("value", text("cli.show.value", lang), Kind.note)
    return listing("show", lang, Table("entries", description.title, columns, description.entries))


def show_verdict(verdict: ReplayVerdict, lang: str) -> None:
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
