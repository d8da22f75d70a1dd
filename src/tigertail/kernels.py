"""Kernels that Numba compiles, without the wait for Numba where none of them is called.

Loading Numba, and what it compiled before, takes more than half a second, many times what one question takes. A
module of kernels imports ``njit`` and ``prange`` from here: Numba is then loaded when the first kernel is called.
And what a single question needs stands beside its kernel in NumPy too, in the same order of sums, so that both
give the same bits; :func:`plain` says which to take.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

ENOUGH: Final = 2**29  # elements the plain ways may meet: about the time that loading Numba takes

_met = 0


class Later:
    """Something of Numba's that is made when it is first called.

    Parameters
    ----------
    make
        Makes it.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None

    def __call__(self, *arguments: Any) -> Any:
        """Call what it stands for."""
        return self.made()(*arguments)

    def made(self) -> Any:
        """Return what it stands for."""
        if self._made is None:
            self._made = self._make()
        return self._made


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Do as ``numba.njit``, when the kernel is first called."""

    def decorate(function: Callable[..., Any]) -> Later:
        def make() -> Any:
            import numba

            names = function.__globals__
            # The compiler must see the kernels that a kernel calls, not what stands for them.
            for name in function.__code__.co_names:
                if isinstance(names.get(name), Later):
                    names[name] = names[name].made()
            return numba.njit(**options)(function)

        return Later(make)

    return decorate


def _prange() -> Any:
    import numba

    return numba.prange


prange: Any = Later(_prange)


def loaded() -> bool:
    """Say whether Numba is loaded."""
    return "numba" in sys.modules


def plain(queries: int, work: int) -> bool:
    """Say whether to answer in NumPy, which is ready at once, what a kernel would answer faster.

    So it is for one query alone until Numba is loaded: because somebody had work for it, or because questions
    asked one by one have come to so much that it pays.

    Parameters
    ----------
    queries
        How many queries are asked together.
    work
        About how many elements the plain way meets.
    """
    global _met
    if queries != 1 or loaded():
        return False
    _met += work
    return _met < ENOUGH
