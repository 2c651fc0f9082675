/** Toasts. What cannot wait is said at once; what went well, politely. Loaded once the first screen had its turn. */
import { lazy } from "react";

/** Milliseconds: by then a screen is there, on a slow line as well. */
const SOON = 3_000;

const pause = () => new Promise((done) => setTimeout(done, SOON));

/** Without a connection it comes later: the screen must not break for want of its toasts. */
const load = (): Promise<typeof import("./components/Toasts")> => import("./components/Toasts").catch(() => pause().then(load));

export const Toasts = lazy(() => pause().then(load));

const show = (toast: { title: string; message: string | undefined; color: string; autoClose: number; role?: string }) =>
  void load().then(({ notifications }) => notifications.show(toast));

export const notify = {
  good: (title: string, message?: string) => show({ title, message, color: "teal", autoClose: 6_000 }),
  bad: (title: string, message?: string) => show({ title, message, color: "red", autoClose: 12_000, role: "alert" }),
};
