"""What is shown of claims: the verdicts, then claim by claim what was found, and what all this was tried by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import exp, expm1, isfinite
from typing import TYPE_CHECKING

from copark.analyses.claims import Answer
from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.evidence import (
    CLAIM_COLUMNS,
    against,
    chance,
    column_of,
    factor,
    other_draws,
    record,
    said_word,
    sampling_range,
)
from copark.analyses.claims.findings import ClaimFinding, PartFinding
from copark.analyses.claims.rules import FOR, OPEN, REFUTED, WORDS, Condition, Measured, resolve
from copark.analyses.claims.schema import Part, Statistic, Variant
from copark.analyses.claims.severity import RECENTRED, Severity
from copark.analyses.claims.standard import standard
from copark.analyses.claims.stopping_rule import stopping
from copark.analyses.claims.trial import LEFT_THE_RECORD, LOOK_DRAWS, LOOK_FUTURES
from copark.analyses.claims.verdict import Verdict
from copark.analyses.contract import Texts, assemble
from copark.analyses.show import Show, known
from copark.calibration.diagnostics import title_of
from copark.labels import claim_number, join, lowered, variable_title
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent, precise, shown
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 3
"""Alternative assumptions named in a row; the others are counted."""
FEW = 3
"""Claims of which everything is shown without being asked for."""
OUTCOMES_SHOWN = ("failed", "dependent", "self_standing")


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of the claims about a case."""
    show = _Show(found, t)
    made = found.provenance
    return assemble(
        found, t, key=f"claims-{found.case}", title=t("question", park=t.of(found.park)), headline=show.headline(),
        sections=tuple(show.sections()),
        provenance={
            "draws": f"{made['draws']} × {made['futures']}", **({"runs": f"{found.runs:,}"} if found.runs else {}),
            "seed": made["seed"], "rules": found.file.name, "fixed": made["fixed"], "sha256": found.file.sha256,
            "standard": t("amended", fixed=standard().fixed, amended=standard().amended),
            "standard_sha256": made["standard_sha256"],
            **({"sequential_sha256": made["sequential_sha256"]} if show.sequential else {}),
        },
    )  # fmt: skip


def listing(found: ClaimsFile, t: Texts) -> doc.Document:
    """The claims and their parts as they are written: nothing was run."""
    claims = found.claims
    rows, groups = [], []
    for one in claims.claims:
        groups.append((t("claim", id=claim_number(one.id, t.lang), title=t.of(one.statement)), len(one.parts)))
        rows += [(t.of(part.title), t.of(part.says)) for part in one.parts]
    columns = (doc.Column("part", t("column.part")), doc.Column("says", t("column.says"), doc.Kind.note))
    table = doc.Table("claims", t.of(claims.title), columns, tuple(rows), tuple(groups))
    headline = t("headline.listed", count=len(claims.claims), fixed=claims.fixed)
    return doc.Document(
        f"claims-{claims.case}", t.lang, t.of(claims.title), headline,
        sections=(
            doc.Section("claims", t("section.listed"), (*([general(found, t)] if found.general else []), table)),
        ),
    )  # fmt: skip


def general(file: ClaimsFile, t: Texts) -> doc.Caveat:
    """That claims are a general set, and what of it cannot be asked of the park."""
    titles = t("clause").join(t("quoted", title=t.of(one)) for one in file.left_out)
    return doc.Caveat(t.sentences([t("general"), *([t("left_out", titles=titles)] if titles else [])]))


class _Show(Show):
    """The parts of the document in one language."""

    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.sequential = "sequential_sha256" in found.provenance
        """Whether a rule stopped what was decided."""
        self.levels = found.trust is None or found.trust.shows_outcomes
        """Whether shares of outcomes are told unasked."""
        self.parts = [(claim, part) for claim in found.claims for part in claim.parts]

    def headline(self) -> str:
        t, claims = self.t, self.found.claims
        if len(claims) == 1:
            one = claims[0]
            said = t("headline.one", title=t.of(one.claim.title), word=said_word(t, one))
            return t.sentences([said, *filter(None, [record(t, one)])])
        sides = self.sides()
        counts = {key: len(side) for key, side in sides.items()}
        doubted = [t("headline.against_data", claims=names) for names in against(sides["sure"], t)]
        unsteady = [t("headline.other_draws", claims=names) for names in other_draws(claims, t)]
        return t.sentences(
            [t("headline", count=len(claims), park=t.of(self.found.park), **counts), *unsteady, *doubted]
        )

    def sides(self) -> dict[str, list[ClaimFinding]]:
        """The claims by what is held of them."""
        words = {"sure": FOR, "against": REFUTED, "open": {OPEN}}
        return {key: [one for one in self.found.claims if one.word in some] for key, some in words.items()}

    def held(self) -> doc.Bullets:
        """Which claims are held to be so, which not, and which are open, each with its word."""
        t, told = self.t, []
        for key, side in self.sides().items():
            titles = [t("quoted", title=t.of(one.claim.title)) for one in side]
            both = zip(titles, side, strict=True)
            titles = [
                t("said", part=title, verdict=said_word(t, one)) if key != "open" or one.other_words else title
                for title, one in both
            ]
            if side:
                told.append(t.sentences([t(f"held.{key}", titles=self.listed(titles))]))
        return doc.Bullets(tuple(told))

    def sections(self) -> Iterator[doc.Section]:
        yield self.summary()
        yield from map(self.claim, self.found.claims)
        lead = self.text("lead.block", draws=LOOK_DRAWS, futures=LOOK_FUTURES)
        first = [self.text("lead.first_look", draws=stopping().alternatives.draws)] if self.sequential else []
        yield self.section("block", lead, *first, self.variants(), folded=True)
        t, written = self.t, self.found.file.claims
        used = dict.fromkeys(world.world for _, part in self.parts for world in part.severities)
        rows = [(t.of(written.worlds[key].title), t.of(written.worlds[key].text)) for key in used]
        worlds = self.table("worlds", "world altered:note", rows)
        yield self.section("worlds", self.text("lead.worlds"), worlds, folded=True)
        sizes = [(name, one.value, t.of(one.reason)) for name, one in written.margins.items()]
        margins = self.table("margins", "margin value:number:3 reason:note", sizes)
        yield self.section("margins", self.text("lead.margins"), self.standard(), margins, folded=True)

    def summary(self) -> doc.Section:
        """Every claim with its word, its probability and its effect, a chart of every part, and a row for each."""
        from copark.analyses.claims.figures import probabilities

        t, found = self.t, self.found
        blocks: list[doc.Block] = [
            *([self.held()] if len(found.claims) > 1 else []),
            self.text("lead.verdict"),
            self.overview(),
            self.chart("probabilities", lambda: probabilities(found, t.lang)),
        ]
        if found.trust is not None and not found.trust.shows_outcomes:
            blocks.insert(0, self.caveat("trust", meaning=found.trust.meaning(t.lang)))
        if found.file.general:
            blocks.insert(0, general(found.file, t))
        rule = stopping()
        looks = self.t("list").join(map(str, rule.looks.draws))
        stopped = {"looks": looks, "level": percent(rule.level.value), "runs": found.runs}
        upto = found.provenance.get("posterior_cut")
        cut = t("cut.none") if upto is None else t("cut.known", cut=upto)
        meanings = tuple(t("meaning", word=self.word(one), meaning=t(f"word.{one}.meaning")) for one in WORDS)
        blocks += [
            doc.Bullets(meanings), self.text("lead.cut", cut=cut), self.text("lead.severity"),
            *([self.text("lead.sequential", **stopped)] if self.sequential else []),
            self.every_part(), self.caveat("lead.band"), doc.Caveat(t.of(found.file.claims.preface)),
            self.text("lead.source", source=t.of(found.file.claims.source)),
        ]  # fmt: skip
        return self.section("summary", *blocks)

    def overview(self) -> doc.Table:
        """Every claim in a row: its word, P, what the prior alone says, the effect, and a sentence."""
        rows = [
            (
                self.headed(one), said_word(self.t, one), chance(one), known(one.prior_probability),
                factor(one), self.effect(one, one.parts)[0], self.sentence(one),
            )
            for one in self.found.claims
        ]  # fmt: skip
        return self.table("claims", CLAIM_COLUMNS, rows)

    def sentence(self, one: ClaimFinding) -> str:
        """A claim in short: what the record changed, which parts make it, what turns it."""
        t = self.t
        parts = self.listed(
            t("aside", words=t.of(part.part.title), aside=t("clause.short").join(
                [self.word(part.word), *([percent(part.probability)] if isfinite(part.probability) else [])]))
            for part in one.deciding
        )  # fmt: skip
        turned = dict.fromkeys(key for part in one.deciding for key in part.flipped)
        told = [record(self.t, one), t("short.all" if one.claim.headline.every else "short.any", parts=parts)]
        if turned:
            told.append(t("short.turned", variants=self.variants_named(tuple(turned))))
        lacking = [t.of(part.part.title) for part in one.deciding if part.why == "lacking"]
        if lacking:
            told.append(t("short.lacking", parts=self.listed(lacking)))
        return t.sentences(list(filter(None, told)))

    def every_part(self) -> doc.Table:
        """Every part: word, P, prior, effect, bounds, severity, what it depends on, what turns it or why it is open."""
        rows = [
            (
                self.t.of(one.part.title), said_word(self.t, one), chance(one),
                known(one.prior_probability), factor(one), *self.effect(one, [one]),
                *((None, None) if one.severity is None else (one.severity.share, one.severity.identical)),
                self.listed(title_of(lean.parameter, self.t.lang) for lean in one.unmoved),
                self.variants_named(one.flipped) or (self.t(f"why.{one.why}") if one.why else ""),
            )
            for _, one in self.parts
        ]  # fmt: skip
        columns = (
            "part word probability:share prior_probability:share factor:number:2 effect bounds severity:share "
            "by_construction:flag unmoved:note flips:note"
        )
        groups = tuple((self.headed(one), len(one.parts)) for one in self.found.claims)
        return self.table("parts", columns, rows, groups=groups)

    def variants_named(self, keys: Sequence[str]) -> str:
        """The first few alternative assumptions by their titles, and how many more."""
        names = [self.t.of(self.found.variant(key)) for key in keys[:MOST]]
        if len(keys) > MOST:
            names.append(self.t("more", count=len(keys) - MOST))
        return self.listed(names)

    def claim(self, claim: ClaimFinding) -> doc.Section:
        t, written = self.t, claim.claim
        blocks: list[doc.Block] = [doc.Paragraph(t.of(written.statement)), self.cards(claim)]
        for part in claim.parts:
            title, verdict = t.of(part.part.title), said_word(self.t, part)
            blocks.append(self.text("found", part=title, verdict=verdict, says=t.of(part.part.says)))
            blocks.append(doc.Bullets((*self.sentences(part), *self.rule(part.part))))
        evidence = self.evidence(claim)
        charts = [self.drawing(claim, kind, draw) for kind, draw in self.drawn(claim)]
        drawn: list[doc.Block] = [replace(charts[0], numbers=evidence), *charts[1:]] if charts else [evidence]
        known_of, held = catalogue().parameters, self.found.moved
        moved = {one: held.get(one, "held") if known_of[one].drawn else "held" for one in written.mechanism.parameters}
        how = [(title_of(name, self.t.lang), t(f"moved.{one}")) for name, one in moved.items()]
        told = [t("mechanism.parameter", title=title, moved=one) for title, one in how]
        told += [t("mechanism.link", title=t.of(catalogue().links[name])) for name in written.mechanism.links]
        blocks += [*drawn, self.text("mechanism", text=t.of(written.mechanism.text)), doc.Bullets(tuple(told))]
        if set(moved.values()) <= {"unmoved", "held"}:
            blocks.append(self.caveat("found.prior_alone"))
        blocks.append(self.caveat("limits", fixed=self.found.file.claims.fixed, words=t.of(written.limits)))
        title = self.t("said", part=self.headed(claim), verdict=said_word(self.t, claim))
        return doc.Section(f"claim-{written.id.lower()}", title, tuple(blocks), folded=len(self.found.claims) > FEW)

    def cards(self, claim: ClaimFinding) -> doc.Cards:
        t, least, headline = self.t, claim.severity, claim.claim.headline
        parts = join([t.of(claim.claim.part(key).title) for key in headline.parts], t.lang)
        deciding = t("card.all" if headline.every else "card.any", parts=parts)
        cards = [doc.Card(t("card.verdict"), doc.plain(doc.Kind.text), said_word(self.t, claim), deciding)]
        if isfinite(claim.probability):
            told = t("card.monte_carlo", interval=shown(doc.Interval(*claim.monte_carlo), doc.SHARE, t.lang),
                     error=sampling_range(claim))  # fmt: skip
            cards.append(doc.Card(t("card.probability"), doc.SHARE, claim.probability, told))
            cards.append(doc.Card(t("card.prior"), doc.SHARE, claim.prior_probability, record(self.t, claim)))
        if least is not None:
            key = "by_construction" if least.identical else "recentred" if least.world == RECENTRED else ""
            cards.append(doc.Card(t("card.severity"), doc.SHARE, least.share, t(f"card.{key}") if key else ""))
        return doc.Cards(tuple(cards))

    def drawn(self, claim: ClaimFinding) -> Iterator[tuple[str, Callable[[], Figure]]]:
        from copark.analyses.claims import figures

        found, lang = self.found, self.t.lang
        if len(claim.rows) > 1:
            yield "forest", lambda: figures.forest(claim, found, lang, outcomes=self.levels)
        elif figures.level_rows(claim):
            yield "levels", lambda: figures.levels(claim, found, lang)
        if claim.claim.curve is not None:
            yield "curve", lambda: figures.curve(claim, found, lang)
        if claim.claim.cube is not None and self.levels:
            yield "cube", lambda: figures.cube(claim, found, lang)

    def drawing(self, claim: ClaimFinding, kind: str, draw: Callable[[], Figure]) -> doc.Chart:
        t, key = self.t, f"{kind}-{claim.claim.id.lower()}"
        title = t(f"figure.{kind}", id=claim_number(claim.claim.id, t.lang), title=t.of(claim.claim.title))
        told = [t("caption.forest")] * (kind == "forest") + [t("caption.outcomes")] * (kind == "forest" and self.levels)
        return doc.Chart(key, title, t("alt.figure"), draw, t.sentences(told))

    def evidence(self, claim: ClaimFinding) -> doc.Table:
        """Every scenario beside the reference: levels, changes with bands, outcomes."""
        t = self.t
        columns = [self.column("arm")]
        for seen in claim.rows[0].seen:
            output, quarter = catalogue().outputs[seen.look.output], self.found.quarter(seen.look.at)
            look = t("figure.look", output=output.title(t.lang), quarter=quarter)
            key, unit = f"{seen.look.output}_{quarter}", output.unit
            change = doc.Column(
                f"{key}_change", t("column.change_of", look=look), doc.Kind.change, "log points" if seen.log else unit,
                2 if seen.log else None,
            )  # fmt: skip
            columns += [doc.Column(key, look, doc.Kind.number, unit), change]
        shares = OUTCOMES_SHOWN if self.levels else ()
        columns += [
            doc.Column(one, t("column.outcome", outcome=self.outcome(one)), doc.Kind.share, places=1) for one in shares
        ]
        rows = []
        for at, row in enumerate(claim.rows):
            cells: list[doc.Value] = [self.arm(row.arm)]
            for seen in row.seen:
                cells += [seen.level, doc.Interval(seen.low, seen.high, seen.median) if at else None]
            rows.append([*cells, *(doc.Interval(*row.band(one), row.share(one)) for one in shares)])
        note = t("note.evidence", reference=self.arm(claim.claim.reference))
        name, title = f"evidence-{claim.claim.id.lower()}", t("table.evidence", id=claim_number(claim.claim.id, t.lang))
        return doc.Table(name, title, tuple(columns), tuple(map(tuple, rows)), note=note, folded=True)

    def variants(self) -> doc.Table:
        rows = []
        parts = [part for _, part in self.parts if part.variants]
        for at, one in enumerate(self.found.file.claims.judgement):
            flipped = sum(part.variants[at].turns for part in parts)
            departs = parts[0].variants[at].departs if parts else None
            rows.append((self.t.of(one.title), self.altered(one), self.t.of(one.reason), departs, flipped))
        columns = "variant altered:note reason:note departs:change:2:log_points flipped:count"
        return self.table("variants", columns, rows)

    def altered(self, one: Variant) -> str:
        """What an alternative assumption alters, as it is written."""
        said = [f"{name} = {precise(value)}" for name, value in one.parameters.items() if isinstance(value, float)]
        said += [f"{name} × {precise(value)}" for name, value in (one.times | one.scale).items()]
        said += [f"{name} = {change.value}" for name, changes in one.levers.items() for change in changes]
        said += [f"edits.{name}" for name in one.content().get("edits", {})]
        if one.self_standing is not None:
            said.append(self.t("self_standing", value=number(one.self_standing, 0)))
        return "; ".join(said)

    def standard(self) -> doc.Table:
        """From which probability on a word is said, and what else the standard of proof fixes, with reasons."""
        rules, why = standard(), self.t.of(standard().words.reason)
        rows: list[tuple[str, float | None, str]] = [
            (self.word(name), value, why) for name, value in rules.words if name != "reason"
        ]
        sizes = {key: getattr(rules, key) for key in ("monte_carlo", "sampling_error", "prior_factor")}
        sizes |= {f"rope_{name}": one for name, one in rules.rope.items()}
        robust = self.listed(map(self.word, rules.robust.words))
        rows.append((self.t("standard.robust", words=robust), None, self.t.of(rules.robust.reason)))
        rows += [(self.t(f"standard.{name}"), one.value, self.t.of(one.reason)) for name, one in sizes.items()]
        return self.table("standard", "fixed value:number:2 reason:note", rows)

    def listed(self, names: Iterable[str]) -> str:
        return self.t("clause").join(names)

    def word(self, word: str) -> str:
        return self.t(f"word.{word}")

    def effect(self, finding: Verdict, parts: Iterable[PartFinding]) -> tuple[str, str]:
        """The effect with its interval, and its bounds: log points as per cent, else in the unit of the statistic."""
        if finding.effect is None or finding.bounds is None:
            return "", ""
        one = finding.effect
        part = next(each for each in parts if each.effect == one)
        statistic = part.part.statistics[one.statistic]
        column, effect, ends = column_of(statistic), (one.low, one.high, one.mean), finding.bounds
        if statistic.kind == "log":
            column = doc.Column("value", "", doc.Kind.share)
            effect, ends = (expm1(effect[0]), expm1(effect[1]), expm1(effect[2])), (expm1(ends[0]), expm1(ends[1]))
        return self.said(doc.Interval(*effect), column), self.said(doc.Interval(*ends), column)

    def arm(self, key: str | None) -> str:
        return "" if key is None else self.t.of(self.found.arm(key))

    def outcome(self, name: str) -> str:
        return lowered(text(f"analysis.outcome.{name}", self.t.lang))

    def headed(self, claim: ClaimFinding) -> str:
        return self.t("claim", id=claim_number(claim.claim.id, self.t.lang), title=self.t.of(claim.claim.title))

    def statistic(self, one: Statistic) -> str:
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
        return self.said(value, column_of(statistic)).removeprefix("+")

    def condition(self, one: Condition, statistics: dict[str, Statistic]) -> str:
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
        both = [(part, self.condition(part, statistics)) for part in one.parts]
        parts = [t("condition.group", condition=said) if part.parts else said for part, said in both]
        return t("condition.all" if one.every else "condition.any").join(parts)

    def rule(self, part: Part) -> list[str]:
        rules = {name: getattr(part.rule, name) for name in ("supported", "contradicted", "not_supported")}
        told = [
            self.t(f"rule.{name}", condition=self.condition(one, part.statistics))
            for name, one in rules.items() if one is not None
        ]  # fmt: skip
        return [*told, self.t("rule.reason", reason=self.t.of(part.reason))]

    def measured(self, statistic: Statistic, one: Measured) -> str:
        words = self.statistic(statistic)
        words = words[0].upper() + words[1:]
        if one.is_empty:
            return self.t("found.nothing", statistic=words)
        value = self.said(doc.Interval(one.low, one.high, one.middle), column_of(statistic))
        if statistic.kind == "log":
            share = shown(exp(one.middle) - 1.0, doc.Column("share", "", doc.Kind.share), self.t.lang)
            value = self.t("found.about", value=value, share=share)
        told = [self.t("found.value", statistic=words, value=value)]
        for each in one.beyond:
            key, bound = f"found.{each.relation}", self.bound(each.bound, statistic)
            told.append(self.t(key, bound=bound, share=percent(each.share)))
        return self.t.sentences(told)

    def severity(self, one: Severity) -> str:
        if one.world == RECENTRED:
            return self.t("found.recentred", share=percent(one.share))
        low, high = (percent(value) for value in one.interval)
        note = self.t("found.by_construction") if one.identical else ""
        world = self.t.of(self.found.world(one.world))
        return self.t("found.severity", world=world, share=percent(one.share), low=low, high=high, note=note)

    def alternatives(self, finding: PartFinding) -> str:
        """What alternative assumptions do to a verdict, and how far they leave the observations."""
        t, told = self.t, []
        flipped = [one for one in finding.variants if one.turns]
        if not flipped:
            return t("found.holds") if finding.variants and finding.word != OPEN else ""
        for one in flipped:
            said = t("found.under", word=self.word(one.word), share=percent(one.probability))
            if abs(one.departs) > LEFT_THE_RECORD:
                said += t("found.away", departs=number(one.departs, 2))
            told.append(t("aside", words=t.of(self.found.variant(one.variant)), aside=said))
        far = all(abs(one.departs) > LEFT_THE_RECORD for one in flipped)
        flips = t("found.flips", variants=self.listed(told))
        return t.sentences([flips, t("found.departs")] if far else [flips])

    def sentences(self, finding: PartFinding) -> list[str]:
        """Everything that was found of a part, sentence by sentence."""
        t, told = self.t, []
        for name, statistic in finding.part.statistics.items():
            one, split = finding.measured[name], finding.splits[name]
            said = [self.measured(statistic, one)]
            if not one.is_empty and split is not None and isfinite(split.share):
                said.append(t("found.split", parameters=percent(split.share), chance=percent(1.0 - split.share)))
            told.append(t.sentences(said))
        effect, ends = self.effect(finding, [finding])
        if effect:
            low, high = (percent(end) for end in finding.monte_carlo)
            told.insert(0, t("found.probability", share=percent(finding.probability), low=low, high=high,
                             error=sampling_range(finding), record=record(t, finding)))  # fmt: skip
            factor = number(standard().prior_factor.value, 0)
            told.insert(1, t("found.effect", effect=effect, bounds=ends, factor=factor))
        if finding.why:
            told.append(t("found.why", why=t(f"why.{finding.why}")))
        if not finding.part.uses or all(one.is_empty for one in finding.measured.values()):
            return told
        leans = self.listed(
            t("found.lean", parameter=title_of(one.parameter, self.t.lang), share=percent(one.share),
              moved=t(f"moved.{one.moved}"))
            for one in finding.leans
        )  # fmt: skip
        told.append(t("found.leans", names=leans) if leans else t("found.no_lean"))
        told.append(self.alternatives(finding))
        tried = [one for one in finding.severities if one.batches]
        told += [self.severity(one) for one in (*filter(None, [finding.recentred]), *tried)]
        told.append(t("found.steady", share=percent(finding.steady)))
        told.append(t("found.earlier", verdict=t(f"verdict.{finding.earlier}"), fixed=self.found.file.claims.fixed))
        return [one for one in told if one]
