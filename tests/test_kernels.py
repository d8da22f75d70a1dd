"""The backend is chosen where a program starts: NumPy for one query alone, Numba for everything else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
    assert not kernels.prefer_numpy(1)
    with kernels.backend("numpy"):
        assert kernels.prefer_numpy(1)
        assert not kernels.prefer_numpy(2)
        with kernels.backend("numba"):
            assert not kernels.prefer_numpy(1)
    assert not kernels.prefer_numpy(1)


def test_a_kernel_that_calls_another_leaves_its_module_as_it_was() -> None:
    assert add_two(1) == 3
    assert isinstance(add_one, kernels.LazyKernel)


@kernels.njit()
def add_one(x: int) -> int:
    return x + 1


@kernels.njit()
def add_two(x: int) -> int:
    return add_one(add_one(x))  # type: ignore[no-any-return]
