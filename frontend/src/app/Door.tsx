/** The frame of the pages in front of the market: the form, and beside it whom it is for. */
import { Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import { Wordmark } from "../shared/components/Wordmark";
import { LanguageChoice } from "../shared/components/AccountMenu";
import { useApp } from "./texts";
import css from "./door.module.css";

const FACES = ["maya-okafor/maya.svg?hair=black&skin=5&cut=curls", "ada-lindqvist/ada.svg?hair=blonde&skin=0&cut=long", "noor-haddad/noor.svg?hair=black&skin=3&cut=knot"];

export function Door({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  const t = useApp();
  useEffect(() => {
    document.title = `${title} · Twinmarket`;
  }, [title]);
  return (
    <div className={css.door}>
      <main className={css.form}>
        <div className={css.mark}><Wordmark /></div>
        <div className={css.inner}>
          <Title order={1} className={css.title}>{title}</Title>
          <Text c="dimmed" mb="lg">{lead}</Text>
          {children}
        </div>
        <div className={css.foot}><LanguageChoice /></div>
      </main>
      <aside className={css.hero}>
        <div className={css.faces}>{FACES.map((face) => <img key={face} src={`/portraits/${face}`} alt="" width={600} height={800} />)}</div>
        <p className={css.claim}>{t("hero.title")}</p>
        <p className={css.more}>{t("hero.text")}</p>
      </aside>
    </div>
  );
}
