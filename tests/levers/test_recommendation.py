"""What may be recommended: the rule by hand, and that every page, document and command follows it."""

from types import SimpleNamespace

import numpy as np
import pytest

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.brief.meeting import meeting_questions
from copark.analyses.levers.choice import choose
from copark.analyses.levers.recommendation import recommend
from copark.analyses.registry import REGISTRY
from copark.decisions.effects import lever_effects
from copark.decisions.lever_file import examine_levers
from copark.decisions.recommendation_rule import recommendation_rule
from copark.web.content.lever_options import decision_of
from tests.levers.conftest import by_hand, small

RUNS = 800
"""Of one option beside the case as it is: simulation error is below the relevance thresholds."""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("levers") / "levers.yaml"
    path.write_text(small(), encoding="utf-8")
    from copark.cases import load_case

    found, faults = examine_levers(path, load_case("great-stone"))
    assert not faults
    return SimpleNamespace(thresholds=found.thresholds)


def worlds(structures=1, **measures):
    """Runs of two options: half of them stand on their own, fifty companies each; the option is changed as asked.

    The number of companies follows from their logarithm unless it is given.
    """
    shape = (structures, 2, RUNS)
    values = {"self_standing": np.zeros(shape), "operating": np.full(shape, np.log(50.0))}
    values["self_standing"][:, :, ::2] = 1.0
    for name, change in measures.items():
        table = values.setdefault(name, np.zeros(shape))
        for at in range(structures):
            table[at, 1] += change[at] if isinstance(change, tuple) else change
    values.setdefault("companies", np.exp(values["operating"]))
    return by_hand(2, RUNS, 1, structures, **values)


def more_stand(share):
    """A change by which a further share of the runs stands on its own, or fails to where it is below 0."""
    change = np.zeros(RUNS)
    first = 1 if share > 0.0 else 0
    change[first : first + 2 * round(abs(share) * RUNS) : 2] = np.sign(share)
    return change


def effects_of(runs):
    return tuple(lever_effects(runs[0], runs))


def judged(runs, file=None):
    choice = None if file is None else choose(runs, file.thresholds, np.arange(RUNS), times=20)
    (judgement,) = recommend(effects_of(runs), choice).judgements
    return judgement


def test_a_gain_that_is_relevant_beyond_simulation_error_is_recommended():
    judgement = judged(worlds(self_standing=more_stand(0.1)))
    assert (judgement.word, judgement.aim) == ("recommended", "self_standing")


def test_more_companies_by_a_tenth_are_recommended_where_the_chance_cannot_rise():
    judgement = judged(worlds(operating=np.log(1.1), home=1.0))
    assert (judgement.word, judgement.aim) == ("recommended", "operating")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"self_standing": more_stand(0.0025), "home": 1.0}, "simulation_error"),
        ({"operating": np.log(1.02)}, "too_small"),
        ({"operating": np.log(1.06), "companies": 1.0}, "too_small"),
        ({"self_standing": more_stand(0.1), "operating": np.log(0.8)}, "other_aim"),
    ],
)
def test_what_fails_a_test_is_not_named_and_says_which(changes, reason):
    judgement = judged(worlds(**changes))
    assert judgement.word == "unreliable"
    assert reason in judgement.reasons


def test_a_gain_whose_sign_another_structure_reverses_is_not_named():
    judgement = judged(worlds(2, self_standing=(more_stand(0.1), more_stand(-0.1))))
    assert (judgement.word, judgement.reasons) == ("unreliable", ("structures",))
    assert judged(worlds(2, self_standing=(more_stand(0.1), more_stand(0.0)))).word == "recommended"


def test_an_option_acceptable_in_fewer_states_than_doing_nothing_is_not_named(file):
    """The home side loses 10 M USD, more than the file's requirements allow."""
    judgement = judged(worlds(self_standing=more_stand(0.1), home=-10.0), file)
    assert judgement.word == "unreliable"
    assert "fewer_states" in judgement.reasons


def test_a_side_that_loses_in_most_runs_is_told_with_what_helps():
    losses = np.where(np.arange(RUNS) < 0.6 * RUNS, -1.0, 1.0)
    judgement = judged(worlds(self_standing=more_stand(0.1), host=losses))
    assert (judgement.word, judgement.losing) == ("recommended", ("host",))
    assert judged(worlds(self_standing=more_stand(0.1), host=-losses)).losing == ()


def test_a_gain_of_one_company_is_told_as_too_small_and_a_material_one_or_a_harm_as_what_it_is():
    """Of sixteen companies one is six per cent: real, and nothing to act on."""
    sizes = {"tiny": 17.0, "material": 20.0, "harmful": 12.0, "one fewer": 15.0}
    companies = np.array([[[16.0], *([size] for size in sizes.values())]])
    runs = by_hand(5, RUNS, 1, operating=np.log(companies), companies=companies)
    found = recommend(effects_of(runs), None)
    assert [judgement.word for judgement in found.judgements] == ["unreliable", "recommended", "avoid", "unreliable"]
    tiny = found.largest_small_gain
    assert (tiny.option, tiny.aim, tiny.strength) == ("option-1", "operating", 0.5)
    gain_and_loss = judged(worlds(self_standing=more_stand(0.1), operating=np.log(0.5), companies=-1.0))
    assert gain_and_loss.word == "recommended", "a material gain is not lost by one company fewer"


def test_a_relevant_loss_is_to_be_avoided_unless_a_structure_makes_it_a_gain():
    assert judged(worlds(self_standing=more_stand(-0.1))).word == "avoid"
    assert judged(worlds(operating=np.log(0.8))).word == "avoid"
    mixed = judged(worlds(2, self_standing=(more_stand(-0.1), more_stand(0.1))))
    assert (mixed.word, mixed.reasons) == ("unreliable", ("structures",))


@pytest.mark.parametrize("reason", ["contradicted", "uncalibrated"])
def test_no_advice_is_given_for_or_against_an_option_on_the_word_of_a_model_in_doubt(reason):
    changes = (0.1, -0.1, 0.0)
    stand = np.stack([np.zeros(RUNS), *(more_stand(change) if change else np.zeros(RUNS) for change in changes)])
    found = recommend(effects_of(by_hand(4, RUNS, 1, self_standing=stand[None])), None, reason)
    helpful, harmful, unchanged = found.judgements
    assert [judgement.advice for judgement in found.judgements] == ["unreliable", "unreliable", "unchanged"]
    assert helpful.reasons == (reason,)
    assert (harmful.word, harmful.aim, harmful.strength < 0.0) == ("avoid_doubt", "self_standing", True)
    assert found.harmful == (harmful,), "that it does harm in the model is not lost"
    assert unchanged.word == "unchanged"


def test_a_loss_is_judged_by_the_same_part_of_its_interval_as_a_gain():
    """Of 800 runs 2.5 points are beyond error and past the threshold in the middle, but not with the whole interval."""
    gain, loss = (judged(worlds(self_standing=more_stand(share))) for share in (0.025, -0.025))
    assert (gain.word, gain.reasons) == (loss.word, loss.reasons) == ("unreliable", ("unsure_size",))


@pytest.mark.parametrize(("gain", "loss"), [(0.025, np.log(0.8)), (0.1, np.log(0.8))])
def test_a_gain_in_one_aim_past_the_threshold_keeps_a_loss_in_the_other_from_being_advised_against(gain, loss):
    """And a loss keeps a gain from being advised: either way it is a trade-off, which names the aim that gains."""
    judgement = judged(worlds(self_standing=more_stand(gain), operating=loss))
    assert judgement.is_trade_off
    assert (judgement.word, judgement.aim) == ("unreliable", "self_standing")
    other = judged(worlds(self_standing=more_stand(-gain), operating=-loss))
    assert other.is_trade_off
    assert (other.word, other.aim) == ("unreliable", "operating")


@pytest.mark.parametrize("change", [0.1, -0.1])
def test_an_option_measured_against_an_assumed_fact_is_advised_neither_for_nor_against(change):
    runs = worlds(self_standing=more_stand(change))
    effects = effects_of(runs)
    (judgement,) = recommend(effects, None, against_assumed={effects[0].scenario}).judgements
    assert (judgement.word, judgement.reasons) == ("unreliable", ("assumed_reference",))
    (unchanged,) = recommend(effects_of(worlds()), None, against_assumed={effects[0].scenario}).judgements
    assert (unchanged.word, unchanged.reasons) == ("unreliable", ("assumed_reference",))


def test_what_changes_exactly_nothing_is_told_apart_from_what_changes_little():
    assert judged(worlds()).word == "unchanged"
    assert judged(worlds(host=1e-6)).word == "unreliable"
    assert judged(worlds(2, host=(0.0, 1.0))).word == "unreliable", "it acts under another structure"


def test_options_with_the_same_numbers_are_told_as_one():
    shape = (1, 3, RUNS)
    values = np.zeros(shape)
    values[0, 1:] = more_stand(0.1)
    found = recommend(effects_of(by_hand(3, RUNS, 1, self_standing=values)), None)
    first, second = found.judgements
    assert second.same_as == first.option
    assert found.distinct == (first,)
    assert found.twins(first.option) == (second.option,)


def test_the_strongest_is_told_first():
    operating = np.log(50.0) + np.array([[[0.0], [-0.1], [-0.5], [-0.2]]])
    found = recommend(effects_of(by_hand(4, RUNS, 1, operating=operating, companies=np.exp(operating))), None)
    assert [judgement.option for judgement in found.with_word("avoid")] == ["option-2", "option-3", "option-1"]


def test_thresholds_are_those_of_the_file_that_ships():
    rule = recommendation_rule()
    least = rule.threshold("operating")
    fewest = rule.threshold("companies")
    assert judged(worlds(operating=least + 1e-6, companies=fewest)).word == "recommended"
    assert judged(worlds(operating=least - 1e-6, companies=fewest)).word == "unreliable"
    assert judged(worlds(operating=least + 1e-6, companies=fewest - 1e-6)).word == "unreliable"
    assert set(rule.relevance.model_dump()) == {"self_standing", "operating", "companies", "reason"}


def shipped(analysis, case):
    """Read the answer about a park that ships."""
    run_id = next(run_id for run_id, header in listed(SHIPPED, analysis) if header["params"]["case"] == case)
    return load(place_of(SHIPPED, analysis, run_id), analysis).result


def test_every_surface_says_of_kuantan_that_no_gain_is_worth_acting_on():
    """One company of sixteen and 0.9 points of the chance: leave it as it is, and what does harm is still told."""
    levers, brief = (shipped(REGISTRY[name], "mckip") for name in ("levers", "brief"))
    (question,) = (question for question in meeting_questions(brief) if question.key == "lever")
    assert [question.choices[place].en for place in question.right] == ["None of these"]
    assert "helps" not in {option.advice_reason.en for option in decision_of(levers).options}
    found = str(next(section for section in brief.document("en").sections if section.key == "findings"))
    order, first, second, third, *_ = (sentence.en for sentence in decision_of(levers).sentences)
    assert order.startswith("Before anything is changed, obtain the development company's accounts, ")
    assert first.startswith("None of the 3 options tried (equity) ")
    assert ") reliably helps by enough to act on." in first
    assert (
        "“Equity: Half and half from now on”: 5.9% more operating companies (base 16; median +1, more in 61% of runs;"
        in first
    )
    assert second.startswith("Avoid “Equity: 20% home from now on”: ")
    assert third.startswith("No advice on 6 options (“Voting quota”, “Entry threshold”, “Tax on residents' profits”")
    for sentence in (order, first, second, third):
        assert sentence in levers.document("en").headline
        assert (sentence.rstrip(".") in found) is (sentence != order), "a brief says what to order before"
