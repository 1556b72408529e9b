"""What the tests of the claims across parks share: tables made by hand, tests of one line, verdicts of a model."""

from __future__ import annotations

import numpy as np
import pytest

from copark.cases.casebook import CLAIMS, casebook_path
from copark.inference.claims.reading import load_claims
from copark.inference.claims.runner import ClaimFinding, Findings, InVariant, PartFinding
from copark.inference.cross_park.qca import Scores, cuts_of, scores_of
from copark.inference.cross_park.schema import SetPart, load_rules
from copark.setmethods.table import table_of
from copark.simulation.schemas import Title

WORDS = {"en": "x", "zh": "甲"}
SEED = 11


def part(test, of="EQUITY", **more):
    return SetPart.model_validate({"key": "p", "test": test, "set": of, "title": WORDS, "says": WORDS, **more})


def scores(grades=None, types=None, parks=None, **columns):
    """Scores by hand; cases are numbered from 1, each a park of its own unless it is said."""
    count = len(next(iter(columns.values())))
    labels = [str(at + 1) for at in range(count)]
    filled = {
        name: np.array(columns.get(name, [0.5] * count), dtype=float)
        for name in ("GOV", "EQUITY", "EQUITY_mech", "NETWORK", "ENTERPRISE", "OUTCOME")
    }
    table = table_of({name: np.nan_to_num(column, nan=-1.0) for name, column in filled.items()}, labels)
    table = table.having(filled)
    return Scores(
        table,
        dict(zip(labels, parks or labels, strict=True)),
        dict(zip(labels, grades or ["high"] * count, strict=True)),
        dict(zip(labels, types or ["mixed"] * count, strict=True)),
    )


@pytest.fixture(scope="session")
def file():
    return load_rules()


@pytest.fixture(scope="session")
def rules(file):
    return file.rules


@pytest.fixture(scope="session")
def cuts(rules):
    return cuts_of(rules)


@pytest.fixture(scope="session")
def shipped():
    """The scores of the casebook."""
    return scores_of()


def told(word, held=0.5):
    """A verdict of which only the word and the prior's probability are asked for."""
    return {
        "word": word, "probability": 0.5, "monte_carlo": (0.4, 0.6), "prior_probability": held, "effect": None,
        "bounds": None,
    }  # fmt: skip


def part_found(part_, word, why="", turned=False):
    """What was found of a part of a claim, where only its word is asked for, and whether an alternative turns it."""
    return PartFinding(
        part=part_, measured={}, splits={}, earlier="supported", steady=1.0, why=why, leans=(),
        variants=(InVariant("no-rescue", 0.5, "open", True, 0.0),) * turned,
        severities=(), recentred=None, **told(word),
    )  # fmt: skip


@pytest.fixture(scope="session")
def model():
    """Verdicts of a model that nobody ran: claim 2 open for the prior's sake, claim 3 likely and so on."""
    written = load_claims(casebook_path() / "great-stone" / CLAIMS)
    why = {"2": "prior", "8": "lacking"}
    words = {"1": "established", "2": "open", "3": "likely", "6": "likely", "8": "open"}
    found = []
    for one in written.claims.claims:
        word = words.get(one.id, "unlikely")
        parts = tuple(part_found(each, word, why.get(one.id, ""), one.id == "6") for each in one.parts)
        found.append(ClaimFinding(claim=one, parts=parts, rows=(), **told(word)))
    return Findings(
        run_id="0123456789abcdef", provenance={"draws_of": "prior", "draws": 2, "futures": 1, "seed": SEED},
        case="great-stone", park=Title(en="Great Stone", zh="中白工业园"), start="2012Q3", file=written,
        claims=tuple(found), moved={}, hosts={},
    )  # fmt: skip
