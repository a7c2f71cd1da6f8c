// The list: search, filters, and thousands of conversations of which only those on the screen are drawn.
import { Box, Button, CloseButton, Group, Loader, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { Row } from "../api/client";
import { type Filter, inboxQuery, searchQuery } from "../api/hooks";
import { Trouble } from "../ui/Trouble";
import { useKeys } from "../ui/useKeys";
import { useNow } from "../ui/useNow";
import { useWords } from "../words";
import { ConversationRow, FoundRow, ROW_HEIGHT } from "./ConversationRow";
import { Filters, narrowed } from "./Filters";
import classes from "./ListPane.module.css";
import { MainMenu } from "./MainMenu";

export type Chosen = Filter;
export const NOTHING_CHOSEN: Chosen = { view: "waiting", channel: "", stage: "", tag: "", queue: "" };

type Props = { chosen: Chosen; choose: (chosen: Chosen) => void; contact: string | undefined; wide: boolean; showKeys: () => void };

export function ListPane({ chosen, choose, contact, wide, showKeys }: Props) {
  const words = useWords();
  const [typed, setTyped] = useState("");
  const [wanted] = useDebouncedValue(typed.trim(), 250);
  const field = useRef<HTMLInputElement>(null);
  useKeys([["/", () => field.current?.focus()]]);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const keys = async (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      setTyped("");
      field.current?.blur();
    }
    if (event.key !== "Enter" || event.nativeEvent.isComposing || !typed.trim()) return;
    const found = await queries.fetchQuery(searchQuery(typed.trim())).catch(() => undefined);
    const first = found?.people[0]?.id ?? found?.messages[0]?.contact;
    if (!first) return;
    field.current?.blur(); // so that the keys are the conversation's now
    go(`/c/${first}`);
  };
  return (
    <>
      <Group gap={8} px={10} py={8} wrap="nowrap">
        <TextInput ref={field} flex={1} size="md" fz="sm" classNames={{ input: classes.search ?? "" }} type="search" aria-label={words.search} placeholder={words.search} value={typed}
          leftSection={<IconSearch size={16} />} onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => void keys(event)}
          rightSection={typed && <CloseButton size="sm" aria-label={words.clear} onClick={() => setTyped("")} />} />
        <Filters chosen={chosen} choose={choose} />
        {!wide && <MainMenu showKeys={showKeys} />}
      </Group>
      {wanted ? <Findings wanted={wanted} contact={contact} /> : <Conversations chosen={chosen} choose={choose} contact={contact} />}
    </>
  );
}

function Conversations({ chosen, choose, contact }: { chosen: Chosen; choose: (chosen: Chosen) => void; contact: string | undefined }) {
  const words = useWords();
  const now = useNow();
  const box = useRef<HTMLDivElement>(null);
  const { data, error, refetch, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(inboxQuery(chosen));
  const rows = useMemo<Row[]>(() => {
    const seen = new Set<string>();
    return (data?.pages.flatMap((page) => page.rows) ?? []).filter((row) => !seen.has(row.id) && seen.add(row.id));
  }, [data]);
  const drawn = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const items = drawn.getVirtualItems();
  const end = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && end >= rows.length - 20) void fetchNextPage();
  }, [end, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  useSteps(rows.map((row) => row.id), contact, (index) => drawn.scrollToIndex(index));

  if (error && !data) return <Trouble error={error} retry={() => void refetch()} />;
  return (
    <div ref={box} className={classes.list} tabIndex={-1}>
      {isPending && <Box ta="center" p="lg"><Loader size="sm" aria-label={words.loading} /></Box>}
      {data && rows.length === 0 && (
        <Box p="xl" ta="center">
          <Text c="dimmed" size="sm">{narrowed(chosen) ? words.filters.nobody : words.emptyViews[chosen.view]}</Text>
          {narrowed(chosen) && <Button mt="sm" size="xs" variant="light" onClick={() => choose({ ...NOTHING_CHOSEN, view: chosen.view })}>{words.filters.clear}</Button>}
        </Box>
      )}
      <div role="list" style={{ height: drawn.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const row = rows[item.index];
          return row && <ConversationRow key={row.id} row={row} top={item.start} open={row.id === contact} now={now} view={chosen.view} />;
        })}
      </div>
      {isFetchingNextPage && <Box ta="center" p="xs"><Loader size="xs" /></Box>}
    </div>
  );
}

/** J and K go from one conversation of a list to the next. */
function useSteps(ids: string[], contact: string | undefined, reveal: (index: number) => void) {
  const [, go] = useLocation();
  const step = (by: number) => {
    const place = ids.indexOf(contact ?? "");
    const next = place < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, place + by));
    const id = ids[next];
    if (id === undefined) return;
    reveal(next);
    go(`/c/${id}`);
  };
  useKeys([["j", () => step(1)], ["k", () => step(-1)]]);
}

function Findings({ wanted, contact }: { wanted: string; contact: string | undefined }) {
  const words = useWords();
  const now = useNow();
  const { data, error, refetch, isPending } = useQuery(searchQuery(wanted));
  useSteps([...new Set([...(data?.people ?? []).map((row) => row.id), ...(data?.messages ?? []).map((found) => found.contact)])], contact, () => undefined);
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
  return (
    <div className={classes.list} role="list" aria-busy={isPending}>
      {isPending && <Box ta="center" p="lg"><Loader size="sm" aria-label={words.loading} /></Box>}
      {data && data.people.length + data.messages.length === 0 && <Text p="lg" c="dimmed" size="sm" ta="center">{words.nothingFound}</Text>}
      {data && data.people.length > 0 && <div className={classes.heading}>{words.foundPeople}</div>}
      {data?.people.map((row) => <ConversationRow key={row.id} row={row} open={row.id === contact} now={now} view="all" />)}
      {data && data.messages.length > 0 && <div className={classes.heading}>{words.foundMessages}</div>}
      {data?.messages.map((found) => <FoundRow key={`${found.contact}:${found.at}`} found={found} now={now} wanted={wanted} />)}
    </div>
  );
}
