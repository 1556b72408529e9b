"""Set methods for any table of cases: QCA, NCA, the coupling coordination degree, voting power.

``table`` is what they work on and how they tell faults and warnings. Nothing here knows of parks, files or screens.
"""
