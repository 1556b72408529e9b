"""Modules in which the names at ``copark`` are at home; it imports nothing, so that asking for a name is light."""

HOMES = {
    "Case": "copark.cases.case",
    "Scenario": "copark.python_api.studies",
    "Study": "copark.python_api.studies",
    "check_case": "copark.python_api.cases",
    "cite": "copark.analyses.citation",
    "export_casebook": "copark.python_api.cases",
    "frames": "copark.python_api.cases",
    "lever_scenarios": "copark.python_api.studies",
    "list_cases": "copark.python_api.cases",
    "list_studies": "copark.python_api.session",
    "load_case": "copark.python_api.cases",
    "new_case": "copark.python_api.cases",
    "open_run": "copark.python_api.studies",
    "park_from_frames": "copark.python_api.cases",
    "posterior": "copark.python_api.posteriors",
    "run": "copark.python_api.studies",
    "runs": "copark.python_api.studies",
    "set_options": "copark.options",
    "show_versions": "copark.python_api.session",
    "simulate": "copark.python_api.studies",
    "variables": "copark.python_api.session",
    "verify": "copark.python_api.studies",
    "with_observations": "copark.python_api.cases",
}
"""Modules of the names that are neither modules nor analyses."""
MODULES = ("errors", "figures")
"""Names that are modules."""
