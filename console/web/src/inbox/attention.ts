// What calls for attention while the tab is behind another: the number of those who wait, and a sound if wanted.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { countsQuery } from "../api/hooks";
import { useWords } from "../words";

export const SOUND = "console.sound";

function ring() {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const loudness = audio.createGain();
  tone.frequency.value = 660;
  loudness.gain.setValueAtTime(0.08, audio.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.35);
  tone.connect(loudness).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.35);
  tone.onended = () => void audio.close();
}

export function useAttention() {
  const words = useWords();
  const waiting = useQuery(countsQuery).data?.waiting;
  const before = useRef(waiting);
  useEffect(() => {
    if (waiting === undefined) return;
    document.title = waiting ? `(${waiting}) ${words.product}` : words.product;
    const more = before.current !== undefined && waiting > before.current;
    before.current = waiting;
    if (more && document.hidden && localStorage.getItem(SOUND) === "on") ring();
  }, [waiting, words]);
}
