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
    words = (ROOT / "README.md").read_text(encoding="utf-8")
    row = next(line for line in words.splitlines() if line.startswith("| never |"))
    assert numbers.written(words.replace(row, "| never | 99% | 98% |"), "en") == words


def test_every_block_is_used_in_both_languages(numbers):
    used = {"en": set(), "zh": set()}
    for name, lang in numbers.DOCUMENTS.items():
        words = (ROOT / name).read_text(encoding="utf-8")
        used[lang] |= {block[2] for block in numbers.BLOCK.finditer(words)}
    assert used["en"] == used["zh"] == set(numbers.BLOCKS)


NUMBER = re.compile(
    r"[0-9][0-9.,]*(?:%| of (?:the )?[0-9])"  # 84.6%; 12 of the 19
    r"|[0-9]个[^，。；|]{0,12}中有?[0-9]"  # 19个园区中有17个
    r"|(?<![0-9.A-Za-z/-])[0-9]+\.[0-9]+(?![0-9.A-Za-z-])"  # 0.28
    r"|\([0-9][0-9,.]* to [0-9]|（[0-9][0-9,.]*至[0-9]"  # (88 to 311)
)
"""What a number of a run looks like in these documents."""
UNTOLD = re.compile(r"`[^`]*`|\]\([^)]*\)")
"""Code and addresses, which tell no number."""
RULE = "a rule, a setting or the level of an interval"
TRIAL = "a trial or a test, named with its command or decision and its date"
RECORD = "what is on record of parks, or how they are coded"
ARITHMETIC = "follows from the formula beside it"
OUTSIDE_BLOCKS = {
    "docs/validity.md": {
        "90% intervals": RULE,
        "50% intervals": RULE,
        "differ by at most 4.2 points between seeds (Lekki 38.0%, 42.2%, 39.3%)": TRIAL,
        "with another seed 3 of 68 words change in JinFei": TRIAL,
        "held **87%, 85% and 95%** of what was hidden": TRIAL,
        "42%, 41% and 54%": TRIAL,
        "R̂ 1.14": TRIAL,
        "reports two years later 89%, 83% and 88%, five years later 88%, 92% and 98%": TRIAL,
        "had held 84.6% of all parameters": TRIAL,
        "at most 0.09 of the prior's range, shares of outcomes by at most 0.03": TRIAL,
        "gained 0.005 near and lost 0.004": TRIAL,
        "hold 292 of 320": TRIAL,
        "91% as the mean over parks": TRIAL,
        "hold 36 of 40": TRIAL,
        "holds 10 of 20": TRIAL,
        "The standard, at most 1.01": RULE,
        "in 60% of unseen parks and at 60% of origins since 2013": RULE,
        "Above 1.1 shares": RULE,
        "when searches agree to 1.05": RULE,
        "until they agree to 1.01": RULE,
        "was 0.169 for operating enterprises (standard error 0.035) and is 0.070 (0.026)": TRIAL,
        "0.136 (0.075) and 0.041 (0.038) for registered ones; 0.029 (0.020) and −0.001 (0.026) for jobs": TRIAL,
        "15% of enterprises and jobs, 50% of money and land": RULE,
        "N to 1.1 N": RULE,
        "was to reach 0.35": RULE,
        "R² below 0.1": RULE,
        "*Established* from 95%, *likely* from 66%, *unlikely* up to 34%, *contradicted* up to 5%": RULE,
    },
    "docs/validity.zh.md": {
        "各种子在第二十年自立的占比相差至多4.2个百分点（莱基为38.0%、42.2%与39.3%）": TRIAL,
        "68个参数中晋非有3个": TRIAL,
        "90%区间": RULE,
        "50%区间": RULE,
        "包含隐去真值的**87%、85%与95%**": TRIAL,
        "包含42%、41%与54%": TRIAL,
        "R̂为1.14": TRIAL,
        "两年后的报告为89%、83%与88%，五年后为88%、92%与98%": TRIAL,
        "84.6%": TRIAL,
        "不超过先验范围的0.09，结局占比相差不超过0.03": TRIAL,
        "近期改善0.005、远期变差0.004": TRIAL,
        "隐去的320个报告中": TRIAL,
        "按园区平均为91%": TRIAL,
        "合计包含40个中的36个": TRIAL,
        "只包含20个中的10个": TRIAL,
        "通行标准为不超过1.01": RULE,
        "在60%的从未见过的园区、以及60%的2013年以来的起点上": RULE,
        "超过1.1时不显示": RULE,
        "不超过1.05时结束": RULE,
        "至1.01或400次为止": RULE,
        "运营企业为0.169（标准误0.035），现为0.070（0.026）": TRIAL,
        "由0.136（0.075）降至0.041（0.038）；就业由0.029（0.020）降至−0.001（0.026）": TRIAL,
        "企业数与就业为15%，资金与土地为50%": RULE,
        "N至1.1N": RULE,
        "凡超过10%的数值在区间之外者": RULE,
        "原定达到0.35": RULE,
        "R²小于0.1": RULE,
        "95%以上为*成立*，66%以上为*可能成立*，34%以下为*不大可能成立*，5%以下为*被否定*": RULE,
    },
    "docs/findings.md": {
        "R² below 0.1": RULE,
        "was to reach 0.35": RULE,
        "at most 0.25": RULE,
        "at least 95% or at most 5%": RULE,
        "disagreed in 15 of 39 rows": RECORD,
    },
    "docs/findings.zh.md": {
        "R²小于0.1": RULE,
        "原定达到0.35": RULE,
        "上限为0.25": RULE,
        "不低于95%或不高于5%": RULE,
        "39行中有15行不一致": RECORD,
    },
    "docs/model/card.md": {},
    "docs/model/card.zh.md": {},
    "docs/model/TRACE.md": {},
}
"""Numbers that these documents tell outside of blocks, and what they are: none is read off a run of today."""
TRIALS = ("### Do the words come out right?", "### 用语是否可靠")
"""Sections that tell a long test, by its command and date."""


@pytest.mark.parametrize("name", OUTSIDE_BLOCKS)
def test_a_number_of_a_run_stands_in_a_block_or_is_known_for_what_it_is(numbers, name):
    words = UNTOLD.sub("", numbers.BLOCK.sub("", (ROOT / name).read_text(encoding="utf-8")))
    sections = re.split(r"(?m)^(?=#)", words)
    words = "".join(section for section in sections if not section.startswith(TRIALS))
    for phrase in OUTSIDE_BLOCKS[name]:
        assert phrase in words, f"no longer told, take it off the list: {phrase}"
        words = words.replace(phrase, "")
    lines = [line for line in words.splitlines() if NUMBER.search(line)]
    assert not lines, f"{name}: write it into a block of docs/document_blocks, or say in this test what it is"


def test_a_new_number_is_caught():
    for words in (
        "self-standing in 94% of runs",
        "3 of 76",
        "R² of 0.28",
        "143 (47 to 362)",
        "占94%",
        "为143（47至362）",
    ):
        assert NUMBER.search(words), words
    for words in ("in 2024", "version 0.1.0", "(2014–2021)", "42 parameters"):
        assert not NUMBER.search(words), words


def test_claims_are_counted_alike_wherever_they_are_counted(numbers):
    """Tested and open ones: in the program's headline, README, findings, validity and the card."""
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
