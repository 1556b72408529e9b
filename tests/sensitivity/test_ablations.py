"""Ablations: what does nothing is said to do nothing, refits treat all alike; what is told, refused and resumed."""

from math import exp

import numpy as np
import pytest

from copark.analyses import REGISTRY
from copark.analyses.ablate import Answer, effects
from copark.analyses.ablate import ablations as ablate
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.cases.load import load_case
from copark.cases.quarters import Quarter
from copark.errors import CoparkError
from copark.model.variables import catalogue
from copark.presentation.document import Bullets, Cards, Caveat
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario
from copark.simulation.trust import Trust
from tests.asked import table
from tests.sensitivity.conftest import CUT


def as_it_is():
    return Scenario(key="as-it-is", title={"en": "x", "zh": "x"})


@pytest.fixture(scope="module")
def listed(great_stone):
    return {one.key: one for one in effects.ablations_of(great_stone, CUT)}


@pytest.fixture(scope="module")
def experiment(great_stone, source):
    return effects.experiment_of(great_stone, source, runs=16, replicates=1, seed=1)


def test_every_link_and_every_shock_is_among_them(great_stone, listed):
    assert {f"link/{name}" for name in catalogue().links} <= set(listed)
    assert {f"shock-{one.key.replace('_', '-')}" for one in great_stone.shocks} <= set(listed)
    keys = [one.whole.key for one in listed.values()]
    assert len(set(keys)) == len(keys)


def test_every_mechanism_of_version_2_is_among_them_at_its_neutral_value(subtests, listed):
    """The values of MODEL §7 at which each does nothing."""
    for key, neutral in (
        ("coordination", {"alignment": 0.0, "session_effect": 0.0}),
        ("deadlock", {"deadlock": 0.0}),
        ("businesses", {"group_interest": 0.0, "owner_weight": 0.0}),
        ("arbitrage", {"arbitrage_pull": 0.0}),
        ("mobilisation", {"mobilisation": 0.0}),
        ("partner-mobilisation", {"partner_mobilisation": 0.0}),
        ("land-price", {"price_pull": 0.0}),
        ("closure", {"closure_rate": 0.0}),
        ("tie-returns", {"network_return": 0.0}),
    ):
        with subtests.test(mechanism=key):
            assert listed[key].whole.parameters == neutral


def test_without_interests_the_parks_presence_is_all_that_counts(great_stone, listed):
    as_observed, without = (inputs_of(great_stone, one) for one in (as_it_is(), listed["interests"].whole))
    for side in ("home", "host"):
        name = f"interest_weight_{side}"
        assert np.asarray(as_observed.governments[name]).any()
        assert not np.asarray(without.governments[name]).any()


def test_what_a_case_has_none_of_is_left_out(subtests):
    for case, lacking in (
        ("thilawa", ("visits",)),
        ("imip", ("framework", "coordination")),
    ):
        found = {one.key for one in effects.ablations_of(load_case(case))}
        for key in lacking:
            with subtests.test(case=case, mechanism=key):
                assert key not in found


def test_dated_facts_can_end_with_the_cut_and_parameters_cannot(listed):
    assert listed["plan"].since_cut.edits.depth.since.quarter() == CUT + 1
    assert listed["framework"].since_cut.edits.framework.until.quarter() == CUT
    assert listed["agglomeration"].since_cut is None
    assert listed["link/plan_to_land"].since_cut is None


@pytest.mark.long
def test_the_plan_is_seen_in_the_land(found):
    (plan,) = (row for row in found.rows if row.key == "plan")
    last = found.quarters[-1]
    assert plan.verdict == "works"
    assert plan.of("serviced_area", last).equal == 0.0
    assert plan.of("serviced_area", last).low < -100.0
    assert plan.of("operating", last).unit == "log points"


@pytest.mark.long
def test_nothing_before_the_cut_moves_where_it_is_off_from_the_cut_on(experiment, listed):
    scenario = listed["rescue"].since_cut
    changed = experiment.effects([scenario], against=as_it_is())
    before = CUT - Quarter.parse(changed.quarters[0]) + 1
    for output in effects.COMPARED:
        with_it, without = (read(scenario.key, output)[:, :before] for read in (changed.before, changed.after))
        assert np.array_equal(with_it, without)


def test_scores_are_means_of_logarithms_of_ratios(great_stone):
    asked = effects.later_targets(great_stone, CUT)
    scores = np.ones(len(asked))
    assert effects.log_ratio(np.e * scores, scores, asked) == pytest.approx(1.0)
    only = np.where([one.variable == asked[0].variable for one in asked], np.e, 1.0)
    names = {one.variable for one in asked}
    assert effects.log_ratio(only, scores, asked) == pytest.approx(1.0 / len(names))
    assert all(one.bound in {"exact", "about"} for one in asked)


@pytest.mark.long
def test_a_refit_is_the_same_each_time_and_feels_what_is_off(great_stone, listed):
    asked = effects.later_targets(great_stone, CUT)
    one = ablate.Refitting(great_stone, CUT, 512, 1, asked)
    whole = one.refit(as_it_is())
    assert np.array_equal(whole.scores, one.refit(as_it_is()).scores)
    idle = one.refit(listed["link/tax_to_returns"].whole)
    assert np.array_equal(idle.scores, whole.scores)
    assert idle.misfit == whole.misfit
    without = one.refit(listed["link/land_to_starts"].whole)
    assert without.misfit > whole.misfit + 0.5
    assert effects.log_ratio(without.scores, whole.scores, asked) > 0.3


ABLATE = REGISTRY["ablate"]


@pytest.fixture(scope="module")
def found(ablations):
    return Answer(**vars(ablations), trust=Trust.without("great-stone", "prior"))


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(ablate, "RUNS_WITHOUT_POSTERIOR", 20)


def blocks(document, kind):
    return [one for one in document.blocks() if isinstance(one, kind)]


@pytest.mark.long
def test_the_answer_is_told_first_and_tables_hold_every_mechanism(found):
    document = found.document("en")
    last = found.quarters[-1]
    first = max(found.rows, key=lambda row: abs(row.of("operating", last).median))
    assert first.title.en in document.headline
    card = blocks(document, Cards)[0].cards[0]
    assert card.value == exp(first.of("operating", last).median) - 1.0
    assert any("other explanation" in one.text for one in blocks(document, Caveat))
    for lang in ("en", "zh"):
        shown = found.document(lang)
        rows = [*table(shown, "mechanism").rows, *table(shown, "link").rows]
        assert {row[0] for row in rows} == {getattr(row.title, lang) for row in found.rows}
    said = [item for one in blocks(document, Bullets) for item in one.items]
    assert found.idle()
    for row in found.idle():
        assert any("without any effect" in item and row.title.en in item for item in said)


def test_what_cannot_be_asked_is_refused_before_anything_is_run():
    for asked, word in (({"size": 1000}, "power of two"), ({"only": ("nothing",)}, "“nothing”")):
        with pytest.raises(CoparkError, match=word):
            answer(ABLATE, ABLATE.params(case="great-stone", **asked), Context())


def test_stopped_work_goes_on(tmp_path, few):
    params = ABLATE.params(case="great-stone", parameters="prior", only=("plan", "tax-pull", "visits"))
    told = []

    def stops(stage, done, total):
        told.append(stage)
        if told.count("simulate") == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer(ABLATE, params, Context(tmp_path, threads=1, progress=stops))
    context = Context(tmp_path, threads=1)
    again = answer(ABLATE, params, context)
    assert (context.earlier_work.done, context.earlier_work.whole) == (2, 3)
    assert repr(again.document("en").sections) == repr(
        answer(ABLATE, params, Context(threads=2)).document("en").sections
    )
