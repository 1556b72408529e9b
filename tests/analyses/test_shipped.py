"""Results that ship with copark answer what is asked of this model and these cases, and are never taken for others."""

import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from starlette.testclient import TestClient

from copark.analyses import REGISTRY, shipped
from copark.analyses.answer import RESULT, SHIPPED, load, save
from copark.analyses.context import Context
from copark.analyses.forecast import Params, asked_of
from copark.cases.casebook import POSTERIOR, casebook_path, list_cases, posteriors_in
from copark.cli import main
from copark.presentation.rendered_document import page_of
from copark.web.limits import ServerSettings
from copark.web.server import create_app

PARKS, IMPACT = REGISTRY["parks"], REGISTRY["link-impact"]
FILES = sorted((SHIPPED / "results").rglob("*.gz"))
HAN = re.compile(r"[\u4e00-\u9fff]")
AGAIN = "make them again: rm -r src/copark/results && copark results --make src/copark"


def test_each_question_has_its_result_and_nothing_else_ships():
    found = list(shipped.shipped())
    assert not [one.name for one in found if one.state == "none"], AGAIN
    wanted = {(one.name.split()[0], one.run_id) for one in found}
    assert {(path.parts[-3], path.parts[-2]) for path in FILES} == wanted, AGAIN
    assert sum(path.stat().st_size for path in FILES) < 3.5e6
    assert not [path for path in (SHIPPED / "results").rglob("*") if path.is_file() and path not in FILES]


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
    assert stored.result.recorded is None, "a result holds no sentences, whose words may change"
    english, chinese = (page_of(analysis.document(stored.result, lang), whole=True) for lang in ("en", "zh"))
    assert [bool(HAN.search(page.title + page.headline)) for page in (english, chinese)] == [False, True]
    assert [one.key for one in english.sections] == [one.key for one in chinese.sections]


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


def test_the_page_has_them_at_once(tmp_path):
    settings = ServerSettings(data=tmp_path, threads=1, warm=False)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765") as client:
        place = "/api/v1/analyses/link-impact"
        (one,) = client.get(f"{place}/results", params={"case": "suzhou"}).json()["results"]
        assert client.get(f"{place}/results", params={"case": "kaesong"}).json()["results"] == []
        assert client.get(f"{place}/{one['run_id']}", params={"lang": "zh"}).json()["lang"] == "zh"


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
def test_the_numbers_are_those_of_the_model(monkeypatch):
    """A question about several runs; “suzhou” is a case, too, of which more is asked elsewhere."""
    monkeypatch.setattr(shipped, "asked", lambda: (("suzhou", {}),))
    (one,) = shipped.check(threads=1)
    assert one.state == "same", one


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
