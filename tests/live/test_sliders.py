"""What a lever is dragged to is put into packed inputs as Python would pack it, beside any scenario."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from copark.browser.patches import SUBMODELS, columns, words_of
from copark.cases.horizon import now_for
from copark.simulation.run import inputs_of
from copark.simulation.sample import with_parameters
from copark.simulation.study import Scenario
from copark.web.content.case_registry import CaseRegistry
from copark.web.content.engine import Engine
from copark.web.content.packed import PackedQuestion, PackedScenario, packed_changes, packed_park, packer_of
from copark.web.content.requests import RequestedScenario

FEW = {"runs": 8, "draws": "prior"}


class Packed:
    """A packed piece, read as a browser reads it."""

    def __init__(self, content: bytes) -> None:
        plain = gzip.decompress(content)
        length = int(np.frombuffer(plain[:8], "<u8")[0])
        self.head = json.loads(plain[8 : 8 + length])
        self.words = np.frombuffer(plain[8 + length :], np.uint8).reshape(8, -1).T.copy().view(np.int64).ravel()

    def at(self, place):
        return self.words[place[0] : place[0] + place[1]]


def moved(packed, inputs, key, since, values, side=None):
    """Put values of a lever into inputs: every slot takes its own, and what follows from shares is looked up."""
    (slider,) = (one for one in packed.head["sliders"] if (one["key"], one["since"], one["side"]) == (key, since, side))
    written = inputs.copy()
    for name, place in slider["slots"].items():
        written[packed.at(place)] = np.array([float(values[name])]).view(np.int64)
    for table in slider["tables"]:
        row = int(np.flatnonzero(packed.at(table["points"]) == values[table["side"]])[0])
        for cells, column in table["columns"]:
            written[packed.at(cells)] = packed.at(column)[row]
    return written


def titled(content):
    return Scenario.model_validate({"key": "a", "title": {"en": "a", "zh": "a"}, **content})


def levers(case, now):
    """Levers at a value, from the start and from the present on: place, quarter, side, values, what a scenario says."""
    for since in (None, now):
        dated = {} if since is None else {"from": str(since)}
        for name, value in (("profit_tax", 0.07), ("capability", 0.35), ("threshold", 7.3), ("quota", 6667)):
            yield f"edits.{name}", since, None, {"value": value}, {"edits": {name: [{"value": value, **dated}]}}
        third = case.cap_table(since or case.clock.start).basis_points_of("third")
        shares = {"home": 4_350, "host": 5_650 - third, "third": third}
        yield "edits.equity", since, None, shares, {"edits": {"equity": [{**shares, **dated}]}}
        rival = {"size": 1.7, "stake": 0.4}
        yield "edits.rivals", since, "host", rival, {"edits": {"rivals": [{**rival, "side": "host", **dated}]}}
        strength = {"strength": 0.35}
        link = {"network_to_arrivals": {**strength, **dated}}
        yield "links.network_to_arrivals", since, None, strength, {"links": link}


@pytest.fixture(scope="module")
def engine():
    return Engine(CaseRegistry())


CHANGES = (
    {},
    {"edits": {"profit_tax": [{"value": 0.2, "from": "2026Q4"}], "framework": "off"}},
    {"edits": {"drop": ["shock/pandemic"], "quota": 5001}, "parameters": {"value_home": 0.3}},
)


@pytest.mark.parametrize("changed", CHANGES)
def test_what_a_lever_is_dragged_to_is_what_python_packs(engine, changed):
    entry = engine.registry.get("great-stone")
    question = PackedScenario(scenario=RequestedScenario.model_validate(changed), **FEW)
    park = Packed(packed_park(engine, entry, PackedQuestion(**FEW)))
    packed = Packed(packed_changes(engine, entry, question))
    case = packer_of(engine, entry, question.request(entry.name)).case
    inputs = park.at(park.head["inputs"]).copy()
    inputs[packed.at(packed.head["patch"]["cells"])] = packed.at(packed.head["patch"]["values"])
    assert np.array_equal(inputs, words_of(inputs_of(case, question.scenario)))
    known = {(one["key"], one["since"], one["side"]) for one in packed.head["sliders"]}
    found = 0
    for key, since, side, values, extra in levers(case, now_for(case)):
        quarter = None if since is None else str(since)
        if (key, quarter, side) in known:
            found += 1
            scenario = titled({part: {**changed.get(part, {}), **extra.get(part, {})} for part in {*changed, *extra}})
            expected = words_of(inputs_of(case, scenario))
            assert np.array_equal(moved(packed, inputs, key, quarter, values, side), expected), (key, since)
    # A rule that the scenario has changed from another date on is left to the server.
    assert found >= 13


def test_a_parameter_has_a_place_among_the_draws(engine):
    entry = engine.registry.get("great-stone")
    question = PackedQuestion(**FEW)
    places = Packed(packed_park(engine, entry, question)).head["parameters"]
    draws = packer_of(engine, entry, question.request(entry.name)).draws
    for name in ("value_home", "exit_rate", "land_price"):
        drawn = with_parameters(draws, titled({"parameters": {name: 0.25}}))
        submodel, word = places[name]
        for one in SUBMODELS:
            before, after = columns(getattr(draws, one)), columns(getattr(drawn, one))
            assert np.flatnonzero((before != after).any(axis=0)).tolist() == ([word] if one == submodel else [])
        assert (columns(getattr(drawn, submodel))[:, word].view(np.float64) == 0.25).all()
