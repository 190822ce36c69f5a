"""The typeface of reports: found on this machine, never fetched, and able to write Chinese."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst

# In the order of preference; all of them are sans-serif and have the simplified forms.
_KNOWN = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "HarmonyOS Sans SC",
    "MiSans",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Droid Sans Fallback",
)
_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")


class NoTypeface(Exception):
    """No Chinese typeface is on this machine, or where the settings say there is one."""


@dataclass(frozen=True)
class Typeface:
    """A family and the fonts to look for it in; `folder` holds those that are not the system's."""

    family: str
    fonts: typst.Fonts
    folder: Path | None


@cache
def find_typeface(named: Path | None, *, is_system: bool = True) -> Typeface:
    """Return the typeface in a file or folder, or else one that the system has.

    Args:
        named: where to look, and nowhere else; None looks among the system's fonts.
        is_system: whether the system's fonts are there at all.

    Raises:
        NoTypeface: with what to do about it.
    """
    if named is None:
        fonts = typst.Fonts(include_system_fonts=is_system, include_embedded_fonts=False)
        families = set(fonts.families())
        for family in _KNOWN:
            if family in families:
                return Typeface(family, fonts, None)
        raise NoTypeface(
            "no Chinese font is on this machine; install one (Debian: `apt-get install fonts-noto-cjk`), "
            "or set POINTMART_REPORT_FONT to a font file or a folder with one"
        )
    folder = _folder_of(named)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    there = [font for font in fonts.fonts() if font.path and _is_within(Path(font.path), named)]
    families = {font.family for font in there}
    chosen = next((family for family in _KNOWN if family in families), None)
    if chosen is None and not families:
        raise NoTypeface(f"POINTMART_REPORT_FONT names {named}, which holds no font (.ttf, .otf or .ttc)")
    return Typeface(chosen or min(families), fonts, folder)


def _folder_of(named: Path) -> Path:
    if named.is_dir():
        return named
    if named.is_file() and named.suffix.lower() in _SUFFIXES:
        return named.parent
    raise NoTypeface(
        f"POINTMART_REPORT_FONT names {named}, which is neither a folder nor a font file (.ttf, .otf or .ttc)"
    )


def _is_within(path: Path, named: Path) -> bool:
    return path.resolve() == named.resolve() or named.resolve() in path.resolve().parents
