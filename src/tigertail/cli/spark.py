"""Commands that run on a cluster of Apache Spark."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tigertail.cli.model import print_fitted
from tigertail.cli.output import notices
from tigertail.errors import ConfigError, missing_extra


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    group = typer.Typer(help="Fit on a cluster of Apache Spark.", no_args_is_help=True)
    group.callback()(_group)
    group.command("fit")(fit)
    app.add_typer(group, name="spark")


def _group() -> None:
    pass


def fit(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder.")],
    model: Annotated[Path, typer.Argument(help="The folder to write the model to.")],
    work: Annotated[
        str,
        typer.Option(help="Folder or URI of what is done so far; the driver and all workers must reach it."),
    ],
    master: Annotated[
        str | None, typer.Option(help="URL of the cluster; by default what spark-submit says.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--conf", help="A setting of Spark, as KEY=VALUE; may be repeated.")
    ] = None,
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
    """Fit a model whose factors are found by a cluster; all else is fitted on the driver."""
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


def _settings(given: list[str]) -> dict[str, str]:
    settings = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"--conf {text}: no value", remedy="write it as KEY=VALUE")
        settings[key] = value
    return settings
