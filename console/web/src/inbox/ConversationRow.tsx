import { Badge, Highlight } from "@mantine/core";
import { IconBan, IconClock, IconMoon, IconRobot, IconUser, IconUsersGroup } from "@tabler/icons-react";
import { memo } from "react";
import { Link } from "wouter";
import { type Row, type Schemas, seconds, type View } from "../api/client";
import { useMe } from "../api/hooks";
import { Face } from "../ui/Face";
import { nameOf } from "../ui/nameOf";
import { fill, useSpeech } from "../words";
import { brief, moment, patience } from "../words/time";
import classes from "./ListPane.module.css";

export const ROW_HEIGHT = 84;
const LATE_S = 300;
const VERY_LATE_S = 3600;

type Props = { row: Row; open: boolean; now: number; view: View; top?: number };

/** One conversation of a list: who, where, what was said last, how long they wait, and where they stand in the sale. */
export const ConversationRow = memo(function ConversationRow({ row, open, now, view, top }: Props) {
  const { words } = useSpeech();
  const me = useMe();
  const name = nameOf(row, words);
  const stage = row.stages.at(-1);
  const place = top === undefined ? undefined : { position: "absolute" as const, insetInline: 0, transform: `translateY(${top}px)` };
  return (
    <div role="listitem" style={{ height: ROW_HEIGHT, ...place }}>
      <Link href={`/c/${row.id}`} className={`${classes.row} ${row.unread ? classes.unread : ""}`} aria-current={open}>
        <Face name={row.name} id={row.id} size={42} channel={row.channel} />
        <div className={classes.words}>
          <div className={classes.line}>
            <span className={`${classes.grow} ${classes.name}`} title={name}>{name}</span>
            <When row={row} now={now} />
          </div>
          <div className={`${classes.line} ${classes.last}`}>
            {row.last_by === "bot" && <IconRobot size={15} stroke={1.7} aria-label={words.bot} />}
            {row.last_by === "operator" && <IconUser size={15} stroke={1.7} aria-label={row.owner?.name ?? words.modes.operator} />}
            <span className={classes.grow}>{row.last_text || "…"}</span>
            {row.unread > 0 && <Badge size="sm" circle={row.unread < 10} aria-label={fill(words.unread, { count: row.unread })}>{row.unread}</Badge>}
          </div>
          <div className={classes.facts}>
            {stage && <span className={classes.stage}>{stage.stage_title}</span>}
            {row.owner && view !== "mine" && <span><IconUser size={13} aria-hidden />{row.owner.id === me.user.id ? words.you : row.owner.name}</span>}
            {!row.owner && row.mode === "queued" && row.queue_title && <span className={classes.free}><IconUsersGroup size={14} aria-hidden />{row.queue_title}</span>}
            {(row.mode === "stopped" || row.mode === "blocked") && <span><IconBan size={13} aria-hidden />{words.modes[row.mode]}</span>}
            {row.tags.length > 0 && <span><span className={classes.grow}>{row.tags.map((tag) => `#${tag}`).join(" ")}</span></span>}
          </div>
        </div>
      </Link>
    </div>
  );
});

function When({ row, now }: { row: Row; now: number }) {
  const { words, language } = useSpeech();
  if (row.waiting_since) {
    const waited = now - seconds(row.waiting_since);
    const urgency = waited > VERY_LATE_S ? classes.verylate : waited > LATE_S ? classes.late : "";
    const time = patience(waited, language);
    return (
      <time className={`${classes.when} ${classes.waits} ${urgency}`} dateTime={row.waiting_since} title={`${fill(words.waits, { time })} · ${moment(seconds(row.waiting_since), language)}`}>
        <IconClock size={13} aria-label={words.modes.queued} />{time}
      </time>
    );
  }
  const until = row.snoozed_until ? seconds(row.snoozed_until) : 0;
  if (until > now) {
    const title = fill(words.snoozedUntil, { time: moment(until, language) });
    return <time className={`${classes.when} ${classes.waits}`} title={title}><IconMoon size={13} aria-label={title} />{brief(until, now, language)}</time>;
  }
  return <time className={classes.when} dateTime={row.last_at} title={moment(seconds(row.last_at), language)}>{brief(seconds(row.last_at), now, language)}</time>;
}

/** A message that was found. */
export function FoundRow({ found, now, wanted }: { found: Schemas["FoundMessage"]; now: number; wanted: string }) {
  const { words, language } = useSpeech();
  return (
    <div role="listitem">
      <Link href={`/c/${found.contact}`} className={classes.row}>
        <div className={classes.words}>
          <div className={classes.line}>
            <span className={`${classes.grow} ${classes.name}`}>{nameOf({ id: found.contact, name: found.name }, words)}</span>
            <time className={classes.when} dateTime={found.at}>{brief(seconds(found.at), now, language)}</time>
          </div>
          <div className={`${classes.line} ${classes.last}`} style={{ alignItems: "flex-start" }}>
            {found.by === "bot" && <IconRobot size={15} stroke={1.7} aria-label={words.bot} style={{ flexShrink: 0, marginTop: 3 }} />}
            {found.by === "operator" && <IconUser size={15} stroke={1.7} aria-label={words.modes.operator} style={{ flexShrink: 0, marginTop: 3 }} />}
            <Highlight highlight={wanted} size="sm" c="dimmed" lineClamp={2}>{found.text}</Highlight>
          </div>
        </div>
      </Link>
    </div>
  );
}
