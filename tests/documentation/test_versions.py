"""One version of package and model: what documents say they are of is what runs, and answers say who made them."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.registry import REGISTRY
from copark.texts import LANGUAGES, text
from copark.version import MODEL_VERSION, __version__

ROOT = Path(__file__).parents[2]
PACKAGE = {
    "CITATION.cff": r"(?m)^version: (\S+)$",
    "RELEASING.md": r"git tag --sign v([\d.]+)",
    "docs/findings.md": r"\A# .*\n\n\w+ \d{4}, version ([\d.]+)\. ",
    "docs/findings.zh.md": r"，([\d.]+)版。",
    "docs/validity.md": r"\A# .*\n\n\w+ \d{4}, .*?version ([\d.]+)\. ",
    "docs/validity.zh.md": r"，([\d.]+)版。",
    "docs/model/card.md": r"(?m)^copark ([\d.]+);",
    "docs/model/card.zh.md": r"(?m)^copark ([\d.]+)；",
    "docs/how-to/install.en.md": r"copark==([\d.]+)",
    "docs/how-to/install.zh.md": r"copark==([\d.]+)",
}
"""Where the version of the package is written, by document."""
MODEL = {
    "README.md": r"data to 2024, model version (\d+)",
    "README.zh.md": r"依据模型第(\d+)版",
    "docs/findings.md": r"\*\*In short\.\*\* By version (\d+) of the model",
    "docs/findings.zh.md": r"以下依据模型第(\d+)版",
    "docs/model/MODEL.md": r"The specification of version (\d+) of the model",
    "docs/model/ODD.md": r"Everything here is of version (\d+) of the model",
    "docs/model/card.md": r"(?m)^copark [\d.]+; model (\d+),",
    "docs/model/card.zh.md": r"(?m)^copark [\d.]+；模型第(\d+)版",
}
"""Where a document says which version of the model it is about."""


@pytest.mark.parametrize(("places", "version"), [(PACKAGE, __version__), (MODEL, str(MODEL_VERSION))])
def test_documents_name_the_version_that_runs(places, version, subtests):
    for name, pattern in places.items():
        with subtests.test(name=name):
            found = re.findall(pattern, (ROOT / name).read_text(encoding="utf-8"))
            assert found
            assert {one.rstrip(".") for one in found} == {version}
    assert json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))["version"] == __version__


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_answer_names_who_computed_it_and_who_shows_it_where_that_is_another(lang):
    analysis = REGISTRY["reliability"]
    ((run_id, _),) = listed(SHIPPED, analysis)
    found = load(place_of(SHIPPED, analysis, run_id), analysis).result
    computed, shown = (text(f"analyses.provenance.{name}", lang) for name in ("code_version", "shown_by"))
    for made_by in ("0.0.1", __version__):
        made = replace(found, provenance={**found.provenance, "code_version": made_by})
        provenance = dict(made.document(lang).provenance)
        assert provenance[computed] == made_by
        assert provenance.get(shown) == (None if made_by == __version__ else __version__)
