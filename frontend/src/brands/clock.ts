/** The server's clock: a browser's own may be minutes off, and an auction closes by the server's. */
import { useEffect, useState } from "react";

let ahead = 0;
let asked: Promise<void> | undefined;

/** Its Date header has whole seconds, so half of one is added; half of the way there and back is taken off. */
async function ask() {
  const sent = Date.now();
  const answer = await fetch("/health", { cache: "no-store" });
  const told = Date.parse(answer.headers.get("date") ?? "");
  const came = Date.now();
  if (!Number.isNaN(told)) ahead = told + 500 - (sent + came) / 2;
  // Within a second of ours, ours is finer than its header.
  if (Math.abs(ahead) < 1_000) ahead = 0;
}

export const serverNow = () => Date.now() + ahead;

/** The server's time, every second while `running`. */
export function useServerNow(running: boolean): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    asked ??= ask().catch(() => void (asked = undefined));
    void asked.then(() => setNow(serverNow()));
    if (!running) return;
    const timer = setInterval(() => setNow(serverNow()), 1_000);
    const seen = () => document.visibilityState === "visible" && setNow(serverNow());
    document.addEventListener("visibilitychange", seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [running]);
  return now;
}
