import { Badge, Highlight } from "@mantine/core";
import { IconRobot, IconUser } from "@tabler/icons-react";
import { memo } from "react";
import { Link } from "wouter";
import { type Row, type Schemas, seconds, type View } from "../api/client";
import { useMe } from "../api/hooks";
import { ChannelIcon } from "../ui/ChannelIcon";
import { Face } from "../ui/Face";
import { nameOf } from "../ui/nameOf";
import { fill, useSpeech } from "../words";
import { brief, moment, span } from "../words/time";
import classes from "./ListPane.module.css";

export const ROW_HEIGHT = 86;
const LATE_S = 300;

type Props = { row: Row; open: boolean; now: number; view: View; top?: number };

/** One conversation of a list: who, where, what was said last, how long they wait, and where they stand in the sale. */
export const ConversationRow = memo(function ConversationRow({ row, open, now, view, top }: Props) {
  const { words, language } = useSpeech();
  const me = useMe();
  const name = nameOf(row, words);
  const waited = row.waiting_since ? now - seconds(row.waiting_since) : 0;
  const stage = row.stages.at(-1);
  const place = top === undefined ? undefined : { position: "absolute" as const, insetInline: 0, transform: `translateY(${top}px)` };
  return (
    <div role="listitem" style={{ height: ROW_HEIGHT, ...place }}>
      <Link href={`/c/${row.id}`} className={`${classes.row} ${row.unread ? classes.unread : ""}`} aria-current={open}>
        <Face name={row.name} id={row.id} />
        <div className={classes.words}>
          <div className={classes.line}>
            <ChannelIcon channel={row.channel} />
            <span className={classes.grow} style={{ fontWeight: row.unread ? 700 : 500 }} title={name}>{name}</span>
            {row.waiting_since ? (
              <time className={`${classes.when} ${waited > LATE_S ? classes.late : ""}`} dateTime={row.waiting_since} title={moment(seconds(row.waiting_since), language)}>
                {fill(words.waits, { time: span(waited, language) })}
              </time>
            ) : (
              <time className={classes.when} dateTime={row.last_at} title={moment(seconds(row.last_at), language)}>{brief(seconds(row.last_at), now, language)}</time>
            )}
          </div>
          <div className={`${classes.line} ${classes.last}`}>
            {row.last_by === "bot" && <IconRobot size={14} aria-label={words.bot} />}
            {row.last_by === "operator" && <IconUser size={14} aria-label={row.owner?.name ?? words.modes.operator} />}
            <span className={classes.grow}>{row.last_text || "…"}</span>
            {row.unread > 0 && <Badge size="sm" circle={row.unread < 10} aria-label={fill(words.unread, { count: row.unread })}>{row.unread}</Badge>}
          </div>
          <div className={classes.tags}>
            {stage && <Badge size="xs" variant="light" color="gray" tt="none" fw={500}>{stage.stage_title}</Badge>}
            {row.owner && view !== "mine" && <Badge size="xs" variant="outline" color="gray" tt="none" fw={500}>{row.owner.id === me.user.id ? words.you : row.owner.name}</Badge>}
            {!row.owner && row.mode === "queued" && row.queue_title && <Badge size="xs" variant="light" color="orange" tt="none" fw={500}>{row.queue_title}</Badge>}
            {(row.mode === "stopped" || row.mode === "blocked") && <Badge size="xs" variant="light" color="red" tt="none" fw={500}>{words.modes[row.mode]}</Badge>}
            {row.tags.slice(0, 2).map((tag) => <Badge key={tag} size="xs" variant="dot" color="gray" tt="none" fw={500}>{tag}</Badge>)}
          </div>
        </div>
      </Link>
    </div>
  );
});

/** A message that was found. */
export function FoundRow({ found, now, wanted }: { found: Schemas["FoundMessage"]; now: number; wanted: string }) {
  const { words, language } = useSpeech();
  return (
    <div role="listitem">
      <Link href={`/c/${found.contact}`} className={classes.row}>
        <div className={classes.words}>
          <div className={classes.line}>
            <span className={classes.grow}>{nameOf({ id: found.contact, name: found.name }, words)}</span>
            <time className={classes.when} dateTime={found.at}>{brief(seconds(found.at), now, language)}</time>
          </div>
          <Highlight highlight={wanted} size="sm" c="dimmed" lineClamp={2}>{found.text}</Highlight>
        </div>
      </Link>
    </div>
  );
}
