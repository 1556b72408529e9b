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
        f"{submodel}.{name}"
        for submodel in ("world", "governments", "company", "enterprises")
        for name in getattr(before, submodel).dtype.names
        if not np.array_equal(getattr(before, submodel)[name], getattr(after, submodel)[name])
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


def test_shares_by_side_keep_the_businesses_of_the_side_on_record(miniature):
    """A contractor left with 35 % instead of 60 % is still a contractor; two thirds of a side stay two thirds."""
    builder, *others = miniature.shareholders
    operator = builder.model_copy(update={"key": "operator", "business": "operator"})
    contractor = builder.model_copy(update={"business": "contractor"})
    table = miniature.equity[0]
    held, *rest = table.holdings
    shared = (held.model_copy(update={"basis_points": 4000}),
              held.model_copy(update={"holder": "operator", "basis_points": 2000}), *rest)  # fmt: skip
    known = miniature.model_copy(
        update={
            "shareholders": (contractor, operator, *others),
            "equity": (table.model_copy(update={"holdings": shared}),),
        }
    )
    before, after = packed(known, equity=[{"from": "2015Q1", "home": 3500, "host": 6500}])
    assert column(before, "company", "share")[12] == [6000, 4000, 0]
    assert column(after, "company", "share")[12] == [3500, 6500, 0]
    assert column(before, "company", "business_home")[12] == pytest.approx([2 / 3, 1 / 3, 0])
    assert column(after, "company", "business_home")[12] == pytest.approx([2 / 3, 1 / 3, 0], abs=1e-3)


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
    was, values = (column(one, *field.split(".")) for one in (before, after))
    assert was[9] == recorded
    assert values == was[:10] + [value] * 30


def test_narrow_list(miniature):
    assert sum(column(packed(miniature)[0], "governments", "narrow_list")) == 19
    for until, quarters in (("forever", 40), ("2015Q1", 10), ("never", 0)):
        _, after = packed(miniature, narrow_until=until)
        assert column(after, "governments", "narrow_list") == [1.0] * quarters + [0.0] * (40 - quarters)


def test_framework_off_and_for_a_time(miniature):
    assert differing(*packed(miniature, framework="off")) == {"governments.framework"}
    for written, expected in (
        ("off", [0.0] * 40),
        ({"from": "2013Q3", "to": "2015Q2"}, [0.0] * 4 + [1.0] * 8 + [0.0] * 28),
        ({"to": "2015Q2"}, [1.0] * 12 + [0.0] * 28),
    ):
        assert column(packed(miniature, framework=written)[1], "governments", "framework") == expected


@pytest.mark.parametrize(
    ("switch", "field"),
    [
        ("credit", "credit_open"), ("plan", "plan_open"), ("mediation", "mediation_open"), ("visits", "visit"),
        ("rescue_by_treaty", "rescue_by_treaty"), ("rescue_alone", "rescue_alone"),
    ],
)  # fmt: skip
def test_depth_of_the_framework(miniature, switch, field):
    before, after = packed(miniature, depth={switch: "off", "from": "2015Q1"})
    assert differing(before, after) == {f"governments.{field}"}
    assert not after.governments[field][10:].any()
    assert np.array_equal(after.governments[field][:10], before.governments[field][:10])


def test_a_partner_that_never_came(great_stone):
    """The others keep their places, and with them their random numbers."""
    before, after = packed(great_stone, partners={"duisport": "drop"})
    assert differing(before, after) == {"world.partner_forced", "company.partner_ties"}
    forced = after.world["partner_forced"]
    assert (forced[:, 0] == NO_PARTNER).all()
    assert np.array_equal(forced[:, 1:], before.world["partner_forced"][:, 1:])
    assert not after.company["partner_ties"][:, 0].any()
    assert np.array_equal(after.company["partner_ties"][:, 1:], before.company["partner_ties"][:, 1:])


def test_a_partner_stays_comes_earlier_or_later(miniature):
    """The port was there in 2014Q2 to 2016Q2 (quarters 7 to 15) and from 2017Q2 (19) on."""

    def there(**stay):
        return column(packed(miniature, partners={"port": stay.get("word", stay)})[1], "world", "partner_forced")

    recorded = [0] * 7 + [1] * 9 + [0] * 3 + [1] * 15 + [FREE] * 6
    assert [row[0] for row in there(shift=0)] == recorded
    assert [row[0] for row in there(shift=2)] == [0, 0, *recorded[:32], *[FREE] * 6]
    assert [row[0] for row in there(word="forever")] == [*recorded[:34], *[1] * 6]
    assert [row[0] for row in there(**{"from": "2013Q1", "to": "2013Q4"})] == [0, 0, 1, 1, 1, 1, *[0] * 28, *[FREE] * 6]
    assert [row[0] for row in there(to="2021Q2")] == [0] * 7 + [1] * 29 + [0] + [FREE] * 3
    assert all(row[1:] == [NO_PARTNER] * 4 for row in there(word="forever"))


def test_a_shareholder_leaves_stays_comes_later(miniature):
    """The builder has ties of 0.5 and 0.1 from 2012Q3; the oblast 0.4 to host firms until 2018Q2 (quarter 23)."""

    def ties(**stays):
        return packed(miniature, shareholders=stays)[1].company["shareholder_ties"]

    assert np.allclose(ties()[[0, 23, 24]], [[0.5, 0.4, 0.1], [0.5, 0.4, 0.1], [0.5, 0.0, 0.1]])
    assert np.allclose(ties(builder="drop"), ties() - [0.5, 0.0, 0.1])
    assert np.allclose(ties(oblast="forever")[24:, 1], 0.4)
    assert np.allclose(ties(builder={"shift": 3})[:4, 0], [0.0, 0.0, 0.0, 0.5])
    assert np.allclose(ties(builder={"from": "2013Q1", "to": "2013Q2"})[:6, 0], [0, 0, 0.5, 0.5, 0, 0])


def test_a_rival_next_door(miniature):
    rival = {"side": "host", "size": 1.5, "stake": 0.9, "from": "2013Q1", "to": "2014Q4"}
    before, after = packed(miniature, rivals=[rival, {"side": "home", "size": 0.1, "stake": 0.2}])
    assert differing(before, after) == {"company.rival_size", "company.rival_share"}
    assert column(after, "company", "rival_size") == [[0.1, 0.0]] * 2 + [[0.1, 1.5]] * 8 + [[0.1, 0.0]] * 30
    assert column(after, "company", "rival_share") == [[0.2, 0.0]] * 2 + [[0.2, 0.9]] * 8 + [[0.2, 0.0]] * 30


def test_terms_have_the_value_asked_for(miniature):
    """The record has a market term of 0.01, 0 and 0.01 from the start; an edited one replaces it, it does not add."""
    before, after = packed(miniature, terms={"market": {"home": 0.03, "host": -0.02, "third": 0, "from": "2015Q1"}})
    assert differing(before, after) == {"enterprises.term_market"}
    terms = after.enterprises["term_market"]
    assert np.allclose(terms[:10], [0.01, 0.0, 0.01])
    assert np.allclose(terms[10:], [0.03, -0.02, 0.0])
    assert not packed(miniature, terms={"market": "off"})[1].enterprises["term_market"].any()
    _, dear = packed(miniature, terms={"cost": {"home": 0.1, "host": 0.2, "third": 0.3}})
    assert np.allclose(dear.enterprises["term_cost"], [0.1, 0.2, 0.3])


DROPPED = {
    # what never happened: the fields that change, and a field's value in the quarter it happened
    "visit/2015-05-10": ({"governments.visit"}, ("governments", "visit", 11, [0.0, 0.0])),
    "certificate/2015-05-12": ({"enterprises.certificates"}, ("enterprises", "certificates", 11, [0.0, 0.0, 0.0])),
    "shock/pandemic": ({"world.exposure_pandemic"}, ("world", "exposure_pandemic", 30, [0.0, 0.0, 0.0])),
    "grant/2014": ({"company.other_investment"}, ("company", "other_investment", 7, 0.0)),
    "credit/exim": ({"governments.credit", "company.repayment_quarters"}, ("governments", "credit", 39, 0.0)),
    "capability/2015-05": ({"company.capability"}, ("company", "capability", 39, 0.6)),
    "decree/2017-05-12": ({"governments.threshold", "governments.narrow_list"}, ("governments", "threshold", 39, 5.0)),
    "equity/entry": ({"company.share"}, ("company", "share", 39, [6000, 4000, 0])),
    "shareholder/builder": ({"company.shareholder_ties"}, ("company", "shareholder_ties", 39, [0.0, 0.0, 0.0])),
    "partner/port": (
        {"world.partner_forced", "company.partner_ties"}, ("world", "partner_forced", 39, [NO_PARTNER] * 5)
    ),
    "anchor/hub": ({"anchors"}, None),
}  # fmt: skip


@pytest.mark.parametrize("key", DROPPED)
def test_what_never_happened_leaves_no_trace(miniature, key):
    fields, value = DROPPED[key]
    before, after = packed(miniature, drop=[key])
    assert differing(before, after) == fields
    if value is not None:
        submodel, field, quarter, expected = value
        assert column(after, submodel, field)[quarter] == expected


def test_a_dropped_anchor_is_no_holder_of_a_certificate_either(miniature):
    """Of five home certificates one was the hub's: four others remain, with and without it."""
    before, after = packed(miniature, drop=["anchor/hub"])
    assert [column(one, "enterprises", "certificates")[11] for one in (before, after)] == [[4, 2, 0]] * 2
    assert (before.anchors["quarter"][0], after.anchors["quarter"][0]) == (11, -1)
