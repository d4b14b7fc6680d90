"""High dynamic range brought down to the standard one."""

from typing import Any

HDR_TRANSFERS = ("smpte2084", "arib-std-b67")

WHITE = 203
"""Brightness in cd/m2 of white paper in HDR pictures (ITU-R BT.2408)."""

BRIGHTEST = 1000
"""Brightness in cd/m2 that becomes the brightest SDR white: what most masters reach, and what HLG is defined for."""

KEPT = 0.7
"""Share of white up to which light stays as it is; white itself comes to level 221 of 16-235, and what is brighter is
pressed in between: a sky keeps its clouds, and everything up to white looks as if filmed in SDR."""


def to_sdr(pictures: Any, transfer: str) -> Any:
    """Pictures of PQ or HLG footage in BT.709; such files are BT.2020, also where they do not say so."""
    said = pictures.filter("setparams", color_primaries="bt2020", color_trc=transfer, colorspace="bt2020nc")
    light = said.filter("zscale", t="linear", npl=WHITE).filter("format", "gbrpf32le").filter("zscale", p="bt709")
    pressed = light.filter("tonemap", tonemap="mobius", param=KEPT, peak=f"{BRIGHTEST / WHITE:.3f}", desat=0)
    return pressed.filter("zscale", t="bt709", m="bt709", r="tv")
