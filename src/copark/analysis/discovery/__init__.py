"""Scenario discovery: in which part of the space of uncertainties does something happen.

``prim`` looks for boxes that hold much of it and little else, ``tree`` cuts the whole space into a few parts. Both are
fitted to one half of the runs and judged by the other; both end in *conditions*, limits of named factors.
"""
