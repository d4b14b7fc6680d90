"""Renders one frame of one scene with OpenGL (moderngl, EGL; Mesa's software driver is enough)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import moderngl
import numpy as np
from numpy.typing import NDArray

GLSL = Path(__file__).parent / "glsl"
Vec = tuple[float, float, float]
DEFAULTS = {"STEPS": "80", "STEP_SCALE": ".92", "SHADOW_STEPS": "16", "SHADOW_FAR": "5.", "FAR": "30."}


@dataclass(frozen=True)
class Light:
    """The light of a shot: key with its window bars, sky and ground fill, rim and fog."""

    key_dir: Vec = (0.5, 0.8, 0.5)
    key: Vec = (2.6, 2.3, 1.9)
    sky: Vec = (0.45, 0.52, 0.62)
    ground: Vec = (0.22, 0.18, 0.14)
    rim_dir: Vec = (-0.7, 0.3, -0.6)
    rim: Vec = (0.35, 0.45, 0.6)
    fog: Vec = (0.5, 0.55, 0.6)
    fog_density: float = 0.0
    soft: float = 9.0
    gobo: float = 0.0


@dataclass
class Frame:
    """What changes from frame to frame: time, camera, free numbers, figure joints, held cup."""

    t: float
    u: float
    cam: Vec
    tgt: Vec
    zoom: float = 1.8
    p: list[float] = field(default_factory=list)
    joints: NDArray[np.float32] | None = None
    head: NDArray[np.float32] | None = None
    cup_rot: NDArray[np.float32] | None = None
    cup_pos: Vec = (0.0, 0.0, 0.0)


def source(scene: str, defines: tuple[str, ...] = ()) -> str:
    """The whole fragment shader of a scene."""
    part = {n: (GLSL / f"{n}.glsl").read_text("utf-8") for n in ("common", "cup", "extras", "figure", "main", scene)}
    heads = "".join(f"#define {d}\n" for d in defines)
    if "figureMat" in part[scene]:
        heads += part["figure"]
    tail = "".join(f"#ifndef {k}\n#define {k} {v}\n#endif\n" for k, v in DEFAULTS.items())
    body = part["common"].split("#version 330", 1)[1]
    return "#version 330\n" + body + part["cup"] + part["extras"] + heads + part[scene] + tail + part["main"]


def _unit(v: Vec) -> Vec:
    a = np.asarray(v, dtype=float)
    x, y, z = (a / np.linalg.norm(a)).tolist()
    return (x, y, z)


class Renderer:
    """Holds the context and one compiled program per scene."""

    def __init__(self, logo: NDArray[np.uint8]) -> None:
        """Opens a context without a window; logo is the print on the cup, one channel."""
        self.ctx = moderngl.create_context(standalone=True, backend="egl")  # type: ignore[arg-type]
        self.programs: dict[tuple[str, tuple[str, ...]], moderngl.Program] = {}
        self.logo = self.ctx.texture((logo.shape[1], logo.shape[0]), 1, np.ascontiguousarray(logo[::-1]).tobytes())
        self.logo.repeat_x = self.logo.repeat_y = False
        self.quad = self.ctx.buffer(np.array([-1, -1, 3, -1, -1, 3], dtype="f4").tobytes())
        self.targets: dict[tuple[int, int], list[moderngl.Framebuffer]] = {}
        self.textures: dict[tuple[int, int], moderngl.Texture] = {}

    def program(self, scene: str, defines: tuple[str, ...]) -> moderngl.Program:
        """The compiled program of a scene, built once."""
        key = (scene, defines)
        if key not in self.programs:
            vertex = "#version 330\nin vec2 a; void main() { gl_Position = vec4(a, 0, 1); }"
            self.programs[key] = self.ctx.program(vertex_shader=vertex, fragment_shader=source(scene, defines))
        return self.programs[key]

    def _set(self, prog: moderngl.Program, values: dict[str, object]) -> None:
        for name, value in values.items():
            item = prog.get(name, None)  # a name the scene does not use is left out by the compiler
            if not isinstance(item, moderngl.Uniform):
                continue
            if isinstance(value, np.ndarray):
                rows = value[: item.array_length] if name in ("uP", "uJ") else value
                item.write(rows.astype("f4").tobytes())
            else:
                item.value = value

    def frame(
        self,
        scene: str,
        size: tuple[int, int],
        light: Light,
        f: Frame,
        defines: tuple[str, ...] = (),
        rows: tuple[float, float] = (0.0, 1.0),
    ) -> NDArray[np.float32]:
        """Renders a frame; returns rows from the top of linear red, green, blue and depth.

        With rows (shares from the top) only these are drawn, the others stay as they were in the frame before.
        """
        prog = self.program(scene, defines)
        if size not in self.targets:
            textures = [self.ctx.texture(size, 4, dtype="f4") for _ in range(2)]
            self.targets[size] = [self.ctx.framebuffer([x]) for x in textures]
            self.textures[size] = textures[0]
        first, final = self.targets[size]
        free = (f.p + [0.0] * 8)[:8]
        eye = np.eye(3, dtype="f4")
        self._set(prog, {
            "uRes": size, "uT": f.t, "uU": f.u, "uCam": f.cam, "uTgt": f.tgt, "uZoom": f.zoom, "uZero": 0,
            "uKeyDir": _unit(light.key_dir), "uKeyCol": light.key, "uSky": light.sky, "uGround": light.ground,
            "uRimDir": _unit(light.rim_dir), "uRimCol": light.rim, "uFog": light.fog, "uFogD": light.fog_density,
            "uSoft": light.soft, "uGobo": light.gobo, "uP": np.asarray(free), "uCupPos": f.cup_pos,
            "uJ": np.zeros((20, 3)) if f.joints is None else f.joints,
            "uHead": eye if f.head is None else f.head, "uCupRot": eye if f.cup_rot is None else f.cup_rot,
            "uFirst": 0, "uLogo": 1,
        })  # fmt: skip
        self.logo.use(1)
        vao = self.ctx.vertex_array(prog, [(self.quad, "2f", "a")])
        for n, target in enumerate((first, final)):
            self._set(prog, {"uPass": n})
            self.textures[size].use(0)
            target.use()
            target.scissor = (0, round(size[1] * (1 - rows[1])), size[0], round(size[1] * (rows[1] - rows[0])))
            vao.render(moderngl.TRIANGLES)
        vao.release()
        raw = np.frombuffer(final.read(components=4, dtype="f4"), dtype=np.float32)
        return raw.reshape(size[1], size[0], 4)[::-1].copy()
