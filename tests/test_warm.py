"""After the work of a first day nothing is left to compile for a first fit and a first question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tigertail
from tigertail.kernels import compiled_here
from tigertail.mixing.pool import ALL_IN_POOL
from tigertail.simulation import WorldConfig
from tigertail.warm import warm


@pytest.mark.slow
def test_a_fit_and_a_question_after_warming_compile_nothing(tmp_path: Path) -> None:
    done = dict(warm())
    assert list(done) == [
        "fitting a model",
        "similar artists",
        "lists for a listener",
        "evaluation",
        "fitting a model of tracks",
    ]
    before = compiled_here()
    # More artists than are in every pool.
    config = WorldConfig(listeners=400, artists=ALL_IN_POOL + 100, pages=0.5, djs=20, facts=0.2, cold=0.1)
    world = tigertail.simulate(tmp_path / "world", config)
    fitted = tigertail.fit(world, tmp_path / "model")
    for model in (fitted, tigertail.load(tmp_path / "model")):
        model.answer(np.array([0], np.int32), 5, why=True)
    assert compiled_here() == before
