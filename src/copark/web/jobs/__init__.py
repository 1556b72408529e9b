"""Jobs: what takes long, each done by a process of its own.

``queue`` takes them from the database's queue, which all servers of a data folder share, ``work`` is one being done,
``child`` is the process.
"""
