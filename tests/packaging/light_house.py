"""A Home Assistant in this process with some of our entries; run as a process of its own.

Arguments: its folder, kinds of entries, and, behind `--without`, packages that are not
there. Prints as JSON how the entries are, which packages and modules of ours were
imported, and which of these while the event loop waited.
"""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
import json
import re
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, override
from unittest.mock import patch

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

DOMAIN = "mining_farm"
OURS = "custom_components.mining_farm."
WALLET = {
    "endpoints": ["ws://127.0.0.1:9"],
    "netuid": 89,
    "hotkey": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
    "wallet_directory": "/gone",
    "wallet_name": "farm",
    "hotkey_name": "default",
}
RIG = {
    "status_api": "2miners",
    "wallet": "0x1234567890123456789012345678901234567890",
    "coin": "rvn",
    "worker_name": "rig01",
    "outlet": "none",
}


class Absent(MetaPathFinder):
    """Packages that this machine does not have."""

    def __init__(self, names: Sequence[str]) -> None:
        """Let these be missing."""
        self._names = frozenset(names)

    @override
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


class Imported(MetaPathFinder):
    """Modules of ours that are imported in a thread with an event loop."""

    def __init__(self) -> None:
        """See none yet."""
        self.in_loop: set[str] = set()

    @override
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            if fullname.startswith(OURS):
                self.in_loop.add(fullname.removeprefix(OURS))
        return None


def _not_installed(missing: Sequence[str], stack: ExitStack) -> None:
    """Let Home Assistant find these not installed, and let it install nothing."""
    from homeassistant.util import package

    def is_missing(requirement: str) -> bool:
        return re.split(r"[=<>]", requirement)[0].replace("-", "_") in missing

    installed, versions = package.is_installed, package.get_installed_versions

    def is_installed(requirement: str) -> bool:
        return not is_missing(requirement) and installed(requirement)

    def get_installed_versions(specifiers: set[str]) -> set[str]:
        return versions({each for each in specifiers if not is_missing(each)})

    for stand_in in (is_installed, get_installed_versions):
        stack.enter_context(patch.object(package, stand_in.__name__, stand_in))
    stack.enter_context(patch.object(package, "install_package", return_value=False))


async def _ask_for_a_chain(hass: HomeAssistant, flow_id: str) -> None:
    """Add a wallet as far as the question for its chain, which does not answer."""
    configure = hass.config_entries.flow.async_configure
    await configure(flow_id, {"next_step_id": "wallet"})
    form = await configure(flow_id, {"endpoints": WALLET["endpoints"], "netuid": 89})
    await hass.async_block_till_done(wait_background_tasks=True)
    form = await configure(flow_id)
    assert form["errors"] == {"base": "wallet_chain"}, form


async def live(
    folder: str, kinds: Sequence[str], missing: Sequence[str], *, asks: bool
) -> dict[str, Any]:
    """Set entries up, and return how they are."""
    # Not before what is missing is missing.
    from pytest_homeassistant_custom_component.common import (
        MockConfigEntry,
        async_test_home_assistant,
    )

    from homeassistant import loader
    from simulators.antminer import AntminerSimulator
    from simulators.antspace import AntspaceSimulator, Model

    async with AsyncExitStack() as stack:
        hass = await stack.enter_async_context(
            async_test_home_assistant(config_dir=folder)
        )
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
        hass.config.skip_pip = False
        _not_installed(missing, stack.enter_context(ExitStack()))
        miner = await stack.enter_async_context(AntminerSimulator("s19jpro"))
        plant = await stack.enter_async_context(AntspaceSimulator(Model.HK3))
        imported = Imported()
        sys.meta_path.insert(0, imported)
        reached = {"host": plant.host, "port": plant.port}
        data: dict[str, dict[str, Any]] = {
            "miner": {"host": miner.host, "port": miner.port},
            "rig": RIG,
            "container": {**reached, "model": plant.model.lower()},
            "wallet": WALLET,
        }
        entries = {
            kind: MockConfigEntry(
                domain=DOMAIN, title=kind, data={"kind": kind, **data[kind]}
            )
            for kind in kinds
        }
        for entry in entries.values():
            entry.add_to_hass(hass)
            if entry.state.name == "NOT_LOADED":
                await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        form = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": "user"}
        )
        if asks:
            await _ask_for_a_chain(hass, form["flow_id"])
        answer = {
            "states": {kind: entry.state.value for kind, entry in entries.items()},
            "reasons": {
                kind: entry.error_reason_translation_key
                for kind, entry in entries.items()
            },
            "menu": list(form.get("menu_options") or ()),
            "modules": sorted(
                name.removeprefix(OURS) for name in sys.modules if name.startswith(OURS)
            ),
            "in_loop": sorted(imported.in_loop),
            "packages": sorted({name.partition(".")[0] for name in sys.modules}),
        }
        await hass.async_stop(force=True)
        return answer


def main() -> None:
    """Live, and say how it was."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("kinds", nargs="+")
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--asks-for-chain", action="store_true")
    arguments = parser.parse_args()
    sys.meta_path.insert(0, Absent(arguments.without))
    house = asyncio.run(
        live(
            arguments.folder,
            arguments.kinds,
            arguments.without,
            asks=arguments.asks_for_chain,
        )
    )
    sys.stdout.write(f"{json.dumps(house)}\n")


if __name__ == "__main__":
    main()
