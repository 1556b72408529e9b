"""A blind forecast knows nothing dated after its cut, and the same as everybody up to it."""

from __future__ import annotations

import numpy as np
import pytest

from copark.cases.quarters import Quarter
from copark.inference.prior import study_of
from copark.inference.target_selection import blind, years_known
from copark.model.enterprises.records import FREE_TO_DECIDE
from copark.model.world.equations import FREE, NO_PARTNER
from copark.simulation.run import inputs_of

YEAR_2016 = Quarter(2016, 4)


@pytest.fixture(scope="module")
def inputs(great_stone):
    return inputs_of(great_stone, study_of(great_stone, 1).scenarios[0], 50)


def test_the_decree_of_2017_and_later_owners_are_not_foreseen_from_2016(great_stone, inputs) -> None:
    found = blind(inputs, great_stone, YEAR_2016)
    at = YEAR_2016 - great_stone.clock.start
    assert inputs.governments["threshold"][-1] < inputs.governments["threshold"][at]
    for name in ("threshold", "narrow_list", "plan_area"):
        assert np.unique(found.governments[name][at:]).tolist() == [inputs.governments[name][at]]
    assert np.array_equal(found.company["share"][-1], inputs.company["share"][at])


def test_visits_and_certificates_of_later_years_do_not_happen(great_stone, inputs) -> None:
    found = blind(inputs, great_stone, YEAR_2016)
    at = YEAR_2016 - great_stone.clock.start
    assert inputs.governments["visit"][at + 1 :].any()
    assert not found.governments["visit"][at + 1 :].any()
    assert not found.enterprises["certificates"][at + 1 :].any()


def test_later_shocks_and_growth_are_not_known_but_ongoing_shocks_are(great_stone, inputs) -> None:
    found = blind(inputs, great_stone, Quarter(2020, 4))
    assert not found.world["growth_known"][34:].any()
    assert inputs.world["exposure_sanctions"].any()
    assert not found.world["exposure_sanctions"].any()
    assert not found.world["exposure_market_shift"].any()
    assert np.array_equal(found.world["exposure_pandemic"], inputs.world["exposure_pandemic"])
    assert len(found.history) == years_known(great_stone, Quarter(2020, 4)) < len(inputs.history)


def test_partners_are_free_to_come_and_go_after_the_cut(great_stone, inputs) -> None:
    found = blind(inputs, great_stone, YEAR_2016)
    forced = found.world["partner_forced"]
    named = len(great_stone.partners)
    assert (forced[18:, :named] == FREE).all()
    assert (forced[18:, named:] == NO_PARTNER).all()


def test_projects_registered_later_are_gone_and_earlier_ones_open_as_they_can(great_stone, inputs) -> None:
    """The commerce park was registered in 2015 and opened in 2018; the engine plant came in 2017."""
    found = blind(inputs, great_stone, YEAR_2016)
    keys = [anchor.key for anchor in great_stone.anchors]
    park, plant = keys.index("china-merchants-subpark"), keys.index("maz-weichai")
    assert found.anchors["quarter"][plant] == -1
    assert found.anchors["start_quarter"][park] == inputs.anchors["start_quarter"][park]
    assert found.anchors["build_quarters"][park] != inputs.anchors["build_quarters"][park]
    earlier = blind(inputs, great_stone, Quarter(2015, 3))
    assert earlier.anchors["start_quarter"][park] == FREE_TO_DECIDE
