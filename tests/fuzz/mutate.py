"""Inputs changed by what they are made of: cells, attributes, keys, members of a zip.

Bytes changed at random seldom get past the first check of a format; these do.
"""

# ruff: noqa: E501 - the odd texts stand as a table

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    Mutator = Callable[[bytes, Random], bytes]

ODD = (
    "", " ", "0", "1", "-1", "1e400", "1e1", "NaN", "Inf", "0x1F", "1,234", "9" * 400, "007", "true",
    "null", "~", "x" * 2000, "a.b.c", "../../x", "/etc/passwd", "CON", "\x00", "\x01", "\n", "\t", "\r",
    "é", "\u0661", "\U0001f600", "\ud7ff", "\u202e", "'", '"', "<", "&", "]]>", "{", "}", "[", "]",
    "{{x}}", "{0}", "%s", "$(x)", "=1+1", "@subject", "@", ".", "..", ",", ";", "|", ":", "::",
    "2020-02-30", "2020-13-01", "0000-00-00", "9999-12-31", "20-02-2020", "T24:00", "--", "-", "UN-UNK-2020",
    "STUDYID", "USUBJID", "DM", "EX.EXSTDTC", "C66742", "collected", "derived", "earliest", "yes", "Y",
    "XFD1048576", "A1", "1" * 25, "*", "\\", "\u00a0",
)  # fmt: skip


def odd(old: str, draw: Random) -> str:
    """A text in place of another: an odd one, or the old one cut, doubled or with something in it."""
    match draw.randrange(6):
        case 0:
            return old * 2
        case 1:
            return old[: draw.randrange(len(old) + 1)]
        case 2:
            at = draw.randrange(len(old) + 1)
            return old[:at] + draw.choice(ODD) + old[at:]
        case _:
            return draw.choice(ODD)


def octets(data: bytes, draw: Random) -> bytes:
    """Some bytes changed, cut, doubled or put in."""
    made = bytearray(data or b"\0")
    for _ in range(draw.randint(1, 4)):
        at, size = draw.randrange(len(made) or 1), draw.choice((1, 1, 2, 4, 8, 80, 400))
        match draw.randrange(5):
            case 0:
                made[at : at + size] = draw.randbytes(min(size, 8))
            case 1:
                del made[at : at + size]
            case 2:
                made[at:at] = made[at : at + size]
            case 3:
                made[at : at + 1] = bytes([draw.choice((0, 1, 32, 127, 128, 255))])
            case _:
                made = made[: len(made) - size] if size < len(made) else made
        made = made or bytearray(b"\0")
    return bytes(made)


def cells(separator: str) -> Mutator:
    """A table in text: a cell, a row or a column changed, doubled, moved, left out."""

    def mutated(data: bytes, draw: Random) -> bytes:
        text = data.decode("utf-8", "replace")
        try:
            rows = list(csv.reader(io.StringIO(text), delimiter=separator))
        except csv.Error:
            return octets(data, draw)
        rows = [row for row in rows if row]
        if not rows:
            return draw.choice(ODD).encode("utf-8", "replace")
        for _ in range(draw.randint(1, 3)):
            _change(rows, draw)
        file = io.StringIO()
        csv.writer(file, delimiter=separator, lineterminator=draw.choice(("\n", "\r\n"))).writerows(
            rows
        )
        return file.getvalue().encode("utf-8", "replace")

    return mutated


def _change(rows: list[list[str]], draw: Random) -> None:
    row = draw.randrange(len(rows))
    column = draw.randrange(len(rows[row]) or 1)
    match draw.randrange(9):
        case 0:
            rows.insert(row, list(rows[row]))
        case 1 if len(rows) > 1:
            del rows[row]
        case 2:
            for one in rows:
                del one[column : column + 1]
            rows[:] = [one or [""] for one in rows]
        case 3:
            for one in rows:
                one[column:column] = one[column : column + 1]
        case 4:
            rows[row].append(draw.choice(ODD))
        case 5:
            rows[0][draw.randrange(len(rows[0]))] = odd(rows[0][0], draw)
        case _:
            rows[row][column : column + 1] = [odd("".join(rows[row][column : column + 1]), draw)]


_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r'([\w:.-]+)="([^"]*)"')


def markup(data: bytes, draw: Random) -> bytes:
    """XML: an attribute, a text, an element changed, doubled, left out, put elsewhere."""
    text = data.decode("utf-8", "replace")
    for _ in range(draw.randint(1, 3)):
        spans = [m.span() for m in (_ATTRIBUTE if draw.random() < 0.6 else _TAG).finditer(text)]
        if not spans:
            return octets(data, draw)
        start, end = draw.choice(spans)
        part = text[start:end]
        other = text[slice(*draw.choice(spans))]
        match draw.randrange(6):
            case 0:
                new = ""
            case 1:
                new = part + " " + part
            case 2:
                new = other
            case 3 if "=" in part and part[0] != "<":
                new = f'{part.partition("=")[0]}="{_escaped(odd(part, draw))}"'
            case 4 if part[0] == "<":
                new = part + _escaped(draw.choice(ODD))
            case _:
                new = re.sub(r'"[^"]*"', lambda _: f'"{_escaped(draw.choice(ODD))}"', part, count=1)
        text = text[:start] + new + text[end:]
    return text.encode("utf-8", "replace")


def _escaped(text: str) -> str:
    return re.sub(
        "[\x00-\x08\x0b-\x1f]",
        "",
        text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;"),
    )


_TOKEN = re.compile(r"[^\s,:\[\]{}#]+|[,:\[\]{}]")


def tokens(data: bytes, draw: Random) -> bytes:
    """YAML or JSON: a key, a value, a mark or a line changed, doubled, left out, moved in."""
    text = data.decode("utf-8", "replace")
    for _ in range(draw.randint(1, 3)):
        if draw.random() < 0.25:
            lines = text.split("\n")
            at = draw.randrange(len(lines))
            match draw.randrange(4):
                case 0:
                    del lines[at]
                case 1:
                    lines.insert(at, lines[draw.randrange(len(lines))])
                case 2:
                    lines[at] = "  " + lines[at]
                case _:
                    lines[at] = lines[at].lstrip()
            text = "\n".join(lines)
            continue
        spans = [m.span() for m in _TOKEN.finditer(text)]
        if not spans:
            return octets(data, draw)
        start, end = draw.choice(spans)
        new = draw.choice(
            (
                draw.choice(ODD),
                text[slice(*draw.choice(spans))],
                draw.choice(("[]", "{}", "[1, 2]", "{a: b}", "[[]]", "!!bool x", "&a [*a]", "*b",
                             "!!python/object:x", "? x", "- x", '"x"', "1.5", "2020-01-01", "[" * 50)),
            )
        )  # fmt: skip
        text = text[:start] + new + text[end:]
    return text.encode("utf-8", "replace")


def values(data: bytes, draw: Random) -> bytes:
    """JSON: a value of the tree made another, a key left out or doubled under another name."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return tokens(data, draw)
    for _ in range(draw.randint(1, 3)):
        _tree(tree, draw)
    return json.dumps(tree).encode()


def _tree(tree: Any, draw: Random) -> None:
    while isinstance(tree, (dict, list)) and tree:
        key = draw.choice(list(tree) if isinstance(tree, dict) else range(len(tree)))
        if isinstance(tree[key], (dict, list)) and tree[key] and draw.random() < 0.8:
            tree = tree[key]
            continue
        match draw.randrange(5):
            case 0:
                del tree[key]
            case 1 if isinstance(tree, dict):
                tree[draw.choice(ODD)] = tree[key]
            case 1:
                tree.append(tree[key])
            case _:
                tree[key] = draw.choice((None, True, 0, -1, 1.5, 10**30, [], {}, [[]], *ODD))
        return


def members(inner: Mutator, *spared: str) -> Mutator:
    """A zip: a member changed as what it holds, left out, doubled, renamed."""

    def mutated(data: bytes, draw: Random) -> bytes:
        if draw.random() < 0.1:
            return octets(data, draw)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                files = [(info.filename, packed.read(info)) for info in packed.infolist()]
        except Exception:  # whatever it is, it is changed as bytes
            return octets(data, draw)
        chosen = [n for n, (name, _) in enumerate(files) if name not in spared]
        if not chosen:
            return octets(data, draw)
        at = draw.choice(chosen)
        name, content = files[at]
        match draw.randrange(8):
            case 0:
                del files[at]
            case 1:
                files[at] = (odd(name, draw) or "x", content)
            case 2:
                files.append((draw.choice(ODD) + name, content))
            case _:
                files[at] = (name, inner(content, draw))
        return zipped(files)

    return mutated


def zipped(files: Sequence[tuple[str, bytes]]) -> bytes:
    """A zip of these members, always the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        names = set()
        for name, content in files:
            kept = name.replace("\x00", "")[:200] or "x"
            if kept not in names:
                names.add(kept)
                packed.writestr(zipfile.ZipInfo(kept), content)
    return made.getvalue()
