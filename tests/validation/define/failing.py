"""For each rule that is a function: the example that fails it, as edits of one that passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.validation.define.edits import (
    add,
    double,
    drop,
    item,
    move_first,
    put,
    ref,
    remove,
    say,
    several,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml import etree

    Edit = Callable[[etree._Element], None]


def group(name: str) -> str:
    return f"//o:ItemGroupDef[@Name='{name}']"


def origin(oid: str) -> str:
    return f"{item(oid)}/def:Origin"


def term(codelist: str, value: str) -> str:
    return f"//o:CodeList[@OID='{codelist}']/*[@CodedValue='{value}']"


STANDARD = "//def:Standard[@Type='IG']"
TERMINOLOGY = "//def:Standard[@Type='CT']"
MDV = "//o:MetaDataVersion"
SEX, AGE, LBTESTCD = "IT.DM.SEX", "IT.DM.AGE", "IT.LB.LBTESTCD"

TABULATION: dict[str, Edit] = {
    "DEFINE-001": move_first(f"{group('AE')}/def:Class"),
    "DEFINE-003": add("//o:Study", "<ODM/>"),
    "DEFINE-028": put(MDV, "def:DefineVersion", "2x1x0"),
    "DEFINE-033": drop(STANDARD, "Name"),
    "DEFINE-044": remove(f"{origin(SEX)}/def:DocumentRef/def:PDFPageRef"),
    "DEFINE-055": remove(f"{item('IT.SUPPAE.QVAL')}/def:ValueListRef"),
    "DEFINE-067": put(ref(SEX), "Mandatory", "No"),
    "DEFINE-070": several(
        drop(ref("IT.TS.STUDYID"), "KeySequence"), drop(ref("IT.TS.TSSEQ"), "KeySequence")
    ),
    "DEFINE-073": drop(ref(AGE), "MethodOID"),
    "DEFINE-084": drop("//def:WhereClauseDef[@OID='WC.GLUC']", "def:CommentOID"),
    "DEFINE-095": remove(f"{group('QSCG')}/o:Alias"),
    "DEFINE-096": remove(f"{group('SUPPAE')}/o:Alias"),
    "DEFINE-097": several(
        remove("//o:CodeList[@OID='CL.SEX']/o:Alias"),
        drop("//o:CodeList[@OID='CL.SEX']", "def:StandardOID"),
    ),
    "DEFINE-098": remove(f"{term('CL.OUT', 'FATAL')}/o:Alias"),
    "DEFINE-099": remove(f"{term('CL.SEX', 'F')}/o:Alias"),
    "DEFINE-105": drop(group("AE"), "Domain"),
    "DEFINE-110": put(group("AE"), "SASDatasetName", "AX"),
    "DEFINE-112": put(f"{group('AE')}/def:leaf", "xlink:href", "dm.xpt"),
    "DEFINE-120": put(group("AE"), "def:ArchiveLocationID", "LF.DM"),
    "DEFINE-121": put(group("AE"), "def:IsNonStandard", "Yes"),
    "DEFINE-122": drop(group("AE"), "def:StandardOID"),
    "DEFINE-131": remove(f"{group('AE')}/def:Class"),
    "DEFINE-142": put(item("IT.LBORRES.GLUC"), "Length", "9"),
    "DEFINE-147": drop(item(SEX), "SASFieldName"),
    "DEFINE-149": remove(f"{item(SEX)}/o:CodeListRef"),
    "DEFINE-153": several(
        remove("//o:CodeList[@OID='CL.SEX']/o:Alias"),
        drop("//o:CodeList[@OID='CL.SEX']", "def:StandardOID"),
    ),
    "DEFINE-154": remove(origin(SEX)),
    "DEFINE-155": remove(origin("IT.LBORRES.ALT")),
    "DEFINE-159": remove(f"{origin(SEX)}/def:DocumentRef"),
    "DEFINE-160": put(origin(SEX), "Type", "CRF"),
    "DEFINE-165": add("//o:CodeList[@OID='CL.SEX']", '<EnumeratedItem CodedValue="X"/>'),
    "DEFINE-168": remove(f"{item(SEX)}/o:Description"),
    "DEFINE-175": put("//o:CodeList[@OID='CL.SCALE']", "SASFormatName", "SCALE"),
    "DEFINE-176": drop("//o:CodeList[@OID='CL.SEX']", "def:StandardOID"),
    "DEFINE-179": put(f"{term('CL.OUT', 'FATAL')}/o:Alias", "Name", "C17998"),
    "DEFINE-186": drop(term("CL.UNIT", "spoons"), "def:ExtendedValue"),
    "DEFINE-187": put(term("CL.OUT", "FATAL"), "def:ExtendedValue", "Yes"),
    "DEFINE-192": put(term("CL.SEX", "F"), "CodedValue", "Female"),
    "DEFINE-201": drop(term("CL.LBTESTCD", "OWNTEST"), "def:ExtendedValue"),
    "DEFINE-202": put(term("CL.SEX", "F"), "def:ExtendedValue", "Yes"),
    "DEFINE-230": put(item(SEX), "OID", AGE),
    "DEFINE-239": put(group("TS"), "IsReferenceData", "No"),
    "DEFINE-242": drop(item("IT.AE.AEOUT"), "def:CommentOID"),
    "DEFINE-249": remove("//o:CodeList[@OID='CL.SEX']/o:Alias"),
    "DEFINE-251": put(group("AE"), "Purpose", "Analysis"),
    "DEFINE-263": put(STANDARD, "Version", "9.9"),
    "DEFINE-265": say(f"{group('AE')}/o:Description/o:TranslatedText", "Adverse Event"),
    "DEFINE-266": say(f"{item(SEX)}/o:Description/o:TranslatedText", "Gender"),
    "DD0004": put(item(SEX), "Colour", "red"),
    "DD0007": add(item(SEX), "<Colour/>"),
    "DD0008": add(group("AE"), "<CheckValue>1</CheckValue>"),
    "DD0010": put(item(SEX), "Comment", "free text"),
    "DD0011": add(MDV, '<FormDef OID="F" Name="F" Repeating="No"/>'),
    "DD0024": several(
        put(term("CL.SEX", "F"), "CodedValue", "X"), remove(f"{term('CL.SEX', 'X')}/o:Alias")
    ),
    "DD0034": several(
        put(term("CL.SEX", "F"), "CodedValue", "X"),
        put(f"{term('CL.SEX', 'X')}/o:Alias", "Name", "C1"),
    ),
    "DD0037": drop(f"{origin(SEX)}//def:PDFPageRef", "LastPage"),
    "DD0039": move_first(ref(SEX)),
    "DD0049": put(group("AE"), "Domain", "CM"),
    "DD0050": put(group("QSCG"), "SASDatasetName", "CGQS"),
    "DD0061": several(
        put(origin(SEX), "Type", "Predecessor"), remove(f"{origin(SEX)}/def:DocumentRef")
    ),
    "DD0064": put(f"{group('QSCG')}/o:Alias", "Context", "Domain"),
    "DD0074": add(item("IT.LB.LBORRES"), '<def:Origin Type="Assigned" Source="Sponsor"/>'),
    "DD0078": remove("//def:AnnotatedCRF | //def:DocumentRef[@leafID='LF.ACRF']", every=True),
    "DD0084": put(f"{group('AE')}/def:leaf", "xlink:href", "none.xpt"),
    "DD0086": put(group("AE"), "def:Structure", "x" * 1001),
    "DD0087": add(MDV, "<arm:AnalysisResultDisplays/>"),
    "DD0102": put("//def:leaf[@ID='LF.ACRF']", "xlink:href", "crf.pdf"),
    "DD0103": remove("//def:AnnotatedCRF"),
    "DD0105": several(
        put(origin("IT.AE.AESTDY"), "Type", "Assigned"),
        put(origin("IT.AE.AESTDY"), "Source", "Vendor"),
    ),
    "DD0106": put(origin("IT.AE.DOMAIN"), "Type", "Protocol"),
    "DD0107": put(origin("IT.SUPPAE.RDOMAIN"), "Type", "Protocol"),
    "DD0108": put(origin("IT.AE.STUDYID"), "Type", "Assigned"),
    "DD0109": put(origin("IT.AE.USUBJID"), "Type", "Protocol"),
    "DD0110": put(origin("IT.QSCG.VISITNUM"), "Type", "Protocol"),
    "DD0111": put(origin(SEX), "Source", "Vendor"),
    "DD0112": put("//o:ExternalCodeList", "Dictionary", "Medra"),
    "DD0113": remove(f"{item('IT.AE.AEDECOD')}/o:CodeListRef"),
    "DD0114": several(put(group("DM"), "SASDatasetName", "DMXX"), put(group("DM"), "Name", "DMXX")),
    "DD0115": put(group("QSCG"), "Domain", "LB"),
    "DD0116": several(
        remove(f"{term('CL.FATESTCD', 'SEV')}/o:Alias"),
        say(f"{term('CL.FATESTCD', 'SEV')}/o:Decode/o:TranslatedText", "Badness"),
    ),
    "DD0118": put(f"{item('IT.AE.AESER')}/o:CodeListRef", "CodeListOID", "CL.SEX"),
    "DD0126": put("//o:CodeList[@OID='CL.SEX']", "def:IsNonStandard", "Yes"),
    "DD0128": drop("//o:CodeList[@OID='CL.SCALE']", "def:IsNonStandard"),
    "DD0139": add(
        "//def:Standards",
        '<def:Standard OID="STD.X" Name="CDISC/NCI" Type="CT" PublishingSet="ADaM"'
        ' Version="2025-03-28" Status="FINAL"/>',
    ),
    "DD0150": put(TERMINOLOGY, "PublishingSet", "SEND"),
    "CK-DEFINE-SOURCE": drop(origin(AGE), "Source"),
    "CK-DEFINE-ORIGIN-PAIR": put(origin(SEX), "Source", "Sponsor"),
    "CK-DEFINE-COMPARATOR": add(
        "//def:WhereClauseDef[@OID='WC.ALT']/o:RangeCheck", "<CheckValue>GLUC</CheckValue>"
    ),
    "CK-DEFINE-CHECK-VALUE": say("//def:WhereClauseDef[@OID='WC.ALT']//o:CheckValue", "AST"),
    "CK-DEFINE-EXTENDED": put(term("CL.UNIT", "U/L"), "def:ExtendedValue", "Yes"),
    "CK-DEFINE-VALUE-LIST": add(item("IT.LB.LBORRES"), '<CodeListRef CodeListOID="CL.MARK"/>'),
    "CK-DEFINE-LABEL-LENGTH": say(f"{item(SEX)}/o:Description/o:TranslatedText", "x" * 41),
    "CK-DEFINE-VARIABLE-TWICE": double(ref(SEX)),
    "CK-DEFINE-ROLE": put(ref(SEX), "Role", "Topic"),
}

PAIR = "//arm:AnalysisResult[@ParameterOID]"

ANALYSIS: dict[str, Edit] = {
    "DEFINE-106": put(group("ADSL"), "Domain", "ADSL"),
    "DEFINE-252": put(group("ADSL"), "Purpose", "Tabulation"),
    "DD0092": drop(PAIR, "ParameterOID"),
    "DD0093": put(PAIR, "ParameterOID", "IT.ADRS.AVAL"),
    "DD0094": drop("//arm:AnalysisDatasets[@def:CommentOID]", "def:CommentOID"),
    "DD0096": remove("//arm:AnalysisVariable"),
    "DD0098": drop("//arm:ProgrammingCode", "Context"),
    "DD0117": remove("//arm:Documentation/o:Description"),
    "DD0148": say("//def:Origin//o:TranslatedText", "Demographics"),
    "CK-DEFINE-PREDECESSOR": say(f"{origin('IT.ADRS.USUBJID')}//o:TranslatedText", "ADSL.SUBJID"),
    "CK-DEFINE-ANALYSIS-VARIABLE": put("//arm:AnalysisVariable", "ItemOID", "IT.ADSL.AGE"),
}

# Rules of the text of the file, not of its elements: what is replaced by what.
TEXTS: dict[str, tuple[tuple[str, str], ...]] = {
    "DEFINE-002": (("<ODM ", "<MDO "), ("</ODM>", "</MDO>")),
    "DD0002": (("http://www.cdisc.org/ns/odm/v1.3", "http://www.cdisc.org/ns/odm/v1.2"),),
    "DD0085": (("define2-1.xsl", "none.xsl"),),
}

# Rules that the terminology packages shipped with cdisckit, a selection, cannot decide.
WHOLE_PACKAGE = ("DD0033",)
