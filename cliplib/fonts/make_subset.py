"""Make the shipped font from Noto Sans CJK SC Bold: Latin, punctuation, symbols of the trade and all of GB 2312.

Usage: python cliplib/fonts/make_subset.py NotoSansCJK-Bold.ttc OUT.otf
The result is a modified version and so carries another name; the licence stays the SIL Open Font License 1.1 (OFL.txt).
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTCollection

FAMILY = "Cliplib Sans SC"
FACE = "Noto Sans CJK SC Bold"


def characters() -> set[int]:
    """Code points to keep: GB 2312, accented Latin, punctuation, currency, arrows, circled digits, full width."""
    wanted = set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | set(range(0x2010, 0x2040)) | set(range(0x20A0, 0x20C0))
    wanted |= (
        set(range(0x2190, 0x219A))
        | set(range(0x2460, 0x2474))
        | set(range(0x3000, 0x3020))
        | set(range(0xFF01, 0xFF5F))
    )
    wanted |= {0x2122, 0x2103, 0x2605, 0x2606, 0x2713, 0x25CF, 0x25CB, 0x25A0, 0x25B6, 0xFFE5}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                wanted.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return wanted


def main(source: str, target: str) -> None:
    """Write the subset of the collection's SC Bold face to `target`."""
    font = next(face for face in TTCollection(source).fonts if face["name"].getDebugName(4) == FACE)
    options = subset.Options(
        desubroutinize=False, hinting=False, layout_features=["kern", "ccmp", "locl"], name_IDs=[0, 13, 14]
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    names = font["name"]
    for name_id, text in (
        (1, FAMILY),
        (2, "Bold"),
        (3, f"{FAMILY} Bold 1"),
        (4, f"{FAMILY} Bold"),
        (5, "Version 1.0"),
        (6, "CliplibSansSC-Bold"),
    ):
        names.setName(text, name_id, 3, 1, 0x409)
    font["CFF "].cff.fontNames = ["CliplibSansSC-Bold"]
    top = font["CFF "].cff.topDictIndex[0]
    top.FullName, top.FamilyName = f"{FAMILY} Bold", FAMILY
    font.save(target)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
