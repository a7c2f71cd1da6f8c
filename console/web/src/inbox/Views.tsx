// Which conversations are listed: a rail beside the list on a desk, a bar under the thumb on a phone.
import { UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconInbox, IconMessages, IconRobot, IconUserCheck, IconUserQuestion } from "@tabler/icons-react";
import type { View } from "../api/client";
import { countsQuery } from "../api/hooks";
import { useWords } from "../words";
import { MainMenu } from "./MainMenu";
import classes from "./Views.module.css";

const VIEWS: [View, typeof IconInbox][] = [
  ["waiting", IconUserQuestion],
  ["mine", IconUserCheck],
  ["unassigned", IconInbox],
  ["bot", IconRobot],
  ["all", IconMessages],
];
const MOST = 999;

type Props = { view: View; choose: (view: View) => void; wide: boolean; showKeys: () => void };

export function Views({ view, choose, wide, showKeys }: Props) {
  const words = useWords();
  const counts = useQuery(countsQuery).data;
  return (
    <div className={wide ? classes.rail : classes.bar}>
      <div className={classes.views} role="group" aria-label={words.product}>
        {VIEWS.map(([name, Icon]) => {
          const count = counts?.[name] ?? 0;
          return (
            <UnstyledButton key={name} className={classes.view} aria-pressed={view === name} title={`${words.views[name]}: ${count}`} onClick={() => choose(name)}>
              <span className={classes.mark}>
                <Icon size={22} stroke={1.6} aria-hidden />
                {count > 0 && <span className={`${classes.count} ${name === "waiting" ? classes.urgent : ""}`}>{count > MOST ? `${MOST}+` : count}</span>}
              </span>
              <span className={classes.name}>{words.views[name]}</span>
            </UnstyledButton>
          );
        })}
      </div>
      {wide && <MainMenu showKeys={showKeys} position="right-end" />}
    </div>
  );
}
