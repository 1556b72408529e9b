"""Claims in sentences: what statistics measure, what rules say, what was found."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, expm1, isfinite

from copark.analyses.claims.ask import Answer
from copark.analyses.contract import Texts
from copark.analyses.show import Show
from copark.inference.claims.rules import OPEN, Condition, Measured, resolve
from copark.inference.claims.runner import LEFT_THE_RECORD, ClaimFinding, InVariant, PartFinding
from copark.inference.claims.schema import Headline, Part, Statistic
from copark.inference.claims.sequential import stopping
from copark.inference.claims.severity import RECENTRED, Lean, Severity, built_in
from copark.inference.claims.verdict import Verdict, standard
from copark.inference.diagnostics import title_of
from copark.model.variables import catalogue
from copark.presentation.document import Column, Interval, Kind
from copark.presentation.numbers import number, percent, shown
from copark.stats.precision import Split
from copark.texts import text
from copark.words import join, lowered, variable_title


def column_of(one: Statistic) -> Column:
    """How values of a statistic are written: shares in per cent, changes of shares in points, outputs in their unit."""
    if one.kind in ("share", "context", "missing"):
        return Column("value", "", Kind.share, places=2 if one.kind == "context" else 1)
    if one.outcome:
        return Column("value", "", Kind.points)
    if one.kind in ("log", "interaction"):
        return Column("value", "", Kind.change, places=2)
    if one.kind == "ratio":
        return Column("value", "", Kind.number, places=2)
    unit = catalogue().outputs[one.output or ""].unit
    return Column("value", "", Kind.change if one.kind == "difference" else Kind.number, unit)


class Words(Show):
    """Says what was found in one language."""

    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found

    def listed(self, names: Iterable[str]) -> str:
        """Names one after the other."""
        return self.t("clause").join(names)

    def word(self, word: str) -> str:
        """The word for how far a claim is held."""
        return self.t(f"word.{word}")

    def stopped(self) -> dict[str, object]:
        """The sequential rule in words, and how many runs were made by it."""
        rule = stopping()
        looks = self.listed(map(str, rule.looks.draws))
        return {"looks": looks, "level": percent(rule.level.value), "runs": self.found.runs}

    def share(self, value: float) -> str:
        """A probability in words; that there is none where nothing is measured."""
        return percent(value) if isfinite(value) else self.t("no_probability")

    def effect(self, finding: Verdict, parts: Iterable[PartFinding]) -> tuple[str, str]:
        """The effect with its interval, and its bounds: log points as per cent, else in the unit of the statistic."""
        if finding.effect is None or finding.bounds is None:
            return "", ""
        one = finding.effect
        part = next(each for each in parts if each.effect == one)
        statistic = part.part.statistics[one.statistic]
        column, effect, ends = column_of(statistic), (one.low, one.high, one.mean), finding.bounds
        if statistic.kind == "log":
            column = Column("value", "", Kind.share)
            effect, ends = (expm1(effect[0]), expm1(effect[1]), expm1(effect[2])), (expm1(ends[0]), expm1(ends[1]))
        return self.said(Interval(*effect), column), self.said(Interval(*ends), column)

    def record(self, finding: Verdict) -> str:
        """What the record changed of what the prior alone says."""
        if not isfinite(finding.probability):
            return ""
        before, (low, high) = finding.prior_probability, finding.monte_carlo
        word = "same" if low <= before <= high else "raised" if before < low else "lowered"
        said = self.t(f"record.{word}", prior=percent(before), probability=percent(finding.probability))
        if word == "same" and built_in(before) != "open":
            said = self.t("record.built_in", record=said)
        return said

    def arm(self, key: str | None) -> str:
        """The title of a scenario."""
        return "" if key is None else self.t.of(self.found.arm(key))

    def variant(self, key: str) -> str:
        """The title of an alternative assumption."""
        return self.t.of(self.found.variant(key))

    def parameter(self, name: str) -> str:
        """The title of a parameter, or of a share of the mix."""
        return title_of(name, self.t.lang)

    def outcome(self, name: str) -> str:
        """The word for an outcome, within a sentence."""
        return lowered(text(f"analysis.outcome.{name}", self.t.lang))

    def headed(self, claim: ClaimFinding) -> str:
        """A claim by its ID and title."""
        return self.t("claim", id=claim.claim.id, title=self.t.of(claim.claim.title))

    def decided(self, headline: Headline, claim: ClaimFinding) -> str:
        """Which parts make the verdict."""
        names = join([self.t.of(claim.claim.part(key).title) for key in headline.parts], self.t.lang)
        return self.t("card.all" if headline.every else "card.any", parts=names)

    # statistics and rules

    def statistic(self, one: Statistic) -> str:
        """What a statistic measures."""
        t = self.t
        output = "" if one.output is None else lowered(catalogue().outputs[one.output].title(t.lang))
        at = {"output": output, "quarter": self.found.quarter(one.at)}
        outcome = "" if one.outcome is None else self.outcome(one.outcome)
        if one.kind == "interaction":
            key = "statistic.interaction_outcome" if one.outcome else "statistic.interaction_output"
            what = t(key, **({"outcome": outcome} if one.outcome else at))
            return t("statistic.interaction", what=what, arms=self.listed(map(self.arm, one.arms)))
        return t(
            f"statistic.{one.kind}", **at, outcome=outcome, arm=self.arm(one.arm), reference=self.arm(one.reference),
            context="" if one.context is None else self.context(one.context),
            lacking="" if one.lacking is None else t.of(one.lacking).rstrip("."),
        )  # fmt: skip

    def context(self, variable: str) -> str:
        """The title of a value of the place around the park, with the value and its date where it is known."""
        host, title = self.found.hosts.get(variable), lowered(variable_title(variable, self.t.lang))
        return title if host is None else self.t("aside", words=title, aside=f"{number(host.value, 0)}, {host.date}")

    def bound(self, value: float, statistic: Statistic) -> str:
        """A bound of a rule, in the form of the statistic it belongs to."""
        return self.said(value, column_of(statistic)).removeprefix("+")

    def condition(self, one: Condition, statistics: dict[str, Statistic]) -> str:
        """A condition of a rule."""
        t = self.t
        if one.of is not None:
            relation, written = one.relation
            statistic = statistics[one.of]
            if statistic.kind == "missing":
                return self.statistic(statistic)
            bound = self.bound(resolve(written, self.found.file.claims.sizes), statistic)
            said = t(f"condition.{relation}", statistic=self.statistic(statistic), bound=bound)
            if one.probability == 0.95:
                return said
            return t("condition.probability", condition=said, probability=percent(one.probability))
        if one.negated is not None:
            return t("condition.not", condition=self.condition(one.negated, statistics))
        parts = [
            t("condition.group", condition=said) if part.parts else said
            for part in one.parts
            for said in [self.condition(part, statistics)]
        ]
        return t("condition.all" if one.every else "condition.any").join(parts)

    def rule(self, part: Part) -> list[str]:
        """What a part claims in numbers, the rest of its rule by the earlier standard, and why."""
        told = []
        for name in ("supported", "contradicted", "not_supported"):
            condition = getattr(part.rule, name)
            if condition is not None:
                told.append(self.t(f"rule.{name}", condition=self.condition(condition, part.statistics)))
        return [*told, self.t("rule.reason", reason=self.t.of(part.reason))]

    # what was found

    def measured(self, statistic: Statistic, one: Measured) -> str:
        """A statistic with its band, and how probable it is beyond each bound of the rule."""
        words = self.statistic(statistic)
        words = words[0].upper() + words[1:]
        if one.is_empty:
            return self.t("found.nothing", statistic=words)
        value = self.said(Interval(one.low, one.high, one.middle), column_of(statistic))
        if statistic.kind == "log":
            share = shown(exp(one.middle) - 1.0, Column("share", "", Kind.share), self.t.lang)
            value = self.t("found.about", value=value, share=share)
        told = [self.t("found.value", statistic=words, value=value)]
        for each in one.beyond:
            key, bound = f"found.{each.relation}", self.bound(each.bound, statistic)
            told.append(self.t(key, bound=bound, share=percent(each.share)))
        return self.t.sentences(told)

    def split(self, split: Split | None) -> str:
        """How the variance from run to run is made up."""
        if split is None or not isfinite(split.share):
            return ""
        return self.t("found.split", parameters=percent(split.share), chance=percent(1.0 - split.share))

    def leaning(self, leans: Iterable[Lean]) -> str:
        """What a part depends on; empty where it depends on nothing."""
        return self.listed(
            self.t(
                "found.lean", parameter=self.parameter(one.parameter), share=percent(one.share),
                moved=self.t(f"moved.{one.moved}"),
            )
            for one in leans
        )  # fmt: skip

    def severity(self, one: Severity) -> str:
        """How often the same test refutes the claim in a model in which it is false."""
        if one.world == RECENTRED:
            return self.t("found.recentred", share=percent(one.share))
        low, high = (percent(value) for value in one.interval)
        note = self.t("found.by_construction") if one.identical else ""
        world = self.t.of(self.found.world(one.world))
        return self.t("found.severity", world=world, share=percent(one.share), low=low, high=high, note=note)

    def alternatives(self, finding: PartFinding) -> str:
        """What alternative assumptions do to a verdict."""
        t = self.t
        flipped = [one for one in finding.variants if one.turns]
        if not flipped:
            return t("found.holds") if finding.variants and finding.word != OPEN else ""
        told = [t("found.flips", variants=self.listed(map(self.aside, flipped)))]
        if all(abs(one.departs) > LEFT_THE_RECORD for one in flipped):
            told.append(t("found.departs"))
        return t.sentences(told)

    def aside(self, one: InVariant) -> str:
        """An alternative assumption, P and word under it, and how far it then leaves the observations."""
        said = self.t("found.under", word=self.word(one.word), share=percent(one.probability))
        if abs(one.departs) > LEFT_THE_RECORD:
            said += self.t("found.away", departs=number(one.departs, 2))
        return self.t("aside", words=self.variant(one.variant), aside=said)

    def sentences(self, finding: PartFinding) -> list[str]:
        """Everything that was found of a part, sentence by sentence."""
        t, told = self.t, []
        for name, statistic in finding.part.statistics.items():
            one = finding.measured[name]
            split = "" if one.is_empty else self.split(finding.splits[name])
            told.append(t.sentences([self.measured(statistic, one), *filter(None, [split])]))
        effect, ends = self.effect(finding, [finding])
        if effect:
            low, high = (percent(one) for one in finding.monte_carlo)
            told.insert(0, t("found.probability", share=percent(finding.probability), low=low, high=high,
                             record=self.record(finding)))  # fmt: skip
            factor = number(standard().prior_factor.value, 0)
            told.insert(1, t("found.effect", effect=effect, bounds=ends, factor=factor))
        if finding.why:
            told.append(t("found.why", why=t(f"why.{finding.why}")))
        if not finding.part.uses or all(one.is_empty for one in finding.measured.values()):
            return told
        leans = self.leaning(finding.leans)
        told.append(t("found.leans", names=leans) if leans else t("found.no_lean"))
        told.append(self.alternatives(finding))
        tried = [one for one in finding.severities if one.batches]
        told += [self.severity(one) for one in (*filter(None, [finding.recentred]), *tried)]
        told.append(t("found.steady", share=percent(finding.steady)))
        told.append(t("found.earlier", verdict=t(f"verdict.{finding.earlier}"), fixed=self.found.file.claims.fixed))
        return [one for one in told if one]
