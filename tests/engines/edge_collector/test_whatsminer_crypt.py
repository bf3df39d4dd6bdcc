"""What proves the password of a Whatsminer, and hides a command from others."""

import json
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector.drivers.whatsminer.frames import (
    encode,
    token,
)
from custom_components.mining_farm.engines.edge_collector.drivers.whatsminer_v2.crypt import (
    Session,
    md5crypt,
)
from tests.reference import needs_reference, reference, twin

FOLDER = ("miner-control",)


def _case(family: str, number: int) -> Any:
    path = reference(*FOLDER, family, f"{family}-crypto-{number}.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("password", "salt", "expected"),
    [
        # By `openssl passwd -1 -salt SALT PASSWORD`.
        ("correct-horse", "Farm0001", "LvCgui/hrFG5GogiJlBsb1"),
        ("", "Farm0001", "yiDTepW4WVeNNPZlpaoy61"),
        ("a" * 40, "x", "DHmq9bsdPDY1rhlu8Qzct."),
    ],
)
def test_an_md5_crypt_is_that_of_openssl(
    password: str, salt: str, expected: str
) -> None:
    """Of any length."""
    assert md5crypt(password, salt) == expected


def test_what_is_sealed_can_be_opened_by_the_same_password() -> None:
    """And by no other."""
    parts = {"salt": "Farm0001", "newsalt": "Farm0002", "time": "5626"}
    session = Session.of("correct-horse", **parts)
    assert session.token == "6BQ/OuwI9pXIN8jbbEXeq/"
    sealed = session.seal({"cmd": "power_on"})
    assert sealed["enc"] == 1
    opened = session.open(sealed["data"])
    assert opened == {"cmd": "power_on", "token": session.token}
    assert Session.of("another", **parts).open(sealed["data"]) is None
    assert session.open("no base64") is None


def test_a_frame_is_its_length_and_json() -> None:
    """Four bytes, the smallest first; the token is eight characters."""
    assert encode({"cmd": "x"}) == b"\x0b\0\0\0" + b'{"cmd":"x"}'
    proof = token("set.miner.service", "super", "QbVy1Ou3", 1692685496)
    assert proof == "fnFNbgnj"
    assert proof != token("set.miner.service", "super", "QbVy1Ou3", 1692685497)


@twin("test_what_is_sealed_can_be_opened_by_the_same_password")
@needs_reference(*FOLDER)
@pytest.mark.parametrize("number", [1, 2])
def test_recorded_sessions_of_api_2(number: int) -> None:
    """Key, token, and what is sent."""
    case = _case("whatsminer-v2", number)
    expect, parts = case["expect"], case["exchanges"][0]["reply_json"]["Msg"]
    session = Session.of(expect["password"], **parts)
    assert (session.key.hex(), session.token) == (
        expect["aes_key_hex"],
        expect["sign"],
    )
    command = json.loads(expect["plaintext"])
    assert session.open(expect["data"]) == command
    del command["token"]
    assert session.open(session.seal(command)["data"]) == json.loads(
        expect["plaintext"]
    )


@twin("test_a_frame_is_its_length_and_json")
@needs_reference(*FOLDER)
@pytest.mark.parametrize("number", [1, 2])
def test_recorded_frames_of_api_3(number: int) -> None:
    """Token, and the frame as it is sent."""
    expect = _case("whatsminer-v3", number)["expect"]
    message = json.loads(bytes.fromhex(expect["frame_hex"])[4:])
    assert expect["token"] == token(
        message["cmd"], expect["password"], expect["salt"], message["ts"]
    )
    assert encode(message) == bytes.fromhex(expect["frame_hex"])
