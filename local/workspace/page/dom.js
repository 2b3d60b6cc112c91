/**
 * Makes an element. Text only ever becomes a text node, so nothing a bot or a person wrote is read as HTML.
 * @param {string} tag a tag, with classes after dots, as in `span.time`
 * @param {Record<string, unknown>} props properties; `on…` are listeners, names with a dash become attributes
 * @param {...(Node | string | null | undefined | false | (Node | string)[])} children
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key.includes('-') || key === 'role') element.setAttribute(key, String(value));
    else element[key] = value;
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Whether a link may be followed: only the kinds that cannot run anything. */
export function safeUrl(url) {
  return /^(https?:|mailto:)/i.test(url) ? url : undefined;
}
