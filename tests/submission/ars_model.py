"""The logical model of the CDISC Analysis Results Standard 1.0, and whether a JSON text keeps it.

The facts, class by class: a property is required where it ends in `!`, is a list where it ends in
`*`; after the colon is its class, its enumeration or its type (text where nothing is said). From
the model's JSON schema (https://www.cdisc.org/ars/1-0, github.com/cdisc-org/
analysis-results-standard) and, for the names of sets, subsets, groupings and groups, which came
last, from the reporting event that CDISC publishes with version 1.0 ("Common Safety Displays").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WHERE = "level!:integer order!:integer condition:WhereClauseCondition"
_SET = f"id! name! label {_WHERE}"
_TERM = "controlledTerm sponsorTermId"
_DOCUMENT = "documentRefs*:DocumentReference"
_CODE = "context! code documentRef:DocumentReference"

_CLASSES = {
    "ReportingEvent": (
        "id! name! version:integer description label mainListOfContents!:ListOfContents"
        " otherListsOfContents*:ListOfContents referenceDocuments*:ReferenceDocument"
        " terminologyExtensions*:TerminologyExtension"
        " analysisOutputCategorizations*:AnalysisOutputCategorization analysisSets*:AnalysisSet"
        " dataSubsets*:DataSubset analysisGroupings*:GroupingFactor methods*:AnalysisMethod"
        " analyses*:Analysis globalDisplaySections*:GlobalDisplaySection outputs*:Output"
    ),
    "ListOfContents": "name! label description contentsList!:NestedList",
    "NestedList": "listItems*:OrderedListItem",
    "OrderedListItem": (
        "name! label description level!:integer order!:integer analysisId outputId"
        " sublist:NestedList"
    ),
    "ReferenceDocument": "id! name! label description location",
    "TerminologyExtension": "id! enumeration:ExtensibleTerminology sponsorTerms!*:SponsorTerm",
    "SponsorTerm": "id! submissionValue! description",
    "AnalysisOutputCategorization": "id! label categories!*:AnalysisOutputCategory",
    "AnalysisOutputCategory": "id! label subCategorizations*:AnalysisOutputCategorization",
    "WhereClause": f"{_WHERE} compoundExpression:WhereClauseCompoundExpression",
    "WhereClauseCondition": "dataset variable comparator:Comparator value*",
    "WhereClauseCompoundExpression": "logicalOperator!:Operator whereClauses*:WhereClause",
    "CompoundSetExpression": "logicalOperator!:Operator whereClauses*",
    "AnalysisSet": f"{_SET} compoundExpression:CompoundSetExpression",
    "DataSubset": f"{_SET} compoundExpression:WhereClauseCompoundExpression",
    "GroupingFactor": (
        "id! name! label groupingDataset groupingVariable dataDriven!:boolean groups*:Group"
    ),
    "Group": f"{_SET} compoundExpression:CompoundSetExpression",
    "AnalysisMethod": (
        f"id! name! label description {_DOCUMENT} operations!*:Operation"
        " codeTemplate:AnalysisProgrammingCodeTemplate"
    ),
    "Operation": (
        "id! name! label description order!:integer resultPattern"
        " referencedOperationRelationships*:ReferencedOperationRelationship"
    ),
    "ReferencedOperationRelationship": (
        "id! description referencedOperationRole!:OperationRole operationId! analysisId"
    ),
    "OperationRole": f"{_TERM}",
    "AnalysisProgrammingCodeTemplate": f"{_CODE} parameters*:TemplateCodeParameter",
    "TemplateCodeParameter": "name! label description valueSource value*",
    "Analysis": (
        f"id! name! label version:integer description reason!:Reason purpose!:Purpose {_DOCUMENT}"
        " categoryIds* dataset variable analysisSetId dataSubsetId"
        " orderedGroupings*:OrderedGroupingFactor methodId!"
        " referencedAnalysisOperations*:ReferencedAnalysisOperation"
        " programmingCode:AnalysisOutputProgrammingCode results*:OperationResult"
    ),
    "Reason": _TERM,
    "Purpose": _TERM,
    "OrderedGroupingFactor": "order!:integer groupingId! resultsByGroup!:boolean",
    "ReferencedAnalysisOperation": "referencedOperationRelationshipId! analysisId!",
    "AnalysisOutputProgrammingCode": f"{_CODE} parameters*:AnalysisOutputCodeParameter",
    "AnalysisOutputCodeParameter": "name! label description value!*",
    "OperationResult": "operationId! resultGroups*:ResultGroup rawValue formattedValue",
    "ResultGroup": "groupingId! groupId groupValue",
    "Output": (
        f"id! name! label version:integer description {_DOCUMENT} categoryIds*"
        " fileSpecifications*:OutputFile displays!*:OrderedDisplay"
        " programmingCode:AnalysisOutputProgrammingCode"
    ),
    "OutputFile": "name! label description fileType:FileType location style",
    "FileType": _TERM,
    "OrderedDisplay": "order!:integer display!:OutputDisplay",
    "OutputDisplay": (
        "id! name! label version:integer description displayTitle displaySections*:DisplaySection"
    ),
    "DisplaySection": "sectionType:SectionType orderedSubSections*:OrderedSubSection",
    "OrderedSubSection": "order!:integer subSection:DisplaySubSection subSectionId",
    "GlobalDisplaySection": "sectionType:SectionType subSections*:DisplaySubSection",
    "DisplaySubSection": "id! text!",
    "DocumentReference": "referenceDocumentId! pageRefs*:PageRef",
    "PageRef": (
        "refType!:PageRefType label pageNames* pageNumbers*:integer firstPage:integer"
        " lastPage:integer"
    ),
}  # fmt: skip

_TERMS = {
    "Comparator": {"EQ", "NE", "GT", "GE", "LT", "LE", "IN", "NOTIN"},
    "Operator": {"AND", "OR", "NOT"},
    "SectionType": {
        "Header", "Title", "Rowlabel Header", "Legend", "Abbreviation", "Footnote", "Footer",
    },
    "PageRefType": {"PhysicalRef", "NamedDestination"},
    "ExtensibleTerminology": {
        "AnalysisReasonEnum", "AnalysisPurposeEnum", "OperationRoleEnum", "OutputFileTypeEnum",
    },
}  # fmt: skip
_CONTROLLED = {  # of these the sponsor may have terms of its own
    "Reason": {
        "SPECIFIED IN PROTOCOL", "SPECIFIED IN SAP", "DATA DRIVEN",
        "REQUESTED BY REGULATORY AGENCY",
    },
    "Purpose": {
        "PRIMARY OUTCOME MEASURE", "SECONDARY OUTCOME MEASURE", "EXPLORATORY OUTCOME MEASURE",
    },
    "OperationRole": {"NUMERATOR", "DENOMINATOR"},
    "FileType": {"pdf", "rtf", "txt"},
}  # fmt: skip
_TYPES = {"": str, "integer": int, "boolean": bool}

# What an id that is referred to is the id of.
_REFERENCES = {
    "analysisSetId": "AnalysisSet", "dataSubsetId": "DataSubset", "methodId": "AnalysisMethod",
    "groupingId": "GroupingFactor", "groupId": "Group", "operationId": "Operation",
    "analysisId": "Analysis", "outputId": "Output", "subSectionId": "DisplaySubSection",
    "sponsorTermId": "SponsorTerm", "referenceDocumentId": "ReferenceDocument",
    "referencedOperationRelationshipId": "ReferencedOperationRelationship",
}  # fmt: skip


def faults(event: Any) -> list[str]:
    """What in a reporting event the model does not allow, each with its place."""
    ids: dict[str, list[str]] = {}
    referred: list[tuple[str, str, str]] = []
    found = list(_object(event, "ReportingEvent", "", ids, referred))
    for kind, names in ids.items():
        twice = sorted({name for name in names if names.count(name) > 1})
        found += [f"{kind}: the id {name} is given twice" for name in twice]
    found += [
        f"{place}: there is no {kind} {name}"
        for place, kind, name in referred
        if name not in ids.get(kind, [])
    ]
    return found


def _object(
    value: Any, kind: str, place: str, ids: dict[str, list[str]],
    referred: list[tuple[str, str, str]],
) -> Iterator[str]:  # fmt: skip
    if not isinstance(value, dict):
        yield f"{place}: no {kind}"
        return
    known = {name.rstrip("!*"): (name, of) for name, of in _properties(kind)}
    yield from (f"{place}/{name}: {kind} has no such property" for name in set(value) - set(known))
    for name, (marked, of) in known.items():
        if name not in value:
            if "!" in marked:
                yield f"{place}: {kind} has no {name}"
            continue
        several = value[name] if "*" in marked else [value[name]]
        if not isinstance(several, list):
            yield f"{place}/{name}: no list"
            continue
        for number, one in enumerate(several):
            where = f"{place}/{name}" + (f"/{number}" if "*" in marked else "")
            if of in _CLASSES:
                yield from _object(one, of, where, ids, referred)
            elif of in _TERMS:
                if one not in _TERMS[of]:
                    yield f"{where}: {one} is no {of}"
            elif type(one) is not _TYPES[of]:
                yield f"{where}: {one!r} is no {of or 'text'}"
            if name in _REFERENCES:
                referred.append((where, _REFERENCES[name], one))
    if "id" in value:
        ids.setdefault(kind, []).append(value["id"])
    yield from _rules(value, kind, place)


def _rules(value: Mapping[str, Any], kind: str, place: str) -> Iterator[str]:
    """What the model says of the properties of an object together."""
    if kind in _CONTROLLED:
        if ("controlledTerm" in value) == ("sponsorTermId" in value):
            yield f"{place}: give a controlled term or a sponsor's"
        elif value.get("controlledTerm", "") not in _CONTROLLED[kind] | {""}:
            yield f"{place}: {value['controlledTerm']} is no term of {kind}"
    if "condition" in value and "compoundExpression" in value:
        yield f"{place}: a condition or a compound expression, not both"
    if kind == "WhereClauseCondition":
        count, lists = len(value.get("value", [])), value.get("comparator") in ("IN", "NOTIN")
        if (count < 2) if lists else (count > 1):
            yield f"{place}: {value.get('comparator')} with {count} values"
    if "logicalOperator" in value:
        count = len(value.get("whereClauses", []))
        if (count != 1) if value["logicalOperator"] == "NOT" else (count < 2):
            yield f"{place}: {value['logicalOperator']} of {count} clauses"
    if kind == "OrderedSubSection" and ("subSection" in value) == ("subSectionId" in value):
        yield f"{place}: a subsection or a reference to one"


def _properties(kind: str) -> Iterator[tuple[str, str]]:
    for word in _CLASSES[kind].split():
        name, _, of = word.partition(":")
        yield name, of
