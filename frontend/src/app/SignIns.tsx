/** Where one is signed in, and the passkeys that sign one in: each can be ended. */
import { Button, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useClient, useQuery } from "urql";
import { graphql } from "../gql";
import type { SignInsQuery } from "../gql/graphql";
import { HttpRefusal } from "../shared/api/client";
import { useAction } from "../shared/api/useAction";
import { Ready } from "../shared/components/Feedback";
import { Section } from "../shared/components/Page";
import { formatMoment } from "../shared/dates";
import { notify } from "../shared/notify";
import { addPasskey, canUsePasskeys } from "../shared/passkeys";
import { useShared } from "../shared/texts";
import { useApp } from "./texts";
import css from "./people.module.css";
import fields from "./door.module.css";

const SignInsDocument = graphql(`
  query SignIns {
    viewer {
      name
      passkeys { id name createdAt lastUsedAt }
      sessions { id userAgent createdAt lastSeenAt current }
    }
  }
`);

const EndSessionDocument = graphql(`
  mutation EndSession($input: EndSessionInput!) {
    endSession(input: $input) {
      __typename
      ... on SessionEnded { session { id } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
    }
  }
`);

const EndOthersDocument = graphql(`
  mutation EndOtherSessions {
    endOtherSessions {
      __typename
      ... on OtherSessionsEnded { sessions { id } }
      ... on NotAllowed { code message path }
    }
  }
`);

const RemovePasskeyDocument = graphql(`
  mutation RemovePasskey($input: RemovePasskeyInput!) {
    removePasskey(input: $input) {
      __typename
      ... on PasskeyRemoved { passkey { id } }
      ... on InvalidInput { code message path }
      ... on NotAllowed { code message path }
    }
  }
`);

type Viewer = NonNullable<SignInsQuery["viewer"]>;

export function SignIns() {
  const t = useApp();
  const [query, retry] = useQuery({ query: SignInsDocument, requestPolicy: "network-only" });
  const refetch = () => retry({ requestPolicy: "network-only" });
  return (
    <Ready query={query} retry={refetch} rows={2}>
      {({ viewer }) => viewer && (
        <>
          {(canUsePasskeys() || viewer.passkeys.length > 0) && <Section title={t("passkey.title")}><Passkeys passkeys={viewer.passkeys} refetch={refetch} /></Section>}
          <Section title={t("sessions.title")}><Sessions sessions={viewer.sessions} refetch={refetch} /></Section>
        </>
      )}
    </Ready>
  );
}

/** "Firefox, Linux": the browser and the system out of what a browser calls itself. */
export function browserOf(userAgent: string): string | null {
  const browser = /Edg\/|OPR\/|Firefox\/|Chrome\/|Safari\//.exec(userAgent)?.[0].slice(0, -1);
  const named = browser && ({ Edg: "Edge", OPR: "Opera" } as Record<string, string>)[browser] || browser;
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(userAgent)?.[0].replace("Mac OS X", "macOS");
  return [named, system].filter(Boolean).join(", ") || null;
}

function Sessions({ sessions, refetch }: { sessions: Viewer["sessions"]; refetch: () => void }) {
  const t = useApp();
  const shared = useShared();
  const client = useClient();
  const [end, busy] = useAction(EndSessionDocument, "SessionEnded");
  const [ending, setEnding] = useState(false);

  async function one(sessionId: string) {
    const outcome = await end({ input: { sessionId } });
    if (outcome.ok) notify.good(t("sessions.ended"));
    refetch();
  }
  async function others() {
    setEnding(true);
    const { data, error } = await client.mutation(EndOthersDocument, {}).toPromise();
    setEnding(false);
    if (data?.endOtherSessions.__typename === "OtherSessionsEnded") notify.good(t("sessions.othersEnded", { count: data.endOtherSessions.sessions.length }));
    else notify.bad(shared("action.failed"), data?.endOtherSessions.message ?? error?.graphQLErrors[0]?.message ?? shared("action.noConnection"));
    refetch();
  }

  return (
    <>
      <p className={css.lead}>{t("sessions.lead")}</p>
      <ul className={css.list}>
        {sessions.map((session) => (
          <li key={session.id} className={css.row}>
            <span>
              <strong>{browserOf(session.userAgent) ?? t("sessions.unknown")}</strong>
              <small>{session.current ? t("sessions.current") : t("sessions.seen", { when: formatMoment(session.lastSeenAt) })}</small>
              <small>{t("sessions.since", { when: formatMoment(session.createdAt) })}</small>
            </span>
            {!session.current && <Button variant="default" disabled={busy} onClick={() => void one(session.id)}>{t("sessions.end")}</Button>}
          </li>
        ))}
      </ul>
      {sessions.length > 1 && <Button variant="default" loading={ending} onClick={() => void others()}>{t("sessions.endOthers")}</Button>}
    </>
  );
}

function Passkeys({ passkeys, refetch }: { passkeys: Viewer["passkeys"]; refetch: () => void }) {
  const t = useApp();
  const [remove, removing] = useAction(RemovePasskeyDocument, "PasskeyRemoved");

  async function take(passkeyId: string) {
    const outcome = await remove({ input: { passkeyId } });
    if (outcome.ok) notify.good(t("passkey.removed"));
    refetch();
  }

  return (
    <>
      <p className={css.lead}>{t("passkey.hint")}</p>
      {passkeys.length > 0 && (
        <ul className={css.list}>
          {passkeys.map((passkey) => (
            <li key={passkey.id} className={css.row}>
              <span>
                <strong>{passkey.name}</strong>
                <small>{t("passkey.since", { when: formatMoment(passkey.createdAt) })}</small>
                <small>{passkey.lastUsedAt ? t("passkey.used", { when: formatMoment(passkey.lastUsedAt) }) : t("passkey.unused")}</small>
              </span>
              <Button variant="default" disabled={removing} aria-label={t("passkey.remove.name", { name: passkey.name })} onClick={() => void take(passkey.id)}>{t("passkey.remove")}</Button>
            </li>
          ))}
        </ul>
      )}
      {canUsePasskeys() && <AddPasskey onAdded={refetch} />}
    </>
  );
}

function AddPasskey({ onAdded }: { onAdded: () => void }) {
  const t = useApp();
  const [busy, setBusy] = useState(false);
  const form = useForm({ initialValues: { name: "" }, validate: { name: (value) => (value.trim() ? null : t("field.needed")) } });
  const submit = form.onSubmit(async ({ name }) => {
    setBusy(true);
    try {
      await addPasskey(name.trim());
      form.reset();
      notify.good(t("passkey.added"));
      onAdded();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "NotAllowedError")) {
        notify.bad(t("passkey.failed"), error instanceof HttpRefusal ? error.message : undefined);
      }
    } finally {
      setBusy(false);
    }
  });
  return (
    <form className={fields.fields} onSubmit={submit} noValidate>
      <TextInput label={t("passkey.name")} {...form.getInputProps("name")} />
      <div><Button type="submit" variant="default" loading={busy}>{t("passkey.add")}</Button></div>
    </form>
  );
}
