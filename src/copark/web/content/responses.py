"""What a server answers, as records that say what they hold: the schema of the interface is made of them.

Everything a person reads is there in both languages, so that another language needs no other answer. Numbers are whole:
nothing is rounded on the way. Where there is no number stands null.
"""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from copark import units

Numbers = list[float | None]
"""A number for each quarter."""


class Answer(BaseModel):
    """Base of all answers: frozen, documented field by field, null for what is no number."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, ser_json_inf_nan="null")

    @classmethod
    def of(cls, *records: Any, **more: Any) -> Self:
        """What records say in fields of the same names; of the casebook's, pairs in both languages among them.

        More are fields that the records have not, or have otherwise. Of what has words of its own the title is these;
        a unit is told in words, too.
        """
        told: dict[str, Any] = {}
        for record in records:
            if isinstance(record, BaseModel):
                own = record.model_dump(mode="json")
                pairs = {name: (own.get(f"{name}_en"), own.get(f"{name}_zh")) for name in cls.model_fields}
                own |= {name: {"en": en, "zh": zh or en} for name, (en, zh) in pairs.items() if en is not None}
                told = {**dict.fromkeys(cls.model_fields), **told, **own}
            else:
                told |= {name: getattr(record, name) for name in cls.model_fields if hasattr(record, name)}
                if hasattr(record, "en"):
                    told["title"] = record
        if "unit_title" in cls.model_fields:
            told["unit_title"] = unit_title((told | more)["unit"])
        return cls(**{**told, **more})


class Said(Answer):
    """Words in both languages; made of anything that has them."""

    model_config = ConfigDict(from_attributes=True)

    en: str
    zh: str


def unit_title(symbol: str) -> Said:
    """A unit as a person reads it; its symbol where the list of units has none."""
    if not units.known(symbol):
        return Said(en=symbol, zh=symbol)
    return Said(en=units.title(symbol, "en"), zh=units.title(symbol, "zh"))


class OutputInfo(Answer):
    """What an output of the model is."""

    name: str
    title: Said
    symbol: str
    unit: str
    unit_title: Said
    room: str
    source: str


class ObservedPoint(Answer):
    """An observation beside the model."""

    date: str
    quarter: str
    value: float
    """The value, in the model's unit; the lower end of a range."""
    high: float | None
    """The upper end of a range, in the model's unit."""
    bound: str
    """How it is drawn: exact, about, at-least (of "more than", too), at-most or range."""
    reported: float
    """The value in the unit its source used."""
    reported_unit: str
    grade: str
    use: bool
    """Whether the model is fitted to, or judged by, it; others stand beside it because they contradict it."""
    role: str
    """What it is for: fit, score, check or context."""
    source: list[str]
    note: Said | None


class OutcomeShare(Answer):
    """How often an outcome happened."""

    name: str
    """failed, dependent, stagnant or self_standing."""
    title: Said
    meaning: Said
    count: int
    total: int
    share: float | None
    """count / total."""
    low: float | None
    high: float | None
    """low, high: Monte Carlo interval (Wilson, 95 %)."""


class OutcomeMove(Answer):
    """How an outcome's share moves from the reference to an arm, on common random numbers."""

    name: str
    """The outcome."""
    title: Said
    reference_share: float | None
    arm_share: float | None
    change: float | None
    low: float | None
    high: float | None
    """low, high: Monte Carlo interval of the change (95 %, paired)."""
    gained: int
    lost: int
    """gained, lost: runs with it in the arm alone, and in the reference alone."""


class OutcomeTransition(Answer):
    """Runs that go from one outcome to another."""

    words: Said
    runs: int
    share: float
    cause_words: Said
    account: Said
    """The most frequent of them, and its runs."""


class OutcomeChange(Answer):
    """Why outcomes change: which runs go from which outcome to which, and through which account."""

    sentence: Said
    moves: list[OutcomeTransition]
    """The moves that happen, the most frequent first."""


class LinkPart(Answer):
    """What passes through a group of links."""

    group: str
    """The group; ``rest`` is what passes through none, ``other_runs`` what the runs add that were not shared out."""
    title: Said
    links: list[str]
    change: float
    """Its part of the change of the chance to be self-standing."""
    low: float
    high: float
    """low, high: its Monte Carlo interval (95 %)."""
    told: Said


class LinkParts(Answer):
    """The change of the chance to be self-standing, shared out among groups of links by their Shapley values."""

    since: str
    """Quarter from which on links are cut."""
    runs: int
    parts: list[LinkPart]
    """They sum, as told, to the change that the answer tells; what passes through none of the groups comes after those,
    then what other runs add than those shared out."""


class HeadlineMove(Answer):
    """A headline's difference to the reference: over pairs of runs, not of the medians."""

    output: str
    quarter: str
    low: float | None
    median: float | None
    high: float | None
    """low, median, high: 5, 50 and 95 % of runs, or of pairs."""
    shown: Said
    """Median and band as a person reads them; of a difference with signs."""


class Headline(HeadlineMove):
    """A number to be seen first: an output when outcomes are judged."""

    middle: Said
    band: Said
    """middle, band: the median alone, and the band alone, as a person reads them."""


class Arm(Answer):
    """One scenario's runs."""

    key: str
    title: Said
    runs: int
    finished: int
    """Runs that ended well as a computation; the others are left out of everything but their count."""
    outcomes: list[OutcomeShare]
    """Shares of the four outcomes."""
    headlines: list[Headline]
    """The numbers to be seen first."""
    bands: dict[str, list[Numbers]]
    """By output: a row for each of the levels, a number for each quarter."""
    samples: dict[str, list[Numbers]]
    """By output: the paths of the first runs, as many as were asked for."""
    sentences: dict[str, Said]
    """By output: its chart in a sentence."""


class Change(Answer):
    """An arm against the reference, run by run on the same parameters and random numbers."""

    arm: str
    reference: str
    pairs: int
    begins: str | None
    """First quarter in which any run differs; null if none ever does."""
    outcomes: list[OutcomeMove]
    """How the shares of the outcomes move."""
    outcome_change: OutcomeChange
    headlines: list[HeadlineMove]
    bands: dict[str, list[Numbers]]
    """By output: differences, a row for each of the levels, a number for each quarter."""
    sentences: dict[str, Said]
    """By output: the difference in a sentence."""


class ArrowFlow(Answer):
    """What a link between scales carries."""

    link: str
    median: Numbers
    """Median over runs of what arrives, quarter by quarter, in the link's unit; null where there is no amount (no land
    plan)."""
    weight: Numbers
    """How much that is, 0 (nothing arrives) to 1 (as much as in the strongest twentieth of the reference)."""


class ArmFlows(Answer):
    """What the links carry in one arm."""

    arm: str
    runs: int
    """Runs looked at: the first ones."""
    arrows: list[ArrowFlow]


class Mechanism(Answer):
    """A link that carries something else than in the reference."""

    link: str
    title: Said
    unit: str
    before: float | None
    """What it carried on average in the reference, from the first difference on; null where that was no amount, such as
    no land plan."""
    after: float | None
    """What it carries on average in the arm; null likewise."""
    moved: float
    """The change, in spreads of what it carries in the reference over runs and quarters."""
    alone: float | None
    """What the target would change by, at the median of pairs, if this link alone carried what it carries in the arm;
    null where no strength of the link gives that."""
    sentence: Said


class Why(Answer):
    """Why an output moved: the links that carry more or less, and what each would do alone."""

    arm: str
    reference: str
    target: str
    quarter: str
    change: float | None
    """Median of the paired change of the target, over the runs looked at."""
    runs: int
    mechanisms: list[Mechanism]
    method: Said
    """How this was found, and what it cannot tell."""


class TrustNote(Answer):
    """How far the parameters behind an answer may be trusted for the park it is about."""

    state: str
    """calibrated, borrowed, uncalibrated or stale."""
    kind: str
    """Which parameters: own, shipped, borrowed, prior, unsettled or defaults."""
    label: Said
    """The state in a few words, to stand beside a headline."""
    meaning: Said
    renew: Said | None
    """What to do for a better state; null where there is nothing to do."""
    recorded: Said | None
    """How the park fared by the record; null where the parameters are calibrated to it."""
    outcomes_shown: bool
    """Whether shares of outcomes are shown without being asked for."""


class CaseName(Answer):
    """A case and what is said of it in a list."""

    name: str
    title: Said
    kind: str
    """intergovernmental, mixed or enterprise-led."""
    kind_title: Said
    start: str
    """First quarter."""
    quarters: int
    """How many quarters are simulated where nobody asks for others: to ten years from now."""
    now: str
    """First quarter that can still be decided."""
    data_end: str
    """Last quarter with observations."""
    hash: str
    """SHA-256 of its content."""
    uploaded: bool
    calibrated: bool
    """Whether it has a posterior of its own."""
    cuts: list[str]
    """Last quarters known to the calibrations it has, latest first."""
    trust: TrustNote


class DrawsNote(Answer):
    """What parameters were drawn from."""

    kind: str
    """posterior, unsettled, prior or defaults."""
    words: Said
    cut: str | None
    pairs: int | None
    """Pairs of parameters and past random numbers in the posterior."""


class Made(Answer):
    """What made the numbers; with the study, all that is needed to make them again."""

    code_version: str
    model_version: int
    """Hash of what stands between a case and the kernel."""
    case_hash: str
    cpu_features: str
    """Processor: bits are promised for one set of features and versions."""
    versions: dict[str, str]


class RecordRow(Answer):
    """Observations of an output beside the range of 90 % of runs."""

    output: str
    seen: int
    """How many observations can be compared."""
    within: int
    """How many of them lie within the range."""
    misses: list[str]
    """Quarters of those that lie outside."""


class SimulationAnswer(Answer):
    """What a study of one to four arms says."""

    identity: str
    """Identity of the result: that of the command line and the library for the same study."""
    study: dict[str, Any]
    """The study in full; as a YAML file it runs on the command line and gives the same numbers."""
    case: CaseName
    quarters: list[str]
    levels: list[float]
    judged: str
    """The quarter at whose end outcomes are judged."""
    now: str | None
    """Quarter the park is looked at from; null where a length was asked for instead."""
    today: str
    """Last quarter of the case's data: what comes later is the model's alone."""
    outputs: dict[str, OutputInfo]
    arms: list[Arm]
    """The scenarios; the first is the reference."""
    changes: list[Change]
    """Every other arm against the first, on common random numbers."""
    observed: dict[str, list[ObservedPoint]]
    summary: Said
    """The answer in a sentence or two."""
    caveats: list[Said]
    """What a reader should know before believing it."""
    flows: list[ArmFlows] | None
    why: Why | None
    """Why the last arm differs, if asked for."""
    record: list[RecordRow] | None
    """The first arm beside the record, by output, if asked for."""
    links: LinkParts | None
    """Through which links the change of the last arm's chance to be self-standing passes, if asked for."""
    draws: DrawsNote
    trust: TrustNote
    made: Made
    seconds: float
    """How long it took, when it was made."""
