"""What the casebook says in English alone has its Chinese, and a person's own case speaks its own language."""

import re
from collections.abc import Iterator

import pytest

from copark.analyses.experts.literature import literature
from copark.cases import Case, casebook_path, list_cases, load_case, own_words
from copark.cases.casebook import WORDS
from copark.cases.parks import load_parks
from copark.cases.table_schemas import UNALLOCATED
from copark.model.variables import catalogue
from copark.texts import read

pytestmark = pytest.mark.documents


def cases() -> list[Case]:
    templates = sorted(path.parent for path in (casebook_path() / "templates").glob("*/case.yaml"))
    return [*map(load_case, list_cases()), *map(load_case, templates)]


def said_by(content: object, keys: frozenset[str]) -> Iterator[str]:
    """What stands under these keys, anywhere in a case, in one language."""
    if isinstance(content, dict):
        yield from (words for key, words in content.items() if key in keys and isinstance(words, str))
    for inner in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from said_by(inner, keys)


def needed() -> set[str]:
    parks = [
        words for park in load_parks().parks for words in (park.developer, park.investment_basis, park.note) if words
    ]
    from_cases = {words for case in cases() for words in said_by(case.content(), frozenset(("basis", "note")))}
    holders = {words for case in cases() for words in said_by(case.content(), frozenset(("holder",)))}
    keys = {"home", "host", UNALLOCATED, *(holder.key for case in cases() for holder in case.shareholders)}
    sources = {
        parameter.source
        for parameter in catalogue().parameters.values()
        if not re.fullmatch(r"MODEL §[\d()]+", parameter.source)
    }
    return {*parks, *from_cases, *(holders - keys), *sources}


def citations() -> set[str]:
    return {estimate.citation for estimate in literature()[0].estimates}


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    return read(casebook_path() / WORDS)


def test_every_basis_note_holder_developer_and_source_of_a_parameter_has_chinese() -> None:
    assert sorted(words for words in needed() if own_words(words, "zh") == words) == []


def test_no_chinese_is_left_over(chinese: dict[str, str]) -> None:
    names = {enterprise.name for case in cases() for enterprise in case.enterprises if enterprise.name_zh is None}
    sources = (load_parks().sources, *(case.sources for case in cases()))
    outlets = {source.outlet for by_key in sources for source in by_key.values()}
    assert sorted(set(chinese) - needed() - names - outlets - citations()) == []


def test_what_a_source_of_the_model_says_is_chinese_too() -> None:
    for parameter in catalogue().parameters.values():
        assert "MODEL" not in own_words(parameter.source, "zh")
    assert own_words("MODEL §3(7)", "zh") == "《模型说明》§3(7)"
    assert own_words("MODEL §3(7)") == "MODEL §3(7)"
    assert any("《经济研究》" in own_words(citation, "zh") for citation in citations())


def test_own_words_of_a_person_stay() -> None:
    assert own_words("stock") == own_words("stock", "en") == "stock"
    assert own_words("stock", "zh") == "存量"
    assert own_words("counted by myself", "zh") == "counted by myself"
