"""What tests of experts share: claims of a park that brings none, in so few looks that they take seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from copark.analyses.claims import general_set

if TYPE_CHECKING:
    from copark.analyses.claims.claims_file import ClaimsFile
    from copark.cases.case import Case

FEW = 2
"""Alternative assumptions that are looked at, of some twenty: here nothing depends on how many there are."""


@contextmanager
def few_alternatives() -> Iterator[None]:
    """Look at a few of the alternative assumptions under which verdicts are asked again, and read claims once."""
    general = general_set.general_claims
    known: dict[tuple[str, bool], ClaimsFile] = {}

    def fewer(case: Case, *, outcomes: bool) -> ClaimsFile:
        key = (case.hash, outcomes)
        if key not in known:
            made = general(case, outcomes=outcomes)
            judgement = made.claims.judgement[:FEW]
            known[key] = replace(made, claims=made.claims.model_copy(update={"judgement": judgement}))
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.analyses.claims.general_claims", fewer)
        yield
