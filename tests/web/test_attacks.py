"""A server as people start it, with the usual 1,024 descriptors, attacked from twelve addresses."""

from __future__ import annotations

import pytest
from bench.attacks import DESCRIPTORS, SMOKED, WITHOUT_TOKEN, attacked

pytestmark = [pytest.mark.long, pytest.mark.alone]
SECONDS = 4.0
"""How long each attack lasts: a server that gave way did so within the first of them."""
MOST_LOGGED = 40_000
"""Bytes of the log in these seconds; it grew by 291 MB in ninety."""


@pytest.mark.parametrize("name", [*SMOKED, *sorted(WITHOUT_TOKEN)])
def test_who_holds_the_token_is_served_throughout(name: str) -> None:
    """Three attacks at once, and one on a server without a token; `python -m bench.attacks` tries each by itself."""
    outcome = attacked(name, SECONDS)
    assert outcome.asked > 0
    assert outcome.share == 1.0
    assert outcome.descriptors < DESCRIPTORS
    assert outcome.log_bytes < MOST_LOGGED
