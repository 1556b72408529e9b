"""Evidence of mechanisms: the bridge gives a ratio known on paper, words keep to their rules, families act as told."""

from dataclasses import replace
from math import log
from types import SimpleNamespace

import numpy as np
import pytest

from copark.analyses.evidence import Answer, bridge
from copark.analyses.evidence.bridge import MOST_STONES, Crosser, Way, swept, told_of, walked
from copark.analyses.evidence.families import families_of, listed
from copark.analyses.evidence.findings import LEAST, EvidenceInPark, ParkEvidence, strength_of, summed, word_of
from copark.calibration.observations import ObservationModel, Target
from copark.calibration.prior import expit, logit
from copark.calibration.tempering import TemperingPlan
from copark.cases import load_case
from copark.texts import LANGUAGES, text
from copark.texts.localized import LocalizedText

RECORDED = 1.0
ERROR = 0.1
SHIFT = 0.4
"""What the mechanism adds to every run."""


def target():
    (one,) = (target for target in _targets() if target.variable == "operating")
    return replace(one, bound="exact", value=RECORDED, high=None, error=ERROR)


def _targets() -> list[Target]:
    from copark.calibration.observations import targets

    return list(targets(load_case("lekki"), ("fit", "score", "check")))


def paired(points, addresses):
    """Whole: x + SHIFT. Without: x. Of one parameter x, uniform on 0 to 1; random numbers do nothing."""
    x = points[:, [0]]
    return np.concatenate([x + SHIFT, x], axis=1)


@pytest.fixture(scope="module")
def ends():
    """Draws of the whole model's posterior: x is normal around RECORDED - SHIFT, within 0 to 1."""
    model = ObservationModel((target(),))
    mover = Crosser(paired, model, TemperingPlan(quarters=8, sweeps=4), 1, 7)
    mover.beta = 1.0
    random = np.random.default_rng(3)
    x = np.empty(0)
    while len(x) < 800:
        drawn = random.normal(RECORDED - SHIFT, ERROR, 800)
        x = np.concatenate([x, drawn[(drawn > 0.0) & (drawn < 1.0)]])[:800]
    points = np.stack([x, random.random(800)], axis=1)
    return mover, mover.fitted(logit(points), np.zeros((800, 3, 2), np.int64))


def test_a_bridge_gives_the_ratio_of_evidences_known_on_paper(ends):
    """Around 0.6 all of the normal lies within 0 to 1, around 1 half of it: ln(1/2) without, ln 2 back."""
    mover, cloud = ends
    there = walked(mover, cloud, back=False)
    assert there.stones > 1, "the two posteriors lie four errors apart"
    assert there.log_ratio == pytest.approx(log(0.5), abs=0.3)
    back = walked(mover, swept(mover, there.cloud, 5), back=True)
    assert back.log_ratio == pytest.approx(log(2.0), abs=0.3)
    assert 0.5 * (there.log_ratio - back.log_ratio) == pytest.approx(log(0.5), abs=0.15)
    assert 1.0 <= there.effective < 800.0
    assert np.median(expit(back.cloud.z[:, 0])) == pytest.approx(RECORDED - SHIFT, abs=0.02)


def way(log_ratio, effective=80.0, stones=3):
    return Way(None, log_ratio, effective, stones)


def test_a_way_given_up_is_not_made_good_by_the_other_searches():
    """Three searches give 80 pairs each; the fourth went a part of the way, and its ratio is of that part."""
    ways = [(way(-1.0), way(1.0))] * 3
    assert told_of([*ways, (way(-1.0), way(1.0))]).effective == 320.0
    crossing = told_of([*ways, (way(-1.0), way(9.0, effective=0.0, stones=MOST_STONES))])
    assert evidence(crossing.log_ratio, crossing.error, crossing.effective).word == "cannot"


def test_a_search_whose_runs_do_not_differ_says_none_and_counts(ends, monkeypatch):
    """Of two searches one has the mechanism at work: the mean is half of its ratio, and the error is finite."""
    mover, cloud = ends
    at_work = cloud.z[:64]
    idle = np.where(np.arange(2) == 0, logit(np.full((64, 2), 0.01)), cloud.z[:64])
    replay = SimpleNamespace(
        population=np.repeat([0, 1], 64),
        points=expit(np.concatenate([at_work, idle])),
        addresses=np.zeros((128, 3, 2), np.int64),
        model=mover.model,
    )

    def sometimes(points, addresses):
        x = points[:, [0]]
        return np.concatenate([x + SHIFT * (x > 0.2), x], axis=1)

    monkeypatch.setattr(bridge, "PairedSimulator", lambda *_: sometimes)
    both = bridge.cross(replay, None, mover.plan, 128, 1)
    replay.population = np.zeros(64, np.int64)
    alone = bridge.cross(replay, None, mover.plan, 64, 1)
    assert both.differs
    assert both.log_ratio == pytest.approx(0.5 * alone.log_ratio)
    assert np.isfinite(both.error)


def evidence(log_ratio, error=0.1, effective=100.0, family="framework", hysteresis=0.0):
    return EvidenceInPark(family, log_ratio, error, hysteresis, effective, stones=2)


def test_what_there_and_back_differ_by_adds_up_over_parks():
    parks = [park(name, evidence(1.0, 0.5, hysteresis=0.8)) for name in ("one", "other", "third", "last")]
    (family,) = summed(parks)
    assert family.log_ratio == 4.0
    assert family.error == pytest.approx((1.6**2 + 4 * 0.3**2) ** 0.5), "scatter 0.3, half of the difference 0.4"


@pytest.mark.parametrize(
    ("log_ratio", "error", "word"),
    [
        (2.0, 0.5, "favoured"),
        (-2.0, 0.5, "disfavoured"),
        (2.0, 1.1, "silent"),
        (LEAST - 0.01, 0.0, "silent"),
        (-LEAST - 0.01, 0.0, "disfavoured"),
    ],
)
def test_a_word_needs_two_standard_errors_and_ln_3(log_ratio, error, word):
    assert word_of(log_ratio, error) == word


def test_too_few_pairs_tell_nothing_however_large_the_number():
    assert evidence(30.0, effective=19.0).word == "cannot"
    assert [strength_of(size) for size in (1.2, -3.5, 6.0)] == ["positive", "strong", "very_strong"]


def park(name, *found):
    return ParkEvidence(name, LocalizedText.same(name), 10, "2024Q4", found)


@pytest.fixture
def parks():
    return (
        park("one", evidence(1.0, 0.3)),
        park("other", evidence(2.0, 0.4), evidence(-0.2, family="rival")),
        park("third", evidence(50.0, effective=3.0)),
    )


def test_a_sum_leaves_out_whom_it_cannot_tell_of_and_says_who_turns_it(parks):
    framework, rival = summed(parks)
    assert (framework.log_ratio, framework.error, framework.parks) == (3.0, pytest.approx(0.5), 2)
    assert (framework.word, framework.untold) == ("favoured", ("third",))
    assert (framework.influential, framework.others.log_ratio) == ("other", 1.0)
    assert [(turn.case, turn.word) for turn in framework.turns] == [("other", "silent")]
    assert (rival.word, rival.others.word) == ("silent", "cannot")


def test_its_document_names_families_by_what_observations_say(parks):
    answer = Answer(
        run_id="0" * 16, provenance={}, parks=parks, families=summed(parks), uncalibrated=("kaesong",),
        members=320, seed=1,
    )  # fmt: skip
    for lang in LANGUAGES:
        document = answer.document(lang)
        assert document.headline
        assert document.lang == lang
    told = ("Favoured by the observations: Framework.", "speak neither for nor against: Rival park.")
    assert all(sentence in answer.document("en").headline for sentence in told)
    frame = answer.to_frame()
    assert len(frame) == 2 + 4
    assert frame["word"].tolist() == ["favoured", "silent", "silent", "favoured", "silent", "cannot"]


@pytest.mark.parametrize(("error", "least"), [(3.25, "6.5"), (0.1, None)])
def test_its_document_says_how_much_could_not_have_been_told_where_errors_are_large(error, least):
    """Two standard errors of the family whose error is the largest; nothing where ln 3 is more than that."""
    parks = (park("one", evidence(0.5, 0.2, family="rival"), evidence(1.0, error)),)
    answer = Answer(
        run_id="0" * 16, provenance={}, parks=parks, families=summed(parks), uncalibrated=(), members=320, seed=1
    )  # fmt: skip
    for lang in LANGUAGES:
        lead = answer.document(lang).sections[0].blocks[0].text
        if least is None:
            assert lead == text("evidence.lead.families", lang)
        else:
            said = text("evidence.said.resolution", lang, family=text("evidence.family.framework", lang), least=least)
            assert lead.endswith(said)


def test_families_are_those_a_park_has_something_of():
    assert tuple(listed()) == ("equity", "network", "following", "framework", "rival", "none")
    by_park = {name: {family.key: family.without for family in families_of(load_case(name))} for name in (
        "suzhou", "great-stone", "imip"
    )}  # fmt: skip
    assert "rival" in by_park["suzhou"]
    assert "rival" not in by_park["great-stone"]
    assert "framework" not in by_park["imip"], "it has none"
    none = by_park["suzhou"]["none"]
    assert none.edits.framework is not None
    assert none.edits.equity[0].home == none.edits.equity[0].host == 5000
    assert {rival.size for rival in none.edits.rivals} == {0.0}
    assert {"follow_own", "alignment", "deadlock", "network_strength"} <= none.parameters.keys()
    assert set(none.parameters.values()) == {0.0}
