"""Makes that are only read: IceRiver, Innosilicon, MaraFW, Proto Rig, SealMiner's pages."""

from typing import Any, override

from aiohttp import web

from .web import Asked, WebMiner, unauthorized, unknown_route

_COOKIE = "PHPSESSID=of-nothing"
_JWT = "Bearer jwt-of-nothing"
_INNOSILICON_READS = ("/api/auth", "/api/type", "/api/getAll")


class ReadOnly(WebMiner):
    """Whatever a client wants to change there is refused."""

    @override
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something."""
        return asked.method != "GET"

    @override
    def write(self, asked: Asked) -> web.Response:
        """Refuse."""
        return self.locked()

    @override
    def done(self) -> web.Response:
        """Answer as if an order was done."""
        return web.json_response({})

    @override
    def failed(self) -> web.Response:
        """Answer by an error."""
        return web.json_response({"error": "failed"})


class IceRiver(ReadOnly):
    """Its panel is read by a POST, without a login."""

    @override
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something."""
        return asked.path == "/user/userpanel" and asked.query.get("post") != "4"

    @override
    def read(self, asked: Asked) -> web.Response:
        """Answer the panel, or the page that has it."""
        if asked.path == "/":
            page = "<TITLE>用户界面</TITLE>"
            return web.Response(text=page, content_type="text/html")
        if asked.path != "/user/userpanel":
            return unknown_route()
        machine = self.machine
        boards = [
            {"no": slot, "rtpow": f"{machine.rate_now / 3:.1f}T", "chipnum": 18}
            for slot in (1, 2, 3)
        ]
        data = {
            "powstate": machine.hashes,
            "rtpow": f"{machine.rate_now:.1f}T",
            "softver1": "ICM168_3_2_10_ks5L_miner",
            "firmver2": "1.9.3",
            "mac": machine.mac,
            "runtime": f"0:00:{machine.uptime // 60 % 60:02}:{machine.uptime % 60:02}",
            "locate": machine.locating,
            "boards": boards,
            "fans": [3000, 3010],
            "pools": [{"addr": "stratum+tcp://pool.example:3333", "connect": True}],
        }
        return web.json_response({"error": 0, "data": data})


class ProtoRig(ReadOnly):
    """Its readings need no login."""

    @override
    def read(self, asked: Asked) -> web.Response:
        """Answer how mining goes."""
        if asked.path != "/api/v1/mining":
            return unknown_route()
        machine = self.machine
        status = {
            "status": "Stopped" if machine.paused else "Mining",
            "hashrate_ghs": machine.rate_now * 1000,
            "ideal_hashrate_ghs": machine.rate_ths * 1000,
            "power_usage_watts": machine.watts_now,
            "power_target_watts": machine.power_target,
            "mining_uptime_s": machine.process_uptime,
        }
        return web.json_response({"mining-status": status})


class MaraFw(ReadOnly):
    """Nothing is read without the account (HTTP digest)."""

    @override
    def read(self, asked: Asked) -> web.Response:
        """Ask for the account, else answer how mining goes."""
        if 'username="root"' not in asked.headers.get("authorization", ""):
            challenge = 'Digest realm="Mara", nonce="n1", qop="auth", algorithm=MD5'
            return web.Response(status=401, headers={"WWW-Authenticate": challenge})
        machine = self.machine
        match asked.path.removeprefix("/kaonsu/v1/"):
            case "brief":
                return web.json_response(self._brief())
            case "miner_config":
                power = {
                    "mode-select": "PowerTarget",
                    "power-target": machine.power_target,
                }
                mode = "Sleep" if machine.paused else "Auto"
                config = {"work-mode-selector": mode, "concorde": power}
                return web.json_response({"mode": config})
        return unknown_route()

    def _brief(self) -> dict[str, Any]:
        machine = self.machine
        return {
            "model": "Antminer S19j Pro",
            "hashrate_realtime": machine.rate_now,
            "hashrate_ideal": machine.rate_ths,
            "power_consumption_estimated": machine.watts_now,
            "elapsed": machine.process_uptime,
        }


class Innosilicon(ReadOnly):
    """Each reading is a POST in a session, whose end comes with HTTP 200."""

    title = "DragonMint"

    @override
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something."""
        return asked.method == "POST" and asked.path not in _INNOSILICON_READS

    @override
    def read(self, asked: Asked) -> web.Response:
        """Answer what changes nothing, a login included."""
        machine = self.machine
        if asked.path == "/api/auth":
            usual = f"username=admin&password={machine.password}"
            if asked.json != usual or self.has("change_password"):
                return web.json_response({"success": False, "msg": "wrong password"})
            self.sessions.add(_JWT)
            return web.json_response({"jwt": _JWT.removeprefix("Bearer ")})
        if asked.path not in _INNOSILICON_READS:
            return unknown_route()
        if asked.headers.get("authorization") not in self.sessions:
            return web.json_response({"success": False, "token": "expired"})
        if asked.path == "/api/type":
            return web.json_response({"success": True, "type": "T3+"})
        hashes = machine.rate_now * 1e12
        readings = {
            "total_hash": {"Hash Rate H": hashes},
            "chain": [
                {"ASC": slot, "Hash Rate H": hashes / 3, "Temp min": 60, "Temp max": 74}
                for slot in range(3)
            ],
            "fansSpeed": 80,
            "mac": machine.mac,
            "power": machine.watts_now,
        }
        return web.json_response({"success": True, "all": readings})


class SealMinerPages(ReadOnly):
    """Each page but the front needs the cookie of a login."""

    @override
    def is_write(self, asked: Asked) -> bool:
        """Return whether a request is to change something; a login is none."""
        return asked.method != "GET" and asked.path != "/cgi-bin/login.php"

    @override
    def read(self, asked: Asked) -> web.Response:
        """Answer a page, a login included."""
        machine = self.machine
        if asked.path == "/":
            return web.Response(text="<link href='/amazeui.css'>SealMiner")
        if asked.path == "/cgi-bin/login.php":
            usual = f"username=seal&origin_pwd={machine.password}"
            if asked.json != usual or self.has("change_password"):
                return web.json_response({"result": "error"})
            self.sessions.add(_COOKIE)
            return web.json_response(
                {"result": "ok"}, headers={"Set-Cookie": f"{_COOKIE}; path=/"}
            )
        if asked.headers.get("cookie") not in self.sessions:
            return unauthorized()
        match asked.path:
            case "/cgi-bin/get_system_info.php":
                modes = {"low_power": 0, "normal": 2, "high_performance": 3}
                system = {
                    "brand": "Sealminer",
                    "miner_type": "A2",
                    "firmware_version": "2025091001",
                    "macaddr": machine.mac,
                    "miningMode": str(modes.get(machine.level, 5)),
                    "custom": 5,
                    **modes,
                }
                return web.json_response(system)
            case "/cgi-bin/miner_psu_status.php":
                return web.json_response({"Online": 1, "Power": machine.watts_now})
        return unknown_route()
