"""What was found of claims across parks, in words."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

import numpy as np

from copark.cases.fields import Bilingual
from copark.inference.across.agreement import NO_WORD, ONE_DECIDES, deciding
from copark.inference.across.schema import names_in
from copark.inference.across.sweeps import PartFinding
from copark.inference.across.trial import AcrossClaim, AcrossFindings, WordFinding
from copark.inference.across.twins import Twin, TwinArm
from copark.presentation.numbers import NOTHING, number, percent
from copark.setmethods.qca import Analysis
from copark.setmethods.qca.fit import sufficiency
from copark.setmethods.qca.robustness import models_of
from copark.setmethods.qca.sets import model_membership, model_name
from copark.simulation.entries import Title
from copark.texts import text


class Speaker:
    """Says what was found, in a language."""

    def __init__(self, found: AcrossFindings, lang: str) -> None:
        self.found, self.lang = found, lang
        self.rows = {row.id: row for row in found.parks.scores}

    def say(self, key: str, **values: Any) -> str:
        """A text about claims across parks."""
        return text(f"across.{key}", self.lang, **values)

    def titled(self, title: Title | Bilingual) -> str:
        """A title in the language."""
        return str(getattr(title, self.lang))

    def listed(self, parts: Iterable[str]) -> str:
        """Parts after one another."""
        return text("report.join.clause", self.lang).join(parts)

    def claim(self, one: AcrossClaim) -> str:
        """A claim by its id and title."""
        return text("claims.section.claim", self.lang, id=one.claim.id, title=self.titled(one.claim.title))

    def verdict(self, verdict: str) -> str:
        """A verdict in words; of a method without a word that it has none."""
        return self.say("verdict.no_word") if verdict == NO_WORD else text(f"claims.verdict.{verdict}", self.lang)

    def agreement(self, one: AcrossClaim) -> str:
        """The class of agreement; where one method decides, which."""
        if one.agreement == ONE_DECIDES:
            return self.say("agreement.one_decides", method=self.say(f"method.{deciding(one.verdicts)[0]}"))
        return self.say(f"agreement.{one.agreement}")

    def reasons(self, one: AcrossClaim) -> str:
        """Every reason, the likeliest first, then why methods have no word."""
        said = [self.say(f"reason.{key}") for key in one.reasons]
        return self.listed([*said, *self.silences(one)])

    def silences(self, one: AcrossClaim) -> list[str]:
        """Why methods have no word on a claim, methods of one reason together."""
        words = {"qca": one.qca, "nca": one.nca}
        found: dict[str, list[str]] = {}
        for method, word in words.items():
            if word.word.silent is not None:
                found.setdefault(word.word.silent, []).append(self.say(f"method.{method}"))
        join = self.say("join.and")
        return [
            self.say("reason.silent", methods=join.join(methods), why=self.say(f"silence.{key}"))
            for key, methods in found.items()
        ]

    def silence(self, word: WordFinding) -> str:
        """Why a method has no word; empty where it has one."""
        return "" if word.word.silent is None else self.say(f"silence.{word.word.silent}")

    def decides(self, one: PartFinding) -> str:
        """The numbers that decide a test, beside their cutoffs; where they are inflated by construction, that too."""
        said = self._numbers(one)
        inflated = set(one.part.uses) & set(self.found.file.rules.overlapping)
        return self.say("numbers.inflated", said=said) if inflated else said

    def _numbers(self, one: PartFinding) -> str:
        part, tried = one.part, one.tried
        cuts = {name: f"{value:g}" for name, value in self.found.file.rules.sizes.items()}
        shown = {name: number(value, 4 if name.startswith("p") else 3) for name, value in tried.numbers.items()}
        if not tried.numbers:
            return self.say("numbers.nothing")
        if part.test == "core":
            if not tried.models:
                return self.say("numbers.core_none")
            counts = {name: f"{tried.numbers[name]:g}" for name in ("models", "with")}
            return self.say("numbers.core", written="  |  ".join(tried.models), **counts)
        if part.test == "apart":
            return self.say("numbers.apart", apart=shown["apart"], least=cuts["apart"], gaps=self._gaps(one))
        if part.test == "guarantee":
            shown["shown"] = f"{tried.numbers['shown']:g}"
        return self.say(f"numbers.{part.test}", **{**cuts, **shown})

    def _gaps(self, one: PartFinding) -> str:
        first, second = one.part.types
        return self.listed(
            self.say(
                "numbers.gap",
                name=name,
                one=number(one.tried.numbers[f"inclN_{name}_{first}"], 3),
                other=number(one.tried.numbers[f"inclN_{name}_{second}"], 3),
            )
            for name in one.part.uses
        )

    def turned(self, one: PartFinding) -> str:
        """Families of variants that turn a test, with how many of how many; a dash where none does."""
        said = []
        for family in one.families:
            turned, every = one.counts(family)
            said.append(self.say("turned", family=self.say(f"family.{family}"), turned=turned, all=every))
        return self.listed(said) or NOTHING

    def park(self, label: str) -> str:
        """The name of a case's park, with its years where the park stands twice."""
        row = self.rows[label]
        name = self.found.parks[row.park].name(self.lang)
        if sum(one.park == row.park for one in self.rows.values()) == 1:
            return name
        return self.say("park.period", name=name, first=row.first_year, last=row.last_year)

    def scores(self, label: str) -> str:
        """The scores of a case, in the order of the head."""
        names = ("GOV", "EQUITY", "NETWORK", "ENTERPRISE", "OUTCOME")
        values = (getattr(self.rows[label], name) for name in names)
        return " / ".join(NOTHING if value is None else f"{value:g}" for value in values)

    def deviates(self, label: str) -> str:
        """What a case deviates from, and where it cannot be known for want of a score."""
        found, rules = self.found, self.found.file.rules
        said = []
        for one in found.deviations:
            if one.case == label and one.relation == "solution":
                said.append(self.say(f"relation.solution.{one.kind}"))
            elif one.case == label:
                said.append(self.say(f"relation.{one.relation}", set=one.set))
        used = dict.fromkeys(name for relation in rules.relations for name in names_in(relation.set))
        missing = [name for name in (*used, rules.outcome) if getattr(self.rows[label], name) is None]
        if missing:
            said.append(self.say("deviates.unscored", names=", ".join(missing)))
        return self.listed(said) or self.say("deviates.none")

    def arm(self, twin: Twin, key: str) -> str:
        """The title of an arm."""
        return self.titled(twin.deviant.arms[key].title)

    def answer(self, twin: Twin) -> str:
        """What the model says of a deviant park; where it could say nothing else, that too."""
        said = self.say(f"answer.{twin.answer}")
        return self.say("answer.built_in", answer=said) if twin.built_in else said

    def share(self, arm: TwinArm) -> str:
        """The share of an arm with its interval."""
        return f"{percent(arm.share, 1)} [{number(100 * arm.low, 1)}–{number(100 * arm.high, 1)}]"

    def known(self, twin: Twin) -> str:
        """What stands behind a twin."""
        lacks = self.listed(self.say(f"lack.{word}") for word in twin.lacks) or NOTHING
        values = {"accepted": f"{twin.accepted:,}", "made": f"{twin.made:,}", "lacks": lacks}
        if not twin.fitted:
            return self.say("known.thin", accepted=values["accepted"], lacks=lacks)
        reach = percent(twin.reach) if isfinite(twin.reach) else NOTHING
        return self.say("known.fitted", fitted=twin.fitted, reach=reach, **values)

    def limits(self) -> tuple[str, ...]:
        """Every limit: of the scores, of the methods, of the model, then of each claim's tests."""
        found = self.found
        rules = found.file.rules
        told = [
            self.say("limit.coder"),
            self.say("limit.cases", cases=len(found.scores), parks=len(found.parks.parks)),
        ]
        for name in rules.overlapping:
            both = found.scores.complete((name, rules.outcome)).table
            same = int((both.values[name] == both.values[rules.outcome]).sum())
            told.append(self.say("limit.overlap", same=same, both=len(both)))
        told += [self.say("limit.solution", **self.solved(found.solution)), self.say("limit.closure")]
        told += [self.say(f"limit.{key}") for key in ("selection", "levels", "causes", "model", "twins")]
        for one in found.claims:
            for method, word in (("qca", one.qca), ("nca", one.nca)):
                if word.word.limits is not None:
                    values = {"claim": one.claim.id, "method": self.say(f"method.{method}")}
                    told.append(self.say("limit.of", limit=word.word.limits.get(self.lang), **values))
        return tuple(told)

    def solved(self, found: Analysis) -> dict[str, str]:
        """Fit of the first parsimonious model as a whole, beside the cutoff its rows had to reach."""
        first = models_of(found.solutions)["parsimonious"][:1]
        members = model_membership(first[0], found.members) if first else np.zeros(len(found.table))
        fit = sufficiency(members, found.outcome)
        return {
            "model": model_name(first[0], found.settings.conditions) if first else self.say("lead.no_solution"),
            "incl": number(fit.inclusion, 3),
            "pri": number(fit.pri, 3),
            "cov": number(fit.coverage, 3),
            "cutoff": f"{found.settings.incl_cut:g}",
        }

    def footer(self) -> str:
        """What stands below a figure."""
        found = self.found
        return self.say(
            "page.footer", cases=len(found.scores), identity=found.identity, seed=found.provenance["seed"],
            sha256=found.file.sha256[:12],
        )  # fmt: skip
