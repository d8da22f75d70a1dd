"""Quarantine: rows that cannot be used are all counted, and kept for inspection with the reason."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import polars as pl

FILE: Final = "quarantine.csv"
KEPT_PER_REASON: Final = 10_000
EXAMPLES: Final = 5
_TEXT_LENGTH: Final = 200

_SHOWN: Final = (
    *(pl.String, pl.Boolean, pl.Float32, pl.Float64, pl.Date, pl.Datetime),
    *(pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64),
)

# Columns of raw rows: the line in the file (the row, where it has no lines), from 1 on, and its text. No column of a
# file has such a name: in a header there is no line feed.
LINE: Final = "\nline"
RAW_TEXT: Final = "\ntext"
REASON: Final = "\nreason"


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
    """Counts of rows that were read, rejected, left out, or warned of.

    Attributes
    ----------
    read
        Rows read, by source.
    rejected
        Rows rejected, by source and reason.
    left_out
        Rows that the recipe leaves out, by source and reason; they are not kept.
    warnings
        Rows with a warning, by source and warning. They are used, but for what the warning says is left out: a value,
        or the row.
    examples
        A few values for each warning.
    rows
        The rejected rows, at most ``KEPT_PER_REASON`` for a source and reason.
    """

    read: Counter[str] = field(default_factory=Counter)
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
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
            Columns ``LINE``, ``RAW_TEXT`` and ``REASON``; the first 200 characters of a text are kept.
        """
        for reason, line, text in rows.select(REASON, LINE, RAW_TEXT).iter_rows():
            key = (source, reason)
            self.rejected[key] += 1
            if self.rejected[key] <= KEPT_PER_REASON:
                self.rows.append(Rejected(source, file, line, reason, (text or "")[:_TEXT_LENGTH]))

    def usable_rows(self, source: str, file: str, rows: pl.DataFrame, reason: pl.Expr) -> pl.DataFrame:
        """Reject the rows for which ``reason`` is not null and return the others.

        Rows of one line, which stood for several, are rejected as one, for the reason of the first.
        """
        judged = rows.with_columns(reason.alias(REASON))
        if judged[REASON].null_count() == rows.height:
            return rows
        bad = judged.filter(pl.col(REASON).is_not_null()).unique(LINE, keep="first", maintain_order=True)
        if RAW_TEXT not in bad.columns:
            # A name with a line feed is of no column of the file.
            shown = [
                name for name, dtype in rows.schema.items() if not name.startswith("\n") and _is_shown(dtype)
            ]
            text = pl.struct(shown).struct.json_encode() if shown else pl.lit("")
            bad = bad.with_columns(text.alias(RAW_TEXT))
        self.reject(source, file, bad)
        return judged.filter(pl.col(REASON).is_null()).drop(REASON)

    def skip(self, source: str, reason: str, count: int) -> None:
        """Count rows that the recipe leaves out; they are not kept."""
        if count:
            self.left_out[source, reason] += count

    def warn(self, source: str, what: str, count: int, examples: list[str] | None = None) -> None:
        """Count rows that are warned of."""
        if count:
            self.warnings[source, what] += count
            known = self.examples[source, what]
            fresh = [example for example in dict.fromkeys(examples or []) if example not in known]
            known.extend(fresh[: EXAMPLES - len(known)])

    def add(self, other: Quarantine) -> None:
        """Add what another one has."""
        self.read.update(other.read)
        kept = Counter({key: min(count, KEPT_PER_REASON) for key, count in self.rejected.items()})
        for row in other.rows:
            kept[row.source, row.reason] += 1
            if kept[row.source, row.reason] <= KEPT_PER_REASON:
                self.rows.append(row)
        self.rejected.update(other.rejected)
        self.left_out.update(other.left_out)
        for (source, what), count in other.warnings.items():
            self.warn(source, what, count, other.examples[source, what])

    def facts(self) -> dict[str, Any]:
        """Return all of it, for JSON."""
        return {
            "read": list(self.read.items()),
            "rejected": [[*key, rows] for key, rows in self.rejected.items()],
            "left_out": [[*key, rows] for key, rows in self.left_out.items()],
            "warnings": [[*key, rows, self.examples[key]] for key, rows in self.warnings.items()],
            "rows": [asdict(row) for row in self.rows],
        }

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Self:
        """Return the quarantine of which :meth:`facts` returned this, and JSON kept it."""
        found = cls(rows=[Rejected(**row) for row in facts["rows"]])
        found.read.update(dict(facts["read"]))
        found.rejected.update({(source, reason): rows for source, reason, rows in facts["rejected"]})
        found.left_out.update({(source, reason): rows for source, reason, rows in facts["left_out"]})
        for source, what, rows, examples in facts["warnings"]:
            found.warn(source, what, rows, examples)
        return found

    def reasons_of(self, source: str, counts: Counter[tuple[str, str]] | None = None) -> dict[str, int]:
        """Return how many rows of a source were rejected, or are in other counts, by reason, the most first."""
        of = self.rejected if counts is None else counts
        found = [(reason, rows) for (name, reason), rows in of.items() if name == source]
        return dict(sorted(found, key=lambda entry: (-entry[1], entry[0])))

    def write(self, folder: Path) -> None:
        """Write the rejected rows, as many as are kept, to ``quarantine.csv``, by source, file and line."""
        ordered = sorted(self.rows, key=lambda row: (row.source, row.file, row.line, row.reason))
        # The name of a file may be of bytes that are no UTF-8, which Python keeps as surrogates.
        with (folder / FILE).open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("source", "file", "line", "reason", "text"))
            writer.writerows((row.source, row.file, row.line, row.reason, row.text) for row in ordered)


def _is_shown(dtype: pl.DataType) -> bool:
    """Return whether values of a type can be written as JSON, and read by people."""
    inner = dtype.inner if isinstance(dtype, pl.List | pl.Array) else dtype
    return inner in _SHOWN


def such_as(examples: Sequence[str]) -> str:
    """Return what to add to a warning for some values of the file, quoted: one may have a comma in it.

    Examples
    --------
    >>> such_as(["Hindi, English", "Hinglish"])
    ", such as 'Hindi, English', 'Hinglish'"
    """
    quoted = ", ".join(f"'{one}'" for one in examples)
    return f", such as {quoted}" if examples else ""


def reasons(*checks: tuple[pl.Expr, str]) -> pl.Expr:
    """Return the reason of the first check that holds for a row, or null."""
    return pl.coalesce(*(pl.when(check).then(pl.lit(reason)) for check, reason in checks))
