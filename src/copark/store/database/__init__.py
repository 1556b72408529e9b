"""The database beside the folders: an index over stored runs, and a memory of what was executed, saved and queued.

The numbers are in folders named by identity, each checksummed and whole or not there (:mod:`copark.store.runs`). What
is said here of stored runs can be rebuilt from them. ``schema`` says what is in it, ``opening`` opens it and brings it
up to date, ``index`` says what is stored, ``run_log`` what was executed and how it ended, ``heartbeat`` who executes
and whether it is still there.
"""

from copark.store.database.run_log import Execution, Ledger, State, open_ledger

__all__ = ["Execution", "Ledger", "State", "open_ledger"]
