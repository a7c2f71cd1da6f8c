// One-time links: the first administrator's, and those that set a password. Their token stands behind the `#`, where no
// server's log sees it.
import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { asked, client, keepToken, type Me } from "../api/client";
import { nowHere } from "../api/hooks";
import { useSpeech } from "../words";
import { Frame } from "./Frame";
import { CodeField, useCodeWanted } from "./CodeField";
import { whyNot } from "./Login";

const token = () => window.location.hash.replace(/^#(token=)?/, "");

function useEntry(send: () => Promise<Me>) {
  const queries = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: send,
    onSuccess: (me) => {
      keepToken(me.csrf);
      nowHere(queries, me);
      go("/", { replace: true });
    },
  });
}

/** The first administrator makes an account. */
export function SetUp() {
  const { words, language } = useSpeech();
  const [login, setLogin] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const entry = useEntry(() => asked(client.POST("/api/console/setup", { body: { token: token(), login: login.trim(), name: name.trim(), password, language } })));
  return (
    <Frame title={words.login.setupTitle} hint={words.login.setupHint} onSubmit={() => entry.mutate()}>
      {entry.error && <Alert color="red" role="alert">{whyNot(entry.error, words)}</Alert>}
      <TextInput label={words.login.name} autoComplete="name" required autoFocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput label={words.login.login} autoComplete="username" required value={login} onChange={(event) => setLogin(event.currentTarget.value)} />
      <PasswordInput label={words.login.password} autoComplete="new-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
      <Button type="submit" loading={entry.isPending} fullWidth mt="xs">{words.login.create}</Button>
    </Frame>
  );
}

/** Somebody who was invited, or has forgotten, sets a password. */
export function Invited() {
  const { words } = useSpeech();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const entry = useEntry(() => asked(client.POST("/api/console/password", { body: { token: token(), password, code: code.replaceAll(" ", "") } })));
  const [wanted, asksCode] = useCodeWanted(entry.error);
  return (
    <Frame title={words.login.resetTitle} hint={words.login.passwordHint} onSubmit={() => entry.mutate()}>
      {entry.error && !asksCode && <Alert color="red" role="alert">{whyNot(entry.error, words)}</Alert>}
      <PasswordInput label={words.login.password} autoComplete="new-password" required autoFocus value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
      {wanted && <CodeField code={code} setCode={setCode} />}
      <Button type="submit" loading={entry.isPending} fullWidth mt="xs">{words.login.setNew}</Button>
    </Frame>
  );
}
