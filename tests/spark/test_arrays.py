"""Arrays of any type, and signals, come out of a stage as they went into it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.spark.here import ClusterHere
from tests.support import SMALL_MODEL, tiny_world

from tigertail.mixing import Mixture
from tigertail.model import fit
from tigertail.model.registry import MIXTURE
from tigertail.spark.arrays import (
    arrays_of,
    key_of_signals,
    put_signals,
    read_signals,
    records_of,
    with_parts,
)
from tigertail.spark.checkpoints import Checkpoints
from tigertail.spark.records import NamedArray, of_batch, to_batch
from tigertail.spark.stages import Stages


@pytest.mark.parametrize(
    "array",
    [
        np.array([[True, False]]),
        np.array(["Кино", "Kult"]),
        np.array(1.5, np.float32),
        np.empty((0, 3), np.uint16),
        np.arange(6).reshape(2, 3).T,
        np.broadcast_to(np.float32(1), 4),
    ],
    ids=["flags", "texts", "a number", "empty", "by column", "broadcast"],
)
def test_an_array_comes_back_as_it_went_in(array: NDArray[Any]) -> None:
    batches = [to_batch(record) for record in records_of({"one": array})]
    found = arrays_of(of_batch(NamedArray, batch) for batch in batches)["one"]
    assert (found.dtype, found.shape, found.tolist()) == (array.dtype, array.shape, array.tolist())
    assert found.flags.writeable


def test_signals_answer_as_before_and_have_the_same_key(tmp_path: Path) -> None:
    mixture = fit(tiny_world(tmp_path), SMALL_MODEL).signals[MIXTURE]
    assert isinstance(mixture, Mixture)
    signals = with_parts(mixture)
    stages = Stages(ClusterHere(), Checkpoints(tmp_path / "work", "key"))
    names = put_signals(stages, signals)
    found = read_signals(stages.kept, names)
    assert tuple(found) == (*mixture.parts, MIXTURE)
    assert key_of_signals(found) == key_of_signals(signals)
    queries = np.arange(5, dtype=np.int32)
    for name, signal in signals.items():
        assert found[name].affinity(queries).tobytes() == signal.affinity(queries).tobytes()
    assert read_signals(stages.kept, names) is found  # they are read once
