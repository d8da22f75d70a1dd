"""A configuration that is written is read back as it was."""

from __future__ import annotations

from pathlib import Path

from tigertail.model import ModelConfig
from tigertail.tuning import write_config


def test_a_configuration_survives_and_its_comments_are_no_settings(tmp_path: Path) -> None:
    config = ModelConfig.model_validate(
        {
            "seed": 3,
            "confidence": {"transform": "bm25", "gain": 0.051},
            "base": {"factors": 33, "reg": 1e-7, "nu": 0},
            "annotation": {"facets": {"birth place": 0.25, 'a "mood"': 2.0, "настроение 🐯": 1.0}},
            "audio": {"ignored": ["key", "mode"]},
            "mixture": {"coefficients": "constant", "prior_precision": 7.5},
        }
    )
    write_config(tmp_path / "best.toml", config, ["seed = 9\nfactors = 1", "from somewhere"])
    assert ModelConfig.read(tmp_path / "best.toml") == config
    assert (tmp_path / "best.toml").read_text().startswith("# seed = 9\n# factors = 1\n# from somewhere\n")


def test_tables_and_lists_may_be_empty(tmp_path: Path) -> None:
    config = ModelConfig.model_validate({"annotation": {"facets": {}}, "audio": {"ignored": []}})
    write_config(tmp_path / "best.toml", config)
    assert ModelConfig.read(tmp_path / "best.toml") == config
