// What was said and done, oldest first. What the bot did between two messages is folded into one line.
import { Button, Group } from "@mantine/core";
import { IconAlertCircle, IconCheck, IconChecks, IconClock, IconFile, IconNote } from "@tabler/icons-react";
import { Fragment, memo, useMemo } from "react";
import { type Act, type Message, type Note, seconds, type ThreadItem } from "../api/client";
import { ChannelIcon } from "../ui/ChannelIcon";
import { useNow } from "../ui/useNow";
import { fill, useSpeech } from "../words";
import { clock, dayOf, moment } from "../words/time";
import { actWords } from "./acts";
import { Shared } from "./Shared";
import type { Outgoing } from "./unsent";
import classes from "./ThreadPane.module.css";

type Group = { kind: "acts"; acts: Act[] } | { kind: "one"; item: Message | Note };

function grouped(items: ThreadItem[]): Group[] {
  const groups: Group[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (item.item === "message" && !item.text && !item.files.length && !item.buttons.length) continue; // the chat was opened
    if (item.item !== "act") groups.push({ kind: "one", item });
    else if (last?.kind === "acts") last.acts.push(item);
    else groups.push({ kind: "acts", acts: [item] });
  }
  return groups;
}

type Props = { items: ThreadItem[]; outgoing: Outgoing[]; contact: string; again: (message: Outgoing) => void; forget: (id: string) => void };

export function Items({ items, outgoing, contact, again, forget }: Props) {
  const { words, language } = useSpeech();
  const now = useNow(60);
  const groups = useMemo(() => grouped(items), [items]);
  let day = "";
  let author = "";
  return (
    <>
      {groups.map((group) => {
        const first = group.kind === "acts" ? group.acts[0] : group.item;
        if (!first) return null;
        const at = seconds(first.at);
        const today = dayOf(at, now, language, words);
        const heading = today === day ? "" : today;
        day = today;
        const by = group.kind === "one" && group.item.item === "message" ? `${group.item.by}:${group.item.operator?.id ?? ""}` : "";
        const changed = by !== author || heading !== "";
        author = by || author;
        return (
          <Fragment key={`${first.item}:${first.id}`}>
            {heading && <div className={classes.day}>{heading}</div>}
            {group.kind === "acts" ? <Acts acts={group.acts} /> : group.item.item === "note" ? <NoteLine note={group.item} /> : <Bubble message={group.item} first={changed} contact={contact} />}
          </Fragment>
        );
      })}
      {outgoing.map((message) => <Leaving key={message.id} message={message} again={again} forget={forget} />)}
    </>
  );
}

const Bubble = memo(function Bubble({ message, first }: { message: Message; first: boolean; contact: string }) {
  const { words, language } = useSpeech();
  const look = message.by === "operator" ? classes.operator : message.by === "bot" ? classes.bot : message.kind === "press" ? classes.press : "";
  const author = message.by === "bot" ? words.bot : message.by === "operator" ? (message.operator?.name ?? words.modes.operator) : "";
  const wrong = message.status === "failed" || message.status === "dropped";
  return (
    <div className={`${classes.item} ${message.direction === "in" ? classes.in : classes.out} ${first ? classes.first : ""}`}>
      {first && author && <div className={classes.author}>{author}</div>}
      {(message.text || message.files.length > 0) && (
        <div className={`${classes.bubble} ${look}`}>
          {message.files.map((file) => <Shared key={file.url || file.name} file={file} />)}
          {message.text}
        </div>
      )}
      {message.buttons.length > 0 && (
        <div className={classes.buttons}>{message.buttons.map((label) => <span key={label} className={classes.offer}>{label}</span>)}</div>
      )}
      <div className={classes.meta}>
        <ChannelIcon channel={message.channel} size={12} />
        <time dateTime={message.at} title={moment(seconds(message.at), language)}>{clock(seconds(message.at), language)}</time>
        {message.direction === "out" && <Delivery status={message.status} />}
      </div>
      {wrong && <div className={classes.wrong}>{fill(words.failed, { reason: [message.reason, message.remedy].filter(Boolean).join(" ") })}</div>}
    </div>
  );
});

function Delivery({ status }: { status: string }) {
  const words = useSpeech().words;
  const title = words.delivery[status as keyof typeof words.delivery] ?? status;
  const Icon = { sent: IconCheck, delivered: IconChecks, read: IconChecks, played: IconChecks, failed: IconAlertCircle, dropped: IconAlertCircle }[status] ?? IconClock;
  const colour = status === "read" || status === "played" ? "var(--mantine-primary-color-filled)" : status === "failed" || status === "dropped" ? "var(--mantine-color-error)" : undefined;
  return <Icon size={13} color={colour} role="img" aria-label={title} title={title} />;
}

function NoteLine({ note }: { note: Note }) {
  const { words, language } = useSpeech();
  return (
    <div className={classes.note}>
      <Group gap={6} mb={2} c="dimmed" fz="xs"><IconNote size={14} aria-hidden />{words.note} · {note.operator?.name ?? words.bot} · {clock(seconds(note.at), language)}</Group>
      {note.text}
    </div>
  );
}

/** The last one says what it came to; the others unfold. */
function Acts({ acts }: { acts: Act[] }) {
  const { words, language } = useSpeech();
  const said = acts.map((act) => ({ act, text: actWords(act, words, language) })).filter((one) => one.text);
  const last = said.at(-1);
  if (!last) return null;
  if (said.length === 1) return <div className={classes.acts}>{last.text}</div>;
  return (
    <details className={classes.acts}>
      <summary>{last.text} <span aria-hidden>· +{said.length - 1}</span></summary>
      <ul>{said.map(({ act, text }) => <li key={act.id}><time dateTime={act.at}>{clock(seconds(act.at), language)}</time><span>{text}</span></li>)}</ul>
    </details>
  );
}

function Leaving({ message, again, forget }: { message: Outgoing; again: (message: Outgoing) => void; forget: (id: string) => void }) {
  const { words, language } = useSpeech();
  return (
    <div className={`${classes.item} ${classes.out}`}>
      <div className={`${classes.bubble} ${classes.operator}`} style={{ opacity: message.wrong ? 1 : 0.75 }}>
        {message.files.map((file) => <Group key={file.id} gap={6}><IconFile size={16} aria-hidden />{file.name}</Group>)}
        {message.text}
      </div>
      <div className={classes.meta}>{clock(message.at, language)} <Delivery status={message.wrong ? "failed" : "pending"} /></div>
      {message.wrong && (
        <div className={classes.wrong} role="alert">
          {message.wrong}{" "}
          <Button variant="subtle" size="compact-xs" onClick={() => again(message)}>{words.retry}</Button>
          <Button variant="subtle" size="compact-xs" color="gray" onClick={() => forget(message.id)}>{words.remove}</Button>
        </div>
      )}
    </div>
  );
}
