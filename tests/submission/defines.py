"""Two small define.xml files, typed by hand: one of version 2.1 with results, one of 2.0."""

from __future__ import annotations

DEFINE_21 = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>
<!-- made by hand -->
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"
     xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:arm="http://www.cdisc.org/ns/arm/v1.0"
     ODMVersion="1.3.2" FileType="Snapshot" FileOID="F.1" CreationDateTime="2024-02-29T13:05:09"
     def:Context="Submission" Originator="A Sponsor" SourceSystem="By hand">
 <Study OID="ST.1">
  <GlobalVariables><StudyName>CK01</StudyName>
   <StudyDescription>A study of &lt;nothing&gt; &amp; all</StudyDescription>
   <ProtocolName>CK-01</ProtocolName></GlobalVariables>
  <MetaDataVersion OID="MDV.1" Name="CK01 definitions" def:DefineVersion="2.1.10" def:CommentOID="COM.ALL">
   <def:Standards>
    <def:Standard OID="STD.IG" Name="ADaMIG" Type="IG" Version="1.3" Status="FINAL"/>
    <def:Standard OID="STD.CT" Name="CDISC/NCI" Type="CT" PublishingSet="ADaM" Version="2025-03-28" Status="FINAL"/>
   </def:Standards>
   <def:AnnotatedCRF><def:DocumentRef leafID="LF.ACRF"/></def:AnnotatedCRF>
   <def:ValueListDef OID="VL.AVAL">
    <ItemRef ItemOID="IT.ADX.AVAL.HR" Mandatory="No" MethodOID="MT.HR"><def:WhereClauseRef WhereClauseOID="WC.HR"/></ItemRef>
    <ItemRef ItemOID="IT.ADX.AVAL.BP" Mandatory="No"><def:WhereClauseRef WhereClauseOID="WC.BP"/></ItemRef>
   </def:ValueListDef>
   <def:WhereClauseDef OID="WC.HR"><RangeCheck Comparator="EQ" SoftHard="Soft" def:ItemOID="IT.ADX.PARAMCD"><CheckValue>HR</CheckValue></RangeCheck></def:WhereClauseDef>
   <def:WhereClauseDef OID="WC.BP"><RangeCheck Comparator="IN" SoftHard="Soft" def:ItemOID="IT.ADX.PARAMCD"><CheckValue>SBP</CheckValue><CheckValue>DBP</CheckValue></RangeCheck></def:WhereClauseDef>
   <ItemGroupDef OID="IG.ADX" Name="ADX" SASDatasetName="ADX" Repeating="Yes" IsReferenceData="No" Purpose="Analysis"
     def:Structure="One record per subject per parameter" def:StandardOID="STD.IG" def:ArchiveLocationID="LF.ADX" def:CommentOID="COM.ADX">
    <Description><TranslatedText xml:lang="en">Examination Analysis</TranslatedText></Description>
    <ItemRef ItemOID="IT.ADX.USUBJID" OrderNumber="1" Mandatory="Yes" KeySequence="1"/>
    <ItemRef ItemOID="IT.ADX.PARAMCD" OrderNumber="2" Mandatory="Yes" KeySequence="2"/>
    <ItemRef ItemOID="IT.ADX.AVAL" OrderNumber="3" Mandatory="No"/>
    <ItemRef ItemOID="IT.ADX.ADY" OrderNumber="4" Mandatory="No" MethodOID="MT.ADY" def:HasNoData="Yes"/>
    <ItemRef ItemOID="IT.ADX.XDECOD" OrderNumber="5" Mandatory="No"/>
    <def:Class Name="BASIC DATA STRUCTURE"><def:SubClass Name="TIME-TO-EVENT" ParentClass="BASIC DATA STRUCTURE"/></def:Class>
    <def:leaf ID="LF.ADX" xlink:href="adx.xpt"><def:title>adx.xpt</def:title></def:leaf>
   </ItemGroupDef>
   <ItemDef OID="IT.ADX.USUBJID" Name="USUBJID" SASFieldName="USUBJID" DataType="text" Length="20">
    <Description><TranslatedText xml:lang="en">Unique Subject Identifier</TranslatedText></Description>
    <def:Origin Type="Predecessor"><Description><TranslatedText xml:lang="en">ADSL.USUBJID</TranslatedText></Description></def:Origin></ItemDef>
   <ItemDef OID="IT.ADX.PARAMCD" Name="PARAMCD" DataType="text" Length="8">
    <Description><TranslatedText xml:lang="en">Parameter Code</TranslatedText></Description>
    <CodeListRef CodeListOID="CL.PARAMCD"/><def:Origin Type="Assigned" Source="Sponsor"/></ItemDef>
   <ItemDef OID="IT.ADX.AVAL" Name="AVAL" DataType="float" Length="5" SignificantDigits="1" def:DisplayFormat="8.1">
    <Description><TranslatedText xml:lang="en">Analysis Value</TranslatedText></Description>
    <def:ValueListRef ValueListOID="VL.AVAL"/></ItemDef>
   <ItemDef OID="IT.ADX.AVAL.HR" Name="AVAL" DataType="integer" Length="3">
    <Description><TranslatedText xml:lang="en">Pulse</TranslatedText></Description><def:Origin Type="Derived" Source="Sponsor"/></ItemDef>
   <ItemDef OID="IT.ADX.AVAL.BP" Name="AVAL" DataType="float" Length="5" SignificantDigits="1">
    <def:Origin Type="Collected" Source="Investigator"><def:DocumentRef leafID="LF.ACRF"><def:PDFPageRef PageRefs="6 9" Type="PhysicalRef"/></def:DocumentRef></def:Origin></ItemDef>
   <ItemDef OID="IT.ADX.ADY" Name="ADY" DataType="integer" Length="4" def:CommentOID="COM.ADY">
    <Description><TranslatedText xml:lang="en">Analysis Relative Day</TranslatedText></Description><def:Origin Type="Derived" Source="Sponsor"/></ItemDef>
   <ItemDef OID="IT.ADX.XDECOD" Name="XDECOD" DataType="text" Length="40">
    <Description><TranslatedText xml:lang="en">Coded Term</TranslatedText></Description>
    <CodeListRef CodeListOID="CL.MEDDRA"/><def:Origin Type="Assigned" Source="Sponsor"/></ItemDef>
   <CodeList OID="CL.PARAMCD" Name="Parameter Code" DataType="text" def:StandardOID="STD.CT">
    <CodeListItem CodedValue="HR"><Decode><TranslatedText xml:lang="en">Heart Rate</TranslatedText></Decode><Alias Context="nci:ExtCodeID" Name="C49677"/></CodeListItem>
    <CodeListItem CodedValue="SBP" def:ExtendedValue="Yes"><Decode><TranslatedText xml:lang="en">Systolic</TranslatedText></Decode></CodeListItem>
    <CodeListItem CodedValue="DBP" def:ExtendedValue="Yes"><Decode><TranslatedText xml:lang="en">Diastolic</TranslatedText></Decode></CodeListItem>
    <Alias Context="nci:ExtCodeID" Name="C1"/></CodeList>
   <CodeList OID="CL.MEDDRA" Name="MedDRA" DataType="text"><ExternalCodeList Dictionary="MedDRA" Version="28.0"/></CodeList>
   <MethodDef OID="MT.ADY" Name="Analysis day" Type="Computation"><Description><TranslatedText xml:lang="en">ADT minus ADSL.TRTSDT,
     plus 1.</TranslatedText></Description><FormalExpression Context="SAS">ady = adt - trtsdt + 1;</FormalExpression></MethodDef>
   <MethodDef OID="MT.HR" Name="Pulse" Type="Computation"><Description><TranslatedText xml:lang="en">Mean of the readings of ADX.PARAMCD.</TranslatedText></Description></MethodDef>
   <def:CommentDef OID="COM.ALL"><Description><TranslatedText xml:lang="en">All subjects are invented.</TranslatedText></Description></def:CommentDef>
   <def:CommentDef OID="COM.ADX"><Description><TranslatedText xml:lang="en">See the guide.</TranslatedText></Description><def:DocumentRef leafID="LF.ADRG"/></def:CommentDef>
   <def:CommentDef OID="COM.ADY"><Description><TranslatedText xml:lang="en">No dates were given.</TranslatedText></Description></def:CommentDef>
   <def:leaf ID="LF.ACRF" xlink:href="acrf.pdf"><def:title>Annotated CRF</def:title></def:leaf>
   <def:leaf ID="LF.ADRG" xlink:href="javascript:alert(1)"><def:title>Reviewer's guide</def:title></def:leaf>
   <arm:AnalysisResultDisplays>
    <arm:ResultDisplay OID="RD.1" Name="Table 14.1"><Description><TranslatedText xml:lang="en">Mean pulse</TranslatedText></Description>
     <arm:AnalysisResult OID="AR.1" ParameterOID="IT.ADX.PARAMCD" AnalysisReason="SPECIFIED IN SAP" AnalysisPurpose="PRIMARY OUTCOME MEASURE">
      <Description><TranslatedText xml:lang="en">Mean at rest</TranslatedText></Description>
      <arm:AnalysisDatasets><arm:AnalysisDataset ItemGroupOID="IG.ADX"><def:WhereClauseRef WhereClauseOID="WC.HR"/><arm:AnalysisVariable ItemOID="IT.ADX.AVAL"/></arm:AnalysisDataset></arm:AnalysisDatasets>
      <arm:Documentation><Description><TranslatedText xml:lang="en">The mean of AVAL.</TranslatedText></Description></arm:Documentation>
      <arm:ProgrammingCode Context="R"><arm:Code>mean(adx$AVAL)</arm:Code></arm:ProgrammingCode>
     </arm:AnalysisResult></arm:ResultDisplay>
   </arm:AnalysisResultDisplays>
  </MetaDataVersion>
 </Study>
</ODM>
"""  # noqa: E501 - one element per line reads better than elements broken over lines

DEFINE_20 = """<?xml version="1.0" encoding="ISO-8859-1"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.0"
     xmlns:xlink="http://www.w3.org/1999/xlink" ODMVersion="1.3.2" FileType="Snapshot" FileOID="F.2"
     CreationDateTime="2016-01-01T00:00:00">
 <Study OID="ST.2">
  <GlobalVariables><StudyName>OLD</StudyName><StudyDescription>An older study</StudyDescription>
   <ProtocolName>OLD</ProtocolName></GlobalVariables>
  <MetaDataVersion OID="MDV.2" Name="OLD definitions" def:DefineVersion="2.0.0" def:StandardName="SDTM-IG" def:StandardVersion="3.1.2">
   <ItemGroupDef OID="IG.DM" Name="DM" Domain="DM" Repeating="No" Purpose="Tabulation" def:Structure="One record per subject" def:Class="SPECIAL PURPOSE" def:ArchiveLocationID="LF.DM">
    <Description><TranslatedText>Demographics</TranslatedText></Description>
    <ItemRef ItemOID="IT.SEX" Mandatory="Yes" Role="Record Qualifier"/>
    <ItemRef ItemOID="IT.GONE" Mandatory="No"/>
    <def:leaf ID="LF.DM" xlink:href="dm.xpt"><def:title>dm.xpt</def:title></def:leaf>
   </ItemGroupDef>
   <ItemDef OID="IT.SEX" Name="SEX" DataType="text" Length="1" SASFieldName="SEX">
    <Description><TranslatedText xml:lang="de">Geschlecht</TranslatedText><TranslatedText xml:lang="en">Sex</TranslatedText></Description>
    <CodeListRef CodeListOID="CL.SEX"/><def:Origin Type="CRF"/></ItemDef>
   <CodeList OID="CL.SEX" Name="Sex" DataType="text"><EnumeratedItem CodedValue="F"/><EnumeratedItem CodedValue="M"/></CodeList>
  </MetaDataVersion>
 </Study>
</ODM>
"""  # noqa: E501 - as above
