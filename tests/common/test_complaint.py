"""What goes wrong at every look is logged once for each cause."""

import logging

import pytest

from custom_components.mining_farm.common.complaint import Complaint


def test_once_for_each_cause(caplog: pytest.LogCaptureFixture) -> None:
    """Another cause, and the same one after it went well, are logged again."""
    complaint = Complaint("The disk")
    for cause in ("full", "full", "read-only", "full"):
        complaint.tell(OSError(cause))
    complaint.settle()
    complaint.tell(OSError("full"))
    assert caplog.messages == [
        "The disk: full",
        "The disk: read-only",
        "The disk: full",
        "The disk: full",
    ]


def test_a_fault_of_ours_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """Once, however often it comes."""
    complaint = Complaint("The auctions", logging.WARNING, traceback=True)
    for _ in range(3):
        complaint.tell(KeyError("window"))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.exc_info is not None
    assert record.exc_info[0] is KeyError
