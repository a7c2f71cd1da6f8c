// The chat: joins what the server sends (feed), what the customer says (outbox) and what is drawn (painter).

import {Painter} from './draw.js';
import {Feed} from './feed.js';
import {Outbox, newId, shelf} from './outbox.js';

const {tunnel, language, textLimit, texts} = JSON.parse(document.body.dataset.config);
const $ = (id) => document.getElementById(id);
const [log, scroll, typing, banner, down, unread, composer, field, count] =
  ['log', 'scroll', 'typing', 'banner', 'down', 'unread', 'composer', 'text', 'count'].map($);
const send = composer.querySelector('.send');
const painter = new Painter(texts, language);
const title = document.title;

const DOTS_AFTER_MS = 350;
const DOTS_FOR_MS = 6000;
const LOCK_MS = 1500;
const SAME_START_MS = 30000;

const pending = new Map(); // post id → {line, entry}: said here, not yet seen in the thread
let last = null; // the newest entry of the thread
let ready = false;
let missed = 0; // messages that came while nobody looked
let silent = false; // the bot did not answer lately (people do): no dots

// --- the thread

function show(entry) {
  const mine = entry.event && pending.get(entry.event);
  if (mine) forget(entry.event);
  if (entry.by === 'us') {
    rest();
    settle();
  }
  const sticks = atEnd();
  const line = painter.message(entry, {press, phone});
  if (mine) line.classList.add('known');
  if (entry.by === 'you') {
    painter.mark(line, 'sent');
    outbox.settle(entry.event);
  }
  place(line, entry);
  if (entry.by === 'you' || entry.buttons || entry.ask_phone) quiet(line);
  if (!ready) return;
  if (sticks || mine) toEnd();
  if (entry.by === 'us' && (document.hidden || !sticks)) miss();
}

// Puts a line after all that the thread has, before what is still pending.
function place(line, entry) {
  const day = painter.separate(line, entry, last);
  const waiting = log.querySelector('[data-waiting]');
  if (day) log.insertBefore(day, waiting);
  log.insertBefore(line, waiting);
  last = entry;
}

// Older buttons step back; they still work.
function quiet(newest) {
  for (const old of log.querySelectorAll('.chips:not(.quiet), .phone:not(.quiet)')) {
    if (!newest.contains(old)) old.classList.add('quiet');
  }
}

// --- what the customer says

function say(post, text) {
  const full = outbox.add(post);
  draft(full, text);
  toEnd();
}

function draft(post, text) {
  const entry = {by: 'you', text, at: post.at / 1000};
  const line = painter.message(entry, {});
  line.dataset.waiting = '';
  painter.mark(line, 'pending');
  if (last) line.classList.toggle('joined', last.by === 'you' && entry.at - last.at < 180);
  log.append(line);
  pending.set(post.id, {line, entry, sent: false});
  quiet(line);
}

function forget(id) {
  pending.get(id).line.remove();
  pending.delete(id);
}

// The server took these and has answered, but shows no line for them: they stay where they are.
function settle() {
  for (const [id, {line, entry, sent}] of pending) {
    if (!sent) continue;
    delete line.dataset.waiting;
    line.remove();
    place(line, {...entry, at: Math.max(entry.at, last?.at || 0)});
    pending.delete(id);
  }
}

function press(button, chip) {
  const group = chip.parentElement;
  if (group.dataset.locked || outbox.has((post) => post.token === button.token)) return;
  group.dataset.locked = '1'; // a double click is one press
  setTimeout(() => delete group.dataset.locked, LOCK_MS);
  for (const other of group.children) other.classList.toggle('chosen', other === chip);
  say({kind: 'press', token: button.token, label: button.label}, button.label);
}

function phone(number, form) {
  if (form.dataset.locked) return;
  form.dataset.locked = '1';
  setTimeout(() => delete form.dataset.locked, LOCK_MS);
  say({kind: 'text', text: number}, number);
}

const outbox = new Outbox(tunnel, {
  sent(post) {
    alarm('');
    const mine = pending.get(post.id);
    if (mine) {
      mine.sent = true;
      painter.mark(mine.line, 'sent');
    }
    dots();
  },
  failed(post, code) {
    const mine = pending.get(post.id);
    if (!mine) return;
    painter.mark(mine.line, 'failed', texts[code] || texts.invalid);
    delete mine.line.dataset.waiting;
    pending.delete(post.id);
    if (post.kind === 'text' && !field.value) write(post.text); // nobody types it twice
  },
  waiting(code) {
    if (navigator.onLine) alarm(texts[code] || texts.unavailable);
  },
});

// --- the beginning: an empty thread, another tunnel or another campaign is an arrival; a reload is none

function arrive(empty) {
  const marks = Object.fromEntries(
    [...new URLSearchParams(location.search)].map(([key, value]) => [key.toLowerCase(), value.slice(0, 200)]).slice(0, 20),
  );
  const before = JSON.parse(shelf.get('chat:start') || 'null');
  const same = before && before.tunnel === tunnel;
  const campaign = Object.keys(marks).length && before && JSON.stringify(before.marks) !== JSON.stringify(marks);
  if (outbox.has((post) => post.kind === 'start')) return;
  const starts = empty || (before && !same) || campaign;
  const repeats = empty && same && Date.now() - before.at < SAME_START_MS; // two tabs at once, or a quick reload
  const id = repeats ? before.id : newId();
  shelf.set('chat:start', JSON.stringify({tunnel, marks, id, at: Date.now()}));
  if (!starts) return;
  outbox.add({id, kind: 'start', source: marks, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || ''});
}

const feed = new Feed(tunnel, {
  row: show,
  ready({empty}) {
    if (!ready) {
      ready = true;
      log.setAttribute('aria-live', 'polite');
      for (const post of outbox.restore()) if (post.kind !== 'start') draft(post, post.text || post.label);
      toEnd();
    }
    arrive(empty);
    outbox.wake();
  },
  reset() {
    log.replaceChildren();
    pending.clear();
    last = null;
  },
  state(online, failures) {
    const state = online ? 'online' : navigator.onLine && failures < 3 ? 'connecting' : 'offline';
    $('state').dataset.state = state;
    $('state').firstElementChild.textContent = texts[state];
    alarm(state === 'offline' ? texts.banner_offline : '');
  },
  refused: (code) => alarm(texts[code] || texts.invalid),
});

function alarm(text) {
  banner.textContent = text;
  banner.hidden = !text;
}

// --- typing dots

let dotsTimer = 0;

function dots() {
  clearTimeout(dotsTimer);
  if (silent) return;
  dotsTimer = setTimeout(() => {
    const sticks = atEnd();
    typing.hidden = false;
    if (sticks) toEnd();
    dotsTimer = setTimeout(() => {
      typing.hidden = true;
      silent = true;
    }, DOTS_FOR_MS);
  }, DOTS_AFTER_MS);
}

function rest() {
  clearTimeout(dotsTimer);
  typing.hidden = true;
  silent = false;
}

// --- the view

const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

function miss() {
  missed += 1;
  seen();
}

function seen() {
  if (!document.hidden && atEnd()) missed = 0;
  document.title = missed && document.hidden ? `(${missed}) ${title}` : title;
  unread.textContent = missed || '';
  down.hidden = atEnd();
}

scroll.addEventListener('scroll', seen, {passive: true});
down.addEventListener('click', () => {
  scroll.scrollTo({top: scroll.scrollHeight, behavior: 'smooth'});
  field.focus({preventScroll: true});
});
log.addEventListener('load', (event) => event.target.tagName === 'IMG' && sticky && toEnd(), true);

// The end stays in sight when a picture has loaded, the keyboard opens or the window is turned.
let sticky = true;
scroll.addEventListener('scroll', () => { sticky = atEnd(); }, {passive: true});
new ResizeObserver(() => sticky && toEnd()).observe(scroll);

function fit() {
  document.documentElement.style.setProperty('--height', `${visualViewport.height}px`);
  window.scrollTo(0, 0);
}

if (window.visualViewport) {
  visualViewport.addEventListener('resize', fit);
  fit();
}

// --- the composer

function write(text) {
  field.value = text;
  field.dispatchEvent(new Event('input'));
}

field.addEventListener('input', () => {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
  const length = Array.from(field.value).length;
  count.textContent = length > textLimit * 0.9 ? `${length} / ${textLimit}` : '';
  count.classList.toggle('over', length > textLimit);
  send.disabled = !field.value.trim() || length > textLimit;
  shelf.set('chat:draft', field.value);
});

field.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  composer.requestSubmit();
});

composer.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text || send.disabled) return;
  write('');
  say({kind: 'text', text}, text);
  field.focus({preventScroll: true});
});

// --- the world

function back() {
  feed.wake();
  outbox.wake();
}

window.addEventListener('online', back);
window.addEventListener('offline', () => feed.told.state(false, 3));
window.addEventListener('pageshow', (event) => event.persisted && feed.open());
document.addEventListener('visibilitychange', () => {
  seen();
  if (!document.hidden) back();
});

write(shelf.get('chat:draft') || '');
if (matchMedia('(pointer: fine)').matches) field.focus({preventScroll: true});
feed.open();
