import { fill } from "../words";
import type { Words } from "../words/ru";

/** What a person is called on the screen: who gave no name is told from others by the end of their id. */
export function nameOf(person: { id: string; name: string }, words: Words): string {
  return person.name || fill(words.unknownName, { id: person.id.slice(-4) });
}
