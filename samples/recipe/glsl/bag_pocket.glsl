// A canvas backpack on a wooden bench; a hand lowers the cup into the side pocket.
vec2 map(vec3 p) {
  vec2 d = heldCup(p, 0.);
  d = un(d, vec2(cap(p, uJ[0], mix(uJ[0], uJ[1], .25), .16, .17), M_SKIN));
  d = un(d, vec2(cap(p, mix(uJ[0], uJ[1], .18), uJ[1], .235, .34) + .005 * sin(dot(p, vec3(34, 29, 15))), M_SHIRT));
  vec3 b = p - vec3(-1.35, 1.5, -.2); float bag = box(b, vec3(.98 - .05 * b.y, 1.5, .68), .32) + .015 * sin(b.y * 5. + 2. * sin(b.x * 4.)); d = un(d, vec2(bag * .85, 10.));
  vec3 f = b - vec3(0, -.62, .62); d = un(d, vec2(box(f, vec3(.72, .62, .2), .14), 10.)); d = un(d, vec2(box(f - vec3(0, .36, .17), vec3(.60, .022, .035), .02), 12.));
  vec3 fl = b - vec3(0, 1.15, .12); d = un(d, vec2(box(fl, vec3(.98, .42, .72), .24), 11.)); d = un(d, vec2(box(b - vec3(0, .70, .82), vec3(.09, .24, .04), .02), 12.));
  vec3 h = b - vec3(0, 1.62, 0); d = un(d, vec2(torus(h.xzy, .24, .055), 11.));
  vec3 k = p - vec3(0, .56, 0); float o = cyl(k, .50 + .02 * sin(p.y * 9.), .56, .12), i = cyl(k - vec3(0, .2, 0), .45, .6, .08); d = un(d, vec2(smax(o, -i, .03) * .85, 11.));
  d = un(d, vec2(torus(p - vec3(0, 1.1, 0), .475, .04), 12.));
  d = un(d, vec2(p.y, 5.)); return un(d, vec2(p.z + 3., 6.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  if (id < 5.) m = cupMat(id, cupP(p), GREEN);
  else if (id == 5.) m = mat(wood(p.xz * .8, vec3(.44, .28, .16), vec3(.24, .14, .07)), .45, 0.);
  else if (id == 6.) m = mat(plaster(p.xy, vec3(.42, .47, .46)), .95, 0.);
  else if (id == 10.) m = mat(vec3(.50, .36, .20) * (.75 + .5 * weave(p.xy * 26. + p.zz * 26.)), .95, 0.);
  else if (id == 11.) m = mat(vec3(.30, .18, .09) * (.75 + .5 * weave(vec2(p.x + p.z, p.y) * 26.)), .95, 0.);
  else if (id == 12.) m = mat(vec3(.12, .06, .03), .5, 0.);
  else m = figureMat(id, p, vec3(.70, .42, .13), vec3(.03));
}
vec3 background(vec3 rd) { return uSky; }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
