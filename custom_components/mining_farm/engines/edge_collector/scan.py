"""Finds the miners among many addresses."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
import ipaddress
import re

from .errors import MinerError
from .models import MinerSnapshot
from .registry import Identified, async_identify

MAX_TARGETS = 4096
CONCURRENCY = 64
TIMEOUT_S = 1.5

_SEPARATORS = re.compile(r"[\s,;]+")
_HOSTNAME = re.compile(
    r"(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*",
    re.IGNORECASE,
)


class TargetError(ValueError):
    """A part of the text is no host, range or network."""

    def __init__(self, part: str) -> None:
        """Keep the part that could not be read."""
        super().__init__(f"not an address, range or network: {part}")
        self.part = part


class TooManyTargetsError(ValueError):
    """The text names more addresses than a scan takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMiner:
    """A miner that answered a scan."""

    host: str
    identified: Identified

    @property
    def snapshot(self) -> MinerSnapshot:
        """The first reading."""
        return self.identified.snapshot

    @property
    def port(self) -> int:
        """The port that answered."""
        return self.identified.port


def parse_targets(text: str) -> list[str]:
    """Return the hosts that a text of addresses, ranges, networks and names stands for.

    `192.168.1.10`, `192.168.1.10-50`, `192.168.1.10-192.168.2.50`, `192.168.1.0/24`
    and host names, separated by blanks, commas, semicolons or line ends.
    """
    hosts: dict[str, None] = {}
    text = re.sub(r"\s+-\s+", "-", text)
    for part in filter(None, _SEPARATORS.split(text)):
        hosts.update(dict.fromkeys(_expand(part)))
        if len(hosts) > MAX_TARGETS:
            raise TooManyTargetsError
    return list(hosts)


def _expand(part: str) -> list[str]:
    if "/" in part:
        try:
            network = ipaddress.ip_network(part, strict=False)
        except ValueError as err:
            raise TargetError(part) from err
        if network.num_addresses > MAX_TARGETS:
            raise TooManyTargetsError
        return [str(address) for address in network.hosts()]
    first_text, dash, last_text = part.partition("-")
    try:
        first = ipaddress.ip_address(first_text)
    except ValueError as err:
        # A number with dots that is no address is a slip, not a host name.
        if _HOSTNAME.fullmatch(part) and not re.fullmatch(r"[\d.-]+", part):
            return [part.lower()]
        raise TargetError(part) from err
    if not dash:
        return [str(first)]
    if last_text.isdecimal() and first.version == 4:
        last_text = f"{first_text.rpartition('.')[0]}.{last_text}"
    try:
        last = ipaddress.ip_address(last_text)
    except ValueError as err:
        raise TargetError(part) from err
    if first.version != last.version or int(last) < int(first):
        raise TargetError(part)
    if int(last) - int(first) >= MAX_TARGETS:
        raise TooManyTargetsError
    return [str(first + step) for step in range(int(last) - int(first) + 1)]


async def async_scan(
    hosts: Sequence[str],
    port: int | None = None,
    *,
    on_progress: Callable[[float], None] = lambda _: None,
) -> list[FoundMiner]:
    """Return the miners among the hosts, in the hosts' order; silent ones are left out.

    `on_progress` is called with the share of the hosts that is done.
    """
    slots = asyncio.Semaphore(CONCURRENCY)
    found: dict[str, FoundMiner] = {}
    done = 0

    async def probe(host: str) -> None:
        nonlocal done
        async with slots:
            try:
                identified = await async_identify(
                    host, port, timeout_s=TIMEOUT_S, silence_ends=True
                )
            except MinerError:
                pass
            else:
                found[host] = FoundMiner(host=host, identified=identified)
        done += 1
        on_progress(done / len(hosts))

    async with asyncio.TaskGroup() as tasks:
        for host in hosts:
            tasks.create_task(probe(host))
    return [found[host] for host in hosts if host in found]
