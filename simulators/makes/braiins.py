"""A Braiins OS over HTTP: REST of 25.07 and newer, or GraphQL of older firmware."""

import re
from typing import Any, override

from aiohttp import web

from .web import Asked, WebMiner, unauthorized, unknown_route

API = "/api/v1"
_TOKEN = "token-of-the-day"  # noqa: S105 (of nothing)
_STATUS_HASHES, _STATUS_PAUSED, _STATUS_STARTS = 2, 3, 1
_FANS = {
    "target_temperature": {"min": {"degree_c": 0.0}, "max": {"degree_c": 70.0}},
    "fan_speed_ratio": {"default": 0.7, "min": 0.0, "max": 1.0},
}


class BraiinsRest(WebMiner):
    """REST: everything but the version needs a session."""

    title = "Braiins OS"

    @override
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something."""
        return asked.method in ("PUT", "PATCH")

    @override
    def read(self, asked: Asked) -> web.Response:
        """Answer what changes nothing, a login included."""
        if asked.path == f"{API}/version/":
            return web.json_response({"major": 1, "minor": 3, "patch": 0})
        if asked.path == f"{API}/auth/login":
            return self._login(asked)
        if not self._is_signed(asked):
            return unauthorized()
        found = self._readings().get(asked.path.removeprefix(API))
        return unknown_route() if found is None else web.json_response(found)

    def _login(self, asked: Asked) -> web.Response:
        if self.has("old_firmware"):
            return web.Response(status=405)
        usual = {"username": "root", "password": self.machine.password}
        if asked.json != usual or self.has("change_password"):
            return unauthorized()
        self.sessions.add(_TOKEN)
        return web.json_response({"token": _TOKEN, "timeout_s": 3600})

    def _is_signed(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") in self.sessions

    def _readings(self) -> dict[str, Any]:
        machine = self.machine
        hashes = _STATUS_HASHES if machine.hashes else _STATUS_STARTS
        state = {}
        if machine.power_target is not None:
            target = {"current_target": {"watt": machine.power_target}}
            state = {"powertargetmodestate": target}
        elif machine.hashrate_target is not None:
            terahashes = {"terahash_per_second": machine.hashrate_target}
            state = {"hashratetargetmodestate": {"current_target": terahashes}}
        rate = {"gigahash_per_second": machine.rate_now * 1000}
        return {
            "/miner/details": {
                "bos_version": {"current": "2026-04-01-0-abcdef01-26.04-plus"},
                "bosminer_uptime_s": machine.process_uptime,
                "mac_address": machine.mac,
                "miner_identity": {"miner_model": "Antminer S19 XP"},
                "status": _STATUS_PAUSED if machine.paused else hashes,
                "system_uptime_s": machine.uptime,
                "uid": machine.serial,
            },
            "/miner/stats": {
                "miner_stats": {
                    "real_hashrate": {"last_1m": rate},
                    "nominal_hashrate": {
                        "gigahash_per_second": machine.rate_set * 1000
                    },
                },
                "pool_stats": {"accepted_shares": 10464, "rejected_shares": 18},
                "power_stats": {
                    "approximated_consumption": {"watt": round(machine.watts_now)}
                },
            },
            "/performance/tuner-state": {
                "mode_state": state,
                "overall_tuner_state": 3 if machine.tuning else 2,
            },
            "/configuration/constraints": {
                "tuner_constraints": {
                    "power_target": {"min": {"watt": 944}, "max": {"watt": 6435}},
                    "hashrate_target": {
                        "min": {"terahash_per_second": 30},
                        "max": {"terahash_per_second": 180},
                    },
                },
                "hashboards_constraints": {"hashboard_ids": list(machine.boards)},
                "cooling_constraints": _FANS,
            },
            "/configuration/miner": {
                "pool_groups": [],
                "temperature": {"mode": self._cooling()},
            },
            "/miner/hw/hashboards": {
                "hashboards": [
                    {"id": name, "enabled": on} for name, on in machine.boards.items()
                ]
            },
            "/cooling/state": {
                "fans": [{"position": place, "rpm": 5900} for place in range(4)],
                "highest_temperature": {"temperature": {"degree_c": 70.5}},
            },
            "/actions/locate": machine.locating,
        }

    def _cooling(self) -> dict[str, Any]:
        machine = self.machine
        common = {
            "target_temperature": {"degree_c": machine.target_temperature},
            "hot_temperature": {"degree_c": 80.0},
            "dangerous_temperature": {"degree_c": 90.0},
            "minimum_required_fans": 4,
            "pause_mode": {"mode": {"auto": {}}},
        }
        if machine.fan_speed is None:
            limits = {"min_fan_speed": 10, "max_fan_speed": None}
            return {"auto": {**common, **limits}}
        return {"manual": {**common, "fan_speed_ratio": machine.fan_speed / 100}}

    @override
    def write(self, asked: Asked) -> web.Response:
        """Do what is asked in a session."""
        if not self._is_signed(asked):
            return unauthorized()
        machine = self.machine
        match asked.path.removeprefix(API), asked.json:
            case "/actions/pause", _:
                machine.pause()
            case "/actions/resume", _:
                machine.resume()
            case "/actions/restart", _:
                machine.restart_mining()
            case "/actions/reboot", _:
                machine.reboot()
                return web.Response(status=204)
            case "/actions/locate", bool() as on:
                machine.set(locating=on)
            case "/performance/power-target", {"watt": int() as watts}:
                machine.set(power_target=float(watts), hashrate_target=None)
                return web.json_response({"watt": watts})
            case "/performance/hashrate-target", {"terahash_per_second": terahashes}:
                machine.set(power_target=None, hashrate_target=float(terahashes))
            case "/cooling/mode", {"auto": {"target_temperature": target}}:
                machine.set(fan_speed=None, target_temperature=target["degree_c"])
            case (
                "/cooling/mode",
                {"manual": {"target_temperature": target, "fan_speed_ratio": ratio}},
            ):
                machine.set(
                    fan_speed=ratio * 100, target_temperature=target["degree_c"]
                )
            case "/miner/hw/hashboards", {"enable": on, "hashboard_ids": boards}:
                machine.switch_boards(dict.fromkeys(boards, on))
            case _:
                return unknown_route()
        return self.done()

    @override
    def done(self) -> web.Response:
        """Answer whether it was so before, which it was not."""
        return web.json_response(data=False)

    @override
    def failed(self) -> web.Response:
        """Answer by an error: this API has none with HTTP 200."""
        return web.json_response({"error": "invalid state"}, status=400)


class BraiinsGraphQl(WebMiner):
    """GraphQL: reading is free, and errors come with HTTP 200."""

    title = "Braiins OS"
    upgrade: str | None = None
    """Version that its maker offers it."""
    knows_maker = True
    """Whether it reaches its maker."""

    @override
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something."""
        query = _query(asked)
        return query.startswith("mutation") and "login" not in query

    @override
    def read(self, asked: Asked) -> web.Response:
        """Answer what changes nothing, a login included."""
        query = _query(asked)
        if "login" in query:
            return self._login(asked)
        if asked.path != "/graphql":
            return unknown_route()
        machine = self.machine
        if "modelName" in query:
            return _data({"bosminer": {"info": {"modelName": "Antminer S17"}}})
        if "checkForUpgrade" in query:
            return _data({"bos": {"checkForUpgrade": self._upgrade()}})
        if "autotuning" in query:
            tuning = {"mode": "POWER_TARGET", "powerTarget": machine.power_target}
            return _data({"bosminer": {"config": {"autotuning": tuning}}})
        rate = {"mhs5S": machine.rate_now * 1e6}
        info = {
            "fans": [{"name": "0", "rpm": 4080, "speed": 100}],
            "summary": {"power": {"approxConsumptionW": round(machine.watts_now)}},
            "workSolver": {
                "nominalMhs": machine.rate_set * 1e6,
                "realHashrate": rate,
            },
        }
        bos = {
            "hostname": "miner-1",
            "faultLight": machine.locating,
            "uptime": {"durationS": machine.uptime},
            "info": {"version": {"full": "2025-04-07-0-424f9a7f-25.03-plus"}},
        }
        return _data(
            {"bos": bos, "bosminer": {"info": None if machine.paused else info}}
        )

    def _upgrade(self) -> dict[str, str] | None:
        if not self.knows_maker:
            return {"message": "cannot reach the feed"}
        return None if self.upgrade is None else {"version": self.upgrade}

    def _login(self, asked: Asked) -> web.Response:
        usual = {"username": "root", "password": self.machine.password}
        if asked.json["variables"] != usual or self.has("change_password"):
            return _data({"auth": {"login": {"message": "Invalid credentials"}}})
        self.sessions.add("session_id=abc")
        response = _data({"auth": {"login": {"void": None}}})
        response.headers["Set-Cookie"] = "session_id=abc; Path=/; HttpOnly"
        return response

    @override
    def write(self, asked: Asked) -> web.Response:
        """Do what is asked in a session."""
        if asked.headers.get("cookie") not in self.sessions:
            return _data({"bos": {"message": "unauthenticated"}})
        machine, query = self.machine, _query(asked)
        if "{stop{" in query:
            machine.pause()
        elif "{start{" in query:
            machine.resume()
        elif "{reboot{" in query:
            machine.reboot()
        elif light := re.search(r"enable:(true|false)", query):
            machine.set(locating=light[1] == "true")
        elif watts := re.search(r"powerTarget:(\d+)", query):
            machine.set(power_target=float(watts[1]))
        else:
            return web.json_response({"errors": [{"message": "Unknown field"}]})
        return self.done()

    @override
    def done(self) -> web.Response:
        """Answer as if an order was done."""
        return _data({"bosminer": {"result": {"__typename": "Ok"}}})

    @override
    def failed(self) -> web.Response:
        """Answer by an error with HTTP 200."""
        return _data({"bosminer": {"stop": {"message": "permission denied"}}})


def _query(asked: Asked) -> str:
    return str(asked.json.get("query")) if isinstance(asked.json, dict) else ""


def _data(data: dict[str, Any]) -> web.Response:
    return web.json_response({"data": data})
