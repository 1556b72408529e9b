"""Documents tell what shipped results say: the blocks that are made of results are current."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def numbers():
    spec = importlib.util.spec_from_file_location("build_numbers", ROOT / "docs/build_numbers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_block_of_the_documents_says_what_the_shipped_results_say(numbers):
    for name, lang in numbers.DOCUMENTS.items():
        words = (ROOT / name).read_text(encoding="utf-8")
        assert words == numbers.written(words, lang), f"{name}: python docs/build_numbers.py"


def test_a_number_that_no_result_says_is_found(numbers):
    words = (ROOT / "README.md").read_text(encoding="utf-8")
    row = next(line for line in words.splitlines() if line.startswith("| never |"))
    assert numbers.written(words.replace(row, "| never | 99% | 98% |"), "en") == words


def test_every_block_is_used_in_both_languages(numbers):
    used = {"en": set(), "zh": set()}
    for name, lang in numbers.DOCUMENTS.items():
        words = (ROOT / name).read_text(encoding="utf-8")
        used[lang] |= {found[2] for found in numbers.BLOCK.finditer(words)}
    assert used["en"] == used["zh"] == set(numbers.BLOCKS)
