"""Compiled kernels, and the backend that answers a query: NumPy or Numba.

Numba takes half a second to load, many times what one query takes in NumPy. So a kernel is compiled when it is first
called (:class:`LazyKernel`), and what a single query needs exists twice: as a kernel, and in NumPy with the same order
of sums, so that both give the same bits. The entry point of a program chooses: ``tigertail similar``, one query in a
new process, uses NumPy; everything else uses Numba, which is the default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, Final, Literal

Backend = Literal["numba", "numpy"]

_state: Final[dict[str, Backend]] = {"backend": "numba"}


@contextmanager
def backend(name: Backend) -> Iterator[None]:
    """Choose what answers single queries inside this block; an entry point wraps its work in it.

    Parameters
    ----------
    name
        ``"numba"`` compiles or loads kernels at the first query; ``"numpy"`` is ready at once and slower
        for every further query. Several queries together always use Numba.
    """
    before = _state["backend"]
    _state["backend"] = name
    try:
        yield
    finally:
        _state["backend"] = before


def prefer_numpy(queries: int) -> bool:
    """Return whether NumPy is to answer: it is the backend, and there is one query.

    Parameters
    ----------
    queries
        How many queries are asked together.
    """
    return queries == 1 and _state["backend"] == "numpy"


class LazyKernel:
    """A function of Numba's that is made when it is first called.

    Parameters
    ----------
    make
        Makes it.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None

    def __call__(self, *arguments: Any) -> Any:
        """Call the function, made now if it was not yet."""
        return self.made()(*arguments)

    def made(self) -> Any:
        """Return the function, made now if it was not yet."""
        if self._made is None:
            self._made = self._make()
        return self._made


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Do what ``numba.njit`` does, when the kernel is first called."""

    def decorate(function: Callable[..., Any]) -> LazyKernel:
        assert isinstance(function, FunctionType)

        def make() -> Any:
            import numba

            return numba.njit(**options)(_with_kernels(function))

        return LazyKernel(make)

    return decorate


def _with_kernels(function: FunctionType) -> FunctionType:
    """Return a copy of a function that sees the kernels it calls instead of the lazy ones of its module."""
    namespace = dict(function.__globals__)
    for name in function.__code__.co_names:
        if isinstance(value := namespace.get(name), LazyKernel):
            namespace[name] = value.made()
    copy = FunctionType(function.__code__, namespace, function.__name__, function.__defaults__)
    copy.__qualname__, copy.__module__ = function.__qualname__, function.__module__
    return copy


def _prange() -> Any:
    import numba

    return numba.prange


prange: Any = LazyKernel(_prange)
