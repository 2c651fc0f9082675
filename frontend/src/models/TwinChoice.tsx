/** Which of her twins a screen is about: the one in the address, or the first. */
import type { ReactNode } from "react";
import { NavLink, useParams } from "react-router";
import { Empty, NotFound } from "../shared/components/Feedback";
import { Portrait } from "../shared/components/Portrait";
import { pathOf, useParty } from "../shared/session";
import { useModels } from "./texts";
import css from "./models.module.css";

interface Twin {
  id: string;
  handle: string;
  name: string;
  status: string;
  previewUrls: string[];
}

export function TwinChoice<T extends Twin>({ twins, screen, empty, children }: { twins: readonly T[]; screen: string; empty: ReactNode; children: (twin: T) => ReactNode }) {
  const t = useModels();
  const party = useParty();
  const { twin: handle } = useParams();
  const living = twins.filter((twin) => twin.status !== "RETIRED");
  const twin = handle ? living.find((each) => each.handle === handle) : living[0];
  if (handle && !twin) return <NotFound />;
  return (
    <>
      {living.length > 1 && (
        <nav className={css.choice} aria-label={t("rates.choose")}>
          {living.map((each) => (
            <NavLink key={each.id} to={pathOf(party, `${screen}/${each.handle}`)} {...(each === twin ? { "aria-current": "page" as const } : {})}>
              <Portrait twin={{ ...each, model: party }} decorative size={40} />
              {each.name}
            </NavLink>
          ))}
        </nav>
      )}
      {twin ? children(twin) : empty}
    </>
  );
}

export const NoTwin = ({ title, hint }: { title: string; hint: string }) => <Empty icon="twins" title={title} hint={hint} />;
