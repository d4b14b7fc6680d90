// The closing picture: the cup on a ledge before a plaster wall with moving leaf shadows, room for the logo above.
vec2 map(vec3 p) {
  vec3 q = p; q.xz = rot(uP[0]) * q.xz; vec2 d = cup(q, 0.);
  d = un(d, vec2(box(p - vec3(0, -.3, 0), vec3(9, .3, 1.3), .04), 5.));
  d = un(d, vec2(p.z + 1.5, 6.));
  d = un(d, vec2(ell(p - vec3(-.85, .10, .35), vec3(.26, .13, .21)), 7.)); 
  return un(d, vec2(ell(p - vec3(-1.22, .07, .55), vec3(.16, .09, .13)), 7.));
}
void material(float id, vec3 p, inout vec3 n, inout Mat m) {
  vec3 q = p; q.xz = rot(uP[0]) * q.xz;
  if (id < 5.) m = cupMat(id, q, GREEN);
  else if (id == 5.) m = mat(plaster(p.xz * 2., vec3(.62, .57, .48)), .7, 0.);
  else if (id == 6.) m = mat(plaster(p.xy, vec3(.56, .52, .42)), .95, 0.);
  else m = mat(vec3(.26, .27, .26) * (.8 + .4 * noise3(p * 20.)), .7, 0.);
}
vec3 background(vec3 rd) { return uSky; }
vec3 air(vec3 c, vec3 ro, vec3 rd, float t) { return c; }
