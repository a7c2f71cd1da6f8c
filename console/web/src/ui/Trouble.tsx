import { Alert, Button, Group } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Refusal } from "../api/client";
import { fill, useWords } from "../words";

/** Something could not be read: why, and another try. */
export function Trouble({ error, retry }: { error: unknown; retry: () => void }) {
  const words = useWords();
  const offline = error instanceof Refusal && error.status === 0;
  const reason = error instanceof Error ? error.message : String(error);
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} m="md" role="alert">
      {offline ? words.lost : fill(words.failedLoad, { reason })}
      <Group mt="sm">
        <Button size="xs" variant="light" color="red" onClick={retry}>
          {words.retry}
        </Button>
      </Group>
    </Alert>
  );
}
