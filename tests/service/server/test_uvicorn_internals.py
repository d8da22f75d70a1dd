"""Only a release of uvicorn that was tested is taken."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tigertail.errors import ConfigError
from tigertail.service.server.uvicorn_internals import TESTED, check_version


@pytest.mark.parametrize("version", ["0.53.9", "0.55.0", "0.540.0", "1.54.0"])
def test_another_release_is_refused(version: str) -> None:
    with pytest.raises(ConfigError, match=r"tested with uvicorn >=0\.54,<0\.55, and " + version):
        check_version(version)
    check_version("0.54.3")


def test_the_package_asks_for_the_tested_release() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    major, minor = TESTED
    assert (
        f"uvicorn>={major}.{minor},<{major}.{minor + 1}"
        in project["project"]["optional-dependencies"]["service"]
    )
