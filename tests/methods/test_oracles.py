"""QCA and NCA against published analyses: every row, solution, zone, peer and parameter of fit, to 1e-9."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
import pytest

from copark.cases.user_tables import read_case_table
from copark.setmethods import qca_sets as sets
from copark.setmethods.nca import KINDS, NcaRequest
from copark.setmethods.nca import analyse as analyse_nca
from copark.setmethods.qca import QcaAnalysis, QcaSettings, analyse
from copark.setmethods.qca_sets import Model, SetCalibration, Term, calibrate, model_name, order, term_name
from copark.setmethods.qca_solutions import Minimised, TruthRow
from tests.methods.shared import ORACLE, beside, oracle

pytestmark = beside
QCA = sorted({path.stem for path in ORACLE.glob("qca_*.json")} - {"qca_calibration_LR_DEV", "qca_superSubset_LF"})
LABELS = ("id", "dataset", "parsimonious_rowdom")


def differences(mine: Any, theirs: Any, path: str = "") -> list[str]:
    """Where a record differs from a comparison file: numbers beyond 1e-9, texts at all, keys that are missing.

    The files write a list of one as the thing itself, at two depths.
    """
    if isinstance(theirs, dict):
        if not isinstance(mine, dict):
            return [path]
        return [
            one
            for key, value in theirs.items()
            for one in (differences(mine[key], value, f"{path}/{key}") if key in mine else [f"{path}/{key} is missing"])
        ]
    if isinstance(theirs, list):
        if isinstance(mine, list) and len(mine) == 1 and theirs and not isinstance(theirs[0], list | dict):
            mine = mine[0] if isinstance(mine[0], list) else mine
        if not isinstance(mine, list) or len(mine) != len(theirs):
            return [f"{path}: {mine} and {theirs}"]
        return [
            one
            for at, (a, b) in enumerate(zip(mine, theirs, strict=True))
            for one in differences(a, b, f"{path}[{at}]")
        ]
    if isinstance(theirs, int | float) and isinstance(mine, int | float):
        return [] if abs(mine - theirs) <= 1e-9 * max(1.0, abs(theirs)) else [f"{path}: {mine} and {theirs}"]
    return [] if mine in (theirs, [theirs], [[theirs]]) else [f"{path}: {mine} and {theirs}"]


def plain(value: float | None) -> float | None:
    """A number as JSON knows it: nothing where there is none."""
    return value if value is not None and isfinite(value) else None


def qca_record(found: QcaAnalysis) -> dict[str, Any]:
    """Everything an analysis gave, ready for JSON.

    Rows of the truth table are numbered from 1. A model is always a list of terms, and ``solutions`` a list of models,
    even where there is only one.
    """
    settings, solutions = found.settings, found.solutions
    return {
        "outcome": settings.outcome_name,
        "conditions": list(settings.conditions),
        "incl_cut": settings.incl_cut,
        "pri_cut": settings.pri_cut,
        "n_cut": settings.n_cut,
        "n_cases": len(found.table),
        "crossover_cases": len(found.truth.crossover),
        "truth_table": [_qca_row(row, settings.conditions) for row in found.truth.rows],
        "complex": _solution(found, solutions.cautious),
        "parsimonious": _solution(found, solutions.parsimonious),
        "intermediate": _intermediate(found),
        "SA": {f"M{at}": _numbers(rows) for at, rows in enumerate(solutions.assumptions, start=1)},
        "necessity": [
            {"term": one.name, **_necessity(one.fit)} for one in found.necessity
        ],
        "sufficiency": [{"term": name, **_sufficiency(one)} for name, one in found.sufficiency],
        "necessary_expressions": [{"term": one.name, **_necessity(one.fit)} for one in found.expressions],
    }  # fmt: skip


def _numbers(rows: Sequence[int]) -> list[str]:
    return [str(row + 1) for row in rows]


def _qca_row(row: TruthRow, conditions: Sequence[str]) -> dict[str, Any]:
    return {
        **dict(zip(conditions, row.values, strict=True)),
        "OUT": row.out,
        "n": row.n,
        "incl": plain(row.inclusion),
        "PRI": plain(row.pri),
        "cases": ",".join(row.cases),
        "row": row.number,
    }


def _necessity(one: sets.NecessityFit) -> dict[str, Any]:
    return {"inclN": plain(one.inclusion), "RoN": plain(one.relevance), "covN": plain(one.coverage)}


def _sufficiency(one: sets.Sufficiency, *, whole: bool = False) -> dict[str, Any]:
    found = {"inclS": plain(one.inclusion), "PRI": plain(one.pri), "covS": plain(one.coverage)}
    return found if whole else {**found, "covU": plain(one.unique)}


def names_of(model: Model, found: QcaAnalysis) -> list[str]:
    """The terms of a model as they are written."""
    return [term_name(term, found.settings.conditions) for term in model]


def fit_of_model(model: Model, found: QcaAnalysis) -> dict[str, Any]:
    """Fit of a model: of each of its terms and of the whole."""
    each, whole = sets.fit_of_terms(model, found.members, found.outcome)
    terms = zip(names_of(model, found), each, strict=True)
    name = model_name(model, found.settings.conditions)
    return {
        "terms": [{"term": term, **_sufficiency(one)} for term, one in terms],
        "solution": [{"term": name, **_sufficiency(whole, whole=True)}],
    }


def _fit(models: Sequence[Model], found: QcaAnalysis) -> dict[str, Any]:
    """Fit of tied models: of all their terms together, and model by model; of one model alone where there is one."""
    if not models:
        return {"terms": [], "solution": []}
    if len(models) == 1:
        return fit_of_model(models[0], found)
    every: list[Term] = sorted({term for model in models for term in model}, key=order)
    overall = fit_of_model(tuple(every), found)["terms"]
    return {"overall": overall, "individual": [fit_of_model(model, found) for model in models]}


def essential(models: Sequence[Model]) -> tuple[Term, ...]:
    """Terms that every tied model has."""
    if not models:
        return ()
    shared = set(models[0]).intersection(*map(set, models))
    return tuple(term for term in models[0] if term in shared)


def _solution(found: QcaAnalysis, minimised: Minimised) -> dict[str, Any]:
    return {
        "solutions": [names_of(model, found) for model in minimised.models],
        "essential": names_of(essential(minimised.models), found),
        "fit": _fit(minimised.models, found),
    }


def _intermediate(found: QcaAnalysis) -> dict[str, Any]:
    expected = ["-" if one is None else str(one) for one in found.settings.expected]
    models = {
        one.name: {
            "c_solution": names_of(one.complex_model, found),
            "p_solution": names_of(one.parsimonious_model, found),
            "solutions": [names_of(model, found) for model in one.models],
            "EC": _numbers(one.easy),
            "DC": _numbers(one.difficult),
            "NSEC": _numbers(one.unused),
            "fit": _fit(one.models, found),
        }
        for one in found.solutions.intermediate
    }
    return {"dir_exp": expected, "models": models}


def expected(files):
    """The file without what names it, row dominance, and the labels its program gives to a whole solution."""

    def cleaned(content):
        if isinstance(content, dict):
            return {
                key: [{k: v for k, v in one.items() if k != "term"} for one in value]
                if key == "solution"
                else cleaned(value)
                for key, value in content.items()
            }
        return [cleaned(one) for one in content] if isinstance(content, list) else content

    return {key: cleaned(value) for key, value in files.items() if key not in LABELS}


def analysed(files):
    outcome = files["outcome"].removeprefix("~")
    table = read_case_table(ORACLE / f"data_{files['dataset']}.csv", [outcome, *files["conditions"]])
    asked = QcaSettings(
        outcome,
        tuple(files["conditions"]),
        files["outcome"].startswith("~"),
        files["incl_cut"],
        files["pri_cut"],
        files["n_cut"],
        tuple(int(one) for one in files["intermediate"]["dir_exp"]),
    )
    return analyse(table, asked)


@pytest.mark.parametrize("name", QCA)
def test_everything_agrees(name):
    """Truth table, all tied models in their order, every CiPj, EC, DC, SA, and fit to 1e-9."""
    files = oracle(name)
    found = differences(qca_record(analysed(files)), expected(files))
    assert not found, "\n".join(found)


def test_all_ten_were_there():
    assert len(QCA) == 10


def test_necessary_expressions_agree():
    table = read_case_table(ORACLE / "data_LF.csv", ["DEV", "URB", "LIT", "IND", "STB", "SURV"])
    found = qca_record(analyse(table, QcaSettings("SURV", ("DEV", "URB", "LIT", "IND", "STB"))))[
        "necessary_expressions"
    ]
    assert not differences(
        found, [{k: v for k, v in one.items() if k != "_row"} for one in oracle("qca_superSubset_LF")]
    )


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
    found = analyse(table, QcaSettings("SA", ("PA", "SC", "OI", "MC")))
    assert len(table) == 17
    assert sum(row.n for row in found.truth.rows) == 8
    assert len(found.truth.crossover) == 9
    assert found.warnings[0].code == "crossover"
    assert "EXCLUDED FROM" in found.warnings[0].sentence("en")
    assert "TEC" in found.warnings[0].sentence("zh")


@pytest.fixture(scope="module", params=("example", "example2", "likert"))
def compared(request):
    """The published file, and each of its models beside ours."""
    files = oracle(f"nca_{request.param}")
    conditions = files["x"] if isinstance(files["x"], list) else [files["x"]]
    table = read_case_table(ORACLE / f"data_nca.{request.param}.csv", [*conditions, files["y"]])
    found = analyse_nca(table, NcaRequest(files["y"], tuple(conditions), permutations=5000))
    return files, list(zip(files["models"], found.found, strict=True))


FIELDS = {
    "Ceiling zone": "zone", "Effect size": "effect", "# above": "above", "Slope": "slope", "Intercept": "intercept",
    "Ceiling accuracy": "accuracy",
    "Condition ineff.": "condition_inefficiency", "Outcome ineff.": "outcome_inefficiency",
}  # fmt: skip


def test_every_parameter_of_nca_agrees(compared):
    """Zone, effect, slope, intercept, cases above, accuracy, inefficiencies; p within its error."""
    files, models = compared
    for theirs, mine in models:
        published = {one["_row"]: one for one in theirs["params"]}
        for kind in KINDS:
            one = mine.ceilings[kind]
            for key, name in FIELDS.items():
                value = published[kind][key]
                if value in ("NA", None):
                    assert not isfinite(getattr(one, name)), (mine.condition, kind, key)
                else:  # the file keeps 13 digits; per cents and areas are as exact as these
                    assert getattr(one, name) == pytest.approx(value, rel=1e-9, abs=1e-9), (mine.condition, kind, key)
            p, q = one.p, published[kind]["p-value"]
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
            assert [(x, y) for _, x, y in mine.peers] == [(one["X"], one["Y"]) for one in theirs["peers"][kind]]
    for kind in KINDS:
        columns = [[one.mark or f"{one.needed:.1f}" for one in mine.ceilings[kind].bottlenecks] for _, mine in models]
        assert list(zip(*columns, strict=True)) == [tuple(row.values())[1:] for row in files["bottlenecks"][kind]]
