// Two cups side by side: navy among ice cubes in cold light, green with an open lid and steam in warm light.
vec2 map(vec3 p) {
  vec3 a = p - vec3(-.72, 0, 0), b = p - vec3(.72, 0, 0); a.xz = rot(.25) * a.xz; b.xz = rot(-.25) * b.xz;
  vec2 d = un(cup(a, 0.), cup(b, 1.9));
  d = un(d, vec2(p.y, 5.));
  float ice = 9.;
  for (int i = uZero; i < 8; i++) { float f = float(i), g = f * 1.05 + .2, r = .66 + .17 * mod(f, 2.); vec3 c = p - vec3(-.84 + r * cos(g), .14, .12 + r * sin(g) * .9);
    c.xz = rot(f * 1.7) * c.xz; c.xy = rot(.25 * sin(f * 5.)) * c.xy; ice = min(ice, box(c, vec3(.15), .045)); }
  ice = max(ice, p.x + .03);
  d = un(d, vec2(ice, 10.));
  float bean = 9.; for (int i = uZero; i < 7; i++) { float f = float(i), g = f * 1.3 - 1.2; vec3 c = p - vec3(.85 + .62 * cos(g) + .05 * f, .05, .2 + .55 * sin(g)); c.xz = rot(f * 2.1) * c.xz; bean = min(bean, ell(c, vec3(.11, .06, .075))); }
  d = un(d, vec2(max(bean, .12 - p.x), 11.));
  return un(d, vec2(smin(p.z + 2.4, p.y + 2., .1), 6.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  vec3 a = p - vec3(-.72, 0, 0), b = p - vec3(.72, 0, 0); a.xz = rot(.25) * a.xz; b.xz = rot(-.25) * b.xz; float s = smoothstep(-.25, .25, p.x);
  if (id < 5.) { m = cupMat(id, p.x < 0. ? a : b, p.x < 0. ? NAVY * 1.5 : GREEN);
    if (p.x < 0. && id == M_BODY) { float fr = smoothstep(.35, .7, noise3(p * 26.)) * smoothstep(1.5, .1, p.y); m.col = mix(m.col, vec3(.55, .65, .78), fr * .45); } }
  else if (id == 10.) { m = mat(vec3(.55, .72, .85), .06, 0.); float f = pow(1. - abs(n.z), 2.); m.glow = mix(vec3(.10, .20, .30), vec3(.55, .70, .8), f) * (.6 + .5 * noise3(p * 9.)); }
  else if (id == 11.) { m = mat(vec3(.11, .05, .022), .35, 0.); }
  else if (id == 5.) m = mat(mix(vec3(.16, .32, .46), vec3(.62, .30, .13), s) * (.9 + .2 * fbm(p.xz * 3.)), .22, 0.);
  else m = mat(plaster(p.xy, mix(vec3(.14, .34, .55), vec3(.78, .36, .13), s)), .9, 0.);
}
vec3 background(vec3 rd) { return vec3(.3); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { c = steam(c, ro, rd, t, vec3(.72, 1.98, .1), 1.4, .9); return c; }
