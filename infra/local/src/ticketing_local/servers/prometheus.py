"""Prometheus, for who wants figures over time: our services' metrics, and the rules of alerts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ticketing_local.data.files import make_folder, write_atomically
from ticketing_local.data.ports import LOOPBACK
from ticketing_local.processes.process import Process, Stage
from ticketing_local.processes.readiness import http_ok
from ticketing_local.servers import ENVIRONMENT

SCRAPE_INTERVAL = "5s"
RETENTION, MAX_SIZE = "2d", "500MB"  # whichever is less


def prometheus(
    program: Path,
    folder: Path,
    port: int,
    services: Mapping[str, Sequence[Process]],
    rules: Mapping[str, Any],
) -> Process:
    """`services` are the replicas that it asks for their figures, `rules` a rule file's content.
    Nobody is told of alerts: they are on its page. What else it is to ask, a file in `targets`
    names at any time (Prometheus' `file_sd_configs`)."""
    targets = {
        service: [f"{LOOPBACK}:{replica.env['METRICS_PORT']}" for replica in replicas]
        for service, replicas in services.items()
    }
    jobs = [
        # In a cluster it is the pods' label `app` that says whose figures they are.
        {"job_name": service, "static_configs": [{"targets": each, "labels": {"app": service}}]}
        for service, each in targets.items()
    ]
    others = str(make_folder(folder / "targets") / "*.yaml")
    jobs.append({"job_name": "others", "file_sd_configs": [{"files": [others]}]})
    config = {
        "global": {"scrape_interval": SCRAPE_INTERVAL, "evaluation_interval": SCRAPE_INTERVAL},
        "rule_files": ["rules.yaml"],
        "scrape_configs": jobs,
    }
    write_atomically(folder / "prometheus.yaml", yaml.safe_dump(config))
    write_atomically(folder / "rules.yaml", yaml.safe_dump(dict(rules)))
    return Process(
        name="prometheus",
        argv=(
            str(program),
            f"--config.file={folder / 'prometheus.yaml'}",
            f"--storage.tsdb.path={make_folder(folder / 'data')}",
            f"--storage.tsdb.retention.time={RETENTION}",
            f"--storage.tsdb.retention.size={MAX_SIZE}",
            f"--web.listen-address={LOOPBACK}:{port}",
        ),
        env=ENVIRONMENT,
        port=port,
        stage=Stage.STORE,
        ready=http_ok(port, "/-/ready"),
    )
