"""A text in both languages is one thing, from the file somebody wrote to the answer a reader gets."""

import pytest
from pydantic import TypeAdapter, ValidationError

from copark.cases import load_case
from copark.cases.types import WrittenText
from copark.decisions.lever_file import Reason
from copark.simulation.study_entries import Title
from copark.texts.localized import LocalizedText

WORDS = {"en": "Great Stone", "zh": "中白工业园"}


def test_a_title_of_a_case_is_stored_in_an_answer_and_read_again():
    title = load_case("great-stone").title
    adapter = TypeAdapter(dict[str, LocalizedText])
    stored = adapter.dump_json({"park": title})
    again = adapter.validate_json(stored)["park"]
    assert again == title
    assert hash(again) == hash(title)
    assert [again.text(lang) for lang in ("en", "zh")] == [title.en, title.zh]


@pytest.mark.parametrize("kind", [WrittenText, Title, Reason])
def test_texts_that_say_the_same_are_equal_by_whatever_rule_they_were_read(kind: type[LocalizedText]):
    assert kind(**WORDS) == LocalizedText(**WORDS)
    assert kind(**WORDS) != LocalizedText.same("Great Stone")
    assert kind(**WORDS) != WORDS


@pytest.mark.parametrize("kind", [WrittenText, Title])
def test_what_is_written_in_one_language_stands_for_both(kind: type[LocalizedText]):
    for written in ("Park", {"en": "Park"}, {"zh": "Park"}):
        assert kind.model_validate(written) == LocalizedText.same("Park")


@pytest.mark.parametrize(
    ("kind", "written", "error"),
    [
        (WrittenText, "", "empty_text"),
        (WrittenText, "a\x1b[2Jb", "control_mark"),
        (Title, "x" * 201, "string_too_long"),
        (Reason, {"en": "Why", "zh": ""}, "string_too_short"),
        (Reason, {"en": "x" * 601, "zh": "为何"}, "string_too_long"),
        (WrittenText, WORDS | {"fr": "Parc"}, "extra_forbidden"),
        (Title, WORDS | {"fr": "Parc"}, "extra_forbidden"),
    ],
)
def test_what_its_place_cannot_have_is_refused(kind: type[LocalizedText], written, error):
    with pytest.raises(ValidationError) as refused:
        kind.model_validate(written)
    assert error in {problem["type"] for problem in refused.value.errors()}
