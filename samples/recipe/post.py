"""From linear light to a picture: depth of field, glow, tone curve, enlarging, grain."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]


def depth_of_field(rgb: F32, depth: F32, focus: float, aperture: float) -> F32:
    """Blurs what is far from the sharp distance, in three steps that are mixed by circle of confusion."""
    if aperture <= 0:
        return rgb
    coc = np.abs(1.0 - focus / np.maximum(depth, 0.1)).astype(np.float32) * aperture * 7.0
    coc = np.maximum(coc - 0.35, 0)
    soft = cv2.GaussianBlur(coc, (0, 0), 1.6)
    coc = np.where(depth > focus, np.minimum(coc, soft + 0.4), np.maximum(coc, soft))
    out, before = rgb, 0.0
    weight = np.clip(coc / 1.5, 0.02, 1)[..., None]  # what is sharp must not bleed into the blur around it
    for sigma in (1.2, 2.6, 5.0):
        share = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None]
        blurred = cv2.GaussianBlur(rgb * weight, (0, 0), sigma) / share
        k = np.clip((coc - before) / (sigma - before), 0, 1)[..., None]
        out, before = out * (1 - k) + blurred * k, sigma
    return np.asarray(out, dtype=np.float32)


def develop(raw: F32, focus: float, aperture: float, exposure: float) -> NDArray[np.uint16]:
    """The half-size picture (blue, green, red, 16 bit) of a rendered frame."""
    rgb = np.nan_to_num(np.clip(raw[..., :3], 0, 12)) * exposure
    rgb = depth_of_field(np.asarray(rgb, dtype=np.float32), raw[..., 3], focus, aperture)
    bright = cv2.GaussianBlur(np.maximum(rgb - 0.9, 0), (0, 0), 7.0)
    rgb = rgb + 0.22 * bright
    x = rgb * 0.72
    x = np.clip((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    x = np.power(x, 1 / 2.2)
    x = x + 0.30 * (x * x * (3 - 2 * x) - x)
    luma = (x * np.array([0.21, 0.72, 0.07], dtype=np.float32)).sum(-1, keepdims=True)
    x = luma + (x - luma) * 1.08
    h, w = x.shape[:2]
    yy, xx = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j]
    x = x * (1 - 0.16 * np.clip(xx**2 * 0.6 + yy**2 * 0.6, 0, 1.2))[..., None]
    return np.asarray(np.clip(x[..., ::-1], 0, 1) * 65535, dtype=np.uint16)


def between(a: NDArray[np.uint16], b: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """The picture halfway between two: both moved along the optical flow, then averaged."""
    grey = [cv2.cvtColor((x >> 8).astype(np.uint8), cv2.COLOR_BGR2GRAY) for x in (a, b)]
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(grey[0], grey[1], None)
    h, w = grey[0].shape
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    fx, fy = flow[..., 0] * 0.5, flow[..., 1] * 0.5
    old = cv2.remap(a, x - fx, y - fy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    new = cv2.remap(b, x + fx, y + fy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    return np.asarray((old + new) * 0.5, dtype=np.uint16)


def enlarge(half: NDArray[np.uint16], size: tuple[int, int], n: int, grain: float = 1.1) -> F32:
    """The picture at full size as floats 0..255, a little sharpened, with fine grain that differs per frame."""
    big = cv2.resize(half.astype(np.float32) / 257.0, size, interpolation=cv2.INTER_LANCZOS4)
    big = cv2.addWeighted(big, 1.45, cv2.GaussianBlur(big, (7, 7), 1.3), -0.45, 0.0)
    noise = np.random.default_rng(n).standard_normal((size[1] // 2, size[0] // 2)).astype(np.float32)
    noise = cv2.resize(noise, size, interpolation=cv2.INTER_LINEAR)
    noise *= grain
    for k in range(3):
        big[..., k] += noise
    return np.asarray(np.clip(big, 0, 255, out=big), dtype=np.float32)


def lay_over(picture: F32, rgba: U8, x: int, y: int, alpha: float) -> None:
    """Lays a red-green-blue-alpha drawing with its corner at x, y over a blue-green-red picture, in place."""
    part = picture[y : y + rgba.shape[0], x : x + rgba.shape[1]]
    a = rgba[..., 3:4].astype(np.float32) * np.float32(alpha / 255.0)
    part += (rgba[..., 2::-1].astype(np.float32) - part) * a
