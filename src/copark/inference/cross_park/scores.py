"""The scores of parks as a table, with what else a test asks of a case: its park, its type, how far it is trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from copark.cases.parks import CONDITION_NAMES, SCORES, Parks, load_parks
from copark.identity import hash_content
from copark.inference.cross_park.schema import literals
from copark.setmethods.table import CaseTable

Floats = NDArray[np.float64]
LOW = "low"


@dataclass(frozen=True)
class Scores:
    """Scores of cases.

    Parameters
    ----------
    table
        Columns by name; NaN where a score is missing.
    parks, grades, types
        The park of each case, how far its scores are trusted, and the type of its park, by its label.
    """

    table: CaseTable
    parks: Mapping[str, str]
    grades: Mapping[str, str]
    types: Mapping[str, str]

    def __len__(self) -> int:
        """How many cases there are."""
        return len(self.table)

    def complete(self, names: Sequence[str]) -> Scores:
        """The cases that have all of some scores."""
        return self.where(np.asarray(np.isfinite(self.table.matrix(names)).all(axis=1)))

    def where(self, kept: NDArray[np.bool_]) -> Scores:
        """Some of the cases."""
        return replace(self, table=self.table.where(kept))

    def without(self, labels: Sequence[str]) -> Scores:
        """All cases but some."""
        return self.where(np.array([case not in labels for case in self.table.cases], dtype=np.bool_))

    def of_type(self, kind: str) -> Scores:
        """The cases of parks of a type."""
        return self.where(np.array([self.types[case] == kind for case in self.table.cases], dtype=np.bool_))

    def having(self, column: str, values: Floats) -> Scores:
        """The cases with other scores in a column."""
        return replace(self, table=self.table.having({column: values}))

    def graded_low(self) -> tuple[str, ...]:
        """Cases whose scores are hardly trusted."""
        return tuple(case for case in self.table.cases if self.grades[case] == LOW)

    def one_period_each(self) -> Iterator[tuple[str, ...]]:
        """For each choice of one period a park: the cases that are left out; nothing where no park stands twice."""
        found: dict[str, list[str]] = {}
        for case in self.table.cases:
            found.setdefault(self.parks[case], []).append(case)
        twice = [cases for cases in found.values() if len(cases) > 1]
        if twice:
            for kept in product(*twice):
                yield tuple(case for cases in twice for case in cases if case not in kept)

    def membership(self, written: str) -> Floats:
        """Membership in a set such as ``GOV*~EQUITY``: the least of its literals', shape (case,)."""
        columns = [
            self.table.values[name] if present else 1.0 - self.table.values[name] for name, present in literals(written)
        ]
        found: Floats = np.min(columns, axis=0)
        return found


def scores_of(parks: Parks | None = None) -> Scores:
    """The scores of the casebook's parks."""
    known = parks or load_parks()
    rows = known.scores
    columns = {
        name: np.array([np.nan if getattr(row, name) is None else getattr(row, name) for row in rows], dtype=np.float64)
        for name in CONDITION_NAMES
    }
    content = {name: [None if np.isnan(one) else float(one) for one in column] for name, column in columns.items()}
    labels = tuple(row.id for row in rows)
    table = CaseTable(SCORES, labels, columns, digest=hash_content({"cases": list(labels), "values": content}))
    return Scores(
        table,
        {row.id: row.park for row in rows},
        {row.id: row.grade for row in rows},
        {row.id: known[row.park].type for row in rows},
    )
