import { Switch } from "@mantine/core";
import type { Schemas } from "../api/client";
import type { useCommand } from "../api/commands";
import { EditLine } from "./EditLine";

type Props = { variable: Schemas["Variable"]; mayEdit: boolean; command: ReturnType<typeof useCommand> };

/** A variable of the content; an emptied field forgets it. */
export function VariableLine({ variable, mayEdit, command }: Props) {
  const editable = mayEdit && variable.known;
  const shown = Array.isArray(variable.value) ? variable.value.join(", ") : variable.value === null ? "" : String(variable.value);
  const title = variable.title || variable.name;
  if (editable && variable.type === "flag") {
    const set = (value: boolean) => command.mutate({ command: "variables", body: { name: variable.name, value } });
    return <Switch size="xs" label={title} checked={variable.value === true} onChange={(event) => set(event.currentTarget.checked)} />;
  }
  const save = (text: string) => command.mutateAsync({ command: "variables", quiet: true, body: { name: variable.name, value: text || null } });
  return <EditLine title={title} shown={shown} unit={variable.unit} editable={editable} type={variable.type === "date" ? "date" : "text"} inputMode={variable.type === "number" ? "decimal" : undefined} save={save} />;
}
