"""The little of H.264 that is needed to join streams: its units, its parameter sets and their numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

IDR, PARAMETER_SETS, EXTENSION = 5, (7, 8), (13, 14, 15, 20, 21)
SLICES = (1, 5)
PARTITIONED = (2, 3, 4)
PROFILES = {66: "baseline", 77: "main", 100: "high"}
"""Profiles of 8 bit, 4:2:0 pictures, as x264 names them."""

MOST_IDS = 32


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """What an avcC holds: profile, compatibility and level, and the sets themselves without any framing."""

    profile: int
    compatibility: int
    level: int
    sequence: tuple[bytes, ...]
    picture: tuple[bytes, ...]

    def free_id(self) -> int | None:
        """A number that none of the sets has; None where all that x264 can give are taken."""
        used = {_golomb(unit[4:], 0)[0] for unit in self.sequence}
        for unit in self.picture:
            own, at = _golomb(unit[1:], 0)
            used |= {own, _golomb(unit[1:], at)[0]}
        return next((number for number in range(MOST_IDS) if number not in used), None)

    def joined(self, other: "ParameterSets") -> "ParameterSets":
        """Both together; of the level the higher one, as both kinds of pictures are to be decoded."""
        return ParameterSets(
            self.profile,
            self.compatibility & other.compatibility,
            max(self.level, other.level),
            tuple(dict.fromkeys((*self.sequence, *other.sequence))),
            tuple(dict.fromkeys((*self.picture, *other.picture))),
        )

    def to_avcc(self) -> bytes:
        """The avcC box's content, for units with a length of 4 bytes before them (ISO 14496-15, 5.3.3)."""
        head = bytes((1, self.profile, self.compatibility, self.level, 0xFF, 0xE0 | len(self.sequence)))
        sequence = b"".join(len(unit).to_bytes(2, "big") + unit for unit in self.sequence)
        picture = b"".join(len(unit).to_bytes(2, "big") + unit for unit in self.picture)
        # Profiles above Main say how colours are stored: 4:2:0 with 8 bits each, no further extensions.
        tail = bytes((0xFD, 0xF8, 0xF8, 0)) if self.profile == 100 else b""
        return head + sequence + bytes((len(self.picture),)) + picture + tail


def is_framed(header: bytes) -> bool:
    """Whether a decoder's header is an avcC with lengths of 4 bytes."""
    return len(header) > 6 and header[0] == 1 and header[4] & 3 == 3


def parameter_sets(header: bytes) -> ParameterSets | None:
    """What an avcC holds; None where it is damaged or holds nothing."""
    sets: list[tuple[bytes, ...]] = []
    at = 5
    try:
        for mask in (0x1F, 0xFF):
            count, at, found = header[at] & mask, at + 1, []
            for _ in range(count):
                size = int.from_bytes(header[at : at + 2], "big")
                found.append(header[at + 2 : at + 2 + size])
                at += 2 + size
            sets.append(tuple(found))
    except IndexError:
        return None
    whole = at <= len(header) and all(len(unit) > 3 for unit in sets[0]) and all(sets[1])
    return ParameterSets(header[1], header[2], header[3], *sets) if whole and sets[0] and sets[1] else None


def sets_of_stream(units: Sequence[bytes]) -> ParameterSets:
    """The parameter sets among the units of an encoder's header."""
    sequence = tuple(unit for unit in units if kind(unit) == PARAMETER_SETS[0])
    picture = tuple(unit for unit in units if kind(unit) == PARAMETER_SETS[1])
    return ParameterSets(sequence[0][1], sequence[0][2], sequence[0][3], sequence, picture)


def kind(unit: bytes) -> int:
    """nal_unit_type (ITU-T H.264, table 7-1)."""
    return unit[0] & 31


def units_of(packet: bytes) -> Iterator[bytes]:
    """The units of a packet with lengths of 4 bytes; ends where the packet is damaged."""
    at = 0
    while at + 4 < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big")
        if not 0 < size <= len(packet) - at - 4:
            return
        yield packet[at + 4 : at + 4 + size]
        at += 4 + size


def units_between_codes(stream: bytes) -> list[bytes]:
    """The units of a stream with start codes (ITU-T H.264, annex B)."""
    # A unit never ends with a zero byte: zeros before a code belong to the code.
    return [unit for piece in stream.split(b"\x00\x00\x01") if (unit := piece.rstrip(b"\x00"))]


def framed(units: Sequence[bytes]) -> bytes:
    """Units as a packet with lengths of 4 bytes."""
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


def is_idr(packet: bytes) -> bool:
    """Whether a packet holds an IDR picture, before which nothing is ever referred to."""
    return any(kind(unit) == IDR for unit in units_of(packet))


def may_be_copied(packet: bytes, known: ParameterSets) -> bool:
    """Whether all of a packet is understood: whole units, plain slices, and no parameter sets but those known."""
    units = list(units_of(packet))
    if sum(len(unit) + 4 for unit in units) != len(packet) or not any(kind(unit) in SLICES for unit in units):
        return False
    sets = (*known.sequence, *known.picture)
    strange = (*PARTITIONED, *EXTENSION)
    return all(kind(unit) not in strange and (kind(unit) not in PARAMETER_SETS or unit in sets) for unit in units)


def _golomb(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned Exp-Golomb number at a bit, and the bit after it."""
    zeros = 0
    while at + zeros < 8 * len(data) and not _bit(data, at + zeros):
        zeros += 1
    value = 0
    for bit in range(at + zeros, min(at + 2 * zeros + 1, 8 * len(data))):
        value = value << 1 | _bit(data, bit)
    return value - 1, at + 2 * zeros + 1


def _bit(data: bytes, at: int) -> int:
    return data[at // 8] >> (7 - at % 8) & 1
