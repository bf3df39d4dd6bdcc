"""What the site's file says, checked."""

from dataclasses import dataclass, field
from pathlib import Path
import re

from .engine import Credentials
from .inventory import Place, Spot, expand
from .tables import ConfigError, Document, Table

LEVELS = ("site", "building", "container", "rack")
"""For which MQTT can show sums."""
COMMANDS = ("pause", "resume", "level")
"""Which MQTT can be allowed to carry."""
_EXPIRE_REFRESHES = 2.5
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOPIC = re.compile(r"[^#+/\s\x00]+(/[^#+/\s\x00]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """How often, and how many at a time."""

    period_s: float = 30
    timeout_s: float = 3
    in_flight: int = 128
    silent_in_flight: int = 64
    """Miners at a time that did not answer of late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Where `/metrics` is served."""

    listen: str = "127.0.0.1"
    port: int = 9580
    certificate: Path | None = None
    key: Path | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mqtt:
    """The broker, and what it is sent."""

    host: str
    port: int
    tls: bool = True
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    topic: str = "mining"
    discovery: str = "homeassistant"
    refresh_s: float = 60
    sums: tuple[str, ...] = LEVELS
    worst: int = 5
    """Machines that a sum names."""
    commands: tuple[str, ...] = ()

    @property
    def expire_s(self) -> int:
        """For which a value counts that is not sent again."""
        return int(_EXPIRE_REFRESHES * self.refresh_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole file."""

    site: str
    state: Path
    polling: Polling
    web: Web
    mqtt: Mqtt | None
    spots: tuple[Spot, ...] = field(repr=False)
    """Every address of the site, whichever shard asks it."""


def load(path: Path) -> Config:
    """Return what a file says; ConfigError where it cannot be used."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as err:
        line = err.object.count(b"\n", 0, err.start) + 1
        raise ConfigError(f"{path}: line {line}: this is no UTF-8") from None
    except OSError as err:
        raise ConfigError(f"{path} cannot be read: {err}") from err
    try:
        return parse(text, path.parent)
    except ConfigError as err:
        raise ConfigError(f"{path}: {err}") from None


def parse(text: str, folder: Path) -> Config:
    """Return what a text says; file names in it are relative to the folder."""
    document = Document(text)
    site = document.table("site")
    polling = document.table("poll")
    web = document.table("prometheus")
    config = Config(
        site=_name(site, "name"),
        state=folder / site.text("state_directory", "state"),
        polling=_polling(polling),
        web=_web(web, folder),
        mqtt=_mqtt(document.table("mqtt"), folder) if document.has("mqtt") else None,
        spots=_spots(document.array("miners"), folder),
    )
    for table in (site, polling, web):
        table.end()
    document.end()
    return config


def _polling(table: Table) -> Polling:
    polling = Polling(
        period_s=table.number("period_s", 30, 1, 3600),
        timeout_s=table.number("timeout_s", 3, 0.2, 30),
        in_flight=table.count("in_flight", 128, 1, 4096),
        silent_in_flight=table.count("silent_in_flight", 64, 1, 4096),
    )
    if polling.timeout_s > polling.period_s:
        raise table.error("timeout_s", "is longer than period_s")
    return polling


def _web(table: Table, folder: Path) -> Web:
    certificate, key = _pair(table, folder, "certificate", "key")
    username, password = _account(table, folder)
    return Web(
        listen=table.text("listen", "127.0.0.1"),
        port=table.count("port", 9580, 0, 65535),
        certificate=certificate,
        key=key,
        username=username,
        password=password,
    )


def _mqtt(table: Table, folder: Path) -> Mqtt:
    tls = table.flag("tls", default=True)
    ca = _file(table, folder, "ca")
    certificate, key = _pair(table, folder, "certificate", "key")
    if not tls and (ca or certificate):
        raise table.error("tls", "is false, but there are certificates")
    username, password = _account(table, folder)
    mqtt = Mqtt(
        host=table.text("host"),
        port=table.count("port", 8883 if tls else 1883, 1, 65535),
        tls=tls,
        ca=ca,
        certificate=certificate,
        key=key,
        username=username,
        password=password,
        topic=_topic(table, "topic", "mining"),
        discovery=_topic(table, "discovery", "homeassistant"),
        refresh_s=table.number("refresh_s", 60, 5, 3600),
        sums=table.choices("sums", LEVELS, LEVELS),
        worst=table.count("worst", 5, 0, 50),
        commands=table.choices("commands", (), COMMANDS),
    )
    table.end()
    return mqtt


def _spots(tables: list[Table], folder: Path) -> tuple[Spot, ...]:
    if not tables:
        raise ConfigError("[[miners]]: there is none, so there is nothing to read")
    spots: dict[str, Spot] = {}
    for table in tables:
        username, password = _account(table, folder, needs_name=False)
        place = Place(
            building=_label(table, "building"),
            container=_label(table, "container"),
            rack=_label(table, "rack"),
        )
        port = table.count("port", 1, 1, 65535) if table.given("port") else None
        credentials = password and Credentials(username=username, password=password)
        is_shown = table.flag("mqtt", default=False)
        texts = table.texts("addresses")
        try:
            hosts = expand(texts)
        except ValueError as err:
            raise table.error("addresses", str(err)) from None
        for host in hosts:
            spot = Spot(
                host=host,
                port=port,
                place=place,
                credentials=credentials or None,
                shown=is_shown,
            )
            if spot.address in spots:
                raise table.error("addresses", f"{spot.address} is named before")
            spots[spot.address] = spot
        table.end()
    return tuple(spots.values())


def _name(table: Table, key: str) -> str:
    name = table.text(key)
    if not _NAME.fullmatch(name):
        raise table.error(key, "letters, digits, _ and - are allowed, 64 at most")
    return name


def _label(table: Table, key: str) -> str:
    label = table.optional_text(key) or ""
    if len(label) > 64 or not label.isprintable() or "/" in label:
        raise table.error(key, "up to 64 characters without / are allowed")
    return label


def _topic(table: Table, key: str, default: str) -> str:
    topic = table.text(key, default)
    if not _TOPIC.fullmatch(topic):
        raise table.error(key, "this is no topic: no +, #, blanks or empty levels")
    return topic


def _file(table: Table, folder: Path, key: str) -> Path | None:
    name = table.optional_text(key)
    if name is None:
        return None
    path = folder / name
    try:
        with path.open("rb"):
            return path
    except OSError as err:
        raise table.error(key, f"cannot be read: {err.strerror}") from None


def _pair(
    table: Table, folder: Path, first: str, second: str
) -> tuple[Path | None, Path | None]:
    """Return two files that are of no use without each other."""
    pair = _file(table, folder, first), _file(table, folder, second)
    if (pair[0] is None) != (pair[1] is None):
        given, missing = (first, second) if pair[0] else (second, first)
        raise table.error(given, f"is of no use without {missing}")
    return pair


def _account(
    table: Table, folder: Path, *, needs_name: bool = True
) -> tuple[str | None, str | None]:
    """Return an account; its password stands in a file of its own."""
    username = table.optional_text("username")
    path = _file(table, folder, "password_file")
    if path is None:
        if username is not None:
            raise table.error("username", "is of no use without password_file")
        return None, None
    if needs_name and username is None:
        raise table.error("password_file", "is of no use without username")
    try:
        password = path.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except OSError, ValueError:
        raise table.error("password_file", "holds no text") from None
    return username, password
