// Accounts: who works here, in which role; invitations and new passwords by one-time links.
import { ActionIcon, Alert, Badge, Button, Code, CopyButton, Group, Menu, Paper, Select, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconDots, IconLink, IconPlus, IconShieldOff, IconUserOff } from "@tabler/icons-react";
import { useState } from "react";
import { asked, client, type Schemas, seconds, type User } from "../api/client";
import { saidOf } from "../api/commands";
import { useMay, useMe } from "../api/hooks";
import { whyNot } from "../auth/Login";
import { Dialog } from "../ui/Dialog";
import { Face } from "../ui/Face";
import { Trouble } from "../ui/Trouble";
import { fill, useSpeech } from "../words";
import { moment } from "../words/time";
import { Page } from "./Page";
import classes from "./Team.module.css";

const ROLES = ["admin", "manager", "operator", "marketer", "viewer"] as const;
type Role = (typeof ROLES)[number];

export default function Team() {
  const { words } = useSpeech();
  const queries = useQueryClient();
  const mayChange = useMay("add_user");
  const { data, error, refetch } = useQuery({ queryKey: ["users"], queryFn: () => asked(client.GET("/api/console/users")) });
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<Schemas["Invitation"] | undefined>();
  const refresh = () => void queries.invalidateQueries({ queryKey: ["users"] });
  return (
    <Page title={words.team.title} size="md"
      action={mayChange && <Button leftSection={<IconPlus size={16} />} onClick={() => setInviting(true)}>{words.team.invite}</Button>}>
      {error && <Trouble error={error} retry={() => void refetch()} />}
      <Stack gap="xs">
        {data?.users.map((user) => <UserLine key={user.id} user={user} mayChange={mayChange} changed={refresh} linked={setLink} />)}
      </Stack>
      <Invite opened={inviting} close={() => setInviting(false)} made={(invitation) => (setInviting(false), setLink(invitation), refresh())} />
      <Dialog opened={link !== undefined} onClose={() => setLink(undefined)} title={link?.user.name}>
        {link && <LinkShown invitation={link} />}
      </Dialog>
    </Page>
  );
}

type LineProps = { user: User; mayChange: boolean; changed: () => void; linked: (invitation: Schemas["Invitation"]) => void };

function UserLine({ user, mayChange, changed, linked }: LineProps) {
  const { words, language } = useSpeech();
  const me = useMe();
  const failed = (error: Error) => notifications.show({ color: "red", message: saidOf(error, words) });
  const path = { params: { path: { user: user.id } } };
  const change = useMutation({ mutationFn: (body: Schemas["UserChanges"]) => asked(client.PATCH("/api/console/users/{user}", { ...path, body })), onSuccess: changed, onError: failed });
  const reset = useMutation({ mutationFn: () => asked(client.POST("/api/console/users/{user}/reset", path)), onSuccess: linked, onError: failed });
  const self = user.id === me.user.id;
  return (
    <Paper withBorder p="sm" className={classes.user}>
      <Face name={user.name} id={user.id} size={40} />
      <div className={classes.who}>
        <Text fw={600} style={{ overflowWrap: "anywhere" }}>{user.name} {self && <Text span c="dimmed" fw={400}>({words.you})</Text>}</Text>
        <Text size="xs" c="dimmed" truncate>{[user.login, user.invited ? words.team.invited : user.seen_at ? fill(words.team.seen, { time: moment(seconds(user.seen_at), language) }) : words.team.neverSeen].join(" · ")}</Text>
      </div>
      <Group gap="xs" wrap="nowrap" className={classes.state}>
        {user.totp && <Badge size="sm" variant="light" color="green" tt="none">{words.team.totp}</Badge>}
        {user.disabled && <Badge size="sm" variant="light" color="red" tt="none">{words.team.disabled}</Badge>}
        {mayChange && !self ? (
          <Select size="sm" w={165} aria-label={`${words.team.role}: ${user.name}`} allowDeselect={false} value={user.role} data={ROLES.map((role) => ({ value: role, label: words.roles[role] }))}
            onChange={(role) => role && change.mutate({ role: role as Role })} />
        ) : (
          <Text size="sm" c="dimmed">{words.roles[user.role]}</Text>
        )}
      </Group>
      {mayChange && !self && (
        <Menu position="bottom-end">
          <Menu.Target><ActionIcon variant="subtle" color="gray" size={36} aria-label={`${words.more}: ${user.name}`}><IconDots size={19} /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconLink size={16} />} onClick={() => reset.mutate()}>{words.team.reset}</Menu.Item>
            {user.totp && <Menu.Item leftSection={<IconShieldOff size={16} />} onClick={() => change.mutate({ drop_totp: true })}>{words.team.dropTotp}</Menu.Item>}
            <Menu.Item leftSection={<IconUserOff size={16} />} color={user.disabled ? undefined : "red"} onClick={() => change.mutate({ disabled: !user.disabled })}>{user.disabled ? words.team.enable : words.team.disable}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Paper>
  );
}

function Invite({ opened, close, made }: { opened: boolean; close: () => void; made: (invitation: Schemas["Invitation"]) => void }) {
  const { words, language } = useSpeech();
  const [login, setLogin] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const add = useMutation({
    mutationFn: () => asked(client.POST("/api/console/users", { body: { login: login.trim(), name: name.trim(), role, language } })),
    onSuccess: (invitation) => {
      setLogin("");
      setName("");
      made(invitation);
    },
  });
  return (
    <Dialog opened={opened} onClose={close} title={words.team.invite}>
      <form onSubmit={(event) => (event.preventDefault(), add.mutate())}>
        <Stack gap="sm">
          {add.error && <Alert color="red" role="alert">{whyNot(add.error, words)}</Alert>}
          <TextInput label={words.login.name} required data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <TextInput label={words.login.login} required value={login} onChange={(event) => setLogin(event.currentTarget.value)} />
          <Select label={words.team.role} allowDeselect={false} value={role} data={ROLES.map((each) => ({ value: each, label: words.roles[each] }))} onChange={(value) => value && setRole(value as Role)} />
          <Group justify="flex-end"><Button type="submit" loading={add.isPending}>{words.team.invite}</Button></Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function LinkShown({ invitation }: { invitation: Schemas["Invitation"] }) {
  const { words, language } = useSpeech();
  return (
    <Stack gap="sm">
      <Text size="sm">{words.team.inviteHint}</Text>
      <Code block style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>{invitation.link}</Code>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">{fill(words.team.until, { time: moment(seconds(invitation.expires_at), language) })}</Text>
        <CopyButton value={invitation.link}>{({ copied, copy }) => <Button size="xs" onClick={copy}>{copied ? words.team.copied : words.team.copy}</Button>}</CopyButton>
      </Group>
    </Stack>
  );
}
