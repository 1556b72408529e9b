"""Necessary condition analysis after Dul 2016 and Dul, van der Laan & Kuik 2020: the empty corner of a scatter.

``corners`` turns any corner into the upper left one, ``ceilings`` draws the two ceilings (CE-FDH, CR-FDH) and measures
the zone above them, ``permutation`` tests its size, ``bottleneck`` reads off how much of each condition a level of the
outcome needs, ``analysis`` runs all of them, ``record`` writes what came of it and ``warnings`` says what to beware of.
"""

from copark.setmethods.nca.analysis import Necessities, Necessity, Request, analyse
from copark.setmethods.nca.record import record
from copark.setmethods.nca.warnings import warnings_of

__all__ = ["Necessities", "Necessity", "Request", "analyse", "record", "warnings_of"]
