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
const UNREAD_MS = 300; // nobody reads a button and taps it so soon
const SAME_START_MS = 30000;

const pending = new Map(); // post id → {line, entry}: said here, not yet seen in the thread
let last = null; // the newest entry of the thread
let ready = false; // the history is drawn
let arrived = false;
let heard = 0; // messages of ours so far
let missed = 0; // messages that came while nobody looked
let silent = false; // the bot did not answer lately (people do): no dots

// --- the thread

function show(entry) {
  const mine = entry.event && pending.get(entry.event);
  if (mine) forget(entry.event);
  if (entry.by === 'us') {
    heard += 1;
    silent = false;
    rest();
    settle();
  } else {
    choose(entry.text);
  }
  const sticks = ready && atEnd();
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
  const day = painter.separate(entry, last);
  painter.join(line, entry, last);
  const waiting = log.querySelector('[data-waiting]');
  if (day) log.insertBefore(day, waiting);
  log.insertBefore(line, waiting);
  last = entry;
}

// The button that says what the customer then said was the one pressed, here or in another tab.
function choose(label) {
  for (const chip of log.querySelectorAll('.chips:not(.quiet) > .chip')) {
    chip.classList.toggle('chosen', chip.dataset.label === label);
  }
}

// Older buttons step back; they still work.
function quiet(newest) {
  for (const old of log.querySelectorAll('.chips:not(.quiet), .phone:not(.quiet)')) {
    if (!newest.contains(old)) old.classList.add('quiet');
  }
}

// --- what the customer says

function say(post) {
  draft(outbox.add({...post, heard}));
  toEnd();
}

function draft(post) {
  const text = post.kind === 'press' ? post.label : post.text;
  const entry = {by: 'you', text, at: post.at / 1000};
  const line = painter.message(entry, {});
  line.dataset.waiting = '';
  painter.mark(line, 'pending');
  painter.join(line, entry, last);
  choose(text);
  log.append(line);
  pending.set(post.id, {line, entry, sent: false});
  quiet(line);
}

function forget(id) {
  pending.get(id).line.remove();
  pending.delete(id);
}

// The server took these and has said something since: unless the thread shows them yet, they stay where they are.
function settle() {
  for (const {line, entry, sent} of pending.values()) {
    if (!sent || !('waiting' in line.dataset)) continue;
    delete line.dataset.waiting;
    line.remove();
    place(line, {...entry, at: Math.max(entry.at, last?.at || 0)});
  }
}

function press(button, chip, event) {
  const group = chip.parentElement;
  if (event.detail > 1) return; // a double click is one press, also where new buttons slid under the pointer
  if (event.pointerType === 'touch' && event.timeStamp - group.drawn < UNREAD_MS) return; // so is a double tap
  if (chip.dataset.locked || outbox.has((post) => post.token === button.token)) return;
  chip.dataset.locked = '1';
  setTimeout(() => delete chip.dataset.locked, LOCK_MS);
  for (const other of group.children) other.classList.toggle('chosen', other === chip);
  say({kind: 'press', token: button.token, label: button.label});
}

function phone(number, form) {
  if (form.dataset.locked) return;
  form.dataset.locked = '1';
  setTimeout(() => delete form.dataset.locked, LOCK_MS);
  say({kind: 'text', text: number});
}

const outbox = new Outbox(tunnel, {
  sent(post) {
    alarm('');
    const mine = pending.get(post.id);
    if (mine) {
      mine.sent = true;
      painter.mark(mine.line, 'sent');
    }
    if (heard === post.heard) dots();
  },
  failed(post, code) {
    rest();
    const mine = pending.get(post.id);
    if (!mine) return;
    painter.mark(mine.line, 'failed', texts[code] || texts.invalid);
    delete mine.line.dataset.waiting;
    pending.delete(post.id);
    if (post.kind === 'text' && !field.value) write(post.text); // nobody types it twice
  },
  waiting(code) {
    rest();
    if (navigator.onLine) alarm(texts[code] || texts.unavailable);
  },
});

// --- the beginning: an empty thread, another tunnel or another campaign is an arrival; a reload is none

function arrive(empty) {
  if (arrived) return;
  arrived = true;
  const marks = Object.fromEntries(
    [...new URLSearchParams(location.search)].map(([key, value]) => [key.toLowerCase(), value.slice(0, 200)]).slice(0, 20),
  );
  const before = shelf.read('chat:start');
  const same = before && before.tunnel === tunnel;
  const campaign = Object.keys(marks).length && before && JSON.stringify(before.marks) !== JSON.stringify(marks);
  if (outbox.has((post) => post.kind === 'start')) return;
  const starts = empty || (before && !same) || campaign;
  const repeats = empty && same && Date.now() - before.at < SAME_START_MS; // two tabs at once, or a quick reload
  const id = repeats ? before.id : newId();
  shelf.write('chat:start', {tunnel, marks, id, at: Date.now()});
  if (!starts) return;
  outbox.add({id, heard, kind: 'start', source: marks, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || ''});
}

const feed = new Feed(tunnel, {
  row: show,
  ready({empty}) {
    if (!ready) {
      ready = true;
      for (const post of outbox.posts) if (post.kind !== 'start' && !pending.has(post.id)) draft(post);
      toEnd();
      setTimeout(() => log.setAttribute('aria-live', 'polite')); // the history is not read aloud
    }
    arrive(empty);
    outbox.wake();
  },
  reset() {
    log.setAttribute('aria-live', 'off');
    log.replaceChildren();
    pending.clear();
    last = null;
    ready = arrived = false;
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
  if (visualViewport.scale > 1.01) return; // somebody looks closer
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
  say({kind: 'text', text});
  field.focus({preventScroll: true});
});

// --- the world

function back() {
  feed.wake();
  outbox.wake();
}

window.addEventListener('online', back);
window.addEventListener('offline', () => feed.told.state(false, 3));
window.addEventListener('pageshow', (event) => {
  write(field.value); // browsers put back what was being written
  if (event.persisted) feed.open();
});
document.addEventListener('visibilitychange', () => {
  seen();
  if (!document.hidden) back();
});

outbox.restore();
if (matchMedia('(pointer: fine)').matches) field.focus({preventScroll: true});
feed.open();
