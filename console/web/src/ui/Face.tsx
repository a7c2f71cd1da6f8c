import { Avatar } from "@mantine/core";

const COLOURS = ["blue", "grape", "orange", "teal", "pink", "cyan", "indigo", "lime"] as const;

/** A person's initials, always in the same colour. */
export function Face({ name, id, size = 36 }: { name: string; id: string; size?: number }) {
  let sum = 0;
  for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  const initials = name.split(/\s+/u).filter(Boolean).slice(0, 2).map((word) => [...word][0]?.toUpperCase()).join("");
  return <Avatar size={size} radius="xl" color={COLOURS[sum % COLOURS.length] ?? "blue"} variant="light" aria-hidden>{initials || "?"}</Avatar>;
}
