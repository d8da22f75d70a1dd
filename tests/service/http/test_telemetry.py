"""Spans and measurements of OpenTelemetry."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from tigertail.errors import ConfigError
from tigertail.service.http.telemetry import Telemetry, check_telemetry, telemetry_from_environment

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def measures() -> InMemoryMetricReader:
    return InMemoryMetricReader()


@pytest.fixture
def client(serve, spans: InMemorySpanExporter, measures: InMemoryMetricReader) -> TestClient:
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    return serve(telemetry=Telemetry(tracers, MeterProvider([measures])))


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_a_request_is_a_span_with_a_child_for_the_models_answer(
    client: TestClient, spans: InMemorySpanExporter
) -> None:
    client.get("/v1/similar?item=star", headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
    answer, request = spans.get_finished_spans()
    assert (request.name, answer.name) == ("GET /v1/similar", "answer")
    assert request.kind is SpanKind.SERVER
    assert request.context
    assert request.parent
    assert answer.parent
    assert f"{request.context.trace_id:032x}" == TRACE
    assert f"{request.parent.span_id:016x}" == SPAN
    assert answer.parent.span_id == request.context.span_id
    found = attributes(request)
    assert found["http.route"] == "/v1/similar"
    assert found["http.response.status_code"] == 200
    assert found["tigertail.queue.seconds"] >= 0
    assert request.start_time <= answer.start_time <= answer.end_time <= request.end_time


def test_an_answer_from_memory_has_no_child(client: TestClient, spans: InMemorySpanExporter) -> None:
    client.get("/v1/similar?item=star")
    spans.clear()
    client.get("/v1/similar?item=star")
    (request,) = spans.get_finished_spans()
    assert "tigertail.queue.seconds" not in attributes(request)
    assert request.parent is None


def test_a_request_that_its_parent_does_not_sample_is_no_span(
    client: TestClient, spans: InMemorySpanExporter
) -> None:
    client.get("/v1/similar?item=star", headers={"traceparent": f"00-{TRACE}-{SPAN}-00"})
    assert spans.get_finished_spans() == ()


def test_refusals_are_spans_and_nothing_private_is_in_any(
    client: TestClient, spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "tigertail.service.requests"):
        client.get("/v1/similar?item=nobody&listener=ola", headers={"X-API-Key": "k3y"})
    (request,) = spans.get_finished_spans()[-1:]
    assert attributes(request)["http.response.status_code"] == 404
    assert request.context
    assert vars(caplog.records[-1])["trace"] == f"{request.context.trace_id:032x}"
    everything = "".join(span.to_json() for span in spans.get_finished_spans())
    assert not [word for word in ("nobody", "ola", "k3y", "testclient") if word in everything]


def test_durations_and_waits_are_measured_by_route(
    client: TestClient, measures: InMemoryMetricReader
) -> None:
    client.get("/v1/similar?item=star")
    client.get("/v1/similar?item=star")
    data = measures.get_metrics_data()
    assert data
    found = {
        metric.name: [(point.attributes["http.route"], point.count) for point in metric.data.data_points]
        for metric in data.resource_metrics[0].scope_metrics[0].metrics
    }
    assert found == {
        "http.server.request.duration": [("/v1/similar", 2)],
        "tigertail.queue.duration": [("/v1/similar", 1)],
    }


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    return monkeypatch


def test_nothing_is_made_unless_an_endpoint_is_named(endpoint: pytest.MonkeyPatch) -> None:
    assert check_telemetry()
    endpoint.setenv("OTEL_SDK_DISABLED", "true")
    assert not check_telemetry()
    endpoint.delenv("OTEL_SDK_DISABLED")
    endpoint.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
    assert telemetry_from_environment() is None


def test_only_what_is_asked_for_is_exported(serve, endpoint: pytest.MonkeyPatch) -> None:
    endpoint.setenv("OTEL_METRICS_EXPORTER", "none")
    endpoint.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")
    telemetry = telemetry_from_environment()
    assert telemetry
    assert [type(provider) for provider in telemetry._providers] == [TracerProvider]
    client = serve(telemetry=telemetry)
    assert client.get("/v1/items").status_code == 200, "whoever receives spans may be away"
    telemetry.close()


def test_a_missing_extra_is_told_with_its_remedy(endpoint: pytest.MonkeyPatch) -> None:
    endpoint.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(ConfigError, match=r"OpenTelemetry .* needs opentelemetry") as error:
        check_telemetry()
    assert error.value.remedy == "pip install 'tigertail[otel]'"


@pytest.mark.parametrize("variable", ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"])
def test_another_protocol_is_refused(endpoint: pytest.MonkeyPatch, variable: str) -> None:
    endpoint.setenv(variable, "grpc")
    with pytest.raises(ConfigError, match=f"{variable}: grpc is not supported"):
        check_telemetry()


def test_each_signals_own_protocol_comes_first(endpoint: pytest.MonkeyPatch) -> None:
    endpoint.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    for kind in ("TRACES", "METRICS"):
        endpoint.setenv(f"OTEL_EXPORTER_OTLP_{kind}_PROTOCOL", "http/protobuf")
    assert check_telemetry()


def test_an_endpoint_is_an_address(endpoint: pytest.MonkeyPatch) -> None:
    endpoint.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")
    with pytest.raises(
        ConfigError, match="OTEL_EXPORTER_OTLP_ENDPOINT: collector:4318 is no address"
    ) as error:
        check_telemetry()
    assert "http://" in error.value.remedy


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OTEL_BSP_MAX_QUEUE_SIZE", "256"),  # less than a batch
        ("OTEL_METRIC_EXPORT_INTERVAL", "0"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "x"),
    ],
)
def test_what_opentelemetry_refuses_is_told_before_the_start(
    endpoint: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    endpoint.setenv(variable, value)
    with pytest.raises(ConfigError, match=r"OpenTelemetry refuses a variable OTEL_\*"):
        check_telemetry()


def test_an_empty_variable_is_as_none(endpoint: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER"):
        endpoint.setenv(name, "")
    assert check_telemetry()


def test_otlp_may_be_one_of_several_exporters(endpoint: pytest.MonkeyPatch) -> None:
    endpoint.setenv("OTEL_TRACES_EXPORTER", "console, OTLP")
    endpoint.setenv("OTEL_METRICS_EXPORTER", "none")
    assert check_telemetry()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "tigertail"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=radio,deployment.environment=home"}, "radio"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=radio", "OTEL_SERVICE_NAME": "station"}, "station"),
    ],
)
def test_the_service_is_called_as_the_variables_say(
    endpoint: pytest.MonkeyPatch, given: dict[str, str], name: str
) -> None:
    for variable, value in given.items():
        endpoint.setenv(variable, value)
    endpoint.setenv("OTEL_METRICS_EXPORTER", "none")
    telemetry = telemetry_from_environment()
    assert telemetry
    [provider] = telemetry._providers
    assert isinstance(provider, TracerProvider)
    assert provider.resource.attributes["service.name"] == name
    telemetry.close()


def test_an_instance_that_is_named_keeps_its_name_and_workers_differ(endpoint: pytest.MonkeyPatch) -> None:
    endpoint.setenv("OTEL_METRICS_EXPORTER", "none")

    def resource(attributes: str) -> dict[str, Any]:
        endpoint.setenv("OTEL_RESOURCE_ATTRIBUTES", attributes)
        telemetry = telemetry_from_environment()
        assert telemetry
        telemetry.close()
        [provider] = telemetry._providers
        assert isinstance(provider, TracerProvider)
        return dict(provider.resource.attributes)

    named = resource("service.version=2.0,service.instance.id=pod-7")
    assert (named["service.version"], named["service.instance.id"]) == ("2.0", f"pod-7-{os.getpid()}")
    ids = {resource("")["service.instance.id"] for _container in range(2)}
    assert len(ids) == 2, "process ids of two containers may be equal"
