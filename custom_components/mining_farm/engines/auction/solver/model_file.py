"""The files that CBC reads and writes, byte for byte as PuLP makes and reads them.

PuLP sorts columns by name (x_10 before x_2) and writes 13 digits: both decide ties. It
takes a quarter of a second to import, for a file of a few lines.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, chain, repeat
from typing import Final

from ..errors import SolverError
from ..window.selection import Knapsack

_COLUMN: Final = """\
    MARK      'MARKER'                 'INTORG'
    {name}  C0000000  {cost: .12e}
    {name}  OBJ       {value: .12e}
    MARK      'MARKER'                 'INTEND'
"""


def write_model(knapsack: Knapsack, *, big_m: bool) -> str:
    """Return the model in MPS: most hashrate; with `big_m` then least cost."""
    costs = _repeat(knapsack.costs, knapsack.counts)
    values = _repeat(knapsack.values, knapsack.counts)
    if big_m:
        # Above any cost that can be paid, so that the least hashrate outweighs all
        # savings.
        margin = knapsack.capacity + 1
        values = [
            value * margin - cost for value, cost in zip(values, costs, strict=True)
        ]
    order = _columns(len(costs))
    names = [_name(place) for place in range(len(order))]
    columns = (
        _COLUMN.format(
            name=name, cost=float(costs[worker]), value=float(values[worker])
        )
        for name, worker in zip(names, order, strict=True)
    )
    bounds = (f" BV BND       {name}\n" for name in names)
    return (
        "*SENSE:Maximize\nNAME          MODEL\nROWS\n N  OBJ\n L  C0000000\nCOLUMNS\n"
        f"{''.join(columns)}RHS\n    RHS       C0000000  {knapsack.capacity: .12e}\n"
        f"BOUNDS\n{''.join(bounds)}ENDATA\n"
    )


def read_solution(text: str, knapsack: Knapsack) -> tuple[int, ...]:
    """Return how many of each lot a solution file takes; SolverError without winners.

    Its first line says how it ended: also where nodes or time ran out, there is a best
    answer so far. Each further line: number, column, value, reduced cost.
    """
    lines = iter(text.splitlines())
    match next(lines, "").split():
        case ["Optimal", *_]:
            pass
        case ["Stopped", _, _, _, "objective", *_]:
            pass
        case _:
            raise SolverError("CBC found no winners")
    order = _columns(sum(knapsack.counts))
    places = {_name(place): worker for place, worker in enumerate(order)}
    wins = [False] * len(order)
    try:
        for line in lines:
            if not line.strip():
                break
            # A line that is cut is no answer: all four parts have to be there.
            # CBC marks a value outside its bounds with "**"; PuLP reads it like any
            # other.
            _, name, value, _ = line.removeprefix("**").split()
            if (worker := places.get(name)) is not None:
                wins[worker] = float(value) >= 0.5
    except ValueError as err:
        raise SolverError(f"CBC gave no answer: {err}") from err
    ends = accumulate(knapsack.counts)
    return tuple(
        sum(wins[end - count : end])
        for end, count in zip(ends, knapsack.counts, strict=True)
    )


@cache
def _columns(workers: int) -> tuple[int, ...]:
    """Return workers in the order of PuLP's columns: by the text of their numbers."""
    return tuple(sorted(range(workers), key=lambda worker: f"x_{worker}"))


def _name(place: int) -> str:
    return f"X{place:07}"


def _repeat(numbers: Sequence[int], counts: Sequence[int]) -> list[int]:
    return list(chain.from_iterable(map(repeat, numbers, counts, strict=True)))
