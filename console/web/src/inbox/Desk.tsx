// The operators' screen: the list, the conversation, the card beside it. On a phone, one of the three at a time.
import { Center, Stack, Text } from "@mantine/core";
import { useHotkeys, useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { IconMessages } from "@tabler/icons-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { useChanges } from "../api/stream";
import { CardPane } from "../card/CardPane";
import { ThreadPane } from "../thread/ThreadPane";
import { useWords } from "../words";
import classes from "./Desk.module.css";
import { Keys } from "./Keys";
import { type Chosen, ListPane, NOTHING_CHOSEN } from "./ListPane";
import { useAttention } from "./attention";

export function Desk({ contact, card = false }: { contact?: string; card?: boolean }) {
  const words = useWords();
  const [, go] = useLocation();
  const [chosen, choose] = useLocalStorage<Chosen>({ key: "console.view", defaultValue: NOTHING_CHOSEN, getInitialValueInEffect: false });
  const [beside, setBeside] = useLocalStorage({ key: "console.card", defaultValue: true, getInitialValueInEffect: false });
  const [keys, showKeys] = useState(false);
  const wide = useMediaQuery("(min-width: 62em)", true, { getInitialValueInEffect: false });
  const roomy = useMediaQuery("(min-width: 75em)", true, { getInitialValueInEffect: false });
  const up = useChanges(chosen, contact);
  useAttention();
  useHotkeys([
    ["shift+?", () => showKeys(true)],
    ["Escape", () => contact && go(card && !roomy ? `/c/${contact}` : "/")],
    ["i", () => toggleCard()],
  ]);

  const cardShown = contact !== undefined && (roomy ? beside : card);
  const toggleCard = () => {
    if (!contact) return;
    if (roomy) setBeside(!beside);
    else go(card ? `/c/${contact}` : `/c/${contact}/card`);
  };
  const showList = wide || contact === undefined;
  const showThread = wide ? !(cardShown && !roomy) : contact !== undefined && !card;

  return (
    <div className={`${classes.desk} ${wide && roomy && cardShown ? classes.withCard : ""}`}>
      {!up && <div className={classes.banner} role="alert">{words.lost}</div>}
      {showList && (
        <nav className={`${classes.pane} ${classes.side}`} aria-label={words.views[chosen.view]}>
          <ListPane chosen={chosen} choose={choose} contact={contact} showKeys={() => showKeys(true)} />
        </nav>
      )}
      {showThread && (
        <main className={classes.pane}>
          {contact ? <ThreadPane key={contact} contact={contact} toggleCard={toggleCard} narrow={!wide} /> : <Nothing />}
        </main>
      )}
      {cardShown && contact && (
        <aside className={`${classes.pane} ${classes.beside}`} aria-label={words.card.title}>
          <CardPane key={contact} contact={contact} close={toggleCard} />
        </aside>
      )}
      <Keys opened={keys} close={() => showKeys(false)} />
    </div>
  );
}

function Nothing() {
  const words = useWords();
  return (
    <Center h="100%" p="xl">
      <Stack align="center" gap="xs">
        <IconMessages size={40} stroke={1.2} color="var(--mantine-color-dimmed)" aria-hidden />
        <Text fw={500}>{words.pick}</Text>
        <Text size="sm" c="dimmed" ta="center">{words.pickHint}</Text>
      </Stack>
    </Center>
  );
}
