"""Proto Rig as a driver: its readings need no login."""

from typing import override

from ...capabilities import Command
from ...errors import Failure, MinerError
from ...models import Algorithm, MinerSnapshot, MinerState, PowerSource
from ...reading import PlainDriver, PlainReader
from ...units import GHS
from ...values import count, hottest, number, positive, rate, text
from ..web import WebClient, at

_STATES = {
    "Mining": MinerState.HASHING,
    "DegradedMining": MinerState.LIMITED,
    "Stopped": MinerState.PAUSED,
    "PoweringOn": MinerState.STARTING,
    "Error": MinerState.FAULT,
}


def parse_mining(reply: object) -> MinerSnapshot:
    """Return a reading of `/api/v1/mining`; MinerError for another program's."""
    status = at(reply, "mining-status")
    said = text(at(status, "status"))
    if said is None:
        raise MinerError(Failure.NOT_CGMINER, "the answer is not a Proto Rig's")
    watts = number(at(status, "power_usage_watts"))
    target = positive(at(status, "power_target_watts"))
    state = _STATES.get(said)
    return MinerSnapshot(
        maker="Proto",
        model="Rig",
        algorithm=Algorithm.SHA256,
        reported_state=state,
        fault="error" if state is MinerState.FAULT else None,
        hashrate_ghs=rate(at(status, "hashrate_ghs"), GHS),
        ideal_hashrate_ghs=rate(positive(at(status, "ideal_hashrate_ghs")), GHS),
        temp_chip=hottest(at(status, "average_asic_temp_c")),
        power_w=None if watts is None or watts < 0 else watts,
        power_source=None if watts is None else PowerSource.WALL,
        hw_errors=count(at(status, "hw_errors")),
        uptime_s=count(at(status, "mining_uptime_s")),
        settings={} if target is None else {Command.POWER_TARGET: target},
    )


class ProtoReader(PlainReader):
    """Reads one miner again and again."""

    def __init__(self, client: WebClient) -> None:
        """Take what asks it."""
        self._client = client

    @override
    async def async_poll(self) -> MinerSnapshot:
        """Return a reading; MinerError when the miner gives none."""
        return parse_mining(await self._client.async_read("/api/v1/mining"))


class ProtoDriver(PlainDriver[WebClient]):
    """Reads a Proto Rig; how its login works is not certain, so it is not ordered."""

    name = "proto"
    ports = (80,)
    client = WebClient
    reads = ProtoReader
