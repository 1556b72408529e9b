"""Set methods from end to end: documents in both languages, faults, what is stored, the commands."""

import json

import pytest

import copark
from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.errors import FaultsFound
from copark.presentation.document import Chart
from copark.presentation.figures import render
from copark.presentation.style import styled
from tests.asked import call, table

NCA = REGISTRY["nca"]
PARKS = "案例,A,B 2,Y,W\na,0.9,0.2,0.8,3\nb,0.8,0.9,0.9,5\n=c,0.1,0.3,0.2,1\nd,0.2,0.8,0.1,2\ne <f>,0.5,0.7,0.6,4\n"


@pytest.fixture(scope="module")
def parks(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "parks.csv"
    path.write_text(PARKS, encoding="utf-8")
    return path


ASKED = {
    "qca": ({"outcome": "Y", "conditions": "A,B 2", "dir_exp": "1,-", "robust": True, "alternative": ["A=B 2"]},
            "Sufficient for Y: A (intermediate", "对 Y 充分的组态：A（中间解"),
    "nca": ({"conditions": "A,W", "outcome": "Y", "permutations": 50}, "A is the most necessary", "必要程度最高的是 A"),
    "coupling": ({"subsystems": "A,B 2,W", "permutations": 50, "ensemble": 50}, "highest in b (0.9", "最高为 b"),
}  # fmt: skip


def test_documents_tell_what_was_found(parks, subtests):
    """Numbers are those of the engine, and every chart can be drawn."""
    for name, (params, *headlines) in ASKED.items():
        answer = getattr(copark, name)(parks, **params)
        for lang, words in zip(("en", "zh"), headlines, strict=True):
            with subtests.test(name, lang=lang):
                document = answer.document(lang)
                assert words in document.headline
                charts = [block for block in document.blocks() if isinstance(block, Chart)]
                assert len({chart.key for chart in charts}) == len(charts) >= 1
                assert all(render(styled(chart.figure)(), "svg") for chart in charts)
                if name == "qca":
                    inclusions = [row.inclusion for row in answer.found.truth.rows if row.n]
                    assert [row[5] for row in table(document, "truth").rows] == inclusions
                elif name == "nca":
                    effects = [necessity.ceilings["ce_fdh"].effect for necessity in answer.found.found]
                    assert [row[2] for row in table(document, "ceilings").rows[::2]] == effects
                    assert [row[0] for row in table(document, "bottlenecks-ce-fdh").rows] == list(range(0, 101, 10))
                    assert answer.to_frame()["effect"].tolist()[::2] == effects
                else:
                    degrees = answer.found.chosen.coordination.tolist()
                    assert [row[3] for row in table(document, "degrees").rows] == degrees
                    assert all(sum(row[1:]) == pytest.approx(1.0) for row in table(document, "grades").rows)
                    assert degrees == answer.to_frame()["D_standard"].tolist()


def test_paths_are_said_in_words(tmp_path):
    """``A*~B`` of the tables is ``A and not B`` in the answer."""
    path = tmp_path / "crisp.csv"
    path.write_text("case,A,B,Y\na,1,0,1\nb,1,1,0\nc,0,0,0\nd,0,1,0\n", encoding="utf-8")
    answer = copark.qca(path, outcome="Y", conditions="A,B")
    assert {row[2] for row in table(answer.document(), "solutions").rows} == {"A*~B"}
    assert answer.document().headline.startswith("Sufficient for Y: A and not B (")
    assert answer.document("zh").headline.startswith("对 Y 充分的组态：A 且 非 B（")


def test_calibration_on_the_way(parks):
    """Commas within an entry may have taken it apart, as a form does."""
    whole = copark.qca(parks, outcome="Y", conditions="W", calibrate=["W=1,2.5,5"])
    separately = copark.qca(parks, outcome="Y", conditions="W", calibrate=["W=1", "2.5", "5"])
    assert whole.run_id == separately.run_id
    assert len(whole.found.table) == 5


def test_faults_of_options_and_table_come_together(parks):
    for options, codes in (
        ({"conditions": "W"}, {"not_a_membership"}),
        ({"outcome": "Z", "conditions": "A,A,Q", "incl_cut": 3.0, "dir_exp": "1,x", "idm": 2.0},
         {"bad_expectation", "twice", "not_a_share", "idm", "missing_column", "expectations"}),
    ):  # fmt: skip
        with pytest.raises(FaultsFound) as caught:
            copark.qca(parks, **{"outcome": "Y", **options})
        assert {fault.code.rpartition(".")[2] for fault in caught.value.faults} == codes


def test_a_result_is_of_the_content_of_the_table_and_read_again(parks, tmp_path):
    def asked(path, **changes):
        return answer(NCA, NCA.params(table=path, x=("A",), y="Y", **changes), Context(tmp_path / "out"))

    copy = tmp_path / "copy.csv"
    copy.write_bytes(parks.read_bytes())
    first, read, other = asked(parks), asked(copy), asked(parks, corner=2)
    assert (first.reused, read.reused, other.reused) == (False, True, False)
    assert repr(read.document("zh")) == repr(first.document("zh"))
    copy.write_text(parks.read_text(encoding="utf-8").replace("0.9", "0.95"), encoding="utf-8")
    assert not asked(copy).reused


def test_the_casebooks_own_scores_are_meant_where_no_table_is_named(monkeypatch, tmp_path, parks):
    """``parks`` is that table too, unless there is a file of this name."""
    monkeypatch.chdir(tmp_path)
    own = copark.nca(conditions="GOV,EQUITY,NETWORK", outcome="OUTCOME", drop_missing=True)
    assert len(own.found.table) == 34
    assert NCA.params(table="parks", x="GOV", y="OUTCOME").table is None
    (tmp_path / "parks").write_bytes(parks.read_bytes())
    assert NCA.params(table="parks", x="GOV", y="OUTCOME").table is not None
    assert "table" not in {field.name for field in NCA.params.form(served=True)}, "a server takes no paths"


COMMANDS = {
    "qca": ("--outcome Y --conditions A,W --calibrate W=1,2.5,5 --calibrate A=0.4",
            {"--incl-cut": "nan", "--dir-exp": "1,x", "--idm": "2"}),
    "nca": ("--conditions A,W --outcome Y", {"--corner": "9", "--seed": "-1", "--scope": "0,1"}),
    "coupling": ("--subsystems x=A,-W;y=Y --ranges W=0,10 --ranges A=0,1 --grades right --case 案例",
                 {"--formula": "old", "--weights": "1,2"}),
}  # fmt: skip


def test_the_commands(parks, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name, (options, wrong) in COMMANDS.items():
        command = [name, str(parks), *options.split(), "--lang", "en"]
        code, out, _ = call([*command, "--json"], capsys)
        assert (code, json.loads(out)["document"]["key"]) == (0, name)
        for flag, value in wrong.items():
            code, out, err = call([*command, flag, value], capsys)
            assert (code in (1, 2), out, flag in err, "Traceback" in err) == (True, "", True, False)
    code, _, err = call(["qca", "nowhere.csv", "--outcome", "Y", "--conditions", "A", "--lang", "en"], capsys)
    assert (code, "File not found" in err) == (2, True)
