// The list: views, search, and thousands of conversations of which only those on the screen are drawn.
import { ActionIcon, Box, CloseButton, Group, Loader, Menu, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { IconHistory, IconKeyboard, IconLogout, IconMenu2, IconMessage2Bolt, IconSearch, IconSettings, IconUsers } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { asked, client, type Row, type View } from "../api/client";
import { countsQuery, type Filter, inboxQuery, nowHere, searchQuery, useMay, useMe } from "../api/hooks";
import { Trouble } from "../ui/Trouble";
import { useNow } from "../ui/useNow";
import { useWords } from "../words";
import { ConversationRow, FoundRow, ROW_HEIGHT } from "./ConversationRow";
import classes from "./ListPane.module.css";

export type Chosen = Filter;
export const NOTHING_CHOSEN: Chosen = { view: "waiting", channel: "", stage: "", tag: "", queue: "" };
const VIEWS: View[] = ["waiting", "mine", "unassigned", "bot", "all"];

type Props = { chosen: Chosen; choose: (chosen: Chosen) => void; contact: string | undefined; showKeys: () => void };

export function ListPane({ chosen, choose, contact, showKeys }: Props) {
  const words = useWords();
  const [typed, setTyped] = useState("");
  const [wanted] = useDebouncedValue(typed.trim(), 250);
  const field = useRef<HTMLInputElement>(null);
  const counts = useQuery(countsQuery).data;
  useHotkeys([["/", () => field.current?.focus()]]);
  return (
    <>
      <Group gap="xs" p="sm" pb="xs" wrap="nowrap">
        <TextInput ref={field} flex={1} size="sm" type="search" aria-label={words.search} placeholder={words.search} value={typed}
          leftSection={<IconSearch size={16} />} onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Escape" && (setTyped(""), field.current?.blur())}
          rightSection={typed && <CloseButton size="sm" aria-label={words.clear} onClick={() => setTyped("")} />} />
        <MainMenu showKeys={showKeys} />
      </Group>
      {!wanted && (
        <div className={classes.views} role="group" aria-label={words.product}>
          {VIEWS.map((view) => (
            <UnstyledButton key={view} className={classes.view} aria-pressed={chosen.view === view} onClick={() => choose({ ...chosen, view })}>
              {words.views[view]}
              {counts && <span className={classes.count}>{counts[view]}</span>}
            </UnstyledButton>
          ))}
        </div>
      )}
      {wanted ? <Findings wanted={wanted} contact={contact} /> : <Conversations chosen={chosen} contact={contact} />}
    </>
  );
}

function Conversations({ chosen, contact }: { chosen: Chosen; contact: string | undefined }) {
  const words = useWords();
  const now = useNow();
  const [, go] = useLocation();
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

  const step = (by: number) => {
    const place = rows.findIndex((row) => row.id === contact);
    const next = rows[place < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, place + by))];
    if (!next) return;
    drawn.scrollToIndex(rows.indexOf(next));
    go(`/c/${next.id}`);
  };
  useHotkeys([["j", () => step(1)], ["k", () => step(-1)]]);

  if (error && !data) return <Trouble error={error} retry={() => void refetch()} />;
  return (
    <div ref={box} className={classes.list} tabIndex={-1}>
      {isPending && <Box ta="center" p="lg"><Loader size="sm" aria-label={words.loading} /></Box>}
      {data && rows.length === 0 && <Text p="lg" c="dimmed" size="sm" ta="center">{words.emptyViews[chosen.view]}</Text>}
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

function Findings({ wanted, contact }: { wanted: string; contact: string | undefined }) {
  const words = useWords();
  const now = useNow();
  const { data, error, refetch, isPending } = useQuery(searchQuery(wanted));
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
  return (
    <div className={classes.list} role="list" aria-busy={isPending}>
      {isPending && <Box ta="center" p="lg"><Loader size="sm" aria-label={words.loading} /></Box>}
      {data && data.people.length + data.messages.length === 0 && <Text p="lg" c="dimmed" size="sm" ta="center">{words.nothingFound}</Text>}
      {data?.people.map((row) => <ConversationRow key={row.id} row={row} open={row.id === contact} now={now} view="all" />)}
      {data?.messages.map((found) => <FoundRow key={`${found.contact}:${found.at}`} found={found} now={now} wanted={wanted} />)}
    </div>
  );
}

function MainMenu({ showKeys }: { showKeys: () => void }) {
  const words = useWords();
  const me = useMe();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const mayTexts = useMay("add_canned");
  const mayTeam = useMay("users");
  const mayAudit = useMay("audit");
  const leave = async () => {
    await asked(client.POST("/api/console/logout")).catch(() => undefined);
    nowHere(queries, null);
  };
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={me.user.name}><IconMenu2 size={18} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.user.name} · {words.roles[me.user.role]}</Menu.Label>
        {mayTexts && <Menu.Item leftSection={<IconMessage2Bolt size={16} />} onClick={() => go("/canned")}>{words.texts.title}</Menu.Item>}
        {mayTeam && <Menu.Item leftSection={<IconUsers size={16} />} onClick={() => go("/team")}>{words.team.title}</Menu.Item>}
        {mayAudit && <Menu.Item leftSection={<IconHistory size={16} />} onClick={() => go("/audit")}>{words.team.audit}</Menu.Item>}
        <Menu.Item leftSection={<IconSettings size={16} />} onClick={() => go("/settings")}>{words.me.title}</Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={showKeys}>{words.me.keys}</Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>{words.login.leave}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
