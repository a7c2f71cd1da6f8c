// What the customer said and the server has not yet taken. Each post keeps its id through every repetition and reload,
// so the server can tell a repetition from a second message.

const KEEP_MS = 24 * 3600 * 1000;
const FIRST_WAIT_MS = 700;
const LONGEST_WAIT_MS = 30000;
const ANSWER_MS = 15000;

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID(); // not there on plain http
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// localStorage, or memory where the browser forbids it.
export const shelf = {
  memory: new Map(),
  read(key) {
    try {
      return JSON.parse(this.memory.get(key) ?? localStorage.getItem(key));
    } catch {
      return null; // forbidden, or not ours
    }
  },
  write(key, value) {
    value = JSON.stringify(value);
    try {
      localStorage.setItem(key, value);
    } catch {
      this.memory.set(key, value);
    }
  },
  drop(key) {
    this.memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // nothing was kept there
    }
  },
  keys(prefix) {
    let kept = [];
    try {
      kept = Object.keys(localStorage);
    } catch {
      // forbidden: all is in memory
    }
    return [...kept, ...this.memory.keys()].filter((key) => key.startsWith(prefix)).sort();
  },
};

export class Outbox {
  // told: {sent(post), failed(post, code), waiting(code)}
  constructor(tunnel, told) {
    this.url = `/api/chat/${encodeURIComponent(tunnel)}/messages`;
    this.prefix = `chat:out:${tunnel}:`; // a key for each post: two tabs never overwrite each other's
    this.told = told;
    this.posts = [];
    this.running = false;
    this.last = 0;
  }

  restore() {
    for (const key of shelf.keys(this.prefix)) {
      const post = shelf.read(key);
      if (post?.id && Date.now() - post.at < KEEP_MS) this.posts.push({...post, key});
      else shelf.drop(key);
    }
  }

  add(post) {
    const at = Math.max(Date.now(), this.last + 1); // keys sort in the order of writing
    this.last = at;
    const full = {id: newId(), ...post, at};
    full.key = `${this.prefix}${at}:${full.id}`;
    this.posts.push(full);
    shelf.write(full.key, full);
    this.flush();
    return full;
  }

  has(test) {
    return this.posts.some(test);
  }

  // The thread shows it, so the server has it, whatever became of our request.
  settle(id) {
    const post = this.posts.find((one) => one.id === id);
    if (post) this.drop(post);
  }

  drop(post) {
    this.posts = this.posts.filter((one) => one !== post);
    shelf.drop(post.key);
  }

  wake() {
    this.hurry?.();
    this.flush();
  }

  async flush() {
    if (this.running) return;
    this.running = true;
    let wait = FIRST_WAIT_MS;
    while (this.posts.length) {
      const post = this.posts[0];
      const {taken, code, after} = await this.send(post);
      if (taken) {
        wait = FIRST_WAIT_MS;
        this.drop(post);
        this.told.sent(post);
      } else if (after === undefined) {
        this.drop(post);
        this.told.failed(post, code);
      } else {
        this.told.waiting(code);
        await this.pause(Math.max(wait * (0.5 + Math.random() / 2), after * 1000));
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    }
    this.running = false;
  }

  // after: seconds to wait at least before trying again; undefined: never.
  async send(post) {
    const {id, kind, text, token, label, source, timezone} = post;
    let answer;
    try {
      answer = await fetch(this.url, {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        body: JSON.stringify({id, kind, text, token, label, source, timezone}),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    } catch {
      return {taken: false, code: 'unavailable', after: 0};
    }
    if (answer.ok) return {taken: true};
    const code = (await answer.json().catch(() => ({}))).error || 'unavailable';
    if (answer.status === 408 || answer.status === 429 || answer.status >= 500) {
      return {taken: false, code, after: Number(answer.headers.get('Retry-After')) || 0};
    }
    return {taken: false, code};
  }

  pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
