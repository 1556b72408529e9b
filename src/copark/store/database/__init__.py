"""The database beside the folders: an index over stored runs, and a memory of what was executed, saved and queued.

The numbers are in folders named by identity, each checksummed and whole or not there (:mod:`copark.store.runs`). What
is said here of stored runs can be rebuilt from them. ``address`` says where the database is, ``opening`` opens it and
brings its tables up to date, ``session`` says plain SQL to it, ``tables`` says what is in it, ``executor`` who executes
and whether it is still there, ``ledger`` what was executed and how it ended, ``index`` what is stored.
"""

from copark.store.database.run_log import Execution, Ledger, State, open_ledger

__all__ = ["Execution", "Ledger", "State", "open_ledger"]
