from tests.database.fixtures import either, postgres, postgres_url

__all__ = ["either", "postgres", "postgres_url"]
