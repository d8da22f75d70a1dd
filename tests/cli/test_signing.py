"""`tigertail signing-key`, `sign` and `verify`, and `deploy` with a signer."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tigertail.cli import app
from tigertail.errors import ConfigError, ModelError
from tigertail.model import Model, save


def run(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_from_a_key_to_a_model_in_place(
    local_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, served, key = tmp_path / "model", tmp_path / "served", tmp_path / "key.pem"
    save(local_model, model)
    signer = run("signing-key", key).strip()
    with pytest.raises(ModelError, match="not signed"):
        run("deploy", model, served, "--signer", signer)
    assert signer in run("sign", model, "--key", key)
    assert signer in run("verify", model, "--signer", signer)
    run("deploy", model, served, "--signer", signer)
    monkeypatch.setenv("TIGERTAIL_SIGNERS", f"{'0' * 64} {signer}")
    assert signer in run("verify", served)
    monkeypatch.setenv("TIGERTAIL_SIGNERS", "0" * 64)
    with pytest.raises(ModelError, match="not signed by any"):
        run("deploy", model, served)


def test_a_model_in_place_that_is_signed_later_takes_the_signature(
    local_model: Model, tmp_path: Path
) -> None:
    model, served, key = tmp_path / "model", tmp_path / "served", tmp_path / "key.pem"
    save(local_model, model)
    assert "before" not in run("deploy", model, served)
    signer = run("signing-key", key).strip()
    run("sign", model, "--key", key)
    assert "before: no new generation is made" in run("deploy", model, served)
    assert signer in run("verify", served, "--signer", signer)


def test_a_model_that_is_changed_is_to_be_signed_again(model: Model, tmp_path: Path) -> None:
    path, key = tmp_path / "model", tmp_path / "key.pem"
    save(model, path)
    again = "Sign it again: tigertail sign MODEL --key FILE"
    assert again not in run("candidates", path, "--kept", 2)
    run("signing-key", key)
    run("sign", path, "--key", key)
    assert again in run("candidates", path, "--kept", 3)


def test_a_signer_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="64 hexadecimal digits"):
        run("verify", tmp_path, "--signer", "abc")
    with pytest.raises(ConfigError, match="no signer is given"):
        run("verify", tmp_path)
