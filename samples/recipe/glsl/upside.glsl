// An arm holds the closed cup upside down over a desk with papers and a keyboard; not a drop falls.
// The cup is at its own size here (CUP_S 1).
vec2 map(vec3 p) {
  vec2 d = heldCup(p, 0.);
  d = un(d, vec2(cap(p, uJ[0], mix(uJ[0], uJ[1], .25), .16, .17), M_SKIN));
  d = un(d, vec2(cap(p, mix(uJ[0], uJ[1], .18), uJ[1], .235, .34) + .005 * sin(dot(p, vec3(34, 29, 15))), M_SHIRT));
  d = un(d, vec2(p.y, 5.));
  vec3 k = p - vec3(-.1, .06, .15); k.xz = rot(.06) * k.xz; float kb = box(k, vec3(1.35, .06, .5), .05);
  vec3 c = k - vec3(0, .075, 0); c.x -= clamp(floor(c.x / .2 + .5), -6., 6.) * .2; c.z -= clamp(floor(c.z / .2 + .5), -2., 2.) * .2;
  d = un(d, vec2(kb, 10.)); d = un(d, vec2(box(c, vec3(.082, .04, .082), .025), 11.));
  vec3 a = p - vec3(1.85, .012, .35); a.xz = rot(-.3) * a.xz; d = un(d, vec2(box(a, vec3(.62, .012, .85), .005), 12.));
  a = p - vec3(-2.1, .03, -.2); a.xz = rot(.25) * a.xz; d = un(d, vec2(box(a, vec3(.6, .03, .8), .01), 12.));
  d = un(d, vec2(box(p - vec3(0, 1.25, -2.1), vec3(1.7, 1.0, .05), .04), 13.)); d = un(d, vec2(cyl(p - vec3(0, .1, -2.1), .5, .04, .02), 10.));
  d = un(d, vec2(cap(p, vec3(0, .1, -2.15), vec3(0, .6, -2.15), .07, .07), 10.));
  return un(d, vec2(p.z + 4.6, 6.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  if (id < 5.) m = cupMat(id, cupP(p), GREEN);
  else if (id == 5.) m = mat(wood(p.xz * .8, vec3(.40, .26, .15), vec3(.22, .125, .065)), .4, 0.);
  else if (id == 6.) m = mat(plaster(p.xy, vec3(.42, .44, .43)), .9, 0.);
  else if (id == 10.) m = mat(vec3(.50, .51, .53), .35, .5);
  else if (id == 11.) m = mat(vec3(.72, .72, .70), .5, 0.);
  else if (id == 12.) { float l = step(.62, fract(p.z * 7. + .1 * p.x)) * step(.25, hash(floor(vec2(p.x * 5., p.z * 7.)))); m = mat(vec3(.80, .79, .75) * (1. - .55 * l), .9, 0.); }
  else if (id == 13.) { m = mat(vec3(.02), .15, 0.); float r = step(length(max(abs(p.xy - vec2(0, 1.25)) - vec2(1.55, .85), 0.)), .05) * step(.5, n.z);
    m.glow = r * mix(vec3(.05, .16, .18), vec3(.22, .36, .36), smoothstep(.3, 2.3, p.y + .3 * sin(p.x * 2.))); }
  else m = figureMat(id, p, vec3(.68, .62, .52), vec3(.03));
}
vec3 background(vec3 rd) { return uSky; }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
