/** What a twin that is not on the market yet needs next: within reach of the thumb, where the button to save was. */
import { Button, Text } from "@mantine/core";
import { Link } from "react-router";
import bar from "../shared/components/shared.module.css";
import { pathOf, useParty } from "../shared/session";
import { useModels } from "./texts/screens";

export function NextStep({ twin, after }: { twin: { handle: string; name: string }; after: "rates" | "consent" }) {
  const t = useModels();
  const party = useParty();
  return (
    <div className={bar.savebar} data-bar role="region" aria-label={t("next")}>
      <div className={bar.savebarInner}>
        <Text size="sm" className={bar.savebarText}>{t("next")}</Text>
        <Button component={Link} to={pathOf(party, after === "rates" ? `consent/${twin.handle}` : "twins")}>{t(`next.${after}`, { name: twin.name })}</Button>
      </div>
    </div>
  );
}
