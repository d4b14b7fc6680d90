// The cup turning on a round pedestal in a studio, with an arch and a smaller block behind.
vec2 map(vec3 p) {
  vec3 q = p; q.xz = rot(uP[0]) * q.xz;
  vec2 d = cup(q, 0.);
  d = un(d, vec2(cyl(p + vec3(0, .16, 0), 1.0, .16, .03), 5.));
  d = un(d, vec2(cyl(p + vec3(0, .46, 0), 1.55, .16, .03), 5.));
  d = un(d, vec2(smin(p.y + .62, p.z + 3.4, 1.4), 6.));
  vec3 a = p - vec3(0, .9, -2.5); float ar = max(length(max(vec2(abs(a.x), a.y), vec2(0, 0.))) - 1.75, -(length(max(vec2(abs(a.x), a.y), vec2(0, 0.))) - 1.5));
  ar = max(ar, abs(a.z) - .16); d = un(d, vec2(max(ar, -1.5 - a.y) , 7.));
  d = un(d, vec2(length(p - vec3(1.75, -.26, -.9)) - .36, 7.));
  return un(d, vec2(box(p - vec3(-1.85, -.12, -1.1), vec3(.4, .5, .4), .04), 5.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  vec3 q = p; q.xz = rot(uP[0]) * q.xz;
  if (id < 5.) m = cupMat(id, q, GREEN);
  else if (id == 5.) m = mat(plaster(p.xz + p.y, vec3(.62, .60, .53)), .65, 0.);
  else if (id == 6.) m = mat(plaster(p.xy * .7, vec3(.36, .50, .44)), .85, 0.);
  else m = mat(vec3(.66, .44, .20), .3, .75);
}
vec3 background(vec3 rd) { return vec3(.3, .42, .38); }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
