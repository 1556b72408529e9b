# Made by `python -m copark.python_api.stub` of the registry of analyses; not to be edited.
# ruff: noqa: A002

from collections.abc import Sequence
from os import PathLike
from typing import Literal

import pandas as pd

from copark import errors as errors
from copark import figures as figures
from copark.analyses.ablate import Answer as AblateAnswer
from copark.analyses.accounts import Answer as AccountsAnswer
from copark.analyses.brief import Answer as BriefAnswer
from copark.analyses.calibrate import Answer as CalibrateAnswer
from copark.analyses.citation import cite as cite
from copark.analyses.claims import Answer as ClaimsAnswer
from copark.analyses.compare import Answer as CompareAnswer
from copark.analyses.counterfactual import Answer as CounterfactualAnswer
from copark.analyses.coupling import Answer as CouplingAnswer
from copark.analyses.distress import Answer as DistressAnswer
from copark.analyses.evidence import Answer as EvidenceAnswer
from copark.analyses.evsi import Answer as EvsiAnswer
from copark.analyses.experts import Answer as ExpertsAnswer
from copark.analyses.forecast import Answers as ForecastAnswers
from copark.analyses.goal import Answer as GoalAnswer
from copark.analyses.joint import Answer as JointAnswer
from copark.analyses.levers import Answer as LeversAnswer
from copark.analyses.link_impact import Answer as LinkImpactAnswer
from copark.analyses.nca import Answer as NcaAnswer
from copark.analyses.parks import Answer as ParksAnswer
from copark.analyses.parks_accounts import Answer as ParksAccountsAnswer
from copark.analyses.pool import Answer as PoolAnswer
from copark.analyses.power import Answer as PowerAnswer
from copark.analyses.qca import Answer as QcaAnswer
from copark.analyses.reliability import Answer as ReliabilityAnswer
from copark.analyses.score import Answers as ScoreAnswers
from copark.analyses.sensitivity import Answer as SensitivityAnswer
from copark.analyses.stack import Answer as StackAnswer
from copark.analyses.standing import Answer as StandingAnswer
from copark.analyses.structures import Answer as StructuresAnswer
from copark.analyses.suzhou import Answer as SuzhouAnswer
from copark.analyses.typology import Answer as TypologyAnswer
from copark.analyses.validate import Answer as ValidateAnswer
from copark.analyses.vocabulary import RandomSource
from copark.analyses.voi import Answer as VoiAnswer
from copark.cases.case import Case as Case
from copark.options import set_options as set_options
from copark.progress import StagedProgress
from copark.python_api.cases import CaseLike
from copark.python_api.cases import check_case as check_case
from copark.python_api.cases import export_casebook as export_casebook
from copark.python_api.cases import frames as frames
from copark.python_api.cases import list_cases as list_cases
from copark.python_api.cases import load_case as load_case
from copark.python_api.cases import new_case as new_case
from copark.python_api.cases import park_from_frames as park_from_frames
from copark.python_api.cases import with_observations as with_observations
from copark.python_api.posteriors import posterior as posterior
from copark.python_api.session import list_studies as list_studies
from copark.python_api.session import show_versions as show_versions
from copark.python_api.session import variables as variables
from copark.python_api.studies import Scenario as Scenario
from copark.python_api.studies import Study as Study
from copark.python_api.studies import lever_scenarios as lever_scenarios
from copark.python_api.studies import open_run as open_run
from copark.python_api.studies import run as run
from copark.python_api.studies import runs as runs
from copark.python_api.studies import simulate as simulate
from copark.python_api.studies import verify as verify

__version__: str

def ablate(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    runs: int = 16384,
    replicates: int = 2,
    no_links: bool = False,
    only: str | Sequence[str] = (),
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> AblateAnswer: ...
def accounts(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    runs: int = 500,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> AccountsAnswer: ...
def brief(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    now: str | None = None,
    draws: int = 200,
    replicates: int = 5,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> BriefAnswer: ...
def calibrate(
    case: CaseLike,
    *,
    cut: str | None = None,
    runs: int | str | None = None,
    seed: int | None = None,
    full: bool = False,
    sweeps: int | None = None,
    overwrite: bool = False,
    check: bool = False,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> CalibrateAnswer: ...
def claims(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    draws: int = 200,
    replicates: int = 5,
    claim: str | Sequence[str] = (),
    file: str | PathLike[str] | None = None,
    stopping: Literal["none", "sequential"] = "sequential",
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> ClaimsAnswer: ...
def compare(
    reference: str,
    scenario: str | None = None,
    *,
    runs: int | None = None,
    seed: int | None = None,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    now: str | None = None,
    outcomes: bool = False,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> CompareAnswer: ...
def counterfactual(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    now: str | None = None,
    without: str | Sequence[str] = (),
    runs: int = 1000,
    replicates: int = 1,
    draws_from: Literal["defaults", "posterior", "prior", "unsettled"] | None = None,
    outcomes: bool = False,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> CounterfactualAnswer: ...
def coupling(
    table: str | PathLike[str] | pd.DataFrame | None = None,
    *,
    label: str | None = None,
    drop_missing: bool = False,
    subsystems: str,
    weights: str = "equal",
    indicator_weights: Literal["entropy", "equal"] = "equal",
    formula: Literal["standard", "wang2021"] = "standard",
    grades: Literal["left", "right"] = "left",
    scale: Literal["auto", "minmax", "none"] = "auto",
    ranges: str | Sequence[str] = (),
    permutations: int = 0,
    ensemble: int = 0,
    seed: int = 1,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> CouplingAnswer: ...
def distress(
    *,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> DistressAnswer: ...
def evidence(
    *,
    cases: str | Sequence[str] = (),
    members: int = 320,
    sweeps: int = 1,
    seed: int = 1,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> EvidenceAnswer: ...
def evsi(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    now: str | None = None,
    options: str | Sequence[str] = (),
    stake: str | Sequence[str] = (),
    option_cost: str | Sequence[str] = (),
    cost: str | Sequence[str] = (),
    draws: int = 1000,
    replicates: int = 16,
    file: str | PathLike[str] | None = None,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> EvsiAnswer: ...
def experts(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    answers: str | PathLike[str] | None = None,
    template: str | PathLike[str] | None = None,
    draws: int = 600,
    replicates: int = 3,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> ExpertsAnswer: ...
def forecast(
    case: CaseLike | None = None,
    *,
    cut: str | None = None,
    to: str | None = None,
    now: str | None = None,
    freeze: str | PathLike[str] | None = None,
    freeze_all: str | PathLike[str] | None = None,
    parks: str | Sequence[str] = (),
    told: bool = False,
    pool: bool = False,
    runs: int | str | None = None,
    seed: int | None = None,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> ForecastAnswers: ...
def goal(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    now: str | None = None,
    target: str | Sequence[str] = (),
    probability: float = 0.8,
    event: str | Sequence[str] = (),
    levers: str | Sequence[str] = (),
    most: int = 3,
    runs: int = 2000,
    file: str | PathLike[str] | None = None,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> GoalAnswer: ...
def joint(
    *,
    runs: int | str | None = None,
    seed: int = 1,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> JointAnswer: ...
def levers(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    now: str | None = None,
    draws: int = 200,
    replicates: int = 5,
    levers: str | Sequence[str] = (),
    since: Literal["now", "start"] | None = None,
    file: str | PathLike[str] | None = None,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> LeversAnswer: ...
def link_impact(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    links: str | Sequence[str] = (),
    since: str | None = None,
    draws: int = 200,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> LinkImpactAnswer: ...
def nca(
    table: str | PathLike[str] | pd.DataFrame | None = None,
    *,
    label: str | None = None,
    drop_missing: bool = False,
    conditions: str | Sequence[str],
    outcome: str,
    corner: int = 1,
    scope: str | None = None,
    permutations: int = 0,
    seed: int = 1,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> NcaAnswer: ...
def parks(
    *,
    type: Literal["enterprise-led", "intergovernmental", "mixed"] | None = None,
    country: str | None = None,
    status: Literal["failed", "stalled", "surviving", "thriving"] | None = None,
    sort: Literal[
        "area", "country", "firms", "home-share", "investment", "jobs", "launch", "name", "status", "type"
    ] = "name",
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> ParksAnswer: ...
def parks_accounts(
    *,
    runs: int = 500,
    seed: int = 1,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> ParksAccountsAnswer: ...
def pool(
    *,
    cases: str | Sequence[str] = (),
    runs: int | str | None = None,
    seed: int = 1,
    check: bool = False,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> PoolAnswer: ...
def power(
    *,
    weights: str | Sequence[str],
    quota: str,
    voters: str | Sequence[str] = (),
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> PowerAnswer: ...
def qca(
    table: str | PathLike[str] | pd.DataFrame | None = None,
    *,
    label: str | None = None,
    drop_missing: bool = False,
    outcome: str,
    conditions: str | Sequence[str],
    negate: bool = False,
    incl_cut: float = 0.8,
    pri_cut: float = 0.0,
    n_cut: int = 1,
    dir_exp: str | Sequence[str] = (),
    calibrate: str | Sequence[str] = (),
    idm: float = 0.95,
    alternative: str | Sequence[str] = (),
    robust: bool = False,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> QcaAnswer: ...
def reliability(
    *,
    draws: int = 512,
    replicates: int = 4,
    seed: int = 1,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> ReliabilityAnswer: ...
def score(
    file: str | PathLike[str],
    *,
    data: str | PathLike[str] | pd.DataFrame,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> ScoreAnswers: ...
def sensitivity(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    method: Literal["all", "given", "sobol"] = "all",
    draws: int = 1024,
    replicates: int = 8,
    over: Literal["posterior-box", "prior"] = "prior",
    fixed: bool = False,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> SensitivityAnswer: ...
def stack(
    *,
    check: bool = False,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> StackAnswer: ...
def standing(
    *,
    cases: str | Sequence[str] = (),
    runs: int = 500,
    seed: int = 1,
    now: str | None = None,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> StandingAnswer: ...
def structures(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    now: str | None = None,
    runs: int = 1000,
    choices: str | Sequence[str] = (),
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> StructuresAnswer: ...
def suzhou(
    *,
    runs: int = 4000,
    seed: int = 1,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> SuzhouAnswer: ...
def typology(
    *,
    runs: int = 1000,
    seed: int = 1,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> TypologyAnswer: ...
def validate(
    case: CaseLike,
    *,
    cuts: str | Sequence[str] = (),
    runs: int | str | None = None,
    seed: int | None = None,
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> ValidateAnswer: ...
def voi(
    case: CaseLike,
    *,
    parameters: Literal["borrowed", "own", "prior", "shipped"] | None = None,
    cut: str | None = None,
    seed: int = 1,
    draws: int = 4096,
    replicates: int = 6,
    claim: str | Sequence[str] = (),
    cost: str | Sequence[str] = (),
    rng: RandomSource | None = None,
    out: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: StagedProgress | bool | None = None,
) -> VoiAnswer: ...

__all__ = [
    "Case",
    "Scenario",
    "Study",
    "__version__",
    "ablate",
    "accounts",
    "brief",
    "calibrate",
    "check_case",
    "cite",
    "claims",
    "compare",
    "counterfactual",
    "coupling",
    "distress",
    "errors",
    "evidence",
    "evsi",
    "experts",
    "export_casebook",
    "figures",
    "forecast",
    "frames",
    "goal",
    "joint",
    "lever_scenarios",
    "levers",
    "link_impact",
    "list_cases",
    "list_studies",
    "load_case",
    "nca",
    "new_case",
    "open_run",
    "park_from_frames",
    "parks",
    "parks_accounts",
    "pool",
    "posterior",
    "power",
    "qca",
    "reliability",
    "run",
    "runs",
    "score",
    "sensitivity",
    "set_options",
    "show_versions",
    "simulate",
    "stack",
    "standing",
    "structures",
    "suzhou",
    "typology",
    "validate",
    "variables",
    "verify",
    "voi",
    "with_observations",
]
