"""Commands that put a model in place, take it back, sign it and verify it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tigertail.cli.model import ModelFolder
from tigertail.cli.output import notices

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
    app.command("deploy")(deploy)
    app.command("rollback")(rollback)
    app.command("signing-key")(signing_key)
    app.command("sign")(sign)
    app.command("verify")(verify)


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
