"""The files of deploy/ fit the program they run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from prometheus_client import generate_latest

from tigertail.kernel_cache import BASELINE, FEATURES
from tigertail.service.http import metrics
from tigertail.service.http.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent


def test_every_metric_of_the_dashboard_is_exported() -> None:
    board = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text("utf-8"))
    queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    named = set(re.findall(r"tigertail_\w+", " ".join(queries)))
    exported = set(re.findall(r"^# TYPE (\w+)", generate_latest(metrics.REGISTRY).decode(), re.M))
    assert len(named) >= 6
    assert {name.removesuffix("_bucket") for name in named} <= exported


def test_the_image_compiles_for_the_baseline_and_runs_without_root() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8")
    assert f"NUMBA_CPU_NAME={BASELINE} " in lines
    assert f"NUMBA_CPU_FEATURES={FEATURES} " in lines
    assert lines.index("USER 10001") < lines.index("RUN tigertail warm")


def test_probes_ask_routes_that_there_are() -> None:
    from tigertail.service.api.health import router

    routes = {getattr(route, "path", "") for route in router.routes}
    deployment, service = yaml.safe_load_all((ROOT / "deploy/kubernetes.yaml").read_text("utf-8"))
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] in routes
    assert service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]


def test_no_variable_of_the_service_in_kubernetes_is_taken_for_a_setting() -> None:
    deployment, service = yaml.safe_load_all((ROOT / "deploy/kubernetes.yaml").read_text("utf-8"))
    links = deployment["spec"]["template"]["spec"].get("enableServiceLinks", True)
    variables = {f"{service['metadata']['name'].upper()}_PORT"} if links else set()
    assert not variables & {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_the_image_has_what_the_settings_need() -> None:
    (installed,) = re.findall(r"'\.\[(.+)\]'", (ROOT / "Dockerfile").read_text("utf-8"))
    assert {"service", "postgresql", "sign", "otel"} <= set(installed.split(","))


def test_compose_keeps_feedback_in_postgresql() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    assert set(services) == {"tigertail", "postgres", "navidrome"}
    told = services["tigertail"]["environment"]
    assert "tigertail@postgres/" in told["TIGERTAIL_FEEDBACK__STORE"]
    assert (
        told["PGPASSWORD"] == services["postgres"]["environment"]["POSTGRES_PASSWORD"]
    )  # any: it is in no URL
    assert all(port.startswith("127.0.0.1:") for part in services.values() for port in part.get("ports", ()))
