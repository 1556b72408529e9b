"""The record that a command prints with ``--json``: the same for all commands, whatever became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from copark.json_types import JsonObject
from copark.presentation.rendered_document import Page, Scalar, Shown

SCHEMA: Literal["copark-reply-1"] = "copark-reply-1"
"""Name of the record, with its version: fields may be added to it; whatever else changes gives it another number."""
ErrorKind = Literal["usage", "not_found", "faults", "refused", "stopped", "system", "memory", "unexpected"]


class ReplyMessage(Shown):
    """A sentence on what was done, and what it names."""

    key: str
    """What is told; the same in every language, such as cli.written. Empty for a remark."""
    text: str
    """The sentence, in the language of the reply."""
    values: Mapping[str, Scalar] = Field(default_factory=dict)
    """What the sentence names, such as a path."""


class ReplyFault(Shown):
    """One thing wrong in one place of a file or a question."""

    code: str
    """What kind of fault it is; the same in every language."""
    file: str
    """The file, or what else is at fault."""
    line: int | None
    """Line in that file, counted from 1; null where there is none."""
    key: str
    """Key, column, cell or option at fault; empty where there is none."""
    cause: str
    """What is wrong."""
    repair: str
    """How to fix it."""


class ReplyError(Shown):
    """Why a command did not do what was asked."""

    kind: ErrorKind
    """usage: an unknown command or option; not_found: no such case, study or run; faults: see the faults; refused: it
    cannot be done as asked; stopped: by the keyboard or a signal; system: by the operating system; memory: too little;
    unexpected: a fault of copark."""
    message: str
    """What is wrong, in the language of the reply."""


class Reply(Shown):
    """What a command answers."""

    schema_name: Literal["copark-reply-1"] = Field(SCHEMA, alias="schema")
    """Name and version of this record."""
    command: str
    """The command, such as levers or workspace pack."""
    lang: Literal["en", "zh"]
    """Language of every sentence in it."""
    exit_code: int
    """Code with which the command ends."""
    document: Page | None = None
    """The answer, as a file of the format json has it; null where the command gives none."""
    data: Mapping[str, Any] = Field(default_factory=dict)
    """What the command gives beside a document, by name, such as path, run_id or runs."""
    messages: tuple[ReplyMessage, ...] = ()
    """What was done, and remarks."""
    faults: tuple[ReplyFault, ...] = ()
    """Faults of files or questions."""
    error: ReplyError | None = None
    """Why it was not done; null where it was."""


def reply_schema() -> JsonObject:
    """Return the JSON Schema of what every command prints with ``--json``."""
    return Reply.model_json_schema(mode="serialization")
