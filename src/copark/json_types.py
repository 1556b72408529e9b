"""Types of JSON and YAML that is read and not yet checked, or will be written."""

from typing import Any

JsonObject = dict[str, Any]
"""A JSON object, or a mapping of YAML: names, and values of any kind that JSON has."""
