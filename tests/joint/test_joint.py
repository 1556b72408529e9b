"""The joint posterior: who is in it, that panels share what they should, and that what it says is what reports tell."""

from dataclasses import replace

import numpy as np
import pytest

from copark.analyses.joint.disputed import columns_on, disputed_values, place_of
from copark.analyses.joint.findings import AxisFinding, coverage_of, observed_features, r2_of, ranks_of, word_of
from copark.analyses.joint.reader import read_panels
from copark.analyses.joint.simulated_panels import (
    AGES,
    DUE,
    Panels,
    Sizes,
    members,
    names_of,
    promised,
    read,
    simulate,
    told,
)
from copark.calibration.pool.batches import design
from copark.calibration.pool.parks import points_at
from copark.calibration.prior import scores_of
from copark.cases import load_case
from copark.cases.defaults import BESIDE
from copark.cases.quarters import Quarter
from copark.stats.jackknife import half_sample_error, halves

NAMES = ("suzhou", "thilawa", "duqm", "djibouti-ftz")
PANELS = 128


@pytest.fixture(scope="module")
def parks():
    return tuple(one for one in members() if one.name in NAMES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("joint")


@pytest.fixture(scope="module")
def panels(parks, folder):
    return simulate(parks, PANELS, 1, threads=2, folder=folder)


def test_every_park_with_shares_and_a_count_is_in_it_and_reports_counts_alone():
    known = {one.name: one for one in members()}
    assert len(known) == 30
    assert {"great-stone", "suzhou", "kendal", "ussuriysk"} <= known.keys()
    assert known.keys().isdisjoint({"guangzhou-kc", "khorgos"}), "no count of theirs is of tenants"
    targets = known["suzhou"].park.model.targets[: known["suzhou"].counted]
    assert 44 in [target.value for target in targets if target.variable == "operating"], "a count, not a word"
    for member in known.values():
        assert len(member.recorded) == member.counted > 0
    assert known["vsip"].operator == known["wsip"].operator != known["thilawa"].operator
    assert "zccz" not in known
    held = known["ogun-guangdong"].park.case.cap_table(Quarter(2010, 1))
    assert (held.basis_points_of("home"), held.basis_points_of("host")) == (8200, 1800)


def test_panels_are_the_same_on_any_number_of_threads_and_are_made_once(parks, panels, folder, monkeypatch):
    again = simulate(parks, PANELS, 1, threads=1)
    for one, other in zip(panels.counterparts, again.counterparts, strict=True):
        np.testing.assert_array_equal(one, other)
    monkeypatch.setattr("copark.calibration.pool.batches.counterparts_at", lambda *_: pytest.fail("run again"))
    kept = simulate(parks, PANELS, 1, threads=2, folder=folder)
    np.testing.assert_array_equal(kept.counterparts[0], panels.counterparts[0])


def test_parks_share_mechanisms_and_operators_a_part_of_their_size(parks):
    count, share = 4096, 0.4
    shares = np.tile([0.0, share], (count, 1))
    scores = {}
    for one in (parks[0], replace(parks[0], park=parks[1].park), parks[1]):
        points = points_at(one.park, design(count, 1))
        moved = Sizes(one, 1, 0.0, shares)(points, one.park.space.names)
        at = [n for n, name in enumerate(one.park.space.names) if name in one.shared]
        np.testing.assert_allclose(moved[:, at], points[:, at])
        scores[one.operator, one.name] = scores_of(moved[:, one.park.space.names.index("enquiry_rate")])
    first, same, other = scores.values()
    assert abs(first.mean()) < 0.05
    assert abs(first.std() - 1.0) < 0.05
    assert abs(np.corrcoef(first, same)[0, 1] - share) < 0.05
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.05


def test_mechanisms_differ_only_where_that_is_asked(parks):
    points = points_at(parks[1].park, design(4096, 1))
    at = parks[1].park.space.names.index("home_contribution")
    moved = Sizes(parks[1], 1, 0.0, np.zeros((4096, 2)), difference=0.6)(points, parks[1].park.space.names)
    before, after = scores_of(points[:, at]), scores_of(moved[:, at])
    assert abs(np.corrcoef(before, after)[0, 1] - 0.8) < 0.03
    assert abs(after.std() - 1.0) < 0.03


def test_a_checklist_tells_the_level_of_service_with_its_error():
    """Of 0.5: ± 0.15, which lasts, and at each date chance, whose variance is (0.5 · 0.5 - 0.15²) / 5."""
    level = np.full((20_000, len(AGES)), 0.5)
    level[0, 1] = np.nan
    found = promised(level, np.random.default_rng(1))
    assert np.isnan(found[0, 1])
    assert set(np.unique(found[1:] * DUE)) == set(range(DUE + 1))
    lasting = np.cov(found[1:, 0], found[1:, 1])
    assert abs(found[1:].mean() - 0.5) < 0.01
    assert abs(lasting[0, 1] - BESIDE**2) < 0.003
    assert abs(lasting[0, 0] - BESIDE**2 - (0.25 - BESIDE**2) / DUE) < 0.003


def test_a_service_level_on_record_does_not_stray_with_the_model(parks):
    """Its error says how far the stand-in may lie; the discrepancy of counts would carry it beyond 1."""
    great_stone = next(one for one in members() if one.name == "great-stone")
    at = [n for n, one in enumerate(great_stone.park.model.targets[: great_stone.counted])
          if one.variable == "service_level"]  # fmt: skip
    assert [great_stone.park.model.targets[n].date for n in at] == ["2016", "2019", "2021"]
    runs = np.full((4000, len(great_stone.park.model.targets)), 0.8)
    found = told(great_stone, runs, np.full(4000, 0.8), 1)[:, at]
    np.testing.assert_allclose(found.mean(axis=0), 0.8, atol=0.03)
    np.testing.assert_allclose(found.std(axis=0), [great_stone.park.model.targets[n].error for n in at], rtol=0.05)


class Known(Panels):
    """Panels of two blocks: each reports every score with an error of variance 1, so R² is 1/2, and 2/3 of both."""

    def features(self, again=0):
        random = np.random.default_rng(again)
        return [self.theta + random.standard_normal(self.theta.shape) for _ in range(2)]


@pytest.fixture(scope="module")
def known():
    theta = np.random.default_rng(7).standard_normal((1 << 14, 3))
    return read_panels(Known((), 1, theta, ()))


def test_of_reports_whose_posterior_is_known_it_says_just_that(known):
    both, one = (r2_of(known.theta, known.of_blocks(blocks).expected) for blocks in ((0, 1), (1,)))
    np.testing.assert_allclose(both, 2 / 3, atol=0.04)
    np.testing.assert_allclose(one, 1 / 2, atol=0.04)
    ranks = ranks_of(known)
    assert 0.87 < coverage_of(ranks).mean() < 0.93
    x = [np.full((1, 3), 0.9)] * 2
    found = known.posterior(known.columns_of(x)[0])
    np.testing.assert_allclose(found.mean, 0.6, atol=0.12)


def test_reports_that_tell_nothing_leave_the_prior(known):
    class Silent(Known):
        def features(self, again=0):
            return [np.random.default_rng(again).standard_normal(self.theta.shape)]

    theta = np.random.default_rng(7).standard_normal((1 << 13, 3))
    reader = read_panels(Silent((), 1, theta, ()))
    assert r2_of(reader.theta, reader.expected).max() < 0.02
    found = reader.posterior(reader.columns_of([np.full((1, 3), 3.0)])[0])
    np.testing.assert_allclose(found.mean, 0.0, atol=0.25)


def test_numbers_scatter_over_halves_of_the_panels_as_they_do_over_seeds(known):
    np.testing.assert_allclose(sum(gram for gram, _ in known.parts), known.gram, rtol=1e-4, atol=1.0)
    np.testing.assert_allclose(sum(cross for _, cross in known.parts), known.cross, rtol=1e-4, atol=1.0)
    errors, found = [], []
    for seed in range(8):
        theta = np.random.default_rng(100 + seed).standard_normal((1 << 12, 3))
        reader = read_panels(Known((), seed, theta, ()))
        found.append(r2_of(reader.theta, reader.expected))
        each = [r2_of(half.theta, half.expected) for half in map(reader.of_half, halves())]
        errors.append(half_sample_error(np.array(each)))
    scatter = np.std(found, axis=0, ddof=1)
    assert 0.5 < np.sqrt(np.mean(np.square(errors))) / np.sqrt(np.mean(scatter**2)) < 2.0


def test_a_word_that_another_seed_may_not_repeat_says_so():
    one = AxisFinding(
        "network_strength", "network", (0.0,) * 5, (0.0,) * 5, (0.0,) * 5, shrink=0.25, overlap=0.9, r2=0.2,
        shrink_error=0.01, overlap_error=0.01, r2_error=0.005, coverage=0.9, broken=0.9, further=(),
        further_coverage=(), park="", shift=0.0,
    )  # fmt: skip
    assert (one.word, one.other_words, one.is_firm) == ("moved", (), True)
    wide = replace(one, shrink_error=0.1)
    assert (wide.word, wide.other_words, wide.is_firm) == ("moved", ("weakly", "unmoved"), False)
    found = replace(one, shrink=0.02, overlap=0.99, r2=0.11, r2_error=0.01)
    assert (found.word, found.other_words) == ("unmoved", ("cannot",))


@pytest.mark.parametrize(("shrink", "overlap"), [(0.0, 1.0), (0.15, 0.9), (0.6, 0.3)])
def test_what_simulated_panels_do_not_find_cannot_be_informed_however_it_moved(shrink, overlap):
    assert word_of(shrink, overlap, 0.099) == "cannot"
    assert word_of(shrink, overlap, 0.1) != "cannot"


def test_every_disputed_value_is_in_the_casebook_and_used(subtests):
    for value in disputed_values():
        with subtests.test(f"{value.park} {value.variable} {value.date}"):
            rows = [
                row
                for row in load_case(value.park).observations
                if (row.variable, str(row.date), row.use) == (value.variable, value.date, True)
            ]
            assert rows
            assert all(row.role != "context" for row in rows), "what is on another basis is not disputed but unused"
            assert value.reason.text("en") != value.reason.text("zh")


def test_a_disputed_value_is_left_out_by_the_columns_that_move_with_it(parks, panels):
    reader = read_panels(panels)
    park, member = next((n, one) for n, one in enumerate(parks) if one.name == "thilawa")
    disputed = [value for value in disputed_values() if place_of(member, value) is not None]
    assert len(disputed) == 5
    for value in disputed:
        place = place_of(member, value)
        before = observed_features(panels)
        other = member.recorded.copy()
        other[place] *= 1.5
        after = [*before[:park], read(member, other[np.newaxis, :]), *before[park + 1 :]]
        moved = np.flatnonzero(reader.columns_of(before)[0] != reader.columns_of(after)[0])
        columns = columns_on(reader, parks, park, place)
        assert set(moved) <= set(columns), "whatever moves with it is left out"
        start = 2 * sum(len(centre) for centre in reader.centres[:park])
        own = set(range(start, start + 2 * len(reader.centres[park])))
        assert set(columns) < own, "and nothing of another park"
        silent = reader.without_columns(columns)
        assert set(silent.counting) == set(reader.counting) - set(columns)


@pytest.mark.long
def test_intervals_hold_what_they_say(folder):
    """Simulation-based calibration of all parks: 90 % intervals hold 85 to 95 %."""
    whole = simulate(members(), 1 << 12, 1, threads=2, folder=folder)
    reader = read_panels(whole).of_blocks(range(len(whole.members)))
    found = coverage_of(ranks_of(reader))
    assert 0.85 <= found.mean() <= 0.95
    assert len(observed_features(whole)) == len(whole.members)
    r2 = dict(zip(names_of(), r2_of(reader.theta, reader.expected), strict=True))
    assert r2["home_contribution"] > 0.05 > r2["agglomeration"], "with a quarter of the panels that ship"
