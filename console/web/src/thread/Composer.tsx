// Where an operator answers: replies and notes, canned answers by "/", files, a step of the tunnel. Drafts outlive a reload.
import { ActionIcon, Button, Loader, Pill, SegmentedControl, Text, Textarea, Tooltip, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconBulb, IconLock, IconNote, IconPaperclip, IconSend2 } from "@tabler/icons-react";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { Conversation, Schemas } from "../api/client";
import type { useCommand } from "../api/commands";
import { answersQuery, useMe } from "../api/hooks";
import { useKeys } from "../ui/useKeys";
import { fill, useSpeech } from "../words";
import { Canned, matching } from "./Canned";
import { type ChangeDraft, type Draft, givenBack } from "./draft";
import { StepPicker } from "./StepPicker";
import classes from "./ThreadPane.module.css";
import { Shut, useUpToNow, WindowLine } from "./WindowLine";
import { useUploads } from "./uploads";

type Props = {
  talk: Conversation;
  draft: Draft;
  setDraft: ChangeDraft;
  send: (message: { text: string; files: Schemas["Uploaded"][] }) => Promise<boolean>;
  command: ReturnType<typeof useCommand>;
  said: () => void;
  narrow: boolean;
};

export function Composer({ talk: told, draft, setDraft, send, command, said, narrow }: Props) {
  const { words } = useSpeech();
  const me = useMe();
  const talk = useUpToNow(told);
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
  const toFocus = useRef(false);
  const kind = (next: Draft["kind"]) => {
    toFocus.current = true;
    setDraft((one) => ({ ...one, kind: next }));
  };
  // Once it is drawn: where nothing can be said the field for a note was hidden until now.
  useEffect(() => {
    if (toFocus.current) focus();
    toFocus.current = false;
  });
  useKeys([["r", () => kind("reply")], ["n", () => kind("note")]]);
  useEffect(() => mark(0), [found?.length]);

  const insert = (text: string) => {
    setDraft((one) => ({ ...one, kind: "reply", text: one.text.startsWith("/") || !one.text ? text : `${one.text.trimEnd()}\n${text}` }));
    focus();
  };
  const empty = !draft.text.trim() && draft.files.length === 0;
  const blocked = empty || uploads.busy || (!noting && (shut || foreign));
  const submit = async () => {
    if (blocked) return;
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

  const label = noting ? words.note : talk.mode === "operator" || foreign ? words.send : words.takeAndReply;

  return (
    <section className={`${classes.composer} ${dropping ? classes.dropping : ""}`} aria-label={words.reply}
      onDragOver={(event) => (event.preventDefault(), setDropping(true))} onDragLeave={() => setDropping(false)} onDrop={drop}>
      {!noting && foreign && (
        <div className={classes.foreign} role="status">
          <IconLock size={17} stroke={1.8} aria-hidden />
          <span>{fill(words.takeFirst, { who: talk.owner?.name ?? "" })}</span>
          <Button size="xs" variant="default" onClick={() => command.mutate({ command: "take", body: { force: true } })}>{words.takeOver}</Button>
        </div>
      )}
      {!noting && !shut && answers?.suggestion && !draft.text && <Suggested suggestion={answers.suggestion} insert={insert} />}
      {found && <Canned found={found} marked={marked} choose={(answer) => insert(answer.text)} />}
      {shut && !foreign && <Shut talk={talk} command={command} note={() => kind("note")} />}
      <div className={`${classes.box} ${noting ? classes.noting : ""}`} hidden={shut && empty}>
        {(draft.files.length > 0 || uploads.busy) && (
          <Pill.Group px={10} pt={8}>
            {draft.files.map((file) => (
              <Pill key={file.id} withRemoveButton removeButtonProps={{ "aria-label": `${words.remove}: ${file.name}` }}
                onRemove={() => setDraft((one) => ({ ...one, files: one.files.filter((other) => other.id !== file.id) }))}>{file.name}</Pill>
            ))}
            {uploads.busy && <Loader size="xs" aria-label={words.loading} />}
          </Pill.Group>
        )}
        <Textarea ref={field} variant="unstyled" autosize minRows={narrow ? 1 : 2} maxRows={9} value={draft.text} onChange={(event) => {
          const text = event.currentTarget.value;
          setDraft((one) => ({ ...one, text }));
        }} onKeyDown={keys} onPaste={paste} classNames={{ input: classes.field ?? "" }}
          aria-label={noting ? words.notePlaceholder : words.replyPlaceholder} placeholder={noting ? words.notePlaceholder : words.replyPlaceholder} maxLength={20_000} />
        <div className={classes.tools}>
          <SegmentedControl size="xs" value={draft.kind} onChange={(value) => kind(value as Draft["kind"])} aria-label={words.reply}
            data={[{ value: "reply", label: words.reply }, { value: "note", label: words.note }]} />
          {!noting && (
            <>
              <Tooltip label={words.attach}>
                <ActionIcon variant="subtle" color="gray" size={36} aria-label={words.attach} onClick={() => picker.current?.click()}><IconPaperclip size={20} stroke={1.7} /></ActionIcon>
              </Tooltip>
              <input ref={picker} type="file" multiple hidden onChange={(event) => {
                files(event.currentTarget.files);
                event.currentTarget.value = "";
              }} />
              <StepPicker talk={talk} command={command} />
            </>
          )}
          <div className={classes.gap}>{!noting && !narrow && <WindowLine talk={talk} />}</div>
          {narrow ? (
            <ActionIcon size={40} radius="xl" color={noting ? "yellow" : undefined} variant="filled" disabled={blocked} aria-label={label} onClick={() => void submit()}><IconSend2 size={20} /></ActionIcon>
          ) : (
            <Tooltip label={words.sendHint} openDelay={600}>
              <Button size="sm" px="md" color={noting ? "yellow" : undefined} disabled={blocked} rightSection={noting ? <IconNote size={16} /> : <IconSend2 size={16} />} onClick={() => void submit()}>{noting ? words.save : label}</Button>
            </Tooltip>
          )}
        </div>
      </div>
      {!noting && narrow && <WindowLine talk={talk} />}
    </section>
  );
}

function Suggested({ suggestion, insert }: { suggestion: Schemas["Suggestion"]; insert: (text: string) => void }) {
  const words = useSpeech().words;
  return (
    <section className={classes.suggested}>
      <div className={classes.suggestedTitle}><IconBulb size={17} stroke={1.8} aria-hidden />{fill(words.suggestion, { title: suggestion.answers[0]?.title || suggestion.objection })}</div>
      {suggestion.answers.map((answer) => (
        <UnstyledButton key={answer.id} className={classes.suggestedAnswer} onClick={() => insert(answer.text)}>
          <Text size="sm" lineClamp={2}>{answer.text}</Text>
          <span className={classes.use}>{words.suggestionUse}</span>
        </UnstyledButton>
      ))}
    </section>
  );
}
