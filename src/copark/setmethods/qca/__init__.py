"""Qualitative comparative analysis, crisp and fuzzy, after Ragin 1987, 2000, 2008 and Ragin & Sonnett 2005.

``sets`` turns raw columns into memberships and says how well terms fit, either way; ``solutions`` sorts cases into the
rows of a truth table, minimises it (Quine 1952, McCluskey 1956) and gives the complex, parsimonious and intermediate
solutions with every tied model; ``analysis`` runs all of them, ``robustness`` asks what survives other anchors,
cutoffs, cases and scores.
"""

from copark.setmethods.qca.analysis import QcaAnalysis, QcaSettings, analyse
from copark.setmethods.qca.robustness import Robustness, robustness
from copark.setmethods.qca.sets import SetCalibration, calibrate

__all__ = ["QcaAnalysis", "QcaSettings", "Robustness", "SetCalibration", "analyse", "calibrate", "robustness"]
