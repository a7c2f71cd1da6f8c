// What somebody has begun to write, for each conversation and person: it outlives a reload, and a colleague who was faster.
import { useCallback, useEffect, useState } from "react";
import type { Schemas } from "../api/client";
import { useMe } from "../api/hooks";

export type Draft = { kind: "reply" | "note"; text: string; files: Schemas["Uploaded"][] };
const EMPTY: Draft = { kind: "reply", text: "", files: [] };
const keyOf = (user: string, contact: string) => `console.draft.${user}.${contact}`;

function read(key: string): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Draft>) };
  } catch {
    return EMPTY;
  }
}

export type ChangeDraft = (change: (draft: Draft) => Draft) => void;

export function useDraft(contact: string): [Draft, ChangeDraft] {
  const key = keyOf(useMe().user.id, contact);
  const [draft, setDraft] = useState<Draft>(() => read(key));
  useEffect(() => {
    if (draft.text || draft.files.length) localStorage.setItem(key, JSON.stringify(draft));
    else localStorage.removeItem(key);
  }, [key, draft]);
  return [draft, useCallback((change: (draft: Draft) => Draft) => setDraft(change), [])];
}

/** What was refused, back before what has been begun meanwhile. */
export const givenBack = (draft: Draft, refused: Pick<Draft, "text" | "files">): Draft => ({
  ...draft,
  text: [refused.text, draft.text].filter(Boolean).join("\n"),
  files: [...refused.files, ...draft.files],
});
