"""A general set of claims, for a case that brings none: those that its facts bear and feel.

Claims, scenarios, alternative assumptions and null models are taken from the source's own case by their keys, so that
any park is judged by the same rules. The first edition, which had claims of its own, belongs to version 1 of the model.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.scenarios import trial_study
from copark.analyses.claims.schema import AS_IT_IS, FORMER_KEYS, CaseChange, Claims
from copark.cases.case import Case
from copark.cases.casebook import casebook_path
from copark.cases.types import keys_read
from copark.cases.yaml_loader import read_yaml
from copark.errors import Fault, NotFound
from copark.identity import hash_content
from copark.json_types import JsonObject
from copark.simulation.case_edits import edited
from copark.simulation.experiment import Experiment
from copark.simulation.measures import OutputValues
from copark.simulation.run import inputs_of
from copark.simulation.study_entries import Title

SOURCE = "great-stone"
"""Case of the source, whose rules are borrowed."""
FILE = Path(__file__).parent / "general-2.yaml"
"""The general set."""
BORROWED_FROM = "claims-2.yaml"
"""Claims file of the source's case that it borrows from: that of the same edition."""
SOURCE_YEARS = ("12", "20")
"""Years in rules of the source's case: its last with a record, and that in which outcomes are judged."""

HOLIDAY = 0.1
"""Highest tax on residents' profits at which the loss of a tax holiday is asked about."""
NEEDED_BY_PARAMETER = {
    "alignment": "framework",
    "session_effect": "framework",
    "partner_mobilisation": "partners",
    "arbitrage_pull": "terms",
}
"""What must be on record for a parameter to do anything."""
NEEDED_BY_INSTRUMENT = {"mediation": "framework", "credit": "credit", "plan": "plan"}
"""What must be on record for an instrument of the framework to be missed."""
NEEDED_BY_SCENARIO = {
    "no-ties": "ties",
    "strong-no-ties": "ties",
    "no-supply": "ties",
    "no-partners": "partners",
    "taxed": "holiday",
    "nobody-rescues": "capital",
}
"""What must be on record for a scenario, by its key, to take anything away."""
BUSINESSES = frozenset(("contractors", "operators"))
"""Scenarios of who holds the shares, one of which may be the case as it is; the other is compared with it then."""
ONE_IS_ENOUGH = frozenset(("no-resources",))
"""Scenarios that take several things away: they are asked about where one of these is on record."""


def general_claims(case: Case, *, outcomes: bool) -> ClaimsFile:
    """Make the general set, less what the case's facts do not bear and what changes nothing in it.

    Its hash is that of the set as it is left for this case.

    Parameters
    ----------
    case
        The case, which brings no claims of its own.
    outcomes
        Whether chances of outcomes may be told: of what happens to the park it asks only then.

    Raises
    ------
    NotFound
        If nothing is left.
    """
    data = _filled(case)
    experiment = Experiment(trial_study(case, 2, 1, 1, "prior"), case, OutputValues(()))
    on_record = _on_record(case)
    written_scenarios = data["scenarios"]
    felt_scenarios = {
        key for key, scenario in written_scenarios.items() if key == AS_IT_IS or _is_felt(scenario, experiment)
    }
    data["scenarios"] = {
        key: scenario
        for key, scenario in written_scenarios.items()
        if key in felt_scenarios and _is_askable(key, scenario, on_record)
    }
    data["worlds"] = {key: world for key, world in data["worlds"].items() if _is_felt(world, experiment)}
    data["judgement"] = [variant for variant in data["judgement"] if _is_felt(variant, experiment)]
    plain = BUSINESSES & (written_scenarios.keys() - felt_scenarios)
    data["claims"] = [_compared(claim, plain) for claim in data["claims"]]
    data["claims"], left_out = _reduced(data["claims"], data, outcomes=outcomes)
    if not data["claims"]:
        raise NotFound.of("claims.none_general", case=case.name)
    used = {scenario for claim in data["claims"] for part in claim["parts"] for scenario in _uses(part)}
    data["scenarios"] = {key: scenario for key, scenario in data["scenarios"].items() if key in used | {AS_IT_IS}}
    claims = Claims.model_validate(data)
    digest = hash_content(claims.model_dump(mode="json", by_alias=True, exclude_unset=True))
    return ClaimsFile(claims, FILE.name, digest, general=True, left_out=tuple(left_out))


def _on_record(case: Case) -> frozenset[str]:
    """Name what a case has on record of all that scenarios may need."""
    inputs = inputs_of(case)

    def is_known(*words: str) -> bool:
        return not set(words) & set(case.not_known)

    is_recorded = {
        "framework": np.any(inputs.governments["framework"]),
        "credit": any(line.use for line in case.finance.credit),
        "plan": any(fact.use for fact in case.land.plan),
        # What stands in the place of an unknown tax is no holiday, and without a limit of capital nobody need rescue.
        "holiday": is_known("regime", "regime.profit_tax") and np.max(inputs.governments["profit_tax"]) <= HOLIDAY,
        "capital": is_known("finance", "finance.registered_capital"),
        "ties": np.any(inputs.company["shareholder_ties"]) or np.any(inputs.company["partner_ties"]),
        "partners": np.any(inputs.company["partner_ties"]),
        "terms": np.any(inputs.enterprises["term_cost"]) or np.any(inputs.enterprises["term_market"]),
    }
    return frozenset(name for name, recorded in is_recorded.items() if recorded)


def _is_askable(key: str, scenario: Any, on_record: frozenset[str]) -> bool:
    """Return whether a scenario takes away, or acts through, something that is on record."""
    instruments = scenario.get("edits", {}).get("depth", {})
    needed = {need for name, need in NEEDED_BY_PARAMETER.items() if name in scenario.get("parameters", {})}
    needed |= {need for name, need in NEEDED_BY_INSTRUMENT.items() if name in instruments}
    needed |= {NEEDED_BY_SCENARIO[key]} if key in NEEDED_BY_SCENARIO else set()
    return bool(needed & on_record) if key in ONE_IS_ENOUGH else needed <= on_record


@cache
def _read(path: Path, **filled: str) -> Any:
    faults: list[Fault] = []
    content = path.read_text(encoding="utf-8")
    for name, value in filled.items():
        content = content.replace(name, value)
    tree = read_yaml(content, path.name, faults)
    assert tree is not None, faults  # noqa: S101 - a file of the package
    return _as_named_now(tree.data)


def _as_named_now(data: Any) -> Any:
    """Put the names of now to what the source's file, of which a hash is kept, has by former ones."""
    if isinstance(data, list):
        return [_as_named_now(entry) for entry in data]
    if isinstance(data, dict):
        now = {former: key for key, former in FORMER_KEYS.items()}
        return {now.get(key, key): _as_named_now(entry) for key, entry in data.items()}
    return data


def _filled(case: Case) -> JsonObject:
    """Fill in the case's name, its last year on record, its own partners, and what is borrowed from the source."""
    quarters = case.clock.data_end - case.clock.start + 1
    last = case.clock.quarters / 4.0
    years = dict(zip(SOURCE_YEARS, (f"{min(quarters / 4.0, last):g}", f"{min(20.0, last):g}"), strict=True))
    recorded, judged = (years[year] for year in SOURCE_YEARS)
    data = dict(_read(FILE, YEAR=recorded, CASE=case.name))
    source = _read(casebook_path() / SOURCE / BORROWED_FROM)
    borrowed = {variant["key"]: variant for variant in source["judgement"]}
    data["judgement"] = [borrowed[key] for key in data["judgement"]]
    data["worlds"] = {key: source["worlds"][key] for key in data["worlds"]}
    claims = {claim["id"]: claim for claim in source["claims"]}
    shows = [{"year": year} for year in dict.fromkeys((recorded, judged))]
    data["claims"] = [{**_borrowed(claim, claims, years), "shows": shows} for claim in data["claims"]]
    used = {key for claim in data["claims"] for part in claim["parts"] for key in _uses(part)} | {AS_IT_IS}
    scenarios = {key: scenario for key, scenario in source["scenarios"].items() if key in used}
    partners = {partner.key: "drop" for partner in case.partners}
    data["scenarios"] = {key: scenario for key, scenario in scenarios.items() if partners or key != "no-partners"}
    if partners:
        data["scenarios"]["no-partners"] = {**data["scenarios"]["no-partners"], "edits": {"partners": partners}}
    return data


def _borrowed(claim: Any, claims: Mapping[str, Any], years: Mapping[str, str]) -> Any:
    """Take a claim that names its parts alone from the source's case: its rules, at the years of this one."""
    if not all(isinstance(part, str) for part in claim["parts"]):
        return claim
    whole = claims[claim["id"]]
    parts = {part["key"]: part for part in whole["parts"]}
    ((kind, deciding),) = whole["headline"].items()
    kept_fields = {key: value for key, value in whole.items() if key not in ("scenarios", "curve", "cube", "reference")}
    headline = {kind: [key for key in deciding if key in claim["parts"]]}
    own_parts = [_dated(parts[key], years) for key in claim["parts"]]
    return {**kept_fields, **claim, "parts": own_parts, "headline": headline}


def _dated(part: Any, years: Mapping[str, str]) -> Any:
    """Return a part whose statistics are measured at the years of another case."""
    statistics = {
        name: {**statistic, "year": years[str(statistic["year"])]} if "year" in statistic else statistic
        for name, statistic in part["statistics"].items()
    }
    return {**part, "statistics": statistics}


def _compared(claim: Any, plain: Collection[str]) -> Any:
    """Compare with the case as it is where one of two scenarios is just that, as where operators hold the shares."""

    def of(statistic: Any) -> Any:
        if statistic.get("reference", AS_IT_IS) == AS_IT_IS:
            return statistic
        named = {name: AS_IT_IS if statistic[name] in plain else statistic[name] for name in ("scenario", "reference")}
        return {**statistic, **named} if named["scenario"] != named["reference"] else statistic

    parts = [
        {**part, "statistics": {name: of(statistic) for name, statistic in part["statistics"].items()}}
        for part in claim["parts"]
    ]
    return {**claim, "parts": parts}


def _is_felt(entry: Any, experiment: Experiment) -> bool:
    """Return whether a case bears a change, and it alters something."""
    keys = {key for name, field in CaseChange.model_fields.items() for key in keys_read(name, field)}
    change = CaseChange.model_validate({key: value for key, value in entry.items() if key in keys})
    return not edited(experiment.case, change.edits)[1] and experiment.alters(change)


def _uses(part: Any) -> set[str]:
    statistics = part["statistics"].values()
    used = {statistic[name] for statistic in statistics for name in ("scenario", "reference") if name in statistic}
    return used.union(*(statistic.get("scenarios", ()) for statistic in statistics))


def _reduced(claims: list[Any], data: JsonObject, *, outcomes: bool) -> tuple[list[Any], list[Title]]:
    """Leave out parts that cannot be asked, and claims of which no part decides; give titles of what is left out."""
    kept_claims = []
    left_out = []
    for entry in claims:
        claim = {key: value for key, value in entry.items() if key != "needs"}
        parts = [
            {**part, "false_worlds": [world for world in part["false_worlds"] if world in data["worlds"]]}
            for part in claim["parts"]
            if _uses(part) <= set(data["scenarios"])
        ]
        askable = outcomes or "needs" not in entry
        keys = {part["key"] for part in parts if part["false_worlds"] and askable}
        ((kind, deciding),) = claim["headline"].items()
        if not keys & set(deciding):
            left_out.append(Title(**claim["title"]))
            continue
        headline = {kind: [key for key in deciding if key in keys]}
        kept_claims.append({**claim, "parts": [part for part in parts if part["key"] in keys], "headline": headline})
        for part in claim["parts"]:
            if part["key"] not in keys:
                whole = claim["title"]
                detail = part["title"]
                left_out.append(Title(en=f"{whole['en']} ({detail['en']})", zh=f"{whole['zh']}（{detail['zh']}）"))
    return kept_claims, left_out
