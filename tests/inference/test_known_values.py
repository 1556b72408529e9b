"""Which values a calibration may use: those meant for it; beyond their end, all that say something of their own."""

from __future__ import annotations

from copark.cases import load_case
from copark.cases.quarters import Quarter
from copark.inference.observations import targets
from copark.inference.pool.parks import SIZES
from copark.inference.target_selection import (
    APART,
    case_for,
    day_of,
    everything_fitted,
    fitted_until,
    shipped_reading,
    uses_everything,
)
from tests.inference.conftest import CUT

END = Quarter(2024, 4)


def test_the_fitted_values_end_where_the_casebook_says(great_stone) -> None:
    assert fitted_until(great_stone) == CUT
    assert not uses_everything(great_stone, CUT)
    assert case_for(great_stone, CUT) is great_stone
    assert uses_everything(great_stone, END)


def test_a_park_without_a_posterior_that_ships_is_read_with_the_panels_sizes_where_it_has_none_of_its_own() -> None:
    """Great Stone's priors of size lie where it lies; Suzhou and others bring theirs."""
    for name, own in (("great-stone", None), ("teda-suez", False), ("suzhou", True)):
        case = load_case(name)
        read = case_for(case, END)
        assert shipped_reading(case, END).wide is (own is not None)
        for size, (*_, low, high) in SIZES.items():
            if own is None:
                assert size not in read.parameters
            elif own:
                assert read.parameters[size] == case.parameters[size]
            else:
                assert (read.parameters[size].prior.a, read.parameters[size].prior.b) == (low, high)


def test_all_scored_values_are_fitted_and_numbers_repeated_are_not_told_twice(great_stone) -> None:
    """Of the values for looking, those a quarter from every other of their variable are fitted."""
    made = everything_fitted(great_stone)
    fitted = targets(made, cut=END)
    before = targets(great_stone, ("fit", "score"), cut=END)
    looked = targets(great_stone, ("check",), cut=END)
    assert {one.name for one in before} < {one.name for one in fitted}
    added = {one.name for one in fitted} - {one.name for one in before}
    assert 0 < len(added) < len(looked) / 2
    assert "operating 2020-05" in added
    assert "registered 2019-04-17" not in added
    for one in fitted:
        if one.name in added:
            others = [day_of(two.observation) for two in fitted if two.variable == one.variable and two is not one]
            assert min(abs(day_of(one.observation) - day) for day in others) >= APART


def test_nothing_observed_is_changed_but_its_use(great_stone) -> None:
    made = everything_fitted(great_stone)
    assert len(made.observations) == len(great_stone.observations)
    for old, new in zip(great_stone.observations, made.observations, strict=True):
        assert new.model_copy(update={"role": old.role}) == old
    assert made.hash != great_stone.hash
    assert not targets(made, ("score",))
