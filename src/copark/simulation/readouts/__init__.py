"""Pure functions of results: outcome shares, coordination, phases, observed against model.

Nothing here reads a file, draws a picture or runs the model; nothing here feeds back into it.
"""
