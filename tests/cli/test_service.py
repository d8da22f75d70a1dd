"""`tigertail serve`, up to where it would start."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.errors import ConfigError


def test_feedback_of_the_command_line_is_kept_where_the_file_keeps_none(local: Path, tmp_path: Path) -> None:
    (tmp_path / "service.toml").write_text("[feedback]\non = false\n", "utf-8")
    words = ["serve", local, "--port", "0", "--config", tmp_path / "service.toml"]
    words += ["--feedback", tmp_path / "feedback.sqlite", "--evaluation", tmp_path / "none.json"]
    with pytest.raises(
        ConfigError, match="no such evaluation"
    ):  # the store is opened before that is looked for
        CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert (tmp_path / "feedback.sqlite").is_file()
