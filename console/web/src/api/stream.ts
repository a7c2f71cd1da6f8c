// One stream of changes a tab. After a break it goes on from the last number; what cannot be resumed is read anew.
import type { QueryClient } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "./client";
import { type Filter, readAgain, refreshThread, refreshTop } from "./hooks";

type Change = Schemas["Change"];
const LIST_MS = 700;
const COUNTS_MS = 1_500;
const GONE_MS = 2_500;
const AGAIN_MS = 3_000;

/** At once, and then at most once in `ms`, the last time included. */
function throttled(act: () => void, ms: number): () => void {
  let timer: number | undefined;
  let again = false;
  const run = () => {
    act();
    again = false;
    timer = window.setTimeout(() => {
      timer = undefined;
      if (again) run();
    }, ms);
  };
  return () => {
    if (timer === undefined) run();
    else again = true;
  };
}

function apply(queries: QueryClient, change: Change, open: string | undefined) {
  const { contact, kinds } = change;
  if (contact === open) {
    if (kinds.some((kind) => kind !== "contact" && kind !== "task")) void refreshThread(queries, contact).catch(() => undefined);
    void readAgain(queries, ["conversation", contact]);
    if (kinds.some((kind) => kind !== "status")) void readAgain(queries, ["card", contact]);
    if (kinds.includes("message")) void readAgain(queries, ["answers", contact]);
  } else {
    queries.removeQueries({ queryKey: ["thread", contact] });
    queries.removeQueries({ queryKey: ["card", contact] });
    queries.removeQueries({ queryKey: ["conversation", contact] });
    queries.removeQueries({ queryKey: ["answers", contact] });
  }
}

/** Keeps what is on the screen true. Returns whether the stream is up. */
export function useChanges(filter: Filter, open: string | undefined): boolean {
  const queries = useQueryClient();
  const [up, setUp] = useState(true);
  const now = useRef({ filter, open });
  now.current = { filter, open };

  useEffect(() => {
    const list = throttled(() => void refreshTop(queries, now.current.filter).catch(() => undefined), LIST_MS);
    const counts = throttled(() => {
      void queries.invalidateQueries({ queryKey: ["counts"] });
      void queries.invalidateQueries({ queryKey: ["search"] }); // what is found is a list, too, while it is on the screen
    }, COUNTS_MS);
    let gone: number | undefined;
    let again: number | undefined;
    let broken = false;
    let source: EventSource;
    let last = "";
    const heard = (event: MessageEvent<string>) => {
      last = event.lastEventId;
      apply(queries, JSON.parse(event.data) as Change, now.current.open);
      list();
      counts();
    };
    const fresh = () => {
      void queries.invalidateQueries({ predicate: ({ queryKey }) => !["me", "thread", "inbox"].includes(String(queryKey[0])) });
      list();
      if (now.current.open) void refreshThread(queries, now.current.open).catch(() => undefined);
    };
    const connect = () => {
      source = new EventSource(last ? `/api/console/events?after=${last}` : "/api/console/events");
      source.addEventListener("change", heard);
      source.addEventListener("ready", ({ lastEventId }: MessageEvent<string>) => {
        // What was read before the stream began may lack what happened in between.
        if (!last) fresh();
        last = lastEventId;
      });
      source.addEventListener("presence", () => void queries.invalidateQueries({ queryKey: ["colleagues"] }));
      source.addEventListener("ended", () => void queries.invalidateQueries({ queryKey: ["me"] }));
      // What happened too long ago to be told one by one: everything on the screen is read anew.
      source.addEventListener("reset", () => void queries.invalidateQueries());
      source.onopen = () => {
        window.clearTimeout(gone);
        setUp(true);
        if (broken) fresh();
        broken = false;
      };
      source.onerror = () => {
        broken = true;
        window.clearTimeout(gone);
        gone = window.setTimeout(() => setUp(false), GONE_MS);
        if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
        void queries.invalidateQueries({ queryKey: ["me"] });
        again = window.setTimeout(connect, AGAIN_MS);
      };
    };
    connect();
    return () => {
      window.clearTimeout(gone);
      window.clearTimeout(again);
      source.close();
    };
  }, [queries]);
  return up;
}
