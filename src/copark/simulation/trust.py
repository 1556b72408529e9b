"""Trust state: how far the parameters behind a result rest on the record of the park it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from copark.json_types import JsonObject
from copark.texts import text

State = Literal["calibrated", "borrowed", "uncalibrated", "stale"]
Kind = Literal["own", "shipped", "borrowed", "prior", "unsettled", "defaults", "unknown"]
CONVERGED = 1.1
"""Scale reduction between independent searches above which a calibration has not converged."""


@dataclass(frozen=True)
class Trust:
    """Origin of a result's parameters, and what a reader may conclude from it."""

    state: State
    """``calibrated`` to this park's record; ``borrowed`` from other parks; ``uncalibrated``: assumed ranges or fixed
    values; ``stale``: calibrated for another state of the case or the model."""
    kind: Kind
    """``own`` posterior of the user, ``shipped`` posterior, ``borrowed`` from the panel, or what is drawn without one:
    ``prior``, ``unsettled``, ``defaults``; ``unknown`` where nothing tells."""
    case: str
    """Name of the case."""
    cut: str = ""
    """Last quarter of the record that was used; empty where none was."""
    values: int = 0
    """How many values of the record were used."""
    parks: int = 0
    """Other parks that parameters are borrowed from."""
    scale_reduction: float = 1.0
    """Largest rank-normalised scale reduction of a parameter between the independent searches of a calibration (Vehtari
    et al. 2021); 1 where they agree, or where there is nothing to compare."""
    passed_over: float = 0.0
    """The same of a calibration of one's own that is as recent and is not used, since it has not converged; 0 where
    there is none."""

    @property
    def converged(self) -> bool:
        """True if the independent searches of a calibration found the same."""
        return self.scale_reduction <= CONVERGED

    @property
    def shows_outcomes(self) -> bool:
        """True if shares of outcomes are shown unasked: only of a park whose own calibration has converged."""
        return self.state in ("calibrated", "stale") and self.converged

    def label(self, lang: str = "en") -> str:
        """Return the state in a few words, to stand beside a headline."""
        key: str = self.state
        if not self.converged:
            key = f"{self.state}_unconverged"
        elif key == "calibrated" and self.kind == "own":
            key = "calibrated_own"
        elif key == "borrowed" and self.values:
            key = "borrowed_values"
        elif key == "uncalibrated":
            key = {"defaults": "uncalibrated_fixed", "unknown": "uncalibrated_unknown"}.get(
                self.kind, "uncalibrated_ranges"
            )
        return text(f"trust.label.{key}", lang, **self._values())

    def meaning(self, lang: str = "en") -> str:
        """Explain the state to a reader, in a sentence or two."""
        key = self.state if self.converged else "unconverged"
        return text(f"trust.meaning.{key}", lang, **self._values())

    def renew(self, lang: str = "en") -> str:
        """Describe how to get a better state; empty where there is nothing to do."""
        if self.state == "calibrated" and self.converged:
            return text("trust.renew.passed_over", lang, **self._values()) if self.passed_over else ""
        return text(f"trust.renew.{self.state if self.converged else 'unconverged'}", lang, **self._values())

    def _values(self) -> dict[str, Any]:
        return {
            "cut": self.cut,
            "values": self.values,
            "parks": self.parks,
            "case": self.case,
            "scale_reduction": f"{self.scale_reduction:.2f}",
            "passed_over": f"{self.passed_over:.1f}",
        }

    def content(self) -> JsonObject:
        """Return plain values, for provenance."""
        return asdict(self)

    @classmethod
    def without(cls, case: str, draws: str) -> Trust:
        """Return the trust in a study of a case that draws from no posterior."""
        kinds: dict[str, Kind] = {
            "defaults": "defaults",
            "prior": "prior",
            "unsettled": "unsettled",
            "None": "unsettled",
        }
        return cls("uncalibrated", kinds.get(draws, "unknown"), case)

    @classmethod
    def of(cls, provenance: Mapping[str, Any]) -> Trust:
        """Return the trust in a result, from its provenance; a result that says nothing of it is uncalibrated."""
        entry = provenance.get("trust")
        if isinstance(entry, Mapping):
            return cls(**entry)
        study = provenance.get("study")
        draws = str(study.get("draws", "")) if isinstance(study, Mapping) else ""
        return cls.without(str(provenance.get("case", "")), draws)
