from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from specs.errors import CdisckitError
from submission.define import read_define
from tests.submission.defines import DEFINE_20, DEFINE_21

if TYPE_CHECKING:
    from pathlib import Path

    from submission.define import Document


def read(folder: Path, text: str) -> Document:
    path = folder / "define.xml"
    path.write_text(text, encoding="utf-8")
    return read_define(path)


@pytest.fixture
def new(tmp_path: Path) -> Document:
    return read(tmp_path, DEFINE_21)


@pytest.fixture
def old(tmp_path: Path) -> Document:
    return read(tmp_path, DEFINE_20)


def test_what_the_document_says_of_itself_is_read(new: Document) -> None:
    assert (new.study, new.protocol, new.version) == ("CK01", "CK-01", "2.1.10")
    assert new.description == "A study of <nothing> & all"
    assert (new.context, new.originator, new.system) == ("Submission", "A Sponsor", "By hand")
    assert [s.full_name for s in new.standards] == ["ADaMIG 1.3", "CDISC/NCI ADaM 2025-03-28"]
    assert new.comment_by_oid[new.comment].text == "All subjects are invented."


def test_a_dataset_is_read_with_its_keys_and_file(new: Document) -> None:
    (adx,) = new.groups
    assert (adx.name, adx.label, adx.class_) == (
        "ADX",
        "Examination Analysis",
        "BASIC DATA STRUCTURE",
    )
    assert adx.subclasses == ("TIME-TO-EVENT",)
    assert adx.leaf is not None
    assert (adx.leaf.oid, adx.leaf.href, adx.leaf.title) == ("LF.ADX", "adx.xpt", "adx.xpt")
    assert [(r.item, r.key, r.mandatory) for r in adx.references][:2] == [
        ("IT.ADX.USUBJID", "1", True),
        ("IT.ADX.PARAMCD", "2", True),
    ]
    assert [r.no_data for r in adx.references] == [False, False, False, True, False]


def test_value_level_has_conditions_methods_and_pages(new: Document) -> None:
    values = new.value_list[new.item["IT.ADX.AVAL"].value_list]
    pulse, pressure = values.references
    assert (pulse.method, pulse.where) == ("MT.HR", ("WC.HR",))
    (check,) = new.where_clause[pressure.where[0]].checks
    assert (check.item, check.comparator, check.values) == ("IT.ADX.PARAMCD", "IN", ("SBP", "DBP"))
    (origin,) = new.item[pressure.item].origins
    assert (origin.type, origin.source) == ("Collected", "Investigator")
    assert (origin.documents[0].leaf, origin.documents[0].pages) == ("LF.ACRF", ("6", "9"))


def test_codelists_are_decoded_or_dictionaries(new: Document) -> None:
    parameters = new.codelist["CL.PARAMCD"]
    assert parameters.code == "C1"
    assert [(t.value, t.decode, t.code, t.extended) for t in parameters.terms] == [
        ("HR", "Heart Rate", "C49677", False),
        ("SBP", "Systolic", "", True),
        ("DBP", "Diastolic", "", True),
    ]
    meddra = new.codelist["CL.MEDDRA"]
    assert (meddra.dictionary, meddra.dictionary_version, meddra.terms) == ("MedDRA", "28.0", ())


def test_methods_keep_their_lines_and_programs(new: Document) -> None:
    method = new.method["MT.ADY"]
    assert method.text == "ADT minus ADSL.TRTSDT,\nplus 1."
    assert [(e.context, e.code) for e in method.expressions] == [("SAS", "ady = adt - trtsdt + 1;")]


def test_results_metadata_are_read(new: Document) -> None:
    (display,) = new.displays
    (result,) = display.results
    assert (display.name, display.title) == ("Table 14.1", "Mean pulse")
    assert (result.reason, result.purpose) == ("SPECIFIED IN SAP", "PRIMARY OUTCOME MEASURE")
    assert result.parameter == "IT.ADX.PARAMCD"
    (used,) = result.datasets
    assert (used.group, used.where, used.variables) == ("IG.ADX", "WC.HR", ("IT.ADX.AVAL",))
    assert result.code is not None
    assert (result.code.context, result.code.code) == ("R", "mean(adx$AVAL)")


def test_version_2_0_reads_alike(old: Document) -> None:
    (dm,) = old.groups
    assert (dm.class_, dm.label) == ("SPECIAL PURPOSE", "Demographics")
    assert [s.full_name for s in old.standards] == ["SDTM-IG 3.1.2"]
    sex = old.item["IT.SEX"]
    assert (sex.label, [o.type for o in sex.origins]) == ("Sex", ["CRF"])
    assert [(t.value, t.decode) for t in old.codelist["CL.SEX"].terms] == [("F", None), ("M", None)]


def test_a_reference_that_leads_nowhere_is_no_error(old: Document) -> None:
    assert old.item.get("IT.GONE") is None


def test_the_first_of_two_with_one_identifier_counts(tmp_path: Path) -> None:
    twice = DEFINE_20.replace(
        "</MetaDataVersion>", '<CodeList OID="CL.SEX" Name="Again"/></MetaDataVersion>'
    )
    assert read(tmp_path, twice).codelist["CL.SEX"].name == "Sex"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "define.xml line 1: is not XML: "),
        ("<ODM><Study></ODM>", "define.xml line 1: is not XML: "),
        ("<ODM/>", "define.xml: is not a define.xml: there is no Study with a MetaDataVersion"),
        (
            '<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/passwd">]><ODM>&x;</ODM>',
            "define.xml: has a document type, which no define.xml needs",
        ),
        (
            '<ODM xmlns:def="http://www.cdisc.org/ns/def/v1.0"><Study><MetaDataVersion/></Study></ODM>',
            "define.xml: is Define-XML 1.0, which is not read",
        ),
    ],
)
def test_what_is_no_define_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CdisckitError) as refused:
        read(tmp_path, text)
    assert str(refused.value).startswith(message)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = (
        '<!DOCTYPE ODM [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c'
        ' "&b;&b;&b;&b;&b;&b;&b;&b;">]><ODM>&c;</ODM>'
    )
    with pytest.raises(CdisckitError, match="document type"):
        read(tmp_path, bomb)
