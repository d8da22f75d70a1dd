"""What a build read, rejected, merged and left apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tigertail.ingest.identity import Identities
from tigertail.ingest.linking import LinkedRows
from tigertail.ingest.recipe import Recipe
from tigertail.io.quarantine import Quarantine
from tigertail.storage import to_json

FILE: Final = "report.json"
_EXAMPLES: Final = 20


@dataclass(frozen=True)
class Warned:
    """Rows that were used although something about them was odd."""

    what: str
    rows: int
    examples: list[str]


@dataclass(frozen=True)
class SourceReport:
    """What became of one source's rows.

    Attributes
    ----------
    read
        Rows in its files, rejected ones among them.
    rejected
        Rows that could not be used, by reason, the most frequent first.
    duplicates
        Rows that repeat another of a table of counts; one of them was kept.
    """

    name: str
    format: str
    read: int
    rejected: dict[str, int]
    duplicates: int
    warnings: list[Warned]


@dataclass(frozen=True)
class Match:
    """How much of a table beside the plays speaks of items that there are.

    Attributes
    ----------
    source, table
        Whose rows, for which table.
    rows, matched_rows
        Rows that could be used, and those that found their item.
    names, matched_names
        Distinct ways items are named, and those that found one.
    items
        Items found.
    examples
        Names that found none, the most frequent.
    """

    source: str
    table: str
    rows: int
    matched_rows: int
    names: int
    matched_names: int
    items: int
    examples: list[str]


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes
    ----------
    sources
        By source, in the recipe's order.
    shared
        How many items two sources have in common.
    merged, merged_examples
        Items whose names were spelled differently (in more than case), and some of their spellings.
    namesakes, unsure, namesakes_examples
        Names that several items kept; those where one of them has nothing but the name; some of them.
    conflicting_profiles
        Listeners of whom sources said different things; what was said most often went.
    matches
        How much of the tables that make no items found some.
    """

    sources: list[SourceReport]
    shared: list[tuple[str, str, int]]
    merged: int
    merged_examples: list[list[str]]
    namesakes: int
    unsure: int
    namesakes_examples: list[str]
    conflicting_profiles: int
    matches: list[Match]

    def write(self, folder: Path) -> None:
        """Write ``report.json``."""
        (folder / FILE).write_text(to_json(asdict(self)), encoding="utf-8")


def build_report(
    recipe: Recipe,
    quarantine: Quarantine,
    identities: Identities,
    *,
    duplicates: Counter[str],
    conflicts: int,
    linked: LinkedRows | None = None,
) -> BuildReport:
    """Put together what the parts of a build have counted."""
    return BuildReport(
        sources=[
            SourceReport(
                name=source.label,
                format=source.format,
                read=quarantine.read[source.label],
                rejected=quarantine.reasons_of(source.label),
                duplicates=duplicates[source.label],
                warnings=[
                    Warned(what, rows, quarantine.examples[name, what])
                    for (name, what), rows in sorted(quarantine.warnings.items())
                    if name == source.label
                ],
            )
            for source in recipe.source
        ],
        shared=list(identities.shared.iter_rows()),
        merged=identities.merged.height,
        merged_examples=identities.merged["names"].head(_EXAMPLES).to_list(),
        namesakes=identities.namesakes.height,
        unsure=identities.namesakes.filter("unsure").height,
        namesakes_examples=identities.namesakes["name"].head(_EXAMPLES).to_list(),
        conflicting_profiles=conflicts,
        matches=[Match(**row) for row in linked.matches.iter_rows(named=True)] if linked else [],
    )
