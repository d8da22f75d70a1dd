"""Commands that compare a model with the one in place, put it there, take it back, sign it and verify it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tigertail.cli.model import ModelFolder
from tigertail.cli.output import notices, print_table

if TYPE_CHECKING:
    import polars as pl

READ: Final = 10
"""Of the lists that changed most, how many are named: what a person reads before a model is deployed."""
NAMED: Final = 3  # of the items that are new, or gone

Signers = Annotated[
    list[str] | None,
    typer.Option(
        "--signer",
        envvar="TIGERTAIL_SIGNERS",
        help="A public key; repeat it for more. The model must be signed with one of them.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("changes")(changes)
    app.command("deploy")(deploy)
    app.command("rollback")(rollback)
    app.command("signing-key")(signing_key)
    app.command("sign")(sign)
    app.command("verify")(verify)


def changes(
    old: Annotated[Path, typer.Argument(help="Folder of the model in place.")],
    new: Annotated[Path, typer.Argument(help="Folder of the new model.")],
    top: Annotated[int, typer.Option(min=1, help="How many answers of each list count.")] = 20,
    out: Annotated[
        Path | None,
        typer.Option(
            help="A file for the changes of every list: .parquet, .csv or .jsonl; - is standard output."
        ),
    ] = None,
) -> None:
    """Show how the lists of a new model differ from those of the one in place, before it is deployed."""
    import tigertail
    from tigertail.io.table_files import check_table_file, write_table
    from tigertail.model import changes as compare
    from tigertail.storage import is_stream

    if out is not None:
        check_table_file(out)
    found = compare(tigertail.load(old), tigertail.load(new), top)
    if out is not None:
        write_table(found.lists, out)
        if is_stream(out):
            return
        typer.echo(f"Written: {out}.", err=True)
    typer.echo(f"{_items(found.gained)} new, {_items(found.lost)} gone")
    print_table(
        ["stratum", "lists", "answers kept", "first kept", "listeners before", "after"],
        [
            [
                row["stratum"],
                f"{row['lists']:,}",
                _percent(row["kept"]),
                _percent(row["first_kept"]),
                _count(row["listeners_before"]),
                _count(row["listeners_after"]),
            ]
            for row in found.by_stratum().iter_rows(named=True)
        ],
        title=f"Lists of {top}, by the stratum of the query; listeners of the middle answer",
        left=["stratum"],
    )
    if len(most := found.most_changed()):
        print_table(
            ["query", "listeners", "answers kept", "best new answer"],
            [
                [row["name"], f"{row['listeners']:,}", _percent(row["kept"]), row["best_new_answer"] or ""]
                for row in most.head(READ).iter_rows(named=True)
            ],
            title=f"Lists that keep less than half: {len(most):,}, the best known first",
            left=["query", "best new answer"],
        )
    else:
        typer.echo("Every list keeps half of its answers or more.")
    typer.echo(f"Next: tigertail deploy {shlex.quote(str(new))} {shlex.quote(str(old))}")


def _items(table: pl.DataFrame) -> str:
    names = table["name"].head(NAMED).to_list()
    told = f" ({', '.join(names)}{', ...' if len(table) > len(names) else ''})" if names else ""
    return f"{len(table):,} item{'' if len(table) == 1 else 's'}{told}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _count(listeners: float | None) -> str:
    return "" if listeners is None else f"{listeners:,.0f}"


def deploy(
    source: Annotated[Path, typer.Argument(help="Folder of the new model.")],
    model: Annotated[Path, typer.Argument(help="Folder of the model to replace.")],
    signer: Signers = None,
) -> None:
    """Put a model in the place of another; servers take it over by themselves, rollback takes it back."""
    from tigertail.model import deploy as deploy_model

    with notices():
        typer.echo(f"{model} is now the version {deploy_model(source, model, _signers(signer))}.")


def rollback(
    model: ModelFolder,
    to: Annotated[
        int | None, typer.Option(min=1, help="Which generation; by default the one before.")
    ] = None,
    signer: Signers = None,
) -> None:
    """Make an earlier generation the model again; servers take it over by themselves."""
    from tigertail.model import roll_back

    typer.echo(f"{model} is again the version {roll_back(model, to, _signers(signer))}.")


def signing_key(
    file: Annotated[Path, typer.Argument(help="The file to write the private key to: keep it secret.")],
) -> None:
    """Make a key to sign models with; its public key goes into the signers of deploy and serve."""
    from tigertail.model.store.signing import new_signing_key

    typer.echo(new_signing_key(file))


def sign(
    model: ModelFolder,
    key: Annotated[Path, typer.Option(help="The private key of tigertail signing-key.")],
) -> None:
    """Sign a model, so that others can verify whose it is."""
    from tigertail.model.store.signing import sign as sign_model

    typer.echo(f"{model} is signed; its signer is {sign_model(model, key)}.")


def verify(model: ModelFolder, signer: Signers = None) -> None:
    """Verify that a model is whole and signed with one of some keys."""
    from tigertail.errors import ConfigError
    from tigertail.model.store.signing import verify_signature

    signers = _signers(signer)
    if not signers:
        raise ConfigError("no signer is given", remedy="give the public key: --signer KEY")
    typer.echo(f"{model} is whole, and signed by {verify_signature(model, signers)}.")


def _signers(given: list[str] | None) -> list[str]:
    from tigertail.errors import ConfigError
    from tigertail.model.store.signing import check_signer

    try:
        return [check_signer(one) for one in given or ()]
    except ValueError as error:
        raise ConfigError(str(error), remedy="make one with: tigertail signing-key FILE") from None
