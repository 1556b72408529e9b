"""Amounts and differences in sentences: money as people count it in each language, signs at both ends."""

from __future__ import annotations

import pytest

from copark.workflows.serving.wording import signed, signed_span


@pytest.mark.parametrize(
    ("low", "high", "unit", "en", "zh"),
    [
        (-79.0, 27.0, "M USD", "−US$79 to +US$27 million", "−7900万美元至+2700万美元"),
        (-11.0, 8.0, "companies", "−11 to +8 companies", "−11至+8家"),
        (2.0, 8.0, "companies", "+2 to +8 companies", "+2至+8家"),
    ],
)
def test_a_range_of_differences_has_a_sign_at_both_ends(low, high, unit, en, zh):
    assert signed_span(low, high, unit).model_dump() == {"en": en, "zh": zh}
    assert signed(high, unit).en.startswith("+")
