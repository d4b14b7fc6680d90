// The livestream set: host behind a counter, shelf wall, ring light; the host holds the cup in one hand.
#define STEPS 64
#define SHADOW_STEPS 13
vec2 map(vec3 p) {
  vec2 d = body(p); d = un(d, head(p)); d = un(d, heldCup(p, 0.));
  d = un(d, vec2(box(p - vec3(0, -.08, .62), vec3(3.2, .08, .72), .04), 5.));
  d = un(d, vec2(box(p - vec3(0, -1.7, .6), vec3(3.1, 1.6, .62), .04) + .012 * smoothstep(.3, .5, abs(fract(p.x * 4.) - .5)), 20.5));
  d = un(d, vec2(p.z + 2.2, 6.));
  vec3 s = p - vec3(0, 0, -2.0); s.y = abs(p.y - 2.45) - .48; d = un(d, vec2(box(vec3(abs(p.x) - 1.55, s.y, s.z), vec3(.62, .035, .3), .02), 7.));
  vec3 c = p - vec3(sign(p.x) * 1.55, 2.005, -1.9); c.x -= clamp(floor(c.x / .34 + .5), -1., 1.) * .34; c /= .34;
  d = un(d, vec2(cupBody(c) * .34, 16.)); d = un(d, vec2(cyl(c - vec3(0, 1.77, 0), .415, .1, .04) * .34, 16.5));
  vec3 k = p - vec3(sign(p.x) * 1.5, 2.965, -1.95); d = un(d, vec2(box(k - vec3(-.25, .24, 0), vec3(.11, .24, .16), .02), 17.));
  d = un(d, vec2(length(k - vec3(.2, .17, 0)) - .17, 18.));
  vec3 t = p - vec3(1.16, 0, .95); t.xz = rot(.35) * t.xz; vec2 tc = cup(t / .46, 0.); tc.x *= .46; d = un(d, tc);
  return un(d, vec2(box(p - vec3(-1.2, .19, .85), vec3(.2, .19, .16), .02), 19.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  if (id < 5.) { vec3 t = p - vec3(1.16, 0, .95); t.xz = rot(.35) * t.xz; vec3 q = cupP(p);
    bool held = abs(q.x) < .8 && abs(q.z) < .8 && q.y > -.2 && q.y < 2.8; m = cupMat(id, held ? q : t / .46, held ? GREEN : CREAM); }
  else if (id == 5.) m = mat(wood(p.xz, vec3(.50, .34, .21), vec3(.30, .18, .10)), .4, 0.);
  else if (id == 6.) { m = mat(plaster(p.xy, vec3(.50, .31, .25)), .9, 0.);
    float r = abs(length(p.xy - vec2(0, 2.25)) - 1.0); m.glow = vec3(2.2, 1.7, 1.25) * smoothstep(.055, .03, r) + vec3(.42, .25, .16) * exp(-r * 4.5); }
  else if (id == 7.) m = mat(wood(p.xz * 2., vec3(.50, .34, .21), vec3(.34, .21, .12)), .5, 0.);
  else if (id == 16. || id == 16.5) { float k = floor((abs(p.x) - 1.55) / .34 + .5); vec3 c = k < -.5 ? GREEN : k < .5 ? CREAM : NAVY; m = mat(c * (id > 16. ? .6 : 1.), .45, 0.); }
  else if (id == 17.) m = mat(vec3(.08, .25, .20), .6, 0.);
  else if (id == 18.) m = mat(vec3(.70, .50, .22), .3, .5);
  else if (id == 19.) { m = mat(vec3(.08, .25, .20), .6, 0.); if (abs(p.x + 1.2) < .03) m.col = vec3(.75, .58, .25); }
  else if (id == 20.5) m = mat(vec3(.10, .24, .20), .6, 0.);
  else m = figureMat(id, p, vec3(.74, .66, .52), vec3(.035, .018, .014));
}
vec3 background(vec3 rd) { return vec3(.4); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
