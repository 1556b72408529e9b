"""Everything a person reads in Chinese keeps to the glossary, to Chinese punctuation, and to Chinese words."""

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.test_texts import CHINESE, PACKAGE, glossary

from copark.cases.casebook import WORDS
from copark.presentation.numbers import quantity, reach, spoken
from copark.texts import areas, entries, read, text

pytestmark = pytest.mark.documents

DOCS = Path(__file__).parents[2] / "docs"
DATA = (
    "casebook/*/claims.yaml", "casebook/*/claims-*.yaml", "casebook/*/levers.yaml", "casebook/*/studies/*.yaml",
    "casebook/*.yaml", "calibration/*.yaml", "analyses/*/[!t]*.yaml", "model/*/variables.yaml",
)  # fmt: skip
CASES = ("casebook/*/case.yaml", "casebook/*/sources.yaml")
TABLES = ("casebook/*.csv", "casebook/*/*.csv")
ALLOWED = ("伙伴关系", "投资方式", "北京峰会", "物联网", "塔塔咨询服务公司")
"""Words that hold one to avoid and are right: a partnership of states, a way of investing, a summit by its name, the
internet of things, the name of a company."""
CODE = re.compile(
    r"^```.*?^```|`[^`]*`|\{[^}]*\}|--[\w-]+|\w+://\S+|“键: 值”|exp\(b\)|[A-Za-z\u4e00-\u9fff]+=[^ 。；、（）]+",
    re.MULTILINE | re.DOTALL,
)
"""Commands, what is filled in, options, addresses, YAML, formulas, and values as they are typed."""
HALF = re.compile(r"[\u4e00-\u9fff）”][,;:!?]|[,;:!?][\u4e00-\u9fff（“]|[\u4e00-\u9fff]\(|\)[\u4e00-\u9fff]")
MILLIONS = re.compile(r"[\d}]\s*百万")
WRITTEN = re.compile(r"<!-- (.*?) -->")
PROSE = re.compile(r"(?<![\w./=@:-])[A-Za-z][a-z]{2,}(?![\w./=@:-])")
KEYS = re.compile(r"\.(cause|repair)$")
NAMES = frozenset(
    re.findall(
        r"\S+",
        """
        Banzhaf Bonferroni Brennan Brier Cookie Ctrl Dask Dul Earth Esc Excel Felbermayr Feld Frictionless Greenaway
        Heckemeyer Jackson Jeffreys Kass Kuik Laan Lindley Markdown Mastrandrea McCluskey Natural Node Oakley Phipson
        Platt Python Quine Ragin
        Raftery Raiffa Rauch Saerens Schema Schlaifer Schneider Shapley Shubik Smyth Sobol Sonnett Stata Strong
        Trindade Wagemann Wang Word van der
        """,
    )
)
"""People, products and institutions without a Chinese name of their own."""
COMPANIES = frozenset(
    {
        "Art",
        "Becamex",
        "Blackmagic",
        "Gallant",
        "Gasin",
        "Intraco",
        "Investment",
        "Les",
        "Living",
        "Moulins",
        "Rexton",
        "Singapore",
        "Singapower",
        "Venture",
    }
)
"""Companies that a case names, without a Chinese name that is established."""
TYPED = frozenset(
    re.findall(
        r"\S+",
        """
        all any background borrowed calibrate check churn cluster commitment compare copark country csv developer
        distributed docs docx doi draws dta enterprises entropy equal evsi exp experts false fit from futures geojson
        grade home
        host html install investment jobs json judgement
        land ledger levers list literature make min netcdf new now off origins out own parks parquet pdf
        pip pool posterior
        postgres pptx prior profit registered results role run runs score service simulate size source suzhou true
        unallocated unsettled use verify waste web xls xlsx xmax xmin year yes ymax ymin zhplot zip
        """,
    )
)
"""Commands, formats, and keys of files and options that a reader types."""


def said_in(content: Any, place: str) -> Iterator[tuple[str, str]]:
    """Chinese of a file's content: what stands under ``zh``."""
    for key, inner in content.items() if isinstance(content, dict) else enumerate(content):
        if key == "zh" and isinstance(inner, str):
            yield place, inner
        elif isinstance(inner, dict | list):
            yield from said_in(inner, f"{place}.{key}")


@cache
def texts() -> tuple[tuple[str, str], ...]:
    return tuple((f"{area}.{key}", entries(area)[key]["zh"]) for area in areas() for key in entries(area))


@cache
def data() -> tuple[tuple[str, str], ...]:
    paths = sorted({path for pattern in DATA for path in PACKAGE.glob(pattern) if path.name != WORDS})
    return tuple(
        placed_words for path in paths for placed_words in said_in(read(path), path.relative_to(PACKAGE).as_posix())
    )


def cells(path: Path) -> Iterator[tuple[str, str]]:
    """Chinese of a table: its columns that end in ``_zh``."""
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            for column, words in row.items():
                if column.endswith("_zh") and words:
                    yield f"{path.relative_to(PACKAGE).as_posix()}:{line}.{column}", words


@cache
def cases() -> tuple[tuple[str, str], ...]:
    """What cases say, in their files and tables, and what is said of parks that have none."""
    files = sorted(path for pattern in CASES for path in PACKAGE.glob(pattern))
    tables = sorted(path for pattern in TABLES for path in PACKAGE.glob(pattern))
    return (
        *(placed_words for path in files for placed_words in said_in(read(path), path.relative_to(PACKAGE).as_posix())),
        *(placed_words for path in tables for placed_words in cells(path)),
    )


@cache
def own() -> tuple[tuple[str, str], ...]:
    """The Chinese of what the casebook says in English alone; it may quote in another language."""
    return tuple(read(PACKAGE / "casebook" / WORDS).items())


@cache
def documents() -> tuple[tuple[str, str], ...]:
    paths = (DOCS.parent / "README.zh.md", *sorted(DOCS.rglob("*.zh.md")))
    return tuple((path.name, path.read_text(encoding="utf-8")) for path in paths)


@cache
def pictures() -> tuple[tuple[str, str], ...]:
    """Words of the documents' drawings: each stands in a comment beside the outlines of its letters."""
    paths = sorted((DOCS / "images").glob("*-zh.svg"))
    return tuple((path.name, words) for path in paths for words in WRITTEN.findall(path.read_text(encoding="utf-8")))


def everything() -> tuple[tuple[str, str], ...]:
    return (*texts(), *data(), *cases(), *own(), *documents(), *pictures())


def around(words: str, match: re.Match[str]) -> str:
    return words[max(0, match.start() - 8) : match.end() + 8]


def test_there_is_chinese_to_read() -> None:
    assert len(texts()) > 2500
    assert len(data()) > 900
    assert len(cases()) > 1600
    parks = {place.split("/")[1] for place, _ in cases()}
    assert {path.parent.name for path in PACKAGE.glob("casebook/*/case.yaml")} <= parks
    assert {"great-stone", "parks.csv:2.name_zh", "parks-scores.csv:2.gov_zh"} <= parks
    assert len(documents()) >= 8
    assert {name for name, _ in pictures()} == {"claims-zh.svg", "registered-zh.svg"}


def test_one_thing_has_one_word() -> None:
    avoided = {word: better for word, better in glossary()[1].items() if CHINESE.search(word)}
    assert len(avoided) >= 45
    faults = []
    for place, words in everything():
        rest = words
        for allowed in ALLOWED:
            rest = rest.replace(allowed, "")
        faults += [f"{place}: {word}, write {better}" for word, better in avoided.items() if word in rest]
    assert faults == []


def test_a_threshold_says_of_what() -> None:
    """门槛 alone may be of entry or of votes; a cutoff is 阈值, a standard 标准."""
    threshold = re.compile(r"(?<!准入)(?<!表决)门槛")
    assert [
        f"{place}: {around(words, match)}" for place, words in everything() for match in threshold.finditer(words)
    ] == []


def test_chinese_has_its_own_punctuation() -> None:
    for wrong in ("用语:可能成立", "园区(中国)", "是,否"):
        assert HALF.search(wrong)
    faults = [
        f"{place}: {around(rest, match)}"
        for place, words in (*texts(), *data(), *cases(), *own())
        for rest in (CODE.sub("x", words),)
        for match in HALF.finditer(rest)
    ]
    assert faults == []


def test_no_english_is_left_in_chinese() -> None:
    faults = [
        f"{place}: {word}"
        for place, words in texts()
        if CHINESE.search(words) and not KEYS.search(place) and not place.startswith(("workbook.", "cli."))
        for word in PROSE.findall(CODE.sub(" ", words))
        if word not in NAMES | TYPED
    ]
    faults += [
        f"{place}: {word}"
        for place, words in (*data(), *cases())
        for word in PROSE.findall(words)
        if word not in NAMES | TYPED | COMPANIES
    ]
    assert faults == []


def test_shares_stand_with_the_sign_of_ratio() -> None:
    """65∶35, not 65/35 or 65比35, in what cases say."""
    slashed = re.compile(r"(?<![\d/.])\d{1,2}(?:\.\d+)?(?:[/比]\d{1,2}(?:\.\d+)?)+(?![\d/])")
    assert slashed.search("股比40/30/20/10")
    named = [placed_words for placed_words in cases() if ".csv:" in placed_words[0]]
    assert [f"{place}: {around(words, match)}" for place, words in named for match in slashed.finditer(words)] == []


def test_no_quarter_stands_in_a_code() -> None:
    """2025年第一季度, not 2025Q1, in what cases say."""
    assert [f"{place}: {words}" for place, words in cases() if re.search(r"\d{4}Q[1-4]", words)] == []


def test_no_amount_is_told_in_millions() -> None:
    """Chinese counts by 万 and 亿; millions stand in heads of columns and axes alone."""
    faults = [f"{place}: {around(words, match)}" for place, words in everything() for match in MILLIONS.finditer(words)]
    assert faults == []


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.sampled_from(("M USD", "M USD/yr", "BYN m")))
def test_money_is_written_in_wan_and_yi(first: float, second: float, unit: str) -> None:
    low, high = sorted((first, second))
    for shown in (quantity(low, unit, "zh"), spoken(high, unit, "zh"), reach(low, high, unit, "zh")):
        assert "百万" not in shown
    ends = reach(low, high, unit, "zh").partition("至")
    for end, value in ((ends[0], low), (ends[2], high)):
        assert any(mark in end for mark in "万亿") or abs(value) < 0.01


@pytest.mark.parametrize("name", ["glossary.md"])
def test_the_glossary_uses_its_own_words(name: str) -> None:
    """What a term means is said in terms that are not to be avoided."""
    terms, avoided = glossary()
    definitions = " ".join(row[3] for row in terms).replace("并非资不抵债", "")
    assert [word for word in avoided if CHINESE.search(word) and word in definitions] == []


def test_prose_spells_out_its_quarters_and_commands_do_not() -> None:
    sentence = text("trust.meaning.calibrated", "zh", cut="2024Q4")
    assert "2024年第四季度" in sentence
    assert "2024Q4" not in sentence
    assert "2024Q4" in text("trust.meaning.calibrated", "en", cut="2024Q4")
    option = text("levers.advice.avoid.now", "zh", option="2025Q1起税率20%", effect="减少", sides="")
    assert option == "应避免“2025年第一季度起税率20%”：减少"
    typed = text("trust.no_cut", "zh", case="a-park", cut="2031Q2", known="2020Q4")
    assert "`copark calibrate a-park --cut 2031Q2 --lang zh`" in typed
    ends = {"to": "2019Q1", "after": "2024Q4", "last": "2074Q4", "usual": "2032Q2"}
    assert "--to 2032Q2" in text("inference.forecast.bad_end", "zh", **ends)
    assert "2031Q2" in text("levers.now_outside.cause", "zh", found="2031Q2", first="2012Q3", last="2030Q4")
    with_file = text("forecast.frozen", "zh", file="out/frozen-2024Q4.json", identity="0")
    assert "out/frozen-2024Q4.json" in with_file, "a name of a file stays as it is"


def test_rival_claims_are_named_in_chinese() -> None:
    from copark.analyses.claims.claims_file import load_claims
    from copark.labels import claim_number

    ids = [claim.id for claim in load_claims(PACKAGE / "casebook/great-stone/claims-2.yaml").claims.claims]
    assert any(claim_id.startswith("R-") for claim_id in ids)
    assert [claim_id for claim_id in ids if claim_number(claim_id, "en") != claim_id] == []
    assert [
        claim_id for claim_id in ids if claim_id.startswith("R-") and not CHINESE.search(claim_number(claim_id, "zh"))
    ] == []
    assert claim_number("my-own", "zh") == "my-own"
