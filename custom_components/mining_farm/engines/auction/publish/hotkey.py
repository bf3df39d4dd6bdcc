"""Hotkeys of a Bittensor wallet directory. Coldkeys are never opened.

A hotkey is a JSON file `<directory>/<wallet>/hotkeys/<hotkey>`, as Bittensor's own
tools write it. Its secret is read when something is signed and forgotten right after.
"""

from dataclasses import dataclass
import errno
from functools import partial
import json
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from ..errors import EncryptedHotkeyError, WalletError
from ..regular_file import DISK_SILENT, DISK_WITHIN, read_regular, run_within
from ..wire.ss58 import ss58_decode, ss58_encode

DEFAULT_DIRECTORY: Final = Path("~/.bittensor/wallets")
# NaCl, Ansible Vault and Fernet: what Bittensor's wallets have used over the years.
_ENCRYPTED: Final = (b"$NACL", b"$ANSIBLE_VAULT", b"gAAAAA")
_PUBLIC_SUFFIX: Final = "pub.txt"
_SIZE_LIMIT: Final = 64 * 1024
_PHRASE_WORDS: Final = frozenset((12, 15, 18, 21, 24))


@dataclass(frozen=True, slots=True, kw_only=True)
class HotkeyFile:
    """A hotkey that a wallet directory holds."""

    wallet: str
    name: str
    path: Path
    ss58: str | None
    """None where the file does not say."""
    problem: str | None = None
    """Why nothing can be signed with it; None: it is usable."""
    cautions: tuple[str, ...] = ()
    """What a human should know of a file that holds a secret."""

    @property
    def usable(self) -> bool:
        """Whether it can sign."""
        return self.problem is None


@dataclass(frozen=True, slots=True)
class HotkeySigner:
    """Signs with a hotkey's file; holds where the file is, and no secret."""

    path: Path
    ss58: str

    @property
    def public_key(self) -> bytes:
        """Return the 32 bytes that the address stands for."""
        return ss58_decode(self.ss58)

    def sign(self, data: bytes) -> bytes:
        """Return the sr25519 signature (context "substrate") of 64 bytes.

        Reads the file each time; raises WalletError when it is no longer usable
        or has become another key.
        """
        public, private = _open(self.path)
        if ss58_encode(public) != self.ss58:
            raise WalletError("the hotkey's file now holds another key")
        return bytes(_sr25519().sign((public, private), data))


async def open_signer(path: Path) -> HotkeySigner:
    """Return what signs with a hotkey's file, as `signer` does, within seconds."""
    try:
        return await run_within(DISK_WITHIN, partial(signer, path))
    except TimeoutError:
        raise WalletError(DISK_SILENT) from None


async def list_hotkeys(directory: Path) -> tuple[HotkeyFile, ...]:
    """Return the hotkeys of a directory, as `find_hotkeys` does, within seconds."""
    try:
        return await run_within(DISK_WITHIN, partial(find_hotkeys, directory))
    except TimeoutError:
        raise WalletError(DISK_SILENT) from None


async def cautions_of(path: Path) -> tuple[str, ...]:
    """Return the cautions about a hotkey's file; none where the disk is silent."""
    try:
        return await run_within(DISK_WITHIN, partial(find_cautions, path))
    except TimeoutError:
        return ()


def find_cautions(path: Path) -> tuple[str, ...]:
    """Return what is unsafe about where a hotkey is and who may read it."""
    cautions = []
    try:
        if path.is_symlink():
            cautions.append(f"it is a link to {path.readlink()}")
        mode = path.stat().st_mode
    except OSError:
        return tuple(cautions)
    if others := mode & 0o066:
        doing = "read and write" if others & 0o022 else "read"
        cautions.append(
            f"users other than its owner may {doing} it (mode {mode & 0o777:04o}); "
            "allow its owner only (chmod 600)"
        )
    return tuple(cautions)


def hotkey_path(directory: Path, wallet: str, hotkey: str) -> Path:
    """Return where a hotkey's file is; WalletError for names that lead elsewhere."""
    for name in (wallet, hotkey):
        if not name or name in {".", ".."} or "/" in name or "\0" in name:
            raise WalletError("a wallet's and a hotkey's name are names of files")
    return directory.expanduser() / wallet / "hotkeys" / hotkey


def find_hotkeys(directory: Path) -> tuple[HotkeyFile, ...]:
    """Return every hotkey of a wallet directory, by wallet and name.

    Raises WalletError when the directory itself cannot be read.
    """
    root = directory.expanduser()
    found = []
    try:
        wallets = sorted(path for path in root.iterdir() if path.is_dir())
    except OSError as error:
        raise WalletError(f"the wallet directory {_reason(error)}") from None
    for wallet in wallets:
        try:
            paths = sorted((wallet / "hotkeys").iterdir())
        except OSError:
            continue
        found += [
            _examined(wallet.name, path)
            for path in paths
            if not path.is_dir()
            and not path.name.startswith(".")
            and not path.name.endswith(_PUBLIC_SUFFIX)
        ]
    return tuple(found)


def signer(path: Path) -> HotkeySigner:
    """Return what signs with a hotkey's file; tried once, so that it is known to work.

    Raises WalletError, EncryptedHotkeyError where a password protects the file.
    """
    public, _ = _open(path)
    return HotkeySigner(path, ss58_encode(public))


def _examined(wallet: str, path: Path) -> HotkeyFile:
    ss58: str | None
    problem: str | None
    try:
        ss58, problem = signer(path).ss58, None
    except WalletError as error:
        ss58, problem = _told_address(path), str(error)
    return HotkeyFile(
        wallet=wallet,
        name=path.name,
        path=path,
        ss58=ss58,
        problem=problem,
        cautions=find_cautions(path),
    )


def _told_address(path: Path) -> str | None:
    """Return the address of a file that cannot sign, from it or its public sibling."""
    for source in (path, path.with_name(path.name + _PUBLIC_SUFFIX)):
        try:
            address = _read(source).get("ss58Address")
            if isinstance(address, str):
                ss58_decode(address)
                return address
        except WalletError:
            continue
    return None


def _read(path: Path) -> dict[str, Any]:
    """Return the fields of a hotkey's file; no error repeats any of its content."""
    try:
        raw = read_regular(path, _SIZE_LIMIT + 1)
    except OSError as error:
        raise WalletError(f"the hotkey's file {_reason(error)}") from None
    if raw.lstrip().startswith(_ENCRYPTED):
        raise EncryptedHotkeyError(
            "the hotkey is encrypted with a password; write it again without one "
            "(btcli wallet regen-hotkey --no-use-password), or watch its address only"
        )
    try:
        fields = json.loads(raw) if len(raw) <= _SIZE_LIMIT else None
    except ValueError, RecursionError:
        fields = None
    if not isinstance(fields, dict):
        if len(raw.split()) in _PHRASE_WORDS and b"{" not in raw:
            raise WalletError(
                "the file holds a phrase alone; make a hotkey of it "
                "(btcli wallet regen-hotkey --no-use-password)"
            )
        raise WalletError("the file is no hotkey: it holds no JSON object")
    if "encoded" in fields and "encoding" in fields:
        raise EncryptedHotkeyError(
            "the file is the encrypted backup of a wallet app (its JSON export); make a "
            "hotkey of it (btcli wallet regen-hotkey --json FILE --no-use-password)"
        )
    return fields


def _open(path: Path) -> tuple[bytes, bytes]:
    """Return public and private key: of privateKey, else of secretSeed.

    That order, unlike Bittensor's, survives the broken secretSeed that some of its
    versions write; the address decides whether the key is the right one.
    """
    fields = _read(path)
    sr25519 = _sr25519()
    pair = None
    if (private := _bytes(fields, "privateKey", 64)) is not None:
        try:
            pair = sr25519.public_from_secret_key(private), private
        except ValueError:
            raise WalletError("the hotkey's privateKey is no sr25519 key") from None
    elif (seed := _bytes(fields, "secretSeed", 32)) is not None:
        pair = sr25519.pair_from_seed(seed)
    if pair is None and fields.get("secretPhrase"):
        raise WalletError(
            "the hotkey's file holds a phrase but no private key; "
            "write it again (btcli wallet regen-hotkey --no-use-password)"
        )
    if pair is None:
        raise WalletError("the hotkey's file holds no private key: it can only watch")
    address = fields.get("ss58Address")
    # Bittensor's own tools do not compare the two.
    if address is not None and address != ss58_encode(pair[0]):
        raise WalletError("the hotkey's private key does not belong to its ss58Address")
    return pair


def _sr25519() -> ModuleType:
    """Return the library that signs, which only wallets need; WalletError without it."""
    try:
        import sr25519  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        raise WalletError("the package py-sr25519-bindings is not installed") from None
    return sr25519  # type: ignore[no-any-return]


def _bytes(fields: dict[str, Any], name: str, length: int) -> bytes | None:
    """Return a hex field; None where it is absent; WalletError where it is no hex."""
    text = fields.get(name)
    if text is None or text == "":
        return None
    try:
        value = bytes.fromhex(str(text).strip().removeprefix("0x"))
    except ValueError:
        value = b""
    if len(value) != length:
        raise WalletError(f"the hotkey's {name} is not {length} bytes of hex")
    return value


def _reason(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "does not exist"
        case PermissionError():
            return "may not be read by us"
        case NotADirectoryError():
            return "is no directory"
        case OSError(errno=errno.EINVAL | errno.ENXIO):
            return "is no regular file"
        case _:
            return "cannot be read"
