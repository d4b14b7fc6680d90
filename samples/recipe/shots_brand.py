"""The brand film: landscape, Chinese voice-over."""

from __future__ import annotations

import math

import numpy as np
from motion import ease, for_gl, grip_wrist, turn, v
from plan import LANDSCAPE, Film, Line, Shot, Text, mix
from render import Frame, Light

MORNING = Light(key_dir=(-0.8, 0.62, 0.3), key=(2.9, 2.45, 1.9), sky=(0.34, 0.42, 0.54), gobo=1.0, soft=14)
STUDIO = Light(key_dir=(-0.55, 0.75, 0.6), key=(2.3, 2.15, 1.95), sky=(0.30, 0.36, 0.38), ground=(0.18, 0.2, 0.18),
               rim_dir=(0.8, 0.3, -0.5), rim=(0.5, 0.55, 0.5), soft=7)  # fmt: skip


def office(t: float, u: float) -> Frame:
    """A slow push towards the cold mug."""
    return Frame(t, u, mix((0.8, 2.9, 4.3), (0.4, 2.5, 3.3), u), mix((0.0, 0.52, -0.1), (0.02, 0.56, 0), u), 2.5)


def spill(t: float, u: float) -> Frame:
    """The puddle grows while the camera slides along the bag."""
    return Frame(t, u, mix((0.3, 2.6, 4.9), (0.9, 2.1, 4.5), u), (0.18, 0.3, 0.3), 3.0, [ease(t, 0.2, 3.6)])


def island(t: float, u: float) -> Frame:
    """Over the lake towards the island."""
    return Frame(t, u, mix((-0.9, 1.35, 12.5), (0.2, 1.7, 10.6), u), (0.1, 1.55, 0), 2.7, [ease(t, 1.4, 4.4)])


def hero(t: float, u: float) -> Frame:
    """The cup turns on its pedestal."""
    return Frame(t, u, mix((0.5, 1.5, 6.4), (-0.15, 1.25, 5.3), u), (0, 0.80, 0), 3.15, [-1.5 + 1.75 * ease(t, 0, 4.4)])


def cutaway(t: float, u: float) -> Frame:
    """Into the wall of the cup."""
    cam = mix((0.2, 1.9, 4.2), (0.32, 1.72, 2.5), ease(u, 0, 1))
    return Frame(t, u, cam, mix((0, 1.12, 0), (0.02, 1.42, 0), ease(u, 0, 1)), 2.8, [math.pi / 4 - 0.25 + 0.35 * u])


def upside(t: float, u: float) -> Frame:
    """The cup is turned over and shaken."""
    roll = math.pi * (0.58 + 0.42 * ease(t, 0.15, 1.25))
    shake = 0.12 * math.sin(t * 15) * ease(t, 1.5, 1.8) * (1 - ease(t, 2.7, 3.1))
    rot = turn(0.3, 0.1, 0) @ turn(0, 0, roll + shake * 0.5)
    centre = v(0, 1.75 + shake, 0.2)
    pos = centre - rot @ v(0, 0.95, 0)
    wrist = grip_wrist(pos, rot)
    j = np.zeros((20, 3), dtype=np.float32)
    j[0], j[1] = wrist, v(-3.4, 1.0 + 0.4 * ease(t, 0.15, 1.25), 1.3)
    cam = mix((0.3, 2.1, 6.3), (-0.05, 1.9, 5.5), u)
    return Frame(t, u, cam, (0.05, 1.4, 0), 3.0, joints=j, cup_rot=for_gl(rot), cup_pos=tuple(pos.tolist()))


def end(t: float, u: float) -> Frame:
    """Cup, leaf shadows and the logo above."""
    return Frame(t, u, mix((0.0, 1.75, 7.6), (0.0, 1.7, 7.1), u), (0, 1.5, 0), 2.75, [-0.25 + 0.2 * u])


SHOTS = (
    Shot("office", "office", 120, MORNING, office, (Line("咖啡还没喝几口，就已经凉了。", 0.6),), aperture=1.3,
         about="Office desk, a mug of cold coffee, slow push in"),
    Shot("bag-spill", "bagspill", 125, Light(key_dir=(0.5, 0.75, 0.35), key=(2.3, 2.1, 1.9), sky=(0.36, 0.42, 0.50)),
         spill, (Line("普通杯子放进包里，一不小心就漏一包。", 0.5),),
         about="Bag on its side, spilled cup, growing puddle"),
    Shot("island", "island", 145, Light(key_dir=(0.6, 0.42, -0.35), key=(2.6, 1.75, 1.0), sky=(0.40, 0.52, 0.60),
         ground=(0.12, 0.16, 0.15), rim_dir=(0.4, 0.3, -0.8), rim=(0.6, 0.45, 0.3), fog=(0.86, 0.66, 0.50),
         fog_density=0.0016, soft=4), island, (Line("青屿，十年只做一只好杯子。", 1.2),),
         (Text("logo", 2.3, 99, "青屿 QINGYU", 0.9),), aperture=0.0, about="Misty island at dawn, the logo appears"),
    Shot("hero", "hero", 140, STUDIO, hero, (Line("这是全新的青屿随行杯。", 1.3),), dissolve=20,
         about="The cup turns on a pedestal"),
    Shot("cutaway", "cutaway", 145, Light(key_dir=(-0.5, 0.7, 0.7), key=(2.3, 2.1, 1.9), sky=(0.22, 0.3, 0.34),
         ground=(0.05, 0.07, 0.07), rim_dir=(0.8, 0.2, -0.4), rim=(0.7, 0.75, 0.8)), cutaway,
         (Line("双层真空不锈钢，保温十二小时。", 0.6),), (Text("vacuum", 1.2, 99, "双层真空 12h", 0.5),), aperture=0.8,
         about="Cutaway of the double wall, hot water glows"),
    Shot("upside-down", "upside", 120, MORNING, upside, (Line("一键锁扣，倒过来也不漏。", 0.9),),
         defines=("CUP_S 1.",), about="An arm turns the cup over above a desk and shakes it"),
    Shot("end-card", "endcard", 120, Light(key_dir=(-0.6, 0.62, 0.75), key=(2.7, 2.4, 1.95), sky=(0.34, 0.40, 0.46),
         gobo=3.0), end, (Line("青屿，带着温度出发。", 1.0),),
         (Text("end", 0.4, 99, "青屿 QINGYU 带着温度出发", 0.7),), aperture=0.5, about="End card: cup, logo, slogan"),
)  # fmt: skip
FILM = Film("brand/qingyu_brand_film", LANDSCAPE, "narrator-zh", SHOTS, pad=0.05, crf=25)
