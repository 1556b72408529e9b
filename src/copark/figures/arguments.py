"""Arguments of figures, checked in one place: runs, output, scenario, case and language, each told with the nearest."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

from copark.cases.case import Case
from copark.cases.types import shown, suggestion
from copark.errors import NotFound
from copark.options import options
from copark.texts import LANGUAGES, text

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

P = ParamSpec("P")


def checked(*outputs: str, any_of: Iterable[str] = ()) -> Callable[[Callable[P, Figure]], Callable[P, Figure]]:
    """Make a figure's function refuse, in the language of the figure, what cannot be drawn.

    A case may be given by name or path, a scenario by its key.

    Parameters
    ----------
    *outputs
        Outputs that the study must have kept.
    any_of
        Outputs of which it must have kept one.
    """

    def decorated(build: Callable[P, Figure]) -> Callable[P, Figure]:
        signature = inspect.signature(build)

        @wraps(build)
        def called(*args: P.args, **kwargs: P.kwargs) -> Figure:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            given = bound.arguments
            lang = given["lang"] = _language(given["lang"])
            if "result" in given:
                needed = (*outputs, *([given["variable"]] if "variable" in given else ()))
                _check_outputs(given["result"], needed, tuple(any_of), lang)
            if "scenario" in given:
                given["scenario"] = _scenario(given["result"], given["scenario"], lang)
            if "case" in given:
                is_needed = signature.parameters["case"].default is inspect.Parameter.empty
                given["case"] = _case(given["case"], lang, is_needed=is_needed)
            return build(*bound.args, **bound.kwargs)

        return called

    return decorated


def _refuse(key: str, lang: str, **values: str) -> NotFound:
    return NotFound(text(f"report.refused.{key}", lang, **values))


def _language(lang: Any) -> str:
    session = options().lang
    if lang is None or lang in LANGUAGES:
        return lang or session
    raise _refuse("lang", session, found=shown(lang), suggestion=suggestion(lang, LANGUAGES))


def _check_outputs(result: xr.Dataset, needed: tuple[Any, ...], any_of: tuple[str, ...], lang: str) -> None:
    kept = getattr(result, "data_vars", None)
    if kept is None or "scenario" not in result.dims:
        raise _refuse("result", lang, found=type(result).__name__)
    missing = [name for name in needed if name not in kept]
    if any_of and not any(name in kept for name in any_of):
        missing = [any_of[0]]
    if missing:
        drawn = [str(name) for name, values in kept.items() if "quarter" in values.dims]
        raise _refuse("output", lang, found=", ".join(map(shown, missing)), suggestion=suggestion(missing[0], drawn))


def _scenario(result: xr.Dataset, scenario: Any, lang: str) -> int:
    """Return the place of a scenario that is given by its place or its key."""
    keys = [str(key) for key in result["scenario"].to_numpy()]
    if isinstance(scenario, str) and scenario in keys:
        return keys.index(scenario)
    if isinstance(scenario, Integral) and 0 <= int(scenario) < len(keys):  # NumPy's as well
        return int(scenario)
    raise _refuse("scenario", lang, found=shown(scenario), suggestion=suggestion(scenario, keys))


def _case(case: Any, lang: str, *, is_needed: bool) -> Case | None:
    """Return a case that is given as it is, by name or by path."""
    if isinstance(case, Case) or (case is None and not is_needed):
        return case
    if isinstance(case, str | Path):
        from copark.cases.load import load_case

        try:
            return load_case(case)
        except NotFound as error:
            raise NotFound(error.said(lang)) from None
    raise _refuse("case", lang, found=type(case).__name__)
