// The thread as it comes from the server. Reconnects for ever, later and later, from the last row that it has.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30000;
const SILENCE_MS = 45000; // the server beats every 15 s

export class Feed {
  // told: {row(entry), ready({empty}), reset(), state(online, failures), refused(code)}
  constructor(tunnel, told) {
    this.url = `/api/chat/${encodeURIComponent(tunnel)}/stream`;
    this.told = told;
    this.last = 0;
    this.failures = 0;
  }

  open() {
    this.close();
    const source = new EventSource(`${this.url}?after=${this.last}`);
    this.source = source;
    const hear = (name, act) =>
      source.addEventListener(name, (event) => {
        if (source !== this.source) return;
        this.watch();
        act(event.data ? JSON.parse(event.data) : {});
      });
    hear('message', (entry) => {
      if (entry.row <= this.last) return;
      this.last = entry.row;
      this.told.row(entry);
    });
    hear('reset', () => {
      this.last = 0;
      this.told.reset();
    });
    hear('ready', (facts) => {
      this.failures = 0;
      this.told.state(true, 0);
      this.told.ready(facts);
    });
    hear('beat', () => {});
    source.addEventListener('error', () => source === this.source && this.fail(source.readyState === EventSource.CLOSED));
    this.watch();
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  // Now, not when the back-off ends: the network is back, or somebody looks at the page.
  wake() {
    if (!this.source) this.open();
  }

  watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fail(false), SILENCE_MS);
  }

  async fail(refused) {
    this.close();
    this.failures += 1;
    this.told.state(false, this.failures);
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.failures - 1), LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
    this.timer = setTimeout(() => this.open(), wait);
    if (refused) await this.ask();
  }

  // EventSource does not tell why it was refused.
  async ask() {
    const stop = new AbortController();
    try {
      const answer = await fetch(`${this.url}?after=${this.last}`, {signal: stop.signal});
      if ([401, 404].includes(answer.status)) {
        clearTimeout(this.timer);
        this.told.refused((await answer.json()).error);
      }
    } catch {
      // no network: the back-off goes on
    } finally {
      stop.abort();
    }
  }
}
