"""Information gain from end to end with few worlds: the document in both languages, costs, what is read again."""

import numpy as np
import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.voi import simplest
from copark.analyses.voi import worlds as asked
from copark.errors import CoparkError

pytestmark = pytest.mark.long
VOI = REGISTRY["voi"]
SMALL = {"case": "great-stone", "draws": 400, "replicates": 3, "claim": ("4b/ties", "4a/home-token")}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("voi")


@pytest.fixture(scope="module")
def ask(place):
    def asked_of(**changes):
        return answer(VOI, VOI.params(**SMALL | changes), Context(place, threads=1))

    return asked_of


@pytest.fixture(scope="module")
def found(ask):
    return ask().result


def test_who_brought_whom_tells_of_ties_and_nothing_of_shares(found):
    ties = found.ranked["4b/ties"]
    best = found.observations[ties[0].observation]
    assert best.family == "attribution"
    assert ties[0].gain.after - ties[0].gain.before > 0.4
    assert ties[0].gain.variance > 4.0 * ties[0].gain.error
    token = [
        one for one in found.ranked["4a/home-token"] if found.observations[one.observation].family == "attribution"
    ]
    assert all(one.gain.after - one.gain.before < 0.1 for one in token)


def test_a_worse_observation_tells_no_more(found):
    own = [one.gain.after for one in found.precisions if one.question == "4b/ties"]
    assert np.all(np.diff(own) < 0.05), "errors of half, one, two and four times the usual"
    assert own[-1] < own[0]


def test_the_simplest_observation_near_the_best_is_named(found):
    rows = found.ranked["4b/ties"]
    chosen = simplest(rows, found.observations)
    assert chosen.gain.variance >= rows[0].gain.variance - rows[0].gain.error
    dates = [len(found.observations[one.observation].dates) for one in rows]
    assert len(found.observations[chosen.observation].dates) <= max(dates[0], 1)


def test_costs_rank_without_a_new_run(ask, found, monkeypatch):
    monkeypatch.setattr("copark.analyses.voi.worlds.simulate", lambda *_: pytest.fail("worlds are read again"))
    dear = ask(cost=("attribution=1000", "service=1")).result
    assert repr(dear.tried) == repr(found.tried)
    (table,) = [one for one in VOI.document(dear).tables() if one.key == "ranking"]
    assert table.columns[-1].key == "per_cost"
    costs = [row[-2] for row in table.rows]
    assert costs == [cost for cost in costs if cost is not None] + [None] * costs.count(None), "those without come last"
    for wrong in ("attribution", "attribution=0", "attribution=inf", "nothing=3", "=2"):
        with pytest.raises(CoparkError):
            ask(cost=(wrong,))


def test_a_count_adds_up_its_flow():
    out = np.arange(12.0).reshape(1, 1, 12)
    assert asked.ReportColumn("arrivals_partner", 4, adds_up=True).read(out, ["arrivals_partner"]) == [
        0 + 1 + 2 + 3 + 4
    ]
    assert asked.ReportColumn("arrivals_partner", 4).read(out, ["arrivals_partner"]) == [4.0]
