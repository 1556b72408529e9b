"""Distress over age: known answers of the curve, and whom it leaves out."""

import numpy as np
import pytest

from copark.analyses.context import Context
from copark.analyses.distress import AGES, ParkAge, contrast, curve
from copark.analyses.registry import REGISTRY
from copark.cases.parks import load_parks
from copark.cases.zones import load_failures


def park(age, *, distressed, kind="mixed"):
    date = "2010" if distressed else ""
    return ParkAge("x", "X", "X", kind, 2000, age, date, "on", "closure", "", "", ())


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    distress = REGISTRY["distress"]
    return distress.ask.compute(distress.params(), Context(tmp_path_factory.mktemp("distress"), threads=1))


def test_the_curve_has_the_steps_of_kaplan_and_meier():
    """Four parks: distress at 3 and 7, none until 5 and 9: 3/4, and then half of it."""
    made = curve(
        "all",
        [park(3, distressed=True), park(5, distressed=False), park(7, distressed=True), park(9, distressed=False)],
    )
    assert made.ages == pytest.approx([3, 5, 7, 9])
    assert made.free == pytest.approx([0.75, 0.75, 0.375, 0.375])
    assert (made.parks, made.distressed) == (4, 2)
    assert made.at_risk == tuple(sum(age >= limit for age in (3, 5, 7, 9)) for limit in AGES)
    assert made.at(1.0)[0] == 1.0
    assert made.at(8.0)[0] == pytest.approx(0.375)
    assert made.at(10.0) is None, "older than any park"
    assert np.all(made.low < made.free)
    assert np.all(made.high > made.free)


def test_kinds_without_a_dated_distress_are_not_told_apart():
    calm = [park(age, distressed=False) for age in (5, 9, 12, 14, 16)]
    ended = [park(age, distressed=True) for age in (1, 2, 3, 3.5, 4)]
    kinds = {"mixed": calm, "enterprise-led": calm, "intergovernmental": ended}
    assert not contrast(("mixed", "enterprise-led"), kinds).is_told_apart
    assert contrast(("mixed", "intergovernmental"), kinds).is_told_apart


def test_only_parks_that_were_looked_up_enter(answer):
    """No zone that was sought for having failed makes a rate, and no park that is kept for a blind test."""
    failures = load_failures()
    entered = {one.park for one in answer.parks}
    kept = {row.park for row in failures.distress if row.looked == "kept"}
    assert entered == {one.id for one in load_parks().parks} - kept
    assert set(answer.kept) == kept
    assert not entered & {zone.id for zone in failures.zones}
    assert answer.zones == len(failures.zones)
    assert sum(one.parks for one in answer.curves[1:]) == answer.curves[0].parks


def test_the_first_distress_of_a_park_counts(answer):
    kaesong = next(one for one in answer.parks if one.park == "kaesong")
    assert (kaesong.date, kaesong.kind) == ("2013-04", "suspension")
    assert kaesong.age == pytest.approx(12.8, abs=0.1)


def test_the_document_says_whom_it_leaves_out(answer):
    english, chinese = (answer.document(lang) for lang in ("en", "zh"))
    assert "11 have a dated one" in english.headline
    assert "6 of 11 intergovernmental" in english.headline
    assert f"The {answer.zones} zones in the table of failures enter no curve" in str(english.sections[0])
    assert "不进入任何曲线或比例" in str(chinese.sections[0])
