"""After the work of a first day nothing is left to compile for a first fit and the questions of a service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import tigertail
from tigertail.evaluation.online.ranking_inputs import read_rankings
from tigertail.kernels import compiled_here
from tigertail.mixing.pool import ALL_IN_POOL
from tigertail.model import Model
from tigertail.simulation import WorldConfig
from tigertail.warm import warm


@pytest.mark.slow
def test_a_fit_and_questions_after_warming_compile_nothing(tmp_path: Path) -> None:
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
    assert compiled_here() == before
    for model in (fitted, tigertail.load(tmp_path / "model")):
        for options in _options(model):
            _ask(model, options)
            assert compiled_here() == before, options
    read_rankings([f"new={tmp_path / 'model'}"], pl.DataFrame({"query": fitted.items["item_id"][:9]}), 10)
    assert compiled_here() == before


def _options(model: Model) -> list[dict[str, Any]]:
    """Every option of a query that names no signal, by itself."""
    country = model.items["country"].drop_nulls()[0]
    return [
        {},
        {"beta": 0.9},
        {"character": 0.0},
        {"character": 1.0},
        {"country": country},
        {"country": country, "lens": 0.9},
        {"item_countries": (country,)},
        {"strata": ("tail",)},
        {"exclude": (model.items["item_id"][3],)},
        {"disabled_signals": ("listening",)},
        {"disabled_signals": ("listening", "annotation")},
        {"exact": True},
    ]


def _ask(model: Model, options: dict[str, Any]) -> None:
    """Ask for lists short and long, after items with many listeners and with few, with reasons and without."""
    few = len(model.items) // 2
    ids = [str(model.items["item_id"][code]) for code in (0, few)]
    for n in (5, 100, 500):
        for seeds in ([0], [few], [0, few]):
            codes = np.array(seeds, np.int32)
            for why in (False, True):
                model.answer(codes, n, why=why, **options)
                model.answer_each(codes, n, why=why, **options)
        model.recommend(dict.fromkeys(ids, 3.0), n, **options)
    model.neighbours(np.arange(20, dtype=np.int32), 30, **options)
    model.radio(ids, 30, explore=0, **options)
    model.path(*ids)
