"""Makes a summary of a `minerInfo`: pure, and no value in it can break it."""

from collections.abc import Mapping

from ..errors import UnknownDeviceError
from ..models import ContainerMiner, MinerSummary
from .values import amount, count, number, word

_KEYS = frozenset(
    {"miner_num", "total_hashrate", "chip_max_temp", "pcb_max_temp", "miner_info"}
)


def parse_miners(params: object) -> MinerSummary:
    """Return what a `minerInfo` says; UnknownDeviceError where it is none."""
    if not isinstance(params, Mapping) or _KEYS.isdisjoint(params):
        raise UnknownDeviceError("the answer is no summary of miners")
    miners = params.get("miner_info")
    return MinerSummary(
        miners_known=count(params.get("miner_num")),
        total_hashrate=amount(params.get("total_hashrate")),
        chip_max_temp=number(params.get("chip_max_temp")),
        board_max_temp=number(params.get("pcb_max_temp")),
        # Controllers that do not compute the mean send 0.
        chip_temp_mean=number(params.get("chip_temp_mean")) or None,
        miners=tuple(_miner(ip, row) for ip, row in miners.items())
        if isinstance(miners, Mapping)
        else None,
    )


def _miner(ip: str, row: object) -> ContainerMiner:
    """Return one miner; the rates are in TH/s, whatever `GHS` suggests."""
    fields = row if isinstance(row, Mapping) else {}
    return ContainerMiner(
        ip=ip,
        type=word(fields.get("miner_type")),
        version=word(fields.get("miner_version")),
        elapsed=count(fields.get("elapsed")),
        hashrate_5s=amount(fields.get("GHS_5s")),
        hashrate_avg=amount(fields.get("GHS_avg")),
        board_max_temp=number(fields.get("pcb_max_temp")),
        chip_max_temp=number(fields.get("chip_max_temp")),
    )
