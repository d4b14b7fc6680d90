// A portrait in late light: head and shoulders near the camera, the cup beside the cheek, soft trees behind.
vec2 map(vec3 p) {
  vec2 d = body(p); d = un(d, head(p)); d = un(d, heldCup(p, 0.));
  vec3 h = vec3(p.x - 3.6 * floor(p.x / 3.6 + .5), p.y, p.z + 8.); float lf = min(length(h - vec3(.4, 1.6, 0)) - 1.7, length(h - vec3(-1.3, -.8, .6)) - 1.3) + .4 * noise3(p * 1.6);
  d = un(d, vec2(p.y + 2.4, 5.)); return un(d, vec2(lf * .7, 9.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  if (id < 5.) m = cupMat(id, cupP(p), GREEN);
  else if (id == 5.) m = mat(vec3(.16, .24, .06) * (.6 + .6 * fbm(p.xz * 2.)), .95, 0.);
  else if (id == 9.) { m = mat(vec3(.20, .26, .06) * (.5 + noise3(p * 4.)), .8, 0.); m.sss = .9; n = normalize(n + .9 * (vec3(noise3(p * 5.), noise3(p * 5. + 5.), noise3(p * 5. + 9.)) - .5)); }
  else m = figureMat(id, p, vec3(.70, .42, .13), vec3(.05, .024, .014));
}
vec3 background(vec3 rd) { return mix(vec3(1.35, .92, .52), vec3(.38, .60, .95), smoothstep(-.1, .55, rd.y)); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
