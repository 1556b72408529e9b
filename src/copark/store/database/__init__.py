"""The database of a server, with its saved scenarios and jobs: its tables, its upgrades, and the way to it.

``schema`` states the tables, ``migrations`` make them, ``examination`` reads what a database is, ``connection`` is the
way to it, ``upgrades`` creates and upgrades its tables, ``opening`` opens one that can be worked with.
"""

from copark.store.database.connection import VARIABLE, Database
from copark.store.database.opening import open_database, prepare
from copark.store.database.schema import jobs, now, scenarios

__all__ = ["VARIABLE", "Database", "jobs", "now", "open_database", "prepare", "scenarios"]
