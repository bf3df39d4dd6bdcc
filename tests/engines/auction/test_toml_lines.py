"""The line of a TOML document that a message is about."""

import pytest

from custom_components.mining_farm.engines.auction.offer.toml_lines import (
    MAX_LINES,
    find_line,
)

TEXT = '''\
# a comment with [workers] in it

title = """
[workers]
price = 3
"""
[workers] # all of them
price = "1" # at most

sizes = [
  "0.1",
  '0.2', # "0.3"
]
[workers.table]
"0.4" = 1
workers = { price = 2 }
'''


@pytest.mark.parametrize(
    ("path", "item", "line"),
    [
        (["title"], None, 3),
        (["workers"], None, 7),
        (["workers", "price"], None, 8),
        (["workers", "sizes"], None, 10),
        (["workers", "sizes"], "0.2", 12),
        (["workers", "sizes"], "none", 10),
        (["workers", "table"], None, 14),
        (["workers", "table", "0.4"], None, 15),
        (["workers", "table", "workers", "price"], None, 16),
        (["workers", "none"], None, None),
        (["price"], None, None),
    ],
)
def test_where_it_stands(path: list[str], item: str | None, line: int | None) -> None:
    """Neither comments nor texts over many lines lead astray."""
    assert find_line(TEXT, path, item) == line


def test_long_documents() -> None:
    """A long list is searched; past the limit there is no line."""
    rows = "\n".join(f'  "0.{number}",' for number in range(1000, MAX_LINES))
    text = f"[workers]\nhashrates = [\n{rows}\n]\n"
    assert find_line(text, ["workers", "hashrates"], "0.1500") == 503
    assert find_line("\n" * MAX_LINES + text, ["workers"]) is None
