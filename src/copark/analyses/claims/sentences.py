"""Describe in sentences what was found of a part of a claim, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, expm1, isfinite

from copark.analyses.claims import Answer
from copark.analyses.claims.evidence import (
    column_of,
    observations_changed,
    sampling_range,
)
from copark.analyses.claims.findings import ClaimFinding, PartFinding
from copark.analyses.claims.resamples import RECENTRED, Refutation
from copark.analyses.claims.rules import RuleCondition, resolve
from copark.analyses.claims.samples import Measured
from copark.analyses.claims.schema import Part, Statistic
from copark.analyses.claims.standard import standard
from copark.analyses.claims.trial import DEPARTS
from copark.analyses.claims.verdict import Verdict
from copark.analyses.claims.words import OPEN
from copark.analyses.contract import Texts
from copark.analyses.show import Show
from copark.calibration.parameter_titles import title_of
from copark.labels import claim_number, lowered, variable_title
from copark.model.outcomes import BY_KEY
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent, shown


def reason_open(finding: PartFinding) -> str:
    """Name the reason why a part is open, as texts ``why.*`` tell it; empty where it is not open.

    A probability beyond a threshold of the standard, with an interval that reaches across it, is open for want of
    draws; only parameters that the data did not move at all are said not to be informed by them.
    """
    if finding.why not in ("prior", "width"):
        return finding.why
    ends = standard().words
    if finding.probability <= ends.unlikely or finding.probability >= ends.likely:
        return "draws"
    return "prior" if finding.unmoved else "width"


class Sentences(Show):
    """Words for verdicts, statistics, conditions and what was found, in one language."""

    def __init__(self, result: Answer, t: Texts) -> None:
        super().__init__(t)
        self.result = result

    def listed(self, names: Iterable[str]) -> str:
        """Join names as a list in a sentence."""
        return self.t("clause").join(names)

    def word(self, word: str) -> str:
        """Describe a word of the standard."""
        return self.t(f"word.{word}")

    def effect(self, finding: Verdict, parts: Iterable[PartFinding]) -> tuple[str, str]:
        """State the effect with its interval, and its bounds: log points as per cent, else in the statistic's unit."""
        if finding.effect is None or finding.bounds is None:
            return "", ""
        expected = finding.effect
        part = next(candidate for candidate in parts if candidate.effect == expected)
        statistic = part.part.statistics[expected.statistic]
        column = column_of(statistic)
        effect = (expected.low, expected.high, expected.mean)
        ends = finding.bounds
        if statistic.kind == "log":
            column = doc.Column("value", "", doc.Kind.share)
            effect = (expm1(effect[0]), expm1(effect[1]), expm1(effect[2]))
            ends = (expm1(ends[0]), expm1(ends[1]))
        return self.said(doc.Interval(*effect), column), self.said(doc.Interval(*ends), column)

    def scenario(self, key: str | None) -> str:
        """Return the title of a scenario; nothing for none."""
        return "" if key is None else self.t.of(self.result.scenario(key))

    def outcome(self, name: str) -> str:
        """Describe an outcome within a sentence."""
        return lowered(BY_KEY[name].title(self.t.lang))

    def headed(self, claim: ClaimFinding) -> str:
        """Return the title of a claim with its number."""
        return self.t("claim", id=claim_number(claim.claim.id, self.t.lang), title=self.t.of(claim.claim.title))

    def statistic(self, statistic: Statistic) -> str:
        """Describe what a statistic measures."""
        t = self.t
        output = "" if statistic.output is None else lowered(catalogue().outputs[statistic.output].title(t.lang))
        place = {"output": output, "quarter": self.result.quarter(statistic.at)}
        outcome = "" if statistic.outcome is None else self.outcome(statistic.outcome)
        if statistic.kind == "interaction":
            key = "statistic.interaction_outcome" if statistic.outcome else "statistic.interaction_output"
            measured = t(key, **({"outcome": outcome} if statistic.outcome else place))
            return t(
                "statistic.interaction", what=measured, scenarios=self.listed(map(self.scenario, statistic.scenarios))
            )
        return t(
            f"statistic.{statistic.kind}",
            **place,
            outcome=outcome,
            scenario=self.scenario(statistic.scenario),
            reference=self.scenario(statistic.reference),
            context="" if statistic.context is None else self.context(statistic.context),
            lacking="" if statistic.lacking is None else t.of(statistic.lacking).rstrip("."),
        )

    def context(self, variable: str) -> str:
        """Return the title of a value of the place around the park, with the value and its date where it is known."""
        host = self.result.hosts.get(variable)
        title = lowered(variable_title(variable, self.t.lang))
        return title if host is None else self.t("aside", words=title, aside=f"{number(host.value, 0)}, {host.date}")

    def bound(self, value: float, statistic: Statistic) -> str:
        """Describe a bound in the unit of a statistic."""
        return self.said(value, column_of(statistic)).removeprefix("+")

    def condition(self, condition: RuleCondition, statistics: dict[str, Statistic]) -> str:
        """Describe a condition; statistics are those of its part by name."""
        t = self.t
        if condition.of is not None:
            relation, written_bound = condition.relation
            statistic = statistics[condition.of]
            if statistic.kind == "missing":
                return self.statistic(statistic)
            bound = self.bound(resolve(written_bound, self.result.file.claims.sizes), statistic)
            words = t(f"condition.{relation}", statistic=self.statistic(statistic), bound=bound)
            if condition.probability == 0.95:
                return words
            return t("condition.probability", condition=words, probability=percent(condition.probability))
        if condition.negated is not None:
            return t("condition.not", condition=self.condition(condition.negated, statistics))
        conditions = [(part, self.condition(part, statistics)) for part in condition.parts]
        parts = [t("condition.group", condition=words) if part.parts else words for part, words in conditions]
        return t("condition.all" if condition.every else "condition.any").join(parts)

    def rule(self, part: Part) -> list[str]:
        """Describe the rule of a part, a sentence for each of its conditions, and the reason."""
        rules = {name: getattr(part.rule, name) for name in ("supported", "contradicted", "not_supported")}
        conditions = [
            self.t(f"rule.{name}", condition=self.condition(condition, part.statistics))
            for name, condition in rules.items()
            if condition is not None
        ]
        return [*conditions, self.t("rule.reason", reason=self.t.of(part.reason))]

    def measured(self, statistic: Statistic, sample: Measured) -> str:
        """Describe what was measured of a statistic."""
        words = self.statistic(statistic)
        words = words[0].upper() + words[1:]
        if sample.is_empty:
            return self.t("found.nothing", statistic=words)
        value = self.said(doc.Interval(sample.low, sample.high, sample.middle), column_of(statistic))
        if statistic.kind == "log":
            share = shown(exp(sample.middle) - 1.0, doc.Column("share", "", doc.Kind.share), self.t.lang)
            value = self.t("found.about", value=value, share=share)
        sentences = [self.t("found.value", statistic=words, value=value)]
        for tail in sample.beyond:
            key = f"found.{tail.relation}"
            bound = self.bound(tail.bound, statistic)
            sentences.append(self.t(key, bound=bound, share=percent(tail.share)))
        return self.t.sentences(sentences)

    def refutation(self, refutation: Refutation) -> str:
        """Describe how often the test refutes the claim where it is false."""
        if refutation.world == RECENTRED:
            return self.t("found.recentred", share=percent(refutation.share))
        low, high = (percent(value) for value in refutation.interval)
        note = self.t("found.by_construction") if refutation.identical else ""
        world = self.t.of(self.result.world(refutation.world))
        return self.t("found.refuted", world=world, share=percent(refutation.share), low=low, high=high, note=note)

    def alternatives(self, finding: PartFinding) -> str:
        """Describe what alternative assumptions do to a verdict, and how far they leave the observations."""
        t = self.t
        named = []
        flipped = [variant for variant in finding.variants if variant.turns]
        if not flipped:
            return t("found.holds") if finding.variants and finding.word != OPEN else ""
        for variant in flipped:
            words = t("found.under", word=self.word(variant.word), share=percent(variant.probability))
            if abs(variant.departs) > DEPARTS:
                words += t("found.away", departs=number(variant.departs, 2))
            named.append(t("aside", words=t.of(self.result.variant(variant.variant)), aside=words))
        all_depart = all(abs(variant.departs) > DEPARTS for variant in flipped)
        flips = t("found.flips", variants=self.listed(named))
        return t.sentences([flips, t("found.departs")] if all_depart else [flips])

    def sentences(self, finding: PartFinding) -> list[str]:
        """Describe everything that was found of a part, sentence by sentence."""
        t = self.t
        sentences = []
        for name, statistic in finding.part.statistics.items():
            sample = finding.measured[name]
            split = finding.splits[name]
            of_statistic = [self.measured(statistic, sample)]
            if not sample.is_empty and split is not None and isfinite(split.share):
                of_statistic.append(
                    t("found.split", parameters=percent(split.share), chance=percent(1.0 - split.share))
                )
            sentences.append(t.sentences(of_statistic))
        effect, ends = self.effect(finding, [finding])
        if effect:
            low, high = (percent(end) for end in finding.monte_carlo)
            sentences.insert(
                0,
                t(
                    "found.probability",
                    share=percent(finding.probability),
                    low=low,
                    high=high,
                    error=sampling_range(finding),
                    record=observations_changed(t, finding),
                ),
            )
            factor = number(standard().prior_factor.value, 0)
            sentences.insert(1, t("found.effect", effect=effect, bounds=ends, factor=factor))
        if finding.why:
            sentences.append(t("found.why", why=t(f"why.{reason_open(finding)}")))
        if not finding.part.uses or all(sample.is_empty for sample in finding.measured.values()):
            return sentences
        leans = self.listed(
            t(
                "found.lean",
                parameter=title_of(lean.parameter, self.t.lang),
                share=percent(lean.share),
                moved=t(f"moved.{lean.moved}"),
            )
            for lean in finding.leans
        )
        sentences.append(t("found.leans", names=leans) if leans else t("found.no_lean"))
        sentences.append(self.alternatives(finding))
        refutations = [refutation for refutation in finding.refutations if refutation.batches]
        sentences += [self.refutation(refutation) for refutation in (*filter(None, [finding.recentred]), *refutations)]
        sentences.append(t("found.steady", share=percent(finding.steady)))
        sentences.append(
            t("found.earlier", verdict=t(f"verdict.{finding.earlier}"), fixed=self.result.file.claims.fixed)
        )
        return [sentence for sentence in sentences if sentence]
