"""Quarantine: rows that cannot be used are all counted, and kept for inspection with the reason."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

FILE: Final = "quarantine.csv"
KEPT_PER_REASON: Final = 10_000
EXAMPLES: Final = 5
_TEXT_LENGTH: Final = 200

# Columns of raw rows: the line in the file, counted from 1, and its text. The sign # distinguishes them from the
# columns of any file.
LINE: Final = "#line"
TEXT: Final = "#text"
REASON: Final = "#reason"


@dataclass(frozen=True)
class Rejected:
    """One rejected row."""

    source: str
    file: str
    line: int
    reason: str
    text: str


@dataclass
class Quarantine:
    """Counts of rows that were read, rejected, or used with a warning.

    Attributes
    ----------
    read
        Rows read, by source.
    rejected
        Rows rejected, by source and reason.
    warnings
        Rows used with a warning, by source and warning.
    examples
        A few values for each warning.
    rows
        The rejected rows, at most ``KEPT_PER_REASON`` for a source and reason.
    """

    read: Counter[str] = field(default_factory=Counter)
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    warnings: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    rows: list[Rejected] = field(default_factory=list)

    def reject(self, source: str, file: str, rows: pl.DataFrame) -> None:
        """Reject rows.

        Parameters
        ----------
        source, file
            Their source and file.
        rows
            Columns ``LINE``, ``TEXT`` and ``REASON``.
        """
        for reason, line, text in rows.select(REASON, LINE, TEXT).iter_rows():
            key = (source, reason)
            self.rejected[key] += 1
            if self.rejected[key] <= KEPT_PER_REASON:
                self.rows.append(Rejected(source, file, line, reason, (text or "")[:_TEXT_LENGTH]))

    def keep(self, source: str, file: str, rows: pl.DataFrame, reason: pl.Expr) -> pl.DataFrame:
        """Reject the rows for which ``reason`` is not null and return the others."""
        judged = rows.with_columns(reason.alias(REASON))
        if judged[REASON].null_count() == rows.height:
            return rows
        bad = judged.filter(pl.col(REASON).is_not_null())
        if TEXT not in bad.columns:
            bad = bad.with_columns(pl.struct(rows.drop(LINE).columns).struct.json_encode().alias(TEXT))
        self.reject(source, file, bad)
        return judged.filter(pl.col(REASON).is_null()).drop(REASON)

    def warn(self, source: str, what: str, count: int, examples: list[str] | None = None) -> None:
        """Count rows that are used with a warning."""
        if count:
            self.warnings[source, what] += count
            known = self.examples[source, what]
            fresh = [example for example in examples or [] if example not in known]
            known.extend(fresh[: EXAMPLES - len(known)])

    def reasons_of(self, source: str) -> dict[str, int]:
        """Return how many rows of a source were rejected, by reason, the most frequent first."""
        found = [(reason, rows) for (name, reason), rows in self.rejected.items() if name == source]
        return dict(sorted(found, key=lambda entry: (-entry[1], entry[0])))

    def write(self, folder: Path) -> None:
        """Write the kept rows to ``quarantine.csv``."""
        with (folder / FILE).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("source", "file", "line", "reason", "text"))
            writer.writerows((row.source, row.file, row.line, row.reason, row.text) for row in self.rows)


def reasons(*checks: tuple[pl.Expr, str]) -> pl.Expr:
    """Return the reason of the first check that holds for a row, or null."""
    return pl.coalesce(*(pl.when(check).then(pl.lit(reason)) for check, reason in checks))
