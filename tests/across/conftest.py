"""What the tests of the claims across parks share: tables made by hand, tests of one line, verdicts of a model."""

from __future__ import annotations

import numpy as np
import pytest

from copark.cases.casebook import CLAIMS, casebook_path
from copark.inference.across.qca import cuts_of
from copark.inference.across.reading import load_rules
from copark.inference.across.schema import SetPart
from copark.inference.across.scores import Scores, scores_of
from copark.inference.claims.reading import load_claims
from copark.inference.claims.record import Kept, KeptClaim, KeptPart
from copark.setmethods.table import table_of

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


@pytest.fixture(scope="session")
def claims():
    return load_claims(casebook_path() / "great-stone" / CLAIMS)


@pytest.fixture(scope="session")
def kept(claims):
    """Verdicts of a model that nobody ran: claim 2 not identified for the prior's sake, claim 3 supported and so on."""
    why = {"2": "prior", "8": "lacking"}
    verdicts = {"1": "supported", "2": "not_identified", "3": "supported", "6": "undetermined", "8": "not_identified"}
    found = []
    for one in claims.claims.claims:
        verdict = verdicts.get(one.id, "not_supported")
        reason = why.get(one.id, "")
        parts = tuple(KeptPart(key, verdict, verdict, reason, 0.5, (), ()) for key in one.headline.parts)
        found.append(KeptClaim(one.id, verdict, parts, tuple(one.headline.parts), one.headline.every is not None))
    made = {
        "draws_of": "prior",
        "draws": 2,
        "futures": 1,
        "seed": SEED,
        "claims_sha256": "0" * 64,
        "fixed": "2026-11-24",
    }
    return Kept("0123456789abcdef", made, tuple(found))
