/** A screen's frame: its heading, what it is for, what can be done; the browser's title; where a screen reader begins. */
import { Text, Title } from "@mantine/core";
import { useEffect, useRef, type ReactNode } from "react";
import css from "./shared.module.css";

let opened = false;

export function Page({ title, lead, actions, narrow, children }: { title: string; lead?: ReactNode; actions?: ReactNode; narrow?: boolean; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Twinmarket`;
  }, [title]);
  useEffect(() => {
    if (opened) heading.current?.focus({ preventScroll: true });
    opened = true;
    scrollTo(0, 0);
  }, []);
  return (
    <div className={css.page} data-narrow={narrow || undefined}>
      <header className={css.head}>
        <div>
          <Title order={1} ref={heading} tabIndex={-1} className={css.heading}>{title}</Title>
          {lead && <Text c="dimmed" className={css.lead}>{lead}</Text>}
        </div>
        {actions && <div className={css.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a screen, with its own heading. */
export function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={css.section}>
      <div className={css.sectionHead}>
        <Title order={2} size="h4">{title}</Title>
        {aside}
      </div>
      {children}
    </section>
  );
}
