"""The standards that a file names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from specs.errors import did_you_mean
from validation.define.check import Fault, rule
from validation.define.shapes import terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.define.model import Define

_DATE: Final = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_VERSION: Final = {"2.0": re.compile(r"2\.0\.\d+"), "2.1": re.compile(r"2\.1\.\d+")}
_SETS: Final = {"SDTMIG": {"SDTM"}, "SENDIG": {"SEND"}, "ADaMIG": {"SDTM", "ADaM"}}


@rule("DEFINE-028", "DD0020B", "DD0020")
def define_version(define: Define) -> Iterator[Fault]:
    """The version of Define-XML is that of the namespace: 2.1.n, or 2.0.n."""
    for node in define.at("MetaDataVersion"):
        value = node.get("def:DefineVersion")
        if value and not _VERSION[define.version].fullmatch(value):
            yield Fault(
                node,
                f"def:DefineVersion is {value}; with this namespace it is {define.version}.n",
                value,
            )


@rule("DEFINE-033")
def standard_name(define: Define) -> Iterator[Fault]:
    """Every standard has a name; in version 2.0 the file itself names its standard."""
    if define.version == "2.0":
        for node in define.at("MetaDataVersion"):
            for name in ("def:StandardName", "def:StandardVersion"):
                if not node.get(name):
                    yield Fault(node, f"MetaDataVersion has no {name}")
    for node in define.at("def:Standard"):
        if not node.get("Name"):
            yield Fault(node, f"def:Standard {node.get('OID')} has no Name")


@rule("DEFINE-263", "DD0022", "DD0138")
def standard_version(define: Define) -> Iterator[Fault]:
    """The version of a standard is a published one."""
    for node in define.at("def:Standard"):
        name, version = node.get("Name"), node.get("Version")
        if not version:
            continue
        if node.get("Type") == "CT":
            if not _DATE.fullmatch(version):
                yield Fault(
                    node, f"Version {version} of {name} is not the date of a package", version
                )
            continue
        versions = terms(name)
        if versions and version not in versions:
            yield Fault(
                node, f"{name} has no version {version}; {did_you_mean(version, versions)}", version
            )
    if define.version == "2.0":
        for node in define.at("MetaDataVersion"):
            name = node.get("def:StandardName").replace("-", "").upper().replace("ADAM", "ADaM")
            version = node.get("def:StandardVersion")
            if version and terms(name) and version not in terms(name):
                yield Fault(node, f"{name} has no version {version}", version)


@rule("DD0150", submission=True)
def expected_standards(define: Define) -> Iterator[Fault]:
    """A guide stands with the terminology that belongs to it."""
    if define.version == "2.0":
        return
    standards = define.at("def:Standard")
    sets = {s.get("PublishingSet") for s in standards if s.get("Type") == "CT"}
    guides = [s for s in standards if s.get("Type") == "IG"]
    for holder in define.at("MetaDataVersion"):
        if not guides and holder.first("def:Standards") is not None:
            yield Fault(holder, "def:Standards names no implementation guide")
    for guide in guides:
        for start, wanted in _SETS.items():
            if guide.get("Name").startswith(start) and not wanted & sets:
                name, sets_ = guide.get("Name"), " or ".join(sorted(wanted))
                yield Fault(guide, f"{name} stands without terminology of {sets_}", name)


@rule("DD0139")
def standard_used(define: Define) -> Iterator[Fault]:
    """Every standard is referred to by a dataset or code list."""
    used = {n.get("def:StandardOID") for n in (*define.datasets, *define.at("CodeList"))}
    for node in define.at("def:Standard"):
        # The terms of Define-XML itself are used by its attributes.
        if node.get("OID") not in used and node.get("PublishingSet") != "DEFINE-XML":
            yield Fault(
                node,
                f"{node.get('Name')} {node.get('PublishingSet')} {node.get('Version')}".replace(
                    "  ", " "
                )
                + " is never referred to by a dataset or code list",
                node.get("OID"),
            )
