"""What the documentation says is what the code does, and its links lead somewhere."""

from importlib import import_module
import json
from pathlib import Path
import re
from types import ModuleType

import pytest

from benchmarks.__main__ import SUBJECTS
from custom_components.mining_farm.engines.auction.offer.workers_file import (
    parse_settings,
)
from custom_components.mining_farm.engines.auction.options import parse_options
from custom_components.mining_farm.engines.containers.antspace import TABLES, Model
from custom_components.mining_farm.engines.pools import (
    POOLS,
    AccountKind,
    Dialect,
    Service,
    TokenUse,
)
from custom_components.mining_farm.kinds.container import (
    alarm_sensors,
    binary_sensor,
    event,
    sensor,
)
from custom_components.mining_farm.kinds.rig.flow.rigs_file import parse_rigs
from homeassistant.helpers.entity import EntityDescription
from simulators.subtensor.market import OWN_BID

REPOSITORY = Path(__file__).parents[1]
PAGES = [
    *REPOSITORY.glob("*.md"),
    *(REPOSITORY / ".github").glob("*.md"),
    *(REPOSITORY / "docs").rglob("*.md"),
]
TEXTS = json.loads(
    (REPOSITORY / "custom_components/mining_farm/translations/en.json").read_text()
)


ALARMS = "Alarms of a container"


def section(page: str, title: str) -> str:
    """Return the text below a heading of a page for users, up to the next one."""
    text = (REPOSITORY / "docs/users" / f"{page}.md").read_text()
    return re.split(r"\n#+ ", re.split(rf"\n##+ {re.escape(title)}\n", text)[1])[0]


def row(dialect: Dialect) -> tuple[str, str, str]:
    """Return how the table shows a pool, but for the words on its state."""
    known_by = {
        AccountKind.WALLET: "wallet",
        AccountKind.USERNAME: "account",
        AccountKind.TOKEN_ONLY: "token",
    }[dialect.account_kind]
    if dialect.coins is not None:
        known_by += " and coin"
    token = "" if dialect.token is TokenUse.NONE else str(dialect.token)
    return dialect.name, known_by, token


def test_pools() -> None:
    """Every pool is listed with what it needs, and closed ones are named as such."""
    lines = section("rigs", "Pools").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("|")
    ][2:]
    assert {(name, account, token) for name, account, token, _ in cells} == {
        row(dialect) for dialect in POOLS.values()
    }
    states = {name: state for name, *_, state in cells}
    for dialect in POOLS.values():
        state = states[dialect.name]
        assert state.startswith("closed") == (dialect.service is Service.CLOSED)
        assert (state == "may be closed") == (dialect.service is Service.UNKNOWN)


def test_the_example_can_be_imported() -> None:
    """The example of a rigs.json has no mistake."""
    example = section("rigs", "Import rigs.json").split("```json")[1].split("```")[0]
    rigs, problems = parse_rigs(example)
    assert problems == []
    assert [rig.worker for rig in rigs] == ["rig01"]


def names_of(platform: ModuleType) -> set[str]:
    """Return the names of the entities whose descriptions a platform holds."""
    module = platform.__name__.rpartition(".")[2]
    texts = TEXTS["entity"]["sensor" if module == "alarm_sensors" else module]
    # Descriptions of the base classes are no instances of EntityDescription.
    return {
        texts[each.translation_key]["name"]
        for value in vars(platform).values()
        for each in (value if isinstance(value, tuple) else (value,))
        if getattr(each, "entity_registry_enabled_default", None) is not None
        and not isinstance(each, type)
        and each.translation_key
    }


@pytest.mark.parametrize("kind", ["rig", "wallet"])
def test_entities(kind: str) -> None:
    """Every entity that has a name of its own is listed."""
    listed = section(f"{kind}s", f"Entities of a {kind}")
    for platform in ("binary_sensor", "button", "event", "sensor", "switch"):
        module = import_module(f"custom_components.mining_farm.kinds.{kind}.{platform}")
        for name in names_of(module):
            assert f"\n| {name} " in listed, name


def test_actions() -> None:
    """Every action is listed."""
    listed = "".join(
        section(kind, f"Actions on {kind}")
        for kind in ("rigs", "containers", "wallets", "miners", "farms")
    )
    actions = set(re.findall(r"\| `mining_farm\.(\w+)` \|", listed))
    assert actions == set(TEXTS["services"])


def test_blueprints() -> None:
    """Every blueprint has its address."""
    folder = REPOSITORY / "blueprints"
    for path in folder.rglob("*.yaml"):
        address = path.relative_to(REPOSITORY).as_posix()
        assert f"/blob/main/{address}`" in section("automations", "Blueprints")


def test_the_workers_file_can_be_bid() -> None:
    """The example has no mistake, and its table is that of the farm."""
    example = section("wallets", "The workers file").split("```toml")[1].split("```")[0]
    offer = parse_settings(example).offer()
    assert offer.payload == OWN_BID


@pytest.mark.parametrize("kind", ["check", "auction", "publish", "run"])
def test_commands_of_the_auction_miner(kind: str) -> None:
    """Every command in the documentation is one that is understood."""
    listed = section("command-line", "The auction miner")
    commands = re.findall(r"-m auction_miner\.main (.+)", listed)
    parsed = [parse_options(command.split()) for command in commands]
    assert kind in {options.command for options in parsed}


def test_repairs_about_wallets() -> None:
    """Every repair issue of a wallet is listed."""
    listed = section("troubleshooting", "Repairs about wallets")
    for key, issue in TEXTS["issues"].items():
        if key.startswith("wallet_"):
            title = issue["title"].replace("{name}", "a wallet")
            assert f"| {title[0].upper()}{title[1:]} |" in listed


def rows(title: str) -> list[list[str]]:
    """Return the cells of a table about containers, without its head."""
    text = section("containers", title)
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines][2:]


def test_alarms_of_containers() -> None:
    """Every alarm is listed with its severity on each model."""
    names = TEXTS["entity"]["binary_sensor"]
    listed = {name: (hk3, immersion) for name, hk3, immersion in rows(ALARMS)}
    shown: dict[Model, dict[str, str]] = {model: {} for model in Model}
    for model, table in TABLES.items():
        for kind in table.alarms:
            shown[model][names[f"alarm_{kind.key}"]["name"]] = str(kind.severity)
    assert listed == {
        name: (shown[Model.HK3].get(name, ""), shown[Model.IMMERSION].get(name, ""))
        for name in shown[Model.HK3] | shown[Model.IMMERSION]
    }


def test_entities_of_containers() -> None:
    """Every number and every flag is listed: of which model, on or off, its unit."""
    listed = {
        name: (model, on, unit)
        for names, model, on, unit, _ in rows("Entities of a container")
        for name in names.split(", ")
    }
    described: dict[str, tuple[set[Model], EntityDescription]] = {}
    for model, table in TABLES.items():
        entities = [
            *(("sensor", sensor.describe(field)) for field in table.fields),
            *(("binary_sensor", binary_sensor.describe_flag(x)) for x in table.flags),
        ]
        for platform, description in entities:
            assert description.translation_key is not None
            name = TEXTS["entity"][platform][description.translation_key]["name"]
            described.setdefault(name, (set(), description))[0].add(model)
    for name, (models, description) in described.items():
        unit = getattr(description, "suggested_unit_of_measurement", None)
        unit = unit or getattr(description, "native_unit_of_measurement", None)
        assert listed.pop(name) == (
            "both" if len(models) > 1 else TABLES[min(models)].name.split()[1],
            "yes" if description.entity_registry_enabled_default else "no",
            unit or "",
        ), name
    named = {
        name
        for module in (sensor, alarm_sensors, binary_sensor, event)
        for name in names_of(module)
    }
    assert {name.removesuffix(" (event)") for name in listed} == named


def test_options_of_containers() -> None:
    """Every option is listed by its name."""
    step = TEXTS["options"]["step"]["container"]
    listed = {name for name, *_ in rows("The first ten minutes with a container")}
    assert listed == set(step["data"].values())


def anchors(page: Path) -> set[str]:
    """Return what the headings of a page are linked by."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links(page: Path) -> None:
    """Every link within the repository leads to a file, and to a heading of it."""
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        path, _, anchor = link.partition("#")
        if ":" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_paths(page: Path) -> None:
    """Every file and folder that a page names by its path exists."""
    for path in re.findall(
        r"`((?:benchmarks|custom_components|docs|scripts|simulators|tests)/[\w./]+)`",
        page.read_text(),
    ):
        assert (REPOSITORY / path).exists(), path


def test_every_benchmark_is_listed() -> None:
    """With what it measures."""
    text = (REPOSITORY / "CONTRIBUTING.md").read_text()
    listed = text.split("\n## Benchmarks\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", listed, re.MULTILINE) == sorted(SUBJECTS)


@pytest.mark.parametrize("storey", ["kinds", "engines"])
def test_the_picture_of_the_house_has_every_room(storey: str) -> None:
    """Each kind and each engine is drawn."""
    page = (REPOSITORY / "docs/architecture.md").read_text()
    drawn = page.split(f"subgraph {storey} ")[1].split("end\n")[0].split()
    folders = (REPOSITORY / "custom_components/mining_farm" / storey).glob("*/*.py")
    assert {path.parent.name for path in folders} <= set(drawn)


def test_the_page_on_security_names_tests_that_there_are() -> None:
    """Each row has one, and it is where the page says."""
    text = (REPOSITORY / "docs/security.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    rows = [line for line in rows if not line.startswith("| What was tried")]
    assert len(rows) > 20
    for line in rows:
        named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", line)
        assert named, line
        for file, name in named:
            there = (REPOSITORY / "tests" / file).read_text()
            assert re.search(rf"^(?:async )?def {name}\(", there, re.MULTILINE), name
