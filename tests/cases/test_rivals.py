"""A rival park next door is a dated fact of a case: what it says reaches the model, and a scenario may change it."""

import shutil

import numpy as np
import pytest

from copark.cases import casebook_path, check_case, load_case
from copark.cases.actors import Rival
from copark.cases.dates import Date
from copark.cases.model_inputs import pack
from copark.cases.quarters import Quarter
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario

HOST = 1


@pytest.fixture(scope="module")
def suzhou():
    return load_case("suzhou")


def at(inputs, case, quarter):
    t = Quarter.parse(quarter) - case.clock.start
    return inputs.company["rival_size"][t], inputs.company["rival_share"][t]


def test_the_rival_stands_in_each_quarter(suzhou):
    inputs = pack(suzhou)
    for quarter, size in (("1994Q2", 1.0), ("2000Q4", 1.0), ("2001Q1", 0.3), ("2010Q1", 0.3)):
        sizes, stakes = at(inputs, suzhou, quarter)
        assert list(sizes) == [0.0, size]
        assert list(stakes) == [0.0, 0.9]


def test_several_rivals_draw_attention_as_one_of_their_joint_size(suzhou):
    """Attention is omega/(omega + sum rho_i omega_i), and omega_i is linear in the stake: sizes add, stakes average."""
    several = [
        Rival.model_construct(key="x", side="host", size=size, stake=stake, since=Date.parse("1994-05"), until=None)
        for size, stake in ((1.0, 0.9), (0.5, 0.3))
    ]
    case = suzhou.model_copy(update={"rivals": tuple(several)})
    sizes, stakes = at(pack(case), case, "1996Q1")
    spills, own, stake = 0.3, 0.2, 0.5
    joint = sizes[HOST] * ((1 - spills) * stakes[HOST] + own)
    summed = sum(size * ((1 - spills) * share + own) for size, share in ((1.0, 0.9), (0.5, 0.3)))
    assert stake / (stake + joint) == pytest.approx(stake / (stake + summed), rel=1e-15)


def test_a_scenario_ends_the_rivalry_of_the_record_from_its_date_on(suzhou):
    edits = {"rivals": [{"side": "host", "size": 0.3, "stake": 0.9, "from": "1998Q2"}]}
    scenario = Scenario.model_validate({"key": "scenario", "title": {"en": "Scenario", "zh": "情景"}, "edits": edits})
    edited = inputs_of(suzhou, scenario)
    before, after = at(edited, suzhou, "1998Q1"), at(edited, suzhou, "1998Q2")
    assert (before[0][HOST], after[0][HOST]) == (1.0, 0.3)
    untouched = pack(suzhou)
    first = Quarter.parse("1998Q2") - suzhou.clock.start
    assert np.array_equal(edited.company["rival_size"][:first], untouched.company["rival_size"][:first])


def test_the_number_of_values_is_the_models(tmp_path):
    """One value for a parameter of one, one for each origin for a parameter of three."""
    folder = shutil.copytree(casebook_path() / "suzhou", tmp_path / "suzhou")
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    without = text.replace("    by_origin: {home: 0.15, host: 0.1, third: 0.75}\n", "")
    (folder / "case.yaml").write_text(without, encoding="utf-8")
    (fault,) = check_case(folder)
    assert (fault.code, fault.key) == ("cases.parameter_count", "parameters.origin_weight.value")
    assert "by_origin" in fault.repair("zh")
