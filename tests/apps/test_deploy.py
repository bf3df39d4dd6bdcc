"""Everything in `deploy/`, by its own validators as far as they are here."""

from importlib.util import find_spec
from itertools import count
import json
from pathlib import Path
import re
import shutil
import subprocess
import sys

import pytest

from apps.site_collector.config import load
from apps.site_collector.inventory import Shard
from apps.site_collector.metrics import INFO, METRICS, UP
from apps.site_collector.site import Site
from apps.site_collector.telemetry import Telemetry

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DASHBOARDS = sorted((DEPLOY / "grafana/dashboards").glob("*.json"))


def run(*command: str | Path) -> str:
    """Return what a validator says; skip where it is not installed."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed here")
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["site.toml", "kubernetes/site.toml"])
def test_examples_of_the_file(name: str) -> None:
    """They have no mistake."""
    assert len(load(DEPLOY / name).spots) == 250


def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    """The whole file and the smallest one have no mistake, and no key is left out."""
    page = (ROOT / "docs/users/site-collector.md").read_text()
    examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        (tmp_path / "site.toml").write_text(example)
        assert load(tmp_path / "site.toml").site == "north"
    text = (ROOT / "apps/site_collector/config.py").read_text()
    keys = set(
        re.findall(
            r"(?:text|number|count|flag|choices|_file|_topic|_label|_name)"
            r'\((?:table, )?(?:folder, )?"(\w+)"',
            text,
        )
    )
    assert len(keys) > 20
    assert not [key for key in keys if not re.search(rf"\b{key}\b", examples[1])]


@pytest.mark.parametrize("name", ["site", "rig"])
def test_alert_rules(name: str) -> None:
    """Each fires when it should, and not before."""
    rules = DEPLOY / f"prometheus/{name}_alerts.yml"
    run("promtool", "check", "rules", rules)
    run("promtool", "test", "rules", rules.with_suffix(".test.yml"))
    alerts = re.findall(r"- alert: (\w+)", rules.read_text())
    tested = rules.with_suffix(".test.yml").read_text()
    untested = [alert for alert in alerts if f"alertname: {alert}\n" not in tested]
    assert untested == []


def test_the_configuration_of_prometheus() -> None:
    """Prometheus takes it."""
    run("promtool", "check", "config", DEPLOY / "prometheus/prometheus.yml")


def queries() -> list[str]:
    """Return what the dashboards ask."""
    return [
        target["expr"]
        for path in DASHBOARDS
        for panel in json.loads(path.read_text())["panels"]
        for target in panel["targets"]
    ]


def test_the_queries_of_the_dashboards(tmp_path: Path) -> None:
    """Each is one that Prometheus understands."""
    numbers = count()
    rules = [
        f"  - record: query_{next(numbers)}\n    expr: {json.dumps(query)}\n"
        for query in queries()
    ]
    path = tmp_path / "queries.yml"
    path.write_text("groups:\n- name: queries\n  rules:\n" + "".join(rules))
    assert len(rules) > 15
    run("promtool", "check", "rules", path)


async def test_nothing_is_asked_that_is_not_served(tmp_path: Path) -> None:
    """Neither by an alert nor by a dashboard, nor is it in the documentation."""
    telemetry = Telemetry()
    Site(load(DEPLOY / "site.toml"), Shard(), telemetry)
    own = re.findall(r"^# TYPE (\w+)", telemetry.render().decode(), re.MULTILINE)
    served = {*own, *(metric.name for metric in (*METRICS, UP, INFO))}
    asked = re.findall(
        r"\b(?:miner|site_collector)_\w+",
        " ".join((*queries(), *_expressions())),
    )
    plain = {re.sub(r"_bucket$", "", name) for name in asked}
    assert plain - served - {"site_collector"} == set()
    page = (ROOT / "docs/users/site-collector.md").read_text()
    listed = set(re.findall(r"`(miner_\w+)`", page))
    assert listed == {metric.name for metric in (*METRICS, UP, INFO)}


def _expressions() -> list[str]:
    text = (DEPLOY / "prometheus/site_alerts.yml").read_text()
    return re.findall(r"expr: (.*?)\n\s+(?:for|labels):", text, re.DOTALL)


UNITS = {"Hs", "celsius", "percentunit", "s", "short", "watt"}
"""By the names that Grafana's list of units has: one that it has not is only put behind."""


def test_dashboards_stand_by_themselves() -> None:
    """Each has a name of its own, and every panel says what it shows."""
    names = [json.loads(path.read_text())["uid"] for path in DASHBOARDS]
    assert len(set(names)) == len(names) == 2
    for path in DASHBOARDS:
        panels = json.loads(path.read_text())["panels"]
        assert all(panel["title"] and panel["targets"] for panel in panels)
        units = {panel["fieldConfig"]["defaults"].get("unit") for panel in panels}
        assert units - {None} <= UNITS
        places = [tuple(panel["gridPos"].values()) for panel in panels]
        assert len(set(places)) == len(places)


def test_all_containers_are_also_those_without_a_name() -> None:
    """A miner may be in none; a list of all names would leave it out."""
    (site,) = (path for path in DASHBOARDS if path.stem == "site")
    variables = json.loads(site.read_text())["templating"]["list"]
    assert [each.get("allValue") for each in variables if each.get("includeAll")] == [
        ".*"
    ]


def test_the_unit_of_systemd(tmp_path: Path) -> None:
    """Systemd understands every line."""
    unit = (DEPLOY / "systemd/site-collector@.service").read_text()
    path = tmp_path / "site-collector@.service"
    # The program is not installed where tests run.
    path.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit))
    run("systemd-analyze", "verify", path)


def test_the_manifests_of_kubernetes() -> None:
    """Kubectl puts them together; the number of collectors is one number."""
    made = run("kubectl", "kustomize", DEPLOY / "kubernetes")
    for kind in ("StatefulSet", "Service", "ConfigMap", "NetworkPolicy", "Namespace"):
        assert f"kind: {kind}\n" in made
    replicas = re.search(r"replicas: (\d+)", made)
    collectors = re.search(r'name: COLLECTORS\n\s+value: "(\d+)"', made)
    assert replicas
    assert collectors
    assert replicas[1] == collectors[1]


def run_module(name: str, *arguments: str | Path) -> str:
    """Return what a validator that is a module says; skip where it is not installed."""
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed here")
    return run(sys.executable, "-m", name, *arguments)


@pytest.mark.parametrize(
    "name", ["namespace", "network-policy", "service", "stateful-set"]
)
def test_kubernetes_knows_every_key(name: str) -> None:
    """By the schemas of its own interface, in which no other key is allowed."""
    path = DEPLOY / f"kubernetes/{name}.yaml"
    assert "passed" in run_module("kubernetes_validate", "--strict", path)


@pytest.mark.parametrize("name", ["compose.yaml", "auction_miner/compose.yaml"])
def test_compose_knows_every_key(name: str) -> None:
    """By the schema of its specification."""
    schema = ("--builtin-schema", "vendor.compose-spec")
    run_module("check_jsonschema", *schema, DEPLOY / name)


def test_the_container_gets_what_is_locked() -> None:
    """The versions that development has, all with hashes."""
    pin = re.compile(r"^([\w.-]+)==([\w.]+)", re.MULTILINE)
    ours = dict(pin.findall((DEPLOY / "container/requirements.txt").read_text()))
    locked = dict(pin.findall((ROOT / "requirements_dev.txt").read_text()))
    wanted = (ROOT / "apps/site_collector/requirements.txt").read_text()
    for line in wanted.split():
        name = re.split(r"[<>=]", line)[0].replace("_", "-")
        assert name in ours, name
    assert ours.items() <= locked.items()


def test_the_container_copies_what_it_needs() -> None:
    """Every path is there, and none is left out of what is sent to its builder."""
    recipe = (DEPLOY / "container/Containerfile").read_text()
    ignored = (DEPLOY / "container/Containerfile.dockerignore").read_text().split()
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", recipe, re.MULTILINE)
        for source in line.split()
    ]
    assert len(sources) > 5
    for source in sources:
        assert (ROOT / source).exists(), source
        allowed = [line[1:] for line in ignored if line.startswith("!")]
        assert any(source.startswith(each) for each in allowed), source


def test_compose_mounts_what_there_is() -> None:
    """Every file and folder that a service is given."""
    text = (DEPLOY / "compose.yaml").read_text()
    mounted = re.findall(r"- (\./\S+?):/", text)
    assert len(mounted) >= 5
    assert all((DEPLOY / path).exists() for path in mounted)


@pytest.mark.parametrize("name", ["compose.yaml", "auction_miner/compose.yaml"])
def test_compose_understands_its_file(name: str) -> None:
    """Where it is, as a plugin of Docker or alone; nothing is started or fetched."""
    for command in (("docker", "compose"), ("docker-compose",)):
        if (
            shutil.which(command[0])
            and not subprocess.run(
                [*command, "version"], check=False, capture_output=True
            ).returncode
        ):
            run(*command, "--file", DEPLOY / name, "config", "--quiet")
            return
    pytest.skip("Docker Compose is not installed here")
