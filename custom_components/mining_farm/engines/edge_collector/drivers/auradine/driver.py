"""Auradine's web API as a second way beside its CGMiner API; reading needs no token."""

from contextlib import suppress
from dataclasses import replace
import re
from typing import override

from ...address import Address
from ...capabilities import Bounds, Capabilities, Command, Value, Wear
from ...credentials import Credentials, SignIn
from ...errors import Failure, MinerError
from ...identity import normalise_id, normalise_mac
from ...models import Algorithm, MinerSnapshot, MinerState, PowerSource
from ...reading import PlainDriver, PlainReader
from ...values import count, positive, text
from ..http import Extras, async_ask
from ..web import Object, WebClient, at, require_json, rows

USER = "admin"
POWER_STEP_W = 100
_LOCATING = 3
_WATTS = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*W")


class AuradineClient(WebClient):
    """Asks one miner."""

    @override
    async def async_sign_in(self) -> Extras:
        """Return the token of a new session."""
        credentials = self.account()
        account = {
            "command": "token",
            "user": credentials.username or USER,
            "password": credentials.password,
        }
        answer = await async_ask(
            self.address, "POST", "/token", self.timeout_s, json=account
        )
        tokens = rows(at(require_json(answer.body), "Token"), 1)
        found = text(tokens[0].get("Token")) if tokens else None
        if answer.status != 200 or found is None:
            raise MinerError(Failure.AUTH_FAILED, "the miner refuses this password")
        return {"headers": {"Token": found}}

    async def async_row(self, name: str, section: str) -> Object:
        """Return the one row of a section; MinerError where there is none."""
        found = rows(at(await self.async_read(f"/{name}", signed=False), section), 1)
        if not found:
            raise MinerError(Failure.NOT_CGMINER, "the answer is not an Auradine's")
        return found[0]


def parse_mode(mode: Object) -> MinerSnapshot:
    """Return what `/mode` says; the text beside it is not reliable (capture)."""
    target = positive(mode.get("Power"))
    settings: dict[Command, Value] = {}
    if target is not None and mode.get("Mode") == "custom":
        settings[Command.POWER_TARGET] = target
    asleep = mode.get("Sleep") == "on"
    return MinerSnapshot(
        algorithm=Algorithm.SHA256,
        reported_state=MinerState.PAUSED if asleep else None,
        capabilities=capabilities_of({}),
        settings=settings,
    )


def watts(said: object) -> float | None:
    """Return the number of "58.94W"."""
    match = _WATTS.fullmatch((text(said) or "").strip())
    return None if match is None else float(match[1])


def capabilities_of(psu: Object) -> Capabilities:
    """Return what can be ordered; the supply states the most that it delivers."""
    most = watts(psu.get("PoutMax"))
    numbers = {}
    if most is not None and most > POWER_STEP_W:
        numbers[Command.POWER_TARGET] = Bounds(
            minimum=POWER_STEP_W, maximum=most, step=POWER_STEP_W, source="device"
        )
    return Capabilities(
        commands=(Command.PAUSE, Command.RESUME),
        numbers=numbers,
        wear={Command.POWER_TARGET: Wear.RETUNES},
    )


class AuradineReader(PlainReader):
    """Reads one miner again and again; asks for who it is once."""

    def __init__(self, client: AuradineClient) -> None:
        """Take what asks it."""
        self._client = client
        self._about: Object | None = None

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        client = self._client
        snapshot = parse_mode(await client.async_row("mode", "Mode"))
        with suppress(MinerError):
            psu = await client.async_row("psu", "PSU")
            drawn = watts(psu.get("PowerIn"))
            snapshot = replace(
                snapshot,
                power_w=drawn,
                power_source=None if drawn is None else PowerSource.WALL,
                capabilities=capabilities_of(psu),
            )
        with suppress(MinerError):
            led = count((await client.async_row("led", "LED")).get("Code"))
            locating = {Command.LOCATE: led == _LOCATING}
            snapshot = replace(snapshot, settings={**snapshot.settings, **locating})
        with suppress(MinerError):
            if self._about is None:
                self._about = await client.async_row("ipreport", "IPReport")
            snapshot = _with_identity(snapshot, self._about)
        return snapshot


def _with_identity(snapshot: MinerSnapshot, about: Object) -> MinerSnapshot:
    return replace(
        snapshot,
        maker="Auradine",
        model=text(about.get("model")),
        firmware=text(about.get("version")),
        mac=normalise_mac(about.get("mac")),
        hardware_id=normalise_id(about.get("SerialNo")),
    )


class AuradineDriver(PlainDriver[AuradineClient]):
    """Reads the mode and the supply beside what the CGMiner API reads."""

    name = "auradine"
    ports = (8080,)
    accompanies = ("auradine",)
    sign_in = SignIn(username=USER)
    client = AuradineClient
    reads = AuradineReader

    @override
    async def async_sign_in(
        self, host: str, port: int, timeout_s: float, credentials: Credentials
    ) -> None:
        """Ask for a token; MinerError where the miner refuses."""
        client = AuradineClient(Address(host, port), timeout_s, credentials)
        await client.async_sign_in()
