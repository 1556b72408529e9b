"""Claims in words: statistics, rules and what was found, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, isfinite

from copark.inference.claims.leaning import Lean
from copark.inference.claims.rules import NOT_IDENTIFIED, Condition, Sample, resolve
from copark.inference.claims.schema import Claim, Headline, Statistic
from copark.inference.claims.severity import RECENTRED, Severity, built_in
from copark.inference.claims.statistics import latest
from copark.inference.claims.trial import LEFT_THE_RECORD, Findings, InVariant, PartFinding
from copark.inference.diagnostics import title_of
from copark.model.variables import catalogue
from copark.presentation.numbers import bare, number, percent
from copark.report.words import join, variable_title
from copark.simulation.entries import Title
from copark.stats.precision import Split
from copark.texts import text

SHARES = frozenset(("share", "context", "missing"))
"""Kinds that are shares, written in per cent; changes of shares are written in points."""


def lowered(title: str) -> str:
    """A title as it stands inside a sentence."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title


@dataclass(frozen=True)
class Speaker:
    """Says what was found in a language."""

    found: Findings
    lang: str

    def say(self, key: str, **values: object) -> str:
        """A text of the area."""
        return text(f"claims.{key}", self.lang, **values)

    def titled(self, title: Title) -> str:
        """A title in the language."""
        return str(getattr(title, self.lang))

    def arm(self, key: str) -> str:
        """The title of an arm."""
        return self.titled(self.found.file.claims.arms[key].title)

    def world(self, key: str) -> str:
        """The title of a false world."""
        return self.titled(self.found.file.claims.worlds[key].title)

    def variant(self, key: str) -> str:
        """The title of a variant of the judgement block."""
        return next(self.titled(one.title) for one in self.found.file.claims.judgement if one.key == key)

    def output(self, name: str) -> str:
        """The title of an output."""
        return catalogue().outputs[name].title(self.lang)

    def outcome(self, name: str) -> str:
        """The word for an outcome."""
        return text(f"analysis.outcome.{name}", self.lang)

    def quarter(self, at: int | None) -> str:
        """A quarter counted from the start."""
        return "" if at is None else str(self.found.case.clock.start + at)

    def verdict(self, verdict: str) -> str:
        """The word for a verdict."""
        return self.say(f"verdict.{verdict}")

    def headline(self, headline: Headline, claim: Claim) -> str:
        """Which parts make the verdict."""
        names = join([self.titled(claim.part(key).title) for key in headline.parts], self.lang)
        return self.say("card.all" if headline.every else "card.any", parts=names)

    @property
    def cut(self) -> str:
        """Up to when luck is replayed; empty without a posterior."""
        cut = self.found.provenance.get("posterior_cut")
        return "" if cut is None else self.say("page.cut", cut=cut)

    # statistics and rules ----------------------------------------------------------------------------------------

    def statistic(self, one: Statistic) -> str:
        """What a statistic measures."""
        output = "" if one.output is None else lowered(self.output(one.output))
        outcome = "" if one.outcome is None else lowered(self.outcome(one.outcome))
        if one.kind == "interaction":
            key = "statistic.interaction_outcome" if one.outcome else "statistic.interaction_output"
            what = self.say(key, **self._needed(key, outcome=outcome, output=output, quarter=self.quarter(one.at)))
            return self.say("statistic.interaction", what=what, arms=self._listed(self.arm(key) for key in one.arms))
        values = {
            "output": output, "outcome": outcome, "quarter": self.quarter(one.at),
            "arm": "" if one.arm is None else self.arm(one.arm),
            "reference": "" if one.reference is None else self.arm(one.reference),
            "context": "" if one.context is None else self.context(one.context),
            "lacking": "" if one.lacking is None else one.lacking.get(self.lang).rstrip("。."),
        }  # fmt: skip
        return self.say(f"statistic.{one.kind}", **values)

    @staticmethod
    def _needed(key: str, **values: str) -> dict[str, str]:
        names = ("outcome",) if key.endswith("outcome") else ("output", "quarter")
        return {name: values[name] for name in names}

    def context(self, variable: str) -> str:
        """The title of a value of the host, with the value and its date where it is known."""
        host = latest(self.found.case, variable)
        title = variable_title(variable, self.lang)
        return title if host is None else self.say("aside", words=title, aside=f"{number(host.value, 0)}, {host.date}")

    def _listed(self, names: Iterable[str]) -> str:
        return text("report.join.clause", self.lang).join(names)

    def bound(self, written: float | str, statistic: Statistic) -> str:
        """A bound of a rule, in the form of the statistic it belongs to."""
        value = resolve(written, self.found.file.claims.sizes)
        return self.value(value, statistic, plain=True)

    def value(self, value: float, statistic: Statistic, *, plain: bool = False, unit: bool = True) -> str:
        """A value of a statistic: log points with two decimals, shares in per cent, outputs in their unit."""
        signed = not plain and statistic.kind in ("log", "difference", "change", "interaction")
        if statistic.kind in SHARES:
            places = 2 if statistic.kind == "context" else 1
            shown = f"{number(100.0 * value, places)}%" if isfinite(value) else number(value)
        elif statistic.outcome:
            shown = number(100.0 * value, 1)
        elif statistic.kind in ("log", "interaction", "ratio"):
            shown = number(value, 2)
        else:
            shown = bare(value, catalogue().outputs[statistic.output or ""].unit)
        shown = f"+{shown}" if signed and value > 0.0 and shown.strip("0.,%") else shown
        points = unit and statistic.outcome and statistic.kind not in SHARES
        return self.say("points", value=shown) if points else shown

    def condition(self, one: Condition, statistics: dict[str, Statistic]) -> str:
        """A condition of a rule."""
        if one.of is not None:
            relation, bound = one.relation
            statistic = statistics[one.of]
            if statistic.kind == "missing":
                return self.statistic(statistic)
            said = self.say(
                f"condition.{relation}", statistic=self.statistic(statistic), bound=self.bound(bound, statistic)
            )
            if one.probability == 0.95:
                return said
            return self.say("condition.probability", condition=said, probability=percent(one.probability))
        if one.negated is not None:
            return self.say("condition.not", condition=self.condition(one.negated, statistics))
        parts = [self.condition(part, statistics) for part in one.parts]
        grouped = [
            self.say("condition.group", condition=said) if part.parts else said
            for part, said in zip(one.parts, parts, strict=True)
        ]
        return self.say("condition.all" if one.every else "condition.any").join(grouped)

    # what was found ----------------------------------------------------------------------------------------------

    def measured(self, statistic: Statistic, sample: Sample) -> str:
        """A statistic with its band."""
        words = self.statistic(statistic)
        words = words[0].upper() + words[1:]
        if sample.is_empty:
            return self.say("found.nothing", statistic=words)
        middle = self.value(sample.band()[1], statistic)
        low, high = (self.value(sample.band()[at], statistic, unit=False) for at in (0, 2))
        if statistic.kind == "log":
            share = exp(sample.band()[1]) - 1.0
            change = f"{'+' if share > 0 else ''}{number(100.0 * share, 0)}%"
            return self.say("found.ratio", statistic=words, low=low, middle=middle, high=high, percent=change)
        return self.say("found.band", statistic=words, low=low, middle=middle, high=high)

    def chances(self, finding: PartFinding, name: str) -> str:
        """How probable it is that a statistic lies beyond each bound the rule names."""
        sample, statistic = finding.samples[name], finding.part.statistics[name]
        if sample.is_empty:
            return ""
        bounds: dict[float, str] = {}
        for one in finding.part.rule.simple():
            if one.of == name:
                relation, written = one.relation
                value = resolve(written, self.found.file.claims.sizes)
                both = {-value: "below", value: "above"} if relation in ("within", "beyond") else {value: relation}
                bounds |= {bound: word for bound, word in both.items() if bound not in bounds}
        said = []
        for value, relation in bounds.items():
            chance = sample.below(value) if relation == "below" else sample.above(value)
            shown = self.value(value, statistic, plain=True)
            said.append(self.say(f"found.{relation}", bound=shown, share=percent(chance)))
        return (" " if self.lang == "en" else "").join(said)

    def split(self, split: Split | None) -> str:
        """How the variance from run to run is made up."""
        if split is None or not isfinite(split.share):
            return ""
        return self.say("found.split", parameters=percent(split.share), luck=percent(1.0 - split.share))

    def parameter(self, name: str) -> str:
        """The title of a parameter, or of a share of the mix."""
        return title_of(name, self.lang)

    def leaning(self, leans: Iterable[Lean]) -> str:
        """What a part leans on; empty where it leans on nothing."""
        names = [
            self.say(
                "found.lean",
                parameter=self.parameter(one.parameter),
                share=percent(one.share),
                moved=self.say(f"moved.{one.moved}"),
            )
            for one in leans
        ]
        return self._listed(names)

    def severity(self, one: Severity) -> str:
        """How often the same test refutes the claim in a world in which it is false."""
        if one.world == RECENTRED:
            return self.say("found.recentred", share=percent(one.share))
        low, high = (percent(value) for value in one.interval)
        note = self.say("found.by_construction") if one.identical else ""
        return self.say(
            "found.severity", world=self.world(one.world), share=percent(one.share), low=low, high=high, note=note
        )

    def block(self, finding: PartFinding) -> str:
        """What the judgement block does to a verdict."""
        if finding.rule_verdict == NOT_IDENTIFIED:
            others = [one for one in finding.variants if one.verdict != NOT_IDENTIFIED]
            if not others:
                return ""
            names = [
                self.say("aside", words=self.variant(one.variant), aside=self.verdict(one.verdict)) for one in others
            ]
            return self.say("found.block_silent", variants=self._listed(names))
        flipped = [one for one in finding.variants if one.flips]
        if not flipped:
            return self.say("found.holds") if finding.variants else ""
        names = [
            self.say("aside", words=self.variant(one.variant), aside=self.verdict(one.verdict) + self._away(one))
            for one in flipped
        ]
        verdict = self.verdict(finding.rule_verdict)
        said = self.say("found.flips", verdict=verdict, variants=self._listed(names))
        if all(abs(one.departs) > LEFT_THE_RECORD for one in flipped):
            said += (" " if self.lang == "en" else "") + self.say("found.departs")
        return said

    def _away(self, one: InVariant) -> str:
        return "" if abs(one.departs) <= LEFT_THE_RECORD else self.say("found.away", departs=number(one.departs, 2))

    def sentences(self, finding: PartFinding) -> list[str]:
        """Everything that was found of a part, sentence by sentence."""
        said = []
        for name, statistic in finding.part.statistics.items():
            words = [self.measured(statistic, finding.samples[name]), self.chances(finding, name)]
            words.append("" if finding.samples[name].is_empty else self.split(finding.splits[name]))
            said.append((" " if self.lang == "en" else "").join(word for word in words if word))
        if finding.why:
            said.append(self.say("found.why", why=self.say(f"why.{finding.why}")))
        if not finding.part.uses or all(one.is_empty for one in finding.samples.values()):
            return said
        leans = self.leaning(finding.leans)
        said.append(self.say("found.leans", names=leans) if leans else self.say("found.no_lean"))
        said.append(self.block(finding))
        said += [self.severity(one) for one in finding.severities if one.batches]
        if finding.recentred is not None:
            said.append(self.severity(finding.recentred))
        word = self.say(f"held.{built_in(finding.held)}")
        said.append(self.say("found.held", share=percent(finding.held), word=word))
        said.append(self.say("found.steady", share=percent(finding.steady)))
        return [one for one in said if one]
