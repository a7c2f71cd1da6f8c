// What the channel allows: WhatsApp's 24 hours as a countdown; what can be done when nothing can be said.
import { Alert, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconClockPause, IconNote, IconPhone } from "@tabler/icons-react";
import { type Conversation, seconds } from "../api/client";
import { cardQuery } from "../api/hooks";
import { useNow } from "../ui/useNow";
import { fill, useSpeech } from "../words";
import { patience } from "../words/time";
import classes from "./ThreadPane.module.css";

const SOON_S = 7_200;

export function WindowLine({ talk }: { talk: Conversation }) {
  const { words, language } = useSpeech();
  const now = useNow(20);
  const { window: gap } = talk;
  if (!gap.open || !gap.until) return null;
  const left = Math.max(0, seconds(gap.until) - now);
  return (
    <div className={`${classes.window} ${left < SOON_S ? classes.windowSoon : ""}`} role="timer">
      <IconClockPause size={15} stroke={1.8} aria-hidden />{fill(words.windowOpen, { time: patience(left, language) })}
    </div>
  );
}

/** Instead of a field that nothing can be written in. */
export function Shut({ talk, note }: { talk: Conversation; note: () => void }) {
  const { words } = useSpeech();
  const card = useQuery(cardQuery(talk.id)).data;
  const { reason, remedy } = talk.window;
  return (
    <Alert color="orange" variant="light" p="sm" title={words.windowReasons[reason || "nowhere"]} classNames={{ title: classes.shutTitle ?? "" }}>
      <Text size="sm">{remedy || (reason === "shut" ? words.windowRemedy : "")}</Text>
      <Group gap="xs" mt="xs">
        {card?.phone && <Button component="a" href={`tel:${card.phone}`} size="xs" variant="default" leftSection={<IconPhone size={15} />}>{fill(words.call, { phone: card.phone })}</Button>}
        <Button size="xs" variant="default" leftSection={<IconNote size={15} />} onClick={note}>{words.writeNote}</Button>
      </Group>
    </Alert>
  );
}
