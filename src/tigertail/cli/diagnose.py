"""The command that says what a model does to each country."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tigertail.cli.output import print_table

if TYPE_CHECKING:
    from tigertail.evaluation.diagnosis.diagnosis import Diagnosis


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("diagnose")(diagnose)


def diagnose(
    model: Annotated[Path, typer.Argument(help="A model folder.")],
    n: Annotated[int, typer.Option("-n", min=0, help="How many of the artists that changed most.")] = 10,
    plot: Annotated[Path | None, typer.Option(help="Draw it to this PNG as well.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Say what one space does to each country, and what local models change."""
    import tigertail
    from tigertail.evaluation.diagnosis.diagnosis import diagnose as examine
    from tigertail.storage import to_json

    found = examine(tigertail.load(model), n=n)
    if as_json:
        typer.echo(to_json(found.to_dict()), nl=False)
    else:
        _print(found)
    if plot is not None:
        from tigertail.evaluation.diagnosis.plot import plot_diagnosis

        plot_diagnosis(found, plot)
        typer.echo(f"Drawn to {plot}.", err=as_json)


def _print(found: Diagnosis) -> None:
    typer.echo(
        f"{found.dataset}: {sum(found.groups.values()):,} listeners in {len(found.groups) - 1} groups."
    )
    if found.simulated:
        typer.echo("SIMULATED: no listener or artist in it is real.")
    _print_nearness(found)
    _print_capacity(found)
    _print_changes(found)
    _print_fallen(found)


def _print_nearness(found: Diagnosis) -> None:
    from tigertail.evaluation.metrics.country_cohesion import FEWEST_LOCAL, LISTED
    from tigertail.geo.regions import place_name

    if not found.countries:
        typer.echo(f"Clumping: no country has {FEWEST_LOCAL} local artists.")
        return
    signals = list(found.nearness)
    at_home, clumped = [], []
    for same in sorted(zip(*map(found.rows, signals), strict=True), key=lambda rows: -rows[0].local):
        head = [place_name(same[0].country), same[0].local, f"{same[0].listeners:,}"]
        shares = [same[0].own.at_home, *(row.model.at_home for row in same)]
        at_home.append([*head, *(f"{share:.1%}" for share in shares)])
        clumped.append([*head, *(f"{row.cohesion:+.2f}" for row in same)])
    everyone = ["all, by local artists", "", ""]
    at_home.append([*everyone, *(f"{found.at_home(name):.1%}" for name in (None, *signals))])
    clumped.append([*everyone, *(f"{found.cohesion(name):+.2f}" for name in signals)])
    where = "the catalogue says so" if found.catalogue_homes else "they are played four times as often there"
    typer.echo(f"Artists are local to a country because {where}.")
    head = ["country", "local artists", "listeners"]
    title = (
        f"Neighbours from home: of the {LISTED} listed after a local artist, those local to the same country"
    )
    print_table([*head, "own listeners", *signals], at_home, title=title, left=["country"])
    title = "Clumping: affinity among local artists, in deviations, minus what their own listeners say"
    print_table([*head, *signals], clumped, title=title, left=["country"])


def _print_capacity(found: Diagnosis) -> None:
    from tigertail.signals.local.groups import ELSEWHERE

    headings = ["group", "listeners", "entries", "error", "an entry", "at equal popularity", "own vectors"]
    rows = [
        [
            row.name,
            f"{row.share_of_listeners:.2%}",
            f"{row.share_of_entries:.2%}",
            f"{row.share_of_error:.2%}",
            f"{row.error:.3f}",
            f"{row.at_equal_popularity:.3f}",
            "" if row.group == ELSEWHERE else f"{row.own:.3f}",
        ]
        for row in found.capacity
    ]
    title = "Capacity: shares of the world's error, and error an entry over the world's"
    print_table(headings, rows, title=title, left=["group"])


def _print_changes(found: Diagnosis) -> None:
    from tigertail.evaluation.diagnosis.list_changes import FEWEST_LISTENERS

    changes = found.changes
    if not changes.asked:
        typer.echo(f"Lists: no artist has {FEWEST_LISTENERS} listeners.")
        return
    drawn = f"{changes.asked:,} drawn from " if changes.asked < changes.eligible else ""
    title = (
        f"Lists that changed most between factors and listening by group "
        f"({drawn}{changes.eligible:,} artists of {FEWEST_LISTENERS} listeners; mean change {changes.mean:.2f})"
    )
    rows = [
        [
            one.name,
            f"{one.listeners:,}",
            one.home or "-",
            f"{one.change:.2f}",
            one.common,
            ", ".join(one.before),
            ", ".join(one.after),
        ]
        for one in changes.most
    ]
    headings = ["artist", "listeners", "local to", "change", "in both", "first three before", "after"]
    left = ["artist", "local to", "first three before", "after"]
    print_table(headings, rows, title=title, left=left)


def _print_fallen(found: Diagnosis) -> None:
    from tigertail.signals.local.groups import group_name

    went: dict[str, list[str]] = {}
    for place, group in found.fallback_of.items():
        went.setdefault(group, []).append(place)
    rows = [
        [group_name(group), f"{found.groups.get(group, 0):,}", ", ".join(sorted(map(group_name, places)))]
        for group, places in sorted(went.items())
    ]
    if rows:
        title = "Places too small to stand alone, by the group their listeners went to"
        print_table(["group", "listeners", "places"], rows, title=title, left=["group", "places"])
