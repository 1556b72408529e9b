"""Stored runs as frames with labels: paths, quantiles, outcomes and draws of parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.model.outcomes import BY_KEY, OUTCOMES
from copark.model.variables import catalogue
from copark.presentation.labelled_frame import LabelledFrame, in_both, titled, unit_title
from copark.simulation.trust import Trust
from copark.store.streaming_summary import STATISTICS, path_names
from copark.texts import LANGUAGES, text
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from copark.store.run_record import RunRecord

STATUSES = ("ok", "not_finite", "out_of_range", "too_many")
NONE = "none"
"""Key of the outcome of a run that did not finish."""
CHUNK = 1000
"""Runs that are laid out at a time."""


def _localized(key: str) -> LocalizedText:
    return LocalizedText.by_language(partial(text, key))


def _titles(*columns: str) -> dict[str, LocalizedText]:
    return {name: _localized(f"store.column.{name}") for name in columns}


def _outputs(dataset: xr.Dataset, names: list[str]) -> dict[str, LocalizedText]:
    """Return titles of outputs, with their units."""
    attributes = {name: dataset[name].attrs for name in names}
    return {
        name: titled(in_both(attrs, "title", name), str(attrs.get("units", ""))) for name, attrs in attributes.items()
    }


def scenario_words(dataset: xr.Dataset) -> dict[str, LocalizedText]:
    """Return titles of scenarios, by their keys, in their order."""
    titles: Mapping[str, Mapping[str, str]] = json.loads(dataset.attrs.get("scenario_titles", "{}"))
    names = [str(name) for name in dataset["scenario"].values]
    return {name: LocalizedText(**titles[name]) if name in titles else LocalizedText.same(name) for name in names}


def outcome_words() -> dict[str, LocalizedText]:
    """Return what outcomes are called, by their keys; the last is that of a run that did not finish."""
    words = {outcome.key: LocalizedText.by_language(outcome.word) for outcome in OUTCOMES}
    return {**words, NONE: _localized(f"store.outcome.{NONE}")}


def status_words() -> dict[str, LocalizedText]:
    """Return how runs may end, by key."""
    return {name: _localized(f"store.status.{name}") for name in STATUSES}


def _attributes(record: RunRecord) -> dict[str, str]:
    trust = {f"trust_{lang}": Trust.of(record.provenance).label(lang) for lang in LANGUAGES}
    provenance = json.dumps(record.provenance, ensure_ascii=False, sort_keys=True)
    return {"identity": record.identity, **trust, "provenance": provenance}


def _frame_of(
    record: RunRecord,
    dataset: xr.Dataset,
    name: str,
    frame: pd.DataFrame,
    titles: Mapping[str, LocalizedText],
    words: Mapping[str, Mapping[str, LocalizedText]],
) -> LabelledFrame:
    """Label a frame of a run, under a title of the study and with the provenance of the run."""
    study = in_both(dataset.attrs, "title", record.identity)

    def title(lang: str) -> str:
        sheet = text(f"store.sheet.{name}", lang)
        case = record.provenance.get("case", "")
        return text("store.table", lang, case=case, identity=record.identity, study=study.text(lang), table=sheet)

    return LabelledFrame(name, LocalizedText.by_language(title), frame, titles, words, _attributes(record))


def paths_frame(record: RunRecord, dataset: xr.Dataset) -> LabelledFrame:
    """Return what paths are called, with an empty frame: :func:`parts_of_paths` has the rows."""
    import pandas as pd

    names = path_names(dataset)
    titles = _titles("scenario", "run", "quarter", "outcome", "status") | _outputs(dataset, names)
    words = {"scenario": scenario_words(dataset), "outcome": outcome_words(), "status": status_words()}
    return _frame_of(record, dataset, "paths", pd.DataFrame(), titles, words)


def _categories(words: Mapping[str, LocalizedText], codes: Any) -> Any:
    import pandas as pd

    return pd.Categorical.from_codes(codes, categories=pd.Index(list(words)))


def _ends_of_runs(outcomes: Any, statuses: Any, repeats: int = 1) -> dict[str, Any]:
    """Return the columns of outcome and status of runs, each as often as it has rows."""
    outcome_codes = np.asarray(outcomes).astype(int)
    status_codes = np.asarray(statuses).astype(int)
    known_outcomes = np.where(outcome_codes < 0, len(OUTCOMES), outcome_codes)
    known_statuses = np.where(status_codes < len(STATUSES), status_codes, -1)
    return {
        "outcome": _categories(outcome_words(), np.repeat(known_outcomes, repeats)),
        "status": _categories(status_words(), np.repeat(known_statuses, repeats)),
    }


def parts_of_paths(dataset: xr.Dataset, chunk: int = CHUNK) -> Iterator[pd.DataFrame]:
    """Yield paths, of so many runs of a scenario at a time: a row for each run and quarter, a column for each output.

    Scenario, outcome and status are categories of their keys.
    """
    import pandas as pd

    names = path_names(dataset)
    labels = [str(label) for label in dataset["label"].values]
    quarters = {label: LocalizedText.same(label) for label in labels}
    scenarios = scenario_words(dataset)
    runs = dataset["run"].values
    for n in range(len(scenarios)):
        for start in range(0, runs.size, chunk):
            part = dataset[[*names, "outcome", "status"]].isel(scenario=n, run=slice(start, start + chunk))
            runs_of_part = runs[start : start + chunk]
            rows = runs_of_part.size * len(labels)
            columns: dict[str, Any] = {
                "scenario": _categories(scenarios, np.full(rows, n)),
                "run": np.repeat(runs_of_part, len(labels)).astype("int32"),
                "quarter": _categories(quarters, np.tile(np.arange(len(labels)), runs_of_part.size)),
            }
            columns |= {name: part[name].values.reshape(rows) for name in names}
            columns |= _ends_of_runs(part["outcome"].values, part["status"].values, len(labels))
            yield pd.DataFrame(columns)


def summary_frame(record: RunRecord, dataset: xr.Dataset, summary: xr.Dataset) -> LabelledFrame:
    """Return quantiles over runs: a row for each scenario, variable and quarter."""
    import pandas as pd

    names = [str(name) for name, variable in summary.data_vars.items() if "statistic" in variable.dims]
    labels = [str(label) for label in summary["label"].values]
    scenarios = scenario_words(dataset)
    parts = []
    for n, scenario in enumerate(scenarios):
        for name in names:
            values = summary[name].values[n]
            lead = {"scenario": scenario, "variable": name, "unit": str(summary[name].attrs.get("units", ""))}
            columns = {word: values[place] for place, word in enumerate(STATISTICS)}
            parts.append(pd.DataFrame({**dict.fromkeys(lead), "quarter": labels, **columns}).assign(**lead))
    frame = pd.concat(parts, ignore_index=True)
    titles = _titles("scenario", "variable", "unit", "quarter", *STATISTICS)
    symbols = dict.fromkeys(str(summary[name].attrs.get("units", "")) for name in names)
    words = {
        "scenario": scenarios,
        "variable": {name: in_both(summary[name].attrs, "title", name) for name in names},
        "unit": {symbol: unit_title(symbol) for symbol in symbols if symbol},
    }
    return _frame_of(record, dataset, "summary", frame, titles, words)


def outcomes_frame(record: RunRecord, dataset: xr.Dataset) -> LabelledFrame:
    """Return how runs ended: a row for each scenario and outcome."""
    import pandas as pd

    rows = []
    for scenario in record.scenarios:
        counts = {name: record.outcome.get(scenario, {}).get(str(code), 0) for code, name in enumerate(BY_KEY)}
        counts[NONE] = record.runs - sum(counts.values())
        rows += [(scenario, name, count, count / record.runs) for name, count in counts.items()]
    frame = pd.DataFrame(rows, columns=["scenario", "outcome", "runs", "share"])
    titles = _titles("scenario", "outcome", "runs", "share")
    words = {"scenario": scenario_words(dataset), "outcome": outcome_words()}
    return _frame_of(record, dataset, "outcomes", frame, titles, words)


def draws_frame(record: RunRecord, dataset: xr.Dataset, every_run: xr.Dataset) -> LabelledFrame:
    """Return a row for each scenario and run: how it ended, and its draws of parameters."""
    import pandas as pd

    scenarios = scenario_words(dataset)
    runs = every_run["run"].values
    parameters = [str(name) for name in every_run["parameter"].values] if "draws" in every_run else []
    parts = []
    for n in range(len(scenarios)):
        columns: dict[str, Any] = {
            "scenario": _categories(scenarios, np.full(runs.size, n)),
            "run": runs.astype("int32"),
            **_ends_of_runs(every_run["outcome"].values[n], every_run["status"].values[n]),
        }
        if parameters:
            draws = every_run["draws"].values
            columns |= {name: draws[:, place] for place, name in enumerate(parameters)}
        parts.append(pd.DataFrame(columns))
    titles = _titles("scenario", "run", "outcome", "status")
    for name in parameters:
        parameter = catalogue().parameters.get(name.partition("[")[0])
        if parameter is not None:
            titles[name] = titled(LocalizedText(en=parameter.en, zh=parameter.zh), parameter.unit)
    words = {"scenario": scenarios, "outcome": outcome_words(), "status": status_words()}
    frame = pd.concat(parts, ignore_index=True)
    return _frame_of(record, dataset, "draws", frame, titles, words)
