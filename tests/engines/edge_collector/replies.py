"""Replies of made-up miners, in the shapes that real firmware uses."""

from typing import Any

from .fake_miner import Reply, access_denied, ok

STOCK = "cgminer 1.0.0"
CLASSIC = "bmminer 4.9.0"


def chains(
    *, rates: tuple[float, ...] = (31000.0, 31500.5, 30900.25), elapsed: int = 5000
) -> dict[str, Any]:
    """Return the device entry of `stats` with a board per rate."""
    entry: dict[str, Any] = {
        "STATS": 0,
        "ID": "BC50",
        "Elapsed": elapsed,
        "GHS 5s": round(sum(rates), 2),
        "GHS av": round(sum(rates), 2),
        "fan_num": 4,
        **{f"fan{n}": 5000 + n for n in range(1, 5)},
        "miner_count": len(rates),
    }
    for slot, rate in enumerate(rates, 1):
        entry |= {
            f"chain_acn{slot}": 76,
            f"chain_acs{slot}": "o" * 76,
            f"chain_rate{slot}": f"{rate:.2f}",
            f"chain_hw{slot}": slot,
            f"temp_pcb{slot}": "50-48-60-58",
            f"temp_chip{slot}": "65-63-75-73",
            f"freq_avg{slot}": 600,
        }
    return entry


def stats(
    entry: dict[str, Any] | None = None,
    *,
    description: str = STOCK,
    model: str = "Antminer S19 Pro",
) -> Reply:
    """Return a reply to `stats`: a header and one device entry."""
    header = {"BMMiner": "1.0.0", "Miner": "49.0.1.3", "Type": model}
    return ok("STATS", [header, entry or chains()], description)


def pools(*, accepted: int = 700, description: str = STOCK) -> Reply:
    """Return a reply to `pools` with one pool that is worked for."""
    row = {
        "POOL": 0,
        "URL": "stratum+tcp://pool.example:3333",
        "Status": "Alive",
        "Priority": 0,
        "User": "worker.1",
        "Accepted": accepted,
        "Rejected": 3,
        "Stratum Active": True,
    }
    return ok("POOLS", [row], description)


def summary(
    *, accepted: int = 700, elapsed: int = 5000, description: str = STOCK
) -> Reply:
    """Return a reply to `summary`, with a rate that is not the one in `stats`."""
    row = {
        "Elapsed": elapsed,
        "GHS 5s": "11111.00",
        "GHS av": 93000.5,
        "Accepted": accepted,
        "Rejected": 3,
        "Hardware Errors": 6,
    }
    return ok("SUMMARY", [row], description)


def version(*, description: str = STOCK, model: str = "Antminer S19 Pro") -> Reply:
    """Return a reply to `version`."""
    row = {"BMMiner": "1.0.0", "API": "3.1", "Miner": "49.0.1.3", "Type": model}
    return ok("VERSION", [row], description)


def dummy_devs(description: str = STOCK) -> Reply:
    """Return the row of zeros that stock S19 and S21 send."""
    row = {"ASC": 0, "Name": "BTM_SOC", "ID": 0, "MHS av": 0.0, "MHS 5s": 0.0}
    return ok("DEVS", [row], description)


def devs(*rates_mhs: float, description: str = CLASSIC, **more: object) -> Reply:
    """Return a reply to `devs` with a row per rate in MH/s."""
    rows = [
        {"ASC": n, "ID": n, "MHS 5s": rate, "Temperature": 61.5, **more}
        for n, rate in enumerate(rates_mhs)
    ]
    return ok("DEVS", rows, description)


def stock_replies() -> dict[str, Reply]:
    """Return what a stock S19 answers to each command."""
    return {
        "stats": stats(),
        "devs": dummy_devs(),
        "summary": summary(),
        "pools": pools(),
        "version": version(),
    }


def classic_replies() -> dict[str, Reply]:
    """Return what an S17 of the bmminer lineage answers; two commands are denied."""
    return {
        "stats": stats(description=CLASSIC, model="Antminer S17 Pro"),
        "devs": devs(93_400_000.0),
        "summary": summary(description=CLASSIC),
        "pools": pools(description=CLASSIC),
        "version": access_denied("version", CLASSIC),
    }


def braiins_replies() -> dict[str, Reply]:
    """Return what BOSminer answers: its `stats` is empty of readings."""
    description = "BOSminer bosminer-plus-am2-s17 0.8.0-feaec278"
    slots = (6, 7, 8)
    return {
        "stats": ok("STATS", [{"STATS": 0, "ID": "", "Elapsed": 900}], description),
        "devs": ok(
            "DEVS",
            [
                {"ASC": n, "ID": slot, "MHS 5s": 18_000_000.0}
                for n, slot in enumerate(slots)
            ],
            description,
        ),
        "summary": ok(
            "SUMMARY",
            [{"Elapsed": 900, "MHS 5s": 54_000_000.0, "Accepted": 12, "Rejected": 0}],
            description,
        ),
        "pools": pools(description=description),
        "version": ok("VERSION", [{"API": "3.7"}], description),
        "temps": ok(
            "TEMPS",
            [
                {"TEMP": n, "ID": slot, "Board": 61.0, "Chip": 74.5}
                for n, slot in enumerate(slots)
            ],
            description,
        ),
        "fans": ok(
            "FANS", [{"FAN": 0, "ID": 0, "RPM": 4800, "Speed": 70}], description
        ),
        "devdetails": ok(
            "DEVDETAILS",
            [
                {"DEVDETAILS": n, "ID": slot, "Chips": 48, "Model": "Antminer S17"}
                for n, slot in enumerate(slots)
            ],
            description,
        ),
    }


def whatsminer_replies() -> dict[str, Reply]:
    """Return what btminer answers: a status of plain text, and no `stats`."""

    def say(code: int, section: str, rows: list[Reply]) -> Reply:
        return {
            "STATUS": "S",
            "When": 1700000000,
            "Code": code,
            "Msg": section.title(),
            "Description": "btminer",
            section: rows,
        }

    boards = [
        {
            "ASC": slot,
            "Slot": slot,
            "MHS 5s": 29_000_000.0,
            "Temperature": 70.1,
            "Effective Chips": 105,
            "Chip Temp Max": 91.2,
        }
        for slot in range(3)
    ]
    return {
        "devs": say(9, "DEVS", boards),
        "summary": say(
            11,
            "SUMMARY",
            [
                {
                    "Elapsed": 7200,
                    "MHS 5s": 87_000_000.0,
                    "Accepted": 50,
                    "Rejected": 1,
                    "Fan Speed In": 4500,
                    "Fan Speed Out": 4400,
                    "Power": 3400,
                }
            ],
        ),
        "pools": say(
            7,
            "POOLS",
            [
                {
                    "POOL": 1,
                    "URL": "stratum+tcp://pool.example:3333",
                    "Status": "Alive",
                    "User": "w.1",
                }
            ],
        ),
        "devdetails": say(
            69,
            "DEVDETAILS",
            [{"DEVDETAILS": 0, "Name": "SM", "ID": 0, "Model": "M30S"}],
        ),
    }


def new_api_stats() -> Reply:
    """Return what stock S21 answers to `stats` with the new_api flag."""
    board = {
        "index": 0,
        "freq_avg": 500,
        "rate_ideal": 60000.0,
        "rate_real": 59000.5,
        "asic_num": 108,
        "asic": "o" * 108,
        "temp_pcb": [50, 48, 60, 58],
        "temp_chip": [65, 63, 75, 73],
        "hw": 2,
        "sn": "X",
    }
    device = {
        "elapsed": 600,
        "rate_5s": 118001.0,
        "rate_avg": 118000.0,
        "rate_ideal": 120000.0,
        "rate_unit": "GH/s",
        "chain_num": 2,
        "fan_num": 2,
        "fan": [4000, 4100],
        "hwp_total": 0.01,
        "chain": [board, board | {"index": 1}],
    }
    return {
        "STATUS": {"STATUS": "S", "when": 1700000000, "api_version": "1.0.0"},
        "INFO": {"miner_version": "uart_trans.1.3", "type": "Antminer S21"},
        "STATS": [device],
    }
