/** Making an account: a person and the party they act for; they are signed in at once. */
import { Button, NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link, Navigate } from "react-router";
import { HttpRefusal, send } from "../shared/api/client";
import { locale } from "../shared/language";
import market from "../shared/market.json";
import places from "../shared/places.json";
import { useSession } from "../shared/session";
import { useShared, type SharedKey } from "../shared/texts";
import { Door } from "./Door";
import { useApp } from "./texts";
import css from "./door.module.css";

const KINDS = ["MODEL", "AGENCY", "BRAND"] as const;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const LEAST_PASSWORD = 12;

const handleOf = (name: string) => name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 40);

const home = () => new Intl.Locale(locale()).region ?? "";

export function SignUp() {
  const t = useApp();
  const shared = useShared();
  const { restart, viewer } = useSession();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const [ownHandle, setOwnHandle] = useState(false);
  const form = useForm({
    initialValues: { kind: "MODEL" as (typeof KINDS)[number], name: "", handle: "", country: home(), industry: "", email: "", password: "" },
    validate: {
      name: (value) => (value.trim() ? null : t("field.needed")),
      handle: (value) => (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(value) ? null : t("field.handle")),
      country: (value) => (value ? null : t("field.needed")),
      industry: (value, all) => (value || all.kind !== "BRAND" ? null : t("field.needed")),
      email: (value) => (EMAIL.test(value.trim()) ? null : t("field.email")),
      password: (value) => (value.length >= LEAST_PASSWORD ? null : t("field.password")),
    },
  });
  const names = new Intl.DisplayNames(locale(), { type: "region" });
  const countries = places.countries.map((code) => ({ value: code, label: names.of(code) ?? code })).sort((a, b) => a.label.localeCompare(b.label, locale()));

  const submit = form.onSubmit(async ({ industry, ...values }) => {
    setBusy(true);
    setWrong(null);
    try {
      await send("POST", "/accounts", { ...values, email: values.email.trim(), name: values.name.trim(), ...(values.kind === "BRAND" ? { industry } : {}) });
      restart();
    } catch (error) {
      if (!(error instanceof HttpRefusal)) return setWrong(t("signIn.noConnection"));
      for (const { path, message } of error.errors) {
        if (path[0] && path[0] in form.values) form.setFieldError(path[0], message);
        else setWrong(message);
      }
      if (error.errors.length === 0) setWrong(t("signIn.noConnection"));
    } finally {
      setBusy(false);
    }
  });

  if (viewer) return <Navigate to="/" replace />;
  return (
    <Door title={t("signUp.title")} lead={t("signUp.lead")}>
      <form className={css.fields} onSubmit={submit} noValidate>
        {wrong && <div className={css.wrong} role="alert">{wrong}</div>}
        <fieldset className={css.kinds}>
          <legend>{t("signUp.kind")}</legend>
          {KINDS.map((kind) => (
            <label key={kind} className={css.kind}>
              <input type="radio" name="kind" value={kind} checked={form.values.kind === kind} onChange={() => form.setFieldValue("kind", kind)} />
              <span>{t(`signUp.kind.${kind}`)}<small>{t(`signUp.kind.${kind}.hint`)}</small></span>
            </label>
          ))}
        </fieldset>
        <TextInput label={t("signUp.name")} description={t("signUp.name.hint")} autoComplete="name" {...form.getInputProps("name")}
          onChange={(event) => {
            const name = event.currentTarget.value;
            form.setFieldValue("name", name);
            if (!ownHandle) form.setFieldValue("handle", handleOf(name));
          }} />
        <TextInput label={t("signUp.handle")} description={t("signUp.handle.hint")} autoCapitalize="none" spellCheck={false} {...form.getInputProps("handle")}
          onChange={(event) => {
            setOwnHandle(true);
            form.setFieldValue("handle", event.currentTarget.value);
          }} />
        <NativeSelect label={t("signUp.country")} autoComplete="country" data={[{ value: "", label: t("signUp.choose") }, ...countries]} {...form.getInputProps("country")} />
        {form.values.kind === "BRAND" && (
          <NativeSelect label={t("signUp.industry")} data={[{ value: "", label: t("signUp.choose") }, ...market.industries.map((value) => ({ value, label: shared(`industry.${value}` as SharedKey) }))]} {...form.getInputProps("industry")} />
        )}
        <TextInput type="email" label={t("signIn.email")} autoComplete="email" {...form.getInputProps("email")} />
        <PasswordInput label={t("signIn.password")} description={t("signUp.password.hint")} autoComplete="new-password" {...form.getInputProps("password")} />
        <Button type="submit" fullWidth loading={busy}>{t("signUp.submit")}</Button>
        <p className={css.other}>{t.rich("signUp.have", { a: (parts) => <Link to="/sign-in">{parts}</Link> })}</p>
      </form>
    </Door>
  );
}
