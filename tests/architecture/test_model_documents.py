"""What describes the model follows it: symbols, links, processes, switches, and every file and command they name."""

import re
import tomllib
from pathlib import Path

import pytest

from copark.model import rng
from copark.model.dimensions import PARTNERS
from copark.model.enterprises.records import WIDTH
from copark.model.outputs import NAMES
from copark.model.variables import SUBMODELS, catalogue
from copark.simulation.study import STANDARD
from tests.architecture.test_decisions import DOTTED, NAMED, OF_CASES_AND_RUNS, PARTS, PLACE, is_defined, named_places
from tests.asked import call
from tests.simulation.conftest import NEUTRAL

pytestmark = pytest.mark.documents

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "model"
DOCUMENTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
MODEL = DOCUMENTS["MODEL.md"]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FORMULAS = "\n".join(body for kind, body in FENCED.findall(MODEL) if not kind)
GREEK = re.compile(r"(?<![\w̄'])(?:ΔA|[α-ωϖΔΛΨΦ])̄?(?:_[A-Za-z0-9½ΛΑ-Ωα-ω]+|½|\d)?'?")
DERIVED = {
    "κ": "limit of service that capability sets", "κ_J": "capital per job", "λ_o": "enquiries of an origin",
    "ψ_g": "spill of a side", "ν_gn": "weight of a side's interest", "ω": "stake, in words", "ΔA": "land serviced",
}  # fmt: skip
"""Greek letters of formulas that are no variable of the catalogue: each is defined beside the formula."""
ADVERTISED = re.compile(r"`copark ((?:[a-z][\w-]*)(?: [^`]*)?)`")


def plain(symbol: str) -> str:
    """Write a symbol as MODEL does: an index of one digit stands without its underscore."""
    return re.sub(r"_(?=\d$)", "", symbol)


def written(symbol: str) -> bool:
    """Say whether a symbol stands in MODEL by itself, not as a part of a longer one."""
    forms = "|".join(map(re.escape, {symbol, plain(symbol)}))
    return bool(re.search(rf"(?<![\w̄])(?:{forms})(?![\w̄½])", MODEL))


def table_under(heading: str, text: str = MODEL) -> list[list[str]]:
    """Return the rows of the first table below a heading or sentence, without its head."""
    lines = text.partition(heading)[2].splitlines()
    first = next(n for n, line in enumerate(lines) if line.lstrip().startswith("|"))
    rows = []
    for line in lines[first + 2 :]:
        if not line.lstrip().startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().strip("|").split(" | ")])
    return rows


def anchor(heading: str) -> str:
    """Return the fragment by which a heading is linked to."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """Return the fragments of a document."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {anchor(heading) for heading in re.findall(r"(?m)^#+ (.*)$", text)}


def test_every_parameter_stands_in_the_equations_by_its_symbol() -> None:
    missing = [f"{v.name} ({v.symbol})" for v in catalogue().parameters.values() if not written(v.symbol)]
    assert not missing, "MODEL.md has no formula with these parameters"


def test_every_greek_letter_of_a_formula_is_in_the_catalogue_or_defined_beside_it() -> None:
    known = {plain(v.symbol) for v in catalogue().variables if v.symbol}
    used = {symbol if symbol in known else symbol.rstrip("'") for symbol in GREEK.findall(FORMULAS)}
    assert len(used) > 50
    assert used - known == DERIVED.keys()


def test_links_are_listed_between_the_scales_that_they_connect() -> None:
    listed = {}
    for source, target, names in table_under("passes along one of"):
        listed |= dict.fromkeys(re.findall(r"`(\w+)`", names), (source, target))
    assert listed == {link.name: (link.source_submodel, link.target_submodel) for link in catalogue().links.values()}


def test_links_that_any_document_names_exist() -> None:
    ends = "|".join(sorted({name.partition("_to_")[2] for name in catalogue().links}))
    for name, text in DOCUMENTS.items():
        assert set(re.findall(rf"`(\w+_to_(?:{ends}))`", text)) <= catalogue().links.keys(), name


def test_random_processes_are_those_of_the_code() -> None:
    listed = {word.strip() for row in table_under("**Addresses of random numbers**") for word in row[0].split(",")}
    source = Path(rng.__file__).read_text(encoding="utf-8").partition("# Processes")[2].partition("# Aspects")[0]
    assert listed == {name.lower() for name in re.findall(r"(?m)^([A-Z]+) = \d+$", source)}


def test_mechanisms_and_their_neutral_values_are_those_of_the_code(subtests: pytest.Subtests) -> None:
    """Names and symbols in the table are the catalogue's; levers and drivers exist; neutral values are those tested."""
    rows = table_under("### Mechanisms and their neutral values")
    inputs = {f"{v.submodel}.{v.name}" for kind in ("lever", "driver") for v in catalogue().of(kind)}
    for mechanism, names, _, _ in rows:
        with subtests.test(mechanism=mechanism):
            assert {
                name for name in re.findall(r"`(\w+\.\w+)`", names) if name.partition(".")[0] in SUBMODELS
            } <= inputs
            for name, symbol in re.findall(r"`(\w+)` ([^\s,;`|\[]+)", names):
                parameter = catalogue().parameters.get(name)
                assert parameter is None or parameter.symbol == symbol, name
    neutral = {name: float(value) for row in rows for name, value in re.findall(r"`(\w+): ([\d.]+)`", row[2])}
    assert neutral == NEUTRAL
    assert neutral.keys() <= {name for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    said = {v.name for v in catalogue().parameters.values() if re.search(r"(?:^|; )0: ", v.source)}
    assert len(said) > 5
    assert said <= neutral.keys(), "no row in MODEL §7"


def test_sections_of_the_model_that_code_refers_to_exist() -> None:
    sections = set(re.findall(r"(?m)^##+ (?:§)?(\d+(?:\(\d+\))?)", MODEL))
    rules = MODEL.partition("## 0. Rules")[2].partition("## 1.")[0]
    sections |= {f"0.{number}" for number in re.findall(r"(?m)^(\d+)\. ", rules)}
    places = [path for folder in ("src", "tests", "docs") for path in (ROOT / folder).rglob("*")]
    for path in places:
        if path.suffix in {".py", ".yaml", ".md"} and "decisions/log" not in path.as_posix() and path != Path(__file__):
            named = re.findall(r"MODEL(?:\.md)? §(\d+(?:\.\d+)?(?:\(\d+\))?)", path.read_text(encoding="utf-8"))
            assert set(named) <= sections, path.relative_to(ROOT)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_and_functions_that_a_document_names_exist(name: str, subtests: pytest.Subtests) -> None:
    text = DOCUMENTS[name]
    assert [place for place in PLACE.findall(text) if not (ROOT / place).exists()] == []
    for file, function in NAMED.findall(FENCED.sub("", text)):
        if file in OF_CASES_AND_RUNS or file in {"series.csv", "deadlock.yaml"}:
            continue
        with subtests.test(file=file, function=function):
            places = named_places(file)
            assert places
            defined = re.compile(rf"(?m)^\s*(?:def|class) {function}\b|^{function}\b.*=")
            assert not function or any(defined.search(path.read_text(encoding="utf-8")) for path in places)
    for dotted in DOTTED.findall(text):
        parts = dotted.split(".")
        if parts[0] in PARTS and parts[-1] not in ("py", "csv"):
            with subtests.test(dotted=dotted):
                assert is_defined(parts)


def test_functions_told_after_the_first_of_a_file_exist() -> None:
    """`file.py: one`, `other`: the second is of the same file."""
    told = re.compile(r"`([\w/]+\.py): \w+`((?:, `[a-z_]+`)+)")
    found = [(file, name) for text in DOCUMENTS.values() for file, names in told.findall(text)
             for name in re.findall(r"`(\w+)`", names)]  # fmt: skip
    assert found
    for file, name in found:
        sources = [path.read_text(encoding="utf-8") for path in named_places(file)]
        assert any(re.search(rf"(?m)^def {name}\b", source) for source in sources), (file, name)


def test_links_of_documents_lead_to_headings_that_exist(subtests: pytest.Subtests) -> None:
    """That files exist is asked of all documents in `test_decisions.py`; here that what follows # does."""
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        links = re.findall(r"\]\((?!https?:|mailto:)([^)\s#]*)#([^)\s]+)\)", path.read_text(encoding="utf-8"))
        with subtests.test(path.relative_to(ROOT).as_posix()):
            targets = [(path.parent / file if file else path, fragment) for file, fragment in links]
            lost = [f"{to.name}#{at}" for to, at in targets if to.suffix == ".md" and at not in anchors(to)]
            assert not lost


def test_commands_and_options_that_documents_name_exist(
    capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests
) -> None:
    advertised = {command for text in DOCUMENTS.values() for command in ADVERTISED.findall(text)}
    assert len(advertised) > 10
    for command in sorted(advertised):
        with subtests.test(command=command):
            code, out, _ = call([command.split()[0], "--help"], capsys)
            assert code == 0
            assert all(option in out for option in re.findall(r"(?<= )--[a-z-]+", command))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in {target for text in DOCUMENTS.values() for target in re.findall(r"`make ([a-z-]+)`", text)}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_numbers_of_the_code_in_odd_are_those_of_the_code() -> None:
    odd = DOCUMENTS["ODD.md"]
    assert f"by default {len(STANDARD)} of the {len(NAMES)};" in odd
    assert f"0 to {WIDTH:,} in each stage" in odd
    assert f"up to {PARTNERS}, named" in odd
    source = Path(rng.__file__).read_text(encoding="utf-8").partition("# Processes")[2].partition("# Aspects")[0]
    words = {12: "Twelve", 13: "Thirteen", 14: "Fourteen", 15: "Fifteen", 16: "Sixteen"}
    assert f"{words[len(re.findall(r'(?m)^[A-Z]+ = ', source))]} processes" in odd


def test_trace_answers_every_element_and_says_what_is_missing() -> None:
    """Grimm et al. 2014: eight elements, in their order."""
    elements = (
        "Problem formulation", "Model description", "Data evaluation", "Conceptual model evaluation",
        "Implementation verification", "Model output verification", "Model analysis", "Model output corroboration",
    )  # fmt: skip
    parts = re.split(r"(?m)^## ", DOCUMENTS["TRACE.md"])
    told = [part for part in parts if re.match(r"\d\. ", part)]
    assert [part.splitlines()[0] for part in told] == [f"{n}. {name}" for n, name in enumerate(elements, 1)]
    assert all("**Missing.**" in part for part in told)


def test_odd_has_every_element_of_the_protocol() -> None:
    """Müller et al. 2013: three blocks of elements; each has a place, and each place is a heading."""
    odd = DOCUMENTS["ODD.md"]
    rows = table_under("## 11. Elements of ODD+D", odd)
    blocks = {"I": "i ii iii", "II": "i ii iii iv v vi vii viii ix x", "III": "i ii iii iv"}
    elements = [f"{block}.{number}" for block, numbers in blocks.items() for number in numbers.split()]
    assert [row[0].split()[0] for row in rows] == elements
    headings = {found.rstrip(".") for found in re.findall(r"(?m)^##+ (\d+(?:\.\d+)?)", odd)}
    for _, places in rows:
        assert set(re.findall(r"(?:^|; )(\d+(?:\.\d+)?)(?=;|$)", places)) <= headings, places


def test_the_card_says_the_same_in_both_languages_on_one_page() -> None:
    english, chinese = DOCUMENTS["card.md"], DOCUMENTS["card.zh.md"]
    for shape in (r"(?m)^\d\. ", r"(?m)^- ", r"(?m)^\*\*", r"(?m)^<!-- numbers: [\w-]+ -->$"):
        assert len(re.findall(shape, english)) == len(re.findall(shape, chinese)), shape
    assert len(english.split()) < 850
    assert len(chinese) < 2_300


def test_the_card_keeps_to_the_glossary() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    for word, _ in table_under("## Words to avoid", glossary):
        if word.isascii():
            assert not re.search(rf"\b{word}\b", DOCUMENTS["card.md"]), word
        else:
            assert word not in DOCUMENTS["card.zh.md"], word


def test_the_card_is_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("version")
    citation = re.search(r"(?m)^version: (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation is not None
    assert version in (None, citation[1])
    for name in ("card.md", "card.zh.md"):
        assert f"copark {citation[1]}" in DOCUMENTS[name], name
