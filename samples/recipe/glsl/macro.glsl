// Very close to the powder coat: fine bumps on the cup's side, the logo and the steel ring pass by.
vec2 map(vec3 p) {
  vec3 q = p; q.xz = rot(uP[0]) * q.xz; vec2 d = cup(q, 0.);
  return un(d, vec2(p.z + 3., 6.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  vec3 q = p; q.xz = rot(uP[0]) * q.xz;
  if (id < 5.) { m = cupMat(id, q, GREEN);
    if (id == M_BODY || id == M_LID) { vec3 b = vec3(noise3(q * 140.), noise3(q * 140. + 31.), noise3(q * 140. + 77.)) - .5, c = vec3(noise3(q * 330.), noise3(q * 330. + 31.), noise3(q * 330. + 77.)) - .5;
      float w = m.rough < .4 && id == M_BODY ? .1 : 1.; n = normalize(n + w * (.42 * b + .3 * c)); m.rough = mix(m.rough, .42, w); m.col *= .8 + .45 * noise3(q * 230.); } }
  else m = mat(mix(vec3(.02, .05, .045), vec3(.25, .22, .15), smoothstep(-.6, 1.8, p.x + .4 * p.y)), .9, 0.);
}
vec3 background(vec3 rd) { return vec3(.05); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
