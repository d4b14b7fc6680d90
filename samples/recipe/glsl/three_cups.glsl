// Three cups (green, cream, navy) on one plain colour that curves up behind them.
vec2 map(vec3 p) {
  float i = clamp(floor(p.x / 1.12 + .5), -1., 1.); vec3 q = p - vec3(i * 1.12, 0, .32 * (1. - abs(i))); q.xz = rot(uP[0] - .18 * i) * q.xz;
  vec2 d = cup(q, 0.); d.x *= .96; float bk = p.z + 3.6; d = un(d, vec2(smin(p.y, bk, 3.), 6.)); return d;
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  float i = clamp(floor(p.x / 1.12 + .5), -1., 1.); vec3 q = p - vec3(i * 1.12, 0, .32 * (1. - abs(i))); q.xz = rot(uP[0] - .18 * i) * q.xz;
  if (id < 5.) m = cupMat(id, q, i < -.5 ? GREEN : i < .5 ? CREAM : NAVY * 1.4); else m = mat(vec3(.80, .43, .12), .95, 0.);
}
vec3 background(vec3 rd) { return vec3(.80, .43, .12); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
