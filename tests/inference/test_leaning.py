"""A result that leans on what the data did not settle says so, in both languages."""

from __future__ import annotations

import pytest

from copark.inference import leaning as module
from copark.inference.leaning import leaning, verdicts


def test_what_the_data_moved_needs_no_word(great_stone) -> None:
    moved = [name for name, one in verdicts(great_stone).items() if one.verdict == "moved" and "." not in name]
    assert moved
    assert leaning(great_stone, moved[:2]) == ()
    assert leaning(great_stone, []) == ()


@pytest.mark.parametrize(("lang", "word"), [("en", "did not move"), ("zh", "未能改变")])
def test_what_they_did_not_is_said_by_name(great_stone, lang, word) -> None:
    found = leaning(great_stone, ["service_pull", "market_shift", "service_pull"], lang)
    title = verdicts(great_stone)["service_pull"].title(lang)
    assert len([one for one in found if word in one]) == 2
    assert any(title in one for one in found)


def test_a_parameter_that_is_never_drawn_is_said_to_be_held(great_stone) -> None:
    found = leaning(great_stone, ["steady_jobs_quarters" if "steady_jobs_quarters" in _fixed() else _fixed()[0]])
    assert any("held at a judged value" in one for one in found)


def _fixed() -> list[str]:
    from copark.model.variables import catalogue

    return [name for name, one in catalogue().parameters.items() if not one.drawn]


def test_an_unknown_parameter_is_an_error_of_the_caller(great_stone) -> None:
    with pytest.raises(KeyError):
        leaning(great_stone, ["nothing_of_the_kind"])


def test_a_case_without_a_posterior_leans_on_assumptions_alone(great_stone, monkeypatch) -> None:
    monkeypatch.setattr(module, "_KNOWN", {})
    other = great_stone.model_copy(update={"name": "somewhere"})
    (found,) = leaning(other, ["service_pull", "market_shift"])
    assert "assumed, not learned" in found
