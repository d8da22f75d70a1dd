"""A configuration as a TOML file that ``tigertail fit --config`` reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tigertail.model.config import ModelConfig
from tigertail.storage import replaced_file


def write_config(file: Path, config: ModelConfig, comments: Sequence[str] = ()) -> None:
    """Write a whole configuration, defaults and all.

    Parameters
    ----------
    file
        The file to write.
    config
        What to write.
    comments
        Lines that say where it comes from.
    """
    lines = [f"# {line}" for comment in comments for line in comment.splitlines()]
    tables = config.model_dump()
    lines += _assignments({key: value for key, value in tables.items() if not isinstance(value, dict)})
    for name, table in tables.items():
        if isinstance(table, dict):
            lines += ["", f"[{name}]", *_assignments(table)]
    with replaced_file(file) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _assignments(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_written(value)}" for key, value in table.items()]


def _written(value: Any) -> str:
    # A JSON text, number, truth value or list of them is also a TOML one; a table within a table is not.
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_written(key)} = {_written(each)}' for key, each in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)
