"""The site's file: what it may say, and where a mistake is."""

from pathlib import Path

import pytest

from apps.site_collector.config import COMMANDS, LEVELS, load, parse
from apps.site_collector.tables import ConfigError

SITE = """\
[site]
name = "north"

[poll]
period_s = 10

[mqtt]
host = "broker.lan"
commands = ["pause", "resume"]

[[miners]]
addresses = ["10.3.0.1-10.3.0.4", "rack-9.lan"]
building = "A"
container = "A-3"

[[miners]]
addresses = "10.3.1.0/29"
port = 4029
username = "root"
password_file = "password"
mqtt = true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files that are named."""
    (tmp_path / "password").write_text("s3cret\nsecond line")
    return tmp_path


def test_a_file_is_read(folder: Path) -> None:
    """Ranges become addresses, what is left out has its default."""
    config = parse(SITE, folder)
    assert [spot.address for spot in config.spots[:6]] == [
        *(f"10.3.0.{number}" for number in range(1, 5)),
        "rack-9.lan",
        "10.3.1.1:4029",
    ]
    assert len(config.spots) == 11
    first, last = config.spots[0], config.spots[-1]
    assert (first.place.building, first.place.container, first.place.rack) == (
        *("A", "A-3"),
        "",
    )
    assert (first.shown, last.shown) == (False, True)
    assert first.credentials is None
    assert last.credentials is not None
    assert last.credentials.password == "s3cret"
    assert (config.polling.period_s, config.polling.timeout_s) == (10, 3)
    assert config.mqtt is not None
    assert (config.mqtt.port, config.mqtt.tls) == (8883, True)
    assert config.mqtt.sums == LEVELS
    assert config.mqtt.commands == ("pause", "resume")
    assert config.state == folder / "state"


def test_commands_are_off_unless_named(folder: Path) -> None:
    """Whoever says nothing about them allows none."""
    config = parse(SITE.replace('commands = ["pause", "resume"]', ""), folder)
    assert config.mqtt is not None
    assert config.mqtt.commands == ()
    assert COMMANDS


def test_no_secret_shows(folder: Path) -> None:
    """Whatever is logged of it."""
    account = 'username = "north"\npassword_file = "password"\n'
    tables = f"[prometheus]\n{account}\n[mqtt]\n{account}"
    config = parse(SITE.replace("[mqtt]\n", tables), folder)
    assert config.mqtt is not None
    assert config.mqtt.password == config.web.password == "s3cret"
    shown = [config, config.mqtt, config.web, *config.spots]
    assert all("s3cret" not in repr(each) for each in shown)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "north"', "", "line 1, [site], name: is missing"),
        ('name = "north"', 'name = "a/b"', "line 2, [site], name: letters, digits"),
        ("period_s = 10", 'period_s = "10"', "line 5, [poll], period_s: a number"),
        ("period_s = 10", "period_s = 0.1", "line 5, [poll], period_s: 0.1 is not b"),
        ("period_s = 10", "perod_s = 10", "line 5, [poll], perod_s: there is no such"),
        ("period_s = 10", "period_s = ", "(at line 5, column 12)"),
        ("period_s = 10", "period_s = 2", "line 4, [poll], timeout_s: is longer"),
        ("period_s = 10", "in_flight = 1.5", "line 5, [poll], in_flight: a whole"),
        ("period_s = 10", "in_flight = true", "line 5, [poll], in_flight: a number"),
        ('"pause",', '"explode",', "line 9, [mqtt], commands: explode is not one of"),
        ("[poll]", "[pol]", "line 4, pol: there is no such table"),
        ("[mqtt]", "[mqtt]\nca = 'gone'", "line 8, [mqtt], ca: cannot be read"),
        ("[mqtt]", "[mqtt]\ntls = 1", "line 8, [mqtt], tls: true or false"),
        ("[mqtt]", "[mqtt]\ntopic = 'a/#'", "line 8, [mqtt], topic: this is no"),
        (
            "[mqtt]",
            "[mqtt]\nkey = 'password'",
            "line 8, [mqtt], key: is of no use without certificate",
        ),
        (
            "[mqtt]",
            "[mqtt]\npassword_file = 'password'",
            "line 8, [mqtt], password_file: is of no use without username",
        ),
        (
            "10.3.1.0/29",
            "10.3.1.0/8",
            "line 17, [[miners]] number 2, addresses: more than 4096",
        ),
        (
            "10.3.1.0/29",
            "10.3.1.300",
            "addresses: not an address, range or network: 10.3.1.300",
        ),
        (
            'addresses = "10.3.1.0/29"\nport = 4029',
            'addresses = "10.3.0.4-9"',
            "line 17, [[miners]] number 2, addresses: 10.3.0.4 is named before",
        ),
        ('container = "A-3"', 'container = "a/b"', "line 14, [[miners]] number 1, con"),
        ('"10.3.1.0/29"', "7", "line 17, [[miners]] number 2, addresses: a text or"),
        ('"10.3.1.0/29"', '" "', "addresses: there is no address"),
        ("10.3.1.0/29", "root:s3cret@10.3.1.300", "range or network: 10.3.1.300"),
        ("port = 4029", "port = 70000", "port: 70000 is not between 1 and 65535"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    folder: Path, old: str, new: str, said: str
) -> None:
    """And nothing is guessed."""
    assert SITE.count(old) == 1
    with pytest.raises(ConfigError) as error:
        parse(SITE.replace(old, new), folder)
    assert said in str(error.value)
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[site]\nname = "n"', "[[miners]]: there is none"),
        ('site = 1\n[[miners]]\naddresses = "a"', "line 1, [site]: a table is needed"),
        ('[site]\nname = "n"\n[miners]', "line 3, [[miners]]: tables are needed"),
        ('\nsite.name = "a/b"', "line 2, [site], name: letters, digits"),
        ('\nsite = { name = "a/b" }', "line 2, [site], name: letters, digits"),
        (
            'mines = 1\nsite.name = "n"\nminers = [{ addresses = "a" }]',
            "line 1, mines: there is no such table",
        ),
        (
            'site.name = "n"\nminers = [{ addresses = "10.0.0.300" }]',
            "line 2, [[miners]] number 1, addresses: not an address",
        ),
    ],
)
def test_tables_that_are_none(folder: Path, text: str, said: str) -> None:
    """A value in the place of a table is a mistake, too; others have no header."""
    with pytest.raises(ConfigError) as error:
        parse(text, folder)
    assert said in str(error.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """Its name is part of the message."""
    with pytest.raises(ConfigError, match=r"gone\.toml cannot be read"):
        load(tmp_path / "gone.toml")
    (tmp_path / "site.toml").write_bytes(SITE.replace('"A"', '"\xc4"').encode("latin1"))
    with pytest.raises(ConfigError, match=r"site\.toml: line 13: this is no UTF-8"):
        load(tmp_path / "site.toml")
    (tmp_path / "site.toml").write_text(SITE)
    with pytest.raises(ConfigError, match=r"site\.toml: line 20, .*password_file"):
        load(tmp_path / "site.toml")
