"""The same question has the same numbers as long as the version of its model and method stands: golden runs hold it."""

from contextlib import suppress
from dataclasses import replace

import pytest

from copark.analyses.answer import run_id_of
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.errors import CoparkError
from tests.golden import record, runs
from tests.golden.fingerprints import differences, of_leaves, summary_of

AGAIN = "make golden"
MODEL_RUNS = [name for name in runs.names() if record.is_of_model(name)]
OTHERS = [
    pytest.param(name, marks=pytest.mark.long) if name in runs.LONG else name
    for name in runs.names()
    if not record.is_of_model(name)
]


@pytest.fixture(scope="module")
def kept():
    return record.read()


@pytest.fixture(scope="module")
def parks():
    return [runs.make(name) for name in MODEL_RUNS]


def told(kept, made):
    """What is wrong with golden runs: numbers or versions, or that the record is of something else."""
    states = record.states_of(kept, made)
    stale = [f"{name}: {record.STALE[state]}; {AGAIN}" for name, state in states.items() if state in record.STALE]
    return [*record.refusals(kept, made), *stale]


def test_the_model_has_the_numbers_of_its_version(kept, parks):
    assert not told(kept, parks)


@pytest.mark.parametrize("name", OTHERS)
def test_a_method_has_the_numbers_of_its_version(kept, parks, name):
    made = runs.make(name)
    assert not told(kept, [*parks, made])


def test_every_analysis_is_held_and_nothing_else_is_on_record(kept, parks):
    held = {name for name in kept if not record.is_of_model(name)}
    assert held | runs.NOT_HELD.keys() == {one.name for one in REGISTRY}
    assert not held & runs.NOT_HELD.keys()
    assert {name for name in kept if record.is_of_model(name)} == {one.name for one in parks}


def test_numbers_move_with_the_version_and_the_version_with_numbers(kept, parks, tmp_path):
    """Each way to go wrong is told, and refused by what writes; what has another content may be written."""
    park = parks[0]
    further = replace(park, numbers={**park.numbers, "another output": park.numbers["cash"]})
    assert record.state_of(park, further) == "wider"
    assert record.state_of(replace(park, numbers={**park.numbers, "cash": park.numbers["jobs"]}), further) == "moved"
    levers = kept["levers"]
    part = next(iter(levers.numbers))
    count, size, mark = levers.numbers[part]
    other = replace(levers, numbers={**levers.numbers, part: [count, size, mark + 1e-3]})
    for made, state, is_refused in (
        (levers, "same", False), (other, "moved", True), (replace(levers, version=levers.version + 1), "idle", True),
        (replace(other, version=levers.version + 1), "renewed", False),
        (replace(other, question="0" * 16), "asked otherwise", False), (replace(levers, name="other"), "new", False),
        (replace(other, made_with="another processor"), "elsewhere", False),
    ):  # fmt: skip
        assert record.state_of(kept.get(made.name), made) == state
        assert bool(record.refusals(kept, [made])) == is_refused
    park, *_ = parks
    moved = {name: [count, size + 1.0, mark] for name, (count, size, mark) in park.numbers.items()}
    renewed = replace(park, numbers=moved, version=park.version + 1)
    assert not record.refusals(kept, [renewed, other]), "another model gives methods other numbers"
    assert record.refusals(kept, [replace(park, version=park.version + 1)])
    file = tmp_path / "fingerprints.json"
    record.write(kept, [renewed], file)
    assert record.read(file) == {**kept, park.name: renewed}


ABOUT_NOTHING = {"overwrite"}
"""Parameters that say how the work is done."""


@pytest.mark.parametrize("name", sorted(runs.QUESTIONS))
def test_every_parameter_is_part_of_the_question(name, tmp_path):
    """Each number and each yes or no that is another gives another run ID."""
    analysis, context = REGISTRY[name], Context(tmp_path, threads=1)
    params = analysis.params(**runs.QUESTIONS[name])
    before = run_id_of(analysis, params, context)
    for field in params.form():
        value = getattr(params, field.name)
        if field.kind not in ("integer", "boolean") or field.name in ABOUT_NOTHING:
            continue
        other = not value
        if field.kind == "integer":
            twice = 2 * (value or 1)
            other = twice if field.maximum is None or twice <= field.maximum else twice // 4
        with suppress(CoparkError):
            assert run_id_of(analysis, params.model_copy(update={field.name: other}), context) != before, field.name


def test_a_fingerprint_sees_what_moves_and_not_how_it_is_rounded_or_said():
    leaves = {".rows.0": 1.0, ".rows.1": 2e9, ".rows.2": 0.25, ".is_met": True, ".title.en": "Levers"}
    then = of_leaves(leaves)

    def moved(**changed):
        return differences(
            then, of_leaves(leaves | {f".{key.replace('_at_', '.')}": value for key, value in changed.items()}), 1e-9
        )

    assert moved(rows_at_0=1.0 + 1e-13, title_at_en="Options") == []
    assert moved(rows_at_2=0.25 + 1e-6) == ["rows"], "beside two billions"
    assert moved(is_met=False) == ["is_met"]
    assert moved(rows_at_0=2e9, rows_at_1=1.0) == ["rows"], "two that change places"
    assert moved(more=0.0) == ["more"]
    assert summary_of([float("nan"), 1.0])[0] == 1
