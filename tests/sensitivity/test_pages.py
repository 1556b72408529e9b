"""Pages, tables and sentences, in both languages."""

import csv

import numpy as np
import pytest
from openpyxl import load_workbook

from copark.analysis.discovery.conditions import Condition, Holding
from copark.analysis.discovery.prim import Box, Discovery, Path, Side
from copark.analysis.discovery.tree import Node
from copark.inference.exploration.explore import Found
from copark.report.sensitivity import exports, words
from copark.report.sensitivity.page import figures, write_exploration


def found(outcome="failed"):
    """A box made by hand: 71 of 100 runs fail, 62 % of all failures."""
    sides = (
        Side(Condition(0, high=6.0), 1e-9, 1.0), Side(Condition(1, high=0.03), 1e-4, 0.6),
        Side(Condition(2, high=0.5), 1e-9, 1.0),
    )  # fmt: skip
    held = Holding(100, 71, 1000, 115)
    discovery = Discovery((Box(sides, held),), Path((Holding(1000, 115, 1000, 115), held), (0, 3)))
    leaf = Node((Condition(0, high=6.0),), Holding(300, 90, 1000, 115))
    other = Node((Condition(0, low=6.0),), Holding(700, 25, 1000, 115))
    tree = Node((), Holding(1000, 115, 1000, 115), 0, 6.0, leaf, other)
    names = ("value_host", "return_mean", "rescue")
    return Found("wide", outcome, names, 0.115, 2000, discovery, tree, (3.0, -0.02, 0.0), (30.0, 0.1, 1.0))


def test_a_box_is_a_sentence_in_the_units_of_its_parameters():
    assert words.box_sentence(found(), 0, "en") == (
        "Where strategic value of the park to the host government is at most 6.0 M USD/yr, mean return of those who "
        "enquire, before selection is at most 3.0% a year and nobody may rescue the company, 71% of runs fail (of all "
        "runs 12%). This is 10% of all runs and covers 62% of the runs that fail."
    )
    assert words.box_sentence(found(), 0, "zh") == (
        "当园区对东道国政府的战略价值不超过600万美元/年、咨询企业的平均回报（筛选前）不超过每年3.0%，且无人可以救助开发公司时，"
        "71%的模拟失败（全部模拟中为12%）。此类情形占全部模拟的10%，涵盖62%的失败的模拟。"
    )


def test_an_unsure_condition_is_named():
    assert "mean return" in words.surety(found(), 0, "en")
    assert "60%" in words.surety(found(), 0, "en")


def test_a_box_that_holds_little_more_than_all_runs_is_not_told():
    one = found()
    weak = Box(one.discovery.boxes[0].sides, Holding(500, 70, 1000, 115))
    dull = Found(**{**vars(one), "discovery": Discovery((weak,), one.discovery.path)})
    assert words.told_boxes(one) == [0]
    assert words.told_boxes(dull) == []
    assert "No box" in words.found_sentences(dull, "en")[0]


def test_leaves_are_told_by_how_often_it_happens():
    told = words.leaf_sentences(found(), "en")
    assert told[0].startswith("Where strategic value")
    assert "30% of runs fail (30% of all runs)" in told[0]
    assert "is above 6.0" in told[1]


def test_two_limits_of_a_factor_are_told_together():
    one = words.conditions([Condition(0, low=4.0), Condition(0, high=6.0)], ("value_host",), "en")
    assert one == "strategic value of the park to the host government is between 4.0 M USD/yr and 6.0 M USD/yr"


def test_unmoved_parameters_are_marked():
    moved = {"value_host": "unmoved", "return_mean": "weakly", "enquiry_rate": "moved"}
    marks = [words.mark(name, moved) for name in ("value_host", "return_mean", "enquiry_rate", "rescue")]
    assert marks == [words.UNMOVED, words.SLIGHTLY, "", ""]


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
def test_the_page_of_an_exploration(exploration, lang, tmp_path):
    told = []
    page = write_exploration(exploration, lang, tmp_path, lambda *done: told.append(done))
    html = page.read_text(encoding="utf-8")
    assert exploration.identity in html
    for section in ("sobol", "morris", "given", "discovery", "reading", "provenance"):
        assert f'<section id="{section}"' in html
    assert html.count("<figure") == figures(exploration) == told[-1][1]
    assert told[-1][0] == told[-1][1]
    for path in (tmp_path / "figures").glob("*.svg"):
        assert exploration.identity in path.read_text(encoding="utf-8")


def test_a_language_nobody_speaks_is_refused(exploration, tmp_path):
    with pytest.raises(ValueError, match="fr"):
        write_exploration(exploration, "fr", tmp_path)


def test_tables_open_in_a_spreadsheet_and_hold_every_number(exploration, tmp_path):
    paths = exports.write_tables(exports.exploration_tables(exploration, "zh"), "sensitivity", "zh", tmp_path)
    by_name = {path.name: path for path in paths}
    with by_name["sensitivity-sobol-zh.csv"].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert by_name["sensitivity-sobol-zh.csv"].read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(rows) == len(exploration.readouts) * (len(exploration.names) + 1)
    totals = [float(row["total"]) for row in rows[: len(exploration.names) + 1]]
    assert np.allclose(totals, exploration.indices[0].total)
    book = load_workbook(paths[-1], read_only=True)
    assert len(book.sheetnames) == len(paths) - 1
    assert "Sobol指数" in book.sheetnames
