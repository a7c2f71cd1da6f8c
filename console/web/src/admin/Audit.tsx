// Who did what, the latest first.
import { Anchor, Button, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "wouter";
import { asked, client, type Schemas, seconds } from "../api/client";
import { useMay } from "../api/hooks";
import { Trouble } from "../ui/Trouble";
import { useNow } from "../ui/useNow";
import { useSpeech } from "../words";
import { clock, dayOf, moment } from "../words/time";
import classes from "./Audit.module.css";
import { Page } from "./Page";

type Line = Schemas["AuditLine"];
const ALARMING = ["login.failed", "link.failed", "password.wrong"];

export default function Audit() {
  const { words, language } = useSpeech();
  const now = useNow(60);
  const mayUsers = useMay("users");
  const users = useQuery({ queryKey: ["users"], queryFn: () => asked(client.GET("/api/console/users")), enabled: mayUsers }).data?.users ?? [];
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam }) => asked(client.GET("/api/console/audit", { params: { query: { cursor: pageParam, limit: 100 } } })),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });
  const names = new Map(users.map((user) => [user.id, user.name]));
  const days = new Map<string, Line[]>();
  for (const line of data?.pages.flatMap((page) => page.lines) ?? []) {
    const day = dayOf(seconds(line.at), now, language, words);
    days.set(day, [...(days.get(day) ?? []), line]);
  }
  return (
    <Page title={words.team.audit} size="md">
      {error && <Trouble error={error} retry={() => void refetch()} />}
      <Stack gap="lg">
        {[...days].map(([day, lines]) => (
          <section key={day}>
            <Text component="h2" size="sm" fw={600} c="dimmed" mb={6}>{day}</Text>
            <div className={classes.lines}>
              {lines.map((line) => (
                <div key={line.id} className={classes.line}>
                  <time className={classes.time} dateTime={line.at} title={moment(seconds(line.at), language)}>{clock(seconds(line.at), language)}</time>
                  <div className={classes.what}>
                    {ALARMING.includes(line.what) && <IconAlertTriangle size={15} className={classes.alarm} aria-hidden />}
                    <Told line={line} names={names} />
                  </div>
                  <span className={classes.where}>{line.address}</span>
                </div>
              ))}
            </div>
          </section>
        ))}
        {hasNextPage && <Button variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{words.more}</Button>}
      </Stack>
    </Page>
  );
}

/** One line as a sentence: who, what, to whom, and the details in people's words. */
function Told({ line, names }: { line: Line; names: Map<string, string> }) {
  const { words } = useSpeech();
  const what = (words.audit.what as Record<string, string>)[line.what] ?? line.what;
  const roles: Record<string, string> = words.roles;
  const parts: Record<string, string> = words.audit.details;
  const subject = names.get(line.subject);
  const details = Object.entries(line.details).map(([name, value]) => `${parts[name] ?? name}: ${name === "role" ? (roles[value] ?? value) : (words.audit.values as Record<string, string>)[value] ?? value}`);
  return (
    <span>
      <b>{line.who_name || words.audit.nobody}</b> · {what}
      {subject && <> · {subject}</>}
      {line.what.startsWith("contact.") && <> · <Anchor component={Link} href={`/c/${line.subject}`} size="sm">{words.audit.conversation}</Anchor></>}
      {details.length > 0 && <span className={classes.details}> {details.join(", ")}</span>}
    </span>
  );
}
