"""The catalogue of variables: every variable of the model with title, symbol, unit, range and source; every link.

Read from the `variables.yaml` of each submodel. The records in the code carry the same names; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from copark.model import dimensions

FOLDER = Path(__file__).parent
SUBMODELS = ("world", "governments", "company", "enterprises")
KINDS = ("parameter", "lever", "driver", "state", "receives", "sends", "output")
AXES = {
    "origin": dimensions.ORIGINS,
    "bloc": dimensions.BLOCS,
    "side": dimensions.SIDES,
    "partner": dimensions.PARTNERS,
    "interest": dimensions.INTERESTS,
    "business": dimensions.BUSINESSES,
    "group": dimensions.GROUPS,
}
ORIGINS = ("home", "host", "third")
FIXED = "fixed"
"""What data did to a parameter that is never drawn, in the place of moved, weakly or unmoved."""


def standard_normal(u: np.ndarray) -> np.ndarray:
    """Standard normal quantiles of probabilities, float64 of the same shape (by the standard library, Wichura 1988)."""
    from statistics import NormalDist

    quantile = NormalDist().inv_cdf
    return np.array([quantile(p) for p in u.ravel()]).reshape(u.shape)


@dataclass(frozen=True)
class Prior:
    """Prior of a parameter: fixed, uniform(a, b), loguniform(a, b), normal(mean, sd) or lognormal(mean, sd)."""

    kind: str
    a: float = 0.0
    b: float = 0.0

    def quantile(self, u: np.ndarray, default: float) -> np.ndarray:
        """Values at probabilities u, float64 of the shape of u; the default where the prior is fixed."""
        if self.kind == "uniform":
            return self.a + (self.b - self.a) * u
        if self.kind == "loguniform":
            values: np.ndarray = np.exp(np.log(self.a) + (np.log(self.b) - np.log(self.a)) * u)
            return values
        if self.kind == "normal":
            return np.asarray(self.a + self.b * standard_normal(u))
        if self.kind == "lognormal":
            return np.exp(self.a + self.b * standard_normal(u))
        return np.full_like(u, default)

    def density_kind(self) -> str:
        """Write the prior as a person reads it, for instance ``uniform(0, 0.4)``."""
        return "fixed" if self.kind == "fixed" else f"{self.kind}({self.a:g}, {self.b:g})"


@dataclass(frozen=True)
class Variable:
    """A variable of the model.

    default, prior, moved, grade and number are set for parameters only. `moved` says whether data of a prototype's
    calibration moved the parameter from its prior: moved, weakly or unmoved. `number` addresses the parameter's random
    draws: it is its own for ever, wherever the parameter stands in its file.
    """

    name: str
    submodel: str
    kind: str
    en: str
    zh: str
    symbol: str
    unit: str
    low: float
    high: float
    axes: tuple[str, ...]
    source: str
    default: tuple[float, ...] = ()
    prior: Prior | None = None
    moved: str = ""
    grade: str = ""
    number: int = -1

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the variable's value, () for a scalar."""
        return tuple(AXES[axis] for axis in self.axes)

    @property
    def drawn(self) -> bool:
        """Return True if the parameter has a prior to draw from."""
        return self.prior is not None and self.prior.kind != "fixed"

    def title(self, lang: str = "en") -> str:
        """The title in a language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Link:
    """A link between two scales, with its number in `coupling.links`."""

    number: int
    name: str
    en: str
    zh: str
    source_submodel: str
    target_submodel: str
    sends: tuple[str, ...]
    receives: tuple[str, ...]
    unit: str
    neutral: float
    delay: int

    def title(self, lang: str = "en") -> str:
        """The title in a language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Catalogue:
    """All variables and links."""

    variables: tuple[Variable, ...]
    links: dict[str, Link]

    def of(self, kind: str, submodel: str | None = None) -> Iterator[Variable]:
        """Variables of a kind, of one submodel or of all, in the order of the files."""
        return (v for v in self.variables if v.kind == kind and submodel in (None, v.submodel))

    @cached_property
    def parameters(self) -> dict[str, Variable]:
        """Parameters by name, in the order of the files; names are unique across submodels."""
        return {v.name: v for v in self.of("parameter")}

    @cached_property
    def outputs(self) -> dict[str, Variable]:
        """Outputs by name."""
        return {v.name: v for v in self.of("output")}


def read_variable(submodel: str, kind: str, name: str, entry: dict[str, Any]) -> Variable:
    """Make a variable of its entry in a submodel's file.

    Parameters
    ----------
    submodel
        Scale, the folder that the file lies in.
    kind
        Heading that it stands under: parameter, lever, driver, state, receives, sends or output.
    name
        Its key, the name of the field in the model's records.
    entry
        Its block as read from YAML, with `title`, `symbol`, `unit`, `range` and `source` at least.

    Returns
    -------
    A scalar default becomes a tuple of one; without a default the tuple is empty.

    Raises
    ------
    KeyError
        If the block lacks one of the five.
    """
    default = entry.get("default", ())
    prior = entry.get("prior")
    return Variable(
        name=name,
        submodel=submodel,
        kind=kind,
        en=entry["title"]["en"],
        zh=entry["title"]["zh"],
        symbol=entry["symbol"],
        unit=entry["unit"],
        low=float(entry["range"][0]),
        high=float(entry["range"][1]),
        axes=tuple(entry.get("axes", ())),
        source=entry["source"],
        default=tuple(float(x) for x in default)
        if isinstance(default, list)
        else ((float(default),) if default != () else ()),
        prior=Prior(**prior) if prior else None,
        moved=entry.get("moved", ""),
        grade=entry.get("grade", ""),
        number=int(entry.get("number", -1)),
    )


def read_yaml(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Read a file of variables."""
    import yaml

    with path.open(encoding="utf-8") as stream:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        content: dict[str, dict[str, dict[str, Any]]] = yaml.load(stream, Loader=loader)  # noqa: S506 - a safe loader
    return content


@cache
def catalogue() -> Catalogue:
    """Return the catalogue, which is read once."""
    variables = [
        read_variable(submodel, kind, name, entry)
        for submodel in SUBMODELS
        for kind, entries in read_yaml(FOLDER / submodel / "variables.yaml").items()
        for name, entry in entries.items()
    ]
    links = {
        name: Link(
            number=number,
            name=name,
            en=entry["title"]["en"],
            zh=entry["title"]["zh"],
            source_submodel=entry["from"],
            target_submodel=entry["to"],
            sends=tuple(entry["sends"]),
            receives=tuple(entry["receives"]),
            unit=entry["unit"],
            neutral=float(entry["neutral"]),
            delay=int(entry["delay"]),
        )
        for number, (name, entry) in enumerate(read_yaml(FOLDER / "coupling" / "variables.yaml")["link"].items())
    }
    return Catalogue(tuple(variables), links)
