"""Requests by route, method and status: what is asked at all is bounded by our routes."""

from bisect import bisect_left
from collections.abc import Hashable, Mapping

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

from ticketing_common.metrics.histogram import BOUNDS, Histogram

OTHER = "other", ""  # health, assets and what does not exist, whose method is anybody's word

Labels = tuple[str, str]  # the route's template, and its method


class Requests:
    """`observe` is told the handler that the request was matched with, or None. A HEAD counts as
    the GET that it is answered as."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Hashable, int | None], Histogram] = {}

    def observe(self, handler: Hashable, status: int | None, seconds: float) -> None:
        # All that figures cost a request, so by hand: some 0.4 us.
        histogram = self._seen.get((handler, status))
        if histogram is None:
            histogram = self._seen[handler, status] = Histogram()
        histogram.counts[bisect_left(BOUNDS, seconds)] += 1
        histogram.sum += seconds

    def families(self, routes: Mapping[Hashable, Labels]) -> list[Metric]:
        """`routes` are by their handlers."""
        requests = CounterMetricFamily(
            "ticketing_http_requests", "Requests.", labels=["route", "method", "status"]
        )
        durations = HistogramMetricFamily(
            "ticketing_http_request_duration_seconds",
            "From a request's head to the end of its answer.",
            labels=["route", "method"],
        )
        by_route: dict[tuple[str, str], list[Histogram]] = {}
        for (handler, status), histogram in list(self._seen.items()):
            labels = routes.get(handler, OTHER)
            by_route.setdefault(labels, []).append(histogram)
            # Without a status the client had gone.
            requests.add_metric([*labels, str(status or "gone")], sum(histogram.counts))
        for labels, histograms in by_route.items():
            whole = Histogram.joined(histograms)
            durations.add_metric(labels, whole.buckets(), whole.sum)
        return [requests, durations]
