"""What the tests of levers share: a small file of levers, and effects made by hand."""

import numpy as np
import pytest

from copark.decisions.measures import MEASURES, NAMES
from copark.stats.effects import Effects

SMALL = """\
format: 1
case: {case}
title: {{en: Small, zh: 小}}
now: {now}
discount: {{rate: 0.05, reason: {{en: A round rate., zh: 取整数。}}}}
thresholds:
  - key: stands
    title: {{en: Stands, zh: 自立}}
    measure: self_standing
    at_least: 0.5
    reason: {{en: So., zh: 如此。}}
  - key: no-worse
    title: {{en: No worse, zh: 不差}}
    measure: home
    at_least: -5
    compared: true
    reason: {{en: So., zh: 如此。}}
structures:
  - key: nobody-rescues
    title: {{en: Nobody rescues, zh: 无人救助}}
    links: {{rescue_to_ledger: {{strength: 0}}}}
    reason: {{en: Who may is assumed., zh: 谁可救助为假定。}}
  - key: endless-pool
    title: {{en: Endless pool, zh: 候选不竭}}
    parameters: {{pool_years: 500}}
    reason: {{en: Its size is not known., zh: 规模不详。}}
levers:
  - key: threshold
    title: {{en: Entry threshold, zh: 入园门槛}}
    controlled_by: host
    rests_on: [declared_mean]
    reason: {{en: Least declared investment., zh: 最低申报投资。}}
    start:
      - key: five
        title: {{en: 5 M USD for good, zh: 始终500万美元}}
        edits: {{threshold: 5}}
        reason: {{en: As at first., zh: 如当初。}}
    now:
      - key: none-now
        title: {{en: No threshold from now, zh: 自今不设门槛}}
        edits: {{threshold: [{{value: 0, from: {now}}}]}}
        reason: {{en: The lowest., zh: 最低。}}
  - key: tax
    title: {{en: Tax, zh: 税}}
    controlled_by: both
    reason: {{en: On profits., zh: 利润税。}}
    start:
      - key: tax-20
        title: {{en: "20 %", zh: "税率20%"}}
        edits: {{profit_tax: 0.2}}
        reason: {{en: A round number., zh: 取整数。}}
"""


def small(case="great-stone", now="2025Q1"):
    return SMALL.format(case=case, now=now)


@pytest.fixture
def written(tmp_path):
    """Write a file of levers and give its path."""

    def write(words):
        path = tmp_path / "levers.yaml"
        path.write_text(words, encoding="utf-8")
        return path

    return write


def by_hand(options=3, draws=4, replicates=2, structures=1, **measures):
    """Effects under each structure, by hand: 0 everywhere but in the measures given, (structures, options, runs)."""
    runs = draws * replicates
    values = np.zeros((structures, options, runs, len(NAMES), 1))
    for name, given in measures.items():
        values[..., NAMES.index(name), 0] = given
    keys = [f"option-{number}" for number in range(1, options)]
    return [
        Effects(
            measures=NAMES,
            units=tuple(measure.unit for measure in MEASURES),
            quarters=("2035Q4",),
            reference="as-it-is",
            reference_values=table[0],
            values=dict(zip(keys, table[1:], strict=True)),
            finished=dict.fromkeys(keys, np.ones(runs, dtype=bool)),
            draw_of_run=np.arange(runs) // replicates,
        )
        for table in values
    ]
