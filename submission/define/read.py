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
    """All nouns of a define.xml."""
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
    for node in children(first(version, "Standards"), "Standard"):
        yield Standard(
            oid=get(node, "OID"),
            name=get(node, "Name"),
            type=get(node, "Type"),
            version=get(node, "Version"),
            publishing_set=get(node, "PublishingSet"),
            status=get(node, "Status"),
            comment=get(node, "CommentOID"),
        )


def _group(node: etree._Element) -> ItemGroup:
    """A dataset by its ItemGroupDef."""
    class_ = first(node, "Class")
    own = first(node, "leaf")
    return ItemGroup(
        oid=get(node, "OID"),
        name=get(node, "Name"),
        label=description(node) or get(node, "Label"),
        domain=get(node, "Domain"),
        sas_name=get(node, "SASDatasetName"),
        structure=get(node, "Structure"),
        purpose=get(node, "Purpose"),
        class_=get(class_, "Name") or get(node, "Class"),
        subclasses=tuple(get(e, "Name") for e in children(class_, "SubClass")),
        repeating=get(node, "Repeating"),
        reference=get(node, "IsReferenceData"),
        standard=get(node, "StandardOID"),
        non_standard=get(node, "IsNonStandard") == "Yes",
        no_data=get(node, "HasNoData") == "Yes",
        comment=get(node, "CommentOID"),
        leaf=_leaf(own) if own is not None else None,
        aliases={get(e, "Context"): get(e, "Name") for e in children(node, "Alias")},
        references=_references(node),
    )


def _references(node: etree._Element) -> tuple[ItemReference, ...]:
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
        for e in children(node, "ItemRef")
    )


def _item(node: etree._Element) -> Item:
    """A variable or value-level item by its ItemDef."""
    return Item(
        oid=get(node, "OID"),
        name=get(node, "Name"),
        label=description(node) or get(node, "Label"),
        data_type=get(node, "DataType"),
        length=get(node, "Length"),
        significant_digits=get(node, "SignificantDigits"),
        display_format=get(node, "DisplayFormat"),
        sas_name=get(node, "SASFieldName"),
        comment=get(node, "CommentOID"),
        codelist=get(first(node, "CodeListRef"), "CodeListOID"),
        value_list=get(first(node, "ValueListRef"), "ValueListOID"),
        origins=tuple(
            ItemOrigin(get(e, "Type"), get(e, "Source"), description(e), _documents(e))
            for e in children(node, "Origin")
        ),
    )


def _where_clause(node: etree._Element) -> WhereClause:
    checks = tuple(
        RangeCheck(
            item=get(e, "ItemOID"),
            comparator=get(e, "Comparator"),
            values=tuple((v.text or "").strip() for v in children(e, "CheckValue")),
        )
        for e in children(node, "RangeCheck")
    )
    return WhereClause(get(node, "OID"), checks, get(node, "CommentOID"))


def _codelist(node: etree._Element) -> Codelist:
    """A codelist with its terms, or the dictionary that it names."""
    external = first(node, "ExternalCodeList")
    return Codelist(
        oid=get(node, "OID"),
        name=get(node, "Name"),
        data_type=get(node, "DataType"),
        standard=get(node, "StandardOID"),
        non_standard=get(node, "IsNonStandard") == "Yes",
        code=_code(node),
        sas_format=get(node, "SASFormatName"),
        comment=get(node, "CommentOID"),
        description=description(node),
        terms=tuple(
            CodedTerm(
                value=get(e, "CodedValue"),
                decode=translated(first(e, "Decode")) if is_named(e, "CodeListItem") else None,
                code=_code(e),
                rank=get(e, "Rank"),
                extended=get(e, "ExtendedValue") == "Yes",
                description=description(e),
            )
            for e in node
            if is_named(e, "CodeListItem", "EnumeratedItem")
        ),
        dictionary=get(external, "Dictionary"),
        dictionary_version=get(external, "Version"),
        href=get(external, "href"),
    )


def _code(node: etree._Element) -> str:
    """The C-code of a codelist or term."""
    aliases = (e for e in children(node, "Alias") if get(e, "Context").lower() == "nci:extcodeid")
    return get(next(aliases, None), "Name")


def _method(node: etree._Element) -> Method:
    return Method(
        oid=get(node, "OID"),
        name=get(node, "Name"),
        type=get(node, "Type"),
        text=description(node),
        expressions=tuple(
            Expression(get(e, "Context"), (e.text or "").strip("\n"))
            for e in children(node, "FormalExpression")
        ),
        documents=_documents(node),
    )


def _display(node: etree._Element) -> Display:
    return Display(
        oid=get(node, "OID"),
        name=get(node, "Name"),
        title=description(node),
        documents=_documents(node),
        results=tuple(_result(e) for e in children(node, "AnalysisResult")),
    )


def _result(node: etree._Element) -> Result:
    """An analysis result by its element."""
    datasets = first(node, "AnalysisDatasets")
    documentation = first(node, "Documentation")
    program = first(node, "ProgrammingCode")
    code = first(program, "Code")
    return Result(
        oid=get(node, "OID"),
        title=description(node),
        reason=get(node, "AnalysisReason"),
        purpose=get(node, "AnalysisPurpose"),
        parameter=get(node, "ParameterOID"),
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


def _documents(node: etree._Element | None) -> tuple[DocumentReference, ...]:
    return tuple(_document_reference(e) for e in children(node, "DocumentRef"))


def _document_reference(node: etree._Element) -> DocumentReference:
    pages: list[str] = []
    named = False
    for page in children(node, "PDFPageRef"):
        named = named or get(page, "Type") == "NamedDestination"
        pages.extend(get(page, "PageRefs").split())
        first, last = get(page, "FirstPage"), get(page, "LastPage")
        if first:
            pages.append(f"{first}-{last}" if last and last != first else first)
    return DocumentReference(get(node, "leafID"), tuple(pages), named)


def _leaf(node: etree._Element) -> Leaf:
    title = first(node, "title")
    text = " ".join((title.text or "").split()) if title is not None else ""
    return Leaf(get(node, "ID"), get(node, "href"), text)
