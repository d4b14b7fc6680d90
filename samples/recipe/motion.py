"""Poses of the clay figure: joints over time for the host, the walker, the sitter and the portrait."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Arr = NDArray[np.float64]
PELVIS, CHEST, NECK, HEAD, L_SH, L_EL, L_WR, R_SH, R_EL, R_WR = range(10)
L_HIP, L_KN, L_AN, R_HIP, R_KN, R_AN, L_DIR, R_DIR, FACE = range(10, 19)


def v(*xyz: float) -> Arr:
    """A vector."""
    return np.array(xyz, dtype=float)


def ease(t: float, a: float, b: float) -> float:
    """0 before a, 1 after b, smooth between."""
    x = min(1.0, max(0.0, (t - a) / (b - a)))
    return x * x * (3 - 2 * x)


def pulse(t: float, a: float, b: float, edge: float = 0.6) -> float:
    """1 between a and b with smooth edges outside."""
    return ease(t, a - edge, a) * (1 - ease(t, b, b + edge))


def turn(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Arr:
    """A rotation: yaw round y, pitch round x, roll round z (object to world)."""
    cy, sy, cx, sx, cz, sz = (f(a) for a in (yaw, pitch, roll) for f in (math.cos, math.sin))
    ry = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    rx = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    rz = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return np.asarray(ry @ rx @ rz)


def for_gl(m: Arr) -> NDArray[np.float32]:
    """The world-to-object matrix as OpenGL wants it (columns after one another) of an object-to-world matrix."""
    return m.astype(np.float32)  # transposed twice: inverse of a rotation, then column order


def elbow(sh: Arr, wr: Arr, hint: Arr, upper: float = 0.78, lower: float = 0.76) -> tuple[Arr, Arr]:
    """The elbow between shoulder and wrist, bent towards hint; also the wrist, pulled into reach."""
    d = wr - sh
    n = float(np.linalg.norm(d))
    reach = (upper + lower) * 0.995
    if n > reach:
        wr, d, n = sh + d / n * reach, d / n * reach, reach
    a = (upper**2 - lower**2 + n * n) / (2 * n)
    h = math.sqrt(max(upper**2 - a * a, 0.0))
    side = hint - d * float(hint @ d) / (n * n)
    side /= max(float(np.linalg.norm(side)), 1e-6)
    return sh + d / n * a + side * h, wr


def torso(pelvis: Arr, lean: float = 0.0, twist: float = 0.0, sway: float = 0.0) -> Arr:
    """Joints of an upright figure with hanging arms above the given pelvis."""
    j = np.zeros((20, 3))
    m = turn(twist, lean, sway)
    rest = {CHEST: v(0, 0.78, 0), NECK: v(0, 1.32, 0.02), HEAD: v(0, 1.86, 0.10), L_SH: v(0.47, 1.08, 0),
            R_SH: v(-0.47, 1.08, 0)}  # fmt: skip
    j[PELVIS] = pelvis
    for k, p in rest.items():
        j[k] = pelvis + m @ p
    for hip, x in ((L_HIP, 0.2), (R_HIP, -0.2)):
        j[hip] = pelvis + m @ v(x, -0.05, 0)
    j[L_DIR], j[R_DIR] = v(0, -1, 0.2), v(0, -1, 0.2)
    return j


def arm(j: Arr, left: bool, wrist: Arr, hint: Arr) -> None:
    """Puts a wrist where it should be and bends the elbow."""
    sh, el, wr = (L_SH, L_EL, L_WR) if left else (R_SH, R_EL, R_WR)
    j[el], j[wr] = elbow(j[sh], wrist, hint)


def grip_wrist(cup_pos: Arr, cup_rot: Arr) -> Arr:
    """Where the wrist belongs for a hand that holds the cup (see gripHand)."""
    return np.asarray(cup_pos + cup_rot @ v(0.60, 0.90, -0.26))


def blink(t: float, seed: float = 0.0) -> float:
    """Eyes closed for a moment now and then."""
    x = (t + seed) % 3.3
    return float(pulse(x, 0.06, 0.12, 0.07))
