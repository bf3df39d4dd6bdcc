"""Home Assistant's device discovery of a machine, and of a place."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .config import Mqtt
from .engine import Algorithm, Command, MinerState, display_unit
from .inventory import Place
from .machine import Machine
from .states import OFFLINE
from .sums import Group
from .topics import Topics

type Json = dict[str, Any]

_NAMES = {
    "site": "Site",
    "building": "Building",
    "container": "Container",
    "rack": "Rack",
}
_STATUS = [*map(str, MinerState), OFFLINE]
try:
    _VERSION = version("mining-farm")
except PackageNotFoundError:
    _VERSION = "0"
_ORIGIN = {"name": "Mining Farm site collector", "sw_version": _VERSION}


def announce_machine(machine: Machine, topics: Topics, mqtt: Mqtt) -> Json:
    """Return the device of a machine."""
    profile = machine.profile
    state = topics.machine(machine.ident)
    unit = display_unit(profile.algorithm).symbol
    device: Json = {
        "name": f"{profile.model or 'Miner'} {machine.spot.address}",
        "manufacturer": profile.maker,
        "model": profile.model,
        "sw_version": profile.firmware,
        "suggested_area": machine.spot.place.container or machine.spot.place.building,
    }
    if profile.mac:
        device["connections"] = [["mac", profile.mac]]
    parts: Json = {
        "status": _enum("Status", "status", _STATUS),
        "connectivity": _flag("Connectivity", "connectivity"),
        "hashrate": _number("Hashrate", "hashrate", unit),
        "hottest": _number("Hottest chip", "hottest", "°C", "temperature"),
        "boards_healthy": _number("Healthy hashboards", "boards_healthy"),
        "power": _number("Power", "power", "W", "power"),
        "problem": _flag("Problem", "problem"),
    }
    measured = ("hashrate", "hottest", "boards_healthy", "power", "problem")
    available = [
        {"topic": topics.status},
        {
            "topic": state,
            "value_template": _AVAILABLE,
        },
    ]
    parts |= _controls(machine, topics, mqtt)
    for key in (*measured, *(parts.keys() & {"mining", "level"})):
        parts[key] |= {"availability": available, "availability_mode": "all"}
    message = _message(machine.ident, topics, mqtt, parts)
    message["device"] |= _named(device)
    return message | {"state_topic": state}


def announce_place(place: Place, topics: Topics, mqtt: Mqtt) -> Json:
    """Return the device of a place's sum."""
    name = f"{_NAMES[place.level]} {place.name or topics.site}"
    parts: Json = {
        group: _number(f"Machines {group}", f"groups.{group}") for group in Group
    }
    parts |= {
        "machines": _number("Machines", "machines"),
        "hashrate": _number("Hashrate", "hashrate", "TH/s"),
        "power": _number("Power", "power", "W", "power"),
        "hottest": _number("Hottest chip", "hottest", "°C", "temperature"),
        "worst": {
            **_number("Worst machines", "worst | count"),
            "json_attributes_topic": topics.sum(place.ident),
            "json_attributes_template": _WORST,
        },
    }
    device: Json = {"name": name, "model": _NAMES[place.level]}
    message = _message(place.ident, topics, mqtt, parts)
    message["device"] |= _named(device)
    return message | {"state_topic": topics.sum(place.ident)}


_AVAILABLE = "{{ 'online' if value_json.available else 'offline' }}"
_WORST = (
    "{{ {'worst': value_json.worst, 'without_hashrate': value_json.without_rate,"
    " 'without_power': value_json.without_power} | tojson }}"
)


def _message(ident: str, topics: Topics, mqtt: Mqtt, parts: Json) -> Json:
    """Return what both kinds of devices have in common."""
    unique = f"mining_{topics.site}_{ident}"
    for key, part in parts.items():
        part["unique_id"] = f"{unique}_{key}"
        if part["platform"] in ("sensor", "binary_sensor"):
            part["expire_after"] = mqtt.expire_s
    return {
        "device": {"identifiers": [unique]},
        "origin": _ORIGIN,
        "availability": [{"topic": topics.status}],
        "components": parts,
    }


def _named(device: Json) -> Json:
    return {key: value for key, value in device.items() if value}


def _controls(machine: Machine, topics: Topics, mqtt: Mqtt) -> Json:
    """Return what can be ordered, as far as the file allows it."""
    if (capabilities := machine.profile.capabilities) is None:
        return {}
    parts: Json = {}
    order = topics.order(machine.ident)
    if capabilities.pause and {"pause", "resume"} <= {*mqtt.commands}:
        parts["mining"] = {
            "platform": "switch",
            "name": "Mining",
            "command_topic": order,
            "payload_on": "resume",
            "payload_off": "pause",
            "state_on": "ON",
            "state_off": "OFF",
            "value_template": "{{ value_json.mining }}",
            "optimistic": False,
        }
    if (levels := capabilities.choices.get(Command.LEVEL)) and "level" in mqtt.commands:
        parts["level"] = {
            "platform": "select",
            "name": "Level",
            "command_topic": order,
            "command_template": '{{ {"command": "level", "value": value} | tojson }}',
            "options": list(levels),
            "value_template": "{{ value_json.level }}",
            "optimistic": False,
        }
    return parts


def _number(
    name: str, path: str, unit: str | None = None, kind: str | None = None
) -> Json:
    part: Json = {
        "platform": "sensor",
        "name": name,
        "state_class": "measurement",
        "value_template": f"{{{{ value_json.{path} }}}}",
    }
    if unit is not None:
        part["unit_of_measurement"] = unit
    if kind is not None:
        part["device_class"] = kind
    return part


def _enum(name: str, path: str, options: list[str]) -> Json:
    return {
        "platform": "sensor",
        "name": name,
        "device_class": "enum",
        "options": options,
        "value_template": f"{{{{ value_json.{path} }}}}",
    }


def _flag(name: str, kind: str) -> Json:
    return {
        "platform": "binary_sensor",
        "name": name,
        "device_class": kind,
        "entity_category": "diagnostic",
        "value_template": f"{{{{ value_json.{kind} }}}}",
    }


def rate_unit(algorithm: Algorithm | None) -> float:
    """Return how many GH/s the unit is in which a machine's rate is shown."""
    return display_unit(algorithm).ghs
