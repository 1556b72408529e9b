"""Words that figures and document of the claims across parks share."""

from __future__ import annotations

from copark.inference.cross_park.agreement import NO_WORD, ONE_DECIDES, deciding
from copark.inference.cross_park.runner import AcrossClaim, AcrossFindings
from copark.texts import text


def verdict(word: str, lang: str) -> str:
    """A verdict in words; of a method that has none, that."""
    return text("across.verdict.no_word" if word == NO_WORD else f"claims.verdict.{word}", lang)


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
