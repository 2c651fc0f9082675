/** Subscriptions: over a WebSocket, or as server-sent events where something on the way lets no WebSocket through. */
import { connection } from "./connection";

export interface Sink {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}
interface Payload {
  query: string;
  variables?: Record<string, unknown>;
  operationName?: string;
}
interface Forwarder {
  subscribe(payload: Payload, sink: Sink): () => void;
  dispose(): void;
}

export const SIGNED_OUT = 4403;
const TRIES = 3;
const headers = { "X-Requested-With": "twinmarket" };

export function openTransport(onSignedOut: () => void) {
  let opening: Promise<Forwarder> | undefined;
  let sse = new URLSearchParams(location.search).get("transport") === "sse" || sessionStorage.getItem("twinmarket-transport") === "sse";

  const open = () => (opening ??= sse ? overEvents() : overSocket(onSignedOut));

  function subscribe(payload: Payload, sink: Sink): () => void {
    let stop: (() => void) | undefined;
    let stopped = false;
    const start = () =>
      open().then((forwarder) => {
        if (!stopped) stop = forwarder.subscribe(payload, { ...sink, error: failed });
      }, sink.error);
    function failed(error: unknown) {
      if (sse || !(error instanceof NoSocket)) return sink.error(error);
      sse = true;
      sessionStorage.setItem("twinmarket-transport", "sse");
      opening = undefined;
      void start();
    }
    void start();
    return () => {
      stopped = true;
      stop?.();
    };
  }

  return { subscribe, dispose: () => void opening?.then((forwarder) => forwarder.dispose()) };
}

class NoSocket extends Error {}

async function overSocket(onSignedOut: () => void): Promise<Forwarder> {
  const { createClient } = await import("graphql-ws");
  const url = new URL("/graphql", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  let everConnected = false;
  const client = createClient({
    url: url.toString(),
    lazyCloseTimeout: 3_000,
    keepAlive: 12_000,
    retryAttempts: Number.MAX_SAFE_INTEGER,
    // Until it was connected once, a WebSocket may be what something on the way forbids.
    retryWait: (tries) => (!everConnected && tries >= TRIES ? Promise.reject(new NoSocket()) : pause(tries)),
    shouldRetry: (event) => !(event instanceof NoSocket) && (event as CloseEvent).code !== SIGNED_OUT,
    on: {
      connecting: (again) => connection.connecting(again),
      connected: () => ((everConnected = true), connection.connected()),
      pong: () => connection.connected(),
      closed: (event) => {
        if ((event as CloseEvent).code === SIGNED_OUT) onSignedOut();
        else if ((event as CloseEvent).wasClean && (event as CloseEvent).code === 1000) connection.ended();
        else connection.lost();
      },
    },
  });
  return {
    subscribe: (payload, sink) =>
      client.subscribe(payload, { ...sink, error: (error: unknown) => sink.error(everConnected ? error : new NoSocket()) } as never),
    dispose: () => void client.dispose(),
  };
}

async function overEvents(): Promise<Forwarder> {
  const { createClient } = await import("graphql-sse");
  const client = createClient({
    url: "/graphql",
    headers,
    credentials: "same-origin",
    retryAttempts: Number.MAX_SAFE_INTEGER,
    retry: pause,
    on: { connecting: (again) => connection.connecting(again), connected: () => connection.connected() },
  });
  return {
    subscribe: (payload, sink) => client.subscribe(payload as never, sink as never),
    dispose: () => client.dispose(),
  };
}

/** A little longer every time, and never all clients at once. */
const pause = (tries: number) => new Promise<void>((done) => setTimeout(done, Math.min(15_000, 300 * 2 ** tries) * (0.5 + Math.random())));
