import { ActionIcon, Group, Switch, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../api/client";
import type { useCommand } from "../api/commands";
import { useWords } from "../words";

type Props = { variable: Schemas["Variable"]; mayEdit: boolean; command: ReturnType<typeof useCommand> };

/** One thing known of the contact; a click changes it. An emptied field forgets it. */
export function VariableLine({ variable, mayEdit, command }: Props) {
  const words = useWords();
  const [typed, setTyped] = useState<string | undefined>();
  const editable = mayEdit && variable.known;
  const shown = Array.isArray(variable.value) ? variable.value.join(", ") : variable.value === null ? "" : String(variable.value);
  const title = variable.title || variable.name;
  const set = (value: Schemas["SetVariable"]["value"]) => {
    command.mutate({ command: "variables", body: { name: variable.name, value } });
    setTyped(undefined);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = (typed ?? "").trim();
    if (text === shown) setTyped(undefined);
    else set(text === "" ? null : variable.type === "number" ? Number(text.replace(",", ".")) : text);
  };
  if (editable && variable.type === "flag") {
    return <Switch size="xs" label={title} checked={variable.value === true} onChange={(event) => set(event.currentTarget.checked)} />;
  }
  if (typed === undefined) {
    const line = (
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" c="dimmed">{title}</Text>
        <Text size="sm" ta="right" c={shown ? undefined : "dimmed"} style={{ overflowWrap: "anywhere" }}>{shown ? [shown, variable.unit].filter(Boolean).join(" ") : words.card.unset}</Text>
      </Group>
    );
    return editable ? <UnstyledButton onClick={() => setTyped(shown)}>{line}</UnstyledButton> : line;
  }
  return (
    <form onSubmit={submit}>
      <Group gap={4} wrap="nowrap" align="flex-end">
        <TextInput size="xs" flex={1} label={title} autoFocus value={typed} type={variable.type === "date" ? "date" : "text"} inputMode={variable.type === "number" ? "decimal" : undefined}
          onChange={(event) => setTyped(event.currentTarget.value)} onKeyDown={(event) => event.key === "Escape" && setTyped(undefined)} />
        <ActionIcon type="submit" variant="light" aria-label={words.save}><IconCheck size={14} /></ActionIcon>
        <ActionIcon variant="subtle" color="gray" aria-label={words.cancel} onClick={() => setTyped(undefined)}><IconX size={14} /></ActionIcon>
      </Group>
    </form>
  );
}
