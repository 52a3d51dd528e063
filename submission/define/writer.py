from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from lxml import etree

from submission.define.codelists import CodeLists
from submission.define.datasets import ANNOTATED_CRF, Definitions, in_define_order
from submission.define.document import NOTATION
from submission.define.elements import WITH_RESULTS, element, leaf, leaf_id, one_line
from submission.define.records import notation
from submission.define.results import result_displays
from submission.define.stylesheet import STYLESHEET

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from specs.model import Document, Study
    from submission.attributes import DatasetAttributes

DEFINE_VERSION = "2.1.10"

_PROLOG = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<?xml-stylesheet type="text/xsl" href="{STYLESHEET}"?>\n'
)

_PUBLISHING_SETS = {"SDTMIG": "SDTM", "ADaMIG": "ADaM"}

# Documents of one part of a package; any other document goes with both.
_OF_ONE_PART = {ANNOTATED_CRF: "SDTMIG", "CSDRG": "SDTMIG", "ADRG": "ADaMIG"}


def write_define(
    study: Study,
    standard: str,
    attributes: Mapping[str, DatasetAttributes],
    path: Path,
    created: datetime,
) -> None:
    """Write the define.xml of one part of a study's package, SDTMIG or ADaMIG.

    `attributes` are those of `submission.attributes.measured` for the same part. Equal input gives
    equal bytes; `created` is written as the time of creation.
    """
    document = define_document(study, standard, attributes, created)
    etree.indent(document, space="  ")
    path.write_bytes(_PROLOG.encode() + etree.tostring(document, encoding="UTF-8") + b"\n")


def define_document(
    study: Study,
    standard: str,
    attributes: Mapping[str, DatasetAttributes],
    created: datetime,
) -> etree._Element:
    """The root element of the define.xml of one part of a study's package."""
    documents = _documents(study, standard)
    crf = any(document.id == ANNOTATED_CRF for document in documents)
    definitions = Definitions(study, attributes, CodeLists(study), annotated_crf=crf)
    for dataset in in_define_order(study.of(standard)):
        definitions.add(dataset)
    notice = definitions.comments.add(study.synthetic, "COM.NOTICE")
    definitions.notation = definitions.comments.add(notation(study, standard), NOTATION)
    results = [*result_displays(study, definitions)] if standard == "ADaMIG" else []
    publishing_set = _PUBLISHING_SETS[standard]
    described = f"{standard} {study.standards[standard]} data definitions for study {study.id}"
    return element(
        "ODM",
        {
            "ODMVersion": "1.3.2",
            "FileType": "Snapshot",
            "FileOID": f"{study.id}.{publishing_set}.define",
            "CreationDateTime": created.isoformat(timespec="seconds"),
            "AsOfDateTime": f"{study.data_cut.isoformat()}T00:00:00",
            "SourceSystem": "cdisckit",
            "SourceSystemVersion": version("cdisckit"),
            "def:Context": "Submission",
        },
        element(
            "Study",
            {"OID": f"STUDY.{study.id}"},
            element(
                "GlobalVariables",
                {},
                element("StudyName", text=study.id),
                element(
                    "StudyDescription", text=one_line(f"{study.description} {study.synthetic}")
                ),
                element("ProtocolName", text=study.protocol),
            ),
            element(
                "MetaDataVersion",
                {
                    "OID": f"MDV.{study.id}.{publishing_set}",
                    "Name": described,
                    "Description": one_line(f"{described}. {study.synthetic}"),
                    "def:DefineVersion": DEFINE_VERSION,
                    "def:CommentOID": notice,
                },
                *_contents(study, standard, documents, definitions),
                *results,
            ),
        ),
        namespaces=WITH_RESULTS if results else None,
    )


def _contents(
    study: Study, standard: str, documents: list[Document], definitions: Definitions
) -> list[etree._Element]:
    """The children of MetaDataVersion in the order of the schema."""
    supplemental = [d for d in documents if d.id != ANNOTATED_CRF]
    crf = [d for d in documents if d.id == ANNOTATED_CRF]
    return [
        _standards(study, standard, definitions),
        *_references("def:AnnotatedCRF", crf),
        *_references("def:SupplementalDoc", supplemental),
        *definitions.value_lists,
        *definitions.where_clauses,
        *definitions.item_groups,
        *definitions.items,
        *definitions.codelists.elements(),
        *definitions.methods.elements(),
        *definitions.comments.elements(),
        *(leaf(leaf_id(d.id), d.href, d.title) for d in documents),
    ]


def _documents(study: Study, standard: str) -> list[Document]:
    return [d for d in study.documents if _OF_ONE_PART.get(d.id, standard) == standard]


def _references(name: str, documents: list[Document]) -> list[etree._Element]:
    if not documents:
        return []
    nodes = (element("def:DocumentRef", {"leafID": leaf_id(d.id)}) for d in documents)
    return [element(name, {}, *nodes)]


def _standards(study: Study, standard: str, definitions: Definitions) -> etree._Element:
    """The guide, and the terminology that code lists refer to: the part's own if none does.

    The comment on the guide tells the notation of all methods and comments.
    """
    nodes = [
        element(
            "def:Standard",
            {
                "OID": f"STD.{standard}",
                "Name": standard,
                "Type": "IG",
                "Version": study.standards[standard],
                "Status": "FINAL",
                "def:CommentOID": definitions.notation,
            },
        )
    ]
    packages = definitions.codelists.packages
    own = _PUBLISHING_SETS[standard]
    if own not in study.terminology:
        own = "SDTM"
    nodes.extend(
        element(
            "def:Standard",
            {
                "OID": f"STD.CT.{package}",
                "Name": "CDISC/NCI",
                "Type": "CT",
                "PublishingSet": package,
                "Version": study.terminology[package],
                "Status": "FINAL",
            },
        )
        for package in sorted(packages or {own})
    )
    return element("def:Standards", {}, *nodes)
