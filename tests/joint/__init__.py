"""Tests of the joint posterior."""
