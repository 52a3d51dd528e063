"""A study's own Python runs for the commands that apply its rules, and for no other."""

from __future__ import annotations

import inspect
from importlib.util import MAGIC_NUMBER, cache_from_source
from marshal import dumps
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from cdisckit.spec import export_spec, import_spec
from specs.derivation import module_from, study_derivations
from specs.errors import SpecError
from specs.study_code import NotRunError, declared_derivations
from tests.hostile.tiny import hashes
from tests.sdtm.conftest import STUDY, write_study

if TYPE_CHECKING:
    from tests.hostile.conftest import Command

CANARY = "import pathlib\npathlib.Path(__file__).with_name('canary').write_text('ran')\n"

FUNCTION = '''
from specs.derivation import derivation

@derivation
def own_term(term):
    """The text of {term}; missing where it is."""
    return term
'''

SIMULATOR = "\ndef simulate(out, subjects, seed):\n    (out / 'data.csv').write_text('x')\n"

FILES = {
    "study.yaml": STUDY + "      ae: {file: ae.csv, subject: subject, dates: DMY}\n",
    "ae.csv": "subject,term\n1,Rash\n",
    "sdtm/ae.yaml": """
        dataset: AE
        records: {from: ae}
        keys: [STUDYID, USUBJID, AETERM]
        variables:
          AETERM: {collected: term}
          AEDECOD: {derived: own_term, from: AETERM}
        """,
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study whose Python leaves a file behind when it is executed."""
    folder = write_study(tmp_path / "study", FILES)
    (folder / "derivations.py").write_text(CANARY + FUNCTION, encoding="utf-8")
    (folder / "simulator.py").write_text(CANARY + SIMULATOR, encoding="utf-8")
    return folder


def run_without_code(command: Command, study: Path, tmp_path: Path) -> dict[str, int]:
    """Every command that has no need of a study's code, with its exit code."""
    book, define = tmp_path / "spec.xlsx", tmp_path / "define.xml"
    lines = {
        "profile": ["profile", study, "--out", tmp_path / "profile.html"],
        "derivations": ["derivations", "--study", study],
        "export": ["spec", "export", study, "--to", book],
        "export define": ["spec", "export", study, "--to", define],
        "import": ["spec", "import", book, "--to", study],
        "import define": ["spec", "import", define, "--to", tmp_path / "new"],
        "define": ["define", define, "--html", tmp_path / "define.html"],
        "schema": ["spec", "schema", study],
        "preview": ["preview", study, "AE", "--no-study-code"],
        "init": ["init", study / "ae.csv", tmp_path / "proposed"],
        "check-spec": ["check-spec", study, "--no-study-code"],
        "build": ["build", study, "--out", tmp_path / "out", "--no-study-code"],
        "simulate": ["simulate", study, "--out", tmp_path / "sim", "--no-study-code"],
        "analyze": ["analyze", study, "--out", tmp_path / "out", "--no-study-code"],
    }
    return {name: command(*line).code for name, line in lines.items()}


def test_nothing_but_what_applies_rules_executes_a_studys_python(
    study: Path, tmp_path: Path, command: Command
) -> None:
    codes = run_without_code(command, study, tmp_path)
    assert not (study / "canary").exists()
    refused = {name for name, code in codes.items() if code == 2}
    assert refused == {"build", "preview", "simulate", "analyze"}


@pytest.mark.parametrize(
    ("line", "code"),
    [("build --out OUT", 1), ("preview AE", 0), ("check-spec", 0), ("simulate --out OUT", 0)],
)
def test_what_applies_rules_executes_it(
    study: Path, tmp_path: Path, command: Command, line: str, code: int
) -> None:
    words = [str(tmp_path / "out") if word == "OUT" else word for word in line.split()]
    assert command(words[0], study, *words[1:]).code == code
    assert (study / "canary").exists()


def test_the_refusal_names_the_file_and_the_functions(
    study: Path, tmp_path: Path, command: Command
) -> None:
    ran = command("build", study, "--out", tmp_path / "out", "--no-study-code")
    assert (
        f"{study / 'derivations.py'}: the study needs functions of its own, own_term," in ran.told
    )
    assert "leave out --no-study-code where you trust it" in ran.told
    assert not (tmp_path / "out").exists()
    ran = command("simulate", study, "--out", tmp_path / "sim", "--no-study-code")
    assert f"{study / 'simulator.py'}: the simulator is code of the study" in ran.told
    assert not (tmp_path / "sim").exists()


def test_a_study_without_need_of_its_code_is_built_without_it(
    study: Path, tmp_path: Path, command: Command
) -> None:
    text = (study / "sdtm" / "ae.yaml").read_text(encoding="utf-8")
    plain = text.replace("{derived: own_term, from: AETERM}", "{assigned: term}")
    (study / "sdtm" / "ae.yaml").write_text(plain, encoding="utf-8")
    ran = command("build", study, "--out", tmp_path / "out", "--no-study-code")
    assert ran.code == 1  # findings: there is no DM
    assert not (study / "canary").exists()


def test_check_spec_says_what_it_did_not_check(study: Path, command: Command) -> None:
    ran = command("check-spec", study, "--no-study-code")
    assert "Not checked: what it gives: derivations.py line 7: own_term is not run" in ran.told


def test_an_import_into_a_study_knows_its_functions_and_runs_none(
    study: Path, tmp_path: Path
) -> None:
    export_spec(study, tmp_path / "spec.xlsx", "C")
    done = import_spec([tmp_path / "spec.xlsx"], study)
    assert done.remarks == ()
    assert not (study / "canary").exists()


def test_an_import_of_a_define_writes_no_python(
    study: Path, tmp_path: Path, command: Command
) -> None:
    export_spec(study, tmp_path / "define.xml", "C")
    text = (tmp_path / "define.xml").read_text(encoding="utf-8")
    evil = '""" + __import__("os").system("touch canary") + """ {x}'
    changed = text.replace("The text of AETERM", evil.replace('"', "&quot;"))
    assert changed != text
    (tmp_path / "define.xml").write_text(changed, encoding="utf-8")
    ran = command("spec", "import", tmp_path / "define.xml", "--to", tmp_path / "new")
    assert ran.code == 0
    assert not [name for name in hashes(tmp_path / "new") if name.endswith(".py")]
    assert evil in (tmp_path / "new" / "methods.yaml").read_text(encoding="utf-8").replace(
        '\\"', '"'
    )
    ran = command("check-spec", tmp_path / "new")
    assert "no function is written for todo_ae_aedecod" in ran.told


SHAPES = '''
"""Functions of all shapes."""
from __future__ import annotations
import pandas as pd
from specs import derivation as house
from specs.derivation import derivation, derivation as mark

LIMIT = 4
NAMES: list = ["A", "B"]

@derivation
def plain(one: pd.Series, /, two: pd.Series) -> pd.Series:
    """{one} and {two}.

    More about it.
    """

@mark(scope="value", categories=True)
def valued(*several: pd.Series, limit: int = LIMIT, names=NAMES, share: float = 0.5, needed: str):
    """{several} up to {limit} of {names}, {share}, {needed}."""

@house.derivation(scope="subject")
def of_subject(date, subject, *, where=()):
    """Of {date}."""

if True:
    @derivation
    def conditional(x):
        """{x}."""

def helper(x):
    """No derivation."""

class Kept:
    @staticmethod
    @derivation
    def method(x):
        """No function of the module."""
'''


def test_what_is_read_of_a_file_is_what_running_it_gives(tmp_path: Path) -> None:
    file = tmp_path / "derivations.py"
    file.write_text(SHAPES, encoding="utf-8")
    read, run = declared_derivations(file), study_derivations(file)
    assert sorted(read) == sorted(run) == ["conditional", "of_subject", "plain", "valued"]
    for name, derivation in run.items():
        other = read[name]
        assert (other.scope, other.categories) == (derivation.scope, derivation.categories)
        assert other.paragraph == derivation.paragraph
        assert [str(p) for p in other.sources] == [str(p) for p in derivation.sources]
        assert [(p.name, p.default) for p in other.constants] == [
            (p.name, p.default) for p in derivation.constants
        ]
        assert inspect.getmodule(other.function) is inspect.getmodule(derivation.function)
        sources = ["A", "B"][: len(derivation.sources)]
        said = {"needed": "C"} if name == "valued" else {}
        assert other.method_text(sources, said) == derivation.method_text(sources, said)
        with pytest.raises(NotRunError, match=rf"derivations\.py line \d+: {name} is not run"):
            other.function()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def (", "derivations.py line 1: is not Python"),
        ("x = 1\0", "derivations.py"),
        ("(" * 5000, "derivations.py"),
        ("-" * 100_000 + "1", "derivations.py"),
        ("#" * 2_000_001, "has more than 2,000,000 bytes"),
        (FUNCTION.replace("@derivation", "@derivation(scope='world')"), "is not a scope"),
    ],
)
def test_what_is_no_python_is_an_error_that_names_the_file(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "derivations.py"
    file.write_text(dedent(text), encoding="utf-8")
    with pytest.raises(SpecError, match=message):
        declared_derivations(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{x:>999999999}", "has a placeholder {x}"),
        ("{x.__class__}", "has a placeholder {x.__class__}"),
        ("{y}", "has a placeholder {y}; known names: from, x"),
        ("{x", "cannot be read"),
    ],
)
def test_a_text_has_placeholders_for_what_the_function_takes(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "derivations.py"
    file.write_text(FUNCTION.replace("{term}", text).replace("(term)", "(x)"), encoding="utf-8")
    with pytest.raises(SpecError) as error:
        declared_derivations(file)["own_term"].method_text(["AETERM"], {})
    assert message in str(error.value)


def test_nothing_runs_but_what_can_be_read(tmp_path: Path) -> None:
    """A compiled file in the place of the source is never looked at, nor written."""
    canary = tmp_path / "canary"
    hidden = compile(f"open({str(canary)!r}, 'w')", "hidden", "exec")
    folder = tmp_path / "simulator"
    folder.mkdir()
    for name, source in (("__init__", "from .part import simulate\n"), ("part", "simulate = 5\n")):
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
        compiled = Path(cache_from_source(str(folder / f"{name}.py")))
        compiled.parent.mkdir(exist_ok=True)
        compiled.write_bytes(MAGIC_NUMBER + b"\1\0\0\0" + b"\0" * 8 + dumps(hidden))
    before = hashes(tmp_path)
    assert module_from(folder / "__init__.py").simulate == 5
    assert hashes(tmp_path) == before
    (folder / "part.py").rename(folder / "part.txt")
    (folder / "part.pyc").write_bytes(MAGIC_NUMBER + b"\1\0\0\0" + b"\0" * 8 + dumps(hidden))
    with pytest.raises(SpecError, match="there is no module"):
        module_from(folder / "__init__.py")
    assert not canary.exists()
