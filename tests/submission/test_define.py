"""define.xml of a small study made by hand: events with qualifiers, findings, an empty dataset, a
custom domain, and a dataset of analysis parameters."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from lxml import etree

from specs.derivation import Derivation
from specs.model import (
    Block,
    Dataset,
    Dictionary,
    Document,
    Origin,
    Parameter,
    Rule,
    Study,
    StudyCodelist,
    Variable,
)
from specs.tables import Table, no_trace
from specs.terminology import Codelist, Term, load_terminology
from specs.where import Where
from submission.attributes import measured
from submission.define import write_define
from validation.define.schema import installed_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

CREATED = datetime(2024, 2, 29, 13, 5, 9)
NOTICE = "All subjects are simulated."
NS = {
    "o": "http://www.cdisc.org/ns/odm/v1.3",
    "def": "http://www.cdisc.org/ns/def/v2.1",
    "xlink": "http://www.w3.org/1999/xlink",
}
DEF = "{http://www.cdisc.org/ns/def/v2.1}"


def study_day(day: pd.Series, reference: pd.Series) -> pd.Series:
    """Days from {reference} to {day}, counted from 1.

    Not submission text.
    """
    return day


def responder(change: pd.Series, *, points: int) -> pd.Series:
    """Y when {change} is at most -{points}, else N."""
    return change


STUDY_DAY = Derivation("study_day", study_day, "record")
RESPONDER = Derivation("responder", responder, "record")

COLLECTED = Rule(Origin.COLLECTED, ("field",), origin_source="Investigator")
ASSIGNED = Rule(Origin.ASSIGNED, ("field",))
PROTOCOL = Rule(Origin.PROTOCOL, constant="CK01")


def where(variable: str, comparator: str, value: str) -> Where:
    return Where.model_validate({variable: {comparator: value}})


def char(name: str, label: str, *rules: Rule, **rest: Any) -> Variable:
    return Variable(name, label, "Char", rules=rules, **rest)


def num(name: str, label: str, *rules: Rule, **rest: Any) -> Variable:
    return Variable(name, label, "Num", rules=rules, **rest)


def derived(derivation: Derivation, *sources: str, **rest: Any) -> Rule:
    return Rule(Origin.DERIVED, sources, derivation=derivation, **rest)


STUDYID = char("STUDYID", "Study Identifier", PROTOCOL, role="Identifier", core="Req")
DOMAIN = char("DOMAIN", "Domain Abbreviation", ASSIGNED, role="Identifier", core="Req")
USUBJID = char("USUBJID", "Unique Subject Identifier", ASSIGNED, role="Identifier", core="Req")

QUALIFIERS = (
    char("AETRTPRV", "Treatment Given Before", COLLECTED, codelist="NY"),
    char("AENOTE", "Note", COLLECTED),
)

AE = Dataset(
    name="AE",
    domain="AE",
    label="Adverse Events",
    class_="EVENTS",
    structure="One record per adverse event per subject",
    purpose="Tabulation",
    standard="SDTMIG",
    keys=("STUDYID", "USUBJID", "AETERM", "AESTDTC"),
    blocks=(Block("adverse_events"),),
    variables=(
        STUDYID,
        DOMAIN,
        USUBJID,
        char("AETERM", "Reported Term for the Adverse Event", COLLECTED, core="Req"),
        char("AEDECOD", "Dictionary-Derived Term", ASSIGNED, core="Req", value_domain="MedDRA"),
        char("AESER", "Serious Event", COLLECTED, codelist="NY", comment="As reported."),
        char(
            "AESTDTC",
            "Start Date/Time of Adverse Event",
            COLLECTED,
            value_domain="ISO 8601 datetime or interval",
        ),
        char(
            "AEENDTC",
            "End Date/Time of Adverse Event",
            COLLECTED,
            value_domain="ISO 8601 datetime or interval",
        ),
        num("AESTDY", "Study Day of Start of Adverse Event", derived(STUDY_DAY, "AESTDTC", "DM.X")),
    ),
    supplemental=QUALIFIERS,
)

SUPPAE = replace(
    AE,
    name="SUPPAE",
    label="Supplemental Qualifiers for AE",
    class_="RELATIONSHIP",
    structure="One record per qualifier",
    keys=("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM"),
    blocks=(),
    variables=(
        STUDYID,
        char("RDOMAIN", "Related Domain Abbreviation", ASSIGNED, core="Req"),
        USUBJID,
        char("IDVAR", "Identifying Variable", ASSIGNED),
        char("IDVARVAL", "Identifying Variable Value", ASSIGNED),
        char("QNAM", "Qualifier Variable Name", ASSIGNED, core="Req"),
        char("QVAL", "Data Value", core="Req"),
    ),
    parent="AE",
)

LB = Dataset(
    name="LB",
    domain="LB",
    label="Laboratory Test Results",
    class_="FINDINGS",
    structure="One record per test per visit per subject",
    purpose="Tabulation",
    standard="SDTMIG",
    keys=("STUDYID", "USUBJID", "LBTESTCD"),
    blocks=(
        Block("labs", assign={"LBTESTCD": "ALT", "LBTEST": "Alanine", "LBSPEC": "SERUM"}),
        Block("labs", assign={"LBTESTCD": "COLOR", "LBTEST": "Color"}),
    ),
    variables=(
        STUDYID,
        DOMAIN,
        USUBJID,
        char("LBTESTCD", "Lab Test or Examination Short Name", codelist="LBTESTCD", core="Req"),
        char("LBTEST", "Lab Test or Examination Name", codelist="LBTEST", core="Req"),
        char("LBORRES", "Result or Finding in Original Units", COLLECTED),
        num(
            "LBSTRESN",
            "Numeric Result/Finding in Standard Units",
            derived(STUDY_DAY, "LBORRES", "LBORRES", when=(where("LBTESTCD", "EQ", "ALT"),)),
        ),
        char("LBSPEC", "Specimen Type", COLLECTED, codelist="SPECTYPE"),
    ),
)

CM = Dataset(
    name="CM",
    domain="CM",
    label="Concomitant/Prior Medications",
    class_="INTERVENTIONS",
    structure="One record per medication per subject",
    purpose="Tabulation",
    standard="SDTMIG",
    keys=("STUDYID", "USUBJID", "CMTRT"),
    blocks=(Block("medications"),),
    variables=(STUDYID, USUBJID, char("CMTRT", "Reported Name of Drug", COLLECTED)),
)

XS = replace(
    CM,
    name="XS",
    domain="XS",
    label="Skin Photographs",
    keys=("STUDYID", "USUBJID", "XSTERM"),
    variables=(STUDYID, USUBJID, char("XSTERM", "Photograph", COLLECTED, standard=False)),
)

ADRS = Dataset(
    name="ADRS",
    domain="ADRS",
    label="Response Analysis Dataset",
    class_="BASIC DATA STRUCTURE",
    structure="One record per subject per parameter per visit",
    purpose="Analysis",
    standard="ADaMIG",
    keys=("STUDYID", "USUBJID", "PARAMCD"),
    blocks=(Block("RS"),),
    variables=(
        char("STUDYID", "Study Identifier", Rule(Origin.PREDECESSOR, ("DM.STUDYID",)), core="Req"),
        char("USUBJID", "Unique Subject Identifier", Rule(Origin.PREDECESSOR, ("DM.USUBJID",))),
        num("ADT", "Analysis Date", derived(STUDY_DAY, "RS.RSDTC", "ADT")),
        char("PARAMCD", "Parameter Code", core="Req"),
        char("PARAM", "Parameter", core="Req"),
        num("AVAL", "Analysis Value", Rule(Origin.PREDECESSOR, ("RS.RSSTRESN",))),
        char("AVALC", "Analysis Value (C)"),
        char("PREVTRT", "Treatment Given Before", Rule(Origin.PREDECESSOR, ("AE.AETRTPRV",))),
    ),
    parameters=(
        Parameter("SLEDTOT", "SLEDAI Total Score", 1),
        Parameter(
            "SRI4",
            "SLE Responder Index 4",
            2,
            codelist="NY",
            rule=derived(RESPONDER, "SLEDTOT.CHG", arguments={"points": 4}),
        ),
    ),
)

TABLES = {
    "AE": {
        "STUDYID": ["CK01"] * 3,
        "DOMAIN": ["AE"] * 3,
        "USUBJID": ["CK01-1", "CK01-1", "CK01-20"],
        "AETERM": ["HEADACHE", "RASH", "COUGH"],
        "AEDECOD": ["Headache", "Rash", "Cough"],
        "AESER": ["N", "N", "Y"],
        "AESTDTC": ["2024-01-05", "2024-01", "2024"],
        "AEENDTC": [None, None, None],
        "AESTDY": [5.0, None, -12.0],
    },
    "SUPPAE": {
        "STUDYID": ["CK01"],
        "RDOMAIN": ["AE"],
        "USUBJID": ["CK01-1"],
        "IDVAR": ["AESEQ"],
        "IDVARVAL": ["1"],
        "QNAM": ["AETRTPRV"],
        "QVAL": ["Y"],
    },
    "LB": {
        "STUDYID": ["CK01"] * 3,
        "DOMAIN": ["LB"] * 3,
        "USUBJID": ["CK01-1"] * 3,
        "LBTESTCD": ["ALT", "ALT", "COLOR"],
        "LBTEST": ["Alanine", "Alanine", "Color"],
        "LBORRES": ["12.50", "7", "DARK YELLOW"],
        "LBSTRESN": [12.5, 7.0, None],
        "LBSPEC": ["SERUM", "SERUM", "URINE"],
    },
    "CM": {"STUDYID": [], "USUBJID": [], "CMTRT": []},
    "XS": {"STUDYID": ["CK01"], "USUBJID": ["CK01-1"], "XSTERM": ["FACE"]},
    "ADRS": {
        "STUDYID": ["CK01"] * 2,
        "USUBJID": ["CK01-1"] * 2,
        "ADT": pd.to_datetime(["2024-01-05", "2024-01-05"]).astype("datetime64[s]"),
        "PARAMCD": ["SLEDTOT", "SRI4"],
        "PARAM": ["SLEDAI Total Score", "SLE Responder Index 4"],
        "AVAL": [12.0, None],
        "AVALC": [None, "Y"],
        "PREVTRT": ["Y", "Y"],
    },
}


def table(dataset: Dataset, columns: Mapping[str, Any]) -> Table:
    types = {v.name: "str" if v.type == "Char" else "float64" for v in dataset.variables}
    frame = pd.DataFrame(columns)
    dates = frame.select_dtypes("datetime").columns
    frame = frame.astype({name: kind for name, kind in types.items() if name not in dates})
    return Table(dataset.name, frame, no_trace())


def study(**changes: Any) -> Study:
    terminology = load_terminology(sdtm="2025-03-28", adam="2025-03-28")
    listed = {
        name: StudyCodelist(name, terminology.codelist(name), standard="SDTM")
        for name in ("LBTESTCD", "LBTEST", "SPECTYPE")
    }
    ny = replace(terminology.codelist("NY"), extensible=True).extended(Term("", "MAYBE", "Perhaps"))
    listed["NY"] = StudyCodelist(
        "NY", ny, standard="SDTM", extended=frozenset({"MAYBE"}), own={"1": "Y", "9": "MAYBE"}
    )
    made = Study(
        folder=Path("study"),
        id="CK01",
        title="A Trial",
        description="A small trial.",
        protocol="CK01-P",
        usubjid="{study}-{subject}",
        standards={"SDTMIG": "3.4", "ADaMIG": "1.3"},
        terminology={"SDTM": "2025-03-28", "ADaM": "2025-03-28"},
        data_cut=date(2024, 1, 31),
        synthetic=NOTICE,
        sources=(),
        visits=(),
        tables={},
        datasets=(LB, XS, CM, AE, SUPPAE, ADRS),
        codelists=listed,
        documents=(Document("CSDRG", "Reviewer's Guide", "csdrg.pdf"),),
    )
    return replace(made, **changes)


def write(folder: Path, standard: str, specified: Study) -> Path:
    tables = {d.name: table(d, TABLES[d.name]) for d in specified.of(standard)}
    path = folder / f"{standard}.xml"
    write_define(specified, standard, measured(specified, standard, tables), path, CREATED)
    return path


class Defined:
    """A define.xml that is asked by XPath."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = etree.parse(path).getroot()

    def all(self, path: str) -> list[Any]:
        found = self.root.xpath(path, namespaces=NS)
        assert isinstance(found, list)
        return found

    def one(self, path: str) -> Any:
        (found,) = self.all(path)
        return found

    def of(self, oid: str) -> dict[str, str]:
        """The attributes of an ItemDef, without those that only repeat its name."""
        item = self.one(f"//o:ItemDef[@OID='{oid}']")
        left_out = ("OID", "Name", "SASFieldName")
        return {k.replace(DEF, "def:"): v for k, v in item.attrib.items() if k not in left_out}

    def origins(self, oid: str) -> list[tuple[str, str]]:
        found = self.all(f"//o:ItemDef[@OID='{oid}']/def:Origin")
        return [(o.get("Type"), o.get("Source") or "".join(o.itertext()).strip()) for o in found]

    def method(self, oid: str) -> str:
        method = self.one(f"//o:ItemRef[@ItemOID='{oid}']/@MethodOID")
        return str(self.one(f"//o:MethodDef[@OID='{method}']//o:TranslatedText/text()"))

    def terms(self, oid: str) -> dict[str, str]:
        """The coded values of the code list of an item, with their decodes."""
        codelist = self.one(f"//o:ItemDef[@OID='{oid}']/o:CodeListRef/@CodeListOID")
        items = self.all(f"//o:CodeList[@OID='{codelist}']/*[@CodedValue]")
        return {i.get("CodedValue"): "".join(i.itertext()).strip() for i in items}


@pytest.fixture(scope="module")
def sdtm(tmp_path_factory: pytest.TempPathFactory) -> Defined:
    return Defined(write(tmp_path_factory.mktemp("sdtm"), "SDTMIG", study()))


@pytest.fixture(scope="module")
def adam(tmp_path_factory: pytest.TempPathFactory) -> Defined:
    return Defined(write(tmp_path_factory.mktemp("adam"), "ADaMIG", study()))


@pytest.mark.parametrize("standard", ["SDTMIG", "ADaMIG"])
def test_the_schema_accepts_the_file(standard: str, tmp_path: Path) -> None:
    schema = installed_schema("2.1")
    assert schema is not None
    schema.assertValid(etree.parse(write(tmp_path, standard, study())))


@pytest.mark.parametrize("standard", ["SDTMIG", "ADaMIG"])
def test_another_reader_loads_the_file(standard: str, tmp_path: Path) -> None:
    if importlib.util.find_spec("odmlib") is None:
        pytest.skip("odmlib is not installed")
    from odmlib import define_loader, loader

    reader = loader.ODMLoader(define_loader.XMLDefineLoader(model_package="define_2_1"))
    reader.open_odm_document(str(write(tmp_path, standard, study())))
    version = reader.load_study().MetaDataVersion
    groups = {group.Name: len(group.ItemRef) for group in version.ItemGroupDef}
    expected = {"SDTMIG": {"AE": 9, "SUPPAE": 7, "LB": 8, "CM": 3, "XS": 3}, "ADaMIG": {"ADRS": 8}}
    assert groups == expected[standard]


@pytest.mark.parametrize("standard", ["SDTMIG", "ADaMIG"])
def test_every_reference_leads_somewhere_and_everything_is_referred_to(
    standard: str, tmp_path: Path
) -> None:
    defined = Defined(write(tmp_path, standard, study()))
    pairs = {
        "//o:ItemDef/@OID": "//o:ItemRef/@ItemOID",
        "//o:CodeList/@OID": "//o:CodeListRef/@CodeListOID",
        "//o:MethodDef/@OID": "//o:ItemRef/@MethodOID",
        "//def:CommentDef/@OID": "//@def:CommentOID",
        "//def:ValueListDef/@OID": "//def:ValueListRef/@ValueListOID",
        "//def:WhereClauseDef/@OID": "//def:WhereClauseRef/@WhereClauseOID",
        "//def:Standard/@OID": "//@def:StandardOID",
        "//def:leaf/@ID": "//@def:ArchiveLocationID | //def:DocumentRef/@leafID",
    }
    for definitions, references in pairs.items():
        assert set(defined.all(definitions)) == set(defined.all(references)), definitions
    oids = defined.all("//@OID")
    assert len(oids) == len(set(oids))


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    first = write(tmp_path, "SDTMIG", study()).read_bytes()
    assert first == write(tmp_path / "again", "SDTMIG", study()).read_bytes()
    assert first.startswith(
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>\n<ODM '
    )
    assert b'CreationDateTime="2024-02-29T13:05:09"' in first


def test_the_notice_of_synthetic_data_is_in_study_and_version(sdtm: Defined) -> None:
    assert sdtm.one("//o:StudyDescription/text()") == f"A small trial. {NOTICE}"
    assert sdtm.one("//o:MetaDataVersion/@Description").endswith(NOTICE)


def test_standards_are_the_guide_and_the_terminology_that_is_used(
    sdtm: Defined, adam: Defined
) -> None:
    def standards(defined: Defined) -> list[tuple[str, str, str | None]]:
        found = defined.all("//def:Standard")
        return [(s.get("Name"), s.get("Version"), s.get("PublishingSet")) for s in found]

    assert standards(sdtm) == [("SDTMIG", "3.4", None), ("CDISC/NCI", "2025-03-28", "SDTM")]
    assert standards(adam) == [("ADaMIG", "1.3", None), ("CDISC/NCI", "2025-03-28", "SDTM")]


def test_datasets_stand_in_the_order_of_their_classes(sdtm: Defined) -> None:
    assert sdtm.all("//o:ItemGroupDef/@Name") == ["CM", "XS", "AE", "LB", "SUPPAE"]


def test_a_dataset_has_its_attributes_class_and_leaf(sdtm: Defined) -> None:
    group = sdtm.one("//o:ItemGroupDef[@Name='AE']")
    assert {k.replace(DEF, "def:"): v for k, v in group.attrib.items()} == {
        "OID": "IG.AE",
        "Name": "AE",
        "Repeating": "Yes",
        "IsReferenceData": "No",
        "SASDatasetName": "AE",
        "Domain": "AE",
        "Purpose": "Tabulation",
        "def:Structure": "One record per adverse event per subject",
        "def:ArchiveLocationID": "LF.AE",
        "def:StandardOID": "STD.SDTMIG",
    }
    assert sdtm.one("//o:ItemGroupDef[@Name='AE']/def:Class/@Name") == "EVENTS"
    assert sdtm.one("//o:ItemGroupDef[@Name='AE']/def:leaf/@xlink:href") == "ae.xpt"


def test_variables_stand_in_order_with_keys_and_whether_they_are_mandatory(sdtm: Defined) -> None:
    references = sdtm.all("//o:ItemGroupDef[@Name='AE']/o:ItemRef")
    assert [
        (r.get("ItemOID"), r.get("OrderNumber"), r.get("Mandatory"), r.get("KeySequence"))
        for r in references
    ] == [
        ("IT.AE.STUDYID", "1", "Yes", "1"),
        ("IT.AE.DOMAIN", "2", "Yes", None),
        ("IT.AE.USUBJID", "3", "Yes", "2"),
        ("IT.AE.AETERM", "4", "Yes", "3"),
        ("IT.AE.AEDECOD", "5", "Yes", None),
        ("IT.AE.AESER", "6", "No", None),
        ("IT.AE.AESTDTC", "7", "No", "4"),
        ("IT.AE.AEENDTC", "8", "No", None),
        ("IT.AE.AESTDY", "9", "No", None),
    ]


def test_a_dataset_without_records_has_no_file_and_says_so(sdtm: Defined) -> None:
    group = sdtm.one("//o:ItemGroupDef[@Name='CM']")
    assert group.get(f"{DEF}HasNoData") == "Yes"
    assert group.get(f"{DEF}ArchiveLocationID") is None
    assert not sdtm.all("//o:ItemGroupDef[@Name='CM']/def:leaf")
    text = sdtm.one("//def:CommentDef[@OID='COM.CM']//o:TranslatedText/text()")
    assert text == "The dataset has no data at the data cut of 2024-01-31."
    assert not sdtm.all("//o:ItemGroupDef[@Name='CM']/o:ItemRef/@def:HasNoData")


def test_a_variable_without_values_says_so(sdtm: Defined) -> None:
    assert sdtm.one("//o:ItemRef[@ItemOID='IT.AE.AEENDTC']/@def:HasNoData") == "Yes"
    assert sdtm.of("IT.AE.AEENDTC") == {
        "DataType": "datetime",
        "def:CommentOID": "COM.AE.AEENDTC",
    }
    text = sdtm.one("//def:CommentDef[@OID='COM.AE.AEENDTC']//o:TranslatedText/text()")
    assert text == "The variable has no data at the data cut of 2024-01-31."


def test_a_custom_domain_and_its_variables_are_not_standard(sdtm: Defined) -> None:
    group = sdtm.one("//o:ItemGroupDef[@Name='XS']")
    assert group.get(f"{DEF}IsNonStandard") == "Yes"
    assert group.get(f"{DEF}StandardOID") is None
    marked = sdtm.all("//o:ItemRef[@def:IsNonStandard='Yes']/@ItemOID")
    assert marked == ["IT.XS.XSTERM"]


def test_types_and_lengths_are_those_of_the_values(sdtm: Defined, adam: Defined) -> None:
    # USUBJID is CK01-20 in AE, CK01-1 in LB: one length for both.
    assert sdtm.of("IT.AE.USUBJID") == {"DataType": "text", "Length": "7"}
    assert sdtm.of("IT.LB.USUBJID") == {"DataType": "text", "Length": "7"}
    assert sdtm.of("IT.SUPPAE.USUBJID") == {"DataType": "text", "Length": "6"}
    assert sdtm.of("IT.AE.AESTDTC") == {"DataType": "partialDate"}
    assert sdtm.of("IT.AE.AESTDY") == {"DataType": "integer", "Length": "3"}
    assert adam.of("IT.ADRS.ADT") == {
        "DataType": "integer",
        "Length": "5",
        "def:DisplayFormat": "DATE9.",
    }


def test_origins_are_the_verbs_of_the_rules(sdtm: Defined, adam: Defined) -> None:
    assert sdtm.origins("IT.AE.STUDYID") == [("Protocol", "Sponsor")]
    assert sdtm.origins("IT.AE.AETERM") == [("Collected", "Investigator")]
    assert sdtm.origins("IT.AE.AEDECOD") == [("Assigned", "Sponsor")]
    assert sdtm.origins("IT.AE.AESTDY") == [("Derived", "Sponsor")]
    assert sdtm.method("IT.AE.AESTDY") == (
        'Days from the collected field "DM.X" to AESTDTC, counted from 1.'
    )
    assert adam.origins("IT.ADRS.STUDYID") == [("Predecessor", "DM.STUDYID")]
    assert adam.origins("IT.ADRS.PARAMCD") == [("Assigned", "Sponsor")]


def test_a_predecessor_among_the_qualifiers_is_named_where_it_stands(adam: Defined) -> None:
    described = 'SUPPAE.QVAL where QNAM EQ "AETRTPRV"'
    assert adam.origins("IT.ADRS.PREVTRT") == [("Predecessor", described)]


def test_what_blocks_assign_has_the_origin_assigned(sdtm: Defined) -> None:
    assert sdtm.origins("IT.LB.LBTESTCD") == [("Assigned", "Sponsor")]


def test_origins_that_differ_by_test_stand_at_value_level(sdtm: Defined) -> None:
    assert sdtm.origins("IT.LB.LBSPEC") == []
    assert sdtm.origins("IT.LB.LBSPEC.ALT") == [("Assigned", "Sponsor")]
    assert sdtm.origins("IT.LB.LBSPEC.COLOR") == [("Collected", "Investigator")]


def test_results_are_described_test_by_test(sdtm: Defined) -> None:
    assert sdtm.of("IT.LB.LBORRES") == {"DataType": "text", "Length": "11"}
    assert sdtm.origins("IT.LB.LBORRES") == [("Collected", "Investigator")]
    assert sdtm.of("IT.LB.LBORRES.ALT") == {
        "DataType": "float",
        "Length": "4",
        "SignificantDigits": "2",
    }
    assert sdtm.of("IT.LB.LBORRES.COLOR") == {"DataType": "text", "Length": "11"}
    assert sdtm.all("//def:ValueListDef[@OID='VL.LB.LBORRES']/o:ItemRef/@ItemOID") == [
        "IT.LB.LBORRES.ALT",
        "IT.LB.LBORRES.COLOR",
    ]
    check = sdtm.one("//def:WhereClauseDef[@OID='WC.LB.LBTESTCD.EQ.ALT']/o:RangeCheck")
    assert check.get("Comparator") == "EQ"
    assert check.get(f"{DEF}ItemOID") == "IT.LB.LBTESTCD"
    assert "".join(check.itertext()).strip() == "ALT"


def test_a_result_of_one_test_alone_needs_no_value_level(sdtm: Defined) -> None:
    assert sdtm.of("IT.LB.LBSTRESN") == {
        "DataType": "float",
        "Length": "3",
        "SignificantDigits": "1",
    }
    assert not sdtm.all("//def:ValueListDef[@OID='VL.LB.LBSTRESN']")


def test_parameters_are_described_one_by_one(adam: Defined) -> None:
    # Under each of the two parameters only one of AVAL and AVALC has values.
    assert adam.origins("IT.ADRS.AVAL") == [("Predecessor", "RS.RSSTRESN")]
    assert adam.origins("IT.ADRS.AVALC") == [("Derived", "Sponsor")]
    assert adam.method("IT.ADRS.AVALC") == (
        'Where PARAMCD EQ "SRI4": Y when SLEDTOT.CHG is at most -4, else N. Otherwise missing.'
    )
    # The codelist is that of one parameter, so it stands where PARAMCD is that parameter.
    assert not adam.all("//o:ItemDef[@OID='IT.ADRS.AVALC']/o:CodeListRef")
    assert adam.terms("IT.ADRS.AVALC.SRI4") == {"Y": "Yes"}
    assert adam.terms("IT.ADRS.PARAMCD") == {
        "SLEDTOT": "SLEDAI Total Score",
        "SRI4": "SLE Responder Index 4",
    }
    codelist = adam.one("//o:CodeList[@OID='CL.ADRS.PARAMCD']")
    assert codelist.get(f"{DEF}IsNonStandard") == "Yes"


def test_parameters_derived_in_different_ways_have_their_methods_at_value_level(
    tmp_path: Path,
) -> None:
    rule = derived(RESPONDER, "SLEDTOT.CHG", arguments={"points": 5})
    parameters = (*ADRS.parameters, Parameter("SRI5", "SLE Responder Index 5", 3, rule=rule))
    changed = replace(ADRS, parameters=parameters)
    specified = study(datasets=(AE, SUPPAE, changed))
    columns = dict(TABLES["ADRS"]) | {
        "PARAMCD": ["SRI4", "SRI5"],
        "AVAL": [None, None],
        "AVALC": ["Y", "N"],
    }
    tables = {"ADRS": table(changed, columns)}
    path = tmp_path / "define.xml"
    attributes = measured(specified, "ADaMIG", tables)
    write_define(specified, "ADaMIG", attributes, path, CREATED)
    defined = Defined(path)
    assert defined.origins("IT.ADRS.AVALC") == []
    assert defined.method("IT.ADRS.AVALC.SRI5") == "Y when SLEDTOT.CHG is at most -5, else N."
    label = defined.one("//o:ItemDef[@OID='IT.ADRS.AVALC.SRI5']/o:Description/*/text()")
    assert label == "SLE Responder Index 5"
    assert defined.terms("IT.ADRS.AVALC.SRI4") == {"Y": "Yes"}
    assert not defined.all("//o:ItemDef[@OID='IT.ADRS.AVALC.SRI5']/o:CodeListRef")


def test_qualifiers_are_the_value_level_of_qval(sdtm: Defined) -> None:
    assert sdtm.origins("IT.SUPPAE.QVAL") == []
    assert sdtm.all("//def:ValueListDef[@OID='VL.SUPPAE.QVAL']/o:ItemRef/@ItemOID") == [
        "IT.SUPPAE.QVAL.AETRTPRV",
        "IT.SUPPAE.QVAL.AENOTE",
    ]
    item = sdtm.one("//o:ItemDef[@OID='IT.SUPPAE.QVAL.AETRTPRV']")
    assert item.get("Name") == "AETRTPRV"
    assert item.findtext(".//o:TranslatedText", namespaces=NS) == "Treatment Given Before"
    assert sdtm.origins("IT.SUPPAE.QVAL.AETRTPRV") == [("Collected", "Investigator")]
    # Y is used; MAYBE is what an answer of the form would become.
    assert sdtm.terms("IT.SUPPAE.QVAL.AETRTPRV") == {"Y": "Yes", "MAYBE": "Perhaps"}


def test_a_qualifier_without_values_says_so(sdtm: Defined) -> None:
    assert sdtm.one("//o:ItemRef[@ItemOID='IT.SUPPAE.QVAL.AENOTE']/@def:HasNoData") == "Yes"
    assert sdtm.of("IT.SUPPAE.QVAL.AENOTE") == {
        "DataType": "text",
        "Length": "1",
        "def:CommentOID": "COM.SUPPAE.QVAL.AENOTE",
    }


def test_a_supplemental_dataset_names_its_parent_domain(sdtm: Defined) -> None:
    group = sdtm.one("//o:ItemGroupDef[@Name='SUPPAE']")
    assert group.get("Domain") == "AE"
    alias = sdtm.one("//o:ItemGroupDef[@Name='SUPPAE']/o:Alias")
    assert (alias.get("Context"), alias.get("Name")) == ("DomainDescription", "Adverse Events")


def test_code_lists_hold_the_possible_terms_with_their_codes(sdtm: Defined) -> None:
    assert sdtm.terms("IT.AE.AESER") == {"N": "No", "Y": "Yes", "MAYBE": "Perhaps"}
    oid = sdtm.one("//o:ItemDef[@OID='IT.AE.AESER']/o:CodeListRef/@CodeListOID")
    codelist = f"//o:CodeList[@OID='{oid}']"
    assert sdtm.one(f"{codelist}/@Name") == "No Yes Response"
    assert sdtm.one(f"{codelist}/@def:StandardOID") == "STD.CT.SDTM"
    assert sdtm.one(f"{codelist}/o:Alias/@Name") == "C66742"
    assert sdtm.one(f"{codelist}/o:CodeListItem[@CodedValue='Y']/o:Alias/@Name") == "C49488"
    extended = sdtm.one(f"{codelist}/o:CodeListItem[@def:ExtendedValue='Yes']")
    assert extended.get("CodedValue") == "MAYBE"
    assert not extended.findall("o:Alias", NS)


def test_another_subset_of_a_list_is_named_by_its_terms(sdtm: Defined) -> None:
    oid = sdtm.one("//o:ItemDef[@OID='IT.SUPPAE.QVAL.AETRTPRV']/o:CodeListRef/@CodeListOID")
    assert oid == "CL.NY.Y.MAYBE"
    name = sdtm.one(f"//o:CodeList[@OID='{oid}']/@Name")
    assert name == "No Yes Response (Y, MAYBE)"


def test_codes_of_tests_are_decoded_by_the_names_of_the_tests(sdtm: Defined) -> None:
    assert sdtm.terms("IT.LB.LBTESTCD") == {"ALT": "Alanine", "COLOR": "Color"}
    assert not sdtm.all("//o:CodeList[@OID='CL.LBTEST']/o:CodeListItem")


def test_a_sponsors_list_is_not_standard_and_whole(tmp_path: Path) -> None:
    terms = (Term("", "FACE"), Term("", "HAND"))
    own = StudyCodelist("BODY", Codelist("", "BODY", "Body Part", extensible=False, terms=terms))
    changed = replace(
        XS, variables=(*XS.variables[:2], char("XSTERM", "Photograph", COLLECTED, codelist="BODY"))
    )
    specified = study(datasets=(changed,), codelists={"BODY": own})
    defined = Defined(write(tmp_path, "SDTMIG", specified))
    assert defined.terms("IT.XS.XSTERM") == {"FACE": "", "HAND": ""}
    codelist = defined.one("//o:CodeList")
    assert codelist.get(f"{DEF}IsNonStandard") == "Yes"
    assert codelist.get(f"{DEF}StandardOID") is None


def test_a_dictionary_is_an_external_list_when_its_version_is_known(
    tmp_path: Path, sdtm: Defined
) -> None:
    assert not sdtm.all("//o:ExternalCodeList")
    meddra = Dictionary("MedDRA", "26.1")
    defined = Defined(write(tmp_path, "SDTMIG", study(dictionaries=(meddra,))))
    held = defined.one("//o:CodeList[@OID='CL.MedDRA']/o:ExternalCodeList")
    assert (held.get("Dictionary"), held.get("Version")) == ("MedDRA", "26.1")
    reference = defined.one("//o:ItemDef[@OID='IT.AE.AEDECOD']/o:CodeListRef/@CodeListOID")
    assert reference == "CL.MedDRA"


def test_collected_values_refer_to_the_annotated_crf_when_there_is_one(
    tmp_path: Path, sdtm: Defined
) -> None:
    assert not sdtm.all("//def:Origin/def:DocumentRef")
    documents = (
        Document("ACRF", "Annotated CRF", "acrf.pdf"),
        Document("ADRG", "Analysis Guide", "adrg.pdf"),
    )
    defined = Defined(write(tmp_path, "SDTMIG", study(documents=documents)))
    assert defined.all("//def:AnnotatedCRF/def:DocumentRef/@leafID") == ["LF.ACRF"]
    origin = "//o:ItemDef[@OID='IT.AE.AETERM']/def:Origin/def:DocumentRef/@leafID"
    assert defined.one(origin) == "LF.ACRF"
    assert not defined.all("//def:leaf[@ID='LF.ADRG']")


def test_conditions_of_rules_are_told_in_the_method(tmp_path: Path) -> None:
    rule = derived(
        STUDY_DAY,
        "AESTDTC",
        "EX.EXSTDTC",
        when=(where("AESER", "EQ", "Y"),),
        where=(where("EXDOSE", "GT", "0"),),
    )
    changed = replace(AE, variables=(*AE.variables[:-1], num("AESTDY", "Study Day", rule)))
    defined = Defined(write(tmp_path, "SDTMIG", study(datasets=(changed,))))
    assert defined.method("IT.AE.AESTDY") == (
        'Where AESER EQ "Y": Days from the collected field "EX.EXSTDTC" to AESTDTC, counted from'
        " 1."
        " Only records with EXDOSE GT 0 are used. Otherwise missing."
    )
