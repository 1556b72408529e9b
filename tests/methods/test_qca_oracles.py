"""QCA against ten published analyses: every row, solution, counterfactual and parameter of fit."""

from __future__ import annotations

import numpy as np
import pytest

from copark.cases.user_tables import read_case_table
from copark.setmethods.qca import QcaSettings, analyse
from copark.setmethods.qca_sets import SetCalibration, calibrate
from tests.methods.records import qca_record
from tests.methods.shared import ORACLE, beside, differences, oracle, qca_oracles

pytestmark = beside
LABELS = ("id", "dataset", "parsimonious_rowdom")


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


@pytest.mark.parametrize("name", qca_oracles())
def test_everything_agrees(name):
    """Truth table, all tied models in their order, every CiPj, EC, DC, SA, and fit to 1e-9."""
    files = oracle(name)
    found = differences(qca_record(analysed(files)), expected(files))
    assert not found, "\n".join(found)


def test_all_ten_were_there():
    assert len(qca_oracles()) == 10


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
