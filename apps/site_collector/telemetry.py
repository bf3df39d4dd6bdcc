"""What the collector counts of itself, by prometheus_client."""

from collections.abc import Callable, Iterable
from typing import override

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

_POLL_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
_LATE_BUCKETS_S = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class _Count(Collector):
    """A counter that is read when it is asked for."""

    def __init__(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Take its name without `_total`."""
        self._name, self._text, self._read = name, text, read

    @override
    def collect(self) -> Iterable[Metric]:
        """Return its value."""
        yield CounterMetricFamily(self._name, self._text, value=self._read())


class Telemetry:
    """Metrics of one collector."""

    def __init__(self) -> None:
        """Begin to count."""
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        poll = Histogram(
            "site_collector_poll_duration_seconds",
            "Time that a poll took.",
            ["result"],
            buckets=_POLL_BUCKETS_S,
            registry=self.registry,
        )
        # Looked up once: by its labels each time costs more than counting.
        self.read = poll.labels("read")
        self.failed = poll.labels("failed")
        self.loop_delay = Histogram(
            "site_collector_loop_delay_seconds",
            "How late the event loop was.",
            buckets=_LATE_BUCKETS_S,
            registry=self.registry,
        )
        self.reload_failed = Gauge(
            "site_collector_config_reload_failed",
            "Whether the last reload of the configuration was refused.",
            registry=self.registry,
        )
        self.mqtt_connected = Gauge(
            "site_collector_mqtt_connected",
            "Whether the broker is connected.",
            registry=self.registry,
        )
        self.mqtt_sent = Counter(
            "site_collector_mqtt_messages",
            "Messages that were sent to the broker.",
            registry=self.registry,
        )
        self.orders = Counter(
            "site_collector_orders",
            "Orders that came by MQTT, by what became of them.",
            ["outcome"],
            registry=self.registry,
        )

    def show(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Add a number that is read when it is asked for."""
        Gauge(name, text, registry=self.registry).set_function(read)

    def show_count(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Add a count that is kept elsewhere."""
        self.registry.register(_Count(name, text, read))

    def render(self) -> bytes:
        """Return the samples as text."""
        return generate_latest(self.registry)
