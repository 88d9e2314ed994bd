// Sign a URL of /img, for a deployment with the setting imgSignatures. The key is what the edge
// function's KeyValueStore holds as `img-key-{keyId}`. Keep it on your server.

import { createHmac } from 'node:crypto';

// `path` and what is in `query` are as meant, not percent-encoded; `expires` is a Unix time.
export function signedPath(path, query, { keyId, key, expires }) {
  const parameters = Object.entries({ ...query, k: keyId, e: String(expires) }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const pairs = parameters.map(([name, value]) => `${name}=${value.replaceAll('&', '%26')}`);
  const signature = createHmac('sha256', key)
    .update(`${path}?${pairs.join('&')}`)
    .digest('base64url');
  const sent = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}?${sent.join('&')}&s=${signature}`;
}
