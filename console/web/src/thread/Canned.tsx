import { Paper, Text, UnstyledButton } from "@mantine/core";
import type { Schemas } from "../api/client";
import { useWords } from "../words";
import classes from "./ThreadPane.module.css";

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
    <Paper withBorder shadow="md" mb="xs" className={classes.canned} role={found.length ? "listbox" : "status"} aria-label={words.canned}>
      {found.length === 0 && <Text size="sm" c="dimmed" p="sm">{words.noCanned}</Text>}
      {found.map((answer, index) => (
        <UnstyledButton key={answer.id} className={classes.choice} role="option" aria-selected={index === marked} onClick={() => choose(answer)}>
          <span className={classes.cannedTitle}>{answer.title}{answer.from_objection && <span className={classes.kind}>{words.fromObjection}</span>}</span>
          <Text size="sm" c="dimmed" lineClamp={2}>{answer.text}</Text>
        </UnstyledButton>
      ))}
    </Paper>
  );
}
