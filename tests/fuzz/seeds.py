"""Small whole files that the fuzzing of the readers starts from."""

# ruff: noqa: E501 - seeds are written as their formats have them

from __future__ import annotations

ODM = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Transactional"><Study OID="S">'
    '<MetaDataVersion OID="1" Name="1"><FormDef OID="F" Name="F" Repeating="No">'
    '<ItemGroupRef ItemGroupOID="G"/></FormDef><ItemGroupDef OID="G" Name="G" Repeating="Yes">'
    '<ItemRef ItemOID="I"/></ItemGroupDef><ItemDef OID="I" Name="I" DataType="date">'
    '<CodeListRef CodeListOID="C"/></ItemDef><CodeList OID="C" Name="C"><CodeListItem'
    ' CodedValue="1"><Decode><TranslatedText>x</TranslatedText></Decode></CodeListItem></CodeList>'
    '</MetaDataVersion></Study><ClinicalData StudyOID="S" MetaDataVersionOID="1">'
    '<SubjectData SubjectKey="1" TransactionType="Insert"><StudyEventData StudyEventOID="E">'
    '<FormData FormOID="F"><ItemGroupData ItemGroupOID="G" ItemGroupRepeatKey="1">'
    '<ItemDataDate ItemOID="I">2020-01-02</ItemDataDate></ItemGroupData></FormData>'
    "</StudyEventData></SubjectData></ClinicalData></ODM>"
)
ODM_2 = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0" FileType="Snapshot"><ClinicalData StudyOID="S">'
    '<SubjectData SubjectKey="1"><StudyEventData StudyEventOID="E"><ItemGroupData'
    ' ItemGroupOID="F"><ItemGroupData ItemGroupOID="G" ItemGroupRepeatKey="2"><ItemData'
    ' ItemOID="A"><Value>1</Value><Value>2</Value></ItemData></ItemGroupData></ItemGroupData>'
    "</StudyEventData></SubjectData></ClinicalData></ODM>"
)
REDCAP = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:redcap="https://projectredcap.org"'
    ' FileType="Snapshot"><Study OID="S"><GlobalVariables><redcap:MissingDataCodes>UNK, Unknown'
    '</redcap:MissingDataCodes></GlobalVariables><MetaDataVersion OID="1" Name="1"'
    ' redcap:RecordIdField="id"><FormDef OID="Form.dm" Name="dm" redcap:FormName="dm">'
    '<ItemGroupRef ItemGroupOID="dm.id"/></FormDef><ItemGroupDef OID="dm.id" Name="dm">'
    '<ItemRef ItemOID="id"/><ItemRef ItemOID="gym___0"/><ItemRef ItemOID="dm_complete"/>'
    '</ItemGroupDef><ItemDef OID="id" Name="id" redcap:Variable="id" redcap:FieldType="text"/>'
    '<ItemDef OID="gym___0" Name="gym___0" redcap:Variable="gym" redcap:FieldType="checkbox">'
    '<CodeListRef CodeListOID="C"/></ItemDef><ItemDef OID="dm_complete" Name="dm_complete"'
    ' redcap:FieldType="select"/><CodeList OID="C" Name="C" redcap:CheckboxChoices="0, A"/>'
    '</MetaDataVersion></Study><ClinicalData StudyOID="S" MetaDataVersionOID="1">'
    '<SubjectData SubjectKey="1"><FormData FormOID="Form.dm" FormRepeatKey="1">'
    '<ItemGroupData ItemGroupOID="dm.id" ItemGroupRepeatKey="1"><ItemData ItemOID="id" Value="1"/>'
    '<ItemData ItemOID="gym___0" Value="1"/><ItemData ItemOID="dm_complete" Value="2"/>'
    "</ItemGroupData></FormData></SubjectData></ClinicalData></ODM>"
)
SECUTRIAL = {
    "items.xls": '"ffcolname"\t"itemtype"\t"formtablename"\t"fflabel"\t"unit"\t""\n'
    '"sex"\t"Popup"\t"mnpdm"\t"Sex"\t""\t""\n',
    "forms.xls": '"formtablename"\t"formname"\t""\n"mnpdm"\t"DM"\t""\n',
    "casenodes.xls": '"mnpaid"\t""\n"1"\t""\n',
    "mnpdm.xls": '"mnpaid"\t"sex"\t""\n"1"\t"2"\t""\n',
}

EAV = "record,field_name,value\n1,sex,1\n1,race,-2\n1,dm_complete,2\n1,aeterm,Ache\n"
RAVE = (
    "environmentName,Subject,Folder,InstanceRepeatNumber,RecordId,RecordPosition,RecordActive,"
    "AETERM,AESTDAT,AESTDAT_RAW,AESTDAT_INT,AESEV,AESEV_STD,WT,WT_UN\n"
    "Prod,1,AE,0,5,1,1,Ache,2024-03-05T00:00:00,05 MAR 2024,2024-03-05,Mild,1,70,kg\n"
    "Prod,1,AE,0,6,2,0,Rash,,UN APR 2024,2024-04-01,Severe,3,,\nEOF\n"
)
CASTOR = {
    "S_export_20240101.csv": "Participant Id;Participant Status;Site Abbreviation;sex;m#A;m#B;\n"
    "1;Not Set;X;1;1;0;\n2;Not Set;X;##USER_MISSING_97##;-97;-97;\n",
    "S_AE_export_20240101.csv": "Participant Id;Repeating Data Creation Date;Repeating data Parent;"
    "ae\n1;01-01-2024 10:00:00;No parent;Ache\n",
}
VIEDOC = (
    "SubjectId,EventId,EventSeq,EventDate,FormId,SubjectFormSeq,ItemGroupId,ItemGroupSeq,ItemId,"
    "ItemExportLabel,ItemValue,ItemCode\n"
    "1,SCR,1,2024-01-01,DM,1,G,1,SEX,Sex,Female,2\n1,SCR,1,2024-01-01,DM,1,H,2,DRUG,Drug,Zinc,NA\n"
)
OPENCLINICA = (
    "Study Event Definition 1\tScreening\tE1\nCRF1\tVitals - v1.0\tC1\n\n"
    "Study Subject ID\tProtocol ID\tSex\tStartDate_E1\t W_E1_C1\t D_E1_2_C1_3\t\n"
    "1\tZ\tf\t2024-04-12\t70\tzinc\t\n"
)
OPENEDC = ",,,,E-F-G-I\nSubject,RepeatKey,Creation_Date,Creation_Time,Weight\n1,1,x,y,70\n"
DATASET_XML = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><ClinicalData StudyOID="s"><ItemGroupData'
    ' ItemGroupOID="IG.AE"><ItemData ItemOID="IT.USUBJID" Value="1"/><ItemData'
    ' ItemOID="IT.AE.AETERM" Value="Ache"/></ItemGroupData></ClinicalData></ODM>'
)
DATASET_JSON = (
    '{"name": "VS", "label": "Vital Signs", "columns": [{"name": "USUBJID", "label": "Subject"},'
    ' {"name": "VSSTRESN"}], "rows": [["1", 70.5], ["2", null]]}'
)

DICTIONARY = (
    "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,"
    "field_note,text_validation_type_or_show_slider_number,text_validation_min,"
    "text_validation_max,identifier,branching_logic,required_field,custom_alignment,"
    "question_number,matrix_group_name,matrix_ranking,field_annotation\n"
    "id,dm,,text,Id,,,,,,,,,,,,,\n"
    'sex,dm,,radio,Sex,"1, M | 2, F",,,,,,,y,,,,,\n'
    'race,dm,,checkbox,Race,"1, A | -2, B",,,,,,,,,,,,\n'
    "weight,dm,,text,Weight,,,number,30,200,,\"[sex] = '1' and [race(1)] <> '0'\",,,,,,\n"
    "birth,dm,,text,Birth,,,date_ymd,1900-01-01,today,y,,,,,,,\n"
    "aeterm,ae,,text,Event,,,,,,,,,,,,,\n"
)
EXPORT = (
    "id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,race___1,race____2,"
    "weight,birth,dm_complete,aeterm,ae_complete\n"
    "1,e1,,,1,0,1,70.5,1980-02-03,2,,\n1,e1,ae,1,,,,,,,Headache,1\n"
)
EVENTS = "unique_event_name,arm_num\ne1,1\n"
EVENT_FORMS = "arm_num,unique_event_name,form\n1,e1,dm\n1,e1,ae\n"
CODES = "form,field,code,label\n,sex,1,M\nx,sex,2,F\n"

STUDY = """\
study: S1
title: A study
description: A study of tests
protocol: S1
standards: {SDTMIG: "3.4", ADaMIG: "1.3"}
terminology: {SDTM: "2025-03-28", ADaM: "2025-03-28"}
data_cut: "2020-12-31"
raw:
  - name: forms
    reader: table
    forms:
      dm: {file: dm.csv, subject: subject, dates: DMY, missing: [ND, "."]}
      ex: {file: ex.csv, subject: subject, event: visit, dates: YMD}
visits:
  - [event, visitnum, visit, visitdy]
  - [day_1, 1, DAY 1, 1]
tables:
  codes: codes.csv
  arms:
    - [ARMCD, ARM]
    - [A, Active]
not_submitted:
  dm: [note]
"""
SPEC_FILES = {
    "study.yaml": STUDY,
    "sdtm/dm.yaml": """\
dataset: DM
records: {from: dm, join: {dose: {from: ex, first: start}}}
keys: [STUDYID, USUBJID]
variables:
  SUBJID: {collected: "@subject"}
  RFSTDTC: {derived: earliest, from: EX.EXSTDTC}
  SEX: {collected: sex}
  AGE: {collected: age}
  ARM: {assigned: {constant: Active}, when: [{RFSTDTC: {NE: ""}}]}
  ARMCD: {protocol: {constant: A}}
supplemental:
  DRUG: {collected: dose.drug, label: First Drug}
""",
    "sdtm/ex.yaml": """\
dataset: EX
records:
  - {from: ex, name: given, where: [{dose: {NE: "0"}}], bind: {result: dose}}
tests:
  - [form, EXTRT, EXDOSU, result]
  - [given, DRUG, mg, dose]
keys: [STUDYID, USUBJID, EXTRT, EXSTDTC]
variables:
  EXTRT: {}
  EXDOSE: {collected: result}
  EXDOSU: {}
  EXSTDTC: {collected: start}
  EXSTDY: standard
  VISITNUM: standard
""",
    "adam/adsl.yaml": """\
dataset: ADSL
records: {from: DM, where: [{ARM: {EQ: Active}}]}
keys: [STUDYID, USUBJID]
variables:
  STUDYID: {predecessor: DM.STUDYID}
  USUBJID: {predecessor: DM.USUBJID}
  AGE: {predecessor: DM.AGE}
  TRT01P: {predecessor: DM.ARM}
  TRTSDT: {derived: analysis_date, from: DM.RFSTDTC, format: DATE9.}
""",
    "terminology.yaml": """\
codelists:
  AEREL: {label: Relation, terms: [NOT RELATED, RELATED], collected: {No: NOT RELATED}}
  TOXGR: {label: Grade, terms: {"1": Mild}}
  DSDECOD: {of: NCOMPLT, extend: [CONSENT]}
""",
    "explanations.yaml": """\
explanations:
  - match: {rule: CK-EXPECTED, dataset: AE}
    reason: It is so.
""",
    "analyses.yaml": """\
analyses:
  - {id: A1, title: Women, dataset: ADSL, where: [{AGE: {GE: 18}}], variable: TRT01P, event: Active,
     summary: true, reason: SPECIFIED IN SAP, purpose: PRIMARY OUTCOME MEASURE}
displays:
  - {id: T1, kind: table, title: Women, shows: responders, analyses: [A1]}
""",
    "codes.csv": "code,term\n1,A\n",
    "proposals.csv": "file,line,proposal,open\n",
    "dm.csv": "subject,sex,age,note\n1,F,40,x\n2,M,,\n",
    "ex.csv": "subject,visit,drug,dose,start\n1,day_1,DRUG,5,2020-01-02\n2,day_1,DRUG,ND,2020\n",
}

MDHIER = (
    "101$201$301$401$Quandle flux$Quandle fluxes NEC$Quandle disorders$Flux disorders$Flux$$401$Y$\n"
    "101$202$302$402$Quandle flux$Glimmer signs$Glimmer disorders$Glimmer tracts$Glim$$401$N$\n"
)
LLT = "901$Flux of quandle$101$$$$$$$Y$$\n101$Quandle flux$101$$$$$$$Y$$\n"
DD = "0000010100 10TGLIMMEROL\n00000101001020T200001ZZZ0000101 201GLIMMEROL\n"
DDA = "000001010010Z01AA01201Y\n"
INA = "Z      1ZETA\nZ01AA  4ZETA AGENTS\n"
CT_TEXT = (
    "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value\t"
    "CDISC Synonym(s)\tCDISC Definition\tNCI Preferred Term\n"
    "C66742\t\tNo\tNo Yes Response\tNY\tNo Yes Response\tYes or no.\tCDISC No Yes\n"
    "C49487\tC66742\t\tNo Yes Response\tN\tNo\tThe no.\tNo\n"
)
CT_ODM = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:nciodm="http://ncicb.nci.nih.gov/xml/odm/EVS'
    '/CDISC" FileType="Snapshot" FileOID="CDISC_CT.SDTM.2024-03-29" ODMVersion="1.3.2">'
    '<Study OID="CDISC_CT.SDTM.2024-03-29"><MetaDataVersion OID="M" Name="SDTM Terminology">'
    '<CodeList OID="CL.C66742.NY" Name="No Yes Response" DataType="text" nciodm:ExtCodeID="C66742"'
    ' nciodm:CodeListExtensible="No"><EnumeratedItem CodedValue="N" nciodm:ExtCodeID="C49487">'
    "<nciodm:CDISCSynonym>No</nciodm:CDISCSynonym><nciodm:PreferredTerm>No</nciodm:PreferredTerm>"
    "</EnumeratedItem><nciodm:CDISCSubmissionValue>NY</nciodm:CDISCSubmissionValue></CodeList>"
    "</MetaDataVersion></Study></ODM>"
)
ODS = {
    "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
    "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
    'manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/'
    'vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
    "content.xml": '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office'
    ':1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:'
    'tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="x">'
    '<table:table-row><table:table-cell office:value-type="string"><text:p>a</text:p></table:'
    'table-cell><table:table-cell office:value-type="string" table:number-columns-repeated="2"><text:p>'
    'b</text:p></table:table-cell></table:table-row><table:table-row table:number-rows-repeated="2">'
    '<table:table-cell office:value-type="float" office:value="1.5"><text:p>1.5</text:p></table:'
    'table-cell><table:table-cell office:value-type="date" office:date-value="2020-01-02"/>'
    "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>",
}
