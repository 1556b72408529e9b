"""Qualitative comparative analysis, crisp and fuzzy, after Ragin 1987, 2000, 2008 and Ragin & Sonnett 2005.

The steps in order: ``calibration`` turns raw columns into memberships, ``truth_table`` sorts cases into rows,
``primes`` and ``covers`` minimise (Quine 1952, McCluskey 1956), ``solutions`` gives the complex, parsimonious and
intermediate solutions with every tied model, ``necessity`` looks the other way. ``analysis`` runs all of them,
``record`` writes what came of it, ``robustness`` asks what survives other anchors, cutoffs, cases and scores.
"""

from copark.setmethods.qca.analysis import Analysis, Settings, analyse
from copark.setmethods.qca.calibration import Calibration, calibrate
from copark.setmethods.qca.record import record
from copark.setmethods.qca.robustness import Robustness, robustness

__all__ = ["Analysis", "Calibration", "Robustness", "Settings", "analyse", "calibrate", "record", "robustness"]
