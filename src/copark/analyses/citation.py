"""Citations of copark, and of the paper whose theory it makes into a model: of ``CITATION.cff`` alone."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

from copark.analyses.vocabulary import MisusedFunction, public_function
from copark.cases.casebook import cases_called, list_cases
from copark.cases.files import fault
from copark.cases.types import shown
from copark.errors import Fault
from copark.json_types import JsonObject
from copark.options import options
from copark.texts import text

Style = Literal["text", "bibtex"]
STYLES = ("text", "bibtex")
FILE = "CITATION.cff"
PLACES = (Path(__file__).parents[1] / FILE, Path(__file__).parents[3] / FILE)
"""Where the file is: in an installed package, and in a clone of the repository."""
RUN_ID = re.compile(r"[0-9a-f]{6,64}")
"""A run ID, or as much of its beginning as is shown."""
SPECIAL = re.compile(r"([&%$#_{}])")
"""Letters that mean something else to BibTeX."""


@cache
def citation() -> JsonObject:
    """Read the file."""
    import yaml

    path = next(place for place in PLACES if place.is_file())
    read: JsonObject = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


@public_function()
def cite(of: Any = None, style: Style = "text") -> str:
    """Describe how to cite copark and the paper whose theory it makes into a model; of an answer with its run ID.

    Parameters
    ----------
    of
        An answer, a run, a Dataset of runs, or a run ID; by default copark itself.
    style
        ``text`` or ``bibtex``.

    Raises
    ------
    MisusedFunction
        If there is no such style, or what is given has no run ID.
    """
    if style not in STYLES:
        raise MisusedFunction([fault("not_allowed", "cite()", key="style", found=style, suggestion=" | ".join(STYLES))])
    run_id = run_id_of(of)
    if of is not None and not RUN_ID.fullmatch(run_id):
        raise MisusedFunction([_no_run(of)])
    return bibtex(run_id) if style == "bibtex" else reference(run_id, options().lang)


def _no_run(of: Any) -> Fault:
    """Return what is cited in the place of something that has no run ID."""
    if not isinstance(of, str):
        return Fault("python.cite.no_run", "cite()", None, "of", {"found": type(of).__name__})
    near = cases_called(of) or ((of,) if of in list_cases() else ())
    if near:
        return Fault("python.cite.no_case", "cite()", None, "of", {"found": shown(of), "suggestion": near[0]})
    return Fault("python.cite.no_run", "cite()", None, "of", {"found": shown(of)})


def run_id_of(of: Any) -> str:
    """Return the run ID of an answer, a run or a Dataset; a text is one itself; empty for nothing.

    Parameters
    ----------
    of
        What is to be cited.
    """
    if of is None or isinstance(of, str):
        return of or ""
    named = getattr(of, "run_id", None) or getattr(of, "identity", None)
    return str(named or getattr(of, "attrs", {}).get("identity", ""))


def reference(run_id: str, lang: str) -> str:
    """Write references as a list of literature has them, a line each.

    Parameters
    ----------
    run_id
        Run ID of what is cited; empty for copark itself.
    lang
        Language, ``en`` or ``zh``.
    """
    file = citation()
    values = {
        "authors": _names(file["authors"]),
        "year": _year(file),
        "title": file["title"],
        "version": file["version"],
    }
    lines = [
        text("python.cite.software", lang, **values) + (text("python.cite.run", lang, run_id=run_id) if run_id else "")
    ]
    lines += [
        text("python.cite.article", lang, **article | {"authors": _names(article["authors"])})
        for article in file["references"]
    ]
    return "\n".join(lines)


def bibtex(run_id: str) -> str:
    """Write entries for BibTeX.

    Parameters
    ----------
    run_id
        Run ID of what is cited; empty for copark itself.
    """
    file = citation()
    software = {
        "author": f"{{{_escaped(_names(file['authors']))}}}",
        "title": f"{{{_escaped(file['title'])}}}",
        "year": _year(file),
        "version": str(file["version"]),
        "license": file["license"],
        **({"note": f"Run ID {_escaped(run_id)}"} if run_id else {}),
    }
    entries = [_entry("software", "copark", software)]
    for article in file["references"]:
        names = [f"{author['family-names']}, {author['given-names']}" for author in article["authors"]]
        fields = {
            "author": _escaped(" and ".join(names)),
            "title": f"{{{_escaped(article['title'])}}}",
            "journal": _escaped(article["journal"]),
            "year": str(article["year"]),
            "volume": str(article["volume"]),
            "number": str(article["issue"]),
            "pages": f"{article['start']}--{article['end']}",
            "doi": article["doi"],
        }
        key = f"{article['authors'][0]['family-names'].lower()}{article['year']}"
        entries.append(_entry("article", key, fields))
    return "\n\n".join(entries)


def _names(authors: list[dict[str, str]]) -> str:
    """Write authors in one line, family names first."""
    return ", ".join(author.get("name") or f"{author['family-names']} {author['given-names']}" for author in authors)


def _year(file: JsonObject) -> str:
    return str(file["date-released"])[:4]


def _escaped(words: str) -> str:
    return SPECIAL.sub(r"\\\1", words)


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    lines = [f"  {name} = {{{words}}}," for name, words in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])
