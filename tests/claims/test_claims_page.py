"""What a reader gets: a page in both languages, a workbook, tables, the screen; the rules stand on each."""

import csv
import json
import re

import openpyxl
import pytest

from copark.cli import claims as command  # noqa: F401 - adds its command to the application
from copark.cli import main
from copark.errors import NotFound
from copark.inference.claims import record
from copark.inference.claims.rules import VERDICTS
from copark.report.claims.exports import write_tables
from copark.report.claims.page import write_claims
from copark.report.claims.words import Speaker
from copark.report.figures import claims as figures
from copark.simulation.trust import Trust
from copark.texts import text
from copark.workflows.claims import list_claims, try_claims
from tests.claims.conftest import SEED, SMALL


@pytest.fixture(scope="module", params=["en", "zh"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def page(found, lang, tmp_path_factory):
    told = []
    path = write_claims(found, lang, tmp_path_factory.mktemp("page"), lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2)]
    return path.read_text(encoding="utf-8")


def test_the_page_says_every_verdict_and_by_which_rules(page, found, lang):
    assert found.identity in page
    assert found.file.sha256 in page
    assert "2026-11-24" in page
    for claim in found.claims:
        assert getattr(claim.claim.title, lang) in page
        for part in claim.parts:
            assert text(f"claims.verdict.{part.verdict}", lang) in page
            assert part.part.says.get(lang) in page
            assert part.part.reason.get(lang) in page
    assert f"seed {SEED}" in page or f"种子{SEED}" in page


def test_the_page_says_that_the_prior_alone_was_asked(page, lang):
    assert Trust.without("great-stone", "prior").label(lang) in page
    assert text("claims.found.prior_alone", lang) in page


def test_the_page_is_whole(page, lang):
    assert "{" not in page.split("<main>")[1].split("</main>")[0].replace("{…}", "")
    assert "http" not in page.replace("http://www.w3.org", "").replace("https://", "http").split("<main>")[0]
    assert page.count("<figure") >= 2
    assert not re.search(r"\bnan\b|>None<", page.split("<main>")[1])


def test_rules_are_said_in_words(found, lang):
    speaker = Speaker(found, lang)
    part = found.claims[0].parts[0].part
    said = speaker.condition(part.rule.supported, part.statistics)
    assert text("claims.condition.all", lang) in said
    assert "−0.05" in said
    assert "80%" in said
    additive = found.claims[0].parts[1].part
    assert "±10.0" in speaker.condition(additive.rule.supported, additive.statistics)


def test_figures_refuse_what_a_claim_has_not(found):
    pole = found.claims[1]
    for draw in (figures.curve, figures.cube):
        with pytest.raises(ValueError, match="no "):
            draw(pole, found)
    assert figures.levels(pole, found, "zh").axes
    assert figures.forest(found.claims[0], found).axes


def test_what_is_kept_of_findings_is_read_again(found, tmp_path):
    stored = record.kept(found)
    record.write(stored, tmp_path)
    again = record.read(tmp_path, found.identity)
    assert again is not None
    assert again.provenance == json.loads(json.dumps(stored.provenance))
    for one, other in zip(again.claims, found.claims, strict=True):
        assert (one.id, one.verdict) == (other.claim.id, other.verdict)
        assert [part.why for part in one.parts] == [part.why for part in other.parts]
        assert one.every == (other.claim.headline.every is not None)


def test_tables_open_in_a_spreadsheet(found, lang, tmp_path):
    *tables, book = write_tables(Speaker(found, lang), tmp_path)
    assert len(tables) == 6
    for path in tables:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with tables[0].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["claim"], row["part"]) for row in rows] == [
        ("1", "size"), ("1", "additive"), ("R-pole", "jobs"), ("R-pole", "growth"),
    ]  # fmt: skip
    assert {row["verdict"] for row in rows} <= set(VERDICTS)
    opened = openpyxl.load_workbook(book)
    assert opened.sheetnames == [text(f"claims.sheet.{name}", lang) for name in
                                 ("verdicts", "statistics", "arms", "block", "severity", "provenance")]  # fmt: skip
    assert opened.worksheets[5]["B4"].value == found.file.sha256 or found.file.sha256 in str(
        [cell.value for cell in opened.worksheets[5]["B"]]
    )


def test_claims_are_listed_without_a_run():
    title, listed = list_claims("great-stone", "zh")
    assert "中白" in title
    assert [one.id for one in listed][:3] == ["1", "2", "3"]
    assert all(part[0] and part[1] for one in listed for part in one.parts)


def test_a_claim_that_is_not_there_is_told_with_those_that_are(tmp_path):
    with pytest.raises(NotFound, match="R-pole"):
        try_claims("great-stone", only=["9"], file=SMALL, prior=True, out=tmp_path)


def call(arguments, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    told = capsys.readouterr()
    return leaving.value.code, told.out, told.err


def test_the_command_in_both_languages(capsys, tmp_path, lang, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    code, out, _ = call(
        ["claims", "great-stone", "--file", str(SMALL), "--prior", "--draws", "4", "--futures", "1", "--seed",
         str(SEED), "--threads", "1", "--claim", "r-pole", "--lang", lang, "--out", str(tmp_path)], capsys,
    )  # fmt: skip
    assert code == 0
    assert text("claims.verdict.not_identified", lang) in out
    assert text("claims.screen.table", lang) in out
    pages = list(tmp_path.rglob(f"claims-{lang}.html"))
    assert len(pages) == 1
    assert list(tmp_path.rglob("*.xlsx"))


def test_help_and_list(capsys, lang, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    code, out, _ = call(["claims", "--help", "--lang", lang], capsys)
    assert code == 0
    assert "--draws" in out
    code, out, _ = call(["claims", "great-stone", "--list", "--lang", lang], capsys)
    assert code == 0
    assert "R-decree" in out


def test_a_bad_file_is_told_without_a_traceback(capsys, tmp_path, lang, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    path = tmp_path / "bad.yaml"
    path.write_text(SMALL.read_text(encoding="utf-8").replace("arms: [no-land]", "arms: [no-lands]"), encoding="utf-8")
    code, _, err = call(["claims", "great-stone", "--file", str(path), "--lang", lang], capsys)
    assert code == 1
    assert "bad.yaml:" in err
    assert "no-land" in err
    assert "Traceback" not in err
