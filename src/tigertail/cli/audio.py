"""Commands that listen to audio files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this group's commands to the command line."""
    app.command("analyse")(analyse)


def analyse(
    source: Annotated[
        Path, typer.Argument(help="A folder of audio files, or a table that lists them: CSV, TSV, Parquet.")
    ],
    out: Annotated[Path, typer.Argument(help="The Parquet file to write.")],
    name: Annotated[
        str | None, typer.Option(help="The table's column that names the item, if not 'name'.")
    ] = None,
    excerpt: Annotated[float, typer.Option(help="Most seconds of a file, from its middle.")] = 120.0,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes; as many as processors if not given.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Look again at files skipped before.")] = False,
) -> None:
    """Describe what audio files sound like; run it again to go on where it was stopped."""
    import time

    from pydantic import ValidationError

    from tigertail.audio import AnalysisConfig, find_clips
    from tigertail.audio import analyse as run
    from tigertail.cli.output import print_table
    from tigertail.errors import ConfigError, setting_at_fault

    try:
        config = AnalysisConfig(excerpt=excerpt)
    except ValidationError as error:
        key, problem = setting_at_fault(error)
        raise ConfigError(f"--{key}: {problem}", remedy="see tigertail analyse --help") from None
    began = time.monotonic()
    done = run(find_clips(source, name_column=name), out, config, processes=processes, retry=retry)
    seconds = time.monotonic() - began
    typer.echo(
        f"{out}: {done.clips:,} clips; {done.reused:,} files known from before, {done.analysed:,} analysed"
    )
    if done.seconds:
        typer.echo(
            f"{done.seconds / 3600:.2f} hours of audio in {seconds:.0f} s: "
            f"{done.seconds / seconds:,.0f} hours per hour"
        )
    if done.skipped:
        rows = [(reason, f"{files:,}") for reason, files in done.reasons.most_common()]
        print_table(["skipped because", "files"], rows, left=["skipped because"])
        typer.echo(f"Each with its reason: {out.with_name(f'{out.stem}.skipped.csv')}")
