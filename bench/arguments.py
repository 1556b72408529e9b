"""The command line of a bench: what all of them share."""

from __future__ import annotations

import argparse

SMOKE = "run every part once, in its smallest form, within seconds; the figures mean nothing and are never written"


def parser_of(module: str, documentation: str | None) -> argparse.ArgumentParser:
    """Make the parser of a bench, with ``--smoke``.

    Parameters
    ----------
    module
        Name after ``python -m``.
    documentation
        The docstring of the module, shown as help.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}",
        description=documentation,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    return parser
