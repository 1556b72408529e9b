"""Why outcomes change: the parts sum to the whole, whatever the game; of real runs, run by run; and what books show."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copark.analyses.answer import answer
from copark.analyses.compare import Answer
from copark.analyses.compare.outcome_attribution import REST, parts_of, shapley
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.presentation.document import Chart, Paragraph
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.run import first_apart, inputs_of
from copark.simulation.study import load_study

COMPARE = REGISTRY["compare"]


@given(st.integers(1, 5).flatmap(lambda n: arrays(np.float64, (2**n, 3), elements=st.floats(-1, 1))))
def test_parts_sum_to_the_whole_and_are_means_over_orders(values: np.ndarray) -> None:
    found = shapley(values)
    assert np.allclose(found.sum(axis=0), values[-1] - values[0], atol=1e-12)
    players = len(found)
    if players <= 3:
        means = np.zeros_like(found)
        orders = list(permutations(range(players)))
        for order in orders:
            at = 0
            for player in order:
                means[player] += (values[at | 1 << player] - values[at]) / len(orders)
                at |= 1 << player
        assert np.allclose(found, means, atol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_parts_of_the_change_of_every_outcome_sum_to_it_run_by_run(seed: int) -> None:
    """Outcomes by coalition are any; those of no coalition of groups that matter are the rest."""
    made = np.random.default_rng(seed)
    known: dict[tuple[str, ...], np.ndarray] = {}

    def change(cut: list[tuple[str, ...]], runs: int) -> list[np.ndarray]:
        for one in cut:
            if one not in known:
                codes = made.integers(0, len(OUTCOMES), (2, 40))
                same = codes[:, :, None] == np.arange(len(OUTCOMES))
                known[one] = same[1].astype(np.int8) - same[0]
        return [known[one][:runs] for one in cut]

    parts = parts_of(change, 40)
    total = np.sum([part.change for part in parts], axis=0)
    assert np.allclose(total, known[()].mean(axis=0), atol=1e-12)
    assert parts[-1].group == REST
    assert abs(total.sum()) < 1e-12  # what one outcome gains others lose


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    params = COMPARE.params(reference="without-framework", runs=40)
    return answer(COMPARE, params, Context(tmp_path_factory.mktemp("out"))).result


@pytest.mark.long
def test_without_a_land_plan_nobody_is_in_debt_and_nobody_dependent(compared: Answer) -> None:
    (scenario,) = (one for one in compared.scenarios if one.parts is not None)
    parts, books = scenario.parts, scenario.books
    for at, name in enumerate(OUTCOMES):
        before, after = parts.share(name)
        assert sum(part.change[at] for part in parts.parts) == pytest.approx(after - before, abs=1e-12)
        row = scenario.outcome(name)
        assert (before, after) == pytest.approx((row.reference_share, row.arm_share))
    assert parts.since == "2012Q3"
    assert {"plan", "credit"} <= {part.group for part in parts.parts}
    assert books.debt[1] == 0.0 < books.debt[0]
    assert books.rescued[1] == 0.0 < books.rescued[0] < books.ever[0]


@pytest.mark.long
def test_it_is_told_in_a_sentence_and_drawn(compared: Answer) -> None:
    for lang, words in (("en", "land plan +"), ("zh", "用地规划+")):
        section = next(one for one in COMPARE.document(compared, lang).sections if one.key == "moves")
        assert words in next(block for block in section.blocks if isinstance(block, Paragraph)).text
        assert next(block for block in section.blocks if isinstance(block, Chart)).figure().axes


def test_links_are_cut_from_where_two_scenarios_part() -> None:
    from copark.cases.load import load_case

    case, study = load_case("great-stone"), load_study("old-threshold")
    inputs = [inputs_of(case, one) for one in study.scenarios]
    assert first_apart(inputs[0], inputs[0]) == 0
    assert str(case.clock.start + first_apart(inputs[0], inputs[1])) == "2017Q2"
