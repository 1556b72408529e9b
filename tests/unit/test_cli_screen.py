"""What a reader sees of results, errors and progress: in both languages, within 80 columns, never a traceback."""

from __future__ import annotations

import io
import json
import math
import os
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from tests.asked import HANGUP_IS_HEEDED, call, waited
from tests.report.conftest import make_case, make_result

from copark import workflows
from copark.analyses.run import Answer, answer_of
from copark.cli import screen
from copark.errors import CaseFaults
from copark.simulation.trust import Trust
from copark.store.compare import FirstDifference
from copark.store.errors import RunNotStored, fault
from copark.texts import text
from copark.workflows import ReplayVerdict, RunOutcome

pytestmark = pytest.mark.usefixtures("eighty_columns")
Capsys = pytest.CaptureFixture[str]


@cache
def answer() -> Answer:
    """What two hundred runs of a made-up park say, calibrated to it."""
    result = make_result(200, failed="some")
    trust = Trust("calibrated", "shipped", "a-park", "2020Q4", 23)
    result.attrs["provenance"] = json.dumps({"trust": trust.content()})
    return answer_of(result, make_case())


def outcome(**changes: Any) -> RunOutcome:
    fields: dict[str, Any] = {
        "identity": "0123456789abcdef", "path": Path("out/runs/0123"), "study": "A study", "runs": 200, "kept": 200,
        "failed": 0, "seed": 1, "reused": False, "seconds": 75.0, "answer": answer(),
        "files": {"html": Path("out/r.html")},
    }  # fmt: skip
    return RunOutcome(**(fields | changes))


def answers(monkeypatch: pytest.MonkeyPatch, name: str, answer: object) -> list[dict[str, Any]]:
    """Let a workflow give an answer, or raise it; keep what it was asked."""
    calls: list[dict[str, Any]] = []

    def workflow(*arguments: Any, **named: Any) -> Any:
        calls.append({"given": arguments} | named)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(workflows, name, workflow)
    return calls


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_run_begins_with_the_answer_and_ends_with_the_path_of_the_report(
    lang: str, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = answers(monkeypatch, "run_study", outcome())
    code, out, err = call(["run", "a-park", "--runs", "7", "--seed", "3", "--lang", lang, "--fresh"], capsys)
    assert (code, err) == (0, "")
    assert all(cell_len(line) <= 80 for line in out.splitlines())
    share = f"{100 * answer().share('self_standing').share:.0f}%"
    assert out.startswith({"en": "Before anything is decided", "zh": "决策之前"}[lang]), "what to do, then the number"
    assert share in " ".join(out.splitlines()[:4])
    rows = out[out.index("────") :]
    assert all(observed.quarter in rows for observed in answer().latest)
    assert text("run.section.equity", lang) in out.replace("\n", ""), "what is not shown is named"
    assert text("run.table.actors", lang) not in out
    assert out.rstrip().endswith("out/r.html")
    (words,) = calls
    assert (words["given"], words["runs"], words["seed"], words["lang"]) == (("a-park",), 7, 3, lang)
    assert (words["overwrite"], words["report"], words["out"]) == (True, True, Path("out"))
    assert words["formats"] == ["html"]


def test_a_run_as_json_is_one_record_with_its_document(capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = answers(monkeypatch, "run_study", outcome())
    code, out, _ = call(["run", "a-park", "--json"], capsys)
    assert (code, json.loads(out)["document"]["headline"]) == (0, answer().document().headline)
    assert call(["run", "a-park", "--json", "--format", "xlsx,pdf"], capsys)[0] == 0
    assert [(arguments["report"], arguments["formats"]) for arguments in calls] == [
        (False, ["html"]),
        (True, ["xlsx", "pdf"]),
    ]
    code, out, err = call(["run", "a-park", "--format", "odt"], capsys)
    assert (code, out) == (2, "")
    assert "odt" in err


def test_json_holds_no_message_that_says_nothing(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is named might have had the name of a case of the casebook."""
    (tmp_path / "my-park").mkdir()
    monkeypatch.chdir(tmp_path)
    _, out, _ = call(["check", "my-park", "--json"], capsys)
    assert all(message["text"] for message in json.loads(out)["messages"])


def test_what_a_reader_must_know_is_said(capsys: Capsys) -> None:
    screen.show_outcome(outcome(reused=True, failed=300, kept=10, files={}), "en")
    out = " ".join(capsys.readouterr().out.split())
    assert "--overwrite recomputes it" in out
    assert "300 of 200 runs did not finish" in out
    assert "full paths of the first 10" in out
    assert "Observations outside the 5th to 95th percentile of the simulations: " in out
    assert "Report:" not in out


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (CaseFaults([fault("disk_full", "out", need="3.0", free="1.0")]), 1, "needs about 3.0 GB"),
        (RunNotStored([fault("not_stored", "out", identity="ffff")]), 2, "No run with ID ffff"),
        (OSError(13, "Permission denied", "out"), 1, "out cannot be written"),
        (OSError(30, "Read-only file system", "out"), 1, "another folder with --out"),
        (OSError(28, "No space left on device", "out"), 1, "The disk is full"),
        (OSError(5, "Input/output error", "out"), 1, "The disk fails to read or write out: Input/output error"),
        (OSError(36, "File name too long", "out"), 1, "cannot use out: File name too long. Check the path"),
        (MemoryError(), 1, "Not enough memory"),
        (ValueError("odd"), 1, "ValueError: odd"),
        (KeyboardInterrupt(), 130, "The same command resumes"),
    ],
)
def test_no_error_shows_a_traceback(
    error: BaseException, code: int, words: str, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, "run_study", error)
    exit_code, out, err = call(["run", "a-park"], capsys)
    assert (exit_code, out) == (code, "")
    assert words in err
    assert "Traceback" not in err
    assert "Errno" not in err
    monkeypatch.setenv("COPARK_LANG", "zh")
    assert any(ord(letter) > 0x4E00 for letter in call(["run", "a-park"], capsys)[2])


def test_what_is_there_and_cannot_be_read_is_not_told_as_read_only(
    tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "case.yaml"
    path.touch()
    may = os.access

    def may_not_read_the_case(place: Any, how: int) -> bool:
        return (how != os.R_OK or Path(place) != path) and may(place, how)

    monkeypatch.setattr(os, "access", may_not_read_the_case)
    answers(monkeypatch, "run_study", PermissionError(13, "Permission denied", str(path)))
    assert "case.yaml cannot be read" in call(["run", "a-park"], capsys)[2]
    monkeypatch.setenv("COPARK_LANG", "zh")
    assert "无法读取" in call(["run", "a-park"], capsys)[2]


FIRST = FirstDifference("jobs", "as-it-is", 7, "2020Q1", stored=5.0, replayed=6.0)
GONE = FirstDifference("jobs")
BAND = FirstDifference("jobs", "as-it-is", -1, "2020Q1", "p50", stored=5.0, replayed=6.0)
TRUST = (("trust", "calibrated", "stale"),)
NUMPY = (("numpy", "2.3", "2.4"),)
VERDICTS = [
    (ReplayVerdict("identical", 1000, 0.0, None, NUMPY), 0, ["identical: 1,000 recomputed"]),
    (ReplayVerdict("equal", 9, 1e-15, None, NUMPY), 0, ["equal to 1e-9", "1.0e-15", "numpy: 2.3 → 2.4"]),
    (ReplayVerdict("different", 9, math.inf, GONE, NUMPY), 1, ["different: jobs is now missing", "numpy: 2.3"]),
    (ReplayVerdict("different", 9, 0.2, FIRST, ()), 1,
     ["jobs, scenario as-it-is, run 7, quarter 2020Q1", "5.0", "6.0", "report this"]),
    (ReplayVerdict("different", 9, 0.2, BAND, ()), 1, ["jobs, median, scenario as-it-is, quarter 2020Q1: stored"]),
    (ReplayVerdict("different", 9, 0.0, None, (), TRUST), 1, ["descriptions differ", "trust: calibrated → stale"]),
]  # fmt: skip


@pytest.mark.parametrize(("verdict", "code", "words"), VERDICTS)
def test_a_verdict_is_told_and_decides_the_code(
    verdict: ReplayVerdict, code: int, words: list[str], capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, "verify", verdict)
    exit_code, out, err = call(["verify", "0123"], capsys)
    assert (exit_code, err) == (code, "")
    assert not [word for word in words if word not in " ".join(out.split())]


def test_longer_work_shows_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80, legacy_windows=False)
    monkeypatch.setattr("rich.console.Console", lambda stderr: console)
    with screen.ProgressBar("en") as bar:
        bar("simulate", 500, 1000)
        bar._lose_patience()
        bar("simulate", 750, 1000)
        bar._bar.refresh()
        bar("report", 1, 17)
    for words in ("Simulating", "750/1000", "Writing the report"):
        assert words in stream.getvalue()


def test_longer_work_without_a_terminal_prints_a_line_now_and_then(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there before does not shorten the time left: 50 in ten seconds leave thirty for 150."""
    now = [100.0]
    monkeypatch.setattr(screen.time, "monotonic", lambda: now[0])
    with screen.ProgressBar("en") as bar:
        bar._lose_patience()
        bar("simulate", 0, 1000)
        for done in range(100, 1001, 100):
            now[0] += 2.0
            bar("simulate", done, 1000)
        bar("replay", 800, 1000)
        now[0] += 10.0
        bar("replay", 850, 1000)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Preparing")
    assert lines[1:4] == [
        "Simulating: 300 of 1,000, about 14 s left",
        "Simulating: 600 of 1,000, about 8 s left",
        "Simulating: 900 of 1,000, about 2 s left",
    ]
    assert lines[-1].endswith("850 of 1,000, about 30 s left")


@pytest.mark.long
def test_a_closed_screen_is_no_fault() -> None:
    """As ``>&-`` of a shell closes it."""
    command = f"{sys.executable} -m copark list >&-"
    closed = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120, check=False)
    assert (closed.returncode, closed.stderr) == (0, "")


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=HANGUP_IS_HEEDED)])
def test_who_is_asked_to_end_says_so_and_what_becomes_of_the_work(number: signal.Signals, tmp_path: Path) -> None:
    """As systemd and Slurm end a command, and a terminal that closes; what is said to be listed is listed."""
    copark = [sys.executable, "-m", "copark"]
    out = ["--out", str(tmp_path)]
    command = [*copark, "run", "great-stone", "--runs", "60000", "--threads", "1", *out]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        waited(lambda: list(tmp_path.rglob("making/0*.json")), patience=120)
        running.send_signal(number)
        words, _ = running.communicate(timeout=120)
    assert running.returncode == 128 + number
    assert "Stopped. The same command resumes" in words
    assert "Traceback" not in words
    listed = subprocess.run(
        [*copark, "runs", "--failed", *out], capture_output=True, text=True, timeout=120, check=True
    )
    assert "interrupted" in listed.stdout


@pytest.mark.long
@HANGUP_IS_HEEDED
def test_a_terminal_that_has_gone_is_no_fault_and_nohup_is_heeded(tmp_path: Path) -> None:
    """What is still to be said is not said; a command that ignores the end of its terminal goes on without it."""
    master, slave = os.openpty()
    os.set_blocking(master, False)
    command = [sys.executable, "-m", "copark", "run", "great-stone", "--runs", "60000", "--threads", "1"]
    streams = {"stdin": slave, "stdout": slave, "stderr": slave}

    def is_under_way() -> bool:
        """Read what the terminal shows, without which it fills and the command waits; say if a part is made."""
        with suppress(BlockingIOError):
            os.read(master, 1 << 16)
        return any(tmp_path.rglob("making/0*.json"))

    with subprocess.Popen([*command, "--out", str(tmp_path / "gone")], start_new_session=True, **streams) as running:
        os.close(slave)
        try:
            waited(is_under_way, patience=120)
        finally:
            os.close(master)  # on which a command that still writes ends
        running.send_signal(signal.SIGHUP)
        assert running.wait(60) == 128 + signal.SIGHUP
    log = tmp_path / "log"
    with (
        log.open("w") as stream,
        subprocess.Popen(
            ["nohup", *command, "--out", str(tmp_path / "on")], stdin=subprocess.DEVNULL, stdout=stream, stderr=stream
        ) as running,
    ):
        waited(lambda: list((tmp_path / "on").rglob("making/0*.json")), patience=120)
        running.send_signal(signal.SIGHUP)
        running.terminate()
        assert running.wait(60) == 128 + signal.SIGTERM
