import { TextInput } from "@mantine/core";
import { useState } from "react";
import { Refusal } from "../api/client";
import { useWords } from "../words";

/** Whether this account has an authenticator: known once the API has asked for its code. And whether it asks just now. */
export function useCodeWanted(error: Error | null): [boolean, boolean] {
  const [wanted, setWanted] = useState(false);
  const asks = error instanceof Refusal && error.code === "code_wanted";
  if (asks && !wanted) setWanted(true);
  return [wanted, asks];
}

/** The code that the authenticator shows; who has lost it reads what to do. */
export function CodeField({ code, setCode }: { code: string; setCode: (code: string) => void }) {
  const words = useWords();
  return (
    <TextInput label={words.login.code} description={words.login.codeHint} inputMode="numeric" autoComplete="one-time-code" required autoFocus
      value={code} onChange={(event) => setCode(event.currentTarget.value)} />
  );
}
