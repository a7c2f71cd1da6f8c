// What was said and done, oldest first. What the bot did between two messages is folded into one line.
import { Button, Group } from "@mantine/core";
import { IconAlertCircle, IconCheck, IconChecks, IconChevronDown, IconClock, IconFile, IconNote, IconRobot, IconUser } from "@tabler/icons-react";
import { Fragment, memo, useMemo } from "react";
import { type Act, type Message, type Note, seconds, type ThreadItem } from "../api/client";
import { ChannelIcon } from "../ui/ChannelIcon";
import { useNow } from "../ui/useNow";
import { fill, useSpeech } from "../words";
import { clock, dayOf, moment } from "../words/time";
import { actWords, gistOf } from "./acts";
import { Shared } from "./Shared";
import type { Outgoing } from "./unsent";
import classes from "./ThreadPane.module.css";

type Group = { kind: "acts"; acts: Act[] } | { kind: "one"; item: Message | Note };

/** What was done together is one group; a new day begins another. */
function grouped(items: ThreadItem[]): Group[] {
  const groups: Group[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (item.item === "message" && !item.text && !item.files.length && !item.buttons.length) continue; // the chat was opened
    if (item.item !== "act") groups.push({ kind: "one", item });
    else if (last?.kind === "acts" && sameDay(last.acts[0]?.at, item.at)) last.acts.push(item);
    else groups.push({ kind: "acts", acts: [item] });
  }
  return groups;
}

const sameDay = (one: string | undefined, other: string) => one !== undefined && new Date(one).toDateString() === new Date(other).toDateString();

type Props = { items: ThreadItem[]; outgoing: Outgoing[]; again: (message: Outgoing) => void; forget: (id: string) => void };

export function Items({ items, outgoing, again, forget }: Props) {
  const { words, language } = useSpeech();
  const now = useNow(60);
  const groups = useMemo(() => grouped(items), [items]);
  let day = "";
  let author = "";
  let channel = "";
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
        const through = group.kind === "one" && group.item.item === "message" ? group.item.channel : channel;
        const moved = through !== channel;
        channel = through;
        return (
          <Fragment key={`${first.item}:${first.id}`}>
            {heading && <div className={classes.day}>{heading}</div>}
            {group.kind === "acts" ? <Acts acts={group.acts} /> : group.item.item === "note" ? <NoteLine note={group.item} /> : <Bubble message={group.item} first={changed} moved={moved} />}
          </Fragment>
        );
      })}
      {outgoing.map((message) => <Leaving key={message.id} message={message} again={again} forget={forget} />)}
    </>
  );
}

/** moved: the message came through another channel than the one before it. */
const Bubble = memo(function Bubble({ message, first, moved }: { message: Message; first: boolean; moved: boolean }) {
  const { words, language } = useSpeech();
  const look = message.by === "operator" ? classes.operator : message.by === "bot" ? classes.bot : message.kind === "press" ? classes.press : "";
  const author = message.by === "bot" ? words.bot : message.by === "operator" ? (message.operator?.name ?? words.modes.operator) : "";
  const wrong = message.status === "failed" || message.status === "dropped";
  const pictures = message.files.some((file) => file.inline && file.kind === "image");
  const said = message.text || message.files.length > 0;
  const meta = (
    <span className={classes.meta}>
      <time dateTime={message.at} title={moment(seconds(message.at), language)}>{clock(seconds(message.at), language)}</time>
      {message.direction === "out" && <Delivery status={message.status} />}
    </span>
  );
  return (
    <div className={`${classes.item} ${message.direction === "in" ? classes.in : classes.out} ${first ? classes.first : ""}`}>
      {((first && author) || moved) && (
        <div className={classes.author}>
          {message.by === "bot" && <IconRobot size={14} stroke={1.7} aria-hidden />}
          {author}
          {moved && <span className={classes.through}><ChannelIcon channel={message.channel} size={13} />{words.channels[message.channel as keyof typeof words.channels] ?? message.channel}</span>}
        </div>
      )}
      {said ? (
        <div className={`${classes.bubble} ${look} ${pictures ? classes.pictures : ""} ${wrong ? classes.undelivered : ""}`}>
          {message.files.map((file) => <Shared key={file.url || file.name} file={file} />)}
          {message.text && <span className={classes.text}>{message.text}</span>}
          {meta}
        </div>
      ) : meta}
      {message.buttons.length > 0 && (
        <ul className={classes.buttons} aria-label={words.offered}>{message.buttons.map((label) => <li key={label} className={classes.offer}>{label}</li>)}</ul>
      )}
      {wrong && <div className={classes.wrong}><IconAlertCircle size={14} aria-hidden />{fill(words.failed, { reason: message.remedy || message.reason })}</div>}
    </div>
  );
});

function Delivery({ status }: { status: string }) {
  const words = useSpeech().words;
  const title = words.delivery[status as keyof typeof words.delivery] ?? status;
  const Icon = { sent: IconCheck, delivered: IconChecks, read: IconChecks, played: IconChecks, failed: IconAlertCircle, dropped: IconAlertCircle }[status] ?? IconClock;
  const look = status === "read" || status === "played" ? classes.read : status === "failed" || status === "dropped" ? classes.lost : "";
  return <Icon size={15} stroke={2} className={look} role="img" aria-label={title} title={title} />;
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

/** What matters most of it is said; the whole unfolds. */
function Acts({ acts }: { acts: Act[] }) {
  const { words, language } = useSpeech();
  const said = acts.map((act) => ({ act, text: actWords(act, words, language) })).filter((one) => one.text);
  const gist = gistOf(said.map(({ act }) => act)).map((act) => said.find((one) => one.act === act)?.text ?? "");
  if (said.length === 0) return null;
  const bot = acts.every((act) => !act.operator);
  const line = <>{bot ? <IconRobot size={14} stroke={1.7} aria-label={words.bot} /> : <IconUser size={14} stroke={1.7} aria-hidden />}<span>{gist.join(" · ")}</span></>;
  if (said.length === gist.length) return <div className={classes.acts}><div className={classes.gist}>{line}</div></div>;
  return (
    <details className={classes.acts}>
      <summary className={classes.gist}>{line}<span className={classes.more} aria-hidden>+{said.length - gist.length}<IconChevronDown size={13} /></span></summary>
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
        {message.text && <span className={classes.text}>{message.text}</span>}
        <span className={classes.meta}>{clock(message.at, language)} <Delivery status={message.wrong ? "failed" : "pending"} /></span>
      </div>
      {message.wrong && (
        <div className={classes.wrong} role="alert">
          <span>{message.wrong}</span>
          <Button variant="subtle" size="compact-xs" onClick={() => again(message)}>{words.retry}</Button>
          <Button variant="subtle" size="compact-xs" color="gray" onClick={() => forget(message.id)}>{words.remove}</Button>
        </div>
      )}
    </div>
  );
}
