"""Datasets: names, class, keys, files, standard or not."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from validation.define.check import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.define.document import Node
    from validation.define.model import Define

_TABULATION: Final = ("SDTM", "SEND")
_WITHOUT_DOMAIN: Final = ("RELREC", "POOLDEF", "RELSUB", "RELSPEC", "RELREF")
_MAY_BE_SPLIT: Final = ("EVENTS", "FINDINGS", "FINDINGS ABOUT", "INTERVENTIONS")


def _is_supplemental(dataset: Node) -> bool:
    return dataset.get("Name").startswith(("SUPP", "SQ"))


def _is_split(dataset: Node) -> bool:
    domain = dataset.get("Domain")
    return bool(domain) and not _is_supplemental(dataset) and dataset.get("Name") != domain


@rule("DEFINE-070", submission=True)
def dataset_has_keys(define: Define) -> Iterator[Fault]:
    """Every dataset has at least one key variable."""
    for dataset in define.datasets:
        references = dataset.all("ItemRef")
        if references and not any(r.get("KeySequence") for r in references):
            yield Fault(dataset, f"no variable of {dataset.get('Name')} has a KeySequence")


@rule("DEFINE-095", "DD0063")
def alias_of_split_dataset(define: Define) -> Iterator[Fault]:
    """A dataset whose Domain differs from its Name has an Alias that describes the domain."""
    for dataset in define.datasets:
        if _is_split(dataset) and dataset.first("Alias") is None:
            yield Fault(
                dataset,
                f"{dataset.get('Name')} is a part of {dataset.get('Domain')} and has no Alias with"
                " the label of the domain",
            )


@rule("DEFINE-096", submission=True)
def alias_of_supplemental(define: Define) -> Iterator[Fault]:
    """A SUPP-- dataset has an Alias that describes its parent domain."""
    for dataset in define.datasets:
        if _is_supplemental(dataset) and dataset.first("Alias") is None:
            yield Fault(
                dataset, f"{dataset.get('Name')} has no Alias with the label of its parent domain"
            )


@rule("DEFINE-105", "DD0045")
def domain_of_tabulation(define: Define) -> Iterator[Fault]:
    """A dataset under an SDTM or SEND guide has a Domain."""
    for dataset in define.datasets:
        if (
            define.kind(dataset) in _TABULATION
            and not dataset.get("Domain")
            and dataset.get("Name") not in _WITHOUT_DOMAIN
        ):
            yield Fault(dataset, f"{dataset.get('Name')} has no Domain")


@rule("DEFINE-106", "DD0046")
def no_domain_in_analysis(define: Define) -> Iterator[Fault]:
    """A dataset under an ADaM guide has no Domain."""
    for dataset in define.datasets:
        if define.kind(dataset) == "ADaM" and dataset.has("Domain"):
            yield Fault(
                dataset,
                f"{dataset.get('Name')} is analysis data and has a Domain",
                dataset.get("Domain"),
            )


@rule("DEFINE-110")
def sas_name_is_name(define: Define) -> Iterator[Fault]:
    """SASDatasetName equals Name."""
    for dataset in define.datasets:
        sas = dataset.get("SASDatasetName")
        if sas and sas != dataset.get("Name"):
            yield Fault(dataset, f"SASDatasetName is {sas}, Name is {dataset.get('Name')}", sas)


@rule("DD0049")
def domain_is_name(define: Define) -> Iterator[Fault]:
    """Domain equals Name in tabulations that are neither supplemental nor split."""
    for dataset in define.datasets:
        name, domain = dataset.get("Name"), dataset.get("Domain")
        if (
            define.kind(dataset) in _TABULATION
            and _is_split(dataset)
            and not name.startswith(domain)
        ):
            yield Fault(dataset, f"Domain of {name} is {domain}, which is not part of it", domain)


@rule("DD0050")
def split_name(define: Define) -> Iterator[Fault]:
    """The name of a split dataset begins with its domain."""
    for dataset in define.datasets:
        sas = dataset.get("SASDatasetName")
        if sas and _is_split(dataset) and sas[:2] != dataset.get("Domain"):
            yield Fault(
                dataset,
                f"SASDatasetName {sas} does not begin with the Domain {dataset.get('Domain')}",
                sas,
            )


@rule("DEFINE-112")
def file_is_name(define: Define) -> Iterator[Fault]:
    """The file of a dataset is called as SASDatasetName."""
    for dataset in define.datasets:
        sas, leaf = dataset.get("SASDatasetName"), _leaf(dataset)
        root = PurePosixPath(leaf.get("xlink:href")).stem if leaf is not None else ""
        if sas and root and root.casefold() != sas.casefold():
            yield Fault(dataset, f"the file of {sas} is called {root}", root)


def _leaf(dataset: Node) -> Node | None:
    named = dataset.get("def:ArchiveLocationID")
    leaves = dataset.all("def:leaf")
    return next((leaf for leaf in leaves if leaf.get("ID") == named), None)


@rule("DEFINE-120")
def archive_location(define: Define) -> Iterator[Fault]:
    """def:ArchiveLocationID names the def:leaf of the same dataset."""
    for dataset in define.datasets:
        named = dataset.get("def:ArchiveLocationID")
        if named and _leaf(dataset) is None:
            held = [leaf.get("ID") for leaf in dataset.all("def:leaf")]
            yield Fault(
                dataset,
                f"def:ArchiveLocationID is {named}; the def:leaf of {dataset.get('Name')} is"
                f" {', '.join(held) or 'missing'}",
                named,
            )


@rule("DEFINE-121", "DD0120")
def standard_or_not(define: Define) -> Iterator[Fault]:
    """A standard dataset is not marked as non-standard."""
    for dataset in define.datasets:
        if dataset.get("def:IsNonStandard") and dataset.get("def:StandardOID"):
            yield Fault(
                dataset,
                f"{dataset.get('Name')} has def:IsNonStandard and def:StandardOID; it is"
                " one or the other",
                "Yes",
            )


@rule("DEFINE-122")
def neither_standard_nor_not(define: Define) -> Iterator[Fault]:
    """A dataset without a standard is marked as non-standard."""
    for dataset in define.datasets:
        if not dataset.get("def:IsNonStandard") and not dataset.get("def:StandardOID"):
            yield Fault(
                dataset,
                f"{dataset.get('Name')} has neither def:StandardOID nor def:IsNonStandard",
            )


@rule("DEFINE-131", submission=True)
def dataset_class(define: Define) -> Iterator[Fault]:
    """A dataset has a class, unless it is analysis data outside ADaM."""
    for dataset in define.datasets:
        outside = dataset.get("Purpose") == "Analysis" and dataset.get("def:IsNonStandard")
        if dataset.first("def:Class") is None and not outside:
            yield Fault(dataset, f"{dataset.get('Name')} has no def:Class")


@rule("DEFINE-239")
def trial_design_is_reference(define: Define) -> Iterator[Fault]:
    """A dataset of trial design is reference data."""
    for dataset in define.datasets:
        if define.class_of(dataset) == "TRIAL DESIGN" and dataset.get("IsReferenceData") != "Yes":
            yield Fault(
                dataset,
                f"{dataset.get('Name')} is of class TRIAL DESIGN; IsReferenceData is Yes for those",
                dataset.get("IsReferenceData"),
            )


@rule("DEFINE-251")
def purpose_of_tabulation(define: Define) -> Iterator[Fault]:
    """The purpose of a dataset under an SDTM or SEND guide is Tabulation."""
    yield from _purpose(define, _TABULATION, "Tabulation")


@rule("DEFINE-252")
def purpose_of_analysis(define: Define) -> Iterator[Fault]:
    """The purpose of a dataset under an ADaM guide is Analysis."""
    yield from _purpose(define, ("ADaM",), "Analysis")


def _purpose(define: Define, kinds: tuple[str, ...], wanted: str) -> Iterator[Fault]:
    for dataset in define.datasets:
        purpose = dataset.get("Purpose")
        if purpose and define.kind(dataset) in kinds and purpose != wanted:
            yield Fault(
                dataset,
                f"Purpose of {dataset.get('Name')} is {purpose}; it is {wanted} under"
                f" {define.guide_of(dataset)[0]}",
                purpose,
            )


@rule("DD0064")
def alias_context(define: Define) -> Iterator[Fault]:
    """The Context of an Alias is DomainDescription, nci:ExtCodeID or SAS, as its parent asks."""
    wanted = {
        "ItemGroupDef": ("DomainDescription",),
        "ItemDef": ("SAS", "nci:ExtCodeID"),
        "CodeList": ("nci:ExtCodeID",),
        "EnumeratedItem": ("nci:ExtCodeID",),
        "CodeListItem": ("nci:ExtCodeID",),
    }
    for alias in define.at("Alias"):
        allowed = wanted.get(alias.parent.name) if alias.parent is not None else None
        context = alias.get("Context")
        if allowed and context and context not in allowed:
            yield Fault(
                alias, f"Context of the Alias is {context}, not {' or '.join(allowed)}", context
            )


@rule("DD0114")
def split_class(define: Define) -> Iterator[Fault]:
    """Only datasets of the general observation classes are split."""
    for dataset in define.datasets:
        class_ = define.class_of(dataset)
        if (
            define.kind(dataset) in _TABULATION
            and _is_split(dataset)
            and class_
            and class_ not in _MAY_BE_SPLIT
        ):
            yield Fault(dataset, f"{dataset.get('Name')} is split, and of class {class_}", class_)


@rule("DD0115")
def split_and_whole(define: Define) -> Iterator[Fault]:
    """A dataset is listed whole or in parts, not both."""
    names = {dataset.get("Name") for dataset in define.datasets}
    for dataset in define.datasets:
        if _is_split(dataset) and dataset.get("Domain") in names:
            yield Fault(
                dataset,
                f"{dataset.get('Name')} is a part of {dataset.get('Domain')}, which is listed too",
                dataset.get("Domain"),
            )


@rule("CK-DEFINE-LABEL-LENGTH")
def label_length(define: Define) -> Iterator[Fault]:
    """Labels of datasets and variables have 40 characters at most."""
    nodes = [*define.datasets, *dict.fromkeys(use.item for use in define.variables)]
    for node in nodes:
        label = node.translated()
        if len(label) > 40:
            yield Fault(
                node,
                f"the label of {node.get('Name')} has {len(label)} characters; a"
                " transport file holds 40",
                label,
            )
