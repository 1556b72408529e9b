"""The claims across parks in sentences: what decides a test, what reverses it, what deviant parks show, limits."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

import numpy as np

from copark.analyses.across.ask import Answer
from copark.analyses.contract import Texts
from copark.analyses.show import Show
from copark.inference.claims.rules import WORDS
from copark.inference.cross_park.reasons import INTERVENTION, NO_WORD, ONE_DECIDES, deciding
from copark.inference.cross_park.runner import AcrossClaim, AcrossFindings
from copark.inference.cross_park.schema import names_in
from copark.inference.cross_park.sweeps import PartFinding
from copark.inference.cross_park.twins import Twin
from copark.presentation.numbers import NOTHING, exact, number, percent
from copark.setmethods.qca import Analysis
from copark.setmethods.qca.robustness import models_of
from copark.setmethods.qca.sets import model_membership, model_name, sufficiency
from copark.texts import text

SCORED = ("GOV", "EQUITY", "NETWORK", "ENTERPRISE", "OUTCOME")


def verdict(word: str, lang: str, method: str = "") -> str:
    """A verdict in words, those of the model by its standard; of a method that has none, that."""
    kind = "word" if method == INTERVENTION and word in WORDS else "verdict"
    return text("across.verdict.no_word" if word == NO_WORD else f"claims.{kind}.{word}", lang)


def headed(one: AcrossClaim, lang: str) -> str:
    """A claim by its ID and title."""
    return text("claims.claim", lang, id=one.id, title=getattr(one.title, lang))


def agreement(one: AcrossClaim, lang: str) -> str:
    """The class of agreement; where one method decides, which."""
    if one.agreement == ONE_DECIDES:
        return text(
            "across.agreement.one_decides", lang, method=text(f"across.method.{deciding(one.verdicts)[0]}", lang)
        )
    return text(f"across.agreement.{one.agreement}", lang)


def park(found: AcrossFindings, label: str, lang: str) -> str:
    """The name of a case's park, with its years where the park stands in the table more than once."""
    case = found.cases[label]
    name = str(getattr(case.name, lang))
    if not case.repeated:
        return name
    return text("across.park.period", lang, name=name, first=case.first_year, last=case.last_year)


def footer(found: AcrossFindings, lang: str) -> str:
    """What stands below a figure."""
    return text(
        "across.figure.footer", lang, cases=len(found.scores), identity=found.run_id, seed=found.provenance["seed"],
        sha256=found.file.sha256[:12],
    )  # fmt: skip


class Words(Show):
    """Says what was found in one language."""

    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found

    def listed(self, parts: Iterable[str]) -> str:
        """Parts one after the other."""
        return self.t("clause").join(parts)

    def verdict(self, word: str, method: str = "") -> str:
        """A verdict of a method in words."""
        return verdict(word, self.t.lang, method)

    def park(self, label: str) -> str:
        """The name of a case's park."""
        return park(self.found, label, self.t.lang)

    def reasons(self, one: AcrossClaim) -> str:
        """Every reason, the likeliest first, then why methods have no word."""
        silent: dict[str, list[str]] = {}
        for method, word in (("qca", one.qca), ("nca", one.nca)):
            if word.word.silent is not None:
                silent.setdefault(word.word.silent, []).append(self.t(f"method.{method}"))
        told = [self.t(f"reason.{key}") for key in one.reasons]
        told += [
            self.t("reason.silent", methods=self.t("join.and").join(methods), why=self.t(f"silence.{key}"))
            for key, methods in silent.items()
        ]
        return self.listed(told)

    def decides(self, one: PartFinding) -> str:
        """The numbers that decide a test, beside their cutoffs; where they are inflated by construction, that too."""
        words = self._numbers(one)
        inflated = set(one.part.uses) & set(self.found.file.rules.overlapping)
        return self.t("numbers.inflated", said=words) if inflated else words

    def _numbers(self, one: PartFinding) -> str:
        part, tried = one.part, one.tried
        cuts = {name: exact(value) for name, value in self.found.file.rules.sizes.items()}
        shown = {name: number(value, 4 if name.startswith("p") else 3) for name, value in tried.numbers.items()}
        if not tried.numbers:
            return self.t("numbers.nothing")
        if part.test == "core":
            if not tried.models:
                return self.t("numbers.core_none")
            counts = {name: exact(tried.numbers[name]) for name in ("models", "with")}
            return self.t("numbers.core", written="  |  ".join(tried.models), **counts)
        if part.test == "apart":
            return self.t("numbers.apart", apart=shown["apart"], least=cuts["apart"], gaps=self._gaps(one))
        if part.test == "guarantee":
            shown["shown"] = exact(tried.numbers["shown"])
        return self.t(f"numbers.{part.test}", **{**cuts, **shown})

    def _gaps(self, one: PartFinding) -> str:
        """How far two types are apart, condition by condition."""
        first, second = one.part.types
        numbers = one.tried.numbers
        return self.listed(
            self.t(
                "numbers.gap", name=name, one=number(numbers[f"inclN_{name}_{first}"], 3),
                other=number(numbers[f"inclN_{name}_{second}"], 3),
            )
            for name in one.part.uses
        )  # fmt: skip

    def turned(self, one: PartFinding) -> str:
        """Families of variants that reverse a test, with how many of how many; a dash where none does."""
        told = []
        for family in one.families:
            turned, every = one.counts(family)
            told.append(self.t("turned", family=self.t(f"family.{family}"), turned=turned, all=every))
        return self.listed(told) or NOTHING

    def changed(self, name: str) -> str:
        """What a variant changes, in words: a margin by its title, a case by its park, a column as it is."""
        if name in (*self.found.file.rules.margins, "cases_in_row"):
            return self.t(f"margin.{name}")
        return self.park(name) if name in self.found.cases else name

    def score(self, label: str, name: str) -> float:
        """A score of a case; NaN where it has none."""
        table = self.found.scores.table
        return float(table.values[name][table.cases.index(label)])

    def score_words(self, label: str) -> str:
        """The scores of a case, in the order of the head."""
        values = (self.score(label, name) for name in SCORED)
        return " / ".join(exact(value) if isfinite(value) else NOTHING for value in values)

    def deviates(self, label: str) -> str:
        """What a case deviates from, and where it cannot be known for want of a score."""
        found, rules = self.found, self.found.file.rules
        told = []
        for one in found.deviations:
            if one.case == label and one.relation == "solution":
                told.append(self.t(f"relation.solution.{one.kind}"))
            elif one.case == label:
                told.append(self.t(f"relation.{one.relation}", set=one.set))
        used = dict.fromkeys(name for relation in rules.relations for name in names_in(relation.set))
        missing = [name for name in (*used, rules.outcome) if not isfinite(self.score(label, name))]
        if missing:
            told.append(self.t("deviates.unscored", names=", ".join(missing)))
        return self.listed(told) or self.t("deviates.none")

    def answer(self, twin: Twin) -> str:
        """What the model says of a deviant park; where it could say nothing else, that too."""
        words = self.t(f"answer.{twin.answer}")
        return self.t("answer.built_in", answer=words) if twin.built_in else words

    def known(self, twin: Twin) -> str:
        """What is known of a deviant park."""
        lacks = self.listed(self.t(f"lack.{word}") for word in twin.lacks) or NOTHING
        accepted = number(twin.accepted, 0)
        if not twin.fitted:
            return self.t("known.thin", accepted=accepted, lacks=lacks)
        reach = percent(twin.reach) if isfinite(twin.reach) else NOTHING
        return self.t(
            "known.fitted", fitted=twin.fitted, reach=reach, accepted=accepted, made=number(twin.made, 0), lacks=lacks
        )  # fmt: skip

    def limits(self) -> tuple[str, ...]:
        """Every limit: of the scores, of the methods, of the model, then of each claim's tests."""
        found, t = self.found, self.t
        rules = found.file.rules
        told = [t("limit.coder"), t("limit.cases", cases=len(found.scores), parks=found.parks)]
        for name in rules.overlapping:
            both = found.scores.complete((name, rules.outcome)).table
            same = int((both.values[name] == both.values[rules.outcome]).sum())
            told.append(t("limit.overlap", same=same, both=len(both)))
        told += [t("limit.solution", **self.solved(found.solution)), t("limit.closure")]
        told += [t(f"limit.{key}") for key in ("selection", "levels", "causes", "model", "twins")]
        for one in found.claims:
            for method, word in (("qca", one.qca), ("nca", one.nca)):
                if word.word.limits is not None:
                    limit = t.of(word.word.limits)
                    told.append(t("limit.of", claim=one.id, method=t(f"method.{method}"), limit=limit))
        return tuple(told)

    def solved(self, found: Analysis) -> dict[str, str]:
        """Fit of the first parsimonious model as a whole, beside the cutoff its rows had to reach."""
        first = models_of(found.solutions)["parsimonious"][:1]
        members = model_membership(first[0], found.members) if first else np.zeros(len(found.table))
        fit = sufficiency(members, found.outcome)
        return {
            "model": model_name(first[0], found.settings.conditions) if first else self.t("lead.no_solution"),
            "incl": number(fit.inclusion, 3), "pri": number(fit.pri, 3), "cov": number(fit.coverage, 3),
            "cutoff": exact(found.settings.incl_cut),
        }  # fmt: skip
