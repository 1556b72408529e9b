"""QCA from end to end: the document in both languages, faults, what is stored, the command."""

from __future__ import annotations

import json

import pytest

import copark
from copark.analyses import REGISTRY
from copark.errors import FaultsFound
from copark.presentation.document import Chart
from copark.presentation.figures import render
from copark.presentation.style import styled
from tests.asked import call

QCA = REGISTRY["qca"]
PARKS = "case,A,B 2,Y,W\na,0.9,0.2,0.8,3\nb,0.8,0.9,0.9,5\nc,0.1,0.3,0.2,1\nd,0.2,0.8,0.1,2\ne <f>,0.5,0.7,0.6,4\n"


@pytest.fixture(scope="module")
def parks(tmp_path_factory):
    path = tmp_path_factory.mktemp("qca") / "parks.csv"
    path.write_text(PARKS, encoding="utf-8")
    return path


def tables(document):
    return {one.key: one for one in document.tables()}


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
            assert all(render(styled(one.figure)(), "svg") for one in charts)
            assert len({one.key for one in charts}) == len(charts) >= 3
    assert set(found.to_frame()["solution"]) == {"complex", "parsimonious", "intermediate"}


def test_paths_are_said_in_words(tmp_path):
    """``A*~B`` of the tables is ``A and not B`` in the answer."""
    path = tmp_path / "crisp.csv"
    path.write_text("case,A,B,Y\na,1,0,1\nb,1,1,0\nc,0,0,0\nd,0,1,0\n", encoding="utf-8")
    found = copark.qca(path, outcome="Y", conditions="A,B")
    assert {row[2] for row in tables(found.document())["solutions"].rows} == {"A*~B"}
    assert found.document().headline.startswith("Sufficient for Y: A and not B (")
    assert found.document("zh").headline.startswith("对 Y 充分的组态：A 且 非 B（")


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


def test_the_command_takes_its_old_options(parks, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    asked = ["qca", str(parks), "--outcome", "Y", "--conditions", "A,W", "--calibrate", "W=1,2.5,5"]
    asked += ["--calibrate", "A=0.4"]
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
