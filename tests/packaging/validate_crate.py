"""Hold an RO-Crate to everything the Process Run Crate 0.5 and RO-Crate 1.1 REQUIRE, without network.

Run with the checkers' own Python: ``validate_crate.py ARCHIVE FOLDER``; the folder is for what the validator would
otherwise fetch: the words of RO-Crate 1.1, which the package rocrate brings.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files

from requests import Request
from requests_cache import CachedRequest, CachedResponse, CachedSession
from rocrate_validator import services
from rocrate_validator.models import Severity

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


def lay_in(folder: str) -> str:
    """Put the words of RO-Crate 1.1 where the validator looks first; give the place."""
    content = (files("rocrate") / "data" / "ro-crate.jsonld").read_bytes()
    assert json.loads(content)["@id"] == CONTEXT
    session = CachedSession(f"{folder}/words", backend="sqlite", expire_after=-1)
    asked = CachedRequest.from_request(session.prepare_request(Request("GET", CONTEXT)))
    kind = {"content-type": "application/ld+json"}
    session.cache.save_response(
        CachedResponse(url=CONTEXT, status_code=200, content=content, headers=kind, request=asked)
    )
    session.close()
    return f"{folder}/words"


def main(archive: str, folder: str) -> int:
    """Say what is wrong, a line each."""
    settings = services.ValidationSettings(
        rocrate_uri=archive, profile_identifier="process-run-crate", requirement_severity=Severity.REQUIRED,
        offline=True, cache_path=lay_in(folder),
    )  # fmt: skip
    result = services.validate(settings)
    for issue in result.get_issues():
        sys.stdout.write(f"{issue.check.identifier}: {issue.message}\n")
    return 0 if result.passed() else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
