"""Commands that fit a model, extend it and query it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tigertail.cli.output import notices, print_notices, print_table
from tigertail.cli.query_options import add_query_command
from tigertail.cli.tables import print_beside, print_for_listener, print_similar
from tigertail.errors import printable

if TYPE_CHECKING:
    from tigertail.dataset.dataset import Dataset
    from tigertail.ground_truth.ground_truth import GroundTruth
    from tigertail.model import Model, QueryOptions

ModelFolder = Annotated[Path, typer.Argument(help="A model folder.")]

_SIGN_AGAIN = "The model was signed, and is not now. Sign it again: tigertail sign MODEL --key FILE."


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("fit")(fit)
    app.command("add")(add)
    app.command("candidates")(candidates)
    add_query_command(app, "similar", similar)
    add_query_command(app, "for-me", for_me)
    add_query_command(app, "neighbours", neighbours)
    app.command("weights")(weights)


def fit(
    dataset: Annotated[Path, typer.Argument(help="A dataset folder.")],
    model: Annotated[Path, typer.Argument(help="The folder to write the model to.")],
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
    lists: Annotated[
        Path | None,
        typer.Option(help="Curated lists to train the mixture on (query, similar [, grade])."),
    ] = None,
    lists_format: Annotated[
        str,
        typer.Option(
            help="Their layout: pairs; or sas, which is found in TIGERTAIL_DATA where --lists is left out."
        ),
    ] = "pairs",
    feedback: Annotated[
        str | None,
        typer.Option(help="Feedback to train the mixture on: a store's file or URL, or an export."),
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads to use; all by default.")] = None,
) -> None:
    """Fit a model to a dataset."""
    import tigertail
    from tigertail.dataset.dataset import Dataset
    from tigertail.ground_truth.curated_lists import read_lists
    from tigertail.model import ModelConfig

    settings = ModelConfig() if config is None else ModelConfig.read(config)
    opened = Dataset.open(dataset)
    curated = None
    if lists is not None or lists_format != "pairs":
        curated = read_lists(lists, lists_format, opened)
        _print_used("Lists", curated)
    events = None if feedback is None else _feedback(feedback, opened)
    with notices():  # printed last, where they are seen
        fitted = tigertail.fit(opened, model, settings, lists=curated, feedback=events, threads=threads)
        print_fitted(fitted, model)


def print_fitted(fitted: Model, path: Path) -> None:
    """Print what was fitted, and how to ask it."""
    from tigertail.dataset.full_names import full_name
    from tigertail.dataset.unlisted import unmatched_entries

    known = int(fitted.signals["factors"].known.sum())
    factors = fitted.config.base.factors
    typer.echo(f"{path}: {known:,} of {len(fitted.items):,} items with a listener, {factors} factors.")
    if "mixture" not in fitted.signals:
        typer.echo("No mixture: too few listeners play two items or more. Listening answers alone.")
    if unknown := unmatched_entries(fitted.items, fitted.config.unlisted or (), fitted.aliases):
        typer.echo(f"No item is called as unlisted says: {printable(', '.join(unknown))}.")
    kept_out = set(fitted.unlisted.tolist())
    first = next((code for code in range(len(fitted.items)) if code not in kept_out), 0)
    name = printable(full_name(fitted.items.row(first, named=True)))
    # A name may have characters that a shell obeys.
    typer.echo(f"Ask it: tigertail similar {shlex.quote(str(path))} {shlex.quote(name)}")


def _feedback(source: str, dataset: Dataset) -> GroundTruth:
    from tigertail.evaluation.online.training_pairs import feedback_ground_truth
    from tigertail.feedback import read_feedback

    with notices():
        truth = feedback_ground_truth(read_feedback(source), dataset)
    _print_used("Feedback", truth)
    return truth


def _print_used(what: str, truth: GroundTruth) -> None:
    left_out = "".join(f"; {pairs:,}: {why}" for why, pairs in truth.left_out.items())
    typer.echo(f"{what}: {len(truth.pairs):,} of {truth.read:,} pairs train the mixture{left_out}.")


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

    signed = _is_signed(model)
    after = tigertail.add(model, dataset, dry_run=dry_run, threads=threads)
    for line in report(after):
        typer.echo(line)
    typer.echo(drift(after).advice)
    if dry_run:
        typer.echo(f"{model} was left as it is.")
    elif signed:
        typer.echo(_SIGN_AGAIN)


def _is_signed(model: Path) -> bool:
    from tigertail.model.store.folder import SIGNATURE, read_manifest

    return SIGNATURE in read_manifest(model)[0]


def candidates(
    model: ModelFolder,
    kept: Annotated[
        int | None,
        typer.Option(min=0, help="candidates of [retrieval]: of each item, at most; 0 keeps none."),
    ] = None,
    gib: Annotated[
        float | None, typer.Option(help="gib of [retrieval]: GiB that those of all items take, about.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads to use; all by default.")] = None,
) -> None:
    """Choose anew the candidates that make queries fast, by other settings and without a new fit."""
    from tigertail.model import load, save
    from tigertail.model.candidates import choose_candidates

    opened = load(model)
    chosen = choose_candidates(opened, candidates=kept, gib=gib, threads=threads)
    signed = _is_signed(model)
    save(chosen, model, replaces=opened.version)
    others = len(chosen.items) - 1
    count = min(chosen.config.retrieval.candidates_of(len(chosen.items)), others)
    typer.echo(f"{model}: {f'{count:,} candidates of each item, at most' if count else 'no candidates'}.")
    if signed:
        typer.echo(_SIGN_AGAIN)


def similar(
    model: ModelFolder,
    item: Annotated[str, typer.Argument(help="Id, MBID or name of an item.")],
    n: Annotated[int, typer.Option("-n", min=1, help="How many to list.")] = 20,
    *,
    options: QueryOptions,
    why: Annotated[bool, typer.Option("--why", help="Say why each answer is listed.")] = False,
    beside: Annotated[
        str | None,
        typer.Option(help="Show another signal's list beside; cosine: that of the factors, naive CF."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """List what to recommend to someone who likes an item."""
    import tigertail
    from tigertail.errors import ConfigError
    from tigertail.kernels import backend
    from tigertail.model import Answers, Comparison, compare

    if why and beside is not None:
        raise ConfigError(
            "--beside and --why cannot be combined", remedy="run the command twice, once with each"
        )
    opened = tigertail.load(model)
    seeds, notes = opened.index.match_all([item])
    answers: Answers | Comparison
    with backend("numpy"):
        if beside is None:
            answers = opened.answer(seeds, n, why=why, options=options)
        else:
            answers = compare(opened, item, beside, n, options=options)
    print_notices((*notes, *answers.notices))
    table = answers.table()
    if as_json:
        typer.echo(table.write_json())
    elif beside is None:
        print_similar(opened, int(seeds[0]), table, options.signal)
    else:
        print_beside(opened, int(seeds[0]), table, beside, options.signal)


def for_me(
    model: ModelFolder,
    history: Annotated[
        Path,
        typer.Argument(
            help="What a listener played: an export of ListenBrainz, Last.fm or Spotify, a table (.csv, .tsv, .json, "
            ".parquet), or a text with an item in each line."
        ),
    ],
    n: Annotated[int, typer.Option("-n", min=1, help="How many to list.")] = 20,
    *,
    options: QueryOptions,
    include_known: Annotated[
        bool, typer.Option("--include-known", help="List what they played too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """List what to recommend to a listener, from a file of what they played."""
    import tigertail
    from tigertail.model.history_files import read_history
    from tigertail.model.recommend import History

    opened = tigertail.load(model)
    with notices():
        played = read_history(history, opened.index, opened.main_kind)
    found = History.of(opened.index, played)
    answers = opened.answer_history(found, n, include_known=include_known, options=options)
    print_notices(answers.notices)
    if as_json:
        typer.echo(answers.table().write_json())
    else:
        print_for_listener(opened, len(found.items), answers.table())


def neighbours(
    model: ModelFolder,
    out: Annotated[
        Path, typer.Option(help="The file to write: .parquet, .csv or .jsonl; - is standard output, in CSV.")
    ],
    queries: Annotated[
        Path | None, typer.Option(help="Ids, MBIDs or names, one per line; all items by default.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many to list for each.")] = 100,
    names: Annotated[bool, typer.Option("--names", help="Add columns with the names.")] = False,
    *,
    options: QueryOptions,
) -> None:
    """Write the nearest items of many items to a file, or to standard output."""
    import tigertail
    from tigertail.io.table_files import check_table_file, write_table
    from tigertail.model.files import read_queries
    from tigertail.storage import is_stream

    check_table_file(out)
    opened = tigertail.load(model)
    codes, notes = (None, ()) if queries is None else read_queries(queries, opened)
    answers = opened.answer_many(codes, top, options=options)
    print_notices((*notes, *answers.notices))
    lists = answers.table(names=names)
    write_table(lists, out)
    answered = lists["target_item_id"].n_unique()
    without = (len(opened.items) if codes is None else len(set(codes.tolist()))) - answered
    told = f"{len(lists):,} rows for {answered:,} items" + (
        f"; without an answer: {without:,}" if without else ""
    )
    typer.echo(f"{out}: {told}.", err=is_stream(out))


def weights(
    model: ModelFolder,
    plot: Annotated[
        Path | None, typer.Option(dir_okay=False, help="A picture to write: PNG, SVG or PDF.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Show the weight of each signal in the mixture, by the number of listeners of the query."""
    import tigertail
    from tigertail.model.weights import plot_weights, weights_table
    from tigertail.plotting import check_format

    if plot is not None:
        check_format(plot)
    fitted = tigertail.load(model)
    table = weights_table(fitted)
    if plot is not None:  # before it is printed: who reads that may stop reading
        plot_weights(table, plot, fitted.provenance)
        typer.echo(f"Written: {plot}.", err=True)
    if as_json:
        typer.echo(table.write_json())
    else:
        rows = [
            [f"{row['listeners']:,}", *(f"{row[name]:.3f}" for name in table.columns[1:])]
            for row in table.iter_rows(named=True)
        ]
        invented = ", SIMULATED" if fitted.provenance.simulated else ""
        title = f"Weight of each signal, if all know the query{invented}"
        print_table(table.columns, rows, title=title)
