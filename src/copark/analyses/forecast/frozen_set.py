"""A frozen forecast of every park of the casebook, in one folder, under one hash."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from copark.analyses.contract import Result
from copark.analyses.forecast.basis import asked_of, kept_calibration, looked_at
from copark.analyses.forecast.frozen_content import content_from_others, content_on_own
from copark.analyses.provenance import current_provenance, today
from copark.analyses.stack.stacking import STACK, shipped
from copark.arrays import Floats
from copark.calibration import forecast as engine
from copark.calibration import frozen_sets
from copark.calibration.calibrations import is_kept
from copark.calibration.frozen_sets import NotForecast
from copark.cases.casebook import list_cases
from copark.cases.horizon import present_quarter
from copark.cases.quarters import Quarter
from copark.errors import CoparkError, RunRefused, WrongUsage
from copark.identity import identity_of
from copark.json_types import JsonObject
from copark.stats.quantiles import LEVELS
from copark.store.files import only_one
from copark.texts.localized import LocalizedText
from copark.version import MODEL_VERSION

if TYPE_CHECKING:
    import pandas as pd

    from copark.analyses.context import Context
    from copark.analyses.forecast.basis import ForecastBasis
    from copark.analyses.forecast.params import Params

YEARS = 5
"""Years after the present one to whose ends parks are forecast."""
SHOWN = 7
"""Ends of years that are shown, the last ones: those after the present year, this one, and the one before."""
ALONE = ("case", "cut", "to", "now", "freeze", "told", "pool", "runs", "seed")
"""Parameters of a single forecast, which a set does not take."""
LOCK = ".lock"


@dataclass(frozen=True)
class FrozenPark:
    """A park of the set."""

    park: str
    """Name of its case."""
    title: LocalizedText
    """Title of its case."""
    file: str
    """Name of its file."""
    forecast: str
    """Identity of its forecast."""
    made_on: str
    """Day on which it was frozen."""
    cut: str
    """Last quarter known."""
    method: str
    """Method of the model's forecast."""
    values: int
    """Values that its parameters were fitted to; 0 where they were borrowed."""
    lent: int
    """Parks that its parameters were borrowed from; 0 where they are its own."""
    quarters: tuple[str, ...]
    """Ends of years that are shown."""
    bands: dict[str, Floats]
    """By observable: quantiles at these ends, shape (levels, years): of the stack where there is one, else of the
    model."""
    stacked: tuple[str, ...]
    """Observables whose forecast is a stack."""
    closed_since: str = ""
    """First quarter of a closure that stands at the end; empty if there is none."""


@dataclass(frozen=True)
class Excluded:
    """A park that could not be forecast."""

    park: str
    """Name of its case."""
    title: LocalizedText
    """Title of its case."""
    reason: LocalizedText
    """Why, and what would help."""


@dataclass(frozen=True, kw_only=True)
class FrozenForecasts(Result):
    """A set of frozen forecasts."""

    shown_by: ClassVar[str] = "copark.analyses.forecast.set_document"

    folder: str
    """Name of the folder."""
    hash: str
    """Hash of the set, SHA-256: the identity in its manifest."""
    made_on: str
    """Day on which the set was completed."""
    known_until: str
    """Last quarter of which anything was known of any of the parks."""
    first: str
    """First end of a year after the present one."""
    until: str
    """Last quarter forecast."""
    parks: tuple[FrozenPark, ...]
    """Parks that are forecast."""
    left_out: tuple[Excluded, ...]
    """Parks that are not."""
    kept: int = 0
    """Forecasts that an interrupted command had left, and that were kept."""
    table: list[JsonObject] = field(default_factory=list)
    """Rows of the table of the ends of years, as written."""

    def to_frame(self) -> pd.DataFrame:
        """Return the table of the ends of years: a row for each park, observable, year and method."""
        import pandas as pd

        return pd.DataFrame(self.table, columns=list(frozen_sets.COLUMNS))


def check_set(params: Params) -> None:
    """Refuse parameters that do not go together, by what makes a set of a single forecast.

    Raises
    ------
    RunRefused
        If a single forecast is asked for parks of a set, or a set for what is said of a single forecast.
    """
    if params.freeze_all is None:
        if params.parks:
            raise WrongUsage.of("forecast.set.parks_alone")
        return
    default = type(params)()
    flags = {entry.name: "CASE" if entry.by_place else entry.flag for entry in params.form()}
    flags_given = [flags[name] for name in ALONE if getattr(params, name) != getattr(default, name)]
    if flags_given:
        raise WrongUsage.of("forecast.set.not_with", options=", ".join(flags_given))


def end_of_set() -> Quarter:
    """Return the last quarter of the fifth year after the present one."""
    return Quarter(present_quarter().year + YEARS, 4)


def parks_of_set(params: Params) -> tuple[str, ...]:
    """Return the names of the parks, in alphabetical order."""
    return tuple(sorted(set(params.parks))) or list_cases()


def single(params: Params, park: str) -> Params:
    """Ask for the forecast of one park of a set."""
    return params.model_copy(update={"case": park, "to": str(end_of_set()), "parks": ()})


def set_depends_on(params: Params, folder: Path, context: Context) -> JsonObject:
    """Return what the forecasts of a set rest on, the folder and the day; whatever cannot be is refused.

    Parameters
    ----------
    params
        What was asked.
    folder
        Folder of the set.
    context
        Where calibrations are looked up.

    Raises
    ------
    copark.errors.CoparkError
        If options do not go together, or nothing can be frozen in the folder.
    """
    check_set(params)
    frozen_sets.refuse_other_files(folder, parks_of_set(params))
    rests_on = {}
    for park in parks_of_set(params):
        try:
            rests_on[park] = _expected(asked_of(single(params, park), context))
        except CoparkError as error:
            rests_on[park] = {"refused": str(error)}
    return {"freeze_all": f"{folder.name} {today()}", "until": str(end_of_set()), "parks": rests_on}


def _expected(basis: ForecastBasis) -> JsonObject:
    """Return what a frozen forecast says of the basis it was made on, but for the day."""
    made_from: JsonObject = {"stack": shipped().stack.identity}
    if basis.panel is not None:
        made_from["panel"] = basis.panel.identity
    else:
        made_from["calibration"] = basis.calibration
    return {
        "case": basis.case.name,
        "case_hash": basis.case.hash,
        "model_version": MODEL_VERSION,
        "cut": str(basis.cut),
        "until": str(basis.until),
        "made_from": made_from,
    }


def _is_the_same(content: JsonObject, expected: JsonObject) -> bool:
    """Return whether a frozen forecast rests on what one made now would rest on."""
    plain = {name: value for name, value in expected.items() if name != "made_from"}
    made_from = content["made_from"]
    return all(content.get(name) == value for name, value in plain.items()) and all(
        made_from.get(name) == value for name, value in expected["made_from"].items()
    )


def freeze_set(params: Params, folder: Path, context: Context) -> FrozenForecasts:
    """Freeze the forecast of each park, then write the table, the pages and, last, the manifest.

    What an interrupted command has left is kept where it rests on what would be used now, and refused otherwise.

    Parameters
    ----------
    params
        What was asked.
    folder
        Folder of the set.
    context
        Folders, threads, progress.

    Raises
    ------
    ForecastRefused
        If the folder holds a complete set, or forecasts that are not those that would be frozen now.
    RunRefused
        If no park can be forecast, with all reasons.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with only_one(folder / LOCK, lambda: context.stage("waiting")(0, 0)):
        frozen_sets.refuse_other_files(folder, parks_of_set(params))
        frozen_sets.clear_unfinished(folder)
        return _freeze_parks(params, folder, context)


def _freeze_parks(params: Params, folder: Path, context: Context) -> FrozenForecasts:
    """Freeze the parks of a set, while no other command does."""
    names = parks_of_set(params)
    refused: dict[str, CoparkError] = {}
    bases: dict[str, ForecastBasis] = {}
    for park in names:
        try:
            bases[park] = asked_of(single(params, park), context)
        except CoparkError as error:
            refused[park] = error
    contents = _kept(folder, bases)
    kept_count = len(contents)
    progress = context.stage("freeze")
    for done, (park, basis) in enumerate(bases.items()):
        progress(done, len(bases))
        if park in contents:
            continue
        try:
            contents[park] = _content(params, basis, context)
        except CoparkError as error:
            refused[park] = error
            continue
        frozen_sets.write_forecast(folder, park, contents[park])
    progress(len(bases), len(bases))
    if not contents:
        reasons = "\n".join(f"{park}: {error.said(context.lang)}" for park, error in refused.items())
        raise RunRefused.of("forecast.set.nothing", reasons=reasons)
    return _finish(folder, context, contents, refused, kept_count)


def _kept(folder: Path, bases: dict[str, ForecastBasis]) -> dict[str, JsonObject]:
    """Read what an interrupted command has left; ForecastRefused where it is not what would be frozen now."""
    contents: dict[str, JsonObject] = {}
    others = []
    for path in sorted(folder.glob("*.json")):
        basis = bases.get(path.stem)
        try:
            content = engine.read(path)
        except engine.ForecastRefused:
            content = None
        if basis is not None and content is not None and _is_the_same(content, _expected(basis)):
            contents[path.stem] = content
        else:
            others.append(path.name)
    if others:
        raise engine.ForecastRefused.of(
            "inference.forecast.set_other_forecasts", folder=folder.name, files=", ".join(others)
        )
    return contents


def _content(params: Params, basis: ForecastBasis, context: Context) -> JsonObject:
    """Make the content of a park's file, as a single forecast would be frozen today."""
    if basis.panel is not None:
        return content_from_others(basis, looked_at(basis, basis.panel, context), today())[0]
    if basis.own is None and not is_kept(basis.needed.folder):
        closure = basis.case.closed_by(basis.until)
        raise RunRefused.of(
            "forecast.set.not_calibrated" if closure is None else "forecast.set.not_calibrated_closed",
            case=basis.case.name,
            cut=basis.cut,
            since="" if closure is None else closure.since,
        )
    calibration = kept_calibration(single(params, basis.case.name), basis, context)
    return content_on_own(basis, calibration, context, later_facts=False, day=today())[0]


def _finish(
    folder: Path, context: Context, contents: dict[str, JsonObject], refused: dict[str, CoparkError], kept_count: int
) -> FrozenForecasts:
    """Write the table, the pages and the manifest of a set, and tell what it holds."""
    from copark.presentation.markdown import to_markdown

    ordered = {park: contents[park] for park in sorted(contents)}
    until = end_of_set()
    table = frozen_sets.written_table(ordered.values())
    known_until = max(context.case(park).clock.data_end for park in list_cases())
    left_out = [
        Excluded(park, context.case(park).title, LocalizedText.by_language(refused[park].said))
        for park in sorted(refused)
    ]
    manifest = frozen_sets.manifest_of(
        {park: (folder / frozen_sets.file_of(park)).read_bytes() for park in ordered},
        [NotForecast(park=entry.park, reason=entry.reason) for entry in left_out],
        table,
        made_on=today(),
        known_until=known_until,
        until=until,
    )
    answer = FrozenForecasts(
        run_id=context.run_id or identity_of({"set": manifest.identity}),
        provenance=current_provenance(),
        folder=folder.resolve().name,
        hash=manifest.identity,
        made_on=manifest.made_on,
        known_until=manifest.known_until,
        first=str(Quarter(until.year - YEARS + 1, 4)),
        until=manifest.until,
        parks=tuple(_park(content, context) for content in ordered.values()),
        left_out=tuple(left_out),
        kept=kept_count,
        table=[
            dict(zip(frozen_sets.COLUMNS, row, strict=True))
            for content in ordered.values()
            for row in frozen_sets.rows_of(content)
        ],
    )
    frozen_sets.write_text(folder, frozen_sets.TABLE, table)
    for lang, name in frozen_sets.PAGES.items():
        frozen_sets.write_text(folder, name, to_markdown(answer.document(lang)))
    frozen_sets.write_manifest(folder, manifest)
    return answer


def _park(content: JsonObject, context: Context) -> FrozenPark:
    """Return for a frozen forecast what is shown of it."""
    frozen = engine.Frozen(content)
    case = context.case(content["case"])
    ends = frozen_sets.year_ends(content)[-SHOWN:]
    positions = [content["quarters"].index(name) for name in ends]
    stacked = tuple(content["curves"].get(STACK, ()))
    bands = {}
    for name in content["forecast"]:
        band = frozen.any_band(name, STACK if name in stacked else frozen.method, LEVELS)
        if band is not None:
            bands[name] = band[:, positions]
    closure = case.closed_by(Quarter.parse(content["until"]))
    lent = int(content["made_from"].get("parks", 0))
    return FrozenPark(
        case.name,
        case.title,
        frozen_sets.file_of(case.name),
        content["identity"],
        content["made_on"],
        content["cut"],
        content["method"],
        0 if lent else int(content["made_from"]["values"]),
        lent,
        tuple(ends),
        bands,
        stacked,
        "" if closure is None else str(closure.since),
    )
