/** How the live connection stands, for whoever shows it and whoever must fetch what was missed. */
import { useSyncExternalStore } from "react";

export type ConnectionState = "idle" | "connecting" | "live" | "reconnecting" | "offline";

let state: ConnectionState = "idle";
let wasLive = false;
const watchers = new Set<() => void>();
const returned = new Set<() => void>();

function become(next: ConnectionState) {
  if (next === state) return;
  state = next;
  watchers.forEach((tell) => tell());
}

export const connection = {
  connecting: (again: boolean) => become(again || wasLive ? "reconnecting" : "connecting"),
  /** It is there, or it has just said so again: a line that was cut for a moment may have kept its socket. */
  connected() {
    const again = wasLive && state !== "live";
    become("live");
    if (again) returned.forEach((tell) => tell());
    wasLive = true;
  },
  lost: () => become(navigator.onLine ? "reconnecting" : "offline"),
  ended() {
    wasLive = false;
    become("idle");
  },
  /** Called when a connection that was lost has come back. */
  onReturn: (tell: () => void) => (returned.add(tell), () => void returned.delete(tell)),
};

addEventListener("offline", () => state !== "idle" && become("offline"));
addEventListener("online", () => state === "offline" && become("reconnecting"));

const subscribe = (tell: () => void) => (watchers.add(tell), () => void watchers.delete(tell));
export const useConnection = () => useSyncExternalStore(subscribe, () => state);

const online = (tell: () => void) => {
  addEventListener("online", tell);
  addEventListener("offline", tell);
  return () => (removeEventListener("online", tell), removeEventListener("offline", tell));
};
export const useOnline = () => useSyncExternalStore(online, () => navigator.onLine);
