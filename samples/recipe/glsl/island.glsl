// A green island in a misty lake at dawn, far ridges in layers; uP[0] turns the mist golden.
#define STEPS 70
#define FAR 60.
#define SHADOW_STEPS 10
float rock(vec3 p) {
  vec3 q = p; float n = fbm(p.xz * .9 + 3.) * 1.1 + .25 * noise3(p * 2.3);
  float d = ell(q - vec3(0, .1, 0), vec3(4.2, .9, 2.4));
  d = smin(d, ell(q - vec3(-.1, .9, -.3), vec3(1.25, 3.0, 1.15)), .9);
  d = smin(d, ell(q - vec3(1.5, .5, .1), vec3(1.0, 1.9, .95)), .8);
  d = smin(d, ell(q - vec3(-1.8, .3, .2), vec3(1.2, 1.4, .9)), .8);
  return d - .42 * n + .3;
}
vec2 map(vec3 p) {
  vec2 d = un(vec2(p.y, 5.), vec2(rock(p) * .62, 6.));
  vec3 b = p - vec3(2.1, .02, 4.2); b.x -= uT * .05; float h = ell(b, vec3(.42, .09, .12)); h = max(h, b.y - .05);
  h = min(h, cap(b, vec3(.05, .05, 0), vec3(.05, .28, 0), .05, .035)); h = min(h, length(b - vec3(.05, .34, 0)) - .045);
  return un(d, vec2(h, 7.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  if (id == 5.) { vec2 w = vec2(p.x * .8, p.z * 2.2); n = normalize(vec3((noise(w * 2. + uT * .3) - .5) * .05, 1, (noise(w * 2. - uT * .25 + 5.) - .5) * .09));
    m = mat(vec3(.02, .045, .05), .12, 0.);
    float r = rock(vec3(p.x + n.x * 3., .9, p.z - 2.6)); m.col += vec3(.01, .03, .02) * smoothstep(1., -.5, r); }
  else if (id == 6.) { float g = fbm(p.xz * 3. + p.y); vec3 gr = mix(vec3(.025, .085, .045), vec3(.10, .20, .07), g); n = normalize(n + .5 * (vec3(noise3(p * 7.), noise3(p * 7. + 9.), noise3(p * 7. + 21.)) - .5));
    m = mat(mix(vec3(.16, .15, .13), gr, smoothstep(.15, .55, n.y + .35 * g)), .9, 0.); m.col *= smoothstep(-.05, .25, p.y) * .6 + .4; }
  else m = mat(vec3(.05, .03, .02), .7, 0.);
}
vec3 background(vec3 rd) {
  vec3 warm = mix(uFog, vec3(1.25, .62, .30), .25 + .45 * uP[0]); vec3 s = mix(warm, uSky * vec3(.62, .80, 1.05), smoothstep(-.02, .42, rd.y)); vec3 sd = normalize(vec3(.36, .31, -1.));
  float k = max(dot(rd, sd), 0.); s += uKeyCol * (.75 * smoothstep(.9988, .9992, k) + .10 * pow(k, 60.) + .07 * pow(k, 9.));
  float a = atan(rd.x, -rd.z);
  for (int i = uZero; i < 4; i++) {
    float f = float(i), h = .20 - .045 * f + .13 * (fbm(vec2(a * (2.2 + f) + f * 7.3, f)) - .5) + .02 * noise(vec2(a * 30., f));
    vec3 c = mix(warm * .85, uSky * vec3(.24, .40, .46), .22 + .2 * f); c = mix(warm * 1.0, c, smoothstep(-.06 , h, rd.y));
    s = mix(s, c, smoothstep(.004, -.004, rd.y - h));
  }
  return s;
}
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) {
  for (int i = uZero; i < 5; i++) {
    float z = 3.6 - 2.0 * float(i), k = (z - ro.z) / rd.z; vec3 q = ro + rd * k;
    float f = fbm(vec2(q.x * .42 + uT * .11 + float(i) * 3.1, q.y * 1.3 - .03 * uT)) ;
    float a = smoothstep(.28, .8, f) * exp(-max(q.y - .1, 0.) * 1.15) * smoothstep(-.1, .15, q.y) * .75 * step(k, t) * step(0., k);
    c = mix(c, mix(uFog * 1.05, vec3(1.15, .74, .46), .15 + .4 * uP[0]), a);
  }
  return c;
}
