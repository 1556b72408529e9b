"""Runs an analysis, or loads its stored result where the same run ID exists.

Results lie in ``results/<analysis>/<run id>/`` of an output folder, with what is costly to make beside them.
The run ID names the question with the versions of model and method, so that what another version made is not found.
``result.json`` carries its own checksum; what is damaged or of another analysis is not read: the question is computed
again. Results that ship lie in the package as in an output folder, compressed.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import re
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import IO, Any, NotRequired, TypedDict, cast

from pydantic import TypeAdapter, ValidationError

from copark.analyses.context import Context
from copark.analyses.contract import AnalysisParams, FormField, Result
from copark.analyses.registry import Analysis
from copark.cases.casebook import suggested_case
from copark.cases.types import shown
from copark.errors import CoparkError, Fault, FaultsFound, NotFound
from copark.json_types import JsonObject
from copark.presentation.document import Document
from copark.store.files import only_one, written_file
from copark.version import MODEL_VERSION, RELEASE_QUARTER

FORMAT = 1
RESULTS = "results"
RESULT = "result.json"
SHIPPED = Path(__file__).resolve().parents[1]
"""Output folder of the results that ship with copark."""
PACKED = f"{RESULT}.gz"
"""File of a result that ships."""
RUN_ID = re.compile(r"[0-9a-f]{16}")
MOST_BYTES = 200_000_000
"""Largest stored result that is read."""
UNREADABLE = (OSError, EOFError, ValueError, RecursionError, zlib.error)
NO_KEY = "analyses.no_key"
HOW_IT_IS_DONE = frozenset({"overwrite", "freeze_all"})
"""Parameters that say how the work is done or where it is written, and not what is asked."""
TOLD_BY_DRAWS = frozenset({"cut", "parameters"})
"""Parameters that choose among the draws a case has: the draws tell what was chosen."""
DRAWN_FROM = "drawn_from"
"""What a question calls the identity of the draws its parameters are taken from; no parameter has this name."""
RUN_MARK = "run-id.txt"
"""File that says of which run the files beside it are."""


@dataclass(frozen=True)
class Answered:
    """Answer to a question."""

    analysis: Analysis
    result: Result
    reused: bool
    """Whether it had been found before."""
    seconds: float
    """Time it took."""
    _documents: dict[str, Document] = dataclasses.field(default_factory=dict, init=False, repr=False, compare=False)

    def document(self, lang: str) -> Document:
        """Make the document that shows it, once in each language."""
        if lang not in self._documents:
            self._documents[lang] = self.analysis.document(self.result, lang)
        return self._documents[lang]

    def write(self, out: Path, formats: Sequence[str], lang: str) -> dict[str, Path]:
        """Write files into a folder of ``out/reports``, both named by document and day.

        Another run of the same day has a folder of its own, with a number behind the day.

        Parameters
        ----------
        out
            Output folder.
        formats
            Some of :data:`copark.presentation.FORMATS` and :data:`copark.analyses.answer_forms.DATA`.
        lang
            Language of the document, ``en`` or ``zh``.

        Returns
        -------
        dict
            Paths by format.
        """
        from copark.analyses.answer_forms import DATA, save
        from copark.presentation import dated_name, write

        document = self.document(lang)
        name = dated_name(document)
        folder = self.folder(out, name)
        written = write(document, folder, [form for form in formats if form not in DATA], name)
        tables = [form for form in formats if form in DATA]
        return written | {form: save(self.result, folder / f"{name}-{lang}.{form}", lang) for form in tables}

    def folder(self, out: Path, name: str) -> Path:
        """Make or find the folder in which the answer's files of this name lie.

        Parameters
        ----------
        out
            Output folder.
        name
            Name of the document, with the day.
        """
        return _report_folder(Path(out) / "reports", name, self.result.run_id)


def _report_folder(reports: Path, name: str, run_id: str) -> Path:
    """Make or find the folder of a run's files: a file in it says which run it is of."""
    reports.mkdir(parents=True, exist_ok=True)
    with only_one(reports / ".lock"):  # two commands at once do not take one folder
        for number in count(1):
            folder = reports / (name if number == 1 else f"{name}-{number}")
            mark = folder / RUN_MARK
            if not folder.exists():
                folder.mkdir()
                mark.write_text(f"{run_id}\n", encoding="utf-8")
            if mark.is_file() and mark.read_text(encoding="utf-8").strip() == run_id:
                return folder
    raise AssertionError  # there is always a next number


class NoKey(FaultsFound, NotFound):
    """A key that was asked for is none."""


def unknown_keys(params: AnalysisParams, context: Context) -> Iterator[tuple[FormField, dict[str, str]]]:
    """Find keys that are asked for and are none: the parameter, what was found and what it may be."""
    values = vars(params)
    for field in type(params).form():
        keys = values[field.name] or ()
        if field.keys is not None and field.keys.closed and keys:
            valid_keys = [choice.value for choice in field.keys.choices(context, values)]
            for key in (keys,) if isinstance(keys, str) else keys:
                if key not in valid_keys:
                    yield field, {"found": shown(key), "suggestion": suggested_case(key, valid_keys)}


def check_keys(analysis: Analysis, params: AnalysisParams, context: Context) -> None:
    """Refuse keys that are none.

    Parameters
    ----------
    analysis
        The analysis, which faults name.
    params
        Its parameters; fields that take any text are not checked.
    context
        Context in which valid keys are listed, such as the levers of the case.

    Raises
    ------
    NoKey
        With every key that is none, and the valid one it resembles.
    """
    faults = [
        Fault(NO_KEY, analysis.name, None, field.flag, details) for field, details in unknown_keys(params, context)
    ]
    if faults:
        raise NoKey(faults)


def answer(analysis: Analysis, params: AnalysisParams, context: Context) -> Answered:
    """Answer a question: from what is stored under its run ID, or else by computing and storing it.

    Parameters
    ----------
    analysis
        The analysis.
    params
        What is asked.
    context
        Folders, threads and progress. Its run ID and result folder are set here; without an output folder nothing is
        stored.

    Raises
    ------
    copark.errors.CoparkError
        If something that is named is not there or has faults.
    """
    began = time.monotonic()
    ask = analysis.ask
    check_keys(analysis, params, context)
    context.run_id = run_id_of(analysis, params, context)
    if context.keep_results and context.out is not None:
        context.result_folder = place_of(context.out, analysis, context.run_id)
    else:
        context.result_folder = None
    result = None if hasattr(ask, "anew") and ask.anew(params, context) else _stored(analysis, context)
    reused = result is not None
    if result is None:
        _tell_outdated(analysis, params, context)
        if context.result_folder is None:
            result = _computed(analysis, params, context)
        else:
            result, reused = _computed_once(analysis, params, context, context.result_folder)
    if hasattr(ask, "deliver"):
        ask.deliver(params, result, context)
    return Answered(analysis, result, reused, time.monotonic() - began)


def _stored(analysis: Analysis, context: Context) -> Result | None:
    """Read what was found before, by the reader or for all."""
    if not context.keep_results or context.lookup_folder is None:
        return None
    own_place = place_of(context.lookup_folder, analysis, context.run_id)
    places = [own_place, *([place_of(SHIPPED, analysis, context.run_id)] if context.use_shipped else [])]
    stored_results = (load(place, analysis) for place in places)
    return next(
        (stored.result for stored in stored_results if stored is not None and stored.version == analysis.version), None
    )


def _tell_outdated(analysis: Analysis, params: AnalysisParams, context: Context) -> None:
    """Inform the reader where a result ships for this question which is of an older state, so that it is computed."""
    from copark.texts import text

    is_read = context.use_shipped and context.keep_results and context.lookup_folder is not None
    named = getattr(params, "case", None)
    if not is_read or named in context.cases or named in context.case_folders:
        return
    found = counterpart(SHIPPED, analysis, params)
    if found is not None and is_outdated(analysis, *found):
        _, header = found
        words = {"command": command_of(analysis, params), "created": header["created"][:10]}
        note = text("analyses.shipped.recomputed", context.lang, **words)
        if "seconds" in header:
            note += text("analyses.shipped.took", context.lang, seconds=header["seconds"])
        context.tell(note)


def _computed_once(analysis: Analysis, params: AnalysisParams, context: Context, folder: Path) -> tuple[Result, bool]:
    """Compute and store a result, one process at a time; read what another has stored meanwhile."""
    with only_one(folder.parent / f".{context.run_id}.lock", lambda: context.stage("waiting")(0, 0)) as waited:
        stored = _stored(analysis, context) if waited else None
        if stored is not None:
            return stored, True
        result = _computed(analysis, params, context)
        save(folder, analysis, params, result)
        return result, False


def _computed(analysis: Analysis, params: AnalysisParams, context: Context) -> Result:
    """Compute a result, with the command that finds it again."""
    # Whether the model must be compiled first is asked of the compiler: only of what is not stored.
    context.stage("prepare")(0, 0)
    result: Result = analysis.ask.compute(params, context)
    result.provenance["command"] = command_of(analysis, params)
    return result


def fields_asked(params: AnalysisParams) -> Iterator[tuple[FormField, Any]]:
    """Yield the parameters that must be named to ask the same, with their values; those by place first."""
    for field in sorted(params.form(), key=lambda field: not field.by_place):
        value = getattr(params, field.name)
        if field.required or value != field.default:
            yield field, value


def command_of(analysis: Analysis, params: AnalysisParams) -> str:
    """Write the command that asks the same; a case of one's own by the name of its folder."""
    from shlex import quote

    words = ["copark", analysis.name]
    for field, value in fields_asked(params):
        parts = [Path(value).name if field.kind in ("case", "file") else str(value)]
        if field.kind == "list":
            parts = [str(part) for part in value] if field.repeated else [",".join(map(str, value))]
        for part in parts:
            words += [*([] if field.by_place else [field.flag]), *([] if field.kind == "boolean" else [quote(part)])]
    return " ".join(words)


def run_id_of(analysis: Analysis, params: AnalysisParams, context: Context) -> str:
    """Name a question: what is asked, and the versions of the model and of the method that answers it.

    Parameters
    ----------
    analysis
        The analysis, with the version of its method.
    params
        What is asked.
    context
        Context in which cases and their parameters are looked up.

    Returns
    -------
    str
        16 hexadecimal digits.

    Raises
    ------
    copark.errors.NotFound
        If a file that is named is not there; and what reading the case may raise.
    """
    from copark.identity import identity_of

    versions = {"model": MODEL_VERSION, "method": analysis.version}
    return identity_of({"analysis": analysis.name, **versions, "asked": question_of(analysis, params, context)})


def question_of(analysis: Analysis, params: AnalysisParams, context: Context) -> JsonObject:
    """Return what is asked as plain values: every parameter, with contents in the place of names.

    Files are told by their content, a case by its own and that of the world's series it takes, its parameters by their
    draws, and the quarter it is looked at from as it is decided. What else a question depends on, or what tells a
    parameter better than its value does, an analysis says by ``depends_on(params, context)``.

    Parameters
    ----------
    analysis
        The analysis.
    params
        What is asked; parameters that only say how the work is done are left out.
    context
        Context in which cases and their parameters are looked up.

    Raises
    ------
    copark.errors.NotFound
        If a file that is named is not there; and what reading the case may raise.
    """
    from copark.cases.horizon import now_for
    from copark.cases.world import world_hash
    from copark.identity import hash_files

    ask = analysis.ask
    selection = getattr(params, "wanted", None)
    extra = dict(ask.depends_on(params, context)) if hasattr(ask, "depends_on") else {}
    excluded = HOW_IT_IS_DONE if selection is None else HOW_IT_IS_DONE | TOLD_BY_DRAWS
    question: JsonObject = params.model_dump(mode="json", by_alias=True, exclude=set(excluded))
    for field in type(params).form():
        value = getattr(params, field.name)
        if value is None or field.name in extra:
            continue
        if field.kind == "file":
            if not value.is_file():
                raise NotFound.of("analyses.no_file", found=shown(value))
            question[field.name] = hash_files([value], value.parent)
        if field.kind == "case":
            case = context.case(value)
            question[field.name] = {"content": case.hash, "world": world_hash(case)}
            if "now" in question:
                question["now"] = str(now_for(case, question["now"]))
            if selection is not None and DRAWN_FROM not in extra:
                question[DRAWN_FROM] = context.parameters(value, *selection).identity
    return question | extra


class ResultHeader(TypedDict):
    """First line of a stored result, without the result itself."""

    format: int
    """Version of the file format."""
    analysis: str
    """Name of the analysis."""
    run_id: str
    """Run ID of the result."""
    version: NotRequired[int]
    """Version of the method; missing where it was made before methods had one."""
    created: str
    """When it was stored, UTC, ISO 8601."""
    params: JsonObject
    """Parameters of the analysis."""
    sha256: str
    """Hash of the result as it is written."""
    seconds: NotRequired[float]
    """Time it took where it was made; missing where nobody measured it."""
    digits: NotRequired[int]
    """Significant digits that numbers are stored to; missing where they keep all."""


@dataclass(frozen=True)
class Stored:
    """A stored result and its parameters."""

    result: Result
    params: JsonObject
    version: int
    """Version of the method that made it; 0 where it was made before methods had one."""
    created: str
    """When, in UTC."""


def place_of(out: Path, analysis: Analysis, run_id: str) -> Path:
    """Return the folder of one result; ValueError if no run has such an ID.

    Parameters
    ----------
    out
        Output folder.
    analysis
        The analysis.
    run_id
        Run ID of the result.
    """
    if not RUN_ID.fullmatch(run_id):
        raise ValueError(run_id)
    return Path(out) / RESULTS / analysis.name / run_id


def find(out: Path, analysis: Analysis, run_id: str) -> Path:
    """Find the folder in which a result lies: of the output folder, or of those shipped where it has none.

    Parameters
    ----------
    out
        Output folder.
    analysis
        The analysis.
    run_id
        Run ID of the result, 16 hexadecimal digits.

    Returns
    -------
    pathlib.Path
        Where neither has a sound result, the folder it would have in the output folder.

    Raises
    ------
    ValueError
        If no run has such an ID.
    """
    own_place, shipped = (place_of(home, analysis, run_id) for home in (out, SHIPPED))
    return shipped if head(own_place, analysis) is None and head(shipped, analysis) is not None else own_place


def _path(folder: Path) -> Path:
    """Return the file of a result; only those of the package are compressed."""
    return folder / (PACKED if SHIPPED in folder.resolve().parents else RESULT)


def _opened(path: Path) -> IO[str]:
    return gzip.open(path, "rt", encoding="utf-8") if path.name == PACKED else path.open(encoding="utf-8")


def plain_content(result: Result, digits: int | None = None) -> Any:
    """Return a result as plain values, as it is stored.

    Parameters
    ----------
    result
        The result.
    digits
        Significant digits that numbers are rounded to, but for those so near to one of fewer digits that what is shown
        of them could be another; all digits by default.
    """
    plain = TypeAdapter(type(result)).dump_python(result, mode="json", by_alias=True, exclude_unset=True)
    return plain if digits is None else _rounded(plain, digits)


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, float):
        rounded = float(f"{value:.{digits}g}")
        is_beside_a_tie = rounded == float(f"{value:.{digits - 1}g}")  # or beside a limit such as 1, which is shown
        return value if is_beside_a_tie else rounded
    if isinstance(value, list):
        return [_rounded(part, digits) for part in value]
    if isinstance(value, dict):
        return {key: _rounded(part, digits) for key, part in value.items()}
    return value


def save(
    folder: Path,
    analysis: Analysis,
    params: AnalysisParams,
    result: Result,
    *,
    seconds: float | None = None,
    digits: int | None = None,
) -> None:
    """Store a result, whole or not at all.

    Parameters
    ----------
    folder
        Folder of the result, as of :func:`place_of`.
    analysis
        The analysis.
    params
        What was asked.
    result
        What was found.
    seconds
        Time it took, which the file says where it is given.
    digits
        Significant digits that numbers are stored to, which the file says; all of them by default.
    """
    content = json.dumps(plain_content(result, digits), ensure_ascii=False, separators=(",", ":"))
    header: ResultHeader = {
        "format": FORMAT,
        "analysis": analysis.name,
        "run_id": result.run_id,
        "version": analysis.version,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "params": params.model_dump(mode="json", by_alias=True),
        "sha256": hashlib.sha256(content.encode()).hexdigest(),
    }
    if seconds is not None:
        header["seconds"] = round(seconds, 1)
    if digits is not None:
        header["digits"] = digits
    lines = f"{json.dumps(header, ensure_ascii=False)}\n{content}\n".encode()
    target = _path(folder)
    with written_file(target) as path:
        path.write_bytes(gzip.compress(lines, mtime=0) if target.name == PACKED else lines)


def load(folder: Path, analysis: Analysis) -> Stored | None:
    """Read a stored result; nothing where there is none, or none that is whole and of this analysis and run ID.

    The provenance of one that another version of the method made says so (``method_changed``), and that of one whose
    numbers are rounded to how many digits (``digits``).
    """
    header = head(folder, analysis)
    if header is None:
        return None
    try:
        with _opened(_path(folder)) as stream:
            stream.readline()
            content = stream.read().rstrip("\n")
        if hashlib.sha256(content.encode()).hexdigest() != header["sha256"]:
            return None
        result: Result = TypeAdapter(analysis.answer).validate_json(content)
    except (*UNREADABLE, ValidationError):
        return None
    version = header.get("version", 0)
    if version != analysis.version:
        result = replace(result, provenance={**result.provenance, "method_changed": True})
    if "digits" in header:
        result = replace(result, provenance={**result.provenance, "digits": header["digits"]})
    return Stored(result, header["params"], version, header["created"]) if result.run_id == folder.name else None


def head(folder: Path, analysis: Analysis) -> ResultHeader | None:
    """Read the header of a stored result; ``None`` where there is none that is sound."""
    path = _path(folder)
    try:
        if path.is_symlink() or path.stat().st_size > MOST_BYTES:
            return None
        with _opened(path) as stream:
            header = json.loads(stream.readline())
        expected = {"format": FORMAT, "analysis": analysis.name, "run_id": folder.name}
        kinds = {"created": str, "params": dict, "sha256": str}
        is_sound = all(header.get(name) == value for name, value in expected.items())
        is_sound = is_sound and all(isinstance(header.get(name), kind) for name, kind in kinds.items())
        is_sound = is_sound and isinstance(header.get("version", 0), int)
    except (*UNREADABLE, AttributeError):
        return None
    if not is_sound:
        return None
    return cast("ResultHeader", header | {"params": analysis.params.by_names(header["params"])})


def listed(out: Path, analysis: Analysis) -> Iterator[tuple[str, ResultHeader]]:
    """Yield the run IDs of stored results and their headers, newest first."""
    folders = [folder for folder in (Path(out) / RESULTS / analysis.name).glob("*/") if RUN_ID.fullmatch(folder.name)]
    entries = [(folder.name, header) for folder in folders if (header := head(folder, analysis)) is not None]
    yield from sorted(entries, key=lambda entry: entry[1]["created"], reverse=True)


def at_release() -> AbstractContextManager[None]:
    """Look at parks from the quarter of the release, as what ships does."""
    from copark.cases.horizon import present_is
    from copark.cases.quarters import Quarter

    return present_is(Quarter.parse(RELEASE_QUARTER))


def counterpart(out: Path, analysis: Analysis, params: AnalysisParams) -> tuple[str, ResultHeader] | None:
    """Return run ID and header of the newest stored result of these parameters, whatever made it.

    Parameters
    ----------
    out
        Output folder, or :data:`SHIPPED`.
    analysis
        The analysis.
    params
        What is asked.
    """
    asked_for = params.model_dump(mode="json")
    for run_id, header in listed(out, analysis):
        try:
            is_same = analysis.params.model_validate(header["params"]).model_dump(mode="json") == asked_for
        except ValueError:  # a parameter that there is no more
            continue
        if is_same:
            return run_id, header
    return None


def is_outdated(analysis: Analysis, run_id: str, header: ResultHeader) -> bool:
    """Return whether a result that ships is of an older model, method or case than the package has.

    Parameters
    ----------
    analysis
        The analysis.
    run_id, header
        The result, as of :func:`counterpart`.
    """
    if header.get("version", 0) != analysis.version:
        return True
    try:
        with at_release():
            return run_id_of(analysis, analysis.params.model_validate(header["params"]), Context()) != run_id
    except (CoparkError, ValueError):
        return True
