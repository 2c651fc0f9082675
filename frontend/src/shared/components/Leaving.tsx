/** What is kept of a person, to take along; and being forgotten, with what must be over first. */
import { Button, Text, TextInput } from "@mantine/core";
import { useState, type ReactNode } from "react";
import type { Texts } from "../catalogue";
import { useParty, useSession } from "../session";
import { useShared } from "../texts";
import { Page, Section } from "./Page";
import { Sheet, SheetButtons } from "./Sheet";
import css from "./leaving.module.css";

type Key = `data.${"title" | "lead" | "export" | "export.hint" | "export.do" | "erase" | "erase.hint" | "erase.first" | "erase.do" | "erase.title" | "erase.text" | "erase.name"}`;

/** `take` gives the address of the file, or null when it was refused. Below it stands how to be forgotten. */
export function Leaving({ t, take, taking, children }: { t: Texts<Key>; take: () => Promise<string | null>; taking: boolean; children: ReactNode }) {
  async function download() {
    const url = await take();
    if (url) location.assign(url);
  }
  return (
    <Page title={t("data.title")} lead={t("data.lead")} narrow>
      <Section title={t("data.export")}>
        <div className={css.box}>
          <Text size="sm">{t("data.export.hint")}</Text>
          <Button variant="default" loading={taking} onClick={() => void download()}>{t("data.export.do")}</Button>
        </div>
      </Section>
      <Section title={t("data.erase")}>{children}</Section>
    </Page>
  );
}

interface Forgetting {
  t: Texts<Key>;
  erasure: { possible: boolean; remaining: string[] };
  /** Whether it was done. */
  erase: (signature: string) => Promise<boolean>;
  erasing: boolean;
}

export function Forgotten({ t, erasure, ...rest }: Forgetting) {
  const [asked, setAsked] = useState(false);
  return (
    <div className={css.stop}>
      <Text size="sm">{t("data.erase.hint")}</Text>
      {erasure.remaining.length > 0 && (
        <div>
          <Text size="sm" fw={600}>{t("data.erase.first")}</Text>
          <ul>{erasure.remaining.map((each) => <li key={each}>{each}</li>)}</ul>
        </div>
      )}
      <Button color="red" variant="outline" disabled={!erasure.possible} onClick={() => setAsked(true)}>{t("data.erase.do")}</Button>
      {asked && <Ask t={t} {...rest} close={() => setAsked(false)} />}
    </div>
  );
}

function Ask({ t, erase, erasing, close }: Omit<Forgetting, "erasure"> & { close: () => void }) {
  const shared = useShared();
  const party = useParty();
  const { restart } = useSession();
  const [name, setName] = useState("");
  const matches = name.trim().toLocaleLowerCase() === party.name.toLocaleLowerCase();
  async function go(event: React.FormEvent) {
    event.preventDefault();
    const done = await erase(name.trim());
    close();
    if (done) restart();
  }
  return (
    <Sheet title={t("data.erase.title")} onClose={close}>
      <form onSubmit={go} noValidate>
        <Text mb="md">{t("data.erase.text")}</Text>
        <TextInput label={t("data.erase.name", { name: party.name })} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <SheetButtons>
          <Button variant="default" onClick={close}>{shared("cancel")}</Button>
          <Button type="submit" color="red" loading={erasing} disabled={!matches}>{t("data.erase.do")}</Button>
        </SheetButtons>
      </form>
    </Sheet>
  );
}
