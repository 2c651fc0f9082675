/** The file of an asset: shown or played when it lies here, named when it lies elsewhere, and a kind word when its model had it erased. */
import { Anchor, Text } from "@mantine/core";
import { useState } from "react";
import { useShared } from "../texts";
import css from "./picture.module.css";

const GONE = 410;

/** Whether there is something to show. What lies on another host is not loaded into this page. */
export function useAssetPicture(url: string) {
  const [failed, setFailed] = useState<{ url: string; as: "gone" | "film" | "unseen" } | null>(null);
  const isOurs = new URL(url, location.href).origin === location.origin;
  async function onError() {
    const answer = await fetch(url, { method: "HEAD" }).catch(() => null);
    const isFilm = answer?.ok && answer.headers.get("content-type")?.startsWith("video/");
    setFailed({ url, as: isFilm ? "film" : answer?.status === GONE ? "gone" : "unseen" });
  }
  const as = isOurs ? (failed?.url === url ? failed.as : "shown") : "elsewhere";
  return { as, onError: () => void onError() } as const;
}

export function AssetPicture({ asset, picture }: { asset: { title: string; url: string; sha256: string }; picture: ReturnType<typeof useAssetPicture> }) {
  const t = useShared();
  if (picture.as === "shown") return <img src={asset.url} alt={asset.title} onError={picture.onError} />;
  if (picture.as === "film") return <video src={asset.url} aria-label={asset.title} controls playsInline preload="metadata" />;
  if (picture.as === "gone") return <div className={css.gone}><strong>{t("asset.gone")}</strong><Text size="sm">{t("asset.gone.hint")}</Text></div>;
  return (
    <div className={css.elsewhere}>
      <Text>{t(picture.as === "elsewhere" ? "asset.elsewhere" : "asset.unseen")}</Text>
      <Anchor href={asset.url} target="_blank" rel="noreferrer noopener">{t("asset.open")}</Anchor>
      <code>SHA-256 {asset.sha256}</code>
    </div>
  );
}

/** How far the content credentials of an approved picture are, and why no further. */
export function Signing({ asset }: { asset: { signing?: "PENDING" | "SIGNED" | "UNSUITABLE" | "FAILED" | null | undefined; signingNote?: string | null | undefined } }) {
  const t = useShared();
  if (!asset.signing) return null;
  return <Text size="sm" c="dimmed">{t(`signing.${asset.signing}`)}{asset.signingNote && ` ${asset.signingNote}`}</Text>;
}
