"""Commands that make and describe datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tigertail.cli.output import print_table
from tigertail.cli.sources import print_sources
from tigertail.errors import printable

if TYPE_CHECKING:
    from tigertail.dataset.summary import Description

COUNTRIES_SHOWN: Final = 10

RecipeFile = Annotated[Path, typer.Argument(help="A TOML file that names the sources.")]
NewDataset = Annotated[Path, typer.Argument(help="The folder to make.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the dataset if it exists.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("build")(build)
    app.command("simulate")(simulate)
    app.command("describe")(describe)


def build(
    recipe: RecipeFile,
    dataset: NewDataset,
    force: Force = False,
) -> None:
    """Read listening data, match its names and write a dataset."""
    from tigertail.cli.build_report import print_report
    from tigertail.ingest.build import build as make
    from tigertail.ingest.recipe import Recipe

    made, report = make(Recipe.load(recipe), dataset, replace=force)
    print_report(made, report)


def simulate(
    dataset: NewDataset,
    listeners: Annotated[int, typer.Option(help="Number of listeners.")] = 5_000,
    artists: Annotated[int, typer.Option(help="Number of artists.")] = 4_000,
    countries: Annotated[int, typer.Option(help="Number of countries, up to 24.")] = 24,
    artists_per_listener: Annotated[float, typer.Option(help="Mean number of artists of a listener.")] = 45,
    local_structure: Annotated[float, typer.Option(help="Influence of country and language, 0 to 1.")] = 1,
    spam_annotators: Annotated[float, typer.Option(help="Share of spammers among annotators.")] = 0,
    cold: Annotated[float, typer.Option(help="Share of artists without listeners.")] = 0,
    facts: Annotated[
        float, typer.Option(help="Share of artists with facts, as from an encyclopaedia; 0: none.")
    ] = 0,
    audio: Annotated[float, typer.Option(help="Share of artists with audio descriptors; 0: none.")] = 0.85,
    pages: Annotated[float, typer.Option(help="Share of artists with a page; 0: no documents.")] = 0.6,
    djs: Annotated[int, typer.Option(help="DJs with a radio show; 0: no sequences.")] = 40,
    services: Annotated[
        str | None,
        typer.Option(help="Shares of listeners by service, as global=0.85,full=0.1,regional=0.05."),
    ] = None,
    catalogue: Annotated[
        float,
        typer.Option(
            help="Share of the artists, the most popular first, that the service `global` of --services has."
        ),
    ] = 0.06,
    seed: Annotated[int, typer.Option(help="Same seed, same world.")] = 0,
    force: Force = False,
) -> None:
    """Simulate a world of listeners and artists, to try everything without real data."""
    from tigertail import simulation

    config = simulation.WorldConfig.checked(
        listeners=listeners,
        artists=artists,
        countries=countries,
        artists_per_listener=artists_per_listener,
        local_structure=local_structure,
        spam_annotators=spam_annotators,
        cold=cold,
        facts=facts,
        audio=audio,
        pages=pages,
        djs=djs,
        services=services,
        catalogue=catalogue,
        seed=seed,
    )
    made = simulation.simulate(dataset, config, replace=force)
    rows = made.manifest["tables"]
    typer.echo(
        f"{dataset}: {rows['listeners']:,} listeners, {rows['items']:,} artists, {rows['plays']:,} rows of plays."
    )
    typer.echo("This world is SIMULATED: no listener or artist in it is real.")


def describe(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plot: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Also draw a figure to this file.")
    ] = None,
) -> None:
    """Summarise a dataset: counts, countries, popularity strata and coverage."""
    from tigertail.dataset import summary_plot as drawing
    from tigertail.dataset.dataset import Dataset
    from tigertail.dataset.summary import describe as count
    from tigertail.plotting import check_format

    if plot is not None:
        check_format(plot)
    opened = Dataset.open(dataset)
    facts = count(opened)
    if plot is not None:  # before it is printed: who reads that may stop reading
        drawing.plot(opened, plot)
    if as_json:
        typer.echo(facts.model_dump_json(indent=2))
    else:
        _print_description(facts)


def _print_description(facts: Description) -> None:
    from tigertail.dataset.summary import top_countries

    typer.echo(printable(facts.name))
    if facts.simulated:
        typer.echo("SIMULATED: no listener or artist in it is real.")
    print_table(["", "number"], _counts(facts), left=[""])
    levels = [f"{100 * level:g} %" for level in facts.items_per_listener_quantiles]
    print_table(
        ["quantile", *levels, "mean"],
        [
            [
                "items per listener",
                *map(_number, facts.items_per_listener_quantiles.values()),
                f"{facts.items_per_listener:.1f}",
            ],
            [
                "listeners per item",
                *map(_number, facts.listeners_per_item_quantiles.values()),
                f"{facts.listeners_per_item:.1f}",
            ],
        ],
        left=["quantile"],
    )
    print_table(
        ["stratum", "items", "interactions", "share", "fewest listeners", "most listeners"],
        [
            [
                row.stratum,
                f"{row.items:,}",
                f"{row.interactions:,}",
                f"{row.share:.1%}",
                row.min_listeners,
                row.max_listeners,
            ]
            for row in facts.strata
        ],
        left=["stratum"],
    )
    print_sources(facts.sources)
    if facts.coverage:
        strata = [row.stratum for row in facts.strata]
        print_table(
            ["table", "rows", "items", *strata],
            [
                [
                    row.table,
                    f"{row.rows:,}",
                    f"{row.items:,}",
                    *(f"{row.by_stratum[stratum]:,}" for stratum in strata),
                ]
                for row in facts.coverage
            ],
            title="Items covered by other tables",
            left=["table"],
        )
    print_table(
        ["country", "listeners", "share"],
        [[label, f"{n:,}", f"{share:.1%}"] for label, n, share in top_countries(facts, COUNTRIES_SHOWN)],
        left=["country"],
    )


def _counts(facts: Description) -> list[tuple[str, str]]:
    exponent = facts.zipf_exponent
    return [
        ("listeners", f"{facts.listeners:,}"),
        *((f"items: {kind}s", f"{count:,}") for kind, count in facts.items.items()),
        ("interactions", f"{facts.interactions:,}"),
        ("sum of play counts", _number(facts.plays)),
        ("density", f"{facts.density:.3%}"),
        ("Zipf exponent of listeners by rank", "-" if exponent is None else f"{exponent:.2f}"),
        ("tables", ", ".join(facts.tables)),
        ("fingerprint", facts.fingerprint[:12]),
    ]


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")
