"""What hostile input is fed to, and what may come of it: acceptance as sound, or refusal with a reason."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from copark.errors import CoparkError, Fault, FaultsFound
from tests.cases.conftest import MINIATURE
from tests.hostile import mutations as m

ACCEPTED, REFUSED = "accepted", "refused"
TABLES = ("equity.csv", "events.csv", "series.csv", "enterprises.csv", "host_context.csv")
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Subject:
    """Something that takes what people bring, and how many inputs the long test gives it.

    An answer is given an input in a folder of its own and judged: ACCEPTED or REFUSED, or an assertion fails. What is
    sound must be accepted; it is given once before anybody watches, so that libraries are there.
    """

    name: str
    share: int
    inputs: st.SearchStrategy[Any]
    answer: Callable[[Any, Path], str]
    sound: Callable[[], Any]


def told(faults: Iterable[Fault]) -> str:
    """See that every fault can be told to a person, in both languages: one line, with a cause and a repair."""
    fault_list = list(faults)
    assert fault_list, "refused without a reason"
    for fault in fault_list:
        assert isinstance(fault, Fault)
        assert fault.line is None or fault.line >= 1
        for lang in ("en", "zh"):
            assert fault.cause(lang).strip()
            assert fault.repair(lang).strip()
            sentence = fault.sentence(lang)
            assert sentence.isprintable(), repr(sentence)
            assert len(sentence) < 4000, "nobody reads this"
            assert "Traceback" not in sentence
    return REFUSED


def tried(work: Callable[[], object]) -> str:
    """Do something that only copark's own errors may stop."""
    message = ""
    try:
        work()
    except FaultsFound as error:
        return told(error.faults)
    except CoparkError as error:
        message = str(error)
    else:
        return ACCEPTED
    assert message.strip(), "refused without a reason"
    assert "Traceback" not in message
    return REFUSED


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, raw in files.items():
        (folder / name).write_bytes(raw)


# --- cases -----------------------------------------------------------------------------------------------------------


@cache
def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in (".yaml", ".csv")}


@cache
def tree_of(raw: bytes) -> Any:
    return yaml.load(raw, Loader=yaml.CSafeLoader)


def changed_file(draw: m.Draw, name: str, raw: bytes) -> bytes:
    return m.changed_table(draw, raw) if name.endswith(".csv") else m.changed_yaml(draw, raw, tree_of(raw))


@st.composite
def case_files(draw: m.Draw, folder: Path) -> dict[str, bytes]:
    """The files of a case, one or two of them changed, or one missing."""
    files = dict(files_of(folder))
    for name in {m.one(draw, sorted(files)) for _ in range(draw(st.integers(1, 2)))}:
        files[name] = changed_file(draw, name, files[name])
    if draw(st.integers(0, 19)) == 0:
        files.pop(m.one(draw, sorted(files)))
    return files


def examined(files: dict[str, bytes], folder: Path) -> str:
    """The miniature, whose parameters are its own."""
    from copark.cases.load import examine

    write(folder, files)
    case, faults = examine(folder)
    if faults:
        assert case is None
        return told(faults)
    assert case is not None
    assert len(case.hash) == 64
    return ACCEPTED


@cache
def skeleton() -> Path:
    """The case that ``copark new`` makes: its parameters are the model's, so that it can be run."""
    import tempfile

    from copark.cases import new_case

    return new_case("my-park", tempfile.mkdtemp(prefix="copark-hostile-"))


def run_once(files: dict[str, bytes], folder: Path) -> str:
    """What is accepted can be run: every number the model is given is one it can bear."""
    from copark.workflows import simulate

    write(folder, files)
    return tried(lambda: simulate(folder, runs=1, draws="defaults", threads=1))


LINKED = ("link-out", "link-in", "link-folder")
TRICKS = (*LINKED, "fifo", "folder", "device", "stranger", "long", "unreadable", "spelling")


@st.composite
def tricked(draw: m.Draw) -> tuple[str, str, str]:
    return m.one(draw, TRICKS), m.one(draw, sorted(files_of(MINIATURE))), m.one(draw, m.NAMES)


def tricks(generated: tuple[str, str, str], folder: Path) -> str:
    """A folder in which something is not what its name says."""
    trick, name, other = generated
    inside = folder / "case"
    inside.mkdir()
    write(inside, files_of(MINIATURE))
    place = inside / name
    if trick in (*LINKED, "fifo", "folder", "device"):
        place.unlink()
    target = {"link-out": folder.parent / SECRET, "link-in": inside / "sources.yaml", "link-folder": folder.parent,
              "device": Path("/dev/zero")}  # fmt: skip
    if trick in target:
        place.symlink_to(target[trick])
    elif trick == "fifo":
        os.mkfifo(place)
    elif trick == "folder":
        place.mkdir()
    elif trick == "unreadable":
        place.chmod(0)
    elif trick == "spelling":
        place.rename(inside / name.upper())
    elif _can_be_made(other):
        (inside / other).write_bytes(b"x")
    try:
        from copark.cases.load import examine

        case, faults = examine(inside)
        return told(faults) if case is None else ACCEPTED
    finally:
        if trick == "unreadable":
            place.chmod(0o600)


def _can_be_made(name: str) -> bool:
    raw = name.encode("utf-8", "replace")
    return 0 < len(raw) < 255 and raw.decode() == name and not set(raw) & set(b"/\0") and name not in (".", "..")


SECRET = "secret.txt"

# --- studies, claims, levers -----------------------------------------------------------------------------------------


STUDIES = sorted((REPOSITORY / "src/copark/casebook").glob("*/studies/*.yaml"))


@cache
def shipped_studies() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in STUDIES)


def study(raw: bytes, folder: Path) -> str:
    """A study that is accepted can be turned into what the model is given."""
    from copark.cases import load_case
    from copark.simulation.run import facts_of, inputs_of
    from copark.simulation.study import case_named, load_study

    path = folder / "study.yaml"
    path.write_bytes(raw)

    def work() -> None:
        read = load_study(path)
        case = case_named(read.case) or load_case(read.case)
        for scenario in read.scenarios[:3]:
            inputs_of(case, scenario)
            facts_of(read, case, scenario)

    return tried(work)


@cache
def great_stone() -> Any:
    from copark.cases import load_case

    return load_case("great-stone")


CLAIMS = (REPOSITORY / "tests/claims/small.yaml").read_bytes()


@cache
def few_levers() -> bytes:
    """Two of the levers: each is tried on the case, which takes its time."""
    tree = tree_of((REPOSITORY / "src/copark/casebook/great-stone/levers.yaml").read_bytes())
    return yaml.safe_dump({**tree, "levers": tree["levers"][:2]}, allow_unicode=True, sort_keys=False).encode()


@st.composite
def yaml_of(draw: m.Draw, *raw: Callable[[], bytes]) -> bytes:
    """One of some YAML files, changed."""
    chosen = m.one(draw, raw)()
    return m.changed_yaml(draw, chosen, tree_of(chosen))


def claims(raw: bytes, folder: Path) -> str:
    from copark.analyses.claims.claims_file import load_claims

    write(folder, {"claims.yaml": raw})
    return tried(lambda: load_claims(folder / "claims.yaml", great_stone()))


def levers(raw: bytes, folder: Path) -> str:
    from copark.decisions.lever_file import load_levers

    write(folder, {"levers.yaml": raw})
    return tried(lambda: load_levers(great_stone(), folder / "levers.yaml"))


# --- tables of set methods -------------------------------------------------------------------------------------------

PARKS = b"case,A,B,Y,W\na,0.9,0.2,0.8,3\nb,0.8,0.9,0.9,5\nc,0.1,0.3,0.2,1\nd,0.2,0.8,0.1,2\ne,0.5,0.7,0.6,4\n"
METHODS = ("qca", "nca", "coupling")


def analysed(generated: tuple[str, bytes], folder: Path, kind: str) -> str:
    """A method reads a table of parks."""
    import copark

    method, raw = generated
    write(folder, {f"parks.{kind}": raw})
    options = {
        "qca": {"outcome": "Y", "conditions": "A,B"},
        "nca": {"outcome": "Y", "conditions": "A,W"},
        "coupling": {"subsystems": "A,B,W"},
    }
    return tried(lambda: getattr(copark, method)(folder / f"parks.{kind}", **options[method]))


@st.composite
def tables(draw: m.Draw) -> tuple[str, bytes]:
    return m.one(draw, METHODS), m.changed_table(draw, PARKS)


ROWS: list[list[Any]] = [
    [float(cell) if cell.replace(".", "").isdigit() else cell for cell in row]
    for row in csv.reader(io.StringIO(PARKS.decode()))
]


@cache
def book() -> bytes:
    return m.workbook_of({"parks": ROWS})


@st.composite
def books(draw: m.Draw) -> tuple[str, bytes]:
    return m.one(draw, METHODS), m.changed_workbook(draw, {"parks": ROWS}, book())


# --- the command line ------------------------------------------------------------------------------------------------

HOLE = object()
QCA = ("qca", "parks.csv", "--outcome", "Y", "--conditions", "A,B")
NCA = ("nca", "parks.csv", "--x", "A", "--y", "Y")
COUPLING = ("coupling", "parks.csv", "--subsystems", "A,B")
POWER = ("power", "--weights", "6,3,1", "--quota", "7")
NAMED = (
    "check", "show", "verify", "new", "run", "plan", "claims", "levers", "link-impact", "calibrate", "validate",
    "forecast", "sensitivity", "ablate", "list",
)  # fmt: skip
COMMANDS: tuple[tuple[Any, ...], ...] = (
    (HOLE,), ("--lang", HOLE, "list"), *((name, HOLE) for name in NAMED), ("new", "my-park", "--in", HOLE),
    ("runs", "--out", HOLE), ("export", HOLE, "--format", "csv", "--to", "files"),
    ("export", "0123456789abcdef", "--format", HOLE, "--to", "x"),
    *(("run", "great-stone", option, HOLE, "--runs", "0") for option in ("--threads", "--precision")),
    ("compare", HOLE, HOLE), ("compare", "baseline", HOLE), ("but-for", HOLE, "--without", "x"),
    ("but-for", "great-stone", "--without", HOLE),
    *((name, "great-stone", "--list", "--file", HOLE) for name in ("claims", "levers")),
    ("calibrate", "great-stone", "--cut", HOLE, "--size", "x"),
    ("forecast", "great-stone", "--to", HOLE, "--size", "x"), ("score", HOLE, "--data", HOLE),
    ("casebook", "export", "x", "--park", HOLE), ("pool", "--cases", HOLE), ("pool", "--runs", HOLE, "--cases", "x"),
    *(("parks", option, HOLE) for option in ("--sort", "--country", "--type")), ("schema", "--to", HOLE),
    ("suzhou", "--runs", HOLE, "--draws", "x"), ("power", "--weights", HOLE, "--quota", "7"),
    ("power", "--weights", "6,3,1", "--quota", HOLE), (*POWER, "--voters", HOLE),
    ("qca", HOLE, *QCA[2:]), (*QCA[:3], HOLE, *QCA[4:]), (*QCA[:5], HOLE), (*QCA[:5], "A,W", "--calibrate", HOLE),
    *((*QCA, option, HOLE) for option in ("--calibrate", "--incl-cut", "--n-cut", "--idm", "--dir-exp", "--case",
                                          "--alternative")),
    (*NCA[:3], HOLE, *NCA[4:]), (*NCA[:5], HOLE), *((*NCA, option, HOLE) for option in ("--scope", "--corner")),
    (*NCA, "--seed", HOLE, "--permutations", "9"), (*COUPLING[:3], HOLE),
    *((*COUPLING, option, HOLE) for option in ("--weights", "--ranges", "--scale")),
    ("serve", "--port", HOLE, "--host", "0.0.0.0"), ("serve", "--host", HOLE, "--token", "x"),
)  # fmt: skip
"""Commands with a hole for what somebody types; none of them is one that could begin a long run."""
TYPED = (
    *m.SCALARS, "A=1,2,3", "A=", "=", "A=1,2", "A=nan", "linear:1,2,3", "A=logistic:0,0,0", "A=1,2,3,4,5,6", "W=1,2,5",
    "W=5,2,1", "0,0,0,0", "1,0,1,0", "0,9,0,9", "1e308,1e309,0,1", "A,A", "Y", "~Y", "A,B,W", "a=A;b=B", "a=A;a=B",
    "a=-A", "A=0,0", "A=0,1", "1,1", "0,0", "-1,2", "1e308,1e308", "1/2", "2024Q4", "2021Q1", "1,-", ",,,",
    "0123456789abcdef", "0123", "abcd" * 16, "../great-stone", "./great-stone", "great-stone/", "great-stone\x00",
    "GREAT-STONE", "great-ston", "case.yaml", "link",
)  # fmt: skip


@st.composite
def typed(draw: m.Draw) -> list[str]:
    arguments = [str(m.one(draw, TYPED)) if part is HOLE else part for part in m.one(draw, COMMANDS)]
    lang = m.one(draw, ("en", "zh"))
    return [*arguments, "--lang", lang] if draw(st.integers(0, 9)) else arguments


def command(arguments: list[str], folder: Path) -> str:
    """A command given two folders deep, so that ``../..`` is inside, beside a table and a link that leads out.

    Whoever names a link as the place to write to means where it leads, as with any program: that is then inside.
    """
    from contextlib import chdir, redirect_stderr, redirect_stdout

    from copark.cli import _guarded
    from copark.cli.exit_codes import FAULTS, OK, WRONG_USAGE

    working_folder = folder / "a" / "b"
    working_folder.mkdir(parents=True)
    (working_folder / "parks.csv").write_bytes(PARKS)
    (working_folder / "case.yaml").write_bytes(b"a: 1\n")
    is_target = any(arguments[n : n + 2] in (["--in", "link"], ["--to", "link"]) for n in range(len(arguments)))
    (folder / "elsewhere").mkdir()
    (working_folder / "link").symlink_to(folder / "elsewhere" if is_target else folder.parent)
    out, error = io.StringIO(), io.StringIO()
    with chdir(working_folder), redirect_stdout(out), redirect_stderr(error):
        code = _guarded(arguments)
    printed = out.getvalue() + error.getvalue()
    assert code in (OK, FAULTS, WRONG_USAGE), code
    assert code == OK or error.getvalue().strip(), f"refused without a word: {arguments}"
    assert "Traceback" not in printed
    for lang in ("en", "zh"):
        assert unexpected(lang) not in printed, f"{arguments}: {printed}"
    wild = {mark for mark in printed if not mark.isprintable() and mark not in "\n"}
    assert not wild, f"{arguments}: {wild} reach the screen"
    return ACCEPTED if code == OK else REFUSED


@cache
def unexpected(lang: str) -> str:
    """How the words of an error begin that nobody foresaw."""
    from copark.texts import text

    return text("cli.error.unexpected", lang, detail="\0").partition("\0")[0]


OFFLINE = (
    Subject("case folders", 3850, case_files(MINIATURE), examined, lambda: files_of(MINIATURE)),
    Subject(
        "case folders, run if accepted",
        1000,
        st.deferred(lambda: case_files(skeleton())),
        run_once,
        lambda: files_of(skeleton()),
    ),
    Subject("folders with tricks", 500, tricked(), tricks, lambda: ("stranger", "series.csv", "a note")),
    Subject("studies", 3000, yaml_of(*(path.read_bytes for path in STUDIES)), study, lambda: shipped_studies()[0]),
    Subject("claims", 1500, yaml_of(lambda: CLAIMS), claims, lambda: CLAIMS),
    Subject("levers", 600, yaml_of(few_levers), levers, few_levers),
    Subject("tables", 3000, tables(), partial(analysed, kind="csv"), lambda: ("qca", PARKS)),
    Subject("workbooks", 1000, books(), partial(analysed, kind="xlsx"), lambda: ("nca", book())),
    Subject("command lines", 700, typed(), command, lambda: list(POWER)),
)
