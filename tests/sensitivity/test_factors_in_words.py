"""Factors, boxes and trees in words, in both languages."""

from copark.analysis.discovery.prim import Box, BoxCondition, BoxStatistics, Discovery, Node, Path, Side
from copark.inference.exploration.explore import Found
from copark.words import factors as words


def found(outcome="failed"):
    """A box made by hand: 71 of 100 runs fail, 62 % of all failures."""
    sides = (
        Side(BoxCondition(0, high=6.0), 1e-9, 1.0), Side(BoxCondition(1, high=0.03), 1e-4, 0.6),
        Side(BoxCondition(2, high=0.5), 1e-9, 1.0),
    )  # fmt: skip
    held = BoxStatistics(100, 71, 1000, 115)
    discovery = Discovery((Box(sides, held),), Path((BoxStatistics(1000, 115, 1000, 115), held), (0, 3)))
    leaf = Node((BoxCondition(0, high=6.0),), BoxStatistics(300, 90, 1000, 115))
    other = Node((BoxCondition(0, low=6.0),), BoxStatistics(700, 25, 1000, 115))
    tree = Node((), BoxStatistics(1000, 115, 1000, 115), 0, 6.0, leaf, other)
    names = ("value_host", "return_mean", "rescue")
    return Found("wide", outcome, names, 0.115, 2000, discovery, tree, (3.0, -0.02, 0.0), (30.0, 0.1, 1.0))


def test_a_box_is_a_sentence_in_the_units_of_its_parameters():
    assert words.box_sentence(found(), 0, "en") == (
        "Where strategic value of the park to the host government is at most 6.0 M USD/yr, mean return of enquirers, "
        "before selection is at most 3.0% a year and nobody may bail the company out, 71% of runs fail (of all "
        "runs 12%). This is 10% of all runs and covers 62% of the runs that fail."
    )
    assert words.box_sentence(found(), 0, "zh") == (
        "当园区对东道国政府的战略价值不超过600万美元/年、意向企业的平均回报率（筛选前）不超过每年3.0%，且无人可以救助开发公司时，"
        "71%的模拟失败（全部模拟中为12%）。此类情形占全部模拟的10%，涵盖62%的失败的模拟。"
    )


def test_a_box_that_holds_little_more_than_all_runs_is_not_told():
    one = found()
    weak = Box(one.discovery.boxes[0].sides, BoxStatistics(500, 70, 1000, 115))
    dull = Found(**{**vars(one), "discovery": Discovery((weak,), one.discovery.path)})
    assert words.told_boxes(one) == [0]
    assert words.told_boxes(dull) == []
    assert "No box" in words.found_sentences(dull, "en")[0]


def test_unmoved_parameters_are_marked():
    moved = {"value_host": "unmoved", "return_mean": "weakly", "enquiry_rate": "moved"}
    marks = [words.mark(name, moved) for name in ("value_host", "return_mean", "enquiry_rate", "rescue")]
    assert marks == [words.UNMOVED, words.SLIGHTLY, "", ""]
