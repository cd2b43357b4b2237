// What goes over the wire. The session's id is kept for this tab only; words are kept nowhere.

const PATIENCE = 30_000;
const PAUSE = 800;

export class Trouble extends Error {
  // `status` is 0 when nothing came back; `text` is the server's approved text on it, if it gave one
  constructor(status, text = "") {
    super(`status ${status}`);
    this.status = status;
    this.text = text;
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Talk {
  #base;
  #tab;
  #session;
  #starting = null;

  // `tab` remembers the session's id over a reload
  constructor(base, tab) {
    this.#base = base;
    this.#tab = tab;
    this.#session = tab.read().session;
  }

  // The turns so far, oldest first; none for a new or an expired session.
  async history() {
    if (!this.#session) return [];
    try {
      return (await this.#post("history", { session: this.#session })).turns;
    } catch (trouble) {
      if (trouble.status !== 401) throw trouble;
      this.#keep(undefined);
      return [];
    }
  }

  // A message carries an id of its own: sent again, it is answered again and nothing is done twice.
  async send(message) {
    try {
      return (await this.#inSession("messages", message)).replies;
    } catch (trouble) {
      if (trouble.status !== 0 || !navigator.onLine) throw trouble;
      await new Promise((wake) => setTimeout(wake, PAUSE));
      return (await this.#inSession("messages", message)).replies;
    }
  }

  async receipt(message) {
    return (await this.#inSession("receipts", { message })).texts;
  }

  async vote(message, vote) {
    await this.#inSession("votes", { message, vote });
  }

  async clear() {
    if (this.#session) this.#keep((await this.#inSession("clear", {})).session);
  }

  // Leaves nothing behind in this tab, and asks the server to erase without waiting for it.
  leave() {
    this.#tab.forget();
    if (this.#session) this.#post("clear", { session: this.#session }, { keepalive: true }).catch(() => {});
  }

  async start() {
    this.#starting ??= this.#post("sessions", {}).finally(() => (this.#starting = null));
    this.#keep((await this.#starting).session);
  }

  get started() {
    return Boolean(this.#session);
  }

  async #inSession(path, body) {
    if (!this.#session) await this.start();
    try {
      return await this.#post(path, { ...body, session: this.#session });
    } catch (trouble) {
      if (trouble.status !== 401) throw trouble;
      await this.start();
      return this.#post(path, { ...body, session: this.#session });
    }
  }

  #keep(session) {
    this.#session = session;
    this.#tab.write({ session });
  }

  async #post(path, body, more = {}) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(new URL(path, this.#base), {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
        credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer", signal: stop.signal, ...more,
      });
      const content = await answer.json();
      if (!answer.ok) throw new Trouble(answer.status, content.text);
      return content;
    } catch (error) {
      throw error instanceof Trouble ? error : new Trouble(0);
    } finally {
      clearTimeout(timer);
    }
  }
}
