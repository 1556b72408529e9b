"""How the tables came to be, step by step, for Alembic: ``env`` runs the steps, ``versions`` has them."""
