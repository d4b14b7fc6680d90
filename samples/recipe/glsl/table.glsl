// The cup on a wooden table with linen in window light; uP: turn, lid, steam. HAND adds a hand that opens it.
vec2 map(vec3 p) {
  vec3 q = p - vec3(0, .03, 0); q.xz = rot(uP[0]) * q.xz; vec2 d = cup(q, uP[1]);
#ifdef HAND
  float g = gripHand(q, .86); vec3 th = vec3(.05, 1.80 + .03 * uP[3], .50);
  g = smin(g, min(cap(q, vec3(.52, 1.05, .02), vec3(.40, 1.45, .33), .115, .10), cap(q, vec3(.40, 1.45, .33), th, .10, .072)), .07);
  d = un(d, vec2(smin(g, cap(q, vec3(.6, .86, -.26), vec3(1.4, .45, -.9), .16, .17), .14), M_SKIN));
  d = un(d, vec2(cap(q, vec3(1.1, .62, -.66), vec3(2.6, -.1, -1.9), .24, .34) + .005 * sin(dot(q, vec3(34, 29, 15))), M_SHIRT));
#endif
  d = un(d, vec2(p.y, 5.));
  vec3 l = p - vec3(.15, .012, .1); l.xz = rot(.3) * l.xz; l.y -= .008 * sin(l.x * 9. + 2. * sin(l.z * 5.)); d = un(d, vec2(box(l, vec3(1.15, .014, .85), .01) * .8, 7.));
  vec3 v = p - vec3(-1.25, 0, -1.2); float vs = cyl(v - vec3(0, .5, 0), .26 + .12 * sin(v.y * 2.8 + .3), .5, .05); d = un(d, vec2(vs * .8, 8.));
  float st = min(cap(v, vec3(0, .9, 0), vec3(-.35, 2.7, .1), .018, .012), cap(v, vec3(0, .9, 0), vec3(.3, 2.45, -.1), .018, .012)); float lf = 9.;
  for (int i = uZero; i < 6; i++) { float f = float(i); vec3 c = mix(vec3(0, .9, 0), i % 2 == 0 ? vec3(-.35, 2.7, .1) : vec3(.3, 2.45, -.1), .45 + .1 * f);
    vec3 o = v - c; o.xy = rot(i % 2 == 0 ? .9 : -.9) * o.xy; o.xz = rot(f * 1.3) * o.xz; lf = min(lf, ell(o - vec3(0, .22, 0), vec3(.12, .24, .03))); }
  d = un(d, vec2(min(st, lf * .8), 9.));
  return un(d, vec2(p.z + 2.8, 6.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  vec3 q = p - vec3(0, .03, 0); q.xz = rot(uP[0]) * q.xz;
  if (id < 5.) m = cupMat(id, q, GREEN);
  else if (id == 5.) m = mat(wood(p.xz * .8, vec3(.40, .25, .14), vec3(.20, .11, .055)), .42, 0.);
  else if (id == 6.) m = mat(plaster(p.xy, vec3(.56, .52, .45)), .95, 0.);
  else if (id == 7.) { vec3 l = p; l.xz = rot(.3) * l.xz; m = mat(vec3(.68, .63, .54) * (.78 + .44 * weave(l.xz * 30.)), .95, 0.); }
  else if (id == 8.) m = mat(vec3(.46, .40, .34) * (.9 + .2 * noise3(p * 12.)), .6, 0.);
  else if (id == 9.) { m = mat(vec3(.09, .17, .08), .6, 0.); m.sss = .7; }
  else m = figureMat(id, p, vec3(.52, .58, .62), vec3(.03));
}
vec3 background(vec3 rd) { return uSky; }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return steam(c, ro, rd, t, vec3(0, 1.98, .1), 1.5, uP[2]); }
