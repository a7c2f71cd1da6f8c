// The operators' screen: the list, the conversation, the card beside it. On a phone, one of the three at a time.
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { useChanges } from "../api/stream";
import { CardPane } from "../card/CardPane";
import { ThreadPane } from "../thread/ThreadPane";
import { useKeys } from "../ui/useKeys";
import { useWords } from "../words";
import classes from "./Desk.module.css";
import { Keys } from "./Keys";
import { type Chosen, ListPane, NOTHING_CHOSEN } from "./ListPane";
import { useAttention } from "./attention";
import { Views } from "./Views";
import { Nothing } from "./Nothing";

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
  useKeys([
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

  const views = <Views view={chosen.view} choose={(view) => choose({ ...chosen, view })} wide={wide} showKeys={() => showKeys(true)} />;

  return (
    <div className={classes.screen}>
      {!up && <div className={classes.banner} role="alert"><IconPlugConnectedX size={18} aria-hidden />{words.lost}</div>}
      <div className={`${classes.desk} ${wide && roomy && cardShown ? classes.withCard : ""}`}>
        {wide && views}
        {showList && (
          <nav className={`${classes.pane} ${classes.side}`} aria-label={words.views[chosen.view]}>
            <ListPane chosen={chosen} choose={choose} contact={contact} wide={wide} showKeys={() => showKeys(true)} />
            {!wide && views}
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
      </div>
      <Keys opened={keys} close={() => showKeys(false)} />
    </div>
  );
}
