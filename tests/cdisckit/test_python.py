"""What `import cdisckit` has, how it shows, and the page that describes it."""

from __future__ import annotations

import doctest
import importlib.metadata
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import cdisckit
from cdisckit.house import PACKAGES, check_house
from tests.sdtm.conftest import DM, EX, write_study

if TYPE_CHECKING:
    from pathlib import Path

RAW = {
    "dm.csv": "subject,sex\n1,F\n2,M\n",
    "ex.csv": "subject,drug,dose,start\n1,A,5,01-02-2020\n2,A,7,02-02-2020\n",
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "study", {"sdtm/dm.yaml": DM, "sdtm/ex.yaml": EX, **RAW})


def python(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_name_that_is_offered_is_there() -> None:
    for name in cdisckit.__all__:
        assert getattr(cdisckit, name) is not None
        assert name in dir(cdisckit)
    with pytest.raises(AttributeError, match="'cdisckit' has no attribute 'biuld'"):
        _ = cdisckit.biuld  # type: ignore[attr-defined]


def test_the_version_is_that_of_the_installed_package() -> None:
    assert cdisckit.__version__ == importlib.metadata.version("cdisckit")


def test_the_import_loads_nothing_large(tmp_path: Path) -> None:
    code = (
        "import sys, cdisckit\n"
        "print({'pandas', 'numpy', 'pyarrow', 'typer', 'lxml', 'pydantic'} & set(sys.modules))"
    )
    assert python(code, tmp_path).stdout == "set()\n"


def test_every_package_is_typed(root: Path) -> None:
    assert [name for name in PACKAGES if not (root / name / "py.typed").exists()] == []


def test_a_study_is_built_from_its_folder_or_from_its_specification(
    study: Path, tmp_path: Path
) -> None:
    specified = cdisckit.load_study(study)
    by_folder = cdisckit.build(str(study), tmp_path / "one")
    by_study = cdisckit.build(specified, str(tmp_path / "other"))
    pd.testing.assert_frame_equal(by_folder.tables["EX"].frame, by_study.tables["EX"].frame)
    assert by_study.tables["EX"].frame["EXDOSE"].tolist() == [5, 7]
    assert isinstance(by_study, cdisckit.Build)
    assert isinstance(by_study.tables["EX"], cdisckit.Table)


def test_a_final_build_that_is_refused_has_no_folder(study: Path, tmp_path: Path) -> None:
    (study / "ex.csv").write_text("subject,drug,dose,start\n1,A,five,01-02-2020\n")
    built = cdisckit.build(study, tmp_path / "out", final=True)
    assert built.folder is None
    assert len(built.unexplained)
    assert "refused, see" in repr(built)


def test_a_misspelt_verb_is_a_problem_of_check_spec(study: Path) -> None:
    before = cdisckit.check_spec(cdisckit.load_study(study)).problems
    file = study / "sdtm" / "ex.yaml"
    file.write_text(EX.replace("collected", "colected", 1))
    (problem,) = set(cdisckit.check_spec(study).problems) - set(before)
    assert "colected" in problem


def test_raw_data_are_read_of_a_study_of_an_export_and_of_another_folder(
    study: Path, tmp_path: Path
) -> None:
    forms = cdisckit.read_raw(cdisckit.load_study(study)).forms
    assert forms["ex"].frame["dose"].tolist() == ["5", "7"]
    other = tmp_path / "other"
    other.mkdir()
    for name, text in RAW.items():
        (other / name).write_text(text.replace(",7,", ",9,"))
    forms = cdisckit.read_raw(cdisckit.load_study(study), other).forms
    assert forms["ex"].frame["dose"].tolist() == ["5", "9"]
    assert cdisckit.read_raw(other).forms["ex"].frame["dose"].tolist() == ["5", "9"]


def test_a_schema_is_asked_for_by_name_or_dataset(study: Path) -> None:
    specified = cdisckit.load_study(study)
    by_name = cdisckit.schema("EX", specified)
    by_dataset = cdisckit.schema(specified.dataset("EX"), specified)
    assert list(by_name.columns) == list(by_dataset.columns)
    with pytest.raises(cdisckit.CdisckitError, match="the study has no dataset EY"):
        cdisckit.schema("EY", specified)


def test_nouns_show_as_one_line_and_as_a_table(study: Path, tmp_path: Path) -> None:
    specified = cdisckit.load_study(study)
    built = cdisckit.build(study, tmp_path / "out")
    raw = cdisckit.read_raw(specified)
    shown = [specified, specified.dataset("EX"), raw, built, built.tables["EX"]]
    for noun in shown:
        assert len(repr(noun)) < 200
        assert "<table" in noun._repr_html_()  # type: ignore[attr-defined]
    assert repr(built.tables["EX"]).startswith("<Table EX: 2 rows, ")
    assert repr(raw.forms["ex"]) == "<Form ex: 4 fields, 2 records>"
    assert repr(raw).startswith("<RawData: 2 forms, 4 records, ")


def test_a_name_that_is_not_there_brings_the_one_that_is(study: Path, tmp_path: Path) -> None:
    specified = cdisckit.load_study(study)
    for ask, message in (
        (lambda: specified.dataset("ex"), "the study has no dataset ex; did you mean EX?"),
        (lambda: cdisckit.read_raw(study).form("dmm"), "no form dmm; did you mean dm?"),
        (lambda: cdisckit.build(study, tmp_path).table("dm"), "no dm was built; did you mean DM?"),
        (lambda: cdisckit.read_define(tmp_path), "cannot be read (Is a directory)"),
        (lambda: cdisckit.read_xpt(tmp_path), "is a folder, not a file"),
    ):
        with pytest.raises(cdisckit.CdisckitError) as error:
            ask()
        assert message in str(error.value)
    with pytest.raises(TypeError, match="schema takes a dataset, then its study"):
        cdisckit.schema(specified, "DM")  # type: ignore[arg-type]  # the wrong way round


def test_a_variable_and_its_rule_show_as_one_line(study: Path) -> None:
    variable = cdisckit.load_study(study).dataset("DM").variable("SEX")
    assert repr(variable) == "<Variable SEX: Sex, Char, collected>"
    assert repr(variable.rules[0]) == "<Rule collected sex>"
    assert repr(cdisckit.check_spec(study)) == "<SpecCheck: 1 problem>"


def test_what_is_shown_in_a_notebook_is_text_and_no_markup(study: Path, tmp_path: Path) -> None:
    (study / "ex.csv").write_text("subject,drug,dose,start\n1,<b>A</b>,5,01-02-2020\n")
    built = cdisckit.build(study, tmp_path / "out")
    assert "<b>A</b>" in built.tables["EX"].frame["EXTRT"].tolist()
    assert "&lt;b&gt;A" in built.tables["EX"]._repr_html_()
    assert "<b>A" not in built.tables["EX"]._repr_html_()


def test_a_package_from_elsewhere_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "strangerspecs").mkdir()
    (tmp_path / "strangerspecs" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match="strangerspecs is not that of cdisckit"):
        check_house(("strangerspecs",))


@pytest.mark.parametrize("name", ["specs.py", "sdtm/__init__.py"])
def test_a_folder_of_the_same_name_is_told_and_not_imported(
    name: str, root: Path, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("raise RuntimeError('a stranger was run')")
    shadowed = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(root)))}
    code = "import cdisckit\ntry: cdisckit.build\nexcept ImportError as error: print(error)"
    session = python(code, tmp_path, **shadowed)
    assert "is not that of cdisckit but the one in" in session.stdout
    command = python("from cdisckit.start import main\nmain()", tmp_path, **shadowed)
    assert command.returncode == 2
    assert command.stderr.startswith(f"Error: the package {name[:5].strip('/')}")
    assert "stranger was run" not in session.stdout + session.stderr + command.stderr


def test_our_own_packages_come_from_one_place() -> None:
    check_house()


def test_the_page_on_python_runs(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "studies").symlink_to(root / "studies")
    monkeypatch.chdir(tmp_path)
    page = (root / "docs" / "python.md").read_text(encoding="utf-8")
    examples = re.sub("^```.*$", "", page, flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(examples, {}, "python.md", "python.md", 0)
    told: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    assert outcome.attempted > 20
    assert outcome.failed == 0, "".join(told)
