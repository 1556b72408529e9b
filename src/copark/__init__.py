"""copark: will this cooperation park survive, which lever matters, and how sure are we?

``load_case`` reads a case of the casebook, ``simulate`` runs an ensemble on it, ``figures`` draws from results, each
analysis is a function of its name, such as ``copark.levers("great-stone")``. Each is imported when first used, so that
``import copark`` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from copark.version import __version__

__all__ = ["__version__", "figures", "load_case", "simulate"]

if TYPE_CHECKING:
    from copark.cases.load import load_case
    from copark.workflows import simulate


def __getattr__(name: str) -> Any:
    from importlib import import_module

    homes = {"load_case": "copark.cases.load", "simulate": "copark.workflows"}
    if name == "figures":
        return import_module("copark.figures")
    if name in homes:
        return getattr(import_module(homes[name]), name)
    if not name.startswith("_"):
        from copark.analyses import REGISTRY

        analysis = REGISTRY.by_function(name)
        if analysis is not None:
            return import_module("copark.analyses.python_functions").function_of(analysis)
    raise AttributeError(f"module 'copark' has no attribute {name!r}")
