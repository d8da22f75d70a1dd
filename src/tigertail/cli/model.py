"""Commands that fit a model and ask it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tigertail.cli.output import notices, print_table
from tigertail.cli.tables import print_beside, print_similar

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.model import Dials
    from tigertail.splitting.ground_truth import GroundTruth

ModelFolder = Annotated[Path, typer.Argument(help="A model folder.")]
SignalName = Annotated[
    str | None,
    typer.Option(help="Ask one signal alone: listening, annotation, audio ... By default the mixture."),
]
Beta = Annotated[
    float | None, typer.Option(help="Popularity exponent: at 0 stars rise, the more the deeper they sink.")
]

Country = Annotated[
    str | None,
    typer.Option("--from", help="Ask from a country or region: PL, Poland, Polska, South America."),
]
Language = Annotated[str | None, typer.Option(help="Ask from where a language is spoken: pt, Portuguese.")]
Group = Annotated[str | None, typer.Option(help="Ask from a group of listeners: cluster-3.")]
Lens = Annotated[
    float | None, typer.Option(help="How much that counts: 0, nothing, to 1; as the model says by default.")
]
Without = Annotated[list[str] | None, typer.Option(help="Switch a signal of the mixture off; repeatable.")]
Homes = Annotated[list[str] | None, typer.Option("--home", help="List only what is from there; repeatable.")]
Kinds = Annotated[
    list[str] | None, typer.Option("--kind", help="List only artist, album or track; repeatable.")
]
Strata = Annotated[
    list[str] | None, typer.Option("--stratum", help="List only head, mid, tail or cold; repeatable.")
]
Exclude = Annotated[list[str] | None, typer.Option(help="Leave out an item by id or name; repeatable.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("fit")(fit)
    app.command("add")(add)
    app.command("similar")(similar)
    app.command("neighbours")(neighbours)
    app.command("weights")(weights)
    app.command("deploy")(deploy)
    app.command("rollback")(rollback)


def fit(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder.")],
    model: Annotated[Path, typer.Argument(help="The folder to write the model to.")],
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
    lists: Annotated[
        Path | None,
        typer.Option(help="Curated lists for the mixture to learn from (query, similar [, grade])."),
    ] = None,
    lists_format: Annotated[str, typer.Option(help="Their layout: pairs or sas.")] = "pairs",
    feedback: Annotated[
        str | None,
        typer.Option(help="Feedback for the mixture to learn from: a store's file or URL, or an export."),
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads to use; all by default.")] = None,
) -> None:
    """Fit a model to a dataset."""
    import tigertail
    from tigertail.dataset.dataset import Dataset
    from tigertail.model import ModelConfig
    from tigertail.splitting.ground_truth import read_lists

    settings = ModelConfig() if config is None else ModelConfig.read(config)
    opened = Dataset.open(dataset)
    truth = None
    if lists is not None or lists_format != "pairs":
        truth = read_lists(lists, lists_format, opened)
        _say_used("Lists", truth)
    said = None if feedback is None else _feedback(feedback, opened)
    fitted = tigertail.fit(opened, model, settings, lists=truth, feedback=said, threads=threads)
    known = int(fitted.signals["factors"].known.sum())
    typer.echo(
        f"{model}: {known:,} of {len(fitted.items):,} items with a listener, {settings.base.factors} factors."
    )
    if "mixture" not in fitted.signals:
        typer.echo("No mixture: too few listeners play two items or more. Listening answers alone.")
    typer.echo(f'Ask it: tigertail similar {model} "{fitted.items["name"][0]}"')


def _feedback(source: str, dataset: Dataset) -> GroundTruth:
    from tigertail.evaluation.online.training_pairs import feedback_ground_truth
    from tigertail.feedback import read_feedback

    with notices():
        said = feedback_ground_truth(read_feedback(source), dataset)
    _say_used("Feedback", said)
    return said


def _say_used(what: str, truth: GroundTruth) -> None:
    left = "".join(f"; {pairs:,}: {why}" for why, pairs in truth.left_out.items())
    typer.echo(f"{what}: {len(truth.pairs):,} of {truth.read:,} pairs teach the mixture{left}.")


def add(
    model: ModelFolder,
    dataset: Annotated[
        Path, typer.Argument(help="A dataset of new listeners, with items new or known, and their tags.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only report; leave the model as it is.")
    ] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads to use; all by default.")] = None,
) -> None:
    """Add new listeners and items to a model without fitting it again."""
    import tigertail
    from tigertail.model.update.drift import drift, report

    after = tigertail.add(model, dataset, dry_run=dry_run, threads=threads)
    for line in report(after):
        typer.echo(line)
    typer.echo(drift(after).advice)
    if dry_run:
        typer.echo(f"{model} was left as it is.")


def similar(
    model: ModelFolder,
    item: Annotated[str, typer.Argument(help="Id or name of an item.")],
    n: Annotated[int, typer.Option("-n", min=1, help="How many to list.")] = 20,
    signal: SignalName = None,
    beta: Beta = None,
    country: Country = None,
    language: Language = None,
    group: Group = None,
    lens: Lens = None,
    without: Without = None,
    home: Homes = None,
    kind: Kinds = None,
    stratum: Strata = None,
    exclude: Exclude = None,
    why: Annotated[bool, typer.Option("--why", help="Say why each answer is there.")] = False,
    beside: Annotated[
        str | None,
        typer.Option(help="Set another signal's list beside; cosine: that of the factors, naive CF."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Say what someone who likes an item should hear next."""
    import tigertail
    from tigertail.errors import ConfigError
    from tigertail.model import beside as two_answers

    if why and beside is not None:
        raise ConfigError("--beside has no room for --why", remedy="ask twice, once with each")
    opened = tigertail.load(model)
    dials: Dials = {
        "signal": signal,
        "beta": beta,
        "country": country,
        "language": language,
        "group": group,
        "lens": lens,
        "without": without or (),
        "homes": home or (),
        "kinds": kind or (),
        "strata": stratum or (),
        "exclude": exclude or (),
    }
    with notices():
        if beside is None:
            answers = opened.similar(item, n, why=why, **dials)
        else:
            answers = two_answers(opened, item, beside, n, **dials)
    if as_json:
        typer.echo(answers.write_json())
    elif beside is None:
        print_similar(opened, opened.find(item), answers)
    else:
        print_beside(opened, opened.find(item), answers, beside, signal)


def neighbours(
    model: ModelFolder,
    out: Annotated[Path, typer.Option(help="The Parquet file to write.")],
    queries: Annotated[
        Path | None, typer.Option(help="Ids or names, one a line; all items by default.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many to list for each.")] = 100,
    names: Annotated[bool, typer.Option("--names", help="Add columns with the names.")] = False,
    signal: SignalName = None,
    beta: Beta = None,
    country: Country = None,
    language: Language = None,
    group: Group = None,
    lens: Lens = None,
    without: Without = None,
    home: Homes = None,
    kind: Kinds = None,
    stratum: Strata = None,
    exclude: Exclude = None,
) -> None:
    """Write the nearest items of many items to a Parquet file."""
    import tigertail
    from tigertail.model.files import read_queries, write_neighbours

    opened = tigertail.load(model)
    asked = None if queries is None else read_queries(queries, opened)
    with notices():
        lists = opened.neighbours(
            asked,
            top,
            names=names,
            signal=signal,
            beta=beta,
            country=country,
            language=language,
            group=group,
            lens=lens,
            without=without or (),
            homes=home or (),
            kinds=kind or (),
            strata=stratum or (),
            exclude=exclude or (),
        )
    write_neighbours(lists, out)
    typer.echo(f"{out}: {len(lists):,} rows for {lists['target_item_id'].n_unique():,} items.")


def weights(
    model: ModelFolder,
    plot: Annotated[Path | None, typer.Option(help="A picture to write: PNG, SVG or PDF.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Show how much the mixture trusts each signal, by how many listeners the query has."""
    import tigertail
    from tigertail.model.weights import check_picture, plot_weights, weights_table

    if plot is not None:
        check_picture(plot)
    table = weights_table(tigertail.load(model))
    if as_json:
        typer.echo(table.write_json())
    else:
        rows = [
            [f"{row['listeners']:,}", *(f"{row[name]:.3f}" for name in table.columns[1:])]
            for row in table.iter_rows(named=True)
        ]
        title = "Weight of each signal, if all know the query"
        print_table(table.columns, rows, title=title)
    if plot is not None:
        plot_weights(table, plot)
        typer.echo(f"Written: {plot}.", err=as_json)


def deploy(
    source: Annotated[Path, typer.Argument(help="Folder of the new model.")],
    model: Annotated[Path, typer.Argument(help="Folder of the model to replace.")],
) -> None:
    """Put a model in the place of another; servers take it over by themselves, rollback takes it back."""
    from tigertail.model import deploy as put

    typer.echo(f"{model} is now the version {put(source, model)}.")


def rollback(
    model: ModelFolder,
    to: Annotated[
        int | None, typer.Option(min=1, help="Which generation; by default the one before.")
    ] = None,
) -> None:
    """Make an earlier generation the model again; servers take it over by themselves."""
    from tigertail.model import roll_back

    typer.echo(f"{model} is again the version {roll_back(model, to)}.")
