// Things several scenes share: steam, cup colours, window pane outside, plain rooms.
#define GREEN vec3(.075, .27, .20)
#define CREAM vec3(.78, .69, .52)
#define NAVY vec3(.025, .05, .15)
vec3 steam(vec3 c, vec3 ro, vec3 rd, float t, vec3 base, float high, float amount) {
  vec3 n = normalize((ro - base) * vec3(1, 0, 1)); float k = dot(base - ro, n) / dot(rd, n);
  vec3 q = ro + rd * k - base; float x = dot(q, vec3(n.z, 0, -n.x)), y = q.y / high;
  float sway = .16 * sin(q.y * 2.6 - uT * 1.3) * clamp(q.y, 0., 1.) + .05 * sin(q.y * 6. - uT * 2.1);
  float wd = .10 + .26 * y, f = fbm(vec2((x + sway) * 3.2, q.y * 1.7 - uT * .85));
  float a = smoothstep(.28, .75, f) * exp(-(x + sway) * (x + sway) / (wd * wd)) * smoothstep(0., .12, y) * smoothstep(1., .3, y);
  a *= amount * step(0., k) * smoothstep(-.25, .1, t - k);
  return mix(c, uSky * 1.3 + uKeyCol * .22 + .2, clamp(a, 0., .8));
}
vec3 city(vec3 rd, vec3 low, vec3 high) {  // far buildings and sky behind a window
  vec2 q = vec2(atan(rd.x, -rd.z), rd.y); vec3 c = mix(low, high, smoothstep(-.05, .6, q.y));
  float b = skyline(vec2(q.x * 9., 0.)) * .28 - .05, f = skyline(vec2(q.x * 5. + 3., 0.)) * .2 - .10;
  c = mix(c, low * vec3(.62, .68, .8), smoothstep(.01, -.01, q.y - b));
  return mix(c, low * vec3(.38, .42, .5), smoothstep(.01, -.01, q.y - f));
}
vec3 plaster(vec2 p, vec3 c) { return c * (.93 + .10 * fbm(p * 3.) + .05 * noise(p * 40.)); }
