"""How much work a question is, told before it begins."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """How much work something is: runs, and quarters of each; at_most: fewer may be enough."""

    runs: int
    quarters: int
    at_most: bool = False

    @property
    def quarters_in_all(self) -> int:
        """Simulated quarters."""
        return self.runs * self.quarters
