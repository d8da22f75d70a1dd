"""The report of a build: rows read, rejected and merged."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tigertail.ingest.identity import Identities
from tigertail.ingest.recipe import Recipe
from tigertail.ingest.remedies import remedies
from tigertail.io.quarantine import Quarantine
from tigertail.storage import to_json

FILE: Final = "report.json"
_EXAMPLES: Final = 20


@dataclass(frozen=True)
class Warned:
    """What a source warned of.

    Attributes
    ----------
    what
        The warning. Its rows are used, but for what it says is left out: a value, or the row.
    rows
        How many it is about: rows, or what else it names, such as pages or members of a dump.
    examples
        A few values.
    """

    what: str
    rows: int
    examples: list[str]


@dataclass(frozen=True)
class SourceReport:
    """Counts of the rows of one source.

    Attributes
    ----------
    read
        Rows in its files, including those that were rejected, left out or dropped as duplicates.
    rejected
        Rejected rows by reason, the most frequent first.
    left_out
        Rows that the recipe leaves out, by reason.
    duplicates
        Rows of a table of counts that repeat another row, and rows of a log with a play of the same second, listener
        and item as another's; a row that credits several artists has a play of each. What repeats is dropped.
    """

    name: str
    format: str
    read: int
    rejected: dict[str, int]
    left_out: dict[str, int]
    duplicates: int
    warnings: list[Warned]


@dataclass(frozen=True)
class Match:
    """How much of a table that makes no items was linked to an item.

    Attributes
    ----------
    source, table
        The source and the table.
    rows, matched_rows
        References to items in usable rows, and those linked to one: a row has one, a pair two, and a row that credits
        several artists one of each.
    names, matched_names
        Distinct references to items, and those linked to one.
    items
        Distinct items linked.
    examples
        The most frequent names without an item.
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
    """Counts of a whole build.

    Attributes
    ----------
    sources
        One report for each source, in the recipe's order.
    shared
        How many items two sources have in common, for each pair with any: source, other, items.
    several_spellings, several_spellings_examples
        Items with several spellings (different in more than case), and the spellings of some: those with most rows.
    ambiguous, ambiguous_name_only, ambiguous_examples
        Names and MBIDs of several items that were not merged, because ids or MBIDs conflict; those where one of the
        items is known by its name alone; some of them, the first in order: the name of an item, or the MBID where none
        has a name.
    conflicting_profiles
        Listeners for whom sources gave several countries or languages; the most frequent one was kept.
    matches
        How many rows of tables that make no items were linked to one.
    unlisted_unknown
        What the recipe keeps out of answers, and no item is called.
    nameless, nameless_examples
        Items without a name and without a play, which a row of another table made by an id or MBID; some of them. Not
        counted where no source is one of plays.
    remedies
        What the recipe can say so that more is read.
    """

    sources: list[SourceReport]
    shared: list[tuple[str, str, int]]
    several_spellings: int
    several_spellings_examples: list[list[str]]
    ambiguous: int
    ambiguous_name_only: int
    ambiguous_examples: list[str]
    conflicting_profiles: int
    matches: list[Match]
    unlisted_unknown: list[str]
    nameless: int
    nameless_examples: list[str]
    remedies: list[str]

    def write(self, folder: Path) -> None:
        """Write ``report.json`` into the folder of the dataset."""
        (folder / FILE).write_text(to_json(asdict(self)), encoding="utf-8")


def build_report(
    recipe: Recipe,
    quarantine: Quarantine,
    identities: Identities,
    *,
    duplicates: Counter[str],
    conflicts: int,
    matches: list[dict[str, Any]],
    unlisted_unknown: list[str],
    nameless: list[str],
) -> BuildReport:
    """Collect the counts of the parts of a build."""
    return BuildReport(
        sources=[
            SourceReport(
                name=source.label,
                format=source.format,
                read=quarantine.read[source.label],
                rejected=quarantine.reasons_of(source.label),
                left_out=quarantine.reasons_of(source.label, quarantine.left_out),
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
        several_spellings=identities.spellings.height,
        several_spellings_examples=identities.spellings["names"].head(_EXAMPLES).to_list(),
        ambiguous=identities.ambiguous.height,
        ambiguous_name_only=identities.ambiguous.filter("name_only").height,
        ambiguous_examples=identities.ambiguous["name"].head(_EXAMPLES).to_list(),
        conflicting_profiles=conflicts,
        matches=[Match(**row) for row in matches],
        unlisted_unknown=unlisted_unknown,
        nameless=len(nameless),
        nameless_examples=nameless[:_EXAMPLES],
        remedies=[one for source in recipe.source for one in remedies(source, quarantine)],
    )
