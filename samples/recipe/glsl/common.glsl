// Shared GLSL of the footage renderer: uniforms, noise, distance shapes, textures. Included before every scene.
#version 330
uniform vec2 uRes;
uniform float uT;        // seconds since the shot began
uniform float uU;        // 0..1 through the shot
uniform vec3 uCam, uTgt;
uniform float uZoom;
uniform int uPass, uZero;
uniform sampler2D uFirst, uLogo;
uniform vec3 uKeyDir, uKeyCol, uSky, uGround, uRimDir, uRimCol, uFog;
uniform float uSoft, uGobo, uFogD;
uniform float uP[8];     // free numbers of a shot
uniform vec3 uJ[20];     // joints of the figure
uniform mat3 uHead, uCupRot;
uniform vec3 uCupPos;
out vec4 fragColor;

struct Mat { vec3 col; float rough; float metal; vec3 glow; float sss; };

float hash(vec2 p) { vec3 q = fract(vec3(p.xyx) * .1031); q += dot(q, q.yzx + 33.33); return fract((q.x + q.y) * q.z); }
float hash3(vec3 p) { p = fract(p * .1031); p += dot(p, p.zyx + 31.32); return fract((p.x + p.y) * p.z); }
float noise(vec2 p) {
  vec2 i = floor(p), f = fract(p); f = f * f * (3. - 2. * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}
float noise3(vec3 p) {
  vec3 i = floor(p), f = fract(p); f = f * f * (3. - 2. * f);
  float a = mix(mix(hash3(i), hash3(i + vec3(1, 0, 0)), f.x), mix(hash3(i + vec3(0, 1, 0)), hash3(i + vec3(1, 1, 0)), f.x), f.y);
  vec3 j = i + vec3(0, 0, 1);
  float b = mix(mix(hash3(j), hash3(j + vec3(1, 0, 0)), f.x), mix(hash3(j + vec3(0, 1, 0)), hash3(j + vec3(1, 1, 0)), f.x), f.y);
  return mix(a, b, f.z);
}
float fbm(vec2 p) { float s = 0., a = .5; for (int i = uZero; i < 4; i++) { s += a * noise(p); p = p * 2.03 + 7.1; a *= .5; } return s; }
float fbm3(vec3 p) { float s = 0., a = .5; for (int i = uZero; i < 3; i++) { s += a * noise3(p); p = p * 2.03 + 7.1; a *= .5; } return s; }

mat2 rot(float a) { float c = cos(a), s = sin(a); return mat2(c, -s, s, c); }
float smin(float a, float b, float k) { float h = max(k - abs(a - b), 0.) / k; return min(a, b) - h * h * k * .25; }
float smax(float a, float b, float k) { return -smin(-a, -b, k); }
vec2 un(vec2 a, vec2 b) { return a.x < b.x ? a : b; }
float box(vec3 p, vec3 b, float r) { vec3 q = abs(p) - b + r; return length(max(q, 0.)) + min(max(q.x, max(q.y, q.z)), 0.) - r; }
float cyl(vec3 p, float r, float h, float e) {  // half height h, edge radius e
  vec2 q = abs(vec2(length(p.xz), p.y)) - vec2(r, h) + e; return length(max(q, 0.)) + min(max(q.x, q.y), 0.) - e;
}
float ell(vec3 p, vec3 r) { float a = length(p / r), b = length(p / (r * r)); return a * (a - 1.) / b; }
float cap(vec3 p, vec3 a, vec3 b, float ra, float rb) {  // capsule whose radius goes from ra to rb
  vec3 pa = p - a, ba = b - a; float h = clamp(dot(pa, ba) / dot(ba, ba), 0., 1.); return length(pa - ba * h) - mix(ra, rb, h);
}
float torus(vec3 p, float r, float w) { return length(vec2(length(p.xz) - r, p.y)) - w; }
float arc(vec3 p, vec2 sc, float r, float w) {  // piece of a torus round +z in the xz plane, half opening by sin, cos
  p.x = abs(p.x); float k = (sc.y * p.x > sc.x * p.z) ? dot(p.xz, sc) : length(p.xz);
  return sqrt(max(dot(p, p) + r * r - 2. * r * k, 0.)) - w;
}

vec3 wood(vec2 p, vec3 light, vec3 dark) {  // boards along x
  float row = floor(p.y * .55); p.x += row * 3.7;
  float g = fbm(vec2(p.x * .7, p.y * 9. + row * 5.)) + .35 * noise(vec2(p.x * 2., p.y * 60.));
  float ring = .5 + .5 * sin(22. * fbm(vec2(p.x * .25, p.y * 1.6 + row * 9.)));
  vec3 c = mix(dark, light, clamp(.25 + .5 * g + .25 * ring, 0., 1.));
  float seam = abs(fract(p.y * .55) - .5);
  return c * (1. - .55 * smoothstep(.485, .5, seam)) * (.92 + .16 * hash(vec2(row, 3.)));
}
float weave(vec2 p) { vec2 q = fract(p) - .5; float k = mod(floor(p.x) + floor(p.y), 2.); return k > .5 ? abs(q.x) : abs(q.y); }
float skyline(vec2 p) { float c = floor(p.x); return .25 + .8 * hash(vec2(c, 7.)) * smoothstep(0., .1, fract(p.x)); }

Mat mat(vec3 c, float rough, float metal) { return Mat(c, rough, metal, vec3(0), 0.); }
