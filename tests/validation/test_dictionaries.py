"""Coded terms against dictionaries. Every term and code of these dictionaries is invented."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cdisckit.building import open_study
from sdtm.build import build_sdtm
from sdtm.readers import read_raw
from specs.errors import TerminologyError
from specs.model import Dictionary
from specs.terminology.meddra import read_meddra
from specs.terminology.whodrug import read_whodrug
from tests.sdtm.conftest import STUDY, write_study
from validation.dictionaries import dictionary_findings

if TYPE_CHECKING:
    from pathlib import Path

# ruff: noqa: E501 - the lines of a dictionary are as long as they are
# PT, HLT, HLGT, SOC and then their names; Quandle flux is on two paths
MDHIER = """\
101$201$301$401$Quandle flux$Quandle fluxes NEC$Quandle disorders$Flux system disorders$Flux$$401$Y$
101$202$302$402$Quandle flux$Glimmer signs$Glimmer disorders$Glimmer tract disorders$Glim$$401$N$
102$202$302$402$Glimmer aggravated$Glimmer signs$Glimmer disorders$Glimmer tract disorders$Glim$$402$Y$
"""
LLT = """\
901$Flux of quandle$101$$$$$$$Y$$
101$Quandle flux$101$$$$$$$Y$$
902$Glimmer worse$102$$$$$$$N$$
102$Glimmer aggravated$102$$$$$$$Y$$
"""


@pytest.fixture
def meddra(tmp_path: Path) -> Path:
    folder = tmp_path / "MedDRA-0.9"
    folder.mkdir()
    (folder / "MDHIER.ASC").write_text(MDHIER, encoding="utf-8")
    (folder / "llt.asc").write_text(LLT, encoding="utf-8")
    return tmp_path


def drug(record: str, seq1: str, seq2: str, name: str) -> str:
    return (
        f"{record}{seq1}{seq2}"
        + "0"
        + "T"
        + "20"
        + "0001"
        + "ZZZ"
        + "00001"
        + "01"
        + " "
        + "201"
        + name
    )


@pytest.fixture
def whodrug(tmp_path: Path) -> Path:
    folder = tmp_path / "WHODD-ZZ"
    folder.mkdir()
    names = [
        drug("000001", "01", "001", "GLIMMEROL"),
        drug("000001", "01", "002", "GLIMMEX"),
        drug("000002", "01", "001", "QUANDLINE"),
    ]
    (folder / "DD.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    (folder / "DDA.txt").write_text(
        "000001010010Z01AA01201Y\n000002010010Y02B   201Y\n", encoding="utf-8"
    )
    (folder / "INA.txt").write_text(
        "Z      1ZETA\nZ01AA  4ZETA AGENTS\nZ01AA015GLIMMEROL\nY02B   3YPSILON AGENTS\n",
        encoding="utf-8",
    )
    return tmp_path


def found(make: Any, dictionary: Dictionary, folder: Path | None, **texts: str) -> list[list[str]]:
    tables = {name: make.read_table(name, text) for name, text in texts.items()}
    study = replace(make.study_of(tables), dictionaries=(dictionary,))
    made = dictionary_findings(study, tables, shared=folder)
    columns = ["severity", "rule", "subject", "seq", "variable", "value", "message"]
    return made[columns].fillna("").to_numpy().tolist()  # type: ignore[no-any-return]  # of text


CODED = ("AELLT", "AELLTCD", "AEDECOD", "AEPTCD", "AEHLT", "AEHLGT", "AESOC", "AESOCCD", "AEBODSYS")
INVENTED = Dictionary("MedDRA", "0.9", CODED)
HEAD = f"USUBJID|AESEQ|{'|'.join(CODED)}\n"
RIGHT = (
    "S-1|1|Flux of quandle|901|Quandle flux|101|Quandle fluxes NEC|Quandle disorders"
    "|Flux system disorders|401|Glimmer tract disorders\n"
)


def test_terms_of_the_dictionary_pass_and_the_body_system_may_be_another(
    make: Any, meddra: Path
) -> None:
    assert found(make, INVENTED, meddra, AE=HEAD + RIGHT) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Flux of quandle|901",
            "Flux of kuandle|",
            ["error", "CK-MEDDRA-TERM", "AELLT", "Flux of kuandle",
             "Flux of kuandle is not a term that MedDRA 0.9 has for AELLT; nearest are Flux of quandle"],
        ),
        (
            "|Quandle flux|101",
            "|QUANDLE FLUX|101",
            ["warning", "CK-MEDDRA-CASE", "AEDECOD", "QUANDLE FLUX", "MedDRA 0.9 writes Quandle flux"],
        ),
        (
            "|101|",
            "|102|",
            ["error", "CK-MEDDRA-CODE", "AEPTCD", "102",
             "102 is the code of Glimmer aggravated, not of the AEDECOD beside it"],
        ),
        (
            "|401|",
            "|499|",
            ["error", "CK-MEDDRA-CODE", "AESOCCD", "499", "499 is not a code of its level in MedDRA 0.9"],
        ),
        (
            "Flux of quandle|901",
            "Glimmer aggravated|102",
            ["error", "CK-MEDDRA-PATH", "AELLT", "Glimmer aggravated",
             "Glimmer aggravated is a term of Glimmer aggravated, not of the AEDECOD beside it"],
        ),
        (
            "|Flux system disorders|401",
            "|Glimmer tract disorders|402",
            ["error", "CK-MEDDRA-PATH", "AESOC", "Glimmer tract disorders",
             "Glimmer tract disorders is on another path of Quandle flux; on its primary path is"
             " Flux system disorders"],
        ),
    ],
)  # fmt: skip
def test_what_the_dictionary_says_otherwise_is_found(
    make: Any, meddra: Path, old: str, new: str, expected: list[str]
) -> None:
    rows = found(make, INVENTED, meddra, AE=HEAD + RIGHT.replace(old, new))
    severity, rule, *rest = expected
    assert [severity, rule, "S-1", "1", *rest] in rows


def test_a_term_that_is_no_longer_current_is_found(make: Any, meddra: Path) -> None:
    text = "USUBJID|AESEQ|AELLT|AEDECOD\nS-1|1|Glimmer worse|Glimmer aggravated\n"
    assert [row[1] for row in found(make, INVENTED, meddra, AE=text)] == ["CK-MEDDRA-CURRENT"]


def test_without_files_nothing_is_checked_and_that_is_said(make: Any, tmp_path: Path) -> None:
    text = "USUBJID|AESEQ|AEDECOD\nS-1|1|Anything\n"
    assert found(make, INVENTED, tmp_path, AE=text) == [
        ["notice", "CK-DICTIONARY", "", "", "", "MedDRA 0.9",
         "the files of the dictionary are not given, so these are not checked: AE.AEDECOD"]
    ]  # fmt: skip


def test_another_version_than_the_study_says_is_found(make: Any, meddra: Path) -> None:
    release = meddra / "MedDRA-0.9" / "meddra_release.asc"
    release.write_text("1.0$English$$$$\n", encoding="utf-8")
    text = "USUBJID|AESEQ|AEDECOD\nS-1|1|Quandle flux\n"
    ((_, rule, *_, message),) = found(make, INVENTED, meddra, AE=text)
    assert (rule, message) == (
        "CK-DICTIONARY-VERSION",
        "the files are of MedDRA 1.0, the study says 0.9; give the files of that version, or name"
        " this one",
    )


def test_a_finding_names_form_field_file_and_line(meddra: Path, tmp_path: Path) -> None:
    files = {
        "study.yaml": STUDY
        + "      ae: {file: ae.csv, subject: subject, dates: DMY}\n"
        + "dictionaries: {MedDRA: {version: '0.9', files: MedDRA-0.9}}\n",
        "ae.csv": "subject,term,coded\n1,Flux,Quandle flux\n1,Flucks,Quandle flucks\n",
        "sdtm/ae.yaml": """
            dataset: AE
            records: {from: ae, bind: {decoded: coded}}
            keys: [STUDYID, USUBJID, AETERM]
            variables:
              AETERM: {collected: term}
              AEDECOD: {assigned: decoded}
            """,
    }
    study = open_study(write_study(tmp_path, files))
    raw = read_raw(study, tmp_path)
    (row,) = dictionary_findings(study, build_sdtm(study, raw).tables, raw).to_dict("records")
    assert (row["form"], row["file"], row["line"], row["variable"], row["value"]) == (
        "ae", "ae.csv", "3", "AEDECOD", "Quandle flucks",
    )  # fmt: skip
    assert row["message"] == (
        "Quandle flucks is not a term that MedDRA 0.9 has for AEDECOD; nearest are Quandle flux"
        " (field coded)"
    )


def test_medication_is_checked_with_its_classes(make: Any, whodrug: Path) -> None:
    drugs = Dictionary("WHODD", "ZZ", ("CMDECOD", "CMCLAS", "CMCLASCD"))
    text = """USUBJID|CMSEQ|CMDECOD|CMCLAS|CMCLASCD
    S-1|1|GLIMMEROL|ZETA AGENTS|Z01AA
    S-1|2|GLIMMEX|ZETA AGENTS|Z01AA
    S-1|3|QUANDLIN||
    S-1|4|QUANDLINE|ZETA AGENTS|Z01AA
    S-1|5|QUANDLINE|ZETA AGENTS|Y02B
    S-1|6|||Z99
    """
    assert [row[1:] for row in found(make, drugs, whodrug, CM=text)] == [
        ["CK-WHODRUG-TERM", "S-1", "3", "CMDECOD", "QUANDLIN",
         "QUANDLIN is not a term that WHODrug ZZ has for CMDECOD; nearest are QUANDLINE"],
        ["CK-WHODRUG-PREFERRED", "S-1", "2", "CMDECOD", "GLIMMEX",
         "GLIMMEX is a name of GLIMMEROL, which is the preferred one"],
        ["CK-WHODRUG-ATC", "S-1", "5", "CMCLAS", "ZETA AGENTS", "the class Y02B is YPSILON AGENTS"],
        ["CK-WHODRUG-ATC", "S-1", "6", "CMCLASCD", "Z99", "Z99 is not an ATC class in WHODrug ZZ"],
        ["CK-WHODRUG-ATC", "S-1", "4", "CMCLASCD", "Z01AA",
         "Z01AA is not a class of QUANDLINE; its classes are Y02B"],
    ]  # fmt: skip


def test_the_c3_format_with_commas_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "MP.csv").write_text(
        '"7","","000001","01","001","","","Y","Glimmerol, oral"\n', encoding="utf-8"
    )
    (tmp_path / "ThG.csv").write_text('"1","Z01AA01","20200101","Y","7"\n', encoding="utf-8")
    (tmp_path / "ATC.csv").write_text('"Z01AA01","5","Glimmerol"\n', encoding="utf-8")
    drugs = read_whodrug(tmp_path)
    assert drugs.names.to_numpy().tolist() == [["Glimmerol, oral", "000001", True]]
    assert drugs.classes.to_numpy().tolist() == [["000001", "Z01AA01"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("101$201\n", "mdhier.asc line 1: has 2 columns, 12 are needed"),
        (MDHIER.replace("$Y$", "$?$"), "has no flag Y or N of the primary path in its column 12"),
    ],
)
def test_files_that_are_no_meddra_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "mdhier.asc").write_text(text, encoding="utf-8")
    (tmp_path / "llt.asc").write_text(LLT, encoding="utf-8")
    with pytest.raises(TerminologyError, match=r"mdhier\.asc") as error:
        read_meddra(tmp_path)
    assert message in str(error.value)


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TerminologyError, match=r"has no mdhier\.asc; it is empty"):
        read_meddra(tmp_path)
    with pytest.raises(TerminologyError, match="has neither DD"):
        read_whodrug(tmp_path)


def test_text_that_is_not_utf_8_is_windows_1252(tmp_path: Path) -> None:
    hierarchy = MDHIER.replace("Quandle flux$", "Quandlé flux$")
    (tmp_path / "mdhier.asc").write_bytes(hierarchy.encode("cp1252"))
    (tmp_path / "llt.asc").write_text(LLT, encoding="utf-8")
    assert read_meddra(tmp_path).names["PT"]["101"] == "Quandlé flux"
