"""copark: will this cooperation park survive, which lever matters, and how sure are we?

``load_case`` reads a case of the casebook, ``simulate`` runs an ensemble on it, each analysis is a function of its
name, such as ``copark.levers("great-stone")``, ``posterior`` gives a calibration to ArviZ, ``park_from_frames`` takes
a park of one's own, and ``set_options`` sets language, folder, threads and progress of the session. ``dir(copark)``
lists all names; each is imported when first used, so that ``import copark`` stays light.
"""

from __future__ import annotations

from typing import Any

from copark.version import __version__

__all__ = [
    "Case",
    "Scenario",
    "Study",
    "__version__",
    "ablate",
    "accounts",
    "brief",
    "calibrate",
    "check_case",
    "cite",
    "claims",
    "compare",
    "counterfactual",
    "coupling",
    "distress",
    "errors",
    "evidence",
    "evsi",
    "experts",
    "export_casebook",
    "figures",
    "forecast",
    "frames",
    "goal",
    "joint",
    "lever_scenarios",
    "levers",
    "link_impact",
    "list_cases",
    "list_studies",
    "load_case",
    "nca",
    "new_case",
    "open_run",
    "park_from_frames",
    "parks",
    "parks_accounts",
    "pool",
    "posterior",
    "power",
    "qca",
    "reliability",
    "run",
    "runs",
    "score",
    "sensitivity",
    "set_options",
    "show_versions",
    "simulate",
    "stack",
    "standing",
    "structures",
    "suzhou",
    "typology",
    "validate",
    "variables",
    "verify",
    "voi",
    "with_observations",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    from copark.python_api.names import HOMES, MODULES

    if name in MODULES:
        return import_module(f"copark.{name}")
    if name in HOMES:
        return import_module("copark.python_api.docstrings").described(getattr(import_module(HOMES[name]), name))
    if not name.startswith("_"):
        from copark.analyses import REGISTRY

        analysis = REGISTRY.by_function(name)
        if analysis is not None:
            return import_module("copark.analyses.python_functions").function_of(analysis)
    raise AttributeError(f"module 'copark' has no attribute {name!r}")


def __dir__() -> list[str]:
    from copark.analyses import REGISTRY

    return sorted({*__all__, *(analysis.function for analysis in REGISTRY)})
