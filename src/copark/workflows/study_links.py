"""Links: a study as an address of the page of ``copark serve``, written and read.

A link holds what the page's own address holds (``frontend/src/lib/url.ts``) and means what the page asks for it: the
pages Simulate (a scenario beside a baseline) and Compare (two to four scenarios). It may come from a stranger: nothing
in it is believed before it was read, no name in it is taken for a path, and nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import ValidationError

from copark.cases.casebook import list_cases
from copark.cases.dates import Date
from copark.cases.files import fault as case_fault
from copark.cases.types import shown, suggestion
from copark.cases.validated_yaml import faults_in
from copark.errors import Fault, StudyFaults
from copark.json_types import JsonObject
from copark.simulation.scenario_edits import ALWAYS, NEVER, Edits
from copark.simulation.size import READ
from copark.simulation.study import Scenario, Study, baseline
from copark.texts import LANGUAGES, text
from copark.version import MODEL_VERSION

OUTPUTS = ("operating", "registered", "realised_investment", "jobs", "cash", "serviced_area")
"""The six charts of the first page."""
HEADLINES = ("operating", "jobs", "cash", "commitment_home", "commitment_host")
"""The numbers to be seen first; always kept, as is what land taken up is read of."""
KEPT = tuple(dict.fromkeys((*OUTPUTS, *HEADLINES, *READ)))
"""Outputs that a study of the page keeps."""

PLACE = "link"
"""What stands in the place of a file's name in the faults of a link."""
BASE = "http://127.0.0.1:8765"
"""Where ``copark serve`` is found by default."""
SIMULATE, COMPARE = "simulate", "compare"
LONGEST = 16_000
"""Letters of a link that are read, and written."""
MOST_PARTS = 40
MOST_RUNS = 5_000
MOST_SCENARIOS = 4
LARGEST_SEED = 2**53 - 1
"""Largest whole number that a browser takes exactly."""
LONGEST_KEY = 60
AS_IT_IS = "as-it-is"
SOURCES = ("posterior", "unsettled", "prior", "defaults")
QUESTION = ("case", "seed", "runs", "draws", "cut", "now", "scenario", "baseline", "compare", "parks")
"""Parts that say what is asked."""
LOOKS = ("axis", "mode", "chart", "show", "mark", "v", "tour", "present", "run", "lang")
"""Parts that say how the page shows it."""
CHANGES = ("edits", "parameters", "levers", "links", "without_anchors")
"""Parts of a scenario by which the page tells whether anything is changed."""
FACTORS = ("times", "scale")
"""Parts of a scenario that the page does not show."""
QUARTER = re.compile(r"[0-9]{4}Q[1-4]")
VERSION = re.compile(r"([\w.-]{1,40}):([\w.-]{1,20}):([0-9a-f]{8})", re.ASCII)
MONTH = re.compile(r"([0-9]{4})-(01|04|07|10)")


def fault(code: str, key: str = "", **values: Any) -> Fault:
    """Make a fault of a link, whose words are in ``texts/study.yaml``."""
    return Fault(f"study.link_{code}", PLACE, None, key, {name: shown(value) for name, value in values.items()})


def study_of_link(link: str) -> tuple[Study, str | None]:
    """Read a study of a link, as the page would ask for it.

    Parameters
    ----------
    link
        An address of the page, or the part of it from the path on.

    Returns
    -------
    tuple
        The study, and the version of model and case that the link was made with, where it says so.

    Raises
    ------
    StudyFaults
        With everything in it that cannot be read, or that a study has no place for.
    """
    page, parts = _parts_of(link)
    reading = _LinkReader(parts)
    case = reading.case()
    seed = reading.whole("seed", 1, 0, LARGEST_SEED)
    runs = reading.whole("runs", 1000, 1, MOST_RUNS)
    draws = reading.word("draws", SOURCES)
    now = reading.quarter("now")
    scenarios = reading.scenarios(page)
    reading.refuse_what_is_no_study()
    if reading.faults or case is None:
        raise StudyFaults(reading.faults)
    try:
        study = baseline(case).with_changes(
            seed=seed,
            runs=runs,
            draws=draws,
            now=now,
            keep=KEPT,
            scenarios=[_content(scenario) for scenario in scenarios],
        )
    except StudyFaults as found:
        faults = [Fault(fault.code, PLACE, None, fault.key, dict(fault.values)) for fault in found.faults]
        raise StudyFaults(faults) from None
    return study, parts.get("v")


def made_otherwise(version: str | None, case_hash: str) -> bool:
    """Return whether a link was made with another version of the model or of its case.

    Parameters
    ----------
    version
        The version that the link tells, if any.
    case_hash
        Hash of the case as it is here.
    """
    match = VERSION.fullmatch(version or "")
    return match is not None and (match[2], match[3]) != (str(MODEL_VERSION), case_hash[:8])


def _parts_of(link: str) -> tuple[str, dict[str, str]]:
    """Take a link apart: the page, and its parts by name."""
    if not isinstance(link, str) or len(link) > LONGEST:
        size = len(link) if isinstance(link, str) else type(link).__name__
        raise StudyFaults([fault("long", found=size, limit=LONGEST)])
    try:
        address = urlsplit(link.strip())
        pairs = parse_qsl(
            address.query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_PARTS
        )
    except ValueError:
        raise StudyFaults([fault("unreadable", found=link)]) from None
    page = address.path.rstrip("/").rpartition("/")[2]
    if address.scheme not in ("", "http", "https") or page not in (SIMULATE, COMPARE):
        raise StudyFaults([fault("page", found=f"{address.scheme}:{address.path}" if address.scheme else address.path)])
    names = [name for name, _ in pairs]
    allowed = (*QUESTION, *LOOKS)
    faults = [
        case_fault("unknown_key", PLACE, key=name, found=name, suggestion=suggestion(name, allowed))
        for name in dict.fromkeys(names)
        if name not in allowed
    ]
    faults += [fault("twice", name) for name in allowed if names.count(name) > 1]
    if faults:
        raise StudyFaults(faults)
    return page, dict(pairs)


class _LinkReader:
    """Reads the parts of a link one by one, and collects what is wrong with them."""

    def __init__(self, parts: Mapping[str, str]) -> None:
        self.parts = parts
        self.faults: list[Fault] = []

    def wrong(self, part: str, allowed: str) -> None:
        """Note that a part says something else than it can."""
        self.faults.append(fault("value", part, found=self.parts[part], wanted=allowed))

    def case(self) -> str | None:
        """Read the park: one of the casebook, never a path."""
        name = self.parts.get("case")
        if name is None:
            self.faults.append(fault("no_case", "case"))
        elif name in list_cases():
            return name
        else:
            self.faults.append(fault("case", "case", found=name, suggestion=suggestion(name, list_cases())))
        return None

    def whole(self, part: str, usual: int, low: int, high: int) -> int:
        """Read a whole number within a range."""
        words = self.parts.get(part)
        if words is None:
            return usual
        if re.fullmatch(r"[0-9]{1,16}", words) and low <= int(words) <= high:
            return int(words)
        self.wrong(part, f"{low} … {high}")
        return usual

    def word(self, part: str, allowed: tuple[str, ...]) -> str | None:
        """Read one of some words."""
        value = self.parts.get(part)
        if value is not None and value not in allowed:
            self.wrong(part, " | ".join(allowed))
        return value

    def quarter(self, part: str) -> str | None:
        """Read a quarter."""
        value = self.parts.get(part)
        if value is not None and not QUARTER.fullmatch(value):
            self.wrong(part, "2026Q4")
        return value

    def json(self, part: str) -> Any:
        """Read what is written as JSON; ``None`` where it is none."""
        try:
            return json.loads(self.parts[part], parse_constant=_no_number)
        except (ValueError, RecursionError):
            self.faults.append(fault("json", part, found=self.parts[part]))
            return None

    def scenario(self, content: Any, place: str) -> Scenario | None:
        """Read a scenario."""
        if not isinstance(content, dict):
            self.faults.append(fault("json", place, found=content))
            return None
        try:
            return Scenario.model_validate(content)
        except ValidationError as errors:
            for problem in faults_in(errors, PLACE, Scenario, ("study",)):
                key = f"{place}.{problem.key}" if problem.key else place
                self.faults.append(Fault(problem.code, PLACE, None, key, dict(problem.values)))
            return None

    def scenarios(self, page: str) -> list[Scenario]:
        """Read the scenarios that the page asks for, the reference first."""
        if page == COMPARE and "compare" in self.parts:
            entries = self.json("compare")
            if not isinstance(entries, list) or not 2 <= len(entries) <= MOST_SCENARIOS:
                self.wrong("compare", f"[2 … {MOST_SCENARIOS}]")
                return []
            scenarios = [self.scenario(entry, f"compare[{number}]") for number, entry in enumerate(entries)]
            return _with_keys_of_their_own([scenario for scenario in scenarios if scenario is not None])
        reference = self._reference()
        content = self.json("scenario") if "scenario" in self.parts else {}
        scenario = self.scenario(content, "scenario") if "scenario" in self.parts else None
        if isinstance(content, dict):
            for part in FACTORS:
                if content.get(part):
                    self.faults.append(fault("factors", f"scenario.{part}"))
        is_edited = scenario is not None and is_changed(content)
        if page == COMPARE and not is_edited:
            self.faults.append(fault("compares_nothing", "compare"))
        scenarios = [reference, scenario] if is_edited else [reference]
        return [entry for entry in scenarios if entry is not None]

    def _reference(self) -> Scenario | None:
        if self.parts.get("baseline", AS_IT_IS) == AS_IT_IS:
            return baseline("-").scenarios[0]
        content = self.json("baseline")
        return self.scenario(content, "baseline")

    def refuse_what_is_no_study(self) -> None:
        """Refuse parts that say what is asked, and that no study has a place for."""
        if self.parts.get("parks"):
            self.faults.append(fault("parks", "parks", found=self.parts["parks"]))
        if "cut" in self.parts:
            self.faults.append(fault("cut", "cut", found=self.parts["cut"]))


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _with_keys_of_their_own(scenarios: list[Scenario]) -> list[Scenario]:
    """Return scenarios keys that differ, as the page does with one that is chosen twice."""
    keys: set[str] = set()
    renamed = []
    for number, scenario in enumerate(scenarios):
        key = f"{scenario.key[:LONGEST_KEY]}-{number}" if scenario.key in keys else scenario.key
        keys.add(key)
        renamed.append(scenario.model_copy(update={"key": key}))
    return renamed


def pruned(value: Any) -> Any:
    """Leave out what says nothing, as the page does: null, and empty lists and trees in trees."""
    if not isinstance(value, dict):
        return value
    clean = {name: pruned(entry) for name, entry in value.items()}
    return {name: entry for name, entry in clean.items() if entry is not None and entry not in ([], {})}


def is_changed(content: JsonObject) -> bool:
    """Return whether the page takes a scenario, as its link has it, for a change."""
    clean = pruned(content)
    return any(clean.get(name) for name in CHANGES)


def _content(scenario: Scenario) -> JsonObject:
    return scenario.model_dump(mode="json", by_alias=True)


def link_of(study: Study, base: str = BASE, cut: str | None = None) -> str:
    """Write a study as a link: to Simulate, or where there are more scenarios than it shows to Compare.

    A link has no place for name and title of a study: the page has its own. Nor has it one for the outputs kept, where
    the study leaves them open: the page keeps those of its charts.

    Parameters
    ----------
    study
        The study.
    base
        Address of the server; empty for the part from the path on.
    cut
        Last quarter known to the calibration that the page is to draw from; the latest there is, where it is left out.
        A study does not say it: whoever reads the link is told to give it himself.

    Raises
    ------
    StudyFaults
        With everything that a link cannot say.
    """
    faults = [*_faults_of_base(base), *_left_out(study)]
    if faults:
        raise StudyFaults(faults)
    parts = {"case": study.case, "seed": str(study.seed), "runs": str(study.runs)}
    if study.draws is not None:
        parts["draws"] = study.draws
    if study.now is not None:
        parts["now"] = str(study.now)
    page, chosen = _scenario_parts(study)
    link = f"{base.rstrip('/')}/{page}?{urlencode(parts | chosen)}"
    if len(link) > LONGEST:
        raise StudyFaults([fault("too_long", found=len(link), limit=LONGEST)])
    _require_same(study, link)
    return link if cut is None else f"{link}&{urlencode({'cut': cut})}"


def _faults_of_base(base: str) -> Iterator[Fault]:
    if base == "":
        return
    try:
        address = urlsplit(base)
        has_more = address.query or address.fragment or address.username or address.password
        names_host = address.scheme in ("http", "https") and address.hostname
        is_base = bool(names_host) and not has_more and re.search(r"\s", base) is None
    except ValueError:
        is_base = False
    if not is_base:
        yield fault("base", "base", found=base)


def _left_out(study: Study) -> Iterator[Fault]:
    """Yield what a study says and a link cannot."""
    if study.case not in list_cases():
        yield fault("own_park", "case", found=study.case)
    if study.runs > MOST_RUNS:
        yield fault("value", "runs", found=study.runs, wanted=f"1 … {MOST_RUNS}")
    if study.seed > LARGEST_SEED:
        yield fault("value", "seed", found=study.seed, wanted=f"0 … {LARGEST_SEED}")
    if study.replicates != 1:
        yield fault("value", "replicates", found=study.replicates, wanted="1")
    if study.quarters is not None:
        yield fault("quarters", "quarters", found=study.quarters)
    if study.keep is not None and study.keep != KEPT:
        yield fault("keep", "keep", found=study.keep if isinstance(study.keep, str) else ", ".join(study.keep))
    if len(study.scenarios) > MOST_SCENARIOS:
        yield fault("scenarios", "scenarios", found=len(study.scenarios), limit=MOST_SCENARIOS)
    for number, scenario in enumerate(study.scenarios):
        for part in FACTORS:
            if getattr(scenario, part):
                yield fault("factors", f"scenarios[{number}].{part}")


def _scenario_parts(study: Study) -> tuple[str, dict[str, str]]:
    """Choose the page that shows a study's scenarios, and write them as its parts."""
    contents = [page_scenario(scenario) for scenario in study.scenarios]
    reference, *others = contents
    if len(others) > 1 or (others and not is_changed(others[0])):
        return COMPARE, {"compare": _json(contents)}
    is_usual = reference == page_scenario(baseline(study.case).scenarios[0])
    parts = {"baseline": AS_IT_IS if is_usual else _json(reference)}
    if others:
        parts = {"scenario": _json(others[0]), **parts}
    return SIMULATE, parts


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def page_scenario(scenario: Scenario) -> JsonObject:
    """Write a scenario as the page has it: without what is usual, with quarters for months that begin one.

    Parameters
    ----------
    scenario
        The scenario.
    """
    content: JsonObject = {"key": scenario.key, "title": {lang: scenario.title.text(lang) for lang in LANGUAGES}}
    if scenario.parameters:
        content["parameters"] = dict(scenario.parameters)
    if scenario.dated_inputs:
        content["levers"] = {
            name: [_entry(change) for change in changes] for name, changes in scenario.dated_inputs.items()
        }
    if scenario.links:
        content["links"] = {name: _entry(change) for name, change in scenario.links.items()}
    if scenario.without_anchors:
        content["without_anchors"] = list(scenario.without_anchors)
    edits = _edits(scenario.edits)
    if edits:
        content["edits"] = edits
    for name in FACTORS:
        if getattr(scenario, name):
            content[name] = dict(getattr(scenario, name))
    return content


def _entry(entry: Any) -> JsonObject:
    """Write an entry without what is usual; in full where nothing would be left, which the page would drop."""
    brief = entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return _in_quarters(brief or entry.model_dump(mode="json", by_alias=True, exclude_none=True))


def _edits(edits: Edits) -> JsonObject:
    content: JsonObject = {}
    for name, field in Edits.model_fields.items():
        value = getattr(edits, name)
        if value == field.get_default(call_default_factory=True):
            continue
        if isinstance(value, tuple):
            content[name] = [entry if isinstance(entry, str) else _entry(entry) for entry in value]
        elif isinstance(value, dict):
            content[name] = {key: _entry(entry) for key, entry in value.items()}
        elif isinstance(value, Date):
            content[name] = {str(NEVER): "never", str(ALWAYS): "forever"}.get(str(value), _quarter(str(value)))
        else:
            content[name] = value if isinstance(value, str) else _entry(value)
    for key, term in content.get("terms", {}).items():
        if term == {"home": 0.0, "host": 0.0, "third": 0.0}:
            content["terms"][key] = "off"
    return content


def _in_quarters(entry: JsonObject) -> JsonObject:
    return {
        name: _quarter(value) if name in ("from", "to") and isinstance(value, str) else value
        for name, value in entry.items()
    }


def _quarter(date: str) -> str:
    """Write a month that begins a quarter as the quarter; any other date as it is."""
    match = MONTH.fullmatch(date)
    return date if match is None else f"{match[1]}Q{(int(match[2]) + 2) // 3}"


def _require_same(study: Study, link: str) -> None:
    """Read a link again and compare it with its study: nothing may be lost on the way."""
    read, _ = study_of_link(link)
    own = study.content() | {"keep": list(KEPT), "name": read.name, "title": read.title.model_dump()}
    content = read.content()
    lost = sorted(name for name in {*own, *content} if own.get(name) != content.get(name))
    if lost:
        raise StudyFaults([fault("lost", name) for name in lost])


def words_made_otherwise(lang: str) -> str:
    """Report that a link was made with another version.

    Parameters
    ----------
    lang
        Language, ``en`` or ``zh``.
    """
    return text("study.link_made_otherwise", lang)
