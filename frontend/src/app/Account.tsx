/** How one signs in: the password, passkeys, and where one is signed in. */
import { Button, PasswordInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link } from "react-router";
import { HttpRefusal, send } from "../shared/api/client";
import { Page, Section } from "../shared/components/Page";
import { notify } from "../shared/notify";
import { useSession } from "../shared/session";
import { useShared } from "../shared/texts";
import { SignIns } from "./SignIns";
import { useApp } from "./texts";
import css from "./door.module.css";

const LEAST_PASSWORD = 12;

export function Account() {
  const t = useApp();
  const shared = useShared();
  const { viewer } = useSession();
  return (
    <main className={css.account} id="content">
      <Link to="/" className={css.back}>← {shared("back")}</Link>
      <Page title={t("account.settings")} lead={viewer?.name} narrow>
        <Section title={t("password.title")}><Password /></Section>
        <SignIns />
      </Page>
    </main>
  );
}

function Password() {
  const t = useApp();
  const [busy, setBusy] = useState(false);
  const form = useForm({
    initialValues: { current: "", new: "" },
    validate: { current: (value) => (value ? null : t("field.needed")), new: (value) => (value.length >= LEAST_PASSWORD ? null : t("field.password")) },
  });
  const submit = form.onSubmit(async (values) => {
    setBusy(true);
    try {
      await send("POST", "/password", values);
      form.reset();
      notify.good(t("password.changed"));
    } catch (error) {
      const [first] = error instanceof HttpRefusal ? error.errors : [];
      const field = first?.path[0];
      if (first && field && field in values) form.setFieldError(field, first.message);
      else notify.bad(t("password.failed"), first?.message ?? t("signIn.noConnection"));
    } finally {
      setBusy(false);
    }
  });
  return (
    <form className={css.fields} onSubmit={submit} noValidate>
      <PasswordInput label={t("password.current")} autoComplete="current-password" {...form.getInputProps("current")} />
      <PasswordInput label={t("password.new")} description={t("signUp.password.hint")} autoComplete="new-password" {...form.getInputProps("new")} />
      <div><Button type="submit" loading={busy}>{t("password.submit")}</Button></div>
    </form>
  );
}
