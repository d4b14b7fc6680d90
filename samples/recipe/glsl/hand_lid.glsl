// Outdoors, close: one hand holds the cup and the thumb opens the lid (uP[1]); blurred park behind.
vec2 map(vec3 p) {
  vec3 q = cupP(p); vec2 d = cup(q, uP[1]); float g = gripHand(q, .86); vec3 th = vec3(.05, 1.82 - .04 * uP[3], .51);
  g = smin(g, min(cap(q, vec3(.52, 1.05, .02), vec3(.42, 1.45, .34), .115, .10), cap(q, vec3(.42, 1.45, .34), th, .10, .072)), .07);
  d = un(d, vec2(smin(g, cap(q, vec3(.6, .86, -.26), vec3(1.3, .35, -.8), .16, .17), .14), M_SKIN));
  d = un(d, vec2(cap(q, vec3(1.05, .5, -.6), vec3(2.6, -.8, -1.9), .24, .36) + .005 * sin(dot(q, vec3(34, 29, 15))), M_SHIRT));
  d = un(d, vec2(p.y + 2.2, 5.)); vec3 h = vec3(p.x - 4.4 * floor(p.x / 4.4 + .5), p.y, p.z + 8.);
  float lf = min(length(h - vec3(0, 2.2, 0)) - 2.0, length(h - vec3(1.6, -.3, 1.)) - 1.3) + .4 * noise3(p * 1.5); return un(d, vec2(lf * .7, 9.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  if (id < 5.) m = cupMat(id, cupP(p), GREEN);
  else if (id == 5.) m = mat(mix(vec3(.50, .42, .30), vec3(.12, .25, .05), smoothstep(-1., -3., p.z)) * (.6 + .6 * fbm(p.xz * 3.)), .95, 0.);
  else if (id == 9.) { m = mat(vec3(.14, .28, .06) * (.5 + noise3(p * 4.)), .8, 0.); m.sss = .9; n = normalize(n + .9 * (vec3(noise3(p * 5.), noise3(p * 5. + 5.), noise3(p * 5. + 9.)) - .5)); }
  else m = figureMat(id, cupP(p), vec3(.70, .42, .13), vec3(.03));
}
vec3 background(vec3 rd) { return mix(vec3(1.0, 1.02, .98), vec3(.30, .56, .98), smoothstep(-.05, .6, rd.y)); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { vec3 b = uCupPos + vec3(0, 1.98, .1); return steam(c, ro, rd, t, b, 1.3, uP[2]); }
