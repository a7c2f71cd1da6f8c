import type { Card } from "../api/client";
import type { useCommand } from "../api/commands";
import { useWords } from "../words";
import { EditLine } from "./EditLine";

type Props = { card: Card; mayEdit: boolean; command: ReturnType<typeof useCommand> };
const MOST = 200;

/** Who this is: a click corrects it. A name that is emptied becomes the messenger's again. */
export function Details({ card, mayEdit, command }: Props) {
  const words = useWords();
  const save = (detail: "name" | "phone" | "email") => (value: string) => command.mutateAsync({ command: "details", quiet: true, body: { detail, value } });
  return (
    <>
      <EditLine title={words.card.name} shown={card.name} editable={mayEdit} maxLength={MOST} save={save("name")} />
      <EditLine title={words.card.phone} shown={card.phone} editable={mayEdit} inputMode="tel" maxLength={MOST} save={save("phone")} />
      <EditLine title={words.card.email} shown={card.email} editable={mayEdit} inputMode="email" maxLength={MOST} save={save("email")} />
    </>
  );
}
