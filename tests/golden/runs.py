"""What is asked in golden runs: small questions, each answered in seconds, that reach every method and every submodel.

A run of the model draws from the priors, so that it goes through sampling too; among the parks are one that was closed,
one that changed hands, and one made up, whose case never changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from copark.analyses.answer import answer, question_of
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.analyses.shipped import FITS, FITTED, RUNS, at_release, leaves
from copark.calibration.calibrate import CalibrationSettings, CalibrationTask, calibrate
from copark.cases.load import load_case
from copark.cases.quarters import Quarter
from copark.identity import identity_of
from copark.model.machine import cpu_features, versions
from copark.simulation.run import simulate
from copark.simulation.study import baseline
from copark.version import MODEL_VERSION
from tests.golden.fingerprints import Fingerprint, of_leaves, summary_of

MODEL = "model"
HERE = Path(__file__).parent
MINIATURE = HERE.parent / "cases" / "miniature"
PARKS = ("great-stone", "suzhou", "kaesong", "sihanoukville", "miniature")
"""Parks of the casebook, and the one made up, by the names of their cases."""
ENSEMBLE = 32
GREAT_STONE, THILAWA = {"case": "great-stone"}, {"case": "thilawa"}
CUT = "2020Q4"
QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    "claims": {
        **GREAT_STONE, "draws": 8, "futures": 1, "parameters": "prior",
        "file": HERE.parent / "claims" / "small.yaml",
    },
    "experts": {**THILAWA, "draws": 20, "futures": 2},
    "brief": {**THILAWA, "draws": 8, "futures": 2},
    "levers": {**THILAWA, "draws": 8, "futures": 2},
    "goal": {**THILAWA, "target": ("operating>=500@2030Q4",), "runs": 10, "most": 1},
    "compare": {"reference": "old-threshold", "runs": 8},
    "accounts": {**THILAWA, "runs": 16},
    "distress": {},
    "counterfactual": {**GREAT_STONE, "without": ("visit/2015-05-10",), "runs": 32},
    "sensitivity": {**THILAWA, "size": 8, "replicates": 2, "over": "posterior-box"},
    "structures": {"case": "sihanoukville", "runs": 20},
    "ablate": {"case": "wsip", "size": 0, "futures": 1},
    "forecast": {**GREAT_STONE, "cut": CUT, "to": "2025Q4"},
    "pool": {"cases": ("great-stone", "suzhou", "thilawa"), "runs": "2^8"},
    "stack": {},
    "joint": {"runs": "2^12"},
    "evidence": {"cases": ("mckip",), "members": 32},
    "voi": {"case": "wsip", "draws": 100, "futures": 3},
    "evsi": {
        **THILAWA, "options": ("five-now", "home-50-now"), "stake": ("public_income=1",), "draws": 100, "futures": 4,
    },
    "link-impact": {**GREAT_STONE, "draws": 8},
    "typology": {"runs": 16},
    "standing": {"cases": ("thilawa", "suzhou"), "runs": 16},
    "reliability": {"draws": 2, "futures": 1},
    "suzhou": {"runs": 400},
    "parks": {},
    "qca": {"outcome": "OUTCOME", "conditions": "GOV,EQUITY,NETWORK", "drop_missing": True},
    "nca": {"x": "GOV,EQUITY", "y": "OUTCOME", "drop_missing": True},
    "coupling": {"subsystems": "GOV,EQUITY,NETWORK", "drop_missing": True},
    "power": {"weights": "50,30,20", "quota": "51"},
}  # fmt: skip
"""What is asked of an analysis."""
TINY = CalibrationSettings(runs=1 << 10, members=32, sweeps=1, last_sweeps=2, populations=2)
NOT_HELD = {
    "validate": "forecasts and scores of small calibrations: as held by calibrate, forecast and score",
    "parks-accounts": "the answers of accounts, one for each park",
}
"""Analyses without a golden run, and what holds them."""
DEAR = ("ablate", "evidence", "experts", "joint", "reliability", "sensitivity", "typology", "voi")
"""Those that take long, and are held less closely on another processor."""
LONG = (*DEAR, "brief", "compare", "evsi", "forecast", "pool", "score", "structures")
"""Those whose test is a long one."""

SEARCHED = ("pool", "joint", "evidence")
"""Those whose numbers come out of a search by chance: it takes the same steps on one kind of processor alone."""


@dataclass(frozen=True)
class Golden:
    """A golden run."""

    name: str
    """Of the method that is held; of the model with the park behind it."""
    version: int
    """Version of the method, or of the model."""
    question: str
    """Hash of what is asked, without versions: the same question, the same numbers."""
    numbers: Fingerprint
    tolerance: float
    """How far numbers may be from each other on another processor."""
    made_with: str = ""
    """Processor and libraries, where numbers are the same on these alone."""


def of_model(park: str) -> Golden:
    """Run a park on draws from the priors."""
    case = load_case(MINIATURE if park == MINIATURE.name else park)
    study = baseline(case.name).with_changes(runs=ENSEMBLE, draws="prior", keep="all")
    made = simulate(study, case, threads=1)
    series = [name for name in map(str, made.data_vars) if "quarter" in made[name].dims and name != "ledger_gap"]
    names = (*series, "outcome", "status", "draws")
    numbers = {name: summary_of(made[name].to_numpy().ravel().tolist()) for name in names}
    asked = {"case": case.hash, "runs": ENSEMBLE, "draws": [*map(str, made["parameter"].to_numpy())]}
    return Golden(f"{MODEL} {case.name}", MODEL_VERSION, identity_of(asked), numbers, RUNS)


def of_analysis(name: str) -> Golden:
    """Ask an analysis its small question."""
    analysis = REGISTRY[name]
    params = analysis.params(**QUESTIONS[name])
    with TemporaryDirectory() as out:
        context = Context(Path(out), threads=1, use_shipped=False)
        asked = question_of(analysis, params, context)
        found = answer(analysis, params, context).result
    tolerance = FITS if name in (*FITTED, *DEAR, *SEARCHED) else RUNS
    bound = _made_with() if name in SEARCHED else ""
    return Golden(name, analysis.version, identity_of(asked), of_leaves(leaves(found)), tolerance, bound)


def of_calibration() -> Golden:
    """Calibrate with the smallest settings: what chance decides in it is the same on one kind of processor alone."""
    cut = Quarter.parse(CUT)
    made = calibrate(CalibrationTask(load_case("great-stone"), cut, TINY))
    arrays = {
        "counterparts": made.batch.counterparts,
        "points": made.replay.points,
        "addresses": made.replay.addresses,
        "log_evidence": np.array(made.replay.log_evidence),
    }
    numbers = {name: summary_of(np.asarray(values, np.float64).ravel().tolist()) for name, values in arrays.items()}
    asked = {"facts": made.batch.recipe.facts, "targets": made.batch.recipe.model.content(), "settings": TINY.content()}
    return Golden("calibrate", REGISTRY["calibrate"].version, identity_of(asked), numbers, FITS, _made_with())


def of_score() -> Golden:
    """Freeze a forecast, and score it on what was reported later."""
    forecast, score = REGISTRY["forecast"], REGISTRY["score"]
    asked = forecast.params(**QUESTIONS["forecast"])
    with TemporaryDirectory() as out:
        context, file = Context(Path(out), threads=1, use_shipped=False), Path(out) / "frozen.json"
        answer(forecast, asked.model_copy(update={"freeze": file}), context)
        data = load_case("great-stone").folder / "series.csv"
        found = answer(score, score.params(file=file, data=data), context).result
        question = identity_of(question_of(forecast, asked, context))
    return Golden("score", score.version, question, of_leaves(leaves(found)), RUNS)


def _made_with() -> str:
    from importlib.metadata import version

    libraries = {**versions(), "scipy": version("scipy"), "scikit-learn": version("scikit-learn")}
    return " ".join([cpu_features(), *(f"{name} {number}" for name, number in sorted(libraries.items()))])


SPECIAL: Mapping[str, Callable[[], Golden]] = {"calibrate": of_calibration, "score": of_score}


def names() -> Iterator[str]:
    """All golden runs by name: those of the model by park."""
    yield from (f"{MODEL} {park}" for park in PARKS)
    yield from (*QUESTIONS, *SPECIAL)


def make(name: str) -> Golden:
    """Make a golden run of a name, looking at parks from the quarter of the release."""
    with at_release():
        if name.startswith(f"{MODEL} "):
            return of_model(name.removeprefix(f"{MODEL} "))
        return SPECIAL[name]() if name in SPECIAL else of_analysis(name)
