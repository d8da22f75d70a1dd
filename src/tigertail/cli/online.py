"""The command that evaluates models by the actions of listeners."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tigertail.cli.output import print_table
from tigertail.errors import printable

if TYPE_CHECKING:
    from tigertail.evaluation.online.report import DuelRow, ModelRow, OnlineReport
    from tigertail.evaluation.statistics.intervals import Estimate

RANKS_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("online-report")(online_report)


def online_report(
    source: Annotated[
        str, typer.Argument(help="Feedback: the file or URL of a store, or an export (Parquet).")
    ],
    ranking: Annotated[
        list[str] | None,
        typer.Option(help="A ranking to evaluate, NAME=FILE or NAME=MODEL; repeatable."),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Length of the lists.")] = 10,
    alpha: Annotated[
        float,
        typer.Option(min=1e-6, max=0.5, help="Significance level of the test, over all looks together."),
    ] = 0.05,
    delay: Annotated[
        float,
        typer.Option(
            min=0,
            help="A listener counts once the two models have (1 + DELAY) times as many lists as at the listener's "
            "first; choose it before you look.",
        ),
    ] = 0.25,
    report: Annotated[
        Path | None, typer.Option(file_okay=False, help="A folder for online.json and online.png.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Report the actions of listeners, position bias, the winner of two interleaved models, and nDCG of rankings."""
    from tigertail.evaluation import online
    from tigertail.evaluation.online.ranking_inputs import read_rankings
    from tigertail.feedback import read_feedback
    from tigertail.plotting import check_format
    from tigertail.storage import to_json

    if report is not None:
        check_format(report / "online.png")
    events = read_feedback(source)
    rankings = read_rankings(ranking or [], events, k)
    results = online.online_report(events, rankings, alpha=alpha, k=k, delay=delay)
    if report is not None:  # before it is printed: who reads that may stop reading
        from tigertail.evaluation.online.plot import plot_online
        from tigertail.storage import replaced_file

        with replaced_file(report / "online.json") as file:
            file.write_text(to_json(results.to_dict()), encoding="utf-8")
        plot_online(results, report / "online.png")
        typer.echo(f"Written to {report}: online.json and online.png.", err=True)
    if as_json:
        typer.echo(to_json(results.to_dict()), nl=False)
    else:
        _print(results)


def _print(results: OnlineReport) -> None:
    typer.echo(
        f"{results.events:,} events: {results.lists:,} lists shown to {results.listeners:,} listeners. "
        "Square brackets: 95 % intervals over listeners."
    )
    for reason, events in results.left_out.items():
        typer.echo(f"Left out: {events:,} {'event' if events == 1 else 'events'}, {reason}.")
    _print_models(results.models)
    _print_ranks(results)
    for duel in results.duels:
        _print_duel(duel)
    _print_estimates(results)
    for notice in results.notices:
        typer.echo(f"Note: {notice}.")


def _print_models(models: list[ModelRow]) -> None:
    actions = list(models[0].rates)
    rows = [
        [
            row.version,
            f"{row.lists:,}",
            f"{row.shown:,}",
            *(_percent(row.rates[action]) for action in actions),
        ]
        for row in models
    ]
    title = "By model: share of its items in lists (positive: played or liked, not disliked or hidden)"
    print_table(["model", "lists", "items shown", *actions], rows, title=title, left=["model"])


def _print_ranks(results: OnlineReport) -> None:
    rows = [
        [
            row.rank,
            f"{row.shown:,}",
            _percent(row.positive),
            "unknown" if row.examination is None else row.examination.shown(3),
        ]
        for row in results.ranks[:RANKS_SHOWN]
    ]
    cut = f", the first {RANKS_SHOWN} of {len(results.ranks)}" if len(results.ranks) > RANKS_SHOWN else ""
    title = f"By rank{cut} (examined: probability relative to rank 1)"
    print_table(["rank", "items shown", "positive", "examined"], rows, title=title)


def _print_duel(duel: DuelRow) -> None:
    test = duel.test
    share = test.win_share
    rows = [
        ["lists with both", f"{duel.lists:,}"],
        [f"lists won by {duel.first}", f"{duel.won:,}"],
        [f"lists won by {duel.second}", f"{duel.lost:,}"],
        ["lists drawn", f"{duel.drawn:,}"],
        ["listeners that count so far", f"{test.n_scores:,} of {duel.listeners:,}"],
        [
            f"win share of {duel.first}, mean over listeners",
            f"{share.mean:.1%}" if test.n_scores else "unknown",
        ],
        [f"{100 * (1 - test.alpha):g} % interval, anytime-valid", f"{share.low:.1%} to {share.high:.1%}"],
        ["e-value against equality", f"{test.e_value:,.4g}"],
        ["p-value, anytime-valid", f"{test.p_value:.4g}"],
    ]
    title = f"{duel.first} against {duel.second}"
    print_table(["interleaving", "so far"], rows, title=title, left=["interleaving"])
    typer.echo(printable(_conclusion(duel)))


def _conclusion(duel: DuelRow) -> str:
    test = duel.test
    if test.drifted:
        return (
            "The interval is empty: the win share has changed over time, so this experiment cannot be decided. "
            "Start a new one."
        )
    if duel.winner is None:
        return "Not decided yet: run this again later, the error bound holds for any number of looks."
    return (
        f"{duel.winner} wins, decided after {test.decided_at:,} listeners. If the models were equal, a winner "
        f"would be named in at most {test.alpha:.2g} of all experiments, for any number of looks."
    )


def _print_estimates(results: OnlineReport) -> None:
    if not results.estimates:
        return
    first = results.estimates[0]
    methods = list(first.ndcg)
    rows = [
        [
            row.name,
            *(row.ndcg[method].shown(3) for method in methods),
            "" if row.differences is None else row.differences[methods[-1]].shown(3),
            f"{row.unsupported:.1%}",
            f"{row.clipped:.1%}",
        ]
        for row in results.estimates
    ]
    title = (
        f"Estimated nDCG@{first.k} of rankings, from {first.lists:,} lists for {first.queries:,} queries "
        "(naive: position bias not corrected; IPS, DR: corrected)"
    )
    headings = ["ranking", *methods, f"{methods[-1]} minus {first.name}", "no support", "rarely examined"]
    print_table(headings, rows, title=title, left=["ranking"])


def _percent(value: Estimate) -> str:
    percent = replace(value, mean=100 * value.mean, low=100 * value.low, high=100 * value.high)
    return percent.shown(1).replace(" ", "% ", 1)
