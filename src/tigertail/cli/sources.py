"""The table of sources, which ``build`` and ``describe`` print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from tigertail.cli.output import print_table
from tigertail.errors import printable

if TYPE_CHECKING:
    from tigertail.dataset.summary_sources import SourceSize


def print_sources(sources: Sequence[SourceSize]) -> None:
    """Print what listeners of each source could hear, and what follows from a small catalogue."""
    if not sources:
        return
    print_table(
        ["source", "listeners", "interactions", "items offered", "share of all items", "catalogue"],
        [
            [
                _name(one),
                f"{one.listeners:,}",
                f"{one.interactions:,}",
                f"{one.items:,}",
                f"{one.share:.1%}",
                "open" if one.open else "closed",
            ]
            for one in sources
        ],
        title="What listeners of each source could hear",
        left=["source", "catalogue"],
    )
    small = [one for one in sources if one.small]
    if not small:
        return
    everybody = sum(one.listeners for one in sources)
    for one in small:
        typer.echo(
            f"WARNING: {printable(_name(one))}, {one.listeners:,} of {everybody:,} listeners, could hear "
            f"{one.share:.1%} of the items."
        )
    others = everybody - sum(one.listeners for one in small)
    rests = f"the {others:,} listeners of larger catalogues" if others else "other tables"
    typer.echo(
        "That these listeners do not play the other items is no evidence against them: the base model leaves such\n"
        "pairs out, and evaluation ranks for each listener what the source offers. It is no evidence for them either:\n"
        f"what is similar among the other items rests on {rests}. If these listeners could\n"
        "hear more, the dataset must say so: give no source to who could hear everything (in a recipe catalogue =\n"
        '"open"), and rows of availability to a source that offers more.\n'
    )


def _name(size: SourceSize) -> str:
    return size.source or "(none)"
