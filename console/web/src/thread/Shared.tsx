// A file of a message. What a customer sent is fetched from the messenger when it is asked for, and that may fail.
import { Anchor, Group, Loader } from "@mantine/core";
import { IconFile } from "@tabler/icons-react";
import { type MouseEvent, useState } from "react";
import { asked, Refusal, type Schemas } from "../api/client";
import { saidOf } from "../api/commands";
import { useWords } from "../words";
import classes from "./ThreadPane.module.css";

type SharedFile = Schemas["SharedFile"];

const PICTURES = new Set(["image", "sticker"]);

export function Shared({ file }: { file: SharedFile }) {
  const words = useWords();
  const [asFile, setAsFile] = useState(!(file.inline && PICTURES.has(file.kind) && file.url));
  const [fetching, setFetching] = useState(false);
  const [trouble, setTrouble] = useState("");
  const name = file.name !== file.kind ? file.name : (words.fileKinds[file.kind as keyof typeof words.fileKinds] ?? file.kind);

  /** Let the program fetch the file; whether it has it now. Says why it has not. */
  const isThere = async () => {
    setFetching(true);
    setTrouble("");
    try {
      await asked(firstByte(file.url));
      return true;
    } catch (error) {
      setTrouble(error instanceof Refusal && error.message ? error.message : saidOf(error, words));
      return false;
    } finally {
      setFetching(false);
    }
  };

  const download = async (event: MouseEvent) => {
    event.preventDefault();
    if (!fetching && (await isThere())) save(file);
  };

  if (!asFile) {
    const failed = () => {
      setAsFile(true);
      void isThere(); // a picture does not tell why it is not shown
    };
    return <a href={file.url} target="_blank" rel="noreferrer"><img className={classes.image} src={file.url} alt={name} loading="lazy" onError={failed} /></a>;
  }
  const label = <Group gap={6} wrap="nowrap">{fetching ? <Loader size={16} color="currentColor" /> : <IconFile size={16} aria-hidden />}{name}</Group>;
  if (!file.url) return label;
  return (
    <>
      <Anchor href={file.url} onClick={download} c="inherit" underline="always" aria-busy={fetching}>{label}</Anchor>
      {trouble && <div className={classes.wrong} role="alert">{trouble}</div>}
    </>
  );
}

/** One byte of it: enough for the program to fetch all of it, and to say what is wrong. */
async function firstByte(url: string) {
  const response = await fetch(url, { headers: { Range: "bytes=0-0" } });
  return { data: undefined, error: response.ok ? undefined : await response.json().catch(() => undefined), response };
}

function save(file: SharedFile) {
  const link = document.createElement("a");
  link.href = file.url;
  link.download = ""; // the name that the answer gives
  link.click();
}
