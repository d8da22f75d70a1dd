"""The command that measures country cohesion and capacity of a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tigertail.cli.output import print_table
from tigertail.errors import printable

if TYPE_CHECKING:
    from tigertail.evaluation.diagnosis import Diagnosis


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("diagnose")(diagnose)


def diagnose(
    model: Annotated[Path, typer.Argument(help="A model folder.")],
    n: Annotated[int, typer.Option("-n", min=0, help="Number of the largest list changes to print.")] = 10,
    plot: Annotated[
        Path | None, typer.Option(dir_okay=False, help="A picture to write: PNG, SVG or PDF.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Measure the effect of one embedding on each country, and of local models: cohesion, capacity, list changes."""
    import tigertail
    from tigertail.evaluation import diagnosis
    from tigertail.plotting import check_format
    from tigertail.storage import to_json

    if plot is not None:
        check_format(plot)
    diagnosed = diagnosis.diagnose(tigertail.load(model), n=n)
    if plot is not None:  # before it is printed: who reads that may stop reading
        diagnosis.plot_diagnosis(diagnosed, plot)
        typer.echo(f"Written: {plot}.", err=True)
    if as_json:
        typer.echo(to_json(diagnosed.to_dict()), nl=False)
    else:
        _print(diagnosed)


def _print(diagnosed: Diagnosis) -> None:
    from tigertail.signals.listening.groups import ELSEWHERE

    without = diagnosed.groups[ELSEWHERE]
    of_groups = sum(diagnosed.groups.values()) - without
    typer.echo(
        f"{printable(diagnosed.dataset)}: {of_groups:,} listeners in {len(diagnosed.groups) - 1} groups, "
        f"{without:,} in none."
    )
    if diagnosed.simulated:
        typer.echo("SIMULATED: no listener or artist in it is real.")
    _print_cohesion(diagnosed)
    _print_capacity(diagnosed)
    _print_list_changes(diagnosed)
    _print_fallbacks(diagnosed)


def _print_cohesion(diagnosed: Diagnosis) -> None:
    from tigertail.evaluation.metrics.country_cohesion import LISTED, MIN_LISTENERS, MIN_LOCAL_ARTISTS
    from tigertail.evaluation.metrics.locality import MIN_LOCAL_LISTENERS, MIN_RATIO
    from tigertail.geo.regions import place_name

    if not diagnosed.countries:
        typer.echo(
            f"Cohesion: no country has {MIN_LOCAL_ARTISTS} local artists of {MIN_LISTENERS} listeners or more."
        )
        return
    signals = list(diagnosed.by_country)
    local_shares, cohesion = [], []
    for same in sorted(zip(*map(diagnosed.rows, signals), strict=True), key=lambda rows: -rows[0].local):
        head = [place_name(same[0].country), same[0].local, f"{same[0].listeners:,}"]
        shares = [same[0].own.local_share, *(row.model.local_share for row in same)]
        local_shares.append([*head, *(f"{share:.1%}" for share in shares)])
        cohesion.append([*head, *(f"{row.cohesion:+.2f}" for row in same)])
    everyone = ["all, by local artists", "", ""]
    local_shares.append(
        [*everyone, *(f"{diagnosed.mean_local_share(name):.1%}" for name in (None, *signals))]
    )
    cohesion.append([*everyone, *(f"{diagnosed.mean_cohesion(name):+.2f}" for name in signals)])
    if diagnosed.catalogue_countries:
        typer.echo("An artist is local to its country in the catalogue.")
    else:
        typer.echo(
            f"An artist is local to a country where {MIN_LOCAL_LISTENERS} listeners or more play it, if those there "
            f"are {MIN_RATIO:g} times as likely to play it as those elsewhere, where one more is counted."
        )
    head = ["country", "local artists", "listeners"]
    title = f"Local share: of the {LISTED} items listed after a local artist, those of the same country"
    print_table([*head, "own listeners", *signals], local_shares, title=title, left=["country"])
    title = "Cohesion: standardised affinity among local artists, minus the same among own listeners"
    print_table([*head, *signals], cohesion, title=title, left=["country"])


def _print_capacity(diagnosed: Diagnosis) -> None:
    from tigertail.signals.listening.groups import ELSEWHERE

    headings = [
        "group",
        "listeners",
        "entries",
        "error",
        "relative error",
        "at equal popularity",
        "own vectors",
    ]
    rows = [
        [
            row.name,
            f"{row.share_of_listeners:.2%}",
            f"{row.share_of_entries:.2%}",
            f"{row.share_of_error:.2%}",
            f"{row.error:.3f}",
            f"{row.at_equal_popularity:.3f}",
            "" if row.group == ELSEWHERE else f"{row.error_own_vectors:.3f}",
        ]
        for row in diagnosed.capacity
    ]
    title = "Capacity: shares of the reconstruction error, and error an entry relative to the mean"
    print_table(headings, rows, title=title, left=["group"])


def _print_list_changes(diagnosed: Diagnosis) -> None:
    from tigertail.evaluation.diagnosis.list_changes import MIN_LISTENERS
    from tigertail.signals.listening.groups import group_name

    changes = diagnosed.list_changes
    if not changes.queries:
        typer.echo(f"List changes: no item has {MIN_LISTENERS} listeners or more.")
        return
    drawn = f"{changes.queries:,} drawn from " if changes.queries < changes.eligible else ""
    title = (
        f"Largest list changes from factors to co-listening by group "
        f"({drawn}{changes.eligible:,} items of {MIN_LISTENERS} listeners or more; mean change {changes.mean:.2f})"
    )
    rows = [
        [
            one.name,
            f"{one.listeners:,}",
            group_name(one.place) if one.place else "-",
            f"{one.change:.2f}",
            one.common,
            ", ".join(one.before),
            ", ".join(one.after),
        ]
        for one in changes.largest
    ]
    headings = ["item", "listeners", "local to", "change", "in both", "first three before", "after"]
    left = ["item", "local to", "first three before", "after"]
    print_table(headings, rows, title=title, left=left)


def _print_fallbacks(diagnosed: Diagnosis) -> None:
    from tigertail.signals.listening.groups import group_name

    places_of: dict[str, list[str]] = {}
    for place, group in diagnosed.fallback_of.items():
        places_of.setdefault(group, []).append(place)
    rows = [
        [group_name(group), f"{diagnosed.groups.get(group, 0):,}", ", ".join(sorted(map(group_name, places)))]
        for group, places in sorted(places_of.items())
    ]
    if rows:
        title = "Places too small for a group of their own, by fallback group"
        print_table(["group", "listeners", "places"], rows, title=title, left=["group", "places"])
