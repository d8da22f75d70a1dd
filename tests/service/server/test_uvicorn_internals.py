"""Only a release of uvicorn that was tested is taken."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from runpy import run_path
from types import ModuleType

import pytest

from tigertail.errors import ConfigError
from tigertail.service.server import uvicorn_internals
from tigertail.service.server.uvicorn_internals import TESTED, check_version


@pytest.mark.parametrize("version", ["0.53.9", "0.55.0", "0.540.0", "1.54.0"])
def test_another_release_is_refused(version: str) -> None:
    with pytest.raises(ConfigError, match=r"tested with uvicorn >=0\.54,<0\.55, and " + version):
        check_version(version)
    check_version("0.54.3")


def test_a_release_without_its_classes_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    other = ModuleType("uvicorn")
    other.__dict__["__version__"] = "0.29.0"
    monkeypatch.setitem(sys.modules, "uvicorn", other)
    monkeypatch.setitem(sys.modules, "uvicorn.config", ModuleType("uvicorn.config"))
    with pytest.raises(ConfigError, match=r"0\.29\.0 is installed"):
        run_path(uvicorn_internals.__file__)


def test_the_package_asks_for_the_tested_release() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    major, minor = TESTED
    assert (
        f"uvicorn>={major}.{minor},<{major}.{minor + 1}"
        in project["project"]["optional-dependencies"]["service"]
    )
