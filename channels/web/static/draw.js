// Draws rows of the thread. Everything is text nodes and properties: nothing a person wrote is ever parsed as HTML.

const SAFE = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|video\/(mp4|webm)|audio\/(mpeg|mp4|x-m4a|ogg|wav|x-wav))$/;
const BARE_LINK = /https?:\/\/[^\s<>"«»]+/g;
const JOIN_S = 180;

export function element(tag, className = '', text = '') {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function icon(path) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

function safe(url) {
  try {
    return SAFE.has(new URL(url, document.baseURI).protocol); // our own redirect comes without a host
  } catch {
    return false;
  }
}

function outward(anchor, url) {
  anchor.href = url;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  return anchor;
}

// Text outside of links, with addresses made into links.
function plain(parent, text) {
  let from = 0;
  for (const found of text.matchAll(BARE_LINK)) {
    const url = found[0].replace(/[.,;:!?)\]}'…]+$/, '');
    if (!safe(url)) continue;
    parent.append(text.slice(from, found.index), outward(element('a', '', url), url));
    from = found.index + url.length;
  }
  parent.append(text.slice(from));
}

const TAGS = {bold: 'strong', italic: 'em'};

// Spans count code points, may nest and never cross.
export function rich(parent, text, spans = []) {
  const points = spans.length ? Array.from(text) : null;
  if (!points) return plain(parent, text);
  const walk = (target, first, last, inner, linked) => {
    const piece = (from, to) => {
      const part = points.slice(from, to).join('');
      if (linked) target.append(part);
      else plain(target, part);
    };
    let at = first;
    for (let i = 0; i < inner.length; ) {
      const [kind, start, length, url] = inner[i];
      const end = Math.min(start + length, last);
      const nested = [];
      for (i += 1; i < inner.length && inner[i][1] < end; i += 1) nested.push(inner[i]);
      if (start < at || end <= start) continue;
      piece(at, start);
      const link = kind === 'link' && !linked && safe(url);
      const made = link ? outward(element('a'), url) : element(TAGS[kind] || 'span');
      walk(made, start, end, nested, linked || link);
      target.append(made);
      at = end;
    }
    piece(at, last);
  };
  walk(parent, 0, points.length, spans, false);
}

export class Painter {
  constructor(texts, language) {
    this.texts = texts;
    this.clock = new Intl.DateTimeFormat(language, {hour: '2-digit', minute: '2-digit'});
    this.date = new Intl.DateTimeFormat(language, {day: 'numeric', month: 'long'});
    this.dateWithYear = new Intl.DateTimeFormat(language, {day: 'numeric', month: 'long', year: 'numeric'});
    this.number = new Intl.NumberFormat(language, {maximumFractionDigits: 1});
  }

  // One message. press(button) and phone(number) are told what the customer does with it.
  message(entry, {press, phone}) {
    const line = element('div', `line ${entry.by}`);
    line.append(element('span', 'unseen', `${this.texts[entry.by]}: `));
    for (const file of entry.files || []) line.append(this.file(file));
    if (entry.text) {
      const bubble = element('div', 'bubble');
      rich(bubble, entry.text, entry.by === 'us' ? entry.spans : []);
      line.append(bubble);
    }
    (line.lastElementChild.querySelector('.caption') || line.lastElementChild).append(this.stamp(entry));
    if (entry.buttons) line.append(this.chips(entry.buttons, press));
    if (entry.ask_phone) line.append(this.phone(entry.ask_phone, phone));
    return line;
  }

  stamp(entry) {
    const meta = element('span', 'meta');
    const time = element('time', '', this.clock.format(entry.at * 1000));
    time.dateTime = new Date(entry.at * 1000).toISOString();
    meta.append(time);
    if (entry.by === 'you') meta.append(element('span', 'tick'));
    return meta;
  }

  // state: pending, sent or failed; why: what to show with a failure.
  mark(line, state, why = '') {
    line.dataset.state = state;
    const tick = line.querySelector('.tick');
    tick.setAttribute('role', 'img');
    tick.setAttribute('aria-label', this.texts[state]);
    line.querySelector('.why')?.remove();
    if (why) line.append(element('p', 'why', why));
  }

  chips(buttons, press) {
    const group = element('div', 'chips');
    group.drawn = performance.now();
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', this.texts.choices);
    for (const button of buttons) {
      if (button.link && !safe(button.link)) continue;
      const chip = element(button.link ? 'a' : 'button', 'chip', button.label);
      if (button.link) {
        outward(chip, button.link).append(icon('M8 16L16 8M9 8h7v7'), element('span', 'unseen', this.texts.new_tab));
      } else {
        chip.type = 'button';
        chip.addEventListener('click', (event) => press(button, chip, event));
      }
      chip.dataset.label = button.label;
      group.append(chip);
    }
    return group;
  }

  phone(label, tell) {
    const form = element('form', 'phone');
    const input = element('input');
    Object.assign(input, {type: 'tel', name: 'tel', autocomplete: 'tel', required: true, maxLength: 40});
    input.placeholder = this.texts.phone_placeholder;
    input.setAttribute('aria-label', this.texts.phone);
    const button = element('button', 'chip', label);
    form.append(input, button);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (input.value.trim()) tell(input.value.trim(), form);
    });
    return form;
  }

  file(file) {
    if (SHOWN.test(file.mime) && file.kind !== 'document') return this.media(file);
    const card = element('a', 'bubble file');
    card.href = file.url;
    card.download = file.name;
    const badge = element('span', 'badge');
    badge.append(icon('M12 4v11M7 10.500l5 5 5-5M5 20h14'));
    const caption = element('span', 'caption');
    const dot = file.name.lastIndexOf('.');
    const kind = dot > 0 ? file.name.slice(dot + 1).toUpperCase().slice(0, 8) : '';
    const facts = [kind, this.size(file.size)].filter(Boolean).join(' · ');
    caption.append(element('span', 'name', file.name), element('span', 'facts', facts));
    card.append(badge, caption);
    card.setAttribute('aria-label', `${this.texts.download}: ${file.name}${facts ? `, ${facts}` : ''}`);
    return card;
  }

  media(file) {
    const kind = file.mime.split('/')[0];
    const frame = element('div', `bubble media ${kind}`);
    if (kind === 'image') {
      const image = element('img');
      Object.assign(image, {src: file.url, alt: file.name, decoding: 'async'});
      const link = outward(element('a'), file.url);
      link.setAttribute('aria-label', `${this.texts.open_image}: ${file.name}`);
      link.append(image);
      frame.append(link);
    } else {
      const player = element(kind);
      Object.assign(player, {src: file.url, controls: true, preload: 'metadata'});
      player.setAttribute('aria-label', file.name);
      frame.append(player);
    }
    return frame;
  }

  size(bytes) {
    if (!bytes) return '';
    const units = this.texts.bytes.split(' ');
    const power = Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), units.length - 1);
    return `${this.number.format(bytes / 1024 ** power)} ${units[power]}`;
  }

  // Bubbles said in one breath stand close.
  join(line, entry, before) {
    line.classList.toggle('joined', before?.by === entry.by && entry.at - before.at < JOIN_S);
  }

  // What stands between two messages: a day's name, or nothing.
  separate(entry, before) {
    const day = new Date(entry.at * 1000);
    const same = before && new Date(before.at * 1000).toDateString() === day.toDateString();
    return same ? null : element('p', 'day', this.day(day));
  }

  day(day) {
    const now = new Date();
    if (day.toDateString() === now.toDateString()) return this.texts.today;
    now.setDate(now.getDate() - 1);
    if (day.toDateString() === now.toDateString()) return this.texts.yesterday;
    return (day.getFullYear() === new Date().getFullYear() ? this.date : this.dateWithYear).format(day);
  }
}
