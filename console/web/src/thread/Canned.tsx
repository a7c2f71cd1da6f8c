import { Paper, Text, UnstyledButton } from "@mantine/core";
import type { Schemas } from "../api/client";
import { useWords } from "../words";

type Answer = Schemas["CannedAnswer"];

/** Answers whose title or text holds all the words typed. */
export function matching(answers: Answer[], typed: string): Answer[] {
  const wanted = typed.toLowerCase().split(/\s+/u).filter(Boolean);
  return answers.filter((answer) => wanted.every((word) => `${answer.title} ${answer.text}`.toLowerCase().includes(word))).slice(0, 8);
}

type Props = { found: Answer[]; marked: number; choose: (answer: Answer) => void };

export function Canned({ found, marked, choose }: Props) {
  const words = useWords();
  return (
    <Paper withBorder shadow="sm" mb="xs" role={found.length ? "listbox" : "status"} aria-label={words.canned}>
      {found.length === 0 && <Text size="sm" c="dimmed" p="xs">{words.noCanned}</Text>}
      {found.map((answer, index) => (
        <UnstyledButton key={answer.id} role="option" aria-selected={index === marked} w="100%" p="xs" onClick={() => choose(answer)}
          bg={index === marked ? "var(--mantine-primary-color-light)" : undefined}>
          <Text size="sm" fw={600}>{answer.title}</Text>
          <Text size="sm" c="dimmed" lineClamp={2}>{answer.text}</Text>
        </UnstyledButton>
      ))}
    </Paper>
  );
}
