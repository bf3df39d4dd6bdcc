"""`/metrics` by HTTPS: certificates that are right, renewed, and none."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from logging import INFO
from pathlib import Path
import ssl

import aiohttp
import pytest

from apps.site_collector.collector import Collector
from apps.site_collector.config import Web
from apps.site_collector.main import main
from apps.site_collector.web import WebServer
from simulators.antminer import AntminerSimulator

from .authority import Authority
from .collecting import collecting, config
from .waiting import PATIENCE_S

pytestmark = pytest.mark.usefixtures("loopback")


async def get(collector: Collector, authority: Authority, path: str) -> str:
    """Return an answer by TLS, from whom the authority vouches for."""
    context = ssl.create_default_context(cafile=authority.file)
    url = f"https://127.0.0.1:{collector.web.port}{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, ssl=context) as response,
    ):
        assert response.status == 200
        return await response.text()


async def test_metrics_by_https(
    tmp_path: Path, miners: list[AntminerSimulator], authority: Authority
) -> None:
    """The collector proves itself, and speaks nothing else there."""
    certificate, key = authority.issue("collector")
    web = Web(port=0, certificate=certificate, key=key)
    async with collecting(config(tmp_path, *miners, web=web)) as collector:
        text = await get(collector, authority, "/metrics")
        assert "site_collector_machines 3.0" in text
        assert await get(collector, authority, "/healthz") == "ok\n"
        (tmp_path / "other").mkdir()
        stranger = Authority(tmp_path / "other", "stranger")
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await get(collector, stranger, "/metrics")
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientError):
                await session.get(f"http://127.0.0.1:{collector.web.port}/metrics")


async def test_who_goes_before_the_end_leaves_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A scrape that took longer than its time limit is the other side's to tell."""
    ended = asyncio.Event()

    def endless() -> Iterator[bytes]:
        try:
            while True:
                yield bytes(100_000)
        finally:
            ended.set()

    server = WebServer(Web(port=0), endless, lambda: None, lambda: None)
    await server.async_start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: collector\r\n\r\n")
    await reader.readexactly(1000)
    writer.transport.abort()
    async with asyncio.timeout(PATIENCE_S):
        await ended.wait()
    await server.async_stop()
    assert [each.levelname for each in caplog.records if each.levelno > INFO] == []


async def test_a_certificate_that_was_renewed(
    tmp_path: Path, miners: list[AntminerSimulator], authority: Authority
) -> None:
    """It is read with the file, under the same name; one that is none changes nothing."""
    certificate, key = authority.issue("collector")
    site = config(tmp_path, *miners, web=Web(port=0, certificate=certificate, key=key))
    async with collecting(site) as collector:
        port = collector.web.port
        (tmp_path / "next").mkdir()
        following = Authority(tmp_path / "next", "following")
        renewed, renewed_key = following.issue("collector")
        certificate.write_bytes(renewed.read_bytes())
        key.write_bytes(renewed_key.read_bytes())
        await collector.async_reload(site)
        assert collector.web.port == port
        await get(collector, following, "/metrics")
        certificate.write_text("nonsense")
        with pytest.raises(OSError, match="no certificate"):
            await collector.async_reload(replace(site, spots=site.spots[:1]))
        await get(collector, following, "/metrics")
        assert len(collector.site.machines) == 3


def test_files_that_are_no_certificate(
    tmp_path: Path, authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line that names them, and status 1."""
    certificate, _ = authority.issue("collector")
    _, other_key = authority.issue("other")
    path = tmp_path / "site.toml"
    path.write_text(
        '[site]\nname = "n"\n[prometheus]\nport = 0\n'
        f'certificate = "{certificate}"\nkey = "{other_key}"\n'
        '[[miners]]\naddresses = "127.0.0.1"\n'
    )
    assert main(["--config", str(path)]) == 1
    error = capsys.readouterr().err
    assert f"{certificate} and {other_key}: no certificate" in error
