"""The database beside the folders: a memory of what was executed, saved and queued.

What is stored is said by the folders alone (:mod:`copark.store.runs`). ``schema`` says what is in the database,
``opening`` opens it and brings it up to date, ``run_log`` says what was executed and how it ended, ``heartbeat`` who
executes and whether it is still there.
"""

from copark.store.database.run_log import Execution, Ledger, State, open_ledger

__all__ = ["Execution", "Ledger", "State", "open_ledger"]
