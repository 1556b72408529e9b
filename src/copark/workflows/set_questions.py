"""What may be asked of set methods, parsed from what a person types; every fault of every option is collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

from copark.errors import Fault

if TYPE_CHECKING:
    from copark.setmethods.qca import Calibration, Settings


class QcaOptions(TypedDict, total=False):
    """What may be asked beside the outcome and the conditions.

    Parameters
    ----------
    negate
        Explain the absence of the outcome.
    incl_cut, pri_cut, n_cut
        Cutoffs of consistency (0.8), PRI (0) and number of cases (1).
    dir_exp
        Directional expectations, one a condition: 1, 0 or -.
    calibrate, idm
        Anchors, ``A=exclusion,crossover,inclusion``, and membership at the anchor of inclusion (0.95).
    alternative
        Other columns of scores for the robustness test, ``A=A_other``.
    robust
        Repeat under other anchors, cutoffs, cases and scores.
    """

    negate: bool
    incl_cut: float
    pri_cut: float
    n_cut: int
    dir_exp: str | Sequence[str]
    calibrate: Sequence[str]
    idm: float
    alternative: Sequence[str]
    robust: bool


@dataclass(frozen=True)
class QcaQuestion:
    """Settings of a QCA, how raw columns are calibrated, other columns, and all faults so far."""

    settings: Settings
    recipes: Mapping[str, Calibration]
    others: Mapping[str, tuple[str, ...]]
    full: float
    robust: bool
    faults: list[Fault] = field(default_factory=list)

    @property
    def used(self) -> tuple[str, ...]:
        """Columns of the analysis."""
        return (self.settings.outcome, *self.settings.conditions)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the analysis and those that may stand in for them."""
        return tuple(dict.fromkeys((*self.used, *(one for names in self.others.values() for one in names))))

    @property
    def reading(self) -> dict[str, Any]:
        """How the columns are read: which are memberships already, in which a value may be missing."""
        memberships = [name for name in self.columns if name not in self.recipes]
        return {"memberships": memberships, "optional": set(self.columns) - set(self.used)}

    def plain(self) -> dict[str, Any]:
        """Everything asked, as plain data."""
        recipes = {name: asdict(one) for name, one in self.recipes.items()}
        others = {name: list(names) for name, names in self.others.items()}
        return {**asdict(self.settings), "calibrations": recipes, "others": others, "robust": self.robust}


def qca_question(outcome: str, conditions: str | Sequence[str], asked: QcaOptions) -> QcaQuestion:
    """Parse what is asked of a QCA."""
    from copark.analysis.cross_case import options
    from copark.setmethods.qca import Settings
    from copark.setmethods.qca.analysis import setting_faults
    from copark.setmethods.qca.calibration import FULL
    from copark.setmethods.table import fault

    faults: list[Fault] = []
    settings = Settings(
        outcome.removeprefix("~"),
        options.names(conditions),
        asked.get("negate", False) != outcome.startswith("~"),
        asked.get("incl_cut", 0.8),
        asked.get("pri_cut", 0.0),
        asked.get("n_cut", 1),
        options.expectations(asked.get("dir_exp", ""), faults),
    )
    faults += setting_faults(settings)
    full = asked.get("idm", FULL)
    if not 0.5 < full < 1.0:
        faults.append(fault("idm", "--idm", found=str(full)))
        full = FULL
    used = (settings.outcome, *settings.conditions)
    recipes = options.calibrations(asked.get("calibrate", ()), faults, used, full)
    others = options.alternatives(asked.get("alternative", ()), faults, used)
    return QcaQuestion(settings, recipes, others, full, asked.get("robust", False), faults)
