"""An answer has a line, a view for notebooks, a frame, a labelled Dataset, a figure and files. Nothing is simulated."""

import json
from typing import get_args

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import copark as cp
from copark.analyses import REGISTRY
from copark.analyses.answer import SHIPPED, load, place_of
from copark.analyses.answer_forms import labelled
from copark.analyses.contract import Result
from copark.errors import CoparkError, NotFound
from copark.presentation.figures import render

OWN = [analysis for analysis in REGISTRY if analysis.function in cp.__all__]
WITHOUT_FIGURE = {"counterfactual", "stack"}
"""Those whose shipped result is a list: of what can be undone, and of scores."""


def shipped(name):
    """A result that ships, or nothing."""
    folder = SHIPPED / "results" / name
    ids = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return load(place_of(SHIPPED, REGISTRY[name], ids[0]), REGISTRY[name]).result if ids else None


WITH_RESULTS = [analysis.name for analysis in OWN if (SHIPPED / "results" / analysis.name).is_dir()]


@pytest.mark.parametrize("analysis", OWN, ids=lambda one: one.name)
def test_every_class_of_answers_has_the_forms(analysis):
    answers = analysis.answer
    for kind in get_args(answers) or (answers,):
        assert issubclass(kind, Result)
        assert kind.__repr__ is Result.__repr__
        assert (kind.main_table, kind.to_frame) != (Result.main_table, Result.to_frame)


def test_most_analyses_are_walked_through_by_their_results():
    assert len(WITH_RESULTS) >= 20


@pytest.mark.parametrize("name", WITH_RESULTS)
def test_an_answer_in_all_its_forms(name):
    answer = shipped(name)
    document = answer.document("zh")
    line = repr(answer)
    assert "\n" not in line
    assert len(line) < 300
    assert answer.run_id in line
    with cp.set_options(lang="zh"):
        view = answer._repr_html_()
        assert document.headline[:30] in repr(answer)
    assert 'lang="zh-CN"' in view
    assert view.count("<table") <= 1
    assert len(view) < 30_000
    assert "<script" not in view
    table = labelled(answer)
    assert set(table.titles) == set(map(str, table.frame.columns)), "a label for every column, in analyses.main.*"
    assert all(title.en and title.zh for title in table.titles.values())
    frame, dataset = answer.to_frame(), answer.to_xarray()
    assert dataset.attrs["identity"] == answer.run_id
    assert dataset.attrs["headline_zh"] == document.headline
    for column in frame.columns:
        if frame[column].dtype.kind == "f" and column in dataset.data_vars:
            assert np.nansum(dataset[column].values) == pytest.approx(frame[column].sum())
    if name in WITHOUT_FIGURE:
        with pytest.raises(NotFound, match="to_frame"):
            answer.plot()
    else:
        assert answer.plot(lang="zh")._repr_png_().startswith(b"\x89PNG")


def test_a_dataset_has_the_columns_that_name_its_rows_as_dimensions_and_units():
    forecast = shipped("forecast").to_xarray()
    assert set(forecast.sizes) == {"variable", "method", "quarter"}
    assert "units" not in forecast["p50"].attrs, "rows have units of their own"
    levers = shipped("levers").to_xarray()
    assert set(levers.sizes) == {"setting", "measure"}
    assert (levers["lever"].dims, levers["unit"].dims) == (("setting",), ("measure",)), (
        "each follows from one dimension"
    )
    frame = shipped("levers").to_frame()
    one = frame[(frame["setting"] == frame["setting"][0]) & (frame["measure"] == "failed")].iloc[0]
    assert levers["mean"].sel(setting=one["setting"], measure="failed") == one["mean"]
    ablate = shipped("ablate").to_xarray()
    assert set(ablate.sizes) == {"ablation", "output", "quarter"}
    assert ablate["kind"].dims == ("ablation",)


@pytest.mark.parametrize("name", ["forecast", "standing", "parks"])
def test_a_file_is_written_in_the_form_its_ending_names(name, tmp_path):
    answer = shipped(name)
    frame = answer.to_frame()
    paths = {
        kind: answer.save(tmp_path / f"a.{kind}", lang="zh") for kind in ("html", "json", "xlsx", "csv", "dta", "nc")
    }
    assert answer.document("zh").title in paths["html"].read_text(encoding="utf-8")
    assert json.loads(paths["json"].read_text(encoding="utf-8"))["lang"] == "zh"
    assert len(pd.read_csv(paths["csv"])) == len(frame) == len(pd.read_stata(paths["dta"]))
    with pd.read_stata(paths["dta"], iterator=True) as stata:
        assert all(stata.variable_labels().values())
        assert answer.document("zh").title.startswith(stata.data_label.rstrip("…"))
    if name == "parks":
        points = json.loads(answer.save(tmp_path / "a.geojson").read_text(encoding="utf-8"))
        assert len(points["features"]) == len(frame)
        with pd.read_stata(paths["dta"], iterator=True) as stata:
            assert stata.value_labels()["outcome"][0] == "失败"
    else:
        with pytest.raises(NotFound, match="no map"):
            answer.save(tmp_path / "a.geojson")
    with xr.open_dataset(paths["nc"], engine="h5netcdf") as stored:
        assert stored.attrs["identity"] == answer.run_id
    with pytest.raises(NotFound, match=r"\.html"):
        answer.save(tmp_path / "a.odt")


def test_missing_and_infinite_values_in_files(tmp_path, monkeypatch):
    answer = shipped("standing")
    frame = pd.DataFrame(
        {
            "who": ["a", "b", pd.NA],
            "whole": pd.array([1, pd.NA, 3], dtype="Int64"),
            "flag": pd.array([True, pd.NA, False], dtype="boolean"),
            "any": pd.Series([np.int64(1), pd.NA, 2.5], dtype=object),
            "number": [0.5, np.nan, 1.5],
        }
    )
    monkeypatch.setattr(type(answer), "to_frame", lambda _: frame)
    for path, read in (("a.csv", pd.read_csv), ("a.dta", pd.read_stata)):
        table = read(answer.save(tmp_path / path))
        assert [list(table[name].isna()) for name in ("whole", "any", "number")] == [[False, True, False]] * 3, path
        assert float(table["any"][2]) == 2.5
    assert answer.to_xarray()["whole"].dtype == np.float64
    monkeypatch.setattr(type(answer), "to_frame", lambda _: frame.assign(number=[0.5, np.inf, -np.inf]))
    with pytest.raises(CoparkError, match=r"b\.dta: Stata has no infinite values.*: number\. Save as"):
        answer.save(tmp_path / "b.dta")
    assert not (tmp_path / "b.dta").exists()


def test_a_package_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("copark.extras.find_spec", lambda _: None)
    with pytest.raises(CoparkError, match=r'pip install "copark\[data\]"'):
        shipped("standing").save(tmp_path / "a.parquet")


@pytest.mark.parametrize("question", ["voi", "evsi", "sensitivity", "reliability"])
def test_questions_that_need_an_extra_say_so_before_they_run_anything(question, monkeypatch):
    analysis = REGISTRY[question]
    params = analysis.params(**({} if question == "reliability" else {"case": "great-stone"}))
    monkeypatch.setattr("copark.extras.find_spec", lambda _: None)
    with pytest.raises(CoparkError, match=r'pip install "copark\[statistics\]"'):
        analysis.ask.compute(params, None)


def test_a_notebook_escapes_what_somebody_wrote():
    from dataclasses import replace

    from copark.presentation.html_pdf import to_notebook

    document = replace(shipped("nca").document("en"), headline="<script>alert(1)</script>")
    assert "<script>" not in to_notebook(document, "0" * 16)


def test_a_figure_in_chinese_is_saved_with_its_characters(tmp_path):
    shipped("standing").plot(lang="zh").savefig(tmp_path / "a.png")  # a warning of a missing glyph would be an error
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_letters_of_a_figure_on_the_page_stay_letters():
    """They can be searched, copied and read aloud; a figure that a user saves has outlines, as matplotlib's have."""
    figure = shipped("standing").plot(lang="en")
    assert b"<text " in render(figure, "svg", outlined=False)
    assert b"<text " not in render(figure, "svg")
