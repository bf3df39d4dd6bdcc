"""Reading the original's rigs.json: all of its fields, and every mistake by name."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.mining_farm.kinds.rig.flow.rigs_file import Mistake, parse_rigs
from custom_components.mining_farm.kinds.rig.policy import POLICY_FIELDS, pool_defaults
from tests.reference import needs_reference, reference, twin

RIG: dict[str, Any] = {
    "status_api": "2miners",
    "wallet": "0xwallet",
    "coin": "rvn",
    "worker_name": "rig01",
    "kasa_device_ip": "192.168.1.30",
}
FULL: dict[str, Any] = {
    **RIG,
    "smart_strip_plug_name": "Rig 1",
    "smart_strip_plug_number": 0,
    "power_cycle_on_delay": 5,
    "time_until_offline": 15,
    "status_check_frequency": 6,
    "status_check_cooldown": 12,
    "max_consecutive_restarts": 4,
}


def mistakes(content: Any) -> list[tuple[Mistake, dict[str, str]]]:
    """Return what is found wrong, and see that no rig gets through with it."""
    rigs, problems = parse_rigs(json.dumps(content))
    assert rigs == []
    return [(problem.mistake, dict(problem.known)) for problem in problems]


def wrong(field: str, value: Any) -> list[tuple[Mistake, dict[str, str]]]:
    """Return what is wrong with a rig with one field changed."""
    return mistakes([{**FULL, field: value}])


def test_all_fields_of_the_original() -> None:
    """In its units: seconds for the delay, minutes for everything else."""
    (rig,), problems = parse_rigs(json.dumps([FULL]))
    assert problems == []
    assert rig.account.pool == "2miners"
    assert rig.account.account == "0xwallet"
    assert rig.account.coin == "rvn"
    assert (rig.worker, rig.host) == ("rig01", "192.168.1.30")
    assert (rig.plug_name, rig.plug_number) == ("Rig 1", 0)
    assert rig.policy == {
        "power_cycle_on_delay": 5,
        "time_until_offline": 15,
        "time_until_offline_local": 2,
        "time_until_elsewhere": 60,
        "status_check_frequency": 6,
        "status_check_cooldown": 12,
        "max_consecutive_restarts": 3,
        "no_draw_below": 15,
        "max_restarts_per_day": 6,
        "first_step_wait": 10,
        "restart_mining_wait": 10,
        "reboot_wait": 10,
    }


def test_the_address_of_a_plug_may_be_a_pasted_page() -> None:
    """The host of it is what is asked."""
    (rig,), problems = parse_rigs(
        json.dumps({**RIG, "kasa_device_ip": "http://192.168.1.30:9999/"})
    )
    assert problems == []
    assert rig.host == "192.168.1.30"


def test_what_is_not_given_is_the_pool_s_default() -> None:
    """As it was in the original; null counts as not given, and so does number -1."""
    empty = dict.fromkeys(FULL.keys() - RIG.keys())
    (rig,), problems = parse_rigs(
        json.dumps([{**empty, **RIG, "smart_strip_plug_number": -1}])
    )
    assert problems == []
    assert rig.policy == pool_defaults("2miners")
    assert (rig.plug_name, rig.plug_number) == (None, None)


def test_one_rig_without_a_list() -> None:
    """An object alone is a list of one."""
    (rig,), problems = parse_rigs(json.dumps(RIG))
    assert problems == []
    assert rig.label == "#1 rig01"


def test_pools_by_name_in_any_case() -> None:
    """With what its successors need: a token."""
    braiins = {**RIG, "status_api": "Braiins", "token": " token "}
    (rig,), problems = parse_rigs(json.dumps([braiins]))
    assert problems == []
    assert rig.account.pool == "braiins"
    assert rig.account.token == "token"
    assert rig.account.account == ""


def test_a_closed_pool_and_one_at_a_server_of_one_s_own() -> None:
    """Flexpool, as nearly every existing file has it: taken over, with or without."""
    flexpool = {**RIG, "status_api": "flexpool", "coin": "etc"}
    (rig,), problems = parse_rigs(json.dumps([flexpool]))
    assert problems == []
    assert rig.account.pool == "flexpool"
    assert rig.account.base_url is None
    (rig,), problems = parse_rigs(
        json.dumps([{**flexpool, "base_url": "http://stand-in.lan"}])
    )
    assert problems == []
    assert rig.account.base_url == "http://stand-in.lan"


@pytest.mark.parametrize("missing", sorted(RIG))
def test_missing_fields(missing: str) -> None:
    """Not there, null or empty: named with the rig."""
    rest = {name: value for name, value in RIG.items() if name != missing}
    label = "#1" if missing == "worker_name" else "#1 rig01"
    expected = [(Mistake.MISSING_FIELD, {"rig": label, "field": missing})]
    assert mistakes([rest]) == expected
    assert mistakes([{**RIG, missing: None}]) == expected
    assert mistakes([{**RIG, missing: " "}]) == expected


def test_a_pool_s_token_is_missing() -> None:
    """What a pool needs is asked for by the name that the file would have for it."""
    assert mistakes([{**RIG, "status_api": "f2pool"}]) == [
        (Mistake.MISSING_FIELD, {"rig": "#1 rig01", "field": "token"})
    ]


@pytest.mark.parametrize(
    "field",
    [*RIG, "token", "base_url", "smart_strip_plug_name"],
)
@pytest.mark.parametrize("value", [1, True, ["x"], {}])
def test_texts_that_are_none(field: str, value: Any) -> None:
    """Named once, and not as missing as well."""
    label = "#1" if field == "worker_name" else "#1 rig01"
    expected = [(Mistake.NOT_TEXT, {"rig": label, "field": field})]
    assert wrong(field, value) == expected


@pytest.mark.parametrize(
    "field",
    ["smart_strip_plug_number", *(field.key for field in POLICY_FIELDS)],
)
@pytest.mark.parametrize("value", ["three", True, [3], {}, float("nan"), float("inf")])
def test_numbers_that_are_none(field: str, value: Any) -> None:
    """Words are no number; nor is what only Python takes for JSON."""
    expected = [(Mistake.NOT_A_NUMBER, {"rig": "#1 rig01", "field": field})]
    rig = FULL if value != "three" else {**FULL, "smart_strip_plug_name": ""}
    assert mistakes([{**rig, field: value}]) == expected


@pytest.mark.parametrize(
    "field", ["smart_strip_plug_number", "max_consecutive_restarts"]
)
def test_numbers_that_are_not_whole(field: str) -> None:
    """A count is an integer; minutes need not be."""
    assert wrong(field, 1.5) == [
        (Mistake.NOT_WHOLE, {"rig": "#1 rig01", "field": field})
    ]
    (rig,), _ = parse_rigs(json.dumps([{**FULL, "time_until_offline": 12.5}]))
    assert rig.policy["time_until_offline"] == 12.5


@pytest.mark.parametrize("field", POLICY_FIELDS, ids=lambda field: field.key)
@pytest.mark.parametrize("beyond", [-1, 1, 10**400])
def test_numbers_out_of_range(field: Any, beyond: int) -> None:
    """The same limits as in the form."""
    value = field.least - 1 if beyond < 0 else int(field.most) + beyond
    if field.key == "time_until_offline" and beyond < 0:
        value = 0.5
    expected = {
        "rig": "#1 rig01",
        "field": field.key,
        "least": f"{field.least:g}",
        "most": f"{field.most:g}",
    }
    assert wrong(field.key, value) == [(Mistake.OUT_OF_RANGE, expected)]


def test_unknown_and_repeated_fields() -> None:
    """Nothing is dropped in silence; nested objects are not read."""
    assert wrong("server", {"a": 1}) == [
        (Mistake.UNKNOWN_FIELD, {"rig": "#1 rig01", "field": "server"})
    ]
    twice = json.dumps([RIG]).replace('"coin"', '"coin": "etc", "coin"')
    rigs, problems = parse_rigs(twice)
    assert rigs == []
    assert [(p.mistake, p.known["field"]) for p in problems] == [
        (Mistake.REPEATED_FIELD, "coin")
    ]


def test_an_unknown_pool() -> None:
    """Told with those that there are."""
    ((mistake, known),) = wrong("status_api", "poolin")
    assert mistake is Mistake.UNKNOWN_POOL
    assert known["pool"] == "poolin"
    assert "2miners" in known["known"].split(", ")


@pytest.mark.parametrize(
    "address",
    [
        "stand-in.lan",
        "ftp://stand-in.lan",
        "http://[half",
        "http://me:word@stand-in.lan",
    ],
)
def test_addresses_that_are_none(address: str) -> None:
    """The same rule as in the form; the address itself is not repeated."""
    assert wrong("base_url", address) == [
        (Mistake.INVALID_URL, {"rig": "#1 rig01", "field": "base_url"})
    ]


def test_every_mistake_of_every_rig() -> None:
    """One by one, with number and name; good rigs are returned beside them."""
    rigs, problems = parse_rigs(
        json.dumps([RIG, 3, {**RIG, "colour": "red", "wallet": 5}, {"worker_name": ""}])
    )
    assert [rig.label for rig in rigs] == ["#1 rig01"]
    assert [(p.known["rig"], p.mistake, p.known.get("field")) for p in problems] == [
        ("#2", Mistake.NOT_A_RIG, None),
        ("#3 rig01", Mistake.UNKNOWN_FIELD, "colour"),
        ("#3 rig01", Mistake.NOT_TEXT, "wallet"),
        ("#4", Mistake.MISSING_FIELD, "status_api"),
        ("#4", Mistake.MISSING_FIELD, "worker_name"),
        ("#4", Mistake.MISSING_FIELD, "kasa_device_ip"),
    ]


@pytest.mark.parametrize(
    ("text", "mistake", "known"),
    [
        ('[\n  {"a": 1,}\n]', Mistake.NOT_JSON, {"line": "2", "column": "10"}),
        ("", Mistake.NOT_JSON, {"line": "1", "column": "1"}),
        ("[]", Mistake.NO_RIGS, {}),
        ("null", Mistake.NO_RIGS, {}),
        ('"rigs.json"', Mistake.NO_RIGS, {}),
        ("[" * 100_000, Mistake.NO_RIGS, {}),
        ("9" * 5000, Mistake.NO_RIGS, {}),
    ],
    ids=["comma", "empty", "no rigs", "null", "text", "deep", "long number"],
)
def test_what_is_no_list_of_rigs(
    text: str, mistake: Mistake, known: dict[str, str]
) -> None:
    """Said once, with the place where JSON breaks off."""
    rigs, problems = parse_rigs(text)
    assert rigs == []
    assert [(p.mistake, dict(p.known)) for p in problems] == [(mistake, known)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.sampled_from([*FULL, "token", "x"]), JSON)))
def test_anything_is_read_or_named(content: list[dict[str, Any]]) -> None:
    """Never an exception; each rig is either returned or has a mistake of its own."""
    rigs, problems = parse_rigs(json.dumps(content))
    labels = {rig.label for rig in rigs}
    blamed = {problem.known.get("rig") for problem in problems}
    assert not labels & blamed
    if content:
        assert len(labels) + len(blamed) == len(content)


def test_the_example_of_the_original() -> None:
    """Read as it stands, a pool that has closed or not, with an endpoint or without."""
    example = {
        "status_api": "ethermine",
        "wallet": "0x1234567890abcdef1234567890abcdef12345678",
        "worker_name": "Example_Worker",
        "kasa_device_ip": "192.168.0.10",
        "smart_strip_plug_name": "Example_Worker_Plug",
        "smart_strip_plug_number": "Example_Worker_Plug",
        "power_cycle_on_delay": 3,
        "time_until_offline": 10,
        "status_check_frequency": 5,
        "status_check_cooldown": 10,
        "max_consecutive_restarts": 3,
        "endpoint": "https://stand-in.example",
    }
    (rig,), problems = parse_rigs("\ufeff" + json.dumps([example]))
    assert problems == []
    assert rig.account.coin == "eth"
    assert rig.account.base_url == "https://stand-in.example"
    assert (rig.plug_name, rig.plug_number) == ("Example_Worker_Plug", None)
    assert rig.policy["max_consecutive_restarts"] == 2
    assert rig.policy["time_until_offline"] == 10
    del example["endpoint"]
    (rig,), problems = parse_rigs(json.dumps([example]))
    assert problems == []
    assert (rig.account.coin, rig.account.base_url) == ("eth", None)


@needs_reference("..", "originals", "rig-restarter.txt")
@twin("test_the_example_of_the_original")
def test_the_original_s_own_example() -> None:
    """The file that its document shows is taken over, letter by letter."""
    document = reference("..", "originals", "rig-restarter.txt").read_text()
    example = document.split("```json")[1].split("```")[0]
    (rig,), problems = parse_rigs(example)
    assert problems == []
    assert (rig.account.pool, rig.account.coin) == ("flexpool", "eth")
    assert rig.plug_name == "Example_Worker_Plug"


@pytest.mark.parametrize(("there", "here"), [(1, 1), (2, 1), (3, 2), (10, 9)])
def test_restarts_in_a_row_mean_what_they_meant(there: int, here: int) -> None:
    """The original stops where ours would cut for the last time."""
    (rig,), _ = parse_rigs(json.dumps([{**RIG, "max_consecutive_restarts": there}]))
    assert rig.policy["max_consecutive_restarts"] == here


@pytest.mark.parametrize("minutes", [0, -1, -2.5])
def test_the_flag_of_the_pool_alone(minutes: float) -> None:
    """No time, or less, leaves the wait to the pool: its flag always counts."""
    usual = parse_rigs(json.dumps([RIG]))[0][0].policy["time_until_offline"]
    (rig,), problems = parse_rigs(json.dumps([{**RIG, "time_until_offline": minutes}]))
    assert problems == []
    assert rig.policy["time_until_offline"] == usual


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2), (" 0 ", 0), ("-1", None), ("", None)]
)
def test_a_plug_number_as_text(text: str, number: int | None) -> None:
    """As people write it into a file."""
    (rig,), problems = parse_rigs(
        json.dumps([{**RIG, "smart_strip_plug_number": text}])
    )
    assert problems == []
    assert rig.plug_number == number


def test_a_name_in_the_place_of_a_plug_number() -> None:
    """Without the plug's name it is a mistake."""
    rigs, problems = parse_rigs(
        json.dumps([{**RIG, "smart_strip_plug_number": "Rig 1"}])
    )
    assert rigs == []
    assert [problem.mistake for problem in problems] == [Mistake.NOT_A_NUMBER]
