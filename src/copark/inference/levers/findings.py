"""Everything that is told of a case's levers, made from the measures of the runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from copark.inference.levers.choice import TIMES, Choice, choose
from copark.inference.levers.entries import AS_IT_IS, Lever, LeverFile, Setting, Since, Structure
from copark.inference.levers.gains import Balance, Gain, balances, gains
from copark.inference.levers.general import GeneralLevers
from copark.inference.levers.parameter_dependence import Leaning, leanings, moved_by_data, rests_on
from copark.inference.levers.runner import Asked, Measured
from copark.simulation.schemas import Title
from copark.texts import text


@dataclass(frozen=True)
class Reading:
    """What becomes of the case as it is under a structure.

    Parameters
    ----------
    key
        Of the structure; the model as it is has one, too.
    standing, failed
        Shares of the runs that count; NaN where there are none.
    runs
        How many count.
    """

    key: str
    standing: float
    failed: float
    runs: int


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What was asked, what was measured, and what follows.

    Parameters
    ----------
    run_id, provenance
        Of the runs.
    case, park
        Name of the case, and its title.
    file, general, since, only
        Levers, whether they are the general set, the variant, and the keys of levers asked for.
    pulled, horizon
        Quarter the levers are pulled, and the last one of the runs.
    draws, futures, seed
        Draws of parameters, futures of each, seed of the study.
    readings
        The case as it is under each structure, the model as it is first.
    options
        Keys of what may be chosen, the case as it is first.
    gains, balances
        What each setting changes, and for whom.
    choice
        Which is robust; ``None`` where no state is left to compare in.
    leanings
        Parameters that gains in operating enterprises move with.
    rests
        Lever, parameter its mechanism passes through, whether data moved it.
    """

    run_id: str
    provenance: dict[str, Any]
    case: str
    park: Title
    file: LeverFile
    general: bool
    since: Since
    only: tuple[str, ...]
    pulled: str
    horizon: str
    draws: int
    futures: int
    seed: int
    readings: tuple[Reading, ...]
    options: tuple[str, ...]
    gains: tuple[Gain, ...]
    balances: tuple[Balance, ...]
    choice: Choice | None
    leanings: tuple[Leaning, ...]
    rests: tuple[tuple[str, str, str], ...]

    @property
    def settings(self) -> tuple[tuple[Lever, Setting], ...]:
        """Settings tried, with their levers, in the order of the file."""
        return tuple(self.file.settings(self.since, self.only))

    @property
    def structures(self) -> tuple[Structure | None, ...]:
        """Structures in the order they were measured; ``None`` for the model as it is."""
        known = {structure.key: structure for structure in self.file.structures}
        return tuple(known.get(one.key) for one in self.readings)

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
            return text("study.as_it_is", lang)
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
    study, clock = asked.blocks[0].study, asked.case.clock
    return Findings(
        run_id=measured.identity,
        provenance=measured.provenance,
        case=asked.case.name,
        park=Title(en=asked.case.title.en, zh=asked.case.title.zh),
        file=asked.file,
        general=isinstance(asked.file, GeneralLevers),
        since=asked.since,
        only=asked.only,
        pulled=str(clock.start + asked.first),
        horizon=str(clock.start + (clock.quarters - 1)),
        draws=study.runs // study.futures,
        futures=study.futures,
        seed=study.seed,
        readings=tuple(_reading(measured, place) for place in range(len(measured.structures))),
        options=measured.options,
        gains=found,
        balances=balances(found),
        choice=choose(measured, asked.file, times),
        leanings=tuple(leanings(measured, moved)),
        rests=tuple(rests_on(asked.file, asked.since, asked.only, moved)),
    )


def _reading(measured: Measured, place: int) -> Reading:
    usable = measured.usable(place)
    shares = [measured.of(name, place)[0, usable] for name in ("self_standing", "failed")]
    standing, failed = (float(one.mean()) if one.size else float("nan") for one in shares)
    return Reading(measured.structures[place], standing, failed, int(usable.sum()))
