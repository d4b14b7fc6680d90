"""The model shots: portrait, two short English lines, no subtitles."""

from __future__ import annotations

import math

import numpy as np
from motion import FACE, L_DIR, L_HIP, R_HIP, Arr, arm, blink, ease, elbow, for_gl, grip_wrist, torso, turn, v
from plan import PORTRAIT, Film, Line, Shot, mix
from render import Frame, Light

SUN = Light(key_dir=(-0.55, 0.7, 0.5), key=(2.8, 2.4, 1.8), sky=(0.34, 0.43, 0.58), ground=(0.20, 0.18, 0.14),
            rim_dir=(0.7, 0.4, -0.6), rim=(0.8, 0.65, 0.45), fog=(0.95, 0.86, 0.72), fog_density=0.0005)  # fmt: skip
SCALE = 0.46


def held(pos: Arr, rot: Arr) -> Arr:
    """The wrist of a hand that holds the figure-sized cup."""
    return np.asarray(pos + (grip_wrist(v(0, 0, 0), rot) * SCALE))


def leg(j: Arr, hip: int, ankle: Arr) -> None:
    """Bends a knee forward."""
    j[hip + 1], j[hip + 2] = elbow(j[hip], ankle, v(0, 0.1, 1), 0.68, 0.68)


def frame(t: float, u: float, cam: Arr, tgt: Arr, zoom: float, j: Arr, head: Arr, rot: Arr, pos: Arr) -> Frame:
    """A frame with a figure that holds the cup."""
    c, g, p = (tuple(a.tolist()) for a in (cam, tgt, pos))
    return Frame(t, u, c, g, zoom, joints=j.astype(np.float32), head=for_gl(head), cup_rot=for_gl(rot), cup_pos=p)


def walk(t: float, u: float) -> Frame:
    """Walks towards a camera that backs away a little slower."""
    w = 2 * math.pi * t / 1.12
    z = -1.6 + 1.0 * t
    pelvis = v(0.03 * math.sin(w), 1.36 + 0.035 * math.cos(2 * w), z)
    j = torso(pelvis, 0.04, 0.10 * math.sin(w), 0.02 * math.sin(w))
    for hip, ph in ((L_HIP, 0.0), (R_HIP, math.pi)):
        s = math.sin(w + ph)
        up = max(0.0, math.cos(w + ph))
        leg(j, hip, v(0.17 if hip == L_HIP else -0.17, 0.16 + 0.20 * up, z + 0.48 * s))
    arm(j, True, j[4] + v(0.16, -1.28, -0.50 * math.sin(w)), v(0.2, 0, -1))
    j[L_DIR] = v(0, -1, 0.15)
    rot = turn(0.55, 0.05 * math.sin(w), 0.04)
    pos = j[7] + v(-0.05, -0.62 + 0.03 * math.sin(2 * w), 0.72)
    arm(j, False, held(pos, rot), v(-1, -0.8, -0.2))
    j[FACE] = v(0.0, blink(t), 0.75)
    head = turn(0.10 * math.sin(t * 0.9), -0.04 + 0.03 * math.sin(2 * w), 0.03 * math.sin(w))
    return frame(t, u, v(0.35, 1.75, z + 6.9 - 1.3 * u), v(0, 1.72, z + 0.4), 2.9, j, head, rot, pos)


def sip(t: float, u: float) -> Frame:
    """Sits on the bench, lifts the cup, sips and lowers it."""
    k = ease(t, 0.6, 1.7) * (1 - ease(t, 3.5, 4.6))
    j = torso(v(0, -0.12, -0.1), -0.06 * k)
    for hip, x in ((L_HIP, 0.22), (R_HIP, -0.24)):
        j[hip] = v(x, -0.14, 0.0)
        leg(j, hip, v(x * 1.1, -1.12, 0.72 + 0.1 * x))
    arm(j, True, v(0.42, 0.12, 0.62), v(1, -0.3, -0.4))
    j[L_DIR] = v(-0.25, -0.15, 1)
    rest, lips = v(-0.36, 0.35, 0.78), v(-0.02, 1.44, 0.50)
    tip = -0.35 * k - 0.5 * ease(t, 1.6, 2.3) * (1 - ease(t, 3.0, 3.6))
    rot = turn(0.75 * (1 - k) - 0.1 * k, 0, 0) @ turn(0, tip, 0)
    pos = rest + (lips - rot @ v(0, 1.93 * SCALE, 0) - rest) * k
    arm(j, False, held(pos, rot), v(-1, -0.7, 0.1))
    shut = 0.85 * ease(t, 1.8, 2.1) * (1 - ease(t, 3.1, 3.4))
    j[FACE] = v(0.05 * k, max(shut, blink(t, 1.0) * (1 - k)), 0.6)
    head = turn(0.25 * (1 - k), -0.16 * k * ease(t, 1.5, 2.2) * (1 - ease(t, 3.3, 3.9)), 0.03)
    return frame(t, u, v(-1.5 + 0.5 * u, 1.35, 5.9 - 0.3 * u), v(0.0, 0.68, 0.4), 3.0, j, head, rot, pos)


def pocket(t: float, u: float) -> Frame:
    """The cup goes down into the side pocket and the hand lets it rest."""
    y = 2.45 - 2.0 * ease(t, 0.4, 2.0)
    rot = turn(-0.45, 0, 0.18 * (1 - ease(t, 0.3, 1.5)))
    pos = v(0.0, y, 0.0) + v(0.45, 0.1, 0.2) * (1 - ease(t, 0.2, 1.2))
    j = np.zeros((20, 3))
    j[0] = grip_wrist(pos, rot)
    j[1] = j[0] + v(2.3, 0.9, 0.5)
    cam, tgt = mix((0.9, 2.5, 7.2), (0.5, 2.3, 6.5), u), (-0.42, 1.5, 0)
    return frame(t, u, np.array(cam), np.array(tgt), 2.95, j, turn(), rot, pos)


def open_lid(t: float, u: float) -> Frame:
    """Close: the thumb presses, the lid jumps open."""
    rot = turn(0.15 + 0.05 * math.sin(t), 0.03 * math.sin(t * 1.3), 0.03)
    pos = v(0, 0.02 * math.sin(t * 1.7), 0)
    f = frame(t, u, v(-0.9 + 0.3 * u, 2.6, 4.5 - 0.4 * u), v(0.12, 1.45, 0), 3.1, np.zeros((20, 3)), turn(), rot, pos)
    f.p = [0.0, 2.0 * ease(t, 1.3, 1.6) - 0.08 * ease(t, 1.6, 1.8), ease(t, 1.6, 2.8), ease(t, 0.9, 1.25)]
    return f


def portrait(t: float, u: float) -> Frame:
    """Smiles near the camera with the cup beside the cheek."""
    tilt = 0.10 * ease(t, 0.8, 2.0) + 0.02 * math.sin(t * 1.4)
    j = torso(v(0, -0.3 + 0.01 * math.sin(t * 2), 0), 0.03, 0.22)
    talk = abs(math.sin(t * 9.0)) * 0.5 * ease(t, 1.0, 1.1) * (1 - ease(t, 2.0, 2.15))
    j[FACE] = v(talk, blink(t, 2.6), 0.6 + 0.5 * ease(t, 2.2, 2.9))
    for hip, x in ((L_HIP, 0.2), (R_HIP, -0.2)):
        leg(j, hip, v(x, -1.65, 0.1))
    rot = turn(0.35, 0, -0.10 + 0.03 * math.sin(t * 1.1))
    pos = v(-0.74, 0.72 + 0.03 * ease(t, 0.5, 1.6), 0.62)
    arm(j, False, held(pos, rot), v(-0.7, -1, 0))
    arm(j, True, v(0.6, -0.6, 0.2), v(1, 0, -0.5))
    head = turn(0.16 - 0.22 * ease(t, 0.6, 1.9), -0.02 + 0.02 * math.sin(t * 1.7), -tilt)
    return frame(t, u, v(0.25 - 0.2 * u, 1.55, 4.9 - 0.45 * u), v(-0.14, 1.2, 0.5), 3.85, j, head, rot, pos)


SHOTS = (
    Shot("street", "street", 140, SUN, walk, (Line("I take it everywhere.", 2.2, "en"),),
         defines=("LEGS", "LEFT_HAND", "LONG_HAIR"), step=2, aperture=0.8,
         about="Walks towards the camera on a street"),
    Shot("bench", "bench", 130, SUN, sip, defines=("LEGS", "LEFT_HAND", "LONG_HAIR"), step=2, aperture=0.9,
         about="Sips on a park bench"),
    Shot("side-pocket", "bag_pocket", 125, Light(key_dir=(-0.5, 0.7, 0.65), key=(2.5, 2.25, 1.9), gobo=1.0,
         sky=(0.34, 0.38, 0.44)), pocket, (Line("It fits every bag.", 2.3, "en"),), defines=("CUP_S 1.",),
         step=2, aperture=0.8,
         about="The cup goes into the side pocket of a backpack"),
    Shot("hand-lid", "hand_lid", 120, SUN, open_lid, defines=("CUP_S 1.",), step=2, aperture=1.3,
         about="Hand close-up: the thumb opens the lid"),
    Shot("portrait", "portrait", 135, Light(key_dir=(-0.6, 0.45, 0.75), key=(2.3, 1.9, 1.45), sky=(0.34, 0.37, 0.45),
         ground=(0.28, 0.22, 0.18), rim_dir=(0.75, 0.35, -0.5), rim=(1.1, 0.75, 0.4)), portrait,
         (Line("My cup. My day.", 1.0, "en"),), defines=("LEGS", "LEFT_HAND", "LONG_HAIR"),
         step=2, aperture=0.9, exposure=0.72,
         about="Smiling portrait near the camera"),
)  # fmt: skip
FILM = Film("model/qingyu_model_shots", PORTRAIT, "model-en", SHOTS, srt=False, crf=25)
