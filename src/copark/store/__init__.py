"""Runs by content identity: saved whole, found again, checked against damage, exported.

``runs`` keeps the database of runs, one folder each; ``run_record`` is what is known of one without its numbers;
``arrays`` writes and opens these as Zarr; ``streaming_summary`` keeps bands instead of paths where there are too many
runs to keep; ``manifest`` says what a whole folder looks like, ``array_forms`` what its arrays look like,
``headlines`` how its runs ended.
"""
