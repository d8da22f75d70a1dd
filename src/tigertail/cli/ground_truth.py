"""How systems are judged by a truth that is no listener's, and how that is printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tigertail.cli.output import print_table
from tigertail.errors import ConfigError

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.evaluation import Agreement, GroundTruth, MetricValidity, ProtocolConfig, System

TRUE = "true"


def check_alone(*, seeds: int, countries: bool) -> None:
    """Refuse options that mean nothing to a truth.

    Raises
    ------
    ConfigError
        If there are any.
    """
    if seeds > 1 or countries:
        raise ConfigError(
            "--truth knows neither several splits nor the listeners' countries",
            remedy="leave out --seeds and --countries, or --truth",
        )


def judge_by_truth(
    dataset: Dataset,
    truth: str | None,
    layout: str,
    systems: list[System],
    protocol: ProtocolConfig,
    report: Path | None,
    *,
    as_json: bool,
) -> None:
    """Judge systems by curated lists, or by a simulated world's own truth; print it, and write truth.json."""
    from tigertail import evaluation as room
    from tigertail.storage import replaced_file, to_json

    agreement = room.agree(dataset, _read(dataset, truth, layout), systems, k=protocol.k, seed=protocol.seed)
    concordance = room.validate_metrics(dataset, systems, protocol) if truth == TRUE else None
    plain: dict[str, Any] = {"agreement": agreement.to_dict()}
    if concordance is not None:
        plain["concordance"] = concordance.to_dict()
    if as_json:
        typer.echo(to_json(plain), nl=False)
    else:
        _print_agreement(agreement)
        if concordance is not None:
            _print_concordance(concordance)
    if report is not None:
        with replaced_file(report / "truth.json") as file:
            file.write_text(to_json(plain), encoding="utf-8")
        typer.echo(f"Written to {report}: truth.json.", err=as_json)


def _read(dataset: Dataset, truth: str | None, layout: str) -> GroundTruth:
    from tigertail import evaluation as room

    if truth == TRUE and layout != "pairs":
        raise ConfigError("--truth true is no file, so it has no layout", remedy="leave --truth-format out")
    if truth == TRUE:
        return room.read_true(dataset)
    return room.read_lists(truth, layout, dataset)


def _print_agreement(agreement: Agreement) -> None:
    typer.echo(
        f"{agreement.dataset} by {agreement.truth}: {agreement.queries:,} of {agreement.queries_read:,} queries "
        f"and {agreement.pairs:,} of {agreement.read:,} pairs can be used. Nobody is held out, full ranking."
    )
    if agreement.judged < agreement.queries:
        typer.echo(f"{agreement.judged:,} queries, drawn at random, are judged.")
    if agreement.left_out:
        rows = [[why, f"{pairs:,}"] for why, pairs in agreement.left_out.items()]
        print_table(["pairs left out because", "pairs"], rows, left=["pairs left out because"])
    if agreement.examples:
        typer.echo(f"Such as: {', '.join(agreement.examples)}.")
    typer.echo("Square brackets hold 95 % intervals over queries.")
    if agreement.simulated:
        typer.echo("SIMULATED: no listener or artist in it is real.")
    metrics = list(agreement.rows[0].metrics)
    rows = [
        [
            row.group,
            row.system,
            f"{row.queries:,}",
            *(str(row.metrics[metric]) for metric in metrics),
            "" if row.differences is None else str(row.differences[metrics[0]]),
        ]
        for row in agreement.rows
    ]
    headings = ["query", "system", "queries", *(f"{metric}@{agreement.k}" for metric in metrics)]
    headings.append(f"{metrics[0]} minus {agreement.reference}")
    title = "Agreement with the truth" + (", graded" if agreement.graded else "")
    print_table(headings, rows, title=title, left=["query", "system"])


def _print_concordance(concordance: MetricValidity) -> None:
    typer.echo(
        f"Which held-out metrics order {len(concordance.systems)} systems as the truth does? "
        f"{concordance.listeners:,} listeners held out (split {concordance.seed})."
    )
    titles = {
        "lists": "Every system at every setting of the popularity dial, by stratum of the query",
        "systems": "Every system at its best setting (frontier: over all), by stratum of the query",
    }
    for compared, title in titles.items():
        rows = [
            [row.group, row.metric, row.points, str(row.tau), str(row.regret)]
            for row in concordance.rows
            if row.compared == compared
        ]
        headings = ["query", "metric", compared, "Kendall tau-b", "regret"]
        print_table(headings, rows, title=title, left=["query", "metric"])
    typer.echo("Regret: share of the best true nDCG lost by choosing with the metric.")
