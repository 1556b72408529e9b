"""Studies in Python: scenarios and studies without a file, runs of them, and what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import product
from math import prod
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import numpy as np
from pydantic import PrivateAttr, ValidationError

from copark.analyses.python_functions import tell, watched
from copark.analyses.spoken_errors import said_in_python
from copark.analyses.vocabulary import MisusedFunction, of_arguments, public_function, seed_in
from copark.cases.case import Case
from copark.cases.files import fault
from copark.cases.frames import plain_value, values_by_name
from copark.cases.types import suggestion
from copark.cases.validated_yaml import faults_in
from copark.errors import CaseFaults, Fault, NotFound, StudyFaults
from copark.options import options
from copark.progress import StagedProgress
from copark.python_api.cases import CaseLike, case_given
from copark.simulation import study as files
from copark.simulation.scenario_edits import Edits
from copark.simulation.study_entries import Title
from copark.store.runs import OUT, RunStore
from copark.texts import text
from copark.workflows import study_links

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from copark.analyses.vocabulary import RandomSource
    from copark.workflows.replay import ReplayVerdict
    from copark.workflows.run_study import RunOutcome

DrawsFrom: TypeAlias = Literal["posterior", "unsettled", "prior", "defaults"]
"""Where parameters are drawn from."""
ParametersOf: TypeAlias = Literal["own", "shipped", "borrowed", "prior"]
"""Which parameters of a case are used."""
AS_IT_IS = "as-it-is"
SINCE = Literal["start", "now"]


class Scenario(files.Scenario):
    """One scenario of a study: what is changed against the case.

    Parameters
    ----------
    key
        Key of the scenario in results: small letters, digits and hyphens.
    title
        Title for a reader: a text for both languages, or one for each; by default the key.
    parameters
        Parameters fixed at a value, by name: a mapping, a Series, or a frame of the columns parameter and value.
    levers
        Levers and drivers of the model, by name such as ``company.quota``: a value for all of the time, or values by
        the quarter they begin in, or entries as in a study file.
    links
        Links between scales, by name: a strength (0 cuts, 1 leaves), or an entry as in a study file.
    edits
        Facts of the case that are changed, as in a study file.
    times, scale
        Factors by name of a parameter, and of a lever or driver.
    without_anchors
        Anchor projects that never come, by their place in the case's list, counted from 0.

    Raises
    ------
    copark.errors.StudyFaults
        With everything that is not understood.
    """

    def __init__(
        self,
        key: str,
        title: str | Mapping[str, str] | Title | None = None,
        *,
        parameters: Any = None,
        levers: Mapping[str, Any] | None = None,
        links: Mapping[str, Any] | None = None,
        edits: Mapping[str, Any] | Edits | None = None,
        times: Any = None,
        scale: Mapping[str, float] | None = None,
        without_anchors: Sequence[int] = (),
    ) -> None:
        mappings = {"parameters": parameters, "levers": levers, "links": links, "times": times, "scale": scale}
        place = f"Scenario({key!r})"
        faults = [
            _no_mapping(place, name, given)
            for name, given in mappings.items()
            if not (given is None or hasattr(given, "items"))
        ]
        if faults:
            raise _misgiven(faults)
        content = {
            "key": key,
            "title": title if title is not None else key,
            "parameters": values_by_name(parameters),
            "levers": {name: _dated(change) for name, change in (levers or {}).items()},
            "links": {name: _link(change) for name, change in (links or {}).items()},
            "edits": {} if edits is None else edits,
            "times": values_by_name(times),
            "scale": values_by_name(scale),
            "without_anchors": tuple(without_anchors) if isinstance(without_anchors, Iterable) else without_anchors,
        }
        if not content["edits"]:
            del content["edits"]
        try:
            super().__init__(**content)
        except ValidationError as errors:
            raise _told(errors, place, files.Scenario) from None

    @classmethod
    def of(cls, scenario: files.Scenario) -> Scenario:
        """Make one of the scenario of a file."""
        content = {name: getattr(scenario, name) for name in files.Scenario.model_fields}
        content["levers"] = content.pop("dated_inputs")
        return cls(**content)


def _dated(change: Any) -> Any:
    """Return the changes of a lever as a study file has them: entries, of which each ends where the next begins.

    What is neither a number, nor values by quarter, nor entries is left as it is, to be refused.
    """
    if isinstance(change, Real | np.generic):
        return [{"value": plain_value(change)}]
    if hasattr(change, "items") and "value" not in change:
        steps = [(str(since), plain_value(value)) for since, value in change.items()]
        ends = [_before(since) for since, _ in steps[1:]]
        return [
            {"value": value, "from": since, **({"to": end} if end else {})}
            for (since, value), end in zip(steps, [*ends, ""], strict=True)
        ]
    entries = [change] if hasattr(change, "items") else change
    return [_plain_entry(entry) for entry in entries] if isinstance(entries, list | tuple) else entries


def _plain_entry(entry: Any) -> Any:
    """Return an entry of a lever or a link with numbers of Python in the place of those of NumPy."""
    if not isinstance(entry, Mapping):
        return entry
    numbers = Real | np.generic | np.ndarray
    return {name: plain_value(part) if isinstance(part, numbers) else part for name, part in entry.items()}


def _before(quarter: str) -> str:
    """Return the quarter before one; what is none is left, to be refused."""
    from copark.cases.quarters import Quarter

    try:
        return str(Quarter.parse(quarter) + -1)
    except ValueError:
        return quarter


def _link(change: Any) -> Any:
    """Return the change of a link as a study file has it; a number is its strength."""
    return {"strength": plain_value(change)} if isinstance(change, Real | np.generic) else _plain_entry(change)


def _told(errors: ValidationError, place: str, model: Any) -> StudyFaults:
    """Make the errors of pydantic faults with place, cause and repair, in the language of the session."""
    function = place.partition("(")[0]
    return _misgiven(of_arguments(faults_in(errors, place, model, ("study",)), function))


def _misgiven(faults: Iterable[Fault]) -> StudyFaults:
    """Make an error of faults, in the language of the session."""
    try:
        with said_in_python():
            raise StudyFaults(faults)
    except StudyFaults as said:
        return said


def _no_mapping(place: str, key: str, given: Any) -> Fault:
    return fault("not_a_mapping_in_frame", place, key=key, found=given)


Scenarios: TypeAlias = Iterable[files.Scenario | Mapping[str, Any]] | Mapping[str, Mapping[str, Any]] | files.Scenario
"""Scenarios: one, several, or changes by key."""


def _scenarios(scenarios: Scenarios) -> list[Any]:
    """Return scenarios as a list; changes by key become scenarios of these keys."""
    if isinstance(scenarios, files.Scenario):
        return [scenarios]
    given = scenarios if isinstance(scenarios, Mapping) else dict(enumerate(_listed(scenarios, "scenarios")))
    faults = [
        _no_mapping("Study", f"scenarios[{key!r}]", change)
        for key, change in given.items()
        if not isinstance(change, files.Scenario | Mapping)
    ]
    if faults:
        raise _misgiven(faults)
    if given is not scenarios:
        return list(given.values())
    return [
        change if isinstance(change, files.Scenario) else Scenario(str(key), **change) for key, change in given.items()
    ]


def _listed(given: Any, name: str, place: str = "Study") -> list[Any]:
    """Return what was given as a list; StudyFaults if it is none."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise _misgiven([fault("not_a_list_in_frame", place, key=name, found=given)])
    return list(given)


class Study(files.Study):
    """A case, scenarios of it, how often each is run, and with which random numbers.

    Parameters
    ----------
    case
        A case, its name or the path of its folder.
    scenarios
        Scenarios, or what each changes by its key; the case as it is comes first, as the reference of comparisons.
    runs
        Runs of each scenario.
    seed
        Seed of the random numbers.
    rng
        In the place of a seed: a whole number, a NumPy SeedSequence or a Generator.
    replicates
        Runs that share a draw of parameters.
    draws_from
        Where parameters are drawn from: ``posterior``, ``unsettled``, ``prior`` or ``defaults``; by default the best
        the case has.
    keep
        Outputs that are kept: ``standard``, ``all``, ``summary``, or names.
    now
        Quarter the park is looked at from.
    quarters
        How many quarters are simulated, in the place of ten years from now.
    name
        Name of the study in files.
    title
        Title for a reader; by default the name.
    reference
        Whether the case as it is comes first where no scenario leaves it so.

    Raises
    ------
    copark.errors.StudyFaults
        With everything that is not understood.
    """

    _park: Case = PrivateAttr()
    _grid: Mapping[str, Sequence[float]] = PrivateAttr(default_factory=dict)
    """Value of each input of a grid in each scenario, by name."""

    def __init__(
        self,
        case: CaseLike,
        scenarios: Scenarios = (),
        *,
        runs: int = 1000,
        seed: int | None = None,
        rng: RandomSource | None = None,
        replicates: int = 1,
        draws_from: DrawsFrom | None = None,
        keep: str | Sequence[str] | None = None,
        now: str | None = None,
        quarters: int | None = None,
        name: str = "study",
        title: str | Mapping[str, str] | Title | None = None,
        reference: bool = True,
    ) -> None:
        with said_in_python():
            park = case_given(case)
            seeds = seed_in("Study", {"rng": rng, **({} if seed is None else {"seed": seed})})
        chosen = _scenarios(scenarios)
        if reference and (not chosen or all(_changes(scenario) for scenario in chosen)):
            chosen.insert(0, _as_it_is())
        content = {
            "name": name,
            "title": title if title is not None else name,
            "case": park.name if isinstance(case, Case) or not Path(case).is_dir() else str(case),
            "runs": runs,
            "seed": seeds.get("seed", 1 if seed is None else seed),
            "replicates": replicates,
            "draws": draws_from,
            "keep": tuple(keep) if keep is not None and not isinstance(keep, str) else keep,
            "now": now,
            "quarters": quarters,
            "scenarios": tuple(chosen),
        }
        try:
            super().__init__(**content)
        except ValidationError as errors:
            raise _told(errors, "Study", files.Study) from None
        self._park = park

    @classmethod
    def grid(cls, case: CaseLike, values: Mapping[str, Sequence[float]], **settings: Any) -> Self:
        """Make a study of every combination of values of parameters, levers and drivers: a scenario each.

        :func:`simulate` gives the values as coordinates of the dimension ``scenario``: ``set_index(scenario=[…])``
        and ``unstack("scenario")`` make dimensions of them. A value that has the name of an output is called
        ``<name>_given``.

        Parameters
        ----------
        case
            A case, its name or the path of its folder.
        values
            Values by name: of a parameter such as ``land_price``, or of a lever or driver such as ``company.quota``,
            which holds for all of the time.
        **settings
            What :class:`Study` takes beside case and scenarios.

        Raises
        ------
        copark.errors.StudyFaults
            With everything that is not understood.
        """
        if not isinstance(values, Mapping):
            raise _misgiven([_no_mapping("Study.grid()", "values", values)])
        axes = {name: _listed(given, f"values[{name!r}]", "Study.grid()") for name, given in values.items()}
        count = prod(map(len, axes.values()))
        if count > files.MOST_SCENARIOS:  # told before millions of them are made
            found = f"{count:,}"
            raise _misgiven([fault("too_long", "Study.grid()", key="values", found=found, limit=files.MOST_SCENARIOS)])
        points = [dict(zip(axes, point, strict=True)) for point in product(*axes.values())]
        scenarios = [_at(number, point) for number, point in enumerate(points, start=1)]
        study = cls(case, scenarios, **{"reference": False, **settings})
        reference = [float("nan")] * (len(study.scenarios) - len(points))
        study._grid = {name: [*reference, *(point[name] for point in points)] for name in axes}
        return study

    @classmethod
    def from_yaml(cls, path: str | PathLike[str]) -> Self:
        """Read a study of a file, or one that ships by its name."""
        with said_in_python():
            read = files.load_study(path if isinstance(path, str) else Path(path))
        return cls._of(read)

    @classmethod
    def _of(cls, read: files.Study) -> Self:
        return cls(
            read.case,
            read.scenarios,
            runs=read.runs,
            seed=read.seed,
            replicates=read.replicates,
            draws_from=read.draws,
            keep=read.keep,
            now=None if read.now is None else str(read.now),
            quarters=read.quarters,
            name=read.name,
            title=read.title,
            reference=False,
        )

    def to_yaml(self, path: str | PathLike[str]) -> Path:
        """Write the study as a file that ``copark run`` takes, and give its path.

        Raises
        ------
        copark.errors.NotFound
            If the case is only in memory: no file can name it.
        """
        import yaml

        target = Path(path)
        with said_in_python():
            place = _place_of(self._park)
        needed = {
            "format": self.format,
            "name": self.name,
            "runs": self.runs,
            "replicates": self.replicates,
            "seed": self.seed,
        }
        content = needed | self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"replicates"})
        if self.case == self._park.name:
            content["case"] = place
        words = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
        target.write_text(words, encoding="utf-8", newline="\n")
        return target

    @classmethod
    def from_link(cls, url: str) -> Self:
        """Read a study of a link: the address that the page of ``copark serve`` has on Simulate or Compare.

        It is the study that the page runs for this address, with the same run ID. Nothing is fetched, and the link may
        come from a stranger.

        Parameters
        ----------
        url
            The address, or the part of it from the path on.

        Raises
        ------
        copark.errors.StudyFaults
            With everything in it that cannot be read, or that a study has no place for.
        """
        with said_in_python():
            read, version = study_links.study_of_link(url)
        study = cls._of(read)
        if study_links.made_otherwise(version, study._park.hash):  # noqa: SLF001 - its own class
            tell((study_links.words_made_otherwise(options().lang),))
        return study

    def to_link(self, base: str = study_links.BASE) -> str:
        """Write the study as a link that the page of ``copark serve`` opens.

        Names and titles of studies, and the outputs kept where the study leaves them open, are the page's own.

        Parameters
        ----------
        base
            Address of the server; empty for the part from the path on.

        Raises
        ------
        copark.errors.StudyFaults
            With everything that a link cannot say: nothing is left out silently.
        copark.errors.NotFound
            If the case is only in memory: no page can name it.
        """
        with said_in_python():
            plain = files.Study.model_validate(self.model_dump(by_alias=True) | {"case": _place_of(self._park)})
            return study_links.link_of(plain, base)

    def simulate(self, **how: Any) -> xr.Dataset:
        """Run it and give the runs back, without storing them; takes what :func:`simulate` takes beside the study."""
        return simulate(self, **how)

    def run(self, **how: Any) -> RunOutcome:
        """Run it, store it and write its report; takes what :func:`run` takes beside the study."""
        return run(self, **how)

    def __repr__(self) -> str:
        """Return one line: the case, the scenarios, runs and seed."""
        keys = ", ".join(scenario.key for scenario in self.scenarios)
        return f"<Study {self.name} of {self.case}: {keys}; {self.runs:,} runs each, seed {self.seed}>"

    __str__ = __repr__


def _at(number: int, point: Mapping[str, Any]) -> Scenario:
    """Make the scenario of a point of a grid."""
    inputs = {name: value for name, value in point.items() if "." in name}
    parameters = {name: value for name, value in point.items() if name not in inputs}
    title = ", ".join(f"{name} = {value}" for name, value in point.items())
    return Scenario(f"grid-{number}", title, parameters=parameters, levers=inputs)


def _changes(scenario: Any) -> bool:
    """Return whether a scenario changes anything."""
    if isinstance(scenario, Mapping):
        return any(value for name, value in scenario.items() if name not in ("key", "title"))
    plain = files.Scenario.model_fields
    return any(
        getattr(scenario, name) != field.get_default(call_default_factory=True)
        for name, field in plain.items()
        if name not in ("key", "title")
    )


def _as_it_is() -> files.Scenario:
    return files.Scenario(key=AS_IT_IS, title=Title.by_language(partial(text, "study.as_it_is")))


@public_function()
def lever_scenarios(case: CaseLike, levers: Sequence[str] = (), *, since: SINCE = "now") -> list[Scenario]:
    """Return the scenarios that a case's levers stand for, to be run or changed.

    Parameters
    ----------
    case
        A case, its name or the path of its folder.
    levers
        Keys of levers; by default all.
    since
        From the founding (``start``), or from now on.
    """
    from copark.decisions.lever_file import load_levers, scenario_of, wanted_levers

    levers = _listed((levers,) if isinstance(levers, str) else levers, "levers", "lever_scenarios()")
    file = load_levers(case_given(case))
    keys = [lever.key for lever in file.levers]
    unknown = [{"found": key, "suggestion": suggestion(key, keys)} for key in levers if key not in keys]
    if unknown:
        faults = [Fault("analyses.no_key", "lever_scenarios()", None, "levers", values) for values in unknown]
        raise MisusedFunction(faults)
    chosen = wanted_levers(file, since, tuple(levers))
    return [Scenario.of(scenario_of(option.entry)) for option in file.options(since, chosen)]


@public_function(draws="draws_from", futures="replicates")
def simulate(
    case: CaseLike | files.Study,
    runs: int | None = None,
    seed: int | None = None,
    *,
    rng: RandomSource | None = None,
    scenarios: Scenarios | None = None,
    parameters: ParametersOf | None = None,
    cut: str | None = None,
    draws_from: DrawsFrom | None = None,
    replicates: int | None = None,
    keep: str | Sequence[str] | None = None,
    now: str | None = None,
    quarters: int | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> xr.Dataset:
    """Run an ensemble and give it back as a labelled Dataset, without storing it.

    Parameters
    ----------
    case
        A case, its name or the path of its folder; or a study.
    runs
        Runs of each scenario, by default 1000, or those of the study.
    seed
        Seed of the random numbers, by default 1, or that of the study.
    rng
        In the place of a seed: a whole number, a NumPy SeedSequence or a Generator.
    scenarios
        Scenarios that are run, the case as it is by default; of changes by key it comes first.
    parameters
        Which parameters to use, in the place of the best the case has.
    cut
        Last quarter of the observations that the calibration knows.
    draws_from
        Where parameters are drawn from, in the place of what the case has.
    replicates
        Runs that share a draw of parameters.
    keep
        Outputs that are kept: ``standard``, ``all``, ``summary``, or names.
    now
        Quarter the park is looked at from.
    quarters
        How many quarters are simulated, in the place of ten years from now.
    out
        Output folder in which calibrations of one's own are looked for, by default ``./out``.
    threads
        Threads of the model; they do not change the numbers.
    progress
        Called with stage, done and total; ``False`` for nobody.

    Returns
    -------
    xarray.Dataset
        Outputs of dimensions (scenario, run, quarter), with units and provenance.
    """
    from copark.workflows.run_study import simulate_study

    changes = {
        "runs": runs,
        "draws": draws_from,
        "replicates": replicates,
        "keep": keep,
        "now": now,
        "quarters": quarters,
    }
    seeds = seed_in("simulate", {"rng": rng, **({} if seed is None else {"seed": seed})})
    changes["seed"] = seeds.get("seed", seed)
    study, park = _study_of(case)
    if scenarios is not None:
        chosen = _scenarios(scenarios)
        if isinstance(scenarios, Mapping) and all(map(_changes, chosen)):
            chosen.insert(0, _as_it_is())
        changes["scenarios"] = [_content(scenario) for scenario in chosen]
    result = simulate_study(
        study.with_changes(**changes),
        park,
        parameters=parameters,
        cut=cut,
        out=None if out is None else Path(out),
        threads=threads,
        progress=progress,
        stacklevel=4,
    )
    grid = case._grid if isinstance(case, Study) and scenarios is None else {}  # noqa: SLF001 - its own module
    named = {f"{name}_given" if name in result else name: ("scenario", list(values)) for name, values in grid.items()}
    return result.assign_coords(named)


def _content(scenario: Any) -> Any:
    """Return a scenario as a study file has it."""
    return scenario if isinstance(scenario, Mapping) else scenario.model_dump(by_alias=True)


def _study_of(case: CaseLike | files.Study) -> tuple[files.Study, Case]:
    """Return a study and its case; of a case the baseline."""
    if isinstance(case, Study):
        return case, case._park  # noqa: SLF001 - its own module
    if isinstance(case, files.Study):
        return case, case_given(case.case)
    park = case_given(case)
    return files.baseline(park.name), park


@public_function(draws="draws_from", futures="replicates", fresh="overwrite")
def run(
    study: CaseLike | files.Study,
    *,
    runs: int | None = None,
    seed: int | None = None,
    rng: RandomSource | None = None,
    parameters: ParametersOf | None = None,
    cut: str | None = None,
    draws_from: DrawsFrom | None = None,
    now: str | None = None,
    out: str | PathLike[str] | None = None,
    overwrite: bool = False,
    formats: Sequence[str] = (),
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> RunOutcome:
    """Run a study, or find its stored run; store it. What is interrupted is resumed.

    Parameters
    ----------
    study
        A study, its name or file; or a case, its name or folder, which means the case as it is.
    runs, seed, rng
        In the place of the study's own.
    parameters, cut
        Which parameters, of which cut, in the place of the best the case has.
    draws_from
        Where parameters are drawn from, in the place of the study's own.
    now
        Quarter the park is looked at from.
    out
        Output folder; by default that of the session, else ``./out``.
    overwrite
        Run again even if it is stored.
    formats
        Formats of a report that is written beside it, such as ``html``; none by default.
    threads
        Threads of the model; they do not change the numbers.
    progress
        Called with stage, done and total; ``False`` for nobody.
    """
    from copark.workflows.run_study import run_study

    session = options()
    with watched(progress) as callback:
        seeds = seed_in("run", {"rng": rng, **({} if seed is None else {"seed": seed})})
        outcome = run_study(
            _named(study),
            runs=runs,
            seed=seeds.get("seed", seed),
            draws=draws_from,
            parameters=parameters,
            cut=cut,
            threads=session.threads if threads is None else threads,
            now=now,
            lang=session.lang,
            out=Path(out) if out is not None else session.out or OUT,
            overwrite=overwrite,
            report=bool(formats),
            formats=formats,
            progress=callback,
        )
    tell(outcome.notes)
    return outcome


def _named(study: CaseLike | files.Study) -> files.Study | str | Path:
    """Return a study whose case is found by its name or folder, as a stored run needs it."""
    if isinstance(study, Case):
        return files.baseline(_place_of(study))
    if isinstance(study, Study):
        park = study._park  # noqa: SLF001 - its own module
        return files.Study.model_validate(study.model_dump(by_alias=True) | {"case": _place_of(park)})
    return study if isinstance(study, files.Study | str) else Path(study)


def _place_of(case: Case) -> str:
    """Return the name or folder by which a case is found again; NotFound where what is found there says anything else.

    A case that was changed in memory keeps the folder it was read from, and one that was made of frames has the name
    that its folder would have: the place alone does not tell.
    """
    from copark.cases.casebook import casebook_path

    place = case.name if case.folder.parent == casebook_path() else str(case.folder)
    try:
        stored_case = case_given(place)
    except (NotFound, CaseFaults):
        stored_case = None
    if stored_case is None or stored_case.hash != case.hash:
        raise NotFound.of("python.in_memory", case=case.name)
    return place


@public_function()
def runs(*, out: str | PathLike[str] | None = None) -> pd.DataFrame:
    """List the runs that are stored, and those that were interrupted, newest first.

    Parameters
    ----------
    out
        Output folder; by default that of the session, else ``./out``.
    """
    from dataclasses import asdict

    import pandas as pd

    from copark.workflows.runs import BookedRun, books

    rows = [asdict(run) for run in books(_folder(out))]
    return pd.DataFrame(rows, columns=list(BookedRun.__dataclass_fields__)).set_index("identity")


@public_function()
def open_run(run_id: str, *, out: str | PathLike[str] | None = None) -> xr.Dataset:
    """Open a stored run as a labelled Dataset, which is read from disk as it is needed.

    Parameters
    ----------
    run_id
        Run ID, or its beginning.
    out
        Output folder; by default that of the session, else ``./out``.
    """
    store = RunStore.of(_folder(out))
    return store.load(store.get(run_id).identity)


@public_function()
def verify(
    run_id: str,
    *,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> ReplayVerdict:
    """Run a stored run again and compare every number.

    Parameters
    ----------
    run_id
        Run ID, or its beginning.
    out
        Output folder; by default that of the session, else ``./out``.
    threads
        Threads of the model; they do not change the numbers.
    progress
        Called with stage, done and total; ``False`` for nobody.
    """
    from copark.workflows.replay import verify as replayed

    chosen = options().threads if threads is None else threads
    with watched(progress) as callback:
        return replayed(run_id, out=_folder(out), threads=chosen, progress=callback)


def _folder(out: str | PathLike[str] | None) -> Path:
    """Return the output folder: what is given, that of the session, or ``./out``."""
    return Path(out) if out is not None else options().out or OUT
