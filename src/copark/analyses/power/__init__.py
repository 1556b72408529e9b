"""Voting power: how often a vote turns on each voter."""
