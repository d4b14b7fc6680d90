"""The product shots: portrait, English voice-over."""

from __future__ import annotations

from motion import ease
from plan import PORTRAIT, Film, Line, Shot, Text, mix
from render import Frame, Light

WINDOW = Light(key_dir=(-0.8, 0.6, 0.42), key=(3.1, 2.6, 2.0), sky=(0.30, 0.36, 0.45), gobo=1.0, soft=12)


def cold_mug(t: float, u: float) -> Frame:
    """The steam over the mug fades."""
    cam = mix((0.4, 2.45, 4.7), (0.12, 2.1, 4.0), u)
    return Frame(t, u, cam, (-0.02, 0.85, 0), 2.75, [1.7 - 1.7 * ease(t, 0.8, 4.6)])


def meet(t: float, u: float) -> Frame:
    """The cup turns in window light."""
    cam = mix((0.6, 1.9, 5.9), (-0.1, 1.6, 5.2), u)
    return Frame(t, u, cam, (-0.08, 1.02, 0), 3.3, [-1.35 + 1.6 * ease(t, 0, 4.2)])


def coat(t: float, u: float) -> Frame:
    """Along the powder coat, closer and closer."""
    k = ease(u, 0, 1)
    return Frame(t, u, mix((0.55, 1.3, 1.95), (0.30, 0.92, 0.98), k), mix((0, 1.15, 0.2), (-0.02, 0.80, 0.3), k), 2.3,
                 [-0.35 + 0.3 * u])  # fmt: skip


def lid(t: float, u: float) -> Frame:
    """A thumb opens the lid, steam rises."""
    press = ease(t, 0.9, 1.25)
    opened = 2.0 * ease(t, 1.25, 1.55) - 0.08 * ease(t, 1.55, 1.75)
    cam = mix((-0.75, 2.6, 4.5), (-0.5, 2.4, 3.9), u)
    return Frame(t, u, cam, (0.12, 1.62, 0), 3.0, [0.05, opened, ease(t, 1.5, 2.8), press])


def hot_cold(t: float, u: float) -> Frame:
    """Navy in ice, green with steam."""
    return Frame(t, u, mix((-0.25, 1.9, 6.2), (0.2, 1.75, 5.9), u), (0, 1.32, 0), 3.5)


def three(t: float, u: float) -> Frame:
    """Three colours in a row."""
    return Frame(t, u, mix((0.0, 1.75, 7.6), (0.0, 1.6, 7.0), u), (0, 1.15, 0), 3.75, [-0.5 + 0.55 * ease(t, 0, 4)])


SHOTS = (
    Shot("cold-mug", "window_mug", 150, Light(key_dir=(-0.45, 0.55, -0.6), key=(2.4, 2.3, 2.2), sky=(0.42, 0.48, 0.58),
         ground=(0.20, 0.17, 0.14), rim_dir=(0.3, 0.4, 0.8), rim=(0.75, 0.66, 0.55)), cold_mug,
         (Line("Cold coffee by ten o'clock? We know the feeling.", 0.8, "en"),), step=2, aperture=0.7,
         about="Steam fades over a cold mug at the window"),
    Shot("cup-turning", "table", 130, WINDOW, meet, (Line("Meet the Qingyu carry cup.", 1.0, "en"),),
         step=2, aperture=1.1,
         about="The cup turns on a table in window light"),
    Shot("powder-coat", "macro", 125, Light(key_dir=(-0.9, 0.45, 0.35), key=(3.0, 2.7, 2.3), sky=(0.2, 0.26, 0.28),
         ground=(0.06, 0.07, 0.07), rim_dir=(0.9, 0.2, -0.1), rim=(0.6, 0.6, 0.5)), coat,
         (Line("A soft powder coat that never slips.", 0.9, "en"),), step=2, aperture=1.6,
         about="Macro push over the coat"),
    Shot("lid-opens", "table", 125, WINDOW, lid, (Line("One click and it opens, with one hand.", 1.0, "en"),),
         defines=("HAND",), step=2, aperture=1.1, about="A thumb opens the lid, steam rises"),
    Shot("hot-and-cold", "hot_cold", 140, Light(key_dir=(0.15, 0.85, 0.6), key=(2.3, 2.2, 2.1), sky=(0.40, 0.44, 0.50),
         ground=(0.14, 0.14, 0.15), rim_dir=(-0.6, 0.3, -0.6), rim=(0.4, 0.5, 0.7)), hot_cold,
         (Line("Hot for twelve hours. Cold for twenty four.", 0.7, "en"),),
         (Text("hours", 0.7, 99, "24 h cold / 12 h hot", 0.4),), step=2, aperture=0.6,
         about="Cold and hot cups side by side"),
    Shot("three-colours", "three_cups", 145, Light(key_dir=(-0.45, 0.85, 0.55), key=(2.1, 2.0, 1.85),
         sky=(0.42, 0.38, 0.34), ground=(0.42, 0.26, 0.12), soft=6), three,
         (Line("Three colours. Order yours today.", 0.9, "en"),),
         (Text("price_en", 0.5, 99, "129 yuan", 0.35),), step=2, aperture=0.3,
         about="Three colours on a plain ground, price"),
)  # fmt: skip
FILM = Film("product/qingyu_product_shots", PORTRAIT, "narrator-en", SHOTS, pad=0.05)
