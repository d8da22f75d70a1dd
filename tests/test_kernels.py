"""The backend is chosen where a program starts: NumPy for one query alone, Numba for everything else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tigertail import kernels
from tigertail.model import Model, save


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_one_query_on_the_numpy_backend_loads_no_compiler(model: Model, tmp_path: Path) -> None:
    save(model, tmp_path / "model")
    code = (
        "import sys, numpy, tigertail\n"
        "from tigertail.kernels import backend\n"
        "model = tigertail.load(sys.argv[1])\n"
        "with backend('numpy'):\n"
        "    [signal.affinity(numpy.array([0], numpy.int32)) for signal in model.signals.values()]\n"
        "    model.similar(model.items['name'][0])\n"
        "print({'numba', 'scipy', 'rapidfuzz'} & set(sys.modules))"
    )
    assert run(code, str(tmp_path / "model")) == "set()\n"


def test_the_backend_holds_for_its_block_and_for_single_queries() -> None:
    assert not kernels.one_query_in_numpy(1)
    with kernels.backend("numpy"):
        assert kernels.one_query_in_numpy(1)
        assert not kernels.one_query_in_numpy(2)
        with kernels.backend("numba"):
            assert not kernels.one_query_in_numpy(1)
    assert not kernels.one_query_in_numpy(1)


def test_a_kernel_that_calls_another_leaves_its_module_as_it_was() -> None:
    assert add_two(1) == 3
    assert isinstance(add_one, kernels.LazyKernel)


@kernels.njit()
def add_one(x: int) -> int:
    return x + 1


@kernels.njit()
def add_two(x: int) -> int:
    return add_one(add_one(x))  # type: ignore[no-any-return]


def test_what_is_compiled_here_is_counted_and_said() -> None:
    seen: list[tuple[str, int]] = []
    before = kernels.compiled_here()
    with kernels.when_compiling(lambda kernel, others: seen.append((kernel, others))):
        half_of(2.0)
        half_of(4.0)
        half_of(4)
    assert seen == [("half_of", before), ("half_of", before + 1)]
    half_of(np.float32(1))
    assert kernels.compiled_here() == before + 3
    assert len(seen) == 2


@kernels.njit()
def half_of(x: float) -> float:
    return x / 2


FAST = """
import numpy as np
from tigertail.kernels import njit, prange

@njit(fastmath=True, parallel=True, cache=True)
def lengths(rows):
    found = np.empty(len(rows), np.float32)
    for row in prange(len(rows)):
        found[row] = (rows[row] * rows[row]).sum() + np.float32(1) / rows[row, 0]
    return found
"""
MEASURE = """
import sys
sys.path.insert(0, sys.argv[1])
import fast, numpy as np
from tigertail.kernels import compiled_here
rows = np.random.default_rng(0).standard_normal((50, 1003)).astype(np.float32)
print(fast.lengths(rows).tobytes().hex(), compiled_here())
"""


def test_a_kernel_with_fastmath_gives_the_same_bits_compiled_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    (tmp_path / "fast.py").write_text(FAST)
    first = run(MEASURE, str(tmp_path))
    assert first.endswith(" 0\n")  # another process compiled it
    assert list((tmp_path / "kept").rglob("*.nbc"))
    assert run(MEASURE, str(tmp_path)) == first


@pytest.mark.parametrize("python", [None, "", "/no/python"])
def test_where_no_other_process_can_compile_a_kernel_this_one_does(
    python: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    (tmp_path / "fast.py").write_text(FAST)
    assert run(f"import sys\nsys.executable = {python!r}\n{MEASURE}", str(tmp_path)).endswith(" 1\n")
