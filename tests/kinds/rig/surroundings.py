"""Pools and plugs as the config flow meets them, under a test's control."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock, patch

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm.const import DOMAIN
from custom_components.mining_farm.engines.pools import (
    Account,
    AccountReport,
    Outcome,
    PoolClient,
    WorkerReport,
)
from custom_components.mining_farm.engines.power import (
    Credentials,
    KasaDevice,
    KasaOutlet,
    KasaOutletInfo,
    NeedsCredentials,
    OutletAuthError,
    OutletError,
    OutletReading,
    OutletUnreachableError,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WALLET = "0x52908400098527886E0F7030069857D2E4169EE7"
TOKEN = "secret-token-of-the-pool"
PASSWORD = "secret-password-of-the-plug"
HASH = "secret-hash-of-the-password"
SECRETS = (TOKEN, PASSWORD, HASH)

PLUG_HOST = "192.168.1.30"
STRIP_HOST = "192.168.1.31"
LOCKED_HOST = "192.168.1.32"

OLD_TOKEN = "old-token"
OLD_HASH = "old-hash"
CREDENTIALS = {"username": "me@example.com", "password": PASSWORD}
LOCKED = {
    "kasa_device_ip": LOCKED_HOST,
    "kasa_device_id": "80062C",
    "kasa_outlet_id": "80062C",
    "kasa_credentials_hash": OLD_HASH,
}
"""Of a rig on the locked plug, set up before its password was changed."""
BRAIINS = {"status_api": "braiins", "wallet": None, "coin": None, "token": OLD_TOKEN}
"""Of a rig at a pool that knows its accounts by a token, which has run out."""

POLICY = {
    "time_until_offline": 10,
    "max_consecutive_restarts": 3,
    "power_cycle_on_delay": 3,
    "time_until_offline_local": 2,
    "time_until_elsewhere": 60,
    "status_check_frequency": 5,
    "status_check_cooldown": 10,
    "no_draw_below": 15,
    "max_restarts_per_day": 6,
    "first_step_wait": 10,
    "restart_mining_wait": 10,
    "reboot_wait": 10,
}


def worker(name: str, *, minutes: float | None = 1) -> WorkerReport:
    """Return a worker whose last share is so old."""
    share = None if minutes is None else NOW - timedelta(minutes=minutes)
    return WorkerReport(name=name, last_share=share, hashrate_hs=62.5e6)


def report(*workers: WorkerReport, **changes: Any) -> AccountReport:
    """Return a pool's answer for an account with these workers."""
    outcome = Outcome.WORKER if workers else Outcome.EMPTY
    answer = AccountReport(outcome=outcome, at=NOW, workers=workers)
    return replace(answer, **changes)


def failed(outcome: Outcome) -> AccountReport:
    """Return a pool's answer that tells nothing about workers."""
    return AccountReport(outcome=outcome, at=NOW, detail="in our words")


def plug(**changes: Any) -> KasaDevice:
    """Return a plug that measures."""
    outlet = KasaOutletInfo(
        id="80060A", number=1, alias="Garage", on=True, measures=True
    )
    device = KasaDevice(
        host=PLUG_HOST,
        device_id="80060A",
        mac="50:c7:bf:00:00:01",
        alias="Garage",
        model="HS110",
        is_strip=False,
        outlets=(outlet,),
    )
    return replace(device, **changes)


def strip(*, outlets: int = 3, **changes: Any) -> KasaDevice:
    """Return a strip whose second outlet is off."""
    device = KasaDevice(
        host=STRIP_HOST,
        device_id="80061B",
        mac="50:c7:bf:00:00:02",
        alias="Shelf",
        model="HS300",
        is_strip=True,
        outlets=tuple(
            KasaOutletInfo(
                id=f"80061B0{number - 1}",
                number=number,
                alias=f"Rig {number}",
                on=number != 2,
                measures=True,
            )
            for number in range(1, outlets + 1)
        ),
    )
    return replace(device, **changes)


def locked_plug(**changes: Any) -> KasaDevice:
    """Return a newer plug, as it is once the credentials are right."""
    device = plug(
        host=LOCKED_HOST,
        device_id="80062C",
        alias="New",
        model="KP125M",
        outlets=(
            KasaOutletInfo(id="80062C", number=1, alias="New", on=True, measures=True),
        ),
        connection_parameters={"device_family": "SMART.KASAPLUG", "https": False},
        credentials_hash=HASH,
    )
    return replace(device, **changes)


@dataclass
class Surroundings:
    """Pools and plugs as a test wants them; what is not listed does not answer."""

    reports: dict[str, AccountReport] = field(default_factory=dict)
    """By wallet, else by token."""
    asked: list[Account] = field(default_factory=list)
    devices: dict[str, KasaDevice] = field(default_factory=dict)
    errors: dict[str, OutletError] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    watts: dict[str, float] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    """Ids of outlets that give no reading."""
    right: tuple[str, str] = ("me@example.com", PASSWORD)
    right_hash: str = HASH
    identified: list[str] = field(default_factory=list)
    searched: list[str] = field(default_factory=list)

    async def fetch(self, account: Account, _max_age: float) -> AccountReport:
        """Answer as the pool."""
        self.asked.append(account)
        key = account.account or account.token or ""
        # Some pools want a key and its secret, with a colon between them.
        if account.token and account.token.partition(":")[0] != TOKEN:
            return failed(Outcome.AUTH)
        return self.reports.get(key, failed(Outcome.ACCOUNT_UNKNOWN))

    async def identify(
        self,
        host: str,
        credentials: Credentials | None = None,
        credentials_hash: str | None = None,
        **_: Any,
    ) -> KasaDevice:
        """Answer as what is at an address."""
        self.identified.append(host)
        if host in self.errors:
            raise self.errors[host]
        if host not in self.devices:
            raise OutletUnreachableError(f"{host} does not answer")
        if host in self.locked:
            given = credentials and (credentials.username, credentials.password)
            if given != self.right and credentials_hash != self.right_hash:
                raise OutletAuthError(f"{host} refuses the credentials")
        return self.devices[host]

    async def discover(
        self, targets: list[str], **_: Any
    ) -> list[KasaDevice | NeedsCredentials]:
        """Answer a search."""
        self.searched += targets
        return [
            NeedsCredentials(host=host, mac=device.mac, model=device.model)
            if host in self.locked
            else device
            for host, device in self.devices.items()
        ]

    async def read(self, outlet: KasaOutlet) -> OutletReading:
        """Answer as an outlet."""
        if outlet.id in self.silent:
            raise OutletUnreachableError("does not answer")
        return OutletReading(on=True, watts=self.watts.get(outlet.id), energy_kwh=None)


@contextmanager
def reachable(surroundings: Surroundings) -> Iterator[None]:
    """Put pools and plugs in the place of the network."""
    access = "custom_components.mining_farm.kinds.rig.flow.kasa_access"

    async def fetch(_: PoolClient, account: Account, max_age: float) -> AccountReport:
        return await surroundings.fetch(account, max_age)

    async def read(outlet: KasaOutlet) -> OutletReading:
        return await surroundings.read(outlet)

    with (
        patch.object(PoolClient, "async_fetch", fetch),
        patch.object(KasaOutlet, "async_read", read),
        patch(f"{access}.async_identify", surroundings.identify),
        patch(f"{access}.async_discover", surroundings.discover),
    ):
        yield


@contextmanager
def surrounded(surroundings: Surroundings) -> Iterator[None]:
    """Put pools and plugs in the place of the network, and load entries without effect."""
    package = "custom_components.mining_farm"
    loads = AsyncMock(return_value=True)
    with (
        reachable(surroundings),
        patch(f"{package}.async_setup_entry", loads),
        patch(f"{package}.async_unload_entry", loads),
    ):
        yield


def rig_entry(hass: HomeAssistant, **data: Any) -> MockConfigEntry:
    """Add the entry of a rig at 2Miners on the garage's plug."""
    data = {
        "kind": "rig",
        "status_api": "2miners",
        "wallet": WALLET,
        "coin": "rvn",
        "worker_name": "rig01",
        "outlet": "kasa",
        "kasa_device_ip": PLUG_HOST,
        "kasa_device_id": "80060A",
        "kasa_outlet_id": "80060A",
        "kasa_measures": True,
        **data,
    }
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=data["worker_name"],
        data={key: value for key, value in data.items() if value is not None},
        options={**POLICY, "armed": True},
    )
    entry.add_to_hass(hass)
    return entry


async def load(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Load a rig, and with it all others."""
    if entry.state is ConfigEntryState.NOT_LOADED:
        await hass.config_entries.async_setup(entry.entry_id)


def miner_entry(hass: HomeAssistant) -> MockConfigEntry:
    """Add the entry of a miner."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Antminer S9 rig01",
        data={"kind": "miner", "host": "192.168.1.100", "port": 4028},
    )
    entry.add_to_hass(hass)
    return entry


def linked(miner: MockConfigEntry) -> dict[str, str]:
    """Return what a rig's entry holds of the miner that is linked to it."""
    return {"miner_entry": miner.entry_id}
