// A tote bag lying on its side on a bench; a plain cup has rolled out and a puddle of coffee grows (uP[0]).
vec2 map(vec3 p) {
  float w = .35 + .65 * uP[0];
  float pd = ell(p - vec3(.35, -.015, .55), vec3(.62 * w, .055, .42 * w));
  pd = smin(pd, ell(p - vec3(.95, -.015, .75 + .2 * w), vec3(.55 * w, .05, .30 * w)), .15);
  pd = smin(pd, ell(p - vec3(-.15, -.015, .75 + .3 * w), vec3(.4 * w, .045, .35 * w)), .15);
  vec2 d = un(vec2(p.y, 5.), vec2(pd, 6.));
  vec3 b = p - vec3(-1.1, .52, -.25); b.y += .07 * sin(b.x * 2.2 + .5) + .05 * b.z; b.xz = rot(.18) * b.xz;
  float o = box(b, vec3(1.15, .50 - .08 * b.x, .85), .22), i = box(b - vec3(.35, 0, 0), vec3(1.12, .42 - .08 * b.x, .75), .16);
  o += .02 * sin(b.x * 6. + 3. * sin(b.z * 4.)) ; d = un(d, vec2(smax(o, -i, .05) * .8, 7.));
  vec3 st = b - vec3(1.0, .42, 0); st.xy = rot(.25) * st.xy; d = un(d, vec2(max(torus(st * vec3(1, 2., 1), .45, .05) * .5, -st.x), 12.));
  vec3 c = p - vec3(.62, .34, .12); c.xz = rot(-.5) * c.xz; vec3 u = vec3(c.y, c.x, c.z);
  float cu = cyl(u, .33 - .04 * u.y, .62, .05); cu = smax(cu, -cyl(u - vec3(0, .2, 0), .28 - .04 * u.y, .62, .05), .02); d = un(d, vec2(cu * .9, 8.));
  vec3 l = p - vec3(1.75, .06, .05); d = un(d, vec2(cyl(l, .32, .055, .03), 9.));
  vec3 ph = p - vec3(-.1, .04, 1.35); ph.xz = rot(.6) * ph.xz; d = un(d, vec2(box(ph, vec3(.30, .04, .56), .04), 10.));
  vec3 nb = p - vec3(.15, .32, -.35); nb.xz = rot(-.15) * nb.xz; d = un(d, vec2(box(nb, vec3(.6, .07, .4), .02), 11.));
  return un(d, vec2(p.z + 4.5, 13.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  if (id == 5.) { m = mat(wood(p.xz * .9 + 4., vec3(.36, .24, .15), vec3(.19, .11, .06)), .5, 0.); }
  else if (id == 6.) { m = mat(vec3(.10, .042, .016), .06, 0.); n = normalize(n + .05 * vec3(noise(p.xz * 5.) - .5, 0, noise(p.xz * 5. + 9.) - .5)); }
  else if (id == 7. || id == 12.) { float k = weave((p.xz + p.yy) * 22.); m = mat(vec3(.58, .47, .33) * (.75 + .5 * k), .9, 0.);
    if (abs(p.z + .25 + .2) > 10.) m.col *= .5; float wet = smoothstep(.35, .0, p.y) * smoothstep(-1.2, .2, p.x) * uP[0]; m.col *= 1. - .55 * wet; }
  else if (id == 8.) m = mat(vec3(.60, .10, .07), .35, 0.);
  else if (id == 9.) m = mat(vec3(.75, .73, .70), .4, 0.);
  else if (id == 10.) { m = mat(vec3(.02), .1, 0.); }
  else if (id == 11.) m = mat(abs(p.y - .32) < .05 ? vec3(.8, .78, .7) : vec3(.07, .12, .25), .7, 0.);
  else m = mat(plaster(p.xy, vec3(.40, .42, .42)), .9, 0.);
}
vec3 background(vec3 rd) { return uSky; }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
