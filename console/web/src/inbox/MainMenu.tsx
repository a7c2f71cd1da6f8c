import { Menu, type MenuProps, UnstyledButton } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { IconHistory, IconKeyboard, IconLogout, IconMessage2Bolt, IconSettings, IconUsers } from "@tabler/icons-react";
import { useLocation } from "wouter";
import { asked, client } from "../api/client";
import { nowHere, useMay, useMe } from "../api/hooks";
import { Face } from "../ui/Face";
import { useWords } from "../words";

/** Everything that is not a conversation, behind one's own face. */
export function MainMenu({ showKeys, position = "bottom-end" }: { showKeys: () => void; position?: MenuProps["position"] }) {
  const words = useWords();
  const me = useMe();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const mayTexts = useMay("add_canned");
  const mayTeam = useMay("users");
  const mayAudit = useMay("audit");
  const leave = async () => {
    await asked(client.POST("/api/console/logout")).catch(() => undefined);
    nowHere(queries, null);
  };
  return (
    <Menu position={position} width={230}>
      <Menu.Target>
        <UnstyledButton aria-label={me.user.name} title={me.user.name} style={{ borderRadius: 999, flexShrink: 0 }}><Face name={me.user.name} id={me.user.id} size={40} /></UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.user.name} · {words.roles[me.user.role]}</Menu.Label>
        {mayTexts && <Menu.Item leftSection={<IconMessage2Bolt size={16} />} onClick={() => go("/canned")}>{words.texts.title}</Menu.Item>}
        {mayTeam && <Menu.Item leftSection={<IconUsers size={16} />} onClick={() => go("/team")}>{words.team.title}</Menu.Item>}
        {mayAudit && <Menu.Item leftSection={<IconHistory size={16} />} onClick={() => go("/audit")}>{words.team.audit}</Menu.Item>}
        <Menu.Item leftSection={<IconSettings size={16} />} onClick={() => go("/settings")}>{words.me.title}</Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={showKeys}>{words.me.keys}</Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>{words.login.leave}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
