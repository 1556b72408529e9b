"""The database: opened by many, killed, lost, rebuilt."""
