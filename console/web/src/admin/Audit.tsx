// Who did what, the latest first.
import { Button, Code, Group, Paper, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { asked, client, seconds } from "../api/client";
import { Trouble } from "../ui/Trouble";
import { useSpeech } from "../words";
import { moment } from "../words/time";
import { Page } from "./Page";

export default function Audit() {
  const { words, language } = useSpeech();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam }) => asked(client.GET("/api/console/audit", { params: { query: { cursor: pageParam, limit: 100 } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });
  return (
    <Page title={words.team.audit} size="md">
      {error && <Trouble error={error} retry={() => void refetch()} />}
      <Stack gap={6}>
        {data?.pages.flatMap((page) => page.lines).map((line) => (
          <Paper key={line.id} withBorder px="sm" py={6}>
            <Group gap="xs" wrap="wrap" justify="space-between">
              <Group gap="xs"><Code>{line.what}</Code><Text size="sm">{line.who_name || "—"}</Text>{line.subject && <Text size="sm" c="dimmed">{line.subject}</Text>}</Group>
              <Text size="xs" c="dimmed">{line.address} · {moment(seconds(line.at), language)}</Text>
            </Group>
            {Object.keys(line.details).length > 0 && <Text size="xs" c="dimmed">{Object.entries(line.details).map(([name, value]) => `${name}: ${value}`).join(" · ")}</Text>}
          </Paper>
        ))}
        {hasNextPage && <Button variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{words.more}</Button>}
      </Stack>
    </Page>
  );
}
