import { Alert, Button, PasswordInput, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asked, client, keepToken, Refusal } from "../api/client";
import { nowHere } from "../api/hooks";
import { fill, useWords } from "../words";
import { CodeField, useCodeWanted } from "./CodeField";
import { Frame } from "./Frame";

/** The sign-in. The code is asked for once the API says that this account has one. */
export function Login() {
  const words = useWords();
  const queries = useQueryClient();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const enter = useMutation({
    mutationFn: () => asked(client.POST("/api/console/login", { body: { login: login.trim(), password, code: code.replaceAll(" ", "") } })),
    onSuccess: (me) => {
      keepToken(me.csrf);
      nowHere(queries, me);
    },
  });
  const [wanted, asksCode] = useCodeWanted(enter.error);
  return (
    <Frame title={words.login.title} onSubmit={() => enter.mutate()}>
      {enter.error && !asksCode && <Alert color="red" role="alert">{whyNot(enter.error, words)}</Alert>}
      <TextInput label={words.login.login} autoComplete="username" required autoFocus value={login} onChange={(event) => setLogin(event.currentTarget.value)} />
      <PasswordInput label={words.login.password} autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
      {wanted && <CodeField code={code} setCode={setCode} />}
      <Button type="submit" loading={enter.isPending} fullWidth mt="xs">{words.login.enter}</Button>
      <Text size="xs" c="dimmed">{wanted ? words.login.lostCode : words.login.forgot}</Text>
    </Frame>
  );
}

/** Why nobody was let in. */
export function whyNot(error: Error, words: ReturnType<typeof useWords>): string {
  if (!(error instanceof Refusal)) return String(error);
  if (error.status === 0) return words.lost;
  if (error.status === 429) return fill(words.login.wait, { seconds: error.retryAfter ?? 60 });
  return error.message || words.login.wrong;
}
