// One's own settings: language, appearance, password, sign-in code.
import { Alert, Button, Code, Group, Paper, PasswordInput, SegmentedControl, Stack, Switch, Text, TextInput, Title, useMantineColorScheme } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { QRCodeSVG } from "qrcode.react";
import { type ReactNode, useState } from "react";
import { asked, client, keepToken, type Me } from "../api/client";
import { useMe } from "../api/hooks";
import { whyNot } from "../auth/Login";
import { SOUND } from "../inbox/attention";
import { Face } from "../ui/Face";
import { type Language, useSpeech } from "../words";
import { Page } from "./Page";

function useChange<A>(send: (argument: A) => Promise<Me>, done?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (me) => {
      keepToken(me.csrf);
      queries.setQueryData(["me"], me);
      done?.();
    },
  });
}

export default function Settings() {
  const { words, language, setLanguage } = useSpeech();
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [sound, setSound] = useState(localStorage.getItem(SOUND) === "on");
  const speak = useChange((next: Language) => asked(client.PATCH("/api/console/me", { body: { language: next } })));
  return (
    <Page title={words.me.title}>
      <Stack>
        <Group wrap="nowrap" gap="sm" mb="xs">
          <Face name={me.user.name} id={me.user.id} size={52} />
          <div style={{ minWidth: 0 }}>
            <Text fw={600} truncate>{me.user.name}</Text>
            <Text size="sm" c="dimmed" truncate>{me.user.login} · {words.roles[me.user.role]}</Text>
          </div>
        </Group>
        <Part title={words.me.language}>
          <SegmentedControl aria-label={words.me.language} value={language} data={[{ value: "ru", label: "Русский" }, { value: "en", label: "English" }]}
            onChange={(value) => {
              setLanguage(value as Language);
              speak.mutate(value as Language);
            }} />
        </Part>
        <Part title={words.me.theme}>
          <SegmentedControl aria-label={words.me.theme} value={colorScheme} onChange={(value) => setColorScheme(value as "auto" | "light" | "dark")}
            data={(["auto", "light", "dark"] as const).map((value) => ({ value, label: words.me.themes[value] }))} />
        </Part>
        <Part title={words.me.notices}>
          <Switch label={words.me.sound} checked={sound} onChange={(event) => {
            setSound(event.currentTarget.checked);
            localStorage.setItem(SOUND, event.currentTarget.checked ? "on" : "off");
          }} />
        </Part>
        <Password />
        <SignInCode />
      </Stack>
    </Page>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="sm">{title}</Title>
      {children}
    </Paper>
  );
}

function Password() {
  const { words } = useSpeech();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const change = useChange(
    () => asked(client.POST("/api/console/me/password", { body: { old, new: next } })),
    () => {
      setOld("");
      setNext("");
      notifications.show({ message: words.me.changed, color: "green" });
    },
  );
  return (
    <Part title={words.me.password}>
      <form onSubmit={(event) => (event.preventDefault(), change.mutate(undefined))}>
        <Stack gap="sm">
          {change.error && <Alert color="red" role="alert">{whyNot(change.error, words)}</Alert>}
          <PasswordInput label={words.me.oldPassword} autoComplete="current-password" required value={old} onChange={(event) => setOld(event.currentTarget.value)} />
          <PasswordInput label={words.me.newPassword} autoComplete="new-password" required value={next} onChange={(event) => setNext(event.currentTarget.value)} />
          <Group justify="flex-end"><Button type="submit" loading={change.isPending}>{words.save}</Button></Group>
        </Stack>
      </form>
    </Part>
  );
}

function SignInCode() {
  const { words } = useSpeech();
  const me = useMe();
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const begin = useMutation({ mutationFn: () => asked(client.POST("/api/console/me/totp")) });
  const confirm = useChange(() => asked(client.POST("/api/console/me/totp/confirm", { body: { code } })), () => begin.reset());
  const off = useChange(() => asked(client.POST("/api/console/me/totp/off", { body: { password } })), () => setPassword(""));
  const wrong = begin.error ?? confirm.error ?? off.error;
  return (
    <Part title={`${words.me.totp}: ${me.user.totp ? words.me.totpOn : words.me.totpOff}`}>
      {wrong && <Alert color="red" role="alert" mb="sm">{whyNot(wrong, words)}</Alert>}
      {me.user.totp ? (
        <form onSubmit={(event) => (event.preventDefault(), off.mutate(undefined))}>
          <Group align="flex-end">
            <PasswordInput flex={1} label={words.login.password} autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
            <Button type="submit" color="red" variant="light" loading={off.isPending}>{words.team.disable}</Button>
          </Group>
        </form>
      ) : begin.data ? (
        <form onSubmit={(event) => (event.preventDefault(), confirm.mutate(undefined))}>
          <Stack gap="sm">
            <Text size="sm">{words.me.totpHint}</Text>
            <Paper p="sm" bg="white" w="fit-content"><QRCodeSVG value={begin.data.uri} size={168} title={words.me.totp} /></Paper>
            <Code block>{begin.data.secret}</Code>
            <Group align="flex-end">
              <TextInput flex={1} label={words.login.code} inputMode="numeric" autoComplete="one-time-code" required value={code} onChange={(event) => setCode(event.currentTarget.value)} />
              <Button type="submit" loading={confirm.isPending}>{words.team.enable}</Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Button variant="light" loading={begin.isPending} onClick={() => begin.mutate()}>{words.team.enable}</Button>
      )}
    </Part>
  );
}
