"""Fonts of figures and of PDF. The Chinese one comes with copark, so that no machine needs one of its own."""

import logging
from functools import cache
from importlib.util import find_spec
from pathlib import Path

CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Sans CJK JP",
    "Noto Serif CJK SC",
)
"""Fonts with the Chinese characters, in order of preference; the last two are stand-ins."""

LATIN = "DejaVu Sans"


def chinese_font_file() -> Path | None:
    """Return the file of Noto Sans SC (regular, SIL Open Font License), or ``None`` where the package is damaged.

    It is in the package zhplot, of which nothing but this file is used: it is not imported.
    """
    package = find_spec("zhplot")
    folders = list(package.submodule_search_locations or ()) if package else []
    path = Path(folders[0]) / "fonts" / "NotoSansSC-Regular.ttf" if folders else None
    return path if path is not None and path.is_file() else None


@cache
def chinese_font() -> str | None:
    """Return the family for Chinese characters: this machine's, which has a bold cut, else the one copark brings.

    ``None`` where there is neither, in a damaged installation.
    """
    from matplotlib import font_manager

    shipped = chinese_font_file()
    if _preferred() is None and shipped is not None:
        font_manager.fontManager.addfont(shipped)
        # It has no bold cut, which matplotlib says to whoever looks at the terminal.
        logging.getLogger(font_manager.__name__).setLevel(logging.ERROR)
    return _preferred()


def _preferred() -> str | None:
    from matplotlib import font_manager

    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE if name in installed), None)


def families() -> list[str]:
    """Return the fonts of every figure: the Chinese one (its Latin letters match), then the one matplotlib brings."""
    chinese = chinese_font()
    return [LATIN] if chinese is None else [chinese, LATIN]


@cache
def glyphs(fonts: tuple[str, ...]) -> frozenset[int]:
    """Return the characters that fonts can write, as code points."""
    from matplotlib import font_manager

    characters: set[int] = set()
    for family in fonts:
        properties = font_manager.FontProperties(family=[family])
        characters |= set(font_manager.get_font(font_manager.findfont(properties)).get_charmap())
    return frozenset(characters)
