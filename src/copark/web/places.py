"""Where the built page and the built documentation lie in the package; it needs no server."""

from pathlib import Path

DIST = Path(__file__).parent / "dist"
SITE = Path(__file__).parent / "site"
