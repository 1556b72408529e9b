"""Report of levers, in the order of a decision-maker's questions.

What can I move, what happens, to whom, which settings are robust, what does all this rest on?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, isfinite
from typing import TYPE_CHECKING

from copark.analyses.contract import Texts, assemble
from copark.analyses.levers import Answer
from copark.analyses.levers.findings import Balance, Choice, Gain, Leaning
from copark.analyses.levers.measures import BUDGETS, NAMES, RANKED, SIDES, Measure, measure_of
from copark.analyses.levers.recommendation import Judgement
from copark.analyses.show import Show, grouped
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import percent, shown

if TYPE_CHECKING:
    from copark.stats.robust_choice import Stability

SIGNS = {
    "gains_surely": "++", "gains_mostly": "+", "gains_at_times": "+", "unclear": "?", "nothing": "·",
    "loses_at_times": "−", "loses_mostly": "−", "loses_surely": "−−", "unknown": "—",
}  # fmt: skip
BESIDE = ("companies", "jobs", *BUDGETS)
"""Measures that stand beside the probability of every option: how large the park is, and what it costs whose budget."""
REGRETS = tuple((criterion, name) for name in RANKED for criterion in ("minimax_regret", "mean_regret"))
PARTS = ("structure", "parameters", "chance")


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of a case's levers."""
    show = _Show(found, t)
    return assemble(
        found, t,
        key=f"levers-{found.case}-{found.since}",
        title=t(f"page.title.{found.since}", park=t.of(found.park), quarter=found.pulled),
        headline=show.headline(),
        sections=show.sections(),
        provenance={
            "draws": f"{found.draws} × {found.futures}", "structures": len(found.readings), "seed": found.seed,
            "horizon": found.horizon,
        },
    )  # fmt: skip


def forbidding(found: Answer, t: Texts) -> list[str]:
    """Say what forbids or limits to rely on the answer, a sentence each: before anything else."""
    return _Show(found, t).forbidding()


def answers(found: Answer, t: Texts) -> list[str]:
    """Say what may be recommended, what to avoid and what changes nothing, a sentence each."""
    return _Show(found, t).answers()


def advice_words(found: Answer, setting: str, t: Texts) -> str:
    """Say what the rule says of an option, with the tests that it fails or its effect on what it helps or harms.

    Parameters
    ----------
    found
        Answer about a case's levers.
    setting
        Key of the option.
    t
        Texts of levers in a language.
    """
    judgement = found.recommendation.of(setting)
    if found.doubt is not None and judgement.word == "avoid":
        return t("advice.word.avoid_doubt")
    if judgement.word == "unreliable":
        return t(
            "advice.word.unreliable", reasons=t("join").join(t(f"advice.reason.{key}") for key in judgement.reasons)
        )
    return t(f"advice.word.{judgement.word}")


def effect_words(found: Answer, setting: str, aim: str, t: Texts) -> str:
    """Say an option's effect on an aim: points of probability, or per cent of operating companies."""
    gain = found.gain(setting, aim)
    if aim == "self_standing":
        return t("effect.self_standing", change=shown(middle(gain), change(gain.measure, t), t.lang, with_unit=True))
    relative = exp(gain.median) - 1.0
    companies = found.gain(setting, "companies")
    column = change(companies.measure, t)
    return t(
        "effect.operating.more" if relative > 0.0 else "effect.operating.fewer",
        share=percent(abs(relative)),
        change=shown(companies.median, column, t.lang),
        band=shown(doc.Interval(companies.levels[0], companies.levels[-1]), column, t.lang),
    )


def level(measure: Measure, t: Texts, key: str = "", title: str = "") -> doc.Column:
    """A column of values of a measure."""
    share, places = measure.unit in ("1", "1/yr"), 2 if measure.unit == "log points" else 0
    words = title or t(f"measure.{measure.name}")
    if share:
        return doc.Column(key or measure.name, words, doc.Kind.share, places=1)
    return doc.Column(key or measure.name, words, doc.Kind.number, measure.unit, places)


def change(measure: Measure, t: Texts, key: str = "", title: str = "") -> doc.Column:
    """A column of differences of a measure: shares and returns in points, jobs and millions whole."""
    words = title or t(f"measure.{measure.name}")
    if measure.unit in ("1", "1/yr"):
        return doc.Column(key or measure.name, words, doc.Kind.points)
    places = {"log points": 2, "persons": 0}.get(measure.unit)
    return doc.Column(key or measure.name, words, doc.Kind.change, measure.unit, places)


def middle(one: Gain) -> doc.Interval:
    """The middle of a gain and its band; of a share its change and Monte Carlo interval."""
    if one.measure.kind == "share":
        return doc.Interval(one.low, one.high, one.mean)
    return doc.Interval(one.levels[0], one.levels[4], one.median)


class _Show(Show):
    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.groups = grouped(
            t("head", lever=t.of(lever.title), owner=t(f"owner.{lever.controlled_by}")) for lever, _ in found.settings
        )
        self.recommendation = found.recommendation
        self.levels = found.trust is None or found.trust.shows_outcomes
        """Whether levels of outcome shares are told unasked, beside their changes."""

    def by_setting(self, key: str, columns: Sequence[doc.Column], row: Callable[[str], Sequence[doc.Value]], *,
                   folded: bool = False) -> doc.Table:  # fmt: skip
        rows = [(self.t.of(setting.title), *row(setting.key)) for _, setting in self.found.settings]
        return self.table(key, (self.column("setting"), *columns), rows, folded=folded, groups=self.groups)

    def headline(self) -> str:
        """The answer in a paragraph, after what forbids to rely on it."""
        return self.t.sentences([*self.forbidding(), *self.answers()])

    def forbidding(self) -> list[str]:
        """Say what forbids or limits to rely on the answer."""
        if self.found.doubt == "uncalibrated" and self.found.closed_by is None:
            return [self.t("advice.uncalibrated", park=self.t.of(self.found.park))]
        return self.found.doubts.record_words(self.t.lang)

    def answers(self) -> list[str]:
        """Say what may be recommended, what to avoid and what changes nothing."""
        t, since = self.t, self.found.since
        if self.found.closed_by is not None:
            words = {"since": self.found.closed_since, "title": t.of(self.found.closed_by)}
            return [t("advice.closed", **words)]
        count = len(self.recommendation.distinct)
        recommended = self.recommendation.with_word("recommended")
        sentences = [self.recommended(judgement) for judgement in recommended]
        in_doubt = self.found.doubt is not None
        if not recommended:
            sentences = [t("advice.none.doubt" if in_doubt else f"advice.none.{since}", count=count)]
        worst, *others = self.recommendation.with_word("avoid") or (None,)
        if worst is not None:
            key = f"advice.avoid.{since}" if not others else f"advice.avoid_more.{since}"
            key = "advice.avoid.doubt" if in_doubt else key
            effect = effect_words(self.found, worst.setting, worst.aim, t)
            sentences.append(t(key, option=self.option(worst), effect=effect, count=len(others)))
        unchanged = self.recommendation.with_word("unchanged")
        if unchanged:
            options = t("and_another").join(self.option(judgement) for judgement in unchanged)
            sentences.append(t("advice.unchanged", count=len(unchanged), options=options))
        return sentences

    def recommended(self, judgement: Judgement) -> str:
        """Say that an option helps, and in the same sentence who loses by it."""
        t = self.t
        effect = effect_words(self.found, judgement.setting, judgement.aim, t)
        option = self.option(judgement)
        since = self.found.since
        if not judgement.losing:
            return t(f"advice.recommended.{since}", option=option, effect=effect)
        sides = t("join").join(t(f"word.{side}") for side in judgement.losing)
        return t(f"advice.recommended_losing.{since}", option=option, effect=effect, sides=sides)

    def option(self, judgement: Judgement) -> str:
        """Name an option, with those whose numbers are the same."""
        keys = (judgement.setting, *self.recommendation.twins(judgement.setting))
        return self.t("same").join(self.found.named(key, self.t.lang) for key in keys)

    def sections(self) -> tuple[doc.Section, ...]:
        """The sections in their order."""
        return (
            self.summary(), self.levers(), self.changes(), *self.sides(), self.robust(), self.rests(), self.widths(),
            self.pareto(), self.structures(), self.limits(),
        )  # fmt: skip

    def summary(self) -> doc.Section:
        t, found = self.t, self.found
        before = level(measure_of("self_standing"), t)
        cards = []
        if self.levels and found.gains:
            baseline = found.gains[0]
            interval = shown(doc.Interval(*baseline.before_interval), before, t.lang)
            note = t("card.pairs", pairs=baseline.pairs, interval=interval)
            cards.append(doc.Card(t("card.before"), before, baseline.before, note))
        for word in ("recommended", "avoid", "unchanged", "unreliable"):
            column = doc.plain(doc.Kind.count)
            count = len(self.recommendation.with_word(word))
            key = f"card.{word}"
            if found.doubt is not None and t.has(f"{key}_doubt"):
                key = f"{key}_doubt"
            cards.append(doc.Card(t(key), column, count, t(f"{key}.note")))
        if found.choice is not None:
            now = float(found.choice.ranking("satisficing").scores[0])
            title, note = t("card.acceptable"), t("card.states", states=found.choice.states)
            cards.append(doc.Card(title, doc.SHARE, now, note))
        verdicts = {one.setting: one.verdicts for one in found.balances}
        columns = (
            self.column("advice"),
            change(measure_of("self_standing"), t, title=t("column.standing")),
            *(change(measure_of(name), t) for name in BESIDE),
            *(self.column(side) for side in SIDES),
        )

        def row(key: str) -> tuple[doc.Value, ...]:
            return (
                advice_words(found, key, t),
                middle(found.gain(key, "self_standing")),
                *(found.gain(key, name).median for name in BESIDE),
                *(SIGNS[verdicts[key][side]] for side in SIDES),
            )

        answer = self.by_setting("answer", columns, row)
        lead = doc.Paragraph(t(f"lead.{found.since}", quarter=found.pulled, horizon=found.horizon))
        caveats = self.doubts(found, general=found.general, caveat=True)
        return self.section("summary", doc.Cards(tuple(cards)), lead, answer, *caveats)

    def levers(self) -> doc.Section:
        """What can be moved and by whom; every setting and why it is tried."""
        t, found = self.t, self.found
        known = {lever.key: lever for lever, _ in found.settings}
        rows = [(t.of(one.title), t(f"owner.{one.controlled_by}"), t.of(one.reason)) for one in known.values()]
        reasons = {setting.key: t.of(setting.reason) for _, setting in found.settings}
        columns = self.columns("lever controlled_by what:note")
        return self.section(
            "levers",
            self.table("levers", columns, rows),
            self.by_setting(
                "settings", (self.column("reason", doc.Kind.note),), lambda key: (reasons[key],), folded=True
            ),
        )

    def changes(self) -> doc.Section:
        from copark.analyses.levers.figures import operating, standing

        t, found = self.t, self.found
        return self.section(
            "changes",
            self.chart("standing", lambda: standing(found, t.lang), self.measure("self_standing")),
            self.chart("operating", lambda: operating(found, t.lang), self.measure("operating")),
            self.by_setting(
                "measures", [change(measure_of(name), t) for name in NAMES],
                lambda key: [middle(found.gain(key, name)) for name in NAMES], folded=True,
            ),
        )  # fmt: skip

    def measure(self, name: str) -> doc.Table:
        """One measure by setting: before, after, the difference and its band, shares of runs better and alike."""
        t, found = self.t, self.found
        of = measure_of(name)

        def row(key: str) -> tuple[doc.Value, ...]:
            one = found.gain(key, name)
            known = [value for value in one.by_structure if isfinite(value)]
            across = doc.Interval(min(known), max(known)) if known else None
            return one.before, one.after, middle(one), one.better, one.equal, across

        columns = (
            level(of, t, "before", t("column.before")), level(of, t, "after", t("column.after")),
            change(of, t, "difference", t("column.difference")), self.column("better", doc.Kind.share),
            self.column("equal", doc.Kind.share), change(of, t, "across", t("column.across")),
        )  # fmt: skip
        if name == "self_standing" and not self.levels:
            return self.by_setting(name.replace("_", "-"), columns[2:], lambda key: row(key)[2:])
        return self.by_setting(name.replace("_", "-"), columns, row)

    def sides(self) -> tuple[doc.Section, doc.Section]:
        """Who gains and who loses: drawn, and in words."""
        from copark.analyses.levers.figures import sides

        t, found = self.t, self.found
        verdicts = {one.setting: one.verdicts for one in found.balances}
        numbers = self.by_setting(
            "sides",
            [column for side in SIDES for column in (
                change(measure_of(side), t),
                doc.Column(f"{side}_verdict", t("column.verdict_of", side=t(f"side.{side}"))))],
            lambda key: [cell for side in SIDES for cell in (
                middle(found.gain(key, side)), t(f"verdict.{verdicts[key][side]}"))],
        )  # fmt: skip
        drawn = self.chart("sides", lambda: sides(found, t.lang), numbers)
        words = doc.Bullets(tuple(self.balance(one) for one in found.balances))
        return (
            self.section("sides", doc.Paragraph(t("sides.lead")), drawn),
            self.section("words", words, folded=True),
        )

    def balance(self, one: Balance) -> str:
        t, found = self.t, self.found
        parts = [t("balance.setting", title=found.named(one.setting, t.lang))]
        for word in ("gain", "lose"):
            told = [self.how(found.gain(one.setting, side)) for side in one.sides(word)]
            if told:
                parts.append(t(f"balance.{word}", sides=t("join").join(told)))
        flips = tuple(side for side in SIDES if found.gain(one.setting, side).flips)
        for word, named in (("unclear", one.sides("unclear")), ("nothing", one.sides("nothing")), ("flips", flips)):
            if named:
                every = len(named) == len(SIDES)
                told = [t("all_sides")] if every else [t(f"word.{side}") for side in named]
                parts.append(t(f"balance.{word}", sides=t("join").join(told)))
        return "".join(parts)

    def how(self, one: Gain) -> str:
        share = shown(max(one.better, one.worse), doc.SHARE, self.t.lang)
        amount = shown(one.median, change(one.measure, self.t), self.t.lang, with_unit=True)
        return self.t("how", side=self.t(f"word.{one.measure.name}"), amount=amount, share=share)

    def robust(self) -> doc.Section:
        t, found, choice = self.t, self.found, self.found.choice
        reached: Sequence[doc.Value] = [None] * len(found.file.thresholds)
        if choice is not None:
            reached = [float(one) for one in choice.met[:, 0]]
        asked = [(t.of(one.title), t.of(one.reason), met)
                 for one, met in zip(found.file.thresholds, reached, strict=True)]  # fmt: skip
        columns = self.columns("threshold reason:note met:share")
        thresholds = self.table("thresholds", columns, asked)
        lead = doc.Paragraph(t("robust.lead"))
        if choice is None:
            return self.section("robust", lead, thresholds, doc.Caveat(t("no_state")))
        firm = doc.Paragraph(t("robust.stability", groups=choice.independent))
        return self.section("robust", lead, thresholds, firm, self.ranking(choice))

    def ranking(self, choice: Choice) -> doc.Table:
        """Options by the share of states in which they do well enough; largest and mean regret, with ranks."""
        t, enough = self.t, choice.ranking("satisficing")
        apart = choice.ranking("mean_regret", "operating").scores
        best = sorted(
            range(len(choice.options)), key=lambda at: (-round(float(enough.scores[at]), 9), float(apart[at]))
        )
        columns = [*self.columns("option enough:share:1 rank:number first:share")]
        for criterion, name in REGRETS:
            title = t("column.regret", criterion=t(f"criterion.{criterion}"), measure=t(f"measure.{name}"))
            of = level(measure_of(name), t, f"{criterion}_{name}", title)
            rank = doc.Column(f"rank_{of.key}", t("column.rank_of", of=title), doc.Kind.number, places=0)
            columns += [of, rank]
        rows = []
        for at in best:
            row: list[doc.Value] = [
                self.found.named(choice.options[at], t.lang), float(enough.scores[at]), _rank(enough.stability, at),
                float(enough.stability.best[at]),
            ]  # fmt: skip
            for criterion, name in REGRETS:
                one = choice.ranking(criterion, name)
                row += [float(one.scores[at]), _rank(one.stability, at)]
            rows.append(row)
        return self.table("ranking", columns, rows)

    def rests(self) -> doc.Section:
        t, found, titles = self.t, self.found, catalogue().parameters
        leant = [
            (found.named(one.setting, t.lang), titles[one.parameter].title(t.lang), one.correlation,
             t(f"moved.{one.verdict}"))
            for one in found.leanings
        ]  # fmt: skip
        known = {lever.key: t.of(lever.title) for lever in found.file.levers}
        passed = [(titles[name].title(t.lang), t(f"moved.{verdict}")) for _, name, verdict in found.rests]
        parameter, moved = self.column("parameter"), self.column("moved")
        correlation = self.column("correlation", doc.Kind.change, places=2)
        hanging = self.hanging() or (t("rests.none"),)
        return self.section(
            "rests", doc.Paragraph(t("rests.lead")), doc.Bullets(hanging),
            self.table("leaning", (self.column("setting"), parameter, correlation, moved), leant, folded=True),
            self.table("rests", (parameter, moved), passed, folded=True,
                       groups=grouped(known[key] for key, _, _ in found.rests)),
        )  # fmt: skip

    def hanging(self) -> tuple[str, ...]:
        t, found, strongest = self.t, self.found, dict[str, Leaning]()
        for one in found.leanings:
            strongest.setdefault(one.setting, one)
        told = []
        for name in dict.fromkeys(one.parameter for one in strongest.values() if one.verdict != "moved"):
            rows = [one for one in strongest.values() if one.parameter == name]
            rows.sort(key=lambda one: -abs(one.correlation))
            column = doc.plain(doc.Kind.change, places=2)
            settings = t("join").join(
                t("hangs", setting=found.named(one.setting, t.lang), correlation=shown(one.correlation, column, t.lang))
                for one in rows
            )
            title = catalogue().parameters[name].title(t.lang)
            told.append(t(f"leaning.{rows[0].verdict}", parameter=title, settings=settings))
        return tuple(told)

    def widths(self) -> doc.Section:
        t, found, measures = self.t, self.found, ("operating", *SIDES)
        columns = [
            doc.Column(
                f"{name}_{part}", t("column.part", measure=t(f"measure.{name}"), part=t(f"part.{part}")), doc.Kind.share
            )
            for name in measures for part in PARTS
        ]  # fmt: skip
        table = self.by_setting(
            "widths", columns,
            lambda key: [share for name in measures for share in found.gain(key, name).sources.shares],
        )  # fmt: skip
        return self.section("widths", doc.Paragraph(t("widths.lead")), table)

    def pareto(self) -> doc.Section:
        t, found, choice = self.t, self.found, self.found.choice
        lead = doc.Paragraph(t("pareto.lead"))
        if choice is None:
            return self.section("pareto", lead, doc.Caveat(t("no_state")))
        first = sorted(range(len(choice.options)), key=lambda at: (-float(choice.chance[at]), at))
        rows: list[Sequence[doc.Value]] = [
            (found.named(choice.options[at], t.lang), *map(float, choice.means[at]), bool(choice.pareto[at]),
             float(choice.chance[at]), *map(float, choice.met[:, at]))
            for at in first
        ]  # fmt: skip
        columns = (
            self.column("option"),
            *(doc.Column(side, t(f"side.{side}"), doc.Kind.change, "M USD", 1) for side in SIDES),
            self.column("pareto", doc.Kind.flag), self.column("chance", doc.Kind.share),
            *(doc.Column(f"met_{one.key}".replace("-", "_"), t("column.meets", threshold=t.of(one.title)),
                         doc.Kind.share) for one in found.file.thresholds),
        )  # fmt: skip
        return self.section("pareto", lead, self.table("pareto", columns, rows))

    def structures(self) -> doc.Section:
        """Every structure: why it is tried, and what becomes of the case as it is in it."""
        t, found = self.t, self.found
        reasons = [t("as_modelled.reason") if one is None else t.of(one.reason) for one in found.structures]
        rows: list[Sequence[doc.Value]] = [
            (title, reason, one.standing, one.failed, one.runs)
            for title, reason, one in zip(self.structure_titles(), reasons, found.readings, strict=True)
        ]
        columns = self.columns("structure reason:note standing:share failed:share runs:count")
        return self.section("structures", doc.Paragraph(t("structures.lead")), self.table("structures", columns, rows),
                            folded=True)  # fmt: skip

    def structure_titles(self) -> list[str]:
        return [self.t("as_modelled") if one is None else self.t.of(one.title) for one in self.found.structures]

    def limits(self) -> doc.Section:
        t, discount = self.t, self.found.file.discount
        rate = shown(discount.rate, doc.plain(doc.Kind.share, places=1), t.lang)
        limits = [t("limits.discount", rate=rate, reason=t.of(discount.reason))]
        limits += [t(f"limits.{key}") for key in ("overlap", "frozen", "structure")]
        found = self.found
        limits.append(t("limits.runs", runs=found.draws * found.futures, draws=found.draws, futures=found.futures))
        limits += [t(f"limits.{key}") for key in ("pasts", "search")]
        if self.found.since == "now":
            limits.append(t("limits.now", quarter=self.found.pulled))
        return self.section("limits", doc.Bullets(tuple(limits)))


def _rank(firm: Stability, at: int) -> doc.Interval:
    return doc.Interval(float(firm.low[at]), float(firm.high[at]), float(firm.rank[at]))
