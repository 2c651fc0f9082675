/** Joining by a letter: /join#secret. Who is signed in joins as that; others make an account on the way. */
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { HttpRefusal, send } from "../shared/api/client";
import { useSession } from "../shared/session";
import { Door } from "./Door";
import { useApp } from "./texts";
import css from "./door.module.css";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const LEAST_PASSWORD = 12;

export function Join() {
  const t = useApp();
  const navigate = useNavigate();
  const { viewer, known, restart } = useSession();
  const { hash } = useLocation();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const form = useForm({
    initialValues: { name: "", email: "", password: "" },
    validate: {
      name: (value) => (value.trim() ? null : t("field.needed")),
      email: (value) => (EMAIL.test(value.trim()) ? null : t("field.email")),
      password: (value) => (value.length >= LEAST_PASSWORD ? null : t("field.password")),
    },
  });
  const invitation = decodeURIComponent(hash.slice(1));

  async function join(person: object) {
    setBusy(true);
    setWrong(null);
    try {
      await send("POST", "/members", { invitation, ...person });
      restart();
      await navigate("/");
    } catch (error) {
      const errors = error instanceof HttpRefusal ? error.errors : [];
      for (const { path, message } of errors) {
        if (path[0] && path[0] in form.values) form.setFieldError(path[0], message);
        else setWrong(message);
      }
      if (errors.length === 0) setWrong(t("signIn.noConnection"));
    } finally {
      setBusy(false);
    }
  }

  if (!invitation) return <Door title={t("join.title")} lead={t("join.none")}><Button component={Link} to="/">{t("nav.home")}</Button></Door>;
  if (!known) return null;
  return (
    <Door title={t("join.title")} lead={viewer ? t("join.as", { name: viewer.name }) : t("join.lead")}>
      {wrong && <div className={css.wrong} role="alert">{wrong}</div>}
      {viewer ? (
        <div className={css.fields}><Button loading={busy} onClick={() => void join({})}>{t("join.submit")}</Button></div>
      ) : (
        <form className={css.fields} noValidate onSubmit={form.onSubmit(({ name, email, password }) => join({ name: name.trim(), email: email.trim(), password }))}>
          <TextInput label={t("signUp.name")} autoComplete="name" {...form.getInputProps("name")} />
          <TextInput type="email" label={t("signIn.email")} autoComplete="email" {...form.getInputProps("email")} />
          <PasswordInput label={t("signIn.password")} description={t("signUp.password.hint")} autoComplete="new-password" {...form.getInputProps("password")} />
          <Button type="submit" fullWidth loading={busy}>{t("join.submit")}</Button>
          <p className={css.other}>{t.rich("join.have", { a: (parts) => <Link to={`/sign-in?next=${encodeURIComponent(`/join${hash}`)}`}>{parts}</Link> })}</p>
        </form>
      )}
    </Door>
  );
}
