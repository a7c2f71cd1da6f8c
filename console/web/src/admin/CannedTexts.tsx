// Texts that operators send often: who leads keeps them, with holes that are filled in for each contact.
import { ActionIcon, Alert, Badge, Button, Group, Menu, Paper, SegmentedControl, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { asked, client, type Schemas } from "../api/client";
import { saidOf } from "../api/commands";
import { useMay } from "../api/hooks";
import { whyNot } from "../auth/Login";
import { Dialog } from "../ui/Dialog";
import { Trouble } from "../ui/Trouble";
import { fill, useSpeech, useWords } from "../words";
import { Page } from "./Page";

type Canned = Schemas["CannedText"];
type Written = { title: string; text: string; language: Canned["language"] };
const LANGUAGES = ["", "ru", "en"] as const;
const BLANK: Written = { title: "", text: "", language: "" };

export default function CannedTexts() {
  const words = useWords();
  const queries = useQueryClient();
  const mayChange = useMay("add_canned");
  const { data, error, refetch } = useQuery({ queryKey: ["canned"], queryFn: () => asked(client.GET("/api/console/canned")) });
  const [edited, edit] = useState<Canned | "new" | undefined>();
  const changed = () => {
    void queries.invalidateQueries({ queryKey: ["canned"] });
    void queries.invalidateQueries({ queryKey: ["answers"] });
    edit(undefined);
  };
  return (
    <Page title={words.texts.title} size="md" action={mayChange && <Button leftSection={<IconPlus size={16} />} onClick={() => edit("new")}>{words.add}</Button>}>
      {error && <Trouble error={error} retry={() => void refetch()} />}
      <Text size="sm" c="dimmed" mb="md">{words.texts.hint}</Text>
      {data?.texts.length === 0 && <Text c="dimmed">{words.texts.none}</Text>}
      <Stack gap="xs" role="list">
        {data?.texts.map((text) => <Line key={text.id} text={text} mayChange={mayChange} edit={() => edit(text)} changed={changed} />)}
      </Stack>
      <Dialog opened={edited !== undefined} onClose={() => edit(undefined)} size="lg" title={edited === "new" ? words.texts.add : words.texts.edit}>
        {edited !== undefined && <Writing text={edited === "new" ? undefined : edited} holes={data?.holes ?? []} changed={changed} />}
      </Dialog>
    </Page>
  );
}

function Line({ text, mayChange, edit, changed }: { text: Canned; mayChange: boolean; edit: () => void; changed: () => void }) {
  const words = useWords();
  const [sure, ask] = useState(false);
  const remove = useMutation({
    mutationFn: () => asked(client.DELETE("/api/console/canned/{text}", { params: { path: { text: text.id } } })),
    onSuccess: changed,
    onError: (error) => notifications.show({ color: "red", message: saidOf(error, words) }),
  });
  return (
    <Paper withBorder p="sm" role="listitem">
      <Group wrap="nowrap" gap="sm" align="flex-start">
        <div style={{ flex: 1, minWidth: 0 }}>
          <Group gap="xs">
            <Title order={2} size="h6" style={{ overflowWrap: "anywhere" }}>{text.title}</Title>
            {text.language && <Badge size="xs" variant="light" color="gray" tt="none">{words.texts.languages[text.language]}</Badge>}
          </Group>
          <Text size="sm" lineClamp={3} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{text.text}</Text>
          <Unknown names={text.unknown} />
        </div>
        {mayChange && (
          <Menu position="bottom-end">
            <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={`${words.more}: ${text.title}`}><IconDots size={18} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={edit}>{words.texts.edit}</Menu.Item>
              <Menu.Item color="red" onClick={() => ask(true)}>{words.texts.remove}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      <Dialog opened={sure} onClose={() => ask(false)} title={fill(words.texts.sure, { title: text.title })}>
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={() => ask(false)}>{words.cancel}</Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>{words.texts.remove}</Button>
        </Group>
      </Dialog>
    </Paper>
  );
}

function Unknown({ names }: { names: string[] }) {
  const words = useWords();
  if (!names.length) return null;
  return <Text size="xs" c="var(--mantine-color-error)" mt={4}>{fill(words.texts.unknown, { names: names.join(", ") })}</Text>;
}

function Writing({ text, holes, changed }: { text: Canned | undefined; holes: Schemas["Hole"][]; changed: () => void }) {
  const { words } = useSpeech();
  const [written, write] = useState<Written>(text ? { title: text.title, text: text.text, language: text.language } : BLANK);
  const field = useRef<HTMLTextAreaElement>(null);
  const save = useMutation({
    mutationFn: () =>
      text
        ? asked(client.POST("/api/console/canned/{text}", { params: { path: { text: text.id } }, body: written }))
        : asked(client.POST("/api/console/canned", { body: written })),
    onSuccess: changed,
  });
  const insert = (name: string) => {
    const at = field.current?.selectionStart ?? written.text.length;
    const end = field.current?.selectionEnd ?? at;
    const hole = `{{ ${name} }}`;
    write({ ...written, text: written.text.slice(0, at) + hole + written.text.slice(end) });
    window.requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(at + hole.length, at + hole.length);
    });
  };
  return (
    <form onSubmit={(event) => (event.preventDefault(), save.mutate())}>
      <Stack gap="sm">
        {save.error && <Alert color="red" role="alert">{whyNot(save.error, words)}</Alert>}
        <TextInput label={words.texts.name} description={words.texts.nameHint} required data-autofocus maxLength={120} value={written.title} onChange={(event) => write({ ...written, title: event.currentTarget.value })} />
        <div>
          <Text size="sm" fw={500} mb={4} aria-hidden>{words.me.language}</Text>
          <SegmentedControl aria-label={words.me.language} value={written.language} data={LANGUAGES.map((value) => ({ value, label: words.texts.languages[value || "any"] }))}
            onChange={(value) => write({ ...written, language: value as Written["language"] })} />
        </div>
        <Textarea ref={field} label={words.texts.text} required autosize minRows={4} maxRows={12} maxLength={4000} value={written.text} onChange={(event) => write({ ...written, text: event.currentTarget.value })} />
        <div>
          <Text size="xs" c="dimmed" mb={4}>{words.texts.holes}</Text>
          <Group gap={6}>
            {holes.map((hole) => <Button key={hole.name} size="compact-xs" variant="default" title={`{{ ${hole.name} }}`} onClick={() => insert(hole.name)}>{hole.title}</Button>)}
          </Group>
        </div>
        <Preview text={written.text} />
        <Group justify="flex-end"><Button type="submit" loading={save.isPending}>{words.save}</Button></Group>
      </Stack>
    </form>
  );
}

/** How it reads with the holes filled in, as an example. */
function Preview({ text }: { text: string }) {
  const { words } = useSpeech();
  const [wanted] = useDebouncedValue(text.trim(), 300);
  const { data, error } = useQuery({
    queryKey: ["canned-preview", wanted],
    queryFn: () => asked(client.POST("/api/console/canned-preview", { body: { text: wanted } })),
    enabled: wanted !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (!wanted) return null;
  return (
    <Paper withBorder p="sm" component="section" aria-label={words.texts.preview} aria-live="polite">
      <Text size="xs" c="dimmed" mb={4}>{words.texts.preview}</Text>
      {error ? <Text size="sm" c="var(--mantine-color-error)">{whyNot(error, words)}</Text> : <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{data?.text || (data && !data.unknown.length ? words.texts.unfilled : "")}</Text>}
      {!error && <Unknown names={data?.unknown ?? []} />}
    </Paper>
  );
}
