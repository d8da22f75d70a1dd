"""Cleaned rows of all sources, each where its table needs it: references to items, profiles, plays, other rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from typing import Any, Final

import polars as pl

from tigertail import columns as c
from tigertail.dataset.table_spec import Intake
from tigertail.dataset.tables import TABLES
from tigertail.ingest.credits import Credits, with_credits
from tigertail.ingest.formats import Batch, Source
from tigertail.ingest.identity import Identities, by_alias, resolve
from tigertail.ingest.linking import TABLE, UNSPACED, LinkedRows, link_items, matches
from tigertail.ingest.profiles import Profiles
from tigertail.ingest.references import condense, pair_refs, references, with_refs
from tigertail.ingest.side_tables import SideTables
from tigertail.io.quarantine import Quarantine

_MAX_REFERENCES: Final = 300_000  # held before equal ones are merged


@dataclass(frozen=True, eq=False)
class FoundItems:
    """The items that all references mean.

    Parameters
    ----------
    identities
        The items of references that make items, such as those of plays; its ``item_of`` has these references alone.
    linked
        What rows that only add to known items were linked to; None where there are none.
    named
        How many rows of tables of aliases name an item, as :func:`~tigertail.ingest.linking.matches` counts them; None
        where there are none.
    """

    identities: Identities
    linked: LinkedRows | None
    named: pl.DataFrame | None

    @property
    def items(self) -> pl.DataFrame:
        """The table of items."""
        return self.linked.items if self.linked else self.identities.items

    @property
    def matches(self) -> list[dict[str, Any]]:
        """How much of each table that makes no items was linked to one, as rows of such counts."""
        counts = (self.named, self.linked.matches if self.linked else None)
        rows = [row for one in counts if one is not None for row in one.iter_rows(named=True)]
        return sorted(rows, key=lambda row: (row[c.SOURCE], row[TABLE]))

    @property
    def item_of(self) -> pl.DataFrame:
        """The items of every reference that has one, also in tables that make no items; a credit may have several."""
        if self.linked is None:
            return self.identities.item_of
        both = pl.concat(
            [self.identities.item_of, self.linked.item_of.select(self.identities.item_of.columns)]
        )
        return both.unique(maintain_order=True)


class RowCollector:
    """Collects cleaned rows, and finds the items they are about at the end.

    Parameters
    ----------
    quarantine
        Takes warnings: credits that were split, items that are paired with themselves.
    add_plays
        Takes the plays of a source, with a ``ref`` for the item.
    """

    def __init__(
        self, quarantine: Quarantine, add_plays: Callable[[Source, Batch, pl.DataFrame], None]
    ) -> None:
        self.profiles = Profiles()
        self.side = SideTables(quarantine)
        self._quarantine = quarantine
        self._add_plays = add_plays
        self._refs = _DistinctReferences()
        self._alias_refs = _DistinctReferences()
        self._known_only_refs = _DistinctReferences()

    def add(self, source: Source, batch: Batch, rows: pl.DataFrame) -> None:
        """Add the cleaned rows of a batch."""
        spec = TABLES[batch.table]
        if spec.intake is Intake.PROFILES:
            self.profiles.add(rows)
            return
        if spec.intake is Intake.ALIASES:
            named = with_refs(rows, source)
            self._alias_refs.add(references(named, source, of_items_table=False, also=(c.ALIAS,)))
            return
        if spec.is_pairs:
            rows, refs = pair_refs(rows, source)
        else:
            rows = with_refs(rows, source)
            refs = references(rows, source, of_items_table=spec.intake is Intake.ITEMS)
        self._add_references(refs, batch)
        if spec.intake is Intake.PLAYS:
            self._add_plays(source, batch, rows)
        elif spec.intake is Intake.ROWS:
            self.side.add(batch.table, rows, source.label)

    def distinct_references(self) -> pl.DataFrame | None:
        """Return the distinct references so far: of plays, and of all else that makes items; None without any."""
        return self._refs.merged()

    def add_references(self, refs: pl.DataFrame) -> None:
        """Add what :meth:`distinct_references` of another collector returned."""
        self._refs.add(refs)

    def mbids(self) -> pl.Series:
        """Return the distinct MusicBrainz ids of the references so far."""
        refs = self.distinct_references()
        return pl.Series(c.MBID, [], pl.String) if refs is None else refs[c.MBID].drop_nulls().unique()

    def find_items(self, sources: Iterable[Source], namespaces: Sequence[str]) -> FoundItems | None:
        """Return the items that all references mean; None without a row that makes items.

        It is to be called once: the references are not kept, since of millions there is room for one copy only.

        Parameters
        ----------
        sources
            All sources, some of which may split credits of several artists.
        namespaces
            Their namespaces.
        """
        refs, aliases, known_only = (
            held.take() for held in (self._refs, self._alias_refs, self._known_only_refs)
        )
        if refs is None or refs.is_empty():
            return None
        credits = Credits.of(sources, refs)
        refs, parts = credits.split(refs, self._quarantine)
        identities = resolve(refs, namespaces, aliases)
        identities = replaced(identities, item_of=with_credits(identities.item_of, parts))
        named = None
        if aliases is not None:
            named = matches(aliases.with_columns(pl.lit(c.ALIASES_TABLE).alias(TABLE)), identities.item_of)
        if known_only is None:
            return FoundItems(identities, None, named)
        known = refs if aliases is None else pl.concat([refs, aliases.drop(c.ALIAS), by_alias(aliases)])
        known_only_refs, parts = credits.split(known_only, self._quarantine)
        linked = link_items(known_only_refs, known, identities)
        linked = replaced(linked, item_of=with_credits(linked.item_of, parts))
        return FoundItems(identities, linked, named)

    def _add_references(self, refs: pl.DataFrame, batch: Batch) -> None:
        if batch.known_only:
            columns = (pl.lit(batch.table).alias(TABLE), pl.lit(batch.unspaced).alias(UNSPACED))
            self._known_only_refs.add(refs.with_columns(columns))
            return
        self.add_references(refs)


class _DistinctReferences:
    """References of which equal ones are merged whenever many are held."""

    def __init__(self) -> None:
        self._frames: list[pl.DataFrame] = []
        self._most = _MAX_REFERENCES

    def add(self, refs: pl.DataFrame) -> None:
        self._frames.append(refs)
        if sum(frame.height for frame in self._frames) >= self._most:
            self._frames = [condense(self._frames)]
            self._most = max(_MAX_REFERENCES, 2 * self._frames[0].height)

    def merged(self) -> pl.DataFrame | None:
        """Return them; None if nothing was added, not even an empty table."""
        self._frames = [condense(self._frames)] if self._frames else []
        return self._frames[0] if self._frames else None

    def take(self) -> pl.DataFrame | None:
        """Return them, and hold them no longer."""
        refs = self.merged()
        self._frames.clear()
        return refs
