"""Decisions say whether they hold, and what those that hold name is there; links of all documents lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.documents

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "decisions"
RECORDS = {path.name[:4]: path for folder in (FOLDER / "log", FOLDER) for path in sorted(folder.glob("[0-9]*.md"))}
"""Records by number; of one that the log has a long form of, the one that holds."""
MOST_RECORDS = 40
MOST_WORDS = 500
OPEN_STATUS = {FOLDER: ("holds", "begun"), FOLDER / "log": ("noted",)}
"""What a record may say besides being amended or superseded by another, or kept in the log of one that holds."""
REFERENCE = r"\[(\d{4})\]\(\S+?\)"
STATUS = re.compile(
    rf"\*\*Status\*\*: (?:(\w+)|(?:amended|superseded) by ((?:{REFERENCE}(?:, )?)+)"
    r"|(?:merged into|long form of) \[\d{4}\]\(\.\./(\d{4}\S+\.md)\))\.",
    re.MULTILINE,
)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(#[^)\s]*)?\)")
NAMED = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|yaml|toml|json|csv|ts|svelte))(?:: ([A-Za-z_]\w*))?`")
PLACE = re.compile(r"(?<![\w./-])(?:src|tests|bench|docs)/[\w./-]*\w")
DOTTED = re.compile(r"`(?:copark\.)?([a-z]\w*(?:\.\w+)+)\b")
PACKAGE = ROOT / "src" / "copark"
PARTS = {path.stem for path in PACKAGE.iterdir()}
PLACES = [ROOT, *(ROOT / place for place in ("src", "src/copark", "src/copark/model", "tests", "frontend", "docs"))]
OF_CASES_AND_RUNS = {
    "case.yaml", "claims.yaml", "copark.toml", "copark-site.json", "growth.csv", "levers.yaml", "manifest.json",
    "metadata.json",
}  # fmt: skip
"""Files that a person or a run has, and that the package has under other folders, or not at all."""


def status_of(record: Path) -> re.Match[str]:
    """Give the status of a record, which its third line says."""
    status = STATUS.match(record.read_text(encoding="utf-8").split("\n")[2])
    assert status, f"{record.name}: no status"
    return status


def holding() -> Iterator[Path]:
    """Give the decisions that hold, as they were taken or amended since."""
    for record in sorted(FOLDER.glob("[0-9]*.md")):
        if "superseded" not in status_of(record).group():
            yield record


def test_every_record_has_a_status_and_what_came_after_it_exists() -> None:
    for record in FOLDER.rglob("[0-9]*.md"):
        number = record.name[:4]
        word, successors, kept_by = status_of(record).group(1, 2, 4)
        if word:
            assert word in OPEN_STATUS[record.parent], record.name
        for successor in re.findall(REFERENCE, successors or ""):
            assert successor in RECORDS, record.name
            assert successor > number, f"{record.name}: nothing is changed by what came before"
        if kept_by:
            assert record.parent != FOLDER, f"{record.name}: only the log keeps what another record says"
            assert (FOLDER / kept_by).exists(), record.name


def test_decisions_that_hold_are_few_and_short() -> None:
    holding_records = list(holding())
    assert len(holding_records) <= MOST_RECORDS
    words = {record.name: len(record.read_text(encoding="utf-8").split()) for record in holding_records}
    assert {name: count for name, count in words.items() if count > MOST_WORDS} == {}


def test_the_tables_list_every_record_once() -> None:
    for folder in OPEN_STATUS:
        listed = re.findall(
            r"^\|.*\]\((\d{4}\S+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE
        )
        assert sorted(listed) == sorted(path.name for path in folder.glob("[0-9]*.md")), folder.name


def test_links_of_documents_lead_somewhere(subtests) -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")]
    for document in documents:
        text = document.read_text(encoding="utf-8")
        with subtests.test(document.relative_to(ROOT).as_posix()):
            broken = [link for link, _ in LINK.findall(text) if link and not (document.parent / link).exists()]
            assert not broken


def test_decisions_that_code_names_are_there() -> None:
    by_number = re.compile(r"\bdecisions? (\d{4})\b")
    by_path = re.compile(r"docs/decisions/[\w./-]+\.md")
    sources = [path for folder in ("src", "tests", "bench") for path in (ROOT / folder).rglob("*")]
    for path in sources:
        if path.suffix not in {".py", ".yaml"}:
            continue
        text = path.read_text(encoding="utf-8")
        assert set(by_number.findall(text)) <= RECORDS.keys(), path.name
        assert all((ROOT / place).exists() for place in by_path.findall(text)), path.name


def named_places(name: str) -> list[Path]:
    """Give the files that a name in a record may mean."""
    there = [place / name for place in PLACES if (place / name).is_file()]
    if there or "/" in name:
        return there
    return [path for folder in ("src", "tests") for path in (ROOT / folder).rglob(name)]


def is_defined(parts: list[str]) -> bool:
    """Say whether a dotted name, such as ``stats.rounding.differ``, is that of a module or of something in one."""
    for depth in range(len(parts), 0, -1):
        place = PACKAGE.joinpath(*parts[:depth])
        module = place.with_suffix(".py") if place.with_suffix(".py").is_file() else place / "__init__.py"
        if module.is_file():
            return depth == len(parts) or bool(re.search(rf"\b{parts[depth]}\b", module.read_text(encoding="utf-8")))
    return False


def test_files_that_holding_decisions_name_are_there(subtests) -> None:
    for record in holding():
        text = record.read_text(encoding="utf-8")
        with subtests.test(record.name):
            assert [place for place in PLACE.findall(text) if not (ROOT / place).exists()] == []
        for name, what in NAMED.findall(text):
            if name in OF_CASES_AND_RUNS:
                continue
            with subtests.test(f"{record.name}: {name}"):
                places = named_places(name)
                assert places
                assert not what or any(re.search(rf"\b{what}\b", path.read_text(encoding="utf-8")) for path in places)


def test_modules_and_functions_that_holding_decisions_name_are_there(subtests) -> None:
    for record in holding():
        for name in DOTTED.findall(record.read_text(encoding="utf-8")):
            parts = name.split(".")
            if parts[0] in PARTS and parts[-1] not in ("py", "csv"):
                with subtests.test(f"{record.name}: {name}"):
                    assert is_defined(parts)
