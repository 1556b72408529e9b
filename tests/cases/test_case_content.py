"""What a case gives: everything typed, frozen, in order, under a hash of its content."""

import pytest
import yaml
from tests.cases.bad_cases import CASE, EQUITY, EVENTS, SERIES

from copark.cases import Quarter, in_force, load_case, used


@pytest.fixture
def case(miniature):
    return load_case(miniature)


def test_events_are_in_order_of_time(case):
    assert [str(event.date) for event in case.events] == ["2010", "2012-08-27", "2015-05-12"]
    assert case.events[1].event("zh") == "公司成立，资本 1000 万美元。"
    assert case.events[1].actors() == "Builder, oblast"


def test_observations_used_and_bounds_that_set_limits_on_one_side(case):
    assert [row.value for row in case.observed("registered")] == [8, 41]
    assert case.observed("registered", role="score") == ()
    (operating,) = case.observed("operating", role="fit")
    assert (operating.interval("companies"), operating.quarter) == ((17, 20), Quarter(2019, 4))
    limits = {("realised_investment", "M USD"): (None, 347), ("jobs", "persons"): (1000, None),
              ("serviced_area", "ha"): (350, 350)}  # fmt: skip
    assert {(name, unit): case.observed(name)[0].interval(unit) for name, unit in limits} == limits


def test_used_facts_and_the_one_in_force(case):
    assert [fact.value for fact in used(case.quota)] == [6001]
    held = [in_force(case.regime.threshold, Quarter(*quarter)) for quarter in ((2012, 1), (2017, 1), (2017, 2))]
    assert [fact and fact.value for fact in held] == [None, 5, 0.5]


def reordered(node):
    if isinstance(node, dict):
        return {key: reordered(node[key]) for key in sorted(node, reverse=True)}
    return [reordered(item) for item in node] if isinstance(node, list) else node


def test_hash_does_not_depend_on_how_the_case_is_written(miniature, case):
    path = miniature / CASE
    tree = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    plain = yaml.dump(reordered(tree), allow_unicode=True, sort_keys=False).replace("'null'", "null")
    path.write_text(plain.replace("format: '1'", "format: 1"), encoding="utf-8")
    header, *rows = (miniature / SERIES).read_text(encoding="utf-8").splitlines()
    (miniature / SERIES).write_text("\r\n".join([header, *reversed(rows), ",,", ""]), encoding="utf-8", newline="")
    text = (miniature / EQUITY).read_text(encoding="utf-8").replace("6000", "6000.0")
    (miniature / EQUITY).write_text(text.replace("gazette;agency", "gazette ; agency"), encoding="utf-8")
    assert load_case(miniature).hash == case.hash


def test_hash_depends_on_everything_the_case_says_and_follows_an_edit_in_memory(miniature, case):
    hashes = {case.hash, case.model_copy(update={"framework": None}).hash}
    changes = (
        (CASE, "value: 350", "value: 351"),
        (CASE, "A rumour.", "A guess."),
        (EQUITY, "buyer not known", "the buyer is not known"),
        (EVENTS, "The idea.", "An idea."),
        (SERIES, "registered,41", "registered,42"),
    )
    for name, old, new in changes:
        text = (miniature / name).read_text(encoding="utf-8")
        (miniature / name).write_text(text.replace(old, new), encoding="utf-8")
        hashes.add(load_case(miniature).hash)
    assert len(hashes) == 2 + len(changes)
