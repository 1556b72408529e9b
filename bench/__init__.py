"""Measuring copark: a second implementation, two slower relatives, one faster, and what a user waits for.

`make bench` (or `python -m bench`) times them side by side and writes `RESULTS.md` and `results.json`.

mesa_park
    The full model in Mesa 3, one agent an enterprise. Also the second implementation: a test compares distributions.
numpy_agents
    The full model with arrays over the enterprises of one park.
institutions
    World, governments and company in plain Python, of which both of these are made.
hot_pass (.c, .py)
    The quarter of the operating enterprises by hand in C, against the kernel's own.
figures, measure, probe, run
    What is measured, interleaved timing, what is run in fresh processes, and the table.
"""
