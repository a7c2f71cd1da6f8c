// Where somebody stands in one tunnel's sale: every stage of it at a glance, and how long they have been where they are.
import { Box, Button, Group, Menu, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconCheck, IconChevronDown, IconMinus } from "@tabler/icons-react";
import { useState } from "react";
import { type Schemas, seconds } from "../api/client";
import type { useCommand } from "../api/commands";
import { contentQuery } from "../api/hooks";
import { useNow } from "../ui/useNow";
import { fill, useSpeech } from "../words";
import { moment, span } from "../words/time";
import classes from "./Pipeline.module.css";

type Props = { lead: Schemas["Lead"]; command: ReturnType<typeof useCommand>; mayEdit: boolean };

export function Pipeline({ lead, command, mayEdit }: Props) {
  const { words, language } = useSpeech();
  const now = useNow(60);
  const known = useQuery(contentQuery).data?.tunnels.find((tunnel) => tunnel.tunnel === lead.tunnel)?.stages ?? [];
  const been = new Set(lead.stages.map((stay) => stay.stage));
  const current = lead.stage?.stage;
  return (
    <Box>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" c="dimmed" truncate>{lead.tunnel_title}</Text>
        {mayEdit && known.length > 0 && (
          <Menu position="bottom-end">
            <Menu.Target><Button size="compact-sm" variant="default" style={{ flexShrink: 0 }} rightSection={<IconChevronDown size={13} />} aria-label={words.card.move}>{words.card.moveShort}</Button></Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{words.card.move}</Menu.Label>
              {known.map((stage) => (
                <Menu.Item key={stage.stage} disabled={stage.stage === current} leftSection={stage.stage === current ? <IconCheck size={14} /> : <span style={{ width: 14 }} />}
                  onClick={() => command.mutate({ command: "stage", body: { tunnel: lead.tunnel, stage: stage.stage, reason: "" } })}>{stage.title}</Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      {known.length > 0 && (
        <div className={classes.track} aria-hidden>
          {known.map((stage) => <span key={stage.stage} title={stage.title} className={stage.stage === current ? classes.current : been.has(stage.stage) ? classes.been : classes.ahead} />)}
        </div>
      )}
      {lead.stages.map((stay) => (
        <Group key={stay.entered_at} gap={6} wrap="nowrap" justify="space-between" className={stay.left_at ? classes.past : classes.now}>
          <span className={classes.cut}>{stay.title}{stay.reason && ` · ${stay.reason}`}</span>
          <span className={classes.time} title={moment(seconds(stay.entered_at), language)}>{span(stay.left_at ? stay.seconds : now - seconds(stay.entered_at), language)}</span>
        </Group>
      ))}
      {lead.value !== null && <Text size="sm" fw={600}>{new Intl.NumberFormat(language).format(lead.value)}</Text>}
      {lead.steps.length > 0 && <StepsPassed steps={lead.steps} />}
    </Box>
  );
}

function StepsPassed({ steps }: { steps: Schemas["StepPassed"][] }) {
  const { words } = useSpeech();
  const [open, setOpen] = useState(false);
  const passed = steps.filter((step) => step.visits > 0).length;
  return (
    <Box mt={6}>
      <UnstyledButton onClick={() => setOpen(!open)} aria-expanded={open} className={classes.steps}>
        {fill(words.card.stepsPassed, { passed, all: steps.length })}<IconChevronDown size={13} className={open ? classes.up : ""} aria-hidden />
      </UnstyledButton>
      {open && steps.map((step) => (
        <Group key={step.step} gap={6} wrap="nowrap" align="flex-start" mt={3}>
          {step.visits ? <IconCheck size={14} color="var(--mantine-primary-color-filled)" role="img" aria-label={words.card.passed} /> : <IconMinus size={14} color="var(--mantine-color-dimmed)" role="img" aria-label={words.card.skipped} />}
          <Text size="xs" c={step.visits ? undefined : "dimmed"} lineClamp={1}>{step.title || step.step}{step.visits > 1 && ` ×${step.visits}`}</Text>
        </Group>
      ))}
    </Box>
  );
}
