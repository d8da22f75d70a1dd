"""A kernel that was just compiled and the same kernel loaded from its cache give the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tigertail.dataset.dataset import Dataset

FACTORS = """
import sys
import numpy as np
from tigertail.factorization import ALSConfig, fit_als
from tigertail.sparse import CSR

rng = np.random.default_rng(0)
rows, columns = np.nonzero(rng.random((60, 50)) < 0.2)
confidences = CSR.from_coo(rows, columns, rng.uniform(1, 4, len(rows)), (60, 50))
found = fit_als(confidences, ALSConfig(factors=40, iterations=2, reg=0.03, nu=1, alpha0=0.02))
np.savez(sys.argv[1], listeners=found.listeners, items=found.items)
"""
MODEL = """
import sys
import tigertail

tigertail.fit(sys.argv[2], sys.argv[1])
"""


def in_a_fresh_process(code: str, *arguments: object, kept: Path) -> None:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    subprocess.run(command, check=True, env=os.environ | {"NUMBA_CACHE_DIR": str(kept)})


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_solver_gives_the_bytes_of_every_later_run(tmp_path: Path) -> None:
    for name in ("compiled.npz", "loaded.npz"):
        in_a_fresh_process(FACTORS, tmp_path / name, kept=tmp_path / "kept")
    assert list((tmp_path / "kept").rglob("kernels.solve_rows-*.nbc"))
    assert (tmp_path / "compiled.npz").read_bytes() == (tmp_path / "loaded.npz").read_bytes()


@pytest.mark.slow
def test_a_fit_gives_the_model_folder_of_every_later_fit(countries: Dataset, tmp_path: Path) -> None:
    for name in ("compiled", "loaded"):
        in_a_fresh_process(MODEL, tmp_path / name, countries.path, kept=tmp_path / "kept")
    compiled, loaded = contents(tmp_path / "compiled"), contents(tmp_path / "loaded")
    assert "1/factors/vectors.npy" in compiled
    assert compiled == loaded
