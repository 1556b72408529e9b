"""The database of a server, with its saved scenarios and jobs: its tables, its upgrades, and the way to it.

``schema`` states the tables, ``migrations`` make them, ``examination`` reads what a database is, ``upgrades`` creates
and upgrades one, ``connection`` opens it.
"""

from copark.store.database.connection import VARIABLE, Database, open_database
from copark.store.database.schema import jobs, now, scenarios

__all__ = ["VARIABLE", "Database", "jobs", "now", "open_database", "scenarios"]
