"""How the command ends when it is stopped, wherever the signal comes."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from cdisckit.ending import SIGNALLED, Stopped, shell_endings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def before() -> Iterator[object]:
    """The handlers of signals that were there are there again."""
    handler = signal.getsignal(signal.SIGTERM)
    yield handler
    assert signal.getsignal(signal.SIGTERM) == handler


class Signalled:
    """An attribute that is named when SIGTERM comes: Python before 3.12 wraps what is raised."""

    def __set_name__(self, owner: type, name: str) -> None:
        signal.raise_signal(signal.SIGTERM)


def test_a_stop_while_a_class_is_made_ends_as_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, shell_endings():
        type("Made", (), {"attribute": Signalled()})
    assert ended.value.code == SIGNALLED + signal.SIGTERM == 143
    assert capsys.readouterr().err == "Stopped by SIGTERM\n"


def test_a_stop_that_was_wrapped_ends_as_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, shell_endings():
        raise RuntimeError("Error calling __set_name__") from Stopped(signal.SIGINT)
    assert ended.value.code == SIGNALLED + signal.SIGINT == 130
    assert capsys.readouterr().err == "Stopped by SIGINT\n"


def test_any_other_error_of_a_class_in_making_is_raised() -> None:
    class Broken:
        def __set_name__(self, owner: type, name: str) -> None:
            raise ValueError("a fault")

    with pytest.raises((RuntimeError, ValueError)) as raised, shell_endings():
        type("Made", (), {"attribute": Broken()})
    fault = raised.value
    assert "a fault" in str(fault.__cause__ or fault)


def test_a_second_signal_does_not_stop_what_the_first_began() -> None:
    def stopped_twice() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGINT)  # while left-overs are removed

    with pytest.raises(SystemExit) as ended, shell_endings():
        stopped_twice()
    assert ended.value.code == SIGNALLED + signal.SIGTERM


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    handler = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with shell_endings():
            signal.raise_signal(signal.SIGTERM)
            assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, handler)
