import { ActionIcon, Badge, Button, Menu, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconArrowLeft, IconCheck, IconChevronDown, IconDots, IconHandGrab, IconId, IconMoon, IconRobot, IconUserShare } from "@tabler/icons-react";
import { Link } from "wouter";
import { type Conversation, seconds } from "../api/client";
import type { useCommand } from "../api/commands";
import { colleaguesQuery, contentQuery, useMay, useMe } from "../api/hooks";
import { ChannelIcon } from "../ui/ChannelIcon";
import { nameOf } from "../ui/nameOf";
import { fill, useSpeech } from "../words";
import { moment } from "../words/time";
import classes from "./ThreadPane.module.css";

type Props = { talk: Conversation; command: ReturnType<typeof useCommand>; toggleCard: () => void; narrow: boolean };

/** Who this is, who answers, and what can be done with the conversation. */
export function Head({ talk, command, toggleCard, narrow }: Props) {
  const { words, language } = useSpeech();
  const me = useMe();
  const mayAct = useMay("take");
  const mine = talk.owner?.id === me.user.id;
  const state = mine ? words.ownedByYou : talk.owner ? fill(words.ownedBy, { name: talk.owner.name }) : talk.mode === "queued" && talk.queue_title ? fill(words.queueOf, { name: talk.queue_title }) : words.modes[talk.mode];
  const place = talk.place ? `${talk.place.tunnel_title} · ${talk.place.title || talk.place.step}` : "";
  return (
    <header className={classes.head}>
      {narrow && <ActionIcon component={Link} href="/" variant="subtle" color="gray" aria-label={words.back}><IconArrowLeft size={20} /></ActionIcon>}
      <div className={classes.who}>
        <h1 className={classes.name}>
          <ChannelIcon channel={talk.channel} />
          <span className={classes.cut}>{nameOf(talk, words)}</span>
          {talk.snoozed_until && <Badge size="xs" color="grape" variant="light" tt="none">{fill(words.snoozedUntil, { time: moment(seconds(talk.snoozed_until), language) })}</Badge>}
        </h1>
        <div className={`${classes.state} ${classes.cut}`} title={place}>{[state, place].filter(Boolean).join(" · ")}</div>
      </div>
      {mayAct && <Actions talk={talk} command={command} mine={mine} narrow={narrow} />}
      <Tooltip label={words.card.open}>
        <ActionIcon variant="subtle" color="gray" onClick={toggleCard} aria-label={words.card.open}><IconId size={20} /></ActionIcon>
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
        <Button size={narrow ? "compact-sm" : "xs"} leftSection={narrow ? null : <IconHandGrab size={16} />} loading={command.isPending && command.variables.command === "take"}
          onClick={() => command.mutate({ command: "take", body: { force: held } })}>{words.take}</Button>
      )}
      {held && (
        <Menu position="bottom-end">
          <Menu.Target>
            {narrow ? (
              <ActionIcon variant="light" aria-label={words.release}><IconRobot size={18} /></ActionIcon>
            ) : (
              <Button size="xs" variant={mine ? "light" : "default"} rightSection={<IconChevronDown size={14} />} leftSection={<IconRobot size={16} />}>{words.release}</Button>
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
      <Menu position="bottom-end" width={260}>
        <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={words.more}><IconDots size={20} /></ActionIcon></Menu.Target>
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
