"""Everything that is told of a case's levers, made from the measures of the runs."""

from __future__ import annotations

from dataclasses import dataclass

from copark.inference.levers.choice import TIMES, Choice, choose
from copark.inference.levers.entries import AS_IT_IS, Lever, Setting, Structure
from copark.inference.levers.gains import Balance, Gain, balances, gains
from copark.inference.levers.leaning import Leaning, leanings, moved_by_data, rests_on
from copark.inference.levers.trial import Asked, Measured


@dataclass(frozen=True)
class Findings:
    """What was asked, what was measured, and what follows.

    Parameters
    ----------
    gains, balances
        What each setting changes, and for whom.
    choice
        Which is robust; ``None`` where no state is left to compare in.
    leanings
        Parameters that gains in operating enterprises move with.
    rests
        Lever, parameter its mechanism passes through, whether data moved it.
    """

    asked: Asked
    measured: Measured
    gains: tuple[Gain, ...]
    balances: tuple[Balance, ...]
    choice: Choice | None
    leanings: tuple[Leaning, ...]
    rests: tuple[tuple[str, str, str], ...]

    @property
    def settings(self) -> tuple[tuple[Lever, Setting], ...]:
        """Settings tried, with their levers, in the order of the file."""
        return tuple(self.asked.file.settings(self.asked.since, self.asked.only))

    @property
    def structures(self) -> tuple[Structure | None, ...]:
        """Structures in the order they were measured; ``None`` for the model as it is."""
        known = {structure.key: structure for structure in self.asked.file.structures}
        return tuple(known.get(key) for key in self.measured.structures)

    @property
    def horizon(self) -> str:
        """Last quarter of the runs."""
        clock = self.asked.case.clock
        return str(clock.start + (clock.quarters - 1))

    @property
    def pulled(self) -> str:
        """Quarter the levers are pulled."""
        return str(self.asked.case.clock.start + self.asked.first)

    def gain(self, setting: str, measure: str) -> Gain:
        """One gain.

        Raises
        ------
        KeyError
            If there is none.
        """
        for one in self.gains:
            if (one.setting, one.measure.name) == (setting, measure):
                return one
        raise KeyError((setting, measure))

    def title(self, option: str, lang: str) -> str:
        """Title of an option: a setting, or the case as it is."""
        if option == AS_IT_IS:
            return str(getattr(self.asked.blocks[0].study.scenarios[0].title, lang))
        return next(str(getattr(setting.title, lang)) for _, setting in self.settings if setting.key == option)


def find(asked: Asked, measured: Measured, times: int = TIMES) -> Findings:
    """Say everything that follows from the measures.

    Parameters
    ----------
    times
        Replicates of the bootstrap of rankings.
    """
    found = gains(measured)
    moved = moved_by_data(asked.case, asked.parameters)
    return Findings(
        asked=asked,
        measured=measured,
        gains=found,
        balances=balances(found),
        choice=choose(measured, asked.file, times),
        leanings=tuple(leanings(measured, moved)),
        rests=tuple(rests_on(asked.file, asked.since, asked.only, moved)),
    )
