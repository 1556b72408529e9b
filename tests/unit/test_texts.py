"""English and Chinese are equals: every text has both, naming the same values; none is missing, none is left over."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from copark import texts
from copark.data_package.assembly import package_of
from copark.data_package.tables import TAILS
from copark.texts import LANGUAGES, OF_ANALYSIS, areas, entries, text

pytestmark = pytest.mark.documents

PACKAGE = Path(texts.__file__).parents[1]
GLOSSARY = Path(__file__).parents[2] / "docs/glossary.md"
PAGE, OF_PAGE = "page", Path(__file__).parents[2] / "frontend/src"
CHINESE = re.compile("[\u4e00-\u9fff]")
WORD = re.compile("[a-z]{3}")
ERROR = re.compile("(?:[A-Z][a-z]+)+$")
ALL = [(area, key) for area in areas() for key in entries(area)]


def placeholders(template: str) -> set[str]:
    return {re.split(r"[.\[]", field)[0] for _, field, _, _ in Formatter().parse(template) if field is not None}


def faults(entry: dict[str, str]) -> Iterator[str]:
    if tuple(entry) != LANGUAGES:
        yield f"languages {tuple(entry)}"
        return
    if not all(isinstance(words, str) for words in entry.values()):
        yield "not a text"
        return
    english, chinese = entry["en"], entry["zh"]
    if bool(english) != bool(chinese):
        yield "one language is empty"
    if placeholders(english) != placeholders(chinese):
        yield f"values {placeholders(english)} and {placeholders(chinese)}"
    if CHINESE.search(re.sub(r"\{[^}]*\}", "", english)):
        yield "Chinese in English"
    if WORD.search(re.sub(r"\{[^}]*\}", "", english)) and not CHINESE.search(chinese):
        yield "no Chinese in Chinese"


def test_every_text_has_both_languages_and_the_same_values() -> None:
    by_key = {f"{area}.{key}": list(faults(entries(area)[key])) for area, key in ALL}
    assert not {key: faults_of_text for key, faults_of_text in by_key.items() if faults_of_text}


def test_no_key_stands_twice_in_a_file() -> None:
    for path in (*PACKAGE.glob("texts/*.yaml"), *PACKAGE.glob(f"analyses/*/{OF_ANALYSIS}")):
        keys = re.findall(r"^([\w.-]+):", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert [key for key, times in Counter(keys).items() if times > 1] == [], path.name


def test_both_languages_name_the_same_files() -> None:
    """Of the Python door the English is plain text, as of docstrings, and marks no names."""
    file = re.compile(r"`([\w./-]+\.(?:yaml|csv|json|md))`")
    named = {
        f"{area}.{key}": [set(file.findall(entries(area)[key][lang])) for lang in LANGUAGES]
        for area, key in ALL
        if area != "python"
    }
    assert not {key: files for key, files in named.items() if files[0] != files[1]}


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(PACKAGE.rglob("*.py"))
    )


def asked() -> Iterator[tuple[str, str]]:
    """The keys the code asks for by ``text(…)`` or ``Error.of(…)``, as patterns: what is filled in may be anything.

    An analysis asks by ``t(…)`` for words of its own folder, or for those all analyses share.
    """
    for module, tree in trees():
        folder, _, area = module.rpartition("/")[0].rpartition("/")
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            called, pattern = getattr(node.func, "id", ""), key_pattern(node.args[0])
            error = getattr(node.func, "attr", "") == "of" and bool(ERROR.match(getattr(node.func.value, "id", "")))
            if pattern is not None and (called == "text" or error):
                yield f"{module}:{node.lineno}", pattern
            elif pattern is not None and folder == "analyses" and "t" in (called, getattr(node.func, "attr", "")):
                yield f"{module}:{node.lineno}", rf"(?:{area}|analyses)\.{pattern}"


def key_pattern(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in node.values]
        return "".join(parts)
    return None


def test_every_command_that_a_chinese_sentence_suggests_answers_in_chinese(subtests: pytest.Subtests) -> None:
    for area in areas():
        for key, words in entries(area).items():
            is_typed = key.endswith(".cause") or ".example." in key
            suggested = [] if is_typed else re.findall(r"`(copark [a-z][^`|>]*)`", words["zh"])
            with subtests.test(key=f"{area}.{key}"):
                assert all(command.count("--lang") == 1 for command in suggested)
                assert all(command in words["zh"] for command in re.findall(r"`(copark --[^`]*)`", words["en"]))


def test_every_key_asked_for_is_there() -> None:
    keys = [f"{area}.{key}" for area, key in ALL]
    literal, lines = {re.escape(key) for key in keys}, "\n".join(keys)
    keys_asked = list(asked())
    assert len(keys_asked) > 50
    missing = [
        f"{where}: {pattern}"
        for where, pattern in keys_asked
        if pattern not in literal and not re.search(f"^{pattern}$", lines, re.MULTILINE)
    ]
    assert not missing, "\n".join(missing)


@cache
def code_of_page() -> str:
    files = (path for kind in ("ts", "svelte") for path in OF_PAGE.rglob(f"*.{kind}"))
    # The page without a server has words of its own: tests/live.
    paths = sorted(path for path in files if path.parent.name not in ("texts", "live"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@cache
def keys_of_page() -> tuple[set[str], list[str]]:
    """The keys the page asks for, and patterns of those it builds with `t(`…${…}`)`."""
    built = [re.split(r"\$\{[^}]*\}", template) for template in re.findall(r"\bt\(`([^`]+)`", code_of_page())]
    keys = set(re.findall(r"\bt\('([^']+)'", code_of_page()))
    return keys, [".+".join(map(re.escape, parts)) for parts in built]


def test_every_key_the_page_asks_for_is_there() -> None:
    plain_keys, built = keys_of_page()
    keys = set(entries(PAGE))
    assert len(plain_keys) > 50
    assert not plain_keys - keys
    assert not [pattern for pattern in built if not any(re.fullmatch(pattern, key) for key in keys)]


@cache
def said_in(places: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Strings and names of the modules that match, and their texts with braces that could be keys or parts of keys."""
    words, built = set[str](), set[str]()
    for node in (node for module, tree in trees() if re.match(places, module) for node in ast.walk(tree)):
        if isinstance(node, ast.JoinedStr):
            built.add(key_pattern(node) or "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words |= {node.value, *re.split(r"[^A-Za-z0-9_.-]+", node.value)}
        else:
            words |= {str(getattr(node, field, "")) for field in ("id", "attr", "arg", "name")}
    patterns = (pattern for pattern in sorted(built) if pattern and re.fullmatch(r"(?:[\w\\.-]|\.\+)*", pattern))
    return frozenset(words), tuple(re.compile(pattern.replace(".+", "(.+)")) for pattern in patterns)


@cache
def written_words() -> frozenset[str]:
    """Everything that stands between quotation marks in the code, anywhere in data and tables, or names a module."""
    words = {str(number) for number in range(60)} | said_in("")[0]
    words |= {part for word in words for part in re.split(r"[.-]", word)}
    for path in PACKAGE.rglob("*"):
        words |= {path.stem} if path.suffix in ("", ".py") else set()
        if path.suffix in (".yaml", ".csv", ".j2") and path.parent != PACKAGE / "texts" and path.name != OF_ANALYSIS:
            words |= set(re.split(r"[^A-Za-z0-9_-]+", path.read_text(encoding="utf-8")))
    return frozenset(words)


@cache
def is_written(part: str, deep: int = 1) -> bool:
    """Whether what fills a brace stands anywhere, or is built in its turn."""
    is_whole = part in written_words() or set(part.split("-")) <= written_words()
    return is_whole or (deep > 0 and is_built(part, "", deep - 1))


@cache
def is_built(key: str, places: str, deep: int = 1) -> bool:
    """Whether modules build a key of a text with braces, filled with words that are written somewhere."""
    whole = ((pattern.fullmatch(key), pattern.pattern) for pattern in said_in(places)[1])
    return any(
        match and re.search("[a-z]{2}", pattern) and all(is_written(part, deep) for part in match.groups())
        for match, pattern in whole
    )


@cache
def asked_for_a_workbook() -> frozenset[str]:
    """Keys of what a workbook says of its columns and choices, which follow from the schema of a case."""
    from copark.cases import workbook_sheets as sheets

    keys = set[str]()

    def noted(key: str, lang: str = "en", **values: Any) -> str:
        keys.add(key)
        return text(key, lang, **values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheets, "text", noted)
        for owner, column in ((sheet, column) for sheet in sheets.sheets() for column in sheet.columns):
            owner.told(column, "en")
            sheets.choices.__wrapped__(column.choice, "en")
            keys.add(f"workbook.list.{column.choice}")
    return frozenset(keys)


def reasons_of_unfinished_runs() -> frozenset[str]:
    """Keys of why no run of a scenario finished, one for each status of a run."""
    from copark.simulation.results import STATUS

    return frozenset(f"all_{status.replace(' ', '_')}" for status in STATUS)


@cache
def templates() -> str:
    """Templates of documents and sites, which ask for texts by their whole names."""
    return "\n".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "presentation/templates").glob("*.j2"))


@cache
def named_in_the_package() -> frozenset[str]:
    """Tables, columns and ends of columns of the casebook's data package, which has titles for each."""
    tables = package_of().tables
    columns = {column.name for table in tables for column in table.columns}
    return frozenset((*columns, *TAILS, *(table.name for table in tables)))


def is_used(area: str, key: str) -> bool:
    if area == "countries" or f"{area}.{key}" in asked_for_a_workbook():
        return True
    if area == "study" and key.rpartition(".")[0] in reasons_of_unfinished_runs():
        return True
    if area == "live" and key.startswith("page."):
        return True  # by the page without a server, whose words tests/live/test_words.py holds
    if area == "casebook" and key.partition(".")[0] in ("table", "about", "column", "meaning"):
        return key.rpartition(".")[2] in named_in_the_package()
    whole = f"{area}.{key}"
    if f'"{whole}"' in templates() or any(map(whole.startswith, re.findall(r'word\("([\w.]+)" ~', templates()))):
        return True
    if area == PAGE:
        return f"'{key}'" in code_of_page() or any(re.fullmatch(pattern, key) for pattern in keys_of_page()[1])
    if key.endswith((".cause", ".repair")) and is_used(area, key.rpartition(".")[0]):
        return True
    words = said_in("")[0]
    if whole in words or f"{area}_{key}" in words or is_built(whole, ""):
        return True
    dots = (match.start() for match in re.finditer(r"\.", whole))
    if any("." in whole[:dot] and whole[:dot] in words and is_written(whole[dot + 1 :]) for dot in dots):
        return True
    if area == "presentation" and key in written_words():
        return True
    if area != "analyses" and not (PACKAGE / "analyses" / area).is_dir():
        return False
    shared = r"analyses/\w+\.py|analyses/compare/|cli/|web/content/analyses|figures/"
    near, built = said_in(f"{shared}|analyses/{'' if area == 'analyses' else area}/")
    pieces = key.split(".")
    letterless = any(pattern.pattern == r"\.".join(["(.+)"] * len(pieces)) for pattern in built)
    numbered = {piece for piece in pieces if not piece.isdigit()}
    return key in near or is_built(key, f"{shared}|analyses/{area}/") or (letterless and numbered <= near)


@pytest.mark.long
def test_no_text_is_left_over() -> None:
    """Every key is written in the code, or built by it of words that stand in code or casebook.

    Words of an analysis are asked for in its folder by their short name, or anywhere by their whole name.
    """
    assert not [f"{area}.{key}" for area, key in ALL if not is_used(area, key)]


@cache
def glossary() -> tuple[tuple[tuple[str, ...], ...], dict[str, str]]:
    """The glossary's terms (English, Chinese, a meaning in each), and its words to avoid with what to write instead."""
    lines = [line.strip("| ").split(" | ") for line in GLOSSARY.read_text(encoding="utf-8").splitlines()]
    rows = [
        tuple(cell.strip() for cell in line) for line in lines if not line[0].startswith(("Avoid", "English", "--"))
    ]
    avoided = [row for row in rows if len(row) == 2]
    return tuple(row for row in rows if len(row) == 4), {row[0]: row[1] for row in avoided}


def test_the_glossary_has_one_row_for_each_term() -> None:
    terms, avoided = glossary()
    assert len(terms) >= 60
    assert len(avoided) >= 27
    for language in (0, 1):
        assert len({row[language] for row in terms}) == len(terms)
    assert not [row for row in terms if not all(row) or any(CHINESE.search(row[column]) for column in (0, 2))]
    assert not [row for row in terms if not all(CHINESE.search(row[column]) for column in (1, 3))]


def avoided_in(words: str) -> list[str]:
    """The words to avoid that a text has, outside its placeholders."""
    plain_words = re.sub(r"\{[^}]*\}", "", words).lower()
    return [
        f"“{word}”: write “{better}”"
        for word, better in glossary()[1].items()
        if (word in plain_words if CHINESE.search(word) else re.search(rf"\b{word}\b", plain_words))
    ]


def test_texts_keep_to_the_glossary(subtests: pytest.Subtests) -> None:
    assert avoided_in("Mend the arms of {luck}; 箭头") == [
        "“mend”: write “fix”", "“arms”: write “scenarios”", "“箭头”: write “传导渠道”",
    ]  # fmt: skip
    for area, key in ALL:
        faults = [fault for words in entries(area)[key].values() for fault in avoided_in(words)]
        if faults:
            with subtests.test(text=f"{area}.{key}"):
                raise AssertionError("; ".join(faults))
