"""The browser's kernel is the model: equal to the native one, the same bits in every engine, small, and alone."""

from dataclasses import replace

import numpy as np
import pytest
from bench.wasm_engines import Node, Wasmtime, function_named

from copark.browser import readings
from copark.browser.module_build import packed_size
from copark.browser.module_functions import LENGTHS, module_functions
from copark.decisions.measures import ALIVE, OUTPUTS_READ, LeverMeasures, discounting
from copark.model.outputs import NAMES
from copark.model.resuming import NOT_KEPT
from copark.simulation.ensemble import ScenarioRuns
from copark.stats.precision import change_interval, difference
from copark.stats.quantiles import BAND, LEVELS, quantiles
from copark.stats.shares import wilson, z_of
from tests.live.parks import FIVE, park_runs, same_runs

MOST_BYTES = 40_000
"""Bytes of the module as gzip packs it."""


def by_wasmtime(module):
    pytest.importorskip("wasmtime", reason="wasmtime is not installed (the extra wasm)")
    return Wasmtime(module)


def by_node(module):
    if not Node.is_here():
        pytest.skip("Node is not on this machine")
    return Node(module)


ENGINES = {"wasmtime": by_wasmtime, "node": by_node}


def runs_by(engine, runs):
    arguments = runs.arguments()
    engine.call(function_named("simulate"), arguments)
    return arguments[6:8]


@pytest.fixture(scope="module")
def few():
    return park_runs("great-stone", 12)


def test_the_module_is_small_and_imports_its_memory_alone(kernel_module):
    assert packed_size(kernel_module) <= MOST_BYTES
    assert by_wasmtime(kernel_module).imports() == [("env", "memory")]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_few_runs_are_those_of_the_native_kernel(kernel_module, few, engine):
    out, status = runs_by(ENGINES[engine](kernel_module), few)
    assert np.array_equal(status, few.native.status)
    assert same_runs(out, few.native.out).all()


def test_the_same_module_gives_the_same_bits_twice_and_in_two_engines(kernel_module, few):
    once, _ = runs_by(by_wasmtime(kernel_module), few)
    again, _ = runs_by(by_wasmtime(kernel_module), few)
    elsewhere, _ = runs_by(by_node(kernel_module), few)
    assert once.tobytes() == again.tobytes() == elsewhere.tobytes()


@pytest.mark.parametrize("name", ENGINES)
def test_a_run_that_is_resumed_has_the_bits_of_a_whole_one(kernel_module, few, name):
    engine, since = ENGINES[name](kernel_module), 57
    late = few.inputs._replace(link_delay=np.full_like(few.inputs.link_delay, 3))
    strength = late.link_strength.copy()
    strength[since:] *= 0.6
    changed = late._replace(link_strength=strength)

    def made(inputs, *resuming):
        arguments = (*replace(few, inputs=inputs).arguments()[:8], *resuming)
        engine.call(function_named("simulate"), arguments)
        return arguments[6].tobytes(), arguments[7].tobytes()

    kept, places = np.zeros(12 * 16_384), np.zeros(13, np.int64)
    before = made(late, since, 0, kept, places)
    assert (np.diff(places) > 0).all()
    after = made(changed, 0, 0, kept, places)
    assert made(changed, since, 1, kept, places) == after != before
    assert made(late, since, 0, kept[:20_000], places) == before
    assert places[-1] == NOT_KEPT


def test_arguments_that_share_memory_do_so_in_the_module():
    arguments = {argument.path: argument for argument in function_named("simulate").arguments}
    assert arguments["work.link_buffers.strength"].within == "inputs.link_strength"
    assert arguments["work.submodels.world.state"].within == "work.memory"
    assert arguments["inputs.world"].shape == ("quarters",)
    assert len({function.name for function in module_functions()}) == len(module_functions())


def test_lengths_that_depend_on_the_case_are_told_from_those_of_records():
    others = {name: length + 6 for name, length in LENGTHS.items()}
    for one, other in zip(module_functions(), module_functions(others), strict=True):
        assert one.arguments == other.arguments, one.name


@pytest.mark.long
@pytest.mark.parametrize("park", FIVE)
def test_a_thousand_runs_of_five_parks_are_those_of_the_native_kernel(built_module, park):
    runs = park_runs(park, 1000)
    answers = {name: runs_by(make(built_module), runs) for name, make in ENGINES.items()}
    for out, status in answers.values():
        assert np.array_equal(status, runs.native.status)
        assert same_runs(out, runs.native.out).mean() >= 0.99
    first, *others = [out.tobytes() for out, _ in answers.values()]
    assert all(other == first for other in others)


@pytest.fixture(scope="module")
def runs():
    return park_runs("great-stone", 60)


@pytest.fixture(scope="module")
def engine(kernel_module):
    return by_wasmtime(kernel_module)


@pytest.fixture(scope="module")
def kept(runs):
    """The runs, one of them broken off in quarter 30 as the kernel does it."""
    out = runs.native.out.copy()
    status = runs.native.status.copy()
    status[7] = (1, 30, 2)
    out[7, :, 30:] = np.nan
    return out, status


@pytest.fixture(scope="module")
def codes(engine, runs, kept):
    codes = np.zeros(len(runs.native), np.int64)
    columns = np.array([NAMES.index(name) for name in readings.OUTCOME_OUTPUTS])
    engine.call(function_named("read_outcomes"), (*kept, columns, runs.judged, 0, codes))
    return codes


def test_readings_outcomes(runs, codes):
    expected = runs.native.outcome.astype(np.int64).copy()
    expected[7] = -1
    assert np.array_equal(codes, expected)


def test_readings_a_closed_park_has_failed(engine, runs, kept):
    codes = np.zeros(len(runs.native), np.int64)
    columns = np.array([NAMES.index(name) for name in readings.OUTCOME_OUTPUTS])
    engine.call(function_named("read_outcomes"), (*kept, columns, runs.judged, 1, codes))
    assert set(codes.tolist()) == {-1, 0}


def test_readings_bands_to_the_bit(engine, kept):
    out, status = kept
    columns = np.array([NAMES.index(name) for name in ("operating", "jobs", "cash")])
    bands = np.zeros((3, len(LEVELS), out.shape[2]))
    engine.call(function_named("read_bands"), (out, status, columns, np.array(LEVELS), np.zeros(len(out)), bands))
    for n, column in enumerate(columns):
        assert np.array_equal(bands[n], quantiles(out[:, column], LEVELS))


def test_readings_measures(engine, runs, kept, codes):
    out, status = kept
    first = 50
    reading = LeverMeasures(first, 0.05)
    columns = np.array([NAMES.index(name) for name in OUTPUTS_READ])
    values = np.zeros((len(out), len(readings.MEASURES_READ)))
    weights = discounting(out.shape[2], first, 0.05)
    engine.call(function_named("read_measures"), (out, status, columns, weights, first, codes, values))
    expected = reading.read(ScenarioRuns(NAMES, out, status, codes.astype(np.int8)))[:, :, 0]
    for n, name in enumerate(readings.MEASURES_READ):
        assert values[:, n] == pytest.approx(expected[:, reading.names.index(name)], rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("shared", [False, True], ids=["a draw a run", "draws shared"])
def test_readings_shares_and_their_error(engine, shared):
    random = np.random.default_rng(3)
    reference = random.integers(-1, 4, 200)
    scenario = np.where(random.random(200) < 0.7, reference, random.integers(0, 4, 200))
    draws = np.arange(200) // (5 if shared else 1)
    answer = np.zeros((4, len(readings.SHARE_READINGS)))
    settings = np.zeros(len(LEVELS))
    settings[0] = z_of()
    memory = np.zeros(200), np.zeros(200)
    engine.call(function_named("read_shares"), (reference, scenario, draws, settings, *memory, answer))
    counted = (reference >= 0) & (scenario >= 0)
    for outcome in range(4):
        before = (reference[counted] == outcome).astype(float)
        after = (scenario[counted] == outcome).astype(float)
        expected = (
            before.mean(),
            after.mean(),
            *wilson(after.sum(), after.size),
            (after - before).mean(),
            *change_interval(after - before, draws[counted]),
        )
        assert answer[outcome] == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_readings_effects(engine):
    random = np.random.default_rng(4)
    reference = random.normal(100.0, 30.0, (50, len(readings.MEASURES_READ)))
    scenario = reference + np.where(random.random(reference.shape) < 0.5, random.normal(size=reference.shape), 1e-12)
    alive = readings.MEASURES_READ.index(ALIVE)
    reference[:, alive] = scenario[:, alive] = random.random(50) < 0.9
    scenario[4] = np.nan
    answer = np.zeros((len(readings.MEASURES_READ), len(readings.EFFECT_READINGS)))
    levels = np.zeros(len(LEVELS))
    levels[:3] = BAND
    engine.call(function_named("read_effects"), (reference, scenario, levels, np.zeros(50), answer))
    counted = (reference[:, alive] == 1.0) & ~np.isnan(scenario[:, 0])
    for n in range(len(readings.MEASURES_READ)):
        before, after = reference[counted, n], scenario[counted, n]
        change = difference(before, after)
        expected = (counted.sum(), before.mean(), after.mean(), *quantiles(change, BAND))
        assert answer[n] == pytest.approx((*expected, (change > 0).mean(), (change == 0).mean()), rel=1e-12)
