"""Levers of a calibrated case are tried on its posterior, and on whole populations of it when it comes to errors."""

import numpy as np
import pytest

from copark.analyses.context import Context
from copark.analyses.levers import Params, asked_of, compute
from copark.cases import load_case
from copark.inference.levers.runner import carry_out
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.study import baseline
from copark.stats.shares import wilson
from tests.levers.conftest import small


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("draws") / "small.yaml"
    path.write_text(small(), encoding="utf-8")
    return path


def test_draws_come_from_the_posterior_where_there_is_one(file):
    params = Params(case="great-stone", levers=("tax",), file=file, draws=24, futures=2, since="start")
    asked = asked_of(params, Context())
    assert asked.blocks[0].study.draws == "posterior"
    assert asked.source is not None
    measured = carry_out(asked, threads=1)
    assert measured.provenance["posterior_cut"] == str(load_case("great-stone").clock.data_end)
    assert measured.provenance["levers_identity"] == asked.identity
    assert np.array_equal(measured.draws, np.repeat(np.arange(24), 2))
    groups = measured.groups.reshape(24, 2)
    assert (groups[:, 0] == groups[:, 1]).all(), "futures of a draw stay together"
    assert 1 < np.unique(groups).size <= 24
    assert measured.parameters
    for values in measured.parameters.values():
        assert np.array_equal(values[::2], values[1::2])


def test_the_chance_told_is_that_of_the_baseline_that_simulate_report_and_brief_run(file, tmp_path):
    context, params = Context(tmp_path, threads=1), Params(case="great-stone", levers=("tax",), file=file, draws=24,
                                                           futures=2, since="start")  # fmt: skip
    plain = context.simulate(baseline("great-stone").with_changes(runs=48), context.case("great-stone"))
    (gain, *_) = compute(params, context).gains
    standing = plain["outcome"].to_numpy()[0] == OUTCOMES.index("self_standing")
    assert (gain.measure.name, gain.pairs) == ("self_standing", 48)
    assert gain.before == standing.mean()
    assert gain.before_interval == wilson(standing.sum(), 48)
