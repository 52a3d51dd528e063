"""Texts that a transport file cannot hold as they are: found, never the end of a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cdisckit.building import Build, build
from specs.characters import foreign_characters
from submission.xpt import read_delivered, read_xpt
from tests.sdtm.conftest import STUDY, write_study

if TYPE_CHECKING:
    from pathlib import Path

import pandas as pd

DM = """
dataset: DM
records: {from: dm}
keys: [STUDYID, USUBJID]
variables:
  SUBJID: {collected: "@subject"}
  RFICDTC: {collected: consent}
  SITEID: {assigned: {constant: "01"}}
  SEX: {collected: sex}
  ARMNRS: {assigned: {constant: NOT ASSIGNED}}
  COUNTRY: {assigned: {constant: DEU}}
  AGE: {assigned: {constant: 40}}
"""
CE = """
dataset: CE
records: {from: ce}
keys: [STUDYID, USUBJID, CETERM]
variables:
  CETERM: {collected: term}
"""
FORMS = """\
      dm: {file: dm.csv, subject: subject, dates: DMY}
      ce: {file: ce.csv, subject: subject, dates: DMY}
"""


def built(tmp_path: Path, *terms: str, study: str = "") -> Build:
    folder = write_study(
        tmp_path / "study",
        {
            "study.yaml": STUDY.replace('SDTM: "2', 'ADaM: "2025-03-28", SDTM: "2').replace(
                'SDTMIG: "3.4"', 'SDTMIG: "3.4", ADaMIG: "1.3"'
            )
            + FORMS
            + study,
            "dm.csv": "subject,consent,sex\nA,2020-01-01,F\n",
            "ce.csv": "subject,term\n" + "".join(f"A,{term}\n" for term in terms),
            "sdtm/dm.yaml": DM,
            "sdtm/ce.yaml": CE,
        },
    )
    return build(folder, tmp_path / "out")


def terms_written(made: Build, encoding: str = "ascii") -> list[str]:
    assert made.folder
    file = next(made.folder.rglob("ce.xpt"))
    return read_xpt(file, encoding=encoding)[0]["CETERM"].tolist()


def told(made: Build, *rules: str) -> list[list[str]]:
    found = made.findings[made.findings["rule"].isin(rules)]
    columns = ["severity", "rule", "subject", "variable", "value", "file", "line"]
    return found[columns].fillna("").to_numpy().tolist()


def test_every_character_beyond_ascii_is_found_where_it_was_collected(tmp_path: Path) -> None:
    made = built(tmp_path, "Flare", "Sjögren", "5 µg too much")
    assert told(made, "CK-RAW-CHARACTER") == [
        ["warning", "CK-RAW-CHARACTER", "A", "term", "Sjögren", "ce.csv", "3"],
        ["warning", "CK-RAW-CHARACTER", "A", "term", "5 µg too much", "ce.csv", "4"],
    ]
    assert [row[:2] for row in told(made, "CK-CHARACTER")] == [["error", "CK-CHARACTER"]] * 2
    assert terms_written(made, "utf-8") == ["5 µg too much", "Flare", "Sjögren"]


def test_a_declared_replacement_is_read_in_the_place_of_a_character(tmp_path: Path) -> None:
    made = built(tmp_path, "Sjögren", "Grün", "Flare", study="replace: {ö: oe, ü: ue, ß: ss}\n")
    assert terms_written(made) == ["Flare", "Gruen", "Sjoegren"]
    assert told(made, "CK-CHARACTER", "CK-RAW-CHARACTER") == []
    replaced = made.findings[made.findings["rule"] == "CK-RAW-REPLACED"]
    assert replaced["message"].tolist() == [
        "2 answers are read with oe for 'ö' (U+00F6), ue for 'ü' (U+00FC), as study.yaml declares"
    ]


def test_a_declared_encoding_is_written(tmp_path: Path) -> None:
    made = built(tmp_path, "Sjögren", study="encoding: latin-1\n")
    assert told(made, "CK-CHARACTER", "CK-RAW-CHARACTER") == []
    assert terms_written(made, "latin-1") == ["Sjögren"]


def test_a_text_of_more_than_200_bytes_is_found_and_a_draft_holds_its_beginning(
    tmp_path: Path,
) -> None:
    long = "word " * 50 + "tail"
    made = built(tmp_path, long)
    assert told(made, "CK-LENGTH") == [
        ["error", "CK-LENGTH", "S1-A", "CETERM", long, "ce.csv", "2"]
    ]
    assert terms_written(made) == [("word " * 40).rstrip()]


@pytest.mark.parametrize(
    ("text", "encoding", "character"),
    [
        ("plain", "ascii", None),
        ("ö", "ascii", "ö"),
        ("ö", "iso8859-1", None),
        ("5 €", "iso8859-1", "€"),
        ("血", "gbk", None),
        ("a\0b", "utf-8", "\0"),
    ],
)
def test_what_an_encoding_lacks(text: str, encoding: str, character: str | None) -> None:
    lacking = foreign_characters(pd.Series([None, text], dtype="str"), encoding)
    assert lacking.tolist() == ([character] if character else [])
    assert lacking.index.tolist() == ([1] if character else [])


def test_a_package_with_other_characters_is_read_again(tmp_path: Path) -> None:
    made = built(tmp_path, "Sjögren")
    assert made.folder
    frame, _ = read_delivered(next(made.folder.rglob("ce.xpt")))
    assert frame["CETERM"].tolist() == ["Sjögren"]
    latin = built(tmp_path / "latin", "Sjögren", study="encoding: latin-1\n")
    assert latin.folder
    frame, _ = read_delivered(next(latin.folder.rglob("ce.xpt")))
    assert frame["CETERM"].tolist() == ["Sjögren"]
