// What an operator does. Each command carries the version that is on the screen; a 409 says what is true now.
import { notifications } from "@mantine/notifications";
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { fill, useWords } from "../words";
import type { Words } from "../words/ru";
import { asked, client, commandId, type Conflict, type Conversation, Refusal, type Schemas } from "./client";
import { refreshThread } from "./hooks";

type Done = Schemas["Done"];
type Bodies = {
  take: Schemas["Take"];
  release: Schemas["Release"];
  close: Schemas["Close"];
  say: Schemas["Say"];
  notes: Schemas["WriteNote"];
  assign: Schemas["Assign"];
  snooze: Schemas["Snooze"];
  step: Schemas["SendStep"];
  variables: Schemas["SetVariable"];
  details: Schemas["SetDetail"];
  tags: Schemas["ChangeTags"];
  stage: Schemas["MoveStage"];
  tasks: Schemas["AddTask"];
  "tasks/{task}/done": Schemas["EndTask"];
};
export type Command = keyof Bodies;
/** quiet: whoever gave it tells of a refusal. */
export type Order<C extends Command = Command> = { command: C; body: Omit<Bodies[C], "id" | "version">; id?: string; task?: string; quiet?: boolean };

/** What people are told of a refusal. */
export function saidOf(error: unknown, words: Words): string {
  if (error instanceof Refusal) {
    if (error.status === 0) return words.lost;
    if (error.conflict) return saidOfConflict(error.conflict, error.message, words);
    return fill(words.failedCommand, { reason: error.message });
  }
  return fill(words.failedCommand, { reason: String(error) });
}

function saidOfConflict(now: Conflict, message: string, words: Words): string {
  if (now.owner && (now.error === "held" || now.error === "version")) return fill(words.faster, { name: now.owner.name });
  if (now.error === "version") return fill(words.changed, { state: words.modes[now.mode] });
  return message;
}

/** Keep what an answer or a refusal says is true of a conversation now. */
export function learn(queries: QueryClient, contact: string, now: Done | Conflict) {
  const { mode, owner, version } = now;
  queries.setQueryData<Conversation>(["conversation", contact], (talk) => talk && { ...talk, mode, owner, version });
}

/** The version that is on the screen. */
export function versionOf(queries: QueryClient, contact: string): number {
  return queries.getQueryData<Conversation>(["conversation", contact])?.version ?? 0;
}

/** Sends commands for one conversation, and tells what became of them. */
export function useCommand(contact: string) {
  const queries = useQueryClient();
  const words = useWords();
  return useMutation({
    mutationFn: async ({ command, body, id, task }: Order): Promise<Done> => {
      const version = versionOf(queries, contact);
      const path = `/api/console/conversations/{contact}/${command}` as "/api/console/conversations/{contact}/take";
      return asked(
        client.POST(path, {
          params: { path: { contact, ...(task ? { task } : {}) } },
          body: { ...body, id: id ?? commandId(), version } as Bodies["take"],
        }),
      );
    },
    onSuccess: (done) => {
      learn(queries, contact, done);
      if (done.on_the_wire.length) notifications.show({ message: words.onWire, color: "yellow" });
    },
    onError: (error, order) => {
      if (error instanceof Refusal && error.conflict) learn(queries, contact, error.conflict);
      if (!order.quiet) notifications.show({ message: saidOf(error, words), color: "red", autoClose: 8_000 });
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["conversation", contact] });
      void queries.invalidateQueries({ queryKey: ["card", contact] });
      void refreshThread(queries, contact).catch(() => undefined);
    },
  });
}
