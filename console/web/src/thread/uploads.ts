import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asked, client, type Schemas } from "../api/client";
import { saidOf } from "../api/commands";
import { contentQuery } from "../api/hooks";
import { fill, useSpeech } from "../words";

/** Uploads files one after the other. What is too large or of a wrong type is refused here, with the limit named. */
export function useUploads(done: (file: Schemas["Uploaded"]) => void) {
  const { words, language } = useSpeech();
  const limits = useQuery(contentQuery).data?.uploads;
  const [running, setRunning] = useState(0);
  const size = (bytes: number) => new Intl.NumberFormat(language, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1_048_576);
  const refuse = (message: string) => notifications.show({ color: "red", message, autoClose: 8_000 });

  const add = async (files: File[]) => {
    for (const file of files) {
      const limit = limits?.types[file.type];
      if (limits && limit === undefined) {
        refuse(fill(words.wrongType, { name: file.name, types: Object.keys(limits.types).map((type) => type.split("/")[1]).join(", ") }));
        continue;
      }
      if (limit !== undefined && file.size > limit) {
        refuse(fill(words.tooLarge, { name: file.name, size: size(file.size), limit: size(limit) }));
        continue;
      }
      setRunning((count) => count + 1);
      try {
        done(await asked(client.POST("/api/console/uploads", {
          params: { query: { name: file.name } },
          headers: { "Content-Type": file.type || "application/octet-stream" },
          body: file as unknown as never,
          bodySerializer: (body: unknown) => body as BodyInit,
        })));
      } catch (error) {
        refuse(saidOf(error, words));
      } finally {
        setRunning((count) => count - 1);
      }
    }
  };
  return { add: (files: File[]) => void add(files), busy: running > 0 };
}
