"""Hostile until parsed: bombs, tags, links, giants and wrong encodings give faults, quickly, and never a traceback."""

import codecs
import os
import time
from pathlib import Path

import pytest
from tests.cases.bad_cases import CASE, EQUITY, SERIES, SOURCES

from copark.cases.load import check_case, examine, load_case

ALL_FILES = (CASE, EQUITY, "events.csv", SERIES, SOURCES, "enterprises.csv", "host_context.csv")


def codes(folder):
    return [fault.code.removeprefix("cases.") for fault in check_case(folder)]


@pytest.fixture
def quickly():
    """What is refused is refused at once, whatever its size."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < 1.0


def bomb(width=10, depth=12):
    """A billion laughs: each level names the one before it ten times."""
    levels = ["a0: &a0 [lol, lol]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, depth)]
    return "\n".join(levels)


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("name", [CASE, SOURCES])
def test_yaml_bomb(miniature, name):
    (miniature / name).write_text(bomb())
    faults = check_case(miniature)
    assert {fault.code for fault in faults if fault.file == name} == {"cases.alias"}
    assert next(fault.line for fault in faults if fault.file == name) == 1


def test_unsafe_tag(miniature, monkeypatch):
    monkeypatch.chdir(miniature.parent)
    text = (miniature / CASE).read_text(encoding="utf-8")
    for value in (
        "!!python/object/apply:os.system ['touch PWNED']", "!!python/name:os.system",
        "!!python/object/new:subprocess.Popen [[touch, PWNED]]", "!secret x", "!!binary aGVsbG8=",
        "!<tag:yaml.org,2002:python/tuple> [1, 2]", "!!timestamp 2012-08-27",
    ):  # fmt: skip
        (miniature / CASE).write_text(text.replace("name: miniature", f"name: {value}"), encoding="utf-8")
        (fault,) = check_case(miniature)
        assert (fault.code, fault.line, fault.key) == ("cases.tag", 3, "name"), value
        assert not Path("PWNED").exists()


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("text", ["[" * 400_000, "{a: " * 100_000, "- " * 300_000, "? " * 100_000, "a:\n" + " b:" * 9])
def test_deep_nesting(miniature, text):
    (miniature / CASE).write_text(text)
    assert set(codes(miniature)) & {"too_deep", "complex_key", "broken_yaml"}


@pytest.mark.usefixtures("quickly")
@pytest.mark.parametrize("name", ALL_FILES)
def test_sparse_giant(miniature, name):
    """200 MB that take no room on the disk: refused by their size, unread."""
    with (miniature / name).open("wb") as stream:
        stream.truncate(200_000_000)
    (fault,) = check_case(miniature)
    assert (fault.code, fault.file) == ("cases.too_large", name)
    assert "200.0 MB" in fault.cause("en")


def test_utf16_is_refused(miniature):
    for name in ALL_FILES:
        sound = (miniature / name).read_bytes()
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
            (miniature / name).write_bytes(sound.decode().encode(encoding))
            (fault,) = check_case(miniature)
            assert fault.file == name
            assert fault.code in ("cases.utf16", "cases.nul_byte", "cases.not_utf8")
            assert all("UTF-8" in fault.repair(lang) for lang in ("en", "zh"))
        (miniature / name).write_bytes(sound)


def test_bom_and_crlf_are_accepted(miniature):
    """What Excel and Windows write is read, and is the same case."""
    sound = load_case(miniature).hash
    for name in ALL_FILES:
        raw = (miniature / name).read_bytes()
        (miniature / name).write_bytes(codecs.BOM_UTF8 + raw.replace(b"\n", b"\r\n"))
        case, faults = examine(miniature)
        assert (faults, case and case.hash) == ([], sound), name


def test_links_are_refused(miniature, tmp_path):
    """A link may lead out of the folder; not even one that stays inside is followed."""
    for target in (miniature / "target.txt", tmp_path / "target.txt"):
        for name in ALL_FILES:
            (miniature / name).rename(target)
            (miniature / name).symlink_to(target)
            faults = check_case(miniature)
            target.replace(miniature / name)
            assert (faults[0].code, faults[0].file) == ("cases.link", name), target


@pytest.mark.usefixtures("quickly")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_in_place_of_a_file_does_not_wait(miniature):
    (miniature / SERIES).unlink()
    os.mkfifo(miniature / SERIES)
    assert codes(miniature) == ["not_a_file"]


def test_control_characters_do_not_reach_the_screen(miniature):
    text = (miniature / SERIES).read_text(encoding="utf-8")
    (miniature / SERIES).write_text(text.replace("registered,41", "\x1b[2Jreg\u202eistered,41"), encoding="utf-8")
    (fault,) = check_case(miniature)
    assert fault.sentence().isprintable()
    assert "\\x1b[2J" in fault.sentence()


def test_norway_is_a_country(miniature):
    """YAML 1.1 would read NO as false, 12:30 as 750 and 010 as 8."""
    from copark.cases.yaml_loader import read_yaml

    tree = read_yaml("a: NO\nb: 12:30\nc: 010\nd: 2012-08-27\ne: yes\nf: 1e3\ng: ~\nh: '5'\non: 1\n", "x", [])
    assert tree is not None
    assert list(tree.data.items()) == [
        ("a", "NO"), ("b", "12:30"), ("c", 10), ("d", "2012-08-27"), ("e", "yes"), ("f", 1000.0), ("g", None),
        ("h", "5"), ("on", 1),
    ]  # fmt: skip
