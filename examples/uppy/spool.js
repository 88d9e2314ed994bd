const BATCH = 100; // URLs asked for at once; Spool signs up to 1,000
const MARGIN = 60_000; // milliseconds that a request may need until it begins

/** What Spool refuses. `code` is stable (QUOTA_EXCEEDED, NOT_FOUND, …), `message` for people. */
export class SpoolError extends Error {
  constructor(status, { code, detail, title } = {}) {
    super(detail ?? title ?? `Spool answered ${status}`);
    this.name = 'SpoolError';
    this.status = status;
    this.code = code;
  }
}

/**
 * Spool's upload contract. `token` is asked before each request, so that an access token which your
 * sign-in renewed is used from then on.
 */
export class Spool {
  #api;
  #token;

  constructor({ api, token }) {
    this.#api = api;
    this.#token = token;
  }

  /** Where and how to upload. A large file gets an `uploadId` and a `partSize`, else both are null. */
  presign(wish) {
    return this.#ask('POST', '/uploads/presign', wish);
  }

  /** The parts that have arrived, and the size into which the file was cut. */
  async parts({ uploadId, key }) {
    const items = [];
    for (let cursor = null; ; ) {
      const query = new URLSearchParams({ key, ...(cursor && { cursor }) });
      const page = await this.#ask('GET', `${path(uploadId)}/parts?${query}`);
      items.push(...page.items);
      cursor = page.cursor;
      if (!cursor) return { items, partSize: page.partSize };
    }
  }

  /** Fresh URLs: `{presignedUrls, expiresAt}`, in the order of `partNumbers`. */
  urls({ uploadId, key }, partNumbers) {
    return this.#ask('POST', `${path(uploadId)}/urls`, { key, partNumbers });
  }

  /** Repeatable: whoever lost the answer asks again with the same parts. */
  complete({ uploadId, key }, parts) {
    return this.#ask('POST', `${path(uploadId)}/complete`, { key, parts });
  }

  abort({ uploadId, key }) {
    return this.#ask('DELETE', `${path(uploadId)}?${new URLSearchParams({ key })}`);
  }

  async #ask(method, path, body) {
    await online();
    const answer = await fetch(this.#api + path, {
      method,
      headers: {
        authorization: `Bearer ${await this.#token()}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new SpoolError(answer.status, problem(text));
    return text ? JSON.parse(text) : null;
  }
}

/**
 * The URLs of one upload's parts, asked for in batches. Each is given out once: who comes again for
 * the same part was refused, and gets a fresh one.
 */
export class PartUrls {
  #spool;
  #upload;
  #count;
  #urls = new Map(); // part number → { url, until }
  #renewal = null;

  /** `upload` is presign's answer, or the `{uploadId, key, partSize}` that is left of it. */
  constructor(spool, upload, size) {
    this.#spool = spool;
    this.#upload = upload;
    this.#count = Math.ceil(size / upload.partSize);
    this.#keep(1, upload);
  }

  async take(partNumber) {
    for (;;) {
      const kept = this.#urls.get(partNumber);
      this.#urls.delete(partNumber);
      if (kept?.until > Date.now()) return kept.url;
      this.#renewal ??= this.#renew(partNumber).finally(() => (this.#renewal = null));
      await this.#renewal;
    }
  }

  async #renew(first) {
    const length = Math.min(BATCH, this.#count - first + 1);
    const numbers = Array.from({ length }, (_, index) => first + index);
    this.#keep(first, await this.#spool.urls(this.#upload, numbers));
  }

  #keep(first, { presignedUrls = [], expiresAt }) {
    const until = endOf(expiresAt);
    presignedUrls.forEach((url, index) => this.#urls.set(first + index, { url, until }));
  }
}

/** Until when a URL may still be used: a little before it expires. */
export function endOf(expiresAt) {
  return Date.parse(expiresAt) - MARGIN;
}

/** Waits until the browser has a network. */
async function online() {
  if (navigator.onLine) return;
  await new Promise((resolve) => addEventListener('online', resolve, { once: true }));
}

function path(uploadId) {
  return `/uploads/${encodeURIComponent(uploadId)}`;
}

/** The error's description, unless something in between answered, which is no JSON. */
function problem(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
