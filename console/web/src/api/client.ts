// The API client: types come from the OpenAPI file, the token against forged requests from /me.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Row = Schemas["Row"];
export type Conversation = Schemas["Conversation"];
export type ThreadItem = Schemas["MessageItem"] | Schemas["ActItem"] | Schemas["NoteItem"];
export type Message = Schemas["MessageItem"];
export type Act = Schemas["ActItem"];
export type Note = Schemas["NoteItem"];
export type Card = Schemas["Card"];
export type Me = Schemas["Me"];
export type User = Schemas["User"];
export type View = "waiting" | "mine" | "unassigned" | "bot" | "all";
export type Conflict = Schemas["Conflict"];

/** A refusal by the API, or no answer at all (status 0). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly conflict?: Conflict,
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

let csrf = "";
let onSignedOut = () => undefined as void;

/** What has to happen when the API says that nobody is signed in. */
export function whenSignedOut(act: () => void) {
  onSignedOut = act;
}

export function keepToken(token: string) {
  csrf = token;
}

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
};

export const client = createClient<paths>({ baseUrl: window.location.origin });
client.use(guard);

type Outcome<T> = { data?: T; error?: unknown; response: Response };

/** The answer's data. Throws Refusal. */
export async function asked<T>(call: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await call;
  } catch {
    throw new Refusal(0, "offline", "");
  }
  const { data, error, response } = outcome;
  if (response.ok) return data as T;
  const said = (error ?? {}) as Partial<Conflict>;
  const wait = Number(response.headers.get("Retry-After") ?? "");
  if (response.status === 401 && (said.error ?? "signed_out") !== "code_wanted") onSignedOut();
  throw new Refusal(
    response.status,
    said.error ?? String(response.status),
    said.message ?? response.statusText,
    response.status === 409 && said.version !== undefined ? (said as Conflict) : undefined,
    Number.isFinite(wait) && wait > 0 ? wait : undefined,
  );
}

/** An id for a command: new for each, the same when it is sent again. */
export function commandId(): string {
  return crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** RFC 3339 → Unix seconds; 0 for none. */
export function seconds(time: string | null | undefined): number {
  return time ? Date.parse(time) / 1000 : 0;
}
