"""Trust state: how far the parameters behind a result rest on the record of the park it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from copark.texts import text

State = Literal["calibrated", "borrowed", "uncalibrated", "stale"]
Kind = Literal["own", "shipped", "borrowed", "prior", "unsettled", "defaults", "unknown"]


@dataclass(frozen=True)
class Trust:
    """Where a result's parameters come from, and what a reader may conclude from it.

    Parameters
    ----------
    state
        ``calibrated`` to this park's record; ``borrowed`` from other parks; ``uncalibrated``: assumed ranges or fixed
        values; ``stale``: calibrated for another state of the case or the model.
    kind
        ``own`` posterior of the user, ``shipped`` posterior, ``borrowed`` from the panel, or what is drawn without
        one: ``prior``, ``unsettled``, ``defaults``; ``unknown`` where nothing tells.
    case
        Name of the case.
    cut, values
        Last quarter of the record that was used, and how many values of it.
    parks
        Other parks that parameters are borrowed from.
    """

    state: State
    kind: Kind
    case: str
    cut: str = ""
    values: int = 0
    parks: int = 0

    @property
    def shows_outcomes(self) -> bool:
        """Whether shares of outcomes are shown without being asked for: only of a park with a posterior of its own."""
        return self.state in ("calibrated", "stale")

    def label(self, lang: str = "en") -> str:
        """The state in a few words, to stand beside a headline."""
        key: str = self.state
        if key == "borrowed" and self.values:
            key = "borrowed_values"
        elif key == "uncalibrated":
            key = {"defaults": "uncalibrated_fixed", "unknown": "uncalibrated_unknown"}.get(
                self.kind, "uncalibrated_ranges"
            )
        return text(f"trust.label.{key}", lang, **self._values())

    def meaning(self, lang: str = "en") -> str:
        """What the state means for a reader, in a sentence or two."""
        return text(f"trust.meaning.{self.state}", lang, **self._values())

    def renew(self, lang: str = "en") -> str:
        """What to do for a better state; empty where there is nothing to do."""
        return "" if self.state == "calibrated" else text(f"trust.renew.{self.state}", lang, **self._values())

    def _values(self) -> dict[str, Any]:
        return {"cut": self.cut, "values": self.values, "parks": self.parks, "case": self.case}

    def content(self) -> dict[str, Any]:
        """Plain values, for provenance."""
        return asdict(self)

    @classmethod
    def without(cls, case: str, draws: str) -> Trust:
        """Trust in a study of a case that draws from no posterior."""
        kinds: dict[str, Kind] = {
            "defaults": "defaults",
            "prior": "prior",
            "unsettled": "unsettled",
            "None": "unsettled",
        }
        return cls("uncalibrated", kinds.get(draws, "unknown"), case)

    @classmethod
    def of(cls, provenance: Mapping[str, Any]) -> Trust:
        """Trust in a result, from its provenance; a result that says nothing of it is uncalibrated."""
        told = provenance.get("trust")
        if isinstance(told, Mapping):
            return cls(**told)
        study = provenance.get("study")
        draws = str(study.get("draws", "")) if isinstance(study, Mapping) else ""
        return cls.without(str(provenance.get("case", "")), draws)
