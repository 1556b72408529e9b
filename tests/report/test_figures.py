"""Figures: they draw on every kind of data, say what they show, leave nothing behind, and save themselves whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.markers import CARETDOWNBASE, CARETUPBASE

from copark import figures
from copark.cases.case import Case
from copark.figures.frame import observed_key, observed_mark
from copark.presentation.figures import FORMATS, inline, render, save
from copark.presentation.style import PALETTE, SIDES
from tests.report.sample import make_case, make_result

OF_RESULTS: dict[str, Callable[[xr.Dataset, Case, str], Figure]] = {
    "fan": lambda result, case, lang: figures.fan(result, "registered", case, lang),
    "fan_cash": lambda result, case, lang: figures.fan(result, "cash", case, lang),
    "outcome_bars": lambda result, case, lang: figures.outcome_bars(result, lang),
    "ledger_land": figures.ledger_land,
    "ledger_money": lambda result, case, lang: figures.ledger_money(result, lang),
    "coordination": lambda result, case, lang: figures.coordination(result, lang),
    "phases": figures.phases,
}
OF_CASES = {name: getattr(figures, name) for name in ("network", "timeline", "equity")}
ODD = {
    "one run": {"runs": 1},
    "two quarters": {"runs": 3, "quarters": 2},
    "one quarter": {"runs": 3, "quarters": 1},
    "all failed": {"runs": 4, "failed": "all"},
    "some failed": {"runs": 15, "failed": "some"},
    "three scenarios": {"runs": 12, "scenarios": ("baseline", "other", "third")},
    "long": {"runs": 2, "quarters": 200},
}

FAST = ("one quarter", "three scenarios")


def words_of(figure: Figure) -> str:
    """Every word drawn in a figure."""
    import matplotlib.text

    found = figure.findobj(matplotlib.text.Text)
    return " ".join(text.get_text() for text in found)


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.long)])
@pytest.mark.parametrize("name", OF_RESULTS)
def test_figures_of_results_draw(name: str, lang: str, result: xr.Dataset, case: Case) -> None:
    figure = OF_RESULTS[name](result, case, lang)
    assert isinstance(figure, Figure)
    assert "0123456789abcdef" in words_of(figure)
    for kind in FORMATS if name == "fan" else ("svg",):
        assert len(render(figure, kind)) > 5000


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", OF_CASES)
def test_figures_of_cases_draw(name: str, lang: str, case: Case) -> None:
    assert len(render(OF_CASES[name](case, lang), "svg")) > 5000


@pytest.mark.parametrize("odd", [odd if odd in FAST else pytest.param(odd, marks=pytest.mark.long) for odd in ODD])
def test_figures_draw_on_tiny_and_odd_data(odd: str, case: Case, subtests: pytest.Subtests) -> None:
    made: Any = ODD[odd]
    result = make_result(**made)
    for name, draw in OF_RESULTS.items():
        with subtests.test(name=name):
            assert render(draw(result, case, "en"), "svg")


def test_fan_marks_observations_by_what_they_say(result: xr.Dataset, case: Case) -> None:
    """A bar for a range, a caret at a bound, a dot for a value; what is not used is grey."""
    axes = figures.fan(result, "operating", case).axes[0]
    drawn = [np.asarray(line.get_ydata()).tolist() for line in axes.lines]
    assert [17.0, 20.0] in drawn
    carets = [line for line in axes.lines if line.get_marker() == CARETUPBASE]
    assert [np.asarray(line.get_ydata()).tolist() for line in carets] == [[50.0]]
    dots = [line for line in figures.fan(result, "registered", case).axes[0].lines if line.get_marker() == "o"]
    assert sorted(str(line.get_color()) for line in dots) == sorted([PALETTE["ink"], PALETTE["ink"], PALETTE["muted"]])


KINDS = {
    "exact": ("o", PALETTE["ink"]), "about": ("o", PALETTE["paper"]), "more-than": (CARETUPBASE, None),
    "at-least": (CARETUPBASE, None), "at-most": (CARETDOWNBASE, None), "range": (None, None),
}  # fmt: skip


def test_every_kind_of_bound_has_a_mark_of_its_own_and_a_place_in_the_key(subtests: pytest.Subtests) -> None:
    for bound, (marker, face) in KINDS.items():
        with subtests.test(bound):
            axes = Figure().add_subplot()
            observed_mark(axes, 2020.0, 50.0, {"range": 55.0, "more-than": 55.0}.get(bound), bound)
            last = axes.lines[-1]
            drawn = np.asarray(last.get_ydata()).tolist()
            if marker is None:
                assert drawn == [50.0, 55.0]
            else:
                assert last.get_marker() == marker
                assert drawn == [50.0], "of more than 50 the 50 is drawn, not how far it reaches"
            assert face is None or last.get_markerfacecolor() == face
            assert all(len(observed_key([bound, bound], lang)) == 1 for lang in ("en", "zh"))
    assert len(observed_key(KINDS, "en", unused=True)) == 6


def test_bands_hold_the_shares_of_runs_they_claim(result: xr.Dataset) -> None:
    tops = [
        np.asarray(band.get_paths()[0].vertices)[:, 1].max() for band in figures.fan(result, "jobs").axes[0].collections
    ]
    last = result["jobs"].isel(scenario=0, quarter=-1).to_numpy()
    finished = last[np.isfinite(last)]
    assert tops[0] == pytest.approx(np.quantile(finished, 0.95))
    assert tops[1] == pytest.approx(np.quantile(finished, 0.75))


def test_equity_bars_stack_to_a_hundred(case: Case) -> None:
    axes = figures.equity(case).axes[0]
    tops: dict[float, float] = {}
    for bar in axes.patches:
        x = round(bar.get_x(), 4)  # type: ignore[attr-defined]
        tops[x] = tops.get(x, 0.0) + bar.get_height()  # type: ignore[attr-defined]
    assert list(tops.values()) == pytest.approx([100.0] * 4)
    assert len(SIDES) * 4 == len(axes.patches)


def test_network_shows_who_left_and_every_layer(case: Case) -> None:
    drawn = words_of(figures.network(case))
    for words in ("Rail partner", "China", "Belarus", "Council", "Builder Group", "River Port", "Logistics hub"):
        assert words in drawn.replace("\n", " ")
    patches = figures.network(case).axes[0].patches
    assert sum(patch.get_linestyle() != "solid" for patch in patches) >= 1, "the one who left is dashed"


def test_a_case_with_little_in_it_draws(case: Case) -> None:
    bare = case.model_copy(
        update={
            "events": (), "partners": (), "institutions": (), "anchors": (), "equity": (), "shocks": (), "visits": (),
            "renegotiations": (), "observations": (), "host_context": (),
        }
    )  # fmt: skip
    for draw in OF_CASES.values():
        assert render(draw(bare, "en"), "svg")


def test_text_of_a_case_is_never_mathematics_and_never_breaks_a_figure() -> None:
    hostile = "$\\frac{a}{$ <script>alert(1)</script> & \u202e\u0007 😀 " + "w" * 300
    made = make_case(title_en="Park " + hostile[:40], title_zh="园区$_{$")
    owners = tuple(
        owner.model_copy(update={"title": owner.title.model_copy(update={"en": hostile, "zh": "汉字" * 80})})
        for owner in made.shareholders
    )
    made = made.model_copy(update={"shareholders": owners})
    for draw, kind, lang in zip(OF_CASES.values(), FORMATS, ("zh", "en", "en"), strict=True):
        assert render(draw(made, lang), "svg")
        assert render(draw(made, "en"), kind)


@pytest.mark.usefixtures("drawn")
def test_files_are_made_in_every_kind_and_say_what_made_them(tmp_path: Path, result: xr.Dataset) -> None:
    drawing = save(figures.fan(result), tmp_path / "fan-en", "Registered", "0123456789abcdef")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fan-en.pdf", "fan-en.png", "fan-en.svg"]
    assert (tmp_path / "fan-en.svg").read_text(encoding="utf-8") == drawing
    for path in tmp_path.iterdir():
        assert b"0123456789abcdef" in path.read_bytes(), path.name


def test_a_drawing_in_a_page_has_a_name_its_own_ids_and_no_address(result: xr.Dataset) -> None:
    shown = inline(render(figures.fan(result), "svg").decode(), "fan-registered", "A <title>", "A & description")
    assert "http" not in shown
    assert "A &lt;title&gt;" in shown
    assert 'role="img"' in shown
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert ids
    assert all(name.startswith("fan-registered-") for name in ids)
    assert len(ids) == len(set(ids))
    targets = re.findall(r'(?:href="|url\()#([^")]+)', shown)
    assert set(targets) <= set(ids)
    assert f"var(--model, {PALETTE['model']})" in shown
    with pytest.raises(ValueError, match="view box"):
        inline("<svg></svg>", "x", "t", "d")
