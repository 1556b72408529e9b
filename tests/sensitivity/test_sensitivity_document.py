"""Sensitivity from end to end with few runs: the document in both languages, the command, and what is refused."""

import numpy as np
import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.sensitivity import Answer
from copark.errors import CoparkError
from copark.simulation.trust import Trust
from tests.asked import table
from tests.sensitivity.conftest import few_samples

SENSITIVITY = REGISTRY["sensitivity"]


@pytest.fixture(scope="module", autouse=True)
def quick():
    with few_samples():
        yield


@pytest.fixture(scope="module")
def found(exploration):
    return Answer(**vars(exploration), trust=Trust.without("great-stone", "prior"))


def asked(**changes):
    return SENSITIVITY.params(case="great-stone", parameters="prior", **changes)


def test_the_largest_are_in_the_tables_and_all_in_the_frame(found):
    for lang in ("en", "zh"):
        document = found.document(lang)
        shown = table(document, f"sobol-{found.readouts[0].key}")
        assert [row[3].value for row in shown.rows][-1] == found.indices[0].total[-1], "the dummy comes last"
        assert [one.key for one in document.sections] == ["summary", "sobol", "given", "reading"]
    frame = found.to_frame()
    assert len(frame) == len(found.readouts) * (len(found.names) + 1)
    assert np.allclose(frame["total"][: len(found.names) + 1], found.indices[0].total)


def test_what_cannot_be_asked_is_refused_in_words():
    for changes, word in (({"size": 100}, "power of two"), ({"over": "posterior-box"}, "no posterior")):
        with pytest.raises(CoparkError, match=word):
            answer(SENSITIVITY, asked(**changes), Context())


def test_parts_of_it_are_whole_documents_of_an_uncalibrated_case(subtests):
    for method in ("sobol", "given"):
        with subtests.test(method=method):
            made = answer(SENSITIVITY, asked(method=method, size=2, replicates=1), Context(threads=1))
            for lang in ("en", "zh"):
                document = made.document(lang)
                assert document.trust_state == "uncalibrated"
                assert method in {one.key for one in document.sections}
