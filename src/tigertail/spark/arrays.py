"""Named arrays, and signals that are made of them, as records of a stage."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from tigertail.mixing import Mixture
from tigertail.model.registry import MIXTURE, signal_from_arrays
from tigertail.signals.contract import Persistent, Signal
from tigertail.spark.checkpoints import Checkpoints, key_of
from tigertail.spark.records import NamedArray, Record, Settings
from tigertail.spark.stages import Stages

SIGNALS: Final = "signals"


def records_of(arrays: Mapping[str, NDArray[Any]]) -> Iterator[NamedArray]:
    """Return arrays of any shape and plain type (no objects, no fields) as records."""
    for name, array in arrays.items():
        content = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        yield NamedArray(name, array.dtype.str, np.array(array.shape, np.int64), content)


def arrays_of(records: Iterable[NamedArray]) -> dict[str, NDArray[Any]]:
    """Return the arrays of records that were read; they can be written to."""
    return {record.name: record.content.view(record.dtype).reshape(record.shape) for record in records}


def read_arrays(kept: Checkpoints, stage: str, block: int) -> dict[str, NDArray[Any]]:
    """Return the named arrays of a block of a stage; records of other kinds are not read."""
    return arrays_of(kept.read(stage, NamedArray, block))


def key_of_signals(signals: Mapping[str, Signal]) -> str:
    """Return the key of signals: of all that they keep on disk."""
    return key_of(*(part for name, signal in signals.items() for part in _key_parts(name, signal)))


def put_signals(stages: Stages, signals: Mapping[str, Signal]) -> tuple[str, ...]:
    """Write signals, a block each, and return their names in this order. The caller puts a mixture after its parts."""
    stages.put(SIGNALS, (_records(signal) for signal in signals.values()))
    return tuple(signals)


@lru_cache(maxsize=1)
def read_signals(kept: Checkpoints, names: tuple[str, ...]) -> dict[str, Signal]:
    """Return the signals that were written, which a process reads once for all its tasks."""
    read_signals.cache_clear()  # those of the stage before are not held beside these
    signals: dict[str, Signal] = {}
    for block, name in enumerate(names):
        (settings,) = kept.read(SIGNALS, Settings, block)
        arrays = read_arrays(kept, SIGNALS, block)
        signals[name] = signal_from_arrays(name, arrays, json.loads(settings.text), signals)
    return signals


def with_parts(mixture: Mixture) -> dict[str, Signal]:
    """Return a mixture and its parts, by name."""
    return {**mixture.parts, MIXTURE: mixture}


def _key_parts(name: str, signal: Signal) -> Iterator[Any]:
    arrays, settings = cast("Persistent", signal).to_arrays()
    yield [name, settings]
    for key, array in arrays.items():
        yield key
        yield array


def _records(signal: Signal) -> Iterator[Record]:
    arrays, settings = cast("Persistent", signal).to_arrays()
    yield Settings(json.dumps(settings))
    yield from records_of(arrays)
