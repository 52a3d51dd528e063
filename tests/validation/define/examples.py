"""Files that conform: a tabulation file that uses every part of Define-XML, an analysis file with
results metadata, and a file of version 2.0. Each is made of small tables, written as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.validation.define.parts import (
    PAGES,
    codelist,
    comment,
    description_of,
    group,
    item_ref,
    items,
    leaf,
    origins,
    text,
    value,
    where,
)

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"
  xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:arm="http://www.cdisc.org/ns/arm/v1.0"
  ODMVersion="1.3.2" FileType="Snapshot" FileOID="F.1" CreationDateTime="2024-02-29T13:05:09"
  AsOfDateTime="2024-02-29T13:05:09+01:00" Originator="A sponsor" SourceSystem="A system"
  SourceSystemVersion="1" def:Context="Submission">
<Study OID="STUDY.1">
<GlobalVariables><StudyName>One</StudyName><StudyDescription>A study</StudyDescription>
<ProtocolName>P1</ProtocolName></GlobalVariables>
<MetaDataVersion OID="MDV.1" Name="One" Description="Metadata" def:DefineVersion="2.1.10"
  def:CommentOID="COM.MDV">
"""
FOOT = "</MetaDataVersion></Study></ODM>\n"

# variable | label | type length digits | flags (Mandatory, Key number, Empty) | origin | code list
TS = """
STUDYID | Study Identifier | text 4 | M K1 | Protocol Sponsor |
DOMAIN | Domain Abbreviation | text 2 | M | Assigned Sponsor |
TSSEQ | Sequence Number | integer 2 | M K2 | Assigned Sponsor |
TSVAL | Parameter Value | text 40 |  | Protocol Sponsor |
"""
DM = """
STUDYID | Study Identifier | text 4 | M K1 | Protocol Sponsor |
DOMAIN | Domain Abbreviation | text 2 | M | Assigned Sponsor |
USUBJID | Unique Subject Identifier | text 6 | M K2 | Assigned Sponsor |
AGE | Age | integer 2 |  | Derived Sponsor |
SEX | Sex | text 1 | M | Collected Investigator | CL.SEX
"""
AE = """
STUDYID | Study Identifier | text 4 | M K1 | Protocol Sponsor |
DOMAIN | Domain Abbreviation | text 2 | M | Assigned Sponsor |
USUBJID | Unique Subject Identifier | text 6 | M K2 | Assigned Sponsor |
AETERM | Reported Term for the Adverse Event | text 40 | M K3 | Collected Subject |
AEDECOD | Dictionary-Derived Term | text 40 | M | Assigned Sponsor | CL.MEDDRA
AESER | Serious Event | text 1 |  | Collected Investigator | CL.NY
AEOUT | Outcome of Adverse Event | text 9 | E | Collected Investigator | CL.OUT
AESTDTC | Start Date/Time of Adverse Event | partialDate | K4 | Collected Investigator |
AESTDY | Study Day of Start of Adverse Event | integer 3 |  | Derived Sponsor |
"""
LB = """
STUDYID | Study Identifier | text 4 | M K1 | Protocol Sponsor |
DOMAIN | Domain Abbreviation | text 2 | M | Assigned Sponsor |
USUBJID | Unique Subject Identifier | text 6 | M K2 | Assigned Sponsor |
LBTESTCD | Lab Test or Examination Short Name | text 5 | M K3 | Assigned Sponsor | CL.LBTESTCD
LBORRES | Result or Finding in Original Units | text 8 |  |  |
LBORRESU | Original Units | text 6 |  | Collected Vendor | CL.UNIT
LBSTRESN | Numeric Result/Finding in Standard Units | float 6 2 |  | Derived Sponsor |
VISITNUM | Visit Number | integer 2 | K4 | Assigned Sponsor |
"""
QSCG = """
STUDYID | Study Identifier | text 4 | M K1 | Protocol Sponsor |
DOMAIN | Domain Abbreviation | text 2 | M | Assigned Sponsor |
USUBJID | Unique Subject Identifier | text 6 | M K2 | Assigned Sponsor |
QSORRES | Finding in Original Units | text 20 |  | Collected Subject | CL.SCALE
VISITNUM | Visit Number | integer 2 | K3 | Assigned Sponsor |
"""
FA = """
STUDYID | Study Identifier | text 4 | M K1 | Protocol Sponsor |
DOMAIN | Domain Abbreviation | text 2 | M | Assigned Sponsor |
USUBJID | Unique Subject Identifier | text 6 | M K2 | Assigned Sponsor |
FATESTCD | Findings About Test Short Name | text 8 | M K3 | Assigned Sponsor | CL.FATESTCD
FAOBJ | Object of the Observation | text 40 | M K4 | Collected Investigator |
"""
CM = """
STUDYID | Study Identifier | text 4 | M K1 | Protocol Sponsor |
DOMAIN | Domain Abbreviation | text 2 | M | Assigned Sponsor |
USUBJID | Unique Subject Identifier | text 6 | M K2 | Assigned Sponsor |
CMTRT | Reported Name of Drug, Med, or Therapy | text 40 | M K3 | Collected Investigator |
"""
XS = """
STUDYID | Study Identifier | text 4 | M K1 | Protocol Sponsor |
XSTERM | Photograph | text 40 |  | Collected Investigator |
"""
SUPPAE = """
STUDYID | Study Identifier | text 4 | M K1 | Protocol Sponsor |
RDOMAIN | Related Domain Abbreviation | text 2 | M K2 | Assigned Sponsor | CL.DOMAIN
USUBJID | Unique Subject Identifier | text 6 | M K3 | Assigned Sponsor |
QNAM | Qualifier Variable Name | text 8 | M K4 | Assigned Sponsor |
QVAL | Data Value | text 10 | M |  |
"""
ADSL = """
STUDYID | Study Identifier | text 4 | M | Predecessor DM.STUDYID |
USUBJID | Unique Subject Identifier | text 6 | M K1 | Predecessor DM.USUBJID |
AGE | Age | integer 2 |  | Predecessor DM.AGE |
"""
ADRS = """
STUDYID | Study Identifier | text 4 | M | Predecessor ADSL.STUDYID |
USUBJID | Unique Subject Identifier | text 6 | M K1 | Predecessor ADSL.USUBJID |
PARAMCD | Parameter Code | text 8 | M K2 | Assigned Sponsor | CL.PARAMCD
AVAL | Analysis Value | float 5 1 |  | Derived Sponsor |
AVISITN | Analysis Visit (N) | integer 3 | K3 | Derived Sponsor |
"""
ADAE = """
STUDYID | Study Identifier | text 4 | M | Predecessor AE.STUDYID |
USUBJID | Unique Subject Identifier | text 6 | M K1 | Predecessor AE.USUBJID |
AETERM | Reported Term for the Adverse Event | text 40 | K2 | Predecessor AE.AETERM |
"""


def tabulations() -> str:
    standards = (
        '<def:Standards><def:Standard OID="STD.IG" Name="SDTMIG" Type="IG" Version="3.4"'
        ' Status="FINAL" def:CommentOID="COM.STD"/><def:Standard OID="STD.CT" Name="CDISC/NCI"'
        ' Type="CT" PublishingSet="SDTM" Version="2025-03-28" Status="FINAL"/></def:Standards>'
    )
    documents = (
        '<def:AnnotatedCRF><def:DocumentRef leafID="LF.ACRF"/></def:AnnotatedCRF>'
        '<def:SupplementalDoc><def:DocumentRef leafID="LF.CSDRG"/></def:SupplementalDoc>'
    )
    lists = (
        f'<def:ValueListDef OID="VL.LBORRES">{text("Results")}'
        + item_ref("IT.LBORRES.ALT", "WC.ALT", 1)
        + item_ref("IT.LBORRES.GLUC", "WC.GLUC", 2, ' MethodOID="MT.2"')
        + '</def:ValueListDef><def:ValueListDef OID="VL.QVAL">'
        + item_ref("IT.QVAL.AETRT", "WC.AETRT", 1)
        + "</def:ValueListDef>"
    )
    clauses = (
        where("WC.ALT", "IT.LB.LBTESTCD", "EQ", "ALT")
        + '<def:WhereClauseDef OID="WC.GLUC" def:CommentOID="COM.JOIN">'
        '<RangeCheck Comparator="IN" SoftHard="Soft" def:ItemOID="IT.LB.LBTESTCD">'
        "<CheckValue>GLUC</CheckValue><CheckValue>ALT</CheckValue></RangeCheck>"
        '<RangeCheck Comparator="EQ" SoftHard="Soft" def:ItemOID="IT.DM.SEX">'
        "<CheckValue>F</CheckValue></RangeCheck></def:WhereClauseDef>"
        + where("WC.AETRT", "IT.SUPPAE.QNAM", "EQ", "AETRT")
    )
    supplemental = description_of("Adverse Events") + '<def:Class Name="RELATIONSHIP"/>'
    part = description_of("Questionnaires") + '<def:Class Name="FINDINGS"/>'
    groups = (
        group("TS", TS, "Trial Summary", "TRIAL DESIGN", Repeating="No", IsReferenceData="Yes")
        + group("DM", DM, "Demographics", "SPECIAL PURPOSE", Repeating="No")
        + group(
            "CM",
            CM,
            "Concomitant/Prior Medications",
            "INTERVENTIONS",
            def_ArchiveLocationID="",
            def_HasNoData="Yes",
            def_CommentOID="COM.EMPTY",
        )
        + group(
            "XS",
            XS,
            "Skin Photographs",
            "INTERVENTIONS",
            def_StandardOID="",
            def_IsNonStandard="Yes",
        )
        + group("AE", AE, "Adverse Events", "EVENTS")
        + group("LB", LB, "Laboratory Test Results", "FINDINGS")
        + group(
            "QSCG", QSCG, "Questionnaires - Improvement", "FINDINGS", Domain="QS", children=part
        )
        + group("FA", FA, "Findings About Events or Interventions", "FINDINGS ABOUT")
        + group(
            "SUPPAE",
            SUPPAE,
            "Supplemental Qualifiers for AE",
            "RELATIONSHIP",
            Domain="AE",
            children=supplemental,
        )
    )
    defined = (
        items("TS", TS) + items("DM", DM) + items("CM", CM) + items("XS", XS) + items("AE", AE)
        + items("LB", LB, LBORRES="VL.LBORRES") + items("QSCG", QSCG) + items("FA", FA)
        + items("SUPPAE", SUPPAE, QVAL="VL.QVAL")
        + value("IT.LBORRES.ALT", "LBORRES", "float 6 2", origins("Collected Vendor"))
        + value("IT.LBORRES.GLUC", "LBORRES", "text 8",
                '<CodeListRef CodeListOID="CL.SCALE"/>' + origins("Derived Vendor"))
        + value("IT.QVAL.AETRT", "AETRT", "text 1",
                '<CodeListRef CodeListOID="CL.NY"/>' + origins("Collected Subject", PAGES))
    )  # fmt: skip
    codelists = (
        codelist("CL.SEX", "Sex", "C66731", ("F", "Female", "C16576"), ("M", "Male", "C20197"))
        + codelist("CL.NY", "No Yes Response", "C66742", ("N", "No", "C49487"),
                   ("Y", "Yes", "C49488"))
        + codelist("CL.OUT", "Outcome of Event", "C66768", ("FATAL", "", "C48275"),
                   ("UNKNOWN", "", "C17998"))
        + codelist("CL.LBTESTCD", "Laboratory Test Code", "C65047",
                   ("ALT", "Alanine Aminotransferase", "C64433"), ("GLUC", "Glucose", "C105585"),
                   ("OWNTEST", "A test of the sponsor", ""))
        + codelist("CL.UNIT", "Unit", "C71620", ("U/L", "", "C67456"), ("spoons", "", ""))
        + codelist("CL.FATESTCD", "Findings About Test Code", "C101832",
                   ("SEV", "Severity/Intensity", "C25676"))
        + codelist("CL.DOMAIN", "SDTM Domain Abbreviation", "C66734", ("AE", "", "C49562"))
        + codelist("CL.SCALE", "Scale", "", ("BETTER", "Better", ""), ("WORSE", "Worse", ""),
                   more=' SASFormatName="$SCALE" def:CommentOID="COM.SCALE"')
        + codelist("CL.MARK", "Mark", "", ("A", "", ""), ("B", "", ""),
                   more=' SASFormatName="$MARK"')
        + '<CodeList OID="CL.MEDDRA" Name="Medical dictionary" DataType="text">'
        '<ExternalCodeList Dictionary="MedDRA" Version="27.0"/></CodeList>'
    )  # fmt: skip
    methods = (
        f'<MethodDef OID="MT.1" Name="One" Type="Computation">{text("It is computed.")}'
        '<FormalExpression Context="SAS">x = 1;</FormalExpression></MethodDef>'
        f'<MethodDef OID="MT.2" Name="Two" Type="Imputation">{text("It is imputed.")}'
        '<def:DocumentRef leafID="LF.CSDRG"><def:PDFPageRef Type="NamedDestination"'
        ' PageRefs="methods"/></def:DocumentRef></MethodDef>'
    )
    comments = (
        comment("COM.MDV", "On the file.") + comment("COM.STD", "On the standard.")
        + comment("COM.JOIN", "Joined by USUBJID.") + comment("COM.EMPTY", "No data.")
        + comment("COM.SCALE", "See the guide.", '<def:DocumentRef leafID="LF.CSDRG"/>')
    )  # fmt: skip
    # AETERM has the list CL.MARK nowhere: FAOBJ does, so that it is referred to.
    defined = defined.replace(
        f"{text('Object of the Observation')}",
        f'{text("Object of the Observation")}<CodeListRef CodeListOID="CL.MARK"/>',
    )
    leaves = leaf("LF.ACRF", "acrf.pdf") + leaf("LF.CSDRG", "csdrg.pdf")
    return (
        HEAD + standards + documents + lists + clauses + groups + defined + codelists + methods
        + comments + leaves + FOOT
    )  # fmt: skip


RESULTS = """<arm:AnalysisResultDisplays>
<arm:ResultDisplay OID="RD.1" Name="Table 1">
<Description><TranslatedText xml:lang="en">Responders</TranslatedText></Description>
<def:DocumentRef leafID="LF.CSR"/>
<arm:AnalysisResult OID="AR.1" ParameterOID="IT.ADRS.PARAMCD"
  AnalysisReason="SPECIFIED IN SAP" AnalysisPurpose="PRIMARY OUTCOME MEASURE">
<Description><TranslatedText xml:lang="en">Share of responders</TranslatedText></Description>
<arm:AnalysisDatasets def:CommentOID="COM.JOIN">
<arm:AnalysisDataset ItemGroupOID="IG.ADRS"><def:WhereClauseRef WhereClauseOID="WC.SRI4"/>
<arm:AnalysisVariable ItemOID="IT.ADRS.AVAL"/></arm:AnalysisDataset>
<arm:AnalysisDataset ItemGroupOID="IG.ADSL"/>
</arm:AnalysisDatasets>
<arm:Documentation><Description><TranslatedText xml:lang="en">SAP</TranslatedText></Description>
<def:DocumentRef leafID="LF.CSR"/></arm:Documentation>
<arm:ProgrammingCode Context="SAS"><arm:Code>proc freq;</arm:Code></arm:ProgrammingCode>
</arm:AnalysisResult>
<arm:AnalysisResult OID="AR.2" AnalysisReason="DATA DRIVEN"
  AnalysisPurpose="EXPLORATORY OUTCOME MEASURE">
<Description><TranslatedText xml:lang="en">Age</TranslatedText></Description>
<arm:AnalysisDatasets><arm:AnalysisDataset ItemGroupOID="IG.ADSL">
<arm:AnalysisVariable ItemOID="IT.ADSL.AGE"/></arm:AnalysisDataset></arm:AnalysisDatasets>
</arm:AnalysisResult></arm:ResultDisplay>
<arm:ResultDisplay OID="RD.2" Name="Table 2">
<Description><TranslatedText xml:lang="en">Ages</TranslatedText></Description>
<arm:AnalysisResult OID="AR.1" AnalysisReason="SPECIFIED IN PROTOCOL"
  AnalysisPurpose="SECONDARY OUTCOME MEASURE">
<Description><TranslatedText xml:lang="en">Age</TranslatedText></Description>
<arm:AnalysisDatasets><arm:AnalysisDataset ItemGroupOID="IG.ADSL">
<arm:AnalysisVariable ItemOID="IT.ADSL.AGE"/></arm:AnalysisDataset></arm:AnalysisDatasets>
</arm:AnalysisResult></arm:ResultDisplay>
</arm:AnalysisResultDisplays>
"""


def analysis() -> str:
    standards = (
        '<def:Standards><def:Standard OID="STD.IG" Name="ADaMIG" Type="IG" Version="1.3"'
        ' Status="FINAL" def:CommentOID="COM.MDV"/><def:Standard OID="STD.CT" Name="CDISC/NCI"'
        ' Type="CT" PublishingSet="SDTM" Version="2025-03-28" Status="FINAL"/></def:Standards>'
    )
    made = {"Purpose": "Analysis", "Domain": ""}
    event = (
        '<def:Class Name="OCCURRENCE DATA STRUCTURE"><def:SubClass Name="ADVERSE EVENT"'
        ' ParentClass="OCCURRENCE DATA STRUCTURE"/></def:Class>'
    )
    groups = (
        group("ADSL", ADSL, "Subject-Level Analysis", "SUBJECT LEVEL ANALYSIS DATASET",
              **made | {"Repeating": "No"})
        + group("ADRS", ADRS, "Responses", "BASIC DATA STRUCTURE", **made)
        + group("ADAE", ADAE, "Adverse Events", "", children=event, **made)
    )  # fmt: skip
    groups = groups.replace(' Role="A role"', "")
    defined = items("ADSL", ADSL) + items("ADRS", ADRS) + items("ADAE", ADAE)
    lists = (
        codelist("CL.PARAMCD", "Parameters", "", ("SRI4", "Responder", ""), ("PGA", "PGA", ""))
        + codelist("CL.AGEU", "Age Unit", "C66781", ("YEARS", "", "C29848"))
    )  # fmt: skip
    defined = defined.replace(
        'Name="AETERM" DataType="text" Length="40" SASFieldName="AETERM">'
        f"{text('Reported Term for the Adverse Event')}",
        'Name="AETERM" DataType="text" Length="40" SASFieldName="AETERM">'
        f'{text("Reported Term for the Adverse Event")}<CodeListRef CodeListOID="CL.AGEU"/>',
    )
    method = f'<MethodDef OID="MT.1" Name="One" Type="Computation">{text("Computed.")}</MethodDef>'
    comments = comment("COM.MDV", "On the file.") + comment("COM.JOIN", "By USUBJID.")
    return (
        HEAD + standards + where("WC.SRI4", "IT.ADRS.PARAMCD", "EQ", "SRI4") + groups + defined
        + lists + method + comments + leaf("LF.CSR", "csr.pdf") + RESULTS + FOOT
    )  # fmt: skip


def of_version_20() -> str:
    """The tabulations of version 2.0: attributes instead of elements, no sources."""
    head = (
        HEAD.replace("ns/def/v2.1", "ns/def/v2.0")
        .replace(' def:Context="Submission"', "")
        .replace('def:DefineVersion="2.1.10"', 'def:DefineVersion="2.0.0"')
        .replace('\n  def:CommentOID="COM.MDV"', ' def:StandardName="SDTM-IG"')
        .replace('Name="One"', 'Name="One" def:StandardVersion="3.4"', 1)
    )
    dm = group("DM", DM, "Demographics", "", Repeating="No", def_StandardOID="",
               def_Class="SPECIAL PURPOSE", children=" ")  # fmt: skip
    defined = items("DM", DM).replace('Type="Collected" Source="Investigator"', 'Type="CRF"')
    defined = defined.replace(' Source="Sponsor"', "")
    sex = codelist("CL.SEX", "Sex", "C66731", ("F", "Female", "C16576"), ("M", "Male", "C20197"))
    for name in ("F", "M", "Sex"):
        sex = sex.replace(text(name if name == "Sex" else f"About {name}"), "")
    sex = sex.replace(' def:StandardOID="STD.CT"', "")
    crf = '<def:AnnotatedCRF><def:DocumentRef leafID="LF.ACRF"/></def:AnnotatedCRF>'
    method = f'<MethodDef OID="MT.1" Name="One" Type="Computation">{text("Computed.")}</MethodDef>'
    return head + crf + dm + defined + sex + method + leaf("LF.ACRF", "acrf.pdf") + FOOT


DATASETS = ("TS", "DM", "XS", "AE", "LB", "QSCG", "FA", "SUPPAE", "ADSL", "ADRS", "ADAE")
DOCUMENTS = ("define2-1.xsl", "acrf.pdf", "csdrg.pdf", "csr.pdf")


def with_files(folder: Path) -> Path:
    """The folder with the files that the examples name; they are empty."""
    for name in (*DOCUMENTS, *(f"{dataset.lower()}.xpt" for dataset in DATASETS)):
        (folder / name).touch()
    return folder
