"""Bytes from the wire: what is mended, what is refused, and what STATUS says."""

import json
from typing import Any

import pytest

from custom_components.mining_farm.engines.edge_collector.drivers.bounds import (
    MAX_DEPTH,
)
from custom_components.mining_farm.engines.edge_collector.drivers.decoding import (
    ReplyStatus,
    decode_reply,
    raise_for_status,
    reply_status,
    split_joined,
)
from custom_components.mining_farm.engines.edge_collector.errors import (
    Failure,
    MinerError,
)

MEBIBYTE = 1 << 20
HEALTHY = b'{"STATUS":[{"STATUS":"S","Code":70}],"STATS":[{"Type":"Antminer S19"},{"chain_acn1":114}],"id":1}'


def decode_failure(raw: bytes) -> Failure:
    """Return in which way a reply is refused."""
    with pytest.raises(MinerError) as caught:
        decode_reply(raw, "stats")
    return caught.value.failure


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (b"", b"\0"),
        (b"", b"\0\0\0"),
        (b"", b"\n\0"),
        (b"", b'"}'),
        (b"", b'{"STATUS":"another document"}'),
        (b"", b"\0garbage behind the end"),
        (b" \r\n", b""),
        (b",", b""),
        (b"\0", b"\0"),
    ],
)
def test_first_complete_document_counts(before: bytes, after: bytes) -> None:
    """Whatever stands around the reply is ignored."""
    assert decode_reply(before + HEALTHY + after, "stats") == json.loads(HEALTHY)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('{"STATS":[{"a":1}{"b":2}]}', {"STATS": [{"a": 1}, {"b": 2}]}),
        ('{"STATS":[{"a":1} \n {"b":2}]}', {"STATS": [{"a": 1}, {"b": 2}]}),
        ('{"STATS":[{}{}{}{}]}', {"STATS": [{}, {}, {}, {}]}),
        ('{"POOLS":[,{"LCD":"0"}]}', {"POOLS": [{"LCD": "0"}]}),
        ('{"POOLS":[ ,{"LCD":"0"}]}', {"POOLS": [{"LCD": "0"}]}),
        ('{"a":1,}', {"a": 1}),
        ('{"a":[1,2 , ]}', {"a": [1, 2]}),
        ('{"a":nan,"b":-nan,"c":NaN}', {"a": None, "b": None, "c": None}),
        ('{"a":inf,"b":-inf,"c":-Infinity}', {"a": None, "b": None, "c": None}),
        (
            '{"a":null,"b":-1e-05,"c":true,"d":nan}',
            {"a": None, "b": -1e-5, "c": True, "d": None},
        ),
        (r'{"Firmware":"\'20200917.22.REL\'"}', {"Firmware": "'20200917.22.REL'"}),
        (
            r'{"User":"DOMAIN\worker","Path":"a\\b\"c\u00e9"}',
            {"User": r"DOMAIN\worker", "Path": 'a\\b"cé'},
        ),
        (r'{"User":"\u12"}', {"User": r"\u12"}),
        (
            '{"Last Share Time":"Tue\x01\n\t2018"}',
            {"Last Share Time": "Tue\x01\n\t2018"},
        ),
        ('{"Best Share":18446744073709551615}', {"Best Share": 2**64 - 1}),
    ],
)
def test_known_defects_are_mended(raw: str, expected: dict[str, Any]) -> None:
    """Each defect of real firmware alone."""
    assert decode_reply(raw.encode(), "stats") == expected


def test_strings_are_never_mended() -> None:
    """Pool names may hold anything that resembles a defect."""
    worker = 'a}{b [,c ,} ,] nan -inf " \\ NaN'
    raw = f'{{"POOLS":[{{"POOL":0}}{{"User":{json.dumps(worker)},"x":nan,}}]}}'
    assert decode_reply(raw.encode(), "pools") == {
        "POOLS": [{"POOL": 0}, {"User": worker, "x": None}]
    }


def test_bytes_that_are_no_text_are_replaced() -> None:
    """A worker name in another encoding does not cost the reply."""
    assert decode_reply(b'{"User":"caf\xe9"}', "pools") == {"User": "caf�"}


def test_repeated_keys_are_kept() -> None:
    """The last value counts, all of them stand under the key with brackets."""
    raw = b'{"STATS":[{"temp1":61,"temp1":64,"temp2":50,"temp1":59}]}'
    assert decode_reply(raw, "stats")["STATS"] == [
        {"temp1": 59, "temp2": 50, "temp1[]": [61, 64, 59]}
    ]


@pytest.mark.parametrize("defect", [b"", b"}{"])
def test_cut_replies_are_refused_wherever_they_are_cut(defect: bytes) -> None:
    """Data of half a reply is no data."""
    whole = HEALTHY.replace(b"},{", b"}{") if defect else HEALTHY
    for length in range(1, len(whole)):
        assert decode_failure(whole[:length]) is Failure.INVALID_REPLY


@pytest.mark.parametrize(
    "raw",
    [
        b"\0",
        b" \r\n\0",
        b"{",
        b'{"a" 1}',
        b"{'STATUS':'S'}",
        b'{"a":tru}',
        b"{\xff\xfe\x00\x01",
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' * 100_000,
        b'{"a":' + b"[" * 100_000,
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}",
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_broken_beyond_repair(raw: bytes) -> None:
    """One error, and never a RecursionError."""
    assert decode_failure(raw) is Failure.INVALID_REPLY


def test_many_shallow_parts_are_not_deep() -> None:
    """Only nesting is limited."""
    raw = (
        b'{"a":' * (MAX_DEPTH - 2)
        + b"[["
        + b",".join([b"{}"] * 500)
        + b"]]"
        + b"}" * (MAX_DEPTH - 2)
    )
    with pytest.raises(MinerError):
        decode_reply(raw, "stats")
    assert (
        len(decode_reply(b'{"a":[' + b",".join([b"[{}]"] * 500) + b"]}", "stats")["a"])
        == 500
    )


@pytest.mark.parametrize(
    "hostile",
    [
        b"{" + b'"' * MEBIBYTE,
        b'{"' + b'\\"' * (MEBIBYTE // 2),
        b'{"a":[' + b"{}" * (MEBIBYTE // 2) + b"]}",
        b'{"a":[' + b",}" * (MEBIBYTE // 2),
        b"{" * MEBIBYTE,
        b'{"a":' + b"-" * MEBIBYTE,
        b'{"a":[1,' + b" " * MEBIBYTE,
        b"{" + b"nan" * (MEBIBYTE // 3),
        b"STATUS=S|" + b"a" * MEBIBYTE,
        b"STATUS=S|" + b"\\|a" * (MEBIBYTE // 3),
        b"STATUS=S|" + b"a={" * (MEBIBYTE // 3),
    ],
    ids=[
        "quotes",
        "escapes",
        "gaps",
        "commas",
        "braces",
        "signs",
        "blanks",
        "nans",
        "text",
        "text-escapes",
        "text-braces",
    ],
)
def test_a_hostile_mebibyte_is_refused_in_linear_time(hostile: bytes) -> None:
    """Anything worse than linear would run into the time limit of the tests."""
    assert decode_failure(hostile) is Failure.INVALID_REPLY


@pytest.mark.parametrize(
    "raw",
    [
        b"<html><body>401 Unauthorized</body></html>",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-2.0-dropbear\r\n",
        b"\x16\x03\x01\x02",
        b"[]",
        b"[1,2]",
        b'"STATUS"',
        b"42",
        b"STATUS",
    ],
)
def test_other_protocols_are_recognised(raw: bytes) -> None:
    """They are no broken reply of a miner."""
    assert decode_failure(raw) is Failure.NOT_CGMINER


def test_not_a_byte_is_a_denial() -> None:
    """The miner accepts and closes at once when the address is not allowed."""
    assert decode_failure(b"") is Failure.DENIED


TEXT_STATS = (
    b"STATUS=S,When=1,Code=70,Msg=CGMiner stats,Description=cgminer 1.0.0|"
    b"BMMiner=1.0.0,CompileTime=Wed Aug 25 17:40:50 CST 2021,Type=Antminer S19j Pro|"
    b",STATS=0,ID=BTM_SOC0,GHS 5s=103376.08,chain_acs1= ooo oox,chain_acs4=,"
    b"chain_xtime1={X0=58,X1=59},MM=Work[In Work, Hash Board: 2 ] Led[0],odd={,last=a\\,b\\|c\\=d|\0"
)


def test_text_reply() -> None:
    """The same shape as JSON, every value as text."""
    assert decode_reply(TEXT_STATS, "stats") == {
        "STATUS": [
            {
                "STATUS": "S",
                "When": "1",
                "Code": "70",
                "Msg": "CGMiner stats",
                "Description": "cgminer 1.0.0",
            }
        ],
        "STATS": [
            {
                "BMMiner": "1.0.0",
                "CompileTime": "Wed Aug 25 17:40:50 CST 2021",
                "Type": "Antminer S19j Pro",
            },
            {
                "STATS": "0",
                "ID": "BTM_SOC0",
                "GHS 5s": "103376.08",
                "chain_acs1": " ooo oox",
                "chain_acs4": "",
                "chain_xtime1": "{X0=58,X1=59}",
                "MM": "Work[In Work, Hash Board: 2 ] Led[0]",
                "odd": "{",
                "last": "a,b|c=d",
            },
        ],
    }


def test_text_reply_with_a_section_name() -> None:
    """`summary` puts its name in front of the fields."""
    reply = decode_reply(
        b"STATUS=S,Code=11,Msg=Summary|SUMMARY,Elapsed=906695,GHS av=1.5|", "summary"
    )
    assert reply["SUMMARY"] == [{"Elapsed": "906695", "GHS av": "1.5"}]
    assert reply_status(reply).code == 11


def test_cut_text_reply_is_refused() -> None:
    """A text reply ends with its separator."""
    body = TEXT_STATS.rstrip(b"\0")
    cuts = [body[:n] for n in range(7, len(body)) if not body[:n].endswith(b"|")]
    assert {decode_failure(cut) for cut in cuts} == {Failure.INVALID_REPLY}


STATS = {"STATUS": [{"STATUS": "S"}], "STATS": [{"a": 1}], "id": 1}
DEVS = {"STATUS": [{"STATUS": "E", "Code": 45}], "id": 1}


@pytest.mark.parametrize(
    "raw",
    [
        {"stats": [STATS], "devs": [DEVS], "id": 1},
        {"stats": STATS, "devs": DEVS, "id": 1},
    ],
)
def test_split_joined(raw: dict[str, Any]) -> None:
    """Joined and array replies come apart by command."""
    assert split_joined(decode_reply(json.dumps(raw).encode(), "stats+devs")) == {
        "stats": STATS,
        "devs": DEVS,
    }


def test_split_joined_text() -> None:
    """The text form of a joined reply."""
    raw = b"CMD=stats|STATUS=S,Code=70|STATS=0,GHS 5s=1|CMD=devs|STATUS=E,Code=45|"
    parts = split_joined(decode_reply(raw, "stats+devs"))
    assert parts["stats"]["STATS"] == [{"STATS": "0", "GHS 5s": "1"}]
    assert reply_status(parts["devs"]).letter == "E"


@pytest.mark.parametrize(
    "reply",
    [
        STATS,
        {"STATUS": {"STATUS": "S", "Msg": "stats"}, "INFO": {}, "STATS": []},
        {"STATUS": "S", "When": 1, "Code": 131, "Msg": {"STATUS": "x"}},
        {},
        {"error": {"code": 1}},
        {"stats": [], "devs": [3], "x": None},
    ],
)
def test_single_replies_are_not_joined(reply: dict[str, Any]) -> None:
    """Nor is a STATUS object taken for a member."""
    assert split_joined(reply) == {}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (
            {
                "STATUS": [
                    {
                        "STATUS": "S",
                        "Code": 70,
                        "Msg": "CGMiner stats",
                        "Description": "cgminer 1.0.0",
                    }
                ]
            },
            ReplyStatus("S", 70, "CGMiner stats", "cgminer 1.0.0"),
        ),
        (
            {"STATUS": {"STATUS": "S", "Msg": "stats", "api_version": "1.0.0"}},
            ReplyStatus("S", None, "stats", ""),
        ),
        (
            {
                "STATUS": "E",
                "Code": 14,
                "Msg": "invalid cmd",
                "Description": "whatsminer v1.1",
            },
            ReplyStatus("E", 14, "invalid cmd", "whatsminer v1.1"),
        ),
        ({"STATUS": [{"STATUS": "W", "Code": "45"}]}, ReplyStatus("W", 45, "", "")),
        (
            {"STATUS": "S", "Code": True, "Msg": {"a": 1}},
            ReplyStatus("S", None, "", ""),
        ),
        ({"STATUS": []}, ReplyStatus("", None, "", "")),
        ({}, ReplyStatus("", None, "", "")),
    ],
)
def test_reply_status(reply: dict[str, Any], expected: ReplyStatus) -> None:
    """A list, an object, or a letter with its fields beside it."""
    assert reply_status(reply) == expected


@pytest.mark.parametrize(
    ("letter", "code", "message", "failure"),
    [
        ("E", 14, "Invalid command", Failure.UNKNOWN_COMMAND),
        ("E", 0, "Invalid command", Failure.UNKNOWN_COMMAND),
        ("E", 23, "Invalid JSON", Failure.COMMAND_FAILED),
        ("E", 24, "Missing JSON 'command'", Failure.COMMAND_FAILED),
        ("E", 45, "Access denied to 'devdetails' command", Failure.DENIED),
        ("F", 1, "Fatal", Failure.COMMAND_FAILED),
        ("E", None, "", Failure.COMMAND_FAILED),
        ("", 70, "CGMiner stats", Failure.NOT_CGMINER),
    ],
)
def test_refusals(
    letter: str, code: int | None, message: str, failure: Failure
) -> None:
    """Each kind of refusal calls for another action."""
    with pytest.raises(MinerError) as caught:
        raise_for_status({"STATUS": [{"STATUS": letter, "Code": code, "Msg": message}]})
    assert caught.value.failure is failure


@pytest.mark.parametrize("letter", ["S", "I", "W", " s"])
def test_other_letters_pass(letter: str) -> None:
    """A warning is still an answer, whatever its code."""
    raise_for_status({"STATUS": [{"STATUS": letter, "Code": 14}]})


def test_joined_reply_passes_whatever_its_members_say() -> None:
    """Each member has a STATUS of its own."""
    raise_for_status({"stats": [STATS], "devs": [DEVS]})


def test_json_of_another_program() -> None:
    """Without a STATUS it is no miner."""
    with pytest.raises(MinerError) as caught:
        raise_for_status(decode_reply(b'{"error":"not found"}', "stats"))
    assert caught.value.failure is Failure.NOT_CGMINER
