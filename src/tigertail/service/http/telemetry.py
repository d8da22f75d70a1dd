"""OpenTelemetry: a span and a few measurements of each request, sent where the ``OTEL_*`` variables say.

Spans hold at most what the access log holds: no query, no listener, no address.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import uuid4

from tigertail.errors import ConfigError, missing_extra
from tigertail.service.http.metrics import SECONDS
from tigertail.service.http.traces import TraceParent, Work
from tigertail.version import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

Kind = Literal["TRACES", "METRICS"]  # as the names of variables have it

_SCOPE: Final = "tigertail.service"
_PROTOCOL: Final = "http/protobuf"
_CLOSING: Final = 3.0  # seconds for what is not sent yet, when a worker ends
_INSTANCE: Final = "service.instance.id"


class RequestSpan:
    """The span of one request.

    Parameters
    ----------
    span
        The span of OpenTelemetry.
    """

    def __init__(self, span: Span) -> None:
        self.span = span
        self._epoch = time.time_ns() - time.perf_counter_ns()

    @property
    def trace(self) -> str:
        """The id of its trace, in hexadecimal digits."""
        return f"{self.span.get_span_context().trace_id:032x}"

    def at(self, moment: int) -> int:
        """Return the time of a moment of ``time.perf_counter_ns``, in ns since 1970."""
        return self._epoch + moment


class Telemetry:
    """Makes spans and measurements.

    Parameters
    ----------
    tracer_provider
        Where spans go; None makes none.
    meter_provider
        Where measurements go; None makes none.
    """

    def __init__(self, tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None) -> None:
        self._providers = [one for one in (tracer_provider, meter_provider) if one is not None]
        self._tracer = None if tracer_provider is None else tracer_provider.get_tracer(_SCOPE, __version__)
        self._duration = self._queue = None
        if meter_provider is not None:
            meter = meter_provider.get_meter(_SCOPE, __version__)
            self._duration, self._queue = (
                meter.create_histogram(name, "s", what, explicit_bucket_boundaries_advisory=SECONDS)
                for name, what in (
                    ("http.server.request.duration", "Seconds to the end of a response."),
                    ("tigertail.queue.duration", "Seconds that a request's work waited."),
                )
            )

    def begin(self, parent: TraceParent | None) -> RequestSpan | None:
        """Begin the span of a request, as part of a trace of another program where it names one."""
        if self._tracer is None:
            return None
        from opentelemetry import trace

        context = None
        if parent is not None:
            remote = trace.SpanContext(
                int(parent.trace, 16), int(parent.span, 16), True, trace.TraceFlags(parent.flags)
            )
            context = trace.set_span_in_context(trace.NonRecordingSpan(remote))
        return RequestSpan(self._tracer.start_span("request", context, trace.SpanKind.SERVER))

    def end(
        self, span: RequestSpan | None, fields: dict[str, Any], seconds: float, works: Sequence[Work]
    ) -> None:
        """End the span of a request, and measure it.

        Parameters
        ----------
        span
            What :meth:`begin` returned.
        fields
            Its ``method``, ``route``, ``status`` and ``model``.
        seconds
            How long it took.
        works
            The work that was queued for it: the model's, or the feedback store's.
        """
        common = {
            "http.request.method": fields["method"],
            "http.route": fields["route"],
            "http.response.status_code": fields["status"],
        }
        waited = queue_seconds(works)
        if self._duration is not None:
            self._duration.record(seconds, common)
        if self._queue is not None and waited is not None:
            self._queue.record(waited, {"http.route": fields["route"]})
        if span is not None:
            self._end_span(span, common, fields["model"], waited, works)

    def close(self) -> None:
        """Send what is not sent yet, but wait only a moment for whoever receives it."""

        def close() -> None:
            for provider in self._providers:
                provider.shutdown()

        closing = threading.Thread(target=close, name="telemetry", daemon=True)
        closing.start()
        closing.join(_CLOSING)

    def _end_span(
        self,
        request: RequestSpan,
        common: dict[str, Any],
        model: str | None,
        waited: float | None,
        works: Sequence[Work],
    ) -> None:
        assert self._tracer is not None
        from opentelemetry import trace

        span = request.span
        span.update_name(f"{common['http.request.method']} {common['http.route']}")
        span.set_attributes(common)
        if model is not None:
            span.set_attribute("tigertail.model", model)
        if waited is not None:
            span.set_attribute("tigertail.queue.seconds", waited)
        if common["http.response.status_code"] >= 500:
            span.set_status(trace.StatusCode.ERROR)
        context = trace.set_span_in_context(span)
        for work in works:
            if work.began is not None and work.ended is not None:
                child = self._tracer.start_span("answer", context, start_time=request.at(work.began))
                child.set_attribute("tigertail.queue.seconds", (work.began - work.queued) / 1e9)
                child.end(request.at(work.ended))
        span.end()


def queue_seconds(works: Sequence[Work]) -> float | None:
    """Return the longest that one piece of work waited, not the sum of all; None where none ran."""
    waits = [(work.began - work.queued) / 1e9 for work in works if work.began is not None]
    return max(waits, default=None)


def check_telemetry() -> bool:
    """Return whether the standard variables of OpenTelemetry ask for any.

    Raises
    ------
    ConfigError
        As :func:`telemetry_from_environment` does.
    """
    telemetry = telemetry_from_environment()
    if telemetry is not None:
        telemetry.close()
    return telemetry is not None


def telemetry_from_environment() -> Telemetry | None:
    """Return what the standard variables of OpenTelemetry ask for; None where that is nothing.

    So it is where no endpoint is named, the exporters are without ``otlp``, or the SDK is disabled.

    Raises
    ------
    ConfigError
        If the extra is missing, the protocol is not the one there is, an endpoint is no address, or OpenTelemetry
        refuses a variable.
    """
    kinds: tuple[Kind, ...] = ("TRACES", "METRICS")
    wanted = [kind for kind in kinds if _wanted(kind)]
    if not wanted:
        return None
    for kind in wanted:
        _check_exporter(kind)
    with missing_extra("otel", "OpenTelemetry (an OTEL_* endpoint is set)"):
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = dict(OTELResourceDetector().detect().attributes)
    # Workers export apart, so the name of an instance is not enough; containers may have equal process ids.
    instance = f"{named[_INSTANCE]}-{os.getpid()}" if _INSTANCE in named else str(uuid4())
    own = {"service.name": "tigertail", "service.version": __version__}
    resource = Resource.create(own | named | {_INSTANCE: instance})
    # Not at exit: Telemetry.close shuts the providers down, and waits no longer than it says.
    spans = measures = None
    try:
        if "TRACES" in wanted:
            spans = TracerProvider(resource=resource, shutdown_on_exit=False)
            spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        if "METRICS" in wanted:
            reader = PeriodicExportingMetricReader(OTLPMetricExporter())
            measures = MeterProvider([reader], resource, shutdown_on_exit=False)
    except ValueError as error:
        raise ConfigError(
            f"OpenTelemetry refuses a variable OTEL_*: {error}", remedy="change the variable, or leave it out"
        ) from error
    return Telemetry(spans, measures)


def _check_exporter(kind: Kind) -> None:
    variable, protocol = _exporter_setting(kind, "PROTOCOL")
    if protocol not in ("", _PROTOCOL):
        raise ConfigError(
            f"{variable}: {protocol} is not supported",
            remedy=f"set {_PROTOCOL}; collectors take it at port 4318",
        )
    variable, endpoint = _exporter_setting(kind, "ENDPOINT")
    if not endpoint.lower().startswith(("http://", "https://")):
        raise ConfigError(f"{variable}: {endpoint} is no address", remedy="begin it with http:// or https://")


def _wanted(kind: Kind) -> bool:
    environment = os.environ
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporters = (environment.get(f"OTEL_{kind}_EXPORTER") or "otlp").lower()
    if "otlp" not in map(str.strip, exporters.split(",")):
        return False
    return bool(_exporter_setting(kind, "ENDPOINT")[1])


def _exporter_setting(kind: Kind, name: str) -> tuple[str, str]:
    """Return the variable that holds a setting, and its value, empty where none does: a kind's own comes first."""
    own, common = f"OTEL_EXPORTER_OTLP_{kind}_{name}", f"OTEL_EXPORTER_OTLP_{name}"
    variable = own if os.environ.get(own) else common
    return variable, os.environ.get(variable, "")
