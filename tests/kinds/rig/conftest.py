"""What the tests of rigs share."""

from collections.abc import Iterator

import pytest

from .surroundings import (
    LOCKED_HOST,
    PLUG_HOST,
    STRIP_HOST,
    WALLET,
    Surroundings,
    locked_plug,
    plug,
    report,
    strip,
    surrounded,
    worker,
)


@pytest.fixture
def around() -> Iterator[Surroundings]:
    """A pool that knows an account of three workers; a plug, a strip, and a locked plug."""
    around = Surroundings(
        reports={
            WALLET: report(
                worker("rig01"),
                worker("rig02", minutes=200),
                worker("rig03", minutes=None),
            )
        },
        devices={PLUG_HOST: plug(), STRIP_HOST: strip(), LOCKED_HOST: locked_plug()},
        locked={LOCKED_HOST},
    )
    with surrounded(around):
        yield around
