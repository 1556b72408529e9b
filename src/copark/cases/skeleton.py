"""A new case: a commented folder to start from; and the JSON Schema by which editors complete and check it."""

import json
import os
import re
from pathlib import Path

from copark.cases.casebook import list_cases
from copark.cases.defaults import MAY_BE_UNKNOWN, PARTS_MAY_BE_UNKNOWN
from copark.cases.files import fault
from copark.cases.schema import CaseFile
from copark.errors import CaseFaults
from copark.json_types import JsonObject

TEMPLATE = Path(__file__).parent / "template"
SCHEMA = "case.schema.json"
README = "README.md"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
_LONGEST = 64
_TEMPLATE_NAME = "name: my-park"


def case_schema() -> JsonObject:
    """Return the JSON Schema (draft 2020-12) of ``case.yaml``."""
    schema = CaseFile.model_json_schema()
    may_lack = [word for word in schema["required"] if word in MAY_BE_UNKNOWN]
    for key, _, part in (word.partition(".") for word in PARTS_MAY_BE_UNKNOWN):
        section = schema["$defs"][key.capitalize()]
        section["required"] = [word for word in section["required"] if word != part]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "copark: case.yaml",
        "required": [word for word in schema["required"] if word not in may_lack],
        "allOf": [_needed_unless_unknown(word) for word in may_lack],
    }


def _needed_unless_unknown(word: str) -> JsonObject:
    is_declared = {"properties": {"not_known": {"contains": {"const": word}}}, "required": ["not_known"]}
    return {"if": is_declared, "else": {"required": [word]}}


def export_schema(path: str | Path) -> Path:
    """Write the JSON Schema of ``case.yaml`` to a file; in a folder, as ``case.schema.json``."""
    target = Path(path)
    if target.is_dir():
        target = target / SCHEMA
    target.write_text(json.dumps(case_schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
    return target


def new_case(name: str, folder: str | Path = ".") -> Path:
    """Make and give a folder ``folder/name`` with a commented case that is sound and says nothing yet.

    CaseFaults if the name cannot be one or is that of a case of the casebook, the folder is taken, or it cannot be
    written.
    """
    refuse_shipped(name)
    target = claim_folder(name, folder)
    try:
        for source in sorted(TEMPLATE.iterdir()):
            text = source.read_text(encoding="utf-8").replace(_TEMPLATE_NAME, f'name: "{name}"', 1)
            (target / source.name).write_text(text, encoding="utf-8", newline="\n")
        export_schema(target)
    except (OSError, ValueError) as error:
        raise cannot_write(target, error) from None
    return target


def refuse_shipped(name: str) -> None:
    """Refuse the name of a case of the casebook for a new one: by its name, commands read the casebook's."""
    if name in list_cases():
        raise CaseFaults([fault("shipped_name", "case.yaml", None, "name", found=name)])


def claim_folder(name: str, folder: str | Path) -> Path:
    """Make the empty folder of a new case; CaseFaults as :func:`new_case`.

    A folder that is named by a link is the one the link leads to, and the case's place is told as that. The case's own
    folder may be no link: it would be written where nobody named it.
    """
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        raise CaseFaults([fault("bad_name", "case.yaml", None, "name", found=name)])
    parent = Path(folder)
    target = (parent.resolve() if parent.is_symlink() else parent) / name
    try:
        if target.is_symlink():
            raise CaseFaults([fault("link", str(target))])
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise CaseFaults([fault("folder_taken", str(target))])
        target.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise cannot_write(target, error) from None
    return target


def complete_folder(folder: Path) -> None:
    """Put what explains a case beside its files: how they are written, and the schema by which editors check them."""
    (folder / README).write_text((TEMPLATE / README).read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    export_schema(folder)


def cannot_write(target: Path, error: Exception) -> CaseFaults:
    """Report that something cannot be written."""
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
    return CaseFaults([fault("cannot_write", str(target), reason=reason)])
