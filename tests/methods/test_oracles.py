"""QCA and NCA against published analyses: every row, solution, zone, peer and parameter of fit, to 1e-9."""

from collections.abc import Sequence
from itertools import chain
from math import isfinite
from typing import Any

import numpy as np
import pytest

from copark.cases.user_tables import read_case_table
from copark.setmethods import qca_sets as sets
from copark.setmethods.nca import KINDS, NcaRequest
from copark.setmethods.nca import analyse as analyse_nca
from copark.setmethods.qca import QcaAnalysis, QcaSettings, analyse
from copark.setmethods.qca_sets import Model, SetCalibration, calibrate, order, term_name
from tests.methods.shared import ORACLE, beside, oracle

pytestmark = beside
QCA = sorted({path.stem for path in ORACLE.glob("qca_*.json")} - {"qca_calibration_LR_DEV", "qca_superSubset_LF"})
LABELS = ("id", "dataset", "parsimonious_rowdom", "_row")


def differences(mine: Any, theirs: Any, path: str = "") -> list[str]:
    """Where a record differs from a comparison file: numbers beyond 1e-9, texts at all, keys that are missing.

    The files write a list of one as the thing itself, at two depths. What names a file, row dominance, and the labels
    its program gives to a whole solution are left out.
    """
    if isinstance(theirs, dict):
        if not isinstance(mine, dict):
            return [path]
        keys = [key for key in theirs if key not in LABELS and not (key == "term" and "/solution[" in path)]
        missing = [f"{path}/{key} is missing" for key in keys if key not in mine]
        inner = (differences(mine[key], theirs[key], f"{path}/{key}") for key in keys if key in mine)
        return [*missing, *chain.from_iterable(inner)]
    if isinstance(theirs, list):
        if isinstance(mine, list) and len(mine) == 1 and theirs and not isinstance(theirs[0], list | dict):
            mine = mine[0] if isinstance(mine[0], list) else mine
        if not isinstance(mine, list) or len(mine) != len(theirs):
            return [f"{path}: {mine} and {theirs}"]
        inner = (
            differences(a, b, f"{path}[{position}]") for position, (a, b) in enumerate(zip(mine, theirs, strict=True))
        )
        return list(chain.from_iterable(inner))
    if isinstance(theirs, int | float) and isinstance(mine, int | float):
        return [] if abs(mine - theirs) <= 1e-9 * max(1.0, abs(theirs)) else [f"{path}: {mine} and {theirs}"]
    return [] if mine in (theirs, [theirs], [[theirs]]) else [f"{path}: {mine} and {theirs}"]


def numbers(**values: float | None) -> dict[str, float | None]:
    """Numbers as JSON knows them: nothing where there is none."""
    return {name: value if value is not None and isfinite(value) else None for name, value in values.items()}


def qca_record(analysis: QcaAnalysis) -> dict[str, Any]:
    """Everything an analysis gave, as the files write it: rows are numbered from 1, a model is a list of terms."""
    settings, solutions = analysis.settings, analysis.solutions
    rows = [
        dict(zip(settings.conditions, row.values, strict=True))
        | {"OUT": row.out, "n": row.n, "cases": ",".join(row.cases), "row": row.number}
        | numbers(incl=row.inclusion, PRI=row.pri)
        for row in analysis.truth.rows
    ]
    intermediate = {
        intermediate_solution.name: {
            "c_solution": names_of(intermediate_solution.complex_model, analysis),
            "p_solution": names_of(intermediate_solution.parsimonious_model, analysis),
            "EC": numbered(intermediate_solution.easy),
            "DC": numbered(intermediate_solution.difficult),
            "NSEC": numbered(intermediate_solution.unused),
            **solution(analysis, intermediate_solution.models),
        }
        for intermediate_solution in solutions.intermediate
    }
    return {
        "outcome": settings.outcome_name,
        "conditions": list(settings.conditions),
        "incl_cut": settings.incl_cut,
        "pri_cut": settings.pri_cut,
        "n_cut": settings.n_cut,
        "n_cases": len(analysis.table),
        "crossover_cases": len(analysis.truth.crossover),
        "truth_table": rows,
        "complex": solution(analysis, solutions.cautious.models),
        "parsimonious": solution(analysis, solutions.parsimonious.models),
        "intermediate": {
            "dir_exp": ["-" if sign is None else str(sign) for sign in settings.expected], "models": intermediate,
        },
        "SA": {f"M{number}": numbered(rows) for number, rows in enumerate(solutions.assumptions, start=1)},
        "necessity": [necessity(condition) for condition in analysis.necessity],
        "sufficiency": [sufficiency(name, fit) for name, fit in analysis.sufficiency],
        "necessary_expressions": [necessity(expression) for expression in analysis.expressions],
    }  # fmt: skip


def numbered(rows: Sequence[int]) -> list[str]:
    return [str(row + 1) for row in rows]


def necessity(condition: Any) -> dict[str, Any]:
    fit = condition.fit
    return {"term": condition.name, **numbers(inclN=fit.inclusion, RoN=fit.relevance, covN=fit.coverage)}


def sufficiency(term: str, fit: sets.Sufficiency) -> dict[str, Any]:
    return {"term": term, **numbers(inclS=fit.inclusion, PRI=fit.pri, covS=fit.coverage, covU=fit.unique)}


def names_of(model: Model, analysis: QcaAnalysis) -> list[str]:
    return [term_name(term, analysis.settings.conditions) for term in model]


def fit_of(model: Model, analysis: QcaAnalysis) -> dict[str, Any]:
    """Fit of each of a model's terms and of the whole."""
    of_terms, whole = sets.fit_of_terms(model, analysis.members, analysis.outcome)
    terms = map(sufficiency, names_of(model, analysis), of_terms)
    return {"terms": list(terms), "solution": [sufficiency("", whole)]}


def solution(analysis: QcaAnalysis, models: Sequence[Model]) -> dict[str, Any]:
    """Tied models, the terms all of them have, and their fit: of all terms together and model by model."""
    if len(models) > 1:
        every = tuple(sorted(set(chain.from_iterable(models)), key=order))
        fit = {"overall": fit_of(every, analysis)["terms"], "individual": [fit_of(model, analysis) for model in models]}
    else:
        fit = fit_of(models[0], analysis) if models else {"terms": [], "solution": []}
    shared = tuple(term for term in (models[0] if models else ()) if all(term in model for model in models))
    return {
        "solutions": [names_of(model, analysis) for model in models],
        "essential": names_of(shared, analysis),
        "fit": fit,
    }


def analysed(files):
    outcome, expected = files["outcome"], files["intermediate"]["dir_exp"]
    table = read_case_table(ORACLE / f"data_{files['dataset']}.csv", [outcome.removeprefix("~"), *files["conditions"]])
    settings = QcaSettings(
        outcome.removeprefix("~"), tuple(files["conditions"]), outcome.startswith("~"),
        files["incl_cut"], files["pri_cut"], files["n_cut"], tuple(map(int, expected)),
    )  # fmt: skip
    return analyse(table, settings)


@pytest.mark.parametrize("name", QCA)
def test_everything_agrees(name):
    """Truth table, all tied models in their order, every CiPj, EC, DC, SA, and fit to 1e-9."""
    assert len(QCA) == 10
    files = oracle(name)
    unequal = differences(qca_record(analysed(files)), files)
    assert not unequal, "\n".join(unequal)


def test_necessary_expressions_agree():
    conditions = ("DEV", "URB", "LIT", "IND", "STB")
    analysis = analyse(read_case_table(ORACLE / "data_LF.csv", [*conditions, "SURV"]), QcaSettings("SURV", conditions))
    assert not differences([necessity(expression) for expression in analysis.expressions], oracle("qca_superSubset_LF"))


FORMS = {
    "logistic_400_550_900": SetCalibration((400.0, 550.0, 900.0)),
    "logistic_ecdf_idm095": SetCalibration((400.0, 550.0, 900.0)),
    "logistic_idm088": SetCalibration((400.0, 550.0, 900.0), full=0.88),
    "linear_400_550_900": SetCalibration((400.0, 550.0, 900.0), "linear"),
    "ecdf": SetCalibration((400.0, 550.0, 900.0), "ecdf"),
    "reverse_logistic": SetCalibration((900.0, 550.0, 400.0)),
    "crisp_550": SetCalibration((550.0,), "crisp"),
    "crisp_550_850": SetCalibration((550.0, 850.0), "crisp"),
    "bell_6": SetCalibration((400.0, 500.0, 600.0, 700.0, 800.0, 900.0), "linear"),
}


@pytest.mark.parametrize("name", FORMS)
def test_calibration_agrees(name):
    files = oracle("qca_calibration_LR_DEV")
    assert np.allclose(calibrate(files["raw"], FORMS[name]), files[name], rtol=0.0, atol=1e-9)


def test_cases_on_a_crossover_are_in_no_row():
    """Of the seventeen cases of d.CZH nine have a membership of 0.5 in some condition."""
    table = read_case_table(ORACLE / "data_d.CZH.csv", ["PA", "SC", "OI", "MC", "SA"])
    analysis = analyse(table, QcaSettings("SA", ("PA", "SC", "OI", "MC")))
    assert len(table) == 17
    assert sum(row.n for row in analysis.truth.rows) == 8
    assert len(analysis.truth.crossover) == 9
    assert analysis.warnings[0].code == "crossover"
    assert "EXCLUDED FROM" in analysis.warnings[0].sentence("en")
    assert "TEC" in analysis.warnings[0].sentence("zh")


@pytest.fixture(scope="module", params=("example", "example2", "likert"))
def compared(request):
    """The published file, and each of its models beside ours."""
    files = oracle(f"nca_{request.param}")
    conditions = files["x"] if isinstance(files["x"], list) else [files["x"]]
    table = read_case_table(ORACLE / f"data_nca.{request.param}.csv", [*conditions, files["y"]])
    analysis = analyse_nca(table, NcaRequest(files["y"], tuple(conditions), permutations=5000))
    return files, list(zip(files["models"], analysis.found, strict=True))


FIELDS = {
    "Ceiling zone": "zone", "Effect size": "effect", "# above": "above", "Slope": "slope", "Intercept": "intercept",
    "Ceiling accuracy": "accuracy",
    "Condition ineff.": "condition_inefficiency", "Outcome ineff.": "outcome_inefficiency",
}  # fmt: skip


def test_every_parameter_of_nca_agrees(compared):
    """Zone, effect, slope, intercept, cases above, accuracy, inefficiencies; p within its error."""
    files, models = compared
    for theirs, mine in models:
        published = {entry["_row"]: entry for entry in theirs["params"]}
        for kind in KINDS:
            ceiling = mine.ceilings[kind]
            for key, name in FIELDS.items():
                value = published[kind][key]
                if value in ("NA", None):
                    assert not isfinite(getattr(ceiling, name)), (mine.condition, kind, key)
                else:  # the file keeps 13 digits; per cents and areas are as exact as these
                    assert getattr(ceiling, name) == pytest.approx(value, rel=1e-9, abs=1e-9), (
                        mine.condition,
                        kind,
                        key,
                    )
            p, q = ceiling.p, published[kind]["p-value"]
            error = (p * (1.0 - p) / 5000 + q * (1.0 - q) / files["test_rep"]) ** 0.5
            assert abs(p - q) < 4.0 * error + 1e-3, (mine.condition, kind, p, q)


def test_scopes_peers_and_bottlenecks_agree(compared):
    files, models = compared
    for theirs, mine in models:
        ends = dict(zip(("Xmin", "Xmax", "Ymin", "Ymax"), vars(mine.scope).values(), strict=True))
        assert {"Scope": mine.scope.area, **ends} == pytest.approx(
            {key: theirs["global"][key] for key in ("Scope", *ends)}, abs=1e-9
        )
        for kind in KINDS:
            assert [(x, y) for _, x, y in mine.peers] == [(peer["X"], peer["Y"]) for peer in theirs["peers"][kind]]
    for kind in KINDS:
        columns = [
            [bottleneck.mark or f"{bottleneck.needed:.1f}" for bottleneck in mine.ceilings[kind].bottlenecks]
            for _, mine in models
        ]
        assert list(zip(*columns, strict=True)) == [tuple(row.values())[1:] for row in files["bottlenecks"][kind]]
