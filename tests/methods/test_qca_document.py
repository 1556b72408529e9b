"""QCA from end to end: the document in both languages, faults, what is stored, the command."""

from __future__ import annotations

import csv
import json

import pytest

import copark
from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.errors import FaultsFound
from copark.presentation import write
from copark.presentation.document import Caveat, Chart
from copark.presentation.figures import render
from tests.asked import call
from tests.methods.records import qca_answer
from tests.methods.shared import ORACLE, beside, differences, oracle

QCA = REGISTRY["qca"]
PARKS = "case,A,B 2,Y,W\na,0.9,0.2,0.8,3\nb,0.8,0.9,0.9,5\nc,0.1,0.3,0.2,1\nd,0.2,0.8,0.1,2\ne <f>,0.5,0.7,0.6,4\n"


@pytest.fixture(scope="module")
def parks(tmp_path_factory):
    path = tmp_path_factory.mktemp("qca") / "parks.csv"
    path.write_text(PARKS, encoding="utf-8")
    return path


def tables(document):
    return {one.key: one for one in document.tables()}


def caveats(document):
    return [one.text for one in document.blocks() if isinstance(one, Caveat)]


def test_the_document_tells_what_was_found(parks, subtests):
    found = copark.qca(parks, outcome="Y", conditions="A,B 2", dir_exp="1,-", robust=True, alternative=["A=B 2"])
    for lang, words in {"en": "Sufficient for Y: A (intermediate", "zh": "对 Y 充分的组态：A（中间解"}.items():
        with subtests.test(lang=lang):
            document = found.document(lang)
            assert document.headline.startswith(words)
            made = tables(document)
            assert {"truth", "all-rows", "solutions", "necessity", "counterfactuals", "survival", "variants"} <= set(
                made
            )
            assert len(made["all-rows"].rows) == 4
            assert [row[5] for row in made["truth"].rows] == [row.inclusion for row in found.found.truth.rows if row.n]
            charts = [one for one in document.blocks() if isinstance(one, Chart)]
            assert all(render(one.figure(), "svg") for one in charts)
            assert len({one.key for one in charts}) == len(charts) >= 6
    assert set(found.to_frame()["solution"]) == {"complex", "parsimonious", "intermediate"}
    assert qca_answer(found)["robustness"]["variants"] == len(found.robust.variants)


def test_paths_are_said_in_words(tmp_path):
    """``A*~B`` of the tables is ``A and not B`` in the answer."""
    path = tmp_path / "crisp.csv"
    path.write_text("case,A,B,Y\na,1,0,1\nb,1,1,0\nc,0,0,0\nd,0,1,0\n", encoding="utf-8")
    found = copark.qca(path, outcome="Y", conditions="A,B")
    assert {row[2] for row in tables(found.document())["solutions"].rows} == {"A*~B"}
    assert found.document().headline.startswith("Sufficient for Y: A and not B (")
    assert found.document("zh").headline.startswith("对 Y 充分的组态：A 且 非 B（")


def test_no_solution_and_no_test_are_said(parks):
    document = copark.qca(parks, outcome="~Y", conditions="B 2", incl_cut=1.0).document()
    assert "No combination of the conditions is sufficient for ~Y" in document.headline
    assert any("Not tested" in one for one in caveats(document))


def test_negate_and_a_tilde_are_the_same(parks):
    first = qca_answer(copark.qca(parks, outcome="Y", conditions="A,B 2", negate=True))
    again = qca_answer(copark.qca(parks, outcome="~Y", conditions="A,B 2"))
    assert {**first, "id": ""} == {**again, "id": ""}
    assert first["outcome"] == "~Y"


def test_a_crossover_case_is_warned_of_loudly(parks):
    found = copark.qca(parks, outcome="Y", conditions="A,B 2")
    assert any("EXCLUDED FROM ALL ROWS" in one for one in caveats(found.document()))
    assert any("未计入任何一行" in one for one in caveats(found.document("zh")))
    assert qca_answer(found)["crossover"] == ["e <f>"]


def test_calibration_on_the_way(parks):
    """Commas within an entry may have taken it apart, as a form does."""
    whole = copark.qca(parks, outcome="Y", conditions="W", calibrate=["W=1,2.5,5"])
    apart = copark.qca(parks, outcome="Y", conditions="W", calibrate=["W=1", "2.5", "5"])
    assert whole.run_id == apart.run_id
    assert len(whole.found.table) == 5
    with pytest.raises(FaultsFound) as told:
        copark.qca(parks, outcome="Y", conditions="W")
    assert {one.code.rpartition(".")[2] for one in told.value.faults} == {"not_a_membership"}


def test_faults_of_options_and_table_come_together(parks):
    with pytest.raises(FaultsFound) as told:
        copark.qca(parks, outcome="Z", conditions="A,A,Q", incl_cut=3.0, dir_exp="1,x", idm=2.0)
    codes = {one.code.rpartition(".")[2] for one in told.value.faults}
    assert codes >= {"bad_expectation", "twice", "not_a_share", "idm", "missing_column"}


def test_a_stored_result_is_read_again(parks, tmp_path):
    params = QCA.params(table=parks, outcome="Y", conditions="A,B 2", robust=True)
    made, read = (answer(QCA, params, Context(tmp_path)) for _ in range(2))
    assert (made.reused, read.reused) == (False, True)
    assert repr(read.document("en")) == repr(made.document("en"))


def test_set_data_are_for_r(parks, tmp_path):
    write(copark.qca(parks, outcome="Y", conditions="A,B 2").document(), tmp_path, ["csv"])
    with next(tmp_path.rglob("data.csv")).open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = list(csv.reader(stream, strict=True))
    assert header == ["case", "Y", "A", "B_2"]
    assert [float(cell) for cell in rows[0][1:]] == [0.8, 0.9, 0.2]


def test_the_command_takes_its_old_options(parks, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    asked = [
        "qca",
        str(parks),
        "--outcome",
        "Y",
        "--conditions",
        "A,W",
        "--calibrate",
        "W=1,2.5,5",
        "--calibrate",
        "A=0.4",
    ]
    code, out, _ = call([*asked, "--json", "--lang", "en"], capsys)
    assert (code, json.loads(out)["key"]) == (0, "qca")
    for flag, value in [("--incl-cut", "nan"), ("--dir-exp", "1,x"), ("--idm", "2")]:
        code, out, err = call([*asked, flag, value, "--lang", "en"], capsys)
        assert (code in (1, 2), out) == (True, "")
        assert flag in err
        assert "Traceback" not in err
    code, _, err = call(["qca", "nowhere.csv", "--outcome", "Y", "--conditions", "A", "--lang", "en"], capsys)
    assert code == 1
    assert "File not found" in err


@beside
@pytest.mark.parametrize("name", ["LF_SURV_08_n2", "LF_notSURV_08"])
def test_the_analysis_agrees_with_published_files(name):
    files = oracle(f"qca_{name}")
    found = qca_answer(copark.qca(
        ORACLE / f"data_{files['dataset']}.csv", outcome=files["outcome"], conditions=files["conditions"],
        incl_cut=files["incl_cut"], n_cut=files["n_cut"], pri_cut=files["pri_cut"],
        dir_exp=files["intermediate"]["dir_exp"],
    ))  # fmt: skip
    for key in ("outcome", "truth_table", "SA", "necessity", "sufficiency"):
        assert not differences(found[key], files[key])
    for key in ("complex", "parsimonious"):
        assert not differences(found[key]["solutions"], files[key]["solutions"])
