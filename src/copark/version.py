"""Versions of the code, of the model, and of the methods whose products are kept; the quarter of the release."""

__version__ = "0.2.0"

RELEASE_QUARTER = "2026Q4"
"""Quarter from which the results that ship look at their parks; it is that of the release."""

MODEL_VERSION = 3
"""Version of the model: of the equations, and of what stands between a case and them (packing, drawing, outcomes).

It goes up by one when the same question gives other numbers, and only then: ``tests/golden`` holds golden runs, whose
test fails when numbers move without a new version and when the version moves without numbers (decision 0087).
"""

CALIBRATION_VERSION = 2
"""Version of the method by which a case is calibrated: what the posteriors that are kept were made by."""

PANEL_VERSION = 1
"""Version of the method by which parks are pooled: what the panels and stacks that are kept were made by."""

STACK_VERSION = 3
"""Version of the benchmark curves and of how weights are learned: what the stacks that are kept were made by.

Curves and weights are made anew from the model's trials in minutes (``python docs/build_posteriors.py curves``). The
trials themselves belong to :data:`PANEL_VERSION` for parks never seen, and to :data:`CALIBRATION_VERSION` from origins.
"""
