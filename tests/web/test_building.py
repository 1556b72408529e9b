"""Building the page: its types, when it is built anew, and what is said where it is served without being built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.asked import call

ROOT = Path(__file__).parents[2]
NODE = "#!/bin/sh\ncase $1 in --version) echo v{version};; *) exit {code};; esac\n"


def test_where_node_will_not_do_one_line_says_why_and_what_to_do(tmp_path, subtests):
    given = [
        ((), "", 0, "not installed"),
        (("node", "npm"), "18.19.0", 1, "v18.19.0"),
        (("node",), "22.12.0", 0, "npm"),
    ]
    for tools, version, code, fault in given:
        folder = tmp_path / f"{len(tools)}"
        folder.mkdir()
        for name in tools:
            (folder / name).write_text(NODE.format(version=version, code=code), encoding="utf-8")
            (folder / name).chmod(0o755)
        command = [shutil.which("sh") or "sh", str(ROOT / "frontend/check-node")]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=20, check=False, env={"PATH": str(folder)}
        )
        with subtests.test(fault=fault):
            (line,) = done.stderr.splitlines()
            assert (done.returncode, done.stdout) == (1, "")
            assert fault in line
            assert "20.19" in line


def test_the_lock_of_the_page_names_versions_and_no_address():
    words = (ROOT / "frontend/package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in words
    assert '"resolved"' not in words
    assert ".tgz" not in words


@pytest.mark.long
@pytest.mark.skipif(
    shutil.which("node") is None or not (ROOT / "frontend/node_modules/openapi-typescript").is_dir(),
    reason="Node, or what the page is built with, is not on this machine",
)
def test_the_types_of_the_page_are_those_of_the_description(client, tmp_path):
    described, made = tmp_path / "openapi.json", tmp_path / "api-types.ts"
    described.write_text(client.get("/api/v1/openapi.json").text, encoding="utf-8")
    subprocess.run(["node", "types.mjs", described, made], cwd=ROOT / "frontend", check=True, timeout=120)
    kept = (ROOT / "frontend/src/lib/api-types.ts").read_text(encoding="utf-8")
    assert made.read_text(encoding="utf-8") == kept, "run: npm run types"


def test_the_page_is_built_anew_when_a_document_it_shows_has_changed():
    shown = {
        Path(os.path.normpath(path.parent / word)).relative_to(ROOT).as_posix()
        for path in (ROOT / "frontend/src").rglob("*.svelte")
        for word in re.findall(r"import\('([^']*\.md)\?html'\)", path.read_text(encoding="utf-8"))
    }
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    sources = makefile.partition("PAGE_SOURCES :=")[2].partition("\n\n")[0].split()
    assert shown
    assert shown <= set(sources)


def test_serving_without_the_page_says_how_to_build_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("copark.web.server.is_built", lambda _: False)
    monkeypatch.setattr("copark.web.server.serve", lambda settings, lang, ready: ready("http://127.0.0.1:1/"))
    for lang, words in (("en", "The web page is not built"), ("zh", "网页尚未构建")):
        code, said, _ = call(["serve", "--data", tmp_path, "--lang", lang], capsys)
        assert code == 0
        assert words in said
        assert "make web" in said
