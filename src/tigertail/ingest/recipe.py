"""Recipes: TOML files that list the sources of a dataset."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, SerializeAsAny, ValidationError, ValidationInfo, field_validator

from tigertail import columns as c
from tigertail.dataset.exposure import EVERYTHING
from tigertail.errors import UNKNOWN_KEY, ConfigError, setting_at_fault
from tigertail.ingest.formats import FORMATS, Source
from tigertail.ingest.formats.source import Texts
from tigertail.ingest.published import Published
from tigertail.io.files import read_toml

_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
Model = TypeVar("Model", bound=BaseModel)


class Recipe(BaseModel):
    """The sources of a dataset.

    Attributes
    ----------
    name
        Name of the dataset.
    missing
        Texts that stand for a missing value in every source without a key ``missing`` of its own.
    source
        Its sources, at least one.
    unlisted
        Items that no answer lists, by id, MBID or name; ``"special-purpose"`` stands for Various Artists, [unknown] and
        MusicBrainz' other artists of this kind. None leaves it to the model's settings, which then take
        ``"special-purpose"`` unless they say otherwise.
    published
        Where its data is published, for ``tigertail data get``; a build does not look at it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    missing: Texts = ()
    source: tuple[SerializeAsAny[Source], ...]
    unlisted: Texts | None = None
    published: tuple[Published, ...] = ()

    @field_validator("source")
    @classmethod
    def _with_missing(cls, sources: tuple[Source, ...], info: ValidationInfo) -> tuple[Source, ...]:
        if not (missing := info.data.get("missing")):
            return sources
        return tuple(
            one if "missing" in one.model_fields_set else one.model_copy(update={"missing": missing})
            for one in sources
        )

    @property
    def namespaces(self) -> list[str]:
        """The distinct namespaces of its sources, in order; documents have no ids of listeners or items."""
        namespaces = (source.namespace_id for source in self.source if _table(source) != c.DOCUMENTS_TABLE)
        return list(dict.fromkeys(namespaces))

    @property
    def listening(self) -> dict[str, bool]:
        """The namespaces of the sources of plays, in order, and whether their listeners could hear everything."""
        return {source.namespace_id: source.catalogue == "open" for source in self.source if source.listens}

    @property
    def closed(self) -> list[str]:
        """The namespaces of plays whose listeners could hear no more than a catalogue."""
        return [name for name, is_open in self.listening.items() if not is_open]

    @classmethod
    def load(cls, path: Path | str) -> Recipe:
        """Read a recipe.

        Environment variables ``${NAME}`` in a path are replaced; a relative path starts at the recipe's folder.

        Raises
        ------
        ConfigError
            If the file is missing or a key in it is wrong.
        """
        path = Path(path)
        content = read_toml(path, remedy="see docs/data.md")
        sources = content.get("source")
        if not isinstance(sources, list) or not sources:
            raise ConfigError("no sources", path=path, remedy="add a table [[source]] with format and path")
        content["source"] = [
            _source(keys, f"source {number}", path) for number, keys in enumerate(sources, start=1)
        ]
        recipe = _valid(cls, {"name": path.stem} | content, "recipe", path)
        names = [source.label for source in recipe.source]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ConfigError(
                f"two sources have the name '{twice[0]}'",
                path=path,
                remedy="give each a name of its own: name = '...'",
            )
        _check_namespaces(recipe, path)
        _check_catalogues(recipe, path)
        return recipe


def _check_namespaces(recipe: Recipe, path: Path) -> None:
    """Reject ids that cannot match: those of a namespace without plays; of items only where any source has plays."""
    played = {source.namespace_id for source in recipe.source if _table(source) == c.PLAYS_TABLE}
    for source in recipe.source:
        of_items = bool(played) and c.ITEM_ID in getattr(source, "columns", {})
        foreign = _table(source) == c.LISTENERS_TABLE or of_items
        if foreign and source.namespace_id not in played:
            raise ConfigError(
                f"source '{source.label}': no source of plays has the namespace '{source.namespace_id}'",
                path=path,
                remedy="give this source and the source of its plays the same key: namespace = '...'",
            )


def _check_catalogues(recipe: Recipe, path: Path) -> None:
    """Reject a namespace of which only some sources are open, and the name of the catalogue that has everything."""
    for source in recipe.source:
        if source.listens and (source.catalogue == "open") != recipe.listening[source.namespace_id]:
            raise ConfigError(
                f"source '{source.label}': the namespace '{source.namespace_id}' is open in one source of plays only",
                path=path,
                remedy="write catalogue = 'open' in all its sources of plays, or in none",
            )
    if EVERYTHING in recipe.listening:
        raise ConfigError(
            f"a source of plays cannot be named '{EVERYTHING}'",
            path=path,
            remedy="choose another name; if its listeners could hear everything, say catalogue = 'open'",
        )


def _table(source: Source) -> str:
    return str(getattr(source, "table", c.PLAYS_TABLE))


def _source(keys: Any, place: str, path: Path) -> Source:
    if not isinstance(keys, dict):
        raise ConfigError(f"{place} is not a table", path=path, remedy="write it as [[source]]")
    found = FORMATS.get(str(keys.get("format")))
    if found is None:
        raise ConfigError(
            f"{place}: format is '{keys.get('format', '')}'",
            path=path,
            remedy=f"it is one of {', '.join(FORMATS)}",
        )
    paths = {key: keys[key] for key in ("path", "names") if isinstance(keys.get(key), str)}
    keys = keys | {key: _path(text, place, path) for key, text in paths.items()}
    if isinstance(join := keys.get("join"), dict) and isinstance(join.get("path"), str):
        keys["join"] = join | {"path": _path(join["path"], place, path)}
    return _valid(found, keys, place, path)


def _path(text: str, place: str, recipe: Path) -> Path:
    """Replace environment variables and ``~``, and start at the recipe's folder."""
    for name in _VARIABLE.findall(text):
        if name not in os.environ:
            raise ConfigError(
                f"{place}: path: the environment variable {name} is not set",
                path=recipe,
                remedy=f"set it to the folder that holds the data: export {name}=/path/to/data",
            )
    filled = _VARIABLE.sub(lambda match: os.environ[match[1]], text)
    try:
        return recipe.parent / Path(filled).expanduser()
    except RuntimeError:
        raise ConfigError(
            f"{place}: path: no home folder is known for {Path(filled).parts[0]}",
            path=recipe,
            remedy="write the whole path instead",
        ) from None


def _valid(model: type[Model], keys: dict[str, Any], place: str, path: Path) -> Model:
    try:
        return model.model_validate(keys)
    except ValidationError as error:
        key, problem = setting_at_fault(error)
        if problem == UNKNOWN_KEY:
            raise ConfigError(
                f"{place}: unknown key '{key}'",
                path=path,
                remedy=f"the keys are {', '.join(sorted(model.model_fields))}",
            ) from error
        where = f"{place}: {key}" if key else place
        raise ConfigError(f"{where}: {problem}", path=path) from error
