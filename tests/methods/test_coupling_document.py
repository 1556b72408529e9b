"""Coupling coordination degrees from end to end: the document in both languages, faults, what is stored."""

from __future__ import annotations

import pytest

import copark
from copark.presentation.document import Chart
from copark.presentation.figures import render
from copark.presentation.style import styled
from tests.asked import call

PARKS = "case,A,B,Y,W\na,0.9,0.2,0.8,3\nb,0.8,0.9,0.9,5\nc,0.1,0.3,0.2,1\nd,0.2,0.8,0.1,2\ne,0.5,0.7,0.6,4\n"


@pytest.fixture(scope="module")
def parks(tmp_path_factory):
    path = tmp_path_factory.mktemp("coupling") / "parks.csv"
    path.write_text(PARKS, encoding="utf-8")
    return path


def test_the_document_tells_what_was_found(parks, subtests):
    found = copark.coupling(parks, subsystems="A,B,W", permutations=50, ensemble=50)
    degrees = found.found.chosen.coordination.tolist()
    highest = found.found.table.cases[degrees.index(max(degrees))]
    for lang, words in {"en": f"highest in {highest} ({max(degrees):.3f})", "zh": f"最高为 {highest}"}.items():
        with subtests.test(lang=lang):
            document = found.document(lang)
            assert words in document.headline
            tables = {one.key: one for one in document.tables()}
            assert set(tables) == {"degrees", "grades", "chance", "indicators", "settings"}
            assert [row[3] for row in tables["degrees"].rows] == degrees
            assert all(sum(row[1:]) == pytest.approx(1.0) for row in tables["grades"].rows)
            charts = [one for one in document.blocks() if isinstance(one, Chart)]
            assert len(charts) == 1
            assert all(render(styled(one.figure)(), "svg") for one in charts)
    assert degrees == found.to_frame()["D_standard"].tolist()


def test_the_command_takes_its_old_options(parks, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    asked = ["coupling", str(parks), "--subsystems", "x=A,-B;y=W", "--ranges", "W=0,10", "--ranges", "A=0,1"]
    more = ["--formula", "wang2021", "--grades", "right", "--case", "case", "--lang", "en", "--no-report"]
    code, out, _ = call([*asked, *more], capsys)
    assert (code, "Mean D is" in out) == (0, True)
    code, _, err = call([*asked, "--formula", "old", "--lang", "en"], capsys)
    assert (code, "--formula" in err) == (2, True)
