"""Commands that run on a cluster of Apache Spark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tigertail.cli.datasets import Force, NewDataset, RecipeFile
from tigertail.cli.evaluation import (
    Config,
    Countries,
    Exposed,
    HeldOut,
    ReportFolder,
    Seed,
    Seeds,
    SplitBy,
    Systems,
)
from tigertail.cli.model import ModelFolder, print_fitted
from tigertail.cli.output import notices, print_notices
from tigertail.cli.query_options import add_query_command
from tigertail.errors import ConfigError, missing_extra

if TYPE_CHECKING:
    from tigertail.model.query_options import QueryOptions

Master = Annotated[str | None, typer.Option(help="URL of the cluster; by default what spark-submit says.")]
Work = Annotated[
    str, typer.Option(help="Folder or URI of what is done so far; the driver and all workers must reach it.")
]
Settings = Annotated[
    list[str] | None, typer.Option("--conf", help="A setting of Spark, as KEY=VALUE; may be repeated.")
]


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    group = typer.Typer(
        help="Build, fit, list neighbours and evaluate on a cluster of Apache Spark.", no_args_is_help=True
    )
    group.command("build")(build)
    group.command("fit")(fit)
    add_query_command(group, "neighbours", neighbours)
    group.command("evaluate")(evaluate)
    app.add_typer(group, name="spark")


def build(
    recipe: RecipeFile,
    dataset: NewDataset,
    work: Work,
    master: Master = None,
    force: Force = False,
    setting: Settings = None,
) -> None:
    """Do what tigertail build does, with plays that a cluster reads and merges."""
    from tigertail.cli.build_report import print_report
    from tigertail.dataset.dataset import check_place
    from tigertail.ingest.recipe import Recipe

    with missing_extra("spark", "a build on Spark"):
        from tigertail.spark.build import build_on_cluster
        from tigertail.spark.session import SparkCluster, spark_session

    opened = Recipe.load(recipe.absolute())  # workers have folders of their own
    check_place(dataset, replace=force)
    with spark_session(master, _settings(setting or [])) as session:
        made, report = build_on_cluster(SparkCluster(session), opened, dataset, work=work, replace=force)
    print_report(made, report)


def fit(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder.")],
    model: Annotated[Path, typer.Argument(help="The folder to write the model to.")],
    work: Work,
    master: Master = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
    setting: Settings = None,
    listener_blocks: Annotated[
        int | None, typer.Option(min=1, help="Blocks of listeners; by default by the number of pairs.")
    ] = None,
    item_blocks: Annotated[
        int | None, typer.Option(min=1, help="Blocks of items; by default by the number of pairs.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads that the driver uses; all by default.")
    ] = None,
) -> None:
    """Fit a model whose factors, local models, common listeners and candidates are found by a cluster."""
    from tigertail.dataset.dataset import Dataset
    from tigertail.model import ModelConfig, check_target, save

    with missing_extra("spark", "a fit on Spark"):
        from tigertail.spark.fit import fit_on_spark
        from tigertail.spark.session import spark_session

    settings = ModelConfig() if config is None else ModelConfig.read(config)
    check_target(model)
    opened = Dataset.open(dataset)
    with notices():  # printed last, where they are seen
        with spark_session(master, _settings(setting or [])) as session:
            fitted = fit_on_spark(
                session, opened, settings, work=work, blocks=(listener_blocks, item_blocks), threads=threads
            )
        save(fitted, model)
        print_fitted(fitted, model)


def neighbours(
    model: ModelFolder,
    out: Annotated[
        str,
        typer.Argument(
            help="Folder or URI to write Parquet files to; the driver and all workers must reach it."
        ),
    ],
    master: Master = None,
    queries: Annotated[
        Path | None, typer.Option(help="Ids, MBIDs or names, one per line; all items by default.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many to list for each.")] = 100,
    names: Annotated[bool, typer.Option("--names", help="Add columns with the names.")] = False,
    tasks: Annotated[
        int | None, typer.Option(min=1, help="Tasks that share the queries; by default by their number.")
    ] = None,
    setting: Settings = None,
    *,
    options: QueryOptions,
) -> None:
    """Write the nearest items of many items, found by a cluster whose machines all reach the model's folder."""
    import tigertail
    from tigertail.model.files import read_queries

    with missing_extra("spark", "neighbours on Spark"):
        from tigertail.spark.neighbours import ListPlan, check_out, neighbours_on_spark
        from tigertail.spark.session import spark_session

    check_out(out)
    opened = tigertail.load(model)
    codes, notes = (None, ()) if queries is None else read_queries(queries, opened)
    plan, empty = ListPlan.of(model, opened, codes, top, names=names, options=options, tasks=tasks)
    with spark_session(master, _settings(setting or [])) as session:
        rows = neighbours_on_spark(session, plan, out)
    print_notices((*notes, *empty.notices))  # those of the options, which no list is needed for
    typer.echo(f"{out}: {rows:,} rows for {plan.bounds[-1]:,} queries.")


def evaluate(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder.")],
    work: Work,
    master: Master = None,
    config: Config = None,
    held_out: HeldOut = 0.2,
    split: SplitBy = "listeners",
    seed: Seed = 0,
    seeds: Seeds = 1,
    exposure: Exposed = "catalogue",
    countries: Countries = False,
    report: ReportFolder = None,
    systems: Systems = None,
    setting: Settings = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Do what tigertail evaluate does, with lists that a cluster ranks; systems are fitted on the driver.

    Only tigertail evaluate has --neighbours, --ground-truth, --write-train and --brief.
    """
    from tigertail import evaluation
    from tigertail.cli.evaluation import protocol_of, systems_of
    from tigertail.cli.report import check_report, print_report, write_report
    from tigertail.dataset.dataset import Dataset
    from tigertail.storage import to_json

    with missing_extra("spark", "an evaluation on Spark"):
        from tigertail.spark.ranking import DistributedRanker
        from tigertail.spark.session import SparkCluster, spark_session

    if report is not None:
        check_report(report)
    opened = Dataset.open(dataset)
    protocol = protocol_of(held_out=held_out, split=split, seed=seed, exposure=exposure)
    compared = systems_of(opened, config, systems, [])
    with notices():  # printed last, where they are seen
        with spark_session(master, _settings(setting or [])) as session:
            rank = DistributedRanker(SparkCluster(session), work)
            result = evaluation.evaluate(
                opened, compared, protocol, seeds=range(seed, seed + seeds), rank=rank
            )
        if report is not None:  # before it is printed: who reads that may stop reading
            write_report(result, report)
        if as_json:
            typer.echo(to_json(result.to_dict()), nl=False)
        else:
            print_report(result, countries=countries)


def _settings(given: list[str]) -> dict[str, str]:
    settings = {}
    for text in given:
        key, equals, value = map(str.strip, text.partition("="))
        if not (key and equals):
            what = "value" if key else "key"
            raise ConfigError(f"--conf {text}: no {what}", remedy="write it as KEY=VALUE")
        settings[key] = value
    return settings
