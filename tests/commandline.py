"""The command line as a person runs it: its exit code, and what it says."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from cdisckit.main import main
from specs.errors import CdisckitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def cdisckit(*arguments: object) -> Run:
    """Run the command in this process, from its very top."""
    out, err = io.StringIO(), io.StringIO()
    code: Any = 0
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        patch.setattr(sys, "argv", ["cdisckit", *map(str, arguments)])
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    run = Run(code or 0, out.getvalue(), err.getvalue())
    assert_no_traceback(run.said)
    return run


def assert_no_traceback(*outputs: str | bytes | None) -> None:
    for output in outputs:
        text = output.decode(errors="replace") if isinstance(output, bytes) else output
        assert TRACEBACK not in (text or ""), f"the command ended in a traceback:\n{text}"


def watched_run(run: Callable[..., Any]) -> Callable[..., Any]:
    """`subprocess.run`, which fails where a run of the command shows a traceback."""

    def watched(command: Any, *rest: Any, **options: Any) -> Any:
        done = run(command, *rest, **options)
        if "cdisckit" in str(command):
            assert_no_traceback(done.stdout, done.stderr)
        return done

    return watched


def watched_invoke(invoke: Callable[..., Any]) -> Callable[..., Any]:
    """`CliRunner.invoke`, which fails where the command raises what its top would not expect."""

    def watched(*given: Any, **options: Any) -> Any:
        result = invoke(*given, **options)
        assert_no_traceback(result.output)
        expected: Iterable[type] = (CdisckitError, OSError, SystemExit)
        if result.exception and not isinstance(result.exception, tuple(expected)):
            raise AssertionError("the command raised what nobody expected") from result.exception
        return result

    return watched
