/** What a screen says when it has nothing to show: waiting, empty, failed, broken, offline. */
import { Button, Text, Title } from "@mantine/core";
import { Component, type ReactNode } from "react";
import type { CombinedError } from "urql";
import { useConnection, useOnline, type ConnectionState } from "../api/connection";
import { useShared } from "../texts";
import { Icon, type IconName } from "./Icon";
import css from "./shared.module.css";

/** Bars where the content will be, of its final size. */
export function Loading({ rows = 4, height = 64 }: { rows?: number; height?: number }) {
  const t = useShared();
  return (
    <div aria-busy="true" role="status" aria-label={t("loading")} className={css.loading}>
      {Array.from({ length: rows }, (_, place) => <div key={place} className={css.bar} style={{ height }} />)}
    </div>
  );
}

/** Why there is nothing, in one sentence, and the one thing to do about it. */
export function Empty({ icon = "check", title, hint, action }: { icon?: IconName; title: string; hint?: ReactNode; action?: ReactNode }) {
  return (
    <div className={css.empty}>
      <span className={css.emptyIcon}><Icon name={icon} size={26} /></span>
      <Title order={2} size="h4">{title}</Title>
      {hint && <Text c="dimmed" maw={420}>{hint}</Text>}
      {action}
    </div>
  );
}

export function Failed({ error, retry }: { error?: CombinedError | string | undefined; retry?: () => void }) {
  const t = useShared();
  const message = typeof error === "string" ? error : (error?.graphQLErrors[0]?.message ?? (error ? t("action.noConnection") : undefined));
  return (
    <div className={css.failed} role="alert">
      <Icon name="warning" />
      <div>
        <Text fw={600}>{t("error.title")}</Text>
        {message && <Text size="sm" c="dimmed">{message}</Text>}
      </div>
      {retry && <Button variant="default" onClick={retry}>{t("again")}</Button>}
    </div>
  );
}

interface Query<Data> {
  data?: Data | undefined;
  fetching: boolean;
  error?: CombinedError | undefined;
}

/** The data, or what stands in its place. What is there already stays while it is fetched anew. */
export function Ready<Data>({ query, retry, rows, children }: { query: Query<Data>; retry: () => void; rows?: number; children: (data: Data) => ReactNode }) {
  if (query.data) return <>{children(query.data)}</>;
  if (query.error) return <Failed error={query.error} retry={retry} />;
  return <Loading rows={rows ?? 4} />;
}

export function NotFound() {
  const t = useShared();
  return <Empty icon="search" title={t("notFound.title")} hint={t("notFound.hint")} action={<Button component="a" href="/">{t("notFound.home")}</Button>} />;
}

function Crashed() {
  const t = useShared();
  return <Empty icon="warning" title={t("error.crash")} hint={t("error.crash.hint")} action={<Button onClick={() => location.reload()}>{t("error.reload")}</Button>} />;
}

/** Keeps the rest of the app when one screen breaks. Give it a `key` that changes with the screen. */
export class Boundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError = () => ({ broken: true });
  override componentDidCatch(error: unknown) {
    console.error(error);
  }
  override render() {
    return this.state.broken ? <Crashed /> : this.props.children;
  }
}

const TONES: Record<ConnectionState, string> = { idle: "idle", connecting: "wait", live: "good", reconnecting: "wait", offline: "bad" };

/** A dot and a word: whether what is shown is kept up to date. */
export function LiveState() {
  const state = useConnection();
  const t = useShared();
  return <span className={css.status} role="status" data-tone={TONES[state]} data-live={state}>{t(`live.${state}`)}</span>;
}

export function OfflineNotice() {
  const t = useShared();
  return useOnline() ? null : <div className={css.offline} role="status">{t("offline")}</div>;
}
