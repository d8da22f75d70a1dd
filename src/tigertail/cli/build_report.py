"""The output of ``tigertail build``."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import typer

from tigertail import columns as c
from tigertail.cli.output import print_table
from tigertail.cli.sources import print_sources
from tigertail.errors import printable
from tigertail.io.quarantine import such_as

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.ingest.report import BuildReport

_EXAMPLES_SHOWN = 3


def print_report(dataset: Dataset, report: BuildReport) -> None:
    """Print what was read, rejected, left out and matched, what listeners could hear, and what to do next."""
    from tigertail.dataset.summary_sources import source_sizes

    row_counts = dataset.manifest["tables"]
    folder = printable(str(dataset.path))
    typer.echo(f"{folder}: {', '.join(f'{count:,} {table}' for table, count in row_counts.items())}")
    print_table(
        ["source", "format", "rows read", "rejected", "left out", "duplicates"],
        [
            [
                source.name,
                source.format,
                f"{source.read:,}",
                f"{sum(source.rejected.values()):,}",
                f"{sum(source.left_out.values()):,}",
                f"{source.duplicates:,}",
            ]
            for source in report.sources
        ],
        left=["source", "format"],
    )
    _print_remarks(report)
    _print_matches(report)
    _print_linked(report)
    if not row_counts[c.PLAYS_TABLE]:
        typer.echo(
            "No source of the recipe gives plays: the dataset is to be added to a model, and cannot be fitted."
        )
    print_sources(source_sizes(dataset))
    if any(source.rejected for source in report.sources):
        typer.echo(f"Rejected rows, each with its reason: {folder}/quarantine.csv")
    place = printable(shlex.quote(str(dataset.path)))
    typer.echo(
        f"Next: tigertail {f'describe {place}' if row_counts[c.PLAYS_TABLE] else f'add MODEL {place}'}"
    )


def _print_remarks(report: BuildReport) -> None:
    """Print why rows were rejected or left out, and the warnings."""
    remarks = []
    for source in report.sources:
        remarks += [(source.name, "rejected", why, f"{rows:,}") for why, rows in source.rejected.items()]
        remarks += [(source.name, "left out", why, f"{rows:,}") for why, rows in source.left_out.items()]
        for warned in source.warnings:
            remarks.append(
                (source.name, "warning", warned.what + such_as(warned.examples), f"{warned.rows:,}")
            )
    if report.conflicting_profiles:
        what = "listeners with several countries or languages: the most frequent one was kept"
        remarks.append(("all", "warning", what, f"{report.conflicting_profiles:,}"))
    if remarks:
        print_table(["source", "kind", "reason", "count"], remarks, left=["source", "kind", "reason"])
    for remedy in report.remedies:
        typer.echo(printable(f"To read more: {remedy}."))


def _print_matches(report: BuildReport) -> None:
    """Print how items were matched, within sources and across them."""
    for source, other, items in report.shared:
        typer.echo(printable(f"Items in both {source} and {other}: {items:,}."))
    if report.several_spellings:
        names = "; ".join(" = ".join(names) for names in report.several_spellings_examples[:_EXAMPLES_SHOWN])
        typer.echo(
            printable(f"Items spelled in several ways: {report.several_spellings:,}, such as {names}.")
        )
    if report.nameless:
        ids = ", ".join(report.nameless_examples[:_EXAMPLES_SHOWN])
        typer.echo(
            f"Items without a name and without a play: {report.nameless:,}, such as {printable(ids)}. If their ids are "
            'misprints, write catalogue = "known" in the source that has them.'
        )
    if report.unlisted_unknown:
        typer.echo(
            f"No item is called as the recipe's unlisted says: {printable(', '.join(report.unlisted_unknown))}."
        )
    if report.ambiguous:
        names = ", ".join(report.ambiguous_examples[:_EXAMPLES_SHOWN])
        typer.echo(
            f"Names and MBIDs of several items, which were not merged: {report.ambiguous:,}, "
            f"such as {printable(names)}; in {report.ambiguous_name_only:,} of them one item has only the name."
        )


def _print_linked(report: BuildReport) -> None:
    """Print how many rows of tables that make no items were linked to one."""
    rows = [
        [
            one.source,
            one.table,
            f"{one.matched_rows:,} of {one.rows:,}",
            f"{one.matched_names:,} of {one.names:,}",
            f"{one.items:,}",
            ", ".join(one.examples),
        ]
        for one in report.matches
    ]
    if rows:
        headings = ["source", "table", "rows matched", "references matched", "items", "not matched, such as"]
        left = ["source", "table", "not matched, such as"]
        print_table(headings, rows, title="Tables that make no items", left=left)
