"""A fitted signal whose large arrays lie in temporary files: made of them, as if it had been kept on disk."""

from __future__ import annotations

import json

from tigertail.signals.contract import FittedSignal
from tigertail.spill import spilled


def with_spilled_arrays(signal: FittedSignal) -> FittedSignal:
    """Return a signal with its large arrays in temporary files; one without any as it is.

    Raises
    ------
    TigertailError
        If the disk is full.
    """
    arrays, settings = signal.to_arrays()
    there = {name: spilled(array) for name, array in arrays.items()}
    if all(there[name] is array for name, array in arrays.items()):
        return signal
    return type(signal).from_arrays(there, json.loads(json.dumps(settings)))
