"""How the cases of a family are asked, and cases that we wrote ourselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from custom_components.mining_farm.engines.edge_collector import (
    Credentials,
    Reader,
    registry,
)


def tcp(request: Any, reply: Any, port: int = 4028, **more: Any) -> dict[str, Any]:
    """Return an exchange over TCP."""
    framing = "len32le" if port == 4433 else "cgminer"
    known = {"via": "tcp", "port": port, "framing": framing, "request": request}
    return {**known, "reply_json": reply, **more}


def http(
    method: str, path: str, reply: Any = None, *, status: int = 200, **more: Any
) -> dict[str, Any]:
    """Return an exchange over HTTP."""
    known = {"via": "http", "port": 80, "method": method, "path": path}
    return {**known, "status": status, "reply_json": reply, **more}


@dataclass(frozen=True, kw_only=True)
class Family:
    """By which ways the miners of a family are read and ordered."""

    driver: str
    port: str
    beside: bool = False
    """Whether the CGMiner API is read, too."""
    usual: tuple[dict[str, Any], ...] = ()
    """What a device answers where a case does not say it."""
    not_read: tuple[str, ...] = ()
    """What cases state that we show otherwise, or nowhere."""
    levels: Mapping[str, str] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)

    def outcomes(self, expected: str) -> tuple[str, ...]:
        """Return what passes for an outcome: a restart is confirmed once it shows."""
        both = ("accepted", "confirmed", "unconfirmed")
        return both if expected == "accepted" else (expected,)

    def reader(self, ports: Mapping[str, int], credentials: Credentials) -> Reader:
        """Return what reads a device by all of its ways that a case serves."""
        cgminer = ports.get("tcp:4028") if self.beside else None
        own = ports.get(self.port)
        second = None if own is None else registry.Way(self.driver, own)
        if cgminer is None:
            assert second is not None
            return registry.create_reader(
                "127.0.0.1", second.port, driver=self.driver, credentials=credentials
            )
        return registry.create_reader(
            "127.0.0.1", cgminer, second=second, credentials=credentials
        )


_V2_STATUS = {
    "STATUS": "S",
    "When": 1,
    "Code": 131,
    "Msg": {"mineroff": "false", "power_mode": "normal", "power_limit_set": "3600"},
    "Description": "",
}

FAMILIES: Mapping[str, Family] = {
    "whatsminer-v2": Family(
        driver="whatsminer_v2",
        port="tcp:4028",
        beside=True,
        usual=(tcp({"cmd": "status"}, _V2_STATUS),),
    ),
    "whatsminer-v3": Family(
        driver="whatsminer",
        port="tcp:4433",
        usual=(tcp({"cmd": "get.miner.setting"}, {"code": 0, "msg": {}}, 4433),),
    ),
}

OURS: list[dict[str, Any]] = [
    {
        "id": "ours-whatsminer-locked",
        "family": "whatsminer-v2",
        "kind": "write",
        "exchanges": [
            tcp(
                {"cmd": "get_token"},
                {"STATUS": "S", "Code": 134, "Msg": "can't access write cmd"},
            )
        ],
        "expect": {"command": "power_off", "outcome": "locked", "writes": 0},
    },
    {
        "id": "ours-whatsminer-3",
        "family": "whatsminer-v3",
        "kind": "read",
        "exchanges": [
            tcp(
                {"cmd": "get.device.info"},
                {
                    "code": 0,
                    "msg": {
                        "miner": {"type": "M50_VH20", "working": "false"},
                        "system": {"apiswitch": "0", "fwversion": "20250101.1"},
                    },
                },
                4433,
            )
        ],
        "expect": {
            "model": "M50_VH20",
            "status": "paused",
            "is_mining": False,
            "can_control": False,
        },
    },
]
