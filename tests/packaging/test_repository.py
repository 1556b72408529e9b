"""What the repository says of itself: licences, metadata, workflows and container, as public checkers read them."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request

import pytest
import yaml

from copark.cli import command_line
from tests.packaging.checkers import ROOT, checker

pytestmark = pytest.mark.documents

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DECISION = ROOT / "docs" / "decisions" / "0112-a-release.md"


def test_codemeta_is_what_is_made_of_project_and_citation():
    made = runpy.run_path(str(ROOT / "docs" / "build_metadata.py"))
    assert (ROOT / "codemeta.json").read_text(encoding="utf-8") == made["written"](), "python docs/build_metadata.py"
    assert made["codemeta"]()["keywords"] == PROJECT["project"]["keywords"]


def test_workflows_call_what_is_there_and_ask_for_no_more_than_they_need():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {"contents": "read"}, path.name
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        assert all(re.fullmatch(r"[\w-]+/[\w-]+@[\w/.-]+", step["uses"]) for step in steps if "uses" in step)
        scripts = "\n".join(step.get("run", "") for step in steps)
        for name in re.findall(r"(?<!\S)(?:\.ci/run|constraints\.txt|pyproject\.toml)(?!\S)", scripts):
            assert (ROOT / name).is_file()
        targets = {word for line in re.findall(r"make ([a-z ]+)", scripts) for word in line.split()}
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    assert ".ci/run" in (ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8")
    for path in (ROOT / ".github").rglob("*.yml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_container_serves_as_a_user_who_is_not_root():
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    told = [line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#")]
    last = [place for place, (word, _) in enumerate(told) if word == "FROM"][-1]
    final = dict(told[last:])
    assert final["USER"] == "copark"
    place = [word for word, _ in told].index("USER")
    assert "useradd" in " ".join(words for word, words in told[last:place] if word == "RUN")
    command = json.loads(final["CMD"])
    assert command[:4] == ["copark", "serve", "--host", "0.0.0.0"]
    assert command[command.index("--port") + 1] == final["EXPOSE"]
    options = {name for param in command_line().commands["serve"].params for name in param.opts}
    assert {word for word in command if word.startswith("--")} <= options
    extras = re.search(r"\.whl\)\[([a-z,]+)\]", " ".join(words for _, words in told))
    assert set(extras[1].split(",")) <= PROJECT["project"]["optional-dependencies"].keys()


@pytest.mark.long
def test_every_file_has_a_holder_and_a_licence():
    if not (ROOT / ".git").exists():
        pytest.skip("files are listed by git, in a clone")
    done = subprocess.run(
        [checker("reuse"), "lint"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.long
def test_the_checks_of_scientific_python_pass_but_for_what_a_decision_declines():
    done = subprocess.run(
        [checker("sp-repo-review"), "--format", "json", "."],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    checks = json.loads(done.stdout)["checks"]
    failed = {name: check["err_msg"] for name, check in checks.items() if check["result"] is False}
    assert not failed
    declined = PROJECT["tool"]["repo-review"]["ignore"]
    assert len(checks) > 2 * len(declined)
    words = DECISION.read_text(encoding="utf-8")
    assert not [name for name in declined if name not in words], "0112 gives the reason of each"


@pytest.mark.long
def test_the_container_is_built_and_answers():
    tool = next((name for name in ("podman", "docker", "buildah") if shutil.which(name)), None)
    if tool is None or tool == "buildah":
        pytest.skip("no tool that builds and runs containers is on this machine")
    name, word = f"copark-test-{os.getpid()}", "a-long-word-for-a-test"
    built = subprocess.run(
        [tool, "build", "--file", "Containerfile", "--tag", name, "."],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=3000,
    )  # fmt: skip
    if built.returncode and "Operation not permitted" in built.stderr:
        pytest.skip(f"no container may be run on this machine: {built.stderr.strip().splitlines()[-1]}")
    if built.returncode and re.search("pull|resolve|network|dial", built.stderr):
        pytest.skip(f"the image it is built on cannot be fetched: {built.stderr.strip().splitlines()[-1]}")
    assert built.returncode == 0, built.stderr[-3000:]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begin = [tool, "run", "--detach", "--rm", "--publish", f"127.0.0.1:{port}:8765", "--env", f"COPARK_TOKEN={word}"]
    begun = subprocess.run([*begin, name], capture_output=True, text=True, check=True, timeout=120).stdout.strip()
    try:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/status")
        request.add_header("Authorization", f"Bearer {word}")
        assert answer_of(request)["version"]
        user = subprocess.run([tool, "exec", begun, "id", "-u"], capture_output=True, text=True, check=True, timeout=60)
        assert user.stdout.strip() != "0"
    finally:
        subprocess.run([tool, "stop", begun], capture_output=True, check=False, timeout=120)
        subprocess.run([tool, "rmi", name], capture_output=True, check=False, timeout=120)


def answer_of(request):
    """The answer of a server, once it is there."""
    until = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < until
            time.sleep(0.5)
