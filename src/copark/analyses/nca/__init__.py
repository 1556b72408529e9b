"""Necessary conditions of an outcome in a table of cases: ceilings, effect sizes, bottlenecks."""
