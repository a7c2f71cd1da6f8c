import { Group, Kbd, Stack, Text } from "@mantine/core";
import { Dialog } from "../ui/Dialog";
import { useWords } from "../words";

/** All keys, on "?". */
export function Keys({ opened, close }: { opened: boolean; close: () => void }) {
  const words = useWords();
  const keys: [string, string][] = [
    ["J", words.keys.next], ["K", words.keys.previous], ["/", words.keys.search], ["T", words.keys.take], ["R", words.keys.reply],
    ["N", words.keys.note], ["I", words.keys.card], ["Esc", words.keys.leave], ["?", words.keys.help],
  ];
  return (
    <Dialog opened={opened} onClose={close} title={words.me.keys} size="sm">
      <Stack gap="xs">
        {keys.map(([key, does]) => (
          <Group key={key} justify="space-between">
            <Text size="sm">{does}</Text>
            <Kbd>{key}</Kbd>
          </Group>
        ))}
      </Stack>
    </Dialog>
  );
}
