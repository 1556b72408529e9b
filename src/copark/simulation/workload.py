"""Work that a question takes, told before it begins."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """Work that something takes."""

    runs: int
    """Number of runs."""
    quarters: int
    """Quarters of each run."""
    at_most: bool = False
    """Whether fewer may be enough."""

    @property
    def quarters_in_all(self) -> int:
        """Simulated quarters."""
        return self.runs * self.quarters
