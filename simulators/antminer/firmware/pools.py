"""The rows of `pools`: as Bitmain prints them, and as later cgminers do."""

from simulators.antminer.identity import Identity
from simulators.antminer.reading import Reading
from simulators.antminer.report import Row

from .texts import Printer, age, host, suffixed


def bitmain_pools(
    reading: Reading, identity: Identity, number: Printer, *, dead: str, stale: str
) -> tuple[Row, ...]:
    """Return the three pool slots of an Antminer, the third one empty."""
    rows: list[Row] = []
    for n in range(3):
        pool = reading.pools[n] if n < len(reading.pools) else None
        shares = pool.accepted if pool else 0
        rejected = pool.rejected if pool else 0
        difficulty = reading.share_difficulty
        shared = difficulty if shares else 0
        last = reading.last_share if pool and pool.active else 0
        rows.append(
            {
                "POOL": n,
                "URL": pool.url if pool else "",
                "Status": "Alive" if pool and pool.alive else dead,
                "Priority": n,
                "Quota": 1,
                "Long Poll": "N",
                "Getworks": reading.elapsed // 30 if shares else 0,
                "Accepted": shares,
                "Rejected": rejected,
                "Discarded": shares * 20,
                "Stale": 0,
                "Get Failures": 0,
                "Remote Failures": 0,
                "User": identity.worker if pool else "",
                "Last Share Time": age(last, reading.time),
                "Diff": suffixed(difficulty) if pool and pool.alive else "",
                "Diff1 Shares": 0,
                "Proxy Type": "",
                "Proxy": "",
                "Difficulty Accepted": number(shares * difficulty, 8),
                "Difficulty Rejected": number(rejected * difficulty, 8),
                "Difficulty Stale": number(0.0, 8),
                "Last Share Difficulty": number(shared, 8),
                "Has Stratum": bool(pool),
                "Stratum Active": bool(pool and pool.active),
                "Stratum URL": host(pool.url) if pool and pool.active else "",
                "Has GBT": False,
                "Best Share": shares * difficulty * 3,
                "Pool Rejected%": number(100 * rejected / max(shares + rejected, 1), 4),
                stale: number(0.0, 4),
            }
        )
    return tuple(rows)


def work_pools(
    reading: Reading, identity: Identity, number: Printer, extra: Row
) -> tuple[Row, ...]:
    """Return the pools as later cgminers do: with works, blocks and Unix times."""
    rows: list[Row] = []
    for n, pool in enumerate(reading.pools):
        difficulty = reading.share_difficulty if pool.alive else 0
        rows.append(
            {
                "POOL": n,
                "URL": pool.url,
                "Status": "Alive" if pool.alive else "Dead",
                "Priority": n,
                "Quota": 1,
                "Long Poll": "N",
                "Getworks": reading.elapsed // 30 if pool.accepted else 0,
                "Accepted": pool.accepted,
                "Rejected": pool.rejected,
                "Works": pool.accepted * 40,
                "Discarded": pool.accepted * 20,
                "Stale": 0,
                "Get Failures": 0,
                "Remote Failures": 0,
                "User": identity.worker,
                "Last Share Time": reading.last_share if pool.active else 0,
                "Diff1 Shares": pool.accepted * reading.share_difficulty,
                "Proxy Type": "",
                "Proxy": "",
                "Difficulty Accepted": number(
                    pool.accepted * reading.share_difficulty, 8
                ),
                "Difficulty Rejected": number(
                    pool.rejected * reading.share_difficulty, 8
                ),
                "Difficulty Stale": number(0.0, 8),
                "Last Share Difficulty": number(difficulty if pool.accepted else 0, 8),
                "Work Difficulty": number(difficulty, 8),
                "Has Stratum": True,
                "Stratum Active": pool.active,
                "Stratum URL": host(pool.url) if pool.active else "",
                "Stratum Difficulty": number(difficulty, 8),
                **extra,
                "Has GBT": False,
                "Best Share": pool.accepted * reading.share_difficulty * 3,
                "Pool Rejected%": number(
                    100 * pool.rejected / max(pool.accepted + pool.rejected, 1), 4
                ),
                "Pool Stale%": number(0.0, 4),
                "Bad Work": 0,
                "Current Block Height": 900_000 if pool.active else 0,
                "Current Block Version": 536_870_912,
            }
        )
    return tuple(rows)
