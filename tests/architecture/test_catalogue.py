"""The nouns of the catalogue and the records of the code are the same, submodel by submodel."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from copark import units
from copark.model.company import records as company
from copark.model.coupling import link_index, links
from copark.model.enterprises import records as enterprises
from copark.model.governments import records as governments
from copark.model.variables import KINDS, SUBMODELS, catalogue
from copark.model.world import records as world
from copark.simulation import ensemble
from copark.texts import has_text
from tests.golden import numbers

ROOT = Path(__file__).parents[2]

RECORDS = {"world": world, "governments": governments, "company": company, "enterprises": enterprises}
KIND_OF = {"Parameters": ("parameter",), "Dated": ("lever", "driver"), "State": ("state",),
           "Receives": ("receives",), "Sends": ("sends",)}  # fmt: skip


def test_records_are_the_catalogue():
    """Same names, same shapes, in both directions."""
    for record, kinds in KIND_OF.items():
        for submodel in SUBMODELS:
            dtype = getattr(RECORDS[submodel], record)
            listed = {v.name: v.shape for kind in kinds for v in catalogue().of(kind, submodel)}
            assert {name: dtype.fields[name][0].shape for name in dtype.names} == listed, (record, submodel)


def test_each_noun_is_complete(subtests):
    for variable in catalogue().variables:
        with subtests.test(f"{variable.submodel}.{variable.kind}.{variable.name}"):
            assert variable.kind in KINDS
            assert variable.en.strip()
            assert variable.zh.strip()
            assert "log point" not in variable.en  # a reader of advice knows no such unit: the column of units has it
            assert "对数点" not in variable.zh
            assert units.known(variable.unit)
            assert variable.low < variable.high
            assert variable.source.strip()
            if variable.kind == "parameter":
                assert len(variable.default) == int(np.prod(variable.shape, dtype=int))
                assert all(variable.low <= value <= variable.high for value in variable.default)
                assert variable.moved in {"moved", "weakly", "unmoved"}
                assert variable.grade in {"high", "medium", "low", "derived", "judgement"}
                assert variable.prior is not None


def test_priors_stay_within_their_range_and_hold_the_default(subtests):
    for name in [v.name for v in catalogue().parameters.values() if v.drawn and not v.shape]:
        with subtests.test(name=name):
            variable = catalogue().parameters[name]
            low, high = variable.prior.quantile(np.array([1e-9, 1.0 - 1e-9]), variable.default[0])
            assert low < variable.default[0] < high
            if variable.prior.kind in {"uniform", "loguniform"}:
                assert variable.low <= low
                assert high <= variable.high


def test_a_parameter_keeps_its_number_and_none_is_given_twice():
    """Numbers address random draws: a new parameter has one above all others, wherever it stands in its file."""
    given, now = numbers.read(), numbers.of_catalogue()
    wrong_numbers = numbers.faults(given, now)
    assert not wrong_numbers, wrong_numbers
    not_entered = sorted(now.keys() - given.keys())
    assert not not_entered, f"make golden (ARGS=power is enough) enters the numbers of {not_entered}"
    assert len(set(now.values())) == len(now)
    following = max(given.values()) + 1
    assert not numbers.faults(given, {**now, "new": following, "newer": following + 1})
    assert not numbers.faults(given, {**now, "new": following, "newer": following + 9}), "some may be left out"
    wrongs = ({"new": -1}, {"new": 3}, {"new": following, "newer": following}, {"exit_rate": following})
    for wrong in wrongs:
        assert numbers.faults(given, {**now, **wrong}), wrong
    gone = {name: number for name, number in now.items() if name != "exit_rate"}
    assert not numbers.faults(given, gone)
    assert numbers.faults(given, {**gone, "new": now["exit_rate"]}), "nor that of one that is gone"


def test_each_parameter_has_a_symbol_of_its_own():
    """MODEL writes equations in symbols: two parameters under one would be one quantity to a reader."""
    symbols = [variable.symbol for variable in catalogue().parameters.values()]
    assert all(symbols)
    assert sorted(symbols) == sorted(set(symbols))


def test_no_parameter_leans_on_a_section_of_the_model_that_gives_no_reason():
    """MODEL §4 says where defaults stand, not why: what nothing bounds is called a judgement, with its reason."""
    assert not [name for name, variable in catalogue().parameters.items() if "MODEL §4" in variable.source]


def test_the_list_of_variables_is_current():
    """The page is made from the catalogue; one that is not made again would say what no longer holds."""
    script = ROOT / "docs/build_reference.py"
    made = subprocess.run([sys.executable, str(script), "--check"], check=False)
    assert made.returncode == 0, "python docs/build_reference.py writes docs/reference/variables.md anew"


def test_links_are_numbered_as_in_the_code():
    coded = {
        name.lower(): value
        for name, value in vars(link_index).items()
        if name.isupper() and "_TO_" in name and isinstance(value, int)
    }
    assert coded == {link.name: link.number for link in catalogue().links.values()}
    assert len(coded) == link_index.LINKS


def test_each_link_is_a_function_between_ports_that_exist(subtests):
    for link in catalogue().links.values():
        with subtests.test(link.name):
            assert getattr(links, link.name).__doc__
            assert set(link.sends) <= {v.name for v in catalogue().of("sends", link.source_submodel)}
            assert set(link.receives) <= {v.name for v in catalogue().of("receives", link.target_submodel)}
            assert all((link.en, link.zh, units.known(link.unit)))


def test_a_link_with_too_many_channels_is_refused_with_a_repair(monkeypatch):
    """Beyond its room a link would write into that of the next, and no result would say so."""
    monkeypatch.setattr(ensemble, "CHANNELS_PER_LINK", 4)
    with pytest.raises(ValueError, match=r"partners_to_network brings 5 numbers.*Raise CHANNELS_PER_LINK .* to 5"):
        ensemble.channels.__wrapped__()


@pytest.mark.parametrize("document", ["MODEL.md", "ODD.md"])
def test_documents_count_the_links(document):
    text = (ROOT / "docs/model" / document).read_text(encoding="utf-8")
    counts = re.findall(r"(\d+) links\b", text)
    assert counts
    assert set(map(int, counts)) == {len(catalogue().links)}


def test_every_port_has_a_link():
    """Nothing is received that no link brings, and nothing sent that no link takes."""
    taken = {(link.source_submodel, name) for link in catalogue().links.values() for name in link.sends}
    brought = {(link.target_submodel, name) for link in catalogue().links.values() for name in link.receives}
    assert taken == {(v.submodel, v.name) for v in catalogue().of("sends")}
    assert brought == {(v.submodel, v.name) for v in catalogue().of("receives")}


def test_every_channel_of_a_link_has_a_name(subtests):
    """A link that carries several things tells them apart on the page, in both languages."""
    for channel in ensemble.channels():
        if channel.name and not channel.name.isdigit():
            with subtests.test(link=channel.link.name, channel=channel.name):
                assert has_text(f"web.channel.{channel.name}")
