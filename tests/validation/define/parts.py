"""Elements of a define.xml as text, made of small tables."""

from __future__ import annotations


def text(said: str, name: str = "Description") -> str:
    return f'<{name}><TranslatedText xml:lang="en">{said}</TranslatedText></{name}>'


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def references(dataset: str, table: str, *, roles: bool = True) -> str:
    made = []
    for number, (name, _, _, flags, origin, _) in enumerate(rows(table), start=1):
        keys = [flag[1:] for flag in flags.split() if flag.startswith("K")]
        made.append(
            f'<ItemRef ItemOID="IT.{dataset}.{name}" OrderNumber="{number}"'
            f' Mandatory="{"Yes" if "M" in flags.split() else "No"}"'
            + (f' KeySequence="{keys[0]}"' if keys else "")
            + (' MethodOID="MT.1"' if origin.startswith("Derived") else "")
            + (' Role="A role"' if roles else "")
            + (' def:HasNoData="Yes"' if "E" in flags.split() else "")
            + (' def:IsNonStandard="Yes"' if name == "XSTERM" else "")
            + "/>"
        )
    return "".join(made)


def origins(told: str, page: str = "") -> str:
    kind, _, source = told.partition(" ")
    if not kind:
        return ""
    if kind == "Predecessor":
        return f'<def:Origin Type="Predecessor">{text(source)}</def:Origin>'
    on_crf = kind == "Collected" and source in ("Investigator", "Subject")
    return f'<def:Origin Type="{kind}" Source="{source}">{page if on_crf else ""}</def:Origin>'


PAGES = (
    '<def:DocumentRef leafID="LF.ACRF"><def:PDFPageRef Type="PhysicalRef" PageRefs="6 9"/>'
    "</def:DocumentRef>"
)
RANGE = (
    '<def:DocumentRef leafID="LF.ACRF"><def:PDFPageRef Type="PhysicalRef" FirstPage="6"'
    ' LastPage="9"/></def:DocumentRef>'
)


def items(dataset: str, table: str, **lists: str) -> str:
    made = []
    for name, label, kind, flags, origin, codelist in rows(table):
        data_type, *sizes = kind.split()
        length = f' Length="{sizes[0]}"' if sizes else ""
        digits = f' SignificantDigits="{sizes[1]}"' if len(sizes) > 1 else ""
        comment = ' def:CommentOID="COM.EMPTY"' if "E" in flags.split() else ""
        made.append(
            f'<ItemDef OID="IT.{dataset}.{name}" Name="{name}" DataType="{data_type}"{length}'
            f'{digits} SASFieldName="{name}"{comment}>{text(label)}'
            + (f'<CodeListRef CodeListOID="{codelist}"/>' if codelist else "")
            + ('<Alias Context="SAS" Name="LONGNAME"/>' if name == "AETERM" else "")
            + origins(origin, RANGE if name == "SEX" else PAGES)
            + (f'<def:ValueListRef ValueListOID="{lists[name]}"/>' if name in lists else "")
            + "</ItemDef>"
        )
    return "".join(made)


def group(name: str, table: str, label: str, class_: str, **given: str) -> str:
    attributes = {
        "Repeating": "Yes",
        "IsReferenceData": "No",
        "Purpose": "Tabulation",
        "def:Structure": "One record per thing",
        "def:StandardOID": "STD.IG",
        "def:ArchiveLocationID": f"LF.{name}",
        "Domain": name,
    } | {key.replace("_", ":"): value for key, value in given.items() if key != "children"}
    written = "".join(f' {key}="{value}"' for key, value in attributes.items() if value)
    leaf = (
        f'<def:leaf ID="LF.{name}" xlink:href="{name.lower()}.xpt"><def:title>{name}</def:title>'
        "</def:leaf>"
    )
    return (
        f'<ItemGroupDef OID="IG.{name}" Name="{name}" SASDatasetName="{name}"{written}>'
        f"{text(label)}{references(name, table)}"
        + (given.get("children") or f'<def:Class Name="{class_}"/>')
        + (leaf if attributes["def:ArchiveLocationID"] else "")
        + "</ItemGroupDef>"
    )


def description_of(domain: str) -> str:
    return f'<Alias Context="DomainDescription" Name="{domain}"/>'


def codelist(oid: str, name: str, code: str, *terms: tuple[str, str, str], more: str = "") -> str:
    """A list of terms: value, decode ("" for an enumerated one), NCI code ("" for extended)."""
    of = f'def:StandardOID="STD.CT"{more}' if code else f'def:IsNonStandard="Yes"{more}'
    made = []
    for number, (value, decode, term) in enumerate(terms, start=1):
        kind = "CodeListItem" if decode else "EnumeratedItem"
        extended = ' def:ExtendedValue="Yes"' if code and not term else ""
        rank = f' Rank="{number}"' if "SASFormatName" in more else ""
        made.append(
            f'<{kind} CodedValue="{value}" OrderNumber="{number}"{rank}{extended}>'
            + (text(decode, "Decode") if decode else "")
            + (f'<Alias Context="nci:ExtCodeID" Name="{term}"/>' if term else "")
            + text(f"About {value}")
            + f"</{kind}>"
        )
    alias = f'<Alias Context="nci:ExtCodeID" Name="{code}"/>' if code else ""
    return (
        f'<CodeList OID="{oid}" Name="{name}" DataType="text" {of}>{text(name)}{"".join(made)}'
        f"{alias}</CodeList>"
    )


def where(oid: str, item: str, comparator: str, *values: str, more: str = "") -> str:
    held = "".join(f"<CheckValue>{value}</CheckValue>" for value in values)
    check = f'<RangeCheck Comparator="{comparator}" SoftHard="Soft" def:ItemOID="{item}">{held}'
    return f'<def:WhereClauseDef OID="{oid}"{more}>{check}</RangeCheck></def:WhereClauseDef>'


def value(oid: str, name: str, kind: str, rest: str) -> str:
    data_type, *sizes = kind.split()
    length = f' Length="{sizes[0]}"' if sizes else ""
    digits = f' SignificantDigits="{sizes[1]}"' if len(sizes) > 1 else ""
    return (
        f'<ItemDef OID="{oid}" Name="{name}" DataType="{data_type}"{length}{digits}'
        f' SASFieldName="{name}">{text(oid)}{rest}</ItemDef>'
    )


def comment(oid: str, said: str, more: str = "") -> str:
    return f'<def:CommentDef OID="{oid}">{text(said)}{more}</def:CommentDef>'


def leaf(name: str, href: str) -> str:
    return f'<def:leaf ID="{name}" xlink:href="{href}"><def:title>{href}</def:title></def:leaf>'


def item_ref(oid: str, clause: str, number: int, more: str = "") -> str:
    return (
        f'<ItemRef ItemOID="{oid}" OrderNumber="{number}" Mandatory="No"{more}>'
        f'<def:WhereClauseRef WhereClauseOID="{clause}"/></ItemRef>'
    )
