"""The services of deploy/compose.yaml together, by the files that their containers get.

Real programs, but no containers: the collector, Mosquitto and Prometheus. Grafana is in no
package that could be installed here.
"""

import json
import os
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from tests.harness import composed, mosquitto

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(600)
def test_the_services_find_each_other(tmp_path: Path) -> None:
    """The collector's readings come to Prometheus and its rules, and to the broker."""
    if mosquitto.executable() is None or shutil.which("prometheus") is None:
        pytest.skip("Mosquitto or Prometheus is not installed here")
    if not composed.is_possible(tmp_path / "try"):
        pytest.skip("no file system and network of its own can be made here")
    done = subprocess.run(
        [
            *composed.NAMESPACE,
            sys.executable,
            "-m",
            composed.__name__,
            tmp_path / "run",
        ],
        cwd=ROOT,
        env={key: os.environ[key] for key in os.environ if key != "PYTHONPATH"},
        check=False,
        capture_output=True,
        text=True,
    )
    logs = [path.read_text() for path in (tmp_path / "logs").glob("*")]
    assert done.returncode == 0, "\n".join((done.stderr, *logs))
    seen = json.loads(done.stdout)
    assert seen["targets"] == {"http://collector:9580/metrics": "up"}
    assert set(seen["rules"].values()) == {"ok"}
    assert len(seen["rules"]) >= 9
    assert seen["up"] == seen["sum"]["groups"]["hashing"] == composed.MINERS
    assert seen["sum"]["machines"] == 250
    assert seen["status"] == "online"
