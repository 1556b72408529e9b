"""Results that ship with copark answer what is asked of this model and these cases, and are never taken for others."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from copark.analyses import REGISTRY, shipped
from copark.analyses.answer import RESULT, SHIPPED, _rounded, answer, counterpart, listed, load, place_of, save
from copark.analyses.context import Context
from copark.analyses.forecast import Params, asked_of
from copark.cases.casebook import POSTERIOR, casebook_path, list_cases, posteriors_in
from copark.cli import main
from copark.presentation.markdown import to_markdown
from copark.presentation.rendered_document import page_of
from copark.web.limits import ServerSettings
from copark.web.server import create_app

PARKS, IMPACT = REGISTRY["parks"], REGISTRY["link-impact"]
ROOT = Path(__file__).parents[2]
FILES = sorted((SHIPPED / "results").rglob("*.gz"))
HAN = re.compile(r"[\u4e00-\u9fff]")
MEGABYTE = 1e6
RELEASE_ADDS = 8 * MEGABYTE
"""The most that results and posteriors of a release may add to the history."""
ALL_THAT_SHIPS = 17 * MEGABYTE
"""The most that they may be at all: there is no earlier release to compare the first with."""
MADE_FILES = (
    "src/copark/results/**/*.gz",
    "src/copark/casebook/*/posterior/**/*",
    "src/copark/calibration/panel/*.npz",
)
"""What a release makes; each file is compressed as it is."""


@pytest.mark.documents
@pytest.mark.ships
def test_each_question_has_its_result_and_nothing_else_ships():
    wanted = {(one.name.split()[0], one.run_id) for one in shipped.shipped()}
    assert {(path.parts[-3], path.parts[-2]) for path in FILES} == wanted, "make release-results"


@pytest.mark.documents
def test_nothing_but_results_lies_among_them():
    assert not [path for path in (SHIPPED / "results").rglob("*") if path.is_file() and path not in FILES]


@pytest.mark.documents
def test_a_release_adds_little_to_the_history():
    """Sizes are those of files as they lie there, which git cannot compress much further."""
    made = [path for pattern in MADE_FILES for path in ROOT.glob(pattern) if path.is_file()]
    assert len(made) > len(FILES) > 80
    assert sum(path.stat().st_size for path in made) < ALL_THAT_SHIPS
    tag = _git("describe", "--tags", "--abbrev=0", "--match", "v*")
    if tag:
        changed = _git("diff", "--name-only", "-z", "--diff-filter=d", tag, "--").split("\0")
        added = sum(path.stat().st_size for path in made if str(path.relative_to(ROOT)) in changed)
        assert added < RELEASE_ADDS, f"since {tag}"


def _git(*words):
    """What git says of this tree; nothing where there is none, or no git."""
    git = shutil.which("git")
    if git is None:
        return ""
    return subprocess.run([git, "-C", ROOT, *words], capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture
def older(monkeypatch):
    """What ships is of an older version of the model."""
    monkeypatch.setattr("copark.analyses.answer.MODEL_VERSION", 99)


@pytest.mark.parametrize(("lang", "words"), [("en", "is of an earlier model"), ("zh", "基于较早的模型")])
def test_that_it_is_outdated_is_told_before_it_is_computed(lang, words, tmp_path, older):
    told = []
    context = Context(tmp_path, lang=lang, on_note=told.append)
    first = answer(PARKS, PARKS.params(), context)
    assert not first.reused
    (note,) = told
    assert words in note
    assert "copark parks" in note
    again = answer(PARKS, PARKS.params(), Context(tmp_path, on_note=told.append))
    assert (again.reused, len(told)) == (True, 1), "one's own answer is current"


@pytest.mark.ships("parks")
def test_nothing_is_told_where_it_is_current_or_never_shipped(tmp_path):
    silent = Context(tmp_path)
    for asked in (PARKS.params(country="LAO"), PARKS.params()):
        answer(PARKS, asked, silent)
    assert silent.notes == []


def test_outdated_ones_are_listed_and_fail_the_check_without_being_made(older, capsys):
    for command, code in ((["results", "parks"], 0), (["results", "parks", "--check"], 1)):
        with pytest.raises(SystemExit) as leaving:
            main(command)
        assert leaving.value.code == code
        assert "out of date" in capsys.readouterr().out


def test_an_old_address_of_an_outdated_one_says_so(tmp_path, older):
    run_id, _ = counterpart(SHIPPED, PARKS, PARKS.params())
    settings = ServerSettings(data=tmp_path, threads=1, warm=False)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765") as client:
        for lang, words in (("en", "Out of date"), ("zh", "已过时")):
            page = client.get(f"/api/v1/analyses/parks/{run_id}", params={"lang": lang}).json()
            assert words in page["trust"]
        assert client.get("/api/v1/analyses/parks/results").json()["results"] == []


def test_making_goes_on_where_it_was_and_removes_what_nobody_asks(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "SHIPPED", tmp_path)
    monkeypatch.setattr(shipped, "asked", lambda: (("parks", {}),))
    old = tmp_path / "results" / "parks" / (16 * "0")
    old.mkdir(parents=True)
    (folder,) = shipped.make(tmp_path)
    assert (folder.is_dir(), old.exists()) == (True, False)
    assert list(shipped.make(tmp_path)) == []


ROUNDED = {"brief": "thilawa", "levers": "thilawa", "link-impact": "thilawa", "sensitivity": "thilawa",
           "validate": "great-stone", "standing": None}  # fmt: skip


@pytest.mark.parametrize("name", ROUNDED)
def test_no_shown_digit_feels_that_numbers_are_stored_rounded(name, tmp_path):
    analysis = REGISTRY[name]
    run_id, header = next(
        (run_id, header) for run_id, header in listed(SHIPPED, analysis)
        if header["params"].get("case") == ROUNDED[name]
    )  # fmt: skip
    whole = load(place_of(SHIPPED, analysis, run_id), analysis)
    digits = shipped.digits_enough(analysis, whole.result)
    folder = place_of(tmp_path, analysis, run_id)
    save(folder, analysis, analysis.params.model_validate(header["params"]), whole.result, digits=digits)
    rounded = load(folder, analysis).result
    assert rounded.provenance["digits"] == digits < 12
    assert rounded != whole.result
    for lang in ("en", "zh"):
        shown = to_markdown(analysis.document(rounded, lang)).splitlines()
        before = to_markdown(analysis.document(whole.result, lang)).splitlines()
        (said,) = set(shown) - set(before)
        assert str(digits) in said, "the one line that differs says how many digits are stored"
    made = shipped.compared(
        shipped.Remade(name, run_id, 0.0), shipped.leaves(rounded), shipped.leaves(whole.result), 10.0 ** (1 - digits)
    )
    assert made.state == "same"


def test_a_number_beside_a_limit_keeps_its_digits():
    assert _rounded([0.123456789, 0.9999999999, -34.949999999, 7, "1.23456789"], 7) == [
        0.1234568, 0.9999999999, -34.949999999, 7, "1.23456789",
    ]  # fmt: skip


def test_every_calibrated_park_is_asked_what_its_page_begins_with():
    every = list(shipped.asked())
    parks = [given["case"] for name, given in every if name == "levers"]
    assert parks == [one for one in list_cases() if posteriors_in(casebook_path() / one / POSTERIOR)]
    assert [given["case"] for name, given in every if name == "brief" and "cut" not in given] == parks
    assert {words.split()[0] for words, *_ in shipped.questions(["cmqip"])} == {"link-impact", "levers", "brief"}


def test_five_parks_are_asked_of_structures_and_fixed_values_after_their_levers():
    """A grid asks the levers first: made in this order they are read, not made twice."""
    names = [words.split()[0] for words, *_ in shipped.questions(["thilawa"])]
    assert names == ["link-impact", "levers", "brief", "structures", "sensitivity"]


@pytest.mark.documents
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])
def test_a_result_is_shown_in_both_languages(path):
    analysis = REGISTRY[path.parts[-3]]
    stored = load(path.parent, analysis)
    if stored is None:  # of a schema that there is no more
        pytest.skip(f"{path.parent.name} of {analysis.name} is outdated until the release")
    assert stored.result.recorded is None, "a result holds no sentences, whose words may change"
    english, chinese = (page_of(analysis.document(stored.result, lang), whole=True) for lang in ("en", "zh"))
    assert [bool(HAN.search(page.title + page.headline)) for page in (english, chinese)] == [False, True]
    assert [one.key for one in english.sections] == [one.key for one in chinese.sections]


@pytest.mark.ships("link-impact")
def test_it_is_not_offered_for_another_case_or_model(tmp_path, monkeypatch):
    context = Context(tmp_path)
    offered = {header["params"]["case"] for _run_id, header in shipped.usable(IMPACT, context)}
    assert offered == {given["case"] for name, given in shipped.asked() if name == "link-impact"}
    folder = tmp_path / "great-stone"
    shutil.copytree(casebook_path() / "great-stone", folder)
    copied = list(shipped.usable(IMPACT, Context(tmp_path, case_folders={"great-stone": folder}), "great-stone"))
    assert len(copied) == 2, "from now on, and from the founding on"
    case = folder / "case.yaml"
    case.write_text(case.read_text(encoding="utf-8").replace("quarters: 80", "quarters: 79"), encoding="utf-8")
    other = Context(tmp_path, case_folders={"great-stone": folder})
    assert other.case("great-stone").hash != context.case("great-stone").hash
    assert not list(shipped.usable(IMPACT, other, "great-stone"))
    monkeypatch.setattr("copark.analyses.answer.MODEL_VERSION", 99)
    assert not list(shipped.usable(IMPACT, context))


@pytest.mark.ships("link-impact")
def test_the_page_has_them_at_once(tmp_path):
    settings = ServerSettings(data=tmp_path, threads=1, warm=False)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765") as client:
        place = "/api/v1/analyses/link-impact"
        (one,) = client.get(f"{place}/results", params={"case": "suzhou"}).json()["results"]
        assert client.get(f"{place}/results", params={"case": "kaesong"}).json()["results"] == []
        assert client.get(f"{place}/{one['run_id']}", params={"lang": "zh"}).json()["lang"] == "zh"


@pytest.mark.ships("parks")
def test_made_again_it_is_compared_number_by_number(tmp_path, monkeypatch):
    (folder,) = shipped.make(tmp_path, ["parks"])
    assert (folder / RESULT).is_file()
    (same,) = shipped.check(["parks"])
    assert (same.state, same.largest, same.run_id) == ("same", 0.0, folder.name)
    assert min(same.numbers, same.words) > 500
    stored = load(folder, PARKS)
    monkeypatch.setattr(shipped, "SHIPPED", tmp_path)
    for place, changed in ((".total", {"total": stored.result.total + 1}), (".sort", {"sort": "jobs"})):
        save(folder, PARKS, PARKS.params(), replace(stored.result, **changed))
        (other,) = shipped.check(["parks"])
        assert (other.state, other.unlike) == ("unlike", place)
        assert np.isclose(other.largest, 1 / (stored.result.total + 1) if place == ".total" else 0.0)
    (folder / RESULT).unlink()
    assert [one.state for one in shipped.check(["parks"])] == ["none"]


def test_what_was_compared_is_counted_and_how_far_numbers_may_differ_is_told():
    about = shipped.Remade("voi", "0" * 16, 0.0)
    stored = {".share": 0.25, ".runs": 1000, ".word": "nothing", ".known": None}

    def state(tolerance=shipped.RUNS, **changed):
        made = stored | {f".{key}": value for key, value in changed.items()}
        return shipped.compared(about, stored, made, tolerance)

    same = state(share=0.25 + 1e-12)
    assert (same.state, same.numbers, same.words, same.tolerance) == ("same", 2, 2, 1e-9)
    assert (state(share=0.251).state, state(share=0.251).unlike) == ("unlike", ".share")
    assert state(share=0.25 + 1e-8).state == "unlike"
    assert state(shipped.FITS, share=0.25 + 1e-8).state == "same"
    assert (state(word="unclear").unlike, state(known=0.5).unlike) == (".word", ".known")
    assert state(runs=1001).unlike == ".runs"
    words = shipped.compared(about, {".event": "visit/2015-05-10"}, {".event": "visit/2015-05-10"})
    assert (words.state, words.numbers, words.words) == ("same", 0, 1)


@pytest.mark.long
@pytest.mark.ships("suzhou")
def test_the_numbers_are_those_of_the_model(monkeypatch):
    """A question about several runs; “suzhou” is a case, too, of which more is asked elsewhere."""
    monkeypatch.setattr(shipped, "asked", lambda: (("suzhou", {}),))
    (one,) = shipped.check(threads=1)
    assert one.state == "same", one


@pytest.mark.ships("parks")
def test_the_command_lists_and_checks_them(capsys):
    for asked, code, told in (
        (["great-stone"], 0, "levers case=great-stone"), (["parks", "--check"], 0, "largest difference 0"),
        (["nothing"], 2, "typology"),
    ):  # fmt: skip
        with pytest.raises(SystemExit) as leaving:
            main(["results", *asked])
        shown = capsys.readouterr()
        assert leaving.value.code == code
        assert told in shown.out + shown.err


def test_a_forecast_to_a_shipped_cut_is_made_on_the_shipped_posterior(tmp_path):
    context = Context(tmp_path)
    made = {
        (cut, runs): asked_of(Params(case="great-stone", cut=cut, runs=runs), context).own
        for cut, runs in ((None, None), ("2020Q4", None), ("2020Q4", "2^12"), ("2021Q4", None))
    }
    for asked, known in ((None, "2024Q4"), ("2020Q4", "2020Q4")):
        own = made.pop((asked, None))
        assert (own.trust.kind, str(own.cut)) == ("shipped", known)
    assert set(made.values()) == {None}, "another cut, and other settings, are another calibration"
