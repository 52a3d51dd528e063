"""The worked study built from the same data in five formats."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from cdisckit.building import build

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

MISSING = "{NASK: Not asked, UNK: Unknown, ND: Not done, NA: Not applicable}"
FORMATS = ["redcap_xml", "odm_2", "csv", "xpt"]

TABLE = (
    "{{file: raw/{form}.{kind}, subject: SUBJECT, event: EVENT, event_repeat: EVENTREP,"
    " repeat: FORMREP, dates: DMY, missing: " + MISSING.replace("{", "{{").replace("}", "}}") + "}}"
)


@pytest.fixture(scope="module")
def study(root: Path) -> Path:
    return root / "studies" / "nct03171194"


@pytest.fixture(scope="module")
def formats(study: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "nct03171194_formats", study / "simulator" / "__init__.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return importlib.import_module(f"{spec.name}.formats")


def source(formats: ModuleType, name: str, raw: Path, out: Path) -> str:
    """Writes the format into a folder, and gives the source as study.yaml declares it."""
    if name == "redcap_xml":
        formats.as_redcap_xml(raw, out / "project.xml")
        return "  - {name: edc, reader: redcap, data: raw/project.xml, dates: DMY}\n"
    if name == "odm_2":
        formats.as_odm_2(raw, out / "odm.xml")
        without = "{event: SE., form: FO., group: IG., item: IT.}"
        return (
            "  - {name: edc, reader: odm, data: raw/odm.xml, dates: DMY,"
            f" without: {without}, missing: {MISSING}}}\n"
        )
    formats.as_tables(raw, out, name)
    forms = [path.stem for path in sorted(out.glob(f"*.{name}")) if path.stem != "codes"]
    lines = [f"      {form}: {TABLE.format(form=form, kind=name)}\n" for form in forms]
    head = "  - name: edc\n    reader: table\n    codes: raw/codes.csv\n    forms:\n"
    return head + "".join(lines)


def built(folder: Path, out: Path) -> dict[str, bytes]:
    """The files of the SDTM package by name."""
    result = build(folder, out)
    assert result.folder is not None
    (sdtm,) = (result.folder / "m5" / "datasets").glob("*/tabulations/sdtm")
    return {path.name: path.read_bytes() for path in sdtm.iterdir()}


def tabulations(study: Path, folder: Path, *without: str) -> Path:
    """A copy of the study without its analysis, which would be the same."""
    left_out = shutil.ignore_patterns("adam", "analyses.yaml", "simulator", *without)
    return shutil.copytree(study, folder, ignore=left_out)


@pytest.fixture(scope="module")
def from_csv(study: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    scratch = tmp_path_factory.mktemp("csv")
    return built(tabulations(study, scratch / "study"), scratch / "out")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_builds_to_the_same_bytes_of_sdtm(
    name: str, formats: ModuleType, study: Path, from_csv: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tabulations(study, tmp_path / "study", "raw")
    (folder / "raw").mkdir()
    declared = source(formats, name, study / "raw", folder / "raw")
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    start, end = text.index("\nraw:\n") + 6, text.index("\nvisits:\n")
    (folder / "study.yaml").write_text(text[:start] + declared + text[end:], encoding="utf-8")
    other = built(folder, tmp_path / "out")
    assert sorted(other) == sorted(from_csv)
    assert [file for file in other if other[file] != from_csv[file]] == []
