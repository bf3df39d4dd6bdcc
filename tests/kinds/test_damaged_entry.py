"""An entry whose data or options are damaged: refused with words, or mended; never acting."""

from importlib import import_module
import json
from pathlib import Path
import string
from typing import Any

from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.mining_farm import kinds
from custom_components.mining_farm.common import mending
from custom_components.mining_farm.common.mending import async_mend_entry
from custom_components.mining_farm.common.stored_shape import unusable, usable
from custom_components.mining_farm.const import DOMAIN, Kind
from custom_components.mining_farm.kinds import KindModule
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util.file import WriteError

from .damaged import DAMAGES, WHOLE, damaged_entries

LEFT_TO_ENGINES = {"data.learned", "data.kasa_connection_parameters"}
"""What is in there, the engines check where they use it."""
ACTS = ("armed", "controls")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(string.ascii_lowercase, max_size=3), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@pytest.fixture(autouse=True)
def folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Let Home Assistant's files be the test's own; return its storage."""
    hass.config.config_dir = str(tmp_path)
    return tmp_path / ".storage"


def kind_module(kind: Kind) -> Any:
    """Return the package of a kind."""
    apart = kinds.Module.SETUP in kinds.OFFERS[kind]
    place = f"{kind}.{kinds.Module.SETUP}" if apart else kind
    return import_module(f"{kinds.__name__}.{place}")


async def creates(hass: HomeAssistant, kind: KindModule, entry: Any) -> None:
    """Create what polls an entry, and let go of it."""
    kind.async_create_coordinator(hass, entry)
    # As core does where a setup fails.
    await entry._async_process_on_unload(hass)  # noqa: SLF001


def read(file: Path) -> Any:
    """Return what is in a file, which has to be its owner's alone."""
    assert file.stat().st_mode & 0o777 == 0o600
    return json.loads(file.read_text())


def files(folder: Path) -> list[Path]:
    """Return what was kept of entries."""
    return list(folder.glob("mining_farm.entry.*"))


@pytest.mark.parametrize("kind", WHOLE)
async def test_whole_entries_are_left_alone(hass: HomeAssistant, kind: Kind) -> None:
    """Nothing of them is dropped, and nothing is said."""
    data, options = WHOLE[kind]
    entry = MockConfigEntry(
        domain=DOMAIN, data={"kind": str(kind), **data}, options=options
    )
    entry.add_to_hass(hass)
    module = kind_module(kind)
    await async_mend_entry(hass, entry, module.STORED_SHAPE)
    assert (dict(entry.data), dict(entry.options)) == (
        {"kind": str(kind), **data},
        options,
    )
    assert not ir.async_get(hass).issues
    await creates(hass, module, entry)


@pytest.mark.parametrize("kind", Kind)
def test_every_stored_key_is_damaged_here(kind: Kind) -> None:
    """A key that is added to a shape has to be in the whole entry of these tests."""
    shape = kind_module(kind).STORED_SHAPE
    data, options = WHOLE[kind]
    assert {*shape.needed(data), *shape.data} == {*data}
    assert {*shape.options(options)} - {"workers_file"} == {*options}
    const = vars(import_module(f"{kinds.__name__}.{kind}.const"))
    keys = {const[name] for name in const if name.startswith("CONF_")}
    # The other source of workers, the other kind of outlet, and the pool of a set.
    assert keys <= {*data, *options, "workers_file", "switch_entity_id", "pool"}


@pytest.mark.parametrize("kind", WHOLE)
async def test_a_damaged_entry_is_refused_or_mended(
    hass: HomeAssistant, folder: Path, kind: Kind
) -> None:
    """Every damage to every part: it is never set up with it, and never acts after it."""
    module = kind_module(kind)
    outcomes: dict[str, set[str]] = {}
    for key, entry in damaged_entries(kind):
        entry.add_to_hass(hass)
        before = {"data": dict(entry.data), "options": dict(entry.options)}
        issues = ir.async_get(hass).issues
        if unusable(module.STORED_SHAPE.needed(entry.data), entry.data):
            with pytest.raises(ConfigEntryError):
                await async_mend_entry(hass, entry, module.STORED_SHAPE)
            assert {"data": dict(entry.data), "options": dict(entry.options)} == before
            assert (DOMAIN, f"entry_unusable_{entry.entry_id}") in issues
            outcomes.setdefault(key, set()).add("refused")
            continue
        await async_mend_entry(hass, entry, module.STORED_SHAPE)
        await creates(hass, module, entry)
        issue = issues.get((DOMAIN, f"entry_mended_{entry.entry_id}"))
        outcomes.setdefault(key, set()).add("mended" if issue else "whole")
        if issue is not None:
            assert issue.translation_placeholders is not None
            kept = read(folder.parent / issue.translation_placeholders["file"])
            assert kept["data"].keys() == before["data"].keys()
            assert kept["options"].keys() == before["options"].keys()
            assert not any(entry.options.get(act) for act in ACTS)
            # Once mended it stays so, and the issue until it was read.
            mended = {"data": dict(entry.data), "options": dict(entry.options)}
            await async_mend_entry(hass, entry, module.STORED_SHAPE)
            assert {"data": dict(entry.data), "options": dict(entry.options)} == mended
            assert issues[DOMAIN, issue.issue_id] is issue
            assert issue.is_persistent
    unseen = {key for key, seen in outcomes.items() if seen == {"whole"}}
    assert {key.rpartition(".")[0] for key in unseen} <= LEFT_TO_ENGINES


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.usefixtures("folder")
def test_any_json_in_any_place(kind: Kind) -> None:
    """Whatever stands there is taken, dropped or refused, and once is enough."""
    shape = kind_module(kind).STORED_SHAPE
    data, options = WHOLE[kind]

    @given(key=st.sampled_from(sorted({*data, *options})), value=JSON)
    def check(key: str, value: Any) -> None:
        spoiled = {**data, key: value} if key in data else data
        chosen = {**options, key: value} if key in options else options
        unusable(shape.needed(spoiled), spoiled)
        fields = shape.options(chosen)
        once = usable(fields, chosen)
        assert usable(shape.options(once), once) == once
        assert usable(shape.data, usable(shape.data, spoiled)) == usable(
            shape.data, spoiled
        )

    check()


@pytest.mark.parametrize("value", [*DAMAGES[1:], "farm of tomorrow"])
async def test_an_entry_of_an_unknown_kind_is_refused_with_words(
    hass: HomeAssistant, value: object
) -> None:
    """Nothing of it is changed; it can be removed, which withdraws the issue."""
    entry = MockConfigEntry(domain=DOMAIN, title="Odd", data={"kind": value})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "entry_unusable"
    issue = (DOMAIN, f"entry_unusable_{entry.entry_id}")
    assert issue in ir.async_get(hass).issues
    options = await hass.config_entries.options.async_init(entry.entry_id)
    assert options["reason"] == "entry_unusable"
    result = await entry.start_reconfigure_flow(hass)
    assert result["reason"] == "entry_unusable"
    await hass.config_entries.async_remove(entry.entry_id)
    assert issue not in ir.async_get(hass).issues


async def test_a_full_disk_mends_nothing(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the entry as it was is kept, nothing of it is dropped; it is tried again."""

    def full(*_: object, **__: object) -> None:
        raise WriteError("No space left on device")

    data, options = WHOLE[Kind.CONTAINER]
    entry = MockConfigEntry(
        domain=DOMAIN,
        data={"kind": "container", **data},
        options={**options, "pressure_unit": "of tomorrow"},
    )
    entry.add_to_hass(hass)
    monkeypatch.setattr(mending, "save_json", full)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "entry_not_kept"
    assert entry.options["pressure_unit"] == "of tomorrow"


async def test_what_was_kept_goes_with_the_entry(
    hass: HomeAssistant, folder: Path
) -> None:
    """It may hold tokens."""
    data, options = WHOLE[Kind.MINER]
    entry = MockConfigEntry(
        domain=DOMAIN,
        data={"kind": "miner", **data},
        options={**options, "controls": "yes"},
    )
    entry.add_to_hass(hass)
    await async_mend_entry(hass, entry, kind_module(Kind.MINER).STORED_SHAPE)
    assert len(files(folder)) == 1
    await hass.config_entries.async_remove(entry.entry_id)
    assert not files(folder)
    assert not ir.async_get(hass).issues
