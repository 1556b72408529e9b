"""Whatever is asked, valid or not, the server answers as its description says, and never with an error of its own."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from copark.web.app import bare_app
from copark.web.limits import Rates
from copark.web.settings import Settings
from tests.hostile.fuzzing import PART

CHECKS = [
    schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip
pytestmark = pytest.mark.long

MOST_RUNS = 4
QUIET = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck), "database": None}


@schemathesis.serializer("application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def as_it_is(_context: Any, value: Any) -> bytes:
    """Bytes of a file, which are no file."""
    content = getattr(value, "data", value)
    return content if isinstance(content, bytes) else str(content).encode()


schema = schemathesis.openapi.from_dict(bare_app(Settings(), Rates(1.0, 1.0)).openapi())


def asked(case: Any, address: str) -> None:
    """Ask, with few runs, since it is the answer that is looked at."""
    if isinstance(case.body, dict) and isinstance(case.body.get("runs"), int) and case.body["runs"] > MOST_RUNS:
        case.body["runs"] = case.body["runs"] % MOST_RUNS + 1
    case.call_and_validate(base_url=address, checks=CHECKS, timeout=60)


@schema.parametrize()
@settings(max_examples=int(200 * PART), **QUIET)
def test_many_of_every_question(case: Any, address: str) -> None:
    asked(case, address)
