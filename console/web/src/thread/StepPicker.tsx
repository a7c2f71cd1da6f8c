// A step of a tunnel, to be sent in the operator's name: found by its words, those of the customer's own tunnel first.
import { ActionIcon, Popover, Text, TextInput, Tooltip, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconSearch, IconSitemap } from "@tabler/icons-react";
import { useState } from "react";
import type { Conversation } from "../api/client";
import type { useCommand } from "../api/commands";
import { contentQuery } from "../api/hooks";
import { useWords } from "../words";
import classes from "./ThreadPane.module.css";

type Props = { talk: Conversation; command: ReturnType<typeof useCommand> };

export function StepPicker({ talk, command }: Props) {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const tunnels = useQuery(contentQuery).data?.tunnels ?? [];
  if (!tunnels.length) return null;
  const here = talk.place;
  const wanted = typed.toLowerCase().split(/\s+/u).filter(Boolean);
  const found = [...tunnels] // of the steps that say something
    .sort((one, other) => Number(other.tunnel === here?.tunnel) - Number(one.tunnel === here?.tunnel))
    .map((tunnel) => ({ ...tunnel, steps: tunnel.steps.filter((step) => step.title !== step.step && wanted.every((word) => `${step.title} ${step.step}`.toLowerCase().includes(word))) }))
    .filter((tunnel) => tunnel.steps.length);
  const send = (tunnel: string, step: string) => {
    setOpen(false);
    command.mutate({ command: "step", body: { tunnel, step } });
  };
  return (
    <Popover opened={open} onChange={setOpen} position="top-start" width={340} trapFocus shadow="md" keepMounted={false}>
      <Popover.Target>
        <Tooltip label={words.step} disabled={open}>
          <ActionIcon variant="subtle" color="gray" size={36} aria-label={words.step} onClick={() => setOpen(!open)}><IconSitemap size={20} stroke={1.7} /></ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} maw="calc(100vw - 16px)" aria-label={words.stepChoose}>
        <TextInput size="sm" m={8} leftSection={<IconSearch size={15} />} aria-label={words.stepChoose} placeholder={words.stepChoose} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        <div className={classes.choices}>
          {found.length === 0 && <Text size="sm" c="dimmed" p="sm">{words.noCanned}</Text>}
          {found.map((tunnel) => (
            <section key={tunnel.tunnel}>
              <div className={classes.choicesTitle}>{tunnel.title}</div>
              {tunnel.steps.map((step) => (
                <UnstyledButton key={step.step} className={classes.choice} disabled={!talk.window.open && !(talk.window.reason === "shut" && step.approved)} onClick={() => send(tunnel.tunnel, step.step)}>
                  <Text size="sm" lineClamp={2}>{step.title}</Text>
                  {here?.tunnel === tunnel.tunnel && here.step === step.step && <span className={classes.hereNow}>{words.card.here}</span>}
                </UnstyledButton>
              ))}
            </section>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
