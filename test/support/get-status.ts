import { request } from 'node:http';

/** Sends a request and returns the status. Unlike fetch, it can set the headers Host, Origin and Sec-Fetch-Site. */
export function getStatus(
  url: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject).end();
  });
}
