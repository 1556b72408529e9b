"""Each edit changes the packed inputs as it says, from its quarter on, and nothing else.

The miniature has 40 quarters from 2012Q3: 2015Q1 is quarter 10, 2015Q2 is 11, 2017Q2 is 19, 2020Q4 (end of data) 33.
"""

import numpy as np
import pytest

from tests.simulation.conftest import column, packed

FREE, NO_PARTNER = -1, -2


def differing(before, after):
    """Names of the dated facts that are not the same."""
    return {
        f"{room}.{name}"
        for room in ("world", "governments", "company", "enterprises")
        for name in getattr(before, room).dtype.names
        if not np.array_equal(getattr(before, room)[name], getattr(after, room)[name])
    } | {
        name
        for name in ("history", "anchors", "link_strength")
        if not np.array_equal(getattr(before, name), getattr(after, name))
    }


def test_shares_from_a_date_on(miniature):
    edits = [
        {"from": "2015Q1", "home": 3500, "host": 6500},
        {"from": "2016-07", "home": 3000, "host": 2000, "third": 4000, "unallocated": 1000},
    ]
    before, after = packed(miniature, equity=edits)
    assert differing(before, after) == {"company.share"}
    shares = column(after, "company", "share")
    assert shares[:10] == [[6000, 4000, 0]] * 10
    assert shares[10:16] == [[3500, 6500, 0]] * 6
    assert shares[16:] == [[3000, 2000, 4000]] * 24


STEPS = {
    # edit: the field it sets, the value before 2015Q1 in the record
    "quota": ("company.quota", 6001.0),
    "capability": ("company.capability", 0.6),
    "threshold": ("governments.threshold", 5.0),
    "profit_tax": ("governments.profit_tax", 0.0),
    "plan": ("governments.plan_area", 350.0),
}


@pytest.mark.parametrize("edit", STEPS)
def test_values_take_the_place_of_the_record_from_their_date_on(miniature, edit):
    field, recorded = STEPS[edit]
    value = 0.25 if edit in ("capability", "profit_tax") else 777.0
    before, after = packed(miniature, **{edit: [{"from": "2015-02-03", "value": value}]})
    assert differing(before, after) == {field}
    values = column(after, *field.split("."))
    assert values[9] == recorded
    assert values[:10] == column(before, *field.split("."))[:10]
    assert values[10:] == [value] * 30


def test_narrow_list(miniature):
    before, after = packed(miniature, narrow_until="forever")
    assert sum(column(before, "governments", "narrow_list")) == 19
    assert column(after, "governments", "narrow_list") == [1.0] * 40
    assert sum(column(packed(miniature, narrow_until="2015Q1")[1], "governments", "narrow_list")) == 10
    assert not any(column(packed(miniature, narrow_until="never")[1], "governments", "narrow_list"))


def test_framework_off_and_for_a_time(miniature):
    before, after = packed(miniature, framework="off")
    assert differing(before, after) == {"governments.framework"}
    assert column(after, "governments", "framework") == [0.0] * 40
    _, after = packed(miniature, framework={"from": "2013Q3", "to": "2015Q2"})
    assert column(after, "governments", "framework") == [0.0] * 4 + [1.0] * 8 + [0.0] * 28
    _, after = packed(miniature, framework={"to": "2015Q2"})
    assert column(after, "governments", "framework") == [1.0] * 12 + [0.0] * 28
