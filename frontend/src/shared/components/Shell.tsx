/** The frame of a party's area: a side bar on the desktop, tabs at the bottom of a phone, the account at the top. */
import { Suspense, type ReactNode } from "react";
import { NavLink, useLocation } from "react-router";
import { pathOf, useParty } from "../session";
import { AccountMenu } from "./AccountMenu";
import { Boundary, Loading, OfflineNotice } from "./Feedback";
import { Icon, type IconName } from "./Icon";
import { Wordmark } from "./Wordmark";
import { useApp } from "../../app/texts";
import css from "./shell.module.css";

export interface Tab {
  /** Below the party's own path; "" is its home. */
  to: string;
  icon: IconName;
  label: string;
  /** Something there waits for the person. */
  count?: number;
}

const ON_A_PHONE = 5;

export function Shell({ tabs, children }: { tabs: readonly Tab[]; children: ReactNode }) {
  const party = useParty();
  const { pathname } = useLocation();
  const t = useApp();
  const [first, rest] = tabs.length > ON_A_PHONE ? [tabs.slice(0, ON_A_PHONE - 1), tabs.slice(ON_A_PHONE - 1)] : [tabs, []];
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">{t("nav.skip")}</a>
      <header className={css.top}>
        <NavLink to={pathOf(party)} className={css.brand} aria-label={t("nav.home")}><Wordmark /></NavLink>
        <AccountMenu />
      </header>
      <nav className={css.side} aria-label={t("nav.main")}>
        {tabs.map((tab) => <TabLink key={tab.to} tab={tab} />)}
      </nav>
      <main className={css.content} id="content" tabIndex={-1}>
        <OfflineNotice />
        <Boundary key={pathname}>
          <Suspense fallback={<Loading />}>{children}</Suspense>
        </Boundary>
      </main>
      <nav className={css.tabs} aria-label={t("nav.main")}>
        {first.map((tab) => <TabLink key={tab.to} tab={tab} />)}
        {rest.length > 0 && (
          <>
            <button type="button" popoverTarget="more-tabs"><Icon name="more" /><span>{t("nav.more")}</span></button>
            <div id="more-tabs" popover="auto" className={css.sheet} onClick={(event) => event.currentTarget.hidePopover()}>
              {rest.map((tab) => <TabLink key={tab.to} tab={tab} />)}
            </div>
          </>
        )}
      </nav>
    </div>
  );
}

function TabLink({ tab }: { tab: Tab }) {
  const party = useParty();
  return (
    <NavLink to={pathOf(party, tab.to)} end={tab.to === ""}>
      <Icon name={tab.icon} />
      <span>{tab.label}</span>
      {tab.count ? <span className={css.count}>{tab.count}</span> : null}
    </NavLink>
  );
}
