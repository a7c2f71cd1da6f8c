import { ActionIcon, Badge, Button, Menu, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconArrowLeft, IconCheck, IconChevronDown, IconDots, IconHandGrab, IconId, IconMoon, IconRobot, IconUserShare } from "@tabler/icons-react";
import { Link } from "wouter";
import { type Conversation, seconds } from "../api/client";
import type { useCommand } from "../api/commands";
import { cardQuery, colleaguesQuery, contentQuery, useMay, useMe } from "../api/hooks";
import { ChannelIcon } from "../ui/ChannelIcon";
import { Face } from "../ui/Face";
import { nameOf } from "../ui/nameOf";
import { useNow } from "../ui/useNow";
import { fill, useSpeech } from "../words";
import { moment, patience } from "../words/time";
import classes from "./ThreadPane.module.css";

type Props = { talk: Conversation; command: ReturnType<typeof useCommand>; toggleCard: () => void; narrow: boolean };

/** Who this is, who answers, where they stand, and what can be done with the conversation. */
export function Head({ talk, command, toggleCard, narrow }: Props) {
  const { words, language } = useSpeech();
  const me = useMe();
  const now = useNow(20);
  const mayAct = useMay("take");
  const card = useQuery(cardQuery(talk.id)).data;
  const mine = talk.owner?.id === me.user.id;
  const stage = (card?.leads.find((lead) => lead.tunnel === talk.place?.tunnel) ?? card?.leads.at(-1))?.stage?.stage_title;
  const waits = talk.waiting_since ? fill(words.waits, { time: patience(now - seconds(talk.waiting_since), language) }) : "";
  const state = mine ? words.ownedByYou : talk.owner ? fill(words.ownedBy, { name: talk.owner.name }) : talk.mode === "queued" && talk.queue_title ? narrow ? talk.queue_title : fill(words.queueOf, { name: talk.queue_title }) : words.modes[talk.mode];
  const step = talk.place?.title || talk.place?.step || "";
  return (
    <header className={classes.head}>
      {narrow && <ActionIcon component={Link} href="/" variant="subtle" color="gray" size={36} ml={-6} aria-label={words.back}><IconArrowLeft size={22} /></ActionIcon>}
      {!narrow && <Face name={talk.name} id={talk.id} size={40} channel={talk.channel} />}
      <div className={classes.who}>
        <h1 className={classes.name}>
          {narrow && <ChannelIcon channel={talk.channel} />}
          <span className={classes.cut} title={nameOf(talk, words)}>{nameOf(talk, words)}</span>
          {!narrow && stage && <span className={classes.stage}>{stage}</span>}
          {talk.snoozed_until && seconds(talk.snoozed_until) > now && <Badge size="sm" color="grape" variant="light" tt="none" style={{ flexShrink: 0 }}>{fill(words.snoozedUntil, { time: moment(seconds(talk.snoozed_until), language) })}</Badge>}
        </h1>
        <div className={classes.state}>
          <span className={`${classes.owner} ${mine ? classes.mine : talk.mode === "queued" ? classes.free : ""}`}>{state}</span>
          {narrow && stage && <span className={classes.stage}>{stage}</span>}
          {!narrow && waits && <span className={classes.waits}>{waits}</span>}
          {!narrow && step && <span className={classes.cut} title={`${talk.place?.tunnel_title}: ${step}`}>{talk.place?.tunnel_title}: {step}</span>}
        </div>
      </div>
      {mayAct && <Actions talk={talk} command={command} mine={mine} narrow={narrow} />}
      <Tooltip label={words.card.open}>
        <ActionIcon variant="subtle" color="gray" size={36} onClick={toggleCard} aria-label={words.card.open}><IconId size={21} stroke={1.7} /></ActionIcon>
      </Tooltip>
    </header>
  );
}

function Actions({ talk, command, mine, narrow }: { talk: Conversation; command: Props["command"]; mine: boolean; narrow: boolean }) {
  const { words } = useSpeech();
  const me = useMe();
  const held = talk.mode === "operator" || talk.owner !== null; // also by whose words the customer no longer takes
  const colleagues = useQuery(colleaguesQuery).data?.colleagues.filter((one) => one.id !== me.user.id) ?? [];
  const content = useQuery(contentQuery).data;
  const steps = content?.tunnels.find((tunnel) => tunnel.tunnel === talk.place?.tunnel)?.steps ?? [];
  const until = (time: Date) => command.mutate({ command: "snooze", body: { until: time.toISOString() } });
  return (
    <>
      {!mine && (
        <Button size={narrow ? "xs" : "sm"} px={narrow ? 12 : undefined} leftSection={narrow ? null : <IconHandGrab size={16} />} loading={command.isPending && command.variables.command === "take"}
          onClick={() => command.mutate({ command: "take", body: { force: held } })}>{words.take}</Button>
      )}
      {held && (
        <Menu position="bottom-end">
          <Menu.Target>
            {narrow ? (
              <ActionIcon variant="light" size={36} aria-label={words.release}><IconRobot size={20} stroke={1.7} /></ActionIcon>
            ) : (
              <Button size="sm" px="sm" variant={mine ? "light" : "default"} rightSection={<IconChevronDown size={14} />} leftSection={<IconRobot size={16} />}>{words.release}</Button>
            )}
          </Menu.Target>
          <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
            <Menu.Item onClick={() => command.mutate({ command: "release", body: { step: "" } })}>{words.releaseHere}</Menu.Item>
            {steps.length > 0 && <Menu.Label>{words.releaseAt}</Menu.Label>}
            {steps.map((step) => (
              <Menu.Item key={step.step} onClick={() => command.mutate({ command: "release", body: { step: `${talk.place?.tunnel}/${step.step}` } })}>{step.title || step.step}</Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {mine && !narrow && (
        <Tooltip label={words.closeConversation}>
          <ActionIcon variant="default" size={36} aria-label={words.closeConversation} onClick={() => command.mutate({ command: "close", body: {} })}><IconCheck size={19} /></ActionIcon>
        </Tooltip>
      )}
      <Menu position="bottom-end" width={260}>
        <Menu.Target><ActionIcon variant="subtle" color="gray" size={36} aria-label={words.more}><IconDots size={21} /></ActionIcon></Menu.Target>
        <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
          {held && <Menu.Item leftSection={<IconCheck size={16} />} onClick={() => command.mutate({ command: "close", body: {} })}>{words.closeConversation}</Menu.Item>}
          <Menu.Label>{words.snooze}</Menu.Label>
          <Menu.Item leftSection={<IconMoon size={16} />} onClick={() => until(new Date(Date.now() + 3_600_000))}>{words.snoozeFor.hour}</Menu.Item>
          {new Date().getHours() < 18 && <Menu.Item leftSection={<IconMoon size={16} />} onClick={() => until(clockAt(0, 18))}>{words.snoozeFor.evening}</Menu.Item>}
          <Menu.Item leftSection={<IconMoon size={16} />} onClick={() => until(clockAt(1, 9))}>{words.snoozeFor.tomorrow}</Menu.Item>
          <Menu.Item leftSection={<IconMoon size={16} />} onClick={() => until(clockAt(((8 - new Date().getDay()) % 7) || 7, 9))}>{words.snoozeFor.monday}</Menu.Item>
          {talk.snoozed_until && <Menu.Item onClick={() => command.mutate({ command: "snooze", body: { until: null } })}>{words.unsnooze}</Menu.Item>}
          {colleagues.length > 0 && <Menu.Label>{words.assignTo}</Menu.Label>}
          {colleagues.map((one) => (
            <Menu.Item key={one.id} leftSection={<IconUserShare size={16} />} rightSection={one.online ? <Badge size="xs" circle color="green" aria-label="online">{" "}</Badge> : null}
              onClick={() => command.mutate({ command: "assign", body: { to: one.id } })}>{one.name}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** A clock time some days from now, here. */
function clockAt(days: number, hour: number): Date {
  const time = new Date();
  time.setDate(time.getDate() + days);
  time.setHours(hour, 0, 0, 0);
  return time;
}
