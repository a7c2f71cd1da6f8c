// What the channel allows: WhatsApp's 24 hours as a countdown; what can be done when nothing can be said.
import { Alert, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconClockPause, IconNote, IconPhone } from "@tabler/icons-react";
import { type Conversation, seconds } from "../api/client";
import type { useCommand } from "../api/commands";
import { cardQuery, contentQuery } from "../api/hooks";
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

/** The conversation as it stands by now: WhatsApp's time may have run out since the page was told. */
export function useUpToNow(talk: Conversation): Conversation {
  const now = useNow(20);
  const gap = talk.window;
  return gap.open && gap.until && seconds(gap.until) <= now ? { ...talk, window: { ...gap, open: false, reason: "shut" } } : talk;
}

/** Instead of a field that nothing can be written in. */
export function Shut({ talk, command, note }: { talk: Conversation; command: ReturnType<typeof useCommand>; note: () => void }) {
  const { words } = useSpeech();
  const tunnels = useQuery(contentQuery).data?.tunnels ?? [];
  const approved = tunnels.flatMap(({ tunnel, steps }) => steps.filter((step) => step.approved).map((step) => ({ tunnel, ...step })));
  const card = useQuery(cardQuery(talk.id)).data;
  const { reason, remedy } = talk.window;
  return (
    <Alert color="orange" variant="light" p="sm" title={words.windowReasons[reason || "nowhere"]} bg="var(--late-ground)" radius="lg" classNames={{ title: classes.shutTitle ?? "" }}>
      <Text size="sm">{remedy || (reason === "shut" ? words.windowRemedy : "")}</Text>
      {reason === "shut" && approved.length > 0 && (
        <>
          <Text size="sm" mt={6}>{words.windowApproved}</Text>
          <Group gap="xs" mt={4}>
            {approved.map(({ tunnel, step, title }) => (
              <Button key={`${tunnel}/${step}`} size="xs" variant="default" maw="100%" onClick={() => command.mutate({ command: "step", body: { tunnel, step } })}>{title || step}</Button>
            ))}
          </Group>
        </>
      )}
      <Group gap="xs" mt="xs">
        {card?.phone && <Button component="a" href={`tel:${card.phone}`} size="xs" variant="default" leftSection={<IconPhone size={15} />}>{fill(words.call, { phone: card.phone })}</Button>}
        <Button size="xs" variant="default" leftSection={<IconNote size={15} />} onClick={note}>{words.writeNote}</Button>
      </Group>
    </Alert>
  );
}
