"""Logarithms and exponentials in single precision whose bits are the same in kernels and in NumPy, on every machine.

A library's functions differ between machines, and a compiler cannot vectorise calls of them. These are plain
sums and products in a fixed order, with the polynomials of S. L. Moshier's Cephes library (logf, expf): their error is
below 2 units in the last place.
"""

# Kernels are compiled from their bodies, so annotations would have no effect here.
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tigertail.kernels import njit

Floats = NDArray[np.float32]

_ROOT: Final = np.float32(0.70710678)  # of a half: mantissas below it are doubled
# Their sum is log 2. The first has few bits, so that its product with an exponent is exact.
_LOG_2_HIGH: Final = np.float32(0.693359375)
_LOG_2_LOW: Final = np.float32(-2.12194440e-4)
_L0, _L1, _L2, _L3, _L4, _L5, _L6, _L7, _L8 = (
    np.float32(value)
    for value in (
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    )
)
_E0, _E1, _E2, _E3, _E4, _E5 = (
    np.float32(value)
    for value in (
        1.9875691500e-4,
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        5.0000001201e-1,
    )
)
_LOG_2_E: Final = np.float32(1.44269504)
# Whole numbers. Between them an exponential, and the power of two that it is made of, are normal numbers of float32.
_LOWEST: Final = np.float32(-87.0)  # below it an exponential counts as 0
_HIGHEST: Final = np.float32(88.0)  # a number above it counts as this
_HALF: Final = np.float32(0.5)
_ONE: Final = np.float32(1)
_ZERO: Final = np.float32(0)
_MANTISSA: Final = np.int32(0x007FFFFF)
_FROM_HALF: Final = np.int32(0x3F000000)
_SHIFT: Final = np.int32(23)
_BIAS_OF_HALF: Final = np.int32(126)
_BIAS: Final = np.int32(127)


def log(values: Floats) -> Floats:
    """Return the natural logarithm of numbers above 0, which are normal ones of float32; float32."""
    bits = np.ascontiguousarray(values, np.float32).view(np.int32)
    exponent = ((bits >> _SHIFT) - _BIAS_OF_HALF).astype(np.float32)
    m = ((bits & _MANTISSA) | _FROM_HALF).view(np.float32)
    small = m < _ROOT
    exponent = np.where(small, exponent - _ONE, exponent)
    m = np.where(small, (m + m) - _ONE, m - _ONE)
    z = m * m
    y = (((((((_L0 * m + _L1) * m + _L2) * m + _L3) * m + _L4) * m + _L5) * m + _L6) * m + _L7) * m + _L8
    y = (y * m) * z
    y = (y + _LOG_2_LOW * exponent) - _HALF * z
    return np.asarray((m + y) + _LOG_2_HIGH * exponent, np.float32)


def exp(values: Floats) -> Floats:
    """Return the exponential of numbers up to 88; 0 of those below -87, and of minus infinity; float32."""
    x = np.minimum(np.maximum(values, _LOWEST), _HIGHEST)
    whole = np.floor(x * _LOG_2_E + _HALF)
    x = (x - whole * _LOG_2_HIGH) - whole * _LOG_2_LOW
    y = ((((_E0 * x + _E1) * x + _E2) * x + _E3) * x + _E4) * x + _E5
    y = (y * (x * x) + x) + _ONE
    power = ((whole.astype(np.int32) + _BIAS) << _SHIFT).view(np.float32)
    return np.asarray(np.where(values < _LOWEST, _ZERO, y * power), np.float32)


# Without fastmath: a product fused with a sum has other bits. In two loops: one loop that writes memory as int32 and
# reads it as float32 is not vectorised.
@njit(cache=True)
def log_in_place(values, bits, exponents, n):
    """Replace the first ``n`` values by what :func:`log` returns; ``bits`` is a view of ``values`` as int32.

    ``exponents`` is scratch, float32.
    """
    for i in range(n):
        word = bits[i]
        exponents[i] = np.float32(np.int32((word >> _SHIFT) - _BIAS_OF_HALF))
        bits[i] = (word & _MANTISSA) | _FROM_HALF
    for i in range(n):
        m = values[i]
        small = m < _ROOT
        exponent = exponents[i] - _ONE if small else exponents[i]
        m = (m + m) - _ONE if small else m - _ONE
        z = m * m
        y = (((((((_L0 * m + _L1) * m + _L2) * m + _L3) * m + _L4) * m + _L5) * m + _L6) * m + _L7) * m + _L8
        y = (y * m) * z
        y = (y + _LOG_2_LOW * exponent) - _HALF * z
        values[i] = (m + y) + _LOG_2_HIGH * exponent


# As log_in_place: without fastmath, and in two loops.
@njit(cache=True)
def exp_in_place(values, powers, bits, n):
    """Replace the first ``n`` values by what :func:`exp` returns; ``bits`` is a view of ``powers`` as int32.

    ``powers`` is scratch, float32.
    """
    for i in range(n):
        x = min(max(values[i], _LOWEST), _HIGHEST)
        whole = np.floor(x * _LOG_2_E + _HALF)
        bits[i] = (np.int32(whole) + _BIAS) << _SHIFT
    for i in range(n):
        x = min(max(values[i], _LOWEST), _HIGHEST)
        whole = np.floor(x * _LOG_2_E + _HALF)
        x = (x - whole * _LOG_2_HIGH) - whole * _LOG_2_LOW
        y = ((((_E0 * x + _E1) * x + _E2) * x + _E3) * x + _E4) * x + _E5
        y = (y * (x * x) + x) + _ONE
        values[i] = _ZERO if values[i] < _LOWEST else y * powers[i]
