"""Jobs: what takes long, one after another, each in a process of its own.

``store`` remembers them over restarts, ``queue`` has them done, ``child`` is the process.
"""
