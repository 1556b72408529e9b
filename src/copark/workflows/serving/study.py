"""Studies, for those who call only workflows."""

from copark.experiments.study import Study

__all__ = ["Study"]
