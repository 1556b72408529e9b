"""Studies, for those who call only workflows."""

from copark.simulation.study import Study

__all__ = ["Study"]
