"""NCA from end to end: the document in both languages, faults, what is stored, the casebook's own table."""

from __future__ import annotations

import csv
import json

import pytest

import copark
from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.presentation.document import Chart
from copark.presentation.figures import render
from copark.presentation.style import styled
from tests.asked import call, table
from tests.methods.records import nca_record

NCA = REGISTRY["nca"]
ROWS = [("a", 0.9, 0.2, 0.8, 3), ("b", 0.8, 0.9, 0.9, 5), ("=c", 0.1, 0.3, 0.2, 1), ("d <e>", 0.2, 0.8, 0.1, 2),
        ("e", 0.5, 0.7, 0.6, 4)]  # fmt: skip


@pytest.fixture(scope="module")
def parks(tmp_path_factory):
    path = tmp_path_factory.mktemp("nca") / "parks.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("案例", "A 1", "B", "结果", "W"), *ROWS])
    return path


def test_the_document_tells_what_was_found(parks, subtests):
    """Numbers are those of the engine; the headline names the condition of the largest effect, and the test."""
    found = copark.nca(parks, x="A 1,W", y="结果", permutations=50)
    effects = {one.condition: one.ceilings["ce_fdh"].effect for one in found.found.found}
    first = max(effects, key=effects.get)
    for lang, words in {"en": f"{first} is the most necessary", "zh": f"必要程度最高的是 {first}"}.items():
        with subtests.test(lang=lang):
            document = found.document(lang)
            assert words in document.headline
            assert "p = 0." in document.headline
            rows = table(document, "ceilings").rows
            assert {row[0]: row[2] for row in rows[::2]} == effects
            assert [row[0] for row in table(document, "bottlenecks-ce-fdh").rows] == [10.0 * at for at in range(11)]
            charts = [one for one in document.blocks() if isinstance(one, Chart)]
            assert len(charts) == 2
            assert all(render(styled(one.figure)(), "svg") for one in charts)
    assert nca_record(found.found)["models"][0]["params"][0]["Effect size"] == effects["A 1"]
    assert found.to_frame()["effect"].tolist()[::2] == list(effects.values())


def test_a_result_is_of_the_content_of_the_table_and_read_again(parks, tmp_path):
    def asked(path, **changes):
        return answer(NCA, NCA.params(table=path, x=("A 1",), y="结果", **changes), Context(tmp_path / "out"))

    copy = tmp_path / "copy.csv"
    copy.write_bytes(parks.read_bytes())
    made, read, other = asked(parks), asked(copy), asked(parks, corner=2)
    assert (made.reused, read.reused, other.reused) == (False, True, False)
    assert repr(read.document("zh")) == repr(made.document("zh"))
    copy.write_text(parks.read_text(encoding="utf-8").replace("0.9", "0.95"), encoding="utf-8")
    assert not asked(copy).reused


def test_the_casebooks_own_scores_are_meant_where_no_table_is_named(monkeypatch, tmp_path, parks):
    """``parks`` is that table too, unless there is a file of this name."""
    monkeypatch.chdir(tmp_path)
    own = copark.nca(x="GOV,EQUITY,NETWORK", y="OUTCOME", drop_missing=True)
    assert len(own.found.table) == 36
    assert NCA.params(table="parks", x="GOV", y="OUTCOME").table is None
    (tmp_path / "parks").write_bytes(parks.read_bytes())
    assert NCA.params(table="parks", x="GOV", y="OUTCOME").table is not None
    assert "table" not in {one.name for one in NCA.params.form(served=True)}, "a server takes no paths"


def test_the_command(parks, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    asked = ["nca", str(parks), "--x", "A 1,W", "--y", "结果", "--lang", "en"]
    code, out, _ = call([*asked, "--json"], capsys)
    assert (code, json.loads(out)["key"]) == (0, "nca")
    for more, words in [(["--corner", "9"], "--corner"), (["--seed", "-1"], "--seed"),
                        (["--scope", "0,1"], "four limits")]:  # fmt: skip
        code, out, err = call([*asked, *more], capsys)
        assert (code in (1, 2), out) == (True, "")
        assert words in err
    code, _, err = call(["nca", str(parks), "--x", "A 1"], capsys)
    assert code == 2
    assert "--y" in err
