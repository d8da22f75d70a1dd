"""After the work of a first day nothing is left to compile for a first fit."""

from __future__ import annotations

from pathlib import Path

import pytest

import tigertail
from tigertail.kernels import compiled_here
from tigertail.simulation import WorldConfig
from tigertail.warm import warm


@pytest.mark.slow
def test_a_fit_after_warming_compiles_nothing(tmp_path: Path) -> None:
    done = dict(warm())
    assert list(done) == ["fitting a model", "similar artists", "lists for a listener", "evaluation"]
    before = compiled_here()
    world = tigertail.simulate(
        tmp_path / "world", WorldConfig(listeners=400, artists=300, pages=0.5, djs=20, facts=0.2, cold=0.1)
    )
    tigertail.fit(world, tmp_path / "model")
    assert compiled_here() == before
