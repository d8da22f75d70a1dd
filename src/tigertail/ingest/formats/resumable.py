"""Sources that are read part by part, so that a build that stopped goes on with the part where it stopped."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from pydantic import SerializeAsAny

from tigertail.ingest.formats.source import Batch, Source
from tigertail.io.archives import is_packed
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
    """A source in parts, each small enough to be held in memory and read again, and large enough to be kept."""

    @abstractmethod
    def parts(self, quarantine: Quarantine) -> Iterator[Part]:
        """Yield the parts, in a fixed order.

        Raises
        ------
        DataError
            If a file is missing, damaged or of another layout.
        """

    def pieces(self) -> Sequence[Source]:
        """Return a source for each part; the whole if a file is compressed, since it is read from its front."""
        files = self.path.rglob("*") if self.path.is_dir() else [self.path]
        if any(file.is_file() and is_packed(file) for file in files):
            return [self]
        return [_OnePart.of(self, number) for number, _ in enumerate(self.parts(Quarantine()))]

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        """Yield the batches of all parts."""
        for part in self.parts(quarantine):
            yield from part.read(quarantine)


class _OnePart(Source):
    """One part of a source, of which the first also says what is wrong with the whole."""

    whole: SerializeAsAny[Resumable]
    number: int

    @classmethod
    def of(cls, whole: Resumable, number: int) -> Self:
        own = {name: getattr(whole, name) for name in Source.model_fields}
        return cls(**own, whole=whole, number=number)

    def read(self, quarantine: Quarantine) -> Iterator[Batch]:
        of_whole = quarantine if self.number == 0 else Quarantine()
        for number, part in enumerate(self.whole.parts(of_whole)):
            if number == self.number:
                yield from part.read(quarantine)
