"""The tables of the guides and of the terminology, against those that were read independently."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from specs.standards import StandardVariable, standard
from specs.terminology import load_terminology
from tests import beside

if TYPE_CHECKING:
    from pathlib import Path

GUIDES = beside.reference("standards")
TERMS = beside.reference("ct")
SDTM = standard("SDTMIG", "3.4")
ADAM = standard("ADaMIG", "1.3")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_sdtmig_row_is_carried() -> None:
    rows = table(GUIDES / "sdtmig_3-4_variables.csv")
    expected = [
        StandardVariable(
            dataset=row["dataset"],
            order=int(row["order"]),
            variable=row["variable"],
            label=row["label"],
            type="Num" if row["type"] == "Num" else "Char",
            role=row["role"],
            core=row["core"],
            codelists=tuple(code for code in row["codelist"].split("; ") if code),
            format=row["described_value_domain"],
            values=tuple(value for value in row["value_list"].split("; ") if value),
        )
        for row in rows
    ]
    assert len(expected) == 1917
    assert [v for dataset in SDTM.datasets for v in SDTM.variables(dataset)] == expected


def test_every_sdtmig_dataset_is_carried() -> None:
    rows = table(GUIDES / "sdtmig_3-4_datasets.csv")
    assert {row["dataset"]: (row["label"], row["structure"]) for row in rows} == {
        name: (dataset.label, dataset.structure) for name, dataset in SDTM.datasets.items()
    }


def test_every_class_is_a_term_of_define_xml() -> None:
    rows = table(TERMS / "define-xmlct-2025-09-26.csv")
    terms = {row["submission_value"] for row in rows if row["codelist_code"] == "C103329"}
    assert {d.class_ for guide in (SDTM, ADAM) for d in guide.datasets.values()} <= terms


def test_every_adamig_row_is_carried() -> None:
    structures = {"Subject-Level Analysis Dataset": "ADSL", "Basic Data Structure": "BDS"}
    rows = table(GUIDES / "adamig_1-3_variables.csv")
    expected = {
        (
            structures[row["data_structure"]],
            row["variable"],
            row["label"],
            row["type"],
            row["core"],
            tuple(code for code in row["codelist"].split("; ") if code),
            tuple(value for value in row["value_list"].split("; ") if value),
        )
        for row in rows
    }
    carried = {
        (v.dataset, v.variable, v.label, v.type, v.core, v.codelists, v.values)
        for structure in ("ADSL", "BDS")
        for v in ADAM.variables(structure)
    }
    assert len(rows) == 336
    assert carried == expected


@pytest.mark.parametrize(
    ("package", "reference"),
    [("sdtm", "sdtmct-2025-03-28.csv"), ("adam", "adamct-2025-03-28.csv")],
)
def test_shipped_lists_are_whole_and_equal_the_package(package: str, reference: str) -> None:
    expected: dict[str, list[tuple[str, ...]]] = {}
    with (TERMS / reference).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            expected.setdefault(row["codelist_code"], []).append(tuple(row.values()))
    only = {"sdtm": None, "adam": None} | {package: "2025-03-28"}
    terminology = load_terminology(**only)
    held = terminology.packages[0].rows
    assert len(held) == {"sdtm": 144, "adam": 23}[package]
    for code in held:
        codelist = terminology.codelist(code)
        extensible = "Yes" if codelist.extensible else "No"
        assert [
            (
                codelist.code,
                codelist.title,
                codelist.name,
                extensible,
                term.code,
                term.value,
                term.preferred,
                "; ".join(term.synonyms),
            )
            for term in codelist.terms
        ] == expected[code]
