"""Documents tell what shipped results say: the blocks that are made of results are current."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.claims.evidence import counted
from copark.analyses.registry import REGISTRY

pytestmark = pytest.mark.documents

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def numbers():
    sys.path.insert(0, str(ROOT / "docs"))  # as it is where the script is run
    spec = importlib.util.spec_from_file_location("build_numbers", ROOT / "docs/build_numbers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.remove(str(ROOT / "docs"))
    return module


def test_every_block_of_the_documents_says_what_the_shipped_results_say(numbers):
    for name, lang in numbers.DOCUMENTS.items():
        words = (ROOT / name).read_text(encoding="utf-8")
        assert words == numbers.written(words, lang), f"{name}: python docs/build_numbers.py"


def test_a_number_that_no_result_says_is_found(numbers):
    words = (ROOT / "docs/findings.md").read_text(encoding="utf-8")
    row = next(line for line in words.splitlines() if line.startswith("| never |"))
    assert numbers.written(words.replace(row, "| never | 99% | 98% |"), "en") == words


def test_every_block_is_used_in_both_languages(numbers):
    used = {"en": set(), "zh": set()}
    for name, lang in numbers.DOCUMENTS.items():
        words = (ROOT / name).read_text(encoding="utf-8")
        used[lang] |= {block[2] for block in numbers.BLOCK.finditer(words)}
    assert used["en"] == used["zh"] == set(numbers.BLOCKS)


def test_claims_are_counted_alike_wherever_they_are_counted(numbers):
    """Tested and open ones: in the program's headline, findings, validity and the card."""
    analysis = REGISTRY["claims"]
    heads = {run_id: head["params"] for run_id, head in listed(SHIPPED, analysis)}
    run_id = next(at for at, asked in heads.items() if (asked["case"], asked["cut"]) == ("great-stone", None))
    found = load(place_of(SHIPPED, analysis, run_id), analysis).result
    judged = counted(found.claims)
    assert len(judged) < len(found.claims), "one of them cannot be tested"
    is_open = sum(claim.word == "open" for claim in judged)
    for lang in ("en", "zh"):
        blocks = [numbers.BLOCKS[name](lang) for name in ("claims-short", "claims-said", "tested")]
        for words in (found.document(lang).headline, *blocks):
            if lang == "en":
                assert re.search(rf"\b{len(judged)} (claims and rivals )?(were )?tested\b", words), words
                assert re.search(rf"\b{is_open} (of these )?(are )?open\b", words), words
            else:
                assert re.search(rf"检验.*?{len(judged)}条|{len(judged)}条经检验", words), words
                assert f"{is_open}条尚无定论" in words
