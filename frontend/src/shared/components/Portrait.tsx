/** A twin's picture: its first preview, or a placeholder drawn from its names. */
import { useState } from "react";
import { useShared } from "../texts";
import css from "./shared.module.css";

interface Pictured {
  name: string;
  handle: string;
  previewUrls?: string[];
  model?: { handle: string } | null;
}

export function Portrait({ twin, decorative, size }: { twin: Pictured; decorative?: boolean; size?: number }) {
  const t = useShared();
  const placeholder = `/portraits/${twin.model?.handle ?? twin.handle}/${twin.handle}.svg`;
  const [broken, setBroken] = useState(false);
  const source = broken ? placeholder : (twin.previewUrls?.[0] ?? placeholder);
  return (
    <img
      className={css.portrait}
      src={source}
      alt={decorative ? "" : t("portrait", { name: twin.name })}
      width={size ?? 600}
      height={size ? Math.round((size * 4) / 3) : 800}
      style={size ? { width: size } : undefined}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
    />
  );
}
