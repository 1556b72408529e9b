"""Runs in shards: any maker, any order, any accident, the same files."""
