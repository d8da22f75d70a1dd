"""Settings of the service: file, environment, command line, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tigertail.errors import ConfigError
from tigertail.service.http.settings import RENAMED, Settings, read_settings, unknown_variables

DIGEST = "0" * 64


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "service.toml"
    path.write_text('model = "from-file"\nport = 1\nworkers = 3\n[limits]\nrate = 7\nburst = 9\n', "utf-8")
    return path


def test_the_command_line_stands_above_the_environment_and_that_above_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIGERTAIL_PORT", "2")
    monkeypatch.setenv("TIGERTAIL_WORKERS", "2")
    monkeypatch.setenv("TIGERTAIL_LIMITS__RATE", "8")
    settings = read_settings(file, workers=1, host=None)
    assert (settings.model, settings.port, settings.workers) == (Path("from-file"), 2, 1)
    assert (settings.limits.rate, settings.limits.burst) == (8, 9)


@pytest.mark.parametrize(("processors", "workers"), [(2, 2), (384, 256)])
def test_there_is_a_worker_for_each_processor_that_the_service_may_use(
    processors: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tigertail.service.http.settings.processors", lambda: processors)
    assert read_settings(model=Path("m")).workers == workers


def test_settings_reach_a_worker_whole_and_show_nobody_the_password() -> None:
    url = "postgresql://radio:hunter2@db/tigertail"
    settings = read_settings(model=Path("m"), feedback={"store": url})
    assert settings.store == url
    assert "hunter2" not in repr(settings)
    assert Settings.model_validate_json(settings.to_json()) == settings


def test_feedback_is_kept_beside_the_model_unless_another_place_is_given_or_none(tmp_path: Path) -> None:
    model = tmp_path / "model"
    assert read_settings(model=model).store == str(tmp_path / "model-feedback.sqlite")
    assert read_settings(model=model, feedback={"on": False}).store is None


def test_the_store_of_a_model_that_is_named_by_dots_is_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model" / "inside").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "model" / "inside")
    assert read_settings(model=Path("..")).store == str(tmp_path / "model-feedback.sqlite")


def test_keys_of_the_file_and_of_the_environment_hold_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "service.toml"
    file.write_text(f'model = "m"\n[keys]\nradio = "{DIGEST}"\n', "utf-8")
    monkeypatch.setenv("TIGERTAIL_KEYS", f'{{"tv": "{DIGEST}"}}')
    assert set(read_settings(file).keys) == {"radio", "tv"}


def test_signers_are_a_list_in_the_file_and_words_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = "0" * 64, "a" * 64
    file = tmp_path / "service.toml"
    file.write_text(f'model = "m"\nsigners = ["{one}"]\n', "utf-8")
    assert read_settings(file).signers == (one,)
    monkeypatch.setenv("TIGERTAIL_SIGNERS", f"{one} {other.upper()}")
    settings = read_settings(file)
    assert settings.signers == (one, other)
    assert Settings.model_validate_json(settings.to_json()) == settings


def test_other_machines_need_a_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"0\.0\.0\.0 can be reached from other machines") as error:
        read_settings(model=tmp_path, host="0.0.0.0")
    assert "tigertail key" in error.value.remedy
    assert read_settings(model=tmp_path, host="0.0.0.0", keys={"radio": DIGEST}).rate == 50
    assert read_settings(model=tmp_path, host="0.0.0.0", allow_anonymous=True).allowed_hosts == ["*"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "::1", "127.8.8.8"])
def test_this_machine_needs_none_and_has_no_limit(host: str, tmp_path: Path) -> None:
    settings = read_settings(model=tmp_path, host=host)
    assert settings.loopback
    assert settings.rate is None
    assert "localhost" in settings.allowed_hosts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "service.toml: prot: unknown key"),
        ("port = 70000", r"port: Input should be less"),
        ("[keys]\nradio = 'hunter2'", "service.toml: keys.radio: not a SHA-256 digest"),
        ("origins = ['player.example']", r"service.toml: origins\.0: not an origin"),
        ("origins = ['https://player.example/']", "not an origin"),
        ("origins = ['https://Player.example']", "not an origin"),
        ("origins = ['http://player.example:80']", r"port out; write http://player\.example\n"),
        ("origins = ['https://[::1]:443']", r"port out; write https://\[::1\]\n"),
        ("hosts = ['https://music.example']", r"service.toml: hosts\.0: not a host"),
        ("hosts = ['music.example:8000']", "not a host"),
        ("hosts = ['*.example']", "not a host"),
        ("signers = ['hunter2']", "a signer is a public key of 64"),
        ("signers = 5", "service.toml: signers: expected a list"),
        ("signers = [5]", "service.toml: signers.0: expected a text"),
        ("model = ", "service.toml: cannot be read"),
        ("reload_interval = inf", "reload_interval: expected a finite number"),
        ("[limits]\nread_timeout = inf", r"limits\.read_timeout: expected a finite number"),
        ("", "service.toml: no model is given"),
        (
            "[feedback]\nkeep_days = 2_000_000",
            r"feedback\.keep_days: Input should be less than or equal to 1000000",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "service.toml"
    file.write_text(text, "utf-8")
    given = {} if "model" in message + text else {"model": tmp_path}
    with pytest.raises(ConfigError, match=message) as error:
        read_settings(file, **given)
    assert error.value.remedy


def test_hosts_and_origins_as_they_are_sent(tmp_path: Path) -> None:
    origins = (
        "*",
        "null",
        "https://player.example",
        "http://127.0.0.1:3000",
        "https://player.example:80",
        "http://[::1]:3000",
        "capacitor://localhost",
    )
    hosts = ("*", "localhost", "Music.example", "192.0.2.7", "[::1]", "my_service")
    settings = read_settings(model=tmp_path, origins=origins, hosts=hosts)
    assert (settings.origins, settings.hosts) == (origins, hosts)


def test_a_model_is_no_challenger_of_itself(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "model")
    for challenger in (tmp_path / "model", tmp_path / "link"):
        with pytest.raises(ConfigError, match="challenger is the folder of model") as error:
            read_settings(model=tmp_path / "model", challenger=challenger)
        assert error.value.remedy == "name the folder of another model, or leave challenger out"


def test_who_names_no_model_learns_where_to() -> None:
    with pytest.raises(ConfigError, match="no model is given") as error:
        read_settings()
    assert "tigertail serve MODEL" in error.value.remedy


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("TIGERTAIL_PORT", "tcp://10.0.0.7:80", "TIGERTAIL_PORT: Input should be a valid integer"),
        ("TIGERTAIL_LIMITS__RATE", "-1", "TIGERTAIL_LIMITS__RATE: Input should be greater than 0"),
        ("TIGERTAIL_LIMITS", '{"rate": -1}', "TIGERTAIL_LIMITS: rate: Input should be greater than 0"),
        ("TIGERTAIL_KEYS", '{"radio": "hunter2"}', "TIGERTAIL_KEYS: radio: not a SHA-256 digest"),
        ("TIGERTAIL_KEYS", "[]", "TIGERTAIL_KEYS: expected a table"),
        ("tigertail_port", "abc", "TIGERTAIL_PORT: Input should be a valid integer"),
        ("TIGERTAIL_SIGNERS", "hunter2", "TIGERTAIL_SIGNERS: 0: a signer is a public key of 64"),
        ("TIGERTAIL_ORIGINS", "https://player.example", "the environment cannot be read .*origins"),
    ],
)
def test_a_wrong_variable_is_named_and_not_the_file(
    variable: str, value: str, message: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError, match=f"^{message}") as error:
        read_settings(file)
    assert "docs/service.md" in error.value.remedy


@pytest.mark.parametrize("value", ["[]", '{ radio = "x" }'])
def test_who_writes_no_table_into_the_environment_learns_how(
    value: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIGERTAIL_KEYS", value)
    with pytest.raises(ConfigError) as error:
        read_settings(file)
    assert "JSON" in error.value.remedy
    assert "table" in error.value.remedy


def test_what_is_wrong_on_the_command_line_is_not_of_the_file(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"^port: Input should be less"):
        read_settings(file, port=70000)
    file.write_text('model = "m"\nworkers = 1000\n', "utf-8")
    with pytest.raises(ConfigError, match=r"service\.toml: workers: Input should be less"):
        read_settings(file, port=1)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: no such file"):
        read_settings(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="not a file"):
        read_settings(tmp_path)


def test_a_file_that_may_not_be_read(file: Path) -> None:
    root = os.geteuid() == 0
    file.chmod(0o000)
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(ConfigError, match="cannot be read") as error:
            read_settings(file)
    finally:
        if root:
            os.seteuid(0)
    assert error.value.path == file
    assert error.value.remedy


def test_a_misspelt_variable_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIGERTAIL_DATA", "/not/ours/but/known")
    assert read_settings(model=tmp_path).port == 8000
    monkeypatch.setenv("tigertail_prot", "80")
    with pytest.raises(ConfigError, match="TIGERTAIL_PROT is unknown") as error:
        read_settings(model=tmp_path)
    assert error.value.remedy == "did you mean TIGERTAIL_PORT?"


def test_other_variables_are_named_but_may_be_of_other_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TIGERTAIL_DATA", "TIGERTAIL_PORT", "TIGERTAIL_LIMITS__RATE", "TIGERTAIL_KEYS__RADIO"):
        monkeypatch.setenv(name, DIGEST if "KEYS" in name else "8")
    before = unknown_variables()
    monkeypatch.setenv("tigertail_rate", "3")
    monkeypatch.setenv("TIGERTAIL_RETENTION", "30")
    assert set(unknown_variables()) - set(before) == {"TIGERTAIL_RATE", "TIGERTAIL_RETENTION"}
    assert not any("TIGERTAIL_" + name in before for name in ("DATA", "PORT", "LIMITS__RATE", "KEYS__RADIO"))
    assert read_settings(model=tmp_path).limits.rate == 8


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_an_old_name_leads_to_the_new_one(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = 4096 if new.endswith("bytes") else 1
    section, _, key = old.rpartition(".")
    file = tmp_path / "service.toml"
    file.write_text((f"[{section}]\n" if section else "") + f"{key} = {value}\n", "utf-8")
    with pytest.raises(ConfigError, match=f"{old}: unknown key") as in_file:
        read_settings(file, model=tmp_path)
    assert in_file.value.remedy == f"the setting is now named {new}"
    variable, now = (f"TIGERTAIL_{name.replace('.', '__').upper()}" for name in (old, new))
    monkeypatch.setenv(variable, str(value))
    with pytest.raises(ConfigError, match=f"{variable} is unknown") as in_environment:
        read_settings(model=tmp_path)
    assert in_environment.value.remedy == f"the setting is now named {now}"
    monkeypatch.delenv(variable)
    monkeypatch.setenv(now, str(value))
    read_settings(model=tmp_path)
