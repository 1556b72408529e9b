"""Tests of literature and experts."""
