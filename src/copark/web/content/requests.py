"""Requests to the model as typed records, and the study each stands for.

It is the study that :func:`copark.workflows.simulate` runs for the same arguments, with the same run ID and numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from copark.cases.case import Case
from copark.cases.horizon import first_open_quarter, latest_now, now_for
from copark.cases.quarters import Quarter
from copark.cases.types import Replicates, shown, suggestion, wrong
from copark.errors import Fault, RunRefused, StudyFaults
from copark.model.outputs import NAMES
from copark.simulation.size import READ
from copark.simulation.study import KeepWord, Scenario, Study, baseline
from copark.simulation.study_entries import Key, Title
from copark.texts import text
from copark.web.content.case_registry import CaseEntry
from copark.web.content.faults import REQUEST, fault
from copark.workflows.study_links import HEADLINES, MOST_RUNS, OUTPUTS

MOST_JOB_RUNS = 1_000_000
MOST_SCENARIOS = 4
MOST_OUTPUTS = 24
MOST_SAMPLES = 50
MOST_QUARTERS = 200


def _title(key: str) -> Title:
    return Title.by_language(partial(text, key))


class RequestedScenario(Scenario):
    """Changes against the case; key and title have defaults."""

    key: Key = "scenario"
    """Key of the scenario in the answer: small letters, digits and hyphens, up to 64."""
    title: Title = Field(default_factory=lambda: _title("web.scenario"))
    """Title in the answer; "Scenario" by default."""


def as_it_is() -> RequestedScenario:
    """Return the scenario in which nothing is changed."""
    return RequestedScenario(key="as-it-is", title=_title("study.as_it_is"))


def _output(name: str) -> str:
    if name not in NAMES:
        raise wrong("study_unknown", found=name, suggestion=suggestion(name, NAMES))
    return name


OutputName = Annotated[str, AfterValidator(_output), WithJsonSchema({"type": "string", "enum": list(NAMES)})]
"""Name of an output of the model."""

CaseKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""Name of a case of the casebook, or of an upload."""


class ModelRequest(BaseModel):
    """Fields that every request to the model has."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True, populate_by_name=True
    )

    case: CaseKey
    """Name of a case of the casebook, or of one of your uploads."""
    runs: Annotated[int, Field(ge=1, le=MOST_RUNS, strict=True)] = 1000
    """Runs of each scenario."""
    seed: Annotated[int, Field(ge=0, lt=2**53, strict=True)] = 1
    """Number the random streams start from: the same seed gives the same numbers."""
    draws: Literal["posterior", "unsettled", "prior", "defaults"] | None = None
    """Source of the parameters: posterior, unsettled (only those no data informs are drawn), prior or defaults; by
    default the best the case has, see its ``trust``."""
    cut: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}Q[1-4]$")] | None = None
    """Last quarter of the observations that the calibration knows, such as 2020Q4; by default the latest there is."""
    replicates: Annotated[Replicates, Field(ge=1, le=1000, strict=True)] = 1
    """Runs that share a draw of parameters, each with random numbers of its own."""
    quarters: Annotated[int, Field(ge=1, le=MOST_QUARTERS, strict=True)] | None = None
    """Quarters to simulate from the case's first, with outcomes judged in year twenty or the last of fewer; by default
    until ten years from now, with outcomes judged then. Not together with ``now``."""
    now: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}Q[1-4]$")] | None = None
    """Quarter the park is looked at from, such as 2026Q4; by default the present one."""
    outputs: Annotated[tuple[OutputName, ...], Field(min_length=1, max_length=MOST_OUTPUTS)] = OUTPUTS
    """Names of the outputs in the answer; those of the headlines and of land taken up are added."""

    def by_place(self) -> dict[str, RequestedScenario]:
        """Return the scenarios by where they stand in the request, the reference first."""
        return {}


class Parts(BaseModel):
    """Parts of an answer that take longer."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    samples: Annotated[int, Field(ge=0, le=MOST_SAMPLES, strict=True)] = 0
    """Paths of so many runs for each output; 0 for none."""
    differences: bool = True
    """Whether to include the bands of the paired differences, quarter by quarter: a third of the answer."""
    flows: bool = False
    """Whether to include the flows along the links between scales, quarter by quarter."""
    why: OutputName | None = None
    """Name of an output: why it differs from the reference in the last scenario; null for none."""
    record: bool = False
    """Whether to include how many observations of each output lie within the range of 90 % of runs."""
    links: bool = False
    """Whether to include through which links between scales the change of the chance to be self-standing passes."""


class SimulationRequest(ModelRequest):
    """One scenario, beside a baseline on common random numbers."""

    scenario: RequestedScenario = Field(default_factory=RequestedScenario)
    """What is changed against the case; by default nothing."""
    baseline: RequestedScenario | None = Field(default_factory=as_it_is)
    """What it is compared with: by default the case as it is; null for nothing."""
    parts: Parts = Parts()
    """Parts of the answer that take longer; by default none."""

    def by_place(self) -> dict[str, RequestedScenario]:
        """Return the baseline, if any, and the scenario."""
        return (
            {"scenario": self.scenario}
            if self.baseline is None
            else {"baseline": self.baseline, "scenario": self.scenario}
        )


class StudyRequest(ModelRequest):
    """One to four scenarios, the first of them the reference."""

    scenarios: Annotated[tuple[RequestedScenario, ...], Field(min_length=1, max_length=MOST_SCENARIOS)] = Field(
        default_factory=lambda: (as_it_is(),)
    )
    """One to four scenarios, the first of them the reference; by default the case as it is."""

    def by_place(self) -> dict[str, RequestedScenario]:
        """Return the scenarios."""
        return {f"scenarios[{n}]": scenario for n, scenario in enumerate(self.scenarios)}


class ComparisonRequest(StudyRequest):
    """Two to four scenarios on common random numbers; the first is the reference."""

    scenarios: Annotated[tuple[RequestedScenario, ...], Field(min_length=2, max_length=MOST_SCENARIOS)]
    """Two to four scenarios, the first of them the reference."""
    parts: Parts = Parts()
    """Parts of the answer that take longer; by default none."""


class JobRequest(StudyRequest):
    """A study with many runs, made in the background and stored."""

    runs: Annotated[int, Field(ge=1, le=MOST_JOB_RUNS, strict=True)] = 100_000
    """Runs of each scenario."""
    lang: Literal["en", "zh"] = "en"
    """Language of the report: en or zh."""
    report: bool = False
    """Whether to write a report of the result, too: an HTML page."""


def study_of(request: ModelRequest, case_entry: CaseEntry, outputs: KeepWord | tuple[str, ...] | None = None) -> Study:
    """Return the study that a request stands for.

    Parameters
    ----------
    request
        The request, as it was checked.
    case_entry
        The case it is about.
    outputs
        Outputs the study keeps; by default those asked for, in this order, and those of the headlines.

    Raises
    ------
    StudyFaults
        If the parameters asked for are not there, or a field does not fit the case.
    """
    if request.draws == "posterior" and case_entry.parameters.source is None:
        raise StudyFaults([fault("no_posterior", "draws", case=case_entry.name)])
    draws = request.draws or case_entry.parameters.draws
    if request.cut is not None and draws != "posterior":
        raise StudyFaults([fault("cut_unused", "cut", draws=draws)])
    return baseline(case_entry.case.name).with_changes(
        runs=request.runs,
        seed=request.seed,
        draws=draws,
        replicates=request.replicates,
        quarters=request.quarters,
        now=_now_of(request, case_entry.case),
        scenarios=[scenario.model_dump(mode="json", by_alias=True) for scenario in request.by_place().values()],
        keep=tuple(dict.fromkeys((*request.outputs, *HEADLINES, *READ))) if outputs is None else outputs,
    )


def _now_of(request: ModelRequest, case: Case) -> Quarter | str | None:
    """Return the quarter a park is looked at from; of a request with a length its ``now``, which the study refuses.

    Raises
    ------
    StudyFaults
        If the quarter cannot be used.
    """
    if request.quarters is not None:
        return request.now
    return usable_now(case, request.now, "now")


def usable_now(case: Case, quarter: str | None, place: str) -> Quarter:
    """Return the quarter a park is looked at from: the requested one, else the present one.

    Parameters
    ----------
    case
        The park.
    quarter
        The requested quarter, if any.
    place
        Where in the request it stands.

    Raises
    ------
    StudyFaults
        If the quarter cannot be used.
    """
    try:
        return now_for(case, quarter)
    except RunRefused:
        first = str(first_open_quarter(case))
        last = str(latest_now(case))
        values = {"found": shown(quarter), "first": first, "last": last, "data_end": str(case.clock.data_end)}
        raise StudyFaults([fault("bad_now", place, **values)]) from None


@contextmanager
def locating_faults(request: ModelRequest) -> Iterator[None]:
    """Raise faults of scenarios with the place of the scenario in the request."""
    try:
        yield
    except StudyFaults as error:
        places = {scenario.key: place for place, scenario in request.by_place().items()}
        faults = []
        for fault in error.faults:
            key = ".".join(filter(None, (places.get(fault.file, ""), fault.key)))
            faults.append(Fault(fault.code, REQUEST, None, key, dict(fault.values)))
        raise StudyFaults(faults) from None


USUAL_QUARTERS = 100
"""Quarters of a park of the casebook from its start to ten years from now, as a rule."""


def cost(request: Any) -> float:
    """Return what a request costs, in hundreds of runs of eighty quarters."""
    quarters = (request.quarters or USUAL_QUARTERS) / 80.0
    parts = getattr(request, "parts", None)
    more = 0.0 if parts is None else 4.0 * bool(parts.flows or parts.why) + 16.0 * parts.links
    return float(request.runs / 200.0 * len(request.by_place()) * quarters + more)
