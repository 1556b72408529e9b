"""How sure a chance is: what happened, other structures, what is assumed; simulation error is not all of it."""

import re
from dataclasses import replace
from math import nan
from types import SimpleNamespace

import pytest

from copark.analyses.accounts_on_record import ACCOUNTS, account_values, accounts_on_record, case_of
from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.assumed_facts import ACCOUNTS as PAPER
from copark.analyses.assumed_facts import assumed_facts, untold_of_own
from copark.analyses.context import Context
from copark.analyses.how_sure import (
    NO_DOUBTS,
    Doubts,
    accounts_words,
    corrected,
    doubts_of,
    ends_in_words,
    how_sure,
    structure_range,
    structures_note,
)
from copark.analyses.own_sheets import sheets_of_own, sheets_words
from copark.analyses.papers import of_facts, papers_words, to_obtain
from copark.analyses.registry import REGISTRY
from copark.cases import list_cases, load_case, own_words
from copark.cases.dates import Date
from copark.decisions.effects import StructureBaseline
from copark.simulation.trust import Trust
from copark.stats.shares import shares_of
from copark.texts import LANGUAGES, text
from copark.texts.localized import LocalizedText
from tests.asked import table

OUTCOMES = ("failed", "fragile", "dependent", "self_standing")


def shares(self_standing=0, failed=0):
    """Shares of a hundred runs; those of neither kind are fragile."""
    return shares_of([failed, 100 - self_standing - failed, 0, self_standing], OUTCOMES)


def shipped(name, **asked):
    """Read the shipped answer to a question."""
    analysis = REGISTRY[name]
    run_id = next(run_id for run_id, head in listed(SHIPPED, analysis) if asked.items() <= head["params"].items())
    return load(place_of(SHIPPED, analysis, run_id), analysis).result


def readings(*standing):
    return [StructureBaseline(f"structure-{at}", value, 0.0, 100) for at, value in enumerate(standing)]


@pytest.mark.parametrize(
    ("case", "counts", "contradicts"),
    [
        ("imip", {"self_standing": 2}, False),
        ("imip", {"failed": 60}, True),
        ("mckip", {"self_standing": 97}, False),
        ("eiz-ethiopia", {"failed": 60}, True),
        ("jinfei", {"failed": 0}, True),
        ("jinfei", {"failed": 80}, False),
        ("lekki", {"self_standing": 86}, False),
        ("lekki", {"failed": 60}, True),
    ],
)
def test_a_recorded_outcome_that_most_runs_deny_is_said_first(case, counts, contradicts):
    doubts = doubts_of(load_case(case), shares(**counts), shows_outcomes=True)
    assert (doubts.contradiction is not None) is contradicts
    if contradicts:
        for lang in ("en", "zh"):
            first = how_sure("great-stone", None, shares(**counts), readings(0.5, 0.4, 0.9), doubts, lang)[0]
            assert first == getattr(doubts.contradiction, lang)


@pytest.mark.parametrize(
    ("case", "counts", "agrees_in_part"),
    [
        ("suzhou", {"self_standing": 58}, True),
        ("suzhou", {"self_standing": 50}, True),
        ("suzhou", {"self_standing": 66}, True),
        ("suzhou", {"self_standing": 67}, False),
        ("suzhou", {"self_standing": 2}, True),
        ("suzhou", {"failed": 60}, False),
        ("jinfei", {"failed": 60}, True),
        ("jinfei", {"failed": 80}, False),
        ("lekki", {"failed": 40}, True),
        ("lekki", {"failed": 30}, False),
    ],
)
def test_what_the_model_would_not_call_likely_beside_the_record_is_said_first(case, counts, agrees_in_part):
    """Between a half, below which the record contradicts the model, and two thirds; fragile parks may thrive."""
    doubts = doubts_of(load_case(case), shares(**counts), shows_outcomes=True)
    assert (doubts.partial_agreement is not None) is agrees_in_part
    if agrees_in_part:
        assert doubts.contradiction is None
        (share,) = counts.values()
        for lang in ("en", "zh"):
            first = how_sure("great-stone", None, shares(**counts), readings(0.5, 0.4, 0.9), doubts, lang)[0]
            assert first == getattr(doubts.partial_agreement, lang)
            assert f"{share}%" in first


@pytest.mark.parametrize(
    ("case", "counts", "outcome"),
    [
        ("suzhou", {"dependent": 51, "fragile": 17, "self_standing": 32}, ("dependent on bail-outs", "依赖救助")),
        ("jinfei", {"dependent": 82, "fragile": 12, "failed": 6}, ("dependent on bail-outs", "依赖救助")),
        ("itpl-bangalore", {"fragile": 54, "self_standing": 46}, ("fragile", "脆弱")),
    ],
)
def test_beside_the_record_stands_what_the_model_says_most_often(case, counts, outcome):
    """A third that stand alone does not tell that half live on help."""
    found = shares_of([counts.get(name, 0) for name in OUTCOMES], OUTCOMES)
    doubts = doubts_of(load_case(case), found, shows_outcomes=True)
    english, chinese = outcome
    assert f"most often ({max(counts.values())}%), {english}" in doubts.record_words("en")[0]
    assert f"最常见的是{chinese}" in doubts.record_words("zh")[0]


def test_what_the_model_says_most_often_is_not_said_twice():
    (sentence,) = doubts_of(load_case("suzhou"), shares(self_standing=58), shows_outcomes=True).record_words("en")
    assert "most often" not in sentence


def test_nothing_is_contradicted_where_no_chance_is_told():
    assert doubts_of(load_case("imip"), shares(self_standing=2), shows_outcomes=False).record_words("en") == []
    assert doubts_of(load_case("suzhou"), shares(self_standing=58), shows_outcomes=False).record_words("en") == []


def test_assumed_shares_and_taxes_and_imposed_closures_are_said():
    assert set(doubts_of(load_case("sihanoukville"), shares(), shows_outcomes=True).assumed) == {
        "equity", "quota", "threshold", "tax", "land",
    }  # fmt: skip
    assert doubts_of(load_case("great-stone"), shares(), shows_outcomes=True).assumed == ()
    kaesong = doubts_of(load_case("kaesong"), shares(), shows_outcomes=False)
    assert "2016" in kaesong.imposed
    assert any("2016" in sentence for sentence in kaesong.sentences("en"))


def test_a_company_that_cannot_fail_by_assumption_is_said_to():
    thilawa = doubts_of(load_case("thilawa"), shares(), shows_outcomes=True)
    assert "capital" in thilawa.assumed
    assert "this is assumed, not found" in thilawa.sentences("en")[-1]
    assert "capital" not in doubts_of(load_case("sihanoukville"), shares(), shows_outcomes=True).assumed
    assert "capital" not in doubts_of(load_case("kaesong"), shares(failed=100), shows_outcomes=True).assumed


def test_the_range_is_that_of_all_structures_and_holds_the_chance():
    assert structure_range(readings(0.94), 0.94) is None
    assert structure_range(readings(0.94, 0.4, 1.0), 0.94) == (0.4, 1.0, 3)
    assert structure_range(readings(0.14, 0.15, 0.77), 0.14) == (0.14, 0.77, 3)
    assert structure_range(readings(nan, 0.15, 0.77), nan) == (0.15, 0.77, 2), "no run of the model as it is counts"
    said = how_sure("great-stone", None, shares(94), readings(0.94, 0.4, 1.0), NO_DOUBTS, "en")
    assert any("40% and 100%" in sentence for sentence in said)
    assert Doubts().sentences("zh") == []


def test_what_the_tests_of_accounts_rest_on_is_said_wherever_a_chance_is():
    """Not of a park that is closed in every run: its accounts decide nothing."""
    for lang in LANGUAGES:
        words = accounts_on_record("great-stone", lang)
        assert words in how_sure("great-stone", None, shares(94), (), NO_DOUBTS, lang)
        closed = shares(self_standing=0, failed=100)
        assert words not in how_sure("great-stone", None, closed, (), NO_DOUBTS, lang)


BOOKS = ("profit", "loss", "equity", "debt", "cash", "dividends", "shareholder", "partner", "developer")
"""In names of variables of a company's books."""
NOT_OF_THE_COMPANY = {"profit", "net_profit", "pre_tax_profit", "net_profit_growth", "loss_making"}
"""Of the enterprises in the park."""


def test_what_is_said_of_a_parks_accounts_is_what_its_case_holds(subtests):
    """Nowhere none where the casebook has some; with years, counts and sources of all, and what is fitted."""
    for name in list_cases():
        case = load_case(name)
        rows = account_values(case)
        other = {row.variable for row in case.observations if any(word in row.variable for word in BOOKS)}
        with subtests.test(name=name):
            left = other - set(ACCOUNTS) - NOT_OF_THE_COMPANY
            assert all("plan" in one or "total" in one for one in left), left
            for lang, none, fit in (
                ("en", "holds no accounts", "enters the fit"), ("zh", "没有开发公司的账目", "未参与拟合"),
            ):  # fmt: skip
                words = accounts_on_record(name, lang)
                assert "publishes its accounts" not in words
                assert (none in words) == (not rows and not case.accounts)
                counted = re.search("([0-9]+|one)(?= published| ?个数值|个已公布)", words)
                assert (counted is not None) == bool(case.accounts)
                if counted and len(case.accounts) > 1:
                    assert int(counted[0]) == len(case.accounts)
                    assert str(max(row.until.last_day.year for row in case.accounts)) in words
                assert (fit in words) == (bool(rows) and all(row.role != "fit" for row in rows))
                for row in rows:
                    same = [one.date.year for one in rows if one.variable == row.variable]
                    assert {str(min(same)), str(max(same))} <= set(re.findall("[0-9]{4}", words))
                    assert f"{len(same)} value" in words or f"{len(same)}个值" in words
                    assert all(own_words(case.sources[key].outlet, lang) in words for key in row.source)


def test_nothing_is_claimed_of_the_accounts_of_a_case_that_is_not_at_hand():
    """A folder of one's own may have the name of a case of the casebook, of which alone an answer keeps the hash."""
    assert "Unless the case holds accounts" in accounts_on_record("a-park-of-mine", "en")
    case = load_case("great-stone")
    for case_hash, of in ((case.hash, case), ("another", ""), (None, "")):
        assert case_of(SimpleNamespace(case="great-stone", provenance={"case_hash": case_hash})) == of
    assert "Unless the case holds accounts" in accounts_on_record("", "en")


def test_structures_that_agree_are_told_by_one_number():
    """On the brief's card and on Decide's, also where they only round alike."""
    assert structures_note(readings(1.0, 1.0, 1.0), 1.0, "zh").endswith("均为100%")
    assert structures_note(readings(1.0, 0.998, 1.0), 1.0, "en").startswith(">99% under each of all 3")
    assert structures_note(readings(0.0, 0.0, 0.002), 0.0, "en").startswith("<1% under each of all 3")
    assert "40%至100%" in structures_note(readings(0.94, 0.4, 1.0), 0.94, "zh")
    assert structures_note(readings(0.94), 0.94, "en") == ""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_stacked_forecast_tells_the_model_beside_it_in_the_same_sentence(lang):
    """Simulate and the brief tell the model alone: who reads both pages must see why they differ."""
    from copark.presentation.numbers import number

    found = shipped("forecast", case="great-stone", cut=None)
    headline = found.document(lang).headline
    low, high, middle = found.as_elsewhere["operating"]
    stacked = found.bands["operating"][:, -1]
    for value in (low, middle, high, *stacked[[0, -1]]):
        assert number(float(value), 0) in headline


def test_a_forecasts_table_ends_with_what_its_sentence_says_of_the_model_alone():
    """Two ensembles of one model, in one document, would be two numbers of the same thing."""
    found = shipped("forecast", case="great-stone", cut=None)
    ends = next(table for table in found.document("en").tables() if table.key == "ends")
    place = [column.key for column in ends.columns].index("model")
    last = [row[place] for row in ends.rows if row[0] == found.until]
    for variable, cell in zip(found.bands, last, strict=True):
        if variable in found.weights and variable in found.as_elsewhere:
            assert (cell.low, cell.high, cell.value) == found.as_elsewhere[variable], variable


@pytest.mark.parametrize("said", ["contradiction", "partial_agreement"])
def test_the_record_stands_behind_what_to_do_first(said):
    from copark.web.content.lever_options import decision_of

    words = LocalizedText(en="The record says otherwise.", zh="实际记录并非如此。")
    doubts = Doubts(**{said: words})
    brief, levers = (replace(shipped(name, case="great-stone"), doubts=doubts) for name in ("brief", "levers"))
    forecast = replace(shipped("forecast", case="great-stone", cut=None), **{said: words})
    decide = decision_of(levers)
    for lang in ("en", "zh"):
        told = forecast.document(lang).headline
        assert told.startswith({"en": "Plan for the whole 90% range", "zh": "请按整个90%区间"}[lang])
        assert 0 < told.index(getattr(words, lang)) < told.index("2036")
        begins = {"en": "Before anything is ", "zh": ("决策之前", "作出改变之前")}[lang]
        for found in (brief, levers):
            headline = found.document(lang).headline
            assert headline.startswith(begins)
            assert getattr(words, lang) in headline
        assert getattr(decide.sentences[0], lang).startswith(begins)
        assert getattr(decide.sentences[1], lang) == getattr(words, lang)
        assert getattr(words, lang) not in [getattr(sentence, lang) for sentence in decide.sure], "it is said once"


ADVISING = {"en": ("avoid", "helps"), "zh": ("应避免", "有助益")}
"""Words of advice for an option and against it."""


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("in_doubt", [False, True])
def test_no_option_is_advised_where_the_model_gives_no_ground_for_a_choice(lang, in_doubt):
    """The headline says so; the rows of levers, brief and Decide say no other: their numbers stand as they are."""
    from copark.web.content.lever_options import decision_of

    doubts = Doubts(contradiction=LocalizedText(en="No.", zh="否。")) if in_doubt else NO_DOUBTS
    levers = replace(shipped("levers", case="great-stone"), doubts=doubts)
    brief = replace(shipped("brief", case="great-stone"), levers=levers, doubts=doubts)
    decide = decision_of(levers)
    advice = [
        *(row[1] for row in table(levers.document(lang), "answer").rows),
        *(row[2] for row in table(brief.document(lang), "options").rows),
        *(getattr(option.advice_reason, lang) for option in decide.options),
    ]
    advises = [words for words in advice if words.startswith(ADVISING[lang])]
    assert bool(advises) is not in_doubt
    assert ("avoid" in {option.advice for option in decide.options}) is not in_doubt
    harmful = len(levers.recommendation.harmful)
    assert harmful > 0, "what the model says of them is not lost"


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((0.995, 1.0), ("more than 99%", "more than 99%")),
        ((0.0, 0.001), ("less than 1%", "less than 1%")),
        ((0.98, 1.0), ("98%", "100%")),
        ((0.0, 1.0), ("0%", "100%")),
    ],
)
def test_ends_that_round_alike_are_no_range(ends, words):
    assert ends_in_words(*ends, "en") == words


def test_a_park_of_ones_own_is_not_asked_for_what_it_tells(tmp_path):
    """What its decisions and books tell is stored with its answers, which have no case when they are shown."""
    case = load_case("lekki")
    assert untold_of_own(case) == (), "the casebook's is worked out when an answer is shown"
    own = case.model_copy(update={"folder": tmp_path / "lekki"})
    untold = untold_of_own(own)
    assert ("tax", "nothing") in untold
    doubts = Doubts(assumed_facts(own), untold=untold)
    assert "tax" not in of_facts(doubts)
    assert "tax" in of_facts(Doubts(assumed_facts(own)))
    assert to_obtain(doubts, (), None)[0] == PAPER
    assert PAPER not in to_obtain(Doubts(("tax",), untold=((PAPER, "nothing"),)), (), None)
    assert to_obtain(Doubts(untold=((PAPER, "nothing"),)), (), None) == (PAPER,), "something is always named"


def test_answers_about_a_park_of_ones_own_follow_what_it_tells(tmp_path):
    """A decision that is told later is no part of the case's hash, and still another question."""
    levers = REGISTRY["levers"]
    params = levers.params(case="lekki")
    own = load_case("lekki").model_copy(update={"folder": tmp_path / "lekki"})
    bare = own.model_copy(update={"decisions": ()})
    asked = [levers.ask.depends_on(params, Context(cases={"lekki": one})) for one in (own, bare, load_case("lekki"))]
    assert asked[0] != asked[1]
    assert "untold" not in asked[2]


def test_sheets_of_a_park_of_ones_own_are_told_once_each(tmp_path):
    """Books, signal, instruments: where they are shown, and that no run uses them; nothing of a casebook's park."""
    case = load_case("vsip")
    assert sheets_of_own(case) == ()
    row = next(row for row in case.observations if row.role == "context")
    added = [
        row.model_copy(update={"variable": name, "unit": unit, "use": True, "role": role, "date": Date(2020)})
        for name, unit, role in (("fees", "M USD/yr", "context"), ("night_light", "ratio", "context"),
                                 ("interest", "M USD/yr", "fit"))
    ]  # fmt: skip
    ended = case.decisions[0].model_copy(update={"until": Date(2000)})
    changed = {"decisions": (ended, *case.decisions[1:])}
    changed |= {"folder": tmp_path / "vsip", "observations": (*case.observations, *added)}
    own = case.model_copy(update=changed)
    doubts = doubts_of(own, shares(60), shows_outcomes=True)
    books, signal, instruments = doubts.sheets
    assert (books.count, books.first, books.last) == (1, 2020, 2020), "what is fitted is no book beside the model"
    assert signal.count == 1
    assert (instruments.count, instruments.in_force) == (len(case.decisions), len(case.decisions) - 1)
    for lang in LANGUAGES:
        told = how_sure("", None, shares(60), (), doubts, lang)
        assert sum("copark accounts" in sentence for sentence in told) == 2
        assert f"{instruments.in_force}" in sheets_words(doubts.sheets, lang)[2]
        assert set(sheets_words(doubts.sheets, lang)) < set(told)
        assert not any(text("sure.accounts.elsewhere", lang) in sentence for sentence in told)
        in_run = accounts_words(own, shares(60), lang)
        assert text("sure.accounts.ask", lang) not in in_run
        assert "decisions" not in in_run


def test_the_tax_terms_that_are_asked_for_are_named():
    """Of VSIP one park's terms are on record: what to ask for are rates and exempt years, part by part."""
    doubts = Doubts(assumed=("tax",))
    assert of_facts(doubts, load_case("vsip")) == ("tax_rest",)
    english, chinese = (papers_words(("tax_rest",), lang) for lang in LANGUAGES)
    assert all(word in english for word in ("tax office", "rates", "exempt years", "part"))
    assert all(word in chinese for word in ("税务机关", "所得税", "税率", "免减税年限", "片区"))


def test_a_chance_that_is_not_told_is_not_named_by_what_the_record_of_parks_says():
    borrowed = Trust("borrowed", "pool", "imip")
    for lang in LANGUAGES:
        told = how_sure("imip", borrowed, shares(37), (), NO_DOUBTS, lang)
        assert not any("37%" in sentence for sentence in told)
        assert any("copark reliability" in sentence for sentence in told)
        assert "37%" in corrected(borrowed, shares(37), lang)
