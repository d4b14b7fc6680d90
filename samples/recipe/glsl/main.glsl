// Ray marching, light and the picture itself; included after a scene's map(), material() and air().
vec2 march(vec3 ro, vec3 rd, float far) {
  float t = .05; vec2 h = vec2(1, 0);
  for (int i = uZero; i < STEPS; i++) {
    h = map(ro + rd * t); if (h.x < .0006 * t || t > far) break; t += h.x * STEP_SCALE;
  }
  return vec2(t, t > far ? -1. : h.y);
}
vec3 normalAt(vec3 p, float t) {
  vec3 n = vec3(0); float e = .0007 * max(t, .6);
  for (int i = uZero; i < 4; i++) {
    vec3 k = .5773 * (2. * vec3(((i + 3) >> 1) & 1, (i >> 1) & 1, i & 1) - 1.); n += k * map(p + k * e).x;
  }
  return normalize(n);
}
vec2 shadowAO(vec3 p, vec3 n, vec3 l) {  // x: light that arrives, y: openness; one loop, so that map() is inlined once
  float sh = 1., ao = 0., w = 1., t = .03;
  for (int i = uZero; i < SHADOW_STEPS + 4; i++) {
    bool a = i < 4; float h = a ? .04 + .11 * float(i) : t;
    float d = map(p + (a ? n : l) * h).x;
    if (a) { ao += (h - d) * w; w *= .75; }
    else { sh = min(sh, .5 + .5 * d * uSoft / h); if (sh < 0.) break; t += clamp(d, .03, .45); if (t > SHADOW_FAR) break; }
  }
  sh = clamp(sh, 0., 1.); return vec2(sh * sh * (3. - 2. * sh), clamp(1. - 1.1 * ao, 0., 1.));
}
vec3 env(vec3 d, float rough) {  // a studio seen in reflections: floor to sky and two softboxes
  float s = .04 + rough * .5; vec3 c = mix(uGround, uSky, smoothstep(-s - .2, s + .3, d.y)) * 1.1;
  float b = smoothstep(.32 + s, .32 - s * .6, abs(dot(d, normalize(cross(uKeyDir, vec3(0, 1, 0)))))) * smoothstep(0., .4, dot(d, uKeyDir));
  float r = smoothstep(.2 + s, .2 - s * .6, abs(d.x - uRimDir.x)) * smoothstep(0., .5, d.z * uRimDir.z);
  return c + (uKeyCol * b * .55 + uRimCol * r * .35) / (1. + 1.5 * rough);
}
float gobo(vec3 p) {  // shadow of window bars or leaves in the key light
  if (uGobo < .5) return 1.;
  vec3 u = normalize(cross(uKeyDir, vec3(0, 1, 0))), v = cross(u, uKeyDir); vec2 q = vec2(dot(p, u), dot(p, v));
  if (uGobo < 1.5) {
    vec2 w = abs(fract(q / vec2(1.7, 2.1) + vec2(.35, .3)) - .5); float f = smoothstep(.5, .42, max(w.x, w.y) + .02);
    return mix(.12, 1., f * smoothstep(3.2, 2.2, abs(q.x)));
  }
  if (uGobo < 2.5) return mix(.2, 1., smoothstep(.2, .45, abs(fract(q.y * 2.1) - .5) + .08));
  q += .06 * vec2(sin(uT * .9), cos(uT * .7)); float l = fbm(q * vec2(.8, 1.5) + 4.) + .10 * noise(q * 4.);
  return mix(.50, 1., smoothstep(.66, .38, l));
}
vec3 light(vec3 p, vec3 rd, float t, float id) {
  vec3 n = normalAt(p, t); Mat m = mat(vec3(.5), .5, 0.); material(id, p, n, m);
  vec2 sa = shadowAO(p + n * .004 * max(1., t * .3), n, uKeyDir); float ao = sa.y;
  float key = sa.x * gobo(p), nl = dot(n, uKeyDir), df = clamp(mix(nl, nl * .6 + .4, m.sss), 0., 1.);
  vec3 h = normalize(uKeyDir - rd); float a2 = m.rough * m.rough; a2 *= a2; float nh = clamp(dot(n, h), 0., 1.);
  float dd = nh * nh * (a2 - 1.) + 1.; float sp = min(a2 / (3.14 * dd * dd), 14.) * clamp(nl, 0., 1.);
  float fr = pow(clamp(1. + dot(n, rd), 0., 1.), 5.); vec3 f0 = mix(vec3(.04), m.col, m.metal);
  vec3 kd = m.col * (1. - m.metal);
  vec3 amb = mix(uGround, uSky, .5 + .5 * n.y) * ao;
  vec3 c = kd * (uKeyCol * df * mix(key, sqrt(key), m.sss * .5) + amb);
  c += kd * uRimCol * clamp(dot(n, uRimDir) * .7 + .3, 0., 1.) * ao * .6;
  c += m.sss * kd * vec3(1., .35, .2) * uKeyCol * .22 * smoothstep(.5, -.1, abs(nl)) * ao;
  c += uKeyCol * sp * key * f0 * 2.;
  c += env(reflect(rd, n), m.rough) * (f0 + (1. - f0) * fr * (1. - m.rough) * .8) * mix(ao, 1., .25);
  return c + m.glow;
}
vec4 trace(vec2 px) {
  vec2 uv = (2. * px - uRes) / min(uRes.x, uRes.y);
  vec3 f = normalize(uTgt - uCam), r = normalize(cross(f, vec3(0, 1, 0))), u = cross(r, f);
  vec3 rd = normalize(uv.x * r + uv.y * u + uZoom * f);
  vec2 h = march(uCam, rd, FAR); vec3 c; float t = min(h.x, FAR);
  if (h.y < 0.) { c = background(rd); t = FAR; } else c = light(uCam + rd * t, rd, t, h.y);
  if (h.y >= 0.) c = mix(c, uFog, 1. - exp(-uFogD * t * t));
  c = air(c, uCam, rd, t);
  return vec4(c, t * dot(rd, f));
}
void main() {
  if (uPass == 0) { fragColor = trace(gl_FragCoord.xy); return; }
  ivec2 i = ivec2(gl_FragCoord.xy), e = ivec2(uRes) - 1; vec4 c = texelFetch(uFirst, i, 0); float w = 0.;
  for (int k = uZero; k < 4; k++) {
    ivec2 o = ivec2(k == 0 ? 1 : k == 1 ? -1 : 0, k == 2 ? 1 : k == 3 ? -1 : 0); vec4 s = texelFetch(uFirst, clamp(i + o, ivec2(0), e), 0);
    vec3 a = s.rgb / (1. + s.rgb), b = c.rgb / (1. + c.rgb); w = max(w, max(length(a - b) * 4., abs(s.w - c.w) / c.w * 6.));
  }
  vec3 sum = c.rgb / (1. + c.rgb); float n = 1.;
  for (int k = uZero; k < 3; k++) {
    if (w < .42) break; vec2 o = k == 0 ? vec2(.33, .12) : k == 1 ? vec2(-.28, .3) : vec2(-.08, -.36);
    vec3 s = max(trace(gl_FragCoord.xy + o).rgb, 0.); sum += s / (1. + s); n += 1.;
  }
  sum /= n; fragColor = vec4(sum / max(1. - sum, .001), c.w);
}
