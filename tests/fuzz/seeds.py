"""Small whole files that the fuzzing of the readers starts from."""

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
