// One conversation: its head, everything said and done in it, and where to answer.
import { ActionIcon, Box, Button, Loader, Tooltip } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowDown } from "@tabler/icons-react";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { asked, client, seconds } from "../api/client";
import { useCommand } from "../api/commands";
import { conversationQuery, readEarlier, threadQuery, useMay } from "../api/hooks";
import { Trouble } from "../ui/Trouble";
import { useKeys } from "../ui/useKeys";
import { nameOf } from "../ui/nameOf";
import { useWords } from "../words";
import { Composer } from "./Composer";
import { Head } from "./Head";
import { Items } from "./Items";
import { givenBack, useDraft } from "./draft";
import { useOutgoing } from "./outgoing";
import type { Outgoing } from "./unsent";
import classes from "./ThreadPane.module.css";

type Props = { contact: string; toggleCard: () => void; narrow: boolean };
const NEAR_PX = 80;

export function ThreadPane({ contact, toggleCard, narrow }: Props) {
  const words = useWords();
  const queries = useQueryClient();
  const talk = useQuery(conversationQuery(contact));
  const thread = useQuery(threadQuery(contact));
  const command = useCommand(contact);
  const outgoing = useOutgoing(contact, thread.data?.items);
  const [draft, setDraft] = useDraft(contact);
  const again = useCallback(
    async (message: Outgoing) => {
      if (!(await outgoing.send(message))) setDraft((one) => givenBack(one, message));
    },
    [outgoing.send, setDraft],
  );
  const mayAnswer = useMay("say");
  const items = thread.data?.items;
  const { box, atEnd, toEnd, keepPlace } = useScroll([items, outgoing.waiting]);

  useKeys([["t", () => mayAnswer && talk.data && talk.data.mode !== "operator" && command.mutate({ command: "take", body: { force: false } })]]);
  useSeen(contact, items, atEnd);

  const earlier = useCallback(async () => {
    keepPlace();
    await readEarlier(queries, contact).catch(() => undefined);
  }, [queries, contact, keepPlace]);

  const error = talk.error ?? thread.error;
  if (error && !(talk.data && thread.data)) {
    return <Trouble error={error} retry={() => void Promise.all([talk.refetch(), thread.refetch()])} />;
  }
  if (!talk.data || !items) return <Box ta="center" p="xl"><Loader aria-label={words.loading} /></Box>;
  return (
    <>
      <Head talk={talk.data} command={command} toggleCard={toggleCard} narrow={narrow} />
      <div className={classes.over}>
        <div ref={box} className={classes.thread} role="log" aria-live="polite" aria-relevant="additions" tabIndex={0} aria-label={nameOf(talk.data, words)}>
          <div className={classes.talk}>
            {thread.data?.before && <Button variant="subtle" size="compact-xs" style={{ alignSelf: "center" }} onClick={() => void earlier()}>{words.more}</Button>}
            <Items items={items} outgoing={outgoing.waiting} again={(message) => void again(message)} forget={outgoing.forget} />
          </div>
        </div>
        {!atEnd && (
          <div className={classes.fresh}>
            <Tooltip label={words.newMessages}>
              <ActionIcon radius="xl" size="lg" variant="default" aria-label={words.newMessages} onClick={toEnd}><IconArrowDown size={18} /></ActionIcon>
            </Tooltip>
          </div>
        )}
      </div>
      {mayAnswer && <Composer talk={talk.data} draft={draft} setDraft={setDraft} send={outgoing.send} command={command} said={toEnd} narrow={narrow} />}
    </>
  );
}

/** Keeps to the end while one is there, and to what one reads while earlier things are put above it. */
function useScroll(watched: unknown[]) {
  // A state, not a reference: the box is there only once both the conversation and its thread have come.
  const [element, box] = useState<HTMLDivElement | null>(null);
  const [atEnd, setAtEnd] = useState(true);
  const held = useRef<number | undefined>(undefined);
  const stay = useRef(true);
  useEffect(() => {
    if (!element) return;
    const sizeOf = () => `${element.scrollHeight}/${element.clientHeight}`;
    let known = sizeOf();
    const look = () => {
      const grown = sizeOf() !== known;
      known = sizeOf();
      // What moved because something grew or shrank is not somebody's wish to read above.
      if (stay.current && grown) element.scrollTop = element.scrollHeight;
      else stay.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      setAtEnd(stay.current);
    };
    element.addEventListener("scroll", look, { passive: true });
    const sizes = new ResizeObserver(() => {
      known = sizeOf();
      if (stay.current) element.scrollTop = element.scrollHeight;
    });
    sizes.observe(element);
    if (element.firstElementChild) sizes.observe(element.firstElementChild);
    return () => {
      element.removeEventListener("scroll", look);
      sizes.disconnect();
    };
  }, [element]);
  useLayoutEffect(() => {
    if (!element) return;
    if (held.current !== undefined) {
      element.scrollTop = element.scrollHeight - held.current;
      held.current = undefined;
    } else if (stay.current) {
      element.scrollTop = element.scrollHeight;
    }
  }, [element, ...watched]);
  const toEnd = useCallback(() => {
    stay.current = true;
    if (element) element.scrollTop = element.scrollHeight;
  }, [element]);
  const keepPlace = useCallback(() => {
    if (element) held.current = element.scrollHeight - element.scrollTop;
  }, [element]);
  return { box, atEnd, toEnd, keepPlace };
}

/** Tells the API what has been read: the latest item, once it has been on the screen. */
function useSeen(contact: string, items: { at: string }[] | undefined, atEnd: boolean) {
  const queries = useQueryClient();
  const told = useRef(0);
  const latest = items?.at(-1)?.at;
  useEffect(() => {
    if (!latest || !atEnd) return;
    const tell = () => {
      if (document.hidden || seconds(latest) <= told.current) return;
      told.current = seconds(latest);
      void asked(client.POST("/api/console/conversations/{contact}/seen", { params: { path: { contact } }, body: { at: latest } }))
        .then(() => queries.invalidateQueries({ queryKey: ["inbox"], refetchType: "active" }))
        .catch(() => undefined);
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [contact, latest, atEnd, queries]);
}
