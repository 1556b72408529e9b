"""A decision from end to end with few worlds: answer and document in both languages, costs, doubts, refusals."""

import json

import pytest

import copark
from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.contract import Texts
from copark.errors import CoparkError
from copark.texts import LANGUAGES
from tests.asked import call

EVSI = REGISTRY["evsi"]
NOW = "2026Q4"
SMALL = {
    "case": "lekki", "options": ("home-50-now", "five-now", "demand-led-now"), "stake": ("public_income=1",),
    "draws": 200, "replicates": 4, "now": NOW,
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("evsi")


@pytest.fixture(scope="module")
def ask(place):
    def asked_of(**changes):
        return answer(EVSI, EVSI.params(**SMALL | changes), Context(place, threads=1)).result

    return asked_of


@pytest.fixture(scope="module")
def found(ask):
    return ask()


def test_parts_of_the_answer_agree(found):
    assert [one.key for one in found.alternatives] == ["as-it-is", "home-50-now", "five-now", "demand-led-now"]
    assert found.alternatives[found.best].net == max(one.net for one in found.alternatives)
    for source in found.sources:
        assert sum(source.gain.chosen) == pytest.approx(1.0)
        assert sum(source.gain.gained) == pytest.approx(source.gain.gain)
        assert max(source.observation.dates, default="") < NOW
        assert source.gain.gain <= found.perfect_most + 3.0 * (found.perfect_error + source.gain.error)
    assert found.perfect.gain <= found.perfect_most + 3.0 * found.perfect_error


def test_an_option_that_changes_nothing_gains_nothing(found):
    (idle,) = (one for one in found.alternatives if one.key == "demand-led-now")
    assert idle.unchanged
    assert (idle.net, idle.error, idle.knowing.gain, idle.knowing_most) == (0.0, 0.0, 0.0, 0.0)


def test_effort_of_the_home_side_is_what_equity_hangs_on(found):
    """Half the equity helps where the home side's effort counts little: an estimate of its weight is worth asking."""
    best = found.ranked[0]
    assert (best.observation.family, best.observation.parameter) == ("literature", "home_contribution")
    assert found.is_worth_asking(best)


@pytest.mark.long
def test_the_unit_of_money_does_not_matter(found, ask):
    other = ask(stake=("public_income=1000",))
    assert other.perfect.gain == pytest.approx(1000.0 * found.perfect.gain)
    for one, first in zip(other.sources, found.sources, strict=True):
        assert one.gain.gain == pytest.approx(1000.0 * first.gain.gain)
        assert other.is_worth_asking(one) == found.is_worth_asking(first)


@pytest.mark.long
def test_a_cost_of_an_option_is_taken_off(found, ask):
    dear = ask(option_cost=("home-50-now=500",))
    first, second = (one.alternatives[1] for one in (found, dear))
    assert second.net == pytest.approx(first.net - 500.0)
    assert second.cost == 500.0
    assert not dear.changes_choice, "an option as dear as that is chosen after no report"
    assert "changes nothing" in EVSI.document(dear).headline


def test_a_source_that_costs_more_than_it_tells_is_not_worth_asking(found, ask, monkeypatch):
    monkeypatch.setattr("copark.analyses.evsi.worlds.simulate", lambda *_: pytest.fail("the answer is there"))
    dear = ask(cost=("literature=1000",))
    assert dear.sources == found.sources
    cheap = ask(cost=("literature=0.01",))
    chosen = next(one for one in dear.sources if one.observation.parameter == "home_contribution")
    assert not dear.is_worth_asking(chosen)
    assert cheap.is_worth_asking(chosen)
    assert "after its cost" in EVSI.document(cheap).headline


def test_the_document_speaks_both_languages(found, subtests):
    documents = {lang: EVSI.document(found, lang) for lang in LANGUAGES}
    tables = {lang: [(table.key, len(table.rows)) for table in one.tables()] for lang, one in documents.items()}
    assert tables["en"] == tables["zh"]
    headline = documents["en"].headline
    assert headline.startswith("For what you state to be at stake")
    assert "Asking “Estimate from elsewhere: Weight of the home side's effort in service” first is worth" in headline
    assert "先查明" in documents["zh"].headline
    for lang, document in documents.items():
        with subtests.test(lang):
            assert not [table.key for table in document.tables() if not table.rows]


@pytest.mark.long
def test_where_the_model_gives_no_ground_nothing_is_worth_asking(ask):
    lent = ask(parameters="borrowed", draws=100)
    assert lent.no_ground_because == "uncalibrated"
    for lang, words in (("en", "gives no ground for a choice"), ("zh", "不足以作为选择的依据")):
        document = EVSI.document(lent, lang)
        assert words in document.headline
        assert Texts("evsi", lang)("headline.in_model").strip() in document.headline
        (table,) = (one for one in document.tables() if one.key == "sources")
        place = [column.key for column in table.columns].index("worth")
        assert {row[place] for row in table.rows} == {None}


def test_what_happened_may_contradict_the_model(ask):
    told = ask(case="jinfei", options=("five-now",), draws=100)
    assert told.no_ground_because == "contradicted"
    headline = EVSI.document(told).headline
    assert (
        headline.index("contradicts") < headline.index("no ground for a choice") < headline.index("In the model alone")
    )


def test_what_cannot_be_asked_is_refused_with_a_repair(ask, subtests, capsys):
    wrong = {
        "no stake": {"stake": ()}, "no such output": {"stake": ("job=1",)}, "no price": {"stake": ("jobs",)},
        "closed": {"case": "kaesong", "options": ()}, "not of the decision": {"option_cost": ("tax-free-now=1",)},
        "no source": {"cost": ("nobody=1",)},
    }  # fmt: skip
    for name, changes in wrong.items():
        with subtests.test(name), pytest.raises(CoparkError):
            ask(**changes)
    code, out, err = call(["evsi", "lekki", "--options", "five-nou", "--stake", "jobs=1"], capsys)
    assert (code, out) == (2, "")
    assert "five-now" in err
    code, out, err = call(["evsi", "lekki", "--lang", "zh"], capsys)
    assert (code != 0, out) == (True, "")
    assert "--stake self_standing=100" in err


def test_command_and_function_answer_alike(found, place, capsys):
    asked = ["evsi", "lekki", "--options", ",".join(SMALL["options"]), "--stake", "public_income=1", "--draws", "200"]
    asked += ["--replicates", "4", "--now", NOW, "--out", str(place), "--threads", "1", "--json"]
    code, out, err = call(asked, capsys)
    assert code == 0, err
    assert json.loads(out)["document"]["headline"] == EVSI.document(found).headline

    again = copark.evsi(**SMALL, out=place, threads=1)
    assert again.run_id == found.run_id
    frame = again.to_frame()
    assert len(frame) == len(found.sources)
    assert {"gain", "error", "cost", "net", "worth_asking", "chosen_five-now"} <= set(frame.columns)
