// Replies that are on the screen before the program has them: each is drawn at once, and replaced by its own message.
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { asked, client, commandId, Refusal, type ThreadItem } from "../api/client";
import { learn, saidOf, versionOf } from "../api/commands";
import { refreshThread, useMe } from "../api/hooks";
import { useWords } from "../words";
import { dropUnsent, keepUnsent, type Outgoing, readUnsent } from "./unsent";

/**
 * What was refused goes back to the draft (`send` gives false), and the refusal is told. Where no answer came, nobody knows
 * whether it left: it stays in the thread with the reason (`wrong`), also when the page is loaded anew, and can be sent
 * again under the same id, so that it is never said twice.
 */
export function useOutgoing(contact: string, items: ThreadItem[] | undefined) {
  const words = useWords();
  const queries = useQueryClient();
  const me = useMe().user.id;
  const [sent, setSent] = useState<Outgoing[]>(() => readUnsent(me, contact, words.unanswered));

  const arrived = useMemo(() => new Set(items?.flatMap((item) => (item.item === "message" && item.event ? [item.event] : []))), [items]);
  const isThere = useCallback((id: string) => [...arrived].some((event) => event.endsWith(id)), [arrived]);
  const forget = useCallback(
    (id: string) => {
      dropUnsent(me, contact, id);
      setSent((all) => all.filter((one) => one.id !== id));
    },
    [me, contact],
  );
  useEffect(() => sent.filter((one) => isThere(one.id)).forEach((one) => forget(one.id)), [sent, isThere, forget]);

  const mark = useCallback((id: string, wrong: string) => setSent((all) => all.map((one) => (one.id === id ? { ...one, wrong } : one))), []);

  const send = useCallback(
    async (message: Pick<Outgoing, "text" | "files"> & Partial<Outgoing>): Promise<boolean> => {
      const id = message.id ?? commandId();
      const leaving = { id, at: message.at ?? Date.now() / 1000, text: message.text, files: message.files, wrong: "" };
      keepUnsent(me, contact, leaving);
      setSent((all) => [...all.filter((one) => one.id !== id), leaving]);
      try {
        const done = await asked(
          client.POST("/api/console/conversations/{contact}/say", {
            params: { path: { contact } },
            body: { id, version: versionOf(queries, contact), text: message.text, files: message.files.map((file) => file.id) },
          }),
        );
        dropUnsent(me, contact, id);
        learn(queries, contact, done);
        void refreshThread(queries, contact).catch(() => undefined);
        return true;
      } catch (error) {
        if (error instanceof Refusal && error.conflict) learn(queries, contact, error.conflict);
        const said = saidOf(error, words);
        if (!(error instanceof Refusal) || error.status === 0 || error.status >= 500) {
          mark(id, error instanceof Refusal && error.status ? said : words.unanswered);
          return true;
        }
        forget(id);
        notifications.show({ message: said, color: "red", autoClose: 8_000 });
        void queries.invalidateQueries({ queryKey: ["conversation", contact] });
        return false;
      }
    },
    [contact, forget, mark, me, queries, words],
  );
  const waiting = useMemo(() => sent.filter((one) => !isThere(one.id)), [sent, isThere]);
  return { waiting, send, forget };
}
