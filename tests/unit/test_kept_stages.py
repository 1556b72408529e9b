"""Stages of long work: bits come back; what is torn, foreign or another's is as if it were not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from copark.store.checkpoints import SUFFIX, Stages, State, read_state, write_state

NUMBERS = {"seen": np.array([[0.1, np.nan], [1e-300, -0.0]]), "addresses": np.arange(6, dtype=np.int64).reshape(3, 2)}
VALUES = {"beta": 0.1 + 0.2, "counter": 2**64 - 1, "kinds": {"a": 3}, "temperatures": [1e-17, 1.0]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / f"population{SUFFIX}"
    write_state(file, "work", State(0.5, NUMBERS, VALUES))
    return file


def test_numbers_come_back_to_the_last_bit(path: Path) -> None:
    state = read_state(path, "work")
    assert state is not None
    assert (state.share, state.values) == (0.5, VALUES)
    for name, array in NUMBERS.items():
        assert (state.arrays[name].dtype, state.arrays[name].tobytes()) == (array.dtype, array.tobytes())


def test_every_torn_or_altered_file_is_as_if_it_were_not_there(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert read_state(path, "work") is None
    for position in range(0, len(whole), 7):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert read_state(path, "work") is None
    path.write_bytes(whole)
    assert read_state(path, "work") is not None


def test_a_result_is_made_once(tmp_path: Path) -> None:
    calls = []

    def make() -> dict[str, np.ndarray]:
        calls.append(1)
        return NUMBERS

    for _ in range(2):
        arrays = Stages(tmp_path, "work").result("learned", make)
        assert np.array_equal(arrays["seen"], NUMBERS["seen"], equal_nan=True)
    assert len(calls) == 1
    Stages(tmp_path, "other work").result("learned", make)
    Stages().result("learned", make)
    assert len(calls) == 3
