"""Report of levers, in the order of a decision-maker's questions.

What can I move, what happens, to whom, which options are robust, what does all this rest on?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from copark.analyses.accounts_on_record import case_of
from copark.analyses.contract import Texts, assemble
from copark.analyses.how_sure import structures_disagree
from copark.analyses.lever_columns import SIGNS, across_structures, change_column, effect_interval, level_column
from copark.analyses.levers import Answer
from copark.analyses.levers.advice_words import advice_words, effect_words
from copark.analyses.levers.choice import RobustChoice
from copark.analyses.levers.dependence import ParameterDependence
from copark.analyses.levers.recommendation import AIMS, Judgement
from copark.analyses.papers import papers_words, to_obtain
from copark.analyses.show import AnswerShow, grouped
from copark.decisions.effects import LeverEffect
from copark.decisions.lever_file import LeverOption
from copark.decisions.measures import BUDGETS, FOUR_SIDES, NAMES, RANKED, measure_of
from copark.decisions.recommendation_rule import recommendation_rule
from copark.labels import join, lowered
from copark.model.outcomes import GOOD
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import shown
from copark.stats.robust_choice import Stability
from copark.texts import text

BESIDE = ("companies", "jobs", *BUDGETS)
"""Measures that stand beside the probability of every option: how large the park is, and what it costs whose budget."""
REGRETS = tuple((criterion, name) for name in RANKED for criterion in ("minimax_regret", "mean_regret"))
"""Criteria of regret, with the measure of each."""
PARTS = ("structure", "parameters", "chance")
"""Parts of an effect's variance."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show everything that is known of a case's levers."""
    show = _Show(answer, t)
    return assemble(
        answer,
        t,
        key=f"levers-{answer.case}-{answer.since}",
        title=t(f"page.title.{answer.since}", park=t.of(answer.park), quarter=answer.pulled),
        headline=show.headline(),
        sections=show.sections(),
        provenance={
            "draws": f"{answer.draws} × {answer.replicates}",
            "structures": len(answer.baselines),  # also those without runs of their own
            "seed": answer.seed,
            "horizon": answer.horizon,
        },
    )


def answer_sentences(answer: Answer, t: Texts) -> list[str]:
    """Write the answer, a sentence each: the advice, what the record has against it, on what the chance hangs."""
    return _Show(answer, t).answer_sentences()


def advice_sentences(answer: Answer, t: Texts) -> list[str]:
    """Write what helps, what to avoid, what is a trade-off and what changes nothing, a sentence each."""
    return _Show(answer, t).advice_sentences()


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        levers = [option.lever for option in answer.options]
        self.groups = grouped(
            t("head", lever=t.of(lever.title), owner=t(f"owner.{lever.controlled_by}")) for lever in levers
        )
        self.recommendation = answer.recommendation
        self.shows_levels = answer.trust is None or answer.trust.shows_outcomes
        """Whether levels of outcome shares are told unasked, beside their changes."""

    def by_option(
        self,
        key: str,
        columns: Sequence[doc.Column],
        row: Callable[[str], Sequence[doc.Value]],
        *,
        folded: bool = False,
    ) -> doc.Table:
        """Make a table with a row for each option, under the heads of their levers.

        Parameters
        ----------
        key
            Of the table.
        columns
            Those behind the name of the option.
        row
            Gives their values by the key of an option.
        folded
            Whether the table is folded at first.
        """
        rows = [(self.t.of(option.entry.title), *row(option.key)) for option in self.answer.options]
        return self.table(key, (self.column("setting"), *columns), rows, folded=folded, groups=self.groups)

    def headline(self) -> str:
        """Return the answer in a paragraph, after what forbids to rely on it; then what options are compared with."""
        assumed = [] if self.answer.closed_by is not None else self.answer.doubts.sentences(self.t.lang)
        return self.t.sentences([*self.answer_sentences(), *assumed])

    def answer_sentences(self) -> list[str]:
        """Write the advice, what the record has against it second, and whether the chance hangs on the structure."""
        first, *others = self.advice_sentences(is_ordering=True)
        if self.answer.no_advice_because == "uncalibrated":
            return [*self.cautions(), first, *others, *self.disagreement()]
        return [first, *self.cautions(), *others, *self.disagreement()]

    def cautions(self) -> list[str]:
        """Describe what forbids or limits to rely on the answer."""
        if self.answer.no_advice_because == "uncalibrated" and self.answer.closed_by is None:
            return [self.t("advice.uncalibrated", park=self.t.of(self.answer.park))]
        return self.answer.doubts.record_words(self.t.lang)

    def disagreement(self) -> list[str]:
        """Return whether the chance hangs on which structure of the model holds; nothing where no chance is told."""
        answer = self.answer
        if answer.chance is None or answer.closed_by is not None or answer.no_advice_because == "uncalibrated":
            return []
        if not structures_disagree(answer.baselines, answer.chance):
            return []
        return [text("sure.disagree", self.t.lang, park=self.t.of(answer.park))]

    def papers(self) -> str:
        """List what to order before anything is decided."""
        answer = self.answer
        papers = to_obtain(answer.doubts, answer.baselines, answer.chance, case_of(answer))
        return papers_words(papers, self.t.lang)

    def advice_sentences(self, *, is_ordering: bool = False) -> list[str]:
        """Write what may be recommended, what to avoid, what is a trade-off, and what changes nothing.

        Parameters
        ----------
        is_ordering
            Whether the first sentence says what to order where nothing is recommended: a brief says so before.
        """
        t = self.t
        since = self.answer.since
        if self.answer.closed_by is not None:
            words = {"since": self.answer.closed_since, "title": t.of(self.answer.closed_by)}
            return [t("advice.closed", **words)]
        count = len(self.recommendation.judged)
        recommended = self.recommendation.with_word("recommended")
        sentences = [self.recommended(judgement) for judgement in recommended]
        if not recommended:
            finding = self.nothing(count)
            ordered = [t("advice.order", papers=self.papers())] if is_ordering and since == "now" else []
            sentences = [*ordered, finding]
        worst, *others = self.recommendation.harmful or (None,)
        if worst is not None:
            key = f"advice.avoid.{since}" if not others else f"advice.avoid_more.{since}"
            key = "advice.avoid.doubt" if worst.word == "avoid_doubt" else key
            effect = self.effects_of(worst)
            sides = self.sides_of(worst)
            named = t("and_another").join(self.option(judgement) for judgement in others)
            sentences.append(t(key, option=self.option(worst), effect=effect, sides=sides, others=named))
        trade_off, *more = self.recommendation.trade_offs or (None,)
        if trade_off is not None:
            effects = [effect_words(self.answer, trade_off.option, aim, t) for aim in self.aims(trade_off)]
            unsure = [t("advice.either_way")] if "structures" in trade_off.reasons else []
            effect = t("join").join([*effects, *unsure])
            sides = self.sides_of(trade_off)
            sentence = t(f"advice.trade_off.{since}", option=self.option(trade_off), effect=effect, sides=sides)
            named = t("and_another").join(self.option(judgement) for judgement in more)
            sentences.append(sentence + (t("advice.more_trade_offs", others=named) if more else ""))
        if self.answer.no_advice_because is None and count:
            sentences += self.against_assumed()
        unchanged = self.recommendation.with_word("unchanged")
        if unchanged:
            options = t("and_another").join(self.option(judgement) for judgement in unchanged)
            sentences.append(t("advice.unchanged", count=len(unchanged), options=options))
        return sentences

    def effects_of(self, judgement: Judgement) -> str:
        """Write what an option does harm to, and what it gains in the other aim beyond simulation error."""
        answer = self.answer
        others = (aim for aim in AIMS if aim != judgement.aim)
        gains = [aim for aim in others if answer.effect(judgement.option, aim).monte_carlo_low > 0.0]
        return self.t("join").join(
            effect_words(answer, judgement.option, aim, self.t) for aim in (judgement.aim, *gains)
        )

    def sides_of(self, judgement: Judgement) -> str:
        """Write which sides gain by an option in most runs and which lose; nothing where none gains."""
        effects = [self.answer.effect(judgement.option, side) for side in FOUR_SIDES]
        most = recommendation_rule().losing_side.value
        gaining = [self.how(effect) for effect in effects if effect.above > most]
        losing = [self.how(effect) for effect in effects if effect.below > most]
        if not gaining:
            return ""
        words = self.t("advice.gaining", sides=join(gaining, self.t.lang))
        return words + (self.t("advice.losing", sides=join(losing, self.t.lang)) if losing else "")

    def against_assumed(self) -> list[str]:
        """Name the levers on which no advice is given, since what their options are measured against is assumed."""
        t = self.t
        assumed = {
            judgement.option for judgement in self.recommendation.distinct if "assumed_reference" in judgement.reasons
        }
        titles = [t.of(option.lever.title) for option in self.answer.options if option.key in assumed]
        named = [t("advice.quoted", title=title) for title in dict.fromkeys(titles)]
        return [t("advice.assumed", count=len(assumed), levers=join(named, t.lang))] if named else []

    def tried(self) -> str:
        """List the levers whose options were tried and could be judged."""
        judged = {judgement.option for judgement in self.recommendation.judged}
        options = [option for option in self.answer.options if option.key in judged]
        titles = dict.fromkeys(self.t.of(option.lever.title) for option in options)
        return join([lowered(title) for title in titles], self.t.lang)

    def nothing(self, count: int) -> str:
        """Write why none of the options is recommended, with the largest gain where it is merely too small."""
        t = self.t
        if self.answer.no_advice_because is not None:
            return t("advice.none.doubt")
        if not count:
            return t("advice.none.assumed", count=len(self.recommendation.distinct))
        levers = self.tried()
        gain = self.recommendation.largest_small_gain
        if gain is None and count == 1:
            return t(f"advice.one.{self.answer.since}", levers=levers)
        if gain is None:
            return t(f"advice.none.{self.answer.since}", count=count, levers=levers)
        known = [aim for aim in self.aims(gain) if self.answer.effect(gain.option, aim).is_beyond_error]
        # One decimal: what is short of five per cent shall not read as five.
        effect = t("join").join(effect_words(self.answer, gain.option, aim, t, digits=1) for aim in known)
        return t(
            f"advice.small.{self.answer.since}", option=self.option(gain), effect=effect, count=count, levers=levers
        )

    def aims(self, judgement: Judgement) -> tuple[str, ...]:
        """Return both aims, first the one that an option helps or harms most."""
        return (judgement.aim, *(aim for aim in AIMS if aim != judgement.aim))

    def recommended(self, judgement: Judgement) -> str:
        """Report that an option helps, what it does for either aim, and in the same sentence who loses by it."""
        t = self.t
        effects = (effect_words(self.answer, judgement.option, aim, t) for aim in self.aims(judgement))
        effect = t("join").join(effects)
        option = self.option(judgement)
        since = self.answer.since
        if not judgement.losing:
            return t(f"advice.recommended.{since}", option=option, effect=effect)
        sides = t("join").join(t(f"word.{side}") for side in judgement.losing)
        return t(f"advice.recommended_losing.{since}", option=option, effect=effect, sides=sides)

    def option(self, judgement: Judgement) -> str:
        """Name an option, with those whose numbers are the same."""
        keys = (judgement.option, *self.recommendation.twins(judgement.option))
        return self.t("same").join(self.answer.name(key, self.t.lang) for key in keys)

    def sections(self) -> tuple[doc.Section, ...]:
        """Return the sections in their order."""
        return (
            self.summary(),
            self.levers(),
            self.changes(),
            *self.sides(),
            self.robust(),
            self.rests(),
            self.variance_sources(),
            self.pareto(),
            self.structures(),
            self.limits(),
        )

    def summary(self) -> doc.Section:
        """Show what may be recommended, and beside it what every option changes."""
        t = self.t
        answer = self.answer
        before = level_column(measure_of(GOOD.key), t)
        cards = []
        if self.shows_levels and answer.chance is not None:
            standing = next(share for share in answer.outcomes if share.name == GOOD.key)
            interval = shown(doc.Interval(standing.low, standing.high), before, t.lang)
            note = t("card.pairs", pairs=standing.total, interval=interval)
            cards.append(doc.Card(t("card.before"), before, standing.share, note))
        in_doubt = answer.no_advice_because is not None
        counted = {
            "card.recommended": self.recommendation.with_word("recommended"),
            "card.avoid_doubt" if in_doubt else "card.avoid": self.recommendation.harmful,
            "card.unchanged": self.recommendation.with_word("unchanged"),
            "card.unreliable_doubt" if in_doubt else "card.unreliable": self.recommendation.with_word("unreliable"),
        }
        for key, judgements in counted.items():
            cards.append(doc.Card(t(key), doc.plain(doc.Kind.count), len(judgements), t(f"{key}.note")))
        if answer.choice is not None:
            now = float(answer.choice.ranking("satisficing").scores[0])
            title = t("card.acceptable")
            note = t("card.states", states=shown(answer.choice.states, doc.COUNT, t.lang))
            cards.append(doc.Card(title, doc.SHARE, now, note))
        columns = (
            self.column("advice"),
            change_column(GOOD.key, t, title=t("column.standing")),
            *(change_column(name, t) for name in BESIDE),
            *(self.column(side) for side in FOUR_SIDES),
        )

        def row(key: str) -> tuple[doc.Value, ...]:
            return (
                advice_words(answer, key, t),
                effect_interval(answer.effect(key, GOOD.key)),
                *(answer.effect(key, name).median for name in BESIDE),
                *(SIGNS[answer.effect(key, side).verdict] for side in FOUR_SIDES),
            )

        table = self.by_option("answer", columns, row)
        lead = doc.Paragraph(t(f"lead.{answer.since}", quarter=answer.pulled, horizon=answer.horizon))
        caveats = self.caveats(answer, general=answer.general, caveat=True)
        return self.section("summary", doc.Cards(tuple(cards)), lead, table, *caveats)

    def levers(self) -> doc.Section:
        """Show what can be moved and by whom; every option and why it is tried."""
        t = self.t
        options = self.answer.options
        levers = {option.lever.key: option.lever for option in options}.values()
        rows = [(t.of(lever.title), t(f"owner.{lever.controlled_by}"), t.of(lever.reason)) for lever in levers]
        reasons = {option.key: t.of(option.entry.reason) for option in options}
        reason = self.column("reason", doc.Kind.note)
        return self.section(
            "levers",
            self.table("levers", self.columns("lever controlled_by what:note"), rows),
            self.by_option("settings", (reason,), lambda key: (reasons[key],), folded=True),
        )

    def changes(self) -> doc.Section:
        """Show what every option changes in the park, and in every measure."""
        from copark.analyses.levers.figures import operating, standing

        t = self.t
        answer = self.answer
        measures = self.by_option(
            "measures",
            [change_column(name, t) for name in NAMES],
            lambda key: [effect_interval(answer.effect(key, name)) for name in NAMES],
            folded=True,
        )
        return self.section(
            "changes",
            self.chart("standing", lambda: standing(answer, t.lang), self.measure(GOOD.key)),
            self.chart("operating", lambda: operating(answer, t.lang), self.measure("operating")),
            measures,
        )

    def measure(self, name: str) -> doc.Table:
        """Show a measure by option: before, after, the difference and its band, shares of runs better and alike."""
        t = self.t
        measure = measure_of(name)

        def row(key: str) -> tuple[doc.Value, ...]:
            effect = self.answer.effect(key, name)
            values = (effect.before, effect.after, effect_interval(effect), effect.above, effect.equal)
            return (*values, across_structures(effect))

        columns = (
            level_column(measure, t, "before", t("column.before")),
            level_column(measure, t, "after", t("column.after")),
            change_column(name, t, "difference", t("column.difference")),
            self.column("better", doc.Kind.share),
            self.column("equal", doc.Kind.share),
            change_column(name, t, "across", t("column.across")),
        )
        table = name.replace("_", "-")
        if name == GOOD.key and not self.shows_levels:
            return self.by_option(table, columns[2:], lambda key: row(key)[2:])
        return self.by_option(table, columns, row)

    def sides(self) -> tuple[doc.Section, doc.Section]:
        """Show who gains and who loses: drawn, and in words."""
        from copark.analyses.levers.figures import sides

        t = self.t
        answer = self.answer
        columns: list[doc.Column] = []
        for side in FOUR_SIDES:
            columns.append(change_column(side, t))
            columns.append(doc.Column(f"{side}_verdict", t("column.verdict_of", side=t(f"side.{side}"))))

        def row(key: str) -> list[doc.Value]:
            values: list[doc.Value] = []
            for side in FOUR_SIDES:
                effect = answer.effect(key, side)
                values += [effect_interval(effect), t(f"verdict.{effect.verdict}")]
            return values

        drawn = self.chart("sides", lambda: sides(answer, t.lang), self.by_option("sides", columns, row))
        words = doc.Bullets(tuple(self.balance(option) for option in answer.options))
        return (
            self.section("sides", doc.Paragraph(t("sides.lead")), drawn),
            self.section("words", words, folded=True),
        )

    def balance(self, option: LeverOption) -> str:
        """Describe who gains and who loses by an option."""
        t = self.t
        effects = {side: self.answer.effect(option.key, side) for side in FOUR_SIDES}
        parts = [t("balance.setting", title=option.name(t.lang))]
        for word, beginning in (("gain", "gains_"), ("lose", "loses_")):
            amounts = [self.how(effect) for effect in effects.values() if effect.verdict.startswith(beginning)]
            if amounts:
                parts.append(t(f"balance.{word}", sides=t("join").join(amounts)))
        unclear = [side for side, effect in effects.items() if effect.verdict.startswith("un")]
        nothing = [side for side, effect in effects.items() if effect.verdict == "nothing"]
        flips = [side for side, effect in effects.items() if effect.flips]
        for word, sides in (("unclear", unclear), ("nothing", nothing), ("flips", flips)):
            if sides:
                is_every = len(sides) == len(FOUR_SIDES)
                names = [t("all_sides")] if is_every else [t(f"word.{side}") for side in sides]
                parts.append(t(f"balance.{word}", sides=t("join").join(names)))
        return "".join(parts)

    def how(self, effect: LeverEffect) -> str:
        """Describe what a side gains or loses, and in how many runs."""
        share = shown(max(effect.above, effect.below), doc.SHARE, self.t.lang)
        amount = shown(effect.median, change_column(effect.measure, self.t), self.t.lang, with_unit=True)
        return self.t("how", side=self.t(f"word.{effect.measure}"), amount=amount, share=share)

    def robust(self) -> doc.Section:
        """Show which options do well enough in how many states, and with what regret."""
        t = self.t
        choice = self.answer.choice
        thresholds = self.answer.file.thresholds
        reached: Sequence[doc.Value] = [None] * len(thresholds)
        if choice is not None:
            reached = [float(share) for share in choice.met[:, 0]]
        rows = [
            (t.of(threshold.title), t.of(threshold.reason), share)
            for threshold, share in zip(thresholds, reached, strict=True)
        ]
        table = self.table("thresholds", self.columns("threshold reason:note met:share"), rows)
        lead = doc.Paragraph(t("robust.lead"))
        if choice is None:
            return self.section("robust", lead, table, doc.Caveat(t("no_state")))
        firmness = doc.Paragraph(t("robust.stability", groups=choice.independent))
        return self.section("robust", lead, table, firmness, self.ranking(choice))

    def ranking(self, choice: RobustChoice) -> doc.Table:
        """Rank options by the share of states in which they do well enough; largest and mean regret, with ranks."""
        t = self.t
        enough = choice.ranking("satisficing")
        regrets = choice.ranking("mean_regret", "operating").scores
        best = sorted(
            range(len(choice.options)),
            key=lambda place: (-round(float(enough.scores[place]), 9), float(regrets[place])),
        )
        columns = [*self.columns("option enough:share:1 rank:number first:share")]
        for criterion, name in REGRETS:
            title = t("column.regret", criterion=t(f"criterion.{criterion}"), measure=t(f"measure.{name}"))
            column = level_column(measure_of(name), t, f"{criterion}_{name}", title)
            rank = doc.Column(f"rank_{column.key}", t("column.rank_of", of=title), doc.Kind.number, places=0)
            columns += [column, rank]
        rows = []
        for place in best:
            row: list[doc.Value] = [
                self.answer.name(choice.options[place], t.lang),
                float(enough.scores[place]),
                _rank(enough.stability, place),
                float(enough.stability.best[place]),
            ]
            for criterion, name in REGRETS:
                ranking = choice.ranking(criterion, name)
                row += [float(ranking.scores[place]), _rank(ranking.stability, place)]
            rows.append(row)
        return self.table("ranking", columns, rows)

    def rests(self) -> doc.Section:
        """Show the parameters that effects depend on, and how far data inform them."""
        t = self.t
        answer = self.answer
        parameters = catalogue().parameters
        dependences = [
            (
                answer.name(dependence.option, t.lang),
                parameters[dependence.parameter].title(t.lang),
                dependence.correlation,
                t(f"moved.{dependence.verdict}"),
            )
            for dependence in answer.dependences
        ]
        levers = {lever.key: t.of(lever.title) for lever in answer.file.levers}
        passed = [(parameters[name].title(t.lang), t(f"moved.{verdict}")) for _, name, verdict in answer.rests]
        parameter = self.column("parameter")
        moved = self.column("moved")
        correlation = self.column("correlation", doc.Kind.change, places=2)
        groups = grouped(levers[key] for key, _, _ in answer.rests)
        return self.section(
            "rests",
            doc.Paragraph(t("rests.lead")),
            doc.Bullets(self.hanging() or (t("rests.none"),)),
            self.table("leaning", (self.column("setting"), parameter, correlation, moved), dependences, folded=True),
            self.table("rests", (parameter, moved), passed, folded=True, groups=groups),
        )

    def hanging(self) -> tuple[str, ...]:
        """Describe which effects hang on a parameter that no data moved, or moved weakly."""
        t = self.t
        strongest: dict[str, ParameterDependence] = {}
        for dependence in self.answer.dependences:
            strongest.setdefault(dependence.option, dependence)
        column = doc.plain(doc.Kind.change, places=2)
        sentences = []
        for name in dict.fromkeys(
            dependence.parameter for dependence in strongest.values() if dependence.verdict != "moved"
        ):
            rows = [dependence for dependence in strongest.values() if dependence.parameter == name]
            rows.sort(key=lambda dependence: -abs(dependence.correlation))
            settings = [
                t(
                    "hangs",
                    setting=self.answer.name(dependence.option, t.lang),
                    correlation=shown(dependence.correlation, column, t.lang),
                )
                for dependence in rows
            ]
            title = catalogue().parameters[name].title(t.lang)
            sentences.append(t(f"leaning.{rows[0].verdict}", parameter=title, settings=t("join").join(settings)))
        return tuple(sentences)

    def variance_sources(self) -> doc.Section:
        """Show where the variance of effects comes from."""
        t = self.t
        measures = ("operating", *FOUR_SIDES)
        columns = []
        for name in measures:
            for part in PARTS:
                title = t("column.part", measure=t(f"measure.{name}"), part=t(f"part.{part}"))
                columns.append(doc.Column(f"{name}_{part}", title, doc.Kind.share))

        def row(key: str) -> list[float]:
            return [share for name in measures for share in self.answer.effect(key, name).sources.shares]

        return self.section("widths", doc.Paragraph(t("widths.lead")), self.by_option("widths", columns, row))

    def pareto(self) -> doc.Section:
        """Show which options none dominates on what the four sides gain."""
        t = self.t
        choice = self.answer.choice
        lead = doc.Paragraph(t("pareto.lead"))
        if choice is None:
            return self.section("pareto", lead, doc.Caveat(t("no_state")))
        first = sorted(range(len(choice.options)), key=lambda place: (-float(choice.chance[place]), place))
        rows: list[Sequence[doc.Value]] = [
            (
                self.answer.name(choice.options[place], t.lang),
                *map(float, choice.means[place]),
                bool(choice.pareto[place]),
                float(choice.chance[place]),
                *map(float, choice.met[:, place]),
            )
            for place in first
        ]
        meets = [
            doc.Column(
                f"met_{threshold.key}".replace("-", "_"),
                t("column.meets", threshold=t.of(threshold.title)),
                doc.Kind.share,
            )
            for threshold in self.answer.file.thresholds
        ]
        columns = (
            self.column("option"),
            *(doc.Column(side, t(f"side.{side}"), doc.Kind.change, "M USD", 1) for side in FOUR_SIDES),
            self.column("pareto", doc.Kind.flag),
            self.column("chance", doc.Kind.share),
            *meets,
        )
        return self.section("pareto", lead, self.table("pareto", columns, rows))

    def structures(self) -> doc.Section:
        """Show every structure: why it is tried, and what becomes of the case as it is in it."""
        t = self.t
        rows: list[Sequence[doc.Value]] = []
        for structure, baseline in zip(self.answer.structures, self.answer.baselines, strict=True):
            title = t("as_modelled") if structure is None else t.of(structure.title)
            reason = t("as_modelled.reason") if structure is None else t.of(structure.reason)
            rows.append((title, reason, baseline.standing, baseline.failed, baseline.runs))
        columns = self.columns("structure reason:note standing:share failed:share runs:count")
        table = self.table("structures", columns, rows)
        return self.section("structures", doc.Paragraph(t("structures.lead")), table, folded=True)

    def limits(self) -> doc.Section:
        """Describe what the answer does not tell."""
        t = self.t
        discount = self.answer.file.discount
        rate = shown(discount.rate, doc.plain(doc.Kind.share, places=1), t.lang)
        limits = [t("limits.relevance", reason=t.of(recommendation_rule().relevance.reason))]
        limits.append(t("limits.discount", rate=rate, reason=t.of(discount.reason)))
        limits += [t(f"limits.{key}") for key in ("overlap", "frozen", "structure")]
        answer = self.answer
        limits.append(
            t("limits.runs", runs=answer.draws * answer.replicates, draws=answer.draws, futures=answer.replicates)
        )
        limits += [t(f"limits.{key}") for key in ("pasts", "search")]
        if self.answer.since == "now":
            limits.append(t("limits.now", quarter=self.answer.pulled))
        return self.section("limits", doc.Bullets(tuple(limits)))


def _rank(stability: Stability, place: int) -> doc.Interval:
    return doc.Interval(float(stability.low[place]), float(stability.high[place]), float(stability.rank[place]))
