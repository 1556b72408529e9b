"""What hostile or careless hands make of a sound file: bytes, YAML, JSON, tables, names, archives and workbooks."""

from __future__ import annotations

import copy
import csv
import io
import json
import stat
import struct
import sys
import warnings
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]

NUMBERS = (
    "0", "-0", "-1", "1e308", "1e309", "-1e999", "1e-320", "9" * 39, "9" * 400, "2147483648", "9223372036854775808",
    "0x7f", "0o17", "1_000", "1,5", "٣", "½", "²", ".inf", "-.INF", ".nan", "NaN", "Infinity", "1e", "+", "0.1e1000",
    "1e15", "1e16",
)  # fmt: skip
DATES = (
    "0000-00-00", "0000", "9999-12-31", "2015-02-30", "2015-13", "2015Q0", "2015Q5", "-2015", "2015-1-1", "20150101",
    "1", "99999", "2015-01-01T00:00:00Z", "2024-12-31", "2025", "1000000-01-01", "2015Q", "Q1",
)  # fmt: skip
NAMES = (
    "../../escape", "/etc/passwd", "..", ".", "", "~", "C:\\x", "\\\\host\\x", "a/b", "CON", "nul", "-rf", "--help",
    "a" * 300, "a" * 5000, "%2e%2e%2f", "..%c0%af", "é", "e\u0301", "\u202egpj", "\ufeffa", "а", "K", "中文", "a\nb",
    "a\rb", "a\tb", "a\x1b[2Jb", "a\u2028b", "{found}", "{0.__class__}", "%s%n", "$(touch pwned)", "`touch pwned`",
    "a;b", "a|b", "'", '"', "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "@SUM(1)", "__proto__", "constructor",
    "\x00", "a\x00b", "judgement", "as-it-is", "[/x]", "[bold]x", "[link=x]", "\ud800",
)  # fmt: skip
WORDS = (
    "null", "~", "true", "no", "yes", "[]", "{}", "''", "? a", "- a", "!!int 5", "!!python/name:os.system", "&a 1",
    "*a", "<<: *a", "|", ">", "%", "@", "---", "...",
)  # fmt: skip
SCALARS = (*NUMBERS, *DATES, *NAMES, *WORDS)
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**15, 10**30, 10**400, -(2**63), 2**53, 0.1, -0.0, 1e308, 1e-320, "", " ", [], {},
    [[]], [None], {"": 1}, {"en": "x"}, {"en": "x", "zh": "中"}, [0] * 60, "2015", "2015Q1", "0000-00-00", "x" * 3000,
    "../../x", "\u202e", "a\x00b", "judgement", "great-stone",
)  # fmt: skip
"""What is put in the place of any value: other types, other sizes, other meanings."""
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
    for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)
WHOLES = (
    b"", b"\xef\xbb\xbf", b"\0", b"\n" * 9, b"[" * 20_000, b"{a: " * 5_000, b"- " * 20_000, b"a:\n" * 50_000,
    LAUGHS.encode(), b"a: &a [*a]\n", b"a: &a {b: 1}\nc: {<<: *a}\n", b"--- 1\n--- 2\n",
    b"\xff\xfe" + "a: 1\n".encode("utf-16-le"), b"!!python/object/apply:os.system [id]\n", b"%YAML 9.9\n---\na: 1\n",
    b"? [a]\n: 1\n", b"\x80\x81\n", b"null\n", b"[]\n", b"{}\n", b"x\n", b"0000-00-00\n", b"9" * 5_000,
    b'"' + b"x" * 200_000, b"," * 100_000, b'"a""b"\n"c', b"a,b\n" * 20_000,
)  # fmt: skip
"""Files that are hostile as a whole."""
SNIPS = (
    b"\n", b"\r", b"\t", b"  ", b": ", b"- ", b"? ", b"[", b"]", b"{", b"}", b",", b";", b'"', b"'", b"#", b"|",
    b"&a ", b"*a", b"!x ", b"<<: ", b"---\n", b"\0", b"\x85", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b"\xe2\x80\xa8", b"\x1b[2J", b"=1+1", b"1e999",
)  # fmt: skip
CODECS = ("utf-16", "utf-16-le", "utf-32", "gb18030", "latin-1")


def one(draw: Draw, choices: Sequence[Any]) -> Any:
    """One of some choices."""
    return choices[draw(st.integers(0, len(choices) - 1))]


def changed_bytes(draw: Draw, raw: bytes) -> bytes:
    """Some bytes flipped, cut, doubled, put in; or all of them, or their encoding, others."""
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return one(draw, WHOLES)
    if kind == 1:
        return raw.decode("utf-8", "replace").encode(one(draw, CODECS), "replace")
    if kind == 2:
        return raw[: draw(st.integers(0, len(raw)))]
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + one(draw, (0, 0, 1, 2, 5, 20, 200)))
        flipped = bytes(byte ^ (1 << draw(st.integers(0, 7))) for byte in raw[start : start + 1])
        raw = raw[:start] + one(draw, (*SNIPS, raw[start:end] * 2, flipped, b"", raw[start:end] * 50)) + raw[end:]
    return raw


def changed_line(draw: Draw, raw: bytes) -> bytes:
    """One line of a text given another value, another indentation, or doubled, moved or taken out."""
    lines = raw.decode("utf-8", "replace").split("\n")
    place = draw(st.integers(0, len(lines) - 1))
    key, mark, _ = lines[place].partition(": ")
    kind = draw(st.integers(0, 5))
    if kind <= 2 and mark:
        lines[place] = f"{key}: {one(draw, SCALARS)}"
    elif kind == 3:
        lines.insert(place, lines[place])
    elif kind == 4:
        lines[place] = " " * draw(st.integers(0, 9)) + lines[place].strip()
    else:
        lines.pop(place)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything inside a tree."""
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    paths = []
    for step, inner in steps:
        paths += [(*path, step), *places(inner, (*path, step))]
    return paths


def changed_tree(draw: Draw, tree: Any) -> Any:
    """A tree with one or two of its values replaced, taken out, doubled, renamed, moved or buried."""
    tree = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, 2))):
        paths = places(tree)
        if not paths:
            return copy.deepcopy(one(draw, VALUES))
        *way, step = one(draw, paths)
        node = tree
        for key in way:
            node = node[key]
        kind = draw(st.integers(0, 9))
        if kind == 0:
            del node[step]
        elif kind == 1 and isinstance(node, list):
            node.insert(step, copy.deepcopy(node[step]))
        elif kind == 1:
            node[one(draw, NAMES)] = node.pop(step)
        elif kind == 2:
            node[step] = copy.deepcopy(_at(tree, one(draw, paths)))
        elif kind == 3:
            for _ in range(one(draw, (1, 3, 40))):
                node[step] = [node[step]]
        elif kind <= 5:
            node[step] = _near(draw, node[step])
        elif kind == 6:
            node[step] = one(draw, SCALARS)
        else:
            node[step] = copy.deepcopy(one(draw, VALUES))  # what is changed again must not be what others get
    return tree


def _near(draw: Draw, value: Any) -> Any:
    """A value of the same kind that could be meant: what gets past the first checks."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        nearby = (-value, 0, value + 1, value * 1000, value // 2, 1)
        if abs(value) < sys.float_info.max:  # a larger integer has no decimal neighbour
            nearby += (value / 7, value * 1e9, value + 0.5)
        return one(draw, nearby)
    if isinstance(value, str) and value[:4].isdigit():
        return one(draw, ("1900", "2010Q1", "2024Q4", "2000-01-01", "2024-12-31", "2031Q3", value[:4]))
    return value


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def changed_yaml(draw: Draw, raw: bytes, tree: Any) -> bytes:
    """A YAML file with its bytes, a line, or its tree changed."""
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return changed_bytes(draw, raw)
    if kind == 1:
        return changed_line(draw, raw)
    return json.dumps(changed_tree(draw, tree), ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")


def changed_rows(draw: Draw, rows: list[list[Any]]) -> list[list[Any]]:
    """Rows of a table with cells, rows or columns replaced, taken out, doubled or made longer."""
    rows = [list(row) for row in rows]
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(rows) - 1)) if rows else 0
        kind = draw(st.integers(0, 9))
        row = rows[place] if rows else []
        if kind == 0 and rows:
            rows.pop(place)
        elif kind == 1 and rows:
            rows.insert(place, list(row))
        elif kind == 2:
            row.append(one(draw, SCALARS))
        elif kind == 3 and row:
            row.pop(draw(st.integers(0, len(row) - 1)))
        elif kind == 4 and rows:
            rows[0], rows[place] = rows[place], rows[0]
        elif kind == 5 and row:
            row[draw(st.integers(0, len(row) - 1))] = one(draw, ("x" * 140_000, '"', "a\nb", 'a"b', "=1+1", " "))
        elif row:
            row[draw(st.integers(0, len(row) - 1))] = one(draw, SCALARS)
    return rows


def changed_table(draw: Draw, raw: bytes) -> bytes:
    """A CSV file with its bytes, its cells, or its separators changed."""
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return changed_bytes(draw, raw)
    if kind == 1:
        return raw.replace(b",", one(draw, (b";", b"\t", b"|", b",,", b", ")), one(draw, (1, 5, -1)))
    rows = changed_rows(draw, list(csv.reader(io.StringIO(raw.decode("utf-8-sig")))))
    stream = io.StringIO()
    csv.writer(stream, lineterminator=one(draw, ("\n", "\r\n"))).writerows(rows)
    return stream.getvalue().encode("utf-8", "surrogatepass")


def changed_body(draw: Draw, tree: Any) -> bytes:
    """A JSON body with its tree or its bytes changed."""
    if draw(st.integers(0, 3)):
        return json.dumps(changed_tree(draw, tree), ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    return changed_bytes(draw, json.dumps(tree).encode())


def zipped(entries: Sequence[tuple[zipfile.ZipInfo, bytes]]) -> bytes:
    """An archive of entries as they come, names twice or not."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name twice is meant
        for entry, content in entries:
            archive.writestr(entry, content)
    return stream.getvalue()


def entry_of(name: str, kind: int = zipfile.ZIP_DEFLATED, mode: int = 0o644) -> zipfile.ZipInfo:
    """An entry of an archive."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_STORED if name.endswith("/") else kind  # a folder has no content
    entry.external_attr = mode << 16
    return entry


def changed_archive(draw: Draw, files: dict[str, bytes], inside: Callable[[Draw, str, bytes], bytes]) -> bytes:
    """An archive with names, kinds, sizes, flags or contents changed."""
    kinds = [one(draw, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))] * len(files)
    entries = [(entry_of(name, kind), content) for (name, content), kind in zip(files.items(), kinds, strict=True)]
    for _ in range(draw(st.integers(1, 2))):
        kind, place = draw(st.integers(0, 9)), draw(st.integers(0, len(entries) - 1))
        entry, content = entries[place]
        if kind <= 1:
            entries[place] = (entry_of(_safe(one(draw, NAMES))), content)
        elif kind == 2:
            led = ("../" * 9 + "escape", "/tmp/escape", "a/../../escape", "..\\escape", "C:escape", "a//b")
            name = one(draw, (*led, "./" + entry.filename))
            entries.append((entry_of(name), content))
        elif kind == 3:
            kinds_of = (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK, stat.S_IFDIR)
            mode = one(draw, kinds_of) | 0o777
            entries[place] = (entry_of(entry.filename, mode=mode), one(draw, (b"/etc/passwd", b"../../../etc/passwd")))
        elif kind == 4:
            entries[place] = (entry, b"0" * one(draw, (150_000, 3_000_000, 25_000_000)))
        elif kind == 5:
            entries.append((entry_of(one(draw, ("inner.zip", entry.filename))), zipped(entries[:1])))
        elif kind == 6:
            entries += [(entry_of(f"{n}.csv"), b"") for n in range(one(draw, (10, 300)))]
        else:
            entries[place] = (entry, inside(draw, entry.filename, content))
    raw = zipped(entries)
    return _lying(draw, raw) if draw(st.integers(0, 3)) == 0 else raw


def _safe(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[:60_000] or "x"


FIELDS = [(offset, 2) for offset in (4, 6, 8, 10, 12, 14, 28, 30, 32, 34)] + [
    (offset, 4) for offset in (16, 20, 24, 38, 42)
]
"""Places and sizes of what an archive's directory says of an entry: flags, method, date, checksum, sizes, offsets."""


def _lying(draw: Draw, raw: bytes) -> bytes:
    """An archive whose directory, or any byte, says something else."""
    place = raw.find(b"PK\x01\x02")
    if place < 0 or draw(st.integers(0, 2)) == 0:
        return changed_bytes(draw, raw)
    offset, size = one(draw, FIELDS)
    value = one(draw, (0, 1, 8, 9, 99, 0xFFFF, 0xFFFFFFFF, 1000)) & (256**size - 1)
    packed = struct.pack("<H" if size == 2 else "<I", value)
    return raw[: place + offset] + packed + raw[place + offset + size :]


DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
PARTS = (
    (b"<sheetData>", b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    (b'r="A1"', b'r="ZZZZ99999999"'), (b'r="A1"', b'r=""'), (b'r="2"', b'r="-1"'), (b"<v>", b"<v>&b;"),
    (b't="s"', b't="e"'), (b't="s"', b't="d"'), (b't="inlineStr"', b't="s"'), (b't="n"', b't="b"'),
    (b"<c ", b'<c t="x" '), (b"<worksheet", DOCTYPE + b"<worksheet"), (b"<v>", b"<v>1e999</v><v>"),
    (b"</sheetData>", b""), (b"<v>", b"<f>1+1</f><v>"), (b"<row", b"<row" + b" x='1'" * 99),
    (b"<workbook", DOCTYPE + b"<workbook"), (b'dimension ref="', b'dimension ref="A1:XFD1048576'),
    (b'Target="worksheets', b'TargetMode="External" Target="http://127.0.0.1:9/worksheets'),
    (b'Target="/xl', b'Target="../../../etc'), (b"<sheet ", b"<sheet state='veryHidden' "),
    (b"<sheets>", b"<sheets><sheet name='case' sheetId='9' r:id='rId99'/>"), (b"1", b"99999999"),
    (b"<v>", b"<v>" + b"9" * 400), (b"UTF-8", b"UTF-16"), (b"utf-8", b"utf-7"),
)  # fmt: skip
"""What is replaced in the parts of a workbook."""


def changed_part(draw: Draw, name: str, raw: bytes) -> bytes:
    """A part of a workbook with its XML or its bytes changed."""
    if draw(st.integers(0, 3)) == 0:
        return changed_bytes(draw, raw)
    fitting = [(old, new) for old, new in PARTS if old in raw]
    return raw.replace(*one(draw, fitting), 1) if fitting else changed_bytes(draw, raw)


def changed_workbook(draw: Draw, sheets: dict[str, list[list[Any]]], raw: bytes) -> bytes:
    """A workbook with its cells, its parts or its archive changed."""
    if draw(st.integers(0, 1)):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        return changed_archive(draw, parts, changed_part)
    name = one(draw, sorted(sheets))
    return workbook_of({**sheets, name: changed_rows(draw, sheets[name])})


def held(cell: str) -> str:
    """What a cell can hold of a text: no lone surrogate, and not too much."""
    return cell.encode("utf-8", "replace").decode()[:30_000]


def workbook_of(sheets: dict[str, list[list[Any]]]) -> bytes:
    """A workbook of sheets; what no workbook can hold is left out."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([held(ILLEGAL_CHARACTERS_RE.sub("", cell)) if isinstance(cell, str) else cell for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
