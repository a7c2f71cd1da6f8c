import { Avatar } from "@mantine/core";
import { ChannelIcon } from "./ChannelIcon";
import classes from "./Face.module.css";

const COLOURS = ["blue", "grape", "orange", "teal", "pink", "cyan", "indigo", "lime"] as const;

/** A person's initials, always in the same colour; in the corner, the messenger that they write in. */
export function Face({ name, id, size = 36, channel = "" }: { name: string; id: string; size?: number; channel?: string }) {
  let sum = 0;
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  const initials = name.split(/\s+/u).filter(Boolean).slice(0, 2).map((word) => [...word][0]?.toUpperCase()).join("");
  const face = <Avatar size={size} radius="xl" color={COLOURS[sum % COLOURS.length] ?? "blue"} variant="light" aria-hidden>{initials || "?"}</Avatar>;
  if (!channel) return face;
  return (
    <span className={classes.face}>
      {face}
      <span className={`${classes.channel} ${classes[channel] ?? ""}`}><ChannelIcon channel={channel} size={13} /></span>
    </span>
  );
}
