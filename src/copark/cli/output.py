"""Output of a command: in words, quietly, or as one JSON record, beside which nothing is on standard output.

Commands tell what they have to :func:`output`, by way of :mod:`copark.cli.screen`; it prints words at once, and the
record when the command ends.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from copark.errors import Fault, printable
from copark.json_types import JsonObject

if TYPE_CHECKING:
    from copark.presentation.document import Document
    from copark.presentation.reply import ErrorKind

JSON = ("--json",)
QUIET = ("--quiet", "-q")


@dataclass
class Output:
    """The answer of a command so far, and how it is told."""

    lang: str = "en"
    """Language of every sentence."""
    is_json: bool = False
    """Whether it is told as one JSON record, when the command ends."""
    is_quiet: bool = False
    """Whether only the answer is told, and what is wrong."""
    command: str = ""
    """The command, such as ``workspace pack``."""
    holds_file: bool = False
    """Whether standard output holds a file that was asked for, or a protocol: words go to standard error."""
    document: Document | None = None
    data: JsonObject = field(default_factory=dict)
    messages: list[JsonObject] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    error: tuple[ErrorKind, str] | None = None
    origins: dict[str, str] = field(default_factory=dict)
    """Where values of options come from that are neither typed nor the default, by option."""

    @property
    def is_wordy(self) -> bool:
        """Return whether words for people are printed beside the answer."""
        return not (self.is_json or self.is_quiet)

    def tell(self, words: str, key: str = "", values: Mapping[str, Any] | None = None) -> None:
        """Report in a sentence what was done; it is no answer, and a quiet command leaves it out.

        Parameters
        ----------
        words
            The sentence.
        key
            Key of its text, by which programs know it.
        values
            What it names.
        """
        if self.is_json:
            named = {name: plain_value(value) for name, value in (values or {}).items()}
            self.messages.append({"key": key, "text": printable_lines(words), "values": named})
        elif not self.is_quiet:
            print(printable_lines(words), file=sys.stderr if self.holds_file else sys.stdout)

    def remark(self, words: str) -> None:
        """Write to standard error what should be known beside the answer, if there is anything."""
        if words and (self.is_json or not self.is_quiet):
            self.warn(words)

    def warn(self, words: str) -> None:
        """Write to standard error what must be known beside the answer, of a quiet command as well."""
        if self.is_json:
            self.tell(words)
        else:
            print(printable_lines(words), file=sys.stderr, flush=True)

    def content(self, words: str, **data: Any) -> None:
        """Print a text that is the answer itself, such as a script; as JSON it is data."""
        from typer import echo

        if self.is_json:
            self.data.update(data)
        else:
            echo(words)

    def end(self, exit_code: int) -> None:
        """Print the record, once, where one is asked for.

        Parameters
        ----------
        exit_code
            Code with which the command ends.
        """
        if not self.is_json or self.holds_file:
            return
        self.holds_file = True
        print(self._record(exit_code), flush=True)

    def _record(self, exit_code: int) -> str:
        from copark.presentation.figures import Charts
        from copark.presentation.rendered_document import page_of
        from copark.presentation.reply import Reply, ReplyError, ReplyFault

        faults = [
            ReplyFault(
                code=fault.code,
                file=fault.file,
                line=fault.line,
                key=fault.key,
                cause=fault.cause(self.lang),
                repair=fault.repair(self.lang),
            )
            for fault in self.faults
        ]
        error = None if self.error is None else ReplyError(kind=self.error[0], message=self.error[1])
        reply = Reply.model_validate(
            {
                "command": self.command,
                "lang": self.lang,
                "exit_code": exit_code,
                "document": None if self.document is None else page_of(self.document, Charts()),
                "data": plain_value(self.data),
                "messages": self.messages,
                "faults": faults,
                "error": error,
            }
        )
        return reply.model_dump_json(indent=1, by_alias=True)


class _CurrentOutput:
    """Holds the output of the command that runs."""

    output = Output()


def output() -> Output:
    """Return the output of the command that runs."""
    return _CurrentOutput.output


def begin(words: Sequence[str], lang: str) -> Output:
    """Begin the output of a command: as JSON or quietly where its words say so, also where they are wrong.

    Parameters
    ----------
    words
        Words behind ``copark``.
    lang
        Language of what is told.
    """
    options = list(words[: words.index("--")] if "--" in words else words)
    _CurrentOutput.output = Output(lang, any(flag in options for flag in JSON), any(flag in options for flag in QUIET))
    return _CurrentOutput.output


def printable_lines(words: str) -> str:
    """Strip lines of control characters: names of files and cases are somebody's own."""
    return "\n".join(printable(line) for line in words.split("\n"))


def plain_value(value: Any) -> Any:
    """Return a value as JSON has it: records as objects, paths and words of an enumeration as strings."""
    if isinstance(value, Mapping):
        return {str(name): plain_value(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(entry) for entry in value]
    if is_dataclass(value) and not isinstance(value, type):
        return plain_value(asdict(value))
    if isinstance(value, Enum):
        return plain_value(value.value)
    if isinstance(value, float) and value - value != 0.0:  # not finite: JSON has no such numbers
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")  # names of files may be no text
