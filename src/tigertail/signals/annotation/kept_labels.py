"""Labels as a model's folder keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray


class KeptLabels(Sequence[tuple[str, str]]):
    """Labels as they are kept on disk, read when one is shown: affinities need none.

    Parameters
    ----------
    kept
        JSON in UTF-8, a list of facet and name of each, as ``Annotation.to_arrays`` writes it; uint8.
    """

    def __init__(self, kept: NDArray[np.uint8]) -> None:
        self._kept = kept

    @cached_property
    def _read(self) -> list[tuple[str, str]]:
        return [(facet, name) for facet, name in json.loads(np.asarray(self._kept).tobytes())]

    @overload
    def __getitem__(self, label: int) -> tuple[str, str]: ...

    @overload
    def __getitem__(self, label: slice) -> list[tuple[str, str]]: ...

    def __getitem__(self, label: int | slice) -> tuple[str, str] | list[tuple[str, str]]:
        """Return facet and name of one label, or of several."""
        return self._read[label]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Iterate over facets and names."""
        return iter(self._read)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._read)
