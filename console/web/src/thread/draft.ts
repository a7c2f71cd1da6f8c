// What somebody has begun to write, for each conversation: it outlives a reload, and a colleague who was faster.
import { useCallback, useEffect, useState } from "react";
import type { Schemas } from "../api/client";

export type Draft = { kind: "reply" | "note"; text: string; files: Schemas["Uploaded"][] };
const EMPTY: Draft = { kind: "reply", text: "", files: [] };
const keyOf = (contact: string) => `console.draft.${contact}`;

function read(contact: string): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(localStorage.getItem(keyOf(contact)) ?? "{}") as Partial<Draft>) };
  } catch {
    return EMPTY;
  }
}

export function useDraft(contact: string): [Draft, (change: (draft: Draft) => Draft) => void] {
  const [draft, setDraft] = useState<Draft>(() => read(contact));
  useEffect(() => {
    if (draft.text || draft.files.length) localStorage.setItem(keyOf(contact), JSON.stringify(draft));
    else localStorage.removeItem(keyOf(contact));
  }, [contact, draft]);
  return [draft, useCallback((change: (draft: Draft) => Draft) => setDraft(change), [])];
}
