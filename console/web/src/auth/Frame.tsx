import { Box, Center, Group, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { IconMessages } from "@tabler/icons-react";
import type { FormEvent, ReactNode } from "react";
import { type Language, useSpeech } from "../words";

/** A form on a page of its own: the ways in. */
export function Frame({ title, hint, onSubmit, children }: { title: string; hint?: string; onSubmit: () => void; children: ReactNode }) {
  const { words, language, setLanguage } = useSpeech();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Center mih="100%" p="md" bg="var(--ground)" style={{ overflow: "auto", height: "100%" }} component="main">
      <Box w="100%" maw={380}>
        <Group justify="space-between" mb="lg">
          <Group gap="xs" c="var(--mantine-primary-color-filled)">
            <IconMessages aria-hidden />
            <Text fw={700} c="var(--mantine-color-text)">{words.product}</Text>
          </Group>
          <SegmentedControl size="xs" aria-label={words.me.language} value={language} onChange={(value) => setLanguage(value as Language)}
            data={[{ value: "ru", label: "Рус" }, { value: "en", label: "Eng" }]} />
        </Group>
        <Paper withBorder p={{ base: "lg", xs: "xl" }} shadow="sm" radius="lg">
          <Title order={1} size="h3" mb={hint ? 4 : "md"}>{title}</Title>
          {hint && <Text size="sm" c="dimmed" mb="md">{hint}</Text>}
          <form onSubmit={submit}>
            <Stack gap="sm">{children}</Stack>
          </form>
        </Paper>
      </Box>
    </Center>
  );
}
