"""The XML schema of Define-XML, where an installed package brings it along.

cdisckit carries no schema files. odmlib and defineutils do; either is enough.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from validation.define.check import Fault, finding
from validation.define.document import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.define.model import Define

# Entry points, with results metadata first, in the folders of the packages that have them.
_PLACES: Final = {
    "2.1": (
        ("odmlib", "schemas/arm/1.0-define2.1/arm1-0-0.xsd"),
        ("defineutils", "validate/schema/cdisc-arm-1.0/arm1-0-0.xsd"),
        ("odmlib", "schemas/define/2.1/define2-1-0.xsd"),
    ),
    "2.0": (
        ("odmlib", "schemas/arm/1.0/arm1-0-0.xsd"),
        ("odmlib", "schemas/define/2.0/define2-0-0.xsd"),
    ),
}
SHOWN: Final = 200

TITLE: Final = {
    "DD0001": "The file is valid by the XML schema",
    "CK-DEFINE-SCHEMA": "The XML schema is at hand",
}


def schema_findings(define: Define) -> Iterator[dict[str, Any]]:
    """What the schema says of a file, as DD0001; one notice where no schema is installed."""
    schema = installed_schema(define.version)
    if schema is None:
        message = (
            "the rules of the XML schema were not run: no installed package brings the schema of"
            f" Define-XML {define.version}; install defineutils"
        )
        yield finding(define, "CK-DEFINE-SCHEMA", Fault(define.root, message))
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    tree = etree.parse(str(define.document.path), parser)
    if schema.validate(tree):
        return
    log: Any = schema.error_log
    errors = list(log)
    for error in errors[:SHOWN]:
        where = Node("", {}, "", int(error.line), None)
        yield finding(define, "DD0001", Fault(where, f"the schema: {_plain(error.message)}"))
    if len(errors) > SHOWN:
        message = f"the schema: {len(errors) - SHOWN} more errors are not shown"
        yield finding(define, "DD0001", Fault(define.root, message))


@cache
def installed_schema(version: str) -> etree.XMLSchema | None:
    """The schema of a version from an installed package, or None."""
    for package, entry in _PLACES.get(version, ()):
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
            path = Path(folder) / entry
            if not path.is_file():
                continue
            try:
                return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))
            except etree.XMLSchemaParseError:
                continue
    return None


def _plain(message: str) -> str:
    """A schema's message without the namespaces of its names."""
    for uri in ("http://www.cdisc.org/ns/odm/v1.3", "http://www.w3.org/1999/xlink"):
        message = message.replace(f"{{{uri}}}", "")
    for version in ("v2.0", "v2.1"):
        message = message.replace(f"{{http://www.cdisc.org/ns/def/{version}}}", "def:")
    return message.replace("{http://www.cdisc.org/ns/arm/v1.0}", "arm:")
