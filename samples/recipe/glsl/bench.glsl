// A park bench under trees; the seated figure lifts the cup and sips.
vec2 map(vec3 p) {
  vec2 d = body(p); d = un(d, head(p)); d = un(d, heldCup(p, 0.));
  float g = p.y + 1.32 + .05 * noise(p.xz * 1.5); d = un(d, vec2(g, 5.));
  vec3 s = p - vec3(0, -.42, .05); s.z -= clamp(floor(s.z / .24 + .5), -2., 2.) * .24; float b = box(s, vec3(2.0, .045, .1), .02);
  vec3 k = p - vec3(0, .25, -.62); k.yz = rot(-.2) * k.yz; k.y -= clamp(floor(k.y / .3 + .5), -1., 1.) * .3; b = min(b, box(k, vec3(2.0, .11, .04), .02)); d = un(d, vec2(b, 6.));
  vec3 l = vec3(abs(p.x) - 1.75, p.y, p.z); float m = min(box(l - vec3(0, -.9, .5), vec3(.05, .45, .05), .02), box(l - vec3(0, -.45, -.6), vec3(.05, 1.05, .05), .02)); d = un(d, vec2(m, 7.));
  vec3 t = p - vec3(-2.6, 0, -4.2); float tr = cap(t, vec3(0, -2, 0), vec3(.2, 6, 0), .5, .35) - .06 * noise(vec2(atan(t.x, t.z) * 6., p.y)); d = un(d, vec2(tr * .9, 8.));
  vec3 h = vec3(p.x - 4.4 * floor(p.x / 4.4 + .5), p.y, p.z + 9.5); float lf = length(h - vec3(0, 1.2, 0)) - 2.1; lf = min(lf, length(h - vec3(1.6, -.3, 1.)) - 1.2); lf += .4 * noise3(p * 1.5); d = un(d, vec2(lf * .7, 9.));
  return d;
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  if (id < 5.) m = cupMat(id, cupP(p), GREEN);
  else if (id == 5.) { float f = fbm(p.xz * 6.); float path = smoothstep(1.0, 1.5, p.z + .3 * f); m = mat(mix(vec3(.12, .25, .05) * (.5 + f), vec3(.50, .42, .30) * (.7 + .5 * f), path), .95, 0.); n = normalize(n + .35 * (vec3(noise(p.xz * 22.), .5, noise(p.xz * 22. + 9.)) - .5) * (1. - path)); }
  else if (id == 6.) m = mat(wood(p.xz * vec2(1., 4.) + p.y, vec3(.42, .24, .12), vec3(.24, .12, .06)), .6, 0.);
  else if (id == 7.) m = mat(vec3(.04, .05, .05), .4, .6);
  else if (id == 8.) m = mat(vec3(.17, .11, .07) * (.6 + .8 * noise(vec2(p.x * 14., p.y * 2.))), .95, 0.);
  else if (id == 9.) { m = mat(vec3(.13, .27, .06) * (.5 + noise3(p * 4.)), .8, 0.); m.sss = .9; n = normalize(n + .8 * (vec3(noise3(p * 5.), noise3(p * 5. + 5.), noise3(p * 5. + 9.)) - .5)); }
  else m = figureMat(id, p, vec3(.70, .42, .13), vec3(.05, .024, .014));
}
vec3 background(vec3 rd) { return mix(vec3(1.0, 1.02, .98), vec3(.30, .56, .98), smoothstep(-.05, .5, rd.y)); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
