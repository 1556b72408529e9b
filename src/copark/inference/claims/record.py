"""What a trial found, kept beside its page, so that others may build on the verdicts without running them again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from copark.inference.claims.trial import ClaimFinding, Findings
from copark.store.atomic import written_file

FILE = "verdicts.json"
FORMAT = 1


@dataclass(frozen=True)
class KeptPart:
    """A part's verdict, why the data do not tell where they do not, and what flips it."""

    key: str
    verdict: str
    rule_verdict: str
    why: str
    held: float
    unmoved: tuple[str, ...]
    flipped: tuple[str, ...]


@dataclass(frozen=True)
class KeptClaim:
    """A claim's verdict, its parts, the keys of those that make the headline, and whether all of these must hold."""

    id: str
    verdict: str
    parts: tuple[KeptPart, ...]
    headline: tuple[str, ...]
    every: bool

    @property
    def deciding(self) -> tuple[KeptPart, ...]:
        """Parts that make the headline."""
        return tuple(one for one in self.parts if one.key in self.headline)

    @property
    def held(self) -> float:
        """Share of the prior that holds it by itself: of the part least held, or the most where any part will do."""
        found = [one.held for one in self.deciding if isfinite(one.held)]
        return (min if self.every else max)(found, default=float("nan"))


@dataclass(frozen=True)
class Kept:
    """Verdicts of a trial, with what made them."""

    identity: str
    provenance: dict[str, Any]
    claims: tuple[KeptClaim, ...]

    @property
    def by_id(self) -> dict[str, KeptClaim]:
        """Claims by their ids."""
        return {one.id: one for one in self.claims}


def kept(found: Findings) -> Kept:
    """What is kept of findings."""
    return Kept(found.identity, dict(found.provenance), tuple(_claim(one) for one in found.claims))


def _claim(one: ClaimFinding) -> KeptClaim:
    parts = tuple(
        KeptPart(
            part.part.key, part.verdict, part.rule_verdict, part.why, part.held,
            tuple(lean.parameter for lean in part.unmoved), part.flipped,
        )
        for part in one.parts
    )  # fmt: skip
    return KeptClaim(
        one.claim.id, one.verdict, parts, tuple(one.claim.headline.parts), one.claim.headline.every is not None
    )


def content(found: Kept) -> dict[str, Any]:
    """What is kept as plain data; a share that is not measured is null."""
    made = {"format": FORMAT, **asdict(found)}
    for claim in made["claims"]:
        for part in claim["parts"]:
            part["held"] = part["held"] if isfinite(part["held"]) else None
    return made


def write(found: Kept, folder: Path) -> Path:
    """Write what is kept into a folder, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE
    with written_file(target) as path:
        path.write_text(json.dumps(content(found), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return target


def read(folder: Path, identity: str) -> Kept | None:
    """Read what was kept of an identity; ``None`` if nothing sound is there."""
    try:
        made = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if made["format"] != FORMAT or made["identity"] != identity:
            return None
        return Kept(identity, dict(made["provenance"]), tuple(_read_claim(one) for one in made["claims"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read_claim(one: dict[str, Any]) -> KeptClaim:
    parts = tuple(
        KeptPart(
            str(part["key"]), str(part["verdict"]), str(part["rule_verdict"]), str(part["why"]),
            float("nan") if part["held"] is None else float(part["held"]),
            tuple(map(str, part["unmoved"])), tuple(map(str, part["flipped"])),
        )
        for part in one["parts"]
    )  # fmt: skip
    return KeptClaim(str(one["id"]), str(one["verdict"]), parts, tuple(map(str, one["headline"])), bool(one["every"]))
