"""Compiled kernels, and the backend that answers a query: NumPy or Numba.

Numba takes half a second to load, many times what one query takes in NumPy. So a kernel is compiled when it is first
called (:class:`LazyKernel`), and what a single query needs exists twice: as a kernel, and in NumPy with the same order
of sums, so that both give the same bits. The entry point of a program chooses: ``tigertail similar``, one query in a
new process, uses NumPy; everything else uses Numba, which is the default.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FunctionType
from typing import Any, Final, Literal

Backend = Literal["numba", "numpy"]

OnCompile = Callable[[str, int], None]
"""Called with a kernel's name and how many were compiled before it."""

_state: Final[dict[str, Backend]] = {"backend": "numba"}
_compiled: Final[list[str]] = []
_callbacks: Final[list[OnCompile]] = []
_ours: Final[set[Any]] = set()


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


def one_query_in_numpy(queries: int) -> bool:
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


class _FastKernel(LazyKernel):
    """A kernel with fastmath, that another process compiles.

    Numba keeps a parallel loop optimised twice, but the process that compiles it runs the loop optimised once. With
    fastmath these take sums in different orders: the first fit would give other bits than all after it.
    """

    def __init__(self, make: Callable[[], Any], function: FunctionType) -> None:
        super().__init__(make)
        self._name = function.__module__, function.__qualname__

    def __call__(self, *arguments: Any) -> Any:
        import numba

        kernel = self.made()
        types = tuple(numba.typeof(argument) for argument in arguments)
        if types not in kernel.overloads and not kernel._cache.holds(types, kernel.targetctx):
            _compile_elsewhere(*self._name, types)
        return kernel(*arguments)


def _compile_elsewhere(module: str, name: str, types: tuple[Any, ...]) -> None:
    """Compile a kernel in another process and wait.

    Where that fails this process compiles it, and its results may differ in the last bits from those of later ones.
    """
    import pickle
    import subprocess
    import sys

    code = (
        "import importlib, pickle, sys\n"
        "path, module, name, types = pickle.load(sys.stdin.buffer)\n"
        "sys.path[:] = path\n"
        "getattr(importlib.import_module(module), name).made().compile(pickle.loads(types))\n"
    )
    # Types by themselves: they can be read only where the path is set and Numba is found.
    task = pickle.dumps((sys.path, module, name, pickle.dumps(types)))
    # An embedded Python may know no interpreter, and there may be no room for a process.
    with suppress(OSError):
        python = sys.executable or ""
        subprocess.run([python, "-c", code], input=task, check=False, stderr=subprocess.DEVNULL)


def njit(*, cache: bool = False, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Do what ``numba.njit`` does, when the kernel is first called; kept as :mod:`tigertail.kernel_cache` says."""

    def decorate(function: Callable[..., Any]) -> LazyKernel:
        assert isinstance(function, FunctionType)

        def make() -> Any:
            import numba

            _watch()
            compiled = numba.njit(**options)(_with_kernels(function))
            _ours.add(compiled.py_func)
            if cache:
                from tigertail.kernel_cache import KernelCache

                compiled._cache = KernelCache(compiled.py_func)
            return compiled

        return _FastKernel(make, function) if cache and options.get("fastmath") else LazyKernel(make)

    return decorate


def compiled_here() -> int:
    """Return how many kernels this process compiled because they were not kept, each combination of types by itself.

    Those with fastmath are not among them: another process compiles them (:class:`_FastKernel`).
    """
    return len(_compiled)


@contextmanager
def when_compiling(call: OnCompile) -> Iterator[None]:
    """Call ``call`` inside this block whenever :func:`compiled_here` is to grow by one."""
    _callbacks.append(call)
    try:
        yield
    finally:
        _callbacks.remove(call)


@functools.cache
def _watch() -> None:
    from numba.core import event

    class Watcher(event.Listener):
        """Notes which of our kernels Numba compiles."""

        def on_start(self, event: Any) -> None:
            function = event.data["dispatcher"].py_func
            if function in _ours:
                for call in tuple(_callbacks):
                    call(function.__name__, len(_compiled))
                _compiled.append(function.__name__)

        def on_end(self, event: Any) -> None:
            pass

    event.register("numba:compile", Watcher())


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
