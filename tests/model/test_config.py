from __future__ import annotations

from pathlib import Path

import pytest

from tigertail.errors import ConfigError
from tigertail.model import ModelConfig
from tigertail.model.config import RENAMED


def read(folder: Path, content: str | bytes) -> ModelConfig:
    file = folder / "model.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return ModelConfig.read(file)


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, "") == ModelConfig()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_each_part_has_its_table(tmp_path: Path, mark: str) -> None:
    text = 'seed = 3\n[confidence]\ntransform = "binary"\n[base]\nfactors = 16\n[co_listening]\nbeta = 0.5\n'
    config = read(tmp_path, mark + text)
    assert (config.seed, config.confidence.transform, config.base.factors) == (3, "binary", 16)
    assert config.co_listening.beta == 0.5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[base]\nfacters = 8\n", r"base\.facters: unknown key"),
        ("colour = 1\n", "colour: unknown key"),
        ("seed = -1\n", "seed: .*greater than or equal to 0"),
        ("[base]\nfactors = 0\n", r"base\.factors: .*greater than or equal to 1"),
        ('[base]\nfactors = "many"\n', r"base\.factors: .*valid integer"),
        ('[confidence]\ntransform = "cubic"\n', r"confidence\.transform: .*'binary'"),
        ("[base]\nreg = inf\n", r"base\.reg: expected a finite number"),
        ("[mixture]\nprior_precision = inf\n", r"mixture\.prior_precision: expected a finite number"),
        ("[listening]\nprior = nan\n", r"listening\.prior: .*greater than or equal to 0"),
        ("base = 3\n", "base: expected a table in braces"),
        ("[base\n", "not a TOML file"),
        (b"\xff\xfe", "not UTF-8 text"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_file(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as error:
        read(tmp_path, content)
    assert error.value.path == tmp_path / "model.toml"
    assert error.value.remedy


def test_a_missing_file_and_a_folder_are_errors_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        ModelConfig.read(tmp_path / "model.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        ModelConfig.read(tmp_path)


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_a_setting_of_an_earlier_release_is_refused_with_its_new_name(
    old: str, new: str, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(f"{old} = 1\n")
    with pytest.raises(ConfigError, match=f"{old}: unknown key\n  -> its name is now {new}"):
        ModelConfig.read(tmp_path / "config.toml")
    section, *keys = new.split(".")
    assert not keys or keys[0] in ModelConfig().model_dump()[section]
