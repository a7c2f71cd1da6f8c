// What the bot or a person did, in a sentence.
import type { Act } from "../api/client";
import type { Language } from "../words";
import { fill } from "../words";
import type { Words } from "../words/ru";

/** What the kind of an act is told by: its data decide the words. */
const TOLD_BY: Record<string, string> = { left: "by", mode: "after", detail: "detail" };

/** What tells most first: where the sale stands, then what the customer wants, then what was done. */
const WEIGHT = ["money", "stage", "overdue", "objection", "won_back", "mode", "assigned", "snoozed", "woken", "granted", "promo", "consent", "task", "task_done", "tagged", "set", "ladder", "held", "unknown", "stranded", "clicked", "touch", "start", "left", "ended", "entered"];
const GIST = 2;

/** The acts that a folded line tells, in their order: one that was done again counts as the last time. */
export function gistOf(acts: Act[]): Act[] {
  const latest = new Map(acts.map((act) => [act.kind, act]));
  const weight = (act: Act) => (WEIGHT.indexOf(act.kind) + WEIGHT.length + 1) % (WEIGHT.length + 1);
  const chosen = [...latest.values()].sort((one, other) => weight(one) - weight(other)).slice(0, GIST);
  return acts.filter((act) => chosen.includes(act));
}

/** A line of the thread; "" for what says nothing to an operator. */
export function actWords(act: Act, words: Words, language: Language): string {
  const templates: Record<string, string> = words.acts;
  const kind = `${act.kind}_${act.data[TOLD_BY[act.kind] ?? ""] ?? ""}`;
  const template = templates[kind] ?? templates[act.kind];
  if (template === undefined) return act.kind;
  if (act.kind === "entered" && act.data["title"] === act.data["step"]) return ""; // passed through: it says nothing
  const who = act.operator?.name ?? words.bot;
  const data = { ...act.data, who };
  const modes: Record<string, string> = words.modes;
  if (act.kind === "mode") return fill(template, { ...data, after: modes[act.data["after"] ?? ""] ?? act.data["after"] ?? "" });
  if (act.data["until"]) {
    const until = Number(act.data["until"]);
    const at = Number.isFinite(until) ? until * 1000 : Date.parse(act.data["until"]);
    const when = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    return tidy(fill(template, { ...data, until: Number.isNaN(at) ? act.data["until"] : when.format(at) }));
  }
  return tidy(fill(template, data));
}

/** Holes that nothing fills, and the marks around them, go. */
function tidy(text: string): string {
  return text.replace(/\s*[:,]?\s*[«“]?\{\w+\}[»”]?/g, "").trim();
}
