"""Faults of a request, each with its place, cause and repair in both languages."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from copark.cases.files import KeyPath, written
from copark.cases.pydantic_errors import known_keys, told
from copark.cases.types import gives_orders, shown
from copark.errors import Fault, FaultsFound, NotFound, StudyFaults
from copark.json_types import JsonObject
from copark.texts import has_text
from copark.texts.localized import LocalizedText
from copark.web.content.responses import ApiModel

REQUEST = "request"
"""What stands in the place of a file's name in the faults of a request."""


class Absent(FaultsFound, NotFound):
    """Something asked for by name that is not there."""


def fault(code: str, key: str = "", **values: Any) -> Fault:
    """Return a fault of a request, whose words are in ``texts/web.yaml``."""
    return Fault(f"web.{code}", REQUEST, None, key, values)


def absent(code: str, key: str = "", **values: Any) -> Absent:
    """Return the error that something is not there."""
    return Absent([fault(code, key, **values)])


MOST = 100
COUNTED = "cases.too_short"
"""Told of a list whose items have faults of their own as well, since they are not counted."""
PLAIN = {
    "int_parsing": "whole",
    "int_type": "whole",
    "int_from_float": "whole",
    "float_parsing": "number",
    "float_type": "number",
    "bool_parsing": "yes_no",
    "bool_type": "yes_no",
    "string_type": "words",
    "string_pattern_mismatch": "pattern",
    "string_too_long": "long",
    "json_invalid": "json",
    "finite_number": "number",
    "missing": "missing",
}
"""Errors that a request may have and a case or study has in other words."""


class FaultInfo(ApiModel):
    """One thing wrong in one place."""

    field: str
    """Where in the request; or the key, column or cell of an uploaded file."""
    code: str
    """What kind of fault it is; the same in every language."""
    file: str
    """``request``, or the file or sheet of an upload."""
    line: int | None
    """Line or row in it; null where there is none."""
    cause: LocalizedText
    """What is wrong."""
    repair: LocalizedText
    """How to fix it."""


def fault_infos(faults: Iterable[Fault]) -> list[FaultInfo]:
    """Return faults as a response has them."""
    return [
        FaultInfo.of(
            fault,
            field=fault.key,
            cause=LocalizedText.by_language(fault.cause),
            repair=LocalizedText.by_language(fault.repair),
        )
        for fault in faults
    ]


def faults_of_request(errors: Iterable[Mapping[str, Any]], model: type[BaseModel] | None = None) -> list[Fault]:
    """Return the faults of what pydantic found wrong in a request, whose places are counted from what was sent."""
    faults = [_fault(error, model) for error, _ in zip(errors, range(MOST), strict=False)]
    places = [fault.key for fault in faults]
    return [
        fault for fault in faults if fault.code != COUNTED or not any(_within(place, fault.key) for place in places)
    ]


def _within(place: str, around: str) -> bool:
    """Return whether a place lies in another."""
    return place != around and place.startswith(around)


def _fault(error: Mapping[str, Any], model: type[BaseModel] | None) -> Fault:
    place: KeyPath = tuple(error["loc"])
    if error["type"] == "json_invalid":
        return Fault("web.fault.json", REQUEST, None, "", {"found": shown(error.get("ctx", {}).get("error", ""))})
    if error["type"] in PLAIN:
        name = PLAIN[error["type"]]
        values = {"found": shown(place[-1] if name == "missing" and place else error.get("input", ""))}
        return Fault(f"web.fault.{name}", REQUEST, None, written(place), values)
    allowed = known_keys(model, place[:-1]) if model is not None and error["type"] == "extra_forbidden" else None
    code, position, values = told({**error, "loc": place}, allowed)
    values = {name: shown(value) for name, value in values.items()}
    for key in (f"study.{code.removeprefix('study_')}", f"cases.{code}"):
        if has_text(f"{key}.cause") and (code.startswith("study_") or key.startswith("cases.")):
            return Fault(key, REQUEST, None, written(position), values)
    return Fault("web.fault.invalid", REQUEST, None, written(position), {"found": values.get("found", "")})


def read_json(content: bytes) -> Any:
    """Read a request by the rules of files.

    Every key that is there twice and every text with control characters is a fault.
    """
    faults: list[Fault] = []

    def refuse(code: str, key: str, value_found: str) -> None:
        """Note a fault of the request.

        Parameters
        ----------
        code
            Key of the fault's text.
        key
            Key of the JSON object at which it is.
        value_found
            What stands there; shown shortened and without control characters.
        """
        faults.append(Fault(code, REQUEST, None, shown(key), {"found": shown(value_found)}))

    def mapping(pairs: list[tuple[str, Any]]) -> JsonObject:
        entries: JsonObject = {}
        for key, value in pairs:
            if key in entries:
                refuse("cases.duplicate", key, key)
            entries[key] = value
            for token in (key, *(value if isinstance(value, list) else (value,))):
                if isinstance(token, str) and gives_orders(token):
                    refuse("cases.control_mark", key, token)
        return entries

    tree = json.loads(content, object_pairs_hook=mapping)
    if faults:
        raise StudyFaults(faults)
    return tree
