"""A newer plug or strip: methods in JSON, sealed by KLAP version 2, over HTTP.

Protocol as python-kasa's klaptransport and smartprotocol speak it; fields as in that
project's fixtures of P110 and P300.
"""

import asyncio
import base64
from collections.abc import Callable
import hashlib
import json
import secrets
from typing import Any, Self, override

from aiohttp import web
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_DISCOVERY_PORT = 20002
_DISCOVERY_HEADER = 16
_UNKNOWN_METHOD = {"error_code": -1002}


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


class _Session:
    """The seal of one handshake."""

    def __init__(self, local: bytes, remote: bytes, auth: bytes) -> None:
        secret = local + remote + auth
        self._key = _sha256(b"lsk" + secret)[:16]
        self._iv = _sha256(b"iv" + secret)[:12]
        self._sig = _sha256(b"ldk" + secret)[:28]

    def open(self, sealed: bytes, seq: int) -> bytes:
        decryptor = self._cipher(seq).decryptor()
        padded = decryptor.update(sealed[32:]) + decryptor.finalize()
        unpadder = padding.PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()

    def seal(self, plain: bytes, seq: int) -> bytes:
        padder = padding.PKCS7(128).padder()
        padded = padder.update(plain) + padder.finalize()
        encryptor = self._cipher(seq).encryptor()
        body = encryptor.update(padded) + encryptor.finalize()
        return _sha256(self._sig + _big_endian(seq) + body) + body

    def _cipher(self, seq: int) -> Cipher[modes.CBC]:
        iv = self._iv + _big_endian(seq)
        return Cipher(algorithms.AES(self._key), modes.CBC(iv))


def _big_endian(seq: int) -> bytes:
    return seq.to_bytes(4, "big", signed=True)


class KlapDevice:
    """A P110, or with `outlets` a P300; answers a search and serves HTTP."""

    def __init__(self, host: str, *, outlets: int = 0) -> None:
        """Belong to the account me@example.com."""
        self.host = host
        self.port = 0
        self.on = [True] * max(outlets, 1)
        self.commands: list[tuple[int, bool]] = []
        """Number of the outlet from 1, and the command."""
        self.lose_answers_to_commands = False
        self.answers_searches = True
        self.is_strip = outlets > 0
        self.device_type = "SMART.TAPOPLUG"
        self.sticks = False
        self.info_lacks: str | None = None
        self._session: _Session | None = None
        self.change_password("correct horse")
        self._seeds = b"", b""
        self._recovery: asyncio.Event | None = None
        self._runner: web.AppRunner | None = None
        self._udp: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        """Start."""
        app = web.Application()
        app.add_routes(
            [
                web.post("/app/handshake1", self._handshake1),
                web.post("/app/handshake2", self._handshake2),
                web.post("/app/request", self._request),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        self.port = self._runner.addresses[0][1]
        self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Searched(self._found), local_addr=(self.host, _DISCOVERY_PORT)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        assert self._runner is not None
        assert self._udp is not None
        self._udp.close()
        self.recover()
        await self._runner.cleanup()

    @property
    def device_id(self) -> str:
        """Its id; that of outlet N is the same with N at the end."""
        return _sha1(self.host.encode()).hex().upper()

    @property
    def mac(self) -> str:
        """Its MAC address, with hyphens."""
        return f"02-00-{'-'.join(f'{int(n):02X}' for n in self.host.split('.'))}"

    def hang(self) -> None:
        """Accept requests, and do nothing until recovered."""
        self._recovery = asyncio.Event()

    def recover(self) -> None:
        """Answer again; what came meanwhile is not carried out."""
        if self._recovery is not None:
            self._recovery.set()
            self._recovery = None

    def change_password(self, password: str) -> None:
        """Take another password from the owner's account."""
        self._auth = _sha256(_sha1(b"me@example.com") + _sha1(password.encode()))
        self._session = None

    def forget_sessions(self) -> None:
        """End every session, as after a day or a restart."""
        self._session = None

    def _found(self) -> bytes | None:
        if not self.answers_searches:
            return None
        result = {
            "device_type": self.device_type,
            "device_model": "P300(EU)" if self.is_strip else "P110(EU)",
            "device_id": self.device_id,
            "ip": self.host,
            "mac": self.mac,
            "mgt_encrypt_schm": {
                "is_support_https": False,
                "encrypt_type": "KLAP",
                "http_port": self.port,
                "lv": 2,
            },
        }
        body = json.dumps({"error_code": 0, "result": result}).encode()
        return bytes(_DISCOVERY_HEADER) + body

    async def _handshake1(self, request: web.Request) -> web.Response:
        if self._recovery is not None:
            await self._recovery.wait()
            return web.Response(status=503)
        self._session = None
        self._seeds = await request.read(), secrets.token_bytes(16)
        local, remote = self._seeds
        answer = remote + _sha256(local + remote + self._auth)
        headers = {"Set-Cookie": "TP_SESSIONID=1;TIMEOUT=86400"}
        return web.Response(body=answer, headers=headers)

    async def _handshake2(self, request: web.Request) -> web.Response:
        local, remote = self._seeds
        if await request.read() != _sha256(remote + local + self._auth):
            return web.Response(status=403)
        self._session = _Session(local, remote, self._auth)
        return web.Response()

    async def _request(self, request: web.Request) -> web.Response:
        if self._recovery is not None:
            await self._recovery.wait()
            return web.Response(status=503)
        session, seq = self._session, int(request.query["seq"])
        if session is None:
            return web.Response(status=403)
        call = json.loads(session.open(await request.read(), seq))
        before = len(self.commands)
        answer = self._call(call)
        if self.lose_answers_to_commands and len(self.commands) > before:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(body=session.seal(json.dumps(answer).encode(), seq))

    def _call(self, call: dict[str, Any], outlet: int = 0) -> dict[str, Any]:
        params = call.get("params") or {}
        match call["method"]:
            case "multipleRequest":
                responses = [
                    {"method": one["method"], **self._call(one, outlet)}
                    for one in params["requests"]
                ]
                return _ok({"responses": responses})
            case "control_child":
                number = int(params["device_id"].removeprefix(self.device_id))
                response = self._call(params["requestData"], number)
                return _ok({"responseData": response})
            case "set_device_info":
                if not self.sticks:
                    self.on[max(outlet, 1) - 1] = params["device_on"]
                self.commands.append((max(outlet, 1), params["device_on"]))
                return {"error_code": 0}
        result = self._told(call["method"], outlet)
        return _UNKNOWN_METHOD if result is None else _ok(result)

    def _told(self, method: str, outlet: int) -> dict[str, Any] | None:
        numbers = range(1, len(self.on) + 1)
        match method:
            case "component_nego":
                return {"component_list": self._components(child=False)}
            case "get_device_info":
                return self._info()
            case "get_child_device_list" if self.is_strip:
                children = [self._child(number) for number in numbers]
                return {
                    "child_device_list": children,
                    "start_index": 0,
                    "sum": len(children),
                }
            case "get_child_device_component_list" if self.is_strip:
                listing = [
                    {
                        "device_id": f"{self.device_id}{number:02}",
                        "component_list": self._components(child=True),
                    }
                    for number in numbers
                ]
                return {
                    "child_component_list": listing,
                    "start_index": 0,
                    "sum": len(listing),
                }
            case "get_energy_usage" if not self.is_strip:
                power = 987_600 if self.on[0] else 0
                return {
                    "today_energy": 1500,
                    "month_energy": 9000,
                    "current_power": power,
                }
            case _:
                return None

    def _components(self, *, child: bool) -> list[dict[str, Any]]:
        ids = ["device"]
        if not child:
            ids.append("child_device" if self.is_strip else "energy_monitoring")
        return [{"id": id_, "ver_code": 1} for id_ in ids]

    def _info(self) -> dict[str, Any]:
        info: dict[str, Any] = {
            "device_id": self.device_id,
            "type": self.device_type,
            "model": "P300" if self.is_strip else "P110",
            "mac": self.mac,
            "fw_ver": "1.0.7 Build 220607 Rel.203057",
            "hw_ver": "1.0",
            "region": "Europe/Berlin",
            "nickname": _encoded("" if self.is_strip else "Heater"),
        }
        if not self.is_strip and self.info_lacks != "device_on":
            info["device_on"] = self.on[0]
        return info

    def _child(self, number: int) -> dict[str, Any]:
        return {
            **self._info(),
            "device_id": f"{self.device_id}{number:02}",
            "original_device_id": self.device_id,
            "category": "plug.powerstrip.sub-plug",
            "type": "SMART.TAPOPLUG",
            "nickname": _encoded(f"Rig {number}"),
            "position": number,
            "device_on": self.on[number - 1],
        }


class _Searched(asyncio.DatagramProtocol):
    """Answers every datagram."""

    def __init__(self, answer: Callable[[], bytes | None]) -> None:
        self._answer = answer
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if self._transport is not None and (answer := self._answer()) is not None:
            self._transport.sendto(answer, addr)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _ok(result: dict[str, Any]) -> dict[str, Any]:
    return {"error_code": 0, "result": result}
