"""Files of systems."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tigertail.dataset.dataset import Dataset
from tigertail.errors import ConfigError
from tigertail.evaluation import ProtocolConfig, System, default_systems, evaluate, load_systems
from tigertail.evaluation.baselines import BPR, bpr
from tigertail.evaluation.systems.system import TYPES, check_names
from tigertail.model import ModelConfig

SHIPPED = Path(__file__).parents[3] / "recipes" / "systems.toml"
DEMO = SHIPPED.with_name("demo.toml")


def written(path: Path, text: str) -> Path:
    file = path / "systems.toml"
    file.write_text(text, encoding="utf-8")
    return file


def settings(system: System) -> dict[str, Any]:
    baseline: Any = getattr(system.fit, "__self__")  # noqa: B009 - a bound method's
    found: dict[str, Any] = baseline.model_dump()
    return found


def test_the_demo_compares_plain_als_tuned_as_long_as_ours_and_the_mixture_from_home() -> None:
    by_name = {system.name: system for system in load_systems(DEMO)}
    usual = {system.name: system for system in default_systems()}
    assert list(by_name)[2:] == [
        "plain ALS cosine",
        "listening",
        "Tigertail (mixture)",
        "Tigertail, from home",
    ]
    assert settings(by_name["plain ALS cosine"]) == settings(usual["ALS cosine"])
    assert [system.name for system in by_name.values() if system.lens] == ["Tigertail, from home"]


def test_a_file_names_systems_and_their_settings(tmp_path: Path) -> None:
    text = """
    [[system]]
    type = "popularity"
    [[system]]
    type = "item-item"
    name = "close relatives"
    beta = 0.4
    confidence = { transform = "binary" }
    [[system]]
    type = "item-item"
    beta = 0.7
    """
    systems = load_systems(written(tmp_path, text))
    assert [system.name for system in systems] == ["popularity", "close relatives", "item-item, beta 0.7"]
    assert settings(systems[1])["beta"] == 0.4
    assert settings(systems[1])["confidence"]["transform"] == "binary"


def test_the_shipped_file_lists_every_type_with_every_default() -> None:
    pytest.importorskip("implicit")
    tables = tomllib.loads(SHIPPED.read_text("utf-8"))["system"]
    assert list(dict.fromkeys(table["type"] for table in tables)) == list(TYPES)
    systems = load_systems(SHIPPED)
    for table, system in zip(tables, systems, strict=True):
        if usual := {"plain ALS cosine": "ALS cosine", "base": "base, beta 0.5"}.get(table.get("name")):
            same = next(one for one in default_systems() if one.name == usual)
            assert settings(system) == settings(same)
            continue
        kind = TYPES[table["type"]]
        needed = {name: table[name] for name, field in kind.model_fields.items() if field.is_required()}
        assert settings(system) == kind(**needed).model_dump()
        left_out = {"transform", "k1", "b"} if "confidence" in table else set()
        left_out |= {name for name, value in settings(system).items() if value is None}  # TOML has no null
        assert settings(system).keys() - table.keys() <= left_out, table["type"]


def test_what_is_chosen_is_judged(scenes: Dataset, tmp_path: Path) -> None:
    text = '[[system]]\ntype = "random"\n[[system]]\ntype = "rp3beta"\nname = "walk"'
    report = evaluate(scenes, load_systems(written(tmp_path, text)), ProtocolConfig(k=3))
    random, walk = report.group("overall")
    assert (random.system, walk.system) == ("random", "walk")
    # A query's scene has three other artists: the walk lists them all, chance does not.
    assert walk.metrics["Recall"].mean == 1 > random.metrics["Recall"].mean


def test_the_usual_systems_follow_the_models_configuration() -> None:
    wanted = {"seed": 5, "base": {"beta": 0.3, "factors": 7}, "listening": {"min_group_size": 9}}
    config = ModelConfig.model_validate(wanted)
    systems = default_systems(config)
    check_names(systems)
    cosine, base, local = (settings(system) for system in systems[-4:-1])
    assert [system.name for system in systems[-3:]] == ["base, beta 0.3", "listening, by country", "mixture"]
    assert settings(systems[-1])["model"] == config.model_dump()
    assert (base["seed"], base["factors"], base["beta"]) == (5, 7, 0.3)
    assert cosine == base | {"beta": 1.0}
    assert local == config.listening.model_dump() | {
        "base": config.base.model_dump(),
        "confidence": config.confidence.model_dump(),
        "seed": 5,
    }


def test_local_models_with_and_without_the_lens(tmp_path: Path) -> None:
    text = """
    [[system]]
    type = "listening"
    [[system]]
    type = "listening"
    lens_on = true
    lens = 0.5
    [[system]]
    type = "listening"
    groups = "learned"
    lens_on = false
    [[system]]
    type = "listening"
    groups = "none"
    base = { factors = 16 }
    """
    systems = load_systems(written(tmp_path, text))
    assert [(system.name, system.lens) for system in systems] == [
        ("listening, by country", False),
        ("listening, by country, lens", True),
        ("listening, learned groups", False),
        ("listening, one world", False),
    ]
    assert settings(systems[1])["lens"] == 0.5
    assert settings(systems[3])["base"]["factors"] == 16


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file has no system"),
        ("system = 3", "the file has no system"),
        ("[[sistem]]\ntype = 'random'", "unknown key 'sistem'"),
        ("[[system]]\ntype = 'bm25'\nk1 = inf", "system 1: k1: expected a finite number"),
        ("system = [3]", "system 1 is not a table"),
        ("[[system]]", "system 1: type is missing\n  -> it is one of random, popularity"),
        (
            "[[system]]\ntype = 'knn'",
            "system 1: type: unknown type 'knn'\n  -> it is one of random, popularity",
        ),
        (
            "[[system]]\ntype = 'random'\n[[system]]\ntype = 'bm25'\nk2 = 1",
            "system 2: unknown key 'k2'\n  -> the keys of 'bm25' are type, name, neighbours, k1, b; "
            "the types are random, ",
        ),
        ("[[system]]\ntype = 'bm25'\nb = 2", "system 1: b: Input should be less than or equal to 1"),
        ("[[system]]\ntype = 'als'\nconfidence = { gain = -1 }", "system 1: confidence.gain: Input"),
        ("[[system]]\ntype = 'random'\nname = 3", "system 1: name: not a text"),
        ("[[system]]\ntype = 'random'\nname = ' '", "system 1: name: not a text"),
        ("[[system]]\ntype = 'random'\n[[system]]\ntype = 'random'", "two systems have the name 'random'"),
        ("[[system]\ntype = ", "not a TOML file"),
        (
            "[[system]]\ntype = 'als'\nlens_on = true",
            "system 1: lens_on: only listening by place, and the mixture with it, have a lens\n  -> leave it out\n",
        ),
        (
            "[[system]]\ntype = 'signal'\nsignal = 'annotation'\nlens_on = true",
            "system 1: lens_on: only listening by place, and the mixture with it, have a lens\n  -> leave it out\n",
        ),
        (
            "[[system]]\ntype = 'signal'\nsignal = 'mixture'\nlens_on = true\nmodel.listening.groups = 'none'",
            "system 1: lens_on: only listening by place, and the mixture "
            "with it, have a lens\n  -> leave it out, or set model.listening.groups = ",
        ),
        (
            "[[system]]\ntype = 'signal'\nsignal = 'mixture'\nlens_on = true\n"
            "model.mixture.signals = ['annotation', 'factors']",
            "system 1: lens_on: only listening by place, and the mixture "
            'with it, have a lens\n  -> leave it out, or add "listening" to model.mixture.signals\n',
        ),
        (
            "[[system]]\ntype = 'signal'\nsignal = 'mixture'\nmodel.listening.group = 'none'",
            "system 1: unknown key 'model.listening.group'\n  -> the keys of 'model.listening' are groups, ",
        ),
        (
            "[[system]]\ntype = 'signal'\nsignal = 'mixture'\nmodel.base.'a.b' = 1",
            "system 1: unknown key 'model.base.a.b'\n  -> the keys of 'signal' are type, name, lens_on, signal, ",
        ),
        (
            "[[system]]\ntype = 'listening'\ngroups = 'learned'\nlens_on = true",
            "system 1: lens_on: only listening by place, and the mixture "
            "with it, have a lens\n  -> leave it out, or set groups",
        ),
        ("[[system]]\ntype = 'listening'\nlens_on = 3", "system 1: lens_on: not a boolean"),
        ("[[system]]\ntype = 'listening'\nlens = 2", "system 1: lens: Input should be less than"),
        (
            "[[system]]\ntype = 'listening'\ngroups = 'planet'",
            "system 1: groups: Input should be 'country'",
        ),
        (
            "[[system]]\ntype = 'listening'\nlens_off = true",
            "system 1: unknown key 'lens_off'\n  -> the keys of 'listening' are type, name, lens_on, groups, ",
        ),
    ],
)
def test_mistakes_are_named(text: str, says: str, tmp_path: Path) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load_systems(file)
    assert f"systems.toml: {says}" in f"{raised.value}\n"
    assert raised.value.path == file
    assert raised.value.remedy


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_systems(tmp_path / "none.toml")


def test_a_system_that_is_not_installed_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bpr, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"systems.toml: system 1: BPR needs the library implicit"):
        load_systems(written(tmp_path, "[[system]]\ntype = 'bpr'"))
    assert BPR.model_fields, "without it, the module can still be imported"
