"""Codes that commands end with.

One rule: 2 where what was typed is malformed, or names nothing that is there, so that nothing was read and no work
began; 1 where what was read has faults, or the work could not be done.
"""

from copark.errors import CoparkError, FaultsFound, NotFound, WrongUsage

OK = 0
FAULTS = 1
"""Code of an end where what was asked for has faults, or could not be done."""
WRONG_USAGE = 2
STOPPED = 130
"""Code of an end by the keyboard, 128 and the number of its signal."""
BY_SIGNAL = 128
"""Added to the number of a signal, as shells have it."""
EXIT_CODES = {
    "OK": str(OK),
    "FAULTS": str(FAULTS),
    "WRONG_USAGE": str(WRONG_USAGE),
    "STOPPED": str(STOPPED),
    "BY_SIGNAL": f"{BY_SIGNAL}+n",
}
"""Codes that commands end with, by the end of the key of their words (``cli.exit_code.<name>``)."""
MISTYPED = frozenset({"set_methods.fault.no_file", "cases.no_such_file", "cases.bad_name", "cases.shipped_name"})
"""Faults of what was typed: a file that is not there, a name that none may have; those of options name the option."""


def code_of(error: CoparkError) -> int:
    """Return the code that a command ends with at an error."""
    if isinstance(error, NotFound | WrongUsage):
        return WRONG_USAGE
    faults = error.faults if isinstance(error, FaultsFound) else ()
    is_mistyped = [fault.code in MISTYPED or fault.file.startswith("--") for fault in faults]
    return WRONG_USAGE if is_mistyped and all(is_mistyped) else FAULTS
