"""The command that evaluates systems."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tigertail.errors import ConfigError

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.evaluation import ProtocolConfig, System


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("evaluate")(evaluate)


Config = Annotated[Path | None, typer.Option(help="A TOML file of model settings.")]
HeldOut = Annotated[float, typer.Option(help="Share of listeners held out.")]
SplitBy = Annotated[str, typer.Option(help="listeners; or time: relevant is what was played later.")]
Seed = Annotated[
    int,
    typer.Option(
        help="Seed of the random choice of held-out listeners and of queries, or with --ground-truth of queries."
    ),
]
Seeds = Annotated[
    int, typer.Option(min=1, help="Number of splits to score together: of --seed and the seeds after it.")
]
Exposed = Annotated[
    str, typer.Option(help="catalogue: rank what the held-out listener could hear; ignored: all items.")
]
Countries = Annotated[bool, typer.Option("--countries", help="Print results by country as well.")]
ReportFolder = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="A folder for report.json, scores.parquet (each query's) and a plot."),
]
Systems = Annotated[Path | None, typer.Option(help="A TOML file of the systems to compare.")]


def evaluate(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder.")],
    config: Config = None,
    held_out: HeldOut = 0.2,
    split: SplitBy = "listeners",
    seed: Seed = 0,
    seeds: Seeds = 1,
    exposure: Exposed = "catalogue",
    countries: Countries = False,
    report: ReportFolder = None,
    systems: Systems = None,
    neighbours: Annotated[
        list[Path] | None,
        typer.Option(help="Lists of another program to evaluate too (Parquet, CSV, JSON lines); repeatable."),
    ] = None,
    ground_truth: Annotated[
        str | None,
        typer.Option(
            help="Score by curated lists instead (a file), or by a simulated world's true affinity: simulated."
        ),
    ] = None,
    ground_truth_format: Annotated[
        str, typer.Option(help="Layout of the curated lists: pairs (query, similar [, grade]) or sas.")
    ] = "pairs",
    write_train: Annotated[
        Path | None, typer.Option(help="Write the training part of the split to this folder, and stop.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the folder of --write-train if it exists.")
    ] = False,
    brief: Annotated[bool, typer.Option("--brief", help="Print the main figures only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Hold out listeners, rank the full catalogue for their queries, and compare the model with baselines."""
    from tigertail import evaluation
    from tigertail.cli.brief import check_brief, print_briefly
    from tigertail.cli.output import notices
    from tigertail.cli.report import check_report, print_memory, print_report, write_report
    from tigertail.dataset.dataset import Dataset
    from tigertail.storage import to_json

    if seeds > 1 and (neighbours or write_train is not None):
        raise ConfigError(
            "lists of another program are fitted to the training part of one split",
            remedy="leave --seeds out: evaluate once for each --seed, with lists fitted to its training part",
        )
    by_ground_truth = ground_truth is not None or ground_truth_format != "pairs"
    _refuse_unused(
        write_train,
        {
            "--config": config,
            "--systems": systems,
            "--neighbours": neighbours,
            "--ground-truth": ground_truth,
            "--ground-truth-format": ground_truth_format != "pairs",
            "--report": report,
            "--countries": countries,
            "--brief": brief,
            "--json": as_json,
        },
        replace=force,
    )
    if brief:
        check_brief(ground_truth=by_ground_truth, countries=countries, as_json=as_json)
    if report is not None and not by_ground_truth:
        check_report(report)
    opened = Dataset.open(dataset)
    protocol = protocol_of(held_out=held_out, split=split, seed=seed, exposure=exposure)
    if write_train is not None:
        _write_train(opened, protocol, write_train, replace=force)
        return
    compared = systems_of(opened, config, systems, neighbours or [])
    with notices():  # printed last, where they are seen
        if by_ground_truth:
            from tigertail.cli.ground_truth import evaluate_by_ground_truth, refuse_split_options

            refuse_split_options(ground_truth, protocol, seeds=seeds, countries=countries)
            evaluate_by_ground_truth(
                opened, ground_truth, ground_truth_format, compared, protocol, report, as_json=as_json
            )
            return
        if brief and opened.simulated:  # each system is scored twice on the first seed's split: fit it once
            compared = [evaluation.cache_fits(system) for system in compared]
        result = evaluation.evaluate(opened, compared, protocol, seeds=range(seed, seed + seeds))
        if report is not None:  # before it is printed: who reads that may stop reading
            write_report(result, report)
        if as_json:
            typer.echo(to_json(result.to_dict()), nl=False)
        elif brief:
            print_briefly(result, opened, compared, protocol)
        else:
            print_report(result, countries=countries)
            print_memory()


def systems_of(
    dataset: Dataset, config: Path | None, systems: Path | None, neighbours: list[Path]
) -> list[System]:
    """Return the systems to compare: the usual ones or those of a file, and other programs' lists.

    Raises
    ------
    ConfigError
        If there are both settings and a file of systems, one of these cannot be read or is wrong, or two systems have
        one name.
    DataError
        If lists cannot be read, or lack a column.
    """
    from tigertail import evaluation
    from tigertail.model import ModelConfig

    if systems is not None and config is not None:
        raise ConfigError(
            "--config configures the usual systems, but --systems replaces them",
            path=systems,
            remedy="leave one out; a system of type 'signal' takes the settings of a model as its key 'model'",
        )
    if systems is not None:
        compared = evaluation.load_systems(systems)
    else:
        compared = evaluation.default_systems(
            ModelConfig() if config is None else ModelConfig.read(config), dataset
        )
    for file in neighbours:
        lists = evaluation.NeighbourFile.read(file, dataset)
        typer.echo(str(lists), err=True)
        compared.append(evaluation.System(lists.name, lists.fit))
    evaluation.check_names(compared)
    return compared


def protocol_of(**options: Any) -> ProtocolConfig:
    """Return the protocol of typed options.

    Raises
    ------
    ConfigError
        If a value is out of range; the message names the option.
    """
    from pydantic import ValidationError

    from tigertail.errors import setting_at_fault
    from tigertail.evaluation import ProtocolConfig

    try:
        return ProtocolConfig(**options)
    except ValidationError as error:
        key, problem = setting_at_fault(error)
        raise ConfigError(
            f"--{key.replace('_', '-')}: {problem}", remedy="see tigertail evaluate --help"
        ) from None


def _refuse_unused(write_train: Path | None, evaluating: Mapping[str, object], *, replace: bool) -> None:
    """Refuse options of an evaluation where only the training part is written, and the reverse."""
    given = [name for name, value in evaluating.items() if value]
    if write_train is not None and given:
        named = ", ".join(given)
        raise ConfigError(
            f"{named}: nothing is evaluated where --write-train writes the training part",
            remedy=f"leave out {named}; evaluate afterwards, without --write-train",
        )
    if write_train is None and replace:
        raise ConfigError("--force is for --write-train", remedy="leave --force out, or give --write-train")


def _write_train(dataset: Dataset, protocol: ProtocolConfig, folder: Path, *, replace: bool) -> None:
    from tigertail import evaluation

    rows = evaluation.write_training(
        evaluation.hold_out(dataset, protocol), folder, replace=replace
    ).manifest["tables"]
    later = ", and without what the others last played later" if protocol.split == "time" else ""
    typer.echo(f"{folder}: {rows['plays']:,} rows of plays, without the held-out listeners{later}.")
    options = ("held_out", "split", "seed", "exposure")
    split = [text for name in options for text in (f"--{name.replace('_', '-')}", getattr(protocol, name))]
    command = ["tigertail", "evaluate", dataset.path, *split, "--neighbours", "FILE"]
    typer.echo(f"Fit another program to it, then: {shlex.join(map(str, command))}")
