"""Results: runs as a labelled dataset with units, titles, outcomes and everything that made them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from copark.cases.case import Case
from copark.cases.world import world_hash
from copark.identity import RESULT_FORMAT, result_identity
from copark.model.machine import cpu_features, versions
from copark.model.outcomes import OUTCOMES
from copark.model.variables import SUBMODELS, Variable, catalogue
from copark.simulation.outcomes import NOT_OK
from copark.simulation.study import Study
from copark.simulation.trust import Trust
from copark.texts import LANGUAGES
from copark.version import MODEL_VERSION, __version__

if TYPE_CHECKING:
    import xarray as xr

    from copark.simulation.ensemble import Runs

STATUS = ("ok", "not finite", "out of range", "too many enterprises")
MEANINGS = tuple(outcome.spelled for outcome in OUTCOMES)
"""Outcomes as a result's attributes spell them."""


class Label(NamedTuple):
    """Labels of a result: its identity, everything that made it as JSON, and its trust state."""

    identity: str
    provenance: str
    trust: Trust


def study_identity(study: Study, case: Case, source: str | None = None) -> str:
    """Name a study's result by what it depends on, and nothing else.

    Parameters
    ----------
    study
        The study, with draws and time decided.
    case
        Its case, known by the hashes of its content and of the world's series it takes.
    source
        Identity of the source of its draws; ``None`` where they come from no posterior.
    """
    content = {
        "format": RESULT_FORMAT,
        "study": study.content(),
        "case_hash": case.hash,
        "world_hash": world_hash(case),
        "model_version": MODEL_VERSION,
    }
    return result_identity(content if source is None else content | {"draws_hash": source})


def title_attributes(study: Study) -> dict[str, str]:
    """Return the attributes of a result that hold its titles, which its run ID does not cover."""
    titles = {scenario.key: scenario.title.model_dump() for scenario in study.scenarios}
    return {
        "title_en": study.title.en,
        "title_zh": study.title.zh,
        "scenario_titles": json.dumps(titles, ensure_ascii=False),
    }


def label(study: Study, case: Case, source: Mapping[str, Any] | None = None) -> Label:
    """Name a study's result and tell everything that made it.

    Parameters
    ----------
    study
        The study.
    case
        Its case.
    source
        What the source of its draws adds to the provenance, if it has one; ``draws_hash`` is its identity.
    """
    made_by = {
        "format": RESULT_FORMAT,
        "code_version": __version__,
        "model_version": MODEL_VERSION,
        "case": case.name,
        "case_hash": case.hash,
        "world_hash": world_hash(case),
        "study": study.content(),
        "seed": study.seed,
        "runs": study.runs,
        "cpu_features": cpu_features(),
        **versions(),
        "trust": Trust.without(case.name, str(study.draws)).content(),
        **(source or {}),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    named = study_identity(study, case, None if source is None else str(source["draws_hash"]))
    return Label(named, json.dumps(made_by, ensure_ascii=False, sort_keys=True), Trust.of(made_by))


def describe(variable: Variable) -> dict[str, str]:
    """Return the attributes of a variable in a dataset."""
    return {
        "title_en": variable.en,
        "title_zh": variable.zh,
        "long_name": variable.en,
        "symbol": variable.symbol,
        "units": variable.unit,
        "kind": variable.kind,
        "room": variable.submodel,
        "source": variable.source,
    }


def flags(meanings: Sequence[str], first: int = 0) -> dict[str, Any]:
    """Return the attributes of a variable of codes, by the CF conventions: meanings are words between blanks."""
    values = list(range(first, first + len(meanings)))
    return {"flag_values": values, "flag_meanings": " ".join(name.replace(" ", "_") for name in meanings)}


def assemble(study: Study, case: Case, label: Label, runs: Runs) -> xr.Dataset:
    """Make the labelled dataset of a chunk of runs.

    Parameters
    ----------
    study
        The study.
    case
        Its case, with the time that is simulated.
    label
        Labels of the result.
    runs
        The runs, with the outputs the study keeps.
    """
    import xarray as xr

    def variable(dims: str | tuple[str, ...], values: Any, attrs: Mapping[str, Any] | None = None) -> xr.Variable:
        """Make a variable of an array as it is: xarray need not ask Dask, which takes long to import, what it is.

        Parameters
        ----------
        dims
            Name of its dimension, or the names of all.
        values
            Array with as many axes.
        attrs
            Attributes; ``None`` for none.
        """
        return xr.Variable(dims, values, attrs, fastpath=True)

    over_time = ("scenario", "run", "quarter")
    per_run = ("scenario", "run")
    variables = catalogue()
    out = runs.out[:, :, : len(study.kept)]
    status = np.stack([scenario_runs.status for scenario_runs in runs.scenarios])
    outcome = np.stack([scenario_runs.outcome for scenario_runs in runs.scenarios])
    count = out.shape[1]
    drawn = np.stack(list(runs.drawn.values()), axis=1) if runs.drawn else np.zeros((count, 0))
    quarters = [case.clock.start + t for t in range(out.shape[3])]
    return xr.Dataset(
        {
            **{
                name: variable(over_time, out[:, :, n, :], describe(variables.outputs[name]))
                for n, name in enumerate(study.kept)
            },
            "status": variable(per_run, status[:, :, 0].astype(np.int8), flags(STATUS)),
            "status_quarter": variable(per_run, status[:, :, 1].astype(np.int32)),
            "status_room": variable(per_run, status[:, :, 2].astype(np.int8), flags(SUBMODELS)),
            "outcome": variable(per_run, outcome, flags(("not finished", *MEANINGS), NOT_OK)),
            "draws": variable(("run", "parameter"), drawn),
        },
        coords={
            "scenario": variable("scenario", np.array([scenario.key for scenario in study.scenarios])),
            "run": variable("run", np.arange(runs.first, runs.first + count)),
            "quarter": variable(
                "quarter", np.array([quarter.last_day for quarter in quarters], dtype="datetime64[ns]")
            ),
            "label": variable("quarter", np.array([str(quarter) for quarter in quarters])),
            "parameter": variable("parameter", np.array(list(runs.drawn), dtype=str)),
        },
        attrs={
            "identity": label.identity,
            **title_attributes(study),
            "provenance": label.provenance,
            **{f"trust_{lang}": label.trust.label(lang) for lang in LANGUAGES},
        },
    )
