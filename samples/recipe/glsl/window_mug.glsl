// A mug on a window sill early in the morning; the steam (uP[0]) fades while the city behind is still grey.
vec2 map(vec3 p) {
  vec3 q = p; q.xz = rot(-.5) * q.xz; vec2 d = mug(q, .80);
  d = un(d, vec2(box(p - vec3(0, -.15, .2), vec3(5, .15, 1.35), .05), 5.)); d = un(d, vec2(box(p - vec3(0, -3.3, -.2), vec3(6, 3., 1.2), .02), 14.));
  float fr = box(p - vec3(0, 2.6, -1.2), vec3(3.2, 3.2, .09), .02); vec2 g = abs(vec2(abs(p.x) - 1.32, abs(p.y - 2.1) - 1.15)) - vec2(1.2, 1.02);
  fr = max(fr, -max(g.x, g.y)); d = un(d, vec2(fr, 6.));
  vec3 c = p - vec3(sign(p.x) * 2.1, 2.6, -.85); d = un(d, vec2(box(c - vec3(0, 0, .07 * sin(p.x * 11.)), vec3(.55, 3.4, .06), .05) * .7, 7.));
  vec3 b = p - vec3(-.98, .07, .35); b.xz = rot(.4) * b.xz; d = un(d, vec2(box(b, vec3(.42, .07, .56), .02), 12.));
  b = p - vec3(-.96, .2, .34); b.xz = rot(.15) * b.xz; return un(d, vec2(box(b, vec3(.38, .06, .52), .02), 13.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  if (id == 5.) m = mat(wood(p.xz * .9 + 1., vec3(.44, .30, .19), vec3(.25, .15, .085)), .38, 0.);
  else if (id == 6.) m = mat(vec3(.68, .68, .66), .5, 0.);
  else if (id == 7.) { m = mat(vec3(.60, .57, .50) * (.85 + .3 * weave(p.xy * 26.)), .95, 0.); m.sss = .9; }
  else if (id == 8.) { m = mat(vec3(.70, .66, .58), .25, 0.); if (p.y < .22) m.col = vec3(.42, .22, .12); }
  else if (id == 14.) m = mat(plaster(p.xy, vec3(.52, .50, .46)), .9, 0.);
  else if (id == 9.) m = mat(vec3(.045, .02, .009), .08, 0.);
  else m = mat(abs(fract(p.y * 7.3) - .5) < .3 ? vec3(.75, .72, .64) : id == 12. ? vec3(.45, .12, .08) : vec3(.08, .16, .26), .7, 0.);
}
vec3 background(vec3 rd) { return city(rd, vec3(.95, .98, 1.06), vec3(.55, .70, .92)); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return steam(c, ro, rd, t, vec3(0, .80, 0), 1.5, uP[0]); }
