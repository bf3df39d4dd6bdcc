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
    ordered: tuple[dict[str, Any], ...] = ()
    """The same, where it is to be ordered."""
    before: tuple[dict[str, Any], ...] = ()
    """What it answers before an order, where a case says only what comes after."""
    not_read: tuple[str, ...] = ()
    """What cases state that we show otherwise, or nowhere."""
    password: str = "secret"
    """That of a case which names none."""
    levels: Mapping[str, str] = field(default_factory=dict)

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

_BRAIINS_LOGIN = http("POST", "/api/v1/auth/login", {"token": "t"})
_BRAIINS_DETAILS = http(
    "GET",
    "/api/v1/miner/details",
    {"status": 2, "bosminer_uptime_s": 600, "system_uptime_s": 700},
)
_GRAPHQL_READING = http(
    "POST",
    "/graphql",
    {
        "data": {
            "bos": {"info": {"version": {"full": "x"}}, "uptime": {"durationS": 700}},
            "bosminer": {"info": {}},
        }
    },
    request_json={"query": "<bos>"},
)

_HELP = tcp(
    {"command": "ascset", "parameter": "0,help"},
    {
        "STATUS": [
            {
                "STATUS": "I",
                "When": 1753431291,
                "Code": 118,
                "Msg": "ASC 0 set info: help|fan-spd|led|workmode|softon|softoff|",
            }
        ]
    },
)
_NANO = (
    "Ver[Nano3s-25021401_56abae7] SYSTEMSTATU[Work: In Work, Hash Board: 1] "
    "Elapsed[10027] FanR[33%] GHSspd[6598.84] SoftOFF[0] WORKMODE[0] ADJ[1]"
)


def _stats(command: str, module: str) -> dict[str, Any]:
    return tcp(
        {"command": command},
        {
            "STATUS": [{"STATUS": "S", "When": 1753431290, "Code": 70, "Msg": ""}],
            "STATS": [{"STATS": 0, "ID": "AVALON0", "MM ID0": module}],
        },
    )


_LUXOS = tcp(
    {"command": "config"},
    {
        "STATUS": [{"STATUS": "S"}],
        "CONFIG": [{"CurtailMode": "None", "RedLed": "auto"}],
    },
)
_EPIC_SUMMARY = {"Status": {"Operating State": "Mining"}, "Fans": {"Fan Mode": {}}}
_GOLDSHELL_LOGIN = "/user/login?username=admin&password=123456789&cipher=false"
_VNISH_SETTINGS = {"miner": {"overclock": {"preset": "2550"}}}

_ANTMINER_CONF = {
    "pools": [{"url": "stratum+tcp://pool.example:3333", "user": "w", "pass": ""}],
    "bitmain-fan-ctrl": False,
    "bitmain-fan-pwm": "100",
    "bitmain-work-mode": "0",
    "bitmain-freq-level": "",
}
_ANTMINER = (
    http("GET", "/cgi-bin/get_system_info.cgi", {"minertype": "Antminer S19"}),
    http("GET", "/cgi-bin/get_miner_conf.cgi", _ANTMINER_CONF),
    http("GET", "/cgi-bin/stats.cgi", {"STATS": [{"elapsed": 9000}]}),
    http("GET", "/cgi-bin/get_blink_status.cgi", {"blink": False}),
)

FAMILIES: Mapping[str, Family] = {
    "antminer": Family(
        driver="antminer",
        port="http:80",
        usual=_ANTMINER,
        before=(_ANTMINER[2],),
        # Sleep is no level, and the boards are those of the reading.
        not_read=("mode", "boards"),
    ),
    "elphapex": Family(
        driver="antminer",
        port="http:80",
        usual=_ANTMINER,
        # Whole seconds of a fan that starts; its mode is a number.
        not_read=("mode",),
    ),
    "avalon": Family(
        driver="avalon",
        port="tcp:4028",
        beside=True,
        usual=(_HELP, _stats("estats", _NANO)),
        before=(_stats("stats", _NANO),),
        levels={"0": "low", "1": "medium", "2": "high"},
        not_read=("target_temp_c",),
    ),
    "auradine": Family(
        driver="auradine",
        port="http:8080",
        not_read=("mode",),
        usual=(
            http(
                "GET", "/mode", {"Mode": [{"Mode": "eco", "Sleep": "off"}]}, port=8080
            ),
        ),
    ),
    "epic": Family(
        driver="epic",
        port="http:4028",
        usual=(http("GET", "/summary", _EPIC_SUMMARY, port=4028),),
    ),
    "goldshell": Family(
        driver="goldshell",
        port="http:80",
        usual=(
            http("GET", "/mcb/status", {"model": "Goldshell-KD6"}),
            http("GET", _GOLDSHELL_LOGIN, {"JWT Token": "t"}),
        ),
        password="123456789",
    ),
    "iceriver": Family(driver="iceriver", port="http:80"),
    "proto": Family(
        driver="proto",
        port="http:80",
        usual=(http("GET", "/api/v1/mining", {"mining-status": {"status": "Mining"}}),),
    ),
    "sealminer": Family(driver="cgminer", port="tcp:4028", not_read=("mode",)),
    "luxos": Family(driver="luxos", port="tcp:4028", beside=True, usual=(_LUXOS,)),
    "vnish": Family(
        driver="vnish",
        port="http:80",
        usual=(
            http("GET", "/api/v1/info", {"fw_name": "Vnish", "fw_version": "1.2.7"}),
            http("GET", "/api/v1/settings", _VNISH_SETTINGS),
            http("GET", "/api/v1/autotune/presets", []),
            http("POST", "/api/v1/unlock", {"token": "t"}),
        ),
        ordered=(http("GET", "/api/v1/status", {"miner_state": "mining"}),),
    ),
    "braiins-rest": Family(
        driver="braiins",
        port="http:80",
        usual=(_BRAIINS_LOGIN, _BRAIINS_DETAILS),
    ),
    "braiins-graphql": Family(
        driver="braiins_graphql", port="http:80", usual=(_GRAPHQL_READING,)
    ),
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

_PLANS = {
    "name": "x",
    "select": 0,
    "kept": True,
    "powerplans": [{"level": 0, "info": "normal"}, {"level": 3, "info": "sleep"}],
}

OURS: list[dict[str, Any]] = [
    {
        "id": "ours-epic-wrong-password",
        "family": "epic",
        "kind": "write",
        "exchanges": [
            http(
                "POST",
                "/miner",
                {"result": False, "error": "BadPassword"},
                port=4028,
            )
        ],
        "expect": {"command": "pause", "outcome": "auth_failed", "writes": 1},
    },
    {
        "id": "ours-epic-lost-its-pool",
        "family": "epic",
        "kind": "read",
        "exchanges": [
            http(
                "GET",
                "/summary",
                {"Status": {"Operating State": "Idling", "Last Command": None}},
                port=4028,
            )
        ],
        "expect": {"status": "idle"},
    },
    {
        "id": "ours-iceriver",
        "family": "iceriver",
        "kind": "read",
        "exchanges": [
            http(
                "POST",
                "/user/userpanel?post=4",
                {
                    "data": {
                        "powstate": True,
                        "rtpow": "9.5T",
                        "softver1": "ICM168_1_ks3_miner",
                        "runtime": "1:02:03:04",
                        "fans": [3000, "x"],
                        "boards": [{"no": 1.0, "rtpow": "9.5T", "chipnum": 18.0}],
                        "pools": [{"addr": "stratum+tcp://pool.example.com:1"}],
                    }
                },
            )
        ],
        "expect": {
            "model": "KS3",
            "hashrate_ths": 9.5,
            "uptime_s": 93784,
            "fan_rpm": [3000],
            "status": "mining",
        },
    },
    {
        "id": "ours-proto",
        "family": "proto",
        "kind": "read",
        "exchanges": [
            http(
                "GET",
                "/api/v1/mining",
                {
                    "mining-status": {
                        "status": "Stopped",
                        "power_usage_watts": 30,
                        "power_target_watts": 3400,
                        "hashrate_ghs": 0,
                    }
                },
            )
        ],
        "expect": {"status": "paused", "power_w": 30, "power_target_w": 3400},
    },
    {
        "id": "ours-goldshell-whole-object",
        "family": "goldshell",
        "kind": "write",
        "exchanges": [
            http("GET", "/mcb/setting", _PLANS),
            http("PUT", "/mcb/setting", {"result": "ok"}),
            http("GET", "/mcb/setting", {**_PLANS, "select": 1}),
        ],
        "expect": {
            "command": "pause",
            "outcome": "confirmed",
            "writes": 1,
            "sent_must_contain": {"name": "x", "select": 1, "kept": True},
        },
    },
    {
        "id": "ours-avalon-standby",
        "family": "avalon",
        "kind": "write",
        "exchanges": [
            _stats("stats", _NANO),
            tcp(
                {"command": "ascset", "parameter": "0,softoff,1:<soon>"},
                {"STATUS": [{"STATUS": "I", "Code": 118, "Msg": "success softoff"}]},
            ),
            _stats(
                "stats",
                _NANO.replace("In Work", "In Idle").replace("SoftOFF[0]", "SoftOFF[4]"),
            ),
        ],
        "expect": {"command": "pause", "outcome": "confirmed", "writes": 1},
    },
    {
        "id": "ours-luxos-busy",
        "family": "luxos",
        "kind": "write",
        "exchanges": [
            tcp(
                {"command": "logon"},
                {"STATUS": [{"STATUS": "E", "Msg": "Another session is active"}]},
            )
        ],
        "expect": {"command": "pause", "outcome": "busy", "writes": 0},
    },
    {
        "id": "ours-vnish-failure",
        "family": "vnish",
        "kind": "read",
        "exchanges": [
            http(
                "GET",
                "/api/v1/status",
                {"miner_state": "failure", "description": "Chain 1 broken"},
            )
        ],
        "expect": {"status": "fault", "fault_text": "Chain 1 broken"},
    },
    {
        "id": "ours-braiins-limited",
        "family": "braiins-rest",
        "kind": "read",
        "exchanges": [
            http("GET", "/api/v1/miner/details", {"status": 5, "mac_address": "x"}),
            http(
                "GET",
                "/api/v1/configuration/constraints",
                {
                    "tuner_constraints": {
                        "power_target": {"min": {"watt": 900}, "max": {"watt": 3600}}
                    },
                    "hashboards_constraints": {"hashboard_ids": ["1", "2"]},
                },
            ),
        ],
        "expect": {
            "status": "restricted",
            "is_mining": True,
            "mac": None,
            "power_min_w": 900,
            "power_max_w": 3600,
            "boards": ["1", "2"],
        },
    },
    {
        "id": "ours-braiins-wrong-password",
        "family": "braiins-rest",
        "kind": "write",
        "exchanges": [http("POST", "/api/v1/auth/login", status=401)],
        "expect": {"command": "pause", "outcome": "auth_failed", "writes": 0},
    },
    {
        "id": "ours-braiins-refused-with-200",
        "family": "braiins-graphql",
        "kind": "write",
        "exchanges": [
            http(
                "POST",
                "/graphql",
                {"data": {"auth": {"login": {"message": "Wrong"}}}},
                request_json={"query": "mutation login"},
            )
        ],
        "expect": {"command": "reboot", "outcome": "auth_failed", "writes": 0},
    },
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
