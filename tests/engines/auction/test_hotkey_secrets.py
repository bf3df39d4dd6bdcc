"""A planted secret is nowhere but in its file, whatever is done with it."""

import copy
import json
import logging
from pathlib import Path
import pickle
import traceback

import pytest

from custom_components.mining_farm.engines.auction.errors import WalletError
from custom_components.mining_farm.engines.auction.publish.hotkey import (
    HotkeyFile,
    HotkeySigner,
    find_hotkeys,
    signer,
)

from .hotkeys import SEED, fields, secrets, write


def _leaks(text: str) -> list[str]:
    return [secret for secret in secrets() if secret.lower() in text.lower()]


def test_nothing_that_signs_shows_the_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not its representation, not its pickle, not a log at any level."""
    caplog.set_level(logging.NOTSET)
    key = signer(write(tmp_path))
    key.sign(b"payload")
    found = find_hotkeys(tmp_path)
    shown = [repr(key), str(key), repr(found), caplog.text]
    shown += [repr(copy.deepcopy(key)), pickle.dumps((key, found)).decode("latin-1")]
    shown += [pickle.dumps((key, found), 0).hex()]
    assert not [leak for text in shown for leak in _leaks(text)]
    # The test itself can find it.
    assert _leaks(json.dumps(fields()))


def test_nothing_that_signed_keeps_the_secret(tmp_path: Path) -> None:
    """Neither signer nor file holds anything but names, path and address."""
    key = signer(write(tmp_path))
    key.sign(b"payload")
    (found,) = find_hotkeys(tmp_path)
    for holder in (key, found):
        assert isinstance(holder, HotkeySigner | HotkeyFile)
        kept = [getattr(holder, name) for name in holder.__slots__]
        assert not [leak for value in kept for leak in _leaks(repr(value))]
    assert not hasattr(key, "__dict__")


@pytest.mark.parametrize(
    "content",
    [
        fields() | {"ss58Address": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"},
        fields() | {"privateKey": f"0x{SEED.hex()}"},
        {"secretSeed": f"{SEED.hex()}00"},
        {"secretPhrase": fields()["secretPhrase"]},
        json.dumps(fields()).encode()[:-1],
        b"$NACL" + json.dumps(fields()).encode(),
        [fields()],
    ],
)
def test_no_error_shows_the_secret(
    tmp_path: Path, content: dict[str, object] | bytes
) -> None:
    """Its words, its causes and its traceback with the source lines."""
    path = write(tmp_path, content)
    with pytest.raises(WalletError) as caught:
        signer(path)
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(error.__dict__)
    assert not _leaks(shown)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert not _leaks(repr(find_hotkeys(tmp_path)))
