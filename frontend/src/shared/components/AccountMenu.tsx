/** Who one is: other parties, language, light or dark, the way out. The browser's own popover: closes by Escape and beside it. */
import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useRef } from "react";
import { Link } from "react-router";
import { useApp } from "../../app/texts";
import { LANGUAGES, setLanguage, useLanguage, type Language } from "../language";
import { notify } from "../notify";
import { pathOf, useParty, useSession } from "../session";
import { useShared } from "../texts";
import { Icon } from "./Icon";
import css from "./shell.module.css";

export function AccountMenu() {
  const t = useApp();
  const shared = useShared();
  const { viewer, signOut } = useSession();
  const party = useParty();
  const menu = useRef<HTMLDivElement>(null);
  const close = () => menu.current?.hidePopover();
  const others = viewer?.parties.filter((each) => each.id !== party.id) ?? [];

  async function leave() {
    close();
    try {
      await signOut();
    } catch {
      notify.bad(shared("action.failed"), shared("action.noConnection"));
    }
  }

  return (
    <>
      <button type="button" className={css.who} popoverTarget="account" aria-label={t("account.open", { name: party.name })}>
        <span className={css.initials} aria-hidden="true">{initials(party.name)}</span>
        <span className={css.whoName}>{party.name}</span>
      </button>
      <div id="account" popover="auto" className={css.menu} ref={menu}>
        <p className={css.menuWho}><strong>{party.name}</strong><span>{viewer?.name}</span></p>
        {others.length > 0 && (
          <>
            <h2 className={css.menuTitle}>{t("account.switch")}</h2>
            {others.map((each) => (
              <Link key={each.id} to={pathOf(each)} onClick={close}>
                <span className={css.initials} aria-hidden="true">{initials(each.name)}</span>
                <span>{each.name}<small>{t(`kind.${each.__typename}`)}</small></span>
              </Link>
            ))}
          </>
        )}
        <Link to="/account" onClick={close}><Icon name="key" />{t("account.settings")}</Link>
        <a href="/graphiql"><Icon name="code" />{t("account.developers")}</a>
        <SchemeToggle />
        <LanguageChoice />
        <button type="button" onClick={() => void leave()}><Icon name="out" />{t("account.signOut")}</button>
      </div>
    </>
  );
}

export function SchemeToggle() {
  const t = useApp();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  return (
    <button type="button" onClick={() => setColorScheme(isDark ? "light" : "dark")}>
      <Icon name={isDark ? "sun" : "moon"} />
      {t(isDark ? "scheme.light" : "scheme.dark")}
    </button>
  );
}

export function LanguageChoice() {
  const t = useApp();
  const language = useLanguage();
  return (
    <div role="group" aria-label={t("language")} className={css.languages}>
      {(Object.keys(LANGUAGES) as Language[]).map((each) => (
        <button key={each} type="button" lang={each} aria-pressed={each === language} onClick={() => setLanguage(each)}>{LANGUAGES[each]}</button>
      ))}
    </div>
  );
}

const initials = (name: string) => name.split(/\s+/).filter((word) => /^\p{L}/u.test(word)).slice(0, 2).map((word) => word[0]?.toUpperCase()).join("");
