"""What was learned about a miner as JSON, so that a restart does not learn it again."""

from collections.abc import Mapping
from typing import Any

from .capabilities import Capabilities, Firmware, Form
from .client import READ_ONLY_COMMANDS
from .families import FAMILIES

_FLAGS = ("new_api", "water", "shows_boards")


def to_memory(capabilities: Capabilities) -> dict[str, Any] | None:
    """Return what is beyond doubt about a miner; None before that."""
    family, form = capabilities.family, capabilities.form
    if not capabilities.settled or family is None or form is None:
        return None
    return {
        "firmware": list(capabilities.firmware),
        "family": family.name,
        "form": form.value,
        "ruled_out": sorted(form.value for form in capabilities.ruled_out),
        "refused": sorted(capabilities.refused),
        "useless": sorted(capabilities.useless),
        "extended": list(capabilities.extended),
        "primary": capabilities.primary,
    } | {flag: getattr(capabilities, flag) for flag in _FLAGS}


def from_memory(stored: object) -> Capabilities | None:
    """Return what was learned; None where that is not as this version writes it."""
    try:
        return _read(stored) if isinstance(stored, Mapping) else None
    except KeyError, TypeError, ValueError, StopIteration:
        return None


def _read(stored: Mapping[str, Any]) -> Capabilities:
    """Return what was learned; raises what wrong types and names raise."""
    commands = {
        name: [str(each) for each in stored[name]]
        for name in ("refused", "useless", "extended")
    }
    named = {stored["primary"], *(each for row in commands.values() for each in row)}
    if not READ_ONLY_COMMANDS.issuperset(named):
        raise ValueError("a command that does not exist")
    description, model = stored["firmware"]
    flags = {flag: stored[flag] for flag in _FLAGS}
    if not all(value is None or isinstance(value, bool) for value in flags.values()):
        raise TypeError("a flag that is none")
    return Capabilities(
        firmware=Firmware(description, model),
        family=next(each for each in FAMILIES if each.name == stored["family"]),
        form=Form(stored["form"]),
        ruled_out=set(map(Form, stored["ruled_out"])),
        refused=set(commands["refused"]),
        useless=set(commands["useless"]),
        extended=tuple(commands["extended"]),
        primary=stored["primary"],
        settled=True,
        new_api=flags["new_api"],
        water=flags["water"],
        shows_boards=bool(flags["shows_boards"]),
    )
