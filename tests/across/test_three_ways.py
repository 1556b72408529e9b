"""What a reader gets: the shipped verdicts, the page in both languages, the tables, the command."""

import csv
import dataclasses
import json
import re

import openpyxl
import pytest
from markupsafe import escape

from copark.cli import main
from copark.errors import NotFound
from copark.inference.across.trial import run
from copark.inference.claims import record as records
from copark.report.across.exports import write_tables
from copark.report.across.page import write_across
from copark.report.across.words import Speaker
from copark.texts import text
from copark.workflows import across as workflow
from copark.workflows.claims import stored_verdicts, try_claims
from tests.across.conftest import SEED

SETS = {
    # claim: (QCA, NCA) on the shipped scores, by the rules alone and after the sweeps; no model is run for these
    "1": ("no_word", "no_word"),
    "2": ("not_supported", "no_word"),
    "3": ("supported", "no_word"),
    "4a": ("undetermined", "not_identified"),
    "4b": ("undetermined", "supported"),
    "5": ("undetermined", "supported"),
    "6": ("not_supported", "not_supported"),
    "7": ("supported", "no_word"),
    "8": ("no_word", "no_word"),
}


@pytest.fixture(scope="module")
def small(file):
    """The rules with two of the deviant parks."""
    kept = tuple(one for one in file.rules.deviants if one.row in ("wsip", "anwara"))
    return dataclasses.replace(file, rules=file.rules.model_copy(update={"deviants": kept}))


@pytest.fixture(scope="module")
def found(small, claims, kept):
    told = []
    made = run(small, claims, kept, runs=256, seed=SEED, weighed=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    return made


@pytest.fixture(params=["en", pytest.param("zh", marks=pytest.mark.long)])
def lang(request):
    return request.param


@pytest.fixture(scope="module", params=["en", pytest.param("zh", marks=pytest.mark.long)])
def page_of(request, found, tmp_path_factory):
    """The page and its language; thirteen figures take their time."""
    told = []
    folder, lang = tmp_path_factory.mktemp("page"), request.param
    path = write_across(found, lang, folder, lambda done, total: told.append((done, total)))
    assert told[-1] == (13, 13)
    return path.read_text(encoding="utf-8"), lang


def test_verdicts_of_sets_and_degrees_on_the_shipped_scores(found):
    assert {one.claim.id: (one.qca.verdict, one.nca.verdict) for one in found.claims if one.claim.id in SETS} == SETS
    assert {
        (one.qca.verdict, one.nca.verdict) for one in found.claims if one.claim.id.startswith("R-")
    } == {("no_word", "no_word")}  # fmt: skip


def test_agreement_and_reasons_follow_from_the_verdicts(found):
    by_id = {one.claim.id: one for one in found.claims}
    assert by_id["3"].agreement == "agree"
    assert by_id["4b"].agreement == "disagree"  # this model says no, NCA yes
    assert by_id["4b"].reasons[0] == "asks_other"
    assert by_id["2"].reasons == ("prior",)
    assert by_id["8"].reasons == ("lacking",)
    assert "block" in by_id["6"].reasons
    assert "floor" in by_id["6"].reasons


def test_every_test_says_on_how_many_cases(found):
    sizes = {
        (one.claim.id, part.part.key): part.tried.cases
        for one in found.claims
        for word in (one.qca, one.nca)
        for part in word.parts
    }
    assert sizes["3", "guarantee"] == 38  # one park's outcome is not known
    assert sizes["2", "core"] == 36  # nor are the shares of two more


def test_the_page_says_everything_by_which_rules(page_of, found):
    page, lang = page_of
    speaker = Speaker(found, lang)
    assert found.file.sha256 in page
    assert found.identity in page
    for one in found.claims:
        assert escape(getattr(one.claim.title, lang)) in page
        for part in (*one.qca.parts, *one.nca.parts):
            assert escape(part.part.says.get(lang)) in page
        for key in one.reasons:
            assert escape(text(f"across.reason.{key}", lang)) in page
    for twin in found.twins:
        assert escape(speaker.park(twin.deviant.row)) in page
        assert escape(twin.deviant.mechanism.get(lang)) in page
    assert text("across.limit.coder", lang) in page
    assert found.file.rules.preface.get(lang) in page
    assert text("across.answer.explained", lang) in page


def test_the_page_is_whole(page_of):
    body = page_of[0].split("<main>")[1]
    assert "{" not in body.split("</main>")[0].replace("{…}", "")
    assert body.count("<figure") == 13
    assert not re.search(r"\bnan\b|>None<", body)


def test_tables_open_in_a_spreadsheet(found, lang, tmp_path):
    *tables, book = write_tables(Speaker(found, lang), tmp_path)
    assert len(tables) == 8
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in tables)
    content = (tmp_path / f"three-ways-verdicts-{lang}.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(content.splitlines()))
    assert [row["claim"] for row in rows] == [one.claim.id for one in found.claims]
    assert {row["agreement"] for row in rows} <= {"agree", "disagree", "one_decides", "none_decides", "not_comparable"}
    opened = openpyxl.load_workbook(book, read_only=True)
    assert text("across.sheet.verdicts", lang) in opened.sheetnames
    opened.close()


def test_rules_that_name_no_claim_are_refused(small, claims, kept):
    fewer = dataclasses.replace(kept, claims=kept.claims[:3])
    with pytest.raises(NotFound, match="4a"):
        run(small, claims, fewer, runs=64)


def test_verdicts_are_kept_and_read_by_identity(kept, tmp_path):
    records.write(kept, tmp_path)
    assert records.read(tmp_path, kept.identity) == kept
    assert records.read(tmp_path, "0" * 16) is None
    assert records.read(tmp_path / "nowhere", kept.identity) is None
    (tmp_path / records.FILE).write_text('{"format": 1, "identity": 7}', encoding="utf-8")
    assert records.read(tmp_path, kept.identity) is None


def test_how_far_the_prior_holds_a_claim(kept):
    one = kept.claims[0]
    part = dataclasses.replace(one.parts[0], held=0.2)
    both = dataclasses.replace(one, parts=(part, dataclasses.replace(part, held=0.9)), headline=(part.key,))
    assert dataclasses.replace(both, every=True).held == 0.2
    assert dataclasses.replace(both, every=False).held == 0.9


def called(arguments, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    return leaving.value.code, capsys.readouterr()


@pytest.fixture
def without_model(monkeypatch, kept, small):
    """The command with the model's verdicts given and two deviant parks."""
    monkeypatch.setattr(workflow, "stored_verdicts", lambda *_, **__: kept)
    monkeypatch.setattr("copark.inference.across.reading.load_rules", lambda _=None: small)


@pytest.mark.usefixtures("without_model")
def test_the_command_shows_three_ways(lang, found, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("copark.inference.across.trial.run", lambda *_, **__: found)
    size = ["--runs", "64", "--no-report", "--out", str(tmp_path)]
    code, shown = called(["claims", "--all-parks", *size, "--lang", lang], capsys)
    assert code == 0
    assert text("across.screen.table", lang) in shown.out
    assert text("across.verdict.no_word", lang) in shown.out
    assert not list(tmp_path.iterdir())


@pytest.mark.long
@pytest.mark.usefixtures("without_model")
def test_the_command_writes_page_tables_and_record(tmp_path, capsys):
    code, _ = called(["claims", "--all-parks", "--runs", "64", "--out", str(tmp_path)], capsys)
    assert code == 0
    (page,) = tmp_path.glob("reports/three-ways-*/three-ways-en.html")
    assert (page.parent / "three-ways.json").is_file()
    assert len(list((page.parent / "tables").iterdir())) == 9


@pytest.mark.long
def test_verdicts_of_the_model_are_stored_by_their_page_and_not_run_again(tmp_path, monkeypatch):
    size = {"draws": 2, "futures": 1, "seed": SEED, "threads": 1, "prior": True}
    assert stored_verdicts("great-stone", out=tmp_path, **size) is None
    answer = try_claims("great-stone", out=tmp_path, **size)
    stored = stored_verdicts("great-stone", out=tmp_path, **size)
    assert stored is not None
    assert stored.identity == answer.identity
    assert [one.verdict for one in stored.claims] == [one.verdict for one in answer.claims]
    assert stored_verdicts("great-stone", out=tmp_path, **{**size, "draws": 3}) is None
    monkeypatch.setattr(workflow, "try_claims", None)
    across = workflow.claims_across_parks(out=tmp_path, runs=64, report=False, **size)
    assert across.read
    assert across.intervention == answer.identity


@pytest.mark.usefixtures("without_model")
def test_the_command_gives_json(found, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("copark.inference.across.trial.run", lambda *_, **__: found)
    code, shown = called(
        ["claims", "--all-parks", "--runs", "64", "--no-report", "--json", "--out", str(tmp_path)], capsys
    )
    assert code == 0
    made = json.loads(shown.out)
    assert made["claims"][2]["verdicts"]["qca"] == "supported"
    assert made["claims"][2]["qca"]["parts"][0]["numbers"]["shown"] == 11
    assert [one["case"] for one in made["twins"]] == ["wsip", "anwara"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["claims"], "screen.one_or_all"),
        (["claims", "great-stone", "--runs", "64"], "screen.runs_alone"),
        (["claims", "great-stone", "--all-parks"], "screen.not_with_all"),
    ],
)
def test_what_does_not_go_together_is_said(arguments, word, lang, capsys):
    code, shown = called([*arguments, "--lang", lang], capsys)
    assert code == 2
    said = text(f"across.{word}", lang, **({"options": "CASE"} if word.endswith("with_all") else {}))
    squeezed = re.sub(r"[\s│]+", "", shown.err)
    assert re.sub(r"\s+", "", said) in squeezed
