"""The numbers the project stands by: what they are, and how to write them anew after a change that is meant.

`python -m tests.baseline.numbers` writes great-stone.yaml; the change belongs into CHANGELOG.
"""

from pathlib import Path

import numpy as np
import yaml

from copark.cases.load import load_case
from copark.simulation.run import simulate
from copark.simulation.study import load_study

FILE = Path(__file__).parent / "great-stone.yaml"
DATES = ("2016Q4", "2020Q4", "2024Q4", "2032Q2")
RUNS = 256


def numbers():
    """Means over runs of every output at four dates, and the counts of outcomes, for two kinds of draws."""
    found = {}
    for draws in ("defaults", "unsettled"):
        study = load_study("great-stone").with_changes(runs=RUNS, draws=draws, keep="all")
        made = simulate(study, load_case("great-stone"))
        labels = list(made.label.values)
        means = {
            name: [float(f"{made[name].values[0, :, labels.index(date)].mean():.10g}") for date in DATES]
            for name in sorted(made.data_vars)
            if made[name].dims[-1] == "quarter"
        }
        counts = np.bincount(made.outcome.values[0], minlength=4)
        found[draws] = {"means": means, "outcomes": [int(count) for count in counts]}
    return found


if __name__ == "__main__":
    content = yaml.safe_dump({"runs": RUNS, "dates": list(DATES), **numbers()}, sort_keys=True, default_flow_style=None)
    FILE.write_text(content, encoding="utf-8")
