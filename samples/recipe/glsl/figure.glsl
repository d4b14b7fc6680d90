// The clay figure: head with hair and face, torso, arms, legs and free hands, posed by the joints uJ.
// uJ: 0 pelvis 1 chest 2 neck 3 head 4-6 left shoulder/elbow/wrist 7-9 right 10-12 left hip/knee/ankle 13-15 right
// 16 left finger direction, 17 right finger direction, 18 (x: mouth 0..1, y: blink 0..1, z: smile 0..1)
vec3 headP(vec3 p) { return uHead * (p - uJ[3]); }
vec2 head(vec3 w) {
  vec3 p = headP(w), s = vec3(abs(p.x), p.yz);
  float f = ell(p - vec3(0, .04, 0), vec3(.50, .55, .52));
  f = smin(f, ell(p - vec3(0, -.22, .07), vec3(.40, .36, .40)), .18);
  f = smin(f, length(p - vec3(0, -.08, .535)) - .05, .06);
  f = smin(f, ell(s - vec3(.50, -.05, -.02), vec3(.07, .12, .09)), .04);
  vec3 mo = p - vec3(0, -.275 + 2.4 * uJ[18].z * p.x * p.x, .56); f = smax(f, -ell(mo, vec3(.15, .012 + .075 * uJ[18].x, .07)), .03);
  f = smin(f, cap(w, uJ[2], uJ[3] - vec3(0, .3, .05), .17, .17), .08);
  vec2 d = vec2(f, M_FACE);
  float e = ell(s - vec3(.195, .035, .475), vec3(.062, .085 * (1. - .9 * uJ[18].y), .05));
  d = un(d, vec2(e, M_EYE));
  d = un(d, vec2(cap(s + vec3(0, 3.2 * (s.x - .2) * (s.x - .2), 0), vec3(.11, .215, .50), vec3(.28, .215, .435), .021, .015) * .8, M_BROW));
  float h = ell(p - vec3(0, .12, -.06), vec3(.575, .58, .57));
  vec3 q = p - vec3(.10, .10, .62); q.xy = rot(-.25) * q.xy;
  h = smax(h, -ell(q - vec3(-.06, -.25, .0), vec3(.50, .60, .45)), .07);
#ifdef LONG_HAIR
  h = smin(h, ell(s - vec3(.34, -.42, -.18), vec3(.22, .50, .30)), .16);
  h = smax(h, -ell(p - vec3(0, -.42, .42), vec3(.40, .62, .50)), .06);
#else
  h = smin(h, length(p - vec3(0, .68, -.22)) - .21, .06);
#endif
  h += .010 * sin(p.x * 34. + sin(p.y * 5.) * 2. + p.z * 9.);
  return un(d, vec2(h * .9, M_HAIR));
}
float freeHand(vec3 p, vec3 wr, vec3 el, vec3 dir, float side) {
  vec3 z = normalize(dir), x = normalize(cross(z, normalize(el - wr) + vec3(.01, .3, .2))), y = cross(z, x);
  vec3 q = vec3(dot(p - wr, x), dot(p - wr, y), dot(p - wr, z)); q.x *= side;
  float d = box(q - vec3(0, 0, .13), vec3(.13, .065, .15), .06);
  vec3 f = q; float k = clamp(floor(f.x / .068 + .5) , -1.5, 1.5); f.x -= k * .068;
  d = smin(d, cap(f, vec3(0, 0, .24), vec3(0, -.05, .43 - .03 * k * k), .042, .035), .04);
  return smin(d, cap(q, vec3(-.10, -.02, .05), vec3(-.20, -.06, .23), .055, .042), .05);
}
vec2 body(vec3 p) {
  vec3 c = uJ[1], pe = uJ[0];
  float s = cap(p, uJ[4], uJ[7], .20, .20);
  vec3 ax = normalize(uJ[7] - uJ[4]); vec3 q = p - c; float side = dot(q, ax); vec3 fw = cross(ax, vec3(0, 1, 0));
  vec3 l = vec3(side, q.y, dot(q, fw));
  s = smin(s, ell(l - vec3(0, -.12, 0), vec3(.46, .52, .31)), .18);
  s = smin(s, ell(p - pe - vec3(0, .12, 0), vec3(.42, .40, .31)), .22);
  s = smin(s, cyl(p - uJ[2] + vec3(0, .03, 0), .20, .05, .05), .08);
  float la = min(cap(p, uJ[4], uJ[5], .175, .14), cap(p, uJ[5], mix(uJ[5], uJ[6], .82), .145, .135));
  float ra = min(cap(p, uJ[7], uJ[8], .175, .14), cap(p, uJ[8], mix(uJ[8], uJ[9], .82), .145, .135));
  s = smin(s, min(la, ra), .07);
  s += .004 * sin(p.y * 26. + sin(p.x * 6.) * 2.) * sin(p.x * 7. + p.y * 5.);
  vec2 d = vec2(s, M_SHIRT);
  float h = min(cap(p, mix(uJ[5], uJ[6], .75), uJ[6], .085, .08), cap(p, mix(uJ[8], uJ[9], .75), uJ[9], .085, .08));
#ifdef LEFT_HAND
  h = smin(h, freeHand(p, uJ[6], uJ[5], uJ[16], 1.), .06);
#endif
#ifdef RIGHT_HAND
  h = smin(h, freeHand(p, uJ[9], uJ[8], uJ[17], -1.), .06);
#endif
  d = un(d, vec2(h, M_SKIN));
#ifdef LEGS
  float g = min(cap(p, uJ[10], uJ[11], .23, .17), cap(p, uJ[11], uJ[12], .17, .13));
  g = min(g, min(cap(p, uJ[13], uJ[14], .23, .17), cap(p, uJ[14], uJ[15], .17, .13)));
  g = smin(g, ell(p - pe, vec3(.42, .24, .31)), .12); d = un(d, vec2(g, M_PANTS));
  vec3 a = p - uJ[12] - vec3(0, -.06, .12), b = p - uJ[15] - vec3(0, -.06, .12);
  d = un(d, vec2(min(box(a, vec3(.13, .10, .27), .09), box(b, vec3(.13, .10, .27), .09)), M_SHOE));
#endif
  return d;
}
#ifndef CUP_S
#define CUP_S .46
#endif
vec3 cupP(vec3 p) { return uCupRot * (p - uCupPos) / CUP_S; }
vec2 heldCup(vec3 p, float open) {
  vec3 q = cupP(p); vec2 d = un(cup(q, open), vec2(gripHand(q, .95), M_SKIN)); d.x *= CUP_S; return d;
}
Mat figureMat(float id, vec3 w, vec3 shirt, vec3 hair) {
  vec3 skin = vec3(.83, .55, .42);
  Mat m = mat(skin, .55, 0.); m.sss = .8;
  if (id == M_FACE) {
    vec3 p = headP(w); float x = abs(p.x);
    float bl = exp(-18. * dot(vec2(x - .29, p.y + .15), vec2(x - .29, p.y + .15)) * 1.6) * step(0., p.z);
    m.col = mix(skin, vec3(.88, .36, .30), .5 * bl);
    float open = uJ[18].x, y0 = -.285 + 2.4 * uJ[18].z * p.x * p.x, wd = .15 + .03 * uJ[18].z - .04 * open;
    float lip = (abs(p.y - y0) - (.014 + .055 * open) * sqrt(max(0., 1. - p.x * p.x / (wd * wd)))) ;
    float in_ = smoothstep(.008, -.008, lip) * step(x, wd) * step(.1, p.z);
    vec3 inside = mix(vec3(.35, .06, .06), vec3(.9, .88, .84), smoothstep(.012, .03, p.y - y0) * step(.2, open));
    m.col = mix(m.col, open > .12 ? inside : vec3(.55, .16, .15), in_);
    float rim = smoothstep(.03, .0, abs(lip)) * step(x, wd + .01) * step(.1, p.z); m.col = mix(m.col, vec3(.78, .33, .29), .55 * rim * (1. - in_));
    return m;
  }
  if (id == M_EYE) {
    vec3 p = headP(w); vec2 e = vec2(abs(p.x) - .195, p.y - .035); m = mat(vec3(.035, .022, .02), .12, 0.);
    vec2 g = vec2(p.x - sign(p.x) * .195 + .02, e.y - .032);
    m.glow = vec3(1.1) * smoothstep(.024, .014, length(g)) * (1. - uJ[18].y) + vec3(.12, .07, .04) * smoothstep(.0, -.06, e.y);
    return m;
  }
  if (id == M_HAIR || id == M_BROW) { m = mat(hair * (.75 + .5 * noise(headP(w).xy * vec2(30., 4.))), .38, 0.); return m; }
  if (id == M_SHIRT) {
    float k = weave((w - uJ[1]).xy * 34.) ; m = mat(shirt * (.82 + .36 * k), .85, 0.); m.sss = .25; return m; }
  if (id == M_PANTS) { m = mat(vec3(.10, .14, .24) * (.85 + .3 * weave(w.xy * 40.)), .85, 0.); return m; }
  if (id == M_SHOE) return mat(vec3(.8, .79, .75), .5, 0.);
  return m;
}
