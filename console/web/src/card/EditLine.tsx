import { ActionIcon, Group, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { type FormEvent, type HTMLInputTypeAttribute, useState } from "react";
import { saidOf } from "../api/commands";
import { useWords } from "../words";
import classes from "./EditLine.module.css";

type Props = {
  title: string;
  /** As it is edited; `unit` is shown behind it. */
  shown: string;
  unit?: string;
  editable: boolean;
  type?: HTMLInputTypeAttribute;
  inputMode?: "decimal" | "tel" | "email";
  maxLength?: number;
  /** "" forgets. What is refused stays in the field, with the reason. */
  save: (text: string) => Promise<unknown>;
};

/** One thing known of the contact; a click changes it. */
export function EditLine({ title, shown, unit = "", editable, type = "text", inputMode, maxLength, save }: Props) {
  const words = useWords();
  const [typed, setTyped] = useState<string | undefined>();
  const [wrong, setWrong] = useState("");
  const [saving, setSaving] = useState(false);
  const close = () => {
    setTyped(undefined);
    setWrong("");
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const text = (typed ?? "").trim();
    if (text === shown) return close();
    setSaving(true);
    try {
      await save(text);
      close();
    } catch (error) {
      setWrong(saidOf(error, words));
    } finally {
      setSaving(false);
    }
  };
  if (typed === undefined) {
    const line = (
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" c="dimmed">{title}</Text>
        <Text size="sm" ta="right" c={shown ? undefined : "dimmed"} style={{ overflowWrap: "anywhere" }}>{shown ? [shown, unit].filter(Boolean).join(" ") : words.card.unset}</Text>
      </Group>
    );
    return editable ? <UnstyledButton className={classes.line} title={words.change} onClick={() => setTyped(shown)}>{line}</UnstyledButton> : line;
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Group gap={4} wrap="nowrap" align="flex-start">
        <TextInput size="xs" flex={1} label={title} autoFocus value={typed} type={type} inputMode={inputMode} maxLength={maxLength} error={wrong || undefined} autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)} onKeyDown={(event) => event.key === "Escape" && (event.stopPropagation(), close())} />
        <ActionIcon type="submit" variant="light" mt={20} loading={saving} aria-label={words.save}><IconCheck size={14} /></ActionIcon>
        <ActionIcon variant="subtle" color="gray" mt={20} aria-label={words.cancel} onClick={close}><IconX size={14} /></ActionIcon>
      </Group>
    </form>
  );
}
