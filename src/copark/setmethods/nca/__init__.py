"""Necessary condition analysis after Dul 2016 and Dul, van der Laan & Kuik 2020: the empty corner of a scatter.

``ceilings`` turns any corner into the upper left one, draws the two ceilings (CE-FDH, CR-FDH), measures the zone above
them, tests its size and reads off how much of each condition a level of the outcome needs; ``analysis`` runs all of it
and says what to beware of.
"""

from copark.setmethods.nca.analysis import NcaRequest, Necessities, Necessity, analyse, warnings_of

__all__ = ["NcaRequest", "Necessities", "Necessity", "analyse", "warnings_of"]
