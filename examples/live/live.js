const SILENCE = 4 * 60_000; // milliseconds between pings: what is silent for ten minutes is closed
const FIRST = 500; // milliseconds before the first try to come back, at most; twice that each time
const LONGEST = 30_000;

/**
 * Spool's live news: what changes while a page is open, and what changed while its network was away.
 *
 *   const live = new Live({ api, token, onAsset: show });
 *   live.subscribe({ projectId: 'site' });
 *
 * `token` is asked whenever a ticket is needed. `onAsset(asset, event)` is called once for each `rev`
 * of an asset, rising; `onProgress(asset, percent)` while a video is made; `onReset(target)` when the
 * page was away for too long, and has to read anew what it shows; `onError(error)` with what Spool
 * refuses.
 */
export class Live {
  #api;
  #token;
  #tell;
  #targets = new Map();
  #revs = new Map();
  #socket = null;
  #pinging;
  #failures = 0;
  #closed = false;
  // Where to go on from. While a replay is under way it stays: what is told then is older or newer
  // than what is still to come.
  #position = null;
  #awaited = 0;
  #earliest = null;

  constructor({ api, token, onAsset, onProgress, onReset, onError }) {
    this.#api = api;
    this.#token = token;
    this.#tell = { onAsset, onProgress, onReset, onError };
  }

  /** To `{assetId}`, `{projectId}`, or `{}`: all of the organisation. */
  subscribe(target = {}) {
    this.#targets.set(nameOf(target), target);
    if (this.#socket === null) this.#connect();
    else if (this.#socket.readyState === WebSocket.OPEN) this.#ask(target);
  }

  unsubscribe(target = {}) {
    if (this.#targets.delete(nameOf(target))) this.#say({ action: 'unsubscribe', ...target });
  }

  close() {
    this.#closed = true;
    this.#socket?.close();
  }

  async #connect() {
    this.#socket = { readyState: WebSocket.CONNECTING, close() {} };
    try {
      const { url, ticket } = await this.#ticket();
      if (this.#closed) return;
      this.#socket = new WebSocket(`${url}?ticket=${ticket}`);
    } catch (error) {
      if (error.status === 401 || error.status === 403) this.#tell.onError?.(error);
      else this.#comeBack();
      return;
    }
    this.#socket.onopen = () => this.#opened();
    this.#socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    this.#socket.onclose = () => this.#comeBack();
  }

  async #ticket() {
    const authorization = `Bearer ${await this.#token()}`;
    const answer = await fetch(`${this.#api}/live/tickets`, { method: 'POST', headers: { authorization } });
    if (answer.ok) return answer.json();
    throw Object.assign(new Error(`Spool answered ${answer.status}`), { status: answer.status });
  }

  #opened() {
    this.#awaited = 0;
    this.#earliest = null;
    this.#pinging = setInterval(() => this.#say({ action: 'ping' }), SILENCE);
    for (const target of this.#targets.values()) this.#ask(target);
  }

  #ask(target) {
    this.#awaited += 1;
    this.#say({ action: 'subscribe', ...target, ...(this.#position && { after: this.#position }) });
  }

  #say(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #hear(frame) {
    const { assetId, projectId } = frame;
    const target = { ...(assetId && { assetId }), ...(projectId && { projectId }) };
    if (frame.type === 'asset') this.#show(frame);
    else if (frame.type === 'progress') this.#tell.onProgress?.(frame.asset, frame.percent);
    else if (frame.type === 'pong') this.#goOnFrom(frame.position);
    else if (frame.type === 'subscribed') this.#answered(frame.position);
    else if (frame.type === 'reset') this.#tell.onReset?.(target);
    else if (frame.type === 'error') this.#refused(target, frame);
  }

  #show({ asset, event, position }) {
    this.#goOnFrom(position);
    if (asset.rev <= (this.#revs.get(asset.id) ?? 0)) return;
    this.#revs.set(asset.id, asset.rev);
    this.#tell.onAsset?.(asset, event);
  }

  #goOnFrom(position) {
    if (this.#awaited === 0 && position > this.#position) this.#position = position;
  }

  #answered(position) {
    this.#failures = 0;
    this.#awaited -= 1;
    if (this.#earliest === null || position < this.#earliest) this.#earliest = position;
    if (this.#awaited === 0) {
      this.#position = this.#position > this.#earliest ? this.#position : this.#earliest;
      this.#earliest = null;
    }
  }

  #refused(target, { code, message }) {
    this.#targets.delete(nameOf(target));
    this.#awaited -= 1;
    this.#tell.onError?.(Object.assign(new Error(message), { code }));
  }

  #comeBack() {
    clearInterval(this.#pinging);
    if (this.#closed) return;
    const most = Math.min(LONGEST, FIRST * 2 ** this.#failures);
    this.#failures += 1;
    setTimeout(() => this.#connect(), Math.random() * most);
  }
}

function nameOf({ assetId, projectId }) {
  return `${assetId ?? ''} ${projectId ?? ''}`;
}
