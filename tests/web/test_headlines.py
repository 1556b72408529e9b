"""First sentences of all parks that ship: of use, in a range that holds them, and one number on every page."""

from __future__ import annotations

import re
from functools import cache

import pytest

import copark
from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.assumed_facts import ACCOUNTS, assumed_facts, decisions_on, lacking, verdict_of
from copark.analyses.brief.show import open_words
from copark.analyses.contract import Texts
from copark.analyses.how_sure import Doubts, structure_range
from copark.analyses.papers import OF_FACT, OF_STRUCTURE, of_facts, papers_words, to_obtain
from copark.analyses.registry import REGISTRY
from copark.analyses.run import answer_of
from copark.browser.live_page import more_of
from copark.cases import list_cases, load_case
from copark.errors import CoparkError
from copark.presentation.document import Cards
from copark.web.content.lever_options import decision_of
from copark.workflows.run_study import simulate
from tests.asked import table


@cache
def shipped(name):
    """Read the answers that ship, by run ID."""
    analysis = REGISTRY[name]
    return {
        run_id: load(place_of(SHIPPED, analysis, run_id), analysis).result for run_id, _ in listed(SHIPPED, analysis)
    }


@cache
def run_of(case):
    """Run a park as it is, as ``copark run`` does."""
    park = load_case(case)
    return answer_of(simulate(case), park)


pytestmark = pytest.mark.documents

BRIEFS = shipped("brief")
OPEN = {run_id: brief for run_id, brief in BRIEFS.items() if brief.levers is not None and brief.shows_outcomes}
WORDS = {
    "en": re.compile(
        r"is self-standing in ([^ ]+|less than 1%|more than 99%) of simulated runs \(([^ ]+) to ([^ ]+) over"
    ),
    "zh": re.compile(r"在([0-9]+%)的模拟（全部[0-9]+种模型结构下为([0-9]+%)至([0-9]+%)）中实现自立"),
}


def test_every_park_with_a_calibration_is_asked():
    assert len({brief.case for brief in OPEN.values()}) == 18
    assert {brief.levers.case for brief in OPEN.values()} == {levers.case for levers in shipped("levers").values()}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_headline_lies_in_its_own_range(lang, subtests):
    for brief in OPEN.values():
        with subtests.test(park=brief.case):
            low, high, count = structure_range(brief.levers.baselines, brief.share("self_standing").share)
            assert low <= brief.share("self_standing").share <= high
            assert count == len(brief.levers.baselines)
            chance, *ends = (
                int(found.strip("%<>")) for found in WORDS[lang].search(brief.document(lang).headline).groups()
            )
            assert ends[0] <= chance <= ends[1]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_answer_begins_with_what_to_do_or_to_obtain(lang, subtests):
    """Also where the record has something against the model: that is the next sentence."""
    begins = {"en": ("Before anything is ", "“"), "zh": ("决策之前", "作出改变之前", "“")}[lang]
    for brief in OPEN.values():
        with subtests.test(park=brief.case):
            decide = [getattr(sentence, lang) for sentence in decision_of(brief.levers).sentences]
            hangs = {"en": "hangs on which structure", "zh": "取决于采用何种模型结构"}[lang]
            assert (hangs in brief.document(lang).headline) is (hangs in " ".join(decide))
            for headline in (brief.document(lang).headline, brief.levers.document(lang).headline, " ".join(decide)):
                assert headline.startswith(begins)
                assert {"en": "Leave it as it is", "zh": "维持现状"}[lang] not in headline


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_first_sentence_says_what_to_do_and_can_be_read_aloud(lang, subtests):
    """In brief, levers, Decide and forecast, thirty words at most; what is assumed and how sure follow."""
    stop = {"en": ". ", "zh": "。"}[lang]
    for brief in OPEN.values():
        headlines = (brief.document(lang).headline, brief.levers.document(lang).headline)
        with subtests.test(park=brief.case):
            for first in (headline.partition(stop)[0] for headline in headlines):
                assert len(first.split() if lang == "en" else first) <= {"en": 30, "zh": 75}[lang], first
            assert decision_of(brief.levers).sentences[0].text(lang).rstrip(". 。") == headlines[1].partition(stop)[0]
    for forecast in shipped("forecast").values():
        first = forecast.document(lang).headline.partition(stop)[0]
        assert first.startswith({"en": ("Plan for", "Before any"), "zh": ("请按整个", "据以下数字")}[lang])
        assert len(first.split()) <= 30


@pytest.mark.parametrize("case", ["lekki", "jinfei"])
def test_a_run_tells_the_range_and_the_papers_of_its_brief(case):
    brief = next(brief for brief in OPEN.values() if brief.case == case)
    for lang in ("en", "zh"):
        told, briefed = (one.document(lang).headline for one in (run_of(case), brief))
        stop = {"en": ". ", "zh": "。"}[lang]
        assert told.split(stop)[:2] == briefed.split(stop)[:2]
        band = re.search({"en": r"\([^()]* over all [^()]*\)", "zh": r"（全部[^（）]*）"}[lang], briefed)[0]
        assert band in told


def test_a_run_of_other_draws_says_where_the_range_is():
    """Fewer runs, or another seed: the brief that ships is not of them."""
    told = answer_of(simulate("lekki", runs=20), load_case("lekki")).document("zh").headline
    assert told.startswith("决策之前，请先查阅 `copark brief lekki --lang zh`：")
    assert "模型结构下为" not in told


def test_every_other_trade_off_is_named():
    levers = next(brief.levers for brief in OPEN.values() if brief.case == "great-stone")
    others = levers.recommendation.trade_offs[1:]
    assert others
    for lang, opened in (("en", "Other trade-offs: “"), ("zh", "其余有得有失的选项：“")):
        told = levers.document(lang).headline.partition(opened)[2]
        assert all(levers.name(judgement.option, lang) in told for judgement in others)


def test_a_closed_park_asks_when_the_closure_ends():
    told = run_of("kaesong").document("en").headline
    assert told.startswith(
        "Find out whether and when the closure ends: Kaesong Industrial Complex has been closed since"
    )
    assert "Assumed" not in told
    with pytest.raises(CoparkError) as refused:
        copark.forecast("kaesong")
    assert refused.value.said("en").startswith(
        "Find out first whether and when the closure ends: kaesong has been closed"
    )
    assert refused.value.said("zh").startswith("请先查明关闭是否结束")


def test_a_chance_and_an_effect_are_one_number_in_brief_decide_levers_and_live_files(client, subtests):
    levers_of = {levers.run_id: levers for levers in shipped("levers").values()}
    for run_id, brief in OPEN.items():
        with subtests.test(park=brief.case, brief=run_id):
            levers = levers_of.get(brief.levers.run_id, brief.levers)
            decide = decision_of(levers, brief.outcomes)
            standing = brief.share("self_standing")
            if levers is not brief.levers:
                page = client.get(f"/api/v1/decisions?case={brief.case}").json()["found"]
                assert (page["run_id"], page["before"]["share"]) == (levers.run_id, standing.share)
                assert page["between"]["en"] == decide.between.en
            assert decide.before == standing
            assert more_of(brief)["outcomes_of_brief"]["self_standing"] == [standing.count, standing.total]
            annex = table(brief.document("en"), "options")
            place = [column.key for column in annex.columns].index("self_standing")
            effects = {option.key: row[place] for option, row in zip(brief.levers.options, annex.rows, strict=True)}
            answer = table(levers.document("en"), "answer")
            place = [column.key for column in answer.columns].index("self_standing")
            told = {option.key: row[place] for option, row in zip(levers.options, answer.rows, strict=True)}
            assert told == effects
            for option in decide.options:
                interval = effects[option.key]
                change = option.effects["self_standing"]
                assert (change.low, change.value, change.high) == (interval.low, interval.value, interval.high)


def test_no_option_measured_against_an_assumption_is_advised_for_or_against(subtests):
    for brief in OPEN.values():
        levers = brief.levers
        advised = {
            judgement.option
            for judgement in levers.recommendation.judgements
            if judgement.word in ("avoid", "recommended")
        }
        with subtests.test(park=brief.case):
            assert not advised & set(levers.against_assumed)
            if "tax" in levers.doubts.assumed:
                assert not [option for option in advised if option.startswith("tax")]
                rows = {row[0]: row[1] for row in table(levers.document("en"), "answer").rows}
                taxed = [
                    words for title, words in rows.items() if title.startswith("10% from") or "tax" in title.lower()
                ]
                assert taxed
                assert all("measured against what is assumed: the tax rate (zero)" in words for words in taxed)


def test_who_gains_and_who_loses_by_a_trade_off_is_named_with_numbers():
    """A tax at Great Stone: more likely self-standing, fewer companies, and the host side gains in most runs."""
    levers = next(brief.levers for brief in OPEN.values() if brief.case == "great-stone")
    (sentence,) = (one.en for one in decision_of(levers).sentences if "trade-off" in one.en)
    assert "points higher" in sentence
    assert "fewer operating companies" in sentence
    assert re.search(r"these gain: the host side \(median \+US\$[0-9]+ million; 9[0-9]% of runs\)", sentence)
    assert "these lose: the home side" in sentence
    assert "which way it goes depends on the structure of the model" in sentence


def test_what_equals_an_assumption_has_no_advice_and_is_not_counted_as_tried(subtests):
    """Lekki: land follows demand, and nobody needs a rescue, since the case assumes both."""
    for brief in OPEN.values():
        levers = brief.levers
        with subtests.test(park=brief.case):
            unchanged = {judgement.option for judgement in levers.recommendation.with_word("unchanged")}
            assert not unchanged & set(levers.against_assumed)
            (counted,) = re.findall(
                r"[Tt]he ([0-9]+|one) options? tried|on any of the ([0-9]+) options|gives no ground()",
                " ".join(sentence.en for sentence in decision_of(levers).sentences),
            )[:1]
            judged = len(levers.recommendation.judged)
            assert counted[0] in ("", "one" if judged == 1 else str(judged))
            assert bool(counted[1]) is (judged == 0)
    lekki = next(brief.levers for brief in OPEN.values() if brief.case == "lekki")
    assert {"demand-led-now", "no-rescue-now"} <= set(lekki.against_assumed)
    assert any("No advice on 6 options" in sentence.en for sentence in decision_of(lekki).sentences)


def test_a_loss_of_companies_has_its_base_and_its_share_of_runs_and_every_harm_its_name():
    levers_of = {brief.case: brief.levers for brief in OPEN.values()}
    lekki = " ".join(sentence.en for sentence in decision_of(levers_of["lekki"]).sentences)
    assert (
        "21% fewer operating companies (base 107; median −20, fewer in 83% of runs; 90% of runs −105 to +25)" in lekki
    )
    thilawa = " ".join(sentence.en for sentence in decision_of(levers_of["thilawa"]).sentences)
    assert "Other options that do harm: “Equity: 20% home from now on”" in thilawa


def test_the_reason_covers_the_papers_and_how_sure_names_no_other_first(subtests):
    for brief in OPEN.values():
        with subtests.test(park=brief.case):
            document = brief.document("en")
            _, why, *_ = document.headline.split(". ")
            assert ("assumed terms" in why) is (bool(brief.doubts.assumed) and "hangs on" not in why)
            assert ("hangs on" in why) or ("judged prices and costs" in why)
            sure = str(next(section for section in document.sections if section.key == "confidence"))
            assert "ask first" not in sure
            assert "94% of them thrive or survive, which asks" in sure


def test_nothing_is_asked_for_that_the_casebook_has(subtests):
    """Of all parks: where sourced decisions tell a tax or an entry threshold, or results are published, what is asked
    for is what they leave open; in the sentences of brief, levers and Decide, and below them."""
    for name in list_cases():
        case = load_case(name)
        with subtests.test(park=name):
            doubts = Doubts(assumed_facts(case))
            papers = to_obtain(doubts, (), None, case)
            told = {fact for fact in ("tax", "threshold") if lacking(fact, case) != "all"}
            assert not {OF_FACT[fact] for fact in told} & {*papers, *of_facts(doubts, case)}
            has_number = any(verdict_of("tax", row) in ("agrees", "differs") for row in decisions_on("tax", case))
            assert has_number <= (lacking("tax", case) in ("nothing", "rest"))
            assert any(row.quantity == "result_after_tax" for row in case.accounts) <= (ACCOUNTS not in papers)
            asked = {papers_words([OF_FACT[fact]], "en") for fact in told}
            for brief in (one for one in OPEN.values() if one.case == name):
                decide = " ".join(sentence.en for sentence in decision_of(brief.levers).sentences)
                further = " ".join(open_words(brief, Texts("brief", "en")))
                sentences = (brief.document("en").headline, brief.levers.document("en").headline, decide, further)
                assert not [words for words in asked for sentence in sentences if words in sentence]
    assert "obtain the development company's accounts, the park administration's rules of entry" in next(
        brief.document("en").headline for brief in OPEN.values() if brief.case == "lekki"
    )


def test_no_card_tells_a_number_that_the_first_sentences_say_cannot_be_told():
    suzhou = next(brief for brief in OPEN.values() if brief.case == "suzhou")
    cards = [card for block in suzhou.document("en").blocks() if isinstance(block, Cards) for card in block.cards]
    assert "cannot be told" in suzhou.document("en").headline
    assert next(card.value for card in cards if card.title == "Operating enterprises") == "cannot be told"


def test_a_chinese_brief_names_commands_in_chinese():
    thilawa = next(brief for brief in OPEN.values() if brief.case == "thilawa")
    commands = re.findall("`([^`]*)`", str(thilawa.document("zh").sections[-1]))
    assert commands
    assert all(command.count("--lang zh") == 1 for command in commands)


def test_what_next_names_no_paper_that_the_first_sentence_names(subtests):
    for brief in OPEN.values():
        with subtests.test(park=brief.case):
            first = brief.document("en").headline.partition(". ")[0]
            further = " ".join(open_words(brief, Texts("brief", "en")))
            for paper in set(OF_FACT.values()) | set(OF_STRUCTURE.values()) | {ACCOUNTS}:
                assert not (papers_words([paper], "en") in first and papers_words([paper], "en") in further)
