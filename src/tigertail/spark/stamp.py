"""What the bits of a result depend on beside the data; workers whose stamp is another are refused."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path

import numpy as np

from tigertail.errors import DataError
from tigertail.version import __version__


def check_stamp(planned: str) -> None:
    """Refuse to work where results would have other bits than those of the driver.

    Parameters
    ----------
    planned
        What :func:`process_stamp` is where the work was planned.

    Raises
    ------
    DataError
        If it is another one here.
    """
    if (here := process_stamp()) != planned:
        raise DataError(
            f"a worker's software or processor differs from the driver's: {here}, not {planned}",
            remedy="give all machines one environment and one type of processor: see docs/spark.md",
        )


@cache
def process_stamp() -> str:
    """Return the stamp of this process: its sources, its libraries, and the processor that kernels are compiled for."""
    import llvmlite
    import numba
    import polars
    import scipy
    import scipy.linalg
    from numba.core.registry import cpu_target
    from threadpoolctl import threadpool_info

    from tigertail.kernel_cache import SHIPPED, runs_baseline

    triple, processor, features = cpu_target.target_context.codegen().magic_tuple()
    # Kernels multiply with SciPy's BLAS, which scipy.linalg loads. In wheels its path has "scipy", as NumPy's has
    # (libscipy_openblas), which does no harm; where none has it, all that are loaded count.
    loaded = [library for library in threadpool_info() if library.get("user_api") == "blas"]
    blas = sorted(
        f"{library.get('internal_api')} {library.get('version')} {library.get('architecture')}"
        for library in [one for one in loaded if "scipy" in str(one.get("filepath"))] or loaded
    )
    # Polars: the tasks of `tigertail spark build` tell rows apart by its hashes.
    versions = [module.__version__ for module in (numba, llvmlite, np, scipy, polars)]
    # Kernels of the wheel are compiled for the baseline, and not for this processor: other bits.
    shipped = SHIPPED.exists() and runs_baseline()
    parts = [*versions, *blas, triple, processor, features, shipped, sys.version_info[:2]]
    digest = hashlib.sha256("\n".join(map(str, parts)).encode())
    package = Path(__file__).parent.parent
    for source in sorted(package.rglob("*.py")):
        digest.update(f"\n{source.relative_to(package).as_posix()}\n".encode() + source.read_bytes())
    return f"{__version__} on {processor} ({digest.hexdigest()[:12]})"
