"""What is shown of claims: the verdicts, then claim by claim what was found, and what all this was tried by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

from copark.analyses.claims.ask import Answer
from copark.analyses.claims.words import Words
from copark.analyses.contract import Texts, assemble
from copark.inference.claims.evidence import ArmRow, Seen
from copark.inference.claims.reading import ClaimsFile
from copark.inference.claims.rules import FOR, OPEN, REFUTED, WORDS
from copark.inference.claims.runner import LOOK_DRAWS, LOOK_FUTURES, ClaimFinding, PartFinding
from copark.inference.claims.schema import Variant
from copark.inference.claims.sequential import stopping
from copark.inference.claims.severity import RECENTRED, Severity
from copark.inference.claims.verdict import Size, standard
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import number, percent, precise, shown
from copark.simulation.outcomes import OUTCOMES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 3
"""Alternative assumptions named in a row; the others are counted."""
FEW = 3
"""Claims of which everything is shown without being asked for."""
OUTCOMES_SHOWN = ("failed", "dependent", "self_standing")
SHARE = doc.Column("share", "", doc.Kind.share)
COUNT = doc.Column("count", "", doc.Kind.count)
TEXT = doc.Column("word", "")


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of the claims about a case."""
    show = _Show(found, t)
    made = found.provenance
    return assemble(
        found, t, key=f"claims-{found.case}", title=t("question", park=t.of(found.park)), headline=show.headline(),
        sections=tuple(show.sections()),
        provenance={
            "draws": f"{made['draws']} × {made['futures']}", **({"runs": f"{found.runs:,}"} if found.runs else {}),
            "seed": made["seed"], "rules": found.file.name,
            "fixed": made["fixed"], "sha256": found.file.sha256, "standard": standard().fixed,
            "standard_sha256": made["standard_sha256"],
            **({"sequential_sha256": made["sequential_sha256"]} if show.sequential else {}),
        },
    )  # fmt: skip


def listing(found: ClaimsFile, t: Texts) -> doc.Document:
    """The claims and their parts as they are written: nothing was run."""
    claims = found.claims
    rows, groups = [], []
    for one in claims.claims:
        groups.append((t("claim", id=one.id, title=t.of(one.statement)), len(one.parts)))
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


class _Show(Words):
    """The parts of the document in one language."""

    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(found, t)
        self.sequential = "sequential_sha256" in found.provenance
        """Whether a rule stopped what was decided."""
        self.levels = found.trust is None or found.trust.shows_outcomes
        """Whether shares of outcomes are told unasked."""

    def parts(self) -> Iterator[tuple[ClaimFinding, PartFinding]]:
        for claim in self.found.claims:
            for part in claim.parts:
                yield claim, part

    def headline(self) -> str:
        """What is held of the claims, and how far the record had to do with it."""
        t, claims = self.t, self.found.claims
        if len(claims) == 1:
            one = claims[0]
            said = t("headline.one", title=t.of(one.claim.title), word=self.word(one.word))
            return t.sentences([said, *filter(None, [self.record(one)])])
        counts = {key: len(side) for key, side in self.sides().items()}
        return t.sentences([t("headline", count=len(claims), park=t.of(self.found.park), **counts)])

    def sides(self) -> dict[str, list[ClaimFinding]]:
        """The claims by what is held of them."""
        words = {"sure": FOR, "against": REFUTED, "open": {OPEN}}
        return {key: [one for one in self.found.claims if one.word in some] for key, some in words.items()}

    def held(self) -> doc.Bullets:
        """Which claims are held to be so, which not, and which are open, each with its word."""
        t = self.t
        told = []
        for key, side in self.sides().items():
            titles = [t("quoted", title=t.of(one.claim.title)) for one in side]
            if key != "open":
                titles = [
                    t("said", part=title, verdict=self.word(one.word)) for title, one in zip(titles, side, strict=True)
                ]
            if side:
                told.append(t.sentences([t(f"held.{key}", titles=self.listed(titles))]))
        return doc.Bullets(tuple(told))

    def sections(self) -> Iterator[doc.Section]:
        yield self.summary()
        for claim in self.found.claims:
            yield self.claim(claim)
        lead = self.text("lead.block", draws=LOOK_DRAWS, futures=LOOK_FUTURES)
        first = [self.text("lead.first_look", draws=stopping().alternatives.draws)] if self.sequential else []
        yield self.section("block", lead, *first, self.variants(), folded=True)
        yield self.section("worlds", self.text("lead.worlds"), self.worlds(), folded=True)
        yield self.section("margins", self.text("lead.margins"), self.standard(), self.margins(), folded=True)
        numbers = (self.verdicts(), self.statistics(), self.arms(), self.block(), self.severities())
        yield self.section("numbers", *numbers, folded=True)

    def summary(self) -> doc.Section:
        """Every claim with its word, its probability and its effect, a chart of every part, and a row for each."""
        t, found = self.t, self.found
        blocks: list[doc.Block] = [
            *([self.held()] if len(found.claims) > 1 else []),
            self.text("lead.verdict"),
            self.overview(),
            self.probabilities(),
        ]
        if found.trust is not None and not found.trust.shows_outcomes:
            blocks.insert(0, self.caveat("trust", meaning=found.trust.meaning(t.lang)))
        if found.file.general:
            blocks.insert(0, general(found.file, t))
        meanings = tuple(t("meaning", word=self.word(one), meaning=t(f"word.{one}.meaning")) for one in WORDS)
        blocks += [
            doc.Bullets(meanings), self.text("lead.cut", cut=self.cut()), self.text("lead.severity"),
            *([self.text("lead.sequential", **self.stopped())] if self.sequential else []),
            self.every_part(), self.caveat("lead.band"), doc.Caveat(t.of(found.file.claims.preface)),
            self.text("lead.source", source=t.of(found.file.claims.source)),
        ]  # fmt: skip
        return self.section("summary", *blocks)

    def cut(self) -> str:
        """Up to when the record is told, or that it is not."""
        known = self.found.provenance.get("posterior_cut")
        return self.t("cut.none") if known is None else self.t("cut.known", cut=known)

    def overview(self) -> doc.Table:
        """Every claim in a row: its word, P, what the prior alone says, the effect, and a sentence."""
        rows = [
            (
                self.headed(one), self.word(one.word), _number(one.probability), _number(one.prior_probability),
                self.effect(one, one.parts)[0], self.sentence(one),
            )
            for one in self.found.claims
        ]  # fmt: skip
        return self.table("claims", "claim word probability:share prior_probability:share effect in_short:note", rows)

    def sentence(self, one: ClaimFinding) -> str:
        """A claim in short: what the record changed, which parts make it, what turns it."""
        t = self.t
        parts = self.listed(
            t("aside", words=t.of(part.part.title), aside=t("clause.short").join(
                [self.word(part.word), *([percent(part.probability)] if isfinite(part.probability) else [])]))
            for part in one.deciding
        )  # fmt: skip
        turned = dict.fromkeys(key for part in one.deciding for key in part.flipped)
        told = [self.record(one), t("short.all" if one.claim.headline.every else "short.any", parts=parts)]
        if turned:
            told.append(t("short.turned", variants=self.variants_named(tuple(turned))))
        lacking = [t.of(part.part.title) for part in one.deciding if part.why == "lacking"]
        if lacking:
            told.append(t("short.lacking", parts=self.listed(lacking)))
        return t.sentences(list(filter(None, told)))

    def probabilities(self) -> doc.Chart:
        """P of every part: by the prior alone, and with the record."""
        from copark.figures.claims import probabilities

        return self.chart("probabilities", lambda: probabilities(self.found, self.t.lang))

    def every_part(self) -> doc.Table:
        """Every part: word, P, prior, effect, bounds, severity, what it depends on, what turns it or why it is open."""
        rows = [
            (
                self.t.of(one.part.title), self.word(one.word), _number(one.probability),
                _number(one.prior_probability), *self.effect(one, [one]), *_hard(one.severity),
                self.listed(self.parameter(lean.parameter) for lean in one.unmoved), self.turned(one),
            )
            for _, one in self.parts()
        ]  # fmt: skip
        columns = (
            "part word probability:share prior_probability:share effect bounds severity:share "
            "by_construction:flag unmoved:note flips:note"
        )
        groups = tuple((self.headed(one), len(one.parts)) for one in self.found.claims)
        return self.table("parts", columns, rows, groups=groups)

    def turned(self, one: PartFinding) -> str:
        """Alternative assumptions that turn a verdict, or why it is open."""
        return self.variants_named(one.flipped) or (self.t(f"why.{one.why}") if one.why else "")

    def variants_named(self, keys: Sequence[str]) -> str:
        """The first few alternative assumptions by their titles, and how many more."""
        names = [self.variant(key) for key in keys[:MOST]]
        if len(keys) > MOST:
            names.append(self.t("more", count=len(keys) - MOST))
        return self.listed(names)

    # claim by claim

    def claim(self, claim: ClaimFinding) -> doc.Section:
        """One claim: verdict, what was found of each part and by which rule, all scenarios, mechanism, limits."""
        t, written = self.t, claim.claim
        blocks: list[doc.Block] = [doc.Paragraph(t.of(written.statement)), self.cards(claim)]
        for part in claim.parts:
            title, verdict = t.of(part.part.title), self.word(part.word)
            blocks.append(self.text("found", part=title, verdict=verdict, says=t.of(part.part.says)))
            blocks.append(doc.Bullets((*self.sentences(part), *self.rule(part.part))))
        evidence = self.evidence(claim)
        charts = [self.drawing(claim, kind, draw) for kind, draw in self.drawn(claim)]
        drawn: list[doc.Block] = [replace(charts[0], numbers=evidence), *charts[1:]] if charts else [evidence]
        moved = dict(self.moved(claim))
        told = [
            t("mechanism.parameter", title=self.parameter(name), moved=t(f"moved.{one}")) for name, one in moved.items()
        ]
        links = [catalogue().links[name] for name in written.mechanism.links]
        told += [t("mechanism.link", title=t.of(one)) for one in links]
        blocks += [*drawn, self.text("mechanism", text=t.of(written.mechanism.text)), doc.Bullets(tuple(told))]
        if set(moved.values()) <= {"unmoved", "held"}:
            blocks.append(self.caveat("found.prior_alone"))
        blocks.append(self.caveat("limits", fixed=self.found.file.claims.fixed, words=t.of(written.limits)))
        title = self.t("said", part=self.headed(claim), verdict=self.word(claim.word))
        return doc.Section(f"claim-{written.id.lower()}", title, tuple(blocks), folded=len(self.found.claims) > FEW)

    def cards(self, claim: ClaimFinding) -> doc.Cards:
        """The word and which parts make it, P with its Monte Carlo interval, the prior's, how severe the test was."""
        t, least = self.t, claim.severity
        cards = [doc.Card(t("card.verdict"), TEXT, self.word(claim.word), self.decided(claim.claim.headline, claim))]
        if isfinite(claim.probability):
            interval = shown(doc.Interval(*claim.monte_carlo), SHARE, t.lang)
            told = t("card.monte_carlo", interval=interval)
            cards.append(doc.Card(t("card.probability"), SHARE, claim.probability, told))
            cards.append(doc.Card(t("card.prior"), SHARE, claim.prior_probability, self.record(claim)))
        if least is not None:
            told = (
                t("card.by_construction")
                if least.identical
                else t("card.recentred")
                if least.world == RECENTRED
                else ""
            )
            cards.append(doc.Card(t("card.severity"), SHARE, least.share, told))
        return doc.Cards(tuple(cards))

    def moved(self, claim: ClaimFinding) -> Iterator[tuple[str, str]]:
        """Parameters a claim rests on and how far the data informed each; ``held`` for those that are not drawn."""
        for name in claim.claim.mechanism.parameters:
            drawn = catalogue().parameters[name].drawn
            yield name, self.found.moved.get(name, "held") if drawn else "held"

    def drawn(self, claim: ClaimFinding) -> Iterator[tuple[str, Callable[[], Figure]]]:
        """What can be drawn of a claim."""
        from copark.figures import claims as figures

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
        t, values = self.t, {"id": claim.claim.id, "title": self.t.of(claim.claim.title)}
        told = [t("caption.forest")] * (kind == "forest") + [t("caption.outcomes")] * (kind == "forest" and self.levels)
        return doc.Chart(
            f"{kind}-{claim.claim.id.lower()}", t(f"figure.{kind}", **values), t("alt.figure"), draw, t.sentences(told)
        )

    def evidence(self, claim: ClaimFinding) -> doc.Table:
        """Every scenario beside the reference: levels, changes with bands, outcomes."""
        t = self.t
        columns = [self.column("arm")]
        for seen in claim.rows[0].seen:
            look = t("figure.look", output=self.output(seen), quarter=self.found.quarter(seen.look.at))
            unit = catalogue().outputs[seen.look.output].unit
            key = f"{seen.look.output}_{self.found.quarter(seen.look.at)}"
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
        title = t("table.evidence", id=claim.claim.id)
        name = f"evidence-{claim.claim.id.lower()}"
        return doc.Table(name, title, tuple(columns), tuple(map(tuple, rows)), note=note, folded=True)

    def output(self, seen: Seen) -> str:
        """The title of an output that is looked at."""
        return catalogue().outputs[seen.look.output].title(self.t.lang)

    # what it was tried by

    def variants(self) -> doc.Table:
        """Alternative assumptions: what is altered, why, how far the case then leaves the record, what they flip."""
        rows = []
        parts = [part for _, part in self.parts() if part.variants]
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

    def worlds(self) -> doc.Table:
        """Every model in which a claim is false, in words."""
        worlds = self.found.file.claims.worlds
        used = dict.fromkeys(world.world for _, part in self.parts() for world in part.severities)
        rows = [(self.t.of(worlds[key].title), self.t.of(worlds[key].text)) for key in used]
        return self.table("worlds", "world altered:note", rows)

    def margins(self) -> doc.Table:
        """Sizes below which a difference counts as nil, and why."""
        margins = self.found.file.claims.margins
        rows = [(name, one.value, self.t.of(one.reason)) for name, one in margins.items()]
        return self.table("margins", "margin value:number:3 reason:note", rows)

    def standard(self) -> doc.Table:
        """From which probability on a word is said, and what else the standard of proof fixes, with reasons."""
        rules = standard()
        words = rules.words
        rows: list[tuple[doc.Value, ...]] = [
            (self.word(name), value, self.t.of(words.reason)) for name, value in words if name != "reason"
        ]
        sizes: dict[str, Size] = {"monte_carlo": rules.monte_carlo, "prior_factor": rules.prior_factor}
        sizes |= {f"rope_{name}": one for name, one in rules.rope.items()}
        rows += [(self.t(f"standard.{name}"), one.value, self.t.of(one.reason)) for name, one in sizes.items()]
        return self.table("standard", "fixed value:number:2 reason:note", rows)

    # every number

    def numbers(
        self, key: str, words: Sequence[str], numbers: Sequence[str], rows: Sequence[Sequence[doc.Value]]
    ) -> doc.Table:
        """A table of all numbers: for other programs."""
        return self.table(key, (*words, *(f"{name}:number" for name in numbers)), rows, folded=True)

    def verdicts(self) -> doc.Table:
        """The verdict on every part, and what it rests on."""
        words = (
            "claim", "claim_title", "claim_word", "part", "part_title", "word", "earlier", "why", "leans_on",
            "leans_on_unmoved", "flipped_by", "statistic", "severity_world", "severity_by_construction",
        )  # fmt: skip
        numbers = (
            "probability", "prior_probability", "effect", "bounds", "severity", "severity_low", "severity_high",
            "steady",
        )  # fmt: skip
        rows = []
        for claim, one in self.parts():
            hard, effect = one.severity, one.effect
            told = (None,) * 5 if hard is None else (hard.world, hard.identical, hard.share, *hard.interval)
            size = None if effect is None else doc.Interval(effect.low, effect.high, effect.mean)
            ends = None if one.bounds is None else doc.Interval(*one.bounds)
            chance = doc.Interval(*one.monte_carlo, one.probability) if isfinite(one.probability) else None
            rows.append((
                claim.claim.id, self.t.of(claim.claim.title), claim.word, one.part.key, self.t.of(one.part.title),
                one.word, one.earlier, one.why, "; ".join(lean.parameter for lean in one.leans),
                "; ".join(lean.parameter for lean in one.unmoved), "; ".join(one.flipped),
                None if effect is None else effect.statistic, *told[:2], chance, _number(one.prior_probability), size,
                ends, *told[2:], one.steady,
            ))  # fmt: skip
        return self.numbers("verdicts", words, numbers, rows)

    def statistics(self) -> doc.Table:
        """Every statistic of every part, over draws."""
        rows = []
        for claim, part in self.parts():
            for name, statistic in part.part.statistics.items():
                one = part.measured[name]
                lead = (claim.claim.id, part.part.key, name, statistic.kind, self.statistic(statistic), one.over)
                rows.append((*lead, one.draws, one.low, one.middle, one.high, one.mean, one.error))
        words = ("claim", "part", "statistic", "kind", "words", "over")
        return self.numbers("statistics", words, ("draws", "p05", "middle", "p95", "mean", "error"), rows)

    def arms(self) -> doc.Table:
        """Every scenario of every claim beside its reference."""
        rows = []
        for claim in self.found.claims:
            for row in claim.rows:
                for seen in row.seen:
                    lead = (
                        claim.claim.id, row.arm, self.arm(row.arm), claim.claim.reference, seen.look.output,
                        self.found.quarter(seen.look.at), "log points" if seen.log else "difference",
                    )  # fmt: skip
                    explained = None if seen.split is None else seen.split.share
                    values = (seen.level, seen.low, seen.median, seen.high, seen.lower, seen.equal, explained)
                    rows.append((*lead, *values, *self.chances(row), row.runs))
        words = ("claim", "arm", "arm_title", "reference", "output", "quarter", "compared")
        numbers = ("level_median", "p05", "median", "p95", "share_lower", "share_equal", "variance_by_parameters")
        return self.numbers("arms", words, (*numbers, *(OUTCOMES if self.levels else ()), "runs"), rows)

    def chances(self, row: ArmRow) -> tuple[float, ...]:
        """Shares of runs with each outcome, where they are told."""
        return row.shares if self.levels else ()

    def block(self) -> doc.Table:
        """P of every part under every alternative assumption."""
        rows = [
            (
                claim.claim.id, part.part.key, one.variant, self.variant(one.variant), self.word(one.word),
                one.probability, one.turns, one.departs,
            )
            for claim, part in self.parts() for one in part.variants
        ]  # fmt: skip
        columns = "claim part variant variant_title word probability:number turns:flag leaves_record_by:number"
        return self.table("block", columns, rows, folded=True)

    def severities(self) -> doc.Table:
        """How every test does in every model in which its claim is false."""
        rows = [
            (
                claim.claim.id, part.part.key, one.world, self.t.of(self.found.world(one.world)), self.word(one.word),
                one.identical, one.probability, one.refuted, one.batches, *one.interval,
            )
            for claim, part in self.parts() for one in part.severities
        ]  # fmt: skip
        words = ("claim", "part", "world", "world_title", "word", "identical")
        return self.numbers("severity", words, ("probability", "refuted", "batches", "low", "high"), rows)


def _number(value: float) -> float | None:
    """A probability; none where it is not known."""
    return value if isfinite(value) else None


def _hard(one: Severity | None) -> tuple[float | None, bool | None]:
    """A severity, and whether it is one by construction."""
    return (None, None) if one is None else (one.share, one.identical)
