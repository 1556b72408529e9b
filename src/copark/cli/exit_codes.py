"""Codes that commands end with."""

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
