"""A stage is done when its marker says so, with the key of what it was made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tigertail.errors import ConfigError
from tigertail.spark.checkpoints import Checkpoints, key_of
from tigertail.spark.records import Asked


def test_the_key_is_of_types_shapes_and_values() -> None:
    numbers = np.arange(6, dtype=np.float32)
    keys = [
        key_of(numbers),
        key_of(numbers.astype(np.int32)),
        key_of(numbers.reshape(2, 3)),
        key_of(numbers + 1),
        key_of(numbers, 1),
    ]
    assert len(set(keys)) == len(keys)
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})


def test_a_stage_is_done_once_its_blocks_are_there(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path / "new", key_of("one"))
    assert not kept.done("asks")
    kept.begin("asks")
    asked = [Asked(at, np.arange(at, dtype=np.int32)) for at in range(3)]
    kept.write("asks", 0, asked[:1])  # a task that was run again
    kept.finish("asks", [kept.write("asks", 0, asked)])
    again = Checkpoints(tmp_path / "new", key_of("one"))
    assert again.done("asks")
    assert [record.at for record in again.read("asks", Asked, 0)] == [0, 1, 2]
    assert [record.take.tolist() for record in again.read("asks", Asked, 0, [2, 0])] == [[0, 1], []]
    (marker,) = tmp_path.glob("new/*/asks.json")
    marker.write_text(marker.read_text().replace(kept.key, key_of("another")))
    assert not kept.done("asks")
    marker.write_text("{")  # the disk was full
    assert not kept.done("asks")
    kept.remove("asks")
    assert list(tmp_path.glob("new/*/*")) == []


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for work in (tmp_path / "file", "nosuch://host/work"):
        with pytest.raises(ConfigError, match="cannot use the folder"):
            Checkpoints(work, key_of("one"))
