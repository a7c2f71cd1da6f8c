import { Button, Center, Kbd, Stack, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { IconMessages } from "@tabler/icons-react";
import { useLocation } from "wouter";
import { seconds } from "../api/client";
import { countsQuery, inboxQuery } from "../api/hooks";
import { nameOf } from "../ui/nameOf";
import { useNow } from "../ui/useNow";
import { fill, useSpeech } from "../words";
import { patience } from "../words/time";
import { NOTHING_CHOSEN } from "./ListPane";

/** No conversation is open: who should be answered first. */
export function Nothing() {
  const { words, language } = useSpeech();
  const now = useNow();
  const [, go] = useLocation();
  const waiting = useQuery(countsQuery).data?.waiting ?? 0;
  const first = useInfiniteQuery(inboxQuery(NOTHING_CHOSEN)).data?.pages[0]?.rows[0];
  const since = first?.waiting_since;
  return (
    <Center h="100%" p="xl" bg="var(--ground)">
      <Stack align="center" gap="xs" maw={420}>
        <IconMessages size={44} stroke={1.2} color="var(--mantine-color-dimmed)" aria-hidden />
        {first && since && waiting > 0 ? (
          <>
            <Title order={2} size="h4">{fill(words.waitingNow, { count: waiting })}</Title>
            <Text size="sm" c="dimmed" ta="center">{fill(words.longest, { name: nameOf(first, words), time: patience(now - seconds(since), language) })}</Text>
            <Button mt="xs" onClick={() => go(`/c/${first.id}`)}>{words.openLongest}</Button>
          </>
        ) : (
          <Text fw={500}>{words.pick}</Text>
        )}
        <Text size="xs" c="dimmed" ta="center" mt="md"><Kbd size="xs">J</Kbd> <Kbd size="xs">K</Kbd> {words.hints.move} · <Kbd size="xs">/</Kbd> {words.hints.search} · <Kbd size="xs">?</Kbd> {words.hints.keys}</Text>
      </Stack>
    </Center>
  );
}
