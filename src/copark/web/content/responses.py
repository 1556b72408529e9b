"""Answers of the server as typed records: the API's schema is made of them.

Everything a person reads is there in both languages, so that another language needs no other answer. Numbers are not
rounded. Where there is no number stands null.
"""

from functools import partial
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from copark import units
from copark.analyses.compare.outcome_attribution import OutcomeParts
from copark.json_types import JsonObject
from copark.presentation.rendered_document import Block
from copark.stats.effects import ShareEffect
from copark.stats.shares import Share
from copark.texts.localized import LocalizedText

Numbers = list[float | None]
"""A number for each quarter."""


class ApiModel(BaseModel):
    """Base of all answers: frozen, documented field by field, null for what is no number."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, ser_json_inf_nan="null")

    @classmethod
    def of(cls, *records: Any, **more: Any) -> Self:
        """Make an answer of what records say in fields of the same names; ``more`` are fields they lack or that differ.

        Of a record of the casebook, ``name_en`` and ``name_zh`` become one text in both languages. Of a record with
        words of its own (``en``, ``zh``) these are the title. A unit is added in words where the answer has it.
        """
        fields: dict[str, Any] = {}
        for record in records:
            if isinstance(record, BaseModel):
                content = record.model_dump(mode="json")
                pairs = {name: (content.get(f"{name}_en"), content.get(f"{name}_zh")) for name in cls.model_fields}
                content |= {name: {"en": en, "zh": zh or en} for name, (en, zh) in pairs.items() if en is not None}
                fields = {**dict.fromkeys(cls.model_fields), **fields, **content}
            else:
                fields |= {name: getattr(record, name) for name in cls.model_fields if hasattr(record, name)}
                if hasattr(record, "en"):
                    fields["title"] = LocalizedText(en=record.en, zh=record.zh)
        if "unit_title" in cls.model_fields:
            fields["unit_title"] = unit_title((fields | more)["unit"])
        return cls(**{**fields, **more})


def unit_title(symbol: str) -> LocalizedText:
    """Return a unit as a person reads it; its symbol where the list of units has none."""
    if not units.known(symbol):
        return LocalizedText.same(symbol)
    return LocalizedText.by_language(partial(units.title, symbol))


class VariableInfo(ApiModel):
    """A variable of the model: an output or a parameter."""

    name: str
    """Name of the variable, by which requests ask for an output and scenarios set a parameter."""
    title: LocalizedText
    """What it is, for a reader."""
    symbol: str
    """Symbol in the equations of the model; empty where it has none."""
    unit: str
    """Symbol of its unit, such as ``M USD``, ``companies`` or ``1`` (a pure number)."""
    unit_title: LocalizedText
    """The unit in words; empty for a pure number."""
    submodel: str
    """Part of the model it belongs to: world, governments, company or enterprises."""


class OutputInfo(VariableInfo):
    """An output of the model."""

    source: str
    """Section of the model's description that defines it, such as ``MODEL §3(7)``."""


class Observed(ApiModel):
    """A value that somebody reported."""

    date: str
    """Date as the source gives it: YYYY, YYYY-MM or YYYY-MM-DD."""
    quarter: str
    """Quarter it is compared with, such as 2016Q1; of a bare year the last one."""
    value: float
    """The value; the lower end of a range."""
    high: float | None
    """Upper end of a range, in the same unit; null where it is a single value."""
    bound: str
    """How it is drawn: exact, about, at-least (which stands for "more than", too), at-most or range."""
    grade: str
    """How far it is trusted: high, medium, low, derived (arithmetic on sourced values) or judgement."""
    use: bool
    """Whether it is the value used at its date; values that contradict it stand beside it with false."""
    role: str
    """What it is for: fit, score, check or context."""
    source: list[str]
    """Keys of its sources among those of the case's evidence (``GET /evidence``); ``judgement`` is a judgement."""
    note: LocalizedText | None
    """What to know of it; null where there is nothing."""


class ObservedPoint(Observed):
    """An observation beside the model, whose value is in the output's unit."""

    reported: float
    """The value in the unit its source used; of a range the lower end."""
    reported_unit: str
    """Symbol of the unit its source used."""


class OutcomeInfo(ApiModel):
    """An outcome that a run may have."""

    name: str
    """Key of the outcome."""
    title: LocalizedText
    """The outcome in words."""
    meaning: LocalizedText
    """By which rule a run has this outcome."""
    good: bool
    """Whether it is the one that decisions are to bring about."""
    colour: str
    """Name of its colour: blue, amber, pale, red or green."""


class Reading(ApiModel):
    """A quantity with its interval, in numbers and as a person reads them."""

    value: float | None
    """The value: the median over runs, of a difference over pairs, in the quantity's unit; of a share the change of the
    share. Null where no run finished."""
    low: float | None
    """Lower end of its interval: 5 % of the same runs or pairs, of a share Monte Carlo error (95 %); null likewise."""
    high: float | None
    """Upper end of its interval; null likewise."""
    middle: LocalizedText
    """The value with its unit, of a difference with its sign."""
    shown: LocalizedText
    """The value and its interval, with the unit."""


class Headline(Reading):
    """A number to be seen first: an output when outcomes are judged."""

    band: LocalizedText
    """The interval alone."""
    planned: LocalizedText | None
    """The value beside what was planned, such as "2,820 of 14,000 planned (2023-11)"; null where nobody planned."""


class LandShare(Headline):
    """Land that enterprises use when outcomes are judged, as a share of another area.

    It is above 1 where a plan was made smaller than what stood.
    """

    basis: Literal["planned", "serviced"]
    """What it is a share of: the area that the governments plan, or, where nobody plans, the area that is serviced."""
    title: LocalizedText
    """What it is, in words."""


class ScenarioResult(ApiModel):
    """One scenario's runs."""

    key: str
    """Key of the scenario."""
    title: LocalizedText
    """The scenario in words."""
    runs: int
    """Runs made."""
    finished: int
    """Runs that finished as a computation; the others are left out of everything but this count and ``runs``."""
    outcomes: list[Share]
    """Shares of the outcomes among the runs that finished; shares and intervals are null where none did."""
    headlines: dict[str, Headline]
    """By output: the numbers to be seen first, when outcomes are judged."""
    land: LandShare | None
    """Land taken up, when outcomes are judged; null where no run has any to take up."""
    bands: dict[str, list[Numbers]]
    """By output: quantiles over runs, a row for each of ``levels``, in it a number for each quarter."""
    samples: dict[str, list[Numbers]]
    """By output: paths of the first runs, a row for each run, in it a number for each quarter; empty unless
    requested."""
    sentences: dict[str, LocalizedText]
    """By output: its chart in a sentence."""


class ScenarioChange(ApiModel):
    """A scenario against the reference, run by run on the same parameters and random numbers."""

    scenario: str
    """Key of the scenario."""
    reference: str
    """Key of the reference, the first scenario."""
    pairs: int
    """Pairs of runs that finished in both."""
    begins: str | None
    """First quarter in which any pair differs; null if none ever does."""
    outcomes: list[ShareEffect]
    """How the share of every outcome changes, in numbers of pairs; intervals are null where no pair finished."""
    moves: dict[str, list[Block]]
    """Which runs go from which outcome to which, and why: a sentence and a table, by language, ``en`` or ``zh``."""
    headlines: dict[str, Reading]
    """By output: differences of the numbers to be seen first, scenario less reference, pair by pair."""
    bands: dict[str, list[Numbers]]
    """By output: quantiles of the paired differences, a row for each of ``levels``, in it a number for each quarter;
    empty if the request leaves differences out."""
    sentences: dict[str, LocalizedText]
    """By output: the difference in a sentence."""


class ArrowFlow(ApiModel):
    """The flow along a link between scales."""

    link: str
    """Name of the link, as in the network of a case."""
    median: Numbers
    """Median over runs of what arrives, in the link's unit, a number for each quarter; null where there is no amount
    (no land plan)."""
    weight: Numbers
    """How strong that is, a number for each quarter: 0 (nothing arrives) to 1 (as much as in the strongest twentieth of
    the reference)."""


class ScenarioFlows(ApiModel):
    """The flows along all links in one scenario."""

    scenario: str
    """Key of the scenario."""
    runs: int
    """Runs looked at: the first ones."""
    arrows: list[ArrowFlow]
    """What each link carries."""


class LinkMechanism(ApiModel):
    """A link that carries something else than in the reference."""

    link: str
    """Name of the link."""
    title: LocalizedText
    """The link in words."""
    unit: str
    """Symbol of the unit of what it carries."""
    before: float | None
    """What it carried on average in the reference, from the first difference on, in ``unit``; null where that was no
    amount, such as no land plan."""
    after: float | None
    """What it carries on average in the scenario, in ``unit``; null likewise."""
    moved: float
    """The change in standard deviations of what it carries in the reference over runs and quarters, -99 to 99."""
    alone: float | None
    """What the target would change by, at the median of pairs and in the target's unit, if this link alone carried what
    it has in the scenario; null where no strength of the link gives that, or the target is not among ``outputs``."""
    sentence: LocalizedText
    """All of this in a sentence."""


class Why(ApiModel):
    """Reasons why an output moved: the links that carry more or less, and what each would do alone."""

    scenario: str
    """Key of the scenario: the last scenario."""
    reference: str
    """Key of the reference: the first scenario."""
    target: str
    """Name of the output in question."""
    quarter: str
    """Quarter it is looked at in: the one in which outcomes are judged."""
    change: float | None
    """Median of the paired change of the target, in its unit; null where the target is not among ``outputs``, or no
    pair finished."""
    runs: int
    """Runs whose links were looked at: the first ones."""
    mechanisms: list[LinkMechanism]
    """At most three links that carry something else; those with the largest effect alone first."""
    method: LocalizedText
    """How this was computed, and what it cannot show."""


class TrustNote(ApiModel):
    """Trust in the parameters behind an answer, for the park it is about."""

    state: str
    """calibrated (to this park), borrowed (from other parks), uncalibrated (assumed ranges or fixed values) or stale
    (calibrated for another state of the case or model)."""
    kind: str
    """Which parameters: own (calibrated here), shipped, borrowed, prior, unsettled (only those no data informs are
    drawn), defaults or unknown."""
    label: LocalizedText
    """The state in a few words, to stand beside a headline."""
    meaning: LocalizedText
    """What the state means for a reader, in a sentence or two."""
    renew: LocalizedText | None
    """What to do for a better state; null where there is nothing to do."""
    recorded: LocalizedText | None
    """How the park fared according to the observations; null where the parameters are calibrated to them."""
    outcomes_shown: bool
    """Whether shares of outcomes are shown unasked: only of a park whose own calibration has converged."""


class CaseName(ApiModel):
    """A case in a list of cases."""

    name: str
    """Name to ask for it by: the casebook's, or one that cannot be guessed of an upload."""
    title: LocalizedText
    """The park's name for a reader."""
    kind: str
    """Who drives the park: intergovernmental, mixed or enterprise-led."""
    kind_title: LocalizedText
    """The kind in words."""
    start: str
    """First quarter, such as 2012Q3."""
    quarters: int
    """How many quarters are simulated where nobody asks for others: to ten years from now."""
    now: str
    """Quarter the park is looked at from where nobody asks for another: the first that can still be decided."""
    data_end: str
    """Last quarter with observations."""
    hash: str
    """SHA-256 of its content, in hexadecimal digits."""
    uploaded: bool
    """Whether it was uploaded; false for a case of the casebook."""
    calibrated: bool
    """Whether it has a posterior of its own."""
    cuts: list[str]
    """Last quarters known to the calibrations it has, latest first; empty where it has none."""
    trust: TrustNote
    """How far its parameters may be trusted."""


class DrawsNote(ApiModel):
    """The source of the parameters."""

    kind: str
    """posterior, unsettled (those no data informs), prior or defaults."""
    words: LocalizedText
    """The parameters in a few words."""
    cut: str | None
    """Last quarter known to the posterior; null where none is drawn from."""
    pairs: int | None
    """Pairs of parameters and past random numbers in the posterior of the case; null where none is drawn from."""


class VersionsInfo(ApiModel):
    """Versions and hashes that the numbers depend on; with the study, all that is needed to compute them again."""

    code_version: str
    """Version of copark."""
    model_version: int
    """Version of the model: it goes up when the same question gives other numbers."""
    case_hash: str
    """SHA-256 of the case's content."""
    cpu_features: str
    """Processor the model was compiled for: bits are promised for one set of features and versions."""
    versions: dict[str, str]
    """Versions of Python, NumPy, Numba and llvmlite, by name."""


class RecordRow(ApiModel):
    """Observations of an output beside the range of 90 % of runs."""

    output: str
    """Name of the output."""
    seen: int
    """How many observations can be compared."""
    within: int
    """How many of them lie within the range of 90 % of runs."""
    misses: list[str]
    """Quarters of those that lie outside."""


class SimulationAnswer(ApiModel):
    """The answer to a study of one to four scenarios."""

    identity: str
    """Run ID of the result, 16 hexadecimal digits: the same as on the command line and in Python for the same study."""
    study: JsonObject
    """The study in full; as a YAML file it runs on the command line and gives the same numbers."""
    case: CaseName
    """The case that was run."""
    quarters: list[str]
    """Labels of the quarters, such as 2016Q1, in the order of every list by quarter."""
    levels: list[float]
    """Levels of the quantiles in every ``bands``: 0.05, 0.25, 0.5, 0.75 and 0.95."""
    judged: str
    """Quarter at whose end outcomes are judged."""
    now: str | None
    """Quarter the park is looked at from; null where the request gives a length."""
    today: str
    """Last quarter of the case's data: what comes later is the model's alone."""
    outcomes: list[OutcomeInfo]
    """The outcomes a run may have, in the order in which a list names them."""
    outputs: dict[str, OutputInfo]
    """The outputs by name: those requested, those of the headlines, and those land taken up is read of."""
    scenarios: list[ScenarioResult]
    """The scenarios; the first is the reference."""
    changes: list[ScenarioChange]
    """Every other scenario against the first, on common random numbers; empty where there is one scenario."""
    observed: dict[str, list[ObservedPoint]]
    """By requested output: its observations within the simulated time, by date, unused ones included."""
    summary: LocalizedText
    """The answer in a sentence or two."""
    caveats: list[LocalizedText]
    """What a reader should know before believing it, a sentence or two each."""
    flows: list[ScenarioFlows] | None
    """Flows along the links between scales in each scenario; null unless requested."""
    why: Why | None
    """Why an output of the last scenario differs from the reference; null unless requested of two scenarios or more."""
    record: list[RecordRow] | None
    """The first scenario beside the observations, by output; null unless requested."""
    links: OutcomeParts | None
    """Change of the last scenario's outcomes, shared out among groups of links by their Shapley values, on the
    first runs: of every outcome in the order of the scenarios' ``outcomes``, errors null of a single run. Null unless
    requested of
    two scenarios or more."""
    draws: DrawsNote
    """What the parameters are drawn from."""
    trust: TrustNote
    """How far these parameters may be trusted."""
    made: VersionsInfo
    """Versions and hashes that the numbers depend on."""
    seconds: float
    """How long it took when it was made, in seconds; an answer from memory keeps that time."""
