"""A second opinion: against a posterior in closed form where sbi is installed, and a word where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from copark.errors import RunRefused
from copark.inference import crosscheck
from copark.inference.calibrate import Settings, neighbourhood
from tests.inference.workflow_settings import ask


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(crosscheck, "find_spec", lambda _name: None)
    for lang in ("en", "zh"):
        with pytest.raises(RunRefused, match=r"copark\[sbi\]"):
            ask("calibrate", tmp_path, lang=lang, crosscheck=True)


@pytest.mark.long
def test_the_flow_is_shown_only_what_tells_something(monkeypatch: pytest.MonkeyPatch, great_stone, batch) -> None:
    near = neighbourhood(great_stone, batch.recipe.cut, Settings(runs=batch.runs, accepted=200))
    seen = {}

    def flow(z, summaries, recorded, seed):
        seen.update(axes=z.shape[1], summaries=summaries.shape[1], recorded=len(recorded), seed=seed)
        return z[:500]

    monkeypatch.setattr(crosscheck, "neural_posterior", flow)
    said = crosscheck.opinions(near.parameters, near.neighbours, near.learned.explained, near.recorded, 3)
    told = int((near.learned.explained >= crosscheck.TELLING).sum())
    assert seen == {"axes": batch.space.axes, "summaries": told, "recorded": told, "seed": 3}
    assert 0 < told < batch.space.axes
    assert [one.shift for one in said] == sorted((one.shift for one in said), reverse=True)


@pytest.mark.long
def test_the_flow_finds_a_normal_posterior() -> None:
    """Of z ~ N(0, 1) seen with a normal error of 0.5 at x = 1: mean 0.8, standard deviation 0.447."""
    pytest.importorskip("sbi")
    random = np.random.default_rng(5)
    z = random.standard_normal((4000, 2))
    x = z[:, :1] + 0.5 * random.standard_normal((4000, 1))
    found = crosscheck.neural_posterior(z, x, np.array([1.0]), draws=4000)
    assert found.mean(axis=0) == pytest.approx([0.8, 0.0], abs=0.1)
    assert found.std(axis=0) == pytest.approx([0.2**0.5, 1.0], rel=0.15)
    assert np.array_equal(found, crosscheck.neural_posterior(z, x, np.array([1.0]), draws=4000))
