"""The documentation of the service says what is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import BaseModel

from tigertail.service.http.settings import Feedback, Limits, Settings, read_settings

PAGE = (Path(__file__).parents[2] / "docs" / "service.md").read_text("utf-8")


def test_the_settings_shown_are_the_defaults(tmp_path: Path) -> None:
    shown = tomllib.loads(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0])
    assert Settings.model_validate(shown | {"model": tmp_path}) == Settings(model=tmp_path)


def test_every_setting_is_there() -> None:
    shown = tomllib.loads(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0])
    listed = set(re.findall(r"^\| `([\w.]+)` \|", PAGE, re.M))
    models: dict[str, type[BaseModel]] = {"": Settings, "limits": Limits, "feedback": Feedback}
    for section, model in models.items():
        given = shown.get(section, {}) if section else shown
        for name in model.model_fields:
            path = f"{section}.{name}".lstrip(".")
            assert (name in given) != (path in listed), path


def test_the_settings_for_a_proxy_are_settings(tmp_path: Path) -> None:
    for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL):
        file = tmp_path / "service.toml"
        file.write_text(block, "utf-8")
        read_settings(file, model=tmp_path)


def test_every_route_is_there(client) -> None:
    for path in client.get("/openapi.json").json()["paths"]:
        if path.startswith("/v1/"):
            assert path.split("/{")[0] in PAGE, path


def test_the_schemas_have_names_of_their_own(client) -> None:
    """Where two have one name, FastAPI calls them by their modules, or input and output."""
    names = client.get("/openapi.json").json()["components"]["schemas"]
    assert [name for name in names if not re.fullmatch("[A-Z][A-Za-z]+", name)] == []
