"""Real music: clips of one soundtrack are more alike than clips of two."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from tigertail.audio import AnalysisConfig
from tigertail.audio.analyse import analyse_file

DATA = os.environ.get("TIGERTAIL_DATA")
SOUNDTRACKS = ("canary-folk", "nexuiz", "planetblupi", "wesnoth")


@pytest.mark.skipif(not DATA, reason="TIGERTAIL_DATA is not set")
def test_clips_of_a_soundtrack_are_found() -> None:
    folder = Path(DATA or "") / "audio"
    clips = pl.read_csv(folder / "clips.csv").filter(pl.col("soundtrack").is_in(SOUNDTRACKS))
    with threadpool_limits(1):
        entries = [analyse_file(folder / file, AnalysisConfig())[0] for file in clips["file"]]
    vectors = np.stack([entry.vector for entry in entries if entry.vector is not None])
    assert len(vectors) == len(clips), "every clip can be read"
    vectors = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
    distance = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    soundtrack, source = clips["soundtrack"].to_numpy(), clips["source_file"].to_numpy()
    distance[source[:, None] == source] = np.inf  # the same piece would be too easy
    nearest = np.argsort(distance, axis=1)[:, :5]
    precision = (soundtrack[nearest] == soundtrack[:, None]).mean()
    chance = np.mean([(soundtrack == one).mean() for one in soundtrack])
    assert precision > chance + 0.15
