"""Where compiled kernels are kept: those that came with the wheel, and behind them those compiled on this machine.

A wheel for one version of Python may bring kernels that were compiled when it was built (``make wheel``), for a
processor with AVX2 and FMA (x86-64-v3, most since 2013) and one version of Numba. Everywhere else, and for types of
arguments that nobody foresaw, a kernel is compiled once and kept where Numba keeps it.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import functools
import os
import pickle
from pathlib import Path
from typing import Any, Final

from numba.core.caching import FunctionCache, IndexDataCacheFile

from tigertail.errors import ConfigError

SHIPPED: Final = Path(__file__).parent / "compiled"
BASELINE: Final = "x86-64-v3"
FEATURES: Final = (
    "+avx,+avx2,+bmi,+bmi2,+cx16,+f16c,+fma,+lzcnt,+movbe,+popcnt,+sahf,+sse3,+sse4.1,+sse4.2,+ssse3,+xsave"
)
"""What x86-64-v2 and v3 add to x86-64, in LLVM's names. The Dockerfile repeats them."""

_STALE: Final = (
    *(AttributeError, ImportError),  # kept by another release, whose types are no longer there
    *(EOFError, pickle.UnpicklingError),  # cut, as by a loss of power
)
_SHIPS: Final = "TIGERTAIL_SHIP_KERNELS"  # in the environment, so that processes of this one do the same


def ship() -> None:
    """Compile for the baseline from now on and keep the kernels in the package; call it before Numba is used.

    Raises
    ------
    RuntimeError
        If Numba reads its settings in another way than it used to.
    """
    from numba import config

    os.environ["NUMBA_CPU_NAME"], os.environ["NUMBA_CPU_FEATURES"] = BASELINE, FEATURES
    config.reload_config()
    if (getattr(config, "CPU_NAME", None), getattr(config, "CPU_FEATURES", None)) != (BASELINE, FEATURES):
        raise RuntimeError("Numba did not take the baseline")
    os.environ[_SHIPS] = "1"


class KernelCache(FunctionCache):
    """Numba's cache of one kernel, behind what came with the wheel.

    Parameters
    ----------
    function
        The kernel in Python.

    Raises
    ------
    ConfigError
        If there is no folder to keep it in.
    """

    def __init__(self, function: Any) -> None:
        try:
            super().__init__(function)
        except RuntimeError as error:
            raise ConfigError(
                f"compiled kernels can be kept nowhere ({error})",
                remedy="name a folder that can be written, in the environment: NUMBA_CACHE_DIR=FOLDER",
            ) from error
        stamp = self._impl.locator.get_source_stamp()
        folder = SHIPPED / function.__module__
        self._shipped = IndexDataCacheFile(str(folder), self._impl.filename_base, stamp)
        if _SHIPS in os.environ:
            folder.mkdir(parents=True, exist_ok=True)
            self._cache_file = self._shipped

    def holds(self, signature: Any, context: Any) -> bool:
        """Return whether the kernel is here, compiled for some types of arguments."""
        return self.load_overload(signature, context) is not None

    def _load_overload(self, signature: Any, context: Any) -> Any:
        if runs_baseline():
            codegen = context.codegen()
            asked, (triple, *_), hashes = self._index_key(signature, codegen)
            if (data := self._shipped.load((asked, (triple, BASELINE, FEATURES), hashes))) is not None:
                return self._impl.rebuild(context, data)
        try:
            return super()._load_overload(signature, context)
        except _STALE:
            Path(self._cache_file._index_path).unlink(missing_ok=True)
            return None

    def _save_overload(self, signature: Any, data: Any) -> None:
        try:
            super()._save_overload(signature, data)
        except OSError:  # a full disk: it works, and the next process compiles it again
            if self._cache_file is self._shipped:
                raise


@functools.cache
def runs_baseline() -> bool:
    """Return whether this processor has every instruction of the baseline."""
    from llvmlite import binding

    has: dict[str, bool] = dict(binding.get_host_cpu_features())
    return all(has.get(feature[1:], False) for feature in FEATURES.split(","))
