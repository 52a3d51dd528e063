"""79 single defects, made in files that cdisckit wrote: each is found.

The defects, and the rules that should see them, are those of the table `mutations.csv` of the
reference: 23 of them no public validator sees.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from specs.model import Dictionary, Document
from tests.submission.test_define import study, write
from tests.submission.test_define_results import RESPONDERS
from tests.validation.define.edits import (
    URIS,
    add,
    double,
    drop,
    found,
    item,
    move_first,
    put,
    ref,
    remove,
    say,
    several,
)
from validation.define import check_define

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Edit = Callable[[etree._Element], None]


AE = "//o:ItemGroupDef[@Name='AE']"
CM = "//o:ItemGroupDef[@Name='CM']"
SUPPAE = "//o:ItemGroupDef[@Name='SUPPAE']"
MDV = "//o:MetaDataVersion"
IG, CT = "//def:Standard[@Type='IG']", "//def:Standard[@Type='CT']"
AETERM, AESTDY, AESER = item("IT.AE.AETERM"), item("IT.AE.AESTDY"), item("IT.AE.AESER")
LIST = "//o:CodeList[@def:StandardOID]"
CODED = f"{LIST}/*[o:Alias]"
RESULT, DISPLAY = "//arm:AnalysisResult", "//arm:ResultDisplay"
PREDECESSOR = "//def:Origin[@Type='Predecessor']"
PLAIN = '<MethodDef OID="MT.X" Name="X" Type="Computation">{}</MethodDef>'
SAID = '<Description><TranslatedText xml:lang="en">X</TranslatedText></Description>'
DISPLAYS = """<arm:AnalysisResultDisplays/>"""


def mixed(root: etree._Element) -> None:
    listed = found(root, "//o:CodeList[o:CodeListItem]")[0]
    first = listed.find("{*}CodeListItem")
    assert first is not None
    made = etree.Element("{http://www.cdisc.org/ns/odm/v1.3}EnumeratedItem", CodedValue="ZZ")
    first.addnext(made)


def shortened(root: etree._Element) -> None:
    variable = found(root, "//o:ItemDef[def:ValueListRef][@Length]")[0]
    variable.set("Length", "1")
    oid = found(root, "//def:ValueListDef/o:ItemRef")[0].get("ItemOID")
    for reference in found(root, "//def:ValueListDef/o:ItemRef"):
        oid = str(reference.get("ItemOID"))
        value = found(root, item(oid))[0]
        value.attrib.update({"DataType": "text", "Length": "9"})


def swapped(root: etree._Element) -> None:
    node = found(root, "//arm:AnalysisResultDisplays")[0]
    parent = node.getparent()
    assert parent is not None
    parent.insert(1, node)


TABULATION: dict[str, Edit] = {
    "M000": drop("/o:ODM", "def:Context"),
    "M001": drop("/o:ODM", "ODMVersion"),
    "M002": drop(MDV, "def:DefineVersion"),
    "M003": remove("//def:Standards"),
    "M004": put(IG, "Name", "SDTM-IG"),
    "M005": drop(CT, "PublishingSet"),
    "M006": drop(IG, "Status"),
    "M007": put(IG, "Version", "9.9"),
    "M008": drop(AE, "def:Structure"),
    "M009": remove(f"{AE}/def:Class"),
    "M010": put(f"{AE}/def:Class", "Name", "events"),
    "M011": move_first(f"{AE}/def:Class"),
    "M012": remove(f"{AE}/o:Description"),
    "M013": several(drop(AE, "def:ArchiveLocationID"), remove(f"{AE}/def:leaf")),
    "M014": put(AE, "def:ArchiveLocationID", "LF.NONE"),
    "M015": drop(AE, "def:StandardOID"),
    "M016": put(AE, "def:StandardOID", "STD.NONE"),
    "M017": put(AE, "def:StandardOID", "STD.CT.SDTM"),
    "M018": put(AE, "Purpose", "Analysis"),
    "M019": drop(AE, "Domain"),
    "M020": drop(AE, "SASDatasetName"),
    "M021": several(
        *(drop(f"{AE}/o:ItemRef[@KeySequence='{number}']", "KeySequence") for number in range(1, 5))
    ),
    "M022": put(f"{AE}/o:ItemRef[@KeySequence='2']", "KeySequence", "1"),
    "M023": drop(CM, "def:CommentOID"),
    "M024": remove(f"{SUPPAE}/o:Alias"),
    "M025": put(ref("IT.AE.AETERM"), "ItemOID", "IT.NONE"),
    "M026": put(ref("IT.AE.AESTDY"), "MethodOID", "MT.NONE"),
    "M027": drop(ref("IT.AE.AETERM"), "Mandatory"),
    "M028": put(ref("IT.AE.AETERM"), "OrderNumber", "1"),
    "M029": drop(ref("IT.AE.AESTDY"), "MethodOID"),
    "M030": add(ref("IT.AE.AETERM"), '<def:WhereClauseRef WhereClauseOID="WC.X"/>'),
    "M031": remove("//def:ValueListDef/o:ItemRef/def:WhereClauseRef"),
    "M032": put("//def:WhereClauseRef", "WhereClauseOID", "WC.NONE"),
    "M033": put("//o:RangeCheck", "def:ItemOID", "IT.NONE"),
    "M034": put("//o:RangeCheck", "Comparator", "EQUALS"),
    "M035": say("//o:RangeCheck[@def:ItemOID='IT.LB.LBTESTCD']/o:CheckValue", "NOTEST"),
    "M036": put(AETERM, "OID", "IT.AE.AESER"),
    "M037": drop(AETERM, "Length"),
    "M038": several(put(AESTDY, "DataType", "float")),
    "M039": several(put(AETERM, "DataType", "date")),
    "M040": put(AETERM, "DataType", "Char"),
    "M041": remove(f"{AETERM}/o:Description"),
    "M042": remove(f"{AETERM}/def:Origin"),
    "M043": put(f"{AETERM}/def:Origin", "Type", "CRF"),
    "M044": drop(f"{AESTDY}/def:Origin", "Source"),
    "M045": remove(f"{AETERM}/def:Origin/def:DocumentRef/def:PDFPageRef"),
    "M046": put(f"{AETERM}/def:Origin", "Source", "Sponsor"),
    "M047": put(f"{AESER}/o:CodeListRef", "CodeListOID", "CL.NONE"),
    "M048": put("//def:ValueListRef", "ValueListOID", "VL.NONE"),
    "M049": put(AESER, "def:CommentOID", "COM.NONE"),
    "M050": shortened,
    "M051": put("//def:SupplementalDoc/def:DocumentRef", "leafID", "LF.NONE"),
    "M052": add("//def:SupplementalDoc/def:DocumentRef", '<def:PDFPageRef PageRefs="1"/>'),
    "M053": put("//o:MetaDataVersion/def:leaf", "ID", "LF.AE"),
    "M054": drop("//o:MetaDataVersion/def:leaf", "xlink:href"),
    "M055": drop(LIST, "def:StandardOID"),
    "M056": put(LIST, "def:IsNonStandard", "Yes"),
    "M057": remove(f"{CODED}/o:Alias"),
    "M058": remove(f"{LIST}/o:Alias"),
    "M059": put(f"{CODED}/o:Alias", "Name", "C1"),
    "M060": mixed,
    "M061": double(f"{LIST}/*[@CodedValue]"),
    "M062": double(LIST),
    "M063": add(MDV, '<CodeList OID="CL.X" Name="X" DataType="text" def:IsNonStandard="Yes"/>'),
    "M064": drop("//o:ExternalCodeList", "Version"),
    "M065": put("//o:ExternalCodeList", "Dictionary", "Medra"),
    "M066": drop("//o:MethodDef", "Type"),
    "M067": say("//o:MethodDef/o:Description/o:TranslatedText", " "),
    "M068": add(MDV, PLAIN.format(SAID)),
    "M069": remove("//def:CommentDef/o:Description"),
}
ANALYSIS: dict[str, Edit] = {
    "M070": put("//arm:AnalysisVariable", "ItemOID", "IT.NONE"),
    "M071": put("//arm:AnalysisDataset", "ItemGroupOID", "IG.NONE"),
    "M072": put("//arm:AnalysisDataset/def:WhereClauseRef", "WhereClauseOID", "WC.NONE"),
    "M073": put(RESULT, "ParameterOID", "IT.NONE"),
    "M074": drop(RESULT, "AnalysisReason"),
    "M075": put(RESULT, "AnalysisReason", "because"),
    "M076": swapped,
    "M077": double(DISPLAY),
    "M078": remove(f"{PREDECESSOR}/o:Description"),
}

# What the table names no rule for, and ours that sees it.
OURS = {
    "M006": {"DD0003"},
    "M028": {"DD0001"},
    "M031": {"CK-DEFINE-WHERE-MISSING"},
    "M035": {"CK-DEFINE-CHECK-VALUE"},
    "M044": {"CK-DEFINE-SOURCE"},
    "M046": {"CK-DEFINE-ORIGIN-PAIR"},
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    documents = (
        Document("ACRF", "Annotated CRF", "acrf.pdf"),
        Document("CSDRG", "Reviewer's Guide", "csdrg.pdf"),
    )
    meddra = Dictionary("MedDRA", "26.1")
    specified = study(documents=documents, dictionaries=(meddra,), analyses=(RESPONDERS,))
    folder = tmp_path_factory.mktemp("written")
    paths = {name: write(folder, name, specified) for name in ("SDTMIG", "ADaMIG")}
    with_pages(paths["SDTMIG"])
    return paths


def with_pages(path: Path) -> None:
    """Pages of the CRF, which the small study does not know."""
    root = etree.parse(path).getroot()
    for reference in found(root, "//def:Origin/def:DocumentRef"):
        reference.append(
            etree.Element(f"{{{URIS['def']}}}PDFPageRef", Type="PhysicalRef", PageRefs="1")
        )
    path.write_bytes(etree.tostring(root.getroottree()))


def seen(path: Path) -> dict[str, set[tuple[str, str]]]:
    table = check_define(path, schema=False)
    told: dict[str, set[tuple[str, str]]] = {}
    for rule, message, line in zip(table["rule"], table["message"], table["line"], strict=True):
        told.setdefault(rule, set()).add((message, line if rule == "DD0001" else ""))
    return told


@pytest.fixture(scope="module")
def defects(root: Path) -> dict[str, dict[str, str]]:
    """Each defect, and the rules of which one has to tell it, by its id."""
    with (root / "tests" / "data" / "define_defects.csv").open(encoding="utf-8") as lines:
        return {row["id"]: row for row in csv.DictReader(lines)}


@pytest.mark.parametrize("number", [*TABULATION, *ANALYSIS])
def test_a_defect_is_found(
    number: str, written: dict[str, Path], defects: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    defect = defects[number]
    base = written["ADaMIG" if number in ANALYSIS else "SDTMIG"]
    root = etree.parse(base).getroot()
    (ANALYSIS.get(number) or TABULATION[number])(root)
    path = tmp_path / "define.xml"
    path.write_bytes(etree.tostring(root.getroottree()))
    before, after = seen(base), seen(path)
    wanted = {*defect["rules"].split()} | OURS.get(number, set())
    new = {rule for rule, told in after.items() if told - before.get(rule, set())}
    assert new & wanted, (defect["defect"], new)


def test_every_defect_of_the_table_is_made(defects: dict[str, dict[str, str]]) -> None:
    assert list(defects) == [*TABULATION, *ANALYSIS]


def test_the_small_study_has_the_findings_that_its_specification_deserves(
    written: dict[str, Path],
) -> None:
    # It writes no files, and a sponsor's term into the closed list NY.
    known = {"DD0084", "DD0085", "DEFINE-202", "DD0024"}
    # Of its guide it takes liberties with CMTRT, and leaves RDOMAIN without a list.
    known |= {"DEFINE-067", "DEFINE-266", "DEFINE-149"}
    rules = {rule for path in written.values() for rule in seen(path)}
    assert rules <= known, rules - known
