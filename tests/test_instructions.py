"""Machine instructions: what each does to a number, and what a processor that lacks one does."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import numpy as np
import pytest
from tests.support import als_config

from tigertail import instructions
from tigertail.factorization import fit_als
from tigertail.instructions import float_to_half, number_at, trailing_zeros
from tigertail.kernels import njit
from tigertail.sparse import CSR


@njit()
def read(array, place):  # type: ignore[no-untyped-def]
    return number_at(array, np.uint64(place))


@njit()
def round_to_half(number):  # type: ignore[no-untyped-def]
    return float_to_half(np.float32(number))


@njit()
def lowest_bit(word):  # type: ignore[no-untyped-def]
    return trailing_zeros(np.uint64(word))


def test_numbers_are_read_in_float32_or_from_the_bits_of_float16() -> None:
    numbers = np.array([0, 1.5, -3], np.float32)
    assert [read(numbers, place) for place in range(3)] == [0, 1.5, -3]
    assert [read(numbers.astype(np.float16).view(np.uint16), place) for place in range(3)] == [0, 1.5, -3]


@pytest.mark.parametrize(
    "array",
    [np.arange(9, dtype=np.float32)[::2], np.zeros((2, 2), np.float32), np.arange(4, dtype=np.int16)],
    ids=["with gaps", "two dimensions", "whole numbers"],
)
def test_another_array_is_not_compiled(array: np.ndarray) -> None:
    from numba.core.errors import TypingError

    with pytest.raises(TypingError):
        read(array, 1)


def test_a_number_is_rounded_as_numpy_does_and_to_infinity_beyond_the_range() -> None:
    for number in (0.0, 1.5, 1 / 3, -65504.0):
        assert round_to_half(number) == np.float16(number).view(np.uint16)
    assert np.uint16(round_to_half(65520.0)).view(np.float16) == np.inf


def test_the_lowest_bit_of_a_word() -> None:
    assert [lowest_bit(word) for word in (1, 8, 12, 0)] == [0, 3, 2, 64]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other processors have float16")
def test_a_processor_without_float16_is_known() -> None:
    code = "from tigertail.instructions import has_float16\nassert not has_float16() and not has_float16()"
    older = os.environ | {"NUMBA_CPU_NAME": "x86-64-v2", "NUMBA_CPU_FEATURES": ""}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=older, check=True, capture_output=True, encoding="utf-8"
    )
    assert ran.stderr.count("no instructions for float16 (F16C)") == 1


def test_where_there_is_no_float16_factors_are_those_of_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instructions, "has_float16", lambda: False)
    played = CSR.from_coo([0, 0, 1, 1, 2], [0, 1, 1, 2, 0], [1.0, 2, 1, 3, 1], (3, 3))
    half, full = (
        fit_als(played, als_config(factors=2, storage=storage)) for storage in ("float16", "float32")
    )
    assert half.items.tobytes() == full.items.tobytes()
    assert half.listeners.tobytes() == full.listeners.tobytes()
