"""One vocabulary of parameters: ``runs``, ``draws``, ``replicates``, ``seed``; and what still works of former names.

``runs`` are simulations, ``draws`` are draws of parameters, ``replicates`` are runs of each draw, ``draws_from`` says
where parameters are drawn from, ``seed`` is a whole number. In the place of a seed ``rng`` is taken, as the scientific
libraries have it (SPEC 7): copark's own generator is seeded by what it gives.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from copark.analyses.spoken_errors import said_in_python
from copark.cases.files import fault
from copark.cases.types import suggestion
from copark.errors import Fault, FaultsFound

if TYPE_CHECKING:
    import numpy as np

    RandomSource = int | np.random.SeedSequence | np.random.Generator
    """What a seed is made of, in the place of one."""

P = ParamSpec("P")
R = TypeVar("R")
RNG = "rng"
LARGEST_SEED = 2**31 - 1
"""Largest seed that a source of random numbers gives: every function takes it."""


class MisusedFunction(FaultsFound, TypeError, ValueError):
    """Arguments of a Python function that are not understood; all of them are told."""


OF_ARGUMENTS = {
    "cases.not_a_list": "cases.not_a_list_in_frame",
    "cases.not_a_mapping": "cases.not_a_mapping_in_frame",
    "cases.not_text": "python.not_text",
    "cases.invalid": "python.invalid",
}
"""Faults of files that arguments have too, with the words for these."""


def of_arguments(faults: Iterable[Fault], function: str) -> list[Fault]:
    """Word faults as they are of arguments of a function, where the repair of a file is another."""
    return [
        replace(found, code=OF_ARGUMENTS.get(found.code, found.code), values={**found.values, "function": function})
        for found in faults
    ]


def seed_of(rng: RandomSource, function: str = "seed_of") -> int:
    """Make a seed of a source of random numbers: the same source gives the same seed to every function.

    Parameters
    ----------
    rng
        A whole number, which is the seed; a NumPy ``SeedSequence``; or a ``Generator``, which is moved on by a draw.
    function
        Function that is named where it is none of these.

    Raises
    ------
    MisusedFunction
        If it is none of these.
    """
    import numpy as np

    if isinstance(rng, np.random.Generator):
        return int(rng.integers(0, LARGEST_SEED, endpoint=True))
    if isinstance(rng, np.random.SeedSequence):
        return int(rng.generate_state(1, np.uint64)[0]) & LARGEST_SEED
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return int(rng)
    details = {"found": str(rng)[:80]}
    raise MisusedFunction([Fault("python.no_source", f"{function}()", None, RNG, details)])


def seed_in(function: str, values: dict[str, Any]) -> dict[str, int]:
    """Take ``rng`` out of arguments and give the seed it stands for; nothing where there is none.

    Parameters
    ----------
    function
        Function that is named in errors.
    values
        Its arguments by name; ``rng`` is taken out.

    Raises
    ------
    MisusedFunction
        If a seed is given as well.
    """
    rng = values.pop(RNG, None)
    if rng is None:
        return {}
    if "seed" in values:
        raise MisusedFunction([Fault("python.seed_and_source", f"{function}()", None, RNG)])
    return {"seed": seed_of(rng, function)}


def by_public_names(
    function: str, named: Mapping[str, Any], former: Mapping[str, str], parameters: Iterable[str]
) -> dict[str, Any]:
    """Return arguments by the names they have now; former names warn.

    Parameters
    ----------
    function
        Function that is named in errors and warnings.
    named
        Arguments by name.
    former
        Names that parameters have now, by the names they had.
    parameters
        Names of all parameters.

    Raises
    ------
    MisusedFunction
        If a name is none of the function's, with the nearest; or an argument is given by both of its names.
    """
    parameters = list(parameters)
    values: dict[str, Any] = {}
    faults = []
    for name, value in named.items():
        now = former.get(name, name) if name not in parameters else name
        if now not in parameters:
            near = suggestion(name, parameters)
            faults.append(fault("unknown_key", f"{function}()", key=name, found=name, suggestion=near))
        elif now in values or (now != name and now in named):
            faults.append(Fault("python.twice", f"{function}()", None, now, {"former": name}))
        values[now] = value
        if now != name:
            message = f"{function}({name}=…) is now {function}({now}=…); the former name will go in the next version"
            warnings.warn(message, DeprecationWarning, stacklevel=3)
    if faults:
        raise MisusedFunction(faults)
    return values


def public_function(**former: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function fit for users: errors in the language of the session, former names of parameters with a warning.

    Names that it does not have are told with the nearest that it has.

    Parameters
    ----------
    **former
        Names that parameters have now, by the names they had.
    """

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        parameters = tuple(inspect.signature(function).parameters)
        name = function.__name__

        @functools.wraps(function)
        def called(*arguments: P.args, **named: P.kwargs) -> R:
            with said_in_python():
                renamed: Any = by_public_names(name, named, former, parameters)
                return function(*arguments, **renamed)

        return called

    return decorated
