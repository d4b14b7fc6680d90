// A morning street: pavement, shop fronts on both sides, trees, and the figure who walks with the cup.
vec2 map(vec3 p) {
  vec2 d = body(p); d = un(d, head(p)); d = un(d, heldCup(p, 0.));
  d = un(d, vec2(max(p.y, -1.), 5.));
  float z = p.z - 3.2 * floor(p.z / 3.2 + .5), k = floor(p.z / 3.2 + .5), sd = sign(p.x), hgt = 3.5 + 3. * hash(vec2(k, sd));
  vec3 b = vec3(abs(p.x) - 5.1 - .3 * hash(vec2(k, sd + 4.)), p.y - hgt, z); float bd = box(b, vec3(2., hgt, 1.55), .05);
  vec3 aw = vec3(abs(p.x) - 3.0, p.y - 2.45, z); aw.xy = rot(.35) * aw.xy; bd = min(bd, box(b - vec3(0, hgt, 0), vec3(2.1, .12, 1.6), .03));
  d = un(d, vec2(bd, 6.)); d = un(d, vec2(box(aw, vec3(.62, .04, 1.25), .02), 7.));
  float tz = p.z + 2. - 5.2 * floor((p.z + 2.) / 5.2 + .5); vec3 t = vec3(abs(p.x) - 2.25, p.y, tz);
  d = un(d, vec2(cyl(t - vec3(0, 1.2, 0), .09, 1.2, .02), 8.));
  float lf = length(t - vec3(0, 3.0, 0)) - .85; lf += .16 * noise3(p * 3.6) ; d = un(d, vec2(lf * .8, 9.));
  return un(d, vec2(cyl(t - vec3(0, .2, 0), .36, .2, .04), 11.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  float k = floor(p.z / 3.2 + .5), sd = sign(p.x), z = p.z - 3.2 * k, r = hash(vec2(k, sd + 9.));
  if (id < 5.) m = cupMat(id, cupP(p), GREEN);
  else if (id == 5.) { vec2 g = abs(fract(p.xz * vec2(1.1, 1.1)) - .5); m = mat(vec3(.40, .38, .35) * (.85 + .3 * fbm(p.xz * 5.)) * (1. - .35 * smoothstep(.46, .49, max(g.x, g.y))), .8, 0.); }
  else if (id == 6.) { vec3 c = r < .25 ? vec3(.62, .38, .26) : r < .5 ? vec3(.66, .56, .40) : r < .75 ? vec3(.42, .50, .48) : vec3(.68, .62, .56);
    vec2 w = vec2(fract(z / .95 + .5), fract(p.y / 1.25 + .1)); float win = step(abs(w.x - .5), .27) * step(abs(w.y - .5), .32) * step(2.9, p.y);
    float shop = step(abs(z), 1.15) * step(.5, p.y) * step(p.y, 2.2); m = mat(plaster(p.zy, c), .9, 0.);
    if (win + shop > .5) { m = mat(vec3(.06, .09, .11), .08, 0.); m.glow = vec3(.42, .30, .16) * shop * (.3 + .7 * noise(vec2(z * 3., p.y * 2.))); } }
  else if (id == 7.) { float s = step(.5, fract(z * 2.)); m = mat(mix(vec3(.75, .72, .65), r < .5 ? vec3(.50, .12, .09) : vec3(.08, .28, .22), s), .8, 0.); m.sss = .6; }
  else if (id == 8.) m = mat(vec3(.14, .09, .06), .9, 0.);
  else if (id == 9.) { m = mat(vec3(.10, .22, .06) * (.6 + .8 * noise3(p * 9.)), .8, 0.); m.sss = .8; n = normalize(n + .7 * (vec3(noise3(p * 8.), noise3(p * 8. + 5.), noise3(p * 8. + 9.)) - .5)); }
  else if (id == 11.) m = mat(vec3(.46, .30, .22), .9, 0.);
  else m = figureMat(id, p, vec3(.70, .42, .13), vec3(.05, .024, .014));
}
vec3 background(vec3 rd) { return mix(vec3(1.05, .95, .80), vec3(.42, .62, .92), smoothstep(0., .55, rd.y)); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
