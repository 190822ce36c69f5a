"""The text of a PDF as a reader would copy it, and what fonts it brings along: enough of the format for our own files.

Text is what its fonts' ToUnicode tables say of the glyphs that are drawn. Forms are read where they are drawn, so a
page has the words of its charts too.
"""

import re
import zlib
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_ESCAPES = {b"n": 10, b"r": 13, b"t": 9, b"b": 8, b"f": 12}
# A string, literal (its brackets pair up, a few deep) or hexadecimal.
_PLAIN = rb"(?:\\.|[^()\\])*"
_NESTED = (
    rb"\(" + _PLAIN + rb"(?:\(" + _PLAIN + rb"(?:\(" + _PLAIN + rb"\)" + _PLAIN + rb")*\)" + _PLAIN + rb")*\)"
)
_STRING = rb"(?:" + _NESTED + rb"|<[0-9A-Fa-f]*>)"
# What glyphs stand for where they do not say it themselves, a font, a text, a form that is drawn, and ends.
_DRAWN = re.compile(
    rb"/ActualText ?(?P<actual>" + _STRING + rb")|/(?P<font>\w+) [\d.]+ Tf|(?P<text>" + _STRING + rb")"
    rb"|/(?P<form>\w+) Do|(?P<end>\bET\b)|(?P<marked>\bEMC\b)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Pdf:
    """A document: the text of each page, and the names of the fonts whose programs are in the file."""

    pages: list[str]
    embedded_fonts: set[str]

    @property
    def text(self) -> str:
        """Return all of its text without the white space, which lines break at will."""
        return re.sub(r"\s", "", "".join(self.pages))


def read_pdf(content: bytes) -> Pdf:
    """Return the pages of a PDF as Typst writes it: fonts of two-byte glyphs, no object streams."""
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    pages = []
    for body in objects.values():
        if re.search(rb"/Type/Page\b(?!s)", body):
            (contents,) = re.findall(rb"/Contents (\d+) 0 R", body)
            pages.append(_text(objects, body, _stream(objects[int(contents)])))
    fonts = {
        name.decode().split("+")[-1]
        for body in objects.values()
        for name in re.findall(rb"/FontName/([\w+-]+)", body)
        if re.search(rb"/FontFile[23]? \d+ 0 R", body)
    }
    return Pdf(pages, fonts)


def _text(objects: dict[int, bytes], owner: bytes, drawn: bytes) -> str:
    # A resource may be named in the owner or in an object of its own.
    named = {
        name: int(number) for name, number in re.findall(rb"/(\w+) (\d+) 0 R", _resources(objects, owner))
    }
    told: list[str] = []
    letters: dict[int, str] = {}
    is_said = False
    for token in _DRAWN.finditer(drawn):
        if token["actual"]:
            told.append(_bytes(token["actual"]).removeprefix(b"\xfe\xff").decode("utf-16-be"))
            is_said = True
        elif token["marked"]:
            is_said = False
        elif (font := token["font"]) and font in named:
            letters = _letters(objects, objects[named[font]])
        elif token["text"] and not is_said:
            glyphs = _bytes(token["text"])
            told += [letters.get(int.from_bytes(glyphs[at : at + 2]), "") for at in range(0, len(glyphs), 2)]
        elif (form := token["form"]) and form in named and b"/Subtype/Form" in objects[named[form]]:
            told.append(_text(objects, objects[named[form]], _stream(objects[named[form]])))
        elif token["end"]:
            told.append("\n")
    return "".join(told)


def _resources(objects: dict[int, bytes], owner: bytes) -> bytes:
    head = owner.split(b"stream\n")[0]
    referred = re.findall(rb"/(?:Resources|Font|XObject) (\d+) 0 R", head)
    return head + b"".join(_resources(objects, objects[int(number)]) for number in referred)


def _letters(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    (table,) = re.findall(rb"/ToUnicode (\d+) 0 R", font)
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\s", _stream(objects[int(table)]))
    return {
        int(glyph, 16): bytes.fromhex(letters.decode()).decode("utf-16-be")
        for glyph, letters in pairs
        if len(letters) % 4 == 0
    }


def _stream(body: bytes) -> bytes:
    head, stream = re.split(rb"stream\r?\n", body, maxsplit=1)
    return zlib.decompressobj().decompress(stream) if b"FlateDecode" in head else stream


def _bytes(string: bytes) -> bytes:
    def plain(found: re.Match[bytes]) -> bytes:
        sign = found[1]
        if sign.isdigit():
            return bytes([int(sign, 8)])
        return bytes([_ESCAPES.get(sign, sign[0])])

    if string.startswith(b"<"):
        return bytes.fromhex(string[1:-1].decode())
    return re.sub(rb"\\([0-7]{1,3}|.)", plain, string[1:-1], flags=re.DOTALL)
