"""Braiins OS over GraphQL as a second way beside its CGMiner API."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import override

from ...address import Address
from ...capabilities import Capabilities, Command, Value, Wear
from ...credentials import Credentials, SignIn
from ...errors import Failure, MinerError
from ...identity import normalise_mac
from ...models import Fan, MinerSnapshot, MinerState, PowerSource
from ...reading import PlainDriver, PlainReader
from ...units import MHS
from ...values import count, number, positive, rate, rpm, text
from ..web import at, rows
from .client import READING, TARGET, UPGRADE, USER, GraphQlClient

POWER_STEP_W = 10
UPGRADE_POLLS, UPGRADE_RETRY_POLLS = 2880, 120
"""Between two questions for an upgrade, a day and an hour: the device asks its maker."""
LAN = "/cgi-bin/luci/admin/network/iface_status/lan"
# The bounds of the power are in no schema of this API.
CAPABILITIES = Capabilities(
    commands=(Command.PAUSE, Command.RESUME, Command.REBOOT, Command.LOCATE),
    unbounded={Command.POWER_TARGET: POWER_STEP_W},
    wear={Command.POWER_TARGET: Wear.RETUNES},
)


def parse_reading(data: object) -> MinerSnapshot:
    """Return what the miner says of itself; MinerError for another one's data."""
    bos, info = at(data, "bos"), at(data, "bosminer", "info")
    if at(bos, "info", "version", "full") is None and info is None:
        raise MinerError(Failure.NOT_CGMINER, "the answer is not that of Braiins OS")
    watts = number(at(info, "summary", "power", "approxConsumptionW"))
    solver = at(info, "workSolver")
    light = at(bos, "faultLight")
    return MinerSnapshot(
        firmware=text(at(bos, "info", "version", "full")),
        # The mining process was stopped: nothing tells about it.
        reported_state=MinerState.PAUSED if info is None else None,
        hashrate_ghs=rate(at(solver, "realHashrate", "mhs5S"), MHS),
        ideal_hashrate_ghs=rate(positive(at(solver, "nominalMhs")), MHS),
        power_w=watts,
        power_source=None if watts is None else PowerSource.ESTIMATED,
        fans=tuple(
            Fan(id=text(row.get("name")) or str(place), rpm=speed)
            for place, row in enumerate(rows(at(info, "fans"), 16))
            if (speed := rpm(row.get("rpm"))) is not None
        ),
        uptime_s=count(at(bos, "uptime", "durationS")),
        capabilities=CAPABILITIES,
        settings={Command.LOCATE: light} if isinstance(light, bool) else {},
    )


def with_target(snapshot: MinerSnapshot, data: object) -> MinerSnapshot:
    """Return the reading with the power that the miner tunes itself to."""
    target = positive(at(data, "bosminer", "config", "autotuning", "powerTarget"))
    if target is None:
        return snapshot
    settings: dict[Command, Value] = {**snapshot.settings, Command.POWER_TARGET: target}
    return replace(snapshot, settings=settings)


def latest_of(data: object, firmware: str | None) -> str | None:
    """Return the version that the device can be updated to, else its own firmware.

    None where it does not know: an error, or firmware without this question.
    """
    bos = at(data, "bos")
    if not isinstance(bos, Mapping) or "checkForUpgrade" not in bos:
        return None
    if bos["checkForUpgrade"] is None:
        return firmware
    version = text(at(bos, "checkForUpgrade", "version"))
    # "25.03" of "2025-04-07-0-424f9a7f-25.03-plus".
    return firmware if version and firmware and version in firmware else version


class GraphQlReader(PlainReader):
    """Reads one miner again and again; asks for its MAC once, for upgrades each day."""

    def __init__(self, client: GraphQlClient) -> None:
        """Take what asks it."""
        self._client = client
        self._mac: str | None = None
        self._has_asked = False
        self._latest: str | None = None
        # Not at once: whoever looks what is at an address polls but once.
        self._polls_to_upgrade = 1

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        snapshot = parse_reading(await self._client.async_query(READING))
        with suppress(MinerError):
            snapshot = with_target(snapshot, await self._client.async_query(TARGET))
        if not self._has_asked:
            self._has_asked = True
            with suppress(MinerError):
                found = rows(await self._client.async_read(LAN, signed=False), 1)
                self._mac = normalise_mac(found[0].get("macaddr")) if found else None
        await self._async_look_for_upgrade(snapshot.firmware)
        return replace(snapshot, mac=self._mac, latest_firmware=self._latest)

    async def _async_look_for_upgrade(self, firmware: str | None) -> None:
        if self._polls_to_upgrade > 0:
            self._polls_to_upgrade -= 1
            return
        self._latest = None
        with suppress(MinerError):
            self._latest = latest_of(await self._client.async_query(UPGRADE), firmware)
        known = self._latest is not None
        self._polls_to_upgrade = UPGRADE_POLLS if known else UPGRADE_RETRY_POLLS


class GraphQlDriver(PlainDriver[GraphQlClient]):
    """Reads a Braiins OS older than 25.07."""

    name = "braiins_graphql"
    ports = (80,)
    accompanies = ("braiins",)
    sign_in = SignIn(username=USER, may_be_empty=True)
    client = GraphQlClient
    reads = GraphQlReader

    @override
    async def async_sign_in(
        self, host: str, port: int, timeout_s: float, credentials: Credentials
    ) -> None:
        """Log in; MinerError where the miner refuses."""
        client = GraphQlClient(Address(host, port), timeout_s, credentials)
        await client.async_sign_in()
