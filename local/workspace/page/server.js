/** Looks at something: `GET /_local/NAME`. */
export async function look(name, query) {
  return answer(await fetch(`/_local/${name}?${new URLSearchParams(query)}`));
}

/** Does something: `POST /_local/NAME`. */
export async function act(name, body) {
  const headers = { 'content-type': 'application/json' };
  return answer(await fetch(`/_local/${name}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** Where a file is downloaded, or shown when it is an image. */
export function fileUrl(as, id, inline = false) {
  return `/_local/file?${new URLSearchParams({ as, id, ...(inline && { inline: '1' }) })}`;
}

async function answer(response) {
  const value = await response.json();
  if (!response.ok) throw new Error(value.error ?? `HTTP ${response.status}`);
  return value;
}
