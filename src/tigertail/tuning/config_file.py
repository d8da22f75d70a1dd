"""A configuration as a TOML file that ``tigertail fit --config`` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tomli_w

from tigertail.model.config import ModelConfig
from tigertail.storage import replaced_file


def write_config(file: Path, config: ModelConfig, comments: Sequence[str] = ()) -> None:
    """Write a whole configuration, including the settings that have their default value.

    TOML has no null, so settings that are None are left out: that is their default.

    Parameters
    ----------
    file
        The file to write.
    config
        The settings.
    comments
        Lines at the top that say where the settings come from.
    """
    lines = [f"# {line}\n" for comment in comments for line in comment.splitlines()]
    with replaced_file(file) as temporary:
        temporary.write_text(
            "".join(lines) + tomli_w.dumps(config.model_dump(exclude_none=True)), encoding="utf-8"
        )
