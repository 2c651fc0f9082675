/** What was made with the twin: sent to the model before it is published, her answer, and what must be shown with it. */
import { Button, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { Section } from "../shared/components/Page";
import { formatMoment, formatRelative } from "../shared/dates";
import { useShared, type SharedKey } from "../shared/texts";
import { AssetForm } from "./AssetForm";
import { serverNow } from "./clock";
import { AssetPicture, Signing, useAssetPicture } from "../shared/components/AssetPicture";
import { CopyButton } from "../shared/components/CopyButton";
import { useLabels } from "../shared/components/disclosures";
import type { BrandLicence } from "./LicencePage";
import { useBrands } from "./texts";
import css from "./brands.module.css";

type Asset = BrandLicence["assets"]["nodes"][number];
const SIGNED_IN = 4_000;
const TONES = { PENDING: "wait", APPROVED: "good", REJECTED: "bad" } as const;

export function Assets({ licence, onChanged }: { licence: BrandLicence; onChanged: () => void }) {
  const t = useBrands();
  const [adding, setAdding] = useState(false);
  const may = licence.status === "ACTIVE";
  const signing = licence.assets.nodes.some((asset) => asset.signing === "PENDING");
  // Nothing tells when it is signed; it takes seconds.
  useEffect(() => {
    if (!signing) return;
    const timer = setTimeout(onChanged, SIGNED_IN);
    return () => clearTimeout(timer);
  }, [signing, licence, onChanged]);
  return (
    <Section title={t("assets.title")} aside={may && !adding && <Button variant="default" onClick={() => setAdding(true)}>{t("assets.add")}</Button>}>
      {adding && <AssetForm licence={licence} onClose={() => setAdding(false)} onSent={() => { setAdding(false); onChanged(); }} />}
      {licence.assets.nodes.length === 0 ? !adding && <Text c="dimmed">{t(may ? "assets.empty" : "assets.notYet")}</Text> : <ul className={css.cards}>{licence.assets.nodes.map((asset) => <li key={asset.id}><Row asset={asset} /></li>)}</ul>}
    </Section>
  );
}

function Row({ asset }: { asset: Asset }) {
  const t = useBrands();
  const shared = useShared();
  const picture = useAssetPicture(asset.url);
  return (
    <article className={css.panel}>
      {["shown", "film", "gone"].includes(picture.as) && <div className={css.made}><AssetPicture asset={asset} picture={picture} /></div>}
      <div className={css.panelRow}>
        <strong>{asset.title}</strong>
        <span className={css.state} data-tone={TONES[asset.status]}>{t(`assets.${asset.status}`)}</span>
      </div>
      <Text size="sm" c="dimmed">
        {shared(`medium.${asset.medium}` as SharedKey)} · {asset.status === "PENDING" ? t("assets.decideBy", { moment: formatRelative(asset.decideBy, serverNow()) }) : asset.decidedBy && asset.decidedAt ? t("assets.decided", { who: asset.decidedBy, moment: formatMoment(asset.decidedAt) }) : ""}
      </Text>
      {asset.note && <blockquote className={css.said}>{asset.note}</blockquote>}
      {asset.status === "APPROVED" && <Disclosures asset={asset} />}
      <Signing asset={asset} />
      <div className={css.buttons}>
        {picture.as !== "gone" && <Button component="a" href={asset.url} target="_blank" rel="noreferrer" variant="default">{t("assets.look")}</Button>}
        {asset.signedUrl && <Button component="a" href={asset.signedUrl} variant="default">{t("assets.signed")}</Button>}
      </div>
    </article>
  );
}

function Disclosures({ asset }: { asset: Asset }) {
  const t = useBrands();
  const labels = useLabels(asset.disclosures);
  if (!asset.disclosures.length) return <Text size="sm" c="dimmed">{t("disclosure.none")}</Text>;
  return (
    <div className={css.disclosures}>
      <Text fw={600} size="sm">{t("disclosure.title")}</Text>
      {labels.map((group) => (
        <div key={group.label + group.rule} className={css.disclosure}>
          <p>“{group.label}”</p>
          <Text size="sm" c="dimmed">{group.places.length > 6 ? t("disclosure.many", { first: group.places.slice(0, 4).join(", "), count: group.places.length - 4 }) : group.places.join(", ")}</Text>
          <details className={css.lines}><summary>{t("disclosure.why")}</summary><Text size="sm">{group.rule}</Text><Text size="sm" c="dimmed">digitalSourceType: {group.digitalSourceType}</Text></details>
          <CopyButton value={group.label} label={t("disclosure.copy")} />
        </div>
      ))}
    </div>
  );
}
