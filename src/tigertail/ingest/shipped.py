"""The recipes that come with Tigertail."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from tigertail.errors import ConfigError
from tigertail.ingest.published import Published
from tigertail.io.files import read_text
from tigertail.storage import is_stream, replaced_file

_FOLDER: Final = "recipes"


def recipe_names() -> list[str]:
    """Return the names of all recipes; the folder also has files for ``evaluate --systems``, which are none."""
    return sorted(name for name, content in _contents().items() if "source" in content)


def recipe_text(name: str) -> str:
    """Return a recipe as it is written.

    Raises
    ------
    ConfigError
        If there is none of this name.
    """
    if name not in recipe_names():
        raise ConfigError(
            f"no recipe '{name}' comes with Tigertail", remedy=f"it is one of {', '.join(recipe_names())}"
        )
    return _texts()[name]


def recipe_notes(name: str) -> list[str]:
    """Return the comment at the head of a recipe, line by line: what it is, where its data is, the licence.

    Raises
    ------
    ConfigError
        If there is none of this name.
    """
    notes = []
    for line in recipe_text(name).splitlines():
        if not line.startswith("#"):
            break
        notes.append(line.removeprefix("#").removeprefix(" "))
    return notes


def copy_recipe(name: str, path: Path | None = None, *, replace: bool = False) -> Path:
    """Write a recipe to a file.

    Parameters
    ----------
    name
        The recipe.
    path
        The file, or a folder for it; left out, the working folder.
    replace
        Whether an existing file may be replaced.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ConfigError
        If there is no recipe of this name, or the file exists and may not be replaced.
    """
    text = recipe_text(name)
    path = path or Path()
    target = path / f"{name}.toml" if path.is_dir() else path
    if target.exists() and not (replace or is_stream(target)):
        raise ConfigError("already exists", path=target, remedy="choose another name, or pass --force")
    with replaced_file(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return target


def published_sets() -> dict[str, Published]:
    """Return the sets that recipes name as published, by name; no two sets have one name."""
    entries = [entry for content in _contents().values() for entry in content.get("published", [])]
    sets = (Published.model_validate(entry) for entry in entries)
    return {one.name: one for one in sets}


def published_set(name: str) -> Published:
    """Return a published set.

    Raises
    ------
    ConfigError
        If no recipe names it.
    """
    sets = published_sets()
    if name not in sets:
        raise ConfigError(
            f"no recipe names a published set '{name}'",
            remedy=f"it is one of {', '.join(sets)}; where others are published, tigertail recipe show NAME says",
        )
    return sets[name]


@cache
def _texts() -> dict[str, str]:
    folder = Path(str(files("tigertail"))) / _FOLDER
    return {path.stem: read_text(path) for path in sorted(folder.glob("*.toml"))}


@cache
def _contents() -> dict[str, dict[str, Any]]:
    return {name: tomllib.loads(text) for name, text in _texts().items()}
