"""The livestream: one set, one camera, a host who speaks, shows, lifts, turns and shakes the cup."""

from __future__ import annotations

import math

import numpy as np
from motion import FACE, L_DIR, arm, blink, for_gl, pulse, torso, turn, v
from plan import FPS, PORTRAIT, Film, Line, Shot, Text
from render import Frame, Light
from shots_model import held

SAID = (  # each sentence with the pause before it in seconds
    ("宝宝们，欢迎来到青屿直播间。", 0.8),
    ("你们是不是也遇到过，包里的杯子漏了一片？", 0.9),
    ("今天给大家看这款青屿随行杯。", 1.0),
    ("我把它倒过来，使劲晃，一滴都不漏。", 1.0),
    ("早上装的热水，到晚上还是热的。", 1.2),
    ("平时卖一百二十九，今天直播间到手价只要九十九。", 0.9),
    ("前一百单，再送一个杯刷。", 1.1),
    ("三十天无理由退换，放心拍。", 0.8),
    ("库存只有三百件，拍完就没有了。", 0.9),
    ("点击下方小黄车，马上带走它。", 1.0),
)
SPANS: list[tuple[float, float]] = []  # when each sentence is heard; film() fills it before frames are drawn


def talking(t: float) -> float:
    """1 while the host speaks."""
    return max((pulse(t, a + 0.1, b - 0.1, 0.15) for a, b in SPANS), default=0.0)


def envelope(t: float) -> float:
    """1 while the host speaks, fading over a third of a second: how much the body moves."""
    return max((pulse(t, a + 0.05, b - 0.05, 0.35) for a, b in SPANS), default=0.0)


def host(t: float, u: float) -> Frame:
    """The pose of the host at a time of the livestream."""
    e, talk = envelope(t), talking(t)
    starts = [a for a, _ in SPANS]
    beat = math.sin(t * 3.1) * e
    j = torso(v(0.02 * beat, -0.26 + 0.006 * math.sin(t * 1.6), -0.38), 0.05 + 0.03 * e, 0.05 * beat, 0.015 * beat)
    lift = pulse(t, starts[2] + 0.6, starts[5] - 0.9, 0.8)
    show = pulse(t, starts[2] + 1.0, starts[3] - 0.3, 0.6)
    flip = pulse(t, starts[3] + 0.9, starts[4] - 0.9, 0.6)
    shake = math.sin(t * 17.0) * pulse(t, starts[3] + 1.7, starts[3] + 3.2, 0.2)
    push = pulse(t, starts[9] + 0.5, starts[9] + 2.6, 0.7)
    rest, high = v(-0.62, 0.02, 0.70), v(-0.60, 0.62, 0.55)
    pos = rest + (high - rest) * max(lift, 0.8 * push) + v(0.16, 0.02, 0.25) * max(show, push)
    rot = turn(0.75 - 0.5 * show, 0.05 * beat * lift, 0.0) @ turn(0, 0, math.pi * flip + 0.10 * shake)
    centre = v(0, 0.95 * 0.46, 0)
    pos = pos + centre - rot @ centre + v(0, 0.10 * flip + 0.07 * shake, 0)
    arm(j, False, held(pos, rot), v(-1, -0.5 + 0.8 * flip, 0.0))
    point = pulse(t, starts[5] + 2.2, starts[6] - 1.2, 0.6)
    down = pulse(t, starts[9] + 0.2, starts[9] + 2.4, 0.5)
    wave = pulse(t, 0.9, 2.9, 0.5)
    wrist = v(0.50, 0.16, 0.52) + v(0.12, 0.24 + 0.10 * math.sin(t * 4.3), 0.10) * (e * (1 - point) * (1 - down))
    wrist = wrist + v(0.22, 0.62, -0.1) * point + v(0.05, 0.05, 0.25) * down
    wrist = wrist + (v(0.92, 1.05 + 0.02 * math.sin(t * 8), 0.15) - wrist) * wave
    arm(j, True, wrist, v(1, -0.6, -0.2))
    j[L_DIR] = v(-0.5, 0.05 + 0.3 * e, 0.8) * (1 - max(wave, point, down))
    j[L_DIR] = j[L_DIR] + v(0.15 + 0.35 * math.sin(t * 8), 1, 0.2) * wave
    j[L_DIR] = j[L_DIR] + v(0.4, 0.9, 0.3) * point + v(-0.1, -0.9, 0.6) * down
    syllable = 0.5 + 0.5 * math.sin(t * 2 * math.pi * 4.1) * (0.7 + 0.3 * math.sin(t * 5.3))
    j[FACE] = v(talk * (0.15 + 0.75 * syllable), blink(t, 1.4), 0.55 + 0.2 * (1 - talk))
    look = 0.25 * (flip + 0.4 * lift * (1 - show)) - 0.12 * point
    head = turn(-look + 0.10 * beat, 0.05 * math.sin(t * 4.6) * e + 0.08 * flip, 0.05 * math.sin(t * 2.3) * e)
    p = tuple(pos.tolist())
    return Frame(t, u, (0.0, 1.75, 7.0), (0, 1.02, 0), 4.0, joints=j.astype(np.float32), head=for_gl(head),
                 cup_rot=for_gl(rot), cup_pos=p)  # fmt: skip


LIGHT = Light(key_dir=(-0.35, 0.55, 0.9), key=(1.75, 1.6, 1.42), sky=(0.36, 0.34, 0.36), ground=(0.22, 0.17, 0.14),
              rim_dir=(0.75, 0.4, -0.45), rim=(0.75, 0.6, 0.5), soft=6)  # fmt: skip


def film(seconds: list[float]) -> Film:
    """The livestream, timed by how long each sentence takes."""
    SPANS.clear()
    at = 0.0
    for (_, pause), length in zip(SAID, seconds, strict=True):
        at = round((at + pause) * FPS) / FPS
        SPANS.append((at, at + length))
        at += length
    price = SPANS[5][0] + 0.42 * seconds[5]
    shot = Shot(
        "livestream", "studio", round((at + 1.4) * FPS), LIGHT, host,
        tuple(Line(s, a) for (s, _), (a, _) in zip(SAID, SPANS, strict=True)),
        (Text("live", 0.0, 99, "直播 青屿直播间", 0.01),
         Text("chat", 2.0, 99, "小林：颜色好好看 / 阿芳：会漏水吗？", 0.4),
         Text("price_live", round(price * FPS) / FPS, 99, "直播价 ¥99 原价 ¥129", 0.25),
         Text("cart", SPANS[9][0], 99, "小黄车", 0.3)),
        ("LEFT_HAND",), aperture=0.35, step=2, moving=(0.22, 0.77),
         about="Host behind a counter, static camera, no cuts",
    )  # fmt: skip
    return Film("livestream/qingyu_livestream", PORTRAIT, "host-zh", (shot,), crf=26)
