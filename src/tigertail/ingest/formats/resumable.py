"""Sources that are read part by part, so that a build that stopped goes on with the part where it stopped."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tigertail.ingest.formats.source import Batch, Source
from tigertail.io.quarantine import Quarantine


@dataclass(frozen=True)
class Part:
    """A part of a source, such as a member of an archive.

    Parameters
    ----------
    name
        Its name.
    stamp
        What differs if its content does, such as its size and its time.
    read
        Reads it, before the next part; not called if what it gave is known.
    """

    name: str
    stamp: str
    read: Callable[[Quarantine], Iterator[Batch]]


class Resumable(Source, ABC):
    """A source in parts, each small enough to be read again and large enough to be kept."""

    @abstractmethod
    def parts(self, quarantine: Quarantine) -> Iterator[Part]:
        """Yield the parts, in a fixed order.

        Raises
        ------
        DataError
            If a file is missing, damaged or of another layout.
        """

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the batches of all parts."""
        for part in self.parts(quarantine):
            yield from part.read(quarantine)
