// The contact beside the thread: who, what is known, where they stand in the sale and how they came there.
import { ActionIcon, Badge, Box, Checkbox, Group, Loader, Pill, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconPlus, IconX } from "@tabler/icons-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { type Card, seconds } from "../api/client";
import { useCommand } from "../api/commands";
import { cardQuery, contentQuery, useMay } from "../api/hooks";
import { ChannelIcon } from "../ui/ChannelIcon";
import { Face } from "../ui/Face";
import { Trouble } from "../ui/Trouble";
import { useNow } from "../ui/useNow";
import { nameOf } from "../ui/nameOf";
import { fill, useSpeech } from "../words";
import { moment } from "../words/time";
import { Details } from "./Details";
import { Pipeline } from "./Pipeline";
import { VariableLine } from "./VariableLine";

type Command = ReturnType<typeof useCommand>;

export function CardPane({ contact, close }: { contact: string; close: () => void }) {
  const { words } = useSpeech();
  const { data: card, error, refetch } = useQuery(cardQuery(contact));
  const command = useCommand(contact);
  const mayEdit = useMay("set_variable");
  if (error && !card) return <Trouble error={error} retry={() => void refetch()} />;
  if (!card) return <Box ta="center" p="xl"><Loader aria-label={words.loading} /></Box>;
  return (
    <Stack gap="lg" p="md">
      <Group wrap="nowrap" gap="sm">
        <Face name={card.name} id={card.id} size={44} />
        <Box style={{ flex: 1, minWidth: 0 }}>
          <Title order={2} size="h4" style={{ overflowWrap: "anywhere" }}>{nameOf(card, words)}</Title>
        </Box>
        <ActionIcon variant="subtle" color="gray" aria-label={words.close} onClick={close}><IconX size={18} /></ActionIcon>
      </Group>
      <Part title={words.card.details}><Details card={card} mayEdit={mayEdit} command={command} /></Part>
      <Stages card={card} command={command} mayEdit={mayEdit} />
      <Part title={words.card.variables}>
        {card.variables.map((variable) => <VariableLine key={variable.name} variable={variable} mayEdit={mayEdit} command={command} />)}
        {card.variables.length === 0 && <None />}
      </Part>
      <Tags card={card} command={command} mayEdit={mayEdit} />
      <Tasks card={card} command={command} mayEdit={mayEdit} />
      <Gifts card={card} />
      <Sources card={card} />
      <Addresses card={card} />
    </Stack>
  );
}

function Part({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <section>
      <Group justify="space-between" mb={6}>
        <Title order={3} fz="xs" c="dimmed" fw={600}>{title}</Title>
        {action}
      </Group>
      <Stack gap={6}>{children}</Stack>
    </section>
  );
}

const None = () => <Text size="sm" c="dimmed">{useSpeech().words.card.none}</Text>;

function Stages({ card, command, mayEdit }: { card: Card; command: Command; mayEdit: boolean }) {
  const { words } = useSpeech();
  if (card.leads.length === 0) return null;
  return (
    <Part title={words.card.stages}>
      {card.leads.map((lead) => <Pipeline key={lead.tunnel} lead={lead} command={command} mayEdit={mayEdit} />)}
    </Part>
  );
}

function Tags({ card, command, mayEdit }: { card: Card; command: Command; mayEdit: boolean }) {
  const words = useSpeech().words;
  const [tag, setTag] = useState("");
  const known = useQuery(contentQuery).data?.tags.filter((each) => !card.tags.includes(each)) ?? [];
  const add = (event: FormEvent) => {
    event.preventDefault();
    const name = tag.trim();
    if (name) command.mutate({ command: "tags", body: { add: [name], remove: [] } });
    setTag("");
  };
  return (
    <Part title={words.card.tags}>
      {card.tags.length > 0 && (
        <Pill.Group>
          {card.tags.map((each) => (
            <Pill key={each} withRemoveButton={mayEdit} removeButtonProps={{ "aria-label": `${words.remove}: ${each}` }} onRemove={() => command.mutate({ command: "tags", body: { add: [], remove: [each] } })}>{each}</Pill>
          ))}
        </Pill.Group>
      )}
      {mayEdit ? (
        <form onSubmit={add}>
          <TextInput size="xs" placeholder={words.card.newTag} aria-label={words.card.newTag} value={tag} maxLength={60} list="known-tags" onChange={(event) => setTag(event.currentTarget.value)}
            rightSection={<ActionIcon type="submit" size="sm" variant="subtle" aria-label={words.add} disabled={!tag.trim()}><IconPlus size={14} /></ActionIcon>} />
          <datalist id="known-tags">{known.map((each) => <option key={each} value={each} />)}</datalist>
        </form>
      ) : card.tags.length === 0 && <None />}
    </Part>
  );
}

function Tasks({ card, command, mayEdit }: { card: Card; command: Command; mayEdit: boolean }) {
  const { words, language } = useSpeech();
  const now = useNow(60);
  const [title, setTitle] = useState("");
  const [due, setDue] = useState("");
  const open = card.tasks.filter((task) => !task.done_at);
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!title.trim()) return;
    command.mutate({ command: "tasks", body: { title: title.trim(), due_at: due ? new Date(due).toISOString() : null, operator: "" } });
    setTitle("");
    setDue("");
  };
  return (
    <Part title={words.card.tasks}>
      {open.map((task) => {
        const late = task.due_at && seconds(task.due_at) < now;
        return (
          <Group key={task.id} gap={8} wrap="nowrap" align="flex-start">
            <Checkbox size="xs" mt={3} disabled={!mayEdit} aria-label={`${words.card.done}: ${task.title}`} checked={false} onChange={() => command.mutate({ command: "tasks/{task}/done", body: {}, task: task.id })} />
            <Box style={{ minWidth: 0 }}>
              <Text size="sm" style={{ overflowWrap: "anywhere" }}>{task.title}</Text>
              <Text size="xs" c={late ? "var(--mantine-color-error)" : "dimmed"}>{[task.due_at && moment(seconds(task.due_at), language), late && words.card.overdue, task.operator?.name].filter(Boolean).join(" · ")}</Text>
            </Box>
          </Group>
        );
      })}
      {mayEdit ? (
        <form onSubmit={add}>
          <Group gap={6} wrap="nowrap">
            <TextInput size="xs" flex={1} placeholder={words.card.newTask} aria-label={words.card.newTask} value={title} maxLength={300} onChange={(event) => setTitle(event.currentTarget.value)} />
            <ActionIcon type="submit" variant="light" aria-label={words.add} disabled={!title.trim()}><IconPlus size={14} /></ActionIcon>
          </Group>
          {title && <TextInput size="xs" mt={4} type="datetime-local" label={words.card.due} value={due} onChange={(event) => setDue(event.currentTarget.value)} />}
        </form>
      ) : open.length === 0 && <None />}
    </Part>
  );
}

function Gifts({ card }: { card: Card }) {
  const { words, language } = useSpeech();
  if (card.gifts.length === 0) return null;
  return (
    <Part title={words.card.gifts}>
      {card.gifts.map((gift) => (
        <Group key={`${gift.name}:${gift.at}`} justify="space-between" wrap="nowrap">
          <Text size="sm">{gift.name}{gift.code && <> · <b>{gift.code}</b></>}</Text>
          <Text size="xs" c="dimmed">{moment(seconds(gift.until ?? gift.at), language)}</Text>
        </Group>
      ))}
    </Part>
  );
}

function Sources({ card }: { card: Card }) {
  const { words, language } = useSpeech();
  if (card.touches.length === 0) return null;
  return (
    <Part title={words.card.sources}>
      {card.touches.map((touch) => (
        <Box key={touch.at}>
          <Group gap={6}><ChannelIcon channel={touch.channel} size={14} /><Text size="sm">{touch.ref || "—"}</Text><Text size="xs" c="dimmed">{moment(seconds(touch.at), language)}</Text></Group>
          {Object.entries(touch.source).filter(([name]) => name !== "ref").map(([name, value]) => <Text key={name} size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>{name}: {value}</Text>)}
        </Box>
      ))}
    </Part>
  );
}

function Addresses({ card }: { card: Card }) {
  const { words, language } = useSpeech();
  return (
    <Part title={words.card.addresses}>
      {card.addresses.map((address) => (
        <Group key={`${address.channel}:${address.account}:${address.external_id}`} gap={6} wrap="nowrap">
          <ChannelIcon channel={address.channel} size={14} />
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>{address.channel === "web" ? words.channels.web : address.external_id}</Text>
          {!address.reachable && <Badge size="xs" color="red" variant="light" tt="none" title={address.reason}>{words.modes.blocked}</Badge>}
        </Group>
      ))}
      <Text size="xs" c="dimmed">{fill(words.card.since, { time: moment(seconds(card.first_at), language) })}</Text>
    </Part>
  );
}
