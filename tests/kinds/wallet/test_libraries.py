"""The packages of wallets: installed with the first one, and again where they are gone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines import auction
from custom_components.mining_farm.kinds.wallet import libraries
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.requirements import RequirementsNotFound
from tests.kinds.rig.flowing import answer

from .flowing import Site, shown, simulated, wallet_entry

LISTED = Path(auction.__file__).with_name("requirements.txt").read_text("utf-8").split()


class Installer:
    """Home Assistant's own, offline or not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand in for it, and be offline."""
        self.online = False
        self.asked: list[str] = []
        self.forgotten = 0
        monkeypatch.setattr(libraries, "async_process_requirements", self._process)
        monkeypatch.setattr(libraries, "async_clear_install_history", self._forget)

    async def _process(
        self,
        _hass: HomeAssistant,
        name: str,
        requirements: list[str],
        *,
        is_built_in: bool,
    ) -> None:
        assert (name, is_built_in) == (DOMAIN, False)
        self.asked += requirements
        if not self.online:
            raise RequirementsNotFound(name, requirements)

    def _forget(self, _hass: HomeAssistant) -> None:
        self.forgotten += 1


@pytest.fixture
def installer(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Installer:
    """Let packages be installed."""
    hass.config.skip_pip = False
    return Installer(monkeypatch)


@pytest.fixture
async def site(
    hass: HomeAssistant, tmp_path: Path, socket_enabled: None
) -> AsyncIterator[Site]:
    """Run a chain and keep a wallet directory."""
    async with simulated(hass, tmp_path) as site:
        yield site


async def test_the_first_wallet_is_added(site: Site, installer: Installer) -> None:
    """Offline, the form names the package; online, it goes on."""
    form = await site.to_key()
    assert form["step_id"] == "wallet"
    assert form["errors"] == {"base": "wallet_packages"}
    assert LISTED[0] in shown(form)
    assert installer.asked == LISTED[:1]
    assert installer.forgotten == 1
    installer.online = True
    form = await answer(site.hass, form, endpoints=[site.url], netuid=89)
    assert form["step_id"] == "wallet_key"
    assert installer.asked[1:] == LISTED


async def test_a_wallet_waits_for_packages_that_are_gone(
    hass: HomeAssistant, installer: Installer
) -> None:
    """As after Home Assistant's container was replaced; it is tried again by itself."""
    entry = wallet_entry(hass, watched=True)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "wallet_packages"
    assert entry.error_reason_translation_placeholders == {"package": LISTED[0]}
