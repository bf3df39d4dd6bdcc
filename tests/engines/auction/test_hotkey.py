"""Hotkeys of a wallet directory: which are found, which can sign, and what is refused."""

import json
from pathlib import Path

import pytest
import sr25519  # type: ignore[import-untyped]

from custom_components.mining_farm.engines.auction.errors import (
    EncryptedHotkeyError,
    WalletError,
)
from custom_components.mining_farm.engines.auction.publish import hotkey
from custom_components.mining_farm.engines.auction.publish.hotkey import (
    find_hotkeys,
    hotkey_path,
    signer,
)

from .hotkeys import PHRASE, SEED, address, fields, write


def test_hotkeys_are_found_by_wallet_and_name(tmp_path: Path) -> None:
    """Public files, hidden files and wallets without hotkeys are none."""
    write(tmp_path, wallet="b", hotkey="two")
    write(tmp_path, wallet="a", hotkey="one")
    write(tmp_path, wallet="a", hotkey="onepub.txt")
    write(tmp_path, wallet="a", hotkey=".one.swp")
    (tmp_path / "empty").mkdir()
    (tmp_path / "a" / "coldkey").write_text("$NACL never opened")

    found = find_hotkeys(tmp_path)

    assert [(one.wallet, one.name) for one in found] == [("a", "one"), ("b", "two")]
    assert all(one.usable and one.ss58 == address() for one in found)
    assert hotkey_path(tmp_path, "a", "one") == found[0].path


def test_coldkeys_are_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is opened lies in a folder of hotkeys."""
    write(tmp_path)
    for name in ("coldkey", "coldkeypub.txt"):
        (tmp_path / "miner" / name).write_text(json.dumps(fields()))
    opened: list[Path] = []

    def note(path: Path, *_: object) -> bytes:
        opened.append(path)
        return path.read_bytes()

    monkeypatch.setattr(hotkey, "read_regular", note)
    find_hotkeys(tmp_path)

    assert opened
    assert {path.parent.name for path in opened} == {"hotkeys"}


def test_a_signature_is_the_hotkeys(tmp_path: Path) -> None:
    """It verifies with the public key that the address stands for."""
    key = signer(write(tmp_path))
    signature = key.sign(b"payload")
    assert key.ss58 == address()
    assert sr25519.verify(signature, b"payload", key.public_key)
    assert not sr25519.verify(signature, b"another", key.public_key)


@pytest.mark.parametrize(
    "missing",
    [("secretSeed", "secretPhrase"), ("privateKey",), ("privateKey", "secretPhrase")],
)
def test_private_key_or_seed_is_enough(
    tmp_path: Path, missing: tuple[str, ...]
) -> None:
    """A key derived from a URI has no seed; some tools store no private key."""
    content = {name: value for name, value in fields().items() if name not in missing}
    content |= dict.fromkeys(missing)
    assert signer(write(tmp_path, content)).ss58 == address()


def test_a_broken_seed_does_not_matter_beside_the_private_key(tmp_path: Path) -> None:
    """Some versions of Bittensor's wallet write the seed as raw characters."""
    content = fields() | {"secretSeed": "\x01\x02\u00ff"}
    assert signer(write(tmp_path, content)).ss58 == address()


@pytest.mark.parametrize(
    "raw", [b"$NACL\x00\x01secret", b"$ANSIBLE_VAULT;1.1;AES256\n", b"gAAAAABh_secret"]
)
def test_an_encrypted_hotkey_is_refused_with_what_to_do(
    tmp_path: Path, raw: bytes
) -> None:
    """There is no one to type a password when a window begins."""
    path = write(tmp_path, raw)
    (path.parent / "defaultpub.txt").write_text(json.dumps({"ss58Address": address()}))
    with pytest.raises(EncryptedHotkeyError, match="without one") as caught:
        signer(path)
    (found,) = find_hotkeys(tmp_path)
    assert found.problem == str(caught.value)
    assert not found.usable
    assert found.ss58 == address()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no JSON object"),
        (b"[1]", "no JSON object"),
        (b"\xff\xfe", "no JSON object"),
        (b"[" * 50_000, "no JSON object"),
        (b" " * 70_000, "no JSON object"),
        ({"ss58Address": address()}, "no private key"),
        ({"privateKey": None, "secretSeed": ""}, "no private key"),
        ({"secretPhrase": "bottom drive obey"}, "a phrase but no private key"),
        (PHRASE.encode(), "holds a phrase alone"),
        (
            {"encoded": "x", "encoding": {"type": ["scrypt"]}, "address": address()},
            "encrypted backup of a wallet app",
        ),
        ({"privateKey": "0x12"}, "privateKey is not 64 bytes"),
        ({"privateKey": "no hex"}, "privateKey is not 64 bytes"),
        ({"privateKey": 7}, "privateKey is not 64 bytes"),
        ({"privateKey": "ff" * 64}, "no sr25519 key"),
        ({"secretSeed": "0x" + "ab" * 31}, "secretSeed is not 32 bytes"),
        (fields() | {"ss58Address": address(bytes(32))}, "does not belong"),
    ],
)
def test_what_cannot_sign_is_refused_with_a_reason(
    tmp_path: Path, content: dict[str, object] | bytes, problem: str
) -> None:
    """Found all the same, so that a human learns what is wrong with it."""
    path = write(tmp_path, content)
    with pytest.raises(WalletError, match=problem):
        signer(path)
    (found,) = find_hotkeys(tmp_path)
    assert problem in (found.problem or "")


def test_a_hotkey_that_became_another_one_signs_nothing(tmp_path: Path) -> None:
    """The file is read at each signature: a swap is noticed, not followed."""
    path = write(tmp_path)
    key = signer(path)
    write(tmp_path, fields(bytes(31) + b"\1"))
    with pytest.raises(WalletError, match="another key"):
        key.sign(b"payload")
    path.unlink()
    with pytest.raises(WalletError, match="does not exist"):
        key.sign(b"payload")
    write(tmp_path, fields(SEED))
    assert key.sign(b"payload")


def test_a_missing_directory_is_an_error(tmp_path: Path) -> None:
    """Unlike one without hotkeys."""
    with pytest.raises(WalletError, match="does not exist"):
        find_hotkeys(tmp_path / "nowhere")
    assert find_hotkeys(tmp_path) == ()


@pytest.mark.parametrize("name", ["", "..", "../other", "a/b", "a\0b"])
def test_names_lead_nowhere_else(tmp_path: Path, name: str) -> None:
    """A wallet's name comes from a file that anybody may have written."""
    with pytest.raises(WalletError):
        hotkey_path(tmp_path, name, "default")
    with pytest.raises(WalletError):
        hotkey_path(tmp_path, "miner", name)
