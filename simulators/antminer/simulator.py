"""One simulated miner: a machine, its firmware, its wire, and everything that fails."""

from dataclasses import replace
from typing import Any, override

from simulators.clock import Clock, SystemClock, Timer
from simulators.commands import command

from .faults import Faults
from .firmware import Firmware, firmware_of
from .firmware.rewrite import Rewrite
from .identity import Identity
from .machine import STANDBY, Machine
from .models import MODELS, Model
from .noise import bits
from .reading import Reading, State
from .web import Inside, WebSide
from .web_faults import WebFaults
from .wire import Traffic, Wire

BOOT = 45.0
"""Seconds from power to the first answer."""

EVERYONE = ("0.0.0.0/0", "::/0")
"""Networks that hold every client."""

_OLDEST_DAYS = 20
_UPTIME = -5


class AntminerSimulator(Faults, WebFaults):
    """A miner that answers on TCP; found running when it is started."""

    def __init__(
        self,
        model: str | Model,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        seed: int = 1,
        clock: Clock | None = None,
        uptime: float | None = None,
        worker: str = "farm.miner",
        allow: tuple[str, ...] = EVERYONE,
        web_port: int | None = None,
        meter_port: int | None = None,
    ) -> None:
        """Be the miner that belongs to `seed`, by default up for hours or days.

        With a web port it has the pages of stock Antminers; with a meter port it states
        its watts there.

        Raises:
            ValueError: There is no such model, or its firmware has other pages.
        """
        if isinstance(model, str):
            if model not in MODELS:
                raise ValueError(f"no model {model!r}; models: {', '.join(MODELS)}")
            model = MODELS[model]
        if uptime is None:
            uptime = 3600 + bits(seed, _UPTIME, 0) % (_OLDEST_DAYS * 86_400)
        self.identity = Identity.of(seed, worker)
        self._clock = clock or SystemClock()
        self._firmware = firmware_of(model, self.identity)
        wire = Wire(
            host,
            port,
            self._answer,
            clock=self._clock,
            allow=allow,
            read_limit=self._firmware.read_limit,
            read_timeout=self._firmware.read_timeout,
        )
        super().__init__(Machine(model, seed, self._clock, uptime), wire)
        self._web = self._new_web(host, web_port, meter_port)
        self._without_api: State | None = State.OFF
        self._boot: Timer | None = None

    def _new_web(
        self, host: str, port: int | None, meter_port: int | None
    ) -> WebSide | None:
        if port is None:
            return None
        inside = Inside(
            machine=self._machine,
            firmware=lambda: _with_pages(self._firmware),
            shown=self._shown,
            reboot=self.reboot,
        )
        return WebSide(inside, self._clock, host, port, meter_port)

    @override
    async def start(self) -> None:
        """Begin to listen, as a miner that has been running."""
        self._without_api = None
        self._listen()
        self._open_web()

    @override
    async def stop(self) -> None:
        """Free the port and everything else."""
        if self._boot is not None:
            self._boot.cancel()
        if self._web is not None:
            await self._web.stop()
        await super().stop()

    @property
    def model(self) -> Model:
        """Its model, with the firmware that is installed now."""
        return self._firmware.model

    @property
    def traffic(self) -> Traffic:
        """What clients have done so far."""
        return self._wire.traffic

    @property
    def state(self) -> State:
        """What the machine does now."""
        return self._without_api or self._machine.state

    @property
    def power_w(self) -> float:
        """Power that it draws from the wall."""
        match self.state:
            case State.OFF:
                return 0.0
            case State.BOOTING:
                return self.model.power_w * STANDBY
        return float(self.reading().power_w)

    def reading(self) -> Reading:
        """Return what is true now, whatever the replies say."""
        return self._machine.read()

    @override
    def describe(self) -> dict[str, Any]:
        """Return its present state, fit for JSON."""
        reading = self.reading()
        return {
            **super().describe(),
            "model": self.model.type,
            "firmware": self.model.miner_version,
            "mac": self.identity.mac,
            "serial": self.identity.serial,
            "state": self.state,
            "hashrate_ghs": reading.rate_ghs,
            "boards": {
                board.slot: {
                    "hashrate_ghs": board.rate_ghs,
                    "temp_chip": board.temp_chip,
                    "chips": f"{board.chips_ok}/{board.chips_total}",
                }
                for board in reading.boards
            },
            "fans": reading.fans,
            "power_w": self.power_w,
            "uptime": 0 if self._without_api else reading.elapsed,
            "connections": self.traffic.connections,
        }

    @command
    def power_off(self) -> None:
        """Cut the power: connections are refused, the boards cool down."""
        self._go_down(State.OFF)

    @command
    def power_on(self) -> None:
        """Give power back: it boots, then answers, then warms up."""
        if self.state is State.OFF:
            self._go_down(State.BOOTING)
            self._boot = self._clock.call_later(BOOT, self._come_up)

    @command
    def reboot(self, seconds: float = BOOT) -> None:
        """Restart: refuse connections for that long, then warm up from zero."""
        if self.state is State.OFF:
            raise ValueError("it has no power")
        if seconds < 0:
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self._go_down(State.BOOTING)
        self._boot = self._clock.call_later(seconds, self._come_up)

    @command
    def update_firmware(
        self,
        version: str,
        *,
        accepts_array: bool | None = None,
        new_api: bool | None = None,
    ) -> None:
        """Install another firmware, which may take other commands, and reboot."""
        model = replace(self.model, miner_version=version)
        if accepts_array is not None:
            model = replace(model, accepts_array=accepts_array)
        if new_api is not None:
            model = replace(model, new_api=new_api)
        self.reboot()
        self._firmware = firmware_of(model, self.identity)

    @command
    def restore(self) -> None:
        """Undo every fault; what has no power stays without."""
        self._cure_all()
        self._cure_web()
        if self._without_api is None:
            self._listen()
            self._open_web()

    def _answer(self, request: bytes) -> bytes:
        return self._firmware.answer(request, self._shown())

    def _go_down(self, state: State) -> None:
        if self._boot is not None:
            self._boot.cancel()
            self._boot = None
        self._machine.rest(State.OFF)
        self._without_api = state
        self._wire.close()
        if self._web is not None:
            self._web.close()

    def _come_up(self) -> None:
        self._boot = self._without_api = None
        self._machine.start()
        self._cure_software()
        self._listen()
        self._open_web()

    def _open_web(self) -> None:
        if self._web is not None:
            self._web.open()


def _with_pages(firmware: Firmware) -> Rewrite:
    """Return a firmware that has the pages; ValueError for another."""
    match firmware:
        case Rewrite():
            return firmware
    raise ValueError(f"{firmware.model.type} has other pages")
