"""The Chinese font that comes with copark, so that no machine needs one of its own."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def chinese_font_file() -> Path | None:
    """The file of Noto Sans SC (regular, SIL Open Font License), or ``None`` where the package is damaged.

    It is in the package zhplot, of which nothing but this file is used: it is not imported.
    """
    found = find_spec("zhplot")
    folders = list(found.submodule_search_locations or ()) if found else []
    path = Path(folders[0]) / "fonts" / "NotoSansSC-Regular.ttf" if folders else None
    return path if path is not None and path.is_file() else None
