// Where an operator answers: replies and notes, canned answers by "/", files, a step of the tunnel. Drafts outlive a reload.
import { ActionIcon, Alert, Button, Group, Loader, Menu, Pill, SegmentedControl, Text, Textarea, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { IconBulb, IconPaperclip, IconSend2, IconSitemap } from "@tabler/icons-react";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { type Conversation, type Schemas, seconds } from "../api/client";
import type { useCommand } from "../api/commands";
import { answersQuery, contentQuery, useMe } from "../api/hooks";
import { useNow } from "../ui/useNow";
import { fill, useSpeech } from "../words";
import { span } from "../words/time";
import { Canned, matching } from "./Canned";
import { type ChangeDraft, type Draft, givenBack } from "./draft";
import classes from "./ThreadPane.module.css";
import { useUploads } from "./uploads";

type Props = {
  talk: Conversation;
  draft: Draft;
  setDraft: ChangeDraft;
  send: (message: { text: string; files: Schemas["Uploaded"][] }) => Promise<boolean>;
  command: ReturnType<typeof useCommand>;
  said: () => void;
};

export function Composer({ talk, draft, setDraft, send, command, said }: Props) {
  const { words } = useSpeech();
  const me = useMe();
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [dropping, setDropping] = useState(false);
  const [marked, mark] = useState(0);
  const answers = useQuery(answersQuery(talk.id)).data;
  const uploads = useUploads((file) => setDraft((one) => ({ ...one, files: [...one.files, file] })));
  const noting = draft.kind === "note";
  const foreign = talk.owner !== null && talk.owner.id !== me.user.id;
  const shut = !noting && !talk.window.open;
  const found = useMemo(() => (draft.text.startsWith("/") && !noting ? matching(answers?.answers ?? [], draft.text.slice(1)) : undefined), [draft.text, noting, answers]);

  const focus = () => field.current?.focus();
  const kind = (next: Draft["kind"]) => {
    setDraft((one) => ({ ...one, kind: next }));
    focus();
  };
  useHotkeys([["r", () => kind("reply")], ["n", () => kind("note")]]);
  useEffect(() => mark(0), [found?.length]);

  const insert = (text: string) => {
    setDraft((one) => ({ ...one, kind: "reply", text: one.text.startsWith("/") || !one.text ? text : `${one.text.trimEnd()}\n${text}` }));
    focus();
  };
  const empty = !draft.text.trim() && draft.files.length === 0;
  const submit = async () => {
    if (empty || uploads.busy || (shut && !noting) || (foreign && !noting)) return;
    const text = draft.text.trim();
    const files = draft.files;
    setDraft((one) => ({ ...one, text: "", files: [] }));
    said();
    if (!noting) {
      if (!(await send({ text, files }))) setDraft((one) => givenBack(one, { text, files }));
      return;
    }
    command.mutate({ command: "notes", body: { text } }, { onError: () => setDraft((one) => (one.text ? one : { ...one, kind: "note", text })) });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (found?.length) {
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (move) {
        event.preventDefault();
        mark((marked + move + found.length) % found.length);
        return;
      }
      const chosen = found[marked];
      if ((event.key === "Enter" || event.key === "Tab") && chosen) {
        event.preventDefault();
        insert(chosen.text);
        return;
      }
    }
    if (event.key === "Escape") field.current?.blur();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      void submit();
    }
  };
  const files = (list: FileList | null) => list?.length && uploads.add([...list]);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    files(event.dataTransfer.files);
  };
  const paste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length) {
      event.preventDefault();
      files(event.clipboardData.files);
    }
  };

  return (
    <section className={`${classes.composer} ${noting ? classes.noting : ""} ${dropping ? classes.dropping : ""}`} aria-label={words.reply}
      onDragOver={(event) => (event.preventDefault(), setDropping(true))} onDragLeave={() => setDropping(false)} onDrop={drop}>
      {!noting && <WindowLine talk={talk} />}
      {!noting && foreign && (
        <Alert color="yellow" p="xs" mb="xs">
          <Group justify="space-between" gap="xs">
            <Text size="sm">{fill(words.takeFirst, { who: talk.owner?.name ?? "" })}</Text>
            <Button size="compact-sm" onClick={() => command.mutate({ command: "take", body: { force: true } })}>{words.take}</Button>
          </Group>
        </Alert>
      )}
      {!noting && answers?.suggestion && !draft.text && <Suggested suggestion={answers.suggestion} insert={insert} />}
      {found && <Canned found={found} marked={marked} choose={(answer) => insert(answer.text)} />}
      {(draft.files.length > 0 || uploads.busy) && (
        <Pill.Group mb="xs">
          {draft.files.map((file) => (
            <Pill key={file.id} withRemoveButton removeButtonProps={{ "aria-label": `${words.remove}: ${file.name}` }}
              onRemove={() => setDraft((one) => ({ ...one, files: one.files.filter((other) => other.id !== file.id) }))}>{file.name}</Pill>
          ))}
          {uploads.busy && <Loader size="xs" aria-label={words.loading} />}
        </Pill.Group>
      )}
      <Textarea ref={field} autosize minRows={2} maxRows={9} value={draft.text} onChange={(event) => {
        const text = event.currentTarget.value;
        setDraft((one) => ({ ...one, text }));
      }} onKeyDown={keys} onPaste={paste}
        aria-label={noting ? words.notePlaceholder : words.replyPlaceholder} placeholder={noting ? words.notePlaceholder : words.replyPlaceholder} maxLength={20_000} />
      <Group mt={6} gap={6} justify="space-between" wrap="nowrap">
        <Group gap={4} wrap="nowrap">
          <SegmentedControl size="xs" value={draft.kind} onChange={(value) => kind(value as Draft["kind"])} aria-label={words.reply}
            data={[{ value: "reply", label: words.reply }, { value: "note", label: words.note }]} />
          {!noting && (
            <>
              <Tooltip label={words.attach}>
                <ActionIcon variant="subtle" color="gray" aria-label={words.attach} onClick={() => picker.current?.click()}><IconPaperclip size={18} /></ActionIcon>
              </Tooltip>
              <input ref={picker} type="file" multiple hidden onChange={(event) => {
                files(event.currentTarget.files);
                event.currentTarget.value = "";
              }} />
              <StepMenu talk={talk} command={command} />
            </>
          )}
        </Group>
        <Tooltip label={words.sendHint} openDelay={600}>
          <Button size="sm" px="md" disabled={empty || uploads.busy || (!noting && (shut || foreign))} rightSection={<IconSend2 size={16} />} onClick={() => void submit()}>
            {noting ? words.save : talk.mode === "operator" || foreign ? words.send : words.takeAndReply}
          </Button>
        </Tooltip>
      </Group>
    </section>
  );
}

/** WhatsApp's 24 hours as a countdown; what can be done when nothing can be said. */
function WindowLine({ talk }: { talk: Conversation }) {
  const { words, language } = useSpeech();
  const now = useNow(20);
  const { window: gap } = talk;
  if (!gap.open) {
    const reason = gap.reason === "shut" ? words.windowShut : words.windowReasons[gap.reason || "nowhere"];
    return <Alert color="orange" p="xs" mb="xs">{reason} {gap.remedy || (gap.reason === "shut" ? words.windowRemedy : "")}</Alert>;
  }
  if (!gap.until) return null;
  const left = Math.max(0, seconds(gap.until) - now);
  return <Text size="xs" c={left < 7_200 ? "orange" : "dimmed"} mb={4} role="timer">{fill(words.windowOpen, { time: span(left, language) })}</Text>;
}

function Suggested({ suggestion, insert }: { suggestion: Schemas["Suggestion"]; insert: (text: string) => void }) {
  const words = useSpeech().words;
  return (
    <Alert color="blue" p="xs" mb="xs" icon={<IconBulb size={18} />} title={fill(words.suggestion, { title: suggestion.answers[0]?.title || suggestion.objection })}>
      {suggestion.answers.map((answer) => (
        <Group key={answer.id} gap="xs" wrap="nowrap" justify="space-between" mt={4}>
          <Text size="sm" lineClamp={2}>{answer.text}</Text>
          <Button size="compact-xs" variant="light" style={{ flexShrink: 0 }} onClick={() => insert(answer.text)}>{words.suggestionUse}</Button>
        </Group>
      ))}
    </Alert>
  );
}

function StepMenu({ talk, command }: Pick<Props, "talk" | "command">) {
  const words = useSpeech().words;
  const content = useQuery(contentQuery).data;
  if (!content?.tunnels.length) return null;
  return (
    <Menu position="top-start" width={280}>
      <Menu.Target>
        <Tooltip label={words.step}><ActionIcon variant="subtle" color="gray" aria-label={words.step}><IconSitemap size={18} /></ActionIcon></Tooltip>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
        {content.tunnels.map((tunnel) => (
          <div key={tunnel.tunnel}>
            <Menu.Label>{tunnel.title}</Menu.Label>
            {tunnel.steps.map((step) => (
              <Menu.Item key={step.step} onClick={() => command.mutate({ command: "step", body: { tunnel: tunnel.tunnel, step: step.step } })}>
                <Text size="sm" lineClamp={1}>{step.title || step.step}</Text>
              </Menu.Item>
            ))}
          </div>
        ))}
        <Menu.Divider />
        <Menu.Label>{talk.place ? `${talk.place.tunnel_title} · ${talk.place.title || talk.place.step}` : ""}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}

