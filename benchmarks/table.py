"""Tables that read well in a terminal and in Markdown."""

from collections.abc import Iterable, Sequence


def table(
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    notes: Iterable[str] = (),
) -> str:
    """Return an aligned table: the first column to the left, figures to the right."""
    lines = [tuple(header), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    head, *body = (_line(line, widths) for line in lines)
    rule = ["-" * widths[0], *(f"{'-' * (width - 1)}:" for width in widths[1:])]
    notes = [f"- {note}" for note in notes]
    return "\n".join(
        [f"### {title}", "", head, _line(rule, widths), *body, "", *notes]
    ).rstrip()


def figure(value: float | None, digits: int = 2) -> str:
    """Return a number for a cell; a dash for one that could not be measured."""
    return "-" if value is None else f"{value:,.{digits}f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if number == 0 else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"| {' | '.join((first, *others))} |"
