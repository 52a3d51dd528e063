"""Workbooks written by hand: what no spreadsheet would write."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_ODS = "urn:oasis:names:tc:opendocument:xmlns"


def xlsx(
    path: Path,
    sheets: Mapping[str, str],
    shared: str = "",
    others: Mapping[str, bytes] | None = None,
) -> Path:
    """An XLSX file whose sheets are these texts of XML, beside shared texts and other members."""
    relations = f'<Relationships xmlns="{_R.replace("officeDocument", "package")}">'
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{_R}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    members = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'{relations}<Relationship Id="r1" Type="{_R}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_R}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f"{relations}{targets}</Relationships>",
        "xl/sharedStrings.xml": f"<sst {_MAIN}>{shared}</sst>",
    }
    for number, text in enumerate(sheets.values(), 1):
        members[f"xl/worksheets/sheet{number}.xml"] = text
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (*members.items(), *(others or {}).items()):
            packed.writestr(name, content)
    return path


def sheet(rows: str) -> str:
    """A sheet with these rows."""
    return f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>"


def cell(reference: str, text: str = "x") -> str:
    """A cell with its text in it."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def ods(path: Path, rows: str) -> Path:
    """An ODS file of one sheet with these rows."""
    content = (
        f'<office:document-content xmlns:office="{_ODS}:office:1.0" xmlns:text="{_ODS}:text:1.0"'
        f' xmlns:table="{_ODS}:table:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="data">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{_ODS}:manifest:1.0"></manifest:manifest>',
        )
        packed.writestr("content.xml", content)
    return path


def ods_row(text: str, *, rows: int = 1, columns: int = 1) -> str:
    """A row of ODS, and its cell, as often as said."""
    return (
        f'<table:table-row table:number-rows-repeated="{rows}">'
        f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="string">'
        f"<text:p>{text}</text:p></table:table-cell></table:table-row>"
    )
