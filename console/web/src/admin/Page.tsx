import { ActionIcon, Box, Container, Group, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useWords } from "../words";

/** A page beside the inbox, with the way back. */
export function Page({ title, action, children, size = "sm" }: { title: string; action?: ReactNode; children: ReactNode; size?: string }) {
  const words = useWords();
  return (
    <Box h="100dvh" style={{ overflow: "auto" }} component="main">
      <Container size={size} py="md">
        <Group justify="space-between" mb="lg">
          <Group gap="xs">
            <ActionIcon component={Link} href="/" variant="subtle" color="gray" aria-label={words.back}><IconArrowLeft size={20} /></ActionIcon>
            <Title order={1} size="h3">{title}</Title>
          </Group>
          {action}
        </Group>
        {children}
      </Container>
    </Box>
  );
}
