"""What the README tells is what the code does."""

from importlib import import_module
import json
from pathlib import Path
import re
from types import ModuleType

import pytest

from custom_components.mining_farm.engines.auction.main import parse_options
from custom_components.mining_farm.engines.auction.workers_file import parse_settings
from custom_components.mining_farm.engines.pools import (
    POOLS,
    AccountKind,
    Dialect,
    Service,
    TokenUse,
)
from custom_components.mining_farm.kinds.rig import services as rig_services
from custom_components.mining_farm.kinds.rig.import_rigs import parse_rigs
from custom_components.mining_farm.kinds.wallet import services as wallet_services
from homeassistant.helpers.entity import EntityDescription
from simulators.subtensor.market import OWN_BID

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text()
TEXTS = json.loads(
    (REPOSITORY / "custom_components/mining_farm/translations/en.json").read_text()
)


def section(title: str) -> str:
    """Return the text below a heading, up to the next one."""
    return re.split(r"\n#+ ", README.split(f"\n### {title}\n")[1])[0]


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
    lines = section("Pools").splitlines()
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
    """The rigs.json of the README has no mistake."""
    example = section("Import rigs.json").split("```json")[1].split("```")[0]
    rigs, problems = parse_rigs(example)
    assert problems == []
    assert [rig.worker for rig in rigs] == ["rig01"]


@pytest.mark.parametrize("kind", ["rig", "wallet"])
def test_entities(kind: str) -> None:
    """Every entity that has a name of its own is told."""
    told = section(f"Entities of a {kind}")
    for platform in ("binary_sensor", "button", "event", "sensor", "switch"):
        module = import_module(f"custom_components.mining_farm.kinds.{kind}.{platform}")
        for value in vars(module).values():
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, EntityDescription) and each.translation_key:
                    texts = TEXTS["entity"][platform][each.translation_key]
                    assert f"\n| {texts['name']} " in told, each.key


@pytest.mark.parametrize(
    ("title", "services"),
    [("Actions", rig_services), ("Actions on wallets", wallet_services)],
)
def test_actions(title: str, services: ModuleType) -> None:
    """Every action is told."""
    actions = set(re.findall(r"\| `mining_farm\.(\w+)` \|", section(title)))
    assert actions == {
        value for name, value in vars(services).items() if name.startswith("SERVICE_")
    }
    assert actions <= set(TEXTS["services"])


def test_blueprints() -> None:
    """Every blueprint has its address."""
    folder = REPOSITORY / "blueprints"
    for path in folder.rglob("*.yaml"):
        address = path.relative_to(REPOSITORY).as_posix()
        assert f"/blob/main/{address}`" in README


def test_the_workers_file_can_be_bid() -> None:
    """The example has no mistake, and the table of the README is that of the farm."""
    example = section("The workers file").split("```toml")[1].split("```")[0]
    offer = parse_settings(example).offer()
    assert offer.payload == OWN_BID


@pytest.mark.parametrize("kind", ["check", "auction", "run"])
def test_commands_of_the_auction_miner(kind: str) -> None:
    """Every command of the README is one that is understood."""
    told = section("The auction miner without Home Assistant")
    commands = re.findall(r"-m auction_miner\.main (.+)", told)
    parsed = [parse_options(command.split()) for command in commands]
    assert kind in {options.command for options in parsed}


def test_repairs_about_wallets() -> None:
    """Every repair issue of a wallet is told."""
    told = section("Repairs about wallets")
    for key, issue in TEXTS["issues"].items():
        if key.startswith("wallet_"):
            assert f"| {issue['title'].replace('{name}', 'a wallet')} |" in told
