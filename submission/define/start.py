"""A study's folder started from a define.xml: what it says is filled in, what it cannot say marked.

A define.xml does not know fields of forms or names of functions. Where a rule needs one it has a
name that begins with `todo_`, with the origin and the method text beside it for review.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from specs.errors import CdisckitError, TerminologyError
from specs.terminology import load_terminology

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specs.terminology import Terminology
    from submission.define.document import Codelist, Document, Item, ItemGroup, ItemReference

_ALWAYS = ("STUDYID", "DOMAIN", "USUBJID")

_GUIDES = {"SDTMIG": "SDTMIG", "SDTM-IG": "SDTMIG", "ADaMIG": "ADaMIG", "ADaM-IG": "ADaMIG"}

_CONTEXT = re.compile(r"^[A-Z][A-Z0-9]{1,7}\.[A-Z][A-Z0-9_]{0,7}$")


def write_start(document: Document, folder: Path) -> tuple[Path, ...]:
    """Write study.yaml, terminology.yaml and a file per dataset into a new folder; list them.

    CdisckitError when the folder has a study already.
    """
    if (folder / "study.yaml").exists():
        raise CdisckitError(
            "there is a study already", where=str(folder), remedy="name a folder that is new"
        )
    texts = {folder / "study.yaml": _study(document)}
    own = list(_terminology(document))
    if own:
        texts[folder / "terminology.yaml"] = ["codelists:", *own]
    for group in document.groups:
        if not group.name.startswith("SUPP"):
            part = "adam" if group.purpose == "Analysis" else "sdtm"
            texts[folder / part / f"{group.name.lower()}.yaml"] = list(_dataset(document, group))
    for path, lines in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return tuple(texts)


def _study(document: Document) -> list[str]:
    guides = {_GUIDES[s.name]: s.version for s in document.standards if s.name in _GUIDES}
    packages = {s.publishing_set: s.version for s in document.standards if s.type == "CT"}
    day = (document.as_of or document.created)[:10]
    dictionaries = [
        f"  {_text(c.dictionary)}: {_text(c.dictionary_version)}"
        for c in document.codelists
        if c.dictionary
    ]
    files = [
        f"  - {{id: {_text(leaf.oid)}, title: {_text(leaf.title)}, href: {_text(leaf.href)}}}"
        for leaf in document.leaves
    ]
    return [
        f"# Started from the define.xml {_line(document.name)}. Review every line marked review.",
        f"study: {_text(document.study)}",
        f"title: {_text(document.study)}   # review",
        f"description: {_text(document.description)}",
        f"protocol: {_text(document.protocol)}",
        f"standards: {_mapping(guides)}",
        f"terminology: {_mapping({k: v for k, v in packages.items() if k in ('SDTM', 'ADaM')})}",
        f"data_cut: {_text(day)}   # review",
        *(["dictionaries:", *dict.fromkeys(dictionaries)] if dictionaries else []),
        *(["documents:", *files] if files else []),
        "raw: []   # review: where the raw data are",
    ]


def _terminology(document: Document) -> Iterator[str]:
    """The sponsor's lists, and the sponsor's terms in lists of the standard, each list once."""
    standard = load_terminology()
    heads: dict[str, list[str]] = {}
    terms: dict[str, dict[str, str]] = {}
    for codelist in document.codelists:
        own = [t for t in codelist.terms if t.extended or not codelist.code]
        if not own:
            continue
        name = _list_name(codelist, standard)
        label = [] if codelist.code else [f"    label: {_text(codelist.name)}"]
        heads.setdefault(name, [*label, "    extend:" if codelist.code else "    terms:"])
        for term in own:
            decode = _text(term.decode) if term.decode else "null"
            terms.setdefault(name, {}).setdefault(_text(term.value), decode)
    for name, head in heads.items():
        yield f"  {_text(name)}:"
        yield from head
        yield from (f"      {value}: {decode}" for value, decode in terms[name].items())


def _list_name(codelist: Codelist, standard: Terminology) -> str:
    """The short name of a list of the standard, else one made of the OID."""
    if codelist.code:
        try:
            return standard.codelist(codelist.code).name
        except TerminologyError:
            return codelist.code
    return re.sub(r"\W+", "_", codelist.oid.removeprefix("CL.")).strip("_").upper()


def _dataset(document: Document, group: ItemGroup) -> Iterator[str]:
    analysis = group.purpose == "Analysis"
    yield f"dataset: {group.name}"
    if group.domain and group.domain != group.name:
        yield f"domain: {group.domain}"
    yield f"label: {_text(group.label)}"
    if analysis or group.non_standard:
        yield f"class: {_text(group.class_)}"
    yield f"structure: {_text(group.structure)}"
    keyed = sorted((r for r in group.references if r.key), key=lambda r: r.key.zfill(4))
    yield f"keys: [{', '.join(_name(document, r) for r in keyed)}]"
    yield f"records: {{from: todo_{group.name.lower()}}}   # review"
    comment = document.comment_by_oid.get(group.comment)
    if comment is not None:
        yield f"comment: {_text(comment.text)}"
    parameters = list(_parameters(document, group)) if analysis else []
    if parameters:
        yield "parameters:"
        yield from parameters
    yield "variables:"
    for reference in group.references:
        name = _name(document, reference)
        if analysis or (name not in _ALWAYS and name != f"{group.domain}SEQ"):
            yield from _variable(document, reference, name)
    qualifiers = list(_qualifiers(document, group))
    if qualifiers:
        yield "supplemental:"
        yield from qualifiers


def _variable(document: Document, reference: ItemReference, name: str) -> Iterator[str]:
    item = document.item.get(reference.item)
    if item is None:
        yield f"  # review: {name} is not defined"
        return
    yield f"  {name}:"
    yield f"    label: {_text(item.label)}"
    if item.data_type in ("integer", "float"):
        yield "    type: Num"
    if item.display_format:
        yield f"    format: {_text(item.display_format)}"
    codelist = document.codelist.get(item.codelist)
    if codelist is not None and codelist.terms:
        yield f"    codelist: {_text(_list_name(codelist, load_terminology()))}"
    comment = document.comment_by_oid.get(item.comment)
    if comment is not None:
        yield f"    comment: {_text(comment.text)}"
    yield from _rule(document, reference, item, name)


def _rule(document: Document, reference: ItemReference, item: Item, name: str) -> Iterator[str]:
    """The verb that the origin is, with what it needs as far as it is known."""
    todo = f"todo_{name.lower()}"
    for origin in item.origins:
        pages = [p for d in origin.documents for p in d.pages]
        told = " ".join((origin.type, origin.source, origin.description, *pages))
        yield f"    # review: {_line(told)}"
    method = document.method.get(reference.method)
    if method is not None:
        yield f"    # method: {_line(method.text)}"
    kinds = [origin.type for origin in item.origins]
    kind = {"CRF": "Collected", "eDT": "Collected"}.get(kinds[0], kinds[0]) if kinds else ""
    if kind == "Predecessor" and _CONTEXT.match(item.origins[0].description):
        yield f"    predecessor: {item.origins[0].description}"
    elif kind == "Derived":
        yield f"    derived: {todo}"
    elif kind == "Protocol":
        yield "    protocol: {constant: TODO}"
    elif kind in ("Collected", "Assigned", "Predecessor"):
        yield f"    {kind.lower()}: {todo}"
    else:
        yield "    # review: no origin at the level of the variable"


def _parameters(document: Document, group: ItemGroup) -> Iterator[str]:
    for reference in group.references:
        item = document.item.get(reference.item)
        codelist = document.codelist.get(item.codelist) if item else None
        if item is not None and item.name == "PARAMCD" and codelist is not None:
            for term in codelist.terms:
                yield f"  {_text(term.value)}: {{label: {_text(term.decode or term.value)}}}"


def _qualifiers(document: Document, group: ItemGroup) -> Iterator[str]:
    """What the SUPP-- dataset of a domain holds: the value level of its QVAL."""
    for other in document.groups:
        if other.name != f"SUPP{group.name}":
            continue
        for reference in other.references:
            item = document.item.get(reference.item)
            values = document.value_list.get(item.value_list) if item else None
            if item is None or item.name != "QVAL" or values is None:
                continue
            for value in values.references:
                described = document.item.get(value.item)
                if described is not None:
                    yield from _variable(document, value, described.name)


def _name(document: Document, reference: ItemReference) -> str:
    item = document.item.get(reference.item)
    return item.name if item else reference.item


def _text(text: str) -> str:
    """A text as YAML writes it in double quotes; it is one line."""
    return json.dumps(_line(text), ensure_ascii=False)


def _line(text: str) -> str:
    return " ".join(text.split())


def _mapping(values: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {_text(value)}" for key, value in values.items()) + "}"
