"""A general set of claims, for a case that brings none: those of ``general.yaml`` that its facts bear and feel."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from copark.cases.case import Case
from copark.cases.casebook import CLAIMS, casebook_path
from copark.cases.yaml_loader import read_yaml
from copark.errors import Fault, NotFound
from copark.identity import hash_content
from copark.inference.claims.changes import AS_IT_IS, Change
from copark.inference.claims.reading import ClaimsFile
from copark.inference.claims.scenarios import Bench, bench_of
from copark.inference.claims.schema import Claims
from copark.simulation.case_edits import edited
from copark.simulation.schemas import Title
from copark.simulation.study import baseline
from copark.texts import LANGUAGES, text

FILE = Path(__file__).parent / "general.yaml"
SOURCE = "great-stone"
"""Case of the source, whose alternative assumptions and models in which a claim is false are borrowed."""
TIES = ("shareholder_ties", "partner_ties")
NEEDS_TIES = frozenset(("no-ties", "strong-no-ties"))
"""Scenarios that cut ties: nothing is asked by them where a case has none on record."""


def general_claims(case: Case) -> ClaimsFile:
    """The general set, less what the case's facts do not bear and what changes nothing in it.

    Its hash is that of the set as it is left for this case.

    Raises
    ------
    NotFound
        If nothing is left.
    """
    data = _filled(case)
    bench = bench_of(case, baseline(case.name).with_changes(runs=2, futures=1, draws="prior"), ())
    tied = any(np.any(bench.inputs(Change()).company[name]) for name in TIES)
    arms = data["arms"]
    kept = {key: arm for key, arm in arms.items() if key == AS_IT_IS or _is_felt(arm, bench)}
    data["arms"] = {key: arm for key, arm in kept.items() if tied or key not in NEEDS_TIES}
    data["worlds"] = {key: world for key, world in data["worlds"].items() if _is_felt(world, bench)}
    data["judgement"] = [one for one in data["judgement"] if "self_standing" in one or _is_felt(one, bench)]
    data["claims"], left_out = _reduced(data["claims"], data)
    if not data["claims"]:
        raise NotFound(text("claims.none_general", case=case.name))
    used = {arm for claim in data["claims"] for part in claim["parts"] for arm in _uses(part)}
    data["arms"] = {key: arm for key, arm in data["arms"].items() if key in used | {AS_IT_IS}}
    claims = Claims.model_validate(data)
    digest = hash_content(claims.model_dump(mode="json", by_alias=True, exclude_unset=True))
    return ClaimsFile(claims, FILE.name, digest, general=True, left_out=tuple(left_out))


@cache
def _read(path: Path, **filled: str) -> Any:
    faults: list[Fault] = []
    content = path.read_text(encoding="utf-8")
    for name, value in filled.items():
        content = content.replace(name, value)
    tree = read_yaml(content, path.name, faults)
    assert tree is not None, faults  # noqa: S101 - a file of the package
    return tree.data


def _filled(case: Case) -> dict[str, Any]:
    """The set with the case's name, its last year on record, its own partners, and what is borrowed from the source."""
    known = case.clock.data_end - case.clock.start + 1
    years = min(max(known, 1), case.clock.quarters) / 4.0
    data = dict(_read(FILE, YEAR=f"{years:g}", CASE=case.name))
    source = _read(casebook_path() / SOURCE / CLAIMS)
    borrowed = {one["key"]: one for one in source["judgement"]}
    data["judgement"] = [borrowed[key] for key in data["judgement"]]
    data["worlds"] = {key: source["worlds"][key] for key in data["worlds"]}
    last = case.clock.quarters / 4.0
    shows = [{"year": year} for year in dict.fromkeys((f"{years:g}", f"{min(20.0, last):g}"))]
    data["claims"] = [{**one, "shows": shows} for one in data["claims"]]
    partners = {one.key: "drop" for one in case.partners}
    data["arms"] = {key: arm for key, arm in data["arms"].items() if partners or key != "no-partners"}
    if partners:
        data["arms"]["no-partners"] = {**data["arms"]["no-partners"], "edits": {"partners": partners}}
    return data


def _is_felt(written: Any, bench: Bench) -> bool:
    """Whether a case bears a change, and it alters something."""
    change = Change.model_validate({key: value for key, value in written.items() if key in Change.model_fields})
    return not edited(bench.case, change.edits)[1] and bench.moves(change.alone)


def _uses(part: Any) -> set[str]:
    return {one[name] for one in part["statistics"].values() for name in ("arm", "reference") if name in one}


def _reduced(claims: list[Any], data: dict[str, Any]) -> tuple[list[Any], list[Title]]:
    """Claims less parts that cannot be asked, and less those of which no part decides; titles of what is left out."""
    kept, left_out = [], []
    for claim in claims:
        parts = [
            {**part, "false_worlds": [one for one in part["false_worlds"] if one in data["worlds"]]}
            for part in claim["parts"] if _uses(part) <= set(data["arms"])
        ]  # fmt: skip
        keys = {part["key"] for part in parts if part["false_worlds"]}
        ((kind, deciding),) = claim["headline"].items()
        if not keys & set(deciding):
            left_out.append(Title(**claim["title"]))
            continue
        headline = {kind: [key for key in deciding if key in keys]}
        kept.append({**claim, "parts": [one for one in parts if one["key"] in keys], "headline": headline})
        for part in claim["parts"]:
            if part["key"] not in keys:
                titles = {lang: f"{claim['title'][lang]} ({part['title'][lang]})" for lang in LANGUAGES}
                left_out.append(Title(**titles))
    return kept, left_out
