"""What makes miners rigs: plugs that feed them, and pools that see their shares.

Cutting an outlet stops the miner that hangs on it, and with it the shares of the worker
of the same name; power brings them back once the miner has booted and warmed up.
"""

from collections.abc import Mapping, Sequence
import ipaddress

from .antminer import AntminerSimulator, State
from .clock import Clock
from .kasa import KasaSimulator
from .pool import PoolSimulator

PLUGS = {
    "strip": "hs300",
    "plug": "hs110",
    "dropping": "hs110",
    "stuck-off": "hs110",
}
"""Models by name: miners hang on their outlets in this order."""

POOLS_AT = 257
"""Address of the pools, counted from the farm's base; the plugs' follow from the next."""
PLUGS_AT = 512


def plugs(
    miners: Mapping[str, AntminerSimulator], base: str, port: int, clock: Clock
) -> dict[str, KasaSimulator]:
    """Return plugs by name that feed the first miners; outlets have the miners' names.

    `dropping` resets every connection in place of its reply; `stuck-off` goes off when
    a client says so, and never on again.
    """
    first = ipaddress.ip_address(base) + PLUGS_AT
    waiting = list(miners.items())
    made = {}
    for number, (name, model) in enumerate(PLUGS.items(), 1):
        plug = KasaSimulator(model, str(first + number), port, seed=number, clock=clock)
        count = len(plug.outlets)
        _feed(plug, waiting[:count])
        del waiting[:count]
        made[name] = plug
    made["dropping"].drop()
    made["stuck-off"].stick_off()
    return made


def pools(
    miners: Mapping[str, AntminerSimulator], base: str, port: int, clock: Clock
) -> PoolSimulator:
    """Return pools that see a worker of each miner's name, while that one hashes."""

    def is_hashing(name: str) -> bool:
        miner = miners[name]
        return miner.state is State.HASHING and miner.reading().rate_ghs > 0

    host = str(ipaddress.ip_address(base) + POOLS_AT)
    return PoolSimulator(miners, host, port, clock=clock, is_hashing=is_hashing)


def _feed(plug: KasaSimulator, miners: Sequence[tuple[str, AntminerSimulator]]) -> None:
    """Hang miners on the outlets of a plug, one each; what is left over feeds nothing."""
    fed = {}
    for number, (name, miner) in enumerate(miners, 1):
        plug.rename(name, number)
        fed[plug.outlets[number - 1].id] = miner

    def supply(outlet_id: str, power: bool) -> None:  # noqa: FBT001
        if outlet_id not in fed:
            return
        if power:
            fed[outlet_id].power_on()
        else:
            fed[outlet_id].power_off()

    plug.on_change = supply
    plug.watts = lambda outlet_id: fed[outlet_id].power_w if outlet_id in fed else 0.0
