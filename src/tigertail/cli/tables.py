"""How answers are printed: one list, or two side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from tigertail.cli.output import print_table
from tigertail.errors import printable

if TYPE_CHECKING:
    import polars as pl

    from tigertail.model import Model

MARK = "="


def print_similar(model: Model, code: int, answers: pl.DataFrame, signal: str | None) -> None:
    """Print the list of :meth:`tigertail.Model.similar`, which the named signal or the default one gave."""
    from tigertail.dataset.full_names import full_name
    from tigertail.model.explanation import WHY, format_reasons

    explained = [WHY] if WHY in answers.columns else []
    print_table(
        ["rank", "name", "affinity", "listeners", "stratum", *explained],
        [
            [
                row["rank"],
                full_name(row),
                f"{row['score']:.3g}",
                f"{row['listeners']:,}",
                row["stratum"],
                *(format_reasons(row[column]) for column in explained),
            ]
            for row in answers.iter_rows(named=True)
        ],
        title=_title(model, code),
        left=["name", "stratum", *explained],
    )
    if answers.is_empty():
        typer.echo(f"This signal has no answer: {_silence(model, code, signal)}.")


def print_for_listener(model: Model, known: int, answers: pl.DataFrame) -> None:
    """Print the list of :meth:`tigertail.Model.recommend`; ``known`` is how many items of the history the model has."""
    from tigertail.dataset.full_names import full_name

    invented = ", SIMULATED" if model.provenance.simulated else ""
    entries = "1 item" if known == 1 else f"{known:,} items"
    print_table(
        ["rank", "name", "score", "listeners", "stratum"],
        [
            [row["rank"], full_name(row), f"{row['score']:.3g}", f"{row['listeners']:,}", row["stratum"]]
            for row in answers.iter_rows(named=True)
        ],
        title=f"For a listener of {entries}{invented}",
        left=["name", "stratum"],
    )
    if answers.is_empty():
        typer.echo("There is no answer: no item that may be listed has an affinity to these.")


def print_beside(model: Model, code: int, lists: pl.DataFrame, other: str, own: str | None) -> None:
    """Print the two lists of :func:`tigertail.model.compare`; items in both are marked."""
    from tigertail.model.query_options import COSINE
    from tigertail.model.resolution import default_signal

    signals = (other, own)
    other = f"naive CF ({other})" if other == COSINE else other
    own = f"Tigertail ({own or default_signal(model.signals)})"
    home = ["home"] if "country" in lists.columns else []
    print_table(
        ["rank", other, *home, "listeners", own, *home, "listeners"],
        [
            [row["rank"], *_half(row, "other_", bool(home)), *_half(row, "", bool(home))]
            for row in lists.iter_rows(named=True)
        ],
        title=f"{_title(model, code)}; {MARK} is in both",
        left=[other, own, *home],
    )
    for name, signal, column in zip((other, own), signals, ("other_name", "name"), strict=True):
        if lists[column].is_null().all():
            typer.echo(printable(f"{name} has no answer: {_silence(model, code, signal)}."))


def _half(row: dict[str, Any], prefix: str, home: bool) -> list[str]:
    """Return the cells of one of two lists; they are empty where it is the shorter."""
    name = row[f"{prefix}name"]
    if name is None:
        return [""] * (2 + home)
    return [
        f"{MARK if row[f'{prefix}in_both'] else ' '} {name}",
        *([row[f"{prefix}country"] or ""] if home else []),
        f"{row[f'{prefix}listeners']:,}",
    ]


def _title(model: Model, code: int) -> str:
    from tigertail.dataset.full_names import full_name

    query = model.items.row(code, named=True)
    home = f", {query['country']}" if query.get("country") else ""
    invented = ", SIMULATED" if model.provenance.simulated else ""
    one = "" if query["listeners"] == 1 else "s"
    return (
        f"After {full_name(query)} ({query['listeners']:,} listener{one}, {query['stratum']}{home}){invented}"
    )


def _silence(model: Model, code: int, signal: str | None) -> str:
    """Return why the list that a signal, or the default one, gives for an item is empty."""
    from tigertail.model import QueryOptions
    from tigertail.model.resolution import resolve_signal

    known = resolve_signal(model.signals, QueryOptions(signal=signal)).signal.known
    if model.items["listeners"][code] or known[code]:
        return "no item that may be listed has an affinity to it"
    return "no listener has played it, and no other signal queried covers it"
