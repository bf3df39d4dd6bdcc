"""The proxies' files: what is written, and when nothing is."""

from collections.abc import Callable, Iterable, Mapping
import os
from pathlib import Path
from typing import Any

import pytest

from custom_components.mining_farm.engines.auction import file_replacing
from custom_components.mining_farm.engines.auction.errors import RoutingError
from custom_components.mining_farm.engines.auction.models import FP, OwnBid
from custom_components.mining_farm.engines.auction.proxy import routing
from custom_components.mining_farm.engines.auction.proxy.routing import (
    BraiinsRoute,
    IhpRoute,
    Route,
    apply_routing,
    check_routing,
)
from tests.reference import twin, vectors

POOLS = """\
# what the proxy mines on
[pools.backup]
host = "b" # kept

[extranonce]
extranonce2_size = 2

[[pools.main]]
name = "Central-Proxy " # ours
weight = 1 # gone
target_hashrate = "5TH/s" # kept

[[pools.main]]
name = "private"
weight = 7
"""
PROFILE = """\
[[routing]]
name = "RD"

[[routing.goal]]
name = "InfiniteHashLuxorGoal"
hr_weight = 9 # ours

[[routing.goal.level]]
targets = ["a"]

[[routing.goal]]
name = "MinerDefaultGoal"
hr_weight = 10
"""


def _own(won: Iterable[str], lost: Iterable[str] = ()) -> list[OwnBid]:
    return [
        OwnBid(size=size, price_fp18=FP, won=is_won)
        for sizes, is_won in ((won, True), (lost, False))
        for size in sizes
    ]


def _apply(route: Route, own: list[OwnBid]) -> bool:
    """Apply, and take a file that is refused for one that did not change."""
    try:
        return apply_routing(route, own)
    except RoutingError:
        return False


@pytest.fixture
def ihp(tmp_path: Path) -> IhpRoute:
    """Give a proxy's folder."""
    path = tmp_path / "pools.toml"
    path.write_text(POOLS, encoding="utf-8")
    return IhpRoute(pools=path, sentinel=tmp_path / ".reload-ihp")


@twin(
    "test_a_win_becomes_the_target",
    "test_the_target_of_a_pool",
    "test_odd_pools_are_refused",
)
@pytest.mark.parametrize("case", vectors("auction", "pools_toml.json"))
def test_reference_pools(case: Mapping[str, Any], tmp_path: Path) -> None:
    """The pool list is changed as the reference changes it, to the letter."""
    asked, expected = case["input"], case["expected"]
    name = asked["APS_MINER_SUBNET_POOL_NAME"]
    route = IhpRoute(
        pools=tmp_path / "pools.toml",
        sentinel=tmp_path / ".reload-ihp",
        pool_name="central-proxy" if name is None else name,
    )
    route.pools.write_text(asked["toml"], encoding="utf-8")
    changed = _apply(route, _own(asked["won"], asked["lost"]))
    assert changed == expected["changed"]
    assert route.pools.read_text(encoding="utf-8") == expected["text"]
    assert route.sentinel.exists() == expected["sentinel"]


@twin(
    "test_won_shares_the_goals",
    "test_weights_of_the_goals",
    "test_odd_profiles_are_refused",
)
@pytest.mark.parametrize("case", vectors("auction", "braiins.json"))
def test_reference_profile(case: Mapping[str, Any], tmp_path: Path) -> None:
    """The profile is changed as the reference changes it, to the letter."""
    asked, expected = case["input"], case["expected"]
    route = BraiinsRoute(
        profile=tmp_path / "profile.toml", sentinel=tmp_path / ".reconfigure"
    )
    if asked["toml"] is not None:
        route.profile.write_text(asked["toml"], encoding="utf-8")
    changed = _apply(route, _own(asked["won"], asked["lost"]))
    assert changed == expected["changed"]
    if asked["toml"] is not None:
        assert route.profile.read_text(encoding="utf-8") == expected["text"]
    assert route.sentinel.exists() == expected["sentinel"]


def test_a_win_becomes_the_target(ihp: IhpRoute) -> None:
    """Target set, weight gone, all else kept, the reload called for, no litter."""
    assert apply_routing(ihp, _own(["0.45", "0.4501"], ["0.1"]))
    expected = POOLS.replace("weight = 1 # gone\n", "").replace("5TH/s", "900.1TH/s")
    assert ihp.pools.read_text(encoding="utf-8") == expected
    assert ihp.sentinel.exists()
    assert sorted(entry.name for entry in ihp.pools.parent.iterdir()) == [
        ".reload-ihp",
        "pools.toml",
    ]


@pytest.mark.parametrize(
    ("won", "target"),
    [
        ([], "0TH/s"),
        (["0.1", "0.2"], "300TH/s"),
        (["0.0005"], "0.5TH/s"),
        (["0.1234567"], "123.457TH/s"),
        (["0.2", "-0.5"], "0TH/s"),
    ],
)
def test_the_target_of_a_pool(tmp_path: Path, won: list[str], target: str) -> None:
    """TH/s with three places at most, on each pool of that name, however it is spelt."""
    route = IhpRoute(
        pools=tmp_path / "pools.toml", sentinel=tmp_path / "s", pool_name=" OURS "
    )
    pool = '[[pools.main]]\nname = "{}"\ntarget_hashrate = "{}"\n'
    others = pool.format("other", "7TH/s")
    before = pool.format("ours", "7TH/s") + others + pool.format(" Ours", "8TH/s")
    route.pools.write_text(before, encoding="utf-8")
    assert apply_routing(route, _own(won, ["0.4"]))
    assert route.pools.read_text(encoding="utf-8") == (
        pool.format("ours", target) + others + pool.format(" Ours", target)
    )


@pytest.mark.parametrize(
    ("won", "lost", "ours", "others"),
    [
        (["0.1"], [], 4_294_967_296, 0),
        ([], ["0.1"], 0, 4_294_967_296),
        (["0.1"], ["0.2"], 1_431_655_765, 2_863_311_531),
    ],
)
def test_weights_of_the_goals(
    tmp_path: Path, won: list[str], lost: list[str], ours: int, others: int
) -> None:
    """Parts of 2^32 that add up to it."""
    route = BraiinsRoute(profile=tmp_path / "p.toml", sentinel=tmp_path / "s")
    route.profile.write_text(PROFILE, encoding="utf-8")
    assert apply_routing(route, _own(won, lost))
    expected = PROFILE.replace("= 10", f"= {others}").replace("= 9", f"= {ours}")
    assert route.profile.read_text(encoding="utf-8") == expected


def test_won_shares_the_goals(tmp_path: Path) -> None:
    """A quarter won is a quarter of 2^32."""
    route = BraiinsRoute(profile=tmp_path / "p.toml", sentinel=tmp_path / "s")
    route.profile.write_text(PROFILE, encoding="utf-8")
    assert apply_routing(route, _own(["0.1"], ["0.3"]))
    expected = PROFILE.replace("= 10", "= 3221225472").replace("= 9", "= 1073741824")
    assert route.profile.read_text(encoding="utf-8") == expected
    assert route.sentinel.exists()
    route.sentinel.unlink()
    assert not apply_routing(route, [])
    assert not route.sentinel.exists()


def test_nothing_changed_is_nothing_written(ihp: IhpRoute) -> None:
    """Neither the file nor the sentinel is touched a second time."""
    assert apply_routing(ihp, _own(["0.1"]))
    ihp.sentinel.unlink()
    before = ihp.pools.stat()
    assert not apply_routing(ihp, _own(["0.1"], ["0.2"]))
    after = ihp.pools.stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert not ihp.sentinel.exists()


def test_mode_and_links_are_kept(ihp: IhpRoute, tmp_path: Path) -> None:
    """The file a link points at is replaced, with the mode it had."""
    real = tmp_path / "elsewhere" / "real.toml"
    real.parent.mkdir()
    ihp.pools.rename(real)
    real.chmod(0o640)
    ihp.pools.symlink_to(real)
    assert apply_routing(ihp, _own(["0.1"]))
    assert ihp.pools.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "100TH/s" in real.read_text(encoding="utf-8")


def test_windows_line_ends_are_kept(ihp: IhpRoute) -> None:
    """A file with CR LF keeps them."""
    ihp.pools.write_bytes(POOLS.replace("\n", "\r\n").encode())
    assert apply_routing(ihp, _own(["0.1"]))
    written = ihp.pools.read_bytes()
    assert b'target_hashrate = "100TH/s" # kept\r\n' in written
    assert b"# kept\r\n" in written


def test_windows_line_ends_of_what_is_added(ihp: IhpRoute) -> None:
    """A line that was not there ends as all the others do."""
    text = '[pools]\n[[pools.main]]\nname = "central-proxy"\nweight = 1\n'
    ihp.pools.write_bytes(text.replace("\n", "\r\n").encode())
    assert apply_routing(ihp, _own(["0.1"]))
    written = ihp.pools.read_bytes()
    assert b'target_hashrate = "100TH/s"\r\n' in written
    assert written.count(b"\n") == written.count(b"\r\n")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xef\xbb\xbf" + POOLS.encode(), "byte order mark"),
        (POOLS.encode() + b"# caf\xe9\n", "no valid TOML"),
    ],
)
def test_odd_bytes_are_refused(ihp: IhpRoute, raw: bytes, reason: str) -> None:
    """What the proxy could not read either is not made into something else."""
    ihp.pools.write_bytes(raw)
    with pytest.raises(RoutingError, match=reason):
        apply_routing(ihp, _own(["0.1"]))
    assert ihp.pools.read_bytes() == raw


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "cannot be read"),
        ("", r"\[pools\]"),
        ("[pools\n", "no valid TOML"),
        ("pools = 5\n", r"\[pools\]"),
        ("[pools]\nmain = 5\n", r"\[\[pools.main\]\]"),
        ('[pools]\n[[pools.main]]\nname = "other"\n', "'central-proxy'"),
    ],
)
def test_odd_pools_are_refused(ihp: IhpRoute, text: str | None, reason: str) -> None:
    """A clear message, and no write."""
    ihp.pools.unlink()
    if text is not None:
        ihp.pools.write_text(text, encoding="utf-8")
    with pytest.raises(RoutingError, match=reason):
        apply_routing(ihp, _own(["0.1"]))
    assert not ihp.sentinel.exists()
    if text is not None:
        assert ihp.pools.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", r"\[\[routing\]\]"),
        ("[routing]\n", r"\[\[routing\]\]"),
        (PROFILE.replace("MinerDefaultGoal", "Other"), "MinerDefaultGoal"),
    ],
)
def test_odd_profiles_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    """A clear message, and no write."""
    route = BraiinsRoute(profile=tmp_path / "p.toml", sentinel=tmp_path / "s")
    route.profile.write_text(text, encoding="utf-8")
    with pytest.raises(RoutingError, match=reason):
        apply_routing(route, _own(["0.1"]))
    assert route.profile.read_text(encoding="utf-8") == text
    assert not route.sentinel.exists()


def test_an_edit_between_reading_and_writing_is_kept(
    ihp: IhpRoute, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A human's edit in the wrong moment survives, with the target in it."""
    replace = file_replacing.replace_file
    edits = iter([POOLS + "# edited\n"])

    def edit_first(path: Path, new: bytes, *, old: bytes | None) -> None:
        if (edit := next(edits, None)) is not None:
            path.write_text(edit, encoding="utf-8")
        replace(path, new, old=old)

    monkeypatch.setattr(routing, "replace_file", edit_first)
    assert apply_routing(ihp, _own(["0.1"]))
    text = ihp.pools.read_text(encoding="utf-8")
    assert text.endswith("# edited\n")
    assert '"100TH/s"' in text


def test_a_file_that_never_rests_is_left(
    ihp: IhpRoute, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some attempts the file is left to whoever writes it."""
    replace = file_replacing.replace_file
    written: list[str] = []

    def edit_always(path: Path, new: bytes, *, old: bytes | None) -> None:
        written.append(f"{POOLS}# {len(written)}\n")
        path.write_text(written[-1], encoding="utf-8")
        replace(path, new, old=old)

    monkeypatch.setattr(routing, "replace_file", edit_always)
    with pytest.raises(RoutingError, match="somebody else"):
        apply_routing(ihp, _own(["0.1"]))
    assert ihp.pools.read_text(encoding="utf-8") == written[-1]
    assert not ihp.sentinel.exists()


def test_a_failing_disk_leaves_the_file(
    ihp: IhpRoute, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No part of a new file ever shows, and nothing is left lying about."""

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RoutingError, match="No space left"):
        apply_routing(ihp, _own(["0.1"]))
    assert ihp.pools.read_text(encoding="utf-8") == POOLS
    assert not ihp.sentinel.exists()
    assert [entry.name for entry in ihp.pools.parent.glob(".pools*")] == []


def test_a_sentinel_that_cannot_be_touched_stops_the_write(ihp: IhpRoute) -> None:
    """Otherwise what was written would never be read."""
    ihp.sentinel.mkdir()
    with pytest.raises(RoutingError, match="reload file"):
        apply_routing(ihp, _own(["0.1"]))
    assert ihp.pools.read_text(encoding="utf-8") == POOLS


def test_a_check_writes_nothing(ihp: IhpRoute, tmp_path: Path) -> None:
    """Whether the files can be used is found out without a trace, also of the sentinel."""
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    check_routing(ihp)
    with pytest.raises(RoutingError, match=r"pools.toml has no pool named 'other'"):
        check_routing(
            IhpRoute(pools=ihp.pools, sentinel=ihp.sentinel, pool_name="Other")
        )
    (tmp_path / "folder").mkdir()
    with pytest.raises(RoutingError, match="is a folder"):
        check_routing(IhpRoute(pools=ihp.pools, sentinel=tmp_path / "folder"))
    missing = BraiinsRoute(profile=tmp_path / "gone.toml", sentinel=ihp.sentinel)
    with pytest.raises(RoutingError, match="cannot be read"):
        check_routing(missing)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_a_check_finds_a_folder_that_may_not_be_written(
    ihp: IhpRoute, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is mounted to be read only."""
    monkeypatch.setattr("os.access", lambda path, mode: path != ihp.pools.parent)
    with pytest.raises(RoutingError, match="may not be written"):
        check_routing(ihp)


def test_no_folder_is_made_and_the_reload_file_stands_beside(
    ihp: IhpRoute, tmp_path: Path
) -> None:
    """The original makes the reload file's folder, wherever that is."""
    for sentinel in (
        tmp_path / "run" / "reload",
        Path("/reload"),
        tmp_path.parent / "s",
    ):
        route = IhpRoute(pools=ihp.pools, sentinel=sentinel)
        for act in (check_routing, lambda route: apply_routing(route, _own(["0.1"]))):
            with pytest.raises(RoutingError, match="is not in the folder of pools"):
                act(route)
    assert [each.name for each in tmp_path.iterdir()] == ["pools.toml"]
    assert ihp.pools.read_text(encoding="utf-8") == POOLS


@pytest.mark.parametrize(
    "name", ["__init__.py", "run.SH", "x.Py", "automations.yaml", "lib.so", "a.js"]
)
def test_nothing_named_like_code_is_written(
    ihp: IhpRoute, tmp_path: Path, name: str
) -> None:
    """Neither as the reload file, nor as the proxy's, nor behind a link."""
    code = tmp_path / name
    link = tmp_path / "link.toml"
    link.symlink_to(code)
    ihp.pools.rename(code)
    for route in (
        IhpRoute(pools=code, sentinel=ihp.sentinel),
        IhpRoute(pools=link, sentinel=ihp.sentinel),
        IhpRoute(pools=ihp.pools, sentinel=code),
    ):
        with pytest.raises(RoutingError, match="named like code"):
            apply_routing(route, _own(["0.1"]))
    assert code.read_text(encoding="utf-8") == POOLS
    assert not ihp.sentinel.exists()


def test_a_link_leads_no_further_than_its_folder(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Who may write into the proxy's folder must not direct our writing elsewhere."""
    folder, elsewhere = tmp_path_factory.mktemp("proxy"), tmp_path_factory.mktemp("x")
    real = elsewhere / "real.toml"
    real.write_text(POOLS, encoding="utf-8")
    pools, sentinel = folder / "pools.toml", folder / ".reload-ihp"
    pools.symlink_to(real)
    route = IhpRoute(pools=pools, sentinel=sentinel)
    for act in (check_routing, lambda route: apply_routing(route, _own(["0.1"]))):
        with pytest.raises(RoutingError, match="leads out of its folder"):
            act(route)
    pools.unlink()
    real.rename(pools)
    sentinel.symlink_to(elsewhere / "made")
    with pytest.raises(RoutingError, match="reload file"):
        apply_routing(route, _own(["0.1"]))
    assert list(elsewhere.iterdir()) == []
    assert pools.read_text(encoding="utf-8") == POOLS


def _make_fifo(path: Path) -> None:
    os.mkfifo(path)


def _make_endless(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def _link_to_zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [_make_fifo, _make_endless, _link_to_zero, Path.mkdir])
def test_only_regular_files_of_some_size_are_read(
    ihp: IhpRoute, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """A FIFO, a device, a folder and a terabyte are refused at once."""
    ihp.pools.unlink()
    make(ihp.pools)
    with pytest.raises(RoutingError):
        apply_routing(ihp, _own(["0.1"]))
    with pytest.raises(RoutingError):
        check_routing(ihp)
    assert not ihp.sentinel.exists()


def test_a_fifo_in_place_of_the_reload_file(ihp: IhpRoute) -> None:
    """It is not waited for, and nothing is written without the reload."""
    os.mkfifo(ihp.sentinel)
    with pytest.raises(RoutingError, match="reload file"):
        apply_routing(ihp, _own(["0.1"]))
    assert ihp.pools.read_text(encoding="utf-8") == POOLS
