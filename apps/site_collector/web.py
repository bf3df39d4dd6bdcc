"""`/metrics`, `/healthz` and `/readyz` over HTTP."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterable
import contextlib
import hmac
import ssl

from aiohttp import hdrs, web
from prometheus_client import CONTENT_TYPE_LATEST

from .config import Web

type Check = Callable[[], str | None]
"""Returns what is wrong; None where all is well."""


class WebServer:
    """Serves what it is given."""

    def __init__(
        self,
        config: Web,
        exposition: Callable[[], Iterable[bytes]],
        healthy: Check,
        ready: Check,
    ) -> None:
        """Take where to listen, and what to serve."""
        self.config = config
        self._exposition = exposition
        app = web.Application(middlewares=[self._async_guard])
        app.router.add_get("/metrics", self._async_metrics)
        app.router.add_get("/healthz", _answer(healthy))
        app.router.add_get("/readyz", _answer(ready))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        self._context: ssl.SSLContext | None = None
        self.port = 0

    async def async_start(self) -> None:
        """Listen; OSError where that cannot be."""
        config = self.config
        if config.certificate is not None:
            self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.read_certificate()
        await self._runner.setup()
        site = web.TCPSite(
            self._runner, config.listen, config.port, ssl_context=self._context
        )
        await site.start()
        self.port = self._runner.addresses[0][1]

    def read_certificate(self) -> None:
        """Prove itself from now on by what the files hold by now; OSError."""
        certificate, key = self.config.certificate, self.config.key
        if self._context is None or certificate is None:
            return
        try:
            self._context.load_cert_chain(certificate, key)
        except ssl.SSLError as err:
            raise OSError(
                f"{certificate} and {key}: no certificate with its key"
            ) from err

    async def async_stop(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()

    @web.middleware
    async def _async_guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Ask for the password, but not whoever only asks whether all is well."""
        if request.path == "/metrics" and self.config.password is not None:
            account = f"{self.config.username}:{self.config.password}".encode()
            wanted = b"Basic " + base64.b64encode(account)
            given = request.headers.get(hdrs.AUTHORIZATION, "").encode()
            if not hmac.compare_digest(given, wanted):
                challenge = {hdrs.WWW_AUTHENTICATE: 'Basic realm="site_collector"'}
                return web.Response(status=401, headers=challenge)
        return await handler(request)

    async def _async_metrics(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST})
        await response.prepare(request)
        # Who asked may go before the end, and tells that himself.
        with contextlib.suppress(ConnectionError):
            for part in self._exposition():
                # Others have their turn between two parts.
                await response.write(part)
                await asyncio.sleep(0)
            await response.write_eof()
        return response


def _answer(check: Check) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        wrong = check()
        return web.Response(text=f"{wrong or 'ok'}\n", status=503 if wrong else 200)

    return answer
