"""Document on a decision: which option is best now, what asking first is worth, why, and how sure this is."""

from __future__ import annotations

from collections.abc import Sequence

from copark.analyses.accounts_on_record import accounts_on_record, case_of
from copark.analyses.contract import Texts, assemble
from copark.analyses.evsi import NORMAL, Answer, DecisionAlternative, SourceGain
from copark.analyses.evsi.stakes import Stake
from copark.analyses.show import AnswerShow, known
from copark.analyses.voi.observation_words import described
from copark.decisions.lever_file import AS_IT_IS
from copark.model.outcomes import BY_KEY
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import percent, shown, unit_title
from copark.stats.value_of_information import ExpectedGain
from copark.texts import text

MONEY = doc.plain(doc.Kind.number, "M USD")
"""Column of an amount."""
COUNTED_UNITS = ("companies", "partners", "persons", "1")
"""Units of what is counted one by one."""
DRAWN = 12
"""Sources that are drawn."""


def document(result: Answer, t: Texts) -> doc.Document:
    """Show a decision and what may be asked before it."""
    show = _Show(result, t)
    return assemble(
        result,
        t,
        key=f"evsi-{result.case}",
        title=t("question", park=t.of(result.park), quarter=result.decision),
        headline=show.headline(),
        sections=show.sections(),
        provenance={
            "worlds": result.worlds,
            "futures": result.replicates,
            "seed": result.seed,
            "horizon": result.horizon,
        },
    )


def about(value: float, error: float) -> doc.Value:
    """Return an estimate with its interval of simulation error, 95 %; alone where it has none."""
    if not error > 0.0:
        return value
    return doc.Interval(value - NORMAL * error, value + NORMAL * error, value)


def between(low: float, high: float) -> doc.Value:
    """Return the bounds of what perfect information is worth, which is never below 0; one number where they are one."""
    lower = max(low, 0.0)
    upper = max(high, lower)
    return doc.Interval(lower, upper) if upper > lower else upper


class _Show(AnswerShow[Answer]):
    def __init__(self, result: Answer, t: Texts) -> None:
        super().__init__(result, t)
        self.best = result.alternatives[result.best]
        self.in_doubt = bool(result.no_ground_because)

    def money(self, value: doc.Value) -> str:
        return shown(value, MONEY, self.t.lang, with_unit=True)

    def source(self, source: SourceGain) -> tuple[str, str, str]:
        return described(source.observation, self.t.lang)

    def whole(self, source: SourceGain) -> str:
        name, when, _ = self.source(source)
        if not source.observation.dates:
            return name
        return self.t("whole", name=name, when=when)

    def headline(self) -> str:
        """Describe what forbids to rely on the answer, which option is best now, and what asking first is worth."""
        result = self.answer
        sentences = []
        if result.no_ground_because == "uncalibrated":
            sentences.append(text("levers.advice.uncalibrated", self.t.lang, park=self.t.of(result.park)))
        else:
            sentences += result.doubts.record_words(self.t.lang)
        if self.in_doubt:
            sentences.append(text("levers.advice.none.doubt", self.t.lang))
        return self.t.sentences([*sentences, self.choice(), self.asking(), self.most()])

    def choice(self) -> str:
        """Describe which option has the largest expected net benefit, and by how much."""
        t = self.t
        result = self.answer
        others = [alternative for alternative in result.alternatives if alternative is not self.best]
        if all(alternative.unchanged for alternative in result.alternatives):
            return t("headline.unchanged")
        lead = self.money(about(*result.lead))
        second = max(others, key=lambda alternative: alternative.net)
        is_clear = result.lead[0] > NORMAL * result.lead[1]
        if self.best.key == AS_IT_IS:
            key = "planned" if is_clear else "planned_near"
            return self.opening(t(f"headline.{key}", second=t.of(second.title), lead=lead))
        net = self.money(about(self.best.net, self.best.error))
        key = "option" if is_clear else "option_near"
        key = f"{key}_planned" if second.key == AS_IT_IS else key
        words = {"option": t.of(self.best.title), "net": net, "lead": lead}
        return self.opening(t(f"headline.{key}", second=self.title(second), **words))

    def opening(self, sentence: str) -> str:
        """Begin a sentence, where the model is no ground for a choice by saying that it speaks for itself alone."""
        begun = (self.t("headline.in_model") if self.in_doubt else "") + sentence
        return begun[0].upper() + begun[1:]

    def title(self, alternative: DecisionAlternative) -> str:
        if alternative.key == AS_IT_IS:
            return self.t("as_planned")
        return self.t.of(alternative.title)

    def asking(self) -> str:
        """Describe what asking is worth before the choice, and by which source."""
        t = self.t
        result = self.answer
        count = len(result.sources)
        if not result.changes_choice:
            return self.opening(t("headline.same", count=count))
        first, *others = result.ranked
        if not result.is_worth_asking(first):
            top = max(result.sources, key=lambda source: source.gain.gain)
            gain = self.money(about(top.gain.gain, top.gain.error))
            key = "none" if result.cost(top) is None else "none_cost"
            return self.opening(t(f"headline.{key}", count=count, name=self.whole(top), gain=gain))
        cost = result.cost(first)
        gain = self.money(about(first.gain.gain, first.gain.error))
        key = "ask" if cost is None else "ask_cost"
        words = {"name": self.whole(first), "gain": gain}
        if cost is not None:
            words |= {"cost": self.money(cost), "net": self.money(result.net(first))}
        sentence = self.opening(t(f"headline.{key}", **words))
        if not others:
            return sentence
        second = max(others, key=result.net)
        return sentence + t("headline.others", name=self.whole(second), most=self.money(max(result.net(second), 0.0)))

    def most(self) -> str:
        """Describe what knowing everything would be worth at most."""
        result = self.answer
        most = result.perfect_most + NORMAL * result.perfect_error
        return self.opening(self.t("headline.most", most=self.money(most)))

    def sections(self) -> list[doc.Section]:
        """Return the sections in their order."""
        return [
            self.summary(),
            self.asked(),
            self.by_option(),
            self.parameters(),
            self.stakes(),
            self.sure(),
            self.limits(),
        ]

    def summary(self) -> doc.Section:
        """Show the options: expected net benefit, cost, and what knowing before choosing each is worth."""
        t = self.t
        result = self.answer
        top = max((source.gain.gain for source in result.sources), default=0.0)
        most = max(result.perfect_most, result.perfect.gain, 0.0)
        least = self.money(max(result.perfect.gain, 0.0))
        cards = (
            doc.Card(t("card.best"), MONEY, self.best.net, self.title(self.best)),
            doc.Card(t("card.source"), MONEY, max(top, 0.0), t("card.source.note", count=len(result.sources))),
            doc.Card(t("card.perfect"), MONEY, most, t("card.perfect.note", least=least)),
        )
        rows = [
            (
                self.title(alternative),
                alternative.cost or None,
                None if alternative.key == AS_IT_IS else about(alternative.net, alternative.error),
                place == result.best,
                result.perfect.chosen[place],
            )
            for place, alternative in enumerate(result.alternatives)
        ]
        table = self.table("options", "option cost:number::M_USD net:change::M_USD now:flag perfect:share", rows)
        stakes = t("join").join(map(self.stake, result.stakes))
        lead = t("lead", quarter=result.decision, horizon=result.horizon, stakes=stakes)
        return self.section("summary", doc.Cards(cards), doc.Paragraph(lead), table, *self.caveats(result))

    def stake(self, stake: Stake) -> str:
        """Describe what is at stake and its price."""
        t = self.t
        name = self.stake_name(stake)
        words = {"name": name.lower() if stake.kind == "outcome" else name, "horizon": self.answer.horizon}
        if stake.unit == MONEY.unit:
            key = "money" if stake.kind == "flow" else f"money_{stake.kind}"
            factor = shown(stake.price, doc.plain(doc.Kind.number), t.lang)
            return t(f"stake.{key}", **words) + ("" if stake.price == 1.0 else t("stake.times", factor=factor))
        key = stake.kind if stake.price > 0.0 else f"{stake.kind}.loss"
        return t(f"stake.{key}", price=self.money(abs(stake.price)), unit=self.unit(stake), **words)

    def stake_name(self, stake: Stake) -> str:
        lang = self.t.lang
        if stake.kind == "outcome":
            return BY_KEY[stake.name].title(lang)
        if stake.kind == "view":
            return text(f"levers.measure.{stake.name}", lang)
        return catalogue().outputs[stake.name].title(lang)

    def unit(self, stake: Stake) -> str:
        """Describe for what the price is: each of what is counted, or a unit of what is measured."""
        if stake.unit in COUNTED_UNITS:
            return self.t("unit.each")
        return self.t("unit.per", unit=unit_title(stake.unit, self.t.lang))

    def asked(self) -> doc.Section:
        """Show what asking each source is worth, beside its cost."""
        from copark.analyses.evsi.figures import source_bars

        t = self.t
        result = self.answer
        footer = t("footer", case=result.case, run_id=result.run_id, worlds=result.worlds)
        bars = [
            (self.whole(source), source.gain.gain, NORMAL * source.gain.error, source.gain.otherwise)
            for source in result.ranked[:DRAWN]
        ]
        titles = (t("chart.sources"), t("subtitle.sources"), footer)
        heads = (t("axis.gain"), t("column.otherwise"))
        chart = self.chart("sources", lambda: source_bars(bars, titles, heads), self.choices())
        costs = " source_cost:number::M_USD after_cost:change::M_USD" if result.costs else ""
        columns = self.columns(f"source date gain:change::M_USD{costs} worth:flag otherwise:share precision:text")
        rows = []
        for source in result.ranked:
            name, when, error = self.source(source)
            row: list[doc.Value] = [name, when, about(source.gain.gain, source.gain.error)]
            if result.costs:
                cost = result.cost(source)
                row += [cost, None if cost is None else result.net(source)]
            worth = None if self.in_doubt else result.is_worth_asking(source)
            rows.append((*row, worth, source.gain.otherwise, error))
        return self.section("sources", self.text("sources.lead"), self.table("sources", columns, rows), chart)

    def choices(self) -> doc.Table:
        """Show how often each option is chosen after each source has reported, and what comes of it."""
        options = [
            (f"option_{place}", self.title(alternative)) for place, alternative in enumerate(self.answer.alternatives)
        ]
        columns: list[doc.Column] = list(self.columns("source date"))
        for key, title in options:
            columns.append(doc.Column(key, self.t("column.chosen_of", option=title), doc.Kind.share))
            columns.append(
                doc.Column(f"{key}_gain", self.t("column.gained_of", option=title), doc.Kind.change, "M USD")
            )
        rows: list[Sequence[doc.Value]] = []
        for source in self.answer.ranked:
            parts = zip(source.gain.chosen, source.gain.gained, strict=True)
            rows.append((*self.source(source)[:2], *(value for part in parts for value in part)))
        return self.table("choices", columns, rows, folded=True)

    def by_option(self) -> doc.Section:
        """Show of each option what knowing is worth before deciding between it and the park as planned alone."""
        result = self.answer
        rows: list[Sequence[doc.Value]] = []
        for alternative in result.alternatives[1:]:
            if alternative.knowing is None or alternative.unchanged:
                continue
            place = max(
                range(len(alternative.asking)), key=lambda number: alternative.asking[number].gain, default=None
            )
            source = None if place is None else alternative.asking[place]
            is_told = source is not None and self.is_told(source)
            rows.append(
                (
                    self.title(alternative),
                    about(alternative.net, alternative.error),
                    between(alternative.knowing.gain, alternative.knowing_most),
                    self.whole(result.sources[place]) if is_told and place is not None else None,
                    about(source.gain, source.error) if is_told and source is not None else None,
                    source.otherwise if is_told and source is not None else None,
                )
            )
        columns = "option net:change::M_USD knowing:number::M_USD best_source pair_gain:change::M_USD otherwise:share"
        return self.section("by_option", self.text("by_option.lead"), self.table("pairs", columns, rows))

    def is_told(self, gain: ExpectedGain) -> bool:
        """Return whether a gain exceeds what the largest of so many may be by chance."""
        return gain.gain > self.answer.simultaneous * gain.error > 0.0

    def parameters(self) -> doc.Section:
        """Show what knowing the parameters of each scale would be worth."""
        t = self.t
        result = self.answer
        rows: list[Sequence[doc.Value]] = [
            (
                t(f"submodel.{parameter_gain.submodel}"),
                len(parameter_gain.parameters),
                about(parameter_gain.gain.gain, parameter_gain.gain.error),
                parameter_gain.gain.otherwise,
            )
            for parameter_gain in sorted(result.parameters, key=lambda parameter_gain: -parameter_gain.gain.gain)
        ]
        perfect = result.perfect
        count = sum(len(parameter_gain.parameters) for parameter_gain in result.parameters)
        rows.append((t("submodel.all"), count, about(perfect.gain, perfect.error), perfect.otherwise))
        table = self.table("parameters", "scale parameters:count gain:change::M_USD otherwise:share", rows)
        return self.section("parameters", self.text("parameters.lead"), table)

    def stakes(self) -> doc.Section:
        """Show what every option changes of what is at stake."""
        result = self.answer
        columns: list[doc.Column] = list(self.columns("option"))
        for number, stake in enumerate(result.stakes):
            kind = doc.Kind.points if stake.kind == "outcome" else doc.Kind.change
            unit = "" if stake.kind == "outcome" else stake.unit
            columns.append(doc.Column(f"stake_{number}", self.stake_name(stake), kind, unit))
        rows = [(self.title(alternative), *map(known, alternative.by_stake)) for alternative in result.alternatives[1:]]
        lead = self.text("stakes.lead", rate=percent(result.rate, 1), quarter=result.decision)
        return self.section("stakes", lead, self.table("stakes", columns, rows))

    def sure(self) -> doc.Section:
        """Describe how sure this is, the gravest doubt first."""
        t = self.t
        result = self.answer
        is_shown = result.trust is None or result.trust.shows_outcomes
        sentences = [*result.doubts.record_words(t.lang), *result.doubts.sentences(t.lang)]
        if is_shown:
            sentences.append(accounts_on_record(case_of(result), t.lang))
        sentences.append(
            t("sure.worlds", worlds=result.worlds, drawn=result.drawn, groups=result.groups, futures=result.replicates)
        )
        factor = shown(result.simultaneous, doc.plain(doc.Kind.number, places=1), t.lang)
        sentences.append(t("sure.simultaneous", count=len(result.sources), factor=factor))
        low = self.money(max(result.perfect.gain, 0.0))
        sentences.append(t("sure.perfect", low=low, high=self.money(result.perfect_most)))
        method = doc.Bullets((t("sure.method"), t("sure.sources")))
        return self.section("sure", doc.Paragraph(t.sentences(sentences)), method)

    def limits(self) -> doc.Section:
        """Describe what the answer does not tell."""
        t = self.t
        result = self.answer
        keys = ["rule", "model", "price", "risk", "one", "dates"]
        limits = [t(f"limits.{key}", quarter=result.decision, case=result.case) for key in keys]
        if result.later_values:
            limits.append(t("limits.later", count=result.later_values, cut=result.cut))
        return self.section("limits", doc.Bullets(tuple(limits)))
