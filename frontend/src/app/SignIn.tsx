/** Signing in, by password or passkey; afterwards one is where one wanted to be. */
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import { HttpRefusal, send } from "../shared/api/client";
import { canUsePasskeys, signInWithPasskey } from "../shared/passkeys";
import { useSession } from "../shared/session";
import { Door } from "./Door";
import { useApp } from "./texts";
import css from "./door.module.css";

/** Only a path of our own: an address of others in ?next= is not followed. */
export const safePath = (wanted: string | null) => (wanted && /^\/(?![/\\])/.test(wanted) ? wanted : "/");

export function SignIn() {
  const t = useApp();
  const { restart, viewer } = useSession();
  const [search] = useSearchParams();
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState<"password" | "passkey" | null>(null);

  async function enter(how: "password" | "passkey", go: () => Promise<unknown>, failure: string) {
    setBusy(how);
    setWrong(null);
    try {
      await go();
      restart();
    } catch (error) {
      if (error instanceof HttpRefusal) setWrong(error.message || failure);
      else if (!(error instanceof DOMException && error.name === "NotAllowedError")) setWrong(failure);
      setBusy(null);
    }
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    void enter("password", () => send("POST", "/session", { email: given.get("email"), password: given.get("password") }), t("signIn.noConnection"));
  }

  const usePasskey = () => enter("passkey", signInWithPasskey, t("signIn.passkeyFailed"));

  // Only once the market says who it is: until then the other pages would send one back here.
  if (viewer) return <Navigate to={safePath(search.get("next"))} replace />;
  return (
    <Door title={t("signIn.title")} lead={t("signIn.lead")}>
      <form className={css.fields} onSubmit={submit}>
        {wrong && <div className={css.wrong} role="alert">{wrong}</div>}
        <TextInput name="email" type="email" label={t("signIn.email")} autoComplete="username webauthn" required withAsterisk={false} />
        <PasswordInput name="password" label={t("signIn.password")} autoComplete="current-password" required withAsterisk={false} />
        <Button type="submit" fullWidth loading={busy === "password"}>{t("signIn.submit")}</Button>
        {canUsePasskeys() && (
          <>
            <div className={css.or}>{t("signIn.or")}</div>
            <Button variant="default" fullWidth loading={busy === "passkey"} onClick={() => void usePasskey()}>{t("signIn.passkey")}</Button>
          </>
        )}
        <p className={css.other}>{t.rich("signIn.new", { a: (parts) => <Link to="/sign-up">{parts}</Link> })}</p>
        <p className={css.other}>{t.rich("signIn.verify", { a: (parts) => <Link to="/verify">{parts}</Link> })}</p>
      </form>
    </Door>
  );
}
