"""The sources of listening in a dataset, and what each of them offers."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict

from tigertail import columns as c
from tigertail.dataset.dataset import Dataset
from tigertail.dataset.exposure import EVERYTHING, Exposure
from tigertail.dataset.interactions import COUNTED, interaction_counts
from tigertail.dataset.vocabulary import Vocabulary

SMALL_CATALOGUE: Final = 0.5  # share of the items under which a catalogue is called small


class SourceSize(BaseModel):
    """A source of listening in numbers.

    Parameters
    ----------
    source
        Its name; None for listeners without a source, who could hear everything unless the table `availability`
        limits their country.
    listeners
        How many, of those with a profile.
    interactions
        Pairs of listener and item, but for those of the lowest rating.
    items
        Items that it offers to at least one of its listeners.
    share
        Of all items: the mean over its listeners of what each could hear. It is less than the share of ``items`` where
        the offer differs between countries.
    open
        Whether its listeners could hear all items by definition.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str | None
    listeners: int
    interactions: int
    items: int
    share: float
    open: bool

    @property
    def small(self) -> bool:
        """Whether its listeners could hear only a small part of the items."""
        return not self.open and self.share < SMALL_CATALOGUE


def source_sizes(dataset: Dataset) -> tuple[SourceSize, ...]:
    """Return the sources of a dataset, the one with most listeners first; none where it names no source."""
    profiles = dataset.listeners.unique(c.LISTENER_ID, keep="first", maintain_order=True)
    if c.SOURCE not in profiles.columns or profiles[c.SOURCE].null_count() == len(profiles):
        return ()
    exposure = Exposure.of(dataset, profiles[c.LISTENER_ID], Vocabulary(dataset.items[c.ITEM_ID]))
    catalogue_sizes = exposure.offered.sum(axis=1)
    counts = interaction_counts(dataset, c.LISTENER_ID)
    rows = profiles.select(c.LISTENER_ID, c.SOURCE).join(
        counts, on=c.LISTENER_ID, how="left", maintain_order="left"
    )
    rows = rows.with_columns(pl.Series("catalogue", exposure.catalogue_of))
    sizes = []
    for (name,), mine in rows.group_by(c.SOURCE, maintain_order=True):
        member = mine["catalogue"].to_numpy()
        catalogues = np.unique(member)
        sizes.append(
            SourceSize(
                source=name,
                listeners=len(mine),
                interactions=int(mine[COUNTED].sum()),
                items=int(exposure.offered[catalogues].any(axis=0).sum()),
                share=float(catalogue_sizes[member].mean()) / exposure.offered.shape[1],
                open=all(exposure.names[one] == EVERYTHING for one in catalogues),
            )
        )
    return tuple(sorted(sizes, key=lambda one: (-one.listeners, one.source or "")))
