// Office desk by a window: a mug of cold coffee, a laptop, a notebook and a pencil.
vec2 map(vec3 p) {
  vec2 d = vec2(p.y, 5.);
  d = un(d, mug(p, .80));
  vec3 q = p - vec3(-1.75, .05, -.75); q.xz = rot(.35) * q.xz;
  d = un(d, vec2(box(q, vec3(1.05, .05, .72), .04), 10.));
  vec3 s = q - vec3(0, .04, -.72); s.yz = rot(.28) * s.yz; d = un(d, vec2(box(s - vec3(0, .72, 0), vec3(1.05, .70, .035), .03), 11.));
  vec3 k = p - vec3(1.5, .04, .1); k.xz = rot(-.4) * k.xz; d = un(d, vec2(box(k, vec3(.62, .04, .45), .03), 12.));
  vec3 e = k - vec3(.05, .11, 0); e.xz = rot(.7) * e.xz; d = un(d, vec2(cap(e, vec3(-.5, 0, 0), vec3(.5, 0, 0), .035, .035), 13.));
  d = un(d, vec2(p.z + 5.5, 6.));
  vec3 v = p - vec3(1.9, 0, -2.6); d = un(d, vec2(cyl(v - vec3(0, .35, 0), .34, .35, .05), 14.));
  float lf = 9.; for (int i = uZero; i < 5; i++) {
    vec3 l = v - vec3(0, .7, 0); l.xz = rot(float(i) * 1.26 + .3) * l.xz; l.xy = rot(-.45 - .1 * float(i)) * l.xy;
    lf = min(lf, ell(l - vec3(0, .75, 0), vec3(.19, .75, .05))); }
  return un(d, vec2(lf * .8, 15.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  if (id == 5.) { m = mat(wood(p.xz * .8 + 2., vec3(.46, .29, .16), vec3(.24, .13, .065)), .42, 0.); }
  else if (id == 6.) m = mat(plaster(p.xy, vec3(.52, .54, .55)), .9, 0.);
  else if (id == 8.) m = mat(vec3(.78, .75, .70), .22, 0.);
  else if (id == 9.) { float r = length(p.xz); m = mat(mix(vec3(.045, .02, .009), vec3(.16, .08, .035), smoothstep(.28, .37, r + .03 * noise(p.xz * 9.))), .1, 0.); }
  else if (id == 10.) m = mat(vec3(.42, .43, .45), .35, .6);
  else if (id == 11.) { m = mat(vec3(.03), .2, 0.); vec3 q = p - vec3(-1.75, .05, -.75); q.xz = rot(.35) * q.xz;
    float ln = step(.5, fract(q.y * 9.)) * step(hash(vec2(floor(q.y * 9.), 2.)) - .75, -abs(q.x) + .25 + .0 * q.x);
    m.glow = n.z > .3 ? vec3(.30, .40, .48) * (.6 + .5 * ln) * step(abs(q.x), .97) : vec3(0); }
  else if (id == 12.) m = mat(vec3(.50, .10, .08) * (.9 + .2 * noise(p.xz * 60.)), .7, 0.);
  else if (id == 13.) m = mat(vec3(.75, .55, .10), .4, 0.);
  else if (id == 14.) m = mat(vec3(.60, .56, .50), .7, 0.);
  else { m = mat(vec3(.07, .21, .08), .5, 0.); m.sss = .6; }
}
vec3 background(vec3 rd) { return uSky; }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
