// The Qingyu carry cup, a plain mug and the hand that holds the cup, as distance functions with material numbers.
#define M_BODY 1.
#define M_STEEL 2.
#define M_LID 3.
#define M_LOOP 4.
#define M_SKIN 20.
#define M_HAIR 21.
#define M_SHIRT 22.
#define M_PANTS 23.
#define M_SHOE 24.
#define M_EYE 25.
#define M_FACE 26.
#define M_BROW 27.

float cupRadius(float y) { return .355 + .055 * smoothstep(0., 1.6, y); }
float cupBody(vec3 p) {
  vec2 q = abs(vec2(length(p.xz), p.y - .83)) - vec2(cupRadius(p.y), .83) + .07;
  return (length(max(q, 0.)) + min(max(q.x, q.y), 0.) - .07) * .95;
}
vec2 cup(vec3 p, float open) {  // base at the origin, 1.95 high; open: angle of the flip cap
  vec2 d = vec2(cupBody(p), p.y < .1 ? M_LOOP : M_BODY);
  d = un(d, vec2(cyl(p - vec3(0, 1.665, 0), .405, .03, .01), M_STEEL));
  float lid = cyl(p - vec3(0, 1.77, 0), .415, .085, .045);
  lid = smin(lid, box(p - vec3(0, 1.76, .41), vec3(.075, .05, .035), .025), .03);
  d = un(d, vec2(lid, M_LID));
  vec3 q = p - vec3(0, 1.87, -.3); q.yz = rot(-open) * q.yz;
  float flap = cyl(q - vec3(0, .035, .3), .33, .045, .035);
  flap = min(flap, cap(q, vec3(-.14, 0, 0), vec3(.14, 0, 0), .05, .05));
  d = un(d, vec2(flap, M_LID));
  d = un(d, vec2(max(cyl(p - vec3(0, 1.88, .1), .12, .05, .02), -cyl(p - vec3(0, 1.95, .1), .085, .08, .01)), M_STEEL));
  vec3 l = p - vec3(-.42, 1.78, 0); l = l.yxz; l.y *= .9;
  d = un(d, vec2(length(vec2(length(l.xz - vec2(-.1, 0)) - .15, max(abs(l.y) - .03, 0.))) - .022, M_LOOP));
  return d;
}
Mat cupMat(float id, vec3 p, vec3 body) {
  if (id == M_STEEL) return mat(vec3(.78, .79, .8) * (.9 + .1 * noise(vec2(atan(p.x, p.z) * 3., p.y * 90.))), .25, 1.);
  if (id == M_LID) return mat(body * .62, .35, 0.);
  if (id == M_LOOP) return mat(body * .34 + .01, .6, 0.);
  float grain = noise(vec2(atan(p.x, p.z) * 46., p.y * 120.));
  Mat m = mat(body * (.93 + .12 * grain), .5, 0.);
  vec2 uv = vec2(atan(p.x, p.z) * .40 / .62 + .5, (p.y - .50) / .62);
  if (uv.x > 0. && uv.x < 1. && uv.y > 0. && uv.y < 1.) {
    float a = texture(uLogo, vec2(uv.x, uv.y)).r; m.col = mix(m.col, vec3(.88, .9, .86), a); m.rough = mix(m.rough, .28, a);
  }
  return m;
}
vec2 mug(vec3 p, float fill) {  // ceramic mug with a handle on +x, liquid at the height fill; numbers 8 and 9
  float o = cyl(p - vec3(0, .45, 0), .42, .45, .06), i = cyl(p - vec3(0, .56, 0), .36, .5, .06);
  vec3 h = p - vec3(.45, .47, 0); float hd = torus(h.xzy, .22, .055);
  float d = smin(o, max(hd, -(length(p.xz) - .38)), .06); d = smax(d, -i, .03);
  return un(vec2(d, 8.), vec2(cyl(p - vec3(0, fill - .05, 0), .37, .05, .005), 9.));
}
float gripHand(vec3 p, float y0) {  // fingers and palm round an upright cup, fingertips towards +z, palm on +x
  vec3 f = p; f.y -= y0; f.xz = rot(-.62) * f.xz;
  float k = clamp(floor(f.y / .135 + .5), -1.5, 2.); k = clamp(k, -1., 2.);
  vec3 g = f - vec3(0, k * .135, 0);
  float len = 1.02 - .10 * abs(k - .6);
  float d = arc(g, vec2(sin(len), cos(len)), .475, .073);
  vec3 q = p - vec3(.5, y0 + .05, -.14); q.xz = rot(.35) * q.xz;
  d = smin(d, box(q, vec3(.09, .25, .24), .085), .12);
  vec3 t = p; t.xz = rot(2.45) * t.xz; t.y -= y0 + .22 + .10 * t.x; float a = .72;
  d = smin(d, arc(t, vec2(sin(a), cos(a)), .485, .085), .10);
  return d;
}
