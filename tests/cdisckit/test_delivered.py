"""What a source of a rule is in a delivered package: a qualifier, a source record, a parameter."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from cdisckit.delivered import Delivered, NotRepeatableError
from submission.define.document import (
    CodedTerm,
    Codelist,
    Document,
    Item,
    ItemGroup,
    ItemReference,
    Leaf,
)
from submission.xpt import Column, write_xpt

if TYPE_CHECKING:
    from pathlib import Path

TABLES: dict[str, dict[str, Any]] = {
    "DM": {"USUBJID": ["S-1", "S-2"], "SUBJID": ["1", "2"]},
    "RS": {"USUBJID": ["S-1", "S-1", "S-2"], "RSSEQ": [1.0, 2.0, 1.0], "RSSTRESC": ["A", "B", "C"]},
    "SUPPRS": {"USUBJID": ["S-1"], "IDVAR": ["RSSEQ"], "IDVARVAL": ["2"], "QNAM": ["RSINFTP"],
               "QVAL": ["AFTER"]},
    "ADX": {"USUBJID": ["S-1", "S-1", "S-2"], "PARAMCD": ["GRADE", "TOTAL", "GRADE"],
            "PARAMTYP": [None, "DERIVED", None], "SRCDOM": ["RS", "RS", "RS"],
            "SRCSEQ": [2.0, 2.0, 1.0], "AVISIT": ["Week 4", "Week 4", "Week 4"],
            "ANL01FL": ["Y", "Y", None], "AVAL": [4.0, 5.0, 6.0]},
    "ADR": {"USUBJID": ["S-1", "S-2"], "AVISIT": ["Week 4", "Week 4"], "PARAMCD": ["RESP", "RESP"]},
}  # fmt: skip

PARAMETERS = {"ADX": ("GRADE", "TOTAL"), "ADR": ("RESP",)}


@pytest.fixture
def package(tmp_path: Path) -> Delivered:
    groups, items, codelists = [], [], []
    for name, columns in TABLES.items():
        frame = pd.DataFrame(columns)
        texts = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
        frame = frame.astype(dict.fromkeys(texts, "str"))
        kinds = {c: ("Char", 12) if c in texts else ("Num", 8) for c in map(str, frame)}
        layout = [Column(c, c, kind, size) for c, (kind, size) in kinds.items()]
        path = tmp_path / f"{name.lower()}.xpt"
        created = datetime(2024, 1, 1)
        write_xpt(frame, path, name=name, label=name, columns=layout, created=created)
        reference = ItemReference(f"IT.{name}.PARAMCD")
        leaf = Leaf(f"LF.{name}", path.name, path.name)
        groups.append(ItemGroup(f"IG.{name}", name, leaf=leaf, references=(reference,)))
        items.append(Item(reference.item, "PARAMCD", codelist=f"CL.{name}"))
        terms = tuple(CodedTerm(code) for code in PARAMETERS.get(name, ()))
        codelists.append(Codelist(f"CL.{name}", name, terms=terms))
    document = Document(
        "S", "", "", "", "2.1.0",
        groups=tuple(groups), items=tuple(items), codelists=tuple(codelists),
    )  # fmt: skip
    return Delivered([(tmp_path / "define.xml", document)])


def beside(package: Delivered, dataset: str, source: str) -> list[object]:
    rows = package.column(dataset, "USUBJID").index
    found = package.beside(dataset, source, rows)
    return found.astype("object").where(found.notna(), None).tolist()


def test_a_qualifier_stands_beside_the_record_that_it_is_of(package: Delivered) -> None:
    assert beside(package, "RS", "RSINFTP") == [None, "AFTER", None]


def test_a_record_is_found_by_the_number_of_its_source_unless_it_is_of_a_derived_parameter(
    package: Delivered,
) -> None:
    assert beside(package, "ADX", "RS.RSSTRESC") == ["B", None, "C"]


def test_a_parameter_of_another_dataset_is_that_chosen_for_the_visit(package: Delivered) -> None:
    assert beside(package, "ADR", "GRADE.AVAL") == [4.0, None]


def test_a_parameter_of_the_dataset_is_that_of_the_same_key(package: Delivered) -> None:
    assert beside(package, "ADX", "TOTAL.AVAL") == [5.0, 5.0, None]


def test_the_collected_subject_is_that_of_demographics(package: Delivered) -> None:
    assert beside(package, "RS", "@subject") == ["1", "1", "2"]


@pytest.mark.parametrize("source", ["RSNONE", "NONE.AVAL"])
def test_what_no_dataset_holds_is_said(package: Delivered, source: str) -> None:
    with pytest.raises(NotRepeatableError, match=f"it reads {source}, which the package does not"):
        beside(package, "RS", source)
