// Replies that got no answer from the program: kept for their author, each under its own key, until one comes.
import type { Schemas } from "../api/client";

/** at: Unix seconds. files: what was uploaded before, never their contents. wrong: why it is not known to have been sent. */
export type Outgoing = { id: string; at: number; text: string; files: Schemas["Uploaded"][]; wrong: string };

/** The program knows a command again for eight days; what is older could be sent twice. */
const KEPT_S = 7 * 86_400;
const prefixOf = (user: string, contact: string) => `console.unsent.${user}.${contact}.`;

export function keepUnsent(user: string, contact: string, message: Outgoing) {
  try {
    localStorage.setItem(prefixOf(user, contact) + message.id, JSON.stringify(message));
  } catch {
    // The browser has no room: it stays on the screen alone.
  }
}

export function dropUnsent(user: string, contact: string, id: string) {
  localStorage.removeItem(prefixOf(user, contact) + id);
}

/** What waits, the oldest first. wrong: what is said of each. */
export function readUnsent(user: string, contact: string, wrong: string): Outgoing[] {
  const prefix = prefixOf(user, contact);
  const found: Outgoing[] = [];
  for (const key of Object.keys(localStorage).filter((each) => each.startsWith(prefix))) {
    const message = parsed(localStorage.getItem(key));
    if (message && Date.now() / 1000 - message.at < KEPT_S) found.push({ ...message, wrong });
    else localStorage.removeItem(key);
  }
  return found.sort((a, b) => a.at - b.at);
}

function parsed(kept: string | null): Outgoing | undefined {
  try {
    const message = JSON.parse(kept ?? "") as Partial<Outgoing>;
    const { id, at, text, files } = message;
    return typeof id === "string" && typeof at === "number" && typeof text === "string" && Array.isArray(files) ? { id, at, text, files, wrong: "" } : undefined;
  } catch {
    return undefined;
  }
}
