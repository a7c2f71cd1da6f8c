// The language of the screen: the browser's, until somebody chooses.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { en } from "./en";
import { ru, type Words } from "./ru";

export type Language = "ru" | "en";
const ALL: Record<Language, Words> = { ru, en };
const KEPT = "console.language";

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "ru" || kept === "en") return kept;
  return navigator.languages.some((each) => each.toLowerCase().startsWith("ru")) ? "ru" : "en";
}

type Speech = { words: Words; language: Language; setLanguage: (language: Language) => void };
const Speaking = createContext<Speech>({ words: ru, language: "ru", setLanguage: () => undefined });

export function SpeechProvider({ children }: { children: ReactNode }) {
  const [language, choose] = useState<Language>(first);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = ALL[language].product;
  }, [language]);
  const setLanguage = useCallback((next: Language) => {
    localStorage.setItem(KEPT, next);
    choose(next);
  }, []);
  const speech = useMemo(() => ({ words: ALL[language], language, setLanguage }), [language, setLanguage]);
  return <Speaking value={speech}>{children}</Speaking>;
}

export const useSpeech = () => useContext(Speaking);
export const useWords = () => useContext(Speaking).words;

/** Fills the {holes} of a text. */
export function fill(text: string, holes: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(holes[name] ?? all));
}
