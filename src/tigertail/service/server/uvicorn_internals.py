"""What is used of uvicorn, most of it no part of its public API, imported here alone.

:mod:`.http_limits` and :mod:`.workers` override methods of its classes, so each release of uvicorn may break both.
After a test with a new release (tests/service/server and tests/service/faults), raise TESTED here and the range in
pyproject.toml.
"""

# ruff: noqa: E402 - another release may lack what is imported here, so its version is looked at first

from __future__ import annotations

from typing import Final

import uvicorn

from tigertail.errors import ConfigError

__all__ = ["STARTUP_FAILURE", "Config", "HttpToolsProtocol", "Multiprocess", "Process", "check_version"]

TESTED: Final = (0, 54)
"""The tested release; its patch releases are accepted."""


def check_version(version: str) -> None:
    """Refuse a release of uvicorn that was not tested.

    Raises
    ------
    ConfigError
        If it is another.
    """
    if tuple(version.split(".")[:2]) == tuple(map(str, TESTED)):
        return
    major, minor = TESTED
    wanted = f"uvicorn >={major}.{minor},<{major}.{minor + 1}"
    raise ConfigError(
        f"tigertail serve was tested with {wanted}, and {version} is installed",
        remedy="pip install 'tigertail[service]'",
    )


check_version(uvicorn.__version__)

from uvicorn.config import STARTUP_FAILURE, Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors.multiprocess import Multiprocess, Process
