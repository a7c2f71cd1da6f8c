// Only some of a view's conversations: by channel, stage, queue and tag.
import { ActionIcon, Button, Indicator, NativeSelect, Popover, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconFilter } from "@tabler/icons-react";
import { contentQuery, type Filter } from "../api/hooks";
import { useWords } from "../words";

type Props = { chosen: Filter; choose: (chosen: Filter) => void };
const NONE = { channel: "", stage: "", queue: "", tag: "" };

/** Whether something is left out. */
export const narrowed = ({ channel, stage, queue, tag }: Filter) => Boolean(channel || stage || queue || tag);

export function Filters({ chosen, choose }: Props) {
  const words = useWords();
  const content = useQuery(contentQuery).data;
  const any = { value: "", label: words.filters.any };
  const stages = content?.tunnels.filter((tunnel) => tunnel.stages.length).map((tunnel) => ({
    group: tunnel.title,
    items: tunnel.stages.map((stage) => ({ value: `${tunnel.tunnel}/${stage.stage}`, label: stage.title })),
  })) ?? [];
  const part = (name: keyof typeof NONE, data: object[]) => (
    <NativeSelect size="sm" label={words.filters[name]} data={[any, ...data] as never} value={chosen[name]} onChange={(event) => choose({ ...chosen, [name]: event.currentTarget.value })} />
  );
  return (
    <Popover position="bottom-end" width={260} trapFocus withArrow shadow="md">
      <Indicator disabled={!narrowed(chosen)} size={9} offset={5}>
        <Popover.Target>
          <ActionIcon variant={narrowed(chosen) ? "light" : "default"} size={40} aria-label={words.filters.title} title={words.filters.title}><IconFilter size={18} stroke={1.7} /></ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown>
        <Stack gap="sm">
          {part("channel", Object.entries(words.channels).map(([value, label]) => ({ value, label })))}
          {part("stage", stages)}
          {part("queue", content?.queues.map(({ queue, title }) => ({ value: queue, label: title })) ?? [])}
          {part("tag", content?.tags.map((tag) => ({ value: tag, label: tag })) ?? [])}
          <Button variant="light" size="xs" disabled={!narrowed(chosen)} onClick={() => choose({ ...chosen, ...NONE })}>{words.filters.clear}</Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
