// Times as people say them. Times from the API are Unix seconds.
import type { Language } from "./index";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** How long a span is: "5 min", "2 h", "3 d". */
export function span(seconds: number, language: Language): string {
  for (const [unit, size] of UNITS) {
    if (seconds >= size) {
      const value = Math.floor(seconds / size);
      return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: unit === "minute" ? "short" : "narrow" }).format(value);
    }
  }
  return new Intl.NumberFormat(language, { style: "unit", unit: "minute", unitDisplay: "short" }).format(seconds < 5 ? 0 : 1);
}

/** How long somebody waits, or what is left of something: "24 min", "1 h 20 min", "2 d". */
export function patience(seconds: number, language: Language): string {
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (seconds < 3_600 || seconds >= 86_400 || minutes === 0) return span(seconds, language);
  return `${span(seconds, language)} ${span(minutes * 60, language)}`;
}

/** The clock: "14:05". */
export function clock(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(at * 1000);
}

/** In a list: the clock today, the weekday within a week, else the date. */
export function brief(at: number, now: number, language: Language): string {
  const then = new Date(at * 1000);
  const today = new Date(now * 1000);
  if (then.toDateString() === today.toDateString()) return clock(at, language);
  const days = (now - at) / 86_400;
  return new Intl.DateTimeFormat(language, days < 6 ? { weekday: "short" } : { day: "numeric", month: "short" }).format(then);
}

/** Date and clock, in full. */
export function moment(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }).format(at * 1000);
}

/** The heading of a day in a thread. */
export function dayOf(at: number, now: number, language: Language, words: { today: string; yesterday: string }): string {
  const day = new Date(at * 1000).toDateString();
  if (day === new Date(now * 1000).toDateString()) return words.today;
  if (day === new Date((now - 86_400) * 1000).toDateString()) return words.yesterday;
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" }).format(at * 1000);
}
