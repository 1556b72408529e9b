"""A small grid of a park: the model as it is among its cells, and first sentences that say what turns."""

from dataclasses import replace

import pytest

from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.analyses.structures import OptionSigns
from copark.analyses.structures.contrasts import MonteCarloEstimate
from copark.calibration.case_parameters import settle
from copark.cases.load import load_case
from copark.errors import RunRefused
from copark.simulation.run import simulate
from copark.simulation.study import baseline
from copark.texts.localized import LocalizedText
from tests.asked import table

ANALYSIS = REGISTRY["structures"]
RUNS = 20
CROSSED = ("visits", "rescue", "loan")
"""Choices of the small grid: one of a parameter, one of a switch, one of the case itself."""


@pytest.fixture(scope="module")
def found():
    return answer(ANALYSIS, ANALYSIS.params(case="great-stone", runs=RUNS, choices=CROSSED), Context(threads=1)).result


def test_the_model_as_it_is_is_a_cell_and_has_its_numbers(found):
    case = load_case("great-stone")
    assert found.as_modelled is not None
    study, parameters = settle(baseline("great-stone").with_changes(runs=RUNS, seed=1, keep=("operating",)), case)
    runs = simulate(study, case, source=parameters.source, threads=1)
    share = float((runs["outcome"].to_numpy()[0] == 3).mean())
    assert found.cells[found.as_modelled].self_standing.value == pytest.approx(share)


def test_cells_and_effects_agree(found):
    """A main effect is the mean over half of the cells less that over the other half."""
    for place, choice in enumerate(found.choices):
        sides = [[cell.self_standing.value for cell in found.cells if cell.sides[place] == side] for side in (0, 1)]
        difference = sum(sides[1]) / len(sides[1]) - sum(sides[0]) / len(sides[0])
        assert found.of("self_standing", choice).value == pytest.approx(difference, abs=1e-9)


def test_every_combination_is_shown_in_both_languages(found):
    assert found.choices == CROSSED
    for lang in ("en", "zh"):
        document = found.document(lang)
        assert len(table(document, "cells").rows) == len(found.cells) == 2 ** len(found.choices)
        assert [section.key for section in document.sections] == ["cells", "effects", "advice", "method"]
    assert len(found.to_frame()) == len(found.cells)


def signs(word, *values):
    effects = tuple(
        None if value is None else MonteCarloEstimate(value, value - 0.01, value + 0.01) for value in values
    )
    return OptionSigns("option", LocalizedText(en="Option", zh="选项"), word, "self_standing", effects)


def test_the_first_sentences_say_whether_advice_turns(found, subtests):
    for option, words in (
        (signs("avoid", -0.1, -0.2), "None of the 1 options that are recommended or advised against changes sign."),
        (signs("avoid", -0.1, 0.2), "1 change sign in some combination: “Option”"),
        (signs("recommended", 0.1, None, -0.2), "1 change sign in some combination: “Option”"),
        (signs("avoid", -0.1, 0.0), "these are no longer beyond Monte Carlo error (1): “Option”"),
    ):
        with subtests.test(words=words):
            headline = replace(found, options=(option,)).document("en").headline
            assert words in headline
    assert "No option is recommended" in replace(found, options=()).document("en").headline


def test_a_choice_that_the_park_lacks_is_refused():
    with pytest.raises(RunRefused, match="none of the structural choices"):
        answer(ANALYSIS, ANALYSIS.params(case="lekki", runs=RUNS, choices=("loan",)), Context(threads=1))
