# ruff: noqa: E501 - a table of cases reads best with one case per line
"""Names from outside are not paths: nothing is read or written beside the folder they belong to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from cdisckit.spec import export_spec
from specs.errors import SpecError
from specs.paths import dataset_name, file_name, inside, new_in
from specs.workbooks import Workbook, read_workbook, write_workbook
from specs.workbooks.sheets import Sheet
from tests.hostile.tiny import hashes
from tests.sdtm.conftest import STUDY, write_study
from tests.submission.defines import DEFINE_21

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.hostile.conftest import Command

REFUSED = [
    ("", "is empty"),
    ("  ", "is empty"),
    ("/etc/passwd", "is an absolute path"),
    ("\\etc", "is an absolute path"),
    ("\\\\server\\share\\x", "is an absolute path"),
    ("//server/share/x", "is an absolute path"),
    ("C:\\x", "is an absolute path"),
    ("c:x.csv", "is an absolute path"),
    ("../x", "has the part .., which leads elsewhere"),
    ("raw/../../x", "has the part .., which leads elsewhere"),
    ("raw/..", "has the part .., which leads elsewhere"),
    ("raw\\x.csv", "has the character \\"),
    ("x.csv:stream", "has the character :"),
    ("x\0.csv", "has a control character"),
    ("x\n.csv", "has a control character"),
    ("x\ud800", "has a control character"),
    ("raw./x", "has a blank at an end, or ends in a point"),
    ("x.csv ", "has a blank at an end, or ends in a point"),
    ("CON", "has the part CON, which Windows reads as a device"),
    ("raw/nul.csv", "has the part nul.csv, which Windows reads as a device"),
    ("Com1.tar.gz", "has the part Com1.tar.gz, which Windows reads as a device"),
    ("lpt¹", "has the part lpt¹, which Windows reads as a device"),
    ("x" * 256, "has a part of more than 255 bytes"),
    ("é" * 128, "has a part of more than 255 bytes"),
    ("x/" * 600, "is a path of more than 1,024 bytes"),
]


@pytest.mark.parametrize(("name", "fault"), REFUSED)
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, name: str, fault: str) -> None:
    for read in (inside, new_in):
        with pytest.raises(SpecError) as error:
            read(tmp_path, name, "study.yaml line 3")
        assert error.value.where == "study.yaml line 3"
        assert error.value.what.endswith(fault)
    with pytest.raises(SpecError):
        file_name(name)


@pytest.mark.parametrize("name", ["a.csv", "raw/Übung (2).csv", "./raw/a.csv", "raw/meddra/", "~$a.xlsx", "-x", ".hidden", "console.csv", "com10.csv"])  # fmt: skip
def test_a_plain_name_is_a_path_below_the_folder(tmp_path: Path, name: str) -> None:
    assert inside(tmp_path, name) == tmp_path / name


@pytest.mark.parametrize("name", ["~/x", "-rf", "a//b", "./a", "a*", 'a"b', "a<b", "a|b", "a?"])
def test_what_a_shell_takes_otherwise_is_read_and_not_written(tmp_path: Path, name: str) -> None:
    inside(tmp_path, name)
    with pytest.raises(SpecError):
        new_in(tmp_path, name)


def test_a_new_file_does_not_leave_its_folder_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "study" / "sdtm").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SpecError, match=r"leads out of the folder by the link .*sdtm"):
        new_in(tmp_path / "study", "sdtm/ae.yaml")
    assert inside(tmp_path / "study", "sdtm/ae.yaml").parent.exists()
    assert new_in(tmp_path / "study", "adam/adsl.yaml") == tmp_path / "study" / "adam/adsl.yaml"


@pytest.mark.parametrize("name", ["", "../AE", "A E", "1A", "AE/x", "CON", "nul", "A" * 33, "AE\n"])
def test_a_dataset_has_a_plain_name(name: str) -> None:
    with pytest.raises(SpecError):
        dataset_name(name)


FILES = {
    "study.yaml": STUDY + "      ae: {file: ae.csv, subject: subject, dates: DMY}\n",
    "ae.csv": "subject,term\n1,Rash\n",
    "sdtm/ae.yaml": """
        dataset: AE
        records: {from: ae}
        keys: [STUDYID, USUBJID, AETERM]
        variables:
          AETERM: {collected: term}
        """,
}


def with_cells(book: Workbook, sheet: str, cells: Mapping[str, str]) -> Workbook:
    """A workbook with these cells in the first row of a sheet."""

    def changed(old: Sheet) -> Sheet:
        first, *rest = [dict(row.cells) for row in old.rows]
        return Sheet.of(old.name, old.columns, [{**first, **cells}, *rest])

    return Workbook(book.file, tuple(changed(s) if s.name == sheet else s for s in book.sheets))


EVIL = "__import__('pathlib').Path('canary').write_text('ran')"


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"File": "derivations.py"}, "Files!A2: 'derivations.py' is not a file of a dataset"),
        ({"File": "derivations.py", "Dataset": EVIL}, "Files!B2: "),
        ({"File": "sdtm/derivations.py"}, "Files!A2: 'sdtm/derivations.py' is not a file of a dataset"),
        ({"File": "simulator.py"}, "Files!A2: 'simulator.py' is not a file of a dataset"),
        ({"File": "study.yaml"}, "Files!A2: 'study.yaml' is not a file of a dataset"),
        ({"File": "sdtm/a/b.yaml"}, "Files!A2: 'sdtm/a/b.yaml' is not a file of a dataset"),
        ({"File": "../evil.yaml"}, "Files!A2: '../evil.yaml' has the part .., which leads elsewhere"),
        ({"File": "sdtm/../../evil.yaml"}, "Files!A2: 'sdtm/../../evil.yaml' has the part .."),
        ({"File": "/tmp/evil.yaml"}, "Files!A2: '/tmp/evil.yaml' is an absolute path"),
        ({"File": "C:\\evil.yaml"}, "Files!A2: 'C:\\\\evil.yaml' is an absolute path"),
        ({"File": "\\\\srv\\evil.yaml"}, "is an absolute path"),
        ({"File": "sdtm/con.yaml"}, "Files!A2: 'sdtm/con.yaml' has the part con.yaml, which Windows"),
        ({"File": "sdtm/ae.yaml:x"}, "Files!A2: 'sdtm/ae.yaml:x' has the character :"),
        ({"Dataset": "../../x"}, "Files!B2: '../../x' is not a name of a dataset"),
        ({"Dataset": "NUL"}, "Files!B2: 'NUL' cannot name a file"),
        ({"Other": "[1]"}, "Files!E2: is not keys with values"),
        ({"Other": "[" * 30000}, "Files!E2: is not JSON (too deep"),
    ],
)  # fmt: skip
def test_a_workbook_names_files_of_datasets_and_no_other(
    tmp_path: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    cells: Mapping[str, str],
    message: str,
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    study = write_study(tmp_path / "study", FILES)
    export_spec(study, tmp_path / "spec.xlsx", "C")
    book = with_cells(read_workbook(tmp_path / "spec.xlsx"), "Files", cells)
    write_workbook(book, tmp_path / "spec.xlsx")
    before = hashes(tmp_path)
    ran = command("spec", "import", tmp_path / "spec.xlsx", "--to", study)
    assert ran.code == 2
    assert message in ran.told
    assert hashes(tmp_path) == before


def test_two_rows_for_one_file_are_told(tmp_path: Path, command: Command) -> None:
    study = write_study(tmp_path / "study", FILES)
    export_spec(study, tmp_path / "spec.xlsx", "C")
    book = read_workbook(tmp_path / "spec.xlsx")
    files = book.sheet("Files")
    assert files is not None
    row = dict(files.rows[0].cells)
    rows = [row, {**row, "File": "sdtm/AE.yaml"}]
    sheets = [Sheet.of("Files", files.columns, rows) if s is files else s for s in book.sheets]
    write_workbook(Workbook("spec.xlsx", tuple(sheets)), tmp_path / "spec.xlsx")
    ran = command("spec", "import", tmp_path / "spec.xlsx", "--to", study)
    assert ran.code == 2
    assert "Files!A3: sdtm/AE.yaml is named twice, here and as sdtm/ae.yaml" in ran.told


@pytest.mark.parametrize("name", ["../../x", "/tmp/x", "CON", "derivations.py", "AE/../../x"])
def test_a_workbook_of_others_names_datasets_and_no_paths(
    tmp_path: Path, command: Command, name: str
) -> None:
    study = write_study(tmp_path / "other", FILES)
    export_spec(study, tmp_path / "spec.xlsx", "C")
    book = read_workbook(tmp_path / "spec.xlsx")
    own = ("Files", "Records", "Tests", "Rules", "Terms")
    plain = Workbook(book.file, tuple(s for s in book.sheets if s.name not in own))
    write_workbook(with_cells(plain, "Datasets", {"Dataset": name}), tmp_path / "spec.xlsx")
    before = hashes(tmp_path)
    ran = command("spec", "import", tmp_path / "spec.xlsx", "--to", tmp_path / "new")
    assert ran.code == 2
    assert re.search(r"Datasets!A2: .* (is not a name of a dataset|cannot name a file)", ran.told)
    assert hashes(tmp_path) == before


def test_an_import_writes_no_file_that_differs_in_capital_letters_alone(
    tmp_path: Path, command: Command
) -> None:
    study = write_study(tmp_path / "study", FILES)
    (study / "sdtm" / "ae.yaml").rename(study / "sdtm" / "AE.yaml")
    export_spec(study, tmp_path / "spec.xlsx", "C")
    book = read_workbook(tmp_path / "spec.xlsx")
    own = ("Files", "Records", "Tests", "Rules", "Terms")
    plain = Workbook(book.file, tuple(s for s in book.sheets if s.name not in own))
    write_workbook(plain, tmp_path / "spec.xlsx")
    before = hashes(tmp_path)
    ran = command("spec", "import", tmp_path / "spec.xlsx", "--to", study)
    assert ran.code == 2
    assert (
        "spec.xlsx: sdtm/ae.yaml differs from AE.yaml of the study in capital letters" in ran.told
    )
    assert hashes(tmp_path) == before


def test_an_import_does_not_write_through_a_link(tmp_path: Path, command: Command) -> None:
    study = write_study(tmp_path / "study", FILES)
    export_spec(study, tmp_path / "spec.xlsx", "C")
    book = read_workbook(tmp_path / "spec.xlsx")
    write_workbook(with_cells(book, "Datasets", {"Label": "Another"}), tmp_path / "spec.xlsx")
    (tmp_path / "elsewhere").mkdir()
    (study / "sdtm" / "ae.yaml").rename(tmp_path / "elsewhere" / "ae.yaml")
    (study / "sdtm").rmdir()
    (study / "sdtm").symlink_to(tmp_path / "elsewhere")
    before = hashes(tmp_path)
    ran = command("spec", "import", tmp_path / "spec.xlsx", "--to", study)
    assert ran.code == 2
    assert "'sdtm/ae.yaml' leads out of the folder by the link" in ran.told
    assert hashes(tmp_path) == before


@pytest.mark.parametrize("name", ["../../X", "CON", "/x", "A/B"])
def test_a_define_names_datasets_and_no_paths(tmp_path: Path, command: Command, name: str) -> None:
    path = tmp_path / "define.xml"
    path.write_text(DEFINE_21.replace('Name="ADX"', f'Name="{name}"'), encoding="utf-8")
    before = hashes(tmp_path)
    ran = command("spec", "import", path, "--to", tmp_path / "study")
    assert ran.code == 2
    assert "name of a dataset" in ran.told or "cannot name a file" in ran.told
    assert hashes(tmp_path) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("study.yaml", "file: ae.csv", "file: ../secret.csv"),
        ("study.yaml", "file: ae.csv", "file: /etc/passwd"),
        ("study.yaml", "data_cut:", "tables: {t: ../secret.csv}\ndata_cut:"),
        (
            "study.yaml",
            "data_cut:",
            "dictionaries: {MedDRA: {version: '28.0', files: ../x}}\ndata_cut:",
        ),
    ],
)
def test_a_study_reads_nothing_beside_its_folder(
    tmp_path: Path, command: Command, file: str, old: str, new: str
) -> None:
    (tmp_path / "secret.csv").write_text("subject,term\n1,secret\n", encoding="utf-8")
    coded = FILES["sdtm/ae.yaml"].rstrip() + "\n          AEDECOD: {assigned: term}\n"
    study = write_study(tmp_path / "study", {**FILES, "sdtm/ae.yaml": coded})
    text = (study / file).read_text(encoding="utf-8")
    assert old in text
    (study / file).write_text(text.replace(old, new), encoding="utf-8")
    before = hashes(tmp_path)
    ran = command("build", study, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "study.yaml" in ran.told
    assert "has the part .." in ran.told or "is an absolute path" in ran.told
    assert "secret," not in ran.told
    assert hashes(tmp_path) == before


def test_raw_data_elsewhere_are_named_by_a_link_or_an_option(
    tmp_path: Path, command: Command
) -> None:
    study = write_study(tmp_path / "study", FILES)
    (tmp_path / "elsewhere").mkdir()
    (study / "ae.csv").rename(tmp_path / "elsewhere" / "ae.csv")
    assert command("build", study, "--out", tmp_path / "a").code == 2
    linked = FILES["study.yaml"].replace("file: ae.csv", "file: raw/ae.csv")
    (study / "study.yaml").write_text(linked, encoding="utf-8")
    (study / "raw").symlink_to(tmp_path / "elsewhere")
    assert command("profile", study, "--out", tmp_path / "p.html").code == 0
    (study / "raw").unlink()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "raw").symlink_to(tmp_path / "elsewhere")
    assert command("check-spec", study, "--raw", tmp_path / "other").code in (0, 1)


@pytest.mark.parametrize("study_id", ["../x", "a/b", "CON", "..", "x y"])
@pytest.mark.parametrize("kind", ["build", "analyze"])
def test_a_study_id_that_is_a_path_names_no_package(
    tmp_path: Path, command: Command, study_id: str, kind: str
) -> None:
    analyses = "analyses: [{id: A1, title: A, dataset: AE, variable: AETERM}]\n"
    study = write_study(
        tmp_path / "study",
        {**FILES, "analyses.yaml": analyses,
         "study.yaml": re.sub("study: .*", f'study: "{study_id}"', FILES["study.yaml"], count=1)},
    )  # fmt: skip
    before = hashes(tmp_path)
    ran = command(kind, study, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "study.yaml" in ran.told
    assert "cannot name a f" in ran.told
    assert hashes(tmp_path) == before


@pytest.mark.parametrize("name", ["AE/../../x", "../x", "NUL"])
def test_a_dataset_of_yaml_has_a_plain_name(tmp_path: Path, command: Command, name: str) -> None:
    text = FILES["sdtm/ae.yaml"].replace("dataset: AE", f"dataset: {name}\n        domain: AE")
    study = write_study(tmp_path / "study", {**FILES, "sdtm/ae.yaml": text})
    ran = command("build", study, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "ae.yaml line" in ran.told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["NUL", "index", "ARS"])
def test_a_display_does_not_take_the_name_of_a_device_or_of_another_file(
    tmp_path: Path, command: Command, name: str
) -> None:
    analyses = f"analyses: []\ndisplays: [{{id: {name}, kind: table, title: T, shows: counts}}]\n"
    study = write_study(tmp_path / "study", {**FILES, "analyses.yaml": analyses})
    ran = command("check-spec", study)
    assert ran.code == 1
    assert "cannot name a file" in ran.told or "two files of the results" in ran.told


def test_verify_reads_no_dataset_beside_the_package(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "define.xml"
    text = re.sub(r'xlink:href="[^"]*\.xpt"', 'xlink:href="../../secret.xpt"', DEFINE_21)
    assert text != DEFINE_21
    path.write_text(text, encoding="utf-8")
    ran = command("verify", path)
    assert ran.code == 2
    assert "'../../secret.xpt' has the part .., which leads elsewhere" in ran.told
