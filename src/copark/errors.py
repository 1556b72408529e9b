"""The errors a person may meet, and the faults they carry.

Every error derives from :class:`CoparkError`. Faults in a person's files are collected, never raised one by one: a
:class:`Fault` says where it is, what is wrong and how to fix it, in both languages.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from copark.texts import text


class CoparkError(Exception):
    """The root of all errors raised on purpose. Its message is meant for a person.

    One that is made of a text (:meth:`of`) has its message in English and tells it in any language.
    """

    _told: tuple[str, dict[str, Any]] | None = None

    @classmethod
    def of(cls, key: str, /, **values: Any) -> Self:
        """Make an error whose message is a text, with its values."""
        error = cls(text(key, **values))
        error._told = (key, values)
        return error

    def said(self, lang: str) -> str:
        """Return its message in a language, where it is made of a text; else as it is."""
        return str(self) if self._told is None else text(self._told[0], lang, **self._told[1])


LONGEST_LINE = 500
"""Characters of a person's own text that a message repeats at most."""


def printable(words: str) -> str:
    """Return a text on one line, cut where it is long: no control character of a person's file may reach a screen."""
    cut = words if len(words) <= LONGEST_LINE else words[:LONGEST_LINE] + "…"
    return cut if cut.isprintable() else "".join(m if m.isprintable() else f"\\x{ord(m):02x}" for m in cut)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place of a person's files."""

    code: str
    """Key of the fault's texts: ``<code>.cause`` says what is wrong, ``<code>.repair`` how to fix it."""
    file: str
    line: int | None = None
    """Line in that file, counted from 1; ``None`` where the fault has no line (a missing file)."""
    key: str = ""
    """The key, column or cell at fault, as a path such as ``finance.credit[1].amount``."""
    values: dict[str, Any] = field(default_factory=dict)
    """What the texts need to name: the value found, the values allowed."""

    def __post_init__(self) -> None:
        """Make fit to be shown what a person's file has put into it."""
        object.__setattr__(self, "file", printable(self.file))
        object.__setattr__(self, "key", printable(self.key))
        shown_values = {
            name: printable(value) if isinstance(value, str) else value for name, value in self.values.items()
        }
        object.__setattr__(self, "values", shown_values)

    def cause(self, lang: str = "en") -> str:
        """Describe what is wrong."""
        return text(f"{self.code}.cause", lang, **self.values)

    def repair(self, lang: str = "en") -> str:
        """Describe how to fix it."""
        return text(f"{self.code}.repair", lang, **self.values)

    def place(self) -> str:
        """Return the place of the fault: ``file:line``, or ``file`` where no line is known."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def sentence(self, lang: str = "en") -> str:
        """Return the whole fault on one line: place, key, cause, repair."""
        where = f"{self.place()}: {self.key}" if self.key else self.place()
        return f"{where}: {self.cause(lang)} {self.repair(lang)}"


class FaultsFound(CoparkError):
    """A person's files have faults; all of them are here, in reading order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.sentence() for fault in self.faults))

    def __reduce__(self) -> tuple[Any, ...]:
        """Carry the faults to another process, not their sentences."""
        return type(self), (self.faults,)


class CaseFaults(FaultsFound):
    """A case folder has faults."""


class StudyFaults(FaultsFound):
    """A study file has faults."""


class NotFound(CoparkError):
    """Something that was asked for by name (a case, a study, a stored run) is not there."""


class RunRefused(CoparkError):
    """A run cannot be started or stored as asked (disk, size, mismatched versions)."""


class WrongUsage(RunRefused):
    """A value that was asked for is written as none may be, or options exclude each other: nothing was read or run."""


class Unavailable(RunRefused):
    """Something that is needed does not answer now; the same may be asked again later."""
