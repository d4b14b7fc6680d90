// The cup with a quarter cut away: powder coat, outer steel, vacuum, inner steel and hot water that glows.
float quarter(vec3 p) { return min(p.z + .02, p.x + .3); }
vec2 map(vec3 p) {
  vec3 q = p; q.xz = rot(uP[0]) * q.xz; float cut = min(q.x, q.z);
  float outer = cupBody(q), shell = max(outer, -(outer + .045)); float r = length(q.xz);
  vec2 iv = abs(vec2(r, q.y - .92)) - vec2(cupRadius(q.y) - .125, .80) + .06; float inn = (length(max(iv, 0.)) + min(max(iv.x, iv.y), 0.) - .06) * .95;
  float ish = max(inn, -(inn + .04)), water = max(inn + .042, q.y - 1.38);
  shell = max(shell, cut); ish = max(ish, cut + .0); water = max(water, cut + .004);
  vec2 d = un(vec2(shell, 30.), vec2(ish, 31.)); d = un(d, vec2(water, 32.));
  float ring = max(max(cyl(q - vec3(0, 1.685, 0), .41, .035, .01), -cyl(q - vec3(0, 1.7, 0), cupRadius(1.7) - .16, .2, .01)), cut); d = un(d, vec2(ring, M_STEEL));
  d = un(d, vec2(p.y + .01, 5.));
  return un(d, vec2(p.z + 3.2, 6.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  vec3 q = p; q.xz = rot(uP[0]) * q.xz; float cut = min(q.x, q.z), o = cupBody(q); bool face = cut > -.004;
  vec3 brushed = vec3(.74, .75, .77) * (.85 + .3 * noise(vec2(q.y * 120., (q.x + q.z) * 4.)));
  if (id == 30.) { if (o > -.006 && !face) m = cupMat(M_BODY, q, GREEN); else m = mat(face && o > -.012 ? GREEN : brushed, .3, face ? .55 : 1.); if (face) m.glow = vec3(.10); }
  else if (id == 31.) { m = mat(brushed, .28, face ? .5 : 1.); if (face) m.glow = vec3(.16, .13, .10); }
  else if (id == 32.) { float f = fbm(vec2((q.x - q.z) * 3., q.y * 2.4 - uT * .5)); m = mat(vec3(.75, .22, .04), .2, 0.); m.glow = mix(vec3(.95, .24, .03), vec3(1.5, .72, .16), f) * (.75 + .12 * sin(uT * 2.)); }
  else if (id == M_STEEL) m = cupMat(id, q, GREEN);
  else if (id == 5.) m = mat(vec3(.05, .075, .075), .18, 0.);
  else m = mat(plaster(p.xy, vec3(.10, .16, .155)), .8, 0.);
}
vec3 background(vec3 rd) { return vec3(.05); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return steam(c, ro, rd, t, vec3(0, 1.42, 0), 1.2, .7); }
