"""Figures of a cluster, which a laptop lacks, played to Prometheus in their exporters' shapes.

Names and labels are those of kube-state-metrics, cert-manager and the kubelet.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import yaml

from ticketing_local.data.files import write_atomically
from ticketing_local.harness import Stack

JOB = 'namespace="default",cronjob="payments-reconcile"'
CERTIFICATE = (
    'issuer_group="cert-manager.io",issuer_kind="ClusterIssuer",issuer_name="letsencrypt",'
    'name="ticketing-tls",namespace="default"'
)
CLAIM = 'namespace="default",persistentvolumeclaim="data-nats-depl-0"'
CAPACITY = 4 * 2**30  # bytes
DAY = 86_400  # seconds


class Cluster:
    """What the exporters tell. All is well, until told otherwise."""

    def __init__(self) -> None:
        self.reconciled = 0.5  # days ago
        self.certificate = 60.0  # days from now
        self.free = 0.7  # of a volume

    def text(self) -> str:
        now = time.time()
        told = {
            f"kube_cronjob_created{{{JOB}}}": now - 30 * DAY,
            f"kube_cronjob_status_last_successful_time{{{JOB}}}": now - self.reconciled * DAY,
            f"certmanager_certificate_expiration_timestamp_seconds{{{CERTIFICATE}}}": now
            + self.certificate * DAY,
            f"kubelet_volume_stats_available_bytes{{{CLAIM}}}": self.free * CAPACITY,
            f"kubelet_volume_stats_capacity_bytes{{{CLAIM}}}": CAPACITY,
        }
        return "".join(f"{sample} {value:.0f}\n" for sample, value in told.items())


@contextmanager
def played_to(stack: Stack) -> Iterator[Cluster]:
    """A cluster whose figures the stack's Prometheus asks for, for as long as the block lasts."""
    cluster = Cluster()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(cluster.text().encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        targets = [{"targets": [f"127.0.0.1:{server.server_port}"]}]
        file = stack.data / "prometheus/targets/cluster.yaml"
        write_atomically(file, yaml.safe_dump(targets))
        yield cluster
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
