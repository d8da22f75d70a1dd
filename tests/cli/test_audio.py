from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.errors import ConfigError

soundfile = pytest.importorskip("soundfile", reason="the extra 'audio' is not installed")


def test_analyse_says_what_it_did_and_what_it_could_not_do(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    soundfile.write(tmp_path / "a.wav", rng.uniform(-0.5, 0.5, 5 * 22_050), 22_050)
    (tmp_path / "clips.csv").write_text("file,band\na.wav,Kent\nnowhere.ogg,Kent\n")
    out = tmp_path / "audio.parquet"
    arguments = ["analyse", str(tmp_path / "clips.csv"), str(out), "--name", "band", "--processes", "1"]
    first = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "1 clips; 0 files known from before, 2 analysed" in first.stdout
    assert "hours of audio in" in first.stdout
    assert "no such file" in first.stdout
    assert pl.read_parquet(out)["name"].to_list() == ["Kent"]
    again = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert "2 files known from before, 0 analysed" in again.stdout


def test_a_setting_out_of_range_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--excerpt"):
        CliRunner().invoke(
            app, ["analyse", str(tmp_path), "out.parquet", "--excerpt", "-1"], catch_exceptions=False
        )
