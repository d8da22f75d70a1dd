"""Containers read to their end."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tigertail.io.archives import Stream
from tigertail.io.quarantine import Quarantine
from tigertail.text.documents.page import Container, Page, PageSink

Read = Callable[[Container, bytes], list[Page]]


@pytest.fixture
def sink() -> PageSink:
    return PageSink("web", Quarantine())


@pytest.fixture
def read(sink: PageSink) -> Read:
    return lambda container, data: list(container(Stream("file", io.BytesIO(data), Path("file")), sink))
