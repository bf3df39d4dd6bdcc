"""What lies in the folder of a Home Assistant, before and between its runs."""

import json
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_INTEGRATIONS = _ROOT / "custom_components"
_BLUEPRINTS = Path("blueprints", "automation", "mining_farm")
_CONFIGURATION = """\
homeassistant:
  name: Mining Farm
  latitude: 64.05
  longitude: -21.4
  elevation: 50
  unit_system: metric
  currency: EUR
  country: IS
  language: en
  time_zone: UTC
api:
config:
frontend:
history:
logbook:
lovelace:
recorder:
  commit_interval: 1
logger:
  default: warning
  logs:
    custom_components.mining_farm: info
    # What this machine may lack for cameras
    aiohttp_fast_zlib: error
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
    homeassistant.requirements: error
"""
_EXAMPLES = """\
automation: !include automations.yaml
conversation:
energy:
"""


def offer_examples(folder: Path) -> None:
    """Write what examples, blueprints and phrases need; leaves a user's changes alone.

    Called before the first start.
    """
    blueprints = folder / _BLUEPRINTS
    blueprints.mkdir(parents=True, exist_ok=True)
    # One by one: Home Assistant follows no link to a folder when it lists them.
    for blueprint in (_ROOT / _BLUEPRINTS).glob("*.yaml"):
        link = blueprints / blueprint.name
        if not link.is_symlink():
            link.symlink_to(blueprint)
    for name, content in (
        ("configuration.yaml", _CONFIGURATION + _EXAMPLES),
        ("automations.yaml", "[]\n"),
    ):
        file = folder / name
        if not file.exists():
            file.write_text(content)


def prepare(folder: Path, host: str, port: int) -> None:
    """Write what must be there before a start; leaves a user's changes alone."""
    storage = folder / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    configuration = folder / "configuration.yaml"
    if not configuration.exists():
        configuration.write_text(_CONFIGURATION)
    link = folder / "custom_components"
    if not link.is_symlink():
        link.symlink_to(_INTEGRATIONS, target_is_directory=True)
    # Settings in YAML would be on trial only and be reverted after five minutes.
    http = {
        "server_host": [host],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    store(
        storage / "http",
        version=(2, 2),
        data={"stable": http, "pending": None, "yaml_migration_done": True},
    )
    # The other steps would set up integrations that go online.
    if not (storage / "onboarding").exists():
        done = {"done": ["core_config", "analytics", "integration"]}
        store(storage / "onboarding", version=(4, 1), data=done)


def stored(folder: Path, key: str) -> dict[str, Any]:
    """Return what is on disk under a storage key; empty when nothing is."""
    try:
        content = json.loads((folder / ".storage" / key).read_bytes())
    except FileNotFoundError:
        return {}
    data: dict[str, Any] = content["data"]
    return data


def store(file: Path, *, version: tuple[int, int], data: dict[str, Any]) -> None:
    """Write a file as Home Assistant's storage would."""
    file.parent.mkdir(exist_ok=True)
    content = {
        "version": version[0],
        "minor_version": version[1],
        "key": file.name,
        "data": data,
    }
    file.write_text(json.dumps(content, indent=2))
