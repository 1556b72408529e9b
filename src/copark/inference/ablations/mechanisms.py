"""Mechanisms: what can be switched off in a case, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.model.variables import catalogue
from copark.simulation.counterfactual_events import happenings
from copark.simulation.scenario_edits import Edits
from copark.simulation.schemas import Title
from copark.simulation.study import LinkChange, Scenario
from copark.texts import text

FILE = Path(__file__).parent / "mechanisms.yaml"
EVERY = "/*"
"""Ends a key that stands for everything of its kind that happened in the case."""
NEEDS = {"framework": "framework", "visits": "visits"}
"""Facts of the case without which a mechanism has nothing to do."""


@dataclass(frozen=True)
class Ablation:
    """Something switched off."""

    key: str
    """Of the mechanism, or ``link/<name>`` of an arrow."""
    kind: str
    """mechanism or link."""
    scale: str
    """global, intergovernmental, park or enterprise; of an arrow that it comes from."""
    title: Title
    """Its name in both languages."""
    whole: Scenario
    """The scenario in which it never was."""
    since_cut: Scenario | None = None
    """The scenario in which it ends with the cut; ``None`` where the model can only be without it for good."""


@cache
def listed() -> dict[str, dict[str, Any]]:
    """The file of mechanisms, entry by entry."""
    import yaml

    class Words(yaml.SafeLoader):
        """A loader that leaves on and off as words."""

    Words.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    entries: dict[str, dict[str, Any]] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=Words)  # noqa: S506
    return entries


def ablations_of(case: Case, cut: Quarter | None = None, *, links: bool = True) -> tuple[Ablation, ...]:
    """Everything that can be switched off in a case: mechanisms in the order of their file, then arrows.

    Parameters
    ----------
    cut
        The quarter after which `since_cut` begins; none are made where it is not given.
    links
        Whether arrows are among them.
    """
    made = list(_mechanisms(case, cut))
    return (*made, *_links()) if links else tuple(made)


def _mechanisms(case: Case, cut: Quarter | None) -> Iterator[Ablation]:
    keys = {one.key: one.title for one in happenings(case)}
    for key, entry in listed().items():
        if key in NEEDS and not getattr(case, NEEDS[key]):
            continue
        if key.endswith(EVERY):
            for name in (one for one in keys if one.startswith(key[:-1])):
                title = keys[name]
                yield _ablation(
                    case, name.replace("/", "-").replace("_", "-"), entry | {"edits": {"drop": [name]}}, title, cut
                )
            continue
        dropped = _expanded(entry, tuple(keys))
        if dropped is not None:
            title = Title(
                en=text(f"ablate.mechanism.{key}.title", "en"), zh=text(f"ablate.mechanism.{key}.title", "zh")
            )
            yield _ablation(case, key, dropped, title, cut)


def _expanded(entry: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any] | None:
    """The entry with everything of a kind named; ``None`` where the case has nothing of the kind."""
    edits = dict(entry.get("edits", {}))
    if "drop" not in edits:
        return dict(entry)
    drop = [key for pattern in edits["drop"] for key in keys if key.startswith(pattern.removesuffix("*"))]
    return dict(entry) | {"edits": edits | {"drop": drop}} if drop else None


def _ablation(case: Case, key: str, entry: Mapping[str, Any], title: Title, cut: Quarter | None) -> Ablation:
    whole = Scenario(
        key=f"without-{key}"[:64], title=title, parameters=_parameters(entry.get("parameters", {})),
        edits=Edits.model_validate(entry.get("edits", {})),
    )  # fmt: skip
    later = None if cut is None else _since(case, entry, cut)
    since = None if later is None else whole.model_copy(update={"key": f"{whole.key[:60]}-cut", "edits": later})
    return Ablation(key, "mechanism", str(entry["scale"]), title, whole, since)


def _parameters(given: Mapping[str, float]) -> dict[str, float]:
    known = catalogue().parameters
    return {name: max(known[name].low, min(known[name].high, float(value))) for name, value in given.items()}


def _since(case: Case, entry: Mapping[str, Any], cut: Quarter) -> Edits | None:
    """The edits made from the quarter after the cut on, where they can be."""
    kind = entry.get("since")
    if kind == "depth":
        return Edits.model_validate({"depth": {**entry["edits"]["depth"], "from": str(cut + 1)}})
    if kind == "framework" and case.framework is not None:
        return Edits.model_validate({"framework": {"on": "on", "to": str(cut)}})
    if kind == "partners" and case.partners:
        here = {one.key for one in case.partners if min(span.since.quarter("event") for span in one.presence) <= cut}
        stays = {one.key: {"to": str(cut)} if one.key in here else "drop" for one in case.partners}
        return Edits.model_validate({"partners": stays})
    return None


def _links() -> Iterator[Ablation]:
    rooms = {"world": "global", "governments": "intergovernmental", "company": "park", "enterprises": "enterprise"}
    for name, link in catalogue().links.items():
        title = Title(en=link.en, zh=link.zh)
        key = f"cut-{name.replace('_', '-')}"[:64]
        scenario = Scenario(key=key, title=title, links={name: LinkChange(strength=0.0)})
        yield Ablation(f"link/{name}", "link", rooms[link.source_room], title, scenario)
