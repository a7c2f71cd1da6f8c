// What the screens read. Keys: ["me"], ["inbox", filter], ["counts"], ["conversation", id], ["thread", id], ["card", id] …
import { type InfiniteData, infiniteQueryOptions, type QueryClient, type QueryKey, queryOptions, useQuery } from "@tanstack/react-query";
import { asked, client, keepToken, type Me, type Schemas, seconds, type ThreadItem, type View } from "./client";

export type Filter = { view: View; channel: string; stage: string; tag: string; queue: string };
export type Page = Schemas["Page"];
export type Talk = { items: ThreadItem[]; before: string; since: string };

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<Me | null> => {
    const response = await client.GET("/api/console/me");
    if (response.response.status === 401) return null;
    const me = await asked(Promise.resolve(response));
    keepToken(me.csrf);
    return me;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** Somebody has come in, or gone: what another could see is forgotten. The question who is here stays the same, and is answered. */
export function nowHere(queries: QueryClient, me: Me | null) {
  queries.setQueryData(meQuery.queryKey, me);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
}

/** Who is signed in; only for screens that need somebody. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("nobody is signed in");
  return data;
}

/** Whether the signed-in person may use an operation. */
export const useMay = (operation: string) => useMe().may.includes(operation);

const PAGE = 60;

export const inboxQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ["inbox", filter],
    queryFn: ({ pageParam }): Promise<Page> =>
      asked(client.GET("/api/console/inbox", { params: { query: { ...filter, cursor: pageParam, limit: PAGE } } })),
    initialPageParam: "",
    getNextPageParam: (last: Page) => last.next || undefined,
    staleTime: 5_000,
  });

/** Wait for a first answer that is on its way: it may be older than what is heard of now, and what is asked meanwhile gets that very answer. */
async function arrived(queries: QueryClient, queryKey: QueryKey) {
  const query = queries.getQueryCache().find({ queryKey });
  if (query?.state.fetchStatus === "fetching" && query.state.data === undefined) await query.promise?.catch(() => undefined);
}

/** Read again what is on the screen. */
export async function readAgain(queries: QueryClient, queryKey: QueryKey) {
  await arrived(queries, queryKey);
  await queries.invalidateQueries({ queryKey });
}

/** Bring the top of a list up to date without reading all that was scrolled through. */
export async function refreshTop(queries: QueryClient, filter: Filter) {
  await arrived(queries, ["inbox", filter]);
  const known = queries.getQueryData<InfiniteData<Page, string>>(["inbox", filter]);
  if (!known || known.pages.length <= 2) {
    await queries.invalidateQueries({ queryKey: ["inbox", filter] });
    return;
  }
  const top = await asked(client.GET("/api/console/inbox", { params: { query: { ...filter, cursor: "", limit: PAGE } } }));
  const there = new Set(top.rows.map((row) => row.id));
  queries.setQueryData<InfiniteData<Page, string>>(["inbox", filter], {
    pageParams: known.pageParams,
    pages: known.pages.map((page, index) => (index === 0 ? { ...top, next: page.next } : { ...page, rows: page.rows.filter((row) => !there.has(row.id)) })),
  });
}

export const countsQuery = queryOptions({
  queryKey: ["counts"],
  queryFn: () => asked(client.GET("/api/console/inbox/counts")),
  staleTime: 5_000,
});

export const searchQuery = (words: string) =>
  queryOptions({
    queryKey: ["search", words],
    queryFn: () => asked(client.GET("/api/console/search", { params: { query: { q: words, limit: 30 } } })),
    enabled: words.length > 0,
    staleTime: 10_000,
  });

export const contentQuery = queryOptions({
  queryKey: ["content"],
  queryFn: () => asked(client.GET("/api/console/content")),
  staleTime: 60_000,
});

export const colleaguesQuery = queryOptions({
  queryKey: ["colleagues"],
  queryFn: () => asked(client.GET("/api/console/colleagues")),
  staleTime: 30_000,
});

const at = (contact: string) => ({ params: { path: { contact } } });

export const conversationQuery = (contact: string) =>
  queryOptions({
    queryKey: ["conversation", contact],
    queryFn: () => asked(client.GET("/api/console/conversations/{contact}", at(contact))),
  });

export const cardQuery = (contact: string) =>
  queryOptions({
    queryKey: ["card", contact],
    queryFn: () => asked(client.GET("/api/console/conversations/{contact}/card", at(contact))),
  });

export const answersQuery = (contact: string) =>
  queryOptions({
    queryKey: ["answers", contact],
    queryFn: () => asked(client.GET("/api/console/conversations/{contact}/answers", at(contact))),
  });

const readThread = (contact: string, query: { before?: string; since?: string }) =>
  asked(client.GET("/api/console/conversations/{contact}/thread", { params: { path: { contact }, query } }));

export const threadQuery = (contact: string) =>
  queryOptions({
    queryKey: ["thread", contact],
    queryFn: async (): Promise<Talk> => {
      const latest = await readThread(contact, {});
      return { items: latest.items, before: latest.before, since: latest.since };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

const nameOf = (item: ThreadItem) => `${item.item}:${item.id}`;

/** Two stretches of a thread as one: what comes twice counts as the later says it, and all is in the order of time. */
function merged(older: ThreadItem[], newer: ThreadItem[]): ThreadItem[] {
  const all = new Map<string, ThreadItem>();
  for (const item of [...older, ...newer]) all.set(nameOf(item), item);
  return [...all.values()].sort((a, b) => seconds(a.at) - seconds(b.at));
}

/** Read what was added or changed in a thread since it was last read. */
export async function refreshThread(queries: QueryClient, contact: string) {
  await arrived(queries, ["thread", contact]);
  const known = queries.getQueryData<Talk>(["thread", contact]);
  if (!known) return;
  let since = known.since;
  for (;;) {
    const news = await readThread(contact, { since });
    queries.setQueryData<Talk>(["thread", contact], (talk) => talk && { ...talk, items: merged(talk.items, news.items), since: news.since });
    if (!news.items.length || news.since === since) return;
    since = news.since;
  }
}

/** Read what was said before the oldest item that is known. */
export async function readEarlier(queries: QueryClient, contact: string) {
  const known = queries.getQueryData<Talk>(["thread", contact]);
  if (!known?.before) return;
  const earlier = await readThread(contact, { before: known.before });
  queries.setQueryData<Talk>(["thread", contact], (talk) => talk && { ...talk, items: merged(earlier.items, talk.items), before: earlier.before });
}
