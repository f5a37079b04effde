from pathlib import Path

import yaml

from ticketing_local.servers.prometheus import prometheus


def test_it_asks_whomever_a_file_names(tmp_path: Path) -> None:
    """Prometheus watches a folder that is there from the start, and nobody is named in it yet."""
    prometheus(tmp_path / "prometheus", tmp_path, 9090, {}, {"groups": []})

    (job,) = yaml.safe_load((tmp_path / "prometheus.yaml").read_text())["scrape_configs"]
    (files,) = job["file_sd_configs"][0]["files"]
    assert Path(files).parent.is_dir()
    assert list(Path(files).parent.iterdir()) == []
