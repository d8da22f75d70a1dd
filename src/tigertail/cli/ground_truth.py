"""Evaluation by a ground truth of similarity, and how it is printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tigertail.cli.output import print_table
from tigertail.errors import ConfigError, printable

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.evaluation import GroundTruth, GroundTruthReport, MetricValidity, ProtocolConfig, System

SIMULATED = "simulated"


def refuse_split_options(truth: str | None, protocol: ProtocolConfig, *, seeds: int, countries: bool) -> None:
    """Refuse options about held-out listeners that a ground truth has no use for.

    Parameters
    ----------
    truth
        A file of curated lists, :data:`SIMULATED`, or None for the folder of lists that the environment names.
    protocol
        The options; those at their defaults count as left out.
    seeds, countries
        Those of ``--seeds`` and ``--countries``.

    Raises
    ------
    ConfigError
        If there are any.
    """
    if seeds > 1 or countries:
        raise ConfigError(
            "a ground truth has neither several splits nor countries of listeners",
            remedy="leave out --seeds and --countries, or --ground-truth",
        )
    given = protocol.model_dump(exclude_defaults=True)
    unused = [name for name in ("split", "held_out", "exposure") if name in given]
    if truth != SIMULATED and unused:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in unused)
        raise ConfigError(
            f"{options}: no listener is held out for curated lists", remedy=f"leave out {options}"
        )


def evaluate_by_ground_truth(
    dataset: Dataset,
    truth: str | None,
    layout: str,
    systems: list[System],
    protocol: ProtocolConfig,
    report: Path | None,
    *,
    as_json: bool,
) -> None:
    """Score systems by curated lists or by the true affinity of a simulated world; print and write the result."""
    from tigertail import evaluation
    from tigertail.storage import replaced_file, to_json

    ground_truth = _read(dataset, truth, layout)
    for system in systems:
        if system.lens:
            typer.echo(
                f"Left out: {printable(system.name)}. A lens needs a listener's country, and here no listener asks.",
                err=True,
            )
    scores = evaluation.evaluate_against(dataset, ground_truth, systems, k=protocol.k, seed=protocol.seed)
    validity = evaluation.validate_metrics(dataset, systems, protocol) if truth == SIMULATED else None
    plain: dict[str, Any] = {"ground_truth": scores.to_dict()}
    if validity is not None:
        plain["metric_validity"] = validity.to_dict()
    if report is not None:  # before it is printed: who reads that may stop reading
        with replaced_file(report / "ground_truth.json") as file:
            file.write_text(to_json(plain), encoding="utf-8")
        typer.echo(f"Written to {report}: ground_truth.json.", err=True)
    if as_json:
        typer.echo(to_json(plain), nl=False)
    else:
        _print_scores(scores)
        if validity is not None:
            _print_validity(validity)


def _read(dataset: Dataset, truth: str | None, layout: str) -> GroundTruth:
    from tigertail import evaluation

    if truth == SIMULATED and layout != "pairs":  # the default, as where the option is left out
        raise ConfigError(
            "--ground-truth simulated is not a file, so it has no layout",
            remedy="leave --ground-truth-format out",
        )
    if truth == SIMULATED:
        return evaluation.read_true(dataset)
    return evaluation.read_lists(truth, layout, dataset)


def _print_scores(scores: GroundTruthReport) -> None:
    typer.echo(
        f"{printable(f'{scores.dataset} by {scores.truth}')}: {scores.queries:,} of {scores.queries_read:,} queries "
        f"and {scores.pairs:,} of {scores.read:,} pairs can be used. "
        "For these scores no listener is held out; full ranking."
    )
    if scores.scored < scores.queries:
        typer.echo(f"Scored: a random sample of {scores.scored:,} queries.")
    if scores.left_out:
        rows = [[reason, f"{pairs:,}"] for reason, pairs in scores.left_out.items()]
        print_table(["reason to leave out", "pairs"], rows, left=["reason to leave out"])
    if scores.examples:
        typer.echo(f"For example: {printable(', '.join(scores.examples))}.")
    typer.echo("Square brackets: 95 % intervals over queries.")
    if scores.simulated:
        typer.echo("SIMULATED: no listener or artist in it is real.")
    metrics = list(scores.rows[0].metrics)
    rows = [
        [
            row.group,
            row.system,
            f"{row.queries:,}",
            *(str(row.metrics[metric]) for metric in metrics),
            "" if row.differences is None else str(row.differences[metrics[0]]),
        ]
        for row in scores.rows
    ]
    headings = ["query", "system", "queries", *(f"{metric}@{scores.k}" for metric in metrics)]
    headings.append(f"{metrics[0]} minus {scores.reference}")
    title = "Scores by the ground truth" + (", graded" if scores.graded else "")
    print_table(headings, rows, title=title, left=["query", "system"])


def _print_validity(validity: MetricValidity) -> None:
    typer.echo(
        f"Metric validity: do held-out metrics order {len(validity.systems)} systems as the true affinity does? "
        f"{validity.listeners:,} listeners held out (split {validity.seed})."
    )
    titles = {
        "lists": "Every system at every popularity exponent, by stratum of the query",
        "systems": "Every system at its best setting (frontier: over all), by stratum of the query",
    }
    for compared, title in titles.items():
        rows = [
            [row.group, row.metric, row.points, str(row.tau), str(row.regret)]
            for row in validity.rows
            if row.compared == compared
        ]
        headings = ["query", "metric", compared, "Kendall tau-b", "regret"]
        print_table(headings, rows, title=title, left=["query", "metric"])
    typer.echo("Regret: share of the best true nDCG that is lost by choosing with the metric.")
