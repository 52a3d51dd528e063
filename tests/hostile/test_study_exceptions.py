"""Whatever a study's own code does, the user learns file, line and function, and the end is 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commandline import cdisckit
from tests.sdtm.conftest import EX

if TYPE_CHECKING:
    from tests.hostile.conftest import Study

HEAD = "import pandas as pd\nfrom specs.derivation import Outcome, derivation\n\n"


def function(body: str, head: str = "", scope: str = "record") -> str:
    return (
        f"{HEAD}{head}@derivation(scope='{scope}')\ndef own(text):\n    " + '"""Own {text}."""\n'
        f"    {body}\n"
    )


def rules(variable: str) -> dict[str, str]:
    """The study's EX, in which a variable is derived by the study's function `own`."""
    lines = [line for line in EX.strip().splitlines() if f"  {variable}:" not in line]
    return {"sdtm/ex.yaml": "\n".join([*lines, f"  {variable}: {{derived: own, from: dose}}", ""])}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return 1 / 0", "own raises ZeroDivisionError: division by zero (derivations.py line 7"),
        ("raise KeyError('x')", "own raises KeyError: 'x' (derivations.py line 7, in own)"),
        ("import sys; sys.exit(0)", "own raises SystemExit: 0 (derivations.py line 7, in own)"),
        ("raise SystemExit", "own raises SystemExit (derivations.py line 7, in own)"),
        ("raise BaseException('odd')", "own raises BaseException: odd (derivations.py line 7"),
        ("return own(text)", "own raises RecursionError: maximum recursion depth exceeded"),
        ("return None", "own (derivations.py line 4) gives nothing (None); let it give a Series"),
        ("return [1, 2]", "own (derivations.py line 4) gives a list"),
        ("return text.to_frame()", "own (derivations.py line 4) gives a DataFrame"),
        ("return text[:1]", "own (derivations.py line 4) gives 1 values for 2 records"),
        ("return text.notna()", "own (derivations.py line 4) gives true and false"),
        ("return text.set_axis([8, 9])", "gives values on another index than that of its sources"),
    ],
)
@pytest.mark.parametrize("scope", ["record", "value"])
def test_what_a_function_of_the_study_does_wrong_is_one_error(
    study: Study, body: str, message: str, scope: str
) -> None:
    folder = study({**rules("EXDOSE"), "derivations.py": function(body, scope=scope)})
    run = cdisckit("build", folder, "--out", folder.parent / "out")
    assert run.code == 2
    assert "ex.yaml line 8: own" in run.err
    assert message in run.err


def test_the_record_that_fails_is_named_by_subject_form_file_and_line(study: Study) -> None:
    folder = study({**rules("EXDOSE"), "derivations.py": function("return text.map(float)")})
    run = cdisckit("build", folder, "--out", folder.parent / "out")
    assert (run.code, run.err.strip()) == (
        2,
        "Error ex.yaml line 8: own raises ValueError: could not convert string to float: 'five'"
        " (derivations.py line 7, in own), also for subject 2 (ex, ex.csv line 3) alone;"
        " mend the code of the study",
    )


@pytest.mark.parametrize("dtype", ["int64", "int32", "Int64", "object", "category"])
@pytest.mark.parametrize("scope", ["record", "value"])
def test_whole_numbers_of_any_kind_fill_a_numeric_variable(
    study: Study, dtype: str, scope: str
) -> None:
    body = f"return text.str.len().astype('{dtype}')"
    folder = study({**rules("EXDOSE"), "derivations.py": function(body, scope=scope)})
    assert cdisckit("build", folder, "--out", folder.parent / "out").code in (0, 1)
    shown = cdisckit("show", folder.parent / "out/s1/m5/datasets/s1/tabulations/sdtm/ex.xpt")
    assert "4" in shown.out


def test_whole_numbers_fill_a_text_as_they_are_written(study: Study) -> None:
    body = "return text.str.len()"
    folder = study({**rules("EXTRT"), "derivations.py": function(body, scope="value")})
    assert cdisckit("build", folder, "--out", folder.parent / "out").code in (0, 1)
    xpt = folder.parent / "out/s1/m5/datasets/s1/tabulations/sdtm/ex.xpt"
    assert cdisckit("convert", xpt, folder / "ex.out.csv").code == 0
    assert ',"4",' in (folder / "ex.out.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["build", "check-spec"])
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0\n", "derivations.py: cannot be run: it raises ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(0)\n", "it raises SystemExit: 0 (derivations.py line 2)"),
        ("raise KeyError('x')\n", "it raises KeyError: 'x' (derivations.py line 1)"),
        ("def f(:\n", "derivations.py line 1: is not Python"),
        ("import no_such_thing\n", "derivations.py line 1: cannot be imported"),
        (b"\xff\xfe\n", "derivations.py"),
        (b"x = '\x00'\n", "derivations.py"),
        ("def f():\n    return f()\nf()\n", "it raises RecursionError"),
    ],
)
def test_a_file_of_code_that_cannot_be_run_is_one_error(
    study: Study, code: str | bytes, message: str, command: str
) -> None:
    folder = study({**rules("EXDOSE"), "derivations.py": code})
    run = cdisckit(command, folder)
    assert message in run.said
    assert run.code == (2 if command == "build" else 1)


def test_what_a_study_prints_does_not_stand_in_the_output(study: Study) -> None:
    code = "print('hello')\n" + function("return text")
    folder = study({**rules("EXTRT"), "derivations.py": code})
    run = cdisckit("check-spec", folder)
    assert "hello" not in run.out
    assert "hello\n" in run.err


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1\n", "has no function simulate; give it one: simulate(folder, subjects, seed)"),
        (
            "def simulate(a, b, c):\n    raise ValueError('no')\n",
            "simulator.py line 2, in simulate",
        ),
        ("def simulate():\n    pass\n", "simulator.py: simulate raises TypeError"),
        ("raise SystemExit(0)\n", "simulator.py: cannot be run: it raises SystemExit: 0"),
    ],
)
def test_a_simulator_that_fails_is_one_error(study: Study, code: str, message: str) -> None:
    folder = study({"simulator.py": code})
    run = cdisckit("simulate", folder, "--out", folder.parent / "raw")
    assert run.code == 2
    assert message in run.err
