"""Documents on claims: the verdicts, then claim by claim what was found, and what all this was tried by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

from copark.analyses.claims import Answer
from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.evidence import (
    CLAIM_COLUMNS,
    against,
    chance,
    counted,
    factor,
    is_tested,
    observations_changed,
    other_draws,
    said_word,
    sampling_range,
)
from copark.analyses.claims.findings import ClaimFinding
from copark.analyses.claims.resamples import RECENTRED
from copark.analyses.claims.schema import Alternative
from copark.analyses.claims.sentences import Sentences, reason_open
from copark.analyses.claims.standard import standard
from copark.analyses.claims.stopping_rule import stopping
from copark.analyses.claims.trial import FEW_DRAWS, FEW_REPLICATES
from copark.analyses.claims.words import FOR, OPEN, REFUTED, WORDS
from copark.analyses.contract import Texts, assemble
from copark.analyses.show import known
from copark.calibration.parameter_titles import title_of
from copark.labels import claim_number, join
from copark.model.clock import QUARTERS_PER_YEAR
from copark.model.outcomes import OUTCOMES
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import percent, precise, shown
from copark.simulation.outcomes import YEAR_TWENTY

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 3
"""Alternative assumptions named in a row; the others are counted."""
FEW = 3
"""Claims of which everything is shown without being asked for."""
CORRECTED = ("no accounts of one are published", "no accounts of the company are published")
"""What the limits of claims in the second edition say wrongly, as general sets that borrow them do: none is edited."""
OUTCOMES_SHOWN = tuple(outcome.key for outcome in OUTCOMES if outcome.narrow)


def document(result: Answer, t: Texts) -> doc.Document:
    """Show everything that is told of the claims about a case."""
    show = _Show(result, t)
    provenance = result.provenance
    return assemble(
        result,
        t,
        key=f"claims-{result.case}",
        title=t("question", park=t.of(result.park)),
        headline=show.headline(),
        sections=tuple(show.sections()),
        provenance={
            "draws": f"{provenance['draws']} × {provenance['futures']}",
            **({"runs": f"{result.runs:,}"} if result.runs else {}),
            "seed": provenance["seed"],
            "rules": result.file.name,
            "fixed": provenance["fixed"],
            "sha256": result.file.sha256,
            "standard": t("amended", fixed=standard().fixed, amended=standard().amended),
            "standard_sha256": provenance["standard_sha256"],
            **({"sequential_sha256": provenance["sequential_sha256"]} if show.sequential else {}),
        },
    )


def listing(file: ClaimsFile, t: Texts) -> doc.Document:
    """Show the claims and their parts as they are written: nothing was run."""
    claims = file.claims
    rows = []
    groups = []
    for claim in claims.claims:
        groups.append((t("claim", id=claim_number(claim.id, t.lang), title=t.of(claim.statement)), len(claim.parts)))
        rows += [(t.of(part.title), t.of(part.says)) for part in claim.parts]
    columns = (doc.Column("part", t("column.part")), doc.Column("says", t("column.says"), doc.Kind.note))
    table = doc.Table("claims", t.of(claims.title), columns, tuple(rows), tuple(groups))
    headline = t("headline.listed", count=len(claims.claims), fixed=claims.fixed)
    return doc.Document(
        f"claims-{claims.case}",
        t.lang,
        t.of(claims.title),
        headline,
        sections=(doc.Section("claims", t("section.listed"), (*([general(file, t)] if file.general else []), table)),),
    )


def general(file: ClaimsFile, t: Texts) -> doc.Caveat:
    """Report that claims are a general set, and what of it cannot be asked of the park."""
    titles = t("clause").join(t("quoted", title=t.of(title)) for title in file.left_out)
    return doc.Caveat(t.sentences([t("general"), *([t("left_out", titles=titles)] if titles else [])]))


class _Show(Sentences):
    """The parts of the document in one language."""

    def __init__(self, result: Answer, t: Texts) -> None:
        super().__init__(result, t)
        self.sequential = "sequential_sha256" in result.provenance
        """Whether a rule stopped what was decided."""
        self.levels = result.trust is None or result.trust.shows_outcomes
        """Whether shares of outcomes are told unasked."""
        self.parts = [(claim, part) for claim in result.claims for part in claim.parts]

    def headline(self) -> str:
        t = self.t
        claims = self.result.claims
        those = counted(claims)
        if len(claims) == 1:
            only = claims[0]
            key = "headline.one_turned" if only.turned else "headline.one"
            verdict = t(key, title=t.of(only.claim.title), word=said_word(t, only))
            return t.sentences([verdict, *filter(None, [observations_changed(t, only)])])
        sides = self.sides()
        counts = {key: len(side) for key, side in sides.items()}
        doubted = [t("headline.against_data", claims=names) for names in against(sides["sure"], t)]
        unsteady = [t("headline.other_draws", claims=names) for names in other_draws(claims, t)]
        return t.sentences(
            [t("headline", count=len(those), park=t.of(self.result.park), **counts), *unsteady, *doubted]
        )

    def asks_outcomes(self) -> bool:
        """Return whether a part is about what becomes of the park."""
        return any(statistic.outcome for _, part in self.parts for statistic in part.part.statistics.values())

    def outcomes_judged(self) -> str:
        """Describe when outcomes are judged: what P of an outcome, and its change, are about."""
        quarter = self.result.quarter(YEAR_TWENTY - 1)
        return self.t("outcomes_judged", quarter=quarter, years=YEAR_TWENTY // QUARTERS_PER_YEAR)

    def sides(self) -> dict[str, list[ClaimFinding]]:
        """Sort the claims by what is held of them."""
        words = {"sure": FOR, "against": REFUTED, "open": {OPEN}}
        return {
            key: [claim for claim in counted(self.result.claims) if claim.word in side_words]
            for key, side_words in words.items()
        }

    def held_sides(self) -> dict[str, list[ClaimFinding]]:
        """Sort the claims as :meth:`sides` does, those apart that an alternative turns and that were not tested."""
        sides = self.sides()
        return {
            "sure": sides["sure"],
            "against": sides["against"],
            "turned": [claim for claim in sides["open"] if claim.turned],
            "open": [claim for claim in sides["open"] if not claim.turned],
            "untested": [claim for claim in self.result.claims if not is_tested(claim)],
        }

    def held(self) -> doc.Bullets:
        """Describe which claims are held to be so, which not, and which are open, each with its word."""
        t = self.t
        sentences = []
        for key, side in self.held_sides().items():
            titles = []
            for claim in side:
                title = t("quoted", title=t.of(claim.claim.title))
                says_word = key in ("sure", "against") or (key != "untested" and claim.other_words)
                titles.append(t("said", part=title, verdict=said_word(t, claim)) if says_word else title)
            if side:
                sentences.append(t.sentences([t(f"held.{key}", titles=self.listed(titles))]))
        return doc.Bullets(tuple(sentences))

    def sections(self) -> Iterator[doc.Section]:
        yield self.summary()
        yield from map(self.claim, self.result.claims)
        lead = self.text("lead.block", draws=FEW_DRAWS, futures=FEW_REPLICATES)
        first = [self.text("lead.first_look", draws=stopping().alternatives.draws)] if self.sequential else []
        yield self.section("block", lead, *first, self.variants(), folded=True)
        t = self.t
        claims = self.result.file.claims
        used = dict.fromkeys(world.world for _, part in self.parts for world in part.refutations)
        rows = [(t.of(claims.worlds[key].title), t.of(claims.worlds[key].text)) for key in used]
        worlds = self.table("worlds", "world altered:note", rows)
        yield self.section("worlds", self.text("lead.worlds"), worlds, folded=True)
        sizes = [(name, margin.value, t.of(margin.reason)) for name, margin in claims.margins.items()]
        margins = self.table("margins", "margin value:number:3 reason:note", sizes)
        yield self.section("margins", self.text("lead.margins"), self.standard(), margins, folded=True)

    def summary(self) -> doc.Section:
        """Show every claim with its word, its probability and its effect, a chart of every part, and a row for each."""
        from copark.analyses.claims.figures import probabilities

        t = self.t
        result = self.result
        blocks: list[doc.Block] = [
            *([self.held()] if len(result.claims) > 1 else []),
            self.text("lead.verdict"),
            *([doc.Paragraph(self.outcomes_judged())] if self.asks_outcomes() else []),
            self.overview(),
            self.chart("probabilities", lambda: probabilities(result, t.lang)),
        ]
        if result.trust is not None and not result.trust.shows_outcomes:
            blocks.insert(0, self.caveat("trust", meaning=result.trust.meaning(t.lang)))
        if result.file.general:
            blocks.insert(0, general(result.file, t))
        rule = stopping()
        looks = self.t("list").join(map(str, rule.looks.draws))
        stopped = {"looks": looks, "level": percent(rule.level.value), "runs": result.runs}
        upto = result.provenance.get("posterior_cut")
        cut = t("cut.none") if upto is None else t("cut.known", cut=upto)
        meanings = tuple(t("meaning", word=self.word(word), meaning=t(f"word.{word}.meaning")) for word in WORDS)
        blocks += [
            doc.Bullets(meanings),
            self.text("lead.cut", cut=cut),
            self.text("lead.refuted"),
            *([self.text("lead.sequential", **stopped)] if self.sequential else []),
            self.every_part(),
            self.caveat("lead.band"),
            doc.Caveat(t.of(result.file.claims.preface)),
            self.text("lead.source", source=t.of(result.file.claims.source)),
        ]
        return self.section("summary", *blocks)

    def overview(self) -> doc.Table:
        """Show every claim in a row: its word, P, what the prior alone says, the effect, and a sentence."""
        rows = [
            (
                self.headed(claim),
                said_word(self.t, claim),
                chance(claim),
                known(claim.prior_probability),
                factor(claim),
                self.effect(claim, claim.parts)[0],
                self.sentence(claim),
            )
            for claim in self.result.claims
        ]
        return self.table("claims", CLAIM_COLUMNS, rows)

    def sentence(self, claim: ClaimFinding) -> str:
        """Describe a claim in short: what the observations changed, which parts make it, what turns it."""
        t = self.t
        parts = self.listed(
            t(
                "aside",
                words=t.of(part.part.title),
                aside=t("clause.short").join(
                    [self.word(part.word), *([percent(part.probability)] if isfinite(part.probability) else [])]
                ),
            )
            for part in claim.deciding
        )
        turning_variants = dict.fromkeys(key for part in claim.deciding for key in part.flipped)
        sentences = [
            observations_changed(self.t, claim),
            t("short.all" if claim.claim.headline.every else "short.any", parts=parts),
        ]
        if turning_variants:
            sentences.append(t("short.turned", variants=self.variants_named(tuple(turning_variants))))
        lacking = [t.of(part.part.title) for part in claim.deciding if part.why == "lacking"]
        if lacking:
            sentences.append(t("short.lacking", parts=self.listed(lacking)))
        return t.sentences(list(filter(None, sentences)))

    def every_part(self) -> doc.Table:
        """Show every part: word, P, prior, effect, bounds, refutation, dependences, what turns it or why it is open."""
        rows = [
            (
                self.t.of(part.part.title),
                said_word(self.t, part),
                chance(part),
                known(part.prior_probability),
                factor(part),
                *self.effect(part, [part]),
                *((None, None) if part.refutation is None else (part.refutation.share, part.refutation.identical)),
                self.listed(title_of(lean.parameter, self.t.lang) for lean in part.unmoved),
                self.variants_named(part.flipped) or (self.t(f"why.{reason_open(part)}") if part.why else ""),
            )
            for _, part in self.parts
        ]
        columns = (
            "part word probability:share prior_probability:share factor:number:2 effect bounds refuted:share "
            "by_construction:flag unmoved:note flips:note"
        )
        groups = tuple((self.headed(claim), len(claim.parts)) for claim in self.result.claims)
        return self.table("parts", columns, rows, groups=groups)

    def variants_named(self, keys: Sequence[str]) -> str:
        """Name the first few alternative assumptions by their titles, and how many more there are."""
        names = [self.t.of(self.result.variant(key)) for key in keys[:MOST]]
        if len(keys) > MOST:
            names.append(self.t("more", count=len(keys) - MOST))
        return self.listed(names)

    def claim(self, claim: ClaimFinding) -> doc.Section:
        t = self.t
        claim_text = claim.claim
        blocks: list[doc.Block] = [doc.Paragraph(t.of(claim_text.statement)), self.cards(claim)]
        for part in claim.parts:
            title = t.of(part.part.title)
            verdict = said_word(self.t, part)
            blocks.append(self.text("found", part=title, verdict=verdict, says=t.of(part.part.says)))
            blocks.append(doc.Bullets((*self.sentences(part), *self.rule(part.part))))
        evidence = self.evidence(claim)
        charts = [self.drawing(claim, kind, draw) for kind, draw in self.drawn(claim)]
        exhibits: list[doc.Block] = [replace(charts[0], numbers=evidence), *charts[1:]] if charts else [evidence]
        known_of = catalogue().parameters
        moved_by = self.result.moved
        moved = {
            name: moved_by.get(name, "held") if known_of[name].drawn else "held"
            for name in claim_text.mechanism.parameters
        }
        how = [(title_of(name, self.t.lang), t(f"moved.{how_far}")) for name, how_far in moved.items()]
        mechanism = [t("mechanism.parameter", title=title, moved=how_far) for title, how_far in how]
        mechanism += [
            t("mechanism.link", title=catalogue().links[name].title(self.t.lang)) for name in claim_text.mechanism.links
        ]
        blocks += [
            *exhibits,
            self.text("mechanism", text=t.of(claim_text.mechanism.text)),
            doc.Bullets(tuple(mechanism)),
        ]
        if set(moved.values()) <= {"unmoved", "held"}:
            blocks.append(self.caveat("found.prior_alone"))
        blocks.append(self.caveat("limits", fixed=self.result.file.claims.fixed, words=t.of(claim_text.limits)))
        if any(words in claim_text.limits.en for words in CORRECTED):
            blocks.append(self.caveat("limits.corrected"))
        title = self.t("said", part=self.headed(claim), verdict=said_word(self.t, claim))
        return doc.Section(f"claim-{claim_text.id.lower()}", title, tuple(blocks), folded=len(self.result.claims) > FEW)

    def cards(self, claim: ClaimFinding) -> doc.Cards:
        t = self.t
        least = claim.refutation
        headline = claim.claim.headline
        parts = join([t.of(claim.claim.part(key).title) for key in headline.parts], t.lang)
        deciding = t("card.all" if headline.every else "card.any", parts=parts)
        cards = [doc.Card(t("card.verdict"), doc.plain(doc.Kind.text), said_word(self.t, claim), deciding)]
        if isfinite(claim.probability):
            note = t(
                "card.monte_carlo",
                interval=shown(doc.Interval(*claim.monte_carlo), doc.SHARE, t.lang),
                error=sampling_range(claim),
            )
            cards.append(doc.Card(t("card.probability"), doc.SHARE, claim.probability, note))
            cards.append(
                doc.Card(t("card.prior"), doc.SHARE, claim.prior_probability, observations_changed(self.t, claim))
            )
        if least is not None:
            key = "by_construction" if least.identical else "recentred" if least.world == RECENTRED else ""
            cards.append(doc.Card(t("card.refuted"), doc.SHARE, least.share, t(f"card.{key}") if key else ""))
        return doc.Cards(tuple(cards))

    def drawn(self, claim: ClaimFinding) -> Iterator[tuple[str, Callable[[], Figure]]]:
        from copark.analyses.claims import figures

        result = self.result
        lang = self.t.lang
        if len(claim.rows) > 1:
            yield "forest", lambda: figures.forest(claim, result, lang, outcomes=self.levels)
        elif figures.level_rows(claim):
            yield "levels", lambda: figures.levels(claim, result, lang)
        if claim.claim.curve is not None:
            yield "curve", lambda: figures.curve(claim, result, lang)
        if claim.claim.cube is not None and self.levels:
            yield "cube", lambda: figures.cube(claim, result, lang)

    def drawing(self, claim: ClaimFinding, kind: str, draw: Callable[[], Figure]) -> doc.Chart:
        """Make a figure of a claim with its words.

        Parameters
        ----------
        claim
            The claim.
        kind
            ``forest``, ``levels``, ``curve`` or ``cube``: names its title, ``figure.<kind>``, and begins its key.
        draw
            Draws it, when a renderer needs it.
        """
        t = self.t
        key = f"{kind}-{claim.claim.id.lower()}"
        title = t(f"figure.{kind}", id=claim_number(claim.claim.id, t.lang), title=t.of(claim.claim.title))
        sentences = [t("caption.forest")] * (kind == "forest") + [t("caption.outcomes")] * (
            kind == "forest" and self.levels
        )
        return doc.Chart(key, title, t("alt.figure"), draw, t.sentences(sentences))

    def evidence(self, claim: ClaimFinding) -> doc.Table:
        """Show every scenario beside the reference: levels, changes with bands, outcomes."""
        t = self.t
        columns = [self.column("scenario")]
        for shown_output in claim.rows[0].seen:
            output = catalogue().outputs[shown_output.look.output]
            quarter = self.result.quarter(shown_output.look.at)
            look = t("figure.look", output=output.title(t.lang), quarter=quarter)
            key = f"{shown_output.look.output}_{quarter}"
            unit = output.unit
            change = doc.Column(
                f"{key}_change",
                t("column.change_of", look=look),
                doc.Kind.change,
                "log points" if shown_output.log else unit,
                2 if shown_output.log else None,
            )
            columns += [doc.Column(key, look, doc.Kind.number, unit), change]
        shares = OUTCOMES_SHOWN if self.levels else ()
        columns += [
            doc.Column(outcome, t("column.outcome", outcome=self.outcome(outcome)), doc.Kind.share, places=1)
            for outcome in shares
        ]
        rows = []
        for place, row in enumerate(claim.rows):
            cells: list[doc.Value] = [self.scenario(row.scenario)]
            for shown_output in row.seen:
                cells += [
                    shown_output.level,
                    doc.Interval.of(shown_output) if place else None,
                ]
            rows.append([*cells, *(doc.Interval(*row.band(outcome), row.share(outcome)) for outcome in shares)])
        note = t("note.evidence", reference=self.scenario(claim.claim.reference))
        if self.levels:
            note = t.sentences([note, self.outcomes_judged()])
        name = f"evidence-{claim.claim.id.lower()}"
        title = t("table.evidence", id=claim_number(claim.claim.id, t.lang))
        return doc.Table(name, title, tuple(columns), tuple(map(tuple, rows)), note=note, folded=True)

    def variants(self) -> doc.Table:
        rows = []
        parts = [part for _, part in self.parts if part.variants]
        for place, variant in enumerate(self.result.file.claims.judgement):
            flipped = sum(part.variants[place].turns for part in parts)
            departs = parts[0].variants[place].departs if parts else None
            rows.append((self.t.of(variant.title), self.altered(variant), self.t.of(variant.reason), departs, flipped))
        columns = "variant altered:note reason:note departs:change:2:log_points flipped:count"
        return self.table("variants", columns, rows)

    def altered(self, variant: Alternative) -> str:
        """Write what an alternative assumption alters."""
        words = [f"{name} = {precise(value)}" for name, value in variant.parameters.items() if isinstance(value, float)]
        words += [f"{name} × {precise(value)}" for name, value in (variant.times | variant.scale).items()]
        words += [f"{name} = {change.value}" for name, changes in variant.dated_inputs.items() for change in changes]
        words += [f"edits.{name}" for name in variant.content().get("edits", {})]
        return "; ".join(words)

    def standard(self) -> doc.Table:
        """Show from which probability on a word is said, and what else the standard of proof fixes, with reasons."""
        rules = standard()
        why = self.t.of(rules.words.reason)
        rows: list[tuple[str, float | None, str]] = [
            (self.word(name), value, why) for name, value in rules.words if name != "reason"
        ]
        sizes = {key: getattr(rules, key) for key in ("monte_carlo", "sampling_error", "prior_factor")}
        sizes |= {f"rope_{name}": size for name, size in rules.rope.items()}
        robust = self.listed(map(self.word, rules.robust.words))
        rows.append((self.t("standard.robust", words=robust), None, self.t.of(rules.robust.reason)))
        rows += [(self.t(f"standard.{name}"), size.value, self.t.of(size.reason)) for name, size in sizes.items()]
        return self.table("standard", "fixed value:number:2 reason:note", rows)
