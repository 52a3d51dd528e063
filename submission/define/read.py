"""Read a define.xml, 2.0 or 2.1, whoever wrote it.

Namespaces are told apart by elements' local names: `def` of 2.0 and of 2.1 read alike. What is
missing reads as "", for finding faults is the work of the checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.errors import CdisckitError
from submission.define.document import (
    AnalysisDataset,
    CodedTerm,
    Codelist,
    Comment,
    Display,
    Document,
    DocumentReference,
    Expression,
    Item,
    ItemGroup,
    ItemOrigin,
    ItemReference,
    Leaf,
    Method,
    RangeCheck,
    Result,
    Standard,
    ValueList,
    WhereClause,
)
from submission.define.tree import (
    child_text,
    children,
    description,
    first,
    get,
    is_named,
    parse_define,
    translated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml import etree


def read_define(path: Path) -> Document:
    """The contents of a define.xml.

    Entities, DTDs and the network are not used. CdisckitError for a file that is no XML, has a
    document type, or holds no MetaDataVersion of Define-XML 2.
    """
    root = parse_define(path)
    version = first(root, "Study", "MetaDataVersion")
    if version is None:
        raise CdisckitError(
            "is not a define.xml: there is no Study with a MetaDataVersion",
            where=path.name,
            remedy="name a Define-XML 2.0 or 2.1 file",
        )
    if any("/ns/def/v1" in uri for uri in version.nsmap.values()):
        raise CdisckitError(
            "is Define-XML 1.0, which is not read", where=path.name, remedy="convert it to 2.1"
        )
    return _document(root, version)


def _document(root: etree._Element, version: etree._Element) -> Document:
    names = first(root, "Study", "GlobalVariables")
    displays = first(version, "AnalysisResultDisplays")
    return Document(
        study=child_text(names, "StudyName"),
        description=child_text(names, "StudyDescription"),
        protocol=child_text(names, "ProtocolName"),
        name=get(version, "Name"),
        version=get(version, "DefineVersion"),
        about=get(version, "Description"),
        comment=get(version, "CommentOID"),
        file_oid=get(root, "FileOID"),
        context=get(root, "Context"),
        created=get(root, "CreationDateTime"),
        as_of=get(root, "AsOfDateTime"),
        originator=get(root, "Originator"),
        system=" ".join((get(root, "SourceSystem"), get(root, "SourceSystemVersion"))).strip(),
        standards=tuple(_standards(version)),
        annotated_crf=_documents(first(version, "AnnotatedCRF")),
        supplemental=_documents(first(version, "SupplementalDoc")),
        value_lists=tuple(
            ValueList(get(e, "OID"), description(e), _references(e))
            for e in children(version, "ValueListDef")
        ),
        where_clauses=tuple(_where_clause(e) for e in children(version, "WhereClauseDef")),
        groups=tuple(_group(e) for e in children(version, "ItemGroupDef")),
        items=tuple(_item(e) for e in children(version, "ItemDef")),
        codelists=tuple(_codelist(e) for e in children(version, "CodeList")),
        methods=tuple(_method(e) for e in children(version, "MethodDef")),
        comments=tuple(
            Comment(get(e, "OID"), description(e), _documents(e))
            for e in children(version, "CommentDef")
        ),
        leaves=tuple(_leaf(e) for e in children(version, "leaf")),
        displays=tuple(_display(e) for e in children(displays, "ResultDisplay")),
    )


def _standards(version: etree._Element) -> Iterator[Standard]:
    """The standards; 2.0 names the one guide in attributes."""
    if get(version, "StandardName"):
        name, number = get(version, "StandardName"), get(version, "StandardVersion")
        yield Standard("", name, "IG", number)
    for found in children(first(version, "Standards"), "Standard"):
        yield Standard(
            oid=get(found, "OID"),
            name=get(found, "Name"),
            type=get(found, "Type"),
            version=get(found, "Version"),
            publishing_set=get(found, "PublishingSet"),
            status=get(found, "Status"),
            comment=get(found, "CommentOID"),
        )


def _group(made: etree._Element) -> ItemGroup:
    class_ = first(made, "Class")
    own = first(made, "leaf")
    return ItemGroup(
        oid=get(made, "OID"),
        name=get(made, "Name"),
        label=description(made) or get(made, "Label"),
        domain=get(made, "Domain"),
        sas_name=get(made, "SASDatasetName"),
        structure=get(made, "Structure"),
        purpose=get(made, "Purpose"),
        class_=get(class_, "Name") or get(made, "Class"),
        subclasses=tuple(get(e, "Name") for e in children(class_, "SubClass")),
        repeating=get(made, "Repeating"),
        reference=get(made, "IsReferenceData"),
        standard=get(made, "StandardOID"),
        non_standard=get(made, "IsNonStandard") == "Yes",
        no_data=get(made, "HasNoData") == "Yes",
        comment=get(made, "CommentOID"),
        leaf=_leaf(own) if own is not None else None,
        aliases={get(e, "Context"): get(e, "Name") for e in children(made, "Alias")},
        references=_references(made),
    )


def _references(made: etree._Element) -> tuple[ItemReference, ...]:
    return tuple(
        ItemReference(
            item=get(e, "ItemOID"),
            order=get(e, "OrderNumber"),
            mandatory=get(e, "Mandatory") == "Yes",
            key=get(e, "KeySequence"),
            method=get(e, "MethodOID"),
            role=get(e, "Role"),
            where=tuple(get(w, "WhereClauseOID") for w in children(e, "WhereClauseRef")),
            no_data=get(e, "HasNoData") == "Yes",
            non_standard=get(e, "IsNonStandard") == "Yes",
        )
        for e in children(made, "ItemRef")
    )


def _item(made: etree._Element) -> Item:
    return Item(
        oid=get(made, "OID"),
        name=get(made, "Name"),
        label=description(made) or get(made, "Label"),
        data_type=get(made, "DataType"),
        length=get(made, "Length"),
        significant_digits=get(made, "SignificantDigits"),
        display_format=get(made, "DisplayFormat"),
        sas_name=get(made, "SASFieldName"),
        comment=get(made, "CommentOID"),
        codelist=get(first(made, "CodeListRef"), "CodeListOID"),
        value_list=get(first(made, "ValueListRef"), "ValueListOID"),
        origins=tuple(
            ItemOrigin(get(e, "Type"), get(e, "Source"), description(e), _documents(e))
            for e in children(made, "Origin")
        ),
    )


def _where_clause(made: etree._Element) -> WhereClause:
    checks = tuple(
        RangeCheck(
            item=get(e, "ItemOID"),
            comparator=get(e, "Comparator"),
            values=tuple((v.text or "").strip() for v in children(e, "CheckValue")),
        )
        for e in children(made, "RangeCheck")
    )
    return WhereClause(get(made, "OID"), checks, get(made, "CommentOID"))


def _codelist(made: etree._Element) -> Codelist:
    external = first(made, "ExternalCodeList")
    return Codelist(
        oid=get(made, "OID"),
        name=get(made, "Name"),
        data_type=get(made, "DataType"),
        standard=get(made, "StandardOID"),
        non_standard=get(made, "IsNonStandard") == "Yes",
        code=_code(made),
        sas_format=get(made, "SASFormatName"),
        comment=get(made, "CommentOID"),
        description=description(made),
        terms=tuple(
            CodedTerm(
                value=get(e, "CodedValue"),
                decode=translated(first(e, "Decode")) if is_named(e, "CodeListItem") else None,
                code=_code(e),
                rank=get(e, "Rank"),
                extended=get(e, "ExtendedValue") == "Yes",
                description=description(e),
            )
            for e in made
            if is_named(e, "CodeListItem", "EnumeratedItem")
        ),
        dictionary=get(external, "Dictionary"),
        dictionary_version=get(external, "Version"),
        href=get(external, "href"),
    )


def _code(made: etree._Element) -> str:
    """The C-code of a codelist or term."""
    aliases = (e for e in children(made, "Alias") if get(e, "Context").lower() == "nci:extcodeid")
    return get(next(aliases, None), "Name")


def _method(made: etree._Element) -> Method:
    return Method(
        oid=get(made, "OID"),
        name=get(made, "Name"),
        type=get(made, "Type"),
        text=description(made),
        expressions=tuple(
            Expression(get(e, "Context"), (e.text or "").strip("\n"))
            for e in children(made, "FormalExpression")
        ),
        documents=_documents(made),
    )


def _display(made: etree._Element) -> Display:
    return Display(
        oid=get(made, "OID"),
        name=get(made, "Name"),
        title=description(made),
        documents=_documents(made),
        results=tuple(_result(e) for e in children(made, "AnalysisResult")),
    )


def _result(made: etree._Element) -> Result:
    datasets = first(made, "AnalysisDatasets")
    documentation = first(made, "Documentation")
    program = first(made, "ProgrammingCode")
    code = first(program, "Code")
    return Result(
        oid=get(made, "OID"),
        title=description(made),
        reason=get(made, "AnalysisReason"),
        purpose=get(made, "AnalysisPurpose"),
        parameter=get(made, "ParameterOID"),
        datasets=tuple(
            AnalysisDataset(
                group=get(e, "ItemGroupOID"),
                where=get(first(e, "WhereClauseRef"), "WhereClauseOID"),
                variables=tuple(get(v, "ItemOID") for v in children(e, "AnalysisVariable")),
            )
            for e in children(datasets, "AnalysisDataset")
        ),
        comment=get(datasets, "CommentOID"),
        documentation=description(documentation),
        documents=_documents(documentation),
        code=None
        if code is None
        else Expression(get(program, "Context"), (code.text or "").strip("\n")),
        programs=_documents(program),
    )


def _documents(made: etree._Element | None) -> tuple[DocumentReference, ...]:
    return tuple(_document_reference(e) for e in children(made, "DocumentRef"))


def _document_reference(made: etree._Element) -> DocumentReference:
    pages: list[str] = []
    named = False
    for page in children(made, "PDFPageRef"):
        named = named or get(page, "Type") == "NamedDestination"
        pages.extend(get(page, "PageRefs").split())
        first, last = get(page, "FirstPage"), get(page, "LastPage")
        if first:
            pages.append(f"{first}-{last}" if last and last != first else first)
    return DocumentReference(get(made, "leafID"), tuple(pages), named)


def _leaf(made: etree._Element) -> Leaf:
    title = first(made, "title")
    text = " ".join((title.text or "").split()) if title is not None else ""
    return Leaf(get(made, "ID"), get(made, "href"), text)
