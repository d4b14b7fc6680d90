// The only module that talks to the server.

/** Why the server did not do it. `status` is 0 where it was not reached. */
export class ApiError extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.next = error.next ?? "";
  }
}

async function call(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { code: "E_UNREACHED", message: "" });
  }
  const isJson = answer.headers.get("content-type")?.startsWith("application/json");
  const data = isJson ? await answer.json() : { error: { code: "E_FAILED", message: await answer.text() } };
  if (!answer.ok) throw new ApiError(answer.status, data.error);
  return data;
}

/** GET with parameters; a list becomes a repeated parameter, empty values are left out. */
export function get(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== "") query.append(name, one);
  }
  const text = query.toString();
  return call(text ? `${path}?${text}` : path, { signal });
}

export function post(path, body) {
  return call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

export const media = (clip, name) => `/media/${clip}/${name}`;
