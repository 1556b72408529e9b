"""Tests of the evidence of mechanisms."""
